#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/mount/test-mount-loop.sh - the threads that take the kernel's requests: many readers
# are all served, nothing keeps a thread awake after them, and an end in the middle of
# it is a clean one
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires_fuse

READERS=12

# The ids of hvfs's threads that take requests.
takers () { grep -lx hvfs-fuse "/proc/$hvfs_pid/task"/*/comm 2>/dev/null | cut -d/ -f5; }

# How often they went to sleep or were made to wait, all together.
switches () {
  for taker in $(takers); do cat "/proc/$hvfs_pid/task/$taker/status"; done |
    awk '/ctxt_switches:/ { n += $2 } END { print n }'
}

# While somebody else works for a while, they do nothing.
is_quiet () {
  quiet_before=$(switches)
  for _ in 1 2 3 4 5; do control GET /log >/dev/null; done
  [ "$(switches)" = "$quiet_before" ]
}

# Reads all that may be read, past the kernel's caches where a file allows it.
read_all () {
  find "$mnt/datacenters" -name state -exec cat {} + >"$tmp/states.$1" &&
    find "$mnt/datacenters" ! -name 'config.*' -type f -perm -400 ! -name events ! -name screenshot.png ! -name console -exec cat {} + >"$tmp/read.$1" 2>"$tmp/errors.$1"
}

start_vcsim -host 4 -vm 20
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
n=$(find "$mnt/by-name/" -type l | wc -l)

readers=
for reader in $(seq "$READERS"); do
  read_all "$reader" &
  readers="$readers $!"
done
for reader in $readers; do wait "$reader" || fail "a reader ends with $?: $(cat "$tmp"/errors.*)"; done
# Each has what one sees who is alone: the server's ids, and each state.
ids () { grep -xE '[a-z]+-[0-9]+(-[0-9]+)*' "$1" | sort; }
read_all alone
ids "$tmp/read.alone" >"$tmp/ids"
[ "$(grep -cx 'vm-[0-9-]*' "$tmp/ids")" -ge "$n" ] || fail "who is alone reads the ids $(cat "$tmp/ids")"
for reader in $(seq "$READERS"); do
  expect_eq "errors of reader $reader" "$(cat "$tmp/errors.$reader")" ''
  expect_eq "states that reader $reader saw" "$(grep -cx 'running\|off' "$tmp/states.$reader")" "$n"
  ids "$tmp/read.$reader" | diff "$tmp/ids" - >"$tmp/diff" || fail "ids of reader $reader: $(cat "$tmp/diff")"
done
n_takers=$(takers | wc -l)
case $n_takers in
  [1-9]|1[0-9]|20) ;;
  *) fail "$n_takers threads take requests" ;;
esac
await is_quiet

# A writer that waits for its task holds none of them: more wait than there are threads.
control POST '/task-time?ms=60000' >/dev/null
writers=
for vm in $(find "$mnt/by-name/" -type l | sort | head -n 30); do
  echo off >"$vm/state" &
  writers="$writers $!"
done 2>"$tmp/writers"
has_tasks () { [ "$(grep -c powerOff "$mnt/tasks")" -ge 30 ]; }
await has_tasks
expect_eq 'a read beside them' "$(cat "$(find "$mnt/by-name/" -type l | sort | tail -n 1)/state")" running
await is_quiet

# expect_end PID...  By a signal, in the middle of what those do, who end with it.
expect_end () {
  kill -TERM "$hvfs_pid"
  poll "$AWAIT_S" is_gone "$hvfs_pid" || { umount -f "$mnt"; fail 'it does not end'; }
  wait "$hvfs_pid" || fail "hvfs exited with status $?"
  mounts=
  for pid; do wait "$pid" 2>/dev/null || true; done
  ! mountpoint -q "$mnt" || fail 'it is still mounted'
}

# The end comes in the middle of reading and writing.
(while [ -e "$mnt/about" ]; do find "$mnt" -type f ! -name events ! -name screenshot.png ! -name console -exec cat {} + >/dev/null 2>&1; done) &
# shellcheck disable=SC2086
expect_end $writers $!

# And in the middle of looking for names in a directory where the server changes some: the
# kernel is told of each while it waits for answers about others there.
rename_on () {
  while [ -e "$mnt/about" ]; do
    for name in "$1-new" "$1"; do control POST "/set?object=$1&path=name&value=$name"; done
  done >/dev/null 2>&1
}
look_on () {
  while [ -e "$mnt/about" ]; do
    for n in 1 2 3 4 5 6 7 8 9; do [ ! -e "$mnt/by-name/none-$1-$n" ] || echo "there is none-$1-$n"; done
    ls "$mnt/by-name" >/dev/null 2>&1
  done >>"$tmp/found"
}
has_told () { [ "$(stat_of "$mnt" invalidations)" -gt 100 ]; }
for round in 1 2 3; do
  mount_hvfs "$(vcsim_uri vpx)" "$mnt"
  users=
  for moref in $(find "$mnt/by-name/" -type l | head -n 3 | while read -r vm; do cat "$vm/moref"; done); do
    rename_on "$moref" &
    users="$users $!"
  done
  for n in $(seq "$READERS"); do
    look_on "$round-$n" &
    users="$users $!"
  done
  await has_told
  # shellcheck disable=SC2086
  expect_end $users
done
expect_eq 'what was found' "$(cat "$tmp/found")" ''
