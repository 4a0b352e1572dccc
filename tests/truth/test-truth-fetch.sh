#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/truth/test-truth-fetch.sh - what a file shows that has to be fetched is right or an error:
# every way to fail, in every request of the kernel that fetches, of every such file; and
# nobody keeps what could not be had
#
# HVFS_ROUNDS: random rounds after the table (default 12), HVFS_SEED: what they begin with.
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires "$PYTHON"
requires rsync
requires tar

for api in 6.5 2.5; do
  start_vcsim -api "$api" -host 0 -cluster 0 -standalone 60 -vm 1
  mount_hvfs "$(vcsim_uri vpx)" "$mnt" -o timeout=2
  "$PYTHON" -B "$tests_dir/truth/test-truth-fetch.py" "$mnt" "$vcsim_control" "$tmp" "$api"
  unmount_hvfs
  stop_vcsim
done
