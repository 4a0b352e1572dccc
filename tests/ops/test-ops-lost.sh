#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/ops/test-ops-lost.sh - the server is lost in the middle of a migration: what the
# writer hears and what is read afterwards is the truth
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"
requires_vim

vm=DC0_H0_VM0
hold_port # for the one that is started in its place
address=127.0.0.1:$held_port
start_vcsim -vm 2 -task-times RelocateVM_Task=20000 -l "$address"
mount_hvfs "vpx://user@$address/?no_verify=1" "$mnt"
d=$mnt/by-name/$vm
inodes () { find "$mnt/datacenters" -mindepth 5 -path "*/$vm*" -printf '%i %f\n' | sort; }
# begin DESTINATION  Sets writer, once the migration runs.
begin () {
  "$PYTHON" "$tests_dir/lib/write.py" "$d/migrate" "$1" >"$tmp/written" &
  writer=$!
  await reads "^running [1-9][0-9]* $1\$" "$d/migrate"
}
# says_unknown DESTINATION  The writer and the files know that they do not know.
says_unknown () {
  await is_gone "$writer"
  expect_eq 'the writer hears' "$(cat "$tmp/written")" EIO
  grep -q 'migrate: .*Input/output error: the server was lost while its task .* ran; outcome unknown' "$d/error" ||
    fail "error: $(cat "$d/error")"
  grep -q "migrate: .*outcome unknown" "$mnt/.hvfs/errors" || fail 'not in .hvfs/errors'
}
# is_on HOST  By the server, by the tree, and by every name of it.
is_on () {
  [ "$(vim get "$vm" runtime.host)" = "$1" ] && [ "$(basename "$(readlink -f "$d/../..")")" = "$1" ] &&
    [ -e "$mnt/by-name/$vm/state" ]
}
inodes >"$tmp/inodes"
same_inodes () { inodes | diff "$tmp/inodes" - || fail 'the inodes changed'; }

# Away for a moment, in which the task ends: that is learned.
begin DC0_C0_H1
lose_server
control POST /hurry >/dev/null
control POST /up >/dev/null
await is_gone "$writer"
expect_eq 'what came of it' "$(cat "$tmp/written") $(cat "$d/migrate")" 'ok done DC0_C0_H1'
is_on DC0_C0_H1 || fail 'it is elsewhere'
same_inodes
unmount_hvfs

# Away for longer than the time-out, while the task ends well.
mount_hvfs "vpx://user@$address/?no_verify=1" "$mnt" -o timeout=10
inodes >"$tmp/inodes"
begin DC0_H0
control POST /down >/dev/null
control POST /hurry >/dev/null
says_unknown DC0_H0
control POST /up >/dev/null
await is_on DC0_H0
grep -q '^failed DC0_H0: .*outcome unknown' "$d/migrate" || fail "migrate: $(cat "$d/migrate")"
same_inodes
echo DC0_H0 >"$d/migrate"
expect_eq 'asked for again, it is so' "$(cat "$d/migrate") $(cat "$d/error")" 'done DC0_H0 '

# Killed, and another started in its place, which knows of no task and no move.
begin DC0_C0_H2
kill -KILL "$vcsim_pid"
says_unknown DC0_C0_H2
start_vcsim -vm 2 -l "$address"
await status_is connected
is_on DC0_H0 || fail 'it is elsewhere'
same_inodes
unmount_hvfs
