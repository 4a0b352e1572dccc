#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What a server has that is not as usual: properties that may not be read, folders of
# which nobody says where they are, machines without a host or in a vApp, names that are no file names, states that cannot be
# known.
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires "$PYTHON"
start_vcsim -vm 4 -dc 2 -folder 1
set_ () { control POST /set -d object="$1" -d path="$2" --data-urlencode "value=$3" >/dev/null; }
vm=$mnt/by-name/DC0_H0_VM0

# Before the mount, and while it is there.
control POST /deny -d path=summary.config.memorySizeMB -d object=DC0_H0_VM0 >/dev/null
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
denied () { [ -f "$1" ] && ! cat "$1" 2>"$tmp/err" && grep -q "Permission denied" "$tmp/err"; }
denied "$vm/memory" || fail "memory: $(cat "$tmp/err")"
expect_eq "vcpus beside it" "$(cat "$vm/vcpus")" 2
expect_eq "memory of another" "$(cat "$mnt/by-name/DC0_H0_VM1/memory")" 2097152
control POST /deny -d path=summary.config.vmPathName -d object=DC0_H0_VM0 >/dev/null
await denied "$vm/config.vmx"
control POST /allow -d path=summary.config.vmPathName -d object=DC0_H0_VM0 >/dev/null
control POST /deny -d path=runtime.powerState -d object=DC0_H0_VM0 >/dev/null
await denied "$vm/state"
control POST /allow -d path=runtime.powerState -d object=DC0_H0_VM0 >/dev/null
control POST /allow -d path=summary.config.memorySizeMB -d object=DC0_H0_VM0 >/dev/null
await says "$vm/state" running
await says "$vm/memory" 2097152
moref=$(cat "$mnt/by-name/DC0_H0_VM1/moref")
control POST /deny -d path=name -d object="$moref" >/dev/null
await exists "$mnt/by-name/$moref/state"
control POST /allow -d path=name -d object="$moref" >/dev/null
await missing "$mnt/by-name/$moref"

# What is in a folder that stands nobody knows where is there all the same: at the root.
inside=hosts/F0/DC1_H0/domains/DC1_H0_VM0/state
folder=$(vc folder_of DC1_C0)
expect_eq "state in a folder" "$(cat "$mnt/datacenters/F0/DC1/$inside")" running
control POST /deny -d path=parent -d object="$folder" >/dev/null
await says "$mnt/$inside" running
await says "$mnt/by-name/DC1_H0_VM0/state" running
control POST /allow -d path=parent -d object="$folder" >/dev/null
await says "$mnt/datacenters/F0/DC1/$inside" running
await missing "$mnt/hosts"

# A server that says what cannot be is not believed, and harms nobody else.
wrong_parent () { set_ "$1" parent "<val xsi:type=\"ManagedObjectReference\" type=\"$2\">$3</val>"; }
dc=$(cat "$mnt/datacenters/F0/DC1/moref")
wrong_parent "$dc" Datacenter "$dc"
await missing "$mnt/datacenters/F0/DC1"
wrong_parent "$dc" Folder "$folder"
wrong_parent "$folder" Folder "$folder"
await says "$vm/state" running
wrong_parent DC1_H0_VM0 Folder "$folder"

# Nor is a name that no file can have the end of a listing.
moref=$(cat "$mnt/by-name/DC0_C0_RP0_VM0/moref")
set_ "$moref" name "$(printf 'n%.0s' $(seq 5000))"
await missing "$mnt/by-name/DC0_C0_RP0_VM0"
ls "$mnt/by-name" >"$tmp/out" || fail "by-name cannot be listed: a name is too long"
expect_eq "state of the one whose name is too long" "$(cat "$mnt/by-name/$moref/state")" running
set_ "$moref" name DC0_C0_RP0_VM0
await exists "$mnt/by-name/DC0_C0_RP0_VM0/state"

# States that cannot be known.
for word in disconnected inaccessible orphaned invalid; do
  set_ DC0_H0_VM0 runtime.connectionState "<val xsi:type=\"VirtualMachineConnectionState\">$word</val>"
  await says "$vm/state" "$word"
done
set_ DC0_H0_VM0 runtime.connectionState '<val xsi:type="VirtualMachineConnectionState">connected</val>'
await says "$vm/state" running
host=$(cat "$mnt/datacenters/DC0/hosts/DC0_H0/moref")
control POST /connection -d host="$host" -d state=notResponding >/dev/null
await says "$mnt/datacenters/DC0/hosts/DC0_H0/state" notresponding
control POST /connection -d host="$host" -d state=connected >/dev/null
await says "$mnt/datacenters/DC0/hosts/DC0_H0/state" connected

# Without a host: below its datacenter; found by name, and gone from there again.
missing "$mnt/datacenters/DC0/domains" || fail "there are domains without a host"
ls -l "$mnt/datacenters/DC0" >/dev/null
control POST /set -d object=DC0_H0_VM0 -d path=runtime.host >/dev/null
await exists "$mnt/datacenters/DC0/domains/DC0_H0_VM0/state"
ls "$mnt/datacenters/DC0" | grep -qx domains || fail "domains is not listed"
await says "$vm/state" running
set_ DC0_H0_VM0 runtime.host "<val xsi:type=\"ManagedObjectReference\" type=\"HostSystem\">$host</val>"
await missing "$mnt/datacenters/DC0/domains"
await says "$vm/state" running

# In a vApp: by folder it is in a directory of that name.
control POST /vapp -d vm=DC0_C0_RP0_VM0 -d name=app >/dev/null
await exists "$mnt/by-folder/DC0/app/DC0_C0_RP0_VM0/state"

# Names as the server escapes them, and such as no file can have.
moref=$(cat "$mnt/by-name/DC0_H0_VM2/moref")
for name in 'a%2fb' 'a%5cb%25' 'with blank' 'ünïcödé' '-rf' 'a~b' '%' 'a%2Fb' "it's \"it\"" '*'; do
  set_ "$moref" name "$name"
  await exists "$mnt/by-name/$name/state"
  expect_eq "moref of $name" "$(cat "$mnt/by-name/$name/moref")" "$moref"
  ls "$mnt/datacenters/DC0/hosts/DC0_H0/domains" | grep -qxF -- "$name" || fail "$name is not listed"
done
set_ "$moref" name 'x/y'
await exists "$mnt/by-name/x%2fy/state"
set_ "$moref" name ..
await exists "$mnt/by-name/%2e%2e/state"
set_ "$moref" name "$(printf 'n%.0s' $(seq 200))"
await exists "$mnt/by-name/$(printf 'n%.0s' $(seq 200))/state"

# A template is a domain like others.
set_ DC0_H0_VM3 summary.config.template '<val xsi:type="xsd:boolean">true</val>'
await says "$mnt/by-name/DC0_H0_VM3/template" yes
# Free text of several lines ends in one newline.
set_ DC0_H0_VM3 config.annotation "one
two & <three>"
await says "$mnt/by-name/DC0_H0_VM3/annotation" "one
two & <three>"
expect_eq "bytes of annotation" "$(wc -c <"$mnt/by-name/DC0_H0_VM3/annotation")" 18

# No tool that walks and deletes changes anything.
for command in "rm -rf $mnt/datacenters" "find $mnt/datacenters -delete" "rmdir $mnt/datacenters/DC0/hosts/DC0_H0/domains/DC0_H0_VM0" "rm -r $mnt/by-name/" \
  "rm $vm/state" "mkdir $mnt/x" "touch $mnt/datacenters/x" "ln -s a $mnt/by-name/b" "mv $mnt/about $mnt/b" "chmod 777 $vm/uuid"; do
  if $command 2>"$tmp/err"; then fail "$command succeeded"; fi
  grep -q "Operation not permitted" "$tmp/err" || fail "$command: $(head -n 1 "$tmp/err")"
done
expect_eq "domains left" "$(ls "$mnt/by-name" | wc -l)" 16
if echo x 2>/dev/null >"$vm/uuid"; then fail "uuid was written"; fi
unmount_hvfs
