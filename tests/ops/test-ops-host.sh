#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/ops/test-ops-host.sh - a host's state, and what starts with it
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"
requires_vim

start_vcsim -cluster 1 -host 2 -standalone 1 -vm 4
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
d=$mnt/datacenters/DC0/hosts/DC0_H0
c=$mnt/datacenters/DC0/clusters/DC0_C0/hosts/DC0_C0_H0
maintenance () { vim get "$(cat "$1/moref")" runtime.inMaintenanceMode; }

# In a cluster the machines go elsewhere, with progress in tasks.
expect_eq 'at first' "$(cat "$c/state")" connected
echo maintenance >"$c/state"
expect_eq 'maintenance' "$(cat "$c/state") $(maintenance "$c")" 'maintenance True'
expect_eq 'its domains' "$(ls "$c/domains")" ''
grep -q "enterMaintenanceMode.*hosts/DC0_C0_H0.*success" "$mnt/tasks" || fail "tasks: $(cat "$mnt/tasks")"
expect_requests "$mnt" 0 sh -c "echo maintenance >'$c/state'"
echo connected >"$c/state"
expect_eq 'connected' "$(cat "$c/state") $(maintenance "$c")" 'connected False'

# Alone, it waits for them; Ctrl-C ends that.
echo maintenance >"$d/state" 2>/dev/null &
writer=$!
await grep -q 'enterMaintenanceMode.*hosts/DC0_H0.*running' "$mnt/tasks"
kill $writer
wait $writer 2>/dev/null || :
await grep -q 'hosts/DC0_H0/state.*Interrupted system call' "$mnt/.hvfs/errors"
await grep -q 'enterMaintenanceMode.*hosts/DC0_H0.*error' "$mnt/tasks"
echo maintenance >"$d/state" &
writer=$!
for domain in "$d"/domains/*/state; do echo off >"$domain" & done
wait $writer || fail 'it did not become empty'
expect_eq 'empty' "$(cat "$d/state")" maintenance
echo connected >"$d/state"
echo disconnected >"$d/state"
expect_eq 'disconnected' "$(cat "$d/state" "$d/domains/DC0_H0_VM0/state" | tr '\n' ' ')" 'disconnected disconnected '
echo connected >"$d/state"
expect_eq 'connected again' "$(cat "$d/domains/DC0_H0_VM0/state")" off
expect_eq 'a bad word' "$("$PYTHON" "$tests_dir/lib/write.py" "$d/state" sleeping)" EINVAL
grep -q "'sleeping' is not one of connected, disconnected, maintenance" "$mnt/.hvfs/errors" || fail 'no word of it'

# Autostart is the host's list and its switch.
d=$mnt/by-name/DC0_H0_VM0
other=$mnt/by-name/DC0_H0_VM1
host=$(cat "$mnt/datacenters/DC0/hosts/DC0_H0/moref")
expect_eq 'autostart' "$(cat "$d/autostart")" no
echo yes >"$d/autostart"
expect_eq 'autostart' "$(cat "$d/autostart" "$other/autostart" | tr '\n' ' ')" 'yes no '
expect_eq 'the switch' "$(vim get "$host" config.autoStart.defaults.enabled)" True
echo yes >"$other/autostart"
expect_eq 'the order' "$(vim get "$host" config.autoStart.powerInfo.1.startOrder config.autoStart.powerInfo.1.key | tr '\n' ' ')" '2 DC0_H0_VM1 '
expect_requests "$mnt" 0 sh -c "echo yes >'$d/autostart'; cat '$other/autostart'"
echo no >"$d/autostart"
expect_eq 'autostart' "$(cat "$d/autostart" "$other/autostart" | tr '\n' ' ')" 'no yes '
refused EINVAL autostart perhaps 'neither yes nor no'
control POST "/set?object=$host&path=config.autoStart.defaults.enabled&value=false" >/dev/null
await grep -q no "$other/autostart"
refused EBUSY autostart yes 'would start 1 other domains too'

unmount_hvfs
