#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The n-th reply fails, for n = 1, 2, ... until a run is clean, in each way there
# is: mounting says so in a line or works, a mount gets over it by itself, and no
# change is ever sent twice.
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires timeout
start_vcsim -vm 2 -cluster 0 -update-page 4
uri=$(vcsim_uri vpx)
vm=$mnt/by-name/DC0_H0_VM0
# Whether the rule that was made last has yet to act.
hits_left () { control GET /rules | grep -q '"hits": *0'; }
says () { [ "$(timeout 20 cat "$1" 2>/dev/null)" = "$2" ]; }

# While mounting, until a run has too few replies for it.
for what in drop half truncate garbage empty html 503 type other deep entity fault; do
  n=0 clean=
  while [ -z "$clean" ]; do
    n=$((n + 1))
    [ "$n" -le 60 ] || fail "$what: no run is clean"
    control POST /heal >/dev/null
    control POST "/fail?what=$what&n=$n&fault=SystemError" >/dev/null
    status=0
    timeout 60 "$HVFS" -o timeout=4 "$uri" "$mnt" >"$tmp/out" 2>&1 || status=$?
    ! hits_left || clean=yes
    if [ "$status" = 0 ]; then
      timeout 20 cat "$vm/state" >/dev/null || fail "$what $n: mounted, and not readable"
      fusermount3 -u "$mnt" || fail "$what $n: not unmounted"
    else
      [ "$status" != 124 ] || fail "$what $n: it hangs"
      [ -z "$clean" ] || fail "$what $n: it fails by itself: $(cat "$tmp/out")"
      expect_eq "lines of $what $n" "$(wc -l <"$tmp/out")" 1
      ! mountpoint -q "$mnt" || fail "$what $n: failed, and mounted"
    fi
  done
  # That a mount has fewer replies than these would mean that the rule has been missed.
  [ "$n" -gt 5 ] || fail "$what: $n replies, and mounted"
done
control POST /heal >/dev/null

# While mounted: in each call of the stream, and of what builds it anew.
mount_hvfs "$uri" "$mnt" -o timeout=3
poke () { control POST "/set?object=DC0_H0_VM0&path=config.annotation&value=$1" >/dev/null; }
for what in drop lost half truncate garbage empty html 503 type other huge deep entity fault trickle; do
  for n in 1 2 3 5 8; do
    control POST /heal >/dev/null
    control POST "/fail?what=$what&n=$n&ms=200&bytes=100000000&fault=SystemError" >/dev/null
    i=0
    while hits_left; do
      i=$((i + 1))
      [ $i -le 20 ] || fail "$what $n: the stream has had no fault after 20 updates"
      poke "$what-$n-$i"
      await says "$vm/annotation" "$what-$n-$i"
    done
    await status_is connected
    poke "after-$what-$n"
    await says "$vm/annotation" "after-$what-$n"
  done
done

# A change whose reply is lost is not sent again, and its writer is told the truth.
control POST /heal >/dev/null
for what in drop lost half truncate garbage html 503 silent; do
  control POST /heal >/dev/null
  echo running >"$vm/state" || fail "running before $what"
  control POST /reset >/dev/null
  control POST "/fail?what=$what&method=PowerOffVM_Task" >/dev/null
  status=0
  timeout 60 sh -c "echo off >'$vm/state'" 2>/dev/null || status=$?
  ! hits_left || fail "$what: the reply was not lost"
  if [ "$status" = 0 ]; then
    await says "$vm/state" off
  else
    [ "$status" != 124 ] || fail "$what: the writer hangs"
    grep -q . "$vm/error" || fail "$what: no word in error"
  fi
  expect_eq "PowerOffVM_Task with $what" "$(vcsim_requests PowerOffVM_Task)" 1
  await status_is connected
  control POST /heal >/dev/null
done

# A fault to each kind of request that an operation makes.
for fault in NoPermission TaskInProgress RestrictedVersion NotSupported SystemError HostCommunication; do
  echo running >"$vm/state" || fail "running before $fault"
  expect_eq "error before $fault" "$(cat "$vm/error")" ""
  control POST "/fail?what=fault&method=PowerOffVM_Task&fault=$fault" >/dev/null
  if echo off >"$vm/state" 2>/dev/null; then fail "$fault was no error"; fi
  grep -q . "$vm/error" || fail "$fault: no word in error"
  expect_eq "state after $fault" "$(cat "$vm/state")" running
done
unmount_hvfs
