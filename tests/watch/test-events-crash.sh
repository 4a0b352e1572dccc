#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The server's process is killed in the middle of a burst of events and started again: readers
# have what another client then reads of its history, each event once.  HVFS_EVENTS=10000 for more.
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires "$PYTHON" curl
events=${HVFS_EVENTS:-1000}
hold_port
history=
# shellcheck disable=SC2086
server () { start_vcsim -vm 2 -l "127.0.0.1:$held_port" $history; }
burst () { control POST /events -d n="$1" -d message="$2" ${3+-d object="$3"} >/dev/null; }
follow () { "$@" & vcsims="$vcsims $!"; follower=$!; }
lines () { [ "$(wc -l <"$1")" -ge "$2" ]; }
rss () { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$hvfs_pid/status"; }
kill_server () {
  kill -KILL "$vcsim_pid"
  wait "$vcsim_pid" 2>/dev/null || :
}

# A certificate is made anew with each process.
history="-history $tmp/history"
server
mount_hvfs "$(vcsim_uri vpx '' no_verify=1)" "$mnt" -o timeout=10
burst 10 before DC0_H0_VM0
domain=$mnt/by-name/DC0_H0_VM1
follow cat "$mnt/events" >"$tmp/cat"
follow sh -c "while read -r line; do echo \"\$line\"; done <'$mnt/events' >'$tmp/loop'"
follow tail -n 10 -f "$mnt/events" >"$tmp/tail"
follow cat "$domain/events" >"$tmp/domain"
for reader in cat loop tail; do await lines "$tmp/$reader" 10; done
requests=$(requests_of "$mnt")
rss_before=$(rss)

# Hundreds at a time until the kill, every tenth about another machine; then what is missing of all.
n=0
(while :; do burst 90 middle DC0_H0_VM0; burst 10 other DC0_H0_VM1; done) 2>/dev/null & bursts=$!
await lines "$tmp/history" $((events / 2))
kill_server
end_process "$bursts" || :
n=$(wc -l <"$tmp/history")
await status_is lost
server
while [ $((n - 10)) -lt "$events" ]; do
  left=$((events - n + 10))
  [ "$left" -le 200 ] || left=200
  burst "$left" after DC0_H0_VM1
  n=$((n + left))
done
vc events >"$tmp/server"
cut -f 1 "$tmp/server" | sort -n >"$tmp/wanted"
expect_eq 'events of the server' "$(wc -l <"$tmp/wanted")" "$n"
for reader in cat loop tail; do
  await lines "$tmp/$reader" "$n"
  cut -f 1 "$tmp/$reader" | cmp - "$tmp/wanted" || fail "$reader is not what the server has"
done
grep -c 'other\|after' "$tmp/server" >"$tmp/of-domain"
await lines "$tmp/domain" "$(cat "$tmp/of-domain")"
grep 'other\|after' "$tmp/server" | cut -f 1 | sort -n >"$tmp/wanted"
cut -f 1 "$tmp/domain" | cmp - "$tmp/wanted" || fail "the domain's events are not what the server has"
# Neither costs a request for each of them, nor memory for good (the checkers keep what was freed).
requests=$(($(requests_of "$mnt") - requests))
rss_after=$(rss)
echo "$n events: $requests requests, RSS $rss_before KiB before, $rss_after KiB after"
[ "$requests" -lt $((100 + n / 100)) ] || fail "$n events cost $requests requests"
[ "$rss_after" -lt $((rss_before + 65536)) ] || is_checked ||
  fail "RSS grew from $rss_before to $rss_after KiB"

# A server that has lost its history, as one that was restored: what is new comes, nothing twice.
kill_server
await status_is lost
history=
server
await status_is connected
burst 300 anew DC0_H0_VM0
have () { [ "$(grep -c anew "$tmp/$1")" -ge 300 ]; }
for reader in cat loop tail; do
  await have $reader
  expect_eq "$reader, once" "$(grep anew "$tmp/$reader" | cut -f 6 | sort -u | wc -l) $(grep -c anew "$tmp/$reader")" '300 300'
done
