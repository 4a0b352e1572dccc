#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tasks as tail -f reads it: a line for each task that begins and for each that ends, whole
# and once, while cat shows one line a task.
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires "$PYTHON"
start_vcsim -vm 4
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
tasks=$mnt/tasks vm=$mnt/by-name/DC0_H0_VM

echo off >"${vm}0/state" || fail 'off'
before=$(cat "$tasks")
tails=
for n in 1 2; do
  tail -n 100 -f "$tasks" >"$tmp/tail.$n" 2>"$tmp/tail.err.$n" &
  tails="$tails $!"
done
[ "$(stat -c %s "$tasks")" -ge ${#before} ] || fail 'its size'

# saw STATE N  Both were told that of so many tasks.
saw () { [ "$(cut -f 1,2,4 "$tmp/tail.1" | grep -c "powerOff.*$1")" = "$2" ] &&
         [ "$(cut -f 1,2,4 "$tmp/tail.2" | grep -c "powerOff.*$1")" = "$2" ]; }
await saw success 1
control POST "/task-time?ms=60000" >/dev/null
echo off >"${vm}1/state" & writer=$!
await saw running 1
control POST /hurry >/dev/null
wait $writer || fail 'off'
control POST "/task-time?ms=0" >/dev/null
await saw success 2
echo off >"${vm}2/state" || fail 'off'
echo off >"${vm}3/state" || fail 'off'
await saw success 4
# shellcheck disable=SC2086
kill $tails
# shellcheck disable=SC2086
wait $tails 2>"$tmp/out" || true
for n in 1 2; do
  expect_eq "complaints of tail $n" "$(cat "$tmp/tail.err.$n")" ""
  awk -F '\t' 'NF != 8 { exit 1 }' "$tmp/tail.$n" || fail "pieces of lines: $(cat "$tmp/tail.$n")"
  expect_eq "lines twice, of tail $n" "$(sort "$tmp/tail.$n" | uniq -d)" ""
done
expect_eq 'lines a task' "$(cut -f 1 "$tasks" | sort | uniq -d)" ""
expect_eq 'its size when nobody follows it' "$(stat -c %s "$tasks")" "$(wc -c <"$tasks")"

# A descriptor of its own reads the list, then what comes; from its beginning, the list again.
"$PYTHON" - "$tasks" "${vm}0/state" <<'END' || fail 'a descriptor that stays open'
import os, sys
fd = os.open(sys.argv[1], os.O_RDONLY)
def read():
    return os.read(fd, 1 << 16).decode().splitlines()
def write(word):
    with open(sys.argv[2], 'w') as out:
        out.write(word)
listed = read()
assert read() == []
write('running')
added = read()
assert any('powerOn' in line and 'success' in line for line in added), added
assert not set(added) & set(listed), added
os.lseek(fd, 0, os.SEEK_SET)
again = read()
tasks = [line.split('\t')[0] for line in again]
assert len(set(tasks)) == len(tasks) == len(listed) + 1, again
assert read() == []
END
unmount_hvfs
