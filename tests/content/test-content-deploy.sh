#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/content/test-content-deploy.sh - an .ova becomes a machine while it is copied, the same as the
# one that it was exported from; what is not sound leaves nothing on the server
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires qemu-img

start_vcsim -vm 1 -ds 2
mount_hvfs "$(vcsim_uri vpx)" "$mnt" -o content
host=$mnt/datacenters/DC0/hosts/DC0_H0/domains
vm=$host/DC0_H0_VM0
root=$(sed -n 's/^url=//p' "$mnt/datacenters/DC0/datastores/LocalDS_0/info")
other=$(sed -n 's/^url=//p' "$mnt/datacenters/DC0/datastores/LocalDS_1/info")
cd "$tmp"
echo off >"$vm/state"
head -c 3000000 /dev/urandom |
  dd of="$root/DC0_H0_VM0/DC0_H0_VM0-flat.vmdk" bs=1M seek=50 conv=notrunc status=none
mkdir from
cp -r "$vm/export/." from
cd from
mv DC0_H0_VM0.ovf m.ovf
# archive NAME MEMBER...
archive () {
  archive=$tmp/$1.ova
  shift
  tar -H ustar -cf "$archive" "$@"
}
# manifest FILE...
manifest () {
  sha256sum "$@" | sed 's/\(.*\)  \(.*\)/SHA256(\2)= \1/' >m.mf
}
# xml DIRECTORY  Its configuration, but for what is each machine's own.
xml () {
  sed -e '/<uuid>/d' -e '/<mac /d' -e '/<source file=/d' -e '/<source dev=/d' -e '/<address type=.drive/d' -e '/<name>/d' \
    -e '/vmware:/d' -e 's/portid=.*switchid/switchid/' -e 's/portid=[^ ]* //;s/connectionid=.[0-9]*.//' "$1/config.xml"
}

# There and back.
manifest m.ovf disk-0.vmdk
archive good m.ovf m.mf disk-0.vmdk
mkdir "$host/web01"
control POST /reset >/dev/null
cp "$tmp/good.ova" "$host/web01/"
[ -e "$host/web01/state" ] || fail 'no machine'
expect_eq 'state' "$(cat "$host/web01/state")" off
expect_eq 'configurations' "$(xml "$host/web01")" "$(xml "$vm")"
expect_eq 'leases' "$(vcsim_requests ImportVApp) $(vcsim_requests HttpNfcLeaseComplete)" '1 1'
file=$(sed -n "s/.*<source file='\[LocalDS_[01]\] \(.*\).vmdk'.*/\1/p" "$host/web01/config.xml")
for dir in "$root" "$other"; do [ ! -e "$dir/$file-flat.vmdk" ] || flat=$dir/$file-flat.vmdk; done
qemu-img compare -q -f raw -F raw "$flat" "$root/DC0_H0_VM0/DC0_H0_VM0-flat.vmdk"
grep -q 'ImportVAppLRO.*success' "$mnt/tasks" || fail 'no task'

# As it is told: the other datastore, a network by another name, GNU's and pax' long names.
sed 's/DC0_DVPG0/somewhere else/' m.ovf >n.ovf
mv disk-0.vmdk "$(printf 'd%0120d' 0)"
long=$(echo d0*)
sed -i "s/disk-0.vmdk/$long/" n.ovf
manifest n.ovf "$long"
mkdir "$host/web02" "$host/web03"
printf 'datastore=LocalDS_1 disk=thin network=somewhere else:DC0_DVPG0\nfolder=DC0\n' >"$host/web02/options"
tar -H gnu -cf "$tmp/gnu.ova" n.ovf m.mf "$long"
expect_failure 'No such file' cp "$tmp/gnu.ova" "$host/web02/"
grep -q "folder='DC0'" "$host/web02/error" || fail "no words: $(cat "$host/web02/error")"
mkdir "$mnt/by-folder/DC0/shop"
echo 'datastore=LocalDS_1 disk=thin folder=DC0/shop network=somewhere else:DC0_DVPG0' >"$host/web02/options"
cp "$tmp/gnu.ova" "$host/web02/"
grep -q 'LocalDS_1' "$host/web02/config.xml" || fail 'datastore='
expect_eq 'folder' "$(cat "$host/web02/folder")" DC0/shop
echo 'network=somewhere else:DC0_DVPG0' >"$host/web03/options"
# The manifest may come last.
tar -H pax -cf "$tmp/pax.ova" n.ovf "$long" m.mf
cp "$tmp/pax.ova" "$host/web03/"
[ -e "$host/web03/state" ] || fail 'pax'
mv "$long" disk-0.vmdk

# refused WORDS ERRNO  The archive makes no machine, and says why.
mkdir "$host/bad"
machines=$(ls "$mnt/by-name" | wc -l)
refused () {
  expect_failure "$2" cp "$archive" "$host/bad/"
  grep -qF "$1" "$host/bad/error" || fail "no '$1': $(cat "$host/bad/error")"
  expect_eq "$1: machines" "$(ls "$mnt/by-name" | wc -l)" "$machines"
  [ -z "$(find "$root" "$other" -name 'bad*')" ] || fail "$1: files are left"
  [ ! -e "$host/bad/${archive##*/}" ] || fail "$1: the archive is still there"
}
manifest m.ovf disk-0.vmdk
sed '/disk-0/s/= .*/= '"$(printf '%064d' 0)/" m.mf >0.mf
archive sum m.ovf 0.mf disk-0.vmdk
refused "'disk-0.vmdk' has another checksum" 'Invalid argument'
archive late m.ovf disk-0.vmdk 0.mf
refused "'disk-0.vmdk' has another checksum" 'Invalid argument'
archive missing m.ovf m.mf
refused "lacks 'disk-0.vmdk'" 'Invalid argument'
archive first disk-0.vmdk m.ovf
refused 'begins with' 'Invalid argument'
archive=$tmp/cut.ova
head -c 1500000 "$tmp/good.ova" >"$archive"
refused 'breaks off' 'Invalid argument'
archive=$tmp/junk.ova
(cat "$tmp/good.ova"; echo junk) >"$archive"
refused 'follows the end' 'Invalid argument'
truncate -s 100M hole
cp hole big.ovf
archive big big.ovf
refused 'none of a descriptor' 'too large'
archive=$tmp/sparse.ova
tar -S -cf "$archive" m.ovf hole
refused 'sparse' 'not supported'
archive=$tmp/pax-sparse.ova
tar -S -H pax -cf "$archive" m.ovf hole
refused 'sparse' 'not supported'
archive=$tmp/up.ova
tar -cPf "$archive" m.ovf --transform 's|disk|../disk|' disk-0.vmdk
refused 'no name of a file' 'Invalid argument'
sed 's|href="disk|href="../disk|' m.ovf >up.ovf
archive href up.ovf disk-0.vmdk
refused 'no name of a file' 'not supported'
sed -e 's|<VirtualSystem |<VirtualSystemCollection ovf:id="a">&|' -e 's|</VirtualSystem>|&</VirtualSystemCollection>|' m.ovf >several.ovf
archive several several.ovf disk-0.vmdk
refused 'several machines' 'not supported'
sed 's/DC0_DVPG0/nowhere/' m.ovf >nowhere.ovf
archive nowhere nowhere.ovf disk-0.vmdk
refused "no network 'nowhere'" 'No such file'
sed 's/VirtualSCSI/teapot/' m.ovf >teapot.ovf
archive teapot teapot.ovf disk-0.vmdk
refused "The controller 'teapot' is not supported" 'Invalid argument'
head -c 100000 /dev/urandom >"$tmp/noise.ova"
archive=$tmp/noise.ova
refused 'no tar archive' 'Invalid argument'
head -c 100000 /dev/urandom >junk.vmdk
sed 's/disk-0/junk/' m.ovf >junk.ovf
archive disk junk.ovf junk.vmdk
refused 'invalid VMDK' 'Input/output error'

# A directory: in any order it is there with the last file, and a sum that is wrong, or a file
# that is missing, makes no machine.
manifest m.ovf disk-0.vmdk
mkdir "$tmp/dir"
cp m.ovf m.mf disk-0.vmdk "$tmp/dir/"
cp -r "$tmp/dir" "$host/dir1"
expect_eq 'a directory' "$(xml "$host/dir1")" "$(xml "$vm")"
[ ! -e "$host/dir1/m.ovf" ] || fail 'the descriptor is still there'
mkdir "$host/dir2"
cp disk-0.vmdk m.mf "$host/dir2/"
[ ! -e "$host/dir2/state" ] || fail 'without a descriptor it is a machine'
expect_eq 'on the local disk' "$(stat -c %s "$host/dir2/disk-0.vmdk")" "$(stat -c %s disk-0.vmdk)"
cp m.ovf "$host/dir2/"
expect_eq 'the other order' "$(xml "$host/dir2")" "$(xml "$vm")"
mkdir "$host/dir3"
sed 's/= ./= 0/' m.mf >"$host/dir3/m.mf"
cp m.ovf "$host/dir3/"
expect_failure 'Invalid argument' cp disk-0.vmdk "$host/dir3/"
grep -q 'another checksum' "$host/dir3/error" || fail "no words: $(cat "$host/dir3/error")"
[ ! -e "$host/dir3/state" ] || fail 'a wrong checksum makes a machine'
cp m.mf "$host/dir3/"
expect_eq 'the right one' "$(xml "$host/dir3")" "$(xml "$vm")"
mkdir "$host/dir4"
cp disk-0.vmdk m.ovf "$host/dir4/"
[ ! -e "$host/dir4/state" ] || fail 'without a manifest it is a machine'
cp m.mf "$host/dir4/"
expect_eq 'the manifest last' "$(xml "$host/dir4")" "$(xml "$vm")"
mkdir "$host/dir5"
cp m.ovf "$host/dir5/"
expect_failure 'not permitted' mv "$host/dir5/m.ovf" "$host/dir5/n.ovf"
rmdir "$host/dir5"

machines=$(ls "$mnt/by-name" | wc -l)

# Servers and writers that end in the middle.
archive=$tmp/good.ova
control POST "/fail?what=lost&method=POST%20/nfc" >/dev/null
expect_failure 'Input/output error' cp "$archive" "$host/bad/"
control POST /heal >/dev/null
await sh -c "[ \"\$(ls '$mnt/by-name' | wc -l)\" = $machines ]"
mkfifo pipe
exec 4<>pipe
cp pipe "$host/bad/pipe.ova" &
copy=$!
head -c 200000 "$archive" >&4
begun () { [ -n "$(find "$root" "$other" -name 'bad*')" ]; }
await begun
kill "$copy"
wait "$copy" 2>/dev/null || :
await sh -c "[ \"\$(ls '$mnt/by-name' | wc -l)\" = $machines ]"
ended () { [ -z "$(find "$root" "$other" -name 'bad*')" ]; }
await ended

# After all that it still works.
cp "$archive" "$host/bad/"
[ -e "$host/bad/state" ] || fail 'nothing works any more'
