#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# .hvfs/errors as tail -f reads it: each failure as it comes, and where old ones have left
# the list no byte of a line that is not its own.
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires "$PYTHON"
start_vcsim -vm 1
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
errors=$mnt/.hvfs/errors state=$mnt/by-name/DC0_H0_VM0/state

fails () { ! echo "$1" >"$state" 2>"$tmp/out" || fail "'$1' was taken"; }
has_line () { grep -q "state: '$1': Invalid argument: .*standby\$" "$tmp/tail"; }

fails before
tail -f "$errors" >"$tmp/tail" 2>"$tmp/tail.err" &
tail=$!
await has_line before
fails sleepy
await has_line sleepy
fails dreamy
await has_line dreamy
kill $tail
wait $tail 2>"$tmp/out" || true
expect_eq 'what tail has read' "$(cat "$tmp/tail")" "$(cat "$errors")"

# One descriptor: what was added is read on, whether or not other lines have left.
"$PYTHON" - "$errors" "$state" <<'END' || fail 'a descriptor that stays open'
import os, sys
fd = os.open(sys.argv[1], os.O_RDONLY)
def fails(word):
    out = os.open(sys.argv[2], os.O_WRONLY)
    try:
        os.write(out, word.encode())
        sys.exit('taken: ' + word)
    except OSError:
        os.close(out)
def now():
    with open(sys.argv[1], 'rb') as file:
        return file.read()
first = os.read(fd, 1 << 16)
assert first == now()
fails('more')
added = os.read(fd, 1 << 16)
assert first + added == now() and added.count(b'\n') == 1
assert os.read(fd, 1 << 16) == b''
for i in range(100):
    fails('word %d' % i)
added = os.read(fd, 1 << 16)
assert [line.split(b"'")[1] for line in added.splitlines()] == [b'word %d' % i for i in range(100)]
assert os.read(fd, 1 << 16) == b''
os.lseek(fd, 0, os.SEEK_SET)
again = os.read(fd, 1 << 16)
assert again == now() and again.count(b'\n') == 100
END
expect_failure 'Permission denied' sh -c ": >'$errors'"
unmount_hvfs
