#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/ops/test-ops-question.sh - questions: shown, answered, and what auto_answer makes of them
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"
requires_vim

vm=DC0_H0_VM0
start_vcsim -vm 2
mkdir "$tmp/yes" "$tmp/ask"
mount_hvfs "$(vcsim_uri vpx)" "$mnt" -o timeout=600
d=$mnt/by-name/$vm
asked () { [ -s "$1/by-name/$vm/question" ]; }
ask () { control POST "/question?vm=$vm${1:+&method=$1}${2:+&cancelable=$2}${3:+&kind=$3}" >/dev/null; }
shown='This virtual machine might have been moved or copied.
0 Cancel
1 I moved it
2 I copied it (default)'

# Out of the blue.
expect_eq 'no question' "$(cat "$d/question")" ''
refused EINVAL question 1 'no question'
ask
await asked "$mnt"
expect_eq 'the question' "$(cat "$d/question")" "$shown"
refused EINVAL question 3 'no choice 3 in this question'
refused EINVAL question yes 'not a number'
echo 1 >"$d/question"
expect_eq 'no question any more' "$(cat "$d/question")$(vim get $vm runtime.question)" ''
# An answer whose reply is lost is looked for.
ask
await asked "$mnt"
control POST '/fail?what=lost&method=AnswerVM' >/dev/null
echo 1 >"$d/question" || fail "a lost reply: $(cat "$d/error")"

# 0: the writer hears of it, and the task ends.
ask PowerOffVM_Task 1
refused EAGAIN state off 'moved or copied., 0 Cancel, 1 I moved it, 2 I copied it (default)'
await sh -c "test ! -s '$d/question'"
expect_eq 'nothing was done' "$(cat "$d/state")" running
ask PowerOffVM_Task 0
refused EAGAIN state off "'question' takes the answer"
echo 2 >"$d/question"
await grep -q off "$d/state"
echo running >"$d/state"
# The guest holds the drive; the datastore is full.
upload "$tmp/password" x.iso
echo '[LocalDS_0] x.iso' >"$d/media"
ask ReconfigVM_Task 1 media
refused EAGAIN media empty 'override the lock?, 0 Yes, 1 No (default)'
expect_eq 'the medium stays' "$(cat "$d/media")" '[LocalDS_0] x.iso'
ask CreateSnapshot_Task 1 disk
refused EAGAIN snapshots/create full 'no more space' '0 Retry (default), 1 Cancel'
missing "$d/snapshots/full" || fail 'a snapshot was taken'
# Also when it asks before it answers, at once.
ask PowerOffVM_Task 0
control POST '/fail?what=slow&method=PowerOffVM_Task&ms=3600000' >/dev/null
"$PYTHON" "$tests_dir/lib/write.py" "$d/state" off >"$tmp/written" &
writer=$!
await is_gone $writer
expect_eq 'asked without an answer' "$(cat "$tmp/written")" EAGAIN
control POST /heal >/dev/null
echo 2 >"$d/question"
await says "$d/state" off
echo running >"$d/state"
unmount_hvfs

# 1: the default.
mount_hvfs "$(vcsim_uri vpx '' auto_answer=1)" "$tmp/yes"
ask PowerOffVM_Task 0
echo off >"$tmp/yes/by-name/$vm/state"
expect_eq 'done' "$(cat "$tmp/yes/by-name/$vm/state" "$tmp/yes/by-name/$vm/question")" off
# Whatever the operation.  each COMMAND...: with the method and the line of each.
each () {
  while read -r method line file; do
    "$@" "$method" "$line" "$file" </dev/null || fail "$method: $(cat "$d/error")"
  done <<END
PowerOnVM_Task running state
ReconfigVM_Task shares=low sched
CreateSnapshot_Task first snapshots/create
RelocateVM_Task DC0_C0_H1 migrate
CloneVM_Task copy clone
SuspendVM_Task suspended state
PowerOnVM_Task running state
PowerOffVM_Task off state
END
}
d=$tmp/yes/by-name/$vm
by_default () {
  ask "$1" 0
  echo "$2" >"$d/$3"
}
each by_default
# The default may be that the operation is to end.
echo running >"$d/state"
ask ReconfigVM_Task 0 media
refused EINVAL media empty 'answer to the question ended'
expect_eq 'the medium stays' "$(cat "$d/media")" '[LocalDS_0] x.iso'
ask CreateSnapshot_Task 0 disk
mkdir "$d/snapshots/space" || fail "snapshot: $(cat "$d/error")"
echo off >"$d/state"
ask
is_answered () { [ -z "$(vim get $vm runtime.question)" ]; }
await is_answered
unmount_hvfs "$tmp/yes"

# ask: the task waits, and nothing else does.
mount_hvfs "$(vcsim_uri vpx '' auto_answer=ask)" "$tmp/ask"
d=$tmp/ask/by-name/$vm
ask PowerOnVM_Task 0
echo running >"$d/state" &
writer=$!
await asked "$tmp/ask"
expect_eq 'while it waits' "$(cat "$d/state")" off
echo off >"$tmp/ask/by-name/DC0_H0_VM1/state"
expect_eq 'another' "$(cat "$tmp/ask/by-name/DC0_H0_VM1/state")" off
echo 1 >"$d/question"
wait $writer || fail 'the answered task failed'
expect_eq 'after the answer' "$(cat "$d/state")" running
echo off >"$d/state"
echo DC0_H0 >"$d/migrate"
echo copy >"$tmp/ask/by-name/copy/destroy"
echo shares=normal >"$d/sched"
by_hand () {
  ask "$1" 0
  echo "$2" >"$d/$3" &
  writer=$!
  await asked "$tmp/ask"
  echo 2 >"$d/question"
  wait $writer
}
each by_hand
echo running >"$d/state"
ask PowerOffVM_Task 1
echo off >"$d/state" 2>/dev/null &
writer=$!
await asked "$tmp/ask"
echo 0 >"$d/question"
! wait $writer || fail 'the cancelled task succeeded'
ask ReconfigVM_Task 0 media
echo empty >"$d/media" &
writer=$!
await asked "$tmp/ask"
echo 0 >"$d/question"
wait $writer || fail "media: $(cat "$d/error")"
expect_eq 'the drive is empty' "$(cat "$d/media")" empty
ask CreateSnapshot_Task 0 disk
mkdir "$d/snapshots/no" 2>/dev/null &
writer=$!
await asked "$tmp/ask"
echo 1 >"$d/question"
! wait $writer || fail 'the cancelled snapshot was taken'
missing "$d/snapshots/no" || fail 'the cancelled snapshot is there'
grep -q 'answer to the question ended' "$tmp/ask/.hvfs/errors" || fail "errors: $(cat "$tmp/ask/.hvfs/errors")"
unmount_hvfs "$tmp/ask"

# The default is given once, also of a machine that is read anew while it asks: no update
# tells of the template, because the wait for updates is late from the next one on.
mount_hvfs "$(vcsim_uri vpx '' auto_answer=1)" "$tmp/yes"
d=$tmp/yes/by-name/$vm
echo off >"$d/state"
control POST '/fail?what=fault&method=AnswerVM&fault=InvalidState' >/dev/null
ask
answers () { [ "$(stat_of "$tmp/yes" request.AnswerVM)" = "$1" ]; }
await answers 1
control POST '/fail?what=slow&method=WaitForUpdatesEx&times=0&ms=600000' >/dev/null
control POST '/set?object=DC0_H0_VM1&path=guest.hostName&value=guest' >/dev/null
is_late () { control GET /rules | grep -q '"hits":1'; }
await is_late
echo yes >"$d/template"
expect_eq 'read anew' "$(cat "$d/template")" yes
echo 1 >"$d/question"
answers 2 || fail "answers: $(stat_of "$tmp/yes" request.AnswerVM), not the default and the one by hand"
control POST /heal >/dev/null
unmount_hvfs "$tmp/yes"
