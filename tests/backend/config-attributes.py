#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/backend/config-attributes.py DEVICE-CHECK KNOWN - what a writer gives is in the next read, or refused
#
# KNOWN is convert/domain-xml/domain-xml-known.c, whose table has every element and attribute that hvfs
# accepts.  In a machine with one device of every sort each of them is given each value that
# somebody might try.  What is accepted is applied to the configuration as a server does, and
# read again: every attribute and element of the text must be there, but for what means the
# same in other words (SAME).
import collections
import copy
import itertools
import os
import re
import sys
import xml.etree.ElementTree as ET

from driver import Driver

check, known = sys.argv[1:3]
driver = Driver(check)
tmp, ask, put, get = driver.tmp, driver.ask, driver.put, driver.get
NS = 'urn:vim25'
XSI = 'http://www.w3.org/2001/XMLSchema-instance'
V = '{urn:vim25}'
TYPE = '{%s}type' % XSI
ET.register_namespace('', NS)
ET.register_namespace('xsi', XSI)
failures = 0

DEVICES = '''
<device xsi:type="VirtualPCIController"><key>100</key><busNumber>0</busNumber></device>
<device xsi:type="VirtualIDEController"><key>200</key><busNumber>0</busNumber></device>
<device xsi:type="VirtualIDEController"><key>201</key><busNumber>1</busNumber></device>
<device xsi:type="VirtualSIOController"><key>400</key><busNumber>0</busNumber></device>
<device xsi:type="ParaVirtualSCSIController"><key>1000</key><controllerKey>100</controllerKey><busNumber>0</busNumber><sharedBus>noSharing</sharedBus></device>
<device xsi:type="VirtualAHCIController"><key>15000</key><controllerKey>100</controllerKey><busNumber>0</busNumber></device>
<device xsi:type="VirtualMachineVideoCard"><key>500</key><controllerKey>100</controllerKey><videoRamSizeInKB>4096</videoRamSizeInKB></device>
<device xsi:type="VirtualDisk"><key>2000</key><backing xsi:type="VirtualDiskFlatVer2BackingInfo"><fileName>[ds] a.vmdk</fileName><diskMode>persistent</diskMode></backing><controllerKey>1000</controllerKey><unitNumber>0</unitNumber><capacityInKB>4096</capacityInKB></device>
<device xsi:type="VirtualDisk"><key>2001</key><backing xsi:type="VirtualDiskRawDiskMappingVer1BackingInfo"><fileName>[ds] rdm.vmdk</fileName><diskMode>persistent</diskMode></backing><controllerKey>1000</controllerKey><unitNumber>1</unitNumber><capacityInKB>4096</capacityInKB></device>
<device xsi:type="VirtualCdrom"><key>3000</key><backing xsi:type="VirtualCdromIsoBackingInfo"><fileName>[ds] a.iso</fileName></backing><controllerKey>201</controllerKey><unitNumber>0</unitNumber></device>
<device xsi:type="VirtualCdrom"><key>3001</key><backing xsi:type="VirtualCdromAtapiBackingInfo"><deviceName>/dev/cdrom</deviceName><useAutoDetect>false</useAutoDetect></backing><controllerKey>200</controllerKey><unitNumber>0</unitNumber></device>
<device xsi:type="VirtualFloppy"><key>8000</key><backing xsi:type="VirtualFloppyImageBackingInfo"><fileName>[ds] a.flp</fileName></backing><controllerKey>400</controllerKey><unitNumber>0</unitNumber></device>
<device xsi:type="VirtualVmxnet3"><key>4000</key><backing xsi:type="VirtualEthernetCardNetworkBackingInfo"><deviceName>net</deviceName></backing><controllerKey>100</controllerKey><unitNumber>7</unitNumber><addressType>assigned</addressType><macAddress>00:50:56:80:00:01</macAddress></device>
<device xsi:type="VirtualE1000"><key>4001</key><backing xsi:type="VirtualEthernetCardDistributedVirtualPortBackingInfo"><port><switchUuid>fe a9 79 29 4b 2d 59 72-b1 46 93 0c 6d 0b 40 14</switchUuid><portgroupKey>dvportgroup-1</portgroupKey></port></backing><controllerKey>100</controllerKey><unitNumber>8</unitNumber><addressType>manual</addressType><macAddress>00:50:56:00:00:01</macAddress></device>
<device xsi:type="VirtualE1000"><key>4002</key><backing xsi:type="VirtualEthernetCardLegacyNetworkBackingInfo"><deviceName>nat</deviceName></backing><controllerKey>100</controllerKey><unitNumber>9</unitNumber></device>
<device xsi:type="VirtualVmxnet3"><key>4004</key><backing xsi:type="VirtualEthernetCardOpaqueNetworkBackingInfo"><opaqueNetworkId>6ba1</opaqueNetworkId><opaqueNetworkType>nsx.LogicalSwitch</opaqueNetworkType></backing><controllerKey>100</controllerKey><unitNumber>11</unitNumber><addressType>assigned</addressType><macAddress>00:50:56:80:00:03</macAddress></device>
<device xsi:type="VirtualSerialPort"><key>9000</key><backing xsi:type="VirtualSerialPortURIBackingInfo"><serviceURI>telnet://:4001</serviceURI><direction>server</direction></backing><controllerKey>400</controllerKey><unitNumber>0</unitNumber><yieldOnPoll>true</yieldOnPoll></device>
<device xsi:type="VirtualSerialPort"><key>9001</key><backing xsi:type="VirtualSerialPortFileBackingInfo"><fileName>[ds] s.txt</fileName></backing><controllerKey>400</controllerKey><unitNumber>1</unitNumber><yieldOnPoll>true</yieldOnPoll></device>
<device xsi:type="VirtualSerialPort"><key>9002</key><backing xsi:type="VirtualSerialPortPipeBackingInfo"><pipeName>p</pipeName><endpoint>client</endpoint></backing><controllerKey>400</controllerKey><unitNumber>2</unitNumber><yieldOnPoll>true</yieldOnPoll></device>
<device xsi:type="VirtualNVDIMMController"><key>41000</key><busNumber>0</busNumber></device>
<device xsi:type="VirtualNVDIMM"><key>40000</key><backing xsi:type="VirtualNVDIMMBackingInfo"><fileName>[ds] n.vmdk</fileName></backing><controllerKey>41000</controllerKey><unitNumber>0</unitNumber><capacityInMB>64</capacityInMB></device>
<device xsi:type="VirtualSCSIPassthrough"><key>2002</key><backing xsi:type="VirtualSCSIPassthroughDeviceBackingInfo"><deviceName>tape</deviceName><useAutoDetect>false</useAutoDetect></backing><controllerKey>1000</controllerKey><unitNumber>3</unitNumber></device>
<device xsi:type="VirtualSriovEthernetCard"><key>4003</key><backing xsi:type="VirtualEthernetCardNetworkBackingInfo"><deviceName>net</deviceName></backing><controllerKey>100</controllerKey><unitNumber>10</unitNumber><addressType>assigned</addressType><macAddress>00:50:56:80:00:02</macAddress><sriovBacking><physicalFunctionBacking><deviceName>n</deviceName><id>0000:5e:00.0</id><deviceId>1015</deviceId><systemId>s</systemId><vendorId>5555</vendorId></physicalFunctionBacking></sriovBacking></device>
<device xsi:type="VirtualPCIPassthrough"><key>13000</key><backing xsi:type="VirtualPCIPassthroughDeviceBackingInfo"><deviceName>p</deviceName><id>0000:0d:00.0</id><deviceId>1</deviceId><systemId>s</systemId><vendorId>2</vendorId></backing><controllerKey>100</controllerKey><unitNumber>18</unitNumber></device>
<device xsi:type="VirtualHdAudioCard"><key>5000</key><backing xsi:type="VirtualSoundCardDeviceBackingInfo"><deviceName></deviceName><useAutoDetect>true</useAutoDetect></backing><controllerKey>100</controllerKey><unitNumber>19</unitNumber></device>
<device xsi:type="VirtualParallelPort"><key>10000</key><backing xsi:type="VirtualParallelPortDeviceBackingInfo"><deviceName>/dev/parport0</deviceName><useAutoDetect>false</useAutoDetect></backing><controllerKey>400</controllerKey><unitNumber>0</unitNumber></device>
'''
EXTRA = {'RemoteDisplay.vnc.enabled': 'TRUE', 'RemoteDisplay.vnc.port': '5901', 'sharedFolder.maxNum': '1',
         'isolation.tools.hgfs.disable': 'FALSE',
         'sharedFolder0.present': 'TRUE', 'sharedFolder0.enabled': 'TRUE', 'sharedFolder0.readAccess': 'TRUE',
         'sharedFolder0.writeAccess': 'TRUE', 'sharedFolder0.hostPath': '/srv', 'sharedFolder0.guestName': 'srv'}
CONFIG = f'''<val xmlns="{NS}" xmlns:xsi="{XSI}" xsi:type="VirtualMachineConfigInfo">
<changeVersion>1</changeVersion><name>m</name><version>vmx-14</version>
<uuid>cd0681bf-2f18-5c00-9b9b-8197c0095348</uuid><guestId>otherGuest64</guestId><annotation>note</annotation>
<hardware><numCPU>4</numCPU><numCoresPerSocket>2</numCoresPerSocket><memoryMB>64</memoryMB>{DEVICES}</hardware>
<cpuAllocation><shares><shares>4000</shares><level>normal</level></shares></cpuAllocation>
<memoryAllocation><reservation>16</reservation><limit>-1</limit></memoryAllocation>
''' + ''.join(f'<extraConfig><key>{k}</key><value>{v}</value></extraConfig>' for k, v in EXTRA.items()) + \
    '<bootOptions/><firmware>efi</firmware></val>'

# What somebody might give an attribute of that name.
VALUES = {
    'type': 'vmware kvm file block dir network volume nvme bridge vds user null ethernet hostdev direct scsi sata ide fdc '
            'usb pci nvme mount bind dev pipe tcp udp unix pty null raw telnet telnets tls vnc spice sdl vmvga vga qxl '
            'none static generated address drive pci e1000 e1000e vmxnet3 vmxnet2 vlance virtio unknown E1000 default emulator passthrough',
    'device': 'disk cdrom floppy lun', 'unit': 'KiB MiB bytes', 'placement': 'static auto', 'cpuset': '0-3 0,1,2',
    'current': '1 4', 'firmware': 'efi bios', 'arch': 'x86_64 i686 aarch64', 'dev': 'hd cdrom network fd sda sdz hda tap7 vnet3 /dev/sr1',
    'enabled': 'yes no', 'name': 'secure-boot enrolled-keys phy vmx svm', 'mode': 'none emulate host sysinfo custom host-model connect bind',
    'sockets': '1 2 4', 'cores': '1 2 4', 'threads': '1 2', 'dies': '1 2', 'clusters': '1 2', 'offset': 'utc localtime',
    'cache': 'none writethrough writeback default', 'file': 'x', 'startupPolicy': 'optional mandatory requisite',
    'bus': '0 1 scsi ide sata usb virtio', 'order': '1 2', 'controller': '0 1', 'target': '0 1', 'index': '0 1 2',
    'snapshot': 'no internal', 'average': '125000 100', 'accel3d': 'yes no',
    'policy': 'require force disable', 'enable': 'yes no', 'timeout': '3000 0', 'version': '2.0 1.2',
    'model': 'piix3-uhci ehci nec-xhci sb16 es1370 ich9 ich6 tpm-crb tpm-tis auto lsilogic buslogic vmpvscsi ahci virtio-scsi', 'accessmode': 'passthrough mapped',
    'dir': '/x x', 'address': '00:50:56:00:00:09 10.0.0.1', 'check': 'yes no', 'bridge': 'other', 'network': 'other',
    'switchid': 'cd0681bf-2f18-5c00-9b9b-8197c0095348', 'portid': '0 7', 'portgroupid': 'dvportgroup-2', 'connectionid': '0 7',
    'path': '/x x', 'host': 'h 10.0.0.1 ::1', 'service': '99 ssh', 'port': '-1 0 2 5902', 'autoport': 'yes no maybe',
    'listen': '0.0.0.0', 'keymap': 'de', 'passwd': 'secret', 'vram': '8192 16384', 'heads': '1 2', 'primary': 'yes no',
    'id': '7 0x03e7', 'domain': '0x0000', 'slot': '0x00 0x1f', 'function': '0 0x7', 'managed': 'yes no',
}
VMWARE = '{http://libvirt.org/schemas/domain/vmware/1.0}'
VALUES.update({VMWARE + n: v for n, v in {
    'reservation': '12500 10', 'shares': 'low high 77', 'uri': 'concentrator', 'proxy': 'telnets://h:13370',
    'name': 'path:1/3/0 vid:03e7', 'opaqueid': '6ba2', 'opaquetype': 'nsx.Other'}.items()})
# In the next read by other words, or by none: what it means is the same.  (Element, attribute):
# values, None for all.
SAME = {
    ('domain', 'id'): None,                 # libvirt's, of a running machine
    ('memory', 'unit'): None, ('memory/target/size', 'unit'): None, ('currentMemory', 'unit'): None, ('memtune/min_guarantee', 'unit'): None,
    ('disk/capacity', ''): None, ('disk/capacity', 'unit'): None,  # a size that is asked for
    ('vcpu', 'cpuset'): None,               # 0-3,5 may be said in several ways
    ('vcpu', 'current'): ['4'],             # all that there are
    ('os/boot', 'dev'): None, ('os/boot', ''): None,  # becomes <boot order> of a device
    ('disk/boot', 'order'): None, ('interface/boot', 'order'): None,  # what comes before what
    ('os', 'firmware'): ['bios', ''],           # what there is where nothing is said, as all below
    ('os/firmware', ''): None, ('os/firmware/feature', ''): None,
    ('os/firmware/feature', 'enabled'): None, ('os/firmware/feature', 'name'): ['secure-boot', 'enrolled-keys'],
    ('os/smbios', 'mode'): ['none', ''], ('disk/driver', 'cache'): ['default', ''],
    ('cpu', 'mode'): ['custom'],
    ('controller', 'model'): ['auto'],      # what its disks name
    ('video/model', 'heads'): ['1'], ('video/model', 'type'): ['default'],
    ('interface/mac', 'type'): ['generated'],  # beside an address that somebody has changed
    ('interface/target', 'dev'): ['vnet3'],    # libvirt's, of a running machine
    ('interface/model', 'type'): ['E1000'],    # in any case
    ('serial/target', 'port'): ['-1'], ('parallel/target', 'port'): ['-1'],
    ('graphics', 'port'): ['0'],
    ('interface/source/address', 'function'): ['0'], ('hostdev/source/address', 'function'): ['0'],  # 0x0
    ('graphics', 'passwd'): None,           # secrets are not shown
    ('disk/address', ''): None, ('disk/address', 'type'): None,  # it is where its name says
}


# --- the server

def merge(old, new):
    for e in new:
        have = old.find(e.tag)
        if have is not None and len(e):
            merge(have, e)
        elif have is not None:
            have.text = e.text
        else:
            old.append(e)


def device_changes(hardware, spec):
    key = 70000
    keys = {}
    for change in spec.findall(V + 'deviceChange'):
        device = copy.deepcopy(change.find(V + 'device'))
        old = next((d for d in hardware.findall(V + 'device')
                    if d.findtext(V + 'key') == device.findtext(V + 'key')), None)
        if change.findtext(V + 'operation') != 'add':
            place = list(hardware).index(old)
            hardware.remove(old)
            if change.findtext(V + 'operation') == 'edit':
                hardware.insert(place, device)
            continue
        key += 1
        keys[device.findtext(V + 'key')] = device.find(V + 'key').text = str(key)
        parent = device.find(V + 'controllerKey')
        if parent is None:
            parent = ET.SubElement(device, V + 'controllerKey')
            parent.text = '400'
        parent.text = keys.get(parent.text, parent.text)
        hardware.append(device)


def extra(config, spec):
    for e in spec.findall(V + 'extraConfig'):
        for old in config.findall(V + 'extraConfig'):
            if old.findtext(V + 'key') == e.findtext(V + 'key'):
                config.remove(old)
        if e.findtext(V + 'value'):
            config.append(e)


def apply(request):
    config = ET.fromstring(CONFIG)
    spec = next(e for e in ET.fromstring(request).iter() if e.tag == V + 'spec')
    hardware = config.find(V + 'hardware')
    device_changes(hardware, spec)
    extra(config, spec)
    for e in spec:
        name = e.tag.replace(V, '')
        if name in ('numCPUs', 'numCoresPerSocket', 'memoryMB'):
            hardware.find(V + name.replace('CPUs', 'CPU')).text = e.text
        elif name in ('cpuAllocation', 'memoryAllocation', 'bootOptions'):
            merge(config.find(e.tag), e)
        elif name == 'cpuAffinity' or config.find(e.tag) is None and name not in ('deviceChange', 'extraConfig'):
            config.append(e)
        elif name not in ('deviceChange', 'extraConfig', 'changeVersion'):
            config.find(e.tag).text = e.text
    return ET.tostring(config, encoding='unicode')


# --- the texts

rows = re.findall(r'\{ "([\w/]+)", "([^"]*)", (?:NULL|"\w+"), FALSE', open(known).read())
assert len(rows) > 50, f'{known} has no table'
# Elements that say something by being there; one of no attributes and none of these is empty.
marks = {path for path, attributes in rows if attributes == ''}


def facts(tree):
    """(path, attribute, value) of all attributes, and (path, '', '') of all elements, with
    how often each is said."""
    found = collections.Counter()

    def walk(e, path):
        tag = re.sub(r'\{.*\}', '', e.tag)
        if tag == 'console':
            return
        here = tag if path in ('', 'domain', 'devices') else f'{path}/{tag}'
        if here in marks:
            found[here, '', ''] += 1
        for name, value in e.attrib.items():
            found[here, name, value] += 1
        for child in e:
            walk(child, here)
    walk(tree, '')
    return found


def is_same(fact):
    path, name, value = fact
    if value == '' and name:
        return True  # as good as left out
    return (path, name) in SAME and (SAME[path, name] is None or value in SAME[path, name])


def attempt(tree, what, line):
    global failures
    put('wanted', ET.tostring(tree, encoding='unicode'))
    answer = ask(f'spec {tmp}/config {tmp}/wanted {tmp}/request')
    if not answer.startswith('ok'):
        return 0
    put('after', apply(get('request')))
    ask(f'read {tmp}/after {tmp}/shown-after')
    lost = [f for f in (facts(tree) - facts(ET.fromstring(get('shown-after')))) if not is_same(f)]
    if lost:
        failures += 1
        print(f'FAIL: {what}: accepted, and then {lost} is not there')
    return 1


put('config', CONFIG)
ask(f'read {tmp}/config {tmp}/shown')
base = ET.fromstring(get('shown'))
tops = [e for e in base if not e.tag.startswith('{')] + list(base.find('devices'))
tried = accepted = 0
for path, attributes in rows:
    steps = path.split('/')
    names = [a.split('=')[0].replace('vmware:', VMWARE) for a in attributes.split()]
    places = [base] if steps[0] == 'domain' else [e for e in tops if e.tag == steps[0]]
    if not places:
        places = [None]
    for place, (name, value) in itertools.product(places, [
            (n, v) for n in names + [''] for v in (VALUES[n].split() + ['', 'zz'] if n else [''])]):
        tree = copy.deepcopy(base)
        if place is None:
            at = ET.SubElement(tree.find('devices'), steps[0])
        elif place is base:
            at = tree
        else:
            at = next(b for a, b in zip(base.iter(), tree.iter()) if a is place)
        for step in steps[1:]:
            below = at.find(step)
            at = below if below is not None else ET.SubElement(at, step)
        if name:
            at.set(name, value)
        tried += 1
        accepted += attempt(tree, f'{ET.tostring(place, encoding="unicode")[:60] if place is not None and place is not base else ""}'
                            f' {path} {name}={value!r}', path)

# A console of another kind than the serial port that it repeats.
for kind in 'virtio', 'xen', 'none':
    tree = copy.deepcopy(base)
    tree.find('devices/console/target').set('type', kind)
    put('wanted', ET.tostring(tree, encoding='unicode'))
    if ask(f'spec {tmp}/config {tmp}/wanted {tmp}/request').startswith('ok'):
        failures += 1
        print(f'FAIL: <console><target type={kind!r}/> comes to nothing')
print(f'{tried} tried, {accepted} accepted, {failures} lost')
if accepted < 100:
    sys.exit('FAIL: too few are accepted for this to mean anything')
for name in os.listdir(tmp):
    os.unlink(f'{tmp}/{name}')
os.rmdir(tmp)
sys.exit(1 if failures else 0)
