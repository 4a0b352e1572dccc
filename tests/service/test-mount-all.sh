#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/service/test-mount-all.sh - hvfs --all: each group of hvfs.conf below one directory; one that
# is down keeps no other, and comes when it is there
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires_fuse

all=$tmp/all
conf=$tmp/config/hvfs/hvfs.conf
mkdir -p "$tmp/config/hvfs"
start_vcsim -vm 1 -cluster 0
first=$(vcsim_uri vpx)
start_vcsim -vm 1 -dc 2 -cluster 0
second=$(vcsim_uri vpx)
# Its port is there; who listens comes later.
hold_port
late="vpx://user@127.0.0.1:$held_port/?no_verify=1"
printf '[first]\nuri=%s\n[second]\nuri=%s\noptions=ro\n[late]\nuri=%s\n' "$first" "$second" "$late" >"$conf"

cat >"$tmp/listen.py" <<'P'
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print('listening', flush=True)
while True:
    print(s.recv(4096).decode().replace('\n', '|'), flush=True)
P
"$PYTHON" "$tmp/listen.py" "$tmp/notify" >"$tmp/said" &
vcsims="$vcsims $!"
await grep -q listening "$tmp/said"

NOTIFY_SOCKET=$tmp/notify "$HVFS" -f --all "$all" </dev/null >"$tmp/all.log" 2>&1 &
pid=$!
vcsims="$pid $vcsims"
await grep -qx 'READY=1|STATUS=2 of 3 mounted; not late (Connection refused)' "$tmp/said"
expect_eq 'the first' "$(ls "$all/first/by-name")" DC0_H0_VM0
[ -d "$all/second/datacenters/DC1" ] || fail "the second: $(ls "$all/second")"
expect_failure 'Read-only' sh -c "echo off >'$all/second/by-name/DC0_H0_VM0/state'"
! mountpoint -q "$all/late" || fail 'late is early'
expect_eq 'the source' "$(awk -v at="$all/first" '$2 == at { print $1 }' /proc/mounts)" first

# It comes: at once by SIGHUP, else in time.
start_vcsim -vm 1 -cluster 0 -l "127.0.0.1:$held_port"
kill -HUP "$pid"
await mountpoint -q "$all/late"
await grep -qx 'STATUS=3 of 3 mounted' "$tmp/said"

# One that is killed is mounted anew; one that is unmounted is not.
child=$(pgrep -P "$pid" -o)
kill -KILL "$child"
says_vm () { [ "$(ls "$all/first/by-name" 2>/dev/null)" = DC0_H0_VM0 ]; }
kill -HUP "$pid"
await says_vm
run () { [ "$(pgrep -c -P "$pid")" = "$1" ]; }
await run 3
fusermount3 -u "$all/second"
await run 2

# Its end is that of all.
kill "$pid"
wait "$pid" || fail "status $?"
! grep -q "$all" /proc/mounts || fail "$(grep "$all" /proc/mounts)"
grep -q 'STOPPING=1' "$tmp/said" || fail "$(cat "$tmp/said")"

# In the background; and a mistake in the file starts nothing.
"$HVFS" --all "$all" </dev/null >"$tmp/out" 2>&1 || fail "$(cat "$tmp/out")"
for name in first second late; do mountpoint -q "$all/$name" || fail "$name: $(cat "$tmp/out")"; fusermount3 -u "$all/$name"; done
is_over () { ! pgrep -f -- "--all $all" >/dev/null; }
await is_over
printf '[first]\nuri=%s\n[bad]\nuri=%s\ncolour=red\n' "$first" "$first" >"$conf"
expect_failure "unknown key 'colour'" "$HVFS" --all "$all"
! mountpoint -q "$all/first" || fail 'mounted beside a mistake'
printf '[../first]\nuri=%s\n' "$first" >"$conf"
expect_failure 'not a name for a directory' "$HVFS" --all "$all"
expect_failure '--all wants one directory' "$HVFS" --all "$first" "$all"
rm "$conf"
expect_failure 'there is no group in hvfs.conf' "$HVFS" --all "$all"
