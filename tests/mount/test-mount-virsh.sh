#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# libvirt's own driver, through virsh, says the same of every domain as the files.
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires virsh
start_vcsim -tls=false -mixed -vm 8 -host 2
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
port=${vcsim_hostport##*:}
virsh_login

# What virsh calls a state, for each of ours.
word () { case $1 in running) echo running ;; "shut off") echo off ;; paused) echo suspended ;; *) echo "$1" ;; esac; }
field () { sed -n "s/^$1: *//p" "$tmp/info" | head -n 1; }

compared=0
for host in $(cd "$mnt/datacenters" && find . -path '*/hosts/*' ! -path '*/domains/*' -name info | sed 's|^\./||; s|/info$||'); do
  path=$(echo "$host" | sed 's|/clusters/|/|; s|/hosts/|/|')
  virsh="virsh -q -c vpx://user@127.0.0.1:$port/$path?transport=http"
  dir=$mnt/datacenters/$host/domains
  # Templates are no domains to libvirt.
  for domain in "$dir"/*; do
    [ "$(cat "$domain/template")" = yes ] || basename "$domain"
  done | sort >"$tmp/files"
  $virsh list --all --name | sed '/^$/d' | sort >"$tmp/virsh"
  diff "$tmp/files" "$tmp/virsh" || fail "virsh list of $host differs"
  while read -r name; do
    $virsh dominfo "$name" >"$tmp/info"
    $virsh schedinfo "$name" >"$tmp/sched"
    state=$(cat "$dir/$name/state")
    [ "$state" = disconnected ] || expect_eq "state of $name" "$(word "$(field State)")" "$state"
    expect_eq "uuid of $name" "$(field UUID)" "$(cat "$dir/$name/uuid")"
    expect_eq "vcpus of $name" "$(field 'CPU(s)')" "$(cat "$dir/$name/vcpus")"
    expect_eq "memory of $name" "$(field 'Max memory')" "$(cat "$dir/$name/memory") KiB"
    for key in reservation limit; do
      expect_eq "$key of $name" "$(sed -n "s/^$key *: *//p" "$tmp/sched")" "$(sed -n "s/^$key=//p" "$dir/$name/sched")"
    done
    got=$(sed -n 's/^shares *: *//p' "$tmp/sched")
    case $got in -1) got=low ;; -2) got=normal ;; -3) got=high ;; esac
    expect_eq "shares of $name" "$got" "$(sed -n 's/^shares=//p' "$dir/$name/sched")"
    compared=$((compared + 1))
  done <"$tmp/virsh"
  $virsh nodeinfo >"$tmp/info"
  for pair in "CPU(s)=cpus" "CPU socket(s)=sockets" "Core(s) per socket=cores" "Thread(s) per core=threads"; do
    expect_eq "${pair#*=} of $host" "$(field "${pair%=*}")" "$(sed -n "s/^${pair#*=}=//p" "$dir/../info")"
  done
  expect_eq "mhz of $host" "$(field 'CPU frequency')" "$(sed -n 's/^mhz=//p' "$dir/../info") MHz"
  expect_eq "memory of $host" "$(field 'Memory size')" "$(sed -n 's/^memory=//p' "$dir/../info") KiB"
done
[ "$compared" -ge 10 ] || fail "only $compared domains were compared"
unmount_hvfs
