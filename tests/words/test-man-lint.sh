#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/words/test-man-lint.sh - neither mandoc nor groff has anything to say about the pages
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires mandoc man

# A machine's index of manuals is no fault of ours; nor is a page not installed yet.
for page in "$tests_dir"/../man/*.[1-8]; do
  mandoc -T lint -W style "$page" 2>&1 | grep -v 'mandoc.db\|referenced manual not found' >"$tmp/lint" || :
  MANWIDTH=80 LC_ALL=C.UTF-8 man --warnings -l "$page" 2>>"$tmp/lint" >"$tmp/page"
  [ -s "$tmp/page" ] || fail "$page is empty"
  [ ! -s "$tmp/lint" ] || fail "$page: $(cat "$tmp/lint")"
done
