#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/service/test-mount-helper.sh - mount(8) mounts it, with what a line of fstab may say
#
# mount(8) forgets PATH, so hvfs has to be where the system's programs are: in a name
# space of our own, where nobody else sees it.
if [ -z "${HVFS_UNSHARED-}" ]; then
  unshare -m --propagation private true 2>/dev/null || {
    echo 'SKIP: no mount namespaces for this user, or in a chroot'
    exit 77
  }
  HVFS_UNSHARED=1 exec unshare -m --propagation private "$0"
fi
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires_fuse
requires mount.fuse3

mount -t tmpfs hvfs-test /usr/local/sbin
ln -s "$HVFS" /usr/local/sbin/hvfs

start_vcsim
mount -t fuse.hvfs "$(vcsim_uri vpx)" "$mnt" \
  -o "ro,allow_other,nosuid,_netdev,nofail,noauto,x-systemd.automount,password_file=$tmp/password"
mounts="$$:$mnt"
options=$(awk -v mnt="$mnt" '$2 == mnt { print $4 }' /proc/mounts)
for option in ro nosuid allow_other default_permissions; do
  case ,$options, in *,$option,*) ;; *) fail "without $option: $options" ;; esac
done
vm=$(find "$mnt/by-name" -type l | sort | head -n 1)
expect_eq 'state' "$(cat "$vm/state")" running
expect_failure 'Read-only file system' bash -c "echo off >'$vm/state'"
expect_eq 'state after that' "$(cat "$vm/state")" running
expect_failure 'something is mounted there already' \
  mount -t fuse.hvfs "$(vcsim_uri vpx)" "$mnt" -o "password_file=$tmp/password"
umount "$mnt"
mounts=

# Its status and its one line come through.
expect_failure "unknown URI parameter 'colour'" \
  mount -t fuse.hvfs "$(vcsim_uri vpx)&colour=red" "$mnt"
