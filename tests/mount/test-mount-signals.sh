#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What a signal to a waiting writer means: some end the wait and cancel its task, and
# those that nobody sends to end anything do neither.
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires "$PYTHON"
start_vcsim -vm 1 -standalone 1 -cluster 0
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
vm=$mnt/by-name/DC0_H0_VM0
control POST "/task-time?ms=3600000" >/dev/null

# Has a handler for every signal, so that each is an interruption for the kernel, and
# says what write(2) returned, past Python's own repetition of interrupted calls.
cat >"$tmp/writer.py" <<'END'
import ctypes, os, signal, sys
for number in range(1, 32):
    if number not in (signal.SIGKILL, signal.SIGSTOP, signal.SIGSEGV):
        signal.signal(number, lambda *_: None)
libc = ctypes.CDLL(None, use_errno=True)
word = sys.argv[2].encode()
n = libc.write(os.open(sys.argv[1], os.O_WRONLY), word, len(word))
print("wrote" if n == len(word) else os.strerror(ctypes.get_errno()))
END

is_on_its_way () { grep -q running "$mnt/tasks"; }
is_idle () { ! is_on_its_way; }
is_interrupted_or_gone () {
  grep -q '^State:[[:space:]]*D' "/proc/$writer/status" 2>/dev/null || is_gone "$writer"
}

# start WORD  Sets writer, which waits for the task.
start () {
  await is_idle
  "$PYTHON" "$tmp/writer.py" "$vm/state" "$1" >"$tmp/wrote" &
  writer=$!
  await is_on_its_way
}

# interrupt SIGNAL  And hvfs has heard of it: the kernel says so before it asks anything
# else.
interrupt () {
  kill -"$1" "$writer"
  await is_interrupted_or_gone
  cat "$mnt/.hvfs/stats" >/dev/null
}

ended () {
  wait "$writer" || :
  expect_eq "write after $1" "$(cat "$tmp/wrote")" "$2"
}

word=off
for signal in CHLD CONT URG WINCH PROF VTALRM TSTP TTIN TTOU STOP; do
  start "$word"
  interrupt "$signal"
  control POST /hurry >/dev/null
  await says "$vm/state" "$word"
  kill -CONT "$writer" 2>/dev/null || : # it may have ended
  ended "SIG$signal" wrote
  case $word in off) word=running ;; *) word=off ;; esac
done
expect_eq "tasks cancelled" "$(stat_of "$mnt" request.CancelTask)" 0

# Those that do end it, at once and when there was one that does not.
is=$(cat "$vm/state")
for signal in HUP INT QUIT USR1 USR2 ALRM TERM; do
  start "$word"
  kill -"$signal" "$writer"
  ended "SIG$signal" "Interrupted system call"
  start "$word"
  interrupt CHLD
  kill -"$signal" "$writer"
  ended "SIGCHLD and SIG$signal" "Interrupted system call"
done
start "$word"
interrupt WINCH
kill -KILL "$writer"
ended "SIGKILL" ""
expect_eq "state after all" "$(cat "$vm/state")" "$is"
cancelled () { [ "$(stat_of "$mnt" request.CancelTask)" = 15 ]; }
await cancelled
unmount_hvfs
