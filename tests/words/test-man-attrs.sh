#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/words/test-man-attrs.sh - hvfs(5) has an entry for each row of the tables in fs/,
# under its kind of directory and with its mode, and no others
. "${srcdir:-$(dirname "$0")/..}/functions.sh"

"$build_dir/tests/words/list-attrs" | sort -u >"$tmp/code"
[ -s "$tmp/code" ] || fail 'found no table'
awk -v OFS='\t' '
  /^\.Sh / { section = substr ($0, 5) }
  /^\.It Pa / { print section, $3 ($4 == "Pq" ? " " $5 : "") }
' "$tests_dir/../man/hvfs.5" | sort >"$tmp/page"

diff "$tmp/page" "$tmp/code" >"$tmp/diff" || fail "hvfs(5) <, the tables >: $(cat "$tmp/diff")"
