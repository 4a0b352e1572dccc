#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/bench/run works: a small run, of which only the counts are judged.
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires "$PYTHON" curl fusermount3
requires_fuse
"$tests_dir/bench/run" --build "$build_dir" --vms 60 --hosts 4 --runs 1 --idle 0 \
  --mib 32 --files 100 --reads 20 | tee "$tmp/table"
expect_eq "requests of reading" "$(sed -n 's/^requests of all that *\([0-9]*\).*/\1/p' "$tmp/table")" 0
configs=$(sed -n 's/^requests of cat config.xml *\([0-9]*\).*/\1/p' "$tmp/table")
{ [ "$configs" -ge 1 ] && [ "$configs" -le 12 ]; } || fail "requests of reading config.xml: $configs"
# On a busy machine a task may be named late, and is then asked for by name.
writing=$(sed -n 's/^requests of that *\([0-9]*\).*/\1/p' "$tmp/table")
{ [ "$writing" -ge 60 ] && [ "$writing" -le 66 ]; } || fail "requests of writing: $writing for 60"
listing=$(sed -n 's/^requests of ls -lR *\([0-9]*\).*/\1/p' "$tmp/table")
expect_eq 'requests of ls -lR of five directories' "$listing" 6
memory=$(sed -n 's/^memory during 4.*before *\([0-9]*\).*/\1/p' "$tmp/table")
# (The checkers keep what was freed.)
[ "$memory" -le 96 ] || is_checked || fail "memory: $memory MiB"
