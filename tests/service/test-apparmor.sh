#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/service/test-apparmor.sh - AppArmor takes the profile; where the kernel has AppArmor, what hvfs
# does in use is not against it
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
PATH=$PATH:/usr/sbin:/sbin
requires apparmor_parser
profile=$tests_dir/../contrib/apparmor/usr.bin.hvfs

# parse FILE  Without the kernel, and without what was compiled before.
parse () { apparmor_parser --skip-kernel-load --skip-cache "$1" 2>&1 | grep -v '^Cache read/write disabled'; }
expect_eq 'what apparmor_parser says' "$(parse "$profile")" ''
sed 's/capability sys_admin/capability sysadmin/' "$profile" >"$tmp/wrong"
parse "$tmp/wrong" | grep -q sysadmin || fail 'a mistake is not found'

[ "$(cat /sys/module/apparmor/parameters/enabled 2>/dev/null)" = Y ] || { echo 'parsed only: the kernel has no AppArmor'; exit 0; }
[ "$(id -u)" = 0 ] || { echo 'parsed only: not root'; exit 0; }
requires_fuse
# For this build, under a name of its own, and refusing.
sed "s|^profile hvfs /usr/bin/hvfs flags=(complain)|profile hvfs-test-$$ $HVFS flags=(enforce)|; s|/usr/bin/hvfs mrix|$HVFS mrix|" \
  "$profile" >"$tmp/profile"
apparmor_parser --skip-cache --add "$tmp/profile" || fail 'the kernel does not take it'
at_exit () { apparmor_parser --remove "$tmp/profile"; }
start_vcsim -vm 2 -cluster 0
mount_hvfs "$(vcsim_uri vpx)" "$mnt" -o content,allow_delete
expect_eq 'confined by' "$(cut -d' ' -f1 "/proc/$hvfs_pid/attr/current")" "hvfs-test-$$"
echo off >"$mnt/by-name/DC0_H0_VM0/state"
sed -i '/<vcpu/s/>.*</>3</' "$mnt/by-name/DC0_H0_VM0/config.xml"
expect_eq vcpus "$(cat "$mnt/by-name/DC0_H0_VM0/vcpus")" 3
files=$(find "$mnt/datacenters/" -path '*/datastores/*/files' | head -n 1)
head -c 100000 /dev/zero >"$files/zero"
expect_eq 'the size of a file' "$(stat -c %s "$files/zero")" 100000
unmount_hvfs
