#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/ops/test-ops-virsh.sh - virsh agrees with the files after they were written
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"
requires virsh

start_vcsim -vm 2 -tls=false
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
vm=DC0_H0_VM0
d=$mnt/by-name/$vm
cat >"$tmp/auth.conf" <<END
[credentials-test]
username=user
password=pass word
[auth-esx-${vcsim_hostport%:*}]
credentials=test
END
virsh () {
  LIBVIRT_AUTH_FILE=$tmp/auth.conf command virsh -q \
    -c "vpx://user@$vcsim_hostport/DC0/DC0_H0?transport=http" "$@" 2>"$tmp/virsh.err" ||
    fail "virsh $*: $(cat "$tmp/virsh.err")" >&2
}
value () { sed -n "s/^$1=//p" "$d/$2"; }

echo 'reservation=500 limit=2000 shares=high' >"$d/sched"
virsh schedinfo $vm >"$tmp/schedinfo"
for key in reservation limit; do
  expect_eq "$key" "$(awk -v key=$key '$1 == key { print $3 }' "$tmp/schedinfo")" "$(value $key sched)"
done
expect_eq 'shares' "$(awk '$1 == "shares" { print $3 }' "$tmp/schedinfo")" -3
echo off >"$d/state"
echo 4GiB >"$d/memory"
echo 3 >"$d/vcpus"
virsh dominfo $vm >"$tmp/dominfo"
expect_eq 'memory' "$(awk '/^Max memory/ { print $3 }' "$tmp/dominfo")" "$(cat "$d/memory")"
expect_eq 'processors' "$(awk '/^CPU\(s\)/ { print $2 }' "$tmp/dominfo")" "$(cat "$d/vcpus")"
expect_eq 'state' "$(awk '/^State/ { print $2, $3 }' "$tmp/dominfo")" 'shut off'
expect_eq 'autostart' "$(awk '/^Autostart/ { print $2 }' "$tmp/dominfo")" disable
echo yes >"$d/autostart"
expect_eq 'autostart' "$(virsh dominfo $vm | awk '/^Autostart/ { print $2 }')" enable
echo running >"$d/state"
echo suspended >"$d/state"
expect_eq 'suspended' "$(virsh domstate $vm | head -n 1)" paused

echo running >"$d/state"
mkdir "$d/snapshots/first"
echo 'second memory=no description=a < b & c' >"$d/snapshots/create"
for name in first second; do
  virsh snapshot-dumpxml $vm $name >"$tmp/$name.xml"
  # virsh ends with an empty line of its own
  sed '${/^$/d}' "$tmp/$name.xml" | diff - "$d/snapshots/$name/snapshot.xml" || fail "$name: virsh <, the file >"
done
expect_eq 'the list' "$(virsh snapshot-list $vm --name | sed '/^$/d' | sort | tr '\n' ' ')" 'first second '
expect_eq 'current' "$(virsh snapshot-current $vm --name)" "$(readlink "$d/snapshots/current")"
expect_eq 'parent' "$(virsh snapshot-parent $vm second)" first

# And again after what virsh itself changes, and after a revert and a removal.
virsh schedinfo $vm --set shares=-1 >/dev/null
await grep -q '^shares=low$' "$d/sched"
echo first >"$d/revert"
expect_eq 'current after a revert' "$(virsh snapshot-current $vm --name)" first
mv "$d/snapshots/second" "$d/snapshots/renamed"
expect_eq 'renamed' "$(virsh snapshot-list $vm --name | sed '/^$/d' | sort | tr '\n' ' ')" 'first renamed '
echo first >"$d/snapshots/delete"
virsh snapshot-dumpxml $vm renamed | sed '${/^$/d}' | diff - "$d/snapshots/renamed/snapshot.xml" ||
  fail 'renamed: virsh <, the file >'
expect_eq 'the list after a removal' "$(virsh snapshot-list $vm --name | sed '/^$/d')" renamed

unmount_hvfs
