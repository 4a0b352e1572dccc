#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/content/test-content-warm.sh - the kernel answers a walk over what was seen before from its
# caches, and no name and no size that it keeps is an old one
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
start_vcsim -vm 8
mount_hvfs "$(vcsim_uri vpx)" "$mnt" -o content
machines=16

# asked COMMAND...  How often the kernel asks for what it does not have.  Sets asked.
asked () {
  before=$(stat_of "$mnt" kernel_requests)
  "$@" >"$tmp/out" || fail "exit status $?: $*"
  asked=$(($(stat_of "$mnt" kernel_requests) - before))
}
# A file's open, read and close, with those of the statistics themselves.
asked true
own=$asked

# at_most N COMMAND...  For each machine, of the second walk over the same.
at_most () {
  most=$1
  shift
  "$@" >/dev/null # the kernel asks a directory that it has just read for its time
  "$@" >/dev/null
  asked "$@"
  [ "$asked" -le $((most * machines + own + 40)) ] || fail "the kernel asked $asked times for: $*"
}
expect_eq 'machines' "$(ls "$mnt/by-name" | wc -l)" $machines
for vm in "$mnt"/by-name/*; do ls "$vm/disks/sda" "$vm/guestinfo" "$vm/extraconfig"; done >/dev/null
at_most 0 sh -c "for vm in $mnt/by-name/*; do find \$vm/; done"
at_most 0 find "$mnt/datacenters" -path '*/domains/*' -printf '%s %p %l\n'
for file in alarms console disks/sda/file disks/sda/info disks/sda/raw events screenshot.png; do
  [ "$(grep -c "/$file " "$tmp/out")" = $machines ] || fail "not all $file: $(cat "$tmp/out")"
done
store=$mnt/datacenters/DC0/datastores/LocalDS_0
at_most 0 sh -c "find $store/volumes -exec stat {} +"
[ "$(grep -c 'File: .*vmdk.xml' "$tmp/out")" -ge $machines ] || fail "not all volumes: $(cat "$tmp/out")"

# What another client changes is seen, whatever the kernel keeps: also below a directory that somebody
# is in, and of a file that somebody has open.
mkdir "$tmp/other"
mine=$mnt/by-name/DC0_H0_VM0
mount_hvfs "$(vcsim_uri vpx)" "$tmp/other"
theirs=$tmp/other/by-name/DC0_H0_VM0
size () { [ "$(stat -c %s "$1")" = "$2" ] && [ "$(wc -c <"$1")" = "$2" ]; }
# settles FILE SIZE  It has it, for stat and who reads it, and the kernel keeps that.
settles () {
  await size "$1" "$2"
  stat "$1" >/dev/null
  asked stat "$1"
  [ "$asked" -le "$own" ] || fail "the kernel asks for $1 again"
}

# A picture has an end for who has read it, and for nobody else.
"$PYTHON" - "$mine/screenshot.png" <<'END' || fail 'sizes of a picture'
import os, sys
def sizes(): return os.lseek(file, 0, os.SEEK_END), os.stat(sys.argv[1]).st_size
file = os.open(sys.argv[1], os.O_RDONLY)
assert sizes() == (0, 0), sizes()
os.lseek(file, 0, os.SEEK_SET)
n = len(os.read(file, 1 << 20))
for _ in range(2):
    assert n > 0 and sizes() == (n, 0), (n, sizes())
END
stat "$mine/screenshot.png" >/dev/null
asked stat "$mine/screenshot.png"
[ "$asked" -le "$own" ] || fail 'the kernel asks for a picture that nobody has open'

# A disk, keys, a cloud-init text.
echo off >"$theirs/state"
await says "$mine/state" off
[ ! -e "$mine/disks/sdb" ] || fail 'there are two disks'
[ ! -e "$mine/extraconfig/one" ] || fail 'there is a key'
settles "$mine/guestinfo/metadata" 0
sed -i "s|^    <video>|    <disk type='file' device='disk'><source file='[LocalDS_0] DC0_H0_VM0/two.vmdk'/><capacity unit='MiB'>24</capacity><target dev='sdb' bus='scsi'/></disk>\n&|" \
  "$theirs/config.xml" || fail "a second disk: $(cat "$theirs/error")"
await exists "$mine/disks/sdb"
settles "$mine/disks/sdb/capacity" 6
expect_eq 'raw' "$(stat -c %s "$mine/disks/sdb/raw")" 25165824
lists () {
  find "$mine/export/" -type f -printf '%f\n' | sort >"$tmp/names"
  printf '%s\n' "$@" | sort | cmp -s - "$tmp/names"
}
lists DC0_H0_VM0.mf DC0_H0_VM0.ovf disk-0.vmdk disk-1.vmdk || fail "export has $(cat "$tmp/names")"
stat "$mine"/export/* >/dev/null
echo one=1 >"$theirs/extraconfig/set"
await exists "$mine/extraconfig/one"
settles "$mine/extraconfig/one" 2
for value in 12 '' 123; do
  echo "one=$value" >"$theirs/extraconfig/set"
  if [ -n "$value" ]; then settles "$mine/extraconfig/one" $((${#value} + 1)); else await missing "$mine/extraconfig/one"; fi
done
echo 'instance-id: x' >"$theirs/guestinfo/metadata"
settles "$mine/guestinfo/metadata" 15
settles "$mine/guestinfo/metadata.encoding" 12
echo 'no' >"$mine/guestinfo/metadata"
expect_eq 'own' "$(stat -c %s "$mine/guestinfo/metadata")" 3

# Where a disk's file is: its datastore has another name, its machine another place.
link () { [ "$(readlink -f "$mine/disks/sdb/file")" = "$(readlink -f "$mnt/datacenters/DC0/datastores/$1/files/DC0_H0_VM0/two.vmdk")" ]; }
link LocalDS_0 || fail "sdb is in $(readlink "$mine/disks/sdb/file")"
has_size () { [ "$(stat -c %s "$mine/disks/sdb/file")" = "$1" ]; }
bytes=$(stat -c %s "$mine/disks/sdb/file")
vc rename LocalDS_0 LocalDS_zero
await exists "$mnt/datacenters/DC0/datastores/LocalDS_zero"
await has_size $((bytes + 3))
link LocalDS_zero || fail "sdb is in $(readlink "$mine/disks/sdb/file")"
has_size $((bytes + 3)) || fail 'a link has another size than before'
vc rename LocalDS_zero LocalDS_0
await has_size "$bytes"
mv "$tmp/other/datacenters/DC0/hosts/DC0_H0/domains/DC0_H0_VM0" "$tmp/other/datacenters/DC0/clusters/DC0_C0/hosts/DC0_C0_H0/domains/"
await has_size $((bytes + 6))
link LocalDS_0 || fail "sdb is in $(readlink "$mine/disks/sdb/file")"

# What a disk takes there, which no update says: it is asked for again after 20 seconds, of the next
# machines too.
grep -q ^allocation=4096 "$mine/disks/sdb/info" || fail "a new disk takes: $(cat "$mine/disks/sdb/info")"
next=$mnt/by-name/DC0_H0_VM1/disks/sda/info
bytes=$(stat -c %s "$next")
dd if=/dev/urandom of="$(sed -n 's/^url=//p' "$store/info")/DC0_H0_VM1/DC0_H0_VM1-flat.vmdk" bs=1M count=1 conv=notrunc status=none
told () { cat "$mine/disks/sdb/info" >/dev/null; [ "$(stat -c %s "$next")" != "$bytes" ]; }
await told
settles "$next" "$(wc -c <"$next")"

# Alarms: of the machine, and of all above it.
alarm () { control POST /alarm -d object=DC0_H0_VM0 --data-urlencode name="Some alarm" -d status="$1" >/dev/null; }
alarmed () { for above in "$mine" "$mnt/datacenters/DC0"; do [ -n "$(find "$above/alarms" -size "$1")" ] || return 1; done; }
settles "$mine/alarms" 0
alarm red
await alarmed +0
alarm green
await alarmed 0
settles "$mine/alarms" 0

# The mount's own: at once.
echo 32M >"$mine/disks/sdb/capacity"
expect_eq 'grown' "$(cat "$mine/disks/sdb/capacity") $(stat -c %s "$mine/disks/sdb/raw")" '32768 33554432'

# Volumes: their listing is kept for two minutes, and no longer than until the mount, or `refresh`,
# changes it.
volume=$store/volumes/DC0_H0_VM0/two.vmdk.xml
await exists "$volume"
bytes=$(stat -c %s "$volume")
sed 's|<capacity unit=.bytes.>33554432|<capacity unit="bytes">1099511627776|' "$volume" >"$tmp/grown.xml"
cp "$tmp/grown.xml" "$volume"
expect_eq 'grown' "$(stat -c %s "$volume") $(wc -c <"$volume")" "$((bytes + 5)) $((bytes + 5))"
root=$(sed -n 's/^url=//p' "$store/info")
mkdir "$root/new" && cp "$root/DC0_H0_VM0/two.vmdk" "$root/new/"
cd "$store/volumes/DC0_H0_VM1"
rm "$root/DC0_H0_VM1"/*
echo yes >"$store/refresh"
[ -e "$store/volumes/new/two.vmdk.xml" ] || fail 'refresh shows no new volume'
[ -z "$(find "$store/volumes" -path '*/DC0_H0_VM1/*')" ] || fail 'what is gone is there'
cd "$tmp"

# A disk goes while somebody is in its directory, and reads a file there.
(
  cd "$mine/disks/sdb"
  exec 3<capacity
  "$PYTHON" - "$theirs/config.xml" <<'END'
import re, sys
text = open(sys.argv[1]).read()
text = re.sub(r"    <disk (?:(?!</disk>).)*two\.vmdk.*?</disk>\n", "", text, flags=re.S)
open(sys.argv[1], "w").write(text)
END
  await missing "$mine/disks/sdb"
  [ ! -e "$mine/disks/sdb/capacity" ] || fail 'a file of a disk that is gone'
  expect_failure 'Stale file handle' stat capacity
)
expect_eq 'disks' "$(ls "$mine/disks")" sda
lists DC0_H0_VM0.mf DC0_H0_VM0.ovf disk-0.vmdk || fail "export has $(cat "$tmp/names")"
[ ! -e "$mine/export/disk-1.vmdk" ] || fail 'export has a disk that is gone'

# A machine gets another name while somebody is in its export.
(
  cd "$mine/export"
  exec 3<DC0_H0_VM0.ovf
  mv "$tmp/other/by-name/DC0_H0_VM0/../DC0_H0_VM0" "$tmp/other/by-name/DC0_H0_VM0/../web"
  mine=$mnt/by-name/web
  await exists "$mine/state"
  lists disk-0.vmdk web.mf web.ovf || fail "export has $(cat "$tmp/names")"
  for name in DC0_H0_VM0.mf DC0_H0_VM0.ovf; do
    [ ! -e "$mine/export/$name" ] || fail "export still has $name"
    [ ! -e "$name" ] || fail "the directory that somebody is in still has $name"
  done
)
