#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/content/test-content-disks.sh - a disk's content is read by other programs, also below a
# snapshot while the machine runs; and what cannot be read is refused in words
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"
PATH=$PATH:/usr/sbin:/sbin
requires qemu-img debugfs mke2fs "$PYTHON"

start_vcsim -vm 1
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
vm=DC0_H0_VM0
d=$mnt/by-name/$vm
root=$(sed -n 's/^url=//p' "$mnt/datacenters/DC0/datastores/LocalDS_0/info")/$vm
[ ! -e "$d/disks/sda/raw" ] || fail 'raw is there without -o content'
unmount_hvfs
mount_hvfs "$(vcsim_uri vpx)" "$mnt" -o content
echo off >"$d/state"
sed -i "s|^    <video>|    <disk type='file' device='disk'><source file='[LocalDS_0] $vm/two.vmdk'/><capacity unit='MiB'>24</capacity><target dev='sdb' bus='scsi'/></disk>\n&|" \
  "$d/config.xml" || fail "a second disk: $(cat "$d/error")"
raw=$d/disks/sdb/raw flat=$root/two-flat.vmdk
mkdir "$tmp/src"
echo 'hello, guest' >"$tmp/src/hello"
head -c 3000000 /dev/urandom >"$tmp/src/noise"
mke2fs -q -t ext4 -d "$tmp/src" "$flat"
expect_eq 'the image' "$(stat -c %s "$flat")" 25165824

# Off: by any program, at any place.
expect_eq 'size' "$(stat -c %s "$raw")" 25165824
expect_requests "$mnt" 0 stat "$raw"
cmp "$raw" "$flat"
expect_eq 'debugfs' "$(debugfs -R 'cat /hello' "$raw" 2>/dev/null)" 'hello, guest'
debugfs -R 'ls -p /' "$raw" 2>/dev/null | grep -q /noise/ || fail 'debugfs lists no file'
qemu-img convert -f raw -O qcow2 "$raw" "$tmp/two.qcow2"
qemu-img compare -q -f qcow2 -F raw "$tmp/two.qcow2" "$flat" || fail 'qemu-img: not the same'
dd if="$raw" bs=4096 skip=1000 count=7 status=none >"$tmp/part"
dd if="$flat" bs=4096 skip=1000 count=7 status=none | cmp - "$tmp/part"
expect_eq 'behind its end' "$(dd if="$raw" bs=1M skip=24 count=1 status=none | wc -c)" 0
if command -v fdisk >/dev/null; then
  fdisk -l "$raw" | grep -q '24 MiB, 25165824 bytes, 49152 sectors' || fail "fdisk: $(fdisk -l "$raw")"
fi
if command -v mformat >/dev/null; then
  cp "$flat" "$tmp/ext4"
  mformat -i "$flat" -T 49152 -h 4 -s 32 ::
  mcopy -i "$flat" "$tmp/src/hello" ::
  expect_eq 'mtools' "$(mtype -i "$raw" ::hello)" 'hello, guest'
  cat "$tmp/ext4" >"$flat"
fi
if loop=$(losetup -r -f --show "$raw" 2>/dev/null); then
  cmp "$loop" "$flat" || { losetup -d "$loop"; fail 'losetup: not the same'; }
  losetup -d "$loop"
fi
expect_failure 'ermission denied' sh -c "echo x >'$raw'"

# open_fails ERRNO FILE TEXT  It cannot be opened, and "error" says why.
open_fails () {
  got=$("$PYTHON" -c 'import errno, os, sys
try:
    os.open(sys.argv[1], os.O_RDONLY)
    print("opened")
except OSError as e:
    print(errno.errorcode[e.errno].replace("ENOTSUP", "EOPNOTSUPP").replace("EOPEOPNOTSUPP", "EOPNOTSUPP"))' "$d/$2")
  expect_eq "$2 ($3)" "$got" "$1"
  grep -qF -- "$3" "$d/error" || fail "$2: error does not say '$3': $(cat "$d/error")"
}

# The descriptor says what else it may be.
descriptor=$root/two.vmdk
cp "$descriptor" "$tmp/good"
says_extent () { sed "s|^RW .*|$1|" "$tmp/good" >"$descriptor"; }
says_extent 'RW 49152 VMFSSPARSE "two-delta.vmdk"'
open_fails EOPNOTSUPP disks/sdb/raw 'the descriptor says VMFSSPARSE "two-delta.vmdk"'
says_extent 'RW 49152 VMFS "vsan://aabb-ccdd"'
open_fails EOPNOTSUPP disks/sdb/raw 'VMFS "vsan://aabb-ccdd"'
says_extent 'RW 49152 FLAT "../other/x-flat.vmdk" 0'
open_fails EOPNOTSUPP disks/sdb/raw 'FLAT "../other/x-flat.vmdk"'
says_extent 'RW 24576 FLAT "two-f001.vmdk" 0\nRW 24576 FLAT "two-f002.vmdk" 0'
open_fails EOPNOTSUPP disks/sdb/raw 'its content is in 2 files'
says_extent 'RW 49151 VMFS "two-flat.vmdk"'
open_fails EIO disks/sdb/raw 'the disk has 25165824 bytes, its extent 25165312'
echo 'no descriptor' >"$descriptor"
open_fails EINVAL disks/sdb/raw 'it is no descriptor of a disk'
head -c 70000 /dev/zero >"$descriptor"
open_fails EOPNOTSUPP disks/sdb/raw 'it is in one file with its descriptor'
rm "$descriptor"
open_fails ENOENT disks/sdb/raw 'it is not there'
cp "$tmp/good" "$descriptor"
truncate -s 20M "$flat"
cat "$raw" >"$tmp/out" 2>"$tmp/err" && fail 'a short extent is read to its end with success'
truncate -s 24M "$flat"

# A machine that runs writes to it, and one that starts does so from then on.
exec 7<"$raw"
echo running >"$d/state"
open_fails EBUSY disks/sdb/raw 'read snapshots/NAME/disks/sdb/raw, or switch the domain off'
! cat <&7 >"$tmp/out" 2>"$tmp/err" || fail 'it is read while the domain runs'
exec 7<&-
expect_failure '' cat "$mnt/datacenters/DC0/datastores/LocalDS_0/files/$vm/two-flat.vmdk"

# Below a snapshot it is read while the machine runs.
mkdir "$d/snapshots/b"
qemu-img convert -f raw "$d/snapshots/b/disks/sdb/raw" "$tmp/b.raw" 2>/dev/null || fail "$(cat "$d/error")"
cmp "$tmp/b.raw" "$flat"
expect_eq 'info' "$(sed -n 's/^format=//p' "$d/disks/sdb/info" "$d/snapshots/b/disks/sdb/info" | tr '\n' ' ')" 'delta thin '
expect_eq 'chain' "$(sed -n 's/^chain=//p' "$d/disks/sdb/info" | tr '\n' ' ')" \
  "[LocalDS_0] $vm/two-000001.vmdk [LocalDS_0] $vm/two.vmdk "
cmp "$d/snapshots/b/disks/sdb/file" "$descriptor"
expect_eq 'as of the snapshot' "$(ls -l "$d/snapshots/b/disks/sdb/capacity" | cut -c1-10)" -r--r--r--
expect_requests "$mnt" 0 cat "$d/snapshots/b/disks/sdb/capacity" "$d/snapshots/b/disks/sdb/info"
open_fails EOPNOTSUPP disks/sdb/raw 'it is a difference from the disk below it'
refused EINVAL disks/sdb/capacity 48MiB 'Invalid operation'
mkdir "$d/snapshots/c"
open_fails EOPNOTSUPP snapshots/c/disks/sdb/raw 'it is a difference from the disk below it'
cmp "$d/snapshots/b/disks/sdb/raw" "$flat"
exec 7<"$d/snapshots/b/disks/sdb/raw"
echo b >"$d/snapshots/delete"
[ ! -e "$d/snapshots/b" ] || fail 'the snapshot is still there'
! cat <&7 >"$tmp/out" 2>"$tmp/err" || fail 'it is read after the snapshot has gone'
exec 7<&-
cmp "$d/snapshots/c/disks/sdb/raw" "$flat"
echo c >"$d/snapshots/delete"
expect_eq 'one disk again' "$(sed -n 's/^chain=//p' "$d/disks/sdb/info")" "[LocalDS_0] $vm/two.vmdk"

# Disks that are stored otherwise.
stored_as () { # CLASS FIELDS...
  control POST "/set?object=$vm&path=config.hardware.device" --data-urlencode value@- >/dev/null <<END
<val xsi:type="ParaVirtualSCSIController"><key>1000</key><busNumber>0</busNumber><device>2000</device><hotAddRemove>true</hotAddRemove><sharedBus>noSharing</sharedBus><scsiCtlrUnitNumber>7</scsiCtlrUnitNumber></val>
<val xsi:type="VirtualDisk"><key>2000</key><backing xsi:type="$1"><fileName>[LocalDS_0] $vm/two.vmdk</fileName>$2</backing><controllerKey>1000</controllerKey><unitNumber>0</unitNumber><capacityInKB>24576</capacityInKB></val>
END
  control POST "/set?object=$vm&path=config.changeVersion&value=v$((n = ${n:-0} + 1))" >/dev/null
  await grep -q "^format=$3" "$d/disks/sda/info"
  open_fails EOPNOTSUPP disks/sda/raw "$4"
}
echo off >"$d/state"
mode='<diskMode>persistent</diskMode>'
stored_as VirtualDiskSparseVer2BackingInfo "$mode" sparse 'in the sparse format'
stored_as VirtualDiskSeSparseBackingInfo "$mode" sesparse 'in the SEsparse format'
stored_as VirtualDiskRawDiskMappingVer1BackingInfo "<compatibilityMode>virtualMode</compatibilityMode>$mode" rdm 'a mapping of a raw device'
stored_as VirtualDiskRawDiskMappingVer1BackingInfo "<compatibilityMode>physicalMode</compatibilityMode>$mode" rdmp 'a mapping of a raw device'
stored_as VirtualDiskFlatVer2BackingInfo "<backingObjectId>aabb</backingObjectId>$mode<thinProvisioned>true</thinProvisioned>" thin 'an object of the storage'
stored_as VirtualDiskFlatVer2BackingInfo "$mode<thinProvisioned>false</thinProvisioned><eagerlyScrub>true</eagerlyScrub><keyId><keyId>k</keyId></keyId>" eager 'it is encrypted'
unmount_hvfs
