#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/ops/test-ops-hardware.sh - guest-id, hwversion and the words of tools, what another client
# sees then, and what the server refuses
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"
requires_vim

start_vcsim -vm 2
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
vm=DC0_H0_VM0
d=$mnt/by-name/$vm

# ---- what it is, from memory
expect_requests "$mnt" 0 cat "$d/guest-id" "$d/hwversion"
expect_eq guest-id "$(cat "$d/guest-id")" "$(vim get $vm config.guestId)"
expect_eq hwversion "$(cat "$d/hwversion")" "$(vim get $vm config.version)"

# ---- the guest
refused EBUSY guest-id debian11_64Guest 'the domain must be off' 'current state (Powered on)'
echo off >"$d/state"
expect_requests "$mnt" 1 sh -c "echo debian11_64Guest >'$d/guest-id'"
expect_eq guest-id "$(cat "$d/guest-id")" debian11_64Guest
expect_eq 'by pyvmomi' "$(vim get $vm config.guestId)" debian11_64Guest
expect_requests "$mnt" 0 sh -c "echo debian11_64Guest >'$d/guest-id'"
refused EINVAL guest-id Debian11 "'Debian11' is not one of those that the host supports" 'the nearest are debian11_64Guest, debian10Guest,' 'configSpec.guestId'
refused EINVAL guest-id ubunto-64 'ubuntu64Guest'
expect_eq 'nothing was changed' "$(cat "$d/guest-id")" debian11_64Guest
# Where the list cannot be had, the server's own words stay.
control POST '/fail?method=QueryConfigOption&what=fault&fault=NoPermission' >/dev/null
refused EINVAL guest-id Debian11 'configSpec.guestId'
control POST /heal >/dev/null
# By another client.
vim call $vm ReconfigVM_Task '{"spec": {"guestId": "otherGuest64"}}'
await says "$d/guest-id" otherGuest64

# ---- the hardware
vim call $vm ReconfigVM_Task '{"spec": {"version": "vmx-08"}}'
await says "$d/hwversion" vmx-08
expect_requests "$mnt" 1 sh -c "echo vmx-10 >'$d/hwversion'"
expect_eq hwversion "$(cat "$d/hwversion")" vmx-10
expect_eq 'by pyvmomi' "$(vim get $vm config.version)" vmx-10
expect_requests "$mnt" 0 sh -c "echo vmx-10 >'$d/hwversion'"
for word in 10 vmx vmx- vmx-1x vmx-0 VMX-11 newest; do
  refused EINVAL hwversion $word "'$word' is no version: write one such as vmx-19"
done
refused EINVAL hwversion vmx-7 'the hardware is vmx-10: it can only be upgraded'
refused ENOTSUP hwversion vmx-99 'the host supports vmx-04, vmx-07, vmx-08, vmx-09, vmx-10, vmx-11, vmx-13: '
echo running >"$d/state"
refused EBUSY hwversion vmx-13 'the domain must be off' 'current state (Powered on)'
expect_eq 'nothing was changed' "$(vim get $vm config.version)" vmx-10

# ---- the tools
mounted () { vim get $vm runtime.toolsInstallerMounted; }
expect_requests "$mnt" 1 sh -c "echo mount >'$d/tools'"
expect_eq 'the CD' "$(mounted)" True
echo unmount >"$d/tools"
expect_eq 'the CD' "$(mounted)" False
refused EINVAL tools install "'install' is not mount, unmount or upgrade"
echo upgrade >"$d/tools" # as they are
control POST "/set?object=$vm&path=guest.toolsVersionStatus&value=guestToolsNeedUpgrade" >/dev/null
await reads version=guestToolsNeedUpgrade "$d/tools"
echo upgrade >"$d/tools"
await reads version=guestToolsCurrent "$d/tools"
echo off >"$d/state"
refused EBUSY tools mount 'current state (Powered off)'
refused ENODEV tools upgrade 'Tools is not running'

unmount_hvfs
