#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/ops/test-ops-many.sh - 200 writers side by side: a request each, no reader waits for
# them; and each of them can be interrupted
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"
requires "$PYTHON"

n=200
start_vcsim -cluster 0 -standalone 1 -vm $n -task-times PowerOffVM_Task=3600000
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
running () { [ "$(grep -c 'powerOff.*running' "$mnt/tasks")" = $n ]; }

before=$(requests_of "$mnt")
"$PYTHON" "$tests_dir/lib/write.py" off "$mnt"/by-name/*/state >"$tmp/written" &
writers=$!
await running
# All wait; meanwhile everything can be read, and costs nothing.
expect_eq 'states meanwhile' "$(cat "$mnt"/by-name/*/state | sort | uniq -c | tr -s ' ')" " $n running"
find "$mnt/by-uuid" -follow -maxdepth 2 -type f -name memory -exec cat {} + >/dev/null
running || fail 'the readers waited for the writers'
control POST /hurry >/dev/null
wait $writers || fail "the writers failed: $(sort "$tmp/written" | uniq -c)"
expect_eq 'states afterwards' "$(cat "$mnt"/by-name/*/state | sort | uniq -c | tr -s ' ')" " $n off"
expect_eq 'requests' "$(stat_of "$mnt" request.PowerOffVM_Task)" $n
after=$(requests_of "$mnt")
[ $((after - before)) -le $((n + 10)) ] || fail "$((after - before)) requests for $n operations: $(grep request "$mnt/.hvfs/stats")"

# Ctrl-C cancels the task, whatever the file; the truth is in error.
runs () { grep -q 'DC0_H0_VM0.*running' "$mnt/tasks"; }
runs_not () { ! runs; }
# interrupts FILE LINE METHOD  The server has answered: who has heard nothing of a task for long
# asks for it by its name.  Updates are late until it is cancelled.
interrupts () {
  control POST "/task-time?ms=3600000&method=$3" >/dev/null
  control POST /reset >/dev/null
  control POST '/fail?what=slow&method=WaitForUpdatesEx&times=0&ms=3600000' >/dev/null
  control POST "/set?object=DC0_H0_VM1&path=guest.hostName&value=before-$1" >/dev/null
  await updates_are_late
  sh -c "exec echo '$2' >'$mnt/by-name/DC0_H0_VM0/$1'" 2>/dev/null &
  writer=$!
  await is_called ModifyListView
  kill $writer
  await is_called CancelTask
  control POST /heal >/dev/null
  wait $writer 2>/dev/null || :
  await grep -q "^[^ ]* $1: '$2': Interrupted system call: interrupted: the server's task was cancelled" \
    "$mnt/by-name/DC0_H0_VM0/error"
  await runs_not
}
updates_are_late () { control GET /rules | grep -q '"hits":[1-9]'; }
is_called () { [ "$(vcsim_requests "$1")" -gt 0 ]; }
interrupts state running PowerOnVM_Task
interrupts sched shares=high ReconfigVM_Task
interrupts memory 4GiB ReconfigVM_Task
interrupts clone copy CloneVM_Task

# Before the server has answered: the writer is let go, and what the server began is
# cancelled when it answers.
control POST '/task-time?ms=3600000&method=PowerOffVM_Task' >/dev/null
control POST '/fail?method=PowerOffVM_Task&what=slow&ms=3600000' >/dev/null
d=$(cd "$mnt/by-name/DC0_H0_VM1" && pwd -P)
control POST "/task-time?ms=0&method=PowerOnVM_Task" >/dev/null
echo running >"$d/state"
before=$(stat_of "$mnt" request.PowerOffVM_Task)
sh -c "exec echo off >'$d/state'" 2>"$tmp/said" &
writer=$!
await grep -q 'powerOff.*DC0_H0_VM1.*running' "$mnt/tasks"
kill $writer
wait $writer 2>/dev/null || :
await grep -q "^[^ ]* state: 'off': Interrupted system call: interrupted before the server answered; outcome unknown" \
  "$d/error"
grep -q 'powerOff.*DC0_H0_VM1.*running' "$mnt/tasks" || fail 'it was cancelled without its name'
expect_eq 'state meanwhile' "$(cat "$d/state")" running
control POST /heal >/dev/null
await grep -q 'powerOff.*DC0_H0_VM1.*error.*cancel' "$mnt/tasks"
expect_eq 'requests to switch it off' "$(stat_of "$mnt" request.PowerOffVM_Task)" $((before + 1))
expect_eq 'state afterwards' "$(cat "$d/state")" running

# Who is interrupted while he waits for a connection sends nothing any more: one, which is for
# updates, no writer gets, and the others' answers do not come.
control POST '/fail?method=PowerOnVM_Task&what=slow&times=0&ms=3600000' >/dev/null
control POST /reset >/dev/null
begun () { [ "$(vcsim_requests PowerOnVM_Task)" = 7 ]; }
"$PYTHON" "$tests_dir/lib/write.py" running "$mnt"/by-name/DC0_H0_VM1[0-9]/state >"$tmp/written" &
writers=$!
await begun
kill $writers
wait $writers 2>/dev/null || :
told () { [ "$(grep -c "state: 'running': Interrupted system call: interrupted" "$mnt/.hvfs/errors")" -ge "$1" ]; }
await told 3
control POST /heal >/dev/null

# Many threads have worked, and share the heaps: each is mapped with 64 MiB to grow in.  (Only
# root can read what a daemon has mapped that keeps its memory to itself.)
if [ "$(id -u)" = 0 ]; then
  "$PYTHON" - "/proc/$hvfs_pid/maps" >"$tmp/heaps" <<'END'
import sys
maps = [line.split() for line in open(sys.argv[1])]
maps = [[int(at, 16) for at in fields[0].split("-")] + fields[1:] for fields in maps]
print(sum(a[2] == "rw-p" and b[2] == "---p" and a[1] == b[0] and b[1] - a[0] == 64 << 20 for a, b in zip(maps, maps[1:])))
END
  [ "$(cat "$tmp/heaps")" -le 1 ] || fail "$(cat "$tmp/heaps") heaps beside the first"
fi
unmount_hvfs
expect_eq 'requests to switch on' "$(vcsim_requests PowerOnVM_Task)" 7
