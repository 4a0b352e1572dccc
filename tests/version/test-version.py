#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/version/test-version.py - what is newer than the server is not sent

    test-version.py operations MNT CONTROL API <TABLES   every operation on a mount of such a server
    test-version.py rows                                 the table of hvfs, by pyVmomi's types

Each operation works, or is refused with the version that it needs where the server is older; then
all the requests that came are compared with pyVmomi's types: no method, parameter, type, property
or path of the collector is newer than the server, and what is newer than 2.5 has a row in the
table. TABLES is what list-attrs prints: a file that can be written and that no operation here
writes is a fault of this test. Run by version.sh.
"""
import json
import os
import re
import subprocess
import sys
import urllib.request
import uuid
import xml.etree.ElementTree as ET

from pyVmomi import VmomiSupport

import newer

XSI_TYPE = '{http://www.w3.org/2001/XMLSchema-instance}type'
SINCE_C = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../backend/wire/since.c')
OLDEST = '2.5'


def number(version):
    return [int(n) for n in re.findall(r'\d+', version)]


# ---- the operations ----

MNT = sys.argv[2] if len(sys.argv) > 3 else ''
VM, GONE, THERE = 'DC0_H0_VM0', 'DC0_H0_VM1', 'DC0_H0_VM2'
HOST = f'{MNT}/datacenters/DC0/hosts/DC0_H0'
CLUSTER_HOST = f'{MNT}/datacenters/DC0/clusters/DC0_C0/hosts/DC0_C0_H0'
DISK = ("<disk type='file' device='disk'><source file='[LocalDS_0] new/%s.vmdk'/><capacity unit='MiB'>64</capacity>"
        "<target dev='%s' bus='%s'/></disk>")
HOSTDEV = "<hostdev mode='subsystem' type='%s'><source>%s</source></hostdev>"
SRIOV = "<interface type='hostdev'><source vmware:bridge='VM Network'>%s</source></interface>"
# What tests/vcsim gives its network DC0_NSX0.
NSX = uuid.uuid5(uuid.NAMESPACE_OID, 'DC0_NSX0')
OPAQUE = (f"<interface type='null'><source xmlns:vmware='http://libvirt.org/schemas/domain/vmware/1.0' vmware:opaqueid='{NSX}' "
          "vmware:opaquetype='nsx.LogicalSwitch'/></interface>")
NIC = "<interface type='bridge'><source bridge='VM Network'/>%s</interface>"
DEFINED = ("<domain type='vmware'><name>new</name><memory unit='MiB'>512</memory><vcpu>1</vcpu><os%s>"
           "<type arch='x86_64'>hvm</type></os><devices>%s</devices></domain>")
VMX = ('.encoding = "UTF-8"\nconfig.version = "8"\nvirtualHW.version = "7"\ndisplayName = "new"\nmemsize = "256"\n'
       'guestOS = "other"\n')


def open_file(path):
    return open(path, encoding='utf-8')


def error_of(directory):
    try:
        with open_file(f'{MNT}/{directory}/error') as file:
            return file.read().strip()
    except FileNotFoundError:
        return ''


def bash(vm, command):
    done = subprocess.run(['bash', '-ec', 'cd -P "$1" && eval "$2"', 'bash', f'{MNT}/by-name/{vm}', command],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    return done.stderr + error_of(f'by-name/{vm}') if done.returncode else ''


def shell(command):
    return lambda vm: bash(vm, command)


def write(path, text):
    try:
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text)
        return ''
    except OSError as e:
        return e.strerror


def edit(*pairs):
    """saves config.xml with each first text replaced by the second, and takes that back"""
    def operation(vm):
        path = f'{MNT}/by-name/{vm}/config.xml'
        with open_file(path) as file:
            before = text = file.read()
        for old, new in pairs:
            assert old in text, f'{old} is not in {text}'
            text = text.replace(old, new, 1)
        said = write(path, text) or write(path, before)
        return said and f'{said}; {error_of(f"by-name/{vm}")}'
    return operation


def add(xml):
    return edit(('    <video>', xml + '<video>'))


def key(*names, value='TRUE'):
    return edit(('  <vmware:moref>', ''.join(f"<vmware:key name='{name}' value='{value}'/>" for name in names) + '<vmware:moref>'))


def define(text, file='config.xml'):
    def operation(_):
        draft = f'{HOST}/domains/new'
        os.mkdir(draft)
        said = write(f'{draft}/{file}', text)
        if not said:
            return write(f'{draft}/destroy', 'new\n')
        said += error_of(os.path.relpath(draft, MNT))
        os.rmdir(draft)
        return said
    return operation


def new(attributes='', devices='', disk=DISK % ('new', 'sda', 'scsi')):
    return define(DEFINED % (attributes, disk + devices))


def ask(vm):
    control('POST', f'/question?vm={vm}')
    return bash(vm, 'until grep -q . question; do sleep 0.02; done; echo 0 > question')


def acknowledge(_):
    control('POST', f'/alarm?object={VM}&name=hot&status=red')
    lines = ''
    while not lines:
        with open_file(f'{MNT}/alarms') as file:
            lines = file.read()
    said = write(f'{MNT}/alarms', 'ack ' + lines.split('\t')[0] + '\n')
    if said:
        with open_file(f'{MNT}/.hvfs/errors') as file:
            said = file.read().splitlines()[-1]
    return said


def follow(vm):
    """the events of all and of one machine, while something happens"""
    for path in f'{MNT}/events', f'{MNT}/by-name/{vm}/events':
        with open(path, 'rb', buffering=0) as file:
            control('POST', f'/events?n=300&object={vm}&message=versions')
            seen = b''
            while b'versions299' not in seen:
                seen += file.read(65536)
    return ''


def each(file, words):
    return shell(f'for word in {words}; do echo $word > {file}; done')


# Which file it writes; which machine; how; the version that it needs.
OPERATIONS = [
    ('state', VM, each('state', 'off running suspended running shutdown running standby running reset reboot off'), None),
    ('sched', VM, shell('echo reservation=100 limit=2000 shares=high > sched'), None),
    ('memtune', VM, shell('echo reservation=1024 shares=1000 limit=-1 > memtune'), None),
    ('memory', VM, shell('echo 4GiB > memory'), None),
    ('vcpus', VM, shell('echo 4 > vcpus'), None),
    ('annotation', VM, shell('echo words > annotation'), None),
    ('guest-id', VM, each('guest-id', 'debian11_64Guest otherGuest'), None),
    ('hwversion', VM, shell('echo $(cat hwversion) > hwversion; ! echo vmx-99 > hwversion'), None),
    ('tools', VM, shell('echo running > state; until grep -q toolsOk tools; do sleep 0.02; done; '
                        'for word in mount unmount upgrade; do echo $word > tools; done; echo off > state'), None),
    ('set', VM, shell('echo "guestinfo.a=1" > extraconfig/set; echo 2 > extraconfig/guestinfo.a; : > extraconfig/guestinfo.a'), None),
    *((name, VM, shell(f'echo words > guestinfo/{name}; cat guestinfo/{name}'), None)
      for name in ('metadata', 'userdata', 'vendordata')),
    *((f'{name}.encoding', VM, shell(f'echo base64 > guestinfo/{name}.encoding'), None)
      for name in ('metadata', 'userdata', 'vendordata')),
    ('media', VM, shell('echo empty > media || grep -q "no CD drive" error'), None),
    ('capacity', VM, shell('echo 32GiB > disks/$(ls disks | head -n 1)/capacity'), None),
    ('autostart', VM, each('autostart', 'yes no'), None),
    ('template', VM, each('template', 'yes no'), None),
    ('migrate', VM, shell('for to in "DC0_C0_H1" "DC0_C0_H0 priority=high"; do echo $to > migrate; done'), None),
    ('migrate', VM, shell(f'echo "DC0_H0 datastore=LocalDS_1" > migrate; echo datastore=LocalDS_0 > migrate'), None),
    ('migrate', VM, shell(f'mv "$PWD" "{HOST[:-1]}1/domains/"; echo DC0_H0 > "{MNT}/by-name/{VM}/migrate"'), None),
    ('name', VM, shell('mv "$PWD" "${PWD%/*}/other"; mv "${PWD%/*}/other" "$PWD"'), None),
    ('create', VM, shell('echo "s1 memory=no description=words" > snapshots/create; mkdir snapshots/s2'), None),
    ('description', VM, shell('echo other > snapshots/s1/description; mv snapshots/s1 snapshots/s0'), None),
    ('revert', VM, shell('echo s0 > revert'), None),
    ('clone', VM, shell('echo "copy host=DC0_H1 datastore=LocalDS_1" > clone; echo "golden template=yes" > clone'), None),
    ('clone', VM, shell('echo "lin customize=linux hostname=h ip=10.0.0.5/24 gateway=10.0.0.1 dns=10.0.0.2 domain=a" > clone; '
                        'echo winXPProGuest > guest-id; echo "win customize=windows dns=10.0.0.2 domain=a" > clone; '
                        'echo otherGuest > guest-id'), None),
    ('clone', VM, shell('echo "spec customize=vcsim-linux" > clone'), '4.0'),
    ('customize', VM, shell('echo "linux hostname=h ip=10.0.0.5/24 gateway=10.0.0.1 dns=10.0.0.2 domain=a" > customize'), None),
    ('clone', VM, shell('echo "linked linked=yes" > clone'), '4.0'),
    ('folder', VM, shell(f'mkdir "{MNT}/by-folder/DC0/f"; echo DC0/f > folder; mv "{MNT}/by-folder/DC0/f" "{MNT}/by-folder/DC0/g"; '
                         f'mv "{MNT}/by-folder/DC0/g/{VM}" "{MNT}/by-folder/DC0/"'), None),
    ('pool', VM, shell(f'mkdir "{HOST}/pools/p" "{HOST}/pools/q"; echo p > pool; mv "{HOST}/pools/q" "{HOST}/pools/p/pools/r"; '
                       f'echo "reservation=100 expandable=no" > "{HOST}/pools/p/sched"; echo limit=4GiB > "{HOST}/pools/p/memtune"'), None),
    ('clone', VM, shell('echo "inpool pool=p/r" > clone'), None),
    ('clone', VM, shell('echo "ofsnapshot snapshot=s0" > clone'), '4.0'),
    ('pool', VM, shell(f'echo / > pool; echo p > "{HOST}/pools/p/destroy"'), None),
    ('define', VM, shell('echo Owner > attributes/define; echo Ada > attributes/Owner; : > attributes/Owner'), None),
    ('delete', VM, shell('echo "s0 children=yes" > snapshots/delete'), None),
    ('question', VM, ask, None),
    ('events', VM, follow, None),
    ('alarms', VM, acknowledge, '4.0'),
    ('state', VM, each('state', 'running'), None),
    ('screenshot', VM, shell('cat screenshot.png >/dev/null'), '4.0'),
    ('console', VM, shell('cat console'), '2.5u2'),
    ('sendkey', VM, shell('echo ctrl alt delete > sendkey; echo text 1 > sendkey'), '6.5'),
    ('state', VM, each('state', 'off'), None),
    ('undefine', GONE, shell(f'echo off > state; echo {GONE} > undefine'), None),
    ('destroy', THERE, shell(f'echo off > state; echo {THERE} > destroy'), None),
    ('host state', VM, shell(f'for word in maintenance disconnected connected; do echo $word > {CLUSTER_HOST}/state; done'), None),
    ('folder', VM, shell(f'mkdir "{MNT}/by-folder/DC0/made"; for to in DC0/made DC0; do echo $to > folder; done'), None),
    ('config.vmx', VM, define(VMX, 'config.vmx'), None),
    ('config.xml', VM, new(), None),
    ('config.xml', VM, new(" firmware='efi'"), '5.0'),
    ('config.xml', VM, new(devices=NIC % "<model type='vmxnet3'/>"), '2.5u2'),
    ('config.xml', VM, edit(('<description>', '<description>more ')), None),
    ('config.xml', VM, edit(("placement='static'", "placement='static' cpuset='0-1'")), None),
    ('config.xml', VM, edit(('>4</vcpu>', ">4</vcpu><cpu><topology sockets='2' cores='2' threads='1'/></cpu>")), '5.0'),
    ('config.xml', VM, edit(('</type>', "</type><boot dev='network'/>")), '5.0'),
    ('config.xml', VM, edit(('<os>', "<os firmware='efi'>")), '5.0'),
    ('config.xml', VM, edit(('<os>', "<os firmware='efi'>"), (
        '</type>', "</type><firmware><feature enabled='yes' name='secure-boot'/></firmware>")), '6.5'),
    ('config.xml', VM, add(DISK % ('b', 'sdb', 'scsi')), None),
    ('config.xml', VM, add("<controller type='scsi' index='1' model='vmpvscsi'/>"), '2.5u2'),
    ('config.xml', VM, add("<controller type='scsi' index='2' model='lsisas1068'/>"), '2.5u2'),
    ('config.xml', VM, add("<controller type='scsi' index='3' model='lsilogic'/>"), None),
    ('config.xml', VM, add("<controller type='sata' index='0'/>" + DISK % ('c', 'sdb', 'sata')), '5.5'),
    ('config.xml', VM, add(NIC % "<model type='e1000'/>"), None),
    ('config.xml', VM, add(NIC % "<model type='vmxnet3'/>"), '2.5u2'),
    ('config.xml', VM, add(NIC % "<model type='e1000e'/>"), '5.0'),
    ('config.xml', VM, add("<interface type='vds'><source switchid='%s' portgroupid='dvportgroup-11'/></interface>" %
                           '50 2f 00 00 00 00 00 00-00 00 00 00 00 00 00 00'), '4.0'),
    ('config.xml', VM, add(OPAQUE), '5.5'),
    ('config.xml', VM, new(devices=OPAQUE), '5.5'),
    ('config.xml', VM, add("<serial type='tcp'><source mode='bind' host='h' service='9000'/><protocol type='telnet'/>"
                           "<target port='0'/></serial>"), '4.1'),
    ('config.xml', VM, add("<serial type='pipe'><source path='p'/><target port='1'/></serial>"), None),
    ('config.xml', VM, add("<controller type='usb' index='0' model='piix3-uhci'/><controller type='usb' index='1' model='ehci'/>"), None),
    ('config.xml', VM, add("<controller type='usb' index='0' model='nec-xhci'/>"), '5.0'),
    ('config.xml', VM, add("<sound model='es1370'/>"), None),
    ('config.xml', VM, add("<sound model='ich9'/>"), '5.0'),
    ('config.xml', VM, add("<tpm model='tpm-crb'/>"), '6.7'),
    ('config.xml', VM, add("<controller type='usb' index='0' model='piix3-uhci'/>" + HOSTDEV % (
        'usb', "<vendor id='0x03e7'/><product id='0x2485'/>")), None),
    ('config.xml', VM, add(HOSTDEV % ('pci', "<address domain='0' bus='0x0d' slot='0' function='0'/>")), '4.0'),
    ('config.xml', VM, add(SRIOV % "<address type='pci' domain='0' bus='0x5e' slot='0' function='0'/>"), '5.5'),
    ('config.xml', VM, add(SRIOV % ''), '5.5'),
    ('config.xml', VM, add("<memory model='nvdimm'><target><size unit='MiB'>512</size></target></memory>"), '6.7'),
    ('config.xml', VM, add("<hostdev mode='subsystem' type='scsi'><source vmware:name='tape'/>"
                           "<address type='drive' controller='0' bus='0' target='0' unit='9'/></hostdev>"), None),
    ('config.xml', VM, edit(("device='disk'>", "device='disk' snapshot='no'>")), None),
    ('config.xml', VM, edit(("<target dev='sda' bus='scsi'/>", "<target dev='sda' bus='scsi'/><shareable/>")), '6.0'),
    ('config.xml', VM, edit(("<target dev='sda' bus='scsi'/>", "<target dev='sda' bus='scsi'/><iotune><total_iops_sec>"
                             "99</total_iops_sec></iotune>")), '4.1'),
    ('config.xml', VM, add(NIC % "<model type='e1000'/><bandwidth><outbound average='1250'/></bandwidth>"), '6.0'),
    ('config.xml', VM, add(NIC % "<model type='e1000e'/><bandwidth><outbound average='1250'/></bandwidth>"), '6.0'),
    ('config.xml', VM, add(NIC % "<model type='vmxnet3'/><bandwidth vmware:reservation='1250' vmware:shares='low'/>"), '6.0'),
    ('config.xml', VM, add("<serial type='tcp'><source mode='bind' host='' service='' vmware:uri='vSPC.py' "
                           "vmware:proxy='telnets://vspc:1'/><target port='2'/></serial>"), '4.1'),
    ('config.xml', VM, add("<controller type='nvme' index='0'/>" + DISK % ('n', 'nvme0n1', 'nvme')), '6.5'),
    ('config.xml', VM, edit(("primary='yes'/>", "primary='yes' heads='2'><acceleration accel3d='yes'/></model>")), '2.5u2'),
    ('config.xml', VM, key('vcpu.hotadd', 'vcpu.hotremove', 'mem.hotadd'), '2.5u2'),
    ('config.xml', VM, key('bios.forceSetupOnce', 'disk.EnableUUID', 'tools.syncTime', 'chipset.onlineStandby'), None),
    ('config.xml', VM, key('toolScripts.afterPowerOn', 'toolScripts.afterResume', 'toolScripts.beforeSuspend',
                           'toolScripts.beforePowerOff', 'logging', value='FALSE'), None),
    ('config.xml', VM, key('powerType.powerOff', 'powerType.suspend', 'powerType.reset', value='hard'), None),
    ('config.xml', VM, key('tools.upgrade.policy', value='upgradeAtPowerCycle'), None),
    ('config.xml', VM, key('sched.cpu.htsharing', value='none'), None),
    ('config.xml', VM, key('swapPlacement', value='vmDirectory'), None),
    ('config.xml', VM, key('monitor.virtual_mmu', value='software'), None),
    ('config.xml', VM, key('monitor.virtual_exec', value='software'), '4.0'),
    ('config.xml', VM, key('ctkEnabled'), '4.0'),
    ('config.xml', VM, key('bios.bootRetry.enabled'), '4.1'),
    ('config.xml', VM, key('bios.bootRetry.delay', value='3'), '4.1'),
    ('config.xml', VM, key('RemoteDisplay.maxConnections', value='3'), '5.0'),
    ('config.xml', VM, key('vpmc.enable'), '5.1'),
    ('config.xml', VM, key('migrate.encryptionMode', value='required'), '6.5'),
    ('config.xml', VM, key('vvtd.enable'), '6.7'),
    ('config.xml', VM, key('vwdt.present', 'vwdt.runOnBoot'), '7.0'),
    ('config.xml', VM, key('precisionclock0.present'), '7.0'),
    ('config.xml', VM, key('vmi.present'), None),
    ('config.xml', VM, key('windows.vbs.enabled'), '6.7'),
    ('config.xml', VM, edit(('</type>', "</type><bootmenu enable='yes' timeout='3000'/>")), None),
    ('config.xml', VM, key('sched.mem.pin'), '5.0'),
    ('config.xml', VM, key('sched.cpu.latencySensitivity', value='high'), '5.1'),
    ('config.xml', VM, edit(('  <clock', "<cpu><feature policy='require' name='vmx'/></cpu><clock")), '5.1'),
    ('config.xml', VM, add("<graphics type='vnc' port='5901' autoport='no' listen='0.0.0.0'/>"), None),
    ('reading', VM, shell('cat config.xml config.vmx stats >/dev/null; ' f'ls -lR "{MNT}" >/dev/null; '
                          f'find "{MNT}" -type f ! -name events -exec cat {{}} + >/dev/null 2>&1 || :'), None),
    ('refresh', VM, shell(f'cd "{MNT}/datacenters/DC0/datastores/LocalDS_0" && mkdir -p volumes/v && '
                          'for size in 1 2; do echo "<volume><capacity unit=\'MiB\'>$size</capacity></volume>" > '
                          'volumes/v/v.vmdk.xml || exit; done; echo yes > refresh'), None),
    ('wipe', VM, shell(f'cd "{MNT}/datacenters/DC0/datastores/LocalDS_0" && echo v/v.vmdk > wipe'), None),
    ('reboot', VM, shell(f'echo maintenance > {CLUSTER_HOST}/state; echo DC0_C0_H0 > {CLUSTER_HOST}/reboot'), None),
    ('shutdown', VM, shell(f'echo DC0_C0_H0 > {CLUSTER_HOST}/shutdown'), None),
]


def control(method, path):
    request = urllib.request.Request(sys.argv[3] + path, method=method)
    return urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request).read().decode()


def judge(operation, api):
    """what is wrong with how it went; None: nothing"""
    _, vm, run, needs = operation
    said = run(vm)
    if needs is None or number(needs) <= number(api):
        return said or None
    wanted = f'needs API {needs}, the server has {api}'
    return None if wanted in said else f'not "{wanted}" but: {said or "it worked"}'


# ---- the requests, by pyVmomi's types ----

newer.add_seven()
VERSIONS = [f'vim.version.version{n}' for n in range(1, 15)]


def since(version):
    """the version of the API with which a version of pyVmomi's came"""
    first = next(v for v in VERSIONS if VmomiSupport.IsChildVersion(v, version))
    return max(VmomiSupport.versionIdMap[first].replace('server', ''), OLDEST, key=number)


def wsdl(name):
    return VmomiSupport.GetWsdlType('urn:vim25', name.rsplit(':', 1)[-1])


def item(kind):
    return getattr(kind, 'Item', kind)


def property_of(kind, name):
    return next((p for p in kind._GetPropertyList() if p.name == name), None)


def method_of(kind, name):
    return next((m for m in kind._GetMethodList() if m.wsdlName == name), None)


def path_since(kind, path):
    """of a path of the collector; None where it is of no use to this object"""
    needs = since(kind._version)
    for name in path.split('.'):
        prop = property_of(kind, name)
        if prop is None:
            return None
        needs, kind = max(needs, since(prop.version), key=number), item(prop.type)
    return needs


class Needs:
    """what of a request is how new: @found: (owner or None, name, version), @rows: those of it that
    are newer than what they are in"""
    def __init__(self, body):
        root = ET.fromstring(body)
        for e in root.iter():
            e.tag = e.tag.rsplit('}', 1)[-1]
        call = root.find('Body')[0]
        self.method, self.found, self.rows, self.strange = call.tag, [], [], []
        method = method_of(wsdl(call.find('_this').get('type')), call.tag)
        if method is None:
            self.strange.append(call.tag)
            return
        newest = self.note(None, call.tag, method.version, OLDEST)
        for child in call[1:]:
            self.child(call.tag, {p.name: p for p in method.params}.get(child.tag), child, newest)

    def note(self, owner, name, version, around):
        """@around: the version of what it is in; returns that of the newer of both"""
        what = owner, name, since(version)
        self.found.append(what)
        if number(what[2]) <= number(around):
            return around
        self.rows.append(what)
        return what[2]

    def child(self, owner, info, element, newest):
        if info is None:
            self.strange.append(f'{owner}.{element.tag}')
            return
        newest = self.note(owner, element.tag, info.version, newest)
        kind = item(info.type)
        if XSI_TYPE in element.attrib and not element.get(XSI_TYPE).startswith('xsd:'):
            kind = wsdl(element.get(XSI_TYPE))
        if not issubclass(kind, VmomiSupport.DataObject):
            return
        newest = self.note(None, kind._wsdlName, kind._version, newest)
        for child in element:
            self.child(kind._wsdlName, property_of(kind, child.tag), child, newest)
        if kind._wsdlName == 'PropertySpec':
            of = element.findtext('type')
            for path in element.findall('pathSet'):
                needs = path_since(wsdl(of), path.text)
                self.found += [(of, path.text, needs)] if needs else []
                self.strange += [] if needs else [f'{of}.{path.text}']


def table():
    """the rows of since.c: (owner, name) -> (version, type)"""
    with open_file(SINCE_C) as file:
        rows = re.findall(r'\{ (NULL|"\w+"), "(\w+)", "([\w.]+)", (NULL|"\w+"),\s*(?:NULL|"|[A-Z])', file.read())
    assert rows, 'no rows'
    return {(None if owner == 'NULL' else owner.strip('"'), name): (version, None if type_ == 'NULL' else type_.strip('"'))
            for owner, name, version, type_ in rows}


def check_requests(api, kept, rows):
    wrong = set()
    for request in kept:
        needs = Needs(request['body'])
        wrong.update(f'{needs.method}: {name} is nowhere in the API' for name in needs.strange)
        for owner, name, version in needs.found:
            if number(version) > number(api):
                wrong.add(f'{needs.method}: {owner}.{name} needs {version}, the server has {api}')
        for owner, name, version in needs.rows:
            if (owner, name) not in rows:
                wrong.add(f'{needs.method}: {owner}.{name} needs {version}: the table in since.c has no row for it')
    return wrong


# What pyVmomi 7 says where pyVmomi 8 knows a version between.
BETWEEN = {('6.7.2', '7.0')}


def check_rows():
    """what the table says, by pyVmomi"""
    wrong = []
    methods = {m.wsdlName: m for name in VmomiSupport._wsdlDefMap for kind in [managed(name)] if kind
               for m in kind._GetMethodList()}
    for (owner, name), (version, type_) in table().items():
        of = methods.get(owner or name)
        if of is not None:
            info = of if owner is None else next(p for p in of.params if p.name == name)
        else:
            kind = wsdl(owner or name)
            info = property_of(kind, name) if owner else None
        says = since(info.version if info is not None else kind._version)
        if says != version and (says, version) not in BETWEEN:
            wrong.append(f'{owner}.{name}: {version}, but pyVmomi says {says}')
        if type_ is not None and item(info.type)._wsdlName != type_:
            wrong.append(f'{owner}.{name}: of the type {type_}, but pyVmomi says {item(info.type)._wsdlName}')
    return wrong


def managed(key):
    try:
        kind = VmomiSupport.GetWsdlType(*key)
    except Exception:  # pylint: disable=broad-except
        return None  # no class
    return kind if hasattr(kind, '_GetMethodList') else None


def operations(api):
    written = set(line.split('\t')[1].split()[0] for line in sys.stdin if line.split()[-1] in ('w', 'rw'))
    wrong = [f'{file}: no operation of this test writes it: add one' for file in
             sorted(written - {operation[0] for operation in OPERATIONS})]
    for operation in OPERATIONS:
        said = judge(operation, api)
        wrong += [f'{operation[0]}, operation {OPERATIONS.index(operation)}: {said}'] if said else []
    kept = json.loads(control('GET', '/kept'))
    if len(kept) < 100:
        wrong.append(f'only {len(kept)} requests came')
    return wrong + sorted(check_requests(api, kept, table()))


faults = check_rows() if sys.argv[1] == 'rows' else operations(sys.argv[4])
for fault in faults:
    print('FAIL:', fault)
sys.exit(1 if faults else 0)
