#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/backend/test-dead-network.sh - a network that dies in silence is noticed in time
#
# While a call waits for the server on purpose nothing is sent, so only TCP's own
# probes can tell.  Two network namespaces are joined by a cable, which is cut: no
# reset, no answer.  The call would otherwise wait ten minutes.
if [ -z "${IN_NAMESPACE-}" ]; then
  unshare -rn true 2>/dev/null || {
    echo 'SKIP: no network namespaces here'
    exit 77
  }
  IN_NAMESPACE=yes exec unshare -rn "$0" "$@"
fi
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires ip nsenter curl

there=
at_exit () {
  [ -z "$there" ] || end_process "$there"
}

is_other_namespace () {
  [ "$(readlink "/proc/$there/ns/net")" != "$(readlink /proc/self/ns/net)" ]
}

on_server () {
  nsenter -t "$there" -n "$@"
}

unshare -n sleep 1000 &
there=$!
await is_other_namespace
ip link add cable0 type veth peer name cable1 netns "$there" || skip 'no virtual cables here'
ip address add 10.9.0.1/24 dev cable0
ip link set cable0 up
on_server ip address add 10.9.0.2/24 dev cable1
on_server ip link set cable1 up
on_server ip link set lo up

real_vcsim=$VCSIM
VCSIM=$tmp/vcsim
printf '#!/bin/sh\nexec nsenter -t %s -n "%s" "$@"\n' "$there" "$real_vcsim" >"$VCSIM"
chmod +x "$VCSIM"
[ -x "$real_vcsim" ] || VCSIM=$real_vcsim
start_vcsim -tls=false -l 10.9.0.2:0

# The simulator's control listens over there.
waits () {
  on_server curl -fsS --noproxy '*' "$vcsim_control/requests" | grep -q '"WaitForUpdatesEx":1'
}

"$build_dir/tests/backend/connect-check" "$(vcsim_uri vpx)" "$tmp/password" 3 600 >"$tmp/out" 2>&1 &
waiter=$!
await waits
on_server ip link set cable1 down
await is_gone "$waiter"
! wait "$waiter" || fail 'the call succeeded'
grep -q -e '^EIO: ' -e '^ETIMEDOUT: ' "$tmp/out" || fail "$(cat "$tmp/out")"

# Nor does connecting hang.
expect_failure "$vcsim_hostport" \
  "$build_dir/tests/backend/connect-check" "$(vcsim_uri vpx)" "$tmp/password" 1
