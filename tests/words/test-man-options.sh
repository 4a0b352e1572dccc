#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/words/test-man-options.sh - hvfs(1) has the options of hvfs --help and the parameters
# of the code, and no others
. "${srcdir:-$(dirname "$0")/..}/functions.sh"

page=$tests_dir/../man/hvfs.1

# same WHAT: $tmp/page and $tmp/code hold one word a line.
same () {
  [ -s "$tmp/code" ] || fail "found no $1"
  sort -u -o "$tmp/page" "$tmp/page"
  sort -u -o "$tmp/code" "$tmp/code"
  diff "$tmp/page" "$tmp/code" >"$tmp/diff" || fail "$1: hvfs(1) <, the code >: $(cat "$tmp/diff")"
}

# An option starts a line, after blanks or a comma: "-h, --help", "-o timeout=SECONDS".
"$HVFS" --help |
  sed -nE 's/^ +(-.*)/\1/p' | sed -E 's/  .*//; s/, /\n/g' | sed -E 's/=.*/=/' >"$tmp/code"
sed -n '/^\.Sh OPTIONS/,/^\.Sh THE CONFIGURATION FILE/s/^\.It //p' "$page" |
  sed -E 's/ , /\n/g' | sed -E 's/^Fl (-?[[:alnum:]]+)/-\1/Mg; s/ Cm / /; s/ Ns = Ns .*/=/' >"$tmp/page"
same options

sed -nE 's/^  \{ "([a-z_]+)", store_.*/\1/p' "$tests_dir/../backend/login/uri-params.c" >"$tmp/code"
sed -nE '/^\.Sh THE URI/,/^\.Sh OPTIONS/s/^\.It Cm ([a-z_]+) Ns = .*/\1/p' "$page" >"$tmp/page"
same 'parameters of the URI'
