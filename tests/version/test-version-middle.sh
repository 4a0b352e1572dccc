#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/version/test-version-middle.sh - servers of 5.0 5.1 5.5 6.0: what is newer is not sent; see test-version.py
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/version/version.sh"

each_version 5.0 5.1 5.5 6.0
