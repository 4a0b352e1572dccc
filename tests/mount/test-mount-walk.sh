#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/mount/test-mount-walk.sh - what is not pushed is asked for in batches that grow, in whatever
# order machines are read
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires "$PYTHON"
start_vcsim -vm 400

# begin  A mount of its own, on which requests are counted.
begin () {
  mount_hvfs "$(vcsim_uri vpx)" "$mnt"
  before=$(stat_of "$mnt" request.RetrievePropertiesEx)
}
requests () { echo $(($(stat_of "$mnt" request.RetrievePropertiesEx) - before)); }
# walk COMMAND...  The requests of one are in $tmp/n.
walk () {
  begin
  "$@" >"$tmp/out"
  requests >"$tmp/n"
  unmount_hvfs
}

# 800 machines: 1 alone, 1 and 8, 1 and 32, 1 and 128, then by 257.
for command in "find $mnt/datacenters" "ls $mnt/by-name/*/extraconfig" "ls $mnt/by-uuid/*/disks" \
    "wc -c $mnt/by-name/*/config.xml" "find $mnt/datacenters -name config.xml -size +100000c"; do
  walk sh -c "$command"
  [ "$(cat "$tmp/n")" -le 9 ] || fail "$(cat "$tmp/n") requests of: $command"
  [ "$(cat "$tmp/n")" -ge 1 ] || fail "nothing was asked for: $command"
done

# Each of two things that are asked for goes its own way.
walk "$PYTHON" -c 'if 1:
    import os, sys
    for vm in sorted(os.listdir(sys.argv[1])):
        open(f"{sys.argv[1]}/{vm}/config.xml").readline()
        print("\n".join(os.listdir(f"{sys.argv[1]}/{vm}/disks")))' "$mnt/by-name"
[ "$(cat "$tmp/n")" -le 14 ] || fail "$(cat "$tmp/n") requests for configurations and disks"
expect_eq 'what came' "$(grep -c '^sda$' "$tmp/out")" 800

# Of a large batch the first request alone is waited for: the rest comes by itself, and then is there.
begin
sent () { [ "$(requests)" = "$1" ]; }
# configs FROM,TO  Of the machines by name.  The shell would look for each file, which fetches it.
configs () { ls "$mnt/by-name" | sed -n "$1s,.*,$mnt/by-name/&/config.xml,p" | xargs cat >"$tmp/out"; }
configs 1,173
await sent 6
configs 174,685
expect_eq 'what came' "$(grep -c '^</domain>' "$tmp/out")" 512
expect_eq 'requests' "$(requests)" 6
unmount_hvfs

# What could not be had by itself is asked for by who reads it.
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
control POST '/fail?what=fault&fault=SystemError&method=RetrievePropertiesEx&n=6' >/dev/null
configs 1,173
is_hit () { control GET /rules | grep -q '"hits":1'; }
await is_hit
configs 174,685
expect_eq 'what came after a failure' "$(grep -c '^</domain>' "$tmp/out")" 512
control POST /heal >/dev/null
unmount_hvfs

# The end waits for none of it.
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
control POST '/fail?what=slow&ms=3600000&method=RetrievePropertiesEx&n=6' >/dev/null
configs 1,173
await is_hit
unmount_hvfs
