#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/service/test-mount-fstab.sh - mount -a takes what is mounted for mounted, however often it runs
#
# mount(8) compares the first two fields of each line with /proc/mounts, so the source there
# has to be the URI as it was given.  In a name space of our own, as test-mount-helper.sh.
if [ -z "${HVFS_UNSHARED-}" ]; then
  unshare -m --propagation private true 2>/dev/null || {
    echo 'SKIP: no mount namespaces for this user, or in a chroot'
    exit 77
  }
  HVFS_UNSHARED=1 exec unshare -m --propagation private "$0"
fi
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires_fuse
requires mount.fuse3 findmnt

mount -t tmpfs hvfs-test /usr/local/sbin
ln -s "$HVFS" /usr/local/sbin/hvfs

start_vcsim -dc 2 -vm 1
uri=$(vcsim_uri vpx)
bare=${uri#*@}
folder='a folder, %'
mkdir "$tmp/plain" "$tmp/$folder" "$tmp/dc" "$tmp/user" "$tmp/bare"
ln -s "$tmp/dc" "$tmp/link"
ln -s "$vcsim_cert" "$tmp/a,b c.pem"

# line URI MOUNTPOINT OPTIONS  As fstab(5) escapes it.
line () {
  printf '%s %s fuse.hvfs _netdev,nofail,password_file=%s%s 0 0\n' \
    "$1" "$(printf %s "$2" | sed 's/ /\\040/g')" "$tmp/password" "$3"
}
{
  line "$uri" "$tmp/plain" ,ro
  line "$(vcsim_uri vpx DC1)" "$tmp/$folder" ''
  line "vpx://administrator%40vsphere.local@$vcsim_hostport/DC0?cacert=$vcsim_cert" "$tmp/link" ''
  # A backslash is \134 in fstab.
  line "vpx://$bare" "$tmp/user" ',username=CORP\134admin'
  line "vpx://user@x@$vcsim_hostport?cacert=$tmp/a,b\\040c.pem" "$tmp/bare" ,x-systemd.automount
} >"$tmp/fstab"

mounted () { awk -v dir="$tmp/" 'index ($2, dir) == 1 && $3 == "fuse.hvfs"' /proc/mounts; }
mount -a -T "$tmp/fstab" || fail "mount -a: status $?"
expect_eq 'mounts' "$(mounted | wc -l)" 5
before=$(mounted)
for n in 2 3; do
  mount -a -T "$tmp/fstab" >"$tmp/out" 2>&1 || fail "mount -a, time $n: status $?: $(cat "$tmp/out")"
  expect_eq "what mount -a says, time $n" "$(cat "$tmp/out")" ''
  expect_eq "mounts, time $n" "$(mounted)" "$before"
done
expect_eq 'findmnt by the first field' "$(findmnt -n -o TARGET -S "$uri")" "$tmp/plain"
grep -qx 'user=CORP\\admin' "$tmp/user/.hvfs/status" || fail "$(cat "$tmp/user/.hvfs/status")"

# Another line for the same place is an error, by hand the same one is, too.
expect_failure 'something is mounted there already' hvfs "$uri" "$tmp/plain"
line "$(vcsim_uri vpx DC1)" "$tmp/plain" '' >"$tmp/other"
expect_failure 'something is mounted there already' mount -a -T "$tmp/other"

is_dead () { LC_ALL=C stat -f "$1" 2>&1 | grep -q 'not connected'; }

# One of them is dead: mount -a cannot see it, mount DIR repairs it.
pid=$(pgrep -f "^hvfs .* $tmp/plain ") || fail 'no hvfs there'
kill -KILL "$pid"
await is_gone "$pid"
# What the kernel says of it depends on whether it has closed the dead process's files yet.
await is_dead "$tmp/plain"
mount -T "$tmp/fstab" "$tmp/plain" || fail "mount of a dead one: status $?"
[ -s "$tmp/plain/about" ] || fail 'nothing there'
expect_eq 'mounts after the repair' "$(mounted | wc -l)" 5
