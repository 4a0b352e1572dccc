#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/convert/test-convert-program.sh - hvfs-convert as its users run it
#
# The example of libvirt's documentation both ways, each option, what it reads from,
# what it refuses, output that fails, and that its manual has the options of its help.
. "${srcdir:-$(dirname "$0")/..}/functions.sh"

convert=$build_dir/convert/hvfs-convert
storage=local-storage=498076b2-02796c1a-ef5b-000ae484a6a3

cat >"$tmp/fedora.vmx" <<'VMX'
#!/usr/bin/vmware
config.version = "8"
virtualHW.version = "4"
floppy0.present = "false"
displayName = "Fedora11"
guestOS = "rhel5"
memsize = "1024"
scsi0.present = "true"
scsi0.virtualDev = "lsilogic"
scsi0:0.present = "true"
scsi0:0.fileName = "/vmfs/volumes/498076b2-02796c1a-ef5b-000ae484a6a3/Fedora11/Fedora11.vmdk"
scsi0:0.deviceType = "scsi-hardDisk"
ethernet0.present = "true"
ethernet0.networkName = "VM Network"
ethernet0.addressType = "vpx"
ethernet0.generatedAddress = "00:50:56:91:48:c7"
uuid.bios = "50 11 5e 16 9b dc 49 d7-f1 71 53 c4 d7 f9 17 10"
tools.syncTime = "FALSE"
VMX

cat >"$tmp/fedora.xml" <<'XML'
<domain type='vmware'>
  <name>Fedora11</name>
  <uuid>50115e16-9bdc-49d7-f171-53c4d7f91710</uuid>
  <memory unit='KiB'>1048576</memory>
  <currentMemory unit='KiB'>1048576</currentMemory>
  <vcpu placement='static'>1</vcpu>
  <os>
    <type arch='i686'>hvm</type>
  </os>
  <clock offset='utc'/>
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>restart</on_reboot>
  <on_crash>destroy</on_crash>
  <devices>
    <disk type='file' device='disk'>
      <source file='[local-storage] Fedora11/Fedora11.vmdk'/>
      <target dev='sda' bus='scsi'/>
      <address type='drive' controller='0' bus='0' target='0' unit='0'/>
    </disk>
    <controller type='scsi' index='0' model='lsilogic'/>
    <interface type='bridge'>
      <mac address='00:50:56:91:48:c7' type='generated'/>
      <source bridge='VM Network'/>
    </interface>
    <video>
      <model type='vmvga' vram='4096' primary='yes'/>
    </video>
  </devices>
</domain>
XML

cat >"$tmp/fedora-back.vmx" <<'VMX'
.encoding = "UTF-8"
config.version = "8"
virtualHW.version = "4"
guestOS = "other"
uuid.bios = "50 11 5e 16 9b dc 49 d7-f1 71 53 c4 d7 f9 17 10"
displayName = "Fedora11"
memsize = "1024"
numvcpus = "1"
scsi0.present = "true"
scsi0.virtualDev = "lsilogic"
scsi0:0.present = "true"
scsi0:0.deviceType = "scsi-hardDisk"
scsi0:0.fileName = "/vmfs/volumes/498076b2-02796c1a-ef5b-000ae484a6a3/Fedora11/Fedora11.vmdk"
floppy0.present = "false"
floppy1.present = "false"
ethernet0.present = "true"
ethernet0.networkName = "VM Network"
ethernet0.connectionType = "bridged"
ethernet0.addressType = "vpx"
ethernet0.generatedAddress = "00:50:56:91:48:c7"
svga.vramSize = "4194304"
VMX

# --- both ways, from a file and from standard input

"$convert" --datastore "$storage" "$tmp/fedora.vmx" >"$tmp/out.xml"
diff "$tmp/fedora.xml" "$tmp/out.xml"
"$convert" --datastore "$storage" - <"$tmp/fedora.vmx" | diff "$tmp/fedora.xml" -
"$convert" --datastore "$storage" <"$tmp/fedora.xml" | diff "$tmp/fedora-back.vmx" -
{ printf '\357\273\277'; cat "$tmp/fedora.xml"; } | "$convert" --datastore "$storage" |
  diff "$tmp/fedora-back.vmx" -

# --- options

# source_of NAME ARGUMENT...  The file of the disk of that name.
source_of () {
  sed "s|fileName = .*|fileName = \"$1\"|" "$tmp/fedora.vmx" >"$tmp/named.vmx"
  shift
  "$convert" "$@" "$tmp/named.vmx" | sed -n "s/.*<source file='\(.*\)'.*/\1/p"
}
expect_eq 'a loose file' "$(source_of a.vmdk)" '[?] ?/a.vmdk'
expect_eq 'in a directory' "$(source_of a.vmdk --directory '[ds] dir/vm/')" '[ds] dir/vm/a.vmdk'
expect_eq 'at the top' "$(source_of a.vmdk --directory '[ds]')" '[ds] a.vmdk'
expect_eq 'any datastore' "$(source_of /vmfs/volumes/x/y/a.vmdk)" '[x] y/a.vmdk'
expect_eq 'by name' "$(source_of /vmfs/volumes/x/y/a.vmdk --datastore x)" '[x] y/a.vmdk'
expect_eq 'two datastores' "$(source_of /vmfs/volumes/u/a.vmdk --datastore x --datastore y=u)" '[y] a.vmdk'
expect_eq 'more slashes' "$(source_of /vmfs/volumes//x//y/a.vmdk)" '[x] /y/a.vmdk'
expect_eq 'elsewhere' "$(source_of /mnt/a.vmdk)" '/mnt/a.vmdk'
source_of /vmfs/volumes/x/a.vmdk >/dev/null
expect_failure "no datastore 'x'" "$convert" --datastore y "$tmp/named.vmx"

"$convert" --hw-version 10 "$tmp/fedora.xml" | grep -qx 'virtualHW.version = "10"'
"$convert" --hw-version 10 "$tmp/fedora.xml" | grep -qx 'vmci0.present = "true"'
"$convert" --to xml "$tmp/fedora.xml" | diff "$tmp/fedora.xml" -
"$convert" --to vmx "$tmp/fedora.vmx" >"$tmp/same.vmx"
grep -qx 'guestOS = "rhel5"' "$tmp/same.vmx"
expect_eq 'the last line' "$(tail -n 1 "$tmp/same.vmx")" 'tools.syncTime = "FALSE"'
sed 's/\[local-storage\] Fedora11/[?] ?/' "$tmp/fedora.xml" | "$convert" |
  grep -qx 'scsi0:0.fileName = "Fedora11.vmdk"'

# --- what versions of libvirt print: the 64th disk of a controller, unit 64 (7 is its own)

wide=$(for u in 0 63 64 65; do printf 'scsi0:%s.present = "true"\nscsi0:%s.fileName = "%s.vmdk"\n' $u $u $u; done)
sed '/^scsi0:0/d; s/^virtualHW.*/virtualHW.version = "13"/' "$tmp/fedora.vmx" >"$tmp/wide.vmx"
echo "$wide" >>"$tmp/wide.vmx"
units () { "$convert" --quiet "$@" | sed -n "s/.* unit='\([0-9]*\)'.*/\1/p" | tr '\n' ' '; }
expect_eq 'by default' "$(units "$tmp/wide.vmx")" '0 63 '
expect_eq '11.3' "$(units --libvirt 11.3 "$tmp/wide.vmx")" '0 63 '
expect_eq '12.4' "$(units --libvirt 12.4.0 "$tmp/wide.vmx")" '0 63 '
expect_eq '12.5' "$(units --libvirt 12.5 "$tmp/wide.vmx")" '0 63 64 '
expect_eq '13.0' "$(units --libvirt 13.0.0 "$tmp/wide.vmx")" '0 63 64 '
"$convert" "$tmp/wide.vmx" 2>&1 | grep -qF 'note: scsi0:64.present = "true" and 1 more keys of that device'
"$convert" --libvirt 12.5 "$tmp/wide.vmx" 2>/dev/null | "$convert" >"$tmp/wide-back.vmx"
grep -qx 'scsi0:64.fileName = "64.vmdk"' "$tmp/wide-back.vmx"
grep -qx 'virtualHW.version = "13"' "$tmp/wide-back.vmx"
sed 's/^virtualHW.*/virtualHW.version = "10"/' "$tmp/wide.vmx" >"$tmp/narrow.vmx"
expect_eq 'narrow' "$(units --libvirt 12.5 "$tmp/narrow.vmx")" '0 '
# --- and from 12.4 on two UUIDs

{ cat "$tmp/fedora.vmx"; echo 'vc.uuid = "50 20 ca 5b 7a c1 5c 44-cf a1 9e 76 2e 2f 93 3b"'; } >"$tmp/two.vmx"
ids () { "$convert" --quiet "$@" | sed -n 's/^ *<\(.*uuid>.*\)<.*/\1/p' | tr '\n' ' '; }
bios=50115e16-9bdc-49d7-f171-53c4d7f91710
expect_eq '12.3' "$(ids --libvirt 12.3 "$tmp/two.vmx")" "uuid>$bios "
expect_eq '12.4, two' "$(ids --libvirt 12.4 "$tmp/two.vmx")" "uuid>5020ca5b-7ac1-5c44-cfa1-9e762e2f933b hwuuid>$bios "
expect_eq '12.4, one' "$(ids --libvirt 12.4 "$tmp/fedora.vmx")" "uuid>$bios hwuuid>$bios "
expect_eq '12.4, none' "$(sed /uuid/d "$tmp/fedora.vmx" | ids --libvirt 12.4)" 'uuid>00000000-0000-0000-0000-000000000000 '
expect_eq '12.4, vc.uuid alone' "$(sed /uuid.bios/d "$tmp/two.vmx" | ids --libvirt 12.4)" 'uuid>00000000-0000-0000-0000-000000000000 '
echo 'encryption.data = "AA"' | cat "$tmp/fedora.vmx" - | "$convert" 2>&1 >/dev/null | grep -q 'partly encrypted'
echo 'vc.uuid = ""' | cat "$tmp/fedora.vmx" - | "$convert" --libvirt 12.4 >/dev/null
"$convert" --quiet --libvirt 12.4 "$tmp/two.vmx" | "$convert" | grep uuid >"$tmp/two-back"
expect_eq 'and back' "$(cat "$tmp/two-back")" "$(printf '%s\n' \
  'uuid.bios = "50 11 5e 16 9b dc 49 d7-f1 71 53 c4 d7 f9 17 10"' \
  'vc.uuid = "50 20 ca 5b 7a c1 5c 44-cf a1 9e 76 2e 2f 93 3b"')"
for version in 12 12. 12.x 1.2.3.4 x ''; do
  expect_failure "--libvirt=$version: must be a version, such as 11.3 or 12.5.0" \
    "$convert" --libvirt "$version" "$tmp/wide.vmx"
done
expect_failure '--libvirt=11.2: must be 11.3 or later' "$convert" --libvirt 11.2 "$tmp/wide.vmx"

expect_eq 'hwuuid alone' "$("$convert" --quiet --libvirt 12.4 "$tmp/two.vmx" | sed '/<uuid>/d' | "$convert" | grep uuid)" \
  'uuid.bios = "50 11 5e 16 9b dc 49 d7-f1 71 53 c4 d7 f9 17 10"'

# --- a machine without a name, which only a file has: both ways

sed /displayName/d "$tmp/fedora.vmx" | "$convert" --quiet >"$tmp/nameless.xml"
! grep -q '<name>' "$tmp/nameless.xml" || fail 'a name was made up'
"$convert" --quiet "$tmp/nameless.xml" >"$tmp/nameless.vmx"
! grep -qi displayName "$tmp/nameless.vmx" || fail 'a name was made up'
"$convert" --quiet <"$tmp/nameless.vmx" | diff "$tmp/nameless.xml" -
expect_failure 'must have a <name>' sh -c "sed 's/vmware/kvm/' '$tmp/nameless.xml' | '$convert'"

# --- the SCSI model 'auto', by the disks themselves

mkdir -p "$tmp/store/Fedora11" "$tmp/beside"
sed "s/'lsilogic'/'auto'/" "$tmp/fedora.xml" >"$tmp/auto.xml"
model_of () {
  "$convert" "$@" | sed -n 's/^scsi0.virtualDev = "\(.*\)"$/\1/p'
}
for type in buslogic=buslogic lsilogic=lsilogic pvscsi=pvscsi lsisas1068=lsisas1068; do
  printf '# Disk DescriptorFile\nversion=1\nddb.adapterType = "%s"\n' "${type%=*}" >"$tmp/store/Fedora11/Fedora11.vmdk"
  expect_eq "auto, $type" "$(model_of --datastore local-storage="$tmp/store" "$tmp/auto.xml")" "${type#*=}"
done
expect_failure "line 15: <disk>: 'sda': its controller has the model 'auto', which '[local-storage] Fedora11/Fedora11.vmdk' does not tell: no --datastore" \
  "$convert" "$tmp/auto.xml"
printf 'ddb.adapterType = "ide"\n' >"$tmp/store/Fedora11/Fedora11.vmdk"
expect_failure 'its ddb.adapterType = "ide" is of no SCSI controller' \
  "$convert" --datastore local-storage="$tmp/store" "$tmp/auto.xml"
expect_failure 'No such file or directory: write model=' \
  "$convert" --datastore local-storage="$tmp/beside" "$tmp/auto.xml"
# In an image with data the descriptor is where its header says: here in sector 1.
{
  printf 'KDMV\001\000\000\000\003\000\000\000\000\000\010\000\000\000\000\000\200\000\000\000\000\000\000\000\001\000\000\000\000\000\000\000'
  head -c 476 /dev/zero
  printf '# Disk DescriptorFile\nddb.adapterType = "buslogic"\n'
} >"$tmp/beside/Fedora11.vmdk"
sed "s/\[local-storage\] Fedora11/[?] ?/" "$tmp/auto.xml" >"$tmp/beside/auto.xml"
expect_eq 'beside the XML' "$(model_of "$tmp/beside/auto.xml")" buslogic
expect_failure "'./Fedora11.vmdk': No such file" "$convert" --directory '[local-storage] Fedora11' <"$tmp/auto.xml"
cp "$tmp/auto.xml" "$tmp/beside/here.xml"
expect_eq 'its directory' "$(model_of --directory '[local-storage] Fedora11' "$tmp/beside/here.xml")" buslogic
sed "s|<controller.*|<disk type='file' device='disk'><driver name='auto'/><source file='/$tmp/beside/other.vmdk'/><target dev='sdb' bus='scsi'/></disk>|" \
  "$tmp/beside/auto.xml" >"$tmp/beside/two.xml"
printf 'ddb.adapterType = "lsilogic"\n' >"$tmp/beside/other.vmdk"
expect_failure "'sdb': wants another controller than the disks before it" "$convert" "$tmp/beside/two.xml"

# --- refusals, one line each

sed 's/1024/1023/' "$tmp/fedora.vmx" >"$tmp/bad.vmx"
expect_failure 'line 7: memsize = "1023": must be a multiple of 4 (MiB) greater than 0' \
  "$convert" "$tmp/bad.vmx"
sed "s/'vmware'/'lxc'/" "$tmp/fedora.xml" >"$tmp/bad.xml"
expect_failure "line 1: <domain>: type='lxc' must be vmware" "$convert" "$tmp/bad.xml"
expect_failure "line 1: <domain>: type='lxc' must be vmware" "$convert" --from-kvm "$tmp/bad.xml"
expect_failure '--network=a: must be FROM=TO' "$convert" --network a "$tmp/fedora.xml"
expect_failure '--disk=a=: must be FROM=TO' "$convert" --disk a= "$tmp/fedora.xml"
expect_failure 'config.version is missing' "$convert" /dev/null
expect_failure 'must be xml or vmx' "$convert" --to pdf "$tmp/fedora.xml"
expect_failure 'must be 4 or more' "$convert" --hw-version 3 "$tmp/fedora.xml"
expect_failure 'must be 4 or more' "$convert" --hw-version 0 "$tmp/fedora.xml"
expect_failure "must be '[DATASTORE] DIRECTORY'" "$convert" --directory dir "$tmp/fedora.xml"
expect_failure 'must be NAME, NAME=VOLUME-UUID or NAME=DIRECTORY/' "$convert" --datastore = "$tmp/fedora.xml"
expect_failure 'only one file' "$convert" "$tmp/fedora.xml" "$tmp/fedora.xml"
expect_failure 'nowhere: No such file or directory' "$convert" "$tmp/nowhere"
expect_failure ': No such file or directory' "$convert" ''
expect_failure 'no where: No such file' "$convert" "$(printf 'no\nwhere')"
expect_failure 'Is a directory' "$convert" "$tmp"
expect_failure 'standard input: Is a directory' "$convert" <"$tmp"
expect_failure 'standard input: Bad file descriptor' "$convert" <&-
expect_failure 'Unknown option' "$convert" --frobnicate
expect_failure 'Missing argument' "$convert" --to
expect_failure '--hw-version' "$convert" --hw-version ten "$tmp/fedora.xml"
printf 'a = "b"\n\000\377' >"$tmp/binary"
expect_failure 'line 2: a VMX file is text, this has a byte 0' "$convert" "$tmp/binary"
expect_failure 'must not be larger than 16 MiB' "$convert" /dev/zero

# --- output that does not arrive

expect_failure 'standard output' sh -c "\"$convert\" \"$tmp/fedora.xml\" >&-"
expect_failure 'nowhere' sh -c "\"$convert\" \"$tmp/nowhere\" >&-"
if [ -c /dev/full ]; then
  for args in "$tmp/fedora.xml" --version --help; do
    expect_failure 'standard output' sh -c "\"$convert\" $args >/dev/full"
  done
fi

# --- the manual has the options of the help, and no other

"$convert" --help | grep -oE -- '--[a-z-]+' | sort -u >"$tmp/help"
sed -n '/^\.Sh OPTIONS/,/^\.Sh EXIT/p' "$tests_dir/../man/hvfs-convert.1" |
  sed -n 's/^\.It Fl \(. , \)\{0,1\}\(-[a-z-]*\).*/-\2/p' | sort -u >"$tmp/page"
expect_eq 'options of help and manual' "$(cat "$tmp/page")" "$(cat "$tmp/help")"
