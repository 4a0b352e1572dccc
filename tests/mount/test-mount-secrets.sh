#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/mount/test-mount-secrets.sh - where a password comes from, and where it must not be
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires_fuse

secret=Xyzzy-4711-plugh
start_vcsim -user user -password "$secret"
printf '%s\n' "$secret" >"$tmp/password"

# In no place that others read, nor in the tree, the log, or the environment of a child.
mount_hvfs "$(vcsim_uri vpx)" "$mnt" -d
for place in "/proc/$hvfs_pid/cmdline" "/proc/$hvfs_pid/environ" /proc/mounts "$hvfs_log" \
             "$mnt/about" "$mnt/.hvfs/status" "$mnt/.hvfs/errors" "$mnt/.hvfs/stats"; do
  ! tr '\0' '\n' <"$place" | grep -qF "$secret" || fail "the password is in $place"
done

# Nor in what a core dump would hold, also after logging in again.  What finds nothing
# has to show that it can find.  (The address sanitizer keeps what libcurl has freed.)
if [ -r "/proc/$hvfs_pid/mem" ] && ! is_linked_with libasan; then
  requires "$PYTHON"
  control POST /expire
  ls -R "$mnt" >"$tmp/out"
  "$PYTHON" "$tests_dir/mount/find-secret.py" "$hvfs_pid" "$tmp/password" ||
    fail 'the password is in memory that is dumped'
  echo DC0_C0_RP0 >"$tmp/known"
  ! "$PYTHON" "$tests_dir/mount/find-secret.py" "$hvfs_pid" "$tmp/known" >"$tmp/out" || fail 'finds nothing'
fi

# And no core is dumped at all, where others' are.
cat >"$tmp/dumps.py" <<'END'
import os, resource, signal, subprocess, sys
# Prints whether the command, killed by SIGABRT when it has started, dumps a core.
resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
wait, *command = sys.argv[1:]
process = subprocess.Popen(command, cwd=os.path.dirname(sys.argv[0]))
while wait and not os.path.ismount(wait):
    if os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
        sys.exit("it did not mount")
process.send_signal(signal.SIGABRT)
print(os.WCOREDUMP(os.waitpid(process.pid, 0)[1]))
END
core () { "$PYTHON" "$tmp/dumps.py" "$@" 2>"$tmp/core.log"; }
if ! is_linked_with libasan && [ "$(core '' sleep 1000)" = True ]; then
  mkdir "$tmp/fallen"
  expect_eq 'a core is dumped' \
    "$(core "$tmp/fallen" "$HVFS" -f "$(vcsim_uri vpx)" "$tmp/fallen")" False
  fusermount3 -uz "$tmp/fallen"
fi
source=$(awk -v mnt="$mnt" '$2 == mnt { print $1, $3 }' /proc/mounts)
expect_eq 'what is mounted' "$source" "$(vcsim_uri vpx) fuse.hvfs"
unmount_hvfs

# From each source, with the others gone; the account is refused for any other password.
unset HVFS_PASSWORD_FILE
mounts_from () {
  mount_hvfs "$@"
  [ -s "$mnt/about" ] || fail "nothing there: $*"
  unmount_hvfs
}
mounts_from "$(vcsim_uri vpx)" "$mnt" -o "password_file=$tmp/password"
mounts_from "$(vcsim_uri vpx | sed s/user@//)" "$mnt" -o "password_file=$tmp/password,username=user"

mkdir "$tmp/credentials"
cp "$tmp/password" "$tmp/credentials/hvfs-password"
CREDENTIALS_DIRECTORY=$tmp/credentials
export CREDENTIALS_DIRECTORY
mounts_from "$(vcsim_uri vpx)" "$mnt"
unset CREDENTIALS_DIRECTORY

printf '[auth-esx-127.0.0.1]\ncredentials=a\n[credentials-a]\nusername=user\npassword=%s\n' \
  "$secret" >"$tmp/auth.conf"
chmod 600 "$tmp/auth.conf"
anyone=$(vcsim_uri vpx | sed s/user@//)
mounts_from "$anyone&authfile=$tmp/auth.conf" "$mnt"
LIBVIRT_AUTH_FILE=$tmp/auth.conf mounts_from "$anyone" "$mnt"
mkdir "$XDG_CONFIG_HOME/libvirt"
cp -p "$tmp/auth.conf" "$XDG_CONFIG_HOME/libvirt/"
unset LIBVIRT_AUTH_FILE
mounts_from "$anyone" "$mnt"
