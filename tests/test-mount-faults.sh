#!/bin/sh
# The n-th reply fails, for n = 1, 2, ... until a run is clean, in each way there
# is: mounting says so in a line or works, a mount gets over it by itself, and no
# change is ever sent twice.
. "${srcdir:-$(dirname "$0")}/functions.sh"
requires timeout
start_vcsim -vm 2 -cluster 0 -update-page 4
uri=$(vcsim_uri vpx)
vm=$mnt/by-name/DC0_H0_VM0
hits_left () { [ "$(control GET /rules | tr -d ' \n')" != "[]" ]; }
count_of () { control GET /requests | sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p"; }
says () { [ "$(timeout 20 cat "$1" 2>/dev/null)" = "$2" ]; }

# While mounting.
for what in drop half truncate garbage empty html 503 type other deep entity fault; do
  n=1
  while :; do
    control POST /heal >/dev/null
    control POST "/fail?what=$what&n=$n&fault=SystemError" >/dev/null
    if timeout 60 "$HVFS" -o timeout=4 "$uri" "$mnt" >"$tmp/out" 2>&1; then
      timeout 20 cat "$vm/state" >/dev/null || fail "$what $n: mounted, and not readable"
      clean=yes
      ! hits_left || clean=
      fusermount3 -u "$mnt" || fail "$what $n: not unmounted"
      # A wait that failed after the mount was up counts as survived.
      [ -z "$clean" ] || [ "$n" -lt 9 ] || break
    else
      [ $? != 124 ] || fail "$what $n: it hangs"
      expect_eq "lines of $what $n" "$(wc -l <"$tmp/out")" 1
      ! mountpoint -q "$mnt" || fail "$what $n: failed, and mounted"
    fi
    n=$((n + 1))
    [ "$n" -le 16 ] || break
  done
done
control POST /heal >/dev/null

# While mounted: in each call of the stream, and of what builds it anew.
mount_hvfs "$uri" "$mnt" -o timeout=3
poke () { control POST /set -d object=DC0_H0_VM0 -d path=config.annotation -d "value=$1" >/dev/null; }
for what in drop lost half truncate garbage empty html 503 type other huge deep entity fault trickle; do
  for n in 1 2 3 5 8; do
    control POST /heal >/dev/null
    control POST "/fail?what=$what&n=$n&ms=200&bytes=100000000&fault=SystemError" >/dev/null
    i=0
    while hits_left && [ $i -lt 12 ]; do
      i=$((i + 1))
      poke "$what $n $i"
      await says "$vm/annotation" "$what $n $i"
    done
    await grep -q ^state=connected "$mnt/.hvfs/status"
    poke "after $what $n"
    await says "$vm/annotation" "after $what $n"
  done
done

# A change whose reply is lost is not sent again, and its writer is told the truth.
control POST /heal >/dev/null
for what in drop lost half truncate garbage html 503 silent; do
  control POST /heal >/dev/null
  echo running >"$vm/state" || fail "running before $what"
  control POST /reset >/dev/null
  control POST "/fail?what=$what&method=PowerOffVM_Task" >/dev/null
  if timeout 60 sh -c "echo off >'$vm/state'" 2>/dev/null; then
    await says "$vm/state" off
  else
    grep -q . "$vm/error" || fail "$what: no word in error"
  fi
  expect_eq "PowerOffVM_Task with $what" "$(count_of PowerOffVM_Task)" 1
  await grep -q ^state=connected "$mnt/.hvfs/status"
  control POST /heal >/dev/null
done

# A fault to each kind of request that an operation makes.
for fault in NoPermission TaskInProgress RestrictedVersion NotSupported SystemError HostCommunication; do
  echo running >"$vm/state" || fail "running before $fault"
  control POST "/fail?what=fault&method=PowerOffVM_Task&fault=$fault" >/dev/null
  if echo off >"$vm/state" 2>/dev/null; then fail "$fault was no error"; fi
  grep -q . "$vm/error" || fail "$fault: no word in error"
  expect_eq "state after $fault" "$(cat "$vm/state")" running
done
unmount_hvfs
