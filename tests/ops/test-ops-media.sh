#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/ops/test-ops-media.sh - what is in a domain's first CD drive, read and changed, and a guest
# that holds the drive
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"
requires_vim

start_vcsim -vm 2 -ds 2
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
vm=DC0_H0_VM0
d=$mnt/by-name/$vm

# The first CD drive on the server: the type of its backing, its file, whether it is connected.
drive () {
  vim get $vm config.hardware.device | "$PYTHON" -c 'import json, sys
for device in json.load(sys.stdin):
    backing = device.get("backing", {})
    if "controllerKey" in device and "exclusive" in backing or str(backing.get("fileName", "")).endswith(".iso"):
        print(backing.get("fileName", "nothing"), device["connectable"].get("connected"))
        break'
}

echo off >"$d/state"
if ! grep -q cdrom "$d/config.xml"; then
  expect_eq 'no drive' "$(cat "$d/media")" ''
  refused ENODEV media empty 'the domain has no CD drive'
  sed -i "s|^    <video>|    <disk type='file' device='cdrom'><target dev='hda' bus='ide'/><readonly/></disk>\n&|" \
    "$d/config.xml" || fail "no drive: $(cat "$d/error")"
fi
echo medium >"$tmp/iso"
upload "$tmp/iso" iso/debian%2012.iso
upload "$tmp/iso" a.iso
upload "$tmp/iso" b.iso LocalDS_1
upload "$tmp/iso" iso/files/x.iso LocalDS_1
echo empty >"$d/media"
expect_eq 'empty' "$(cat "$d/media")" empty
expect_requests "$mnt" 0 cat "$d/media"

echo '[LocalDS_0] iso/debian 12.iso' >"$d/media"
expect_eq 'media' "$(cat "$d/media")" '[LocalDS_0] iso/debian 12.iso'
expect_eq 'on the server' "$(drive)" '[LocalDS_0] iso/debian 12.iso False'
grep -q "<source file='\[LocalDS_0\] iso/debian 12.iso'/>" "$d/config.xml" || fail "config.xml: $(cat "$d/config.xml")"
echo running >"$d/state"
# In a running guest it is connected at once.
echo '[LocalDS_1] b.iso' >"$d/media"
expect_eq 'on the server' "$(drive)" '[LocalDS_1] b.iso True'
echo empty >"$d/media"
expect_eq 'empty' "$(cat "$d/media")" empty

# As the file lies in the mount, by its path there or from outside.
for path in "$mnt/datacenters/DC0/datastores/LocalDS_1/files/iso/files/x.iso" /datacenters/DC0/datastores/LocalDS_1/files/iso/files/x.iso; do
  echo empty >"$d/media"
  echo "$path" >"$d/media" || fail "'$path': $(cat "$d/error")"
  expect_eq "$path" "$(cat "$d/media")" '[LocalDS_1] iso/files/x.iso'
done

refused EINVAL media /tmp/x.iso "'/tmp/x.iso' is not 'empty', '[DATASTORE] path', or the path"
refused EINVAL media Empty 'is not'
refused ENOENT media '[LocalDS_0] none.iso' 'none.iso was not found'
refused ENOENT media "$mnt/datacenters/DC0/datastores/none/files/x.iso" 'no datastore'
expect_eq 'nothing was changed' "$(cat "$d/media")" '[LocalDS_1] iso/files/x.iso'

# Somebody else changes the machine at the same time.
control POST '/fail?method=ReconfigVM_Task&what=fault&fault=ConcurrentAccess&times=1' >/dev/null
echo empty >"$d/media" || fail "beside another change: $(cat "$d/error")"
control POST /heal >/dev/null

# The guest holds the drive: the server asks.
control POST "/question?vm=$vm&method=ReconfigVM_Task&cancelable=1" >/dev/null
refused EAGAIN media '[LocalDS_0] a.iso' 'the server asks: '
await says "$d/question" ''
expect_eq 'nothing was changed' "$(cat "$d/media")" empty
unmount_hvfs
mount_hvfs "$(vcsim_uri vpx '' auto_answer=1)" "$mnt"
control POST "/question?vm=$vm&method=ReconfigVM_Task&cancelable=1" >/dev/null
echo '[LocalDS_0] a.iso' >"$d/media" || fail "with auto_answer=1: $(cat "$d/error")"
expect_eq 'answered' "$(cat "$d/media")" '[LocalDS_0] a.iso'
unmount_hvfs
mount_hvfs "$(vcsim_uri vpx '' auto_answer=ask)" "$mnt"
control POST "/question?vm=$vm&method=ReconfigVM_Task&cancelable=1" >/dev/null
echo empty >"$d/media" &
await grep -q . "$d/question"
expect_eq 'while it is asked' "$(cat "$d/media")" '[LocalDS_0] a.iso'
echo 2 >"$d/question"
wait $! || fail "answered by hand: $(cat "$d/error")"
expect_eq 'answered by hand' "$(cat "$d/media")" empty
unmount_hvfs
