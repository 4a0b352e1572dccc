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
    ./configure.ac|*.[ch]|*.go|*.py|*.sh|*.am|./man/*.[1-8]|./completions/*) echo "$file" ;;
    *~|./config.*|./configure|./tests/vcsim/vcsim) ;;
    *) echo "$file" >&3 ;;
  esac
done <"$tmp/files" >"$tmp/sources" 3>"$tmp/others"
xargs -d '\n' awk 'FNR == 1 { if (/^#!/) print FILENAME; nextfile }' <"$tmp/others" >>"$tmp/sources"
# shellcheck disable=SC2016 # awk's
xargs -d '\n' awk -v line="$line" 'FNR == 1 { print FILENAME }
  FNR <= 2 { if (index ($0, line)) print FILENAME; else next } { nextfile }' <"$tmp/sources" |
  sort | uniq -u | sed "s/$/: its first lines do not say $line/" >"$tmp/without"
[ ! -s "$tmp/without" ] || fail "$(cat "$tmp/without")"

[ "$(wc -l <"$tmp/sources")" -gt 300 ] || fail "only $(wc -l <"$tmp/sources") files were looked at"
