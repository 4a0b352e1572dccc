#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every word of "state", from every state; errors; cancelling; many at once.
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires "$PYTHON" timeout
start_vcsim -vm 100 -standalone 1 -cluster 0
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
vm=$mnt/by-name/DC0_H0_VM0
state=$vm/state

# write WORD  Not the shell's own printf: some say "I/O error" to all errors.
printf=$(command -v /usr/bin/printf)
write () { "$printf" '%s\n' "$1" >"$state"; }

# WORD, and what it leads to, from running.
while read -r word wanted; do
  write running || fail "running before $word"
  write "$word" || fail "$word"
  expect_eq "state after $word" "$(cat "$state")" "$wanted"
  expect_eq "error after $word" "$(cat "$vm/error")" ""
done <<END
off off
destroy off
suspended suspended
suspend suspended
shutdown off
standby suspended
reset running
reboot running
running running
start running
END
for word in running start resume; do
  write suspended
  write "$word" || fail "$word from suspended"
  expect_eq "state after $word" "$(cat "$state")" running
done

# The state that it is in: success without a request.
write off
expect_requests "$mnt" 0 sh -c "echo off >'$state'"
expect_requests "$mnt" 0 sh -c "echo destroy >'$state'"
# A state to reach is one request.
expect_requests "$mnt" 1 sh -c "echo running >'$state'"
expect_requests "$mnt" 1 sh -c "echo off >'$state'"
# The task is not asked for by its name when the updates tell of it: here before its reply.
control POST "/fail?what=slow&method=PowerOnVM_Task&ms=3600000" >/dev/null
by_name=$(stat_of "$mnt" request.ModifyListView)
write running &
writer=$!
await says "$state" running
control POST /heal >/dev/null
wait "$writer" || fail "running, with a late reply"
expect_eq "tasks asked for by name" "$(stat_of "$mnt" request.ModifyListView)" "$by_name"
write off

# Errors: the errno in the shell's words, the reason in error and .hvfs/errors.
refuses () { # REASON ERRNO-TEXT WORD
  if write "$3" 2>"$tmp/err"; then fail "'$3' was taken"; fi
  grep -q "$2" "$tmp/err" || fail "'$3': $(cat "$tmp/err")"
  grep -q "$1" "$vm/error" || fail "'$3': error says: $(cat "$vm/error")"
  grep -q "$1" "$mnt/.hvfs/errors" || fail "'$3' is not in .hvfs/errors"
  expect_eq "lines of error" "$(wc -l <"$vm/error")" 1
}
refuses "is not one of running" "Invalid argument" sleepy
refuses "is not one of running" "Invalid argument" Running
refuses "the write is empty" "Invalid argument" ""
refuses "the write is empty" "Invalid argument" "   "
refuses "." "busy" suspend # it is off
refuses "." "busy" reset
before=$(cat "$state")
refuses "is not one of" "Invalid argument" "off on"
grep -q "/state: 'off on': Invalid argument: " "$mnt/.hvfs/errors" || fail "errors: $(cat "$mnt/.hvfs/errors")"
expect_eq "state after errors" "$(cat "$state")" "$before"
write running
expect_eq "error after a success" "$(cat "$vm/error")" ""

# No newline, blanks around, several lines, append.
printf off >"$state" && printf ' \trunning \n' >"$state" && "$printf" 'off\nrunning\noff\n' >"$state"
expect_eq "after lines" "$(cat "$state")" off
echo running >>"$state"
expect_eq "after an append" "$(cat "$state")" running
# The first line that fails ends it; those before it were done.
if "$printf" 'off\nbad\nrunning\n' >"$state" 2>/dev/null; then fail "a bad line was taken"; fi
expect_eq "after a bad line" "$(cat "$state")" off
# Too much is refused.
if head -c 70000 /dev/zero | tr '\0' 'x' | dd iflag=fullblock bs=70000 of="$state" 2>"$tmp/err"; then fail "70 kB were taken"; fi
grep -q "File too large" "$tmp/err" || fail "70 kB: $(cat "$tmp/err")"

# A writer waits; interrupted, it cancels, and nothing has changed.
control POST "/task-time?ms=60000" >/dev/null
"$PYTHON" - "$state" >"$tmp/cancel" <<'END' &
import os, signal, sys
signal.signal(signal.SIGINT, lambda *_: None)
signal.siginterrupt(signal.SIGINT, True)
fd = os.open(sys.argv[1], os.O_WRONLY)
print("opened", flush=True)
try:
    # Past Python's own repetition of interrupted calls.
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    n = libc.write(fd, b"running\n", 8)
    print("wrote" if n == 8 else os.strerror(ctypes.get_errno()), flush=True)
finally:
    os.close(fd)
END
writer=$!
runs () { grep -q "powerOn.*running" "$mnt/tasks"; }
runs_not () { ! grep -q "powerOn.*running" "$mnt/tasks"; }
await runs
expect_eq "state while it waits" "$(timeout "$AWAIT_S" cat "$state")" off
kill -INT "$writer"
wait "$writer" || fail "the writer ended with $?"
expect_eq "an interrupted writer" "$(tail -n 1 "$tmp/cancel")" "Interrupted system call"
grep -q "cancelled" "$vm/error" || fail "error after an interruption: $(cat "$vm/error")"
expect_eq "state after an interruption" "$(cat "$state")" off
# (If the reply to the writer was not there yet, the task is cancelled when it is.)
await runs_not

# A hundred at once: one request each, and readers do not wait for them.
control POST "/task-time?ms=3600000" >/dev/null
before=$(requests_of "$mnt")
suspended=$(stat_of "$mnt" request.SuspendVM_Task)
writers=
for domain in "$mnt"/by-name/*; do
  echo suspended >"$domain/state" 2>/dev/null &
  writers="$writers $!"
done
half_of_them_run () { [ "$(grep -c "suspend.*running" "$mnt/tasks")" -ge 50 ]; }
await half_of_them_run
timeout "$AWAIT_S" cat "$mnt"/by-name/*/state >/dev/null || fail "readers wait for writers"
control POST "/task-time?ms=0" >/dev/null
control POST /hurry >/dev/null
refused=0
for writer in $writers; do wait "$writer" || refused=$((refused + 1)); done
expect_eq "writers refused, of which one's domain is off" "$refused" 1
expect_eq "states after a hundred writers" "$(cat "$mnt"/by-name/*/state | sort | uniq -c | tr -s ' ')" " 1 off
 99 suspended"
after=$(requests_of "$mnt")
expect_eq "suspensions of a hundred writers" "$(stat_of "$mnt" request.SuspendVM_Task)" $((suspended + 100))
[ $((after - before)) -le 110 ] || fail "requests of a hundred writers: $((after - before))"
unmount_hvfs
