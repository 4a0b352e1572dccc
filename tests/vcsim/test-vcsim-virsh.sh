#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/vcsim/test-vcsim-virsh.sh - libvirt and pyVmomi see the same in our simulator
#
# Two clients that others wrote are opinions on whether it answers as a real
# server does: each host of a vCenter by virsh, against what pyVmomi reads.
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires virsh curl "$PYTHON"
"$PYTHON" -c 'import pyVmomi' 2>/dev/null || skip "python3-pyvmomi is missing"

virsh_login
export HOME="$tmp"

# virsh warns of each property that is newer than it is.
on () {
  uri=$1
  shift
  virsh -q -c "$uri" "$@" 2>"$tmp/virsh.log"
}

# expect_domain URI NAME STATE KIB VCPUS UUID RESERVATION LIMIT SHARES
expect_domain () {
  on "$1" dominfo "$2" | sed 's/: */=/' >"$tmp/dominfo"
  for line in "Name=$2" "State=$3" "Max memory=$4 KiB" "CPU(s)=$5" "UUID=$6"; do
    grep -qxF "$line" "$tmp/dominfo" || fail "dominfo $2 does not say $line: $(cat "$tmp/dominfo")"
  done
  on "$1" schedinfo "$2" | tr -d ' ' >"$tmp/schedinfo"
  for line in "reservation:$7" "limit:$8" "shares:$9"; do
    grep -qxF "$line" "$tmp/schedinfo" || fail "schedinfo $2 does not say $line: $(cat "$tmp/schedinfo")"
  done
  expect_eq "vcpucount $2" "$(on "$1" vcpucount --maximum --config "$2")" "$5"
  on "$1" dumpxml "$2" >"$tmp/xml"
  grep -qF "<uuid>$6</uuid>" "$tmp/xml" || fail "dumpxml $2 has another uuid"
  grep -qF "<memory unit='KiB'>$4</memory>" "$tmp/xml" || fail "dumpxml $2 has another memory"
  expect_eq "snapshots of $2" "$(on "$1" snapshot-list --name "$2")" ""
}

# expect_host PATH URI
expect_host () {
  grep -F "vm $1|" "$tmp/list" | cut -d'|' -f2,3 | sort >"$tmp/wanted"
  on "$2" list --all | sed 's/^ *[^ ]* *//; s/  */|/; s/ *$//' | sort >"$tmp/got"
  cmp "$tmp/wanted" "$tmp/got" || fail "virsh list --all of $1: $(cat "$tmp/got")"
  on "$2" nodeinfo | grep -q 'CPU(s): *16$' || fail "nodeinfo of $1"
  grep -F "vm $1|" "$tmp/list" | cut -d'|' -f2- >"$tmp/domains"
  while IFS='|' read -r name state kib vcpus uuid reservation limit shares; do
    expect_domain "$2" "$name" "$state" "$kib" "$vcpus" "$uuid" "$reservation" "$limit" "$shares"
  done <"$tmp/domains"
}

# A vCenter: hosts alone, in a cluster, and below folders.
start_vcsim -dc 2 -folder 1 -host 2 -standalone 1 -vm 6 -ds 2 -mixed
"$PYTHON" "$tests_dir/vcsim/vcsim-list.py" "$vcsim_hostport" "$vcsim_cert" >"$tmp/list"
expect_eq "hosts" "$(grep -c '^host ' "$tmp/list")" 6
expect_eq "VMs" "$(grep -c '^vm ' "$tmp/list")" 24
sed -n 's/^host //p' "$tmp/list" >"$tmp/hosts"
while read -r path; do
  expect_host "$path" "vpx://user@$vcsim_hostport/$path?no_verify=1"
done <"$tmp/hosts"
stop_vcsim "$vcsim_pid"

# A host, without TLS.
start_vcsim -esx -tls=false -vm 3
expect_eq "esx://" "$(on "esx://user@$vcsim_hostport/?transport=http" list --all --name)" "ha-host_VM0
ha-host_VM1
ha-host_VM2"
