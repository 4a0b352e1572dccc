#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/edit/test-edit-define.sh - domains are defined by mkdir and writing, undefined and
# destroyed by their names
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"
. "$tests_dir/lib/edit.sh"

mount_domains
domains=${d%/*}
cd "$domains"

# --- a draft is this mount's alone
mkdir new
expect_failure 'File exists' mkdir new
expect_failure 'File exists' mkdir "$name"
[ -d new ] || fail 'there is no draft'
# shellcheck disable=SC2010
ls | grep -qx new || fail 'the draft is not listed'
expect_eq 'a new draft' "$(ls -A new)" ''
[ ! -e "$mnt/by-name/new" ] || fail 'the draft is a domain'
rmdir new
[ ! -e new ] || fail 'the draft is still there'

# --- it can be renamed, with what is in it
mkdir old
echo x >old/notes
mv old new
[ ! -e old ] || fail 'the draft has its old name still'
expect_eq 'a file in a draft renamed' "$(cat new/notes)" x
expect_failure 'File exists' "$PYTHON" -c 'import os, sys
try: os.rename("new", sys.argv[1])
except OSError as e: sys.exit(e.strerror)' "$name"
rm -r new
[ ! -e new ] || fail 'the draft is there after rm -r'

# --- by config.xml
mkdir new
cat >"$tmp/new.xml" <<'END'
<domain type='vmware'>
  <name>new</name>
  <uuid>11111111-2222-3333-4444-555555555555</uuid>
  <memory unit='MiB'>64</memory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64'>hvm</type></os>
  <devices>
    <disk type='file' device='disk'>
      <source file='[LocalDS_0] new/new.vmdk'/>
      <capacity unit='MiB'>16</capacity>
      <target dev='sda' bus='scsi'/>
    </disk>
    <interface type='bridge'><source bridge='VM Network'/></interface>
  </devices>
</domain>
END
sed 's|<name>new<|<name>old<|' "$tmp/new.xml" >"$tmp/bad.xml"
expect_failure 'Invalid argument' cp "$tmp/bad.xml" new/config.xml
grep -q '^20.*Z config.xml: .*old' new/error || fail "the draft does not say what is wrong: $(cat new/error)"
cmp new/config.xml.rejected "$tmp/bad.xml" || fail 'the text is not kept'
cp "$tmp/new.xml" new/config.xml
await test -e "$mnt/by-name/new/uuid"
expect_eq 'its uuid' "$(cat new/uuid)" 11111111-2222-3333-4444-555555555555
expect_eq 'its memory' "$(cat new/memory)" 65536
expect_eq 'its host' "$(vim get new runtime.host)" "$(basename "${domains%/*}")"
expect_eq 'its network' "$(vim get new network.0)" 'VM Network'
grep -qF "<source file='[LocalDS_0] new/new.vmdk'/>" new/config.xml || fail "its disk is not there: $(cat new/config.xml)"
expect_eq 'the size of its disk' \
  "$(vim get new config.hardware.device | grep -o '"capacityInKB": [0-9]*')" '"capacityInKB": 16384'
cp new/config.xml "$tmp/back.xml"
sed 's/65536/131072/' "$tmp/back.xml" >new/config.xml
await grep -qx 131072 new/memory

# --- a uuid that is taken
mkdir twin
sed 's/new/twin/g' "$tmp/new.xml" >"$tmp/twin.xml"
expect_failure 'File exists' cp "$tmp/twin.xml" twin/config.xml
rmdir twin

# --- everything that a text can say: written once more it means what is there
mkdir rich
cat >"$tmp/rich.xml" <<'END'
<domain type='vmware'>
  <name>rich</name>
  <uuid>21111111-2222-3333-4444-555555555555</uuid>
  <description>a &lt;b&gt;
c</description>
  <memory unit='MiB'>1024</memory>
  <currentMemory unit='MiB'>512</currentMemory>
  <memtune><min_guarantee unit='MiB'>128</min_guarantee></memtune>
  <vcpu placement='static' cpuset='0-3'>4</vcpu>
  <cputune><shares>3333</shares></cputune>
  <os firmware='efi'><type arch='x86_64'>hvm</type><firmware><feature enabled='yes' name='secure-boot'/></firmware><boot dev='cdrom'/><smbios mode='host'/></os>
  <cpu><topology sockets='2' cores='2' threads='1'/></cpu>
  <devices>
    <disk type='file' device='disk'>
      <source file='[LocalDS_0] rich/rich.vmdk'/>
      <capacity unit='MiB'>16</capacity>
      <target dev='sda' bus='scsi'/>
    </disk>
    <disk type='file' device='disk'>
      <source file='[LocalDS_0] rich/two.vmdk'/>
      <capacity unit='MiB'>16</capacity>
      <target dev='sdq' bus='scsi'/>
      <transient/>
    </disk>
    <disk type='block' device='cdrom'><source startupPolicy='optional'/><target dev='hdc' bus='ide'/></disk>
    <controller type='scsi' index='0' model='vmpvscsi'/>
    <controller type='scsi' index='1' model='lsisas1068'/>
    <interface type='bridge'><mac address='00:50:56:01:02:03' type='static'/><source bridge='VM Network'/><model type='e1000e'/></interface>
    <serial type='pipe'><source path='x'/></serial>
    <parallel type='dev'><source path='/dev/parport0'/></parallel>
    <graphics type='vnc' port='5999' autoport='no' listen='1.2.3.4'/>
    <video><model type='vmvga' vram='8192'/></video>
    <filesystem type='mount' accessmode='passthrough'><source dir='/srv'/><target dir='srv'/></filesystem>
  </devices>
</domain>
END
cp "$tmp/rich.xml" rich/config.xml || fail "rich: $(cat rich/error)"
await test -e rich/uuid
grep -q "vram='8192'" rich/config.xml || fail "no such video card: $(cat rich/config.xml)"
expect_commits 0 'writing what was defined' cp "$tmp/rich.xml" rich/config.xml
expect_eq 'error of rich' "$(cat rich/error)" ''
/bin/echo rich >rich/destroy
await test ! -e rich

# --- editors and tools
for tool in vim mv sed; do
  made=by$tool
  mkdir "$made"
  sed "s/new/$made/g; s/<uuid>.*//" "$tmp/new.xml" >"$tmp/text.xml"
  case $tool in
    vim)
      requires vim
      printf 'r %s\nwq\n' "$tmp/text.xml" >"$tmp/script.vim"
      command vim -es -u NONE -S "$tmp/script.vim" byvim/config.xml || fail "vim: $(cat byvim/error)"
      ;;
    mv) cp "$tmp/text.xml" bymv/made && mv bymv/made bymv/config.xml ;;
    sed)
      sed 's/16/sixteen/' "$tmp/text.xml" >bysed/config.xml
      await grep -q sixteen bysed/error
      sed -i 's/sixteen/16/' bysed/config.xml.rejected
      mv bysed/config.xml.rejected bysed/config.xml
      ;;
  esac
  await test -e "$made/uuid"
  [ ! -e "$made/made" ] || fail "a draft's files are in the domain"
  /bin/echo "$made" >"$made/destroy"
  await test ! -e "$made"
done

# --- by config.vmx
mkdir filed
vmx_of filed >"$tmp/filed.vmx"
vmx_of other >"$tmp/bad.vmx"
expect_failure 'Invalid argument' cp "$tmp/bad.vmx" filed/config.vmx
grep -q "it must be 'filed'" filed/error || fail "the draft does not say what is wrong: $(cat filed/error)"
cp "$tmp/filed.vmx" filed/config.vmx
await test -e filed/uuid
cmp "$tmp/filed.vmx" filed/config.vmx || fail 'config.vmx is not what was written'
expect_eq 'memory by config.vmx' "$(cat filed/memory)" 262144
expect_eq 'its host' "$(vim get filed runtime.host)" "$(basename "${domains%/*}")"
expect_failure 'Permission denied' sh -c ': >>filed/config.vmx'
/bin/echo filed >filed/undefine
await test ! -e filed
# Its file is there still: another text is not written over it, the same one registers it.
mkdir filed
sed 's/^memsize = .*/memsize = "512"/' "$tmp/filed.vmx" >"$tmp/other.vmx"
! cmp -s "$tmp/filed.vmx" "$tmp/other.vmx" || fail 'no other text'
expect_failure 'File exists' cp "$tmp/other.vmx" filed/config.vmx
grep -q 'there already' filed/error || fail "the draft says: $(cat filed/error)"
cp "$tmp/filed.vmx" filed/config.vmx
await test -e filed/uuid
expect_eq 'memory of what came back' "$(cat filed/memory)" 262144
/bin/echo filed >filed/undefine
await test ! -e filed

# A server that stood still does what it has got of it when it goes on: that is no machine's file.
mkdir halved
vmx_of halved >"$tmp/halved.vmx"
root=$(sed -n 's/^url=//p' "$mnt/datacenters/DC0/datastores/LocalDS_0/info")
control POST "/fail?method=PUT%20/folder&what=late&bytes=100" >/dev/null
expect_failure 'Input/output error' cp "$tmp/halved.vmx" halved/config.vmx
control POST /heal >/dev/null
has_come () { [ -n "$(find "$root/halved" -size 100c 2>/dev/null)" ]; }
await has_come
cp "$tmp/halved.vmx" halved/config.vmx
await test -e halved/uuid
cmp "$tmp/halved.vmx" halved/config.vmx || fail 'config.vmx is half of what was written'
/bin/echo halved >halved/undefine
await test ! -e halved

# --- a copy of a whole directory says how it is done
! cp -r new copied 2>"$tmp/err" || fail 'cp -r of a domain'
grep -q "its file 'clone'" copied/error || fail "the draft says: $(cat copied/error)"
rm -r copied

# --- the ends
expect_failure 'Invalid argument' sh -c '/bin/echo nwe >new/undefine'
/bin/echo new >new/undefine
await test ! -e new
expect_failure 'has no new' vim get new name

cd /
unmount_hvfs
