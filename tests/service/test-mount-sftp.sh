#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/service/test-mount-sftp.sh - another user has the tree through sftp: listed, read, edited and
# written, and what its modes keep from him
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
server=/usr/lib/openssh/sftp-server
[ "$(id -u)" = 0 ] || skip 'another user needs root'
requires sftp "$server" runuser
requires_fuse
start_vcsim -vm 2 -cluster 0
chmod 755 "$tmp"

# sftp COMMAND...  Commands of sftp(1), as nobody; the server is what sshd starts.
cat >"$tmp/as-nobody" <<END
#!/bin/sh
exec runuser -u nobody -- $server
END
chmod 755 "$tmp/as-nobody"
batch () { printf '%s\n' "$@" | sftp -q -b - -D "$tmp/as-nobody" >"$tmp/sftp.out" 2>&1; }

at=$mnt/by-name/DC0_H0_VM0
# Without allow_other the tree is root's.
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
! batch "ls $mnt/by-name" || fail 'another user sees the tree'
unmount_hvfs

# Others read.
mount_hvfs "$(vcsim_uri vpx)" "$mnt" -o allow_other
batch "ls -l $at/" || fail "ls: $(cat "$tmp/sftp.out")"
grep -q config.xml "$tmp/sftp.out" || fail "ls: $(cat "$tmp/sftp.out")"
for file in state config.xml; do
  batch "get $at/$file $tmp/got" || fail "get $file: $(cat "$tmp/sftp.out")"
  expect_eq "$file" "$(cat "$tmp/got")" "$(cat "$at/$file")"
done
echo off >"$tmp/off"
! batch "put $tmp/off $at/state" || fail 'another user may write'
expect_eq state "$(cat "$at/state")" running
unmount_hvfs

# Those of the group write.
mount_hvfs "$(vcsim_uri vpx)" "$mnt" -o allow_other,gid=nogroup,umask=002
batch "put $tmp/off $at/state" || fail "put state: $(cat "$tmp/sftp.out")"
expect_eq state "$(cat "$at/state")" off
echo flying >"$tmp/flying"
! batch "put $tmp/flying $at/state" || fail 'a wrong value is taken'
sed '/<vcpu/s/>.*</>3</' "$at/config.xml" >"$tmp/new.xml"
batch "put $tmp/new.xml $at/config.xml" || fail "put config.xml: $(cat "$tmp/sftp.out")"
expect_eq vcpus "$(cat "$at/vcpus")" 3
sed '/<vcpu/s/>.*</>2</' "$at/config.xml" >"$tmp/new.xml"
batch "put $tmp/new.xml $at/new.xml" "rename $at/new.xml $at/config.xml" || fail "rename: $(cat "$tmp/sftp.out")"
expect_eq vcpus "$(cat "$at/vcpus")" 2
batch "mkdir $at/snapshots/before" || fail "mkdir: $(cat "$tmp/sftp.out")"
[ -d "$at/snapshots/before" ] || fail 'no snapshot'
! batch "rm $at/uuid" || fail 'a file of a machine is deleted'
unmount_hvfs
