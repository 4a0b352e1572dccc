#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/test-scripts.sh - shellcheck has nothing to say about the scripts
. "${srcdir:-$(dirname "$0")}/functions.sh"
requires shellcheck

cd "$tests_dir"
shellcheck -x -s sh functions.sh setup demo
shellcheck -x all fuzz/run
for script in test-*.sh; do shellcheck -x -e SC1091,SC2119 "$script" || fail "$script"; done
