# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/edit/agree.py - whether domain XML from several sources says the same

    agree.py OURS FULL OTHER...

FULL is what hvfs-convert --full makes of the VMX: what libvirt's driver does not show (hvfs(5)) must
be the same there as in OURS.  Prints the first differences and exits with 1; what may differ is in
hvfs(5), under config.xml, and is taken out here.
"""
import difflib
import sys
import xml.etree.ElementTree as ET

VMWARE = '{http://libvirt.org/schemas/domain/vmware/1.0}'


def remove(parent, elements):
    for element in list(elements):
        parent.remove(element)


# Of <devices> and others: what libvirt's driver does not show.
MORE = ['cpu/feature', 'os/bootmenu', 'devices/sound', 'devices/tpm', "devices/controller[@type='usb']",
        'devices/disk/iotune', 'devices/disk/shareable', 'devices/interface/bandwidth',
        'devices/video/model/acceleration', 'devices/hostdev']


def parents(domain, path):
    above, _, tag = path.rpartition('/')
    return [(parent, e) for parent in domain.findall(above) for e in parent.findall(tag)]


def take_more(domain, all_keys):
    """What libvirt does not show, taken out: a list of text.  @all_keys: the names of <vmware:key> that count"""
    found = []
    for path in MORE:
        for parent, e in parents(domain, path):
            e.tail = ''
            found.append(f'{path} {parent.findtext("name") or ""} ' +
                         ' '.join(f'{i.tag}{sorted(i.attrib.items())}{(i.text or "").strip()}' for i in e.iter()))
            parent.remove(e)
            parent.text = parent.text if len(parent) else None
    for end in domain.findall('devices/serial/source') + domain.findall('devices/console/source'):
        found += [f'{name} {end.attrib.pop(name)}' for name in list(end.attrib) if name.startswith(VMWARE)]
    found += ['snapshot=' + disk.attrib.pop('snapshot') for disk in domain.findall('devices/disk[@snapshot]')]
    found += [f'{e.get("name")}={e.get("value")}' for e in domain.findall(VMWARE + 'key') if e.get('name') in all_keys]
    for cpu in [e for e in domain.findall('cpu') if len(e) == 0]:
        domain.remove(cpu)
    return found


def without_differences(path, old):
    domain = ET.parse(path).getroot()  # comments are dropped by it
    devices = domain.find('devices')
    take_more(domain, [])
    if old:  # libvirt 9 has neither
        for topology in domain.findall('cpu/topology'):
            topology.attrib.pop('clusters', None)
        for os in domain.findall('os'):
            remove(os, os.findall('firmware'))
    # A VMX file knows neither whether it runs nor where.
    domain.attrib.pop('id', None)
    remove(domain, [e for e in domain if e.tag.startswith(VMWARE)])
    # The drive of a client is an empty one, and libvirt's is none.
    remove(devices, [d for d in devices.findall('disk')
                     if d.get('device') == 'cdrom' and d.find('source') is None])
    for device in devices:
        # Where a disk is, and what it boots from.
        remove(device, device.findall('address') + device.findall('boot'))
    # SCSI and SATA begin at sda both.
    for disk in devices.findall('disk'):
        if disk.find('target').get('bus') == 'sata':
            disk.find('target').attrib.pop('dev')
    # Controllers without a disk.
    buses = {d.find('target').get('bus') for d in devices.findall('disk')}
    remove(devices, [c for c in devices.findall('controller')
                     if c.get('type') not in buses or (c.get('type') == 'scsi' and c.get('index') != '0')])
    ET.indent(domain)
    return ET.tostring(domain, encoding='unicode').splitlines()


ours = ET.parse(sys.argv[1]).getroot()
keys = {e.get('name') for e in ours.findall(VMWARE + 'key')}
more = take_more(ours, keys)
full = take_more(ET.parse(sys.argv[2]).getroot(), keys)
status = 0
if sorted(more) != sorted(full):
    status = 1
    print(f'not of the VMX: {sorted(set(more) - set(full))}; only there: {sorted(set(full) - set(more))}')
for other in sys.argv[3:]:
    text = open(other).read()
    old = 'dies=' in text and 'clusters=' not in text
    lines = list(difflib.unified_diff(without_differences(sys.argv[1], old), without_differences(other, old),
                                      sys.argv[1], other, lineterm=''))
    print('\n'.join(lines[:40]), end='')
    status = status or len(lines) > 0
sys.exit(status)
