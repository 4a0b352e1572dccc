#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/service/test-mount-ready.sh - a service manager is told when the tree is there, and of the end
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires_fuse

start_vcsim -vm 1 -user user -password 'pass word'
uri=$(vcsim_uri vpx)

# A line each: what was said, after the process that said it, and whether the tree was there.
cat >"$tmp/listen.py" <<'P'
import socket, struct, sys
name, mountpoint = sys.argv[1:]
def is_mounted():  # without touching it: who unmounts at that moment would be told that it is busy
    with open('/proc/self/mountinfo') as lines:
        return any(line.split()[4] == mountpoint for line in lines)
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
s.bind('\0' + name[1:] if name[0] == '@' else name)
print('listening', flush=True)
while True:
    data, control, _, _ = s.recvmsg(4096, 256)
    pid, _, _ = struct.unpack('3i', control[0][2])
    there = 'mounted' if is_mounted() else 'empty'
    print(pid, there, *data.decode().split('\n'), sep='|', flush=True)
P

# listen NAME
listen () {
  rm -f "$tmp/said" # of the one before: what the new one says is awaited
  "$PYTHON" "$tmp/listen.py" "$1" "$mnt" >"$tmp/said" 2>"$tmp/listen.log" &
  listener=$!
  vcsims="$listener $vcsims" # however the test ends
  await grep -qs listening "$tmp/said"
  export NOTIFY_SOCKET="$1"
}
# Everything that was sent is read before the socket ends.
stop_listening () {
  kill "$listener"
  wait "$listener" 2>/dev/null || :
}

for name in "$tmp/notify" "@hvfs-test-$$"; do
  listen "$name"
  mount_hvfs "$uri" "$mnt"
  await grep -qx "$hvfs_pid|mounted|READY=1|STATUS=mounted at $mnt" "$tmp/said"
  unmount_hvfs
  await grep -q "^$hvfs_pid|.*|STOPPING=1" "$tmp/said"
  expect_eq "messages at $name" "$(grep -c '|' "$tmp/said")" 2
  stop_listening
done

# In the background the parent says who goes on: it is the one that was started.
listen "@hvfs-test-$$-b"
"$HVFS" "$uri" "$mnt" </dev/null &
parent=$!
wait "$parent"
await grep -q "^$parent|mounted|MAINPID=[0-9]*|READY=1|STATUS=mounted at $mnt$" "$tmp/said"
pid=$(sed -n 's/.*MAINPID=\([0-9]*\).*/\1/p' "$tmp/said")
expect_eq 'the main process' "$(tr '\0' '\n' <"/proc/$pid/cmdline" | head -n 1)" "$HVFS"
kill "$pid"
await grep -q "^$pid|.*|STOPPING=1" "$tmp/said"
await is_gone "$pid"
stop_listening

# What went wrong, and no READY=1.
listen "@hvfs-test-$$-c"
echo wrong >"$tmp/wrong"
chmod 600 "$tmp/wrong"
expect_failure 'incorrect user name or password' "$HVFS" -f -o "password_file=$tmp/wrong" "$uri" "$mnt"
await grep -q '|STATUS=.*incorrect user name or password.*|ERRNO=13$' "$tmp/said"
! grep -q READY "$tmp/said" || fail "$(cat "$tmp/said")"
stop_listening

# A watchdog hears of it for as long as hvfs answers, and of the server when it is lost.
listen "@hvfs-test-$$-w"
WATCHDOG_USEC=200000 mount_hvfs "$uri" "$mnt"
heard () { [ "$(grep -c "^$hvfs_pid|.*WATCHDOG=1$" "$tmp/said")" -ge "$1" ]; }
await heard 3
control POST /down >/dev/null
await grep -q '|STATUS=lost the server: ' "$tmp/said"
control POST /up >/dev/null
is_back () { [ "$(grep -c 'STATUS=mounted at' "$tmp/said")" = 2 ]; }
await is_back
kill -STOP "$hvfs_pid"
n=$(grep -c WATCHDOG "$tmp/said")
kill -CONT "$hvfs_pid"
await heard $((n + 3))
unmount_hvfs
stop_listening
listen "@hvfs-test-$$-v"
WATCHDOG_USEC=200000 WATCHDOG_PID=1 mount_hvfs "$uri" "$mnt"
unmount_hvfs
! grep -q WATCHDOG "$tmp/said" || fail 'the watchdog of another process was told'
stop_listening

# On the journal's own stream each line begins with its level; here that nobody can be told.
"$PYTHON" - "$HVFS" "$uri" "$mnt" <<'P' >"$tmp/journal"
import os, subprocess, sys
r, w = os.pipe()
st = os.fstat(w)
env = dict(os.environ, JOURNAL_STREAM=f'{st.st_dev}:{st.st_ino}')
p = subprocess.Popen([sys.argv[1], '-f', *sys.argv[2:]], stderr=w, stdin=subprocess.DEVNULL, env=env)
os.close(w)
with os.fdopen(r) as lines:
    print(lines.readline(), end='')
    p.terminate()
    print(lines.read(), end='')
P
grep -q '^<4>NOTIFY_SOCKET=' "$tmp/journal" || fail "$(cat "$tmp/journal")"
! grep -qv '^<[3-7]>' "$tmp/journal" || fail "$(cat "$tmp/journal")"

# A name that would be two lines is one; nobody there, or no name of a socket, is no error.
listen "$tmp/notify-2"
mkdir "$tmp/"$'a\nMAINPID=1'
"$HVFS" -f "$uri" "$tmp/"$'a\nMAINPID=1' </dev/null &
pid=$!
await grep -q 'STATUS=mounted at .*a MAINPID=1$' "$tmp/said"
fusermount3 -u "$tmp/"$'a\nMAINPID=1'
wait "$pid" || fail "hvfs ended with status $?"
stop_listening
for name in "$tmp/notify-2" "$tmp/nowhere" relative @ ''; do
  NOTIFY_SOCKET=$name mount_hvfs "$uri" "$mnt"
  [ -s "$mnt/about" ] || fail "nothing there: NOTIFY_SOCKET='$name'"
  unmount_hvfs
done
unset NOTIFY_SOCKET
mount_hvfs "$uri" "$mnt"
unmount_hvfs
