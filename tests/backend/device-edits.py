#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/backend/device-edits.py DEVICE-CHECK [ROUNDS [SEED]] - an edit changes what it says, and nothing beside
#
# By the types of the API, as pyVmomi has them:
#
# - the table of fields that hvfs knows is that of the types;
# - every device type with every type of backing, and without one, is shown, and an edit of
#   the description sends the description;
# - machines of devices in which every field has a value are edited at random (another model,
#   place, source, mode, end of a port).  The request is read as strictly as a server reads it,
#   in the order of the schema, and applied; then every field of every device is compared:
#   what the text does not mention is as it was.
import os
import random
import re
import sys
import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape

import newer
from driver import Driver
from pyVmomi import VmomiSupport as V
from pyVmomi import vim

check = sys.argv[1]
rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 300
seed = int(sys.argv[3]) if len(sys.argv) > 3 and sys.argv[3] else random.SystemRandom().randrange(10 ** 9)
driver = Driver(check, f'; seed {seed}')
tmp, ask, put, get = driver.tmp, driver.ask, driver.put, driver.get
XSI = '{http://www.w3.org/2001/XMLSchema-instance}type'
VIM = '{urn:vim25}'
VMWARE = '{http://libvirt.org/schemas/domain/vmware/1.0}'
failures = []


def fail(what):
    failures.append(what)
    print('FAIL:', what)


# --- the types of the API

newer.add(newer.NEWEST)
for name in list(V._dataDefMap):
    V.GetVmodlType(name)


def below(kind):
    for sub in kind.__subclasses__():
        yield sub
        yield from below(sub)


DEVICE = vim.vm.device.VirtualDevice
wsdl = V.GetWsdlName
devices = {wsdl(t): t for t in [DEVICE, *below(DEVICE)]}
backings = {wsdl(t): t for t in [DEVICE.BackingInfo, *below(DEVICE.BackingInfo)]}
ABSTRACT = {'VirtualDevice', 'VirtualController', 'VirtualSCSIController', 'VirtualSATAController',
            'VirtualEthernetCard', 'VirtualSoundCard', 'VirtualVmxnet'}
UNNAMED = {'connectable': DEVICE.ConnectInfo, 'port': vim.dvs.PortConnection, 'share': vim.SharesInfo,
           'storageIOAllocation': vim.StorageResourceManager.IOAllocationInfo,
           'resourceAllocation': vim.vm.device.VirtualEthernetCard.ResourceAllocation,
           'sriovBacking': vim.vm.device.VirtualSriovEthernetCard.SriovBackingInfo}
# In the table of hvfs, and newer than API 6.7, which the oldest pyVmomi here has; or gone from 8.0.
NEWER = {'numaNode', 'deviceGroupInfo', 'vDiskVersion', 'virtualDiskFormat', 'independentFilters',
         'guestReadOnly', 'uptv2Enabled', 'strictLatencyConfig', 'cryptoIntegrityProtectionType',
         'VirtualNVMEController.sharedBus', 'configuredCapacityInMB', 'dvxBackingInfo',
         'VirtualCdromAtapiBackingInfo.description', 'VirtualCdromPassthroughBackingInfo.description'}


def properties(kind):
    """In the order of the schema, without what no server sends."""
    return [p for p in kind._GetPropertyList() if not p.name.startswith('dynamic')]


def check_schema():
    ask(f'schema {tmp}/schema')
    for line in get('schema').splitlines():
        name, fields = line.split(':')
        kind = UNNAMED.get(name) or devices.get(name) or backings.get(name)
        if kind is None:
            fail(f'the table has {name}, which is no type of the API')
            continue
        has = [p.name for p in properties(kind)]
        known = [f for f in fields.split() if f in has or (f not in NEWER and f'{name}.{f}' not in NEWER)]
        if known != has:
            fail(f'{name} has {has}, in this order, not {known}')


# --- values for every field

dice = random.Random(seed)


def is_object(kind):
    return isinstance(kind, type) and issubclass(kind, V.DataObject)


words = {}


def text_value(kind):
    if issubclass(kind, V.Enum):
        if kind not in words:
            words[kind] = [v for v in vars(kind).values() if type(v) is kind]
        return dice.choice(words[kind])
    if kind is bool:
        return dice.choice(['true', 'false'])
    if issubclass(kind, V.ManagedObject):
        return None
    if kind.__name__ in ('byte', 'short', 'int', 'long'):
        return str(dice.randint(1, 99))
    if kind.__name__ in ('float', 'double'):
        return str(dice.randint(1, 99) / 4)
    if kind.__name__ == 'datetime':
        return '2026-01-02T03:04:05Z'
    return ''.join(dice.choice('abcxyz &<%-') for _ in range(dice.randint(1, 12))).strip() or 'x'


def element(name, kind, depth, full):
    """The XML of a field: all of an object's fields when it is @full."""
    if isinstance(kind, type) and issubclass(kind, list):
        return ''.join(element(name, kind.Item, depth, full) for _ in range(dice.randint(1, 2)))
    if isinstance(kind, type) and issubclass(kind, V.ManagedObject):
        return f'<{name} type="{wsdl(kind)}">{wsdl(kind).lower()}-{dice.randint(1, 9)}</{name}>'
    if not is_object(kind):
        return f'<{name}>{escape(text_value(kind))}</{name}>'
    subs = list(below(kind))
    actual = dice.choice([kind] + subs) if subs else kind
    typed = f' xsi:type="{wsdl(actual)}"' if subs or name == 'deviceInfo' else ''
    if depth > 4:
        return ''
    inside = ''.join(element(p.name, p.type, depth + 1, full) for p in properties(actual)
                     if full or not p.flags & V.F_OPTIONAL or dice.random() < 0.8)
    return f'<{name}{typed}>{inside}</{name}>'


def obj(name, kind, fixed, full=True, typed=True):
    """An object with what @fixed says (None: no such field; text, or XML that begins with <),
    and something for everything else."""
    inside = ''
    for p in properties(kind):
        if p.name in fixed:
            value = fixed[p.name]
            if value is not None:
                value = value if str(value).startswith('<') else f'<{p.name}>{escape(str(value))}</{p.name}>'
                inside += value
        elif full or not p.flags & V.F_OPTIONAL or dice.random() < 0.8:
            inside += element(p.name, p.type, 1, full)
    mark = f' xsi:type="{wsdl(kind)}"' if typed else ''
    return f'<{name}{mark}>{inside}</{name}>'


def config(devices_xml, cpus=2, cores=1):
    return ('<val xmlns="urn:vim25" xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
            'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="VirtualMachineConfigInfo">'
            '<changeVersion>1</changeVersion><name>m</name><version>vmx-14</version>'
            '<uuid>cd0681bf-2f18-5c00-9b9b-8197c0095348</uuid><guestId>otherGuest64</guestId>'
            '<annotation>before</annotation><hardware>'
            f'<numCPU>{cpus}</numCPU><numCoresPerSocket>{cores}</numCoresPerSocket><memoryMB>64</memoryMB>'
            f'{devices_xml}</hardware></val>')


# --- reading a request as a server does

def parse(node, kind, where):
    """{path: text} of an object, or an AssertionError."""
    out = {}
    declared = node.get(XSI)
    if declared is not None and is_object(kind):
        actual = V.GetWsdlType('urn:vim25', declared) if declared else kind
        assert issubclass(actual, kind), f'{where}: {declared} is no {wsdl(kind)}'
        kind = actual
        out[''] = declared
    if not is_object(kind):
        assert len(node) == 0, f'{where}: {node.tag} is no object'
        out[''] = f'{node.get("type", "")}{":" if node.get("type") else ""}{node.text or ""}'
        return out
    order = {p.name: i for i, p in enumerate(properties(kind))}
    types = {p.name: p.type for p in properties(kind)}
    at, count = -1, {}
    for child in node:
        name = child.tag.replace(VIM, '')
        assert name in order, f'{where}: {wsdl(kind)} has no {name}'
        many = isinstance(types[name], type) and issubclass(types[name], list)
        assert order[name] > at or (order[name] == at and many), f'{where}: {name} is out of order in {wsdl(kind)}'
        at = order[name]
        n = count[name] = count.get(name, -1) + 1
        step = f'{name}[{n}]' if many else name
        item = types[name].Item if many else types[name]
        for path, text in parse(child, item, f'{where}.{name}').items():
            out[f'{step}.{path}' if path else step] = text
    return out


def all_devices(text):
    found = {}
    for node in ET.fromstring(text).findall(f'{VIM}hardware/{VIM}device'):
        fields = parse(node, DEVICE, 'the configuration')
        found[fields['key']] = fields
    return found


def changes(request):
    spec = next(e for e in ET.fromstring(request).iter() if e.tag == VIM + 'spec')
    fields = [e.tag.replace(VIM, '') for e in spec]
    ops = []
    for e in spec.findall(VIM + 'deviceChange'):
        fields.remove('deviceChange')
        parse(e, vim.vm.device.VirtualDeviceSpec, 'the request')
        ops.append((e.findtext(VIM + 'operation'), e.findtext(VIM + 'fileOperation'),
                    parse(e.find(VIM + 'device'), DEVICE, 'the request')))
    return fields, ops


def apply(have, ops):
    """The devices after the request, by key; new -> old for those that take a place."""
    after = dict(have)
    for op, _, device in ops:
        key = device['key']
        if op == 'add':
            assert int(key) < 0 and key not in after, f'an added device has the key {key}'
            after[key] = device
        else:
            assert key in have, f'{op} of a device {key} that is not there'
            if op == 'edit':
                assert have[key][''] == device[''], f'{have[key][""]} cannot become {device[""]}'
                after[key] = device
            else:
                del after[key]
    return after


# --- every type of device with every type of backing

def walk():
    n = 0
    shown = [line.split(':')[0] for line in get('schema').splitlines()]  # and not in comments
    base = ''.join(obj('device', devices[t], {'key': k, 'busNumber': 0, 'device': None, 'controllerKey': None,
                                              'unitNumber': None, 'backing': None})
                   for t, k in (('VirtualPCIController', 100), ('VirtualIDEController', 200),
                                ('VirtualSIOController', 400), ('ParaVirtualSCSIController', 1000),
                                ('VirtualAHCIController', 15000)))
    for name, kind in devices.items():
        for backing in [None, *backings]:
            for parent in (100, 1000, 400) if name in ('VirtualDisk', 'VirtualCdrom', 'VirtualFloppy') else (400,):
                for full in (True, False) if name in shown else (True,):
                    n += 1
                    xml = (obj('backing', backings[backing], {}, True) if full
                           else f'<backing xsi:type="{backing}"/>') if backing else None
                    fixed = {'key': 5555, 'backing': xml, 'controllerKey': parent, 'unitNumber': 3,
                             'busNumber': 3, 'device': None}
                    if not full:
                        fixed.update({p.name: None for p in properties(kind)
                                      if p.name not in ('key', 'controllerKey', 'backing')})
                    untouched(f'{name} with {backing} on {parent}{"" if full else ", bare"}',
                              config(base + obj('device', kind, fixed)))
    for cpus in range(1, 9):
        for cores in range(0, 9):
            n += 1
            untouched(f'{cpus} CPUs of {cores} cores', config(base, cpus, cores))
    print(f'{n} kinds of machine are shown, and their description is edited')


def untouched(what, text):
    """It is shown; an edit of the description sends that; and the same text, nothing."""
    put('config', text)
    answer = ask(f'read {tmp}/config {tmp}/shown')
    shown = get('shown')
    try:
        ET.fromstring(shown)
    except ET.ParseError as e:
        fail(f'{what}: shown as no XML, {e}:\n{shown}')
        return
    same = ask(f'spec {tmp}/config {tmp}/shown {tmp}/request')
    put('wanted', shown.replace('>before<', '>after<'))
    answer = ask(f'spec {tmp}/config {tmp}/wanted {tmp}/request')
    if same != 'ok 0' or answer != 'ok 1':
        fail(f'{what}: the same text: {same}; another description: {answer}; of\n{shown}')
    elif changes(get('request')) != (['changeVersion', 'annotation'], []):
        fail(f'{what}: another description sends {get("request")}')


# --- machines with a value in every field, and edits of them

SCSI = {'VirtualLsiLogicController': 'lsilogic', 'VirtualBusLogicController': 'buslogic',
        'VirtualLsiLogicSASController': 'lsisas1068', 'ParaVirtualSCSIController': 'vmpvscsi'}
NICS = {'VirtualE1000': 'e1000', 'VirtualE1000e': 'e1000e', 'VirtualPCNet32': 'vlance',
        'VirtualVmxnet2': 'vmxnet2', 'VirtualVmxnet3': 'vmxnet3', 'VirtualVmxnet3Vrdma': 'vmxnet3'}
SRIOV = 'VirtualSriovEthernetCard'
DISKS = [b for b in backings if b.startswith('VirtualDisk') and 'Partitioned' not in b]
CDS = [b for b in backings if b.startswith('VirtualCdrom')]
FLOPPIES = [b for b in backings if b.startswith('VirtualFloppy')]
SERIALS = [b for b in backings if b.startswith('VirtualSerialPort')] + 2 * ['VirtualSerialPortURIBackingInfo']
PARALLELS = [b for b in backings if b.startswith('VirtualParallelPort')]
USBS = [b for b in backings if b.startswith('VirtualUSB')]
NETS = [b for b in backings if b.startswith('VirtualEthernetCard')]
SCSIS = [b for b in backings if b.startswith('VirtualSCSIPassthrough')]
HIDDEN = ['VirtualTPM', 'VirtualHdAudioCard', 'VirtualMachineVMIROM', 'VirtualUSBController',
          'VirtualMachineVMCIDevice', 'VirtualNVDIMM']


class Machine:
    def __init__(self):
        self.xml, self.n, self.full = '', 0, dice.random() < 0.5
        self.scsi = dice.randint(1, 2)
        self.controller('VirtualPCIController', 100, 0)
        self.controller('VirtualIDEController', 200, 0)
        self.controller('VirtualIDEController', 201, 1)
        self.controller('VirtualSIOController', 400, 0)
        self.controller('VirtualAHCIController', 15000, 0)
        self.controller('VirtualNVMEController', 31000, 0)
        for i in range(self.scsi):
            self.controller(dice.choice(list(SCSI)), 1000 + i, i)
        for i in range(dice.randint(1, 2)):
            for bus in range(self.scsi):
                self.disk(DISKS, 'VirtualDisk', 1000 + bus, i)
        if dice.random() < 0.5:
            self.disk(DISKS, 'VirtualDisk', 31000, 0)
        self.disk(CDS, 'VirtualCdrom', 201, 0)
        if dice.random() < 0.5:
            self.disk(CDS, 'VirtualCdrom', 15000, 4)
        self.disk(FLOPPIES, 'VirtualFloppy', 400, 0)
        alike = dice.choice(list(NICS)) if dice.random() < 0.3 else None  # but for what a text may not say
        for i in range(dice.randint(1, 3)):
            self.nic(i, alike)
        for i in range(dice.randint(1, 3)):
            self.port('VirtualSerialPort', SERIALS, i)
        self.port('VirtualParallelPort', PARALLELS, 0)
        self.add(devices['VirtualMachineVideoCard'], {'videoRamSizeInKB': 4096})
        for name in dice.sample(HIDDEN, 3):
            self.add(devices[name], {'busNumber': 0})
        if dice.random() < 0.5:
            self.add(devices['VirtualWDT'], {})
        if dice.random() < 0.5:
            self.add(devices['VirtualPrecisionClock'], {'backing': self.backing(
                ['VirtualPrecisionClockSystemClockBackingInfo'], {'protocol': dice.choice([None, 'ntp', 'ptp', 'other'])})})
        for i in range(dice.randint(0, 2)):
            self.add(devices['VirtualUSB'], {'backing': self.backing(USBS, {'deviceName': dice.choice(
                ['path:1/3/0', 'vid:0001 pid:0002'])}), 'vendor': dice.choice([None, 4660])})
        for i in range(dice.randint(0, 2)):
            self.add(devices['VirtualSCSIPassthrough'], {'controllerKey': 1000, 'unitNumber': 10 + i,
                                                         'backing': self.backing(SCSIS, {'useAutoDetect': dice.choice(['true', 'false'])})})
        for i in range(dice.randint(0, 2)):
            self.add(devices['VirtualPCIPassthrough'], {'backing': self.backing(
                ['VirtualPCIPassthroughDeviceBackingInfo'], {'id': f'0000:0{i}:00.0'})})
        self.text = config(self.xml)

    def add(self, kind, fixed):
        self.n += 1
        fixed = {'key': 20000 + self.n, 'controllerKey': 100, 'unitNumber': self.n, 'device': None, **fixed}
        self.xml += obj('device', kind, fixed, self.full)

    def controller(self, name, key, bus):
        self.add(devices[name], {'key': key, 'busNumber': bus, 'backing': None})

    def file(self):
        return f'[ds{dice.randint(1, 2)}] m/{dice.random()}.vmdk'

    def backing(self, choice, fixed):
        """One of these, in which what the text would say is something that it can."""
        kind = backings[dice.choice(choice)]
        fixed = {'fileName': self.file(), 'descriptorFileName': self.file(), 'deviceName': f'dev{dice.random()}',
                 'useAutoDetect': 'false', 'pipeName': 'pipe', 'parent': None,
                 'serviceURI': dice.choice(['telnet://:4001', 'tcp4://h:1', 'ssl://[::1]:9', 'station']),
                 'direction': dice.choice(['client', 'server']), **fixed}
        if fixed['serviceURI'] == 'telnet://:4001':
            fixed['direction'] = 'server'
        return obj('backing', kind, fixed, self.full)

    def disk(self, choice, name, parent, unit):
        modes = ['persistent', 'nonpersistent', 'independent_persistent', 'independent_nonpersistent', 'append']
        fixed = {'diskMode': dice.choice(modes)}
        self.add(devices[name], {'backing': self.backing(choice, fixed), 'controllerKey': parent, 'unitNumber': unit})

    def nic(self, i, alike):
        uuid = '50 1a 2b 3c 4d 5e 6f 70-81 92 a3 b4 c5 d6 e7 f8'
        port = obj('port', vim.dvs.PortConnection,
                   {'switchUuid': uuid, 'portgroupKey': f'dvportgroup-{dice.randint(1, 3)}',
                    'portKey': dice.choice([None, dice.randint(1, 99)])}, self.full, False)
        mac = dice.choice([None, f'00:50:56:00:00:{i:02x}', f'00:0c:29:00:00:{i:02x}'])
        nets = ['VirtualEthernetCardOpaqueNetworkBackingInfo'] if alike else NETS
        card = obj('physicalFunctionBacking', vim.vm.device.VirtualPCIPassthrough.DeviceBackingInfo, {'id': dice.choice(
            ['0000:5e:00.0', '5e:00.1', 'Automatic-0000:5e:00.0'])}, self.full, False)
        self.add(devices[alike or dice.choice([*NICS, SRIOV, SRIOV])],
                 {'sriovBacking': obj('sriovBacking', UNNAMED['sriovBacking'], {'physicalFunctionBacking': card}, self.full, False),
                  'backing': self.backing(nets, {'port': port, 'opaqueNetworkId': 'i' if alike else f'i{dice.randint(1, 9)}'}), 'macAddress': None if alike else mac,
                  'unitNumber': 7 + i,
                  'addressType': 'generated' if alike else dice.choice(['manual', 'assigned', 'generated'])})

    def port(self, name, choice, i):
        self.add(devices[name], {'backing': self.backing(choice, {}), 'controllerKey': 400, 'unitNumber': i})


FOLLOWERS = ('datastore backingObjectId uuid contentId changeId deltaDiskFormat digestEnabled deltaGrainSize '
             'deltaDiskFormatVariant spaceUsedInKB grainSize keyId').split()
NEW = r'key|deviceInfo.*'


def own(tree, tag, **attrs):
    return [e for e in tree.findall(f'devices/{tag}') if all(e.get(k) == v for k, v in attrs.items())]


def source(e):
    s = e.find('source')
    if s is None:
        s = ET.SubElement(e, 'source')
    return s


# Each edits the tree and gives what it may change of how many devices (a pattern for the
# paths of fields).  None, or an IndexError: there is nothing to do it with.

def nic_model(tree):
    nics = [nic for nic in own(tree, 'interface') if nic.get('type') != 'hostdev']
    model = dice.choice(nics).find('model')
    new = dice.choice([m for m in set(NICS.values()) if m != model.get('type')])
    model.set('type', new)
    return NEW + '|'


def nic_network(tree):
    nic = dice.choice(own(tree, 'interface'))
    kind, port = nic.get('type'), source(nic)
    if kind == 'vds' and dice.random() < 0.5:
        port.set('portgroupid', 'dvportgroup-9')
        port.set('portid', '0')
        port.set('connectionid', '0')
        return r'backing\.port\.(portgroupKey|portKey|connectionCookie)'
    if kind == 'null' and port.attrib and dice.random() < 0.5:
        port.set(VMWARE + 'opaqueid', 'other')
        return r'backing\.opaqueNetworkId'
    if kind == 'hostdev':
        for name in [n for n in port.attrib if n.startswith(VMWARE)]:
            del port.attrib[name]
        port.set(VMWARE + 'bridge', 'other')
        return r'backing.*'
    nic.remove(port)
    ET.SubElement(nic, 'source', bridge='other')
    nic.set('type', 'bridge')
    if kind == 'bridge':
        return r'backing(\.(deviceName|network|inPassthroughMode))?'
    return r'backing.*'


def nic_opaque(tree):
    nic = dice.choice(own(tree, 'interface'))
    port = source(nic)
    for name in [n for n in port.attrib if n != 'type']:
        del port.attrib[name]
    port.set(VMWARE + 'opaqueid', 'new')
    port.set(VMWARE + 'opaquetype', 'nsx.New')
    if nic.get('type') != 'hostdev':
        nic.set('type', 'null')
    return r'backing.*'


def nic_card(tree):
    """Another card, which the host chooses; and the functions are those of that card."""
    end = dice.choice([e for e in tree.findall("devices/interface[@type='hostdev']/source") if e.find('address') is not None])
    end.remove(end.find('address'))
    return r'sriovBacking.*'


def nic_plain(tree):
    nic = dice.choice(own(tree, 'interface', type='hostdev'))
    nic.remove(source(nic))
    nic.set('type', 'bridge')
    ET.SubElement(nic, 'source', bridge='other')
    ET.SubElement(nic, 'model', type='e1000')
    return NEW + r'||backing.*'


def nic_mac(tree):
    mac = dice.choice(own(tree, 'interface')).find('mac')
    if mac is None:
        return None
    mac.set('address', '00:50:56:12:34:56')
    mac.attrib.pop('type', None)
    return 'macAddress|addressType'


def nic_no_mac(tree):
    """A line that is taken out is no wish."""
    for nic in own(tree, 'interface'):
        for mac in nic.findall('mac'):
            nic.remove(mac)
    return ''


def nic_all(tree):
    a, b = nic_model(tree), nic_mac(tree)
    return f'{a}|{b}' if b else a


def file_disks(tree):
    return [d for d in own(tree, 'disk', device='disk') if d.find('source') is not None]


def move(disk, target, bus, controller, unit):
    disk.find('target').attrib.update(dev=target, bus=bus)
    for address in disk.findall('address'):
        disk.remove(address)
    ET.SubElement(disk, 'address', type='drive', controller=str(controller), bus='0', target='0', unit=str(unit))


def disk_bus(tree):
    disk = dice.choice(file_disks(tree))
    move(disk, 'sdab', 'sata', 0, 27)
    return NEW + r'|controllerKey|unitNumber'


def disk_controller(tree):
    disk = dice.choice(file_disks(tree))
    for c in own(tree, 'controller', type='scsi', index='3'):
        return None
    tree.find('devices').append(ET.Element('controller', type='scsi', index='3', model='vmpvscsi'))
    move(disk, 'sdat', 'scsi', 3, 0)
    return NEW + r'|controllerKey|unitNumber'


def disk_mode(tree):
    disk = dice.choice(file_disks(tree))
    for e in disk.findall('transient'):
        disk.remove(e)
        return r'backing\.diskMode'
    ET.SubElement(disk, 'transient')
    return r'backing\.diskMode'


def disk_independent(tree):
    disk = dice.choice([d for d in own(tree, 'disk', device='disk') if d.find('transient') is None])
    if disk.attrib.pop('snapshot', None) is None:
        disk.set('snapshot', 'no')
    return r'backing\.diskMode'


def disk_shareable(tree):
    disk = dice.choice(own(tree, 'disk', device='disk'))
    have = disk.find('shareable')
    if have is not None:
        disk.remove(have)
    else:
        ET.SubElement(disk, 'shareable')
    return r'backing\.sharing'


def disk_iops(tree):
    disk = dice.choice(own(tree, 'disk', device='disk'))
    have = disk.find('iotune')
    if have is not None and dice.random() < 0.5:
        disk.remove(have)
    else:
        have = ET.SubElement(disk, 'iotune') if have is None else have
        total = have.find('total_iops_sec')
        (ET.SubElement(have, 'total_iops_sec') if total is None else total).text = str(dice.randint(100, 9999))
    return r'storageIOAllocation(\.limit)?'


def nic_shares(tree):
    nic = dice.choice(own(tree, 'interface'))
    have = nic.find('bandwidth')
    have = ET.SubElement(nic, 'bandwidth') if have is None else have
    have.set(VMWARE + 'reservation', str(125 * dice.randint(100, 9999)))
    have.set(VMWARE + 'shares', dice.choice(['low', 'high', '0', '77']))
    return r'resourceAllocation\.(reservation|share\.(shares|level))'


def nic_limit(tree):
    nic = dice.choice(own(tree, 'interface'))
    have = nic.find('bandwidth')
    if have is not None:
        nic.remove(have)
    else:
        ET.SubElement(ET.SubElement(nic, 'bandwidth'), 'outbound', average=str(125 * dice.randint(100, 9999)))
    return r'resourceAllocation.*'


def usb_add(tree):
    for ids in ({'id': '0x1234'}, {'id': '0xbeef'}), ({'id': '4660'}, {'id': '1'}):
        host = ET.SubElement(tree.find('devices'), 'hostdev', mode='subsystem', type='usb')
        end = ET.SubElement(host, 'source')
        ET.SubElement(end, 'vendor', ids[0])
        ET.SubElement(end, 'product', ids[1])
    return NEW


def nvdimm_size(tree):
    size = dice.choice(own(tree, 'memory')).find('target/size')
    size.text = str(int(size.text) + 1024)
    return 'capacityInMB'


def key(tree, name):
    found = [e for e in tree.findall(VMWARE + 'key') if e.get('name') == name]
    return found[0] if found else None


def watchdog(tree):
    if key(tree, 'vwdt.present') is None:
        return None
    runs = key(tree, 'vwdt.runOnBoot')
    if runs is not None:
        tree.remove(runs)
    else:
        ET.SubElement(tree, VMWARE + 'key', name='vwdt.runOnBoot', value='TRUE')
    return 'runOnBoot'


def clock(tree):
    if key(tree, 'precisionclock0.present') is None:
        return None
    protocol = key(tree, 'precisionclock0.refClockProtocol')
    if protocol is None:
        ET.SubElement(tree, VMWARE + 'key', name='precisionclock0.refClockProtocol', value='ntp')
    elif dice.random() < 0.5:
        protocol.set('value', {'ntp': 'ptp', 'ptp': 'ntp'}[protocol.get('value')])
    else:
        tree.remove(protocol)  # it comes anew
        return NEW + r'|backing\.protocol'
    return r'backing(\.protocol)?'


def scsi_name(tree):
    end = dice.choice(own(tree, 'hostdev', type='scsi')).find('source')
    end.set(VMWARE + 'name', 'other')
    return r'backing\.(deviceName|useAutoDetect)'


def scsi_move(tree):
    place = dice.choice(own(tree, 'hostdev', type='scsi')).find('address')
    place.set('unit', '15')
    return NEW + '|unitNumber'


def hostdev_remove(tree):
    host = dice.choice(own(tree, 'hostdev'))
    tree.find('devices').remove(host)
    return NEW


def video_3d(tree):
    model = own(tree, 'video')[0].find('model')
    model.set('heads', str(int(model.get('heads', '1')) % 9 + 1))
    have = model.find('acceleration')
    if have is not None:
        model.remove(have)
    else:
        ET.SubElement(model, 'acceleration', accel3d='yes')
    return 'numDisplays|enable3DSupport'


def disk_file(tree):
    disk = dice.choice(file_disks(tree))
    source(disk).set('file', '[ds2] other.vmdk')
    return (NEW + r'|capacityInKB|capacityInBytes|diskObjectId|vDiskId\..*|backing|backing\.fileName|backing\.(' +
            '|'.join(FOLLOWERS) + r')(\..*)?|backing\.(lunUuid|deviceName|compatibilityMode|volumeUUID|useAutoDetect|'
            r'descriptorFileName)')


def medium(tree):
    disk = dice.choice(own(tree, 'disk', device='cdrom') + own(tree, 'disk', device='floppy'))
    for e in disk.findall('source'):
        disk.remove(e)
    disk.set('type', 'file')
    ET.SubElement(disk, 'source', file='[ds2] other.iso')
    return r'backing.*|connectable\.(startConnected|connected)'


def cd_bus(tree):
    disk = dice.choice(own(tree, 'disk', device='cdrom'))
    move(disk, 'sdab', 'sata', 0, 27)
    return NEW + r'|controllerKey|unitNumber'


def scsi_model(tree):
    c = dice.choice([c for c in own(tree, 'controller', type='scsi')])
    c.set('model', dice.choice([m for m in SCSI.values() if m != c.get('model')]))
    return NEW + r'||controllerKey'


def serial_end(tree):
    ports = own(tree, 'serial', type='tcp')
    port = dice.choice(ports)
    source(port).attrib.pop(VMWARE + 'uri', None)
    source(port).set('host', 'elsewhere')
    source(port).set('service', '77')
    return r'backing\.serviceURI'


def serial_proxy(tree):
    end = source(dice.choice(own(tree, 'serial', type='tcp')))
    if end.attrib.pop(VMWARE + 'proxy', None) is None or dice.random() < 0.5:
        end.set(VMWARE + 'proxy', 'telnets://vspc:13370')
    return r'backing\.proxyURI'


def serial_station(tree):
    end = source(dice.choice(own(tree, 'serial', type='tcp')))
    end.attrib.update({'host': '', 'service': '', VMWARE + 'uri': 'another station'})
    return r'backing\.serviceURI'


def serial_path(tree):
    ports = [p for tag in ('serial', 'parallel') for p in own(tree, tag) if p.get('type') in ('file', 'dev', 'pipe')]
    source(dice.choice(ports)).set('path', '[ds2] other')
    return r'backing\.(fileName|datastore|backingObjectId|deviceName|pipeName)'


def serial_type(tree):
    ports = own(tree, 'serial')
    port = dice.choice(ports)
    for e in port.findall('source') + port.findall('protocol'):
        port.remove(e)
    port.set('type', 'pipe' if port.get('type') != 'pipe' else 'file')
    ET.SubElement(port, 'source', path='[ds1] other')
    return r'backing.*'


def serial_number(tree):
    ports = own(tree, 'serial')
    dice.choice(ports).find('target').set('port', '3')
    return NEW + '|unitNumber'


def video(tree):
    own(tree, 'video')[0].find('model').set('vram', '8192')
    return 'videoRamSizeInKB'


def description(tree):
    return ''


EDITS = [disk_independent, disk_shareable, disk_iops, nic_limit, nic_shares, usb_add, nvdimm_size, watchdog, clock, scsi_name, scsi_move, hostdev_remove, video_3d, nic_model, nic_network, nic_opaque, nic_card, nic_plain, nic_mac, nic_no_mac, nic_all, disk_bus, disk_controller, disk_mode, disk_file,
         medium, cd_bus, scsi_model, serial_end, serial_proxy, serial_station, serial_path, serial_type, serial_number, video, description]
done = {edit.__name__: 0 for edit in EDITS}
# What a type lacks is refused in words.
REFUSED = {'disk_mode': 'has no <transient/>', 'disk_independent': 'has no <transient/>',
           'disk_shareable': 'has no <shareable/>', 'scsi_model': 'its controller cannot get another model'}


def partner(gone, device, have):
    """The device that the new one takes the place of: the one that differs least."""
    return min(gone, key=lambda k: sum(have[k].get(p) != device.get(p) for p in have[k].keys() | device.keys()
                                       if not re.fullmatch(NEW, p)))


FIELDS = {p.name for kind in devices.values() for p in properties(kind)}


def without(name):
    """What other types have and this one does not: all that may go where a device becomes of this type."""
    return FIELDS - {p.name for p in properties(devices[name])}


def one_round(n, edit):
    what = f'round {n} of seed {seed}: {edit.__name__}'
    machine = Machine()
    put('config', machine.text)
    ask(f'read {tmp}/config {tmp}/shown')
    shown = get('shown')
    tree = ET.fromstring(shown)
    for console in own(tree, 'console'):
        tree.find('devices').remove(console)
    try:
        allowed = edit(tree)
    except IndexError:
        allowed = None
    if allowed is None:
        return
    tree.find('description').text = 'after'
    put('wanted', ET.tostring(tree, encoding='unicode'))
    answer = ask(f'spec {tmp}/config {tmp}/wanted {tmp}/request')
    if not answer.startswith('ok'):
        if REFUSED.get(edit.__name__, '\n') not in answer:
            fail(f'{what}: {answer}\n{shown}\nto\n{get("wanted")}')
        return
    done[edit.__name__] += 1
    have = all_devices(machine.text)
    try:
        fields, ops = changes(get('request'))
        after = apply(have, ops)
    except AssertionError as e:
        fail(f'{what}: {e}\n{get("request")}')
        return
    if allowed and not ops:
        fail(f'{what}: sends no change of a device\n{get("wanted")}')
    if fields != ['changeVersion', 'annotation']:
        fail(f'{what}: sends {fields}')
    gone = set(have) - set(after)
    for key, device in after.items():
        if key in have:
            old = have[key]
        elif edit is usb_add and device[''] == 'VirtualUSB':
            continue
        elif edit is disk_controller and device.get('busNumber') == '3':
            continue
        elif gone:
            old = have[partner(gone, device, have)]
            gone.discard(old['key'])
        else:
            fail(f'{what}: makes a second {device[""]}')
            continue
        moved = [p for p in old.keys() | device.keys() if old.get(p) != device.get(p)]
        lost = set() if '' not in moved else without(device[''])
        strange = {p: (old.get(p), device.get(p)) for p in moved
                   if not re.fullmatch(allowed, p) and p.split('.')[0] not in lost}
        if strange:
            fail(f'{what}: of {old[""]} {old["key"]} changes {strange}')
    if edit is hostdev_remove and len(gone) == 1:
        gone = {k for k in gone if have[k][''] not in ('VirtualUSB', 'VirtualPCIPassthrough', 'VirtualSCSIPassthrough')}
    if gone:
        fail(f'{what}: {[have[k][""] for k in gone]} is gone')


print(f'seed {seed}')
check_schema()
walk()
for n in range(rounds):
    one_round(n, EDITS[n % len(EDITS)])
    if len(failures) > 5:
        break
# What few machines have something for gets some more.
for edit in EDITS:
    for n in range(rounds, rounds + 100):
        if done[edit.__name__] > 0 or failures:
            break
        one_round(n, edit)
    if done[edit.__name__] == 0 and not failures:
        fail(f'{edit.__name__} was never done')
print(f'{rounds} rounds, {sum(done.values())} edits of {len(EDITS)} kinds' if not failures
      else f'{len(failures)} failures, seed {seed}')
for name in os.listdir(tmp):
    os.unlink(f'{tmp}/{name}')
os.rmdir(tmp)
sys.exit(1 if failures else 0)
