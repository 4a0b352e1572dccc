#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/words/test-licence.sh - each source file names its licence at its beginning
. "${srcdir:-$(dirname "$0")/..}/functions.sh"

line='SPDX-License-Identifier: LGPL-2.1-or-later'
cd "$tests_dir/.."
[ -s LICENSE ] || fail 'there is no LICENSE'
grep -q /usr/share/common-licenses/LGPL-2.1 LICENSE || fail 'LICENSE does not name the text of the licence'

# What was written by hand: by its name, or by its first line where it is a program.
# Not what is built, nor what tests read.
find . \( -type d \( -name .git -o -name 'build*' -o -name '_*' -o -name autom4te.cache -o -path ./mnt \
          -o -path ./tests/backend/data -o -path ./tests/convert/pairs -o -path ./tests/convert/kvm -o -path ./tests/fuzz/corpus \) \) \
       -prune -o -type f -print >"$tmp/files"
while IFS= read -r file; do
  case $file in
    *~|./config.*|./configure|./tests/vcsim/vcsim) [ "$file" = ./configure.ac ] || continue ;;
    *.[ch]|*.go|*.py|*.sh|*.am|./man/*.[1-8]|./completions/*) ;;
    *) [ "$(head -c 2 "$file" | tr -d '\0')" = '#!' ] || continue ;;
  esac
  head -n 2 "$file" | grep -qF "$line" || echo "$file: its first lines do not say $line"
done <"$tmp/files" >"$tmp/without"
[ ! -s "$tmp/without" ] || fail "$(cat "$tmp/without")"

[ "$(wc -l <"$tmp/files")" -gt 300 ] || fail "only $(wc -l <"$tmp/files") files were looked at"
