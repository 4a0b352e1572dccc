#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/fault/test-fault-daemon.sh - hvfs is stopped for a while, its server's key changes, the
# stream of updates is dead while all else answers, the disk of the spool is full, and hvfs is
# killed in the middle of work
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires timeout openssl
start_vcsim -vm 1 -cluster 0
requires_fuse
pin=$("$HVFS" -f "vpx://user@$vcsim_hostport/" "$mnt" 2>&1 | grep -o 'sha256//[A-Za-z0-9+/=]*' | head -n 1)
spool=$tmp/spool
mkdir "$spool"
mount_hvfs "vpx://user@$vcsim_hostport/?pin=$pin" "$mnt" -o content,timeout=4,spool="$spool"
vm=$mnt/by-name/DC0_H0_VM0
files=$mnt/datacenters/DC0/datastores/LocalDS_0/files
root=$(sed -n 's/^url=//p' "$files/../info")
set_note () { control POST "/set?object=DC0_H0_VM0&path=config.annotation&value=$1" >/dev/null; }

# Suspended, with its machine or by a signal: who reads meanwhile waits, and reads what is so then.
set_note before
await says "$vm/annotation" before
kill -STOP "$hvfs_pid"
set_note after
cat "$vm/annotation" "$vm/config.xml" >"$tmp/late" &
reader=$!
! timeout 1 cat "$vm/memory" >"$tmp/out" || [ "$(cat "$tmp/out")" = 2097152 ] || fail 'a stopped hvfs has answered wrong'
kill -CONT "$hvfs_pid"
wait "$reader" || fail 'a reader failed'
await says "$vm/annotation" after
grep -q after "$vm/config.xml" || fail 'an old configuration after the stop'

# For longer than the server keeps the session, and the connections.
kill -STOP "$hvfs_pid"
control POST /expire >/dev/null
control POST /cut >/dev/null
set_note later
kill -CONT "$hvfs_pid"
await says "$vm/annotation" later

# The certificate is renewed, with another key: nothing is sent to who has it.
control POST '/certificate?kind=other' >/dev/null
control POST /reset >/dev/null
control POST /cut >/dev/null
await status_is lost
await grep -q '^reason=.*pin' "$mnt/.hvfs/status"
! cat "$vm/state" >/dev/null 2>"$tmp/err" || fail 'read from a server that is not known'
expect_eq 'logins with another key' "$(vcsim_requests Login)" 0
control POST '/certificate?kind=own' >/dev/null
kill -HUP "$hvfs_pid"
await says "$vm/annotation" later

# The stream of updates is dead, and all else answers: that is a server that is lost.
control POST '/fail?what=silent&method=WaitForUpdatesEx&times=0' >/dev/null
set_note ping
set_note unheard
reads_old () { timeout 20 cat "$vm/annotation" >/dev/null 2>&1; }
not_old () { ! reads_old || status_is lost; }
await not_old
control POST /heal >/dev/null
await says "$vm/annotation" unheard

# No room in the spool: that is what is said, and nothing is on the server.
if [ "$(id -u)" = 0 ] && mount -t tmpfs -o size=64k hvfs-test "$spool"; then
  # Not by dd, which closes once before it writes, and so stores an empty file.
  write_late () {
    "$PYTHON" -c 'import sys
try:
    with open(sys.argv[1], "wb", 0) as file:
        file.seek(1000)
        for _ in range(300): file.write(bytes(1000))
except OSError as error: sys.exit(str(error))' "$files/full"
  }
  expect_failure 'No space left on device' write_late
  await missing "$files/full"
  [ ! -e "$root/full" ] || fail 'a part of a file is on the server'
  grep -q 'full: .*No space left on device' "$mnt/.hvfs/errors" || fail "errors: $(cat "$mnt/.hvfs/errors")"
  umount "$spool"
  write_late || fail 'with room again'
fi

# Killed in the middle: a task under way, a file half written, an editor with a text.
"$PYTHON" -c 'import signal, sys
half, scratch = (open(path, "wb", 0) for path in sys.argv[1:3])
half.write(bytes(200000))
scratch.write(b"scratch")
open(sys.argv[3], "w").close()
signal.pause()' "$files/half" "$vm/config.xml.new" "$tmp/opened" &
editor=$!
vcsims="$vcsims $editor"
await exists "$tmp/opened"
control POST '/task-time?ms=600000&method=PowerOffVM_Task' >/dev/null
(echo off >"$vm/state") 2>"$tmp/writer" &
writer=$!
runs () { grep -q 'powerOff.*running' "$mnt/tasks"; }
await runs
kill -KILL "$hvfs_pid"
wait "$hvfs_pid" 2>/dev/null || :
! wait "$writer" || fail 'a writer was told that it is done'
expect_failure 'Transport endpoint is not connected' ls "$mnt"
end_process "$editor" || :
mount_again () { "$HVFS" -o content,timeout=4 "vpx://user@$vcsim_hostport/?pin=$pin" "$mnt" </dev/null; }
mount_again || fail 'it does not mount again'
{ [ ! -e "$files/half" ] && [ ! -e "$root/half" ]; } || fail 'a half file is there under its name'
[ ! -e "$vm/config.xml.new" ] || fail 'a scratch file has outlived hvfs'
expect_eq 'the state, as the server has it' "$(cat "$vm/state")" running
control POST /hurry >/dev/null
await says "$vm/state" off
fusermount3 -u "$mnt"
