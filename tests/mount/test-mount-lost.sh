#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The server is lost in each way there is, and comes back: reads fail meanwhile and
# never lie, nothing hangs, and afterwards all is as before, inodes included.
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires "$PYTHON" timeout
start_vcsim -vm 4
mount_hvfs "$(vcsim_uri vpx)" "$mnt" -o timeout=4
vm=$mnt/by-name/DC0_H0_VM0
says () { [ "$(timeout 20 cat "$1" 2>/dev/null)" = "$2" ]; }
# fails COMMAND...  With EIO, and within what the time-out allows.
fails () {
  if timeout 20 "$@" >/dev/null 2>"$tmp/err"; then return 1; fi
  grep -q "Input/output error" "$tmp/err"
}
set_power () { control POST /set -d object=DC0_H0_VM0 -d path=runtime.powerState -d "value=<val xsi:type=\"VirtualMachinePowerState\">$1</val>" >/dev/null; }
inodes () { find "$mnt/datacenters" "$mnt/by-name" -printf '%i %p\n' | sort; }
mkdir "$vm/snapshots/one"
inodes >"$tmp/inodes"
ls -lR "$mnt" >/dev/null
cat "$mnt"/by-name/*/state >/dev/null

# back  As it was, and true again.
back () {
  await status_is connected
  await says "$vm/state" "$1"
  inodes | diff "$tmp/inodes" - >"$tmp/diff" || fail "not as before: $(head -n 5 "$tmp/diff")"
}

# Killed and restarted, seen from a client: refused connections, then all new.
lose_server
await fails cat "$vm/state"
# The kernel is told of one after the other that it must ask again.
for file in memory annotation config.xml config.vmx hostname stats uuid snapshots/one/description; do
  await fails cat "$vm/$file"
done
await fails ls "$mnt/by-name"
[ -d "$vm" ] || fail "paths are gone while the server is"
if timeout 20 sh -c "echo off >'$vm/state'" 2>"$tmp/err"; then fail "a write without a server"; fi
for file in "$vm/error" "$mnt/.hvfs/errors"; do
  grep -q "no connection" "$file" || fail "$file says: $(cat "$file")"
done
# What changes meanwhile is seen afterwards.
set_power suspended
control POST /up >/dev/null
back suspended
set_power poweredOn
back running

# All connections cut, which need not be noticed.
control POST /cut >/dev/null
back running
set_power poweredOff
await says "$vm/state" off

# no_loss WHAT  The server was not said to be lost since the mount was last back.
no_loss () {
  [ "$(grep -c 'lost the server' "$hvfs_log")" = "$losses" ] || fail "$1: $(tail -n 3 "$hvfs_log")"
}

# The session expired: another login, no interruption.
logins=$(stat_of "$mnt" logins)
control POST /expire >/dev/null
logged_in () { [ "$(stat_of "$mnt" logins)" -gt "$logins" ]; }
losses=$(grep -c 'lost the server' "$hvfs_log")
echo running >"$vm/state" || fail "a write after the session expired"
await logged_in
back running
no_loss "a session that expired"
set_power suspended
await says "$vm/state" suspended
set_power poweredOn
await says "$vm/state" running

# With nobody but the stream that finds out: its wait is cancelled, the next one logs in.
logins=$(stat_of "$mnt" logins) fills=$(vcsim_requests CreateContainerView)
control POST /expire >/dev/null
filled () { [ "$(vcsim_requests CreateContainerView)" -gt "$fills" ]; }
await filled
await logged_in
set_power poweredOff
await says "$vm/state" off
set_power poweredOn
await says "$vm/state" running
no_loss "a session that expired while nobody read"

# It forgot what it had told: all is made anew in the same session, and the former ended.
control POST /reset >/dev/null
control POST "/fail?what=fault&method=WaitForUpdatesEx&fault=InvalidCollectorVersion" >/dev/null
set_power suspended
made_anew () { [ "$(vcsim_requests CreateContainerView)" -ge 1 ]; }
await made_anew
back suspended
for method in CreateContainerView CreateListView CreatePropertyCollector DestroyPropertyCollector; do
  expect_eq "$method" "$(vcsim_requests "$method")" 1
done
for method in CreateFilter DestroyPropertyFilter DestroyView; do
  expect_eq "$method" "$(vcsim_requests "$method")" 2
done
set_power poweredOn
await says "$vm/state" running

# Silent, while connections stay open: noticed by whoever reads, within the time-out.
kill -STOP "$vcsim_pid"
stopped_at=$(date +%s)
await fails cat "$vm/state"
took=$(($(date +%s) - stopped_at))
status_is lost || fail "silent, and not lost: $(cat "$mnt/.hvfs/status")"
await fails cat "$vm/memory"
kill -CONT "$vcsim_pid"
[ "$took" -le 30 ] || fail "a silent server was noticed after $took s"
back running

# Silent while somebody waits for a task: the writer is told, in time.
control POST "/task-time?ms=600000" >/dev/null
started_at=$(date +%s)
timeout 60 sh -c "echo off >'$vm/state'" 2>"$tmp/err" &
writer=$!
runs () { grep -q "powerOff.*running" "$mnt/tasks"; }
await runs
kill -STOP "$vcsim_pid"
if wait "$writer"; then fail "a task of a silent server was done"; fi
took=$(($(date +%s) - started_at))
kill -CONT "$vcsim_pid"
[ "$took" -le 30 ] || fail "a writer was told after $took s"
grep -q "outcome unknown" "$vm/error" || fail "error says: $(cat "$vm/error")"
control POST "/task-time?ms=0" >/dev/null
back running

unmount_hvfs
