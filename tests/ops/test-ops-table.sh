#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/ops/test-ops-table.sh - every file of a domain, written, read back and compared with
# what pyVmomi says, and every way in which that can fail, as two tables
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"
requires_vim

start_vcsim -vm 20 -mixed -standalone 2 -host 2 -ds 2 -dc 2
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
"$PYTHON" -B "$tests_dir/ops/test-ops-table.py" "$mnt" "$vcsim_url" "$vcsim_control"
unmount_hvfs
