#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A state that is reached already is success, whoever reached it and whether or not
# hvfs has heard of it; one that cannot be known is none.
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires "$PYTHON"
start_vcsim -vm 2 -cluster 0 -guest-time 600000
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
vm=$mnt/by-name/DC0_H0_VM0

# What the next wait for updates brings comes late: first a change that ends the
# present one, then somebody else is faster.
control POST "/fail?what=slow&method=WaitForUpdatesEx&times=0&ms=600000" >/dev/null
control POST /set -d object=DC0_H0_VM1 -d path=config.annotation -d value=ping >/dev/null
await says "$mnt/by-name/DC0_H0_VM1/annotation" ping
vc power DC0_H0_VM0 PowerOff
expect_eq "what hvfs knows" "$(cat "$vm/state")" running
echo off >"$vm/state" || fail "off, which it is: $(cat "$vm/error")"
expect_eq "state after the write" "$(cat "$vm/state")" off
expect_eq "error after the write" "$(cat "$vm/error")" ""
control POST /heal >/dev/null

# Its host is not there: the state that it had is not a state that it is in.
vm=$mnt/by-name/DC0_H0_VM1
host=$(cat "$mnt/datacenters/DC0/hosts/DC0_H0/moref")
control POST "/connection?host=$host&state=disconnected" >/dev/null
await says "$vm/state" disconnected
if echo running >"$vm/state" 2>/dev/null; then fail "running without a host"; fi
[ -s "$vm/error" ] || fail "there is no error"
control POST "/connection?host=$host&state=connected" >/dev/null
await says "$vm/state" running
echo running >"$vm/state" || fail "running: $(cat "$vm/error")"

# Who waits for a guest hears that the server was lost.
control POST /reset >/dev/null
echo shutdown >"$vm/state" 2>/dev/null &
writer=$!
asked () { [ "$(vcsim_requests ShutdownGuest)" = 1 ]; }
await asked
control POST /down >/dev/null
await is_gone "$writer"
if wait "$writer"; then fail "a guest was shut down by nobody"; fi
grep -q "the connection to the server was lost" "$vm/error" || fail "error says: $(cat "$vm/error")"
control POST /up >/dev/null
await says "$vm/state" running
unmount_hvfs
