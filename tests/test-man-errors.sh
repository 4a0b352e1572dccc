#!/bin/sh
# tests/test-man-errors.sh - hvfs(5) explains every errno of the table of faults, and
# none that nothing gives
. "${srcdir:-$(dirname "$0")}/functions.sh"

top=$tests_dir/..
words () { grep -ohE '\bE[A-Z0-9]{2,}\b' "$@" | sort -u; }

sed -n 's/^\.It Er //p' "$top/man/hvfs.5" | sort >"$tmp/page"
words "$top/backend/wire/fault.c" >"$tmp/faults"
words "$top"/backend/*/*.c "$top"/fs/*.c "$top"/fs/*/*.c >"$tmp/code"
[ -s "$tmp/faults" ] || fail 'found no errno in backend/wire/fault.c'

expect_eq 'without an entry in hvfs(5)' "$(comm -23 "$tmp/faults" "$tmp/page" | xargs)" ''
expect_eq 'in hvfs(5) only' "$(comm -13 "$tmp/code" "$tmp/page" | xargs)" ''
