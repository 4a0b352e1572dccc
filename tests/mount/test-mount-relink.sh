#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A server that is given up while hvfs does not wait for it, and is back before it
# would, is found again: by servers that are polled this is hit nearly each time.
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires timeout
start_vcsim -vm 1 -api 4.0
mount_hvfs "$(vcsim_uri vpx)" "$mnt" -o timeout=3
state=$mnt/by-name/DC0_H0_VM0/state
status_is () { grep -q "^state=$1\$" "$mnt/.hvfs/status"; }
reads () { timeout 20 cat "$state" >/dev/null 2>&1; }
reads_not () { ! reads; }

for _ in 1 2 3 4 5; do
  control POST /down >/dev/null
  await reads_not
  control POST /up >/dev/null
  await status_is connected
  await reads
done
unmount_hvfs
