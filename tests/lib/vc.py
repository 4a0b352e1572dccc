#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Another client of the server, for tests: pyVmomi, as an administrator's script.

    vc.py HOST:PORT COMMAND [ARGUMENT...]

Prints what it is asked for, or changes something and waits for it.  Without TLS
verification: it only ever talks to a simulator on the loopback.
"""
import ssl
import sys

from pyVim.connect import Disconnect, SmartConnect
from pyVim.task import WaitForTask
from pyVmomi import vim, vmodl


def connect(hostport):
    host, port = hostport.rsplit(":", 1)
    context = ssl._create_unverified_context()
    return SmartConnect(host=host.strip("[]"), port=int(port), user="user", pwd="pass word",
                        sslContext=context)


def every(si, kind):
    view = si.content.viewManager.CreateContainerView(si.content.rootFolder, [kind], True)
    try:
        return list(view.view)
    finally:
        view.Destroy()


def read(si, kind, paths):
    """(object, {path: value}) of every object of a kind, in one retrieval."""
    spec = vmodl.query.PropertyCollector
    view = si.content.viewManager.CreateContainerView(si.content.rootFolder, [kind], True)
    step = spec.TraversalSpec(name="view", path="view", skip=False, type=type(view))
    try:
        wanted = spec.FilterSpec(
            propSet=[spec.PropertySpec(type=kind, pathSet=paths, all=False)],
            objectSet=[spec.ObjectSpec(obj=view, skip=True, selectSet=[step])])
        result = si.content.propertyCollector.RetrievePropertiesEx([wanted], spec.RetrieveOptions())
        while result:
            for each in result.objects:
                yield each.obj, {prop.name: prop.val for prop in each.propSet}
            if not result.token:
                break
            result = si.content.propertyCollector.ContinueRetrievePropertiesEx(result.token)
    finally: # also of who looks no further
        view.Destroy()


def named(si, kind, name):
    found = [each for each, props in read(si, kind, ["name"]) if props["name"] == name]
    if len(found) != 1:
        sys.exit("%d objects are called %s" % (len(found), name))
    return found[0]


def vm(si, name):
    return named(si, vim.VirtualMachine, name)


def power(si, name, verb):
    WaitForTask(getattr(vm(si, name), verb)())


def rename(si, name, new):
    WaitForTask(named(si, vim.ManagedEntity, name).Rename_Task(new))


def destroy(si, name):
    WaitForTask(named(si, vim.ManagedEntity, name).Destroy_Task())


def make_folder(si, name):
    """In the first datacenter's folder of machines."""
    every(si, vim.Datacenter)[0].vmFolder.CreateFolder(name)


def folder_of(si, cluster):
    """The id of the folder that it is in."""
    print(named(si, vim.ClusterComputeResource, cluster).parent._moId)


def move(si, folder, name):
    WaitForTask(named(si, vim.Folder, folder).MoveIntoFolder_Task([vm(si, name)]))


def create(si, name, host):
    host = named(si, vim.HostSystem, host)
    datacenter = every(si, vim.Datacenter)[0]
    spec = vim.vm.ConfigSpec(name=name, memoryMB=64, numCPUs=1, guestId="otherGuest",
                             files=vim.vm.FileInfo(vmPathName="[%s]" % host.datastore[0].name))
    WaitForTask(datacenter.vmFolder.CreateVM_Task(spec, host.parent.resourcePool, host))


def clone(si, name, new):
    source = vm(si, name)
    spec = vim.vm.CloneSpec(location=vim.vm.RelocateSpec(), powerOn=False, template=False)
    WaitForTask(source.CloneVM_Task(source.parent, new, spec))


def reconfigure(si, name, key, value):
    kind = type(getattr(vm(si, name).config, key, "") or "")
    names = {"memory": "memoryMB", "vcpus": "numCPUs"}
    spec = vim.vm.ConfigSpec()
    setattr(spec, names.get(key, key), int(value) if key in names else kind(value))
    WaitForTask(vm(si, name).ReconfigVM_Task(spec))


def cluster(si, name, *settings):
    """drs=on, ha=off: whether it moves and restarts machines by itself."""
    spec = vim.cluster.ConfigSpecEx()
    for key, value in (each.split("=") for each in settings):
        if key == "drs":
            spec.drsConfig = vim.cluster.DrsConfigInfo(enabled=value == "on")
        else:
            spec.dasConfig = vim.cluster.DasConfigInfo(enabled=value == "on")
    WaitForTask(named(si, vim.ClusterComputeResource, name).ReconfigureComputeResource_Task(spec, True))


def get(si, name, path):
    """A property of a machine: 'config.hardware.memoryMB'."""
    for each, props in read(si, vim.VirtualMachine, ["name", path]):
        if props["name"] == name:
            print(props.get(path))


def domains(si):
    """What the files should say, one machine a line."""
    words = {"poweredOn": "running", "poweredOff": "off", "suspended": "suspended"}
    for each, props in read(si, vim.VirtualMachine, [
            "name", "runtime.powerState", "summary.config.memorySizeMB",
            "summary.config.numCpu", "summary.config.uuid"]):
        print(props["name"], words[props["runtime.powerState"]],
              props["summary.config.memorySizeMB"] * 1024, props["summary.config.numCpu"],
              props["summary.config.uuid"], each._moId, sep="\t")


def names_down_to(entity, kinds):
    """From below the topmost that is one of the kinds, without the datacenters' own folders."""
    names = []
    while isinstance(entity, kinds):
        if not isinstance(entity.parent, vim.Datacenter):
            names.insert(0, entity.name)
        entity = entity.parent
    return names[1:]


def inventory(si):
    """What the file of that name should say, but for the path in the mount and the state."""
    def text(value):
        return str(value) if value not in (None, "") else "-"

    for each, props in read(si, vim.VirtualMachine, [
            "name", "parent", "runtime.powerState", "resourcePool", "guest.hostName", "guest.net",
            "summary.config.memorySizeMB", "summary.config.numCpu", "summary.config.uuid",
            "summary.config.guestId", "config.annotation"]):
        pools = names_down_to(props.get("resourcePool"), vim.ResourcePool)
        above = props.get("parent") or each.parentVApp.parentFolder
        folders = names_down_to(above, (vim.Folder, vim.Datacenter))
        if "parent" not in props:
            folders.append(each.parentVApp.name)
        ips = [ip.ipAddress for nic in props.get("guest.net", []) for ip in nic.ipConfig.ipAddress]
        print(props["name"], props["summary.config.uuid"], each._moId, "/".join(folders),
              ("/".join(pools) or "/") if "resourcePool" in props else "-",
              props["summary.config.numCpu"], props["summary.config.memorySizeMB"] * 1024,
              text(props.get("summary.config.guestId")), text(props.get("guest.hostName")),
              text(",".join(ips)), text(props.get("config.annotation", "").split("\n")[0]), sep="\t")


def events(si):
    """The whole history, oldest first: id, type and message."""
    collector = si.content.eventManager.CreateCollectorForEvents(vim.event.EventFilterSpec())
    collector.RewindCollector()
    page = collector.ReadNextEvents(1000)
    while page:
        for event in page:
            print(event.key, type(event).__name__.rsplit(".", 1)[-1], event.fullFormattedMessage, sep="\t")
        page = collector.ReadNextEvents(1000)
    collector.DestroyCollector()


def make_pool(si, parent, name):
    """A resource pool in the first one that is called @parent."""
    pools = [each for each, props in read(si, vim.ResourcePool, ["name"]) if props["name"] == parent]
    allocation = vim.ResourceAllocationInfo(reservation=0, expandableReservation=True, limit=-1,
                                            shares=vim.SharesInfo(level="normal", shares=0))
    spec = vim.ResourceConfigSpec(cpuAllocation=allocation, memoryAllocation=allocation)
    print(pools[0].CreateResourcePool(name, spec)._moId)


def main():
    si = connect(sys.argv[1])
    try:
        globals()[sys.argv[2].replace("-", "_")](si, *sys.argv[3:])
    finally:
        Disconnect(si)


if __name__ == "__main__":
    main()
