#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/content/test-content-tools.sh - what programs do with files does the same in a datastore
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires rsync sqlite3 vim

start_vcsim -vm 1
mount_hvfs "$(vcsim_uri vpx)" "$mnt" -o content,allow_delete,spool="$tmp"
files=$mnt/datacenters/DC0/datastores/LocalDS_0/files
root=$(sed -n 's/^url=//p' "$files/../info")
# As many users have it: a datastore gives no group the right to write, and keeps no mode.
umask 002
mkdir -p "$tmp/tree/a/b"
seq 100000 >"$tmp/tree/a/numbers"
head -c 5000000 /dev/urandom >"$tmp/tree/a/b/noise"
: >"$tmp/tree/empty"

# A tree, by three programs; of what is there already nothing is sent.
rsync -a "$tmp/tree/" "$files/rsync"
diff -r "$tmp/tree" "$root/rsync"
sent () { sed -n 's/^request.PUT=//p' "$mnt/.hvfs/stats"; }
before=$(sent)
rsync -a "$tmp/tree/" "$files/rsync"
expect_eq 'the second rsync sends' "$(sent)" "$before"
# Until somebody else writes it.
touch -d 2001-01-01 "$root/rsync/a/numbers"
changed () { [ "$(stat -c %Y "$files/rsync/a/numbers")" = "$(stat -c %Y "$root/rsync/a/numbers")" ]; }
await changed
cp -a "$tmp/tree" "$files/cp"
diff -r "$tmp/tree" "$root/cp"
tar cf - -C "$tmp" tree | tar xf - --no-same-owner -C "$files"
diff -r "$tmp/tree" "$root/tree"
tar cf - -C "$files" tree | tar xf - -C "$tmp/config"
diff -r "$tmp/tree" "$tmp/config/tree"

# In the middle, by an editor, and as a database.
cp "$tmp/tree/a/numbers" "$tmp/numbers"
for of in "$tmp/numbers" "$files/tree/a/numbers"; do
  dd if="$tmp/tree/a/b/noise" of="$of" bs=1000 seek=50 count=20 conv=notrunc status=none
done
cmp "$tmp/numbers" "$root/tree/a/numbers"
printf 'displayName = "old"\nmemSize = "4"\n' >"$files/m.vmx"
vim -es -u NONE -c '%s/old/new/' -c 'wq' "$files/m.vmx" </dev/null
expect_eq 'vim' "$(cat "$root/m.vmx")" "$(printf 'displayName = "new"\nmemSize = "4"')"
sqlite3 "$tmp/db" 'create table t (n); insert into t values (42);'
cp "$tmp/db" "$files/db"
expect_eq 'sqlite3' "$(sqlite3 "file:$files/db?immutable=1" 'select n from t')" 42

# Others who have it open.
"$PYTHON" - "$files/open" "$root/open" "$files/other" <<'END'
import errno, os, sys
name, stored, other = sys.argv[1:]
def put(path, text):
    with open(path, "w") as out:
        out.write(text)
put(name, "first")
one = os.open(name, os.O_RDONLY)
assert os.read(one, 5) == b"first"
# Another file has its name now.
put(other, "second")
os.rename(other, name)
assert open(name).read() == open(stored).read() == "second"
os.close(one)
# Two writers: who closes last has written it.
a, b = (os.open(name, os.O_WRONLY | os.O_TRUNC) for _ in "ab")
os.write(a, b"of a")
os.write(b, b"that of b")
os.close(a)
assert open(stored).read() == "of a"
os.close(b)
assert open(stored).read() == "that of b", open(stored).read()
# What is gone is not stored.
a = os.open(name, os.O_RDWR)
os.unlink(name)
try:
    os.write(a, b"more")
    os.close(a)
except OSError as error:
    assert error.errno in (errno.ESTALE, errno.ENOENT, errno.EIO), error
assert not os.path.exists(stored) and not os.path.exists(name)
END
[ -z "$(find "$root" -name '.hvfs-*')" ] || fail 'parts are left'
unmount_hvfs
