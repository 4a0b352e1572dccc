#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What somebody writes into config.xml is in the next read, or refused: every element and
# attribute that hvfs knows, with every value that it may be given; see config-attributes.py.
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires "$PYTHON"

"$PYTHON" "$tests_dir/backend/config-attributes.py" "${DEVICE_CHECK:-$build_dir/tests/backend/device-check}" \
  "$tests_dir/../convert/domain-xml/domain-xml-known.c"
