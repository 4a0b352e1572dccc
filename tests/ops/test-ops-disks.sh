#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/ops/test-ops-disks.sh - disks: what each is, and that it grows
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"
requires_vim

start_vcsim -vm 3
mount_hvfs "$(vcsim_uri vpx)" "$mnt" -o content
vm=DC0_H0_VM0
d=$mnt/by-name/$vm
files=$mnt/datacenters/DC0/datastores/LocalDS_0/files
root=$(sed -n 's/^url=//p' "$mnt/datacenters/DC0/datastores/LocalDS_0/info")

capacity () { vim get "$1" config.hardware.device | grep -o '"capacityInKB": [0-9]*' | tr -cd '0-9\n'; }

# All machines' disks are asked for once, what they take once more; then nothing is.
expect_eq 'disks' "$(ls "$d/disks")" sda
expect_eq 'what is there' "$(ls "$d/disks/sda")" "$(printf 'capacity\nfile\ninfo\nraw')"
expect_eq 'capacity' "$(cat "$d/disks/sda/capacity")" 16777216
printf 'format=thin\nallocation=0\nmode=persistent\nchain=[LocalDS_0] %s/%s.vmdk\n' $vm $vm >"$tmp/info"
sed 's/^allocation=.*/allocation=0/' "$d/disks/sda/info" >"$tmp/out"
diff "$tmp/info" "$tmp/out" || fail 'info differs'
expect_eq 'size' "$(stat -c %s "$d/disks/sda/info")" "$(wc -c <"$d/disks/sda/info")"
expect_requests "$mnt" 0 cat "$d/disks/sda/info" "$d/disks/sda/capacity"
expect_requests "$mnt" 0 readlink "$d/disks/sda/file"
[ ! -e "$d/disks/sdb" ] || fail 'there is a disk that is not there'
expect_failure 'not permitted' mkdir "$d/disks/sdb"
expect_failure 'not permitted' rm "$d/disks/sda/info"

# The file leads to where it lies.
cmp "$d/disks/sda/file" "$files/$vm/$vm.vmdk"
cmp "$d/disks/sda/file" "$root/$vm/$vm.vmdk"

# It grows while the machine runs, and when it is off; with all units.
expect_eq 'state' "$(cat "$d/state")" running
echo 20GiB >"$d/disks/sda/capacity" || fail "20 GiB: $(cat "$d/error")"
expect_eq 'capacity' "$(cat "$d/disks/sda/capacity")" 20971520
expect_eq 'on the server' "$(capacity $vm)" 20971520
expect_eq 'its extent' "$(stat -c %s "$root/$vm/$vm-flat.vmdk")" 21474836480
grep -q 'RW 41943040 VMFS' "$d/disks/sda/file" || fail "the descriptor: $(cat "$d/disks/sda/file")"
echo off >"$d/state"
echo 20971521 >"$d/disks/sda/capacity"
expect_eq 'when off' "$(capacity $vm)" 20971521
before=$(stat_of "$mnt" request.ReconfigVM_Task)
echo 20971521KiB >"$d/disks/sda/capacity"
expect_eq 'what is so is not sent' "$(stat_of "$mnt" request.ReconfigVM_Task)" "$before"

refused EINVAL disks/sda/capacity 1GiB 'a disk cannot be made smaller: it has 20971521 KiB'
refused EINVAL disks/sda/capacity 5parsecs "capacity: 'parsecs' is not a unit"
refused EINVAL disks/sda/capacity '20971522B' 'is not a whole number of KiB'
refused EINVAL disks/sda/capacity 'large' "capacity: 'large' is not a number"
expect_eq 'nothing was changed' "$(capacity $vm)" 20971521

# Somebody else changes the machine at the same time.
control POST '/fail?method=ReconfigVM_Task&what=fault&fault=ConcurrentAccess&times=1' >/dev/null
echo 21GiB >"$d/disks/sda/capacity" || fail "beside another change: $(cat "$d/error")"
control POST /heal >/dev/null
control POST '/fail?method=ReconfigVM_Task&what=fault&fault=NoPermission&times=1' >/dev/null
refused EACCES disks/sda/capacity 22GiB

# What it takes is what its files take.
allocation () { sed -n 's/^allocation=//p' "$d/disks/sda/info"; }
old=$(allocation)
dd if=/dev/urandom of="$root/$vm/$vm-flat.vmdk" bs=1M count=8 conv=notrunc status=none
unmount_hvfs
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
expect_eq 'allocation' "$(($(allocation) - old))" 8388608
[ -L "$d/disks/sda/file" ] || fail 'there is no link without -o content'
[ ! -e "$d/disks/sda/file" ] || fail 'the link leads somewhere without -o content'

# More disks, of other kinds; they come and go with config.xml.
sed -i "s|^    <video>|    <disk type='file' device='disk'><source file='[LocalDS_0] $vm/two.vmdk'/><capacity unit='MiB'>8</capacity><target dev='sdb' bus='scsi'/></disk>\n&|" \
  "$d/config.xml" || fail "a second disk: $(cat "$d/error")"
expect_eq 'disks' "$(ls "$d/disks")" "$(printf 'sda\nsdb')"
expect_eq 'capacity' "$(cat "$d/disks/sdb/capacity")" 8192
echo 16MiB >"$d/disks/sdb/capacity"
expect_eq 'one of two grows' "$(capacity $vm | tr '\n' ' ')" '22020096 16384 '
unmount_hvfs

# An answer that cannot be had is an error of who asks.
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
control POST '/fail?method=RetrievePropertiesEx&what=fault&fault=SystemError&times=9' >/dev/null
expect_failure 'Input/output error' ls "$d/disks"
control POST /heal >/dev/null
expect_eq 'afterwards' "$(ls "$d/disks" | head -n 1)" sda
control POST '/fail?method=RetrievePropertiesEx&what=fault&fault=SystemError&times=9' >/dev/null
expect_failure 'Input/output error' cat "$d/disks/sda/info"
control POST /heal >/dev/null
grep -q ^allocation= "$d/disks/sda/info" || fail 'info has no allocation'
unmount_hvfs
