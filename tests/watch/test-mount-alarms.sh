#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/watch/test-mount-alarms.sh - alarms: what is triggered, at the root and in the directories of
# objects; pushed or asked for; acknowledged; of a part of the inventory; of a host
. "${srcdir:-$(dirname "$0")/..}/functions.sh"

tab=$(printf '\t')

# alarm OBJECT NAME STATUS [MORE]
alarm () { control POST /alarm -d object="$1" --data-urlencode name="$2" -d status="$3${4-}" >/dev/null; }
# line FILE NAME  All fields of an alarm but the time.
line () { awk -F'\t' -v OFS='\t' -v name="$2" '$5 == name { $3 = ""; print }' "$1"; }

start_vcsim
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
vm=$mnt/by-name/DC0_H0_VM0
cluster=$mnt/datacenters/DC0/clusters/DC0_C0

expect_eq "none" "$(cat "$mnt/alarms" "$vm/alarms")" ""
alarm DC0_H0_VM0 "VM CPU usage" red
alarm LocalDS_0 "Datastore usage" yellow
alarm DC0_C0_H1 "Host$tab of	memory" red
shows () { cat "$mnt/alarms" >"$tmp/shown" 2>/dev/null && [ "$(wc -l <"$tmp/shown")" = "$1" ]; }
await shows 3
id=$(cut -f 1 "$mnt/alarms" | head -n 1)
expect_eq "a machine's" "$(line "$mnt/alarms" "VM CPU usage")" \
  "$id${tab}red$tab${tab}datacenters/DC0/hosts/DC0_H0/domains/DC0_H0_VM0${tab}VM CPU usage$tab-"
head -n 1 "$mnt/alarms" | cut -f 3 | grep -qE '^20..-..-..T..:..:..Z$' || fail "time: $(cat "$mnt/alarms")"
expect_eq "a datastore's" "$(line "$mnt/alarms" "Datastore usage" | cut -f 2,4)" \
  "yellow${tab}datacenters/DC0/datastores/LocalDS_0"
expect_eq "oldest first" "$(cut -f 5 "$mnt/alarms" | tr '\n' ,)" "VM CPU usage,Datastore usage,Host  of memory,"

# Each object has its own, and those below it in the inventory.
expect_eq "of the machine" "$(cat "$vm/alarms")" "$(head -n 1 "$mnt/alarms")"
expect_eq "of another" "$(cat "$mnt/by-name/DC0_H0_VM1/alarms")" ""
expect_eq "of the datastore" "$(cut -f 5 "$mnt/datacenters/DC0/datastores/LocalDS_0/alarms")" "Datastore usage"
expect_eq "of the host" "$(cut -f 4 "$cluster/hosts/DC0_C0_H1/alarms")" "datacenters/DC0/clusters/DC0_C0/hosts/DC0_C0_H1"
cmp "$cluster/alarms" "$cluster/hosts/DC0_C0_H1/alarms" || fail "of the cluster"
cmp "$mnt/datacenters/DC0/alarms" "$mnt/alarms" || fail "of the datacenter"
expect_eq "of a network" "$(cat "$mnt/datacenters/DC0/networks/VM Network/alarms")" ""

# Sizes and times are real, and the names were asked for once; what is known costs nothing.
expect_eq "size" "$(stat -c %s "$mnt/alarms")" "$(wc -c <"$mnt/alarms")"
expect_eq "time" "$(date -u -d "@$(stat -c %Y "$vm/alarms")" +%FT%TZ)" "$(cut -f 3 "$vm/alarms")"
each () { cat "$mnt"/by-name/*/alarms "$mnt"/datacenters/DC0/*/*/alarms "$cluster"/hosts/*/alarms; }
costs_nothing () { # once they are fresh
  before=$(requests_of "$mnt")
  each >/dev/null
  [ "$(requests_of "$mnt")" = "$before" ]
}
await costs_nothing
alarm DC0_H0_VM1 "VM CPU usage" red
await shows 4
expect_eq "in one machine" "$(wc -l <"$mnt/by-name/DC0_H0_VM1/alarms")" 1
alarm DC0_H0_VM1 "VM CPU usage" green
await shows 3

# ack: one request; once more: none.
ack () { echo "ack $1" >"$mnt/alarms"; }
control POST /reset >/dev/null
ack "$id"
expect_eq "acknowledged" "$(cut -f 6 "$vm/alarms")" acknowledged
ack "$id"
expect_eq "calls" "$(vcsim_requests AcknowledgeAlarm)" 1
refused () { # WORDS LINE
  echo "$2" >"$tmp/line"
  expect_failure "$1" tee "$mnt/alarms" <"$tmp/line"
}
refused "No such file or directory" "ack nothing"
grep -q "there is no alarm 'nothing'" "$mnt/.hvfs/errors" || fail "$(cat "$mnt/.hvfs/errors")"
for bad in ack clear "acknowledge $id"; do
  refused "Invalid argument" "$bad"
done
expect_failure "Permission denied" sh -c "echo 'ack $id' >>'$vm/alarms'"
control POST "/fail?what=fault&method=AcknowledgeAlarm&fault=NoPermission&privilege=Alarm.Acknowledge" >/dev/null
refused "Permission denied" "ack $(cut -f 1 "$mnt/alarms" | tail -n 1)"

# A server that tells nobody is asked, at most every few seconds, and once for all files.
alarm DC0_C0_RP0_VM0 "Quiet one" yellow "&quiet=1"
quiet () { grep -qs "Quiet one" "$mnt/by-name/DC0_C0_RP0_VM0/alarms"; }
await quiet
expect_eq "everywhere" "$(line "$mnt/alarms" "Quiet one" | cut -f 4)" \
  "$(grep -h "Quiet one" "$mnt/by-name/DC0_C0_RP0_VM0/alarms" | cut -f 4)"
quiet_id=$(line "$mnt/alarms" "Quiet one" | cut -f 1)
ack "$quiet_id"
expect_eq "acknowledged, untold" "$(line "$mnt/alarms" "Quiet one" | cut -f 6)" acknowledged

# What cannot be had is an error: the reply, the right to read, the server.
alarm DC0_H0_VM1 "Another" red
failed () { ! cat "$mnt/alarms" >/dev/null 2>&1; }
control POST "/fail?what=drop&method=RetrievePropertiesEx&times=0" >/dev/null
await failed
control POST /heal >/dev/null
await grep -qs Another "$mnt/alarms"
control POST /down >/dev/null
await failed
expect_failure "Input/output error" cat "$mnt/alarms"
control POST /up >/dev/null
await grep -qs Another "$mnt/alarms"
unmount_hvfs

# Who may not read the root of the inventory has those of what is mounted.
control POST "/deny?path=triggeredAlarmState&object=group-d1" >/dev/null
mount_hvfs "$(vcsim_uri vpx DC0)" "$mnt"
expect_eq "below a datacenter" "$(cut -f 4 "$mnt/alarms" | head -n 1)" hosts/DC0_H0/domains/DC0_H0_VM0
unmount_hvfs
control POST "/allow?path=triggeredAlarmState&object=group-d1" >/dev/null
control POST "/deny?path=triggeredAlarmState" >/dev/null
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
expect_failure "Permission denied" cat "$mnt/alarms"
unmount_hvfs
control POST "/allow?path=triggeredAlarmState" >/dev/null

# A host of a vCenter: its own, and its machines'; not those of other places.
mount_hvfs "$(vcsim_uri vpx DC0/DC0_H0)" "$mnt"
await grep -qs Another "$mnt/alarms"
expect_eq "a host's" "$(cut -f 4 "$mnt/alarms" | sort -u | tr '\n' ,)" "datastores/LocalDS_0,domains/DC0_H0_VM0,domains/DC0_H0_VM1,"
unmount_hvfs
stop_vcsim

# A host alone has none.
start_vcsim -esx
mount_hvfs "$(vcsim_uri esx)" "$mnt"
expect_requests "$mnt" 0 cat "$mnt/alarms"
expect_eq "of an ESX" "$(cat "$mnt/alarms")" ""
[ ! -e "$mnt/domains/ha-host_VM0/alarms" ] || fail "a machine of an ESX has alarms"
refused "No such file or directory" "ack 1"
