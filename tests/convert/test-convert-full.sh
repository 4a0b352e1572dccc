#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/convert/test-convert-full.sh - what a VMX has that libvirt's XML has not
#
# Of the VMX files in tests/convert/pairs, made XML and VMX again: with --full no key is lost;
# without it those that hvfs-convert(1) lists.  And each word that stands for such a key,
# the notes on what is left out, and the hardware version that a domain needs.
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/convert/lost.sh"

convert=$build_dir/convert/hvfs-convert

for vmx in "$tests_dir"/convert/pairs/vmx2xml/*.vmx; do
  case $vmx in */refused-*) continue ;; esac
  lost_keys "$convert" '' "$vmx" >>"$tmp/lost"
  expect_eq "lost with --full of $vmx" "$(lost_keys "$convert" --full "$vmx")" ''
done
summary <"$tmp/lost" >"$tmp/lost.summary"
sed -n '/^\.\\" lost keys/,/^\.\\" end of lost keys/p' "$tests_dir/../man/hvfs-convert.1" |
  sed -n 's/^\.Li \([^ ]*\).*/\1/p' | sed 's/\\&//' >"$tmp/lost.manual"
diff "$tmp/lost.manual" "$tmp/lost.summary" >&2 || fail 'the manual has another list of what is lost'

# --- words for devices, in any order of the keys

cat >"$tmp/w.vmx" <<'VMX'
config.version = "8"
virtualHW.version = "19"
displayName = "w"
guestOS = "windows9-64"
firmware = "efi"
uefi.secureBoot.enabled = "TRUE"
nvram = "w.nvram"
vhv.enable = "TRUE"
vm.genid = "-8536964529876543210"
vm.genidX = "1234605616436508552"
vcpu.hotadd = "TRUE"
usb_xhci.present = "TRUE"
usb.present = "TRUE"
ehci.present = "TRUE"
sound.present = "TRUE"
sound.virtualDev = "hdaudio"
vtpm.present = "TRUE"
vwdt.present = "TRUE"
vwdt.runOnBoot = "TRUE"
precisionclock0.refClockProtocol = "ntp"
precisionclock0.present = "TRUE"
vmi.present = "TRUE"
tpm.present = "FALSE"
ethernet3.present = "TRUE"
ethernet3.connectionType = "nat"
ethernet3.addressType = "static"
ethernet3.address = "00:50:56:01:02:03"
ethernet3.pciSlotNumber = "160"
ethernet3.limit = "100"
ethernet3.reservation = "10"
ethernet3.shares = "high"
serial0.present = "TRUE"
serial0.fileType = "network"
serial0.fileName = "vSPC.py"
serial0.network.endPoint = "client"
serial0.vspc = "telnets://vspc:13370"
serial1.present = "TRUE"
serial1.fileType = "network"
serial1.fileName = "telnet://h:1"
serial1.network.endPoint = "server"
serial1.vspc = "telnets://vspc:13370"
scsi2.present = "TRUE"
scsi2.virtualDev = "lsilogic"
scsi2:3.present = "TRUE"
scsi2:3.deviceType = "scsi-passthru"
scsi2:3.fileName = "/vmfs/devices/generic/tape"
scsi2:4.present = "TRUE"
scsi2:4.deviceType = "scsi-passthru"
scsi2:4.fileName = "auto detect"
usb.autoConnect.device0 = "vid:03e7 pid:2485"
usb.autoConnect.device2 = "path:1/3/0 autoclean:1"
pciPassthru4.present = "TRUE"
pciPassthru4.id = "00000:059:31.1"
pciPassthru4.deviceId = "0x1b38"
pciPassthru5.present = "TRUE"
pciPassthru5.vgpu = "grid_p40-1q"
VMX

"$convert" --full --strict "$tmp/w.vmx" >"$tmp/w.xml"
for line in "<feature policy='require' name='vmx'/>" "<controller type='usb' index='0' model='piix3-uhci'/>" \
  "<controller type='usb' index='1' model='ehci'/>" "<controller type='usb' index='2' model='nec-xhci'/>" \
  "<sound model='ich9'/>" "<tpm model='tpm-crb'>" "<interface type='user' vmware:number='3'>" \
  "<bandwidth vmware:reservation='1250' vmware:shares='high'>" "<outbound average='12500'/>" \
  "<source mode='connect' host='' service='' vmware:uri='vSPC.py' vmware:proxy='telnets://vspc:13370'/>" \
  "<source mode='bind' host='h' service='1' vmware:proxy='telnets://vspc:13370'/>" "<vendor id='0x03e7'/>" \
  "<source vmware:name='/vmfs/devices/generic/tape'/>" "<source vmware:name='auto detect'/>" \
  "<address type='drive' controller='2' bus='0' target='0' unit='4'/>" \
  "<hostdev mode='subsystem' type='usb' vmware:number='2'>" "<source vmware:name='path:1/3/0 autoclean:1'/>" \
  "<address domain='0x0000' bus='0x3b' slot='0x1f' function='0x1'/>" "<vmware:key name='pciPassthru4.deviceId' value='0x1b38'/>" \
  "<vmware:key name='pciPassthru5.vgpu' value='grid_p40-1q'/>" "<vmware:key name='guestOS' value='windows9-64'/>" "<vmware:key name='virtualHW.version' value='19'/>" \
  "<vmware:key name='vwdt.runOnBoot' value='TRUE'/>" "<vmware:key name='precisionclock0.refClockProtocol' value='ntp'/>" \
  "<vmware:key name='vmi.present' value='TRUE'/>" "<vmware:key name='nvram' value='w.nvram'/>" "<vmware:key name='ethernet3.pciSlotNumber' value='160'/>"; do
  grep -qF "$line" "$tmp/w.xml" || fail "no $line"
done
! grep -q 'vmware:key.*\(vtpm\|sound\|usb\|vhv\|vspc\|shares\|Passthru4.id\)' "$tmp/w.xml" || fail 'a word and a key'
"$convert" --strict "$tmp/w.xml" >"$tmp/back.vmx"
sort "$tmp/w.vmx" >"$tmp/w.sorted"
LC_ALL=C tr '[:upper:]' '[:lower:]' <"$tmp/back.vmx" >"$tmp/back.lower"
LC_ALL=C tr '[:upper:]' '[:lower:]' <"$tmp/w.vmx" | while read -r line; do
  grep -qxF "$line" "$tmp/back.lower" || fail "lost: $line"
done

# A setting that only servers have is not made a key of the VMX.
sed "s|<vmware:key name='nvram'.*|<vmware:key name='swapPlacement' value='hostLocal'/>|" "$tmp/w.xml" >"$tmp/swap.xml"
"$convert" "$tmp/swap.xml" >"$tmp/swap.vmx" 2>"$tmp/swap.notes"
! grep -qi swapPlacement "$tmp/swap.vmx" || fail 'swapPlacement in a VMX'
grep -q "note: .*'swapPlacement'.*no VMX has it" "$tmp/swap.notes" || fail "no note on swapPlacement: $(cat "$tmp/swap.notes")"

# --- notes: one for each device, --quiet, --strict

"$convert" "$tmp/w.vmx" >"$tmp/plain.xml" 2>"$tmp/notes"
! grep -q 'vmware\|sound\|tpm' "$tmp/plain.xml" || [ "$(grep -c vmware "$tmp/plain.xml")" = 1 ] ||
  fail 'more than libvirt prints'
for lost in 'ethernet3.limit is' 'ethernet3.reservation is' 'ethernet3.shares is' 'serial0.fileName = "vSPC.py" is' 'serial0.vspc is' \
  'serial1.vspc is' 'usb.autoConnect.device0 is' 'usb.autoConnect.device2 is' 'pciPassthru4 is' \
  'scsi2:3.fileName = "/vmfs/devices/generic/tape" is' 'scsi2:4.fileName = "auto detect" is'; do
  grep -qF "note: $lost left out of ordinary XML" "$tmp/notes" || fail "nobody says that $lost lost"
done
grep -qx "hvfs-convert: $tmp/w.vmx: line 15: note: sound.present = \"TRUE\" and 1 more keys of that device are left out of ordinary XML" "$tmp/notes"
sed 's/windows9-64/arm-ubuntu-64/' "$tmp/w.vmx" >"$tmp/arm.vmx"
"$convert" "$tmp/arm.vmx" 2>"$tmp/arm-notes" | grep -q "arch='x86_64'" || fail 'ARM, ordinary'
grep -q 'guestOS = "arm-ubuntu-64" is left out of ordinary XML, which says x86_64, as libvirt' "$tmp/arm-notes"
"$convert" --full "$tmp/arm.vmx" >"$tmp/arm.xml"
grep -q "arch='aarch64'" "$tmp/arm.xml" || fail 'ARM, full'
"$convert" "$tmp/arm.xml" | grep -qx 'guestOS = "arm-ubuntu-64"' || fail 'ARM and back'
sed '/vmware:key.*guestOS/d' "$tmp/arm.xml" | "$convert" 2>/dev/null | grep -qx 'guestOS = "arm-other-64"' ||
  fail 'ARM by its arch'
grep -qx "hvfs-convert: $tmp/w.vmx: note: guestOS = \"windows9-64\" is left out of ordinary XML, which has its arch alone" "$tmp/notes"
! grep -q 'tpm.present = "FALSE"' "$tmp/notes" || fail 'a note on a device that is not there'
"$convert" --quiet "$tmp/w.vmx" 2>&1 | diff "$tmp/plain.xml" - >&2
expect_failure 'things are left out, which --strict forbids' "$convert" --quiet --strict "$tmp/w.vmx"

# --- other hypervisors' names of the same devices; what is no key

xml () {
  printf "<domain type='vmware' xmlns:vmware='http://libvirt.org/schemas/domain/vmware/1.0'>\n<name>x</name><memory>4096</memory><os><type>hvm</type></os>\n%s</domain>\n" "$1"
}
xml "<devices><sound model='ich6'/><controller type='usb' model='ich9-ehci1'/><tpm model='tpm-tis'/></devices>" |
  "$convert" --quiet >"$tmp/others.vmx"
for line in 'sound.virtualDev = "hdaudio"' 'usb.present = "TRUE"' 'ehci.present = "TRUE"' \
  'vtpm.present = "TRUE"' 'virtualHW.version = "14"'; do
  grep -qx "$line" "$tmp/others.vmx" || fail "no $line"
done
xml "<vmware:key name='vwdt.present' value='TRUE'/>" | "$convert" | grep -qx 'virtualHW.version = "17"' || fail 'the version of a watchdog timer'
bad () {
  xml "$2" >"$tmp/bad.xml"
  expect_failure "$1" "$convert" "$tmp/bad.xml"
}
bad 'line 3: <key>: must have the name of a VMX key and its value' "<vmware:key name='a b' value='x'/>"
bad 'must have the name of a VMX key' "<vmware:key name='a'/>"
bad 'must have no quotes or line ends' "<vmware:key name='a' value='&quot;'/>"
bad "value='2' must be a hardware version" "<vmware:key name='virtualHW.version' value='2'/>"
bad 'the number 1 is another' "<devices><interface/><interface vmware:number='2'/><interface vmware:number='1'/><interface vmware:number='1'/></devices>"

# --- the lowest hardware version that has all, and a given one that has not

version () {
  xml "$1" | "$convert" --quiet | sed -n 's/^virtualHW.version = "\(.*\)"$/\1/p'
}
disk () {
  printf "<disk><source file='[d] a.vmdk'/><target dev='%s' bus='%s'/></disk>" "$1" "$2"
}
expect_eq 'nothing' "$(version '')" 4
expect_eq 'vmxnet3' "$(version "<devices><interface><model type='vmxnet3'/></interface></devices>")" 7
expect_eq 'five interfaces' "$(version '<devices><interface/><interface/><interface/><interface/><interface/></devices>')" 7
expect_eq 'vcpus' "$(version '<vcpu>65</vcpu>')" 11
expect_eq 'SATA' "$(version "<devices>$(disk sda sata)</devices>")" 10
expect_eq 'NVMe' "$(version "<devices>$(disk nvme0n1 nvme)</devices>")" 13
expect_eq 'virtio' "$(version "<devices>$(disk vda virtio)</devices>")" 7
xml "<devices>$(disk sda sata)</devices>" | "$convert" --hw-version 8 2>"$tmp/notes" | grep -qx 'sata0:0.present = "true"'
grep -qx 'hvfs-convert: standard input: line 3: note: a SATA disk needs virtualHW.version 10, it is 8' "$tmp/notes"
