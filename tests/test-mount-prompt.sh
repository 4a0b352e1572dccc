#!/bin/sh
# tests/test-mount-prompt.sh - a mount that asks for user and password on a terminal
. "${srcdir:-$(dirname "$0")}/functions.sh"
requires_fuse
requires "$PYTHON"

start_vcsim -user user -password 'pass word'
unset HVFS_PASSWORD_FILE
"$PYTHON" "$tests_dir/test-mount-prompt.py" "$HVFS" "$(vcsim_uri vpx | sed s/user@//)" "$mnt"
[ -s "$mnt/about" ] || fail 'nothing there'
fusermount3 -u "$mnt"
