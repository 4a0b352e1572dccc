#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What a save of config.xml leaves alone, through the mount: a NIC that is disconnected on
# purpose, an address that the server gave, the proxy of a serial port, the limits of a disk;
# and machines as real servers have them, which no simulator has.
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"
requires_vim
start_vcsim -vm 2
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
name=DC0_H0_VM0
d=$mnt/by-name/$name
echo off >"$d/state"

# devices  The machine's, as JSON; field KEY PATH  What the server says of one of them.
devices () { vim get "$name" config.hardware.device; }
field () {
  devices | "$PYTHON" -c 'import json, sys
v = [d for d in json.load(sys.stdin) if d["key"] == int(sys.argv[1])][0]
for step in sys.argv[2].split("."): v = v.get(step) if v else v
print(v)' "$1" "$2"
}

# edit_device KEY PYTHON  Another client changes the device v.
edit_device () {
  "$PYTHON" - "$vcsim_hostport" "$name" "$@" <<'END'
import sys
import vc
from pyVim.task import WaitForTask
from pyVmomi import vim
si = vc.connect(sys.argv[1])
vm = vc.vm(si, sys.argv[2])
v = [d for d in vm.config.hardware.device if d.key == int(sys.argv[3])][0]
exec(sys.argv[4])
WaitForTask(vm.ReconfigVM_Task(vim.vm.ConfigSpec(deviceChange=[vim.vm.device.VirtualDeviceSpec(operation='edit', device=v)])))
END
}

# save SED-SCRIPT  As one who edits a copy.
save () {
  sed "$1" "$d/config.xml" >"$tmp/edited"
  cp "$tmp/edited" "$d/config.xml" || fail "$1: $(cat "$d/error")"
}

# --- another model of a NIC
edit_device 4000 'v.wakeOnLanEnabled = False
v.connectable = vim.vm.device.VirtualDevice.ConnectInfo(startConnected=False, allowGuestControl=False, connected=False)'
await reads "<mac address" "$d/config.xml"
mac=$(field 4000 macAddress)
save "s/<model type='vmxnet3'/<model type='e1000'/"
for what in connectable.startConnected connectable.allowGuestControl wakeOnLanEnabled; do
  expect_eq "$what of the new NIC" "$(field 4000 $what)" False
done
expect_eq 'its address' "$(field 4000 macAddress)" "$mac"

# --- another place of a disk
edit_device 2000 'v.backing.diskMode = "independent_persistent"
v.backing.sharing = "sharingMultiWriter"
v.storageIOAllocation = vim.StorageResourceManager.IOAllocationInfo(limit=500, shares=vim.SharesInfo(level="high", shares=2000))'
save "s/<controller type='ide'/<controller type='sata' index='0'\/>&/; /<target dev='sda'/,/<address/ { s/dev='sda' bus='scsi'/dev='sda' bus='sata'/; /<address/d }"
grep -q "<target dev='sda' bus='sata'/>" "$d/config.xml" || fail "it has not moved: $(cat "$d/config.xml")"
expect_eq mode "$(field 2000 backing.diskMode)" independent_persistent
expect_eq sharing "$(field 2000 backing.sharing)" sharingMultiWriter
expect_eq limit "$(field 2000 storageIOAllocation.limit)" 500

# --- a serial port that listens on all addresses, by a proxy
save "s|</devices>|<serial type='tcp'><source mode='bind' host='' service='4555'/><protocol type='telnet'/></serial></devices>|"
expect_eq 'all addresses' "$(field 9000 backing.serviceURI)" telnet://:4555
edit_device 9000 'v.backing.proxyURI = "telnet://proxy:23"'
save "s/service='4555'/service='4556'/"
expect_eq 'another port' "$(field 9000 backing.serviceURI)" telnet://:4556
expect_eq 'its proxy' "$(field 9000 backing.proxyURI)" telnet://proxy:23
grep -q "mode='bind' host='' service='4556'" "$d/config.xml" || fail "shown as $(grep -A3 '<serial' "$d/config.xml")"
sed "s/mode='bind' host=''/mode='connect' host=''/" "$d/config.xml" >"$tmp/edited"
! cp "$tmp/edited" "$d/config.xml" 2>"$tmp/err" || fail "a connection to nowhere was accepted"
grep -q "must be named" "$d/error" || fail "$(cat "$d/error")"

# --- a buffer that is saved again: one NIC more, with the address that it got
for name in DC0_H0_VM0 DC0_H0_VM1; do
  d=$mnt/by-name/$name
  cp "$d/config.xml" "$tmp/opened"
  for n in 1 2 3; do
    sed "s|<description>[^<]*|<description>save $n|; /<uuid>/d
      s|</devices>|<interface type='bridge'><source bridge='VM Network'/><model type='vmxnet3'/></interface></devices>|" \
      "$tmp/opened" >"$tmp/buffer"
    cp "$tmp/buffer" "$d/config.xml" || fail "$name, save $n: $(cat "$d/error")"
    says "$d/annotation" "save $n" || fail "$name: $(cat "$d/annotation")"
    grep -o "<mac address='[^']*\|<uuid>.*" "$d/config.xml" >"$tmp/macs-$n"
  done
  expect_eq "NICs of $name" "$(grep -c '<mac' "$tmp/macs-3")" 2
  cmp "$tmp/macs-1" "$tmp/macs-3" || fail "$name: $(cat "$tmp/macs-1") became $(cat "$tmp/macs-3")"
done
unmount_hvfs
stop_vcsim

# --- what real servers have
start_replayer <<'PY'
world.vm('alder', devices=[nic(None), nic('', key=4001), nic('00:00:00:00:00:00', key=4002)])
world.vm('birch', devices=[serial(Obj('VirtualSerialPortThinPrintBackingInfo'))])
world.vm('cedar', devices=[serial(None)])
world.vm('dogwood', devices=[serial(Obj('VirtualSerialPortURIBackingInfo', serviceURI='ACID', direction='server',
                                        proxyURI='telnet://vspc:1'))])
PY
mount_hvfs "$(replayer_uri vpx)" "$mnt"
for name in alder birch cedar dogwood; do
  d=$mnt/by-name/$name
  grep -q "<interface\|<!-- Serial port 1\|<serial type='tcp'" "$d/config.xml" || fail "not shown: $(cat "$d/config.xml")"
  [ $name = dogwood ] || ! grep -q "<serial\|mac address" "$d/config.xml" || fail "made up: $(cat "$d/config.xml")"
  sed '/<description>/d; s|<vcpu|<description>oak</description>&|' "$d/config.xml" >"$tmp/edited"
  cp "$tmp/edited" "$d/config.xml" || fail "$name: $(cat "$d/error")"
done
grep -q "<source .*vmware:uri='ACID' vmware:proxy='telnet://vspc:1'" "$mnt/by-name/dogwood/config.xml" ||
  fail 'the port on a concentrator is not shown'
expect_eq interfaces "$(grep -c '<interface' "$mnt/by-name/alder/config.xml")" 3
expect_eq 'what was sent' "$(replayer 'print(*[c.text("spec/annotation") for c in sent("ReconfigVM_Task")])')" 'oak oak oak oak'
expect_eq 'beside it' "$(replayer 'print(sum("deviceChange" in c.words for c in sent("ReconfigVM_Task")))')" 0
unmount_hvfs
