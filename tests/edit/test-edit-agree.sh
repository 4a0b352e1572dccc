#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/edit/test-edit-agree.sh - config.xml, the VMX file converted, and libvirt's own driver
# say the same of every domain, as the server made it and after an edit of everything
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"
requires_vim
requires virsh
CONVERT=${CONVERT:-$build_dir/convert/hvfs-convert}

start_vcsim -api 7.0 -mixed -vm 6 -host 2 -nsx 1
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
virsh_login
compared=0

# agree DIRECTORY  All three say the same of the domain there.
agree () {
  vm=$(basename "$1")
  path=$(cd "$1" && pwd -P | sed "s|^$mnt/datacenters/||; s|/clusters/|/|; s|/hosts/|/|; s|/domains/.*||")
  virsh -q -c "vpx://user@$vcsim_hostport/$path?no_verify=1" dumpxml "$vm" >"$tmp/virsh.xml"
  cat "$1/config.xml" >"$tmp/hvfs.xml"
  cat "$1/config.vmx" >"$tmp/vm.vmx"
  vmx=$(vim get "$vm" config.files.vmPathName)
  "$CONVERT" --to xml --directory "${vmx%/*}" "$tmp/vm.vmx" >"$tmp/vmx.xml"
  "$CONVERT" --to xml --full --directory "${vmx%/*}" "$tmp/vm.vmx" >"$tmp/full.xml"
  "$PYTHON" "$tests_dir/edit/agree.py" "$tmp/hvfs.xml" "$tmp/full.xml" "$tmp/virsh.xml" "$tmp/vmx.xml" ||
    fail "$vm is not the same to all"
  compared=$((compared + 1))
}

# agree_all  Templates are no domains to libvirt.
agree_all () {
  for domain in "$mnt"/datacenters/*/hosts/*/domains/* "$mnt"/datacenters/*/clusters/*/hosts/*/domains/*; do
    if [ "$(cat "$domain/template")" = no ]; then agree "$domain"; fi
  done
}
agree_all
[ "$compared" -ge 8 ] || fail "only $compared domains were compared"

# Everything that an edit can say, on one that is off; but for tape drives and the like, with which
# libvirt's driver shows no domain at all.
name=DC0_H0_VM0
d=$(cd "$mnt/by-name/$name" && pwd -P)
echo off >"$d/state"
"$PYTHON" - "$d/config.xml" >"$tmp/new.xml" <<'END'
import re, sys
import fields
xml = open(sys.argv[1]).read()
def put(pattern, new):
    global xml
    xml, n = re.subn(pattern, new, xml, count=1)
    assert n == 1, pattern
put(r'<description>.*</description>', '<description>one|two "three" &lt;4&gt; 50% äöü</description>')
put(r'<memory .*', "<memory unit='MiB'>1024</memory>")
put(r'<currentMemory .*', "<currentMemory unit='MiB'>768</currentMemory>\n"
    "<memtune><min_guarantee unit='MiB'>256</min_guarantee></memtune>")
put(r'<vcpu .*', "<vcpu placement='static' cpuset='0-3,6'>4</vcpu>")
put(r'<shares>.*', '<shares>4321</shares>')
put(r'<clock', "<cpu><topology sockets='2' cores='2' threads='1'/>"
    "<feature policy='require' name='vmx'/></cpu><clock")
put(r'<os>', "<os firmware='efi'>")
put(r'(</type>)', r"\1<firmware><feature enabled='yes' name='secure-boot'/></firmware><bootmenu enable='yes' timeout='4000'/><smbios mode='host'/>")
put(r'(<target dev=.sda. bus=.scsi./>)', r'\1<transient/><iotune><total_iops_sec>900</total_iops_sec></iotune>')
put(r'(  <video>)', r"""
    <disk type='file' device='disk' snapshot='no'><source file='[LocalDS_0] more/b.vmdk'/><capacity unit='MiB'>8</capacity>
      <target dev='sdb' bus='scsi'/><shareable/></disk>
    <controller type='usb' index='0' model='piix3-uhci'/><controller type='usb' index='1' model='ehci'/>
    <controller type='usb' index='2' model='nec-xhci'/><sound model='es1370'/>
    <hostdev mode='subsystem' type='usb'><source><vendor id='0x03e7'/><product id='0x2485'/></source></hostdev>
    <hostdev mode='subsystem' type='usb'><source vmware:name='path:1/3/0'/></hostdev>
    <hostdev mode='subsystem' type='pci'><source><address domain='0x0000' bus='0x0d' slot='0x00' function='0x1'/></source></hostdev>
    <disk type='file' device='floppy'><source file='[LocalDS_0] more/b.flp'/><target dev='fda' bus='fdc'/></disk>
    <disk type='block' device='cdrom'><source dev='/dev/cdrom'/><target dev='hda' bus='ide'/></disk>
    <interface type='bridge'><mac address='00:50:56:11:22:33' type='static'/><source bridge='VM Network'/>
      <model type='e1000'/><bandwidth vmware:reservation='1250' vmware:shares='high'><outbound average='25000'/></bandwidth></interface>
    <interface type='bridge'><mac address='00:50:56:11:22:34' type='static'/><source bridge='DC0_NSX0'/>
      <model type='vmxnet3'/></interface>
    <serial type='tcp'><source mode='bind' host='10.0.0.1' service='9000' vmware:proxy='telnets://vspc:13370'/><protocol type='telnet'/></serial>
    <serial type='file'><source path='[LocalDS_0] more/serial.txt'/></serial>
    <parallel type='dev'><source path='/dev/parport0'/></parallel>
    <graphics type='vnc' port='5905' autoport='no' listen='0.0.0.0' keymap='de'/>
    <filesystem type='mount' accessmode='passthrough'><source dir='/srv'/><target dir='srv'/></filesystem>
\1""")
put("vram='4096' primary='yes'/>", "vram='8192' primary='yes'><acceleration accel3d='yes'/></model>")
put('(  <vmware:moref>)', "".join(f"<vmware:key name='{key}' value='{value}'/>" for key, value in (
    *(row[:2] for row in fields.SETTINGS), ('vwdt.present', 'TRUE'), ('vwdt.runOnBoot', 'TRUE'), ('vmi.present', 'TRUE'),
    ('precisionclock0.present', 'TRUE'), ('precisionclock0.refClockProtocol', 'ntp'))) + r'\1')
sys.stdout.write(xml)
END
"$PYTHON" - "$vcsim_url" <<'END'
import ssl, sys, urllib.request
url = sys.argv[1].replace('/sdk', '/folder/more/b.flp?dcPath=DC0&dsName=LocalDS_0')
request = urllib.request.Request(url, data=b'floppy', method='PUT',
                                 headers={'Authorization': 'Basic dXNlcjpwYXNzIHdvcmQ=',
                                          'Content-Type': 'application/octet-stream'})
urllib.request.urlopen(request, context=ssl._create_unverified_context()).read()
END
cp "$tmp/new.xml" "$d/config.xml" || fail "$(cat "$d/error")"
agree "$d"
for word in parport0 vmware:opaqueid; do
  grep -q "$word" "$tmp/hvfs.xml" || fail "the edit of $word is not there"
done
unmount_hvfs
