#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/mount/test-mount-networks.sh - info of a network says its switch, VLAN and ports, as far as
# the server does, and a walk over many of them asks no more than for one
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"

start_vcsim -vm 1 -pg 3 -nsx 2
control POST "/set?object=DC0_DVPG1&path=config.numPorts&value=24" >/dev/null
port_config () {
  control POST /set -d object="$1" -d path=config.defaultPortConfig --data-urlencode "value=$2" >/dev/null
}
vlan_of () { # TYPE, what it says
  echo "<val xsi:type='VMwareDVSPortSetting'><vlan xsi:type='VmwareDistributedVirtualSwitch$1'><inherited>false</inherited>$2</vlan></val>"
}
port_config DC0_DVPG1 "$(vlan_of VlanIdSpec '<vlanId>100</vlanId>')"
port_config DC0_DVPG2 "$(vlan_of TrunkVlanSpec \
  '<vlanId><start>1</start><end>10</end></vlanId><vlanId><start>20</start><end>20</end></vlanId>')"
port_config DC0_DVPG0 "$(vlan_of PvlanSpec '<pvlanId>7</pvlanId>')"
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
nets=$mnt/datacenters/DC0/networks
value_of () {
  sed -n "s/^$2=//p" "$nets/$1/info"
}

# Three port groups and their switch: two requests, whoever comes first; opaque networks: one.
expect_requests "$mnt" 2 sh -c "cat '$nets/'*DVPG*/info"
expect_requests "$mnt" 1 sh -c "cat '$nets/'*NSX*/info"
expect_requests "$mnt" 1 cat "$nets/VM Network/info"
expect_requests "$mnt" 1 cat "$nets/VM Network/network.xml"
expect_requests "$mnt" 0 ls -lR "$nets/"
expect_eq switch "$(value_of DC0_DVPG1 switch)" DVS0
expect_eq vlan "$(value_of DC0_DVPG1 vlan)" 100
expect_eq ports "$(value_of DC0_DVPG1 ports)" 24
expect_eq trunk "$(value_of DC0_DVPG2 vlan)" 1-10,20
expect_eq private "$(value_of DC0_DVPG0 pvlan)$(value_of DC0_DVPG0 vlan)" 7
expect_eq sizes "$(cat "$nets"/*/info | wc -c)" "$(stat -c %s "$nets"/*/info | awk '{ n += $1 } END { print n }')"

# The ids are those of an interface on it.
for name in $(ls "$nets" | grep DVPG); do
  echo "switchid='$(value_of "$name" switchid)' portgroupid='$(value_of "$name" portgroupid)'"
done >"$tmp/ids"
sed -n "s/.*<source switchid='\([^']*\)'.* portgroupid='\([^']*\)'.*/switchid='\1' portgroupid='\2'/p" \
  "$mnt"/by-name/*/config.xml | sort -u >"$tmp/used"
[ -s "$tmp/used" ] || fail 'no interface is on a port group'
while read -r line; do
  grep -qF -- "$line" "$tmp/ids" || fail "no port group has $line: $(cat "$tmp/ids")"
done <"$tmp/used"

# An opaque network has the ids of an interface on it.
expect_eq 'opaque' "$(value_of DC0_NSX0 type) $(value_of DC0_NSX0 opaquetype)" 'opaque nsx.LogicalSwitch'
domain=$(cd "$mnt/by-name/DC0_H0_VM0" && pwd -P)
sed "s|<interface type='vds'>|<interface type='bridge'>|; s|<source switchid=.*|<source bridge='DC0_NSX1'/>|" "$domain/config.xml" >"$tmp/new.xml"
cp "$tmp/new.xml" "$domain/config.xml"
grep -qF "<source vmware:opaqueid='$(value_of DC0_NSX1 opaqueid)' vmware:opaquetype='nsx.LogicalSwitch'/>" "$domain/config.xml" ||
  fail "the interface is not on DC0_NSX1: $(cat "$domain/config.xml")"

# A network of hosts is as they say, each of them.
expect_eq 'switch of hosts' "$(value_of 'VM Network' switch)" vSwitch0
expect_eq 'vlan of hosts' "$(value_of 'VM Network' vlan)" 0
expect_eq 'made up' "$(value_of 'VM Network' ports)$(value_of 'VM Network' switchid)" ''
host=$(cat "$mnt/datacenters/DC0/hosts/DC0_H0/moref")
unmount_hvfs

# What may not be seen, or differs from host to host.
host_group () {
  echo "<val xsi:type='HostPortGroup'><key>k</key><computedPolicy/><spec><name>VM Network</name><vlanId>$1</vlanId><vswitchName>$2</vswitchName><policy/></spec></val>"
}
control POST /set -d object="$host" -d path=config.network.portgroup \
  --data-urlencode "value=$(host_group 12 vSwitch1)" >/dev/null
control POST /deny -d path=config.numPorts >/dev/null
control POST /deny -d path=uuid -d object=DVS0 >/dev/null
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
expect_eq 'vlans' "$(value_of 'VM Network' vlan)" 0,12
expect_eq 'switches' "$(value_of 'VM Network' switch)" vSwitch0,vSwitch1
expect_eq 'what is denied' "$(value_of DC0_DVPG1 ports)$(value_of DC0_DVPG1 switchid)" ''
expect_eq 'what is not' "$(value_of DC0_DVPG1 switch) $(value_of DC0_DVPG1 vlan)" 'DVS0 100'
unmount_hvfs

# What could not be had is an error, and asked for again.
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
control POST '/fail?what=500&method=RetrievePropertiesEx&times=1' >/dev/null
if cat "$nets/DC0_DVPG1/info" >"$tmp/out" 2>&1; then fail "half an answer: $(cat "$tmp/out")"; fi
control POST /heal >/dev/null
expect_eq 'vlan, then' "$(value_of DC0_DVPG1 vlan)" 100
unmount_hvfs
