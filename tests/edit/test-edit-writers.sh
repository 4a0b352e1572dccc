#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/edit/test-edit-writers.sh - no edit is lost, however tools save: random writers side by
# side, against a model.  WRITERS_ROUNDS and HVFS_SEED ask for more, or for the same.
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"
. "$tests_dir/lib/edit.sh"
requires bash perl ed vim

mount_domains
echo first >"$d/annotation"
"$PYTHON" "$tests_dir/edit/test-edit-writers.py" "$d" "${WRITERS_ROUNDS:-25}" "${HVFS_SEED:-$$}" \
  "$tests_dir/lib/vim.py" "$vcsim_url" "$name"
