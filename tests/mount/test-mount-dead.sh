#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/mount/test-mount-dead.sh - hvfs takes the place of a killed hvfs, and of nothing else
#
# As root in a name space of our own, where every user may use /dev/fuse.
if [ -z "${HVFS_UNSHARED-}" ] && unshare -m --propagation private true 2>/dev/null; then
  HVFS_UNSHARED=1 exec unshare -m --propagation private "$0"
fi
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires_fuse

start_vcsim -vm 1
uri=$(vcsim_uri vpx)

mounts_at () { awk -v dir="$1" '$2 == dir' /proc/mounts | wc -l; }
is_mounted () { [ "$(mounts_at "$1")" != 0 ]; }

# killed MOUNTPOINT [COMMAND...]  A mount that nobody answers for, and that somebody has looked
# at: its attributes are in the kernel's cache.
killed () {
  local dir=$1 pid
  shift
  "$@" "$HVFS" -f "$uri" "$dir" </dev/null >"$tmp/killed.log" 2>&1 &
  pid=$!
  await is_mounted "$dir"
  "$@" ls -l "$dir/" >"$tmp/out"
  "$@" test -d "$dir"
  kill -KILL "$pid"
  wait "$pid" 2>/dev/null || :
}

# As long as the dead one is there, mountpoint(1) is no sign; the parent's end is.
again () { "$HVFS" "$@" </dev/null || fail "hvfs $*: status $?"; }

for n in 1 2; do
  killed "$mnt"
  test -d "$mnt" || fail 'its attributes are not cached: the test shows nothing'
  again "$uri" "$mnt"
  expect_eq "mounts, time $n" "$(mounts_at "$mnt")" 1
  [ -s "$mnt/about" ] || fail "nothing there, time $n"
  fusermount3 -u "$mnt"
done

# By another name, and with another server's.
killed "$mnt"
ln -s "$mnt" "$tmp/link"
again "$(vcsim_uri vpx DC0)" "$tmp/link/."
expect_eq 'mounts by a link' "$(mounts_at "$mnt")" 1
fusermount3 -u "$mnt"

if [ "$(id -u)" = 0 ]; then
  # A pile.
  mkdir "$tmp/second"
  killed "$tmp/second"
  killed "$mnt"
  mount --bind "$tmp/second" "$mnt"
  expect_eq 'the pile' "$(mounts_at "$mnt")" 2
  again "$uri" "$mnt"
  expect_eq 'the pile after mounting' "$(mounts_at "$mnt")" 1
  fusermount3 -u "$mnt"
  umount "$tmp/second"

  # By a user, whose fusermount3 does it.
  mkdir "$tmp/user"
  chown 65534:65534 "$tmp/user" "$tmp/password"
  chmod 711 "$tmp"
  if [ -n "${HVFS_UNSHARED-}" ] && mknod "$tmp/fuse" c 10 229; then
    chmod 666 "$tmp/fuse"
    mount --bind "$tmp/fuse" /dev/fuse
  fi
  user='setpriv --reuid=65534 --regid=65534 --clear-groups'
  as_user () { $user "$@"; }
  if as_user test -x "$HVFS" && as_user test -w /dev/fuse && as_user test -r "$vcsim_cert"; then
    # shellcheck disable=SC2086
    killed "$tmp/user" $user
    as_user "$HVFS" "$uri" "$tmp/user" </dev/null || fail 'a user cannot mount over his dead one'
    as_user test -s "$tmp/user/about" || fail 'nothing there'
    expect_eq 'mounts of the user' "$(mounts_at "$tmp/user")" 1
    as_user fusermount3 -u "$tmp/user"
    tested_user=yes
  fi
  chown 0:0 "$tmp/password"
  echo "as a user: ${tested_user-not tested}"

  # Dead, but of another program, or of another user: it stays.
  dead () {
    "$PYTHON" - "$mnt" "$@" <<'P'
import ctypes, os, sys
where, kind, user = sys.argv[1:]
fd = os.open('/dev/fuse', os.O_RDWR)
options = f'fd={fd},rootmode=40000,user_id={user},group_id=0,allow_other'
libc = ctypes.CDLL(None, use_errno=True)
if libc.mount(b'source', where.encode(), kind.encode(), 0, options.encode()) != 0:
    sys.exit(os.strerror(ctypes.get_errno()))
P
  }
  dead fuse.other 0
  expect_failure 'something is mounted there already' "$HVFS" "$uri" "$mnt"
  expect_eq 'mounts of another program' "$(mounts_at "$mnt")" 1
  umount "$mnt"
  dead fuse.hvfs 65534
  expect_failure "umount -l '$mnt'" "$HVFS" "$uri" "$mnt"
  expect_eq 'mounts of another user' "$(mounts_at "$mnt")" 1
  umount "$mnt"
fi

# What lives stays, also where it does not answer now.
mount_hvfs "$uri" "$mnt"
expect_failure 'something is mounted there already' "$HVFS" "$uri" "$mnt"
kill -STOP "$hvfs_pid"
# The leak checker would wait at the end for the thread that waits for the stopped one.
ASAN_OPTIONS=detect_leaks=0 expect_failure 'something is mounted there already' "$HVFS" "$uri" "$mnt"
kill -CONT "$hvfs_pid"
[ -s "$mnt/about" ] || fail 'the one that was stopped is gone'
unmount_hvfs
