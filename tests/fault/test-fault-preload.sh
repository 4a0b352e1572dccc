#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/fault/test-fault-preload.sh - the clock jumps, and the server's name gets another address:
# the tree is as before, and a server that has moved is found
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires timeout
requires_plain
start_vcsim -vm 1 -cluster 0
preload () { "$PYTHON" "$tests_dir/fault/preload.py" "$tmp/preload" "$@"; }
relay () {
  rm -f "$tmp/relay"
  "$PYTHON" "$tests_dir/fault/relay.py" "$1" "$2" "127.0.0.1:${vcsim_hostport##*:}" >"$tmp/relay" 2>&1 &
  relay=$!
  vcsims="$vcsims $relay"
  await test -s "$tmp/relay"
  port=$(cat "$tmp/relay")
}
relay 127.0.0.2 0
preload address=127.0.0.2
export HVFS_PRELOAD="$tmp/preload"
LD_PRELOAD=$build_dir/tests/fault/preload.so mount_hvfs "vpx://user@vc.preload:$port/?no_verify=1" "$mnt" -o timeout=4
vm=$mnt/by-name/DC0_H0_VM0
echo off >"$vm/state"

# The clock: nothing is asked for it, nothing is lost, all that waits goes on.
all () { cat "$vm/state" "$vm/memory" "$vm/config.xml" "$mnt/inventory"; }
all >"$tmp/before"
logins=$(stat_of "$mnt" logins)
for jump in 3600 -3600 864000 -315360000 315360000 0; do
  preload clock_s="$jump"
  expect_requests "$mnt" 0 all
  cmp -s "$tmp/out" "$tmp/before" || fail "another answer after $jump s: $(diff "$tmp/out" "$tmp/before")"
  echo running >"$vm/state" || fail "a write after $jump s: $(cat "$vm/error")"
  control POST '/set?object=DC0_H0_VM0&path=config.annotation&value='"at$jump" >/dev/null
  await says "$vm/annotation" "at$jump"
  echo off >"$vm/state"
  control POST '/set?object=DC0_H0_VM0&path=config.annotation&value=' >/dev/null
  await says "$vm/annotation" ''
  # Its configuration has changed, and is fetched once.
  cat "$vm/config.xml" >"$tmp/xml"
  all >"$tmp/before"
done
! grep -q 'lost the server' "$hvfs_log" || fail "the clock lost the server: $(cat "$hvfs_log")"
expect_eq 'logins' "$(stat_of "$mnt" logins)" "$logins"

# The server moves.
end_process "$relay" || :
await status_is lost
! timeout 20 cat "$vm/state" 2>"$tmp/err" || fail 'read from a server that has gone'
relay 127.0.0.3 "$port"
preload address=127.0.0.3
await status_is connected
expect_eq 'after it moved' "$(cat "$vm/state")" off
echo running >"$vm/state" || fail "a write after it moved: $(cat "$vm/error")"

# And without that its old address is closed: connections that stay are good.
relay 127.0.0.4 "$port"
preload address=127.0.0.4
expect_eq 'with two addresses' "$(cat "$vm/state")" running
unmount_hvfs
