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
    for port in domain.findall('devices/serial') + domain.findall('devices/console'):
        end = port.find('source')
        if end is not None and end.get(VMWARE + 'uri') is not None:  # to libvirt it leads nowhere
            found.append(f'{port.tag} {sorted(end.attrib.items())}')
            port.set('type', 'null')
            remove(port, port.findall('source') + port.findall('protocol'))
    for net in domain.findall("devices/interface[@type='null']"):
        for end in net.findall('source'):
            found.append(f'opaque {sorted(end.attrib.items())}')
            net.remove(end)
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
    remove(devices, filter(no_keys, list(devices)))
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
    # An interface without a model is a flexible one, to a server vlance.
    for net in devices.findall('interface'):
        remove(net, net.findall("model[@type='vlance']"))
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


def no_keys(device):
    """No source says what keys of a VMX it has (hvfs-convert(1))."""
    return device.tag == 'memory' or (device.tag == 'interface' and device.get('type') == 'hostdev')


def differences(ours_path, full_path, *others):
    """The first of them, as text; none: ''"""
    ours = ET.parse(ours_path).getroot()
    for setting in ours.findall(VMWARE + "key[@name='swapPlacement']"):  # which no VMX has
        ours.remove(setting)
    remove(ours.find('devices'), filter(no_keys, list(ours.find('devices'))))
    keys = {e.get('name') for e in ours.findall(VMWARE + 'key')}
    more = take_more(ours, keys)
    full = take_more(ET.parse(full_path).getroot(), keys)
    text = ''
    if sorted(more) != sorted(full):
        text = f'not of the VMX: {sorted(set(more) - set(full))}; only there: {sorted(set(full) - set(more))}\n'
    for other in others:
        with open(other, encoding='utf-8') as file:
            said = file.read()
        old = 'dies=' in said and 'clusters=' not in said
        lines = difflib.unified_diff(without_differences(ours_path, old), without_differences(other, old),
                                     ours_path, other, lineterm='')
        text += '\n'.join(list(lines)[:40])
    return text


if __name__ == '__main__':
    found = differences(*sys.argv[1:])
    print(found, end='')
    sys.exit(found != '')
