# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/lib/govc.py - what commands of govc do, by pyVmomi: Debian has govc's library, not govc

govc (content, datacenter, command) runs one.  A command that prints something returns, as the
lines of the same values, what the tree should show.
"""
import os
import re
import shlex
import ssl
import tarfile
import time
import urllib.parse
import urllib.request

from pyVmomi import vim, vmodl

# Flags without a value; all others take the next word.
PLAIN = {'vm.power': 'on off suspend reset s r', 'snapshot.create': 'q', 'snapshot.remove': 'r',
         'object.collect': 's', 'datastore.rm': 'f', 'device.remove': 'keep', 'alarms': 'ack'}
COMMANDS = {}
OPENER = urllib.request.build_opener(
    urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=ssl._create_unverified_context()))


def command(*names):
    def register(function):
        COMMANDS.update({name: function for name in names})
        return function
    return register


def every(content, kind):
    view = content.viewManager.CreateContainerView(content.rootFolder, [kind], True)
    try:
        return list(view.view)
    finally:
        view.Destroy()


def named(content, kind, name):
    """As a path of the server's inventory, vm/a or host/c/Resources/p: by its end."""
    found = [e for e in every(content, kind) if e.name == name.rsplit('/', 1)[-1]]
    if len(found) != 1:
        raise LookupError(f'{len(found)} are called {name}')
    return found[0]


class Call:
    def __init__(self, content, words):
        self.content, self.name, self.flags, self.words = content, words[0], {}, []
        plain = PLAIN.get(self.name, '').split()
        rest = iter(words[1:])
        for word in rest:
            flag, equals, value = word[1:].partition('=')
            if not word.startswith('-'):
                self.words.append(word)
            elif equals or flag in plain:
                self.flags[flag] = value
            else:
                self.flags[flag] = next(rest)

    def find(self, kind, name):
        return named(self.content, kind, name)

    @property
    def vm(self):
        return self.find(vim.VirtualMachine, self.flags['vm'] if 'vm' in self.flags else self.words[0])

    @property
    def datacenter(self):
        return every(self.content, vim.Datacenter)[0]

    def host(self, flag='host'):
        return self.find(vim.HostSystem, self.flags[flag])

    def wait(self, task):
        return wait(self.content, task)

    def reconfigure(self, **spec):
        self.wait(self.vm.ReconfigVM_Task(vim.vm.ConfigSpec(**spec)))

    def device(self, kind):
        return next(d for d in self.vm.config.hardware.device if isinstance(d, kind))

    def disk(self, name):
        """disk-1000-1: by its controller's key and its place there."""
        return next(d for d in self.vm.config.hardware.device if isinstance(d, vim.vm.device.VirtualDisk)
                    and f'disk-{d.controllerKey}-{d.unitNumber}' == name)

    def change_device(self, device, operation):
        self.reconfigure(deviceChange=[vim.vm.device.VirtualDeviceSpec(operation=operation, device=device)])


def wait(content, task):
    """Property by property: pyVmomi cannot read the TaskInfo of what is no inventory object."""
    query = vmodl.query.PropertyCollector
    spec = query.FilterSpec(objectSet=[query.ObjectSpec(obj=task)], propSet=[
        query.PropertySpec(type=vim.Task, pathSet=['info.state', 'info.result', 'info.error'])])
    while True:
        had = {p.name: p.val for p in content.propertyCollector.RetrieveContents([spec])[0].propSet}
        if had['info.state'] == 'error':
            raise had['info.error']
        if had['info.state'] == 'success':
            return had.get('info.result')


# ---- what a command prints ----

@command('about')
def about(c):
    about = c.content.about
    return [f'name={about.name}', f'version={about.version}', f'instanceUuid={about.instanceUuid}']


@command('find')
def find_machines(c):
    return sorted(each.name for each in every(c.content, vim.VirtualMachine))


@command('object.collect')
def collect(c):
    value = c.find(vim.VirtualMachine, c.words[0])
    for step in c.words[1].split('.'):
        value = getattr(value, step)
    return [{'poweredOn': 'running', 'poweredOff': 'off'}.get(value, str(value))]


@command('vm.info')
def vm_info(c):
    config = c.vm.config
    state = {'poweredOn': 'running', 'poweredOff': 'off'}[c.vm.runtime.powerState]
    return [config.uuid, state, str(config.hardware.numCPU), str(config.hardware.memoryMB * 1024), config.guestId]


@command('vm.ip')
def vm_ip(c):
    return [f'{ip.ipAddress}/{ip.prefixLength}' for nic in c.vm.guest.net for ip in nic.ipConfig.ipAddress]


@command('device.ls')
def device_ls(c):
    kinds = (vim.vm.device.VirtualDisk, 'disk'), (vim.vm.device.VirtualCdrom, 'cdrom'), \
        (vim.vm.device.VirtualEthernetCard, 'interface')
    return sorted(word for device in c.vm.config.hardware.device for kind, word in kinds if isinstance(device, kind))


@command('vm.question')
def question(c):
    asked = c.vm.runtime.question
    if 'answer' in c.flags:
        return c.vm.AnswerVM(asked.id, c.flags['answer'])
    return [asked.text, *(f'{choice.key} {choice.label}{" (default)" if i == asked.choice.defaultIndex else ""}'
                          for i, choice in enumerate(asked.choice.choiceInfo))]


@command('snapshot.tree')
def snapshot_tree(c):
    def names(tree):
        for each in tree:
            yield each.name
            yield from names(each.childSnapshotList)
    return sorted(names(c.vm.snapshot.rootSnapshotList))


@command('events')
def events(c):
    entity = vim.event.EventFilterSpec.ByEntity(entity=c.find(vim.VirtualMachine, c.words[0]), recursion='self')
    found = c.content.eventManager.QueryEvents(vim.event.EventFilterSpec(entity=entity))
    return [str(key) for key in sorted(event.key for event in found)][-int(c.flags['n']):]


@command('metric.sample')
def metric_sample(c):
    manager = c.content.perfManager
    counter = next(n for n in manager.perfCounter
                   if f'{n.groupInfo.key}.{n.nameInfo.key}.{n.rollupType}' == c.words[1])
    query = vim.PerformanceManager.QuerySpec(
        entity=c.find(vim.VirtualMachine, c.words[0]), intervalId=20, maxSample=1, format='normal',
        metricId=[vim.PerformanceManager.MetricId(counterId=counter.key, instance='')])
    return ['a number' for each in manager.QueryPerf([query])[0].value[0].value]


@command('vm.console')
def console(c):
    ticket = c.content.sessionManager.AcquireCloneTicket()
    return [f'vmrc://clone:{ticket}@vcenter/?moid={c.vm._moId}']


@command('alarms')
def alarms(c):
    if 'ack' not in c.flags:
        return sorted(f'{state.overallStatus} {state.entity.name}' for state in c.content.rootFolder.triggeredAlarmState)
    for state in c.find(vim.VirtualMachine, c.words[0]).triggeredAlarmState:
        c.content.alarmManager.AcknowledgeAlarm(state.alarm, state.entity)


@command('device.info')
def device_info(c):
    return [str(c.disk(c.words[0]).capacityInKB)]


@command('tasks')
def tasks(c):
    return sorted(task.info.key for task in c.content.taskManager.recentTask)


@command('host.info')
def host_info(c):
    hardware = c.host().summary.hardware
    return [f'{hardware.cpuMhz}', f'{hardware.numCpuPkgs}', f'{hardware.memorySize // 1024}']


@command('pool.info')
def pool_info(c):
    cpu = c.find(vim.ResourcePool, c.words[0]).config.cpuAllocation
    return [f'reservation={cpu.reservation}', f'limit={cpu.limit}', f'shares={cpu.shares.level}',
            f'expandable={"yes" if cpu.expandableReservation else "no"}']


@command('fields.ls')
def fields_ls(c):
    return sorted(f.name for f in c.content.customFieldsManager.field
                  if f.managedObjectType in (None, vim.VirtualMachine))


@command('datastore.info')
def datastore_info(c):
    summary = c.find(vim.Datastore, c.words[0]).summary
    return [str(summary.capacity), str(summary.freeSpace)]


@command('datastore.ls')
def datastore_ls(c):
    store, path = c.flags['ds'], c.words[0] if c.words else ''
    task = c.find(vim.Datastore, store).browser.SearchDatastore_Task(
        f'[{store}] {path}', vim.host.DatastoreBrowser.SearchSpec(matchPattern=['*']))
    return sorted(file.path for file in c.wait(task).file)


# ---- machines ----

@command('vm.power')
def power(c):
    vm = c.find(vim.VirtualMachine, c.words[0])
    verbs = {'on': vm.PowerOnVM_Task, 'off': vm.PowerOffVM_Task, 'suspend': vm.SuspendVM_Task,
             'reset': vm.ResetVM_Task, 's': vm.ShutdownGuest, 'r': vm.RebootGuest}
    task = verbs[next(iter(c.flags))]()
    if task is not None:
        c.wait(task)
    while 's' in c.flags and vm.runtime.powerState != 'poweredOff':
        time.sleep(0.02)


@command('vm.create')
def vm_create(c):
    store = c.find(vim.Datastore, c.flags['ds'])
    key = -1
    scsi = vim.vm.device.ParaVirtualSCSIController(key=key, busNumber=0, sharedBus='noSharing')
    disk = vim.vm.device.VirtualDisk(
        key=-2, controllerKey=key, unitNumber=0, capacityInKB=int(c.flags['disk'].rstrip('G')) << 20,
        backing=vim.vm.device.VirtualDisk.FlatVer2BackingInfo(
            fileName=f'[{store.name}] {c.words[0]}/{c.words[0]}.vmdk', diskMode='persistent'))
    add = vim.vm.device.VirtualDeviceSpec
    spec = vim.vm.ConfigSpec(
        name=c.words[0], numCPUs=int(c.flags['c']), memoryMB=int(c.flags['m']), guestId=c.flags['g'],
        files=vim.vm.FileInfo(vmPathName=f'[{store.name}]'),
        deviceChange=[add(operation='add', device=scsi),
                      add(operation='add', fileOperation='create', device=disk)])
    c.wait(c.datacenter.vmFolder.CreateVM_Task(spec, c.host().parent.resourcePool, c.host()))


@command('vm.change')
def vm_change(c):
    allocation = vim.ResourceAllocationInfo
    for flag, value in c.flags.items():
        spec = {'c': lambda v: {'numCPUs': int(v)}, 'm': lambda v: {'memoryMB': int(v)}, 'g': lambda v: {'guestId': v},
                'annotation': lambda v: {'annotation': v},
                'e': lambda v: {'extraConfig': [vim.option.OptionValue(key=v.split('=')[0], value=v.split('=')[1])]},
                'cpu.reservation': lambda v: {'cpuAllocation': allocation(reservation=int(v))},
                'mem.limit': lambda v: {'memoryAllocation': allocation(limit=int(v))}}.get(flag)
        if spec is not None:
            c.reconfigure(**spec(value))


@command('vm.upgrade')
def vm_upgrade(c):
    c.wait(c.vm.UpgradeVM_Task(f'vmx-{int(c.flags["version"]):02}'))


@command('vm.clone')
def vm_clone(c):
    spec = vim.vm.CloneSpec(location=vim.vm.RelocateSpec(), powerOn=False, template=False)
    if 'customization' in c.flags:
        spec.customization = c.content.customizationSpecManager.GetCustomizationSpec(c.flags['customization']).spec
    c.wait(c.vm.CloneVM_Task(c.vm.parent, c.words[0], spec))


@command('vm.customize')
def vm_customize(c):
    c.wait(c.vm.CustomizeVM_Task(c.content.customizationSpecManager.GetCustomizationSpec(c.words[0]).spec))


@command('vm.migrate')
def vm_migrate(c):
    spec = vim.vm.RelocateSpec()
    if 'host' in c.flags:
        spec.host, spec.pool = c.host(), c.host().parent.resourcePool
    if 'ds' in c.flags:
        spec.datastore = c.find(vim.Datastore, c.flags['ds'])
    c.wait(c.vm.RelocateVM_Task(spec))


@command('vm.markastemplate')
def vm_markastemplate(c):
    c.vm.MarkAsTemplate()


@command('vm.markasvm')
def vm_markasvm(c):
    vm = c.find(vim.VirtualMachine, c.words[0])
    vm.MarkAsVirtualMachine(c.host().parent.resourcePool, c.host())


@command('vm.unregister')
def vm_unregister(c):
    c.vm.UnregisterVM()


@command('vm.register')
def vm_register(c):
    c.wait(c.datacenter.vmFolder.RegisterVM_Task(
        path=f'[{c.flags["ds"]}] {c.words[0]}', name=None, asTemplate=False,
        pool=c.host().parent.resourcePool, host=c.host()))


@command('vm.destroy')
def vm_destroy(c):
    if c.vm.runtime.powerState != 'poweredOff':
        c.wait(c.vm.PowerOffVM_Task())
    c.wait(c.vm.Destroy_Task())


# ---- packages ----

def ready(lease):
    while lease.state not in ('ready', 'error'):
        time.sleep(0.02)
    if lease.state == 'error':
        raise lease.error
    return lease


def transfer(c, url, data=None):
    address = url.replace('*', urllib.parse.urlparse(c.content.propertyCollector._stub.host).hostname or 'localhost')
    request = urllib.request.Request(address, data=data)
    if data is not None:
        request.add_header('Content-Type', 'application/x-vnd.vmware-streamVmdk')
    return OPENER.open(request).read()


@command('export.ovf')
def export_ovf(c):
    vm, manager, files = c.vm, vim.OvfManager, []
    lease = ready(vm.ExportVm())
    os.mkdir(c.words[0])
    for n, device in enumerate(lease.info.deviceUrl):
        if device.disk:
            name = f'{vm.name}-disk-{n}.vmdk'
            data = transfer(c, device.url)
            with open(f'{c.words[0]}/{name}', 'wb') as file:
                file.write(data)
            files.append(manager.OvfFile(deviceId=device.key, path=name, size=len(data)))
    lease.HttpNfcLeaseComplete()
    made = c.content.ovfManager.CreateDescriptor(vm, manager.CreateDescriptorParams(name=vm.name, ovfFiles=files))
    with open(f'{c.words[0]}/{vm.name}.ovf', 'w', encoding='utf-8') as file:
        file.write(made.ovfDescriptor)


@command('import.ova')
def import_ova(c):
    with tarfile.open(c.words[0]) as archive:
        files = {member.name: archive.extractfile(member).read() for member in archive}
    pool = c.host().parent.resourcePool
    text = next(data for name, data in files.items() if name.endswith('.ovf')).decode()
    made = c.content.ovfManager.CreateImportSpec(text, pool, c.find(vim.Datastore, c.flags['ds']), vim.OvfManager.CreateImportSpecParams(
        locale='', deploymentOption='', entityName=c.flags['name'], hostSystem=c.host(),
        networkMapping=[vim.OvfManager.NetworkMapping(name=name, network=c.find(vim.Network, name))
                        for name in re.findall('<Network [^>]*name="([^"]*)"', text)]))
    lease = ready(pool.ImportVApp(made.importSpec, c.datacenter.vmFolder, c.host()))
    for item in made.fileItem:
        transfer(c, next(u.url for u in lease.info.deviceUrl if u.importKey == item.deviceId), files[item.path])
    lease.HttpNfcLeaseComplete()


# ---- devices ----

def network_backing(network):
    if isinstance(network, vim.dvs.DistributedVirtualPortgroup):
        return vim.vm.device.VirtualEthernetCard.DistributedVirtualPortBackingInfo(
            port=vim.dvs.PortConnection(portgroupKey=network.key,
                                        switchUuid=network.config.distributedVirtualSwitch.uuid))
    return vim.vm.device.VirtualEthernetCard.NetworkBackingInfo(deviceName=network.name, network=network)


@command('vm.network.add')
def network_add(c):
    c.change_device(vim.vm.device.VirtualVmxnet3(
        key=-1, addressType='generated', backing=network_backing(c.find(vim.Network, c.flags['net']))), 'add')


@command('vm.network.change')
def network_change(c):
    nic = c.device(vim.vm.device.VirtualEthernetCard)
    nic.backing = network_backing(c.find(vim.Network, c.flags['net']))
    c.change_device(nic, 'edit')


@command('vm.disk.create')
def disk_create(c):
    kinds = vim.vm.device
    disk = kinds.VirtualDisk(
        key=-1, controllerKey=c.device(kinds.VirtualSCSIController).key, unitNumber=1,
        capacityInKB=int(c.flags['size'].rstrip('G')) << 20,
        backing=kinds.VirtualDisk.FlatVer2BackingInfo(
            fileName=f'[{c.flags["ds"]}] {c.flags["name"]}.vmdk', diskMode='persistent'))
    c.reconfigure(deviceChange=[kinds.VirtualDeviceSpec(operation='add', fileOperation='create', device=disk)])


@command('device.cdrom.insert')
def cdrom_insert(c):
    drive = c.device(vim.vm.device.VirtualCdrom)
    drive.backing = vim.vm.device.VirtualCdrom.IsoBackingInfo(fileName=f'[{c.flags["ds"]}] {c.words[0]}')
    drive.connectable.startConnected = drive.connectable.connected = True
    c.change_device(drive, 'edit')


@command('device.cdrom.eject')
def cdrom_eject(c):
    drive = c.device(vim.vm.device.VirtualCdrom)
    drive.backing = vim.vm.device.VirtualCdrom.RemotePassthroughBackingInfo(deviceName='', exclusive=False)
    c.change_device(drive, 'edit')


@command('device.remove')
def device_remove(c):
    name = c.words[0]
    c.change_device(c.disk(name) if name.startswith('disk-') else c.device(vim.vm.device.VirtualCdrom), 'remove')


@command('vm.disk.attach')
def disk_attach(c):
    kinds = vim.vm.device
    c.change_device(kinds.VirtualDisk(
        key=-1, controllerKey=c.device(kinds.VirtualSCSIController).key, unitNumber=1, capacityInKB=0,
        backing=kinds.VirtualDisk.FlatVer2BackingInfo(fileName=c.flags['disk'], diskMode='persistent')), 'add')


@command('vm.disk.change')
def disk_change(c):
    disk = c.disk(c.flags['disk.name'])
    disk.capacityInKB, disk.capacityInBytes = int(c.flags['size'].rstrip('G')) << 20, None
    c.change_device(disk, 'edit')


# ---- snapshots ----

@command('snapshot.create')
def snapshot_create(c):
    c.wait(c.vm.CreateSnapshot_Task(c.words[0], '', c.flags.get('m', 'true') == 'true', 'q' in c.flags))


def snapshot_named(c):
    pending = list(c.vm.snapshot.rootSnapshotList)
    while pending:
        each = pending.pop()
        if each.name == c.words[0]:
            return each.snapshot
        pending += each.childSnapshotList
    raise LookupError(c.words[0])


@command('snapshot.revert')
def snapshot_revert(c):
    c.wait(snapshot_named(c).RevertToSnapshot_Task())


@command('snapshot.remove')
def snapshot_remove(c):
    c.wait(snapshot_named(c).RemoveSnapshot_Task('r' in c.flags))


# ---- folders, pools, attributes, hosts ----

@command('folder.create')
def folder_create(c):
    c.datacenter.vmFolder.CreateFolder(c.words[0].rsplit('/', 1)[-1])


@command('object.mv')
def object_mv(c):
    c.wait(c.find(vim.Folder, c.words[1]).MoveIntoFolder_Task([c.find(vim.VirtualMachine, c.words[0])]))


@command('object.rename')
def object_rename(c):
    c.wait(c.find(vim.VirtualMachine, c.words[0]).Rename_Task(c.words[1]))


@command('pool.create')
def pool_create(c):
    path = c.words[0].split('/')
    allocation = vim.ResourceAllocationInfo(reservation=0, expandableReservation=True, limit=-1,
                                            shares=vim.SharesInfo(level='normal', shares=0))
    c.find(vim.ComputeResource, path[-3]).resourcePool.CreateResourcePool(
        path[-1], vim.ResourceConfigSpec(cpuAllocation=allocation, memoryAllocation=allocation))


@command('pool.change')
def pool_change(c):
    pool = c.find(vim.ResourcePool, c.words[0])
    cpu = pool.config.cpuAllocation
    cpu.limit = int(c.flags['cpu.limit'])
    pool.UpdateConfig(None, vim.ResourceConfigSpec(cpuAllocation=cpu, memoryAllocation=pool.config.memoryAllocation))


@command('pool.destroy')
def pool_destroy(c):
    c.wait(c.find(vim.ResourcePool, c.words[0]).Destroy_Task())


@command('fields.add')
def fields_add(c):
    c.content.customFieldsManager.AddCustomFieldDef(c.words[0], vim.VirtualMachine)


@command('fields.set')
def fields_set(c):
    key = next(f.key for f in c.content.customFieldsManager.field if f.name == c.words[0])
    c.content.customFieldsManager.SetField(c.find(vim.VirtualMachine, c.words[2]), key, c.words[1])


@command('host.maintenance.enter', 'host.maintenance.exit', 'host.disconnect', 'host.reconnect', 'host.shutdown')
def host_change(c):
    host = c.find(vim.HostSystem, c.words[0])
    c.wait({'host.maintenance.enter': lambda: host.EnterMaintenanceMode_Task(0),
                 'host.maintenance.exit': lambda: host.ExitMaintenanceMode_Task(0),
                 'host.disconnect': host.DisconnectHost_Task, 'host.reconnect': host.ReconnectHost_Task,
                 'host.shutdown': lambda: host.ShutdownHost_Task(False)}[c.name]())


# ---- files of datastores ----

@command('datastore.mkdir')
def datastore_mkdir(c):
    c.content.fileManager.MakeDirectory(f'[{c.flags["ds"]}] {c.words[0]}', c.datacenter, False)


@command('datastore.cp', 'datastore.mv')
def datastore_cp(c):
    manager = c.content.fileManager
    paths = [f'[{c.flags["ds"]}] {path}' for path in c.words]
    method = manager.CopyDatastoreFile_Task if c.name.endswith('cp') else manager.MoveDatastoreFile_Task
    c.wait(method(paths[0], c.datacenter, paths[1], c.datacenter, False))


@command('datastore.rm')
def datastore_rm(c):
    c.wait(c.content.fileManager.DeleteDatastoreFile_Task(f'[{c.flags["ds"]}] {c.words[0]}', c.datacenter))


def govc(content, line):
    words = shlex.split(re.sub('^govc ', '', line))
    return COMMANDS[words[0]](Call(content, words))
