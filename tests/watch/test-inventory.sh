#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The file "inventory": every domain, beside what another client reads, by one read without a
# request; and the inventory script of Ansible that reads it.
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires "$PYTHON"
script=$tests_dir/../contrib/ansible/hvfs-inventory
start_vcsim -mixed -vm 6 -dc 2 -ds 2
set_ () { control POST /set -d object="$1" -d path="$2" --data-urlencode "value=$3" >/dev/null; }
ref () { echo "<val xsi:type=\"ManagedObjectReference\" type=\"$1\">$2</val>"; }

# A machine in a pool of a pool, one in a vApp, and texts that could be fields and lines.
vc make_pool Resources out%2fer >"$tmp/out"
inner=$(vc make_pool out%2fer inner)
set_ DC0_H0_VM1 resourcePool "$(ref ResourcePool "$inner")"
control POST /vapp -d vm=DC0_C0_RP0_VM0 -d name=App >/dev/null
set_ DC0_H0_VM2 config.annotation 'one	two
three'
mount_hvfs "$(vcsim_uri vpx)" "$mnt"

# Both without "path", of which the server knows nothing, and "state", which -mixed mixes.
known () { tail -n +2 "$mnt/inventory" | cut -f 1-3,6- | sort; }
as_server () {
  vc inventory | sed 's/one\ttwo$/one two/' | sort >"$tmp/server"
  known >"$tmp/files"
  cmp -s "$tmp/server" "$tmp/files"
}
poll 10 as_server || { diff -u "$tmp/server" "$tmp/files"; fail "the file and the server differ"; }
expect_eq header "$(head -n 1 "$mnt/inventory")" \
  "#name	uuid	moref	state	path	folder	pool	vcpus	memory	guest-id	hostname	addresses	annotation"
expect_eq pool "$(awk -F'\t' '$1 == "DC0_H0_VM1" { print $7 }' "$mnt/inventory")" out%2fer/inner
tail -n +2 "$mnt/inventory" >"$tmp/lines"
expect_eq domains "$(wc -l <"$tmp/lines")" "$(ls "$mnt/by-name" | wc -l)"
while IFS='	' read -r name uuid moref state path _; do
  expect_eq "moref of $name" "$(cat "$mnt/$path/moref")" "$moref"
  expect_eq "state of $name" "$(cat "$mnt/$path/state")" "$state"
  expect_eq "uuid of $name" "$(cat "$mnt/by-uuid/$uuid/moref")" "$moref"
done <"$tmp/lines"
expect_eq size "$(stat -c %s "$mnt/inventory")" "$(wc -c <"$mnt/inventory")"
expect_requests "$mnt" 0 cat "$mnt/inventory"

# It follows the server: what changes, comes, goes, and may not be read.
domain () { grep -P "^$1\t" "$mnt/inventory"; }
has () { domain "$1" | grep -qP "$2"; }
is_gone_from () { ! domain "$1" >/dev/null; }
vc reconfigure DC0_H0_VM0 annotation 'web	server'
await has DC0_H0_VM0 '\tweb server$'
control POST /deny -d path=summary.config.memorySizeMB -d object=DC0_H0_VM0 >/dev/null
await has DC0_H0_VM0 '\t2\t\?\t'
control POST /allow -d path=summary.config.memorySizeMB -d object=DC0_H0_VM0 >/dev/null
await has DC0_H0_VM0 '\t2\t2097152\t'
vc clone DC0_H0_VM0 new
await has new '\toff\t'
vc destroy new
await is_gone_from new
host=$(cat "$mnt/datacenters/DC0/hosts/DC0_H0/moref")
control POST /connection -d host="$host" -d state=disconnected >/dev/null
await has DC0_H0_VM0 '\tdisconnected\t'
control POST /connection -d host="$host" -d state=connected >/dev/null

# Ansible's script: a host and its variables for each; groups; a name that two mounts have.
mkdir "$tmp/second"
HVFS_MOUNTS=$mnt "$script" --list >"$tmp/list.json" || fail "--list"
"$PYTHON" - "$tmp/list.json" "$mnt/inventory" <<'END' || fail "--list is not as it should be"
import json, sys
listed = json.load(open(sys.argv[1]))
lines = [line.rstrip("\n").split("\t") for line in open(sys.argv[2])][1:]
assert sorted(listed["all"]["hosts"]) == sorted(line[0] for line in lines)
for name, uuid, moref, state, path, folder, pool, vcpus, *_ in lines:
    hostvars = listed["_meta"]["hostvars"][name]
    assert hostvars["hvfs_uuid"] == uuid and hostvars["hvfs_vcpus"] == int(vcpus), hostvars
    assert name in listed["state_" + state]["hosts"]
    assert name in listed["host_" + path.split("/")[-3]]["hosts"]
    assert name in listed["datacenter_" + name[:3]]["hosts"]
assert listed["pool_out_2fer_inner"]["hosts"] == ["DC0_H0_VM1"]
assert listed["_meta"]["hostvars"]["DC0_H0_VM0"]["ansible_host"] == "10.0.0.1"
assert all(name.startswith("DC1_C0") for name in listed["cluster_DC1_C0"]["hosts"])
END
HVFS_MOUNTS=$mnt:$mnt "$script" --list >"$tmp/twice.json"
grep -q "\"$(cat "$mnt/by-name/DC0_H0_VM0/uuid")\"" "$tmp/twice.json" || fail "twice: $(head -n 5 "$tmp/twice.json")"
HVFS_MOUNTS=$mnt "$script" --host DC0_H0_VM0 | grep -q '"ansible_host": "10.0.0.1"' || fail "--host"
expect_failure "$tmp/second/inventory" env HVFS_MOUNTS="$tmp/second" "$script" --list
requires ansible-inventory
HVFS_MOUNTS=$mnt HOME=$tmp ansible-inventory -i "$script" --list >"$tmp/ansible.json"
"$PYTHON" - "$tmp/list.json" "$tmp/ansible.json" <<'END' || fail "ansible-inventory: $(head "$tmp/ansible.json")"
import json, sys
ours, theirs = (json.load(open(name)) for name in sys.argv[1:])
assert theirs["_meta"]["hostvars"] == ours["_meta"]["hostvars"]
for group in ours:
    if group.startswith("state_"):
        assert sorted(theirs[group]["hosts"]) == sorted(ours[group]["hosts"]), group
END

# Lost, it is no old text.
control POST /down >/dev/null
unreadable () { ! cat "$mnt/inventory" >/dev/null 2>"$tmp/err"; }
await unreadable
grep -q "Input/output error" "$tmp/err" || fail "lost: $(cat "$tmp/err")"
control POST /up >/dev/null
await cat "$mnt/inventory" >"$tmp/out" 2>&1
has DC0_H0_VM0 '\tweb server$' || fail "back: $(cat "$tmp/out")"
unmount_hvfs

# A part of it, a host alone, an old server: their domains, and what these can say.
mount_hvfs "$(vcsim_uri vpx DC1/DC1_C0)" "$mnt"
expect_eq "in a cluster" "$(tail -n +2 "$mnt/inventory" | wc -l)" 6
expect_eq "its pools" "$(tail -n +2 "$mnt/inventory" | cut -f 7 | sort -u | grep -vx -)" /
unmount_hvfs
for api in 6.5 4.0 2.5; do
  start_vcsim -esx -vm 3 -api $api
  mount_hvfs "$(vcsim_uri esx)" "$mnt"
  expect_eq "on an ESX with $api" "$(cut -f 1,5-10 "$mnt/inventory" | sed -n 2p)" \
    "ha-host_VM0	domains/ha-host_VM0	ha-datacenter	/	2	2097152	debian10_64Guest"
  unmount_hvfs
done
