#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/words/test-scripts.sh - shellcheck has nothing to say about the scripts, and vcsim's README has every source
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires shellcheck

cd "$tests_dir"
for go in vcsim/*.go; do
  case $go in *_test.go) continue ;; esac
  grep -q "\`${go#vcsim/}\`" vcsim/README.md || fail "vcsim/README.md does not say what $go is for"
done
shellcheck -x -s sh setup demo
shellcheck -e SC1091,SC2034,SC2154 distro/*
shellcheck -x all fuzz/run
# With what they source, for variables of the others; each test with it would take ten times as
# long, and an unset variable ends a test (set -u).
find . -name '*.sh' ! -name 'test-*' -exec shellcheck -x -e SC1091,SC2034,SC2154 {} + || fail 'see above'
find . -name 'test-*.sh' -exec shellcheck -e SC1091,SC2034,SC2119,SC2154,SC2164 {} + || fail 'see above'
