#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/convert/test-convert-kvm.sh - domains of other hypervisors become VMX files
#
# The files in tests/convert/kvm are written as virt-install, virt-manager, OpenStack, vagrant and
# Xen's tools write theirs.  NAME.vmx is what comes of NAME.xml, what is random in it aside;
# NAME.notes what is said of it; NAME.refused why nothing comes of it.
. "${srcdir:-$(dirname "$0")/..}/functions.sh"

convert=$build_dir/convert/hvfs-convert
kvm=$tests_dir/convert/kvm

# plain  Standard input without what is made up anew each time.
plain () {
  sed -e '/^uuid.bios = /d' -e 's/\(generatedAddress = "00:0c:29:\)[^"]*/\1xx:xx:xx/'
}

for xml in "$kvm"/*.xml; do
  name=$(basename "$xml" .xml)
  if [ -e "$kvm/$name.refused" ]; then
    expect_failure "$(cat "$kvm/$name.refused")" "$convert" "$xml"
    continue
  fi
  "$convert" "$xml" >"$tmp/$name.out" 2>"$tmp/$name.err"
  plain <"$tmp/$name.out" | diff "$kvm/$name.vmx" - >&2 || fail "$name: another VMX"
  sed 's/^[^:]*: [^:]*: //' "$tmp/$name.err" | diff "$kvm/$name.notes" - >&2 ||
    fail "$name: other notes"
  # What is printed as XML is a VMware domain: nothing more is to be said of it, but for the
  # boot order, which XML has.
  "$convert" --to xml --full --quiet "$xml" >"$tmp/$name.xml" 2>"$tmp/$name.err"
  expect_eq "$name: notes with --quiet" "$(cat "$tmp/$name.err")" ''
  "$convert" "$tmp/$name.xml" >"$tmp/$name.again" 2>"$tmp/$name.err"
  expect_eq "$name: of its own XML is left out" "$(grep -v 'the boot order' "$tmp/$name.err")" ''
  grep -v '^uuid.bios\|generatedAddress ' "$tmp/$name.out" >"$tmp/$name.first"
  grep -v '^uuid.bios\|generatedAddress ' "$tmp/$name.again" | diff "$tmp/$name.first" - >&2 ||
    fail "$name: by its XML another VMX"
  expect_failure 'which --strict forbids' "$convert" --strict --quiet "$xml"
done

# --- what the user says of networks and disks

said=$tmp/said.vmx
"$convert" --quiet --network default='VM Network' --disk vda='[ds] web/a.vmdk' \
  --disk /srv/data/fedora40.qcow2=b.vmdk --directory '[ds2] x' "$kvm/virt-install.xml" >"$said"
grep -qx 'ethernet0.networkName = "VM Network"' "$said"
grep -qx 'scsi0:0.fileName = "/vmfs/volumes/ds/web/a.vmdk"' "$said"
grep -qx 'scsi0:1.fileName = "/vmfs/volumes/ds2/x/b.vmdk"' "$said"
grep -qx 'sata0:0.fileName = "/vmfs/volumes/ds2/x/Fedora-40.iso"' "$said"
"$convert" --quiet --network fa:16:3e:11:22:33=tenant "$kvm/openstack.xml" |
  grep -qx 'ethernet0.networkName = "tenant"'

sed "s|<source file=.*/>|<source protocol='rbd' name='p/v'/>|; s|type='file'|type='network'|" \
  "$kvm/vagrant.xml" >"$tmp/rbd.xml"
expect_failure "line 11: <disk>: the disk 'vda' has a source of the type 'network', it must be a file: say --disk vda=NAME.vmdk" \
  "$convert" "$tmp/rbd.xml"
"$convert" --quiet --disk vda=v.vmdk "$tmp/rbd.xml" | grep -qx 'scsi0:0.fileName = "v.vmdk"'

# --- the words of KVM in XML of the type vmware

sed "s/type='xen'>/type='vmware'>/" "$kvm/xen-hvm.xml" >"$tmp/renamed.xml"
"$convert" --quiet --from-kvm "$tmp/renamed.xml" | plain | diff "$kvm/xen-hvm.vmx" - >&2
expect_failure "the file '/srv/xen/data.img' must end in .vmdk" "$convert" --disk hda=a.vmdk \
  "$tmp/renamed.xml"

refused () {
  message=$1
  shift
  sed "$@" "$kvm/vagrant.xml" >"$tmp/refused.xml"
  expect_failure "$message" "$convert" "$tmp/refused.xml"
}
refused "line 5: <type>: arch='aarch64' must be i686 or x86_64" -e "s/<type>/<type arch='aarch64'>/"
refused "line 5: <type>: 'linux' must be hvm" -e 's/>hvm</>linux</'
refused "line 11: <disk>: the disk 'vda' must have a source" -e '/<source file/d'
refused "line 11: <disk>: 'sdovmfi': its controller must be 255 at most, not 483350" -e "s/dev='vda' bus='virtio'/dev='sdovmfi' bus='scsi'/"
refused "the LUN 'vda' is a device of the host" -e "s/device='disk'/device='lun'/"
