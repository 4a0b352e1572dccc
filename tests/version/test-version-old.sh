#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/version/test-version-old.sh - servers of 2.5 4.0 4.1: what is newer is not sent; see test-version.py
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/version/version.sh"

"$PYTHON" -B "$tests_dir/version/test-version.py" rows
each_version 2.5 4.0 4.1
