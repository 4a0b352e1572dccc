#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/test-dist.sh - make dist gives the same bytes twice, whatever the umask
. "${srcdir:-$(dirname "$0")}/functions.sh"
requires make xz git
[ -e "$tests_dir/../.git" ] || skip 'not in a clone'

# dist UMASK
dist () {
  (umask "$1" && make -s -C "$build_dir" dist) >"$tmp/dist.log" 2>&1 || fail "make dist: status $?"
  sha256sum <"$(ls "$build_dir"/hvfs-*.tar.xz)"
}
first=$(dist 022)
expect_eq 'the second archive' "$(dist 077)" "$first"
tar tf "$build_dir"/hvfs-*.tar.xz >"$tmp/list"
for file in configure LICENSE NEWS README.md fs/main.c tests/all man/hvfs.5; do
  grep -q "/$file\$" "$tmp/list" || fail "$file is not in it"
done
rm "$build_dir"/hvfs-*.tar.xz
