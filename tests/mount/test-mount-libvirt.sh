#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/mount/test-mount-libvirt.sh - capabilities.xml, interfaces/, switches/, network.xml and pool.xml
# are what virsh prints on the same server, and cost a request for all of a kind
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires virsh

start_vcsim -tls=false -vm 1 -host 2 -standalone 2 -ds 4
virsh_login
# libvirt 9.0 warns of elements that it does not know.
virsh () {
  command virsh -q -c "vpx://user@$vcsim_hostport/DC0/DC0_H0?transport=http" "$@" 2>"$tmp/virsh.err" ||
    fail "virsh $*: $(cat "$tmp/virsh.err")" >&2
}
set_value () { # OBJECT, PATH, XML
  control POST /set -d object="$1" -d path="$2" --data-urlencode "value=$3" >/dev/null
}
says_names () { [ "$(ls "$1")" = "$2" ]; }
same () { # FILE, VIRSH-COMMAND...
  file=$1
  shift
  # virsh ends with an empty line of its own
  virsh "$@" | sed '${/^$/d}' | diff - "$file" >"$tmp/diff" || fail "$*: virsh <, the file >: $(cat "$tmp/diff")"
  expect_eq "size of $file" "$(stat -c %s "$file")" "$(wc -c <"$file")"
}

# What a server of its own has not: two more switches, an address, other datastores.
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
d=$mnt/datacenters/DC0/hosts/DC0_H0
host=$(cat "$d/moref")
unmount_hvfs
policy () { echo "<policy><shapingPolicy><enabled>$1</enabled><averageBandwidth>$2</averageBandwidth><peakBandwidth>$3</peakBandwidth><burstSize>$4</burstSize></shapingPolicy></policy>"; }
vswitch () { # NAME, what it has, its policy
  echo "<val xsi:type='HostVirtualSwitch'><name>$1</name><key>key-vim.host.VirtualSwitch-$1</key><numPorts>128</numPorts><numPortsAvailable>120</numPortsAvailable>$2<spec><numPorts>128</numPorts>$3</spec></val>"
}
group () { # NAME, SWITCH, its policy
  echo "<val xsi:type='HostPortGroup'><key>key-vim.host.PortGroup-$1</key><computedPolicy/><spec><name>$1</name><vlanId>0</vlanId><vswitchName>$2</vswitchName>$3</spec></val>"
}
set_value "$host" config.network.vswitch "$(
  vswitch vSwitch0 '<portgroup>key-vim.host.PortGroup-VM Network</portgroup><portgroup>key-vim.host.PortGroup-Management Network</portgroup><pnic>key-vim.host.PhysicalNic-vmnic1</pnic><pnic>key-vim.host.PhysicalNic-vmnic0</pnic>' \
    "$(policy true 80000000 160000000 1048576)"
  vswitch 'inner &lt; &amp;' '' "$(policy false 8000 8000 1024)"
  vswitch half '' "$(policy true 8000 0 0)")"
set_value "$host" config.network.portgroup "$(
  group 'VM Network' vSwitch0 "$(policy true 8000000 0 2048)"
  group 'Management Network' vSwitch0 '<policy/>')"
set_value "$host" config.network.pnic "$(
  i=0
  for ip in '<ip><dhcp>false</dhcp><ipAddress>10.1.2.3</ipAddress><subnetMask>255.255.240.0</subnetMask></ip>' \
    '<ip><dhcp>true</dhcp></ip>' '<ip><dhcp>true</dhcp><ipAddress>10.1.2.4</ipAddress><subnetMask>255.0.0.0</subnetMask></ip>' ''; do
    echo "<val xsi:type='PhysicalNic'><key>key-vim.host.PhysicalNic-vmnic$i</key><device>vmnic$i</device><pci>0000:0$i</pci><spec>$ip</spec><wakeOnLanSupported>false</wakeOnLanSupported><mac>00:0c:29:81:d8:a$i</mac></val>"
    i=$((i + 1))
  done)"
nas="<name>n</name><url>/n</url><freeSpace>1</freeSpace><maxFileSize>1</maxFileSize>"
volume () { echo "<nas><type>$1</type><name>n</name><capacity>1</capacity><remoteHost>filer&amp;1</remoteHost><remotePath>/vol/a b</remotePath></nas>"; }
set_value LocalDS_1 info "<val xsi:type='NasDatastoreInfo'>$nas$(volume NFS)</val>"
set_value LocalDS_2 info "<val xsi:type='LocalDatastoreInfo'>$nas<path>/l</path></val>"
set_value LocalDS_3 info "<val xsi:type='NasDatastoreInfo'>$nas$(volume CIFS)</val>"
control POST "/set?object=LocalDS_2&path=summary.accessible&value=false" >/dev/null

mount_hvfs "$(vcsim_uri vpx)" "$mnt"
expect_eq switches "$(ls "$d/switches" | tr '\n' ' ')" 'half.xml inner < &.xml undefine vSwitch0.xml '
expect_eq interfaces "$(ls "$d/interfaces" | tr '\n' ' ')" 'vmnic0.xml vmnic1.xml vmnic2.xml vmnic3.xml '
same "$d/capabilities.xml" capabilities
nets=0
for name in $(virsh net-list --name | grep -v '[<]'); do
  same "$d/switches/$name.xml" net-dumpxml "$name"
  nets=$((nets + 1))
done
expect_eq nets "$nets" 2
same "$d/switches/inner < &.xml" net-dumpxml 'inner < &'
grep -q '<outbound average=.10000. peak=.20000. burst=.1024./>' "$d/switches/vSwitch0.xml" || fail 'no bandwidth'
same "$d/networks/VM Network/network.xml" net-dumpxml vSwitch0
for i in 0 1 2 3; do same "$d/interfaces/vmnic$i.xml" iface-dumpxml "00:0c:29:81:d8:a$i"; done
grep -q "<ip address='10.1.2.3' prefix='20'/>" "$d/interfaces/vmnic0.xml" || fail 'no address'
pools=0
for name in $(virsh pool-list --all --name); do
  same "$d/datastores/$name/pool.xml" pool-dumpxml "$name"
  pools=$((pools + 1))
done
expect_eq pools "$pools" 4
unmount_hvfs

# One request serves all hosts, one all datastores, and then none is needed.
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
expect_requests "$mnt" 1 sh -c "cat '$mnt'/datacenters/DC0/*/*/capabilities.xml '$mnt'/datacenters/DC0/clusters/*/hosts/*/switches/*.xml"
expect_requests "$mnt" 1 sh -c "cat '$mnt'/datacenters/DC0/datastores/*/pool.xml"
expect_requests "$mnt" 1 cat "$d/networks/VM Network/network.xml"
expect_requests "$mnt" 0 sh -c "cat '$d'/*.xml '$d'/*/*.xml '$d/networks/VM Network/info'; ls -l '$d/interfaces' '$d/switches'"
expect_eq 'of a distributed switch' "$(ls "$d/networks/DC0_DVPG0")" "$(printf 'alarms\nattributes\ninfo\nmoref')"

# What the server pushes is there at once.
set_value "$host" config.network.pnic "<val xsi:type='PhysicalNic'><key>key-vim.host.PhysicalNic-vmnic7</key><device>vmnic7</device><pci>0</pci><spec/><wakeOnLanSupported>false</wakeOnLanSupported><mac>00:0c:29:81:d8:a7</mac></val>"
await says_names "$d/interfaces" vmnic7.xml
expect_failure 'No such file' cat "$d/interfaces/vmnic0.xml"
unmount_hvfs

# What cannot be read is an error, of the list and of the file; and asked for again.
control POST /deny -d path=config.network.pnic -d object="$host" >/dev/null
control POST /deny -d path=hardware.cpuFeature -d object="$host" >/dev/null
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
expect_failure 'Permission denied' ls "$d/interfaces"
expect_failure 'Permission denied' cat "$d/capabilities.xml"
control POST /fail -d what=500 -d method=RetrievePropertiesEx -d times=1 >/dev/null
expect_failure 'Input/output error' cat "$d/datastores/LocalDS_0/pool.xml"
control POST /heal >/dev/null
grep -q '<pool' "$d/datastores/LocalDS_0/pool.xml" || fail 'not asked for again'
control POST /allow -d path=hardware.cpuFeature -d object="$host" >/dev/null
grep -q x86_64 "$d/capabilities.xml" || fail 'not asked for again'
unmount_hvfs
