#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/content/test-content-copy.sh - the server copies what is copied within it
. "${srcdir:-$(dirname "$0")/..}/functions.sh"

start_vcsim -vm 1 -ds 2
mount_hvfs "$(vcsim_uri vpx)" "$mnt" -o content,allow_delete,spool="$tmp"
stores=$mnt/datacenters/DC0/datastores
files=$stores/LocalDS_0/files
root=$(sed -n 's/^url=//p' "$files/../info")
other=$(sed -n 's/^url=//p' "$stores/LocalDS_1/info")
head -c 6000001 /dev/urandom >"$root/a.iso"
printf descriptor >"$root/d.vmdk"
printf extent >"$root/d-flat.vmdk"
await exists "$files/a.iso"

# A copy within the server: no byte of it comes here.
sent () { sed -n "s/^request.$1=//p" "$mnt/.hvfs/stats"; }
gets=$(sent GET)
cp "$files/a.iso" "$files/b.iso"
cmp "$root/a.iso" "$root/b.iso"
cp "$files/a.iso" "$stores/LocalDS_1/files/c.iso"
cmp "$root/a.iso" "$other/c.iso"
cp "$files/a.iso" "$files/b.iso"
expect_eq 'copies' "$(sent CopyDatastoreFile_Task) $(sent GET) $(sent PUT)" "3 $gets "
# A disk with its extent.
cp "$files/d.vmdk" "$files/e.vmdk"
expect_eq 'disk' "$(cat "$root/e-flat.vmdk" "$files/e-flat.vmdk")" extentextent
expect_eq 'descriptor' "$(stat -c %s "$files/e.vmdk")" "$(stat -c %s "$root/e.vmdk")"
expect_eq 'disks' "$(sent CopyVirtualDisk_Task)" 1
# A part of a file, and what is written after a copy, go the long way.
"$PYTHON" -c 'import os, sys
a, b = os.open(sys.argv[1], os.O_RDONLY), os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT)
n = os.copy_file_range(a, b, 6000001)
os.write(b, b"more")
os.close(b)
assert n == 6000001' "$files/a.iso" "$files/f.iso"
(cat "$root/a.iso"; printf more) | cmp - "$root/f.iso"
dd if="$files/a.iso" of="$files/g.iso" bs=1000 count=7 skip=1 status=none
tail -c +1001 "$root/a.iso" | head -c 7000 | cmp - "$root/g.iso"
control POST '/fail?method=CopyDatastoreFile_Task&what=fault&fault=FileLocked&message=Somebody%20has%20it.' >/dev/null
if cp "$files/a.iso" "$files/h.iso" 2>"$tmp/err"; then fail 'locked, with success'; fi
[ ! -e "$root/h.iso" ] || fail 'locked, but there'
# A whole tree with a disk is again one: the extent is copied once.
mkdir "$files/vm"
mv "$files/d.vmdk" "$files/vm/"
cp -r "$files/vm" "$files/vm2"
diff -r "$root/vm" "$root/vm2"
[ -z "$(find "$root" "$other" -name '.hvfs-*')" ] || fail 'parts are left'
# What the server copies only after it was given up is removed then.
control POST '/fail?method=CopyDatastoreFile_Task&what=late' >/dev/null
if cp "$files/a.iso" "$files/i.iso" 2>"$tmp/err"; then fail 'a copy that nobody knows of, with success'; fi
[ ! -e "$root/i.iso" ] || fail 'given up, but there'
parts () { find "$root" -name '.hvfs-*'; }
[ -z "$(parts)" ] || fail 'it was not late'
control POST /heal >/dev/null
removed () { grep -q 'the part of a file that was left there is removed' "$hvfs_log"; }
await removed
[ -z "$(parts)" ] || fail 'the part of a late copy stays'
unmount_hvfs
