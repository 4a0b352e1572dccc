#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/service/test-mount-conf.sh - a mount by its name in hvfs.conf, and by what govc's variables say
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires_fuse

start_vcsim -dc 2 -vm 1 -cluster 0 -user user -password 'pass word'
uri=$(vcsim_uri vpx)
unset HVFS_PASSWORD_FILE
conf=$tmp/config/hvfs/hvfs.conf
mkdir -p "$tmp/config/hvfs" "$tmp/lab"

# refused TEXT ARGUMENT...
refused () {
  text=$1
  shift
  expect_failure "$text" "$HVFS" "$@"
  ! mountpoint -q "$mnt" || fail "$text: mounted"
}
# mounts SOURCE MOUNTPOINT ARGUMENT...
mounts () {
  source=$1 where=$2
  shift 2
  "$HVFS" "$@" </dev/null >"$tmp/out" 2>&1 || fail "hvfs $*: $(cat "$tmp/out")"
  expect_eq "what hvfs $* says" "$(cat "$tmp/out")" ''
  expect_eq "the source of hvfs $*" "$(awk -v at="$where" '$2 == at { print $1 }' /proc/mounts)" "$source"
}

cat >"$conf" <<END
# The laboratory.
[lab]
uri=$uri
mountpoint=$tmp/lab
options=ro,password_file=$tmp/password,username=CORP\\admin

[part]
uri=$(vcsim_uri vpx DC1)
options=password_file=$tmp/password
END
mounts lab "$mnt" lab "$mnt"
[ -d "$mnt/datacenters/DC0" ] || fail "$(ls "$mnt")"
expect_failure 'Read-only file system' sh -c "echo off >'$mnt/by-name/DC0_H0_VM0/state'"
fusermount3 -u "$mnt"
# The mount point of the group; and an option of the command line, which comes last.
mounts lab "$tmp/lab" lab
fusermount3 -u "$tmp/lab"
mounts lab "$mnt" -o rw lab "$mnt"
echo off >"$mnt/by-name/DC0_H0_VM0/state"
fusermount3 -u "$mnt"
mounts part "$mnt" part "$mnt"
[ -d "$mnt/by-name/DC1_H0_VM0" ] || fail "$(ls "$mnt/by-name")"
fusermount3 -u "$mnt"

refused 'mount point is missing' part
refused "'other' is no URI" other "$mnt"
refused "$tmp/nowhere" -o "password_file=$tmp/nowhere" lab "$mnt"
bad () { printf '%s\n' "$@" >"$conf"; }
bad '[lab]' 'options=ro'
refused "$conf: [lab]: there is no uri=" lab "$mnt"
bad '[lab]' "uri=$uri" password=secret
refused 'options=password_file=FILE' lab "$mnt"
bad '[lab]' "uri=$uri" colour=red
refused "unknown key 'colour'" lab "$mnt"
bad '[lab]' "uri=$uri" options=colour=red
refused "unknown option 'colour=red'" lab "$mnt"
bad 'uri' '[lab]'
refused "$conf: " lab "$mnt"
bad '[lab]' 'uri=vpx://user:secret@vc/'
refused '-o password_file' lab "$mnt"
rm "$conf"
refused "'lab' is no URI" lab "$mnt"

# The system's file is read, too; the user's group comes first.
if [ "$(id -u)" = 0 ] && unshare -m --propagation private true 2>/dev/null; then
  mkdir -p "$tmp/etc/hvfs"
  printf '[sys]\nuri=%s\noptions=password_file=%s\n[lab]\nuri=esx://nowhere/\n' "$uri" "$tmp/password" >"$tmp/etc/hvfs/hvfs.conf"
  printf '[lab]\nuri=gsx://first/\n' >"$conf"
  sysconfdir=$(sed -n 's/^sysconfdir = //p' "$build_dir/Makefile")
  case $sysconfdir in '$'*) sysconfdir=$(sed -n 's/^prefix = //p' "$build_dir/Makefile")/etc ;; esac
  # shellcheck disable=SC2016
  unshare -m --propagation private sh -eu -c '
    mkdir -p "$1"
    mount --bind "$2" "$1"
    "$3" sys "$4"
    ls "$4/by-name"
    fusermount3 -u "$4"
    ! "$3" lab "$4"' sh "$sysconfdir" "$tmp/etc" "$HVFS" "$mnt" >"$tmp/out" 2>&1 || fail "$(cat "$tmp/out")"
  grep -q DC1_H0_VM0 "$tmp/out" || fail "the system's file: $(cat "$tmp/out")"
  grep -q "first" "$tmp/out" || fail "the user's group: $(cat "$tmp/out")"
  rm "$conf"
fi

# What govc reads.
refused 'mount point is missing' "$mnt"
export GOVC_URL="https://user@$vcsim_hostport/sdk" GOVC_PASSWORD_FILE="$tmp/password"
refused 'pin=sha256//' "$mnt"
export GOVC_INSECURE=1
govc_uri="vpx://user@$vcsim_hostport/?no_verify=1"
mounts "$govc_uri" "$mnt" "$mnt"
fusermount3 -u "$mnt"
GOVC_URL=$vcsim_hostport GOVC_USERNAME=user mounts "$govc_uri" "$mnt" "$mnt"
fusermount3 -u "$mnt"
# They count for no other mount.
refused 'password' "$uri" "$mnt"
GOVC_PASSWORD=secret refused 'GOVC_PASSWORD holds a password' "$mnt"
GOVC_URL="https://user:secret@$vcsim_hostport/sdk" refused 'GOVC_URL holds a password' "$mnt"
! grep -q secret "$tmp/err" || fail "$(cat "$tmp/err")"
GOVC_URL=ftp://vc refused 'must be [https://]' "$mnt"
GOVC_URL=https://vc/other refused 'must be [https://]' "$mnt"
