#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/words/test-scripts.sh - shellcheck has nothing to say about the scripts
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires shellcheck

cd "$tests_dir"
shellcheck -x -s sh setup demo
shellcheck -x all fuzz/run
find . -name '*.sh' | sort | while read -r script; do
  # What the others source has variables of theirs.
  case $script in */test-*) others=SC2119 ;; *) others=SC2034,SC2154 ;; esac
  shellcheck -x -e SC1091,$others "$script" || fail "$script"
done
