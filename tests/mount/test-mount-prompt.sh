#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/mount/test-mount-prompt.sh - a mount that asks for user and password on a terminal
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires_fuse
requires "$PYTHON"

start_vcsim -user user -password 'pass word'
unset HVFS_PASSWORD_FILE
"$PYTHON" "$tests_dir/mount/test-mount-prompt.py" "$HVFS" "$(vcsim_uri vpx | sed s/user@//)" "$mnt"
[ -s "$mnt/about" ] || fail 'nothing there'
fusermount3 -u "$mnt"

# A host is asked for first, then the vCenter that its URI names.
vcenter=$vcsim_hostport vcenter_cert=$vcsim_cert
start_vcsim -esx
cat "$vcenter_cert" "$vcsim_cert" >"$tmp/both.pem"
"$PYTHON" "$tests_dir/mount/test-mount-prompt.py" "$HVFS" \
  "esx://$vcsim_hostport/?cacert=$tmp/both.pem&vcenter=$vcenter" "$mnt" vcenter
[ -s "$mnt/about" ] || fail 'nothing there'
fusermount3 -u "$mnt"
