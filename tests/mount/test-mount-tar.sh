#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/mount/test-mount-tar.sh - the whole mount goes into an archive: sizes and times are those
# of what is read, and stay while nothing changes
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires tar

start_vcsim -mixed -vm 10 -host 2
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
cd "$mnt"
! echo nonsense 2>/dev/null >by-name/DC0_H0_VM0/state || fail 'nonsense is a state'

# What is only written, only root can read, who finds nothing.
readable () { find . \( ! -type f -o -readable \) "$@"; }

# archive FILE  By a pipe: what goes to /dev/null itself is not read.
archive () {
  { readable -print0 | tar cf - --no-recursion --null -T - 2>"$tmp/complaints" || echo "tar: status $?" >>"$tmp/complaints"; } | cat >"$1"
  [ ! -s "$tmp/complaints" ] || fail "tar: $(cat "$tmp/complaints")"
}
archive "$tmp/one.tar"
archive "$tmp/two.tar"
for n in one two; do
  mkdir "$tmp/$n"
  tar xf "$tmp/$n.tar" -C "$tmp/$n"
done
expect_eq 'everything is in it' "$(find "$tmp/one" -mindepth 1 | wc -l)" "$(readable -mindepth 1 | wc -l)"
diff -r --no-dereference -x stats -x tasks "$tmp/one" "$tmp/two"
cmp "$tmp/one/.hvfs/errors" .hvfs/errors
times_in () { tar tvf "$1" | awk '$6 !~ /\/tasks$/ { print $4, $5, $6 }'; }
expect_eq 'times' "$(times_in "$tmp/one.tar")" "$(times_in "$tmp/two.tar")"

# A time says when it changed.
before=$(stat -c %y tasks .hvfs/errors)
! echo nonsense 2>/dev/null >by-name/DC0_H0_VM0/state || fail 'nonsense is a state'
[ "$(stat -c %y .hvfs/errors)" != "${before#*
}" ] || fail 'errors: the time of another failure is the same'
echo off >by-name/DC0_H0_VM0/state
[ "$(stat -c %y tasks)" != "${before%
*}" ] || fail 'tasks: the time of another task is the same'
