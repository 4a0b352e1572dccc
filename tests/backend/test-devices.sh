#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# An edit of config.xml changes what it says, and nothing beside: every field of every device
# type of the API, at random; see device-edits.py. ROUNDS=N HVFS_SEED=N choose how many, and which.
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"
requires_vim

"$PYTHON" "$tests_dir/backend/device-edits.py" "${DEVICE_CHECK:-$build_dir/tests/backend/device-check}" "${ROUNDS:-400}" "${HVFS_SEED-}"
