#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/edit/test-edit-foreign.sh - a text that was made for KVM defines a machine with one cp, and
# networks go by their names, whatever switch they are on
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"
requires_vim

start_vcsim -vm 2
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
domains=$mnt/datacenters/DC0/hosts/DC0_H0/domains

# As virsh dumpxml prints a guest of virt-install's; $1: of its disk.
kvm_text () {
  cat <<XML
<domain type='kvm' id='3'>
  <name>web01</name>
  <uuid>0f5ecc1e-1f1f-4a4a-9c9c-0123456789ab</uuid>
  <metadata>
    <libosinfo:libosinfo xmlns:libosinfo="http://libosinfo.org/xmlns/libvirt/domain/1.0">
      <libosinfo:os id="http://debian.org/debian/12"/>
    </libosinfo:libosinfo>
  </metadata>
  <memory unit='KiB'>2097152</memory>
  <currentMemory unit='KiB'>2097152</currentMemory>
  <memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>
  <vcpu placement='static'>2</vcpu>
  <resource><partition>/machine</partition></resource>
  <os>
    <type arch='x86_64' machine='pc-q35-7.2'>hvm</type>
    <boot dev='hd'/>
    <boot dev='network'/>
    <bootmenu enable='yes'/>
  </os>
  <features><acpi/><apic/><vmport state='off'/></features>
  <cpu mode='host-passthrough' check='none' migratable='on'/>
  <clock offset='utc'>
    <timer name='rtc' tickpolicy='catchup'/>
    <timer name='pit' tickpolicy='delay'/>
    <timer name='hpet' present='no'/>
  </clock>
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>restart</on_reboot>
  <on_crash>destroy</on_crash>
  <pm><suspend-to-mem enabled='no'/><suspend-to-disk enabled='no'/></pm>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2' discard='unmap'/>
      <source file='/var/lib/libvirt/images/web01.qcow2' index='2'/>
      <backingStore/>
      <target dev='vda' bus='virtio'/>
      $1
      <alias name='virtio-disk0'/>
      <address type='pci' domain='0x0000' bus='0x04' slot='0x00' function='0x0'/>
    </disk>
    <disk type='file' device='cdrom'>
      <driver name='qemu' type='raw'/>
      <source file='/var/lib/libvirt/boot/debian-12.iso'/>
      <target dev='sda' bus='sata'/>
      <readonly/>
      <address type='drive' controller='0' bus='0' target='0' unit='0'/>
    </disk>
    <controller type='usb' index='0' model='qemu-xhci' ports='15'>
      <address type='pci' domain='0x0000' bus='0x02' slot='0x00' function='0x0'/>
    </controller>
    <controller type='pci' index='0' model='pcie-root'/>
    <controller type='pci' index='1' model='pcie-root-port'>
      <model name='pcie-root-port'/>
      <target chassis='1' port='0x10'/>
      <address type='pci' domain='0x0000' bus='0x00' slot='0x02' function='0x0' multifunction='on'/>
    </controller>
    <controller type='sata' index='0'>
      <address type='pci' domain='0x0000' bus='0x00' slot='0x1f' function='0x2'/>
    </controller>
    <controller type='virtio-serial' index='0'>
      <address type='pci' domain='0x0000' bus='0x03' slot='0x00' function='0x0'/>
    </controller>
    <interface type='network'>
      <mac address='52:54:00:12:34:56'/>
      <source network='default' portid='6b1b0d4e-0000-4000-8000-000000000000' bridge='virbr0'/>
      <target dev='vnet2'/>
      <model type='virtio'/>
      <address type='pci' domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>
    </interface>
    <interface type='bridge'>
      <mac address='52:54:00:12:34:57'/>
      <source bridge='DC0_DVPG0'/>
      <model type='virtio'/>
    </interface>
    <interface type='user'>
      <mac address='52:54:00:12:34:58'/>
      <model type='e1000e'/>
    </interface>
    <serial type='pty'>
      <source path='/dev/pts/1'/>
      <target type='isa-serial' port='0'><model name='isa-serial'/></target>
    </serial>
    <console type='pty' tty='/dev/pts/1'>
      <source path='/dev/pts/1'/>
      <target type='serial' port='0'/>
    </console>
    <channel type='unix'>
      <source mode='bind' path='/run/libvirt/qemu/channel/3-web01/org.qemu.guest_agent.0'/>
      <target type='virtio' name='org.qemu.guest_agent.0' state='disconnected'/>
      <address type='virtio-serial' controller='0' bus='0' port='1'/>
    </channel>
    <channel type='spicevmc'><target type='virtio' name='com.redhat.spice.0'/></channel>
    <input type='tablet' bus='usb'><address type='usb' bus='0' port='1'/></input>
    <input type='mouse' bus='ps2'/>
    <input type='keyboard' bus='ps2'/>
    <tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>
    <graphics type='spice' port='5900' autoport='yes' listen='127.0.0.1'>
      <listen type='address' address='127.0.0.1'/>
      <image compression='off'/>
    </graphics>
    <sound model='ich9'/>
    <audio id='1' type='spice'/>
    <video>
      <model type='qxl' ram='65536' vram='65536' vgamem='16384' heads='1' primary='yes'/>
      <address type='pci' domain='0x0000' bus='0x00' slot='0x01' function='0x0'/>
    </video>
    <redirdev bus='usb' type='spicevmc'/>
    <watchdog model='itco' action='reset'/>
    <memballoon model='virtio'><address type='pci' domain='0x0000' bus='0x05' slot='0x00' function='0x0'/></memballoon>
    <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
  </devices>
  <seclabel type='dynamic' model='apparmor' relabel='yes'/>
</domain>
XML
}

# Its image is nowhere: an empty disk in its place would be no copy of the guest.
mkdir "$domains/web01"
kvm_text '' >"$tmp/web01.xml"
if cp "$tmp/web01.xml" "$domains/web01/config.xml" 2>"$tmp/err"; then fail "a disk that is nowhere"; fi
grep -q 'No such file' "$tmp/err" || fail "not ENOENT: $(cat "$tmp/err")"
reads "\[LocalDS_0\] web01/web01.vmdk.*; copy it there, or write <capacity" "$domains/web01/error" ||
  fail "error: $(cat "$domains/web01/error")"

kvm_text "<capacity unit='GiB'>4</capacity>" >"$tmp/web01.xml"
cp "$tmp/web01.xml" "$domains/web01/config.xml" || fail "refused: $(cat "$domains/web01/error")"
d=$domains/web01
shows () { grep -q -- "$1" "$d/config.xml" || fail "no $1 in $(cat "$d/config.xml")"; }
shows "<source file='\[LocalDS_0\] web01/web01.vmdk'/>"
shows "<target dev='sda' bus='scsi'/>"
shows "<model type='vmxnet3'/>"
shows "<mac address='52:54:00:12:34:56'"
expect_eq state "$(cat "$d/state")" off
expect_eq uuid "$(cat "$d/uuid")" 0f5ecc1e-1f1f-4a4a-9c9c-0123456789ab
expect_eq networks "$(vim get web01 network | tr -d '\n')" '["VM Network", "DC0_DVPG0"]'
# What is on a network that the host has is connected when it starts, nothing else is.
vim get web01 config.hardware.device >"$tmp/devices"
starts=$("$PYTHON" -c 'import json, sys
print(*[d["connectable"]["startConnected"] for d in json.load(open(sys.argv[1])) if "macAddress" in d])' "$tmp/devices")
expect_eq 'connected at start' "$starts" 'False True False'
# Its boot order: the disk, then the interfaces.
shows "<boot order='1'/>"
# What was left out is in its error, a line each, until something else is done with it.
for note in "line 11: <memoryBacking>" '<cpu>' '<emulator>\|<channel>' '<tpm>' '<sound>' '<rng>\|<memballoon>' \
  "the drive .*is empty: 'debian-12.iso'" "not connected: the host has no network 'default'"; do
  grep -q -- "config.xml: note: .*$note\|config.xml: note: $note" "$d/error" || fail "no note of $note: $(cat "$d/error")"
done
echo words >"$d/annotation"
expect_eq 'error after something else' "$(cat "$d/error")" ''
# The same text once more says which is the same machine.
mkdir "$domains/web02"
sed 's/web01/web02/' "$tmp/web01.xml" >"$tmp/web02.xml"
if cp "$tmp/web02.xml" "$domains/web02/config.xml" 2>/dev/null; then fail 'the same uuid'; fi
echo web01 >"$d/destroy"

# ---- networks by name, in edits ----
name=DC0_H0_VM0
d=$mnt/by-name/$name
sed "s|</devices>|<interface type='bridge'><source bridge='DC0_DVPG0'/></interface></devices>|" "$d/config.xml" >"$tmp/x"
cp "$tmp/x" "$d/config.xml" || fail "bridge: $(cat "$d/error")"
expect_eq 'on the portgroup' "$(grep -c "interface type='vds'" "$d/config.xml")" 2
group=$(vim get "$name" config.hardware.device | "$PYTHON" -c 'import json, sys
print(*sorted(set(d["backing"]["port"]["switchUuid"] for d in json.load(sys.stdin) if "port" in d.get("backing", {}))))')
expect_eq 'one switch' "$(echo "$group" | wc -w)" 1
sed "0,/<interface type='vds'>/s//<interface type='network'>/; 0,/<source switchid[^>]*>/s//<source network='VM Network'\/>/" \
  "$d/config.xml" >"$tmp/x"
cp "$tmp/x" "$d/config.xml" || fail "network: $(cat "$d/error")"
shows "<source bridge='VM Network'/>"
sed "s|'VM Network'|'nowhere'|" "$d/config.xml" >"$tmp/x"
if cp "$tmp/x" "$d/config.xml" 2>/dev/null; then fail 'a network that is nowhere'; fi
reads "no network 'nowhere'; it has .*'VM Network'" "$d/error" || fail "nowhere: $(cat "$d/error")"

# Of two with one name the user says which.
moref=$(cat "$mnt/datacenters/DC0/networks/DC0_DVPG0/moref")
other=$(cat "$mnt/datacenters/DC0/networks/VM Network/moref")
control POST /set -d object="$other" -d path=name -d value=DC0_DVPG0 >/dev/null
await missing "$mnt/datacenters/DC0/networks/VM Network"
sed "s|</devices>|<interface type='bridge'><source bridge='DC0_DVPG0'/></interface></devices>|" "$d/config.xml" >"$tmp/x"
if cp "$tmp/x" "$d/config.xml" 2>/dev/null; then fail 'an ambiguous network'; fi
reads "several networks called 'DC0_DVPG0'.*'$other'" "$d/error" || fail "ambiguous: $(cat "$d/error")"
reads "'$moref'" "$d/error" || fail "ambiguous: $(cat "$d/error")"
sed "s|bridge='DC0_DVPG0'/></interface></devices>|bridge='$moref'/></interface></devices>|" "$tmp/x" >"$tmp/y"
cp "$tmp/y" "$d/config.xml" || fail "by its id: $(cat "$d/error")"
