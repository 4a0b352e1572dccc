#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/truth/test-truth-hosts.sh - what servers say of hosts that will not do, or that they never met
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"

start_replayer <<'PY'
hosts = [ref for ref in world.objects if ref.type == 'HostSystem']
def reason(kind, text):
    return Obj('LocalizedMethodFault', fault=Obj(kind), localizedMessage=text)
@on('PowerOnVM_Task')
def power_on(call):
    raise Fault('NoCompatibleHost', 'No host is compatible.', host=[hosts[0], Ref('HostSystem', 'host-9999')],
                error=[reason('VMotionNotConfigured', 'no vMotion'), reason('CpuIncompatible', 'other CPUs')])
PY
mount_hvfs "$(replayer_uri vpx)" "$mnt"
d=$mnt/by-name/alder
host=$(echo "$mnt"/datacenters/dc/*/*/state "$mnt"/datacenters/dc/*/*/*/*/state | tr ' ' '\n' | grep '/hosts/[^/]*/state' | head -n 1)
host=${host%/state}
refused EINVAL state running "on '$(basename "$host")': no vMotion; on host-9999: other CPUs"

# As a vCenter has one that was added without being connected.
replayer 'world.objects[hosts[0]]["summary.hardware"] = Obj("HostHardwareSummary", vendor="", model="", uuid="", memorySize=0, cpuModel="", cpuMhz=0, numCpuPkgs=0, numCpuCores=0, numCpuThreads=0, numNics=0, numHBAs=0)'
nothing () { grep -q '^model=$' "$host/info"; }
await nothing
for key in cpus mhz sockets cores threads memory free_memory uuid; do
  grep -q "^$key=\$" "$host/info" || fail "$key is made up: $(cat "$host/info")"
done
unmount_hvfs
