#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/mount/test-mount-end.sh - unmounting, by whatever means, logs out; the daemon is one
# that went to the background
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires_fuse

has_logged_out () { [ "$(vcsim_requests Logout)" = 1 ]; }
is_unmounted () { ! mountpoint -q "$mnt"; }

# The process whose mount it is: the one with our mount point in its arguments.
daemon_pid () {
  for process in /proc/[0-9]*; do
    if tr '\0' '\n' <"$process/cmdline" | grep -qxF "$mnt"; then echo "${process#/proc/}"; fi
  done 2>/dev/null
}

# ends COMMAND...  with %PID for the daemon's
ends () {
  control POST /reset >"$tmp/out"
  # A shell's background jobs ignore INT, those of nohup HUP, and what ignores it at its start
  # goes on so.
  env --default-signal=INT,HUP "$HVFS" "$(vcsim_uri vpx)" "$mnt" </dev/null || fail "cannot mount"
  mountpoint -q "$mnt" || fail 'it returned before it had mounted'
  pid=$(daemon_pid)
  mounts="$pid:$mnt $mounts"
  # It shows this to nobody else.
  if [ "$(id -u)" = 0 ]; then
    expect_eq 'its directory' "$(readlink "/proc/$pid/cwd")" /
    expect_eq 'its input' "$(readlink "/proc/$pid/fd/0")" /dev/null
  fi
  eval "$(echo "$*" | sed "s/%PID/$pid/")"
  await is_gone "$pid"
  await has_logged_out
  is_unmounted || fail "still mounted after $*"
  mounts=
}

start_vcsim
ends fusermount3 -u "$mnt"
ends kill -TERM %PID
ends kill -INT %PID
[ "$(id -u)" != 0 ] || ends umount "$mnt"

# Ctrl-C before there is a mount leaves no session behind.
has_no_session () { [ "$(control GET /sessions)" = 0 ]; }
is_filling () { [ "$(vcsim_requests WaitForUpdatesEx)" = 1 ]; }
for signal in INT TERM HUP; do
  await has_no_session
  control POST /reset >"$tmp/out"
  control POST '/fail?what=silent&method=WaitForUpdatesEx' >"$tmp/out"
  env --default-signal=INT,HUP "$HVFS" -f "$(vcsim_uri vpx)" "$mnt" </dev/null 2>"$tmp/err" &
  pid=$!
  mounts="$pid:$mnt"
  await is_filling
  kill -s "$signal" "$pid"
  status=0
  wait "$pid" || status=$?
  expect_eq "status after $signal" "$status" 1
  expect_eq 'what it says' "$(cat "$tmp/err")" 'hvfs: interrupted'
  has_no_session || fail "a session is left after $signal"
  is_unmounted || fail "mounted after $signal"
  mounts=
  control POST /heal >"$tmp/out"
done

# A busy mount too, and whoever is in it is told.
is_inside () { [ "$(readlink "/proc/$sleeper/cwd")" = "$mnt" ]; }
busy () {
  (cd "$mnt" && exec sleep 60) &
  sleeper=$!
  await is_inside
  kill -TERM "$1"
}
ends busy %PID
kill "$sleeper"

# Files that are open when a signal ends it are freed, as a checker of leaks says, and what
# was only emptied so far is not committed.
control POST /reset >"$tmp/out"
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
vm=$mnt/by-name/DC0_H0_VM0
exec 3<"$mnt/.hvfs/stats" 4<"$vm/config.vmx" 5>"$vm/annotation" 6>"$vm/config.xml" 7>"$vm/.draft.swp"
end_status=0
kill -TERM "${mounts%%:*}"
wait "${mounts%%:*}" || end_status=$?
[ "$end_status" = 0 ] || fail "status after TERM with open files: $end_status"
mounts=
exec 3<&- 4<&- 5>&- 6>&- 7>&-
expect_eq 'changes' "$(vcsim_requests ReconfigVM_Task)" 0
await has_logged_out

# Started with nothing open, it does not take the place of what is missing for its own.
timeout "$AWAIT_S" "$HVFS" "$(vcsim_uri vpx)" "$mnt" <&- >&- 2>&- || fail 'no standard files: no mount'
pid=$(daemon_pid)
mounts="$pid:$mnt"
[ -s "$mnt/about" ] || fail 'nothing there'
fusermount3 -u "$mnt"
await is_gone "$pid"

# After SIGKILL the place is free again for the next mount.
"$HVFS" "$(vcsim_uri vpx)" "$mnt" </dev/null
pid=$(daemon_pid)
mounts="$pid:$mnt"
kill -KILL "$pid"
await is_gone "$pid"
expect_failure "$mnt" ls "$mnt"
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
[ -s "$mnt/about" ] || fail 'nothing there'
unmount_hvfs
