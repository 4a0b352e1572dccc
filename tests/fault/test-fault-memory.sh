#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/fault/test-fault-memory.sh - out of memory at any allocation: hvfs may end, but it answers
# nothing wrong, and mounts again
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires_fuse
start_vcsim -vm 2 -cluster 0
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
root=$(sed -n 's/^url=//p' "$mnt/datacenters/DC0/datastores/LocalDS_0/info")
unmount_hvfs
ulimit -c 0
"$PYTHON" "$tests_dir/fault/test-fault-memory.py" "$HVFS" "$build_dir/tests/fault/preload.so" "$(vcsim_uri vpx)" "$tmp" "$root" \
  "${FAULT_ROUNDS:-4}" "${HVFS_SEED:-$(date +%s)}"
