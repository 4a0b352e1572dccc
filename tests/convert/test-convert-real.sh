#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/convert/test-convert-real.sh - hvfs-convert on VMX files as Workstation, Player, Fusion and ESX
# leave them
#
# What libvirt refuses and users have: paths of other hosts, encodings, names that are missing,
# and what is told of them.  That a VMX stays what it is as a VMX is in test-vmx-edit.c, what
# each key becomes in test-vmx-read*.c.
. "${srcdir:-$(dirname "$0")/..}/functions.sh"

convert=$build_dir/convert/hvfs-convert

# vmx LINE...  Writes a VMX with these lines.
vmx () {
  printf '%s\n' 'config.version = "8"' 'virtualHW.version = "16"' "$@" >"$tmp/m.vmx"
}

# source_of FILENAME ARGUMENT...  What the source of a CD with that file is.
source_of () {
  vmx 'ide1:0.present = "TRUE"' 'ide1:0.deviceType = "cdrom-image"' "ide1:0.fileName = \"$1\""
  shift
  "$convert" "$@" "$tmp/m.vmx" | sed -n "s/.*<source file='\(.*\)'.*/\1/p"
}

# round ARGUMENT...  The file goes to XML and back, and the XML from that is the same.
round () {
  "$convert" --quiet "$@" "$tmp/m.vmx" >"$tmp/m.xml"
  "$convert" --quiet "$@" --hw-version 16 "$tmp/m.xml" >"$tmp/back.vmx"
  "$convert" --quiet "$@" "$tmp/back.vmx" >"$tmp/back.xml"
  diff "$tmp/m.xml" "$tmp/back.xml"
}

# --- paths

in_vm="--directory=[ds] vms/a"
expect_eq 'relative' "$(source_of disks/b.iso "$in_vm")" '[ds] vms/a/disks/b.iso'
expect_eq 'relative on Windows' "$(source_of 'disks\b.iso' "$in_vm")" '[ds] vms/a/disks/b.iso'
expect_eq 'here' "$(source_of ./b.iso "$in_vm")" '[ds] vms/a/b.iso'
for path in '..\build\b.iso' ../build/b.iso 'D:\iso\b c.iso' C:/iso/b.iso '\\srv\share\b.iso' \
            /home/u/b.iso '[ds2] iso/b.iso'; do
  expect_eq "$path" "$(source_of "$path" "$in_vm")" "$path"
  round "$in_vm"
done
source_of disks/b.iso >/dev/null
round
grep -qx 'ide1:0.fileName = "disks/b.iso"' "$tmp/back.vmx"
vmx 'scsi0.present = "TRUE"' 'scsi0:0.present = "TRUE"' 'scsi0:0.fileName = "E:\vm\a.vmdk"' \
    'floppy0.present = "TRUE"' 'floppy0.fileType = "file"' 'floppy0.fileName = "F:\a.flp"' \
    'serial0.present = "TRUE"' 'serial0.fileType = "file"' 'serial0.fileName = "G:\a.log"' \
    'parallel0.present = "TRUE"' 'parallel0.fileType = "file"' 'parallel0.fileName = "H:\a.prn"'
round
for path in 'E:\vm\a.vmdk' 'F:\a.flp' 'G:\a.log' 'H:\a.prn'; do
  grep -qF "'$path'" "$tmp/m.xml"
done

# --- encodings

printf 'config.version = "8"\r\nvirtualHW.version = "16"\r\ndisplayName = "B\374ro"\r\n' >"$tmp/latin"
name_of () {
  "$convert" --quiet "$1" | sed -n 's:.*<name>\(.*\)</name>.*:\1:p'
}
expect_eq 'windows-1252' "$(name_of "$tmp/latin")" 'Büro'
for encoding in UTF-16LE UTF-16BE; do
  case $encoding in
    UTF-16LE) printf '\377\376' ;;
    *) printf '\376\377' ;;
  esac >"$tmp/wide"
  iconv -f ISO-8859-1 -t $encoding "$tmp/latin" >>"$tmp/wide"
  expect_eq $encoding "$(name_of "$tmp/wide")" 'Büro'
  "$convert" --to vmx "$tmp/wide" | grep -q '^displayName = "Büro"'
done
printf x >>"$tmp/wide"
expect_failure 'is not of that encoding: save it as UTF-8' "$convert" "$tmp/wide"

# --- what is missing

vmx 'memsize = "64"'
cp "$tmp/m.vmx" "$tmp/My VM.VMX"
expect_eq 'the name of the file' "$(name_of "$tmp/My VM.VMX")" 'My VM'
expect_eq 'no name, as libvirt' "$("$convert" <"$tmp/m.vmx" | grep -c '<name>')" 0

# --- what is told

# note_of LINE...  The notes on a VMX with these lines.
note_of () {
  vmx "$@"
  "$convert" "$tmp/m.vmx" 2>&1 >/dev/null | sed -e '/virtualHW.version = .* ordinary XML/d' -e "s|.*m.vmx: ||"
}
expect_eq 'no assignment' "$(note_of 'what is this')" \
  "line 3: note: 'what is this' is no assignment, such as key = \"value\": VMware ignores it"
expect_eq 'comments' "$(note_of '// x' '; y' '# z')" ''
expect_eq 'a printer' "$(note_of 'serial0.present = "TRUE"' 'serial0.fileType = "thinprint"')" \
  'line 4: note: serial0.fileType = "thinprint": is a virtual printer, which the XML leaves out'
note_of 'ethernet0.present = "TRUE"' 'ethernet0.connectionType = "pvn"' |
  grep -q '^line 4: note: ethernet0.connectionType = "pvn": '
"$convert" "$tmp/latin" 2>&1 >/dev/null |
  grep -q 'note: .encoding is missing: the text is read as windows-1252$'
expect_eq 'no notes' "$("$convert" --quiet "$tmp/m.vmx" 2>&1 >/dev/null)" ''
expect_eq 'strict' "$("$convert" --strict "$tmp/m.vmx" 2>"$tmp/err" || echo no)" no
grep -q 'left out, which --strict forbids' "$tmp/err"

# --- a VMX as a VMX: nothing is said of XML, nothing changes but what is asked for

vmx 'serial0.present = "TRUE"' 'serial0.fileType = "thinprint"' 'ethernet0.present = "TRUE"' \
    'ethernet0.connectionType = "nat"'
expect_eq 'no notes' "$("$convert" --to vmx "$tmp/m.vmx" 2>&1 | diff "$tmp/m.vmx" -)" ''
"$convert" --to vmx --hw-version 21 "$tmp/m.vmx" >"$tmp/n.vmx"
sed 's/"16"/"21"/' "$tmp/m.vmx" | diff - "$tmp/n.vmx"
