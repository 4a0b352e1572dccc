#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/service/test-mount-namespaces.sh - bind mounts, other mount namespaces, and callers of other
# PID namespaces: who waits in a container is heard there as well
if [ -z "${HVFS_UNSHARED-}" ]; then
  unshare -m -p -f --propagation private true 2>/dev/null || {
    echo 'SKIP: no namespaces for this user, or in a chroot'
    exit 77
  }
  HVFS_UNSHARED=1 exec unshare -m --propagation private "$0"
fi
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires "$PYTHON" pgrep
requires_fuse
start_vcsim -vm 1 -cluster 0
name=DC0_H0_VM0

# Says what write(2) returned, past Python's own repetition; each signal has a handler.
cat >"$tmp/writer.py" <<'END'
import ctypes, os, signal, sys
for number in range(1, 32):
    if number not in (signal.SIGKILL, signal.SIGSTOP, signal.SIGSEGV):
        signal.signal(number, lambda *_: None)
libc = ctypes.CDLL(None, use_errno=True)
word = sys.argv[2].encode()
n = libc.write(os.open(sys.argv[1], os.O_WRONLY), word, len(word))
print("wrote" if n == len(word) else os.strerror(ctypes.get_errno()))
END

# use DIR  What people do with a machine.
use () {
  # shellcheck disable=SC2010
  ls "$1" | grep -qx config.xml || fail "ls $1"
  echo off >"$1/state"
  expect_eq "state in $1" "$(cat "$1/state")" off
  for n in 3 2; do
    sed -i "/<vcpu/s/>.*</>$n</" "$1/config.xml"
    expect_eq "vcpus in $1" "$(cat "$1/vcpus")" $n
  done
  sed "/<vcpu/s/>.*</>4</" "$1/config.xml" >"$tmp/new.xml"
  cp "$tmp/new.xml" "$1/config.xml"
  expect_eq "vcpus in $1" "$(cat "$1/vcpus")" 4
  sed "/<vcpu/s/>.*</>1</" "$1/config.xml" >"$1/new.xml"
  mv "$1/new.xml" "$1/config.xml"
  expect_eq "vcpus in $1" "$(cat "$1/vcpus")" 1
  echo running >"$1/state"
}

is_on_its_way () { grep -qs running "$mnt/tasks"; }
is_idle () { ! is_on_its_way; }
is_waiting () { grep -q "^State:[[:space:]]*[SD]" "/proc/$writer/status" 2>/dev/null && is_on_its_way; }

# write_in COMMAND...  A writer below it; writer is its number here.
write_in () {
  await is_idle
  control POST "/task-time?ms=3600000" >/dev/null
  "$@" "$PYTHON" "$tmp/writer.py" "$mnt/by-name/$name/state" off >"$tmp/wrote" &
  outer=$!
  await is_on_its_way
  writer=$(pgrep -P "$outer" || echo "$outer")
  await is_waiting
}

# signalled SIGNAL RESULT
signalled () {
  kill -"$1" "$writer"
  case $2 in
    wrote)
      await grep -q '^State:[[:space:]]*D' "/proc/$writer/status"
      cat "$mnt/.hvfs/stats" >/dev/null # the kernel tells of the signal first
      control POST /hurry >/dev/null ;;
  esac
  wait "$outer" || :
  expect_eq "write after SIG$1" "$(cat "$tmp/wrote")" "$2"
  control POST "/task-time?ms=0" >/dev/null
  await is_idle
}

# A bind mount is the tree; the mount lasts until the last of it is gone.
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
mkdir "$tmp/bound"
mount --bind "$mnt/by-name/$name/" "$tmp/bound"
use "$tmp/bound"
fusermount3 -u "$mnt"
use "$tmp/bound"
! is_gone "$hvfs_pid" || fail 'it ended although somebody has a bind mount'
umount "$tmp/bound"
await is_gone "$hvfs_pid"

# So it is with a mount namespace that has a copy.
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
mkfifo "$tmp/go"
# shellcheck disable=SC2016 # the other shell's
unshare -m --propagation private sh -c 'read -r line <"$1"; cat "$2"/by-name/*/state' copy "$tmp/go" "$mnt" >"$tmp/copy" &
copy=$!
# Opened once it has its copy.
exec 5>"$tmp/go"
fusermount3 -u "$mnt"
echo >&5
exec 5>&-
wait "$copy" || fail 'a copy in another namespace cannot be read'
expect_eq 'what the copy shows' "$(cat "$tmp/copy")" running
await is_gone "$hvfs_pid"

# A container: hvfs outside of it sees who waits there.
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
# shellcheck disable=SC2016 # likewise
unshare -m -p -f --mount-proc --propagation private sh -eu -c 'ls "$1" >/dev/null; cat "$1/state"' in "$mnt/by-name/$name" >"$tmp/in"
expect_eq 'state in a container' "$(cat "$tmp/in")" running
write_in unshare -m -p -f --mount-proc --kill-child
signalled CHLD wrote
echo running >"$mnt/by-name/$name/state"
write_in unshare -m -p -f --mount-proc --kill-child
signalled INT 'Interrupted system call'
unmount_hvfs

# hvfs in a container, of which somebody outside has the tree: he is nobody there.  Any signal ends
# his call.  That /proc is the one outside, whose numbers mean others.
cat >"$tmp/inside" <<END
#!/bin/sh
exec unshare -p -f --kill-child "$HVFS" "\$@"
END
chmod +x "$tmp/inside"
hvfs_outside=$HVFS
HVFS=$tmp/inside
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
use "$mnt/by-name/$name"
write_in env
signalled INT 'Interrupted system call'
write_in env
signalled CHLD 'Interrupted system call'
fusermount3 -u "$mnt"
await is_gone "$hvfs_pid"

# Both in one, without a /proc of its own: there the writer's number is that of this shell.
HVFS=$hvfs_outside
cat >"$tmp/together" <<'END'
"$1" -o "password_file=$2" "$3" "$4"
echo "$5" 2>/dev/null >/proc/sys/kernel/ns_last_pid || :
shift 5
"$@" &
writer=$!
read -r signal
kill -"$signal" $writer
wait $writer
END
mkfifo "$tmp/signal"
control POST "/task-time?ms=3600000" >/dev/null
unshare -p -f --kill-child sh "$tmp/together" "$HVFS" "$tmp/password" "$(vcsim_uri vpx)" "$mnt" "$(($$ - 1))" \
  "$PYTHON" "$tmp/writer.py" "$mnt/by-name/$name/state" off <"$tmp/signal" >"$tmp/wrote" &
together=$!
exec 5>"$tmp/signal"
await is_on_its_way
echo INT >&5
exec 5>&-
ended () { is_gone "$together"; }
await ended
expect_eq 'write after SIGINT' "$(cat "$tmp/wrote")" 'Interrupted system call'
fusermount3 -uz "$mnt" 2>/dev/null || :
