#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/edit/test-edit-auto.sh - a SCSI controller of the model "auto" is the one that the descriptors
# of its disks name
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"
requires_vim

start_vcsim -vm 1
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
domains=$mnt/datacenters/DC0/hosts/DC0_H0/domains
machines=0

# descriptor NAME ADAPTER  A disk on the datastore that was made for it.
descriptor () {
  printf '# Disk DescriptorFile\nversion=1\ncreateType="vmfs"\n\nRW 2048 VMFS "%s-flat.vmdk"\n\nddb.adapterType = "%s"\n' "$1" "$2" \
    >"$tmp/descriptor"
  upload "$tmp/descriptor" "auto/$1.vmdk"
}
# disk TARGET NAME [DRIVER]
disk () {
  driver="<driver name='${3-}'/>"
  echo "<disk type='file' device='disk'>${3:+$driver}<source file='[LocalDS_0] auto/$2.vmdk'/><target dev='$1' bus='scsi'/></disk>"
}
# define NAME DEVICES...  With cp, into a new draft.
define () {
  mkdir "$domains/$1"
  name=$1
  shift
  cat >"$tmp/$name.xml" <<END
<domain type='vmware'><name>$name</name><memory unit='MiB'>64</memory><vcpu>1</vcpu>
<os><type arch='x86_64'>hvm</type></os><devices>$*</devices></domain>
END
  cp "$tmp/$name.xml" "$domains/$name/config.xml"
}
defined () {
  machines=$((machines + 1))
  define "m$machines" "$@" || fail "m$machines: $(cat "$domains/m$machines/error")"
}
models () { sed -n "s/.*<controller type='scsi' index='\([0-9]*\)' model='\([a-z0-9]*\)'.*/\1=\2/p" "$domains/m$machines/config.xml" | tr '\n' ' '; }
auto="<controller type='scsi' index='0' model='auto'/>"

for pair in buslogic:buslogic lsilogic:lsilogic lsisas1068:lsisas1068 pvscsi:vmpvscsi; do
  descriptor "${pair%:*}" "${pair%:*}"
  defined "$auto$(disk sda "${pair%:*}")"
  expect_eq "${pair%:*}" "$(models)" "0=${pair#*:} "
done
# By the disk's driver, as old XML says it; and by a disk beside it.
defined "$(disk sda pvscsi auto)"
expect_eq 'by the driver' "$(models)" '0=vmpvscsi '
descriptor also pvscsi
defined "$auto$(disk sda pvscsi)$(disk sdb also)"
expect_eq 'two disks' "$(models)" '0=vmpvscsi '
# A model that is said stays, whatever its disk says, and costs no look at it.
defined "<controller type='scsi' index='0' model='lsilogic'/>$(disk sda pvscsi)"
expect_eq 'a model' "$(models)" '0=lsilogic '
# A disk that is to be made goes with any.
defined "$auto<disk type='file' device='disk'><source file='[LocalDS_0] auto/new.vmdk'/><capacity unit='MiB'>8</capacity><target dev='sda' bus='scsi'/></disk>"
[ "$(models)" != '0=auto ' ] || fail 'a new disk is behind a controller of no model'

# What cannot be told, or is two things, is refused, and nothing is made.
refused_define () {
  text=$1
  shift
  expect_failure 'Invalid argument' define bad "$@"
  grep -qF -- "$text" "$domains/bad/error" || fail "error does not say '$text': $(cat "$domains/bad/error")"
  rm -r "$domains/bad"
  [ ! -e "$mnt/by-name/bad" ] || fail 'it was made all the same'
}
refused_define "disk 'sda' was made for vmpvscsi and disk 'sdb' for lsilogic: put them on two controllers" \
  "$auto$(disk sda pvscsi)$(disk sdb lsilogic)"
descriptor ide ide
refused_define "disk 'sda': which controller '[LocalDS_0] auto/ide.vmdk' was made for cannot be told" "$auto$(disk sda ide)"

# In a config.xml that is there: another model is another controller, and the same one is no change.
edit_models () { sed "s/\(type='scsi' index='0' model=\)'[a-z0-9]*'/\1'auto'/" "$domains/m$1/config.xml" >"$tmp/edit.xml"; cp "$tmp/edit.xml" "$domains/m$1/config.xml"; }
defined "<controller type='scsi' index='0' model='lsilogic'/>$(disk sda pvscsi)"
edit_models "$machines" || fail "$(cat "$domains/m$machines/error")"
expect_eq 'an edit' "$(models)" '0=vmpvscsi '
edit_models "$machines" || fail "$(cat "$domains/m$machines/error")"
expect_eq 'the same edit again' "$(models)" '0=vmpvscsi '
unmount_hvfs
