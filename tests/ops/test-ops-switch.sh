#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/ops/test-ops-switch.sh - a virtual switch is made by writing its XML and removed by its name,
# all of it or nothing, and virsh agrees
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires virsh

start_vcsim -tls=false -vm 1 -host 1 -standalone 2
virsh_login
virsh () {
  command virsh -q -c "vpx://user@$vcsim_hostport/DC0/DC0_H0?transport=http" "$@" 2>"$tmp/virsh.err" ||
    fail "virsh $*: $(cat "$tmp/virsh.err")" >&2
}
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
h=$mnt/datacenters/DC0/hosts/DC0_H0
d=$h/switches
refused () { # ERRNO, TEXT OF THE ERROR, NAME, XML
  printf '%s\n' "$4" >"$tmp/bad.xml"
  expect_failure "$1" cp "$tmp/bad.xml" "$d/$3.xml"
  tail -n 1 "$mnt/.hvfs/errors" | grep -qF -- "$2" || fail "$3: $(tail -n 1 "$mnt/.hvfs/errors")"
  await missing "$d/$3.xml"
}

# The same as virsh, from the same text.
xml () {
  cat <<END
<network>
  <name>$1</name>
  <forward mode='bridge'>
    <interface dev='vmnic1'/>
  </forward>
  <bandwidth>
    <inbound average='1000' peak='2000' burst='64'/>
    <outbound average='1000' peak='2000' burst='64'/>
  </bandwidth>
  <portgroup name='$1 a'/>
  <portgroup name='$1 b'>
    <bandwidth>
      <inbound average='500' peak='500' burst='32'/>
      <outbound average='500' peak='500' burst='32'/>
    </bandwidth>
  </portgroup>
</network>
END
}
xml ours >"$tmp/ours.xml"
cp "$tmp/ours.xml" "$d/ours.xml" || fail "$(cat "$mnt/.hvfs/errors")"
virsh net-dumpxml ours | sed '${/^$/d}' | diff - "$d/ours.xml" || fail 'virsh <, the file >'
grep -q "portgroup name='ours b'" "$d/ours.xml" || fail "$(cat "$d/ours.xml")"
expect_eq 'uuid' "$(sed -n 's/.*<uuid>\(.*\)<.*/\1/p' "$d/ours.xml")" "$(virsh net-uuid ours)"
expect_eq 'its network' "$(cat "$h/networks/ours a/network.xml")" "$(cat "$d/ours.xml")"
echo ours >"$d/undefine"
expect_eq 'gone' "$(ls "$d") $(virsh net-list --name | tr '\n' ' ')" "$(printf 'undefine\nvSwitch0.xml') vSwitch0 "
await missing "$h/networks/ours a"

# virsh's is ours; and what it takes away is gone.
xml theirs | grep -v interface | sed "s/<forward.*//; s/<.forward>//" >"$tmp/theirs.xml"
virsh net-define "$tmp/theirs.xml" >/dev/null
await exists "$d/theirs.xml"
virsh net-dumpxml theirs | sed '${/^$/d}' | diff - "$d/theirs.xml" || fail 'virsh <, the file >'
virsh net-undefine theirs >/dev/null
await missing "$d/theirs.xml"

# What is refused leaves nothing: bad text, what a switch has not, what the server refuses.
refused 'Invalid argument' 'line 1' bad '<network'
refused 'Invalid argument' '<uuid>: it follows from' bad '<network><uuid>2f467347-8b4e-8655-e7d6-c4c3fb968009</uuid></network>'
refused 'Invalid argument' '<forward>: a virtual switch has the mode bridge or none' bad "<network><forward mode='nat'/></network>"
refused 'Invalid argument' '<dns>: a virtual switch has no such thing' bad '<network><dns/></network>'
refused 'Invalid argument' "<name> is 'other', and the file names the switch 'bad'" bad '<network><name>other</name></network>'
refused 'Invalid argument' "the host has no interface 'vmnic9'" bad "<network><forward mode='bridge' dev='vmnic9'/></network>"
refused 'Invalid argument' 'one bandwidth for both ways' bad "<network><bandwidth><inbound average='1'/><outbound average='2'/></bandwidth></network>"
refused 'Device or resource busy' "'vmnic0' is in use" bad "<network><forward mode='bridge' dev='vmnic0'/></network>"
refused 'File exists' 'VM Network' half "<network><portgroup name='first'/><portgroup name='VM Network'/></network>"
expect_eq 'nothing half' "$(virsh net-list --name | tr '\n' ' ')$(ls "$h/networks" | grep -c first)" 'vSwitch0 0'
expect_failure 'Operation not permitted' touch "$d/notes.txt"
expect_failure 'Operation not permitted' rm -f "$d/vSwitch0.xml"

# What is in use stays.
expect_eq 'no such switch' "$("$PYTHON" "$tests_dir/lib/write.py" "$d/undefine" nothing)" ENOENT
control POST /set -d "object=$(cat "$h/moref")" -d path=config.network.portgroup --data-urlencode \
  "value=<val xsi:type='HostPortGroup'><key>key-vim.host.PortGroup-VM Network</key><port><key>p</key><mac>00:50:56:00:00:01</mac><type>virtualMachine</type></port><computedPolicy/><spec><name>VM Network</name><vlanId>0</vlanId><vswitchName>vSwitch0</vswitchName><policy/></spec></val>" >/dev/null
expect_eq 'in use' "$("$PYTHON" "$tests_dir/lib/write.py" "$d/undefine" vSwitch0)" EBUSY
grep -q "'VM Network' is in use: it has a port of the kind virtualMachine" "$mnt/.hvfs/errors" || fail 'no word of it'
exists "$d/vSwitch0.xml" || fail 'it is gone'

# A file that was never written is no switch, and goes.
touch "$d/draft.xml"
await missing "$d/draft.xml"
expect_eq 'drafts' "$(virsh net-list --name | tr '\n' ' ')" 'vSwitch0 '
unmount_hvfs
