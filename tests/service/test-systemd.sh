#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/service/test-systemd.sh - the unit and the examples are what systemd takes, the unit starts what
# hvfs.conf says and tells when it is ready, and is as closed as FUSE lets it be
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires systemd-analyze
requires_fuse

top=$tests_dir/..
unit=$tmp/hvfs@.service
sed 's|@bindir@/hvfs|/bin/true|' "$top/systemd/hvfs@.service.in" >"$unit"
cp "$top"/examples/mnt-lab.* "$tmp"
systemd-analyze verify --man=no "$unit" "$tmp"/mnt-lab.mount "$tmp"/mnt-lab.automount >"$tmp/out" 2>&1 ||
  fail "$(cat "$tmp/out")"
expect_eq 'what systemd-analyze says' "$(cat "$tmp/out")" ''
! grep -q '@' "$build_dir/systemd/hvfs@.service" || grep -q 'ExecStart=/.*/hvfs -f %I' "$build_dir/systemd/hvfs@.service" ||
  fail 'the unit that is installed has no program'

# Ten times the figure, without the point.  What keeps it above 3.0 is in the unit: a service
# with mounts of its own would keep the tree to itself.
if systemd-analyze security --offline=true --no-pager "$unit" >"$tmp/security" 2>/dev/null; then
  exposure=$(sed -n 's/.*exposure level.*: \([0-9]*\)\.\([0-9]\).*/\1\2/p' "$tmp/security")
  [ "$exposure" -le 40 ] || fail "exposure $exposure: $(grep '✗' "$tmp/security")"
fi
! grep -E '^(Private(Devices|Tmp|Mounts|Users)|Protect(System|Home|Proc|Kernel[A-Z][a-z]*|ControlGroups)|ProcSubset|ReadWritePaths|DynamicUser)=' \
  "$top/systemd/hvfs@.service.in" || fail 'nobody would see the tree'

# Started as systemd does it: by the line of the unit, with a credential, and a socket to tell.
start_vcsim -vm 1 -cluster 0 -user user -password 'pass word'
mkdir -p "$tmp/config/hvfs" "$tmp/credentials"
cp "$tmp/password" "$tmp/credentials/hvfs-password"
sed "s|^uri=vpx://reader@vc.*|uri=$(vcsim_uri vpx)|; s|^mountpoint=.*|mountpoint=$mnt|; s|^options=.*|options=ro|" \
  "$top/examples/hvfs.conf" >"$tmp/config/hvfs/hvfs.conf"
cat >"$tmp/manager.py" <<'P'
import os, socket, subprocess, sys
mnt, *command = sys.argv[1:]
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind('\0hvfs-test-%d' % os.getpid())
s.settimeout(60)
p = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                     env=dict(os.environ, NOTIFY_SOCKET='@hvfs-test-%d' % os.getpid(), WATCHDOG_USEC='1000000'))
said = []
def until(line):
    while line not in said:
        said.extend(s.recv(4096).decode().split('\n'))
until('READY=1')
assert os.path.ismount(mnt), 'ready, and not mounted'
until('WATCHDOG=1')
p.send_signal(1)
until('STATUS=mounted at ' + mnt)
p.terminate()
until('STOPPING=1')
assert p.wait(60) == 0, p.returncode
assert not os.path.ismount(mnt), 'ended, and mounted'
P
exec_start=$(sed -n 's/^ExecStart=//p' "$top/systemd/hvfs@.service.in" | sed "s|@bindir@/hvfs|$HVFS|; s|%I|lab|")
unset HVFS_PASSWORD_FILE
# shellcheck disable=SC2086
CREDENTIALS_DIRECTORY=$tmp/credentials "$PYTHON" "$tmp/manager.py" "$mnt" $exec_start || fail "$exec_start"

# A password that is refused is not tried again by Restart=; a server that is down is.
echo wrong >"$tmp/credentials/hvfs-password"
status=0
# shellcheck disable=SC2086
NOTIFY_SOCKET=$tmp/nobody CREDENTIALS_DIRECTORY=$tmp/credentials $exec_start 2>/dev/null || status=$?
expect_eq 'the status for a refused password' "$status" "$(sed -n 's/^RestartPreventExitStatus=//p' "$top/systemd/hvfs@.service.in")"
stop_vcsim
status=0
# shellcheck disable=SC2086
NOTIFY_SOCKET=$tmp/nobody CREDENTIALS_DIRECTORY=$tmp/credentials $exec_start 2>/dev/null || status=$?
expect_eq 'the status for a server that is down' "$status" 1
