#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/content/test-content-stream.sh - a large file goes up while it is written, and is right
# or not there, whatever the server makes of it
. "${srcdir:-$(dirname "$0")/..}/functions.sh"

start_vcsim -vm 1
mount_hvfs "$(vcsim_uri vpx)" "$mnt" -o content,allow_delete,spool="$tmp",timeout=5
files=$mnt/datacenters/DC0/datastores/LocalDS_0/files
root=$(sed -n 's/^url=//p' "$files/../info")
head -c 40000001 /dev/urandom >"$tmp/iso"

no_parts () {
  [ -z "$(find "$root" -name '.hvfs-*')" ] || fail "$1: a part is left"
}
misbehave () {
  control POST "/fail?method=$1%20/folder&what=$2" >/dev/null
}
# write NAME SCRIPT  "put" in it appends so many more of the bytes that are in "all".
write () {
  "$PYTHON" - "$tmp/iso" "$files/$1" <<END
import os, signal, sys, time
root = "$root"
all = open(sys.argv[1], "rb").read()
out = os.open(sys.argv[2], os.O_RDWR | os.O_CREAT | os.O_TRUNC)
at = 0
def put(n):
    global at
    while n:
        done = os.write(out, all[at:at + min(n, 1 << 20)])
        at, n = at + done, n - done
$2
END
}
goes_up () { [ -n "$(find "$root" -name '.hvfs-*' -size +1000k)" ]; }
gone_up () {
  cmp "$tmp/iso" "$root/$1" || fail "$1: other bytes"
  no_parts "$1"
}

# It is one transfer, and the server is asked how much it has got.
cp "$tmp/iso" "$files/0.iso" # there is no ticket, which is known from now on
ls "$files" >/dev/null
expect_requests "$mnt" 3 cp "$tmp/iso" "$files/a.iso"
gone_up a.iso
# Before it is closed most of it is there; who is killed then leaves nothing.
if write b.iso 'put(30000000)
while not any(e.name.startswith(".hvfs-") and e.stat().st_size > 20000000 for e in os.scandir(root)):
    time.sleep(0.01)
assert not os.path.exists(root + "/b.iso")
os.kill(os.getpid(), signal.SIGTERM)' 2>"$tmp/err"; then fail 'it was not killed'; fi
! grep -q Error "$tmp/err" || fail "$(cat "$tmp/err")"
await missing "$files/b.iso"
no_parts 'interrupted'

# A length that was said before; zeros where nothing was written.
misbehave PUT '411&times=0'
write c.iso 'os.ftruncate(out, len(all)); put(len(all))'
gone_up c.iso
write d.iso 'os.ftruncate(out, len(all)); put(20000000)'
(head -c 20000000 "$tmp/iso"; head -c 20000001 /dev/zero) | cmp - "$root/d.iso"
# A server that wants to be told gets it from the local disk.
cp "$tmp/iso" "$files/e.iso"
gone_up e.iso
control POST /heal >/dev/null
unmount_hvfs
mount_hvfs "$(vcsim_uri vpx)" "$mnt" -o content,allow_delete,spool="$tmp",timeout=5

# In another order: before the server has had more than is kept here, and after.
for n in 6000000 39000000; do
  write f.iso "put($n); os.lseek(out, 0, 0); os.write(out, b'X' * 1000); os.lseek(out, $n, 0); put(len(all) - $n)
assert os.pread(out, 1002, 0) == b'X' * 1000 + all[1000:1002]"
  (head -c 1000 /dev/zero | tr '\0' X; tail -c +1001 "$tmp/iso") | cmp - "$root/f.iso"
done
write g.iso 'put(20000000); os.lseek(out, 30000000, 0); os.write(out, b"end"); os.ftruncate(out, 30000002)'
(head -c 20000000 "$tmp/iso"; head -c 10000000 /dev/zero; printf en) | cmp - "$root/g.iso"
write g.iso 'put(20000000); os.fsync(out); put(len(all) - 20000000)'
gone_up g.iso

# Too much to do is waited out; a session that ended is begun anew.
misbehave PUT 503
cp "$tmp/iso" "$files/h.iso"
gone_up h.iso
control POST /expire >/dev/null
cp "$tmp/iso" "$files/h.iso"
gone_up h.iso

# A server that is lost in the middle: the writer is told, and nothing is left.
misbehave PUT 'cut&bytes=30000000'
if cp "$tmp/iso" "$files/i.iso" 2>"$tmp/err"; then fail 'cut, with success'; fi
await missing "$files/i.iso"
[ ! -e "$root/i.iso" ] || fail 'half a file has its name'
no_parts 'cut'
grep -q 'i.iso: ' "$mnt/.hvfs/errors" || fail "errors: $(cat "$mnt/.hvfs/errors")"
# Nobody can tell a server that is gone to remove it: that is done when it is there again.
misbehave PUT 'stall&bytes=30000000'
cp "$tmp/iso" "$files/i.iso" 2>"$tmp/err" &
pid=$!
await goes_up
control POST /down >/dev/null
if wait "$pid"; then fail 'lost, with success'; fi
[ -n "$(find "$root" -name '.hvfs-*')" ] || fail 'there is no part that could be left'
control POST /heal >/dev/null
control POST /up >/dev/null
no_part () { [ -z "$(find "$root" -name '.hvfs-*')" ]; }
await no_part
removed () { grep -q 'the part of a file that was left there is removed' "$hvfs_log"; }
await removed
[ ! -e "$root/i.iso" ] || fail 'half a file has its name'
# What it has had is told to nobody before it is checked.
misbehave HEAD 500
if cp "$tmp/iso" "$files/j.iso" 2>"$tmp/err"; then fail 'unchecked, with success'; fi
[ ! -e "$root/j.iso" ] || fail 'unchecked, but there'
no_parts 'unchecked'

# A server that stood still does what it was sent after it has got the same again: it empties a
# file then, and has no more than came to it.  That is another file than the one that is stored.
for size in 3000000 9000000; do
  head -c "$size" "$tmp/iso" >"$tmp/part"
  misbehave PUT 'late&bytes=100000'
  misbehave PUT 'slow&ms=60000'
  cp "$tmp/part" "$files/l.iso" &
  pid=$!
  all_there () { [ -n "$(find "$root" -name '.hvfs-*' -size "${size}c")" ]; }
  await all_there
  control POST /heal >/dev/null
  wait "$pid" || fail 'a server that stood still: not stored'
  cmp "$tmp/part" "$root/l.iso"
  await no_part
done

# Who waits for a server that takes no more is let go at once.
misbehave PUT 'stall&bytes=30000000'
cp "$tmp/iso" "$files/k.iso" &
pid=$!
await goes_up
kill "$pid"
wait "$pid" 2>/dev/null || :
await missing "$files/k.iso"
no_parts 'let go'
unmount_hvfs
