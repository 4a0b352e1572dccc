#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""vcsim-list.py HOST:PORT CERT - what pyVmomi sees of each host and VM, one a line.

An opinion that is neither hvfs's nor libvirt's, for the tests to compare with:

  vm HOSTPATH|NAME|STATE|MEMORY-KIB|VCPUS|UUID|RESERVATION|LIMIT|SHARES
  host HOSTPATH
"""
import ssl
import sys

from pyVim.connect import Disconnect, SmartConnect
from pyVmomi import vim, vmodl

STATES = {"poweredOn": "running", "poweredOff": "shut off", "suspended": "paused"}
SHARES = {"low": "-1", "normal": "-2", "high": "-3"}


def path_of(host):
    """The path of libvirt's URI: below the root folder, without 'host' folders."""
    names = []
    entity = host
    while entity.parent is not None:
        if not (isinstance(entity, vim.Folder) and isinstance(entity.parent, vim.Datacenter)):
            names.insert(0, entity.name)
        entity = entity.parent
    # A host without a cluster has a compute resource of its own name.
    if len(names) > 1 and isinstance(host.parent, vim.ComputeResource) \
            and not isinstance(host.parent, vim.ClusterComputeResource):
        names.pop()
    return "/".join(names)


def updates(content):
    """The first update set of a filter on all VMs, so that waiting is tried too."""
    pc = content.propertyCollector.CreatePropertyCollector()
    view = content.viewManager.CreateContainerView(content.rootFolder, [vim.VirtualMachine], True)
    q = vmodl.query.PropertyCollector
    to_vms = q.TraversalSpec(name="view", path="view", skip=False, type=vim.view.ContainerView)
    pc.CreateFilter(q.FilterSpec(
        objectSet=[q.ObjectSpec(obj=view, skip=True, selectSet=[to_vms])],
        propSet=[q.PropertySpec(type=vim.VirtualMachine, pathSet=["name"])]), False)
    version, names = "", []
    while True:
        got = pc.WaitForUpdatesEx(version, q.WaitOptions(maxWaitSeconds=10, maxObjectUpdates=5))
        version = got.version
        for f in got.filterSet:
            names += [c.val for o in f.objectSet for c in o.changeSet]
        if not got.truncated:
            return sorted(names)


def main():
    host, port = sys.argv[1].rsplit(":", 1)
    si = SmartConnect(host=host, port=int(port), user="user", pwd="pass word",
                      sslContext=ssl.create_default_context(cafile=sys.argv[2]))
    content = si.content
    hosts = content.viewManager.CreateContainerView(content.rootFolder, [vim.HostSystem], True)
    seen = []
    for h in hosts.view:
        print("host", path_of(h))
        for vm in h.vm:
            s, cpu = vm.summary.config, vm.config.cpuAllocation
            seen.append(vm.name)
            print("vm", "|".join(str(x) for x in (
                path_of(h), vm.name, STATES[vm.runtime.powerState], s.memorySizeMB * 1024, s.numCpu, s.uuid,
                cpu.reservation, cpu.limit, SHARES.get(cpu.shares.level, cpu.shares.shares))))
    if updates(content) != sorted(seen):
        sys.exit("the updates name other VMs than the hosts do")
    Disconnect(si)


main()
