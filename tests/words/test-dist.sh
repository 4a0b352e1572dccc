#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/words/test-dist.sh - make dist packs every file, and gives the same bytes twice, whatever
# the umask
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires make xz git
[ -e "$tests_dir/../.git" ] || skip 'not in a clone'

# dist UMASK
dist () {
  (umask "$1" && XZ_OPT=-0 make -s -C "$build_dir" dist) >"$tmp/dist.log" 2>&1 || fail "make dist: status $?"
  sha256sum <"$(ls "$build_dir"/hvfs-*.tar.xz)"
}
first=$(dist 022)
expect_eq 'the second archive' "$(dist 077)" "$first"
tar tf "$build_dir"/hvfs-*.tar.xz >"$tmp/list"
grep -q '/configure$' "$tmp/list" || fail 'configure is not in it'
# What a distribution brings itself is not packed; all else that is tracked is.
git -C "$tests_dir/.." ls-files | grep -vE '^(\.|debian/)' >"$tmp/tracked"
sed 's|^[^/]*/||' "$tmp/list" | LC_ALL=C sort >"$tmp/packed"
left_out=$(LC_ALL=C sort "$tmp/tracked" | LC_ALL=C comm -23 - "$tmp/packed")
expect_eq 'tracked, and not in it' "$left_out" ''
rm "$build_dir"/hvfs-*.tar.xz
