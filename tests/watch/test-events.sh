#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The files "events": streams that readers follow, each event once, beside what another client
# reads of the server's history.
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires "$PYTHON"
start_vcsim -vm 2
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
burst () { control POST /events -d n="$1" -d message="$2" ${3+-d object="$3"} >/dev/null; }
bytes () { [ "$(wc -c <"$1")" -gt 0 ]; }
lines () { [ "$(wc -l <"$1")" -ge "$2" ]; }
follow () { "$@" & vcsims="$vcsims $!"; follower=$!; }

# The last ten; Ctrl-C and its like end a reader; nothing is asked of the server before and after.
burst 30 first DC0_H0_VM0
expect_eq "the size by name" "$(stat -c %s "$mnt/events")" 0
follow cat "$mnt/events" >"$tmp/ten"
await lines "$tmp/ten" 10
kill "$follower"
wait "$follower" || [ $? = 143 ] || fail "a reader that is ended"
expect_eq "the last ten" "$(wc -l <"$tmp/ten")" 10
domain=datacenters/DC0/hosts/DC0_H0/domains/DC0_H0_VM0
expect_eq "the last" "$(tail -n 1 "$tmp/ten" | cut -f 3-)" \
  "burst	GeneralUserEvent	$domain	User logged event: first29"
tail -n 1 "$tmp/ten" | grep -qE '^[0-9]+	20..-..-..T..:..:..Z	' || fail "id, time: $(tail -n 1 "$tmp/ten")"
head -n 3 "$mnt/events" >"$tmp/three"
sed -n 1,3p "$tmp/ten" | cmp - "$tmp/three" || fail "head"
expect_failure "Permission denied" sh -c "echo x >>'$mnt/events'"

# Several readers of all, one of a domain and one of a host, follow a burst.
follow cat "$mnt/events" >"$tmp/cat"
follow tail -n 5 -f "$mnt/events" >"$tmp/tail"
follow sh -c "while read -r line; do echo \"\$line\"; done <'$mnt/events' >'$tmp/loop'"
follow cat "$mnt/by-name/DC0_H0_VM1/events" >"$tmp/domain"
follow cat "$mnt/datacenters/DC0/hosts/DC0_H0/events" >"$tmp/host"
await bytes "$tmp/cat"
await bytes "$tmp/tail"
await bytes "$tmp/loop"
# (A shell reads a byte at a time: a request each.)
burst 300 second
burst 20 other DC0_H0_VM1
burst 7 hostly "$(cat "$mnt/datacenters/DC0/hosts/DC0_H0/moref")"
vc events >"$tmp/server"
cut -f 1 "$tmp/server" | sort -n | tail -n 337 >"$tmp/wanted"
for reader in cat loop; do
  await lines "$tmp/$reader" 337
  cut -f 1 "$tmp/$reader" | cmp - "$tmp/wanted" || fail "$reader is not what the server has"
done
await lines "$tmp/tail" 332
cut -f 1 "$tmp/tail" >"$tmp/ids"
tail -n 332 "$tmp/wanted" | cmp - "$tmp/ids" || fail "tail"
await lines "$tmp/domain" 20
expect_eq "of a domain" "$(grep -c other "$tmp/domain")" 20
await lines "$tmp/host" 7
expect_eq "of a host" "$(grep -c hostly "$tmp/host")" 7
expect_eq "of a domain only its own" "$(grep -c second "$tmp/domain" || :)" 0

# While they wait, others are answered, and the server can be lost: nothing is missed, nothing twice.
expect_eq "meanwhile" "$(cat "$mnt/by-name/DC0_H0_VM0/state")" running
lose_server
burst 1500 away
control POST /up >/dev/null
burst 5 back
control POST /expire >/dev/null
burst 5 anew
control POST /cut >/dev/null
burst 5 cut
vc events | cut -f 1 | sort -n | tail -n 1852 >"$tmp/wanted"
await lines "$tmp/cat" 1852
cut -f 1 "$tmp/cat" | cmp - "$tmp/wanted" || fail "a reader across a lost server"

# poll(2), and a read that must not wait.
"$PYTHON" - "$mnt/events" "$vcsim_control" <<'END' || fail "poll"
import os, select, sys, urllib.request
fd = os.open(sys.argv[1], os.O_RDONLY | os.O_NONBLOCK)
poll = select.poll()
poll.register(fd, select.POLLIN)
assert poll.poll(30000), "no first events"
assert os.read(fd, 65536).count(b"\n") == 10
assert not poll.poll(50), "nothing is there"
try:
    os.read(fd, 100)
    raise SystemExit("a read that must not wait")
except BlockingIOError:
    pass
urllib.request.build_opener(urllib.request.ProxyHandler({})).open(sys.argv[2] + "/events", b"n=1&message=polled").read()
assert poll.poll(30000), "not woken"
assert b"polled" in os.read(fd, 65536)
END

# A reader that stays behind is told; hvfs's memory is bounded.
exec 8<"$mnt/events"
for _ in 1 2 3; do burst 9000 slow; done
await lines "$tmp/cat" 28853
cat <&8 >"$tmp/slow" & vcsims="$vcsims $!"
missed () { awk -F'\t' '$4 == "missed" { split ($6, word, " "); n += word[1] } END { print n + 0 }' "$tmp/slow"; }
told () { [ $(($(missed) + $(grep -c slow "$tmp/slow"))) -ge 27000 ]; }
await told
exec 8<&-
{ [ "$(missed)" -gt 0 ] && [ $(($(missed) + $(grep -c slow "$tmp/slow"))) -eq 27000 ]; } || fail "missed $(missed)"
# (The checkers keep what was freed.)
rss=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$hvfs_pid/status")
[ "$rss" -lt 200000 ] || is_checked || fail "RSS is $rss KiB"
for pid in $vcsims; do [ "$pid" = "$vcsim_pid" ] || end_process "$pid" || :; done
vcsims=$vcsim_pid

# With the last reader the server's collectors go; a reader that waits does not hold an end up.
follow cat "$mnt/events" >"$tmp/last"
await bytes "$tmp/last"
kill "$hvfs_pid"
await is_gone "$hvfs_pid"
mounts=
await is_gone "$follower"
fusermount3 -u "$mnt" 2>/dev/null || :

# A host: the latest page only; an old server, which does not push.
for api in 6.5 2.5; do
  start_vcsim -esx -vm 1 -api $api
  mount_hvfs "$(vcsim_uri esx)" "$mnt"
  follow cat "$mnt/events" >"$tmp/esx"
  burst 3 early
  await grep -q early2 "$tmp/esx"
  burst 20 host
  await grep -q host19 "$tmp/esx"
  expect_eq "of a host with $api" "$(grep -c 'host[0-9]' "$tmp/esx")" 20
  end_process "$follower" || :
  unmount_hvfs
  stop_vcsim
done
