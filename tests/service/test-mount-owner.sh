#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/service/test-mount-owner.sh - -o uid=, gid=, umask=: who may write; and df
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires_fuse
[ "$(id -u)" = 0 ] || skip 'other users are wanted'
requires setpriv

start_vcsim -vm 1
uri=$(vcsim_uri vpx)
chmod 711 "$tmp"
vm=$mnt/by-name/DC0_H0_VM0

# as USER GROUP COMMAND...
as () {
  local user=$1 group=$2
  shift 2
  setpriv --reuid="$user" --regid="$group" --clear-groups "$@"
}
modes () { stat -L -c '%a %u %g' "$vm/$1"; }

# With none of them all is root's, as the rows say.
mount_hvfs "$uri" "$mnt" -o allow_other
expect_eq 'state of root' "$(modes state)" '644 0 0'
expect_failure 'Permission denied' as 1234 1235 bash -c "echo off >'$vm/state'"
unmount_hvfs

mount_hvfs "$uri" "$mnt" -o allow_other,gid=1235,umask=002
expect_eq 'state' "$(modes state)" '664 0 1235'
expect_eq 'uuid' "$(modes uuid)" '444 0 1235'
expect_eq 'destroy' "$(modes destroy)" '220 0 1235'
expect_eq 'the directory' "$(modes .)" '775 0 1235'
expect_eq 'a link' "$(stat -c %a "$vm")" 777
# ls -l, which asks for names with their attributes, says no other thing.
ls -l "$vm/" >"$tmp/ls"
grep -q '^-rw-rw-r-- .* state$' "$tmp/ls" || fail "$(cat "$tmp/ls")"
as 1234 1235 bash -c "echo off >'$vm/state'" || fail 'the group cannot write'
expect_eq 'state' "$(cat "$vm/state")" off
expect_failure 'Permission denied' as 1234 1236 bash -c "echo running >'$vm/state'"
expect_eq 'state' "$(as 1234 1236 cat "$vm/state")" off

# An editor's own files are whose made them, so that the editor can change their modes.
as 1234 1235 bash -c "umask 077; echo text >'$vm/scratch' && chmod 640 '$vm/scratch'" ||
  fail 'a user cannot change the mode of his own file'
expect_eq 'scratch' "$(modes scratch)" '640 1234 1235'
ls -l "$vm/" >"$tmp/ls"
grep -q '^-rw-r----- .* scratch$' "$tmp/ls" || fail "$(cat "$tmp/ls")"
as 1234 1235 sed -i 's|<vcpu.*|<vcpu>2</vcpu>|' "$vm/config.xml" || fail 'the group cannot sed -i'
expect_eq 'vcpus' "$(cat "$vm/vcpus")" 2
expect_eq 'config.xml' "$(modes config.xml)" '664 0 1235'
chmod 664 "$vm/state" || fail 'the mode that is there cannot be set'
unmount_hvfs

mount_hvfs "$uri" "$mnt" -o allow_other,gid=1235,umask=007
expect_eq 'state' "$(modes state)" '660 0 1235'
expect_eq 'the directory' "$(modes .)" '770 0 1235'
expect_failure 'Permission denied' as 1234 1236 ls "$mnt/by-name"
unmount_hvfs

# By name, and alone.
mount_hvfs "$uri" "$mnt" -o allow_other,uid=nobody
expect_eq 'state' "$(modes state)" "644 $(id -u nobody) 0"
as "$(id -u nobody)" 1235 bash -c "echo running >'$vm/state'" || fail 'the owner cannot write'
unmount_hvfs
mount_hvfs "$uri" "$mnt" -o ro,umask=077
expect_eq 'state' "$(modes state)" '600 0 0'

# df shows the room for scratch files, which they take.
free () { stat -f -c '%a %d' "$1"; }
unmount_hvfs
mount_hvfs "$uri" "$mnt"
expect_eq 'room in bytes' "$(stat -f -c '%b %f %a %S' "$mnt")" '16384 16384 16384 4096'
df "$mnt" >"$tmp/df" || fail "df: $(cat "$tmp/df")"
read -r blocks files <<<"$(free "$vm/state")"
head -c 1000000 /dev/zero >"$vm/scratch"
read -r less fewer <<<"$(free "$vm/")"
[ $((blocks - less)) = 245 ] || fail "room: $blocks blocks, then $less"
[ "$fewer" -lt "$files" ] || fail "files: $files, then $fewer"
# Of a server that is lost, too: df is not to hang on it.
stop_vcsim
await status_is lost
expect_eq 'room when the server is lost' "$(stat -f -c %a "$mnt")" "$less"
unmount_hvfs

# Mistakes.
expect_failure "umask='rwx'" "$HVFS" -o umask=rwx "$uri" "$mnt"
expect_failure "umask='1777'" "$HVFS" -o umask=1777 "$uri" "$mnt"
expect_failure 'no such group' "$HVFS" -o gid=no-such-group "$uri" "$mnt"
expect_failure 'no such user' "$HVFS" -o uid= "$uri" "$mnt"
