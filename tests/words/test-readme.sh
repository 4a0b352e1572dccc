#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/words/test-readme.sh - the session in README.md is what a user sees
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires "$PYTHON" bash

readme=$tests_dir/../README.md
[ -e "$readme" ] || skip 'README.md is not here'
start_vcsim
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
(cd "$tmp" && LC_ALL=C.UTF-8 "$PYTHON" "$tests_dir/words/test-readme.py" "$readme" "$@")
unmount_hvfs
