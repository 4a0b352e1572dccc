#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/backend/config-edits.py CONFIG-CHECK URI PASSWORD-FILE [RANDOM-EDITS] - edits configurations
#
# Each kind of change by itself and all at once, on a machine that is on and on one that
# is off; then edits at random. After each the whole config of the server, before and
# after, is compared: what was asked for is so, and nothing else has moved. Each field of the
# API has a kind that moves it, or a reason (tests/lib/fields.py).
import os
import random
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import uuid
import xml.etree.ElementTree as ET

from pyVim.connect import SmartConnect
from pyVmomi import vim, VmomiSupport

import fields
import newer
from simulator import until

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(HERE, '../edit'))
from agree import differences  # pylint: disable=wrong-import-position

check, uri, password_file = sys.argv[1:4]
newer.add(newer.NEWEST_SPOKEN)
rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 200
convert = os.environ['CONVERT']
tmp = tempfile.mkdtemp(prefix='hvfs-edits-')
host, port = re.match(r'\w+://[^@]*@(.*):(\d+)/', uri).groups()
si = SmartConnect(host=host, port=int(port), user='user', pwd=open(password_file).read().strip(),
                  sslContext=ssl._create_unverified_context())
view = si.content.viewManager.CreateContainerView(si.content.rootFolder, [vim.VirtualMachine], True)
vms = {vm.name: vm for vm in view.view}
driver = subprocess.Popen([check, uri, password_file], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True, bufsize=1)
failures = []


def ask(command):
    driver.stdin.write(command + '\n')
    return driver.stdout.readline().strip()


def wait(task):
    until(lambda: task.info.state in ('success', 'error'), 'a task has ended')
    if task.info.error:
        raise task.info.error


def flatten(value, path, out):
    if isinstance(value, VmomiSupport.ManagedObject):
        out[path] = value._moId
    elif isinstance(value, VmomiSupport.DataObject):
        out[path] = type(value).__name__
        for p in value._GetPropertyList():
            flatten(getattr(value, p.name), f'{path}.{p.name}', out)
    elif isinstance(value, list):
        for i, item in enumerate(value):
            key = getattr(item, 'key', i)
            flatten(item, f'{path}[{key}]', out)
    else:
        out[path] = value


def config(vm):
    out = {}
    flatten(vm.config, 'config', out)
    for p in ('config.changeVersion', 'config.modified', 'config.vmxConfigChecksum'):
        out.pop(p, None)
    return {k: v for k, v in out.items() if v is not None and v != []}


def difference(before, after):
    return {k: (before.get(k), after.get(k)) for k in sorted(before.keys() | after.keys())
            if before.get(k) != after.get(k)}


def read(name):
    path = f'{tmp}/read'
    answer = ask(f'read {name} {path}')
    assert answer == 'ok', answer
    return open(path).read()


def commit(name, base, wanted):
    for file, text in (('base', base), ('wanted', wanted)):
        with open(f'{tmp}/{file}', 'w') as f:
            f.write(text)
    return ask(f'commit {name} {tmp}/base {tmp}/wanted')


def fail(what):
    failures.append(what)
    print('FAIL:', what)


def plain(xml):
    """What an edit reads back as: addresses and implicit controllers are not compared."""
    return re.sub(r'\n +<address [^>]*/>', '', xml)


# Kind of change: what is replaced by what; what may differ on the server; whether it can
# be done while the machine runs.
DISK = '''    <disk type='file' device='disk'>
      <source file='[LocalDS_0] extra/%s.vmdk'/>
      <capacity unit='MiB'>64</capacity>
      <target dev='%s' bus='%s'/>
    </disk>
'''
CONTROLLERS = "    <controller type='scsi' index='0'"
NET = '''    <interface type='bridge'>
      <mac address='00:50:56:12:34:%02x' type='static'/>
      <source bridge='VM Network'/>
      <model type='%s'/>
    </interface>
'''
SERIAL = '''    <serial type='%s'>
      <source %s/>%s
      <target port='%d'/>
    </serial>
'''
KEYS = '  <vmware:moref>'
KEY = "  <vmware:key name='%s' value='%s'/>\n"
SHARES = r'config\.(cpu|memory)Allocation\.shares\.shares'
NVDIMM = "    <memory model='nvdimm'><target><size unit='MiB'>512</size></target></memory>\n"
SCSI = """    <hostdev mode='subsystem' type='scsi'>
      <source vmware:name='%s'/>
      <address type='drive' controller='0' bus='0' target='0' unit='%d'/>
    </hostdev>
"""
SRIOV = """    <interface type='hostdev'>
      <mac address='00:50:56:12:34:%02x' type='static'/>
      <source vmware:bridge='VM Network'>%s</source>
    </interface>
"""
OPAQUE = """    <interface type='null'>
      <mac address='00:50:56:12:34:0b' type='static'/>
      <source vmware:opaqueid='%s' vmware:opaquetype='nsx.LogicalSwitch'/>
      <model type='e1000'/>
    </interface>
"""
# What tests/vcsim gives its networks DC0_NSX0 and DC0_NSX1.
NSX = [str(uuid.uuid5(uuid.NAMESPACE_OID, f'DC0_NSX{n}')) for n in range(2)]
USB3 = "    <controller type='usb' index='0' model='nec-xhci'/>\n"
HOSTDEV = "    <hostdev mode='subsystem' type='%s'><source>%s</source></hostdev>\n"
KINDS = {
    'memory': ([(r'<(memory|currentMemory) unit=.KiB.>\d+<', r"<\1 unit='KiB'>4194304<")],
               r'config\.hardware\.memoryMB|' + SHARES, False),
    'memory alone': ([(r'<memory unit=.KiB.>\d+<', "<memory unit='GiB'>8<")],
                     r'config\.hardware\.memoryMB|' + SHARES, False),
    'limit': ([(r'<currentMemory unit=.KiB.>\d+<', "<currentMemory unit='MiB'>1024<")],
              r'config\.memoryAllocation\.limit', True),
    'guarantee': ([(r'(  <vcpu )', r"  <memtune><min_guarantee unit='MiB'>256</min_guarantee></memtune>\n\1")],
                  r'config\.memoryAllocation\.reservation', True),
    'vcpus': ([(r'>\d+</vcpu>', '>4</vcpu>')], r'config\.hardware\.numCPU|' + SHARES, False),
    'cores': ([(r'>\d+</vcpu>', '>4</vcpu>'),
               (r'(  <clock)', r"  <cpu><topology sockets='2' cores='2' threads='1'/></cpu>\n\1")],
              r'config\.hardware\.(numCPU|numCoresPerSocket)|' + SHARES, False),
    'pinning': ([("placement='static'", "placement='static' cpuset='0-3,5'")],
                r'config\.cpuAffinity.*', True),
    'shares': ([(r'<shares>\d+<', '<shares>1234<')], r'config\.cpuAllocation\.shares\..*', True),
    'name': ([(r'<name>(.*)</name>', r'<name>new &amp; 100% / \1</name>')], r'config\.name', True),
    'uuid': ([(r'<uuid>........', '<uuid>01234567')], r'config\.uuid', False),
    'annotation': ([(r'<description>.*</description>', '<description>one\ntwo &lt; three</description>')],
                   r'config\.annotation', True),
    'no annotation': ([(r'  <description>.*</description>\n', '')], r'config\.annotation', True),
    'firmware': ([('<os>', "<os firmware='efi'>")], r'config\.firmware', False),
    'secure boot': ([('<os>', "<os firmware='efi'>"),
                     (r'(</type>\n)', r"\1<firmware><feature enabled='yes' name='secure-boot'/></firmware>\n")],
                    r'config\.(firmware|bootOptions.*)', False),
    'boot order': ([(r"(<transient/>\n|<target dev='sda' bus='scsi'/>\n)", r"\1<boot order='2'/>\n"),
                    (r"(<model type='vmxnet3'/>\n)", r"\1<boot order='1'/>\n"),
                    (r"(<readonly/>\n)", r"\1<boot order='3'/>\n")], r'config\.bootOptions.*', True),
    'boot new net': ([(r"(<transient/>\n|<target dev='sda' bus='scsi'/>\n)", r"\1<boot order='2'/>\n"),
                      ('    <video>', (NET % (9, 'vmxnet3')).replace('</interface', "<boot order='1'/></interface") + '    <video>')],
                     r'config\.(bootOptions|hardware\.device\[(4001\]|100\]\.device)).*', True),
    'boot new disk': ([('    <disk', (DISK % ('boot', 'sdb', 'scsi')).replace('</disk', "<boot order='1'/></disk") + '    <disk')],
                      r'config\.(bootOptions|hardware\.device\[(2001\]|1000\]\.device)).*', True),
    'boot new model': ([("<model type='vmxnet3'/>\n", "<model type='e1000'/>\n<boot order='1'/>\n")],
                       r'config\.(bootOptions|hardware\.device\[(4000\]|100\]\.device)).*', True),
    'boot kinds': ([(r'(</type>\n)', r"\1<boot dev='cdrom'/><boot dev='hd'/>\n")],
                   r'config\.bootOptions.*', True),
    'controller model': ([("type='scsi' index='0' model='vmpvscsi'", "type='scsi' index='0' model='lsisas1068'")],
                         r'config\.hardware\.device\[(1000|2000|100)\].*', True),
    'smbios': ([(r'(</type>\n)', r"\1<smbios mode='host'/>\n")], r'config\.extraConfig.*', True),
    'vnc': ([('    <video>', "    <graphics type='vnc' port='5901' autoport='no' listen='0.0.0.0' passwd='x'/>\n    <video>")],
            r'config\.extraConfig.*', True),
    'add disk': ([('    <disk', DISK % ('add', 'sdb', 'scsi') + '    <disk')],
                 r'config\.hardware\.device\[(2001\]|1000\]\.device).*', True),
    'add controller': ([('    <disk', DISK % ('ctl', 'sdp', 'scsi') + '    <disk'),
                        (CONTROLLERS, "    <controller type='scsi' index='1' model='lsilogic'/>\n" + CONTROLLERS)],
                       r'config\.hardware\.device\[(2001|1001|100)\].*', True),
    'remove disk': ([(r"    <disk type='file' device='disk'>.*?</disk>\n", '')],
                    r'config\.hardware\.device\[(2000\]|1000\]\.device).*', True),
    'transient': ([(r"(<target dev='sda' bus='scsi'/>\n)", r'\1<transient/>\n')],
                  r'config\.hardware\.device\[2000\]\.backing\.diskMode', True),
    'writethrough': ([(r"(device='disk'>\n)", r"\1<driver cache='writethrough'/>\n")],
                     r'config\.hardware\.device\[2000\]\.backing\.writeThrough', True),
    'insert': ([(r"(device='cdrom'>\n)", r"\1<source file='[LocalDS_0] iso/boot.iso'/>\n")],
               r'config\.hardware\.device\[3000\]\..*', True),
    'remove drive': ([(r"    <disk type='file' device='cdrom'>.*?</disk>\n", '')],
                     r'config\.hardware\.device\[(3000\]|201\]\.device).*', False),
    'add floppy': ([('    <disk', "    <disk type='file' device='floppy'><source file='[LocalDS_0] iso/boot.iso'/><target dev='fda' bus='fdc'/></disk>\n    <disk")],
                   r'config\.hardware\.device\[(8000\]|400\]\.device).*', False),
    'network': ([(r"<interface type='vds'>(.*?)<source [^>]*/>",
                  r"<interface type='bridge'>\1<source bridge='VM Network'/>")],
                r'config\.hardware\.device\[4000\]\.(backing|deviceInfo).*', True),
    'to opaque': ([(r"<interface type='vds'>(.*?)<source [^>]*/>",
                    rf"<interface type='null'>\1<source vmware:opaqueid='{NSX[0]}' vmware:opaquetype='nsx.LogicalSwitch'/>")],
                  r'config\.hardware\.device\[4000\]\.(backing|deviceInfo).*', True),
    'opaque by name': ([(r"<interface type='vds'>(.*?)<source [^>]*/>", r"<interface type='bridge'>\1<source bridge='DC0_NSX1'/>")],
                       r'config\.hardware\.device\[4000\]\.(backing|deviceInfo).*', True),
    'add opaque': ([('    <video>', OPAQUE % NSX[1] + '    <video>')],
                   r'config\.hardware\.device\[(4001\]|100\]\.device).*', True),
    'mac': ([(r"<mac address='[^>]*/>", "<mac address='00:50:56:3a:bb:cc' type='static'/>")],
            r'config\.hardware\.device\[4000\]\.(macAddress|addressType)', False),
    'model': ([("type='vmxnet3'", "type='e1000'")],
              r'config\.hardware\.device\[(4000\]|100\]\.device).*', True),
    'add net': ([('    <video>', NET % (7, 'e1000e') + '    <video>')],
                r'config\.hardware\.device\[(4001\]|100\]\.device).*', True),
    'remove net': ([(r"    <interface.*?</interface>\n", '')],
                   r'config\.hardware\.device\[(4000\]|100\]\.device).*', True),
    'add serial': ([('    <video>', SERIAL % ('tcp', "mode='bind' host='h' service='9000'",
                                              "<protocol type='telnet'/>", 0) + '    <video>')],
                   r'config\.hardware\.device\[(9000\]|400\]\.device).*', False),
    'add pipe': ([('    <video>', SERIAL % ('pipe', "path='p'", '', 1) + '    <video>')],
                 r'config\.hardware\.device\[(9000\]|400\]\.device).*', False),
    'add parallel': ([('    <video>', "    <parallel type='dev'><source path='/dev/parport0'/></parallel>\n    <video>")],
                     r'config\.hardware\.device\[(10000\]|400\]\.device).*', False),
    'folder': ([('    <video>', "    <filesystem type='mount' accessmode='passthrough'><source dir='/srv'/><target dir='srv'/></filesystem>\n    <video>")],
               r'config\.extraConfig.*', True),
    'add sata': ([('    <disk', DISK % ('sata', 'sdb', 'sata') + '    <disk'),
                  (CONTROLLERS, "    <controller type='sata' index='0'/>\n" + CONTROLLERS)],
                 r'config\.hardware\.device\[(2001|15000|100)\].*', True),
    'nested': ([('  <clock', "  <cpu><feature policy='require' name='vmx'/></cpu>\n  <clock")], r'config\.nestedHVEnabled', False),
    'boot delay': ([(r'(</type>\n)', r"\1<bootmenu enable='yes' timeout='5000'/>\n")], r'config\.bootOptions.*', True),
    'independent': ([("device='disk'>", "device='disk' snapshot='no'>")],
                    r'config\.hardware\.device\[2000\]\.backing\.diskMode', True),
    'shareable': ([(r"(<target dev='sda' bus='scsi'/>\n)", r'\1<shareable/>\n')],
                  r'config\.hardware\.device\[2000\]\.backing\.sharing', True),
    'iotune': ([(r"(<target dev='sda' bus='scsi'/>\n)", r'\1<iotune><total_iops_sec>500</total_iops_sec></iotune>\n')],
               r'config\.hardware\.device\[2000\]\.storageIOAllocation.*', True),
    'bandwidth': ([(r"(<model type='vmxnet3'/>\n)", r"\1<bandwidth><outbound average='12500'/></bandwidth>\n")],
                  r'config\.hardware\.device\[4000\]\.resourceAllocation.*', True),
    'nic shares': ([(r"(<model type='vmxnet3'/>\n)", r"\1<bandwidth vmware:reservation='1250' vmware:shares='high'/>\n")],
                   r'config\.hardware\.device\[4000\]\.resourceAllocation.*', True),
    'add concentrator': ([('    <video>', SERIAL % ('tcp', "mode='bind' host='' service='' vmware:uri='vSPC.py' "
                                                    "vmware:proxy='telnets://vspc:13370'", '', 2) + '    <video>')],
                         r'config\.hardware\.device\[(900\d\]|400\]\.device).*', False),
    '3d': ([(r"vram='(\d+)' primary='yes'/>", r"vram='\1' primary='yes' heads='2'><acceleration accel3d='yes'/></model>")],
           r'config\.hardware\.device\[500\]\.(numDisplays|enable3DSupport)', False),
    'add nvme': ([('    <disk', DISK % ('nvme', 'nvme0n1', 'nvme') + '    <disk'),
                  (CONTROLLERS, "    <controller type='nvme' index='0'/>\n" + CONTROLLERS)],
                 r'config\.hardware\.device\[(200\d|31000|100)\].*', True),
    'usb': ([('    <video>', "    <controller type='usb' index='0' model='piix3-uhci'/>\n    <controller type='usb' index='1' model='nec-xhci'/>\n    <video>")],
            r'config\.hardware\.device\[(7000|14000|100)\].*', False),
    'ehci': ([('    <video>', "    <controller type='usb' index='0' model='piix3-uhci'/>\n    <controller type='usb' index='1' model='ehci'/>\n    <video>")],
             r'config\.hardware\.device\[(7000|100)\].*', False),
    'usb device': ([('    <video>', USB3 + HOSTDEV % ('usb', "<vendor id='0x03e7'/><product id='0x2485'/>") + HOSTDEV % (
        'usb', "<vendor id='0x03e7'/><product id='0x2485'/>") + '    <video>')],
                   r'config\.hardware\.device\[(14000|700[12]|100)\].*', False),
    'pci device': ([('    <video>', HOSTDEV % ('pci', "<address domain='0' bus='13' slot='0x00' function='1'/>") + '    <video>')],
                   r'config\.hardware\.device\[(13000|100)\].*', False),
    'nvdimm': ([('    <video>', NVDIMM + '    <video>')], r'config\.hardware\.device\[(40000|4100\d|100)\].*', False),
    'scsi device': ([('    <video>', SCSI % ('/vmfs/devices/generic/tape', 3) + SCSI % ('auto detect', 4) + '    <video>')],
                    r'config\.hardware\.device\[(1600[01]|1000)\].*', True),
    'sriov': ([('    <video>', SRIOV % (9, "<address type='pci' domain='0' bus='0x5e' slot='0' function='1'/>") + SRIOV % (10, '') + '    <video>')],
              r'config\.hardware\.device\[(400[1-4]|100)\].*', False),
    'sound': ([('    <video>', "    <sound model='ich9'/>\n    <video>")], r'config\.hardware\.device\[(5000|100)\].*', False),
    'tpm': ([('    <video>', "    <tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>\n    <video>")],
            r'config\.hardware\.device\[(11000|100)\].*', False),
    'watchdog': ([(KEYS, KEY % ('vwdt.present', 'TRUE') + KEY % ('vwdt.runOnBoot', 'TRUE') + KEYS)],
                 r'config\.hardware\.device\[(18000|100)\].*', False),
    'clock': ([(KEYS, KEY % ('precisionclock0.present', 'TRUE') + KEY % ('precisionclock0.refClockProtocol', 'ptp') + KEYS)],
              r'config\.hardware\.device\[(19000|100)\].*', False),
    'vmi': ([(KEYS, KEY % ('vmi.present', 'TRUE') + KEYS)], r'config\.hardware\.device\[(11500|100)\].*', False),
    'video': ([("vram='4096'", "vram='8192'")],
              r'config\.hardware\.device\[500\]\.videoRamSizeInKB', False),
}
KINDS.update({f'key {key}': ([(KEYS, KEY % (key, value) + KEYS)],
                             r'config\.bootOptions.*' if field.startswith('bootOptions') else re.escape(fields.shown(field))
                             + ('|config.latencySensitivity' if field.startswith('latency') else ''), running)
              for key, value, field, running, _ in fields.SETTINGS})
# What the server has once a setting was taken back, where it had nothing before.
USUAL = {fields.shown(field): usual for *_, field, _, usual in fields.SETTINGS}
moved_by = {}
ALL = ['memory', 'cores', 'shares', 'annotation', 'uuid', 'secure boot', 'smbios', 'vnc', 'add disk',
       'transient', 'insert', 'boot order', 'folder', 'network', 'mac', 'add net', 'add opaque', 'add serial', 'add concentrator', 'add parallel',
       'add floppy', 'add nvme', 'video', 'name', 'pinning', 'limit', 'guarantee', 'nested', 'boot delay', 'usb device', 'pci device',
       'scsi device', 'nvdimm', 'sriov', 'sound', 'tpm', 'watchdog', 'clock', 'vmi', 'shareable', 'iotune', 'nic shares', '3d', *(f'key {key}' for key, *_ in fields.SETTINGS)]


def edit(xml, kinds):
    for kind in kinds:
        for pattern, new in KINDS[kind][0]:
            edited, n = re.subn(pattern, new, xml, count=0 if 'memory|' in pattern else 1, flags=re.S)
            if n == 0:
                raise AssertionError(f'{kind}: {pattern} is not in\n{xml}')
            xml = edited
    return xml


def one(name, kinds, running):
    """Commits the edit and checks the outcome; then takes it back."""
    vm = vms[name]
    before, base = config(vm), read(vm._moId)
    wanted = edit(base, kinds)
    answer = commit(vm._moId, base, wanted)
    after = config(vm)
    moved = difference(before, after)
    what = f'{"+".join(kinds)} on {"a running" if running else "a stopped"} machine'
    if running and not all(KINDS[k][2] for k in kinds):
        if answer == 'ok' or moved:
            fail(f'{what}: {answer}, moved {moved}')
        else:
            print(f'ok - {what}: {answer}')
        return
    moved_by.setdefault(kinds[0] if len(kinds) == 1 else 'all', set()).update(moved)
    strange = [k for k in moved if not any(re.fullmatch(KINDS[kind][1], k) for kind in kinds)]
    if answer != 'ok' or not moved or strange:
        fail(f'{what}: {answer}, moved {moved}, not asked for {strange}')
        return
    back = read(vm._moId)
    answer = commit(vm._moId, back, base)
    left = difference(before, config(vm))
    left = {k: v for k, v in left.items() if not re.match(r'config\.hardware\.device', k)}
    for made in ('config.bootOptions', 'config.latencySensitivity'):
        left.pop(made, None)
    left = {k: v for k, v in left.items() if v not in ((None, False), (None, 'bios'), ('bios', None), (None, 'normal'))
            and 'bootOptions' not in k and not (v[0] is None and v[1] == USUAL.get(k, ()))}
    if answer != 'ok':
        fail(f'{what}: taking it back: {answer}')
    elif plain(read(vm._moId)) != plain(base):
        fail(f'{what}: taken back, it reads\n{read(vm._moId)}\nnot\n{base}')
    elif left:
        fail(f'{what}: taken back, it leaves {left}')
    else:
        print(f'ok - {what}')


def put_iso():
    import urllib.request
    cookie = si._stub.cookie.split(';')[0]
    for ds in {vm.datastore[0].name for vm in vms.values()}:
        r = urllib.request.Request(f'https://{host}:{port}/folder/iso/boot.iso?dcPath=DC0&dsName={ds}',
                                   data=b'iso', method='PUT', headers={'Cookie': cookie, 'Content-Type': 'application/octet-stream'})
        urllib.request.urlopen(r, context=ssl._create_unverified_context()).read()


# --- at random: each edit is a function of the parsed XML, and what may differ then

def child(parent, path):
    """The element at the path, made where it is missing."""
    at = parent
    for tag in path.split('/'):
        below = at.find(tag)
        at = below if below is not None else ET.SubElement(at, tag)
    return at


def drop(parent, tag):
    for e in parent.findall(tag):
        parent.remove(e)


def new_disk(d, dice):
    taken = {t.get('dev') for t in d.findall('devices/disk/target')}
    name = dice.choice([n for n in (f'sd{c}' for c in 'bcdefg') if n not in taken] or [None])
    if name is None:
        return
    disk = ET.SubElement(d.find('devices'), 'disk', type='file', device='disk')
    ET.SubElement(disk, 'source', file=f'[LocalDS_0] random/{dice.random()}.vmdk')
    ET.SubElement(disk, 'capacity', unit='MiB').text = str(dice.randint(1, 999))
    ET.SubElement(disk, 'target', dev=name, bus='scsi')
    if dice.random() < 0.3:
        ET.SubElement(disk, 'transient')
    limits_of(disk, dice)


def limits_of(disk, dice):
    disk.attrib.pop('snapshot', None)
    drop(disk, 'shareable')
    drop(disk, 'iotune')
    if disk.find('transient') is None and dice.random() < 0.4:
        disk.set('snapshot', 'no')
    if dice.random() < 0.4:
        ET.SubElement(disk, 'shareable')
    if dice.random() < 0.4:
        ET.SubElement(ET.SubElement(disk, 'iotune'), 'total_iops_sec').text = str(dice.randint(16, 9999))


def limits(d, dice):
    for disk in d.findall("devices/disk[@device='disk']"):
        limits_of(disk, dice)


def bandwidth(d, dice):
    for net in d.findall('devices/interface'):
        drop(net, 'bandwidth')
        if dice.random() < 0.3:
            continue
        limits = ET.SubElement(net, 'bandwidth', {VMWARE + 'shares': dice.choice(['low', 'high', '0', '99'])})
        if dice.random() < 0.5:
            ET.SubElement(limits, 'outbound', average=str(125 * dice.randint(1, 9999)))
        if dice.random() < 0.5:
            limits.set(VMWARE + 'reservation', str(125 * dice.randint(1, 9999)))


def old_disk(d, dice):
    extra = [e for e in d.findall('devices/disk') if e.find('target').get('dev') not in ('sda', 'hdc')]
    if extra:
        d.find('devices').remove(dice.choice(extra))


def medium(d, dice):
    for disk in d.findall('devices/disk'):
        if disk.get('device') == 'cdrom':
            drop(disk, 'source')
            disk.set('type', 'file')
            if dice.random() < 0.6:
                ET.SubElement(disk, 'source', file='[LocalDS_0] iso/boot.iso')


def random_mac(dice):
    return '00:50:56:%02x:%02x:%02x' % (dice.randint(0, 0x3f), dice.randint(0, 255), dice.randint(0, 255))


def new_net(d, dice):
    if len(d.findall('devices/interface')) < 9:
        net = ET.SubElement(d.find('devices'), 'interface', type='bridge')
        ET.SubElement(net, 'mac', address=random_mac(dice), type='static')
        ET.SubElement(net, 'source', bridge='VM Network')
        ET.SubElement(net, 'model', type=dice.choice(['e1000', 'e1000e', 'vmxnet3', 'vmxnet2', 'vlance']))


def old_net(d, dice):
    nets = d.findall('devices/interface')
    if len(nets) > 1:
        d.find('devices').remove(dice.choice(nets))


def net_mac(d, dice):
    for net in d.findall('devices/interface')[:1]:
        net.find('mac').set('address', random_mac(dice))
        net.find('mac').set('type', 'static')


def net_model(d, dice):
    for net in [net for net in d.findall('devices/interface') if net.get('type') != 'hostdev'][-1:]:
        net.find('model').set('type', dice.choice(['e1000', 'e1000e', 'vmxnet3']))


def memory(d, dice):
    for tag in ('memory', 'currentMemory'):
        d.find(tag).set('unit', 'MiB')
    n = dice.randint(64, 4096) * 4
    d.find('memory').text = str(n)
    d.find('currentMemory').text = str(n if dice.random() < 0.5 else dice.randint(1024, n) if n > 1024 else n)


def cpus(d, dice):
    sockets, cores = dice.randint(1, 4), dice.randint(1, 4)
    d.find('vcpu').text = str(sockets * cores)
    for cpu in d.findall('cpu'):
        drop(cpu, 'topology')
        if len(cpu) == 0:
            d.remove(cpu)
    if cores > 1:
        ET.SubElement(child(d, 'cpu'), 'topology', sockets=str(sockets), cores=str(cores), threads='1')


def serial(d, dice):
    drop(d.find('devices'), 'serial')
    drop(d.find('devices'), 'console')
    for n in range(dice.randint(0, 3)):
        kind = dice.choice(['file', 'tcp', 'concentrator'])
        port = ET.SubElement(d.find('devices'), 'serial', type='file' if kind == 'file' else 'tcp')
        if kind == 'file':
            ET.SubElement(port, 'source', path=f'[LocalDS_0] serial/{dice.randint(0, 9)}.txt')
        elif kind == 'tcp':
            ET.SubElement(port, 'source', mode='bind', host='h', service=str(dice.randint(1, 9999)))
            ET.SubElement(port, 'protocol', type=dice.choice(['raw', 'telnet']))
        else:
            ET.SubElement(port, 'source', {VMWARE + 'uri': 'vSPC.py', VMWARE + 'proxy': f'telnets://vspc:{dice.randint(1, 9999)}'},
                          mode='bind', host='', service='')
        ET.SubElement(port, 'target', port=str(n))


def vnc(d, dice):
    drop(d.find('devices'), 'graphics')
    if dice.random() < 0.6:
        ET.SubElement(d.find('devices'), 'graphics', type='vnc', port=str(dice.randint(5900, 5964)), autoport='no')


def boot_order(d, dice):
    devices = [e for e in d.find('devices') if e.tag in ('disk', 'interface') and e.get('type') != 'hostdev']
    for e in devices:
        drop(e, 'boot')
    for n, e in enumerate(dice.sample(devices, dice.randint(0, len(devices))), 1):
        ET.SubElement(e, 'boot', order=str(n))


def note(d, dice):
    drop(d, 'description')
    if dice.random() < 0.8:
        child(d, 'description').text = ''.join(dice.choice('ab <>&"|%\n\u00e9') for _ in range(dice.randint(1, 40))) + '.'


VMWARE = '{http://libvirt.org/schemas/domain/vmware/1.0}'


# Of fields.SETTINGS: those that a running machine takes, and the others.
HOT, COLD = [[row for row in fields.SETTINGS if row[3] == hot] for hot in (True, False)]


def settings(rows, d, dice):
    names = [row[0] for row in rows]
    for key in d.findall(VMWARE + 'key'):
        if key.get('name') in names:
            d.remove(key)
    for name, value, *_ in rows:
        if dice.random() < 0.4:
            value = dice.choice(['TRUE', 'FALSE', 'true']) if value in ('TRUE', 'FALSE') else value
            ET.SubElement(d, VMWARE + 'key', name=name, value=value)


def switches(d, dice):
    settings(COLD, d, dice)
    for cpu in d.findall('cpu'):
        drop(cpu, 'feature')
        if len(cpu) == 0:
            d.remove(cpu)
    if dice.random() < 0.5:
        ET.SubElement(child(d, 'cpu'), 'feature', policy='require', name='vmx')


def hot_switches(d, dice):
    settings(HOT, d, dice)
    drop(child(d, 'os'), 'bootmenu')
    if dice.random() < 0.5:
        ET.SubElement(child(d, 'os'), 'bootmenu', enable='yes', timeout=str(dice.randint(1, 9999)))


def scsi(d, dice):
    devices = d.find('devices')
    for host in devices.findall("hostdev[@type='scsi']"):
        devices.remove(host)
    for unit in dice.sample(range(10, 16), dice.randint(0, 3)):
        host = ET.SubElement(devices, 'hostdev', mode='subsystem', type='scsi')
        ET.SubElement(host, 'source', {VMWARE + 'name': dice.choice(['auto detect', '/vmfs/devices/generic/tape', 'vmhba1:C0:T1:L0'])})
        ET.SubElement(host, 'address', type='drive', controller='0', bus='0', target='0', unit=str(unit))


def sriov(d, dice):
    devices = d.find('devices')
    for net in devices.findall("interface[@type='hostdev']"):
        if dice.random() < 0.3:
            devices.remove(net)
    if len(devices.findall('interface')) < 7:
        net = ET.SubElement(devices, 'interface', type='hostdev')
        ET.SubElement(net, 'mac', address=random_mac(dice), type='static')
        ET.SubElement(net, 'source', dice.choice([{VMWARE + 'bridge': 'VM Network'}, to_opaque(dice)]))
    for net in devices.findall("interface[@type='hostdev']"):
        end = net.find('source')
        drop(end, 'address')
        if dice.random() < 0.7:
            ET.SubElement(end, 'address', type='pci', domain='0x0000', bus='0x5e', slot='0x00', function=f'0x{dice.randint(0, 1)}')


def opaque(d, dice):
    for net in d.findall('devices/interface'):
        if net.get('type') == 'hostdev' or dice.random() < 0.5:
            continue
        drop(net, 'source')
        net.set('type', dice.choice(['null', 'null', 'bridge']))
        ET.SubElement(net, 'source', to_opaque(dice) if net.get('type') == 'null' else {'bridge': 'VM Network'})


def to_opaque(dice):
    return {VMWARE + 'opaqueid': dice.choice(NSX), VMWARE + 'opaquetype': 'nsx.LogicalSwitch'}


def nvdimms(d, dice):
    devices = d.find('devices')
    n = len(devices.findall('memory'))
    for e in devices.findall('memory'):
        size = e.find('target/size')
        if dice.random() < 0.3:
            devices.remove(e)
        else:
            size.text = str(int(size.text) + 1024 * dice.randint(0, 9))
    if len(devices.findall('memory')) == n < 5:  # else the new one is one that has gone
        ET.SubElement(ET.SubElement(ET.SubElement(devices, 'memory', model='nvdimm'), 'target'), 'size', unit='MiB').text = '256'


def hostdevs(d, dice):
    devices = d.find('devices')
    drop(devices, 'hostdev')
    if devices.find("controller[@type='usb']") is None:
        ET.SubElement(devices, 'controller', type='usb', index='0', model='nec-xhci')
    scsi(d, dice)
    sriov(d, dice)
    nvdimms(d, dice)
    for n in range(dice.randint(0, 3)):
        end = ET.SubElement(ET.SubElement(devices, 'hostdev', mode='subsystem', type='usb'), 'source')
        ET.SubElement(end, 'vendor', id=f'0x{dice.randint(1, 3):04x}')
        ET.SubElement(end, 'product', id='0x0007')
    for n in range(dice.randint(0, 2)):
        end = ET.SubElement(ET.SubElement(devices, 'hostdev', mode='subsystem', type='pci'), 'source')
        ET.SubElement(end, 'address', domain='0x0000', bus='0x0d', slot='0x00', function=f'0x{n}')


# Keys that are devices, and what these have.
ON_DEVICES = ['vwdt.present', 'vwdt.runOnBoot', 'precisionclock0.present', 'precisionclock0.refClockProtocol', 'vmi.present']


def singles(d, dice):
    devices = d.find('devices')
    drop(devices, 'sound')
    drop(devices, 'tpm')
    for usb in devices.findall("controller[@type='usb']"):
        devices.remove(usb)
    if dice.random() < 0.5:
        ET.SubElement(devices, 'sound', model=dice.choice(['sb16', 'es1370', 'ich9']))
    if dice.random() < 0.5:
        ET.SubElement(devices, 'tpm', model='tpm-crb')
    for key in d.findall(VMWARE + 'key'):
        if key.get('name') in ON_DEVICES:
            d.remove(key)
    for switch, key, value in (('vwdt.present', 'vwdt.runOnBoot', 'TRUE'), ('vmi.present', None, None),
                               ('precisionclock0.present', 'precisionclock0.refClockProtocol', dice.choice(['ntp', 'PTP']))):
        if dice.random() < 0.6:
            ET.SubElement(d, VMWARE + 'key', name=switch, value='TRUE')
            if key and dice.random() < 0.6:
                ET.SubElement(d, VMWARE + 'key', name=key, value=value)
    models = dice.choice([[], ['piix3-uhci'], ['piix3-uhci', 'ehci'], ['nec-xhci'], ['piix3-uhci', 'ehci', 'nec-xhci']])
    for i, model in enumerate(models):
        ET.SubElement(devices, 'controller', type='usb', index=str(i), model=model)
    for usb in devices.findall("hostdev[@type='usb']") if not models else []:
        devices.remove(usb)  # it needs a controller


ORDER = r'config\.bootOptions.*'
DEVICE = r'config\.hardware\.device\[%s\].*'
# The edit; what may differ then; whether a running machine takes it whatever it is.
RANDOM = [
    (memory, r'config\.(hardware\.memoryMB|memoryAllocation\.limit)|' + SHARES, False),
    (cpus, r'config\.hardware\.(numCPU|numCoresPerSocket)|' + SHARES, False),
    (note, r'config\.annotation', True),
    (lambda d, dice: setattr(child(d, 'cputune/shares'), 'text', str(dice.randint(1, 99999))),
     r'config\.cpuAllocation\.shares.*', True),
    (lambda d, dice: setattr(child(d, 'memtune/min_guarantee'), 'text', str(dice.randint(0, 64) * 1024)),
     r'config\.memoryAllocation\.reservation', True),
    (lambda d, dice: d.find('vcpu').set('cpuset', f'{dice.randint(0, 3)}-{dice.randint(19, 25)}'),  # as many as 16 CPUs need
     r'config\.cpuAffinity.*', True),
    (lambda d, dice: d.find('os').set('firmware', dice.choice(['bios', 'efi'])), r'config\.firmware', False),
    (lambda d, dice: d.find('devices/video/model').set('vram', str(2 ** dice.randint(12, 15))), DEVICE % '500', False),
    (new_disk, DEVICE % r'(20\d\d|1000)', True), (old_disk, DEVICE % r'(20\d\d|1000)', True), (medium, DEVICE % '3000', True),
    (new_net, DEVICE % r'(40\d\d|100)', True),
    (opaque, DEVICE % r'40\d\d', True),
    (old_net, DEVICE % r'(40\d\d|100)', False),  # beside a new one of its model it is that one, with another MAC
    (net_mac, DEVICE % r'40\d\d', False),
    (net_model, DEVICE % r'(40\d\d|100)', True), (serial, DEVICE % r'(90\d\d|400)', False),
    (vnc, r'config\.extraConfig.*', True),
    (limits, DEVICE % r'20\d\d', True), (bandwidth, DEVICE % r'40\d\d', True),
    (switches, '|'.join(['config.nestedHVEnabled'] + [re.escape(fields.shown(row[2])) for row in COLD]), False),
    (hot_switches, '|'.join([r'config\.bootOptions.*', r'config\.latencySensitivity'] + [re.escape(fields.shown(row[2])) for row in HOT]), True),
    (singles, DEVICE % r'(70\d\d|14000|5000|11000|11500|18000|19000|100)', False),
    (hostdevs, DEVICE % r'(40\d\d|40000|410\d\d|70\d\d|14000|130\d\d|160\d\d|1000|100)', False),
    (scsi, DEVICE % r'(160\d\d|1000)', True),
    (boot_order, ORDER, True),
]


def comparable(xml):
    """Shares of a level follow the number of CPUs; bios is what there is when nothing is
    said; an interface of another model is another device, and so the last; the boot order has no gaps."""
    d = ET.fromstring(xml)
    drop(d, 'cputune')
    if d.find('os').get('firmware') == 'bios':
        del d.find('os').attrib['firmware']
    for n, boot in enumerate(sorted(d.iter('boot'), key=lambda boot: int(boot.get('order', 0))), 1):
        if boot.get('order'):
            boot.set('order', str(n))
    nets = sorted(d.findall('devices/interface'), key=lambda net: net.find('mac').get('address'))
    drop(d.find('devices'), 'interface')
    d.find('devices').extend(nets)
    return ET.tostring(d, encoding='unicode')


def disagreement(vm, xml):
    """Between @xml, its config.xml, and its VMX file as hvfs-convert reads it."""
    path = vm.config.files.vmPathName
    answer = ask(f'vmx {vm._moId} {tmp}/vmx')
    if answer != 'ok':
        return answer
    with open(f'{tmp}/ours', 'w') as f:
        f.write(xml)
    command = [convert, '--to', 'xml', '--quiet', '--directory', path.rsplit('/', 1)[0], f'{tmp}/vmx']
    for file, options in ('full', ['--full']), ('plain', []):
        with open(f'{tmp}/{file}', 'w') as f:
            subprocess.run(command + options, stdout=f, check=True)
    return differences(f'{tmp}/ours', f'{tmp}/full', f'{tmp}/plain')


def at_random(name, n, dice, running):
    """Returns whether the server has taken it: all, or nothing of it."""
    vm = vms[name]
    base, before = read(vm._moId), config(vm)
    edits = dice.sample(RANDOM, dice.randint(1, 5))
    d = ET.fromstring(base)
    for change, *_ in edits:
        change(d, dice)
    wanted = ET.tostring(d, encoding='unicode')
    answer = commit(vm._moId, base, wanted)
    moved = difference(before, config(vm))
    if running and answer != 'ok':
        if moved or all(hot for *_, hot in edits) or not re.match(r'E[A-Z]+ .*\w.*\w', answer):
            fail(f'random edit {n} of a running machine: {answer}, moved {moved} of\n{base}\nto\n{wanted}')
        return False
    back = read(vm._moId)
    # What is removed leaves the boot order.
    allowed = [p for _, p, _ in edits] + ([ORDER] if '<boot order' in base else [])
    strange = [k for k in moved if not any(re.fullmatch(p, k) for p in allowed)]
    for file, text in (('a', wanted), ('b', back)):
        with open(f'{tmp}/{file}', 'w') as f:
            f.write(comparable(text))
    if answer != 'ok' or strange or ask(f'same {tmp}/a {tmp}/b') != 'ok':
        fail(f'random edit {n}: {answer}, not asked for {strange}; it reads\n{back}\nnot\n{wanted}')
    apart = disagreement(vm, back)
    if apart:
        fail(f'random edit {n}: config.xml and the VMX file do not agree: {apart}')
    return True


put_iso()
names = sorted(vms)
wait(vms[names[1]].PowerOffVM_Task())
until(lambda: ' id=' not in read(names[1]).split('>')[0], 'it is off')
for running, name in ((True, names[0]), (False, names[1])):
    for kind in KINDS:
        try:
            one(name, [kind], running)
        except AssertionError as e:
            fail(f'{kind}: {e}')
    one(name, ALL, running)
dice = random.Random(20230601)
taken = {True: 0, False: 0}
for n in range(rounds):
    for running, name in ((True, names[0]), (False, names[1])):
        taken[running] += at_random(name, n, dice, running)
    if len(failures) > 3:
        break
if not failures and not rounds // 4 < taken[True] < rounds * 3 // 4:
    fail(f'of {rounds} random edits a running machine has taken {taken[True]}')
with open(os.path.join(HERE, '../../man/hvfs.5'), encoding='utf-8') as manual:
    for what in fields.wrong(moved_by, manual.read()):
        fail(what)
print(f'{rounds} random edits of each, {taken[True]} taken by the running one' if not failures else f'{len(failures)} failures')
shutil.rmtree(tmp)
sys.exit(1 if failures else 0)
