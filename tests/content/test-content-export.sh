#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/content/test-content-export.sh - a machine is copied out as OVF: whole, with true checksums, in
# one lease, which keeps the machine no longer than it is read
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires qemu-img

# A lease that is not renewed ends after two seconds.
start_vcsim -vm 2 -lease-timeout 2
mount_hvfs "$(vcsim_uri vpx)" "$mnt" -o content
vm=$mnt/by-name/DC0_H0_VM0
root=$(sed -n 's/^url=//p' "$mnt/datacenters/DC0/datastores/LocalDS_0/info")
cd "$tmp"

# While it runs it cannot be exported.
expect_failure busy cat "$vm/export/disk-0.vmdk"
grep -q 'Powered on' "$vm/error" || fail "no words: $(cat "$vm/error")"
echo off >"$vm/state"

# Two disks with something in them; the second small.
sed 's|</devices>|<disk type="file" device="disk"><source file="[LocalDS_0] DC0_H0_VM0/b.vmdk"/><capacity unit="MiB">8</capacity><target dev="sdb" bus="scsi"/></disk>&|' \
  "$vm/config.xml" >new.xml
cp new.xml "$vm/config.xml"
for n in 0 100 16383; do
  head -c 100000 /dev/urandom |
    dd of="$root/DC0_H0_VM0/DC0_H0_VM0-flat.vmdk" bs=1M seek=$n conv=notrunc status=none
done
head -c 8000000 /dev/urandom | dd of="$root/DC0_H0_VM0/b-flat.vmdk" conv=notrunc status=none

# is_sound DIRECTORY
is_sound () {
  sed 's/SHA256(\(.*\))= \(.*\)/\2  \1/' "$1/DC0_H0_VM0.mf" >sums
  expect_eq "$1: checksums" "$(wc -l <sums)" 3
  (cd "$1" && sha256sum --quiet -c "$tmp/sums") || fail "$1: wrong checksums"
  for disk in 0 1; do
    grep -q "href=\"disk-$disk.vmdk\" ovf:size=\"$(stat -c %s "$1/disk-$disk.vmdk")\"" "$1/DC0_H0_VM0.ovf" ||
      fail "$1: disk-$disk.vmdk has another size in the descriptor"
  done
  qemu-img compare -q -f vmdk -F raw "$1/disk-0.vmdk" "$root/DC0_H0_VM0/DC0_H0_VM0-flat.vmdk"
  qemu-img compare -q -f vmdk -F raw "$1/disk-1.vmdk" "$root/DC0_H0_VM0/b-flat.vmdk"
}

expect_eq 'names' "$(ls "$vm/export" | tr '\n' ' ')" 'DC0_H0_VM0.mf DC0_H0_VM0.ovf disk-0.vmdk disk-1.vmdk '
expect_eq 'sizes' "$(stat -c %s "$vm"/export/* | sort -u)" 0
control POST /reset >/dev/null
cp -r "$vm/export" all
is_sound all
expect_eq 'leases' "$(vcsim_requests ExportVm)" 1
expect_eq 'descriptors' "$(vcsim_requests CreateDescriptor)" 1
expect_eq 'completed' "$(vcsim_requests HttpNfcLeaseComplete)" 1
expect_eq 'aborted' "$(vcsim_requests HttpNfcLeaseAbort)" 0
[ ! -s "$vm/error" ] || fail "error: $(cat "$vm/error")"
echo running >"$vm/state"
echo off >"$vm/state"

# A slow reader keeps the lease, and its progress is told.
mkdir slow
exec 3<"$vm/export/disk-1.vmdk"
head -c 1000 <&3 >slow/disk-1.vmdk
control POST /reset >/dev/null
renewed () { [ "$(vcsim_requests HttpNfcLeaseProgress)" -ge 4 ]; }
await renewed
grep -q 'ExportVmLRO.*running' "$mnt/tasks" || fail 'no task'
expect_failure busy sh -c "/bin/echo running >'$vm/state'"
cat <&3 >>slow/disk-1.vmdk
exec 3<&-
cp "$vm/export/disk-0.vmdk" "$vm/export/DC0_H0_VM0.ovf" "$vm/export/DC0_H0_VM0.mf" slow
is_sound slow

# What is not one read from the first byte to the last.
expect_failure 'Illegal seek' dd if="$vm/export/disk-0.vmdk" bs=512 skip=9 count=1 status=none
grep -q 'from the first byte to the last' "$vm/error" || fail "no words: $(cat "$vm/error")"
exec 3<"$vm/export/disk-0.vmdk"
expect_failure busy cat "$vm/export/disk-0.vmdk"
exec 3<&-
expect_failure 'ermission denied' sh -c ": >'$vm/export/disk-0.vmdk'"
expect_failure 'not permitted' rm -f "$vm/export/disk-0.vmdk"
expect_failure 'not permitted' touch "$vm/export/new"

# Who gives up lets the machine go.
starts () { echo running >"$vm/state"; }
head -c 1000 "$vm/export/disk-0.vmdk" >/dev/null
await starts 2>/dev/null
echo off >"$vm/state"

# The descriptor alone; one that is asked for before the disks says no sizes.
cat "$vm/export/DC0_H0_VM0.ovf" >alone
grep -q 'href="disk-0.vmdk"/>' alone || fail "sizes: $(grep href alone)"
starts
echo off >"$vm/state"

# A transfer that breaks, a lease that cannot be had.
control POST "/fail?what=half&method=GET%20/nfc" >/dev/null
expect_failure 'Input/output error' cat "$vm/export/disk-1.vmdk"
! grep -q disk-1 "$vm/export/DC0_H0_VM0.mf" || fail 'a broken disk has a checksum'
control POST /heal >/dev/null
control POST "/fail?what=500&method=GET%20/nfc" >/dev/null
expect_failure 'Input/output error' cat "$vm/export/disk-1.vmdk"
grep -q 'Internal Server Error' "$vm/error" || fail "no words: $(cat "$vm/error")"
control POST /heal >/dev/null
control POST "/fail?what=fault&fault=NoPermission&privilege=VApp.Export&method=ExportVm" >/dev/null
expect_failure 'ermission denied' cat "$vm/export/disk-1.vmdk"
control POST /heal >/dev/null
cp -r "$vm/export" again
expect_eq 'the mode of the copy, which is its owner'"'"'s to remove' "$(stat -c %a again)" 755
is_sound again

# Not without -o content, and an open file is no reason not to end.
exec 3<"$vm/export/disk-1.vmdk"
exec 3<&-
unmount_hvfs
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
[ ! -e "$vm/export" ] || fail 'export is there without -o content'
