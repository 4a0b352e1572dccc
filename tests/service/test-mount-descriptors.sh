#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/service/test-mount-descriptors.sh - out of file descriptors: that is what is said, by mounting
# and by each file that wants one, and nothing else fails for it
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires timeout prlimit
requires_fuse
start_vcsim -vm 1 -cluster 0
uri=$(vcsim_uri vpx)
vm=$mnt/by-name/DC0_H0_VM0

# Mounting, with more and more of them until it works and a file works too.
n=5 refused=0 clean=
while [ -z "$clean" ]; do
  [ "$n" -le 40 ] || fail '40 descriptors are not enough'
  status=0
  (ulimit -n "$n" && exec timeout 20 "$HVFS" "$uri" "$mnt") </dev/null >"$tmp/out" 2>&1 || status=$?
  if [ "$status" = 0 ]; then
    [ "$(ls "$mnt/by-name")" = DC0_H0_VM0 ] || fail "$n: $(ls "$mnt/by-name")"
    if timeout 20 cat "$vm/config.xml" >"$tmp/xml" 2>"$tmp/err"; then
      grep -q '</domain>' "$tmp/xml" || fail "$n: half a configuration"
      clean=yes
    else
      grep -q 'Too many open files' "$tmp/err" || fail "$n: $(cat "$tmp/err")"
      ! (echo off >"$vm/state") 2>"$tmp/err" || fail "$n: a write does not want any"
      grep -q 'Too many open files' "$vm/error" || fail "$n: error says: $(cat "$vm/error")"
    fi
    fusermount3 -u "$mnt" || fail "$n: not unmounted"
  else
    refused=$((refused + 1))
    expect_eq "lines with $n descriptors" "$(wc -l <"$tmp/out")" 1
    grep -q 'Too many open files' "$tmp/out" || fail "$n: $(cat "$tmp/out")"
    ! mountpoint -q "$mnt" || fail "$n: failed, and mounted"
  fi
  n=$((n + 1))
done
[ "$refused" -gt 2 ] || fail "only $refused mounts were refused"

# A server that cuts its connections is lost for as long as there is none for a new one.
mount_hvfs "$uri" "$mnt" -o timeout=4
limits=$(prlimit --pid "$hvfs_pid" --nofile --output SOFT --noheadings | tr -d ' ')
prlimit --pid "$hvfs_pid" --nofile=3:
control POST /cut >/dev/null
await grep -q '^reason=.*Too many open files' "$mnt/.hvfs/status"
! timeout 20 cat "$vm/state" >/dev/null 2>&1 || fail 'an old state was read'
prlimit --pid "$hvfs_pid" "--nofile=$limits:"
kill -HUP "$hvfs_pid"
await says "$vm/state" running
grep -q '</domain>' "$vm/config.xml" || fail 'no configuration afterwards'
unmount_hvfs
