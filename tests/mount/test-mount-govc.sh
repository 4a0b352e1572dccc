#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/mount/test-mount-govc.sh - both commands of each line in hvfs(5), COMING FROM GOVC, do the
# same on one server: what they print agrees, and what they change is the same to pyVmomi
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"
requires_vim
requires xmlstarlet

start_vcsim -vm 3 -standalone 5 -host 1 -ds 2 -pg 2
mount_hvfs "$(vcsim_uri vpx DC0)" "$mnt" -o content,allow_delete
echo 'an image' >"$tmp/file"
upload "$tmp/file" iso/x.iso LocalDS_1
"$PYTHON" -B "$tests_dir/mount/test-mount-govc.py" "$mnt" "$vcsim_url" "$vcsim_control" "$tests_dir/../man/hvfs.5" "$tmp"
unmount_hvfs
