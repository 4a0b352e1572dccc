#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/content/test-content-write.sh - files of datastores are made, moved and, under -o allow_delete
# alone, removed and overwritten; what is not whole is never seen
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires rsync

start_vcsim -vm 1 -ds 2
mount_hvfs "$(vcsim_uri vpx)" "$mnt" -o content,spool="$tmp"
stores=$mnt/datacenters/DC0/datastores
files=$stores/LocalDS_0/files
root=$(sed -n 's/^url=//p' "$files/../info")
other=$(sed -n 's/^url=//p' "$stores/LocalDS_1/info")
head -c 5000001 /dev/urandom >"$tmp/iso"

no_parts () {
  [ -z "$(find "$root" "$other" -name '.hvfs-*')" ] || fail "$1: parts are left: $(find "$root" "$other" -name '.hvfs-*')"
}

# Made: whole, in a directory, with an odd name, empty, by pieces.
mkdir "$files/iso"
[ -d "$root/iso" ] || fail 'mkdir'
cp "$tmp/iso" "$files/iso/a 100% + ü.iso"
cmp "$tmp/iso" "$root/iso/a 100% + ü.iso"
cmp "$tmp/iso" "$files/iso/a 100% + ü.iso"
expect_eq 'size' "$(stat -c %s "$files/iso/a 100% + ü.iso")" 5000001
: >"$files/empty"
expect_eq 'empty' "$(stat -c %s "$root/empty")" 0
(echo one; sh -c 'echo two'; /bin/echo three) >"$files/lines"
expect_eq 'lines' "$(cat "$root/lines")" "$(printf 'one\ntwo\nthree')"
dd if="$tmp/iso" of="$files/seek" bs=1000 seek=10 count=5 status=none
expect_eq 'dd' "$(md5sum <"$root/seek")" "$( (head -c 10000 /dev/zero; head -c 5000 "$tmp/iso") | md5sum)"
# What is being written is not gone when the directory is listed anew.
exec 3>"$files/slow"
echo half >&3
echo yes >"$files/../refresh"
find "$files" -maxdepth 1 | grep -q '/slow$' || fail 'a file that is being written is not listed'
echo rest >&3
exec 3>&-
expect_eq 'slow' "$(cat "$root/slow")" "$(printf 'half\nrest')"
tar cf - -C "$tmp" iso | tar xf - -C "$files/iso"
cmp "$tmp/iso" "$root/iso/iso"
no_parts 'made'

# Moved, with a disk's extent, and to another datastore.
mv "$files/iso/iso" "$files/iso/b.iso"
cmp "$tmp/iso" "$root/iso/b.iso"
[ ! -e "$files/iso/iso" ] || fail 'the old name is still there'
mv "$files/iso/b.iso" "$stores/LocalDS_1/files/"
cmp "$tmp/iso" "$other/b.iso"
echo descriptor >"$files/d.vmdk"
echo extent >"$files/d-flat.vmdk"
mv "$files/d.vmdk" "$files/e.vmdk"
expect_eq 'extent' "$(cat "$files/e-flat.vmdk" "$root/e-flat.vmdk" | sort -u)" extent
await missing "$files/d-flat.vmdk"
mv "$files/iso" "$files/images"
[ -f "$root/images/a 100% + ü.iso" ] || fail 'a directory is not moved'

# Nothing is removed, replaced or changed.
for command in "rm -f '$files/lines'" "echo x >'$files/lines'" "echo x >>'$files/lines'" \
  "truncate -s 3 '$files/lines'" "mv -f '$files/empty' '$files/lines'" "rmdir '$files/images'" \
  "cp '$tmp/iso' '$files/lines'"; do
  expect_failure 'not permitted' sh -c "$command"
done
expect_eq 'lines, still' "$(cat "$root/lines")" "$(printf 'one\ntwo\nthree')"
touch "$files/lines"

# df is that of the datastore.
available=$(sed -n 's/^available=//p' "$files/../info")
expect_eq 'df' "$(df -B1 --output=avail "$files" | tail -1 | tr -d ' ')" $((available / 4096 * 4096))

# Who is killed leaves nothing; nor does a server that refuses.
"$PYTHON" -c 'import signal, sys
with open(sys.argv[1], "wb") as out:
    out.write(b"half of it" * 100000)
    signal.pause()' "$files/killed" &
copy=$!
await test -s "$files/killed"
kill -KILL "$copy"
wait "$copy" 2>/dev/null || :
await missing "$files/killed"
[ ! -e "$root/killed" ] || fail 'what was not whole is stored'
control POST '/fail?method=PUT%20/folder&what=500&times=0' >/dev/null
expect_failure 'Input/output error' cp "$tmp/iso" "$files/refused"
control POST /heal >/dev/null
[ ! -e "$files/refused" ] || fail 'refused, but there'
[ ! -e "$root/refused" ] || fail 'refused, but stored'
grep -q 'refused: store.*Internal Server Error' "$mnt/.hvfs/errors" || fail "errors: $(cat "$mnt/.hvfs/errors")"
# As at the top of a vSAN, where there are directories only, and those of another kind.
control POST '/fail?method=MakeDirectory&what=fault&fault=CannotCreateFile&message=Cannot%20complete%20file%20creation.' >/dev/null
expect_failure '' mkdir "$files/at the top"
grep -q 'at the top: .*Cannot complete file creation' "$mnt/.hvfs/errors" || fail "errors: $(cat "$mnt/.hvfs/errors")"
[ ! -e "$files/at the top" ] || fail 'refused, but there'
control POST '/fail?method=MoveDatastoreFile_Task&what=fault&fault=FileLocked&message=Somebody%20has%20it.' >/dev/null
if cp "$tmp/iso" "$files/locked" 2>"$tmp/err"; then fail 'locked, with success'; fi
[ ! -e "$files/locked" ] || fail 'locked, but there'
grep -q 'locked: store.*Somebody has it' "$mnt/.hvfs/errors" || fail "errors: $(cat "$mnt/.hvfs/errors")"
no_parts 'failures'
unmount_hvfs

# With allow_delete: overwritten whole and in the middle, removed.
mount_hvfs "$(vcsim_uri vpx)" "$mnt" -o content,allow_delete,spool="$tmp"
echo new >"$files/lines"
expect_eq 'overwritten' "$(cat "$root/lines")" new
echo more >>"$files/lines"
expect_eq 'appended' "$(cat "$root/lines")" "$(printf 'new\nmore')"
printf X | dd of="$files/lines" bs=1 seek=1 conv=notrunc status=none
expect_eq 'in the middle' "$(cat "$files/lines")" "$(printf 'nXw\nmore')"
truncate -s 2 "$files/lines"
expect_eq 'truncated' "$(cat "$root/lines")" nX
rsync -r --inplace "$tmp/iso" "$files/lines"
cmp "$tmp/iso" "$root/lines"
rsync -r "$tmp/iso" "$files/by-rsync"
cmp "$tmp/iso" "$root/by-rsync"
cp "$tmp/iso" "$files/lines"
mv "$files/by-rsync" "$files/lines"
cmp "$tmp/iso" "$root/lines"
rm "$files/e.vmdk"
[ ! -e "$root/e-flat.vmdk" ] || fail 'the extent is left'
expect_failure 'not empty' rmdir "$files/images"
rm -r "$files/images" "$files/lines"
[ ! -e "$root/images" ] || fail 'rm -r leaves the directory'
[ ! -e "$root/lines" ] || fail 'rm -r leaves the file'
no_parts 'the end'
unmount_hvfs
