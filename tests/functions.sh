# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# tests/functions.sh - what tests of a mounted hvfs need; sourced by them
#
#   . "${srcdir:-$(dirname "$0")/..}/functions.sh"
#   start_vcsim -vm 4
#   mount_hvfs "$(vcsim_uri vpx)" "$mnt"
#   await grep -q running "$mnt/by-name/DC0_H0_VM0/state"
#
# Whatever a test starts through these functions ends with it, however it ends.
# Nothing here sleeps for a fixed time; await () looks again until it is true.
set -eu

tests_dir=$(cd "${srcdir:-$(dirname "$0")/..}" && pwd)
build_dir=${HVFS_BUILDDIR:-$(cd "$tests_dir/.." && pwd)/build}
HVFS=${HVFS:-$build_dir/fs/hvfs}
VCSIM=${VCSIM:-$build_dir/tests/vcsim/vcsim}
# Debian's, which has pyVmomi, whatever else is in the path.
# shellcheck disable=SC2034
PYTHON=/usr/bin/python3
export PYTHONPATH="$tests_dir/lib" PYTHONDONTWRITEBYTECODE=1
# A condition that is not true within so many seconds never will be.
AWAIT_S=${AWAIT_S:-120}

# A file that shows what it does not depend on ends hvfs, and so the test.
export HVFS_CHECK_DEPENDS=1
# As make check has it: memory that went through pools of GLib has no history that a checker sees.
export G_SLICE=always-malloc

# A name space of our own has a copy of each mount that other tests have just now, which
# would keep these from ending.
if [ -n "${HVFS_UNSHARED-}" ]; then
  awk '$3 == "fuse.hvfs" { print $2 }' /proc/mounts | while read -r copy; do umount -l "$copy"; done
fi

tmp=$(mktemp -d "${TMPDIR:-/tmp}/hvfs-test-XXXXXX")
mnt=$tmp/mnt
mkdir "$mnt" "$tmp/config"

# The user's own configuration and passwords are no part of a test.
export XDG_CONFIG_HOME="$tmp/config"
export LIBVIRT_AUTH_FILE=/dev/null
unset CREDENTIALS_DIRECTORY
printf 'pass word\n' >"$tmp/password"
chmod 600 "$tmp/password"
export HVFS_PASSWORD_FILE="$tmp/password"

mounts=   # "PID:MOUNTPOINT" of each, the last one first
vcsims=   # PIDs
others=   # those of what else was started

# --- how a test ends

fail () {
  echo "FAIL: $*"
  exit 1
}

# For what can never be on this machine; a missing tool is for requires ().
skip () {
  echo "SKIP: $*"
  exit 77
}

# requires TOOL...  In CI everything has been installed, so nothing may be missing.
requires () {
  for tool; do
    command -v "$tool" >/dev/null || [ -e "$tool" ] || {
      [ "${CI-}" != true ] || fail "$tool is missing"
      skip "$tool is missing"
    }
  done
}

dump_logs () {
  for log in "$tmp"/*.log; do
    [ -s "$log" ] || continue
    echo "--- ${log##*/}"
    tail -n 200 "$log"
  done
}

# A checker's complaint at the end of hvfs fails a test that did not look itself.
end_mount () {
  fusermount3 -u "${1#*:}" 2>/dev/null || fusermount3 -uz "${1#*:}" 2>/dev/null
  end_process "${1%%:*}"
  case $? in 0|127|137|143) ;; *) [ "$status" != 0 ] || status=1 ;; esac
}

cleanup () {
  status=$?
  trap - EXIT
  set +e
  for mount in $mounts; do end_mount "$mount"; done
  # And what a test mounted by itself.
  awk -v dir="$tmp/" 'index ($2, dir) == 1 { print $2 }' /proc/mounts |
    sed 's/%/%%/g' | while read -r mount; do
      # shellcheck disable=SC2059 # \040 is a blank there
      mount=$(printf "$mount")
      umount "$mount" || fusermount3 -uz "$mount"
    done 2>/dev/null
  for pid in $vcsims $others; do end_process "$pid"; done
  if command -v at_exit >/dev/null; then at_exit; fi
  [ "$status" = 0 ] || [ "$status" = 77 ] || dump_logs
  rm -rf --one-file-system "$tmp"
  exit "$status"
}
trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

is_gone () {
  read -r process_stat 2>/dev/null <"/proc/$1/stat" || return 0
  case ${process_stat##*) } in
    Z*|X*) return 0 ;;
    *) return 1 ;;
  esac
}

# Ends what this shell started, politely, then not.  Returns: its exit status
end_process () {
  kill "$1" 2>/dev/null
  poll 10 is_gone "$1" || kill -KILL "$1" 2>/dev/null
  wait "$1" 2>/dev/null
}

# requires_plain  For tests that preload a library, which the compiler's checkers do not bear.
requires_plain () {
  ! grep -q '__[at]san_init' "$HVFS" || skip "the compiler's checkers bear no preloaded library"
}

# --- waiting

# poll SECONDS COMMAND...  Returns 1 when it is still false after naps of so much.  They grow:
# processes that only look whether something is so are much of what tests cost.
poll () {
  poll_ms=$(($1 * 1000)) poll_nap=20
  shift
  until "$@"; do
    [ $poll_ms -gt 0 ] || return 1
    sleep "0.$((poll_nap / 100))$((poll_nap / 10 % 10))"
    poll_ms=$((poll_ms - poll_nap))
    [ $poll_nap -ge 100 ] || poll_nap=$((poll_nap * 2))
  done
}

# await COMMAND...  A test whose condition never comes true has failed.
await () {
  poll "$AWAIT_S" "$@" || fail "still not so after $AWAIT_S s: $*"
}

# What can be awaited.
says () { [ "$(cat "$1" 2>/dev/null)" = "$2" ]; }
exists () { [ -e "$1" ]; }
missing () { [ ! -e "$1" ] && [ ! -L "$1" ]; }
# status_is lost  or connected: what the mount at $mnt says of the server.
status_is () { grep -q "^state=$1\$" "$mnt/.hvfs/status"; }

# --- expecting

# expect_eq WHAT GOT WANTED
expect_eq () {
  [ "$2" = "$3" ] || fail "$1: got '$2', not '$3'"
}

# expect_failure TEXT COMMAND...  It fails, and says TEXT, on one line.
expect_failure () {
  text=$1
  shift
  ! "$@" >"$tmp/out" 2>"$tmp/err" || fail "succeeded: $*"
  [ "$(wc -l <"$tmp/err")" -le 1 ] || fail "$* says more than one line: $(cat "$tmp/err")"
  grep -qF -- "$text" "$tmp/err" || fail "$* does not say '$text' but: $(cat "$tmp/err")"
}

# Whether hvfs is built with a checker, which keeps what is freed.  (What the daemon has mapped can
# be read by root only.)
is_checked () { is_linked_with 'lib[at]san'; }
is_linked_with () { ldd "$HVFS" | grep -q "$1"; }

# --- the simulator

# start_vcsim [FLAG...]  Sets vcsim_pid, vcsim_url, vcsim_control, vcsim_cert and
# vcsim_hostport of the one started last.
start_vcsim () {
  if [ ! -x "$VCSIM" ]; then
    requires go
    fail "$VCSIM is not built: make check builds it"
  fi
  vcsim_n=$((${vcsim_n:-0} + 1))
  vcsim_ready=$tmp/vcsim-$vcsim_n.ready
  rm -f "$vcsim_ready" # that of a subshell before
  "$VCSIM" -l 127.0.0.1:0 -ready "$vcsim_ready" -certfile "$tmp/vcsim-$vcsim_n.pem" "$@" \
    </dev/null >"$tmp/vcsim-$vcsim_n.log" 2>&1 &
  vcsim_pid=$!
  vcsims="$vcsim_pid $vcsims"
  await vcsim_is_ready_or_gone
  [ -e "$vcsim_ready" ] || fail "vcsim $* ended"
  vcsim_url=$(ready_value url)
  vcsim_control=$(ready_value control)
  vcsim_cert=$(ready_value cert)
  vcsim_hostport=${vcsim_url#*://}
  vcsim_hostport=${vcsim_hostport%%/*}
}

vcsim_is_ready_or_gone () {
  [ -e "$vcsim_ready" ] || is_gone "$vcsim_pid"
}

ready_value () {
  sed -n "s/^$1=//p" "$vcsim_ready"
}

# stop_vcsim [PID]  The last one started, if none is named.
stop_vcsim () {
  end_process "${1:-$vcsim_pid}" || :
}

# vcsim_uri TYPE [PATH [PARAMETERS]]
vcsim_uri () {
  case $vcsim_url in
    https:*) parameters="cacert=$vcsim_cert" ;;
    *) parameters="transport=http" ;;
  esac
  echo "$1://user@$vcsim_hostport/${2-}?$parameters${3:+&$3}"
}

# hold_port  Sets held_port: one of 127.0.0.1 that nobody else gets and nobody listens on, but
# who binds it by name, as start_vcsim -l does.
hold_port () {
  held=$(mktemp "$tmp/held-XXXXXX")
  "$PYTHON" -c 'import signal, socket
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1], flush=True)
signal.pause()' >"$held" &
  vcsims="$vcsims $!"
  await test -s "$held"
  # shellcheck disable=SC2034
  held_port=$(cat "$held")
}

# virsh_login  Gives libvirt's driver a user and a password for the simulator.
virsh_login () {
  cat >"$tmp/auth.conf" <<'END'
[credentials-test]
username=user
password=pass word
[auth-esx-127.0.0.1]
credentials=test
END
  export LIBVIRT_AUTH_FILE="$tmp/auth.conf"
}

# vc COMMAND [ARGUMENT...]  Another client of the server that was started last; see vc.py.
vc () {
  if [ -e "$tmp/client" ]; then # see ops.sh
    "$tests_dir/lib/ask" "$tmp/client" vc.py "$vcsim_hostport" "$@"
  else
    "$PYTHON" "$tests_dir/lib/vc.py" "$vcsim_hostport" "$@"
  fi
}

# control METHOD PATH [CURL-OPTION...]
control () {
  method=$1 path=$2
  shift 2
  if [ $# = 0 ]; then
    "$tests_dir/lib/control" "$method" "$vcsim_control$path"
    return
  fi
  requires curl
  curl -fsS --noproxy '*' -X "$method" "$@" "$vcsim_control$path"
}

# lose_server  The simulator goes, and the mount at $mnt knows it: a loss that is noticed when the
# server is back already would come in between what is done then.
lose_server () {
  control POST /down >/dev/null
  await status_is lost
}

# vcsim_requests METHOD  How often it was called since the last POST /reset.
vcsim_requests () {
  count=$(control GET /requests | grep -o "\"$1\":[0-9]*" || echo 0)
  echo "${count##*:}"
}

# --- the replayer, for what the simulator cannot be

# start_replayer < SCENE  See replayer.py.  Sets replayer_pid and replayer_hostport.
start_replayer () {
  requires "$PYTHON"
  replayer_n=$((${replayer_n:-0} + 1))
  replayer_at=$tmp/replayer-$replayer_n
  cat >"$replayer_at.scene"
  "$PYTHON" "$tests_dir/lib/replayer.py" serve "$replayer_at.ready" "$replayer_at.socket" "$replayer_at.scene" \
    </dev/null >"$replayer_at.log" 2>&1 &
  replayer_pid=$!
  vcsims="$replayer_pid $vcsims"
  await replayer_is_ready_or_gone
  [ -e "$replayer_at.ready" ] || fail "the replayer ended"
  replayer_hostport=$(cat "$replayer_at.ready")
}

replayer_is_ready_or_gone () {
  [ -e "$replayer_at.ready" ] || is_gone "$replayer_pid"
}

# replayer CODE  Runs it in the scene of the one started last; says what it prints.
replayer () {
  printf '%s\n' "$1" | "$PYTHON" "$tests_dir/lib/replayer.py" tell "$replayer_at.socket"
}

# replayer_uri TYPE [PATH [PARAMETERS]]
replayer_uri () {
  echo "$1://user@$replayer_hostport/${2-}?transport=http${3:+&$3}"
}

# --- mounting

requires_fuse () {
  requires fusermount3
  [ -w /dev/fuse ] || {
    [ "${CI-}" != true ] || fail "/dev/fuse cannot be used"
    skip "/dev/fuse cannot be used"
  }
}

# mount_hvfs URI MOUNTPOINT [OPTION...]  In the foreground of a background job, so
# that its end and its exit status are seen.  Sets hvfs_pid and hvfs_log.
mount_hvfs () {
  requires_fuse
  [ -x "$HVFS" ] || fail "$HVFS is not built"
  hvfs_uri=$1 hvfs_mnt=$2
  shift 2
  hvfs_n=$((${hvfs_n:-0} + 1))
  hvfs_log=$tmp/hvfs-$hvfs_n.log
  "$HVFS" -f "$@" "$hvfs_uri" "$hvfs_mnt" </dev/null >"$hvfs_log" 2>&1 &
  hvfs_pid=$!
  mounts="$hvfs_pid:$hvfs_mnt $mounts"
  await hvfs_is_mounted_or_gone
  mountpoint -q "$hvfs_mnt" || fail "hvfs $hvfs_uri did not mount"
}

hvfs_is_mounted_or_gone () {
  mountpoint -q "$hvfs_mnt" || is_gone "$hvfs_pid"
}

# unmount_hvfs [MOUNTPOINT [PID]]  And what hvfs says of itself then, leaks included.
unmount_hvfs () {
  # Busy for as long as a reader that was ended is not gone.
  await fusermount3 -u "${1:-$hvfs_mnt}" 2>/dev/null
  await is_gone "${2:-$hvfs_pid}"
  wait "${2:-$hvfs_pid}" || fail "hvfs exited with status $?"
  mounts=$(echo "$mounts" | sed "s|${2:-$hvfs_pid}:[^ ]* *||")
}

# stat_of MOUNTPOINT KEY  A counter of .hvfs/stats; 0 where there is none yet.
stat_of () {
  value=$(sed -n "s/^$2=//p" "$1/.hvfs/stats")
  echo "${value:-0}"
}

# requests_of MOUNTPOINT  SOAP requests so far, but for those that the time makes: that wait
# for updates, ask for a task of which no update tells for a quarter of a second, or ask
# whether a server is there that was silent for half of the time-out.
requests_of () {
  awk -F= '/^request\./ && !/^request\.(WaitForUpdates(Ex)?|CheckForUpdates|ModifyListView|CurrentTime)=/ { n += $2 }
           END { print n + 0 }' "$1/.hvfs/stats"
}

# expect_requests MOUNTPOINT N COMMAND...  It succeeds and costs exactly N requests.
expect_requests () {
  expected_mnt=$1 expected=$2
  shift 2
  before=$(requests_of "$expected_mnt")
  "$@" >"$tmp/out" || fail "exit status $?: $*"
  after=$(requests_of "$expected_mnt")
  expect_eq "requests of $*" $((after - before)) "$expected"
}

# --- texts

# vmx_of NAME  A small machine, as a VMX file has it.
vmx_of () {
  cat <<END
.encoding = "UTF-8"
config.version = "8"
virtualHW.version = "7"
displayName = "$1"
memsize = "256"
guestOS = "other"
END
}
