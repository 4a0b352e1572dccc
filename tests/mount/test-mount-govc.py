#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/mount/test-mount-govc.py - the lines of hvfs(5), COMING FROM GOVC; run by test-mount-govc.sh

Of each line, govc's command changes what stands for side a, and the tree's what stands for
side b; then both sides must look the same to pyVmomi, but for their names.
"""
import os
import re
import sys
import tarfile

from pyVmomi import vim, vmodl

from govc import govc, named
from table import CONTENT, SERVER, bash_in, control
from vc import read

MNT, _, _, MAN, TMP = sys.argv[1:6]
# What stands for the letters.
SIDES = ({'D': 'DC0_H0_VM0', 'N': 'new-a', 'Q': 'import-a', 'X': 'name-a', 'F': 'folder-a', 'R': 'pool-a', 'M': 'DC0_H1', 'K': 'key-a', 'T': 'second'},
         {'D': 'DC0_H0_VM2', 'N': 'new-b', 'Q': 'import-b', 'X': 'name-b', 'F': 'folder-b', 'R': 'pool-b', 'M': 'DC0_H2', 'K': 'key-b', 'T': 'second'})
BOTH = {'S': 'first', 'P': 'LocalDS_1', 'H': 'DC0_H4', 'C': 'DC0_C0', 'W': 'DC0_DVPG1', 'V': 'value'}
DEFINITION = """<domain type='vmware'>
  <name>N</name>
  <memory unit='MiB'>1024</memory>
  <vcpu>2</vcpu>
  <os><type arch='x86_64'>hvm</type></os>
  <devices>
    <disk type='file' device='disk'>
      <source file='[P] N/N.vmdk'/>
      <target dev='sda' bus='scsi'/>
      <capacity unit='GiB'>1</capacity>
    </disk>
    <controller type='scsi' index='0' model='vmpvscsi'/>
  </devices>
</domain>
"""
DISK = """<disk type='file' device='disk'>
  <source file='[P] D/data.vmdk'/>
  <target dev='sdb' bus='scsi'/>
  <capacity unit='GiB'>1</capacity>
</disk>
"""
INTERFACE = "<interface type='bridge'><source bridge='W'/><model type='vmxnet3'/></interface>\n"


def package(side):
    return f'{TMP}/package-{side}'


def put(text, side):
    """With what stands for the letters on a side."""
    letters = {**BOTH, **SIDES[side], 'MNT': MNT, 'DC': 'DC0', 'FILE': f'{TMP}/xml-{side}', 'DIR': package(side)}
    return re.sub(r'\b(MNT|DC|DIR|FILE|[A-Z])\b', lambda m: letters.get(m[1], m[1]), text)


def say(line):
    """What the file is to hold that the line reads."""
    kind = {'vm.create': DEFINITION, 'vm.disk.create': DISK, 'vm.network.add': INTERFACE,
            'vm.disk.attach': re.sub('.*<capacity.*\n', '', DISK)}.get(line.split()[1])
    if 'import.ova' in line:  # of what was exported; the descriptor goes first
        for side in 0, 1:
            files = sorted(os.listdir(package(side)), key=lambda name: not name.endswith('.ovf'))
            with tarfile.open(put('FILE.ova', side), 'w') as archive:
                for name in files:
                    if not name.endswith('.mf'):
                        archive.add(f'{package(side)}/{name}', name)
    if kind is not None:
        with open(f'{TMP}/xml-1', 'w', encoding='utf-8') as file:
            file.write(put(kind, 1))


# ---- what is compared ----

def device(each):
    backing = getattr(each, 'backing', None)
    network = getattr(backing, 'deviceName', None) or getattr(getattr(backing, 'port', None), 'portgroupKey', None)
    return [type(each).__name__, getattr(backing, 'fileName', None), network, getattr(each, 'capacityInKB', None)]


def snapshots(tree, current):
    return [[s.name, s.state, s.quiesced, s.snapshot == current, snapshots(s.childSnapshotList, current)] for s in tree]


def allocation(each):
    return [each.reservation, each.limit, each.shares.level]


def machine(had):
    config, tree = had['config'], had.get('snapshot')
    return {'folder': str(had.get('parent')), 'state': had['runtime'].powerState, 'memory': config.hardware.memoryMB,
            'cpus': config.hardware.numCPU, 'guest': config.guestId, 'version': config.version,
            'annotation': re.sub('machine [0-9]+', 'machine', config.annotation or ''), 'template': config.template,
            'extra': sorted((o.key, o.value) for o in config.extraConfig if o.key.startswith('guestinfo.')),
            'cpu': allocation(config.cpuAllocation), 'ram': allocation(config.memoryAllocation),
            'host': str(had['runtime'].host), 'stores': sorted(map(str, had['datastore'])),
            'devices': sorted(map(str, map(device, config.hardware.device))),
            'snapshots': tree and snapshots(tree.rootSnapshotList, tree.currentSnapshot),
            'pool': str(had.get('resourcePool')), 'fields': sorted(v.value for v in had['customValue']),
            'asks': had['runtime'].question is not None,
            'customization': bool(config.tools and config.tools.pendingCustomization),
            'alarms': [[s.overallStatus, s.acknowledged] for s in had['triggeredAlarmState']]}


# Of each kind of object, the properties and what of them is to be the same.
KINDS = {
    vim.VirtualMachine: ('parent config runtime datastore snapshot resourcePool customValue triggeredAlarmState', machine),
    vim.ResourcePool: ('parent config.cpuAllocation',
                       lambda had: [had['parent'], allocation(had['config.cpuAllocation'])]),
    vim.HostSystem: ('runtime.connectionState runtime.inMaintenanceMode', str),
    vim.Folder: ('parent childType', str)}


def retrieve(objects):
    """{object: its properties} of these, in one request."""
    query = vmodl.query.PropertyCollector
    wanted = [query.PropertySpec(type=kind, pathSet=paths.split()) for kind, (paths, _) in KINDS.items()]
    spec = query.FilterSpec(objectSet=[query.ObjectSpec(obj=o) for o in objects], propSet=wanted)
    return {e.obj: {p.name: p.val for p in e.propSet} for e in CONTENT.propertyCollector.RetrieveContents([spec])}


def packed(directory):
    """What a package has: the sizes of its disks by the descriptor, and how many files there are."""
    names = os.listdir(directory)
    with open(next(f'{directory}/{name}' for name in names if name.endswith('.ovf')), encoding='utf-8') as file:
        disks = re.findall('<Disk [^>]*capacity="([^"]*)"', file.read())
    return [f'package: {disks} {sum(name.endswith(".vmdk") for name in names)}']


def look():
    """What there is of each side, without the names that are its own."""
    all_names = {name for side in SIDES for name in side.values()}
    names = {each: had['name'] for each, had in read(SERVER, vim.ManagedEntity, ['name'])}
    found = retrieve([each for each, name in names.items() if name in all_names])
    fields = [f.name for f in CONTENT.customFieldsManager.field]
    looks = []
    for side in 0, 1:
        own = set(SIDES[side].values())
        lines = [f'{names[each]}: {KINDS[type(each)][1](had)}' for each, had in found.items() if names[each] in own]
        lines += [f'field {name}' for name in fields if name in own]
        try:
            lines += govc(CONTENT, put('govc datastore.ls -ds P F', side))
        except vim.fault.FileNotFound:
            pass
        if os.path.isdir(package(side)):
            lines += packed(package(side))
        text = '\n'.join(lines)
        for each in found:
            text = text.replace(str(each), names[each])
        for letter, name in SIDES[side].items():
            text = text.replace(name, letter)
        looks.append(sorted(text.split('\n')))
    return looks


# ---- what a tree's command prints, as govc.py says it ----

def values(*keys):
    return lambda lines: [line for key in keys for line in lines if line.startswith(key + '=')]


def only(*keys):
    return lambda lines: [line.split('=', 1)[1] for line in values(*keys)(lines)]


PRINTED = {
    'about': values('name', 'version', 'instanceUuid'), 'find': sorted,
    'tasks': lambda lines: sorted(line.split('\t')[0] for line in lines),
    'events': lambda lines: [line.split('\t')[0] for line in lines],
    # Of the simulator every sample is another number.
    'metric.sample': lambda lines: [re.sub(r'^\d+(\.\d+)?$', 'a number', line.split()[-1]) for line in lines],
    'host.info': only('mhz', 'sockets', 'memory'), 'datastore.info': only('capacity', 'available'),
    'snapshot.tree': lambda lines: sorted(set(lines) - {'create', 'delete', 'current'}),
    'fields.ls': lambda lines: sorted(set(lines) - {'define'}), 'datastore.ls': sorted,
    'vm.console': lambda lines: [re.sub('clone:.*/', '', lines[0])],
    'alarms': lambda lines: sorted(f'{line.split(chr(9))[1]} {line.split(chr(9))[3].split("/")[-1]}' for line in lines),
    'device.ls': lambda lines: sorted(map(''.join, re.findall("device='(disk|cdrom)'|<(interface)", ' '.join(lines)))),
}


def check(by_govc, by_tree):
    say(by_govc)
    where = f'by-name/{SIDES[1]["D"]}' if re.search(r'\bD\b', by_govc) else '.'
    if by_govc == 'govc vm.question -vm D':
        for side in SIDES:
            control('question', vm=side['D'])
        bash_in(f'{MNT}/{where}', 'until [ -s question ]; do sleep 0.02; done')
    if by_govc == 'govc alarms':
        for side in SIDES:
            control('alarm', object=side['D'], name='VM CPU usage', status='red')
        bash_in(f'{MNT}/{where}', 'until [ "$(wc -l < alarms)" = 2 ]; do sleep 0.02; done')
    if 'events' in by_govc:
        control('events', n=20, object=SIDES[1]['D'], message='said')
    if 'host.shutdown' in by_govc:
        for side in 0, 1:
            govc(CONTENT, put('govc host.maintenance.enter M', side))
        bash_in(f'{MNT}/{where}', put('until grep -q maintenance hosts/M/state; do sleep 0.02; done', 1))
    done = bash_in(f'{MNT}/{where}', put(by_tree, 1))
    if done.returncode != 0:
        return done.stderr.strip()
    printed = done.stdout.splitlines()
    wanted = govc(CONTENT, put(by_govc, 1 if printed else 0))
    if wanted is not None:
        kind = PRINTED.get(by_govc.split()[1], list)
        got, wanted = kind(printed), kind(wanted) if by_govc.split()[1] == 'vm.console' else wanted
        return '' if got == wanted else f'{got}, not {wanted}'
    a, b = look()
    return '' if a == b else '\n  '.join(sorted(set(a) ^ set(b)))


# Hosts that can be in maintenance, and machines whose hardware is old.
for each in SIDES:
    for vm in named(CONTENT, vim.HostSystem, each['M']).vm:
        govc(CONTENT, f'govc vm.power -off {vm.name}')
    control('set', object=each['D'], path='config.version', value='vmx-10')
    govc(CONTENT, f'govc vm.network.change -vm {each["D"]} -net "VM Network" ethernet-0')
with open(MAN, encoding='utf-8') as manual:
    section = re.search(r'^\.Sh COMING FROM GOVC$(.*?)^\.El$', manual.read(), re.M | re.S)[1].replace(r'\(dq', '"')
rows = re.findall(r'^\.It Li "(govc .*)"\n\.Li "(.*)"$', section, re.M)
bad = 0
for row in rows:
    try:
        wrong = check(*row)
    except (vim.fault.VimFault, LookupError, StopIteration) as error:
        wrong = repr(error)
    print(' | '.join(row) + (f'   <== {wrong}' if wrong else ''), flush=True)
    bad += bool(wrong)
if len(rows) < 60:
    print(f'only {len(rows)} lines were walked')
sys.exit(1 if bad or len(rows) < 60 else 0)
