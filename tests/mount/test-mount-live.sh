#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What others change appears by itself, where it should and nowhere else, and the
# kernel's caches do not hide it.
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires "$PYTHON"
start_vcsim -vm 4
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
lists () { ls "$1" | grep -qx "$2"; }
lists_not () { ! lists "$1" "$2"; }

vm=DC0_H0_VM0
domains=$mnt/datacenters/DC0/hosts/DC0_H0/domains
ls -lR "$mnt" >/dev/null # now all of it is cached
cat "$domains"/*/state "$domains"/*/annotation >/dev/null
inode=$(stat -c %i "$domains/$vm")

# A value: through the path, the link, and a descriptor that was open before.
exec 5<"$domains/$vm/memory"
vc power "$vm" PowerOff
await says "$domains/$vm/state" off
await says "$mnt/by-name/$vm/state" off
vc reconfigure "$vm" annotation "two
lines"
await says "$domains/$vm/annotation" "two
lines"
vc reconfigure "$vm" memory 512
await says "$domains/$vm/memory" 524288
# Contents are what they are when it is opened; of its size the kernel is told.
has_size () { [ "$(stat -c %s "$1")" = "$2" ]; }
await has_size "$domains/$vm/memory" 7
exec 5<&-

# A new one, also where the kernel knew that there was none.
missing "$domains/new" || fail "new is there before it is made"
vc create new DC0_H0
await exists "$domains/new/state"
await lists "$mnt/by-name" new
await lists "$mnt/by-folder/DC0" new
await exists "$mnt/by-uuid/$(cat "$domains/new/uuid")"

# Renamed: the old names go, the new ones come, the inode stays.
vc rename "$vm" renamed
await exists "$domains/renamed"
await missing "$domains/$vm"
await lists "$mnt/by-name" renamed
await lists_not "$mnt/by-name" "$vm"
expect_eq "inode after a rename" "$(stat -c %i "$domains/renamed")" "$inode"

# Into a folder.
vc make-folder drawer
await exists "$mnt/by-folder/DC0/drawer"
vc move drawer renamed
await exists "$mnt/by-folder/DC0/drawer/renamed/state"
await missing "$mnt/by-folder/DC0/renamed"

# To another host: as a migration by somebody else shows.
other=$mnt/datacenters/DC0/clusters/DC0_C0/hosts/DC0_C0_H1/domains
control POST "/set" -d object=renamed -d path=runtime.host \
  --data-urlencode "value=<val xsi:type=\"ManagedObjectReference\" type=\"HostSystem\">$(cat "$other/../moref")</val>" >/dev/null
await exists "$other/renamed/state"
await missing "$domains/renamed"
expect_eq "inode after a migration" "$(stat -c %i "$other/renamed")" "$inode"
[ -e "$mnt/by-name/renamed/state" ] || fail "by-name leads to where it was"

# Two of one name: the lowest moref has it, the other one gets its own appended.
set_name () { control POST /set -d object="$1" -d path=name -d value="$2" >/dev/null; }
set_name DC0_H0_VM1 twin
set_name DC0_H0_VM2 twin
await exists "$mnt/by-name/twin"
first=$(cat "$mnt/by-name/twin/moref")
await missing "$mnt/by-name/DC0_H0_VM2"
second=$(ls "$mnt/by-name" | sed -n 's/^twin~//p')
[ -n "$second" ] || fail "there is no second twin: $(ls "$mnt/by-name")"
expect_eq "the second twin's moref" "$(cat "$mnt/by-name/twin~$second/moref")" "$second"
[ "${first#vm-}" -lt "${second#vm-}" ] || fail "$first should come after $second"
# What leads to it goes on doing so, whoever else takes or leaves its name.
uuid=$(cat "$mnt/by-name/twin~$second/uuid")
by_uuid () { readlink "$mnt/by-uuid/$uuid" | grep -q "/twin$1\$" && [ "$(cat "$mnt/by-uuid/$uuid/moref")" = "$second" ]; }
by_uuid "~$second" || fail "by-uuid/$uuid leads to $(readlink "$mnt/by-uuid/$uuid")"
set_name "$first" alone
await by_uuid ""
set_name "$first" twin
await by_uuid "~$second"
# A third is called as the second is shown: that name stays the second's, and is there once.
third=$(cat "$mnt/by-name/DC0_C0_RP0_VM0/moref")
moref_is () { [ "$(cat "$mnt/by-name/$1/moref")" = "$2" ]; }
moref_is "twin~$second" "$second" || fail "twin~$second is another's"
set_name "$third" "twin~$second"
await moref_is "twin~$second~$third" "$third"
moref_is "twin~$second" "$second" || fail "twin~$second is the third's, whose name it is"
expect_eq "names that are there twice" "$(ls "$mnt/by-name" | sort | uniq -d)" ''
leads_to () { [ "$(basename "$(readlink "$1")")" = "$2" ]; }
await leads_to "$mnt/by-name/twin~$second~$third" "twin~$second"
set_name "$first" alone
await moref_is "twin~$second" "$third"
await moref_is twin "$second"
await missing "$mnt/by-name/twin~$second~$third"
set_name "$first" twin
await moref_is "twin~$second" "$second"
await moref_is "twin~$second~$third" "$third"
set_name "$third" third
await exists "$mnt/by-name/third"
await missing "$mnt/by-name/twin~$second~$third"
moref_is "twin~$second" "$second" || fail "twin~$second left with the third"
set_name "$first" alone
await exists "$mnt/by-name/alone"
await missing "$mnt/by-name/twin~$second"
await moref_is twin "$second"

# Gone.
vc destroy new
await missing "$domains/new"
await lists_not "$mnt/by-name" new
await missing "$mnt/by-folder/DC0/new"

# A datastore by another name: its directory and all links to it.
host=$mnt/datacenters/DC0/hosts/DC0_H0
ls -l "$host/datastores" >/dev/null
set_name LocalDS_0 fast
await exists "$mnt/datacenters/DC0/datastores/fast/info"
await exists "$host/datastores/fast/info"
await missing "$host/datastores/LocalDS_0"

# All of it was pushed: nothing was asked for.  Only the names in extraconfig, disks and volumes
# are not, and they are asked for once.
ls "$mnt/datacenters/DC0/datastores/fast/volumes" >/dev/null
expect_requests "$mnt" 0 find "$mnt" \( -name extraconfig -o -name disks -o -name volumes \) -prune -o -type d -print
expect_requests "$mnt" 1 find "$mnt" -type d
expect_requests "$mnt" 0 find "$mnt" -type d
unmount_hvfs
