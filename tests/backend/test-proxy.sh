#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/backend/test-proxy.sh - each type of proxy, through a real one, plain and with TLS
#
# The proxies' own logs prove that the connection went through them.
. "${srcdir:-$(dirname "$0")/..}/functions.sh"

PATH=$PATH:/usr/sbin:/sbin
requires microsocks tinyproxy ssh sshd python3

check=$build_dir/tests/backend/connect-check
proxies=

at_exit () {
  for pid in $proxies; do end_process "$pid"; done
}

free_port () {
  "$PYTHON" -c 'import socket; s = socket.socket (); s.bind (("127.0.0.1", 0)); print (s.getsockname ()[1])'
}

# listens PID PORT  Looked up, not tried: a try would be in the proxy's log.
listens () {
  inode=$(awk -v address="0100007F:$(printf %04X "$2")" '$2 == address && $4 == "0A" { print $10 }' /proc/net/tcp)
  [ -n "$inode" ] && find "/proc/$1/fd" -lname "socket:\[$inode\]" 2>/dev/null | grep -q .
}

listens_or_gone () {
  listens "$proxy_pid" "$proxy_port" || is_gone "$proxy_pid"
}

# start_proxy NAME  Sets proxy_port and proxy_log.  Somebody may take the port that
# was free before the proxy does: then again with another.
start_proxy () {
  for try in 1 2 3 4 5; do
    proxy_port=$(free_port)
    proxy_log=$tmp/$1-$try.log
    "run_$1" >"$proxy_log" 2>&1 &
    proxy_pid=$!
    proxies="$proxy_pid $proxies"
    await listens_or_gone
    if listens "$proxy_pid" "$proxy_port"; then return; fi
  done
  fail "$1 does not start: $(cat "$proxy_log")"
}

run_microsocks () {
  exec microsocks -i 127.0.0.1 -p "$proxy_port"
}

run_tinyproxy () {
  cat >"$tmp/tinyproxy.conf" <<EOF
Port $proxy_port
Listen 127.0.0.1
Timeout 600
MaxClients 50
LogLevel Connect
EOF
  exec tinyproxy -d -c "$tmp/tinyproxy.conf"
}

# A session of ssh with itself, over pipes; its -D is the only SOCKS 4 and 4a proxy here.
run_ssh () {
  [ "$(id -u)" != 0 ] || mkdir -p /run/sshd
  ssh-keygen -q -t ed25519 -N '' -f "$tmp/ssh-$proxy_port"
  cat >"$tmp/sshd.conf" <<EOF
HostKey $tmp/ssh-$proxy_port
AuthorizedKeysFile $tmp/ssh-$proxy_port.pub
PermitRootLogin yes
StrictModes no
UsePAM no
PidFile none
EOF
  exec ssh -F none -v -N -D "127.0.0.1:$proxy_port" -i "$tmp/ssh-$proxy_port" \
    -o ProxyCommand="/usr/sbin/sshd -i -f $tmp/sshd.conf" -o BatchMode=yes \
    -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o ExitOnForwardFailure=yes \
    "$(id -un)@localhost"
}

log_grew () {
  [ "$(wc -c <"$proxy_log")" -gt "$log_size" ]
}

# through TYPE [HOST]  All of a session, through the proxy started last.
through () {
  log_size=$(wc -c <"$proxy_log")
  host=${2:-127.0.0.1}
  "$check" "vpx://user@$host:${vcsim_hostport##*:}/?$security&proxy=$1://127.0.0.1:$proxy_port" \
    "$tmp/password" >"$tmp/out" 2>&1 || fail "through $1: $(cat "$tmp/out")"
  grep -q '^user=user$' "$tmp/out" || fail "through $1: $(cat "$tmp/out")"
  # None is kept where a proxy can read along.
  [ "$1,$security" = http,transport=http ] ||
    expect_eq "connections through $1" "$(sed -n 's/^connections=//p' "$tmp/out")" 1
  await log_grew
}

through_all () {
  start_proxy microsocks
  through socks5
  through socks
  start_proxy ssh
  through socks4
  through socks5
  through socks4a
  # Only here the proxy resolves the name.
  [ "$security" != transport=http ] || through socks4a localhost
  start_proxy tinyproxy
  through http
}

refused () {
  expect_failure "$1" "$check" "vpx://user@$vcsim_hostport/?$security&proxy=$2" "$tmp/password"
}

start_vcsim -tls=false
security=transport=http
through_all
hold_port
refused 'cannot connect through proxy' "socks5://127.0.0.1:$held_port"
refused 'proxy' 'http://nosuch.invalid:3128'

start_vcsim
security=cacert=$vcsim_cert
through_all
refused 'cannot connect through proxy' "http://127.0.0.1:$held_port"
# A proxy of another kind than was said.
refused '127.0.0.1' "socks5://127.0.0.1:$proxy_port"

# The environment's proxies are not for a file system that outlives the shell.
http_proxy=http://127.0.0.1:1 https_proxy=http://127.0.0.1:1 ALL_PROXY=http://127.0.0.1:1 \
  "$check" "$(vcsim_uri vpx)" "$tmp/password" >"$tmp/out" || fail 'the environment counts'
