# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/edit/agree.py - whether domain XML from several sources says the same

    agree.py OURS OTHER...

Prints the first differences and exits with 1; what may differ is in hvfs(5), under
config.xml, and is taken out here.
"""
import difflib
import sys
import xml.etree.ElementTree as ET

VMWARE = '{http://libvirt.org/schemas/domain/vmware/1.0}'


def remove(parent, elements):
    for element in list(elements):
        parent.remove(element)


def without_differences(path, old):
    domain = ET.parse(path).getroot()  # comments are dropped by it
    devices = domain.find('devices')
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


status = 0
for other in sys.argv[2:]:
    text = open(other).read()
    old = 'dies=' in text and 'clusters=' not in text
    lines = list(difflib.unified_diff(without_differences(sys.argv[1], old), without_differences(other, old),
                                      sys.argv[1], other, lineterm=''))
    print('\n'.join(lines[:40]), end='')
    status = status or len(lines) > 0
sys.exit(status)
