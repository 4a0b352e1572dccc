#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/words/test-rooms.sh - floors use lower floors alone, and nothing uses itself in a circle:
# no file, no room; and the check sees an include against it
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires "$PYTHON" nm

top=$(cd "$tests_dir/.." && pwd)
"$PYTHON" "$tests_dir/words/rooms.py" "$top" "$build_dir" || fail 'see above'

# red NAME FILE INCLUDE: a copy of the tree with that include in it is refused.
red () {
  rm -rf "$tmp/house"
  mkdir "$tmp/house"
  (cd "$top" && find convert backend fs -name '*.[ch]') >"$tmp/list"
  tar cf "$tmp/house.tar" -C "$top" ARCHITECTURE.md -T "$tmp/list"
  tar xf "$tmp/house.tar" -C "$tmp/house"
  printf '#include "%s"\n' "$3" >>"$tmp/house/$2"
  if "$PYTHON" "$tests_dir/words/rooms.py" "$tmp/house" "$build_dir" >"$tmp/said"; then fail "$1: $2 may include $3"; fi
  grep -q "$1" "$tmp/said" || fail "$1: $(cat "$tmp/said")"
}
red 'higher floor' convert/model/scalar.c backend/wire/value.h
red 'higher floor' backend/wire/value.c fs/fs.h
red 'rooms in a circle' convert/model/scalar.c convert/vmx/vmx.h
red 'rooms in a circle' backend/wire/value.c backend/mirror/mirror.h
red 'files in a circle' fs/row/row.c fs/row/node.h
