#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/version/test-version-new.sh - servers of 6.5 6.7 7.0 8.0: what is newer is not sent; see test-version.py
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/version/version.sh"

each_version 6.5 6.7 7.0 8.0
