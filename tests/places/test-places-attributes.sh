#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/places/test-places-attributes.sh - custom attributes of each kind of object: defined, set and
# cleared, by files and by another client
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"
requires_vim

start_vcsim -cluster 1 -host 1 -standalone 1 -vm 2
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
vm=DC0_H0_VM0
d=$mnt/by-name/$vm/
dc=$mnt/datacenters/DC0

# names DIRECTORY
names () { LC_ALL=C ls -A "$1/attributes" | tr '\n' ' '; }
# value OBJECT  What the server says, all values.
value () {
  vim get "$1" customValue | "$PYTHON" -c 'import json, sys
print(" ".join(v["value"] for v in json.loads(sys.stdin.read() or "[]")))'
}

expect_eq 'none at first' "$(names "$d")" 'define '
echo Owner >"$d/attributes/define"
echo 'Cost center' >"$d/attributes/define"
expect_eq 'defined' "$(names "$d")" 'Cost center Owner define '
expect_eq 'for domains only' "$(names "$dc/hosts/DC0_H0")" 'define '
expect_eq 'empty' "$(cat "$d/attributes/Owner")" ''
expect_requests "$mnt" 0 cat "$d/attributes/Owner"
control POST /reset >/dev/null
echo 'Ada <Lovelace> & "co"' >"$d/attributes/Owner"
expect_eq 'one request' "$(vcsim_requests SetField)" 1
expect_eq 'set' "$(cat "$d/attributes/Owner")/$(value $vm)" 'Ada <Lovelace> & "co"/Ada <Lovelace> & "co"'
expect_eq 'of no other' "$(cat "$mnt/by-name/DC0_H0_VM1/attributes/Owner")" ''
expect_eq 'its size' "$(stat -c %s "$d/attributes/Owner")" 22
echo 4711 >"$d/attributes/Cost center"
expect_eq 'both' "$(value $vm)" 'Ada <Lovelace> & "co" 4711'
: >"$d/attributes/Owner"
expect_eq 'cleared' "$(cat "$d/attributes/Owner")/$(value $vm)" '/4711'
expect_requests "$mnt" 0 sh -c "echo 4711 >'$d/attributes/Cost center'"

# Each kind of object has its own.
for dir in "$dc" "$dc/clusters/DC0_C0" "$dc/hosts/DC0_H0" "$dc/datastores/LocalDS_0" "$dc/networks/VM Network"; do
  echo Place >"$dir/attributes/define"
  expect_eq "of $dir" "$(names "$dir")" 'Place define '
  echo here >"$dir/attributes/Place"
  expect_eq "value of $dir" "$(value "$(cat "$dir/moref")")" here
done
mkdir "$dc/clusters/DC0_C0/pools/p"
expect_eq 'of a pool' "$(names "$dc/clusters/DC0_C0/pools/p")" 'define '

# Another client's values and definitions come by themselves.
moref=$(cat "$d/moref")
ls "$d/attributes" >/dev/null
missing "$d/attributes/Late" || fail 'it is there early'
"$PYTHON" - "$vcsim_url" "$moref" <<'END'
import sys
from pyVim.connect import SmartConnect
import ssl
scheme, rest = sys.argv[1].split('://')
host, port = rest.split('/')[0].rsplit(':', 1)
si = SmartConnect(protocol=scheme, host=host, port=int(port), user='user', pwd='pass word',
                  **({} if scheme == 'http' else {'sslContext': ssl._create_unverified_context()}))
content = si.RetrieveContent()
fields = content.customFieldsManager
from pyVmomi import vim
view = content.viewManager.CreateContainerView(content.rootFolder, [vim.VirtualMachine], True)
vm = next(v for v in view.view if v._moId == sys.argv[2])
late = fields.AddFieldDefinition('Late', vim.VirtualMachine)
everything = fields.AddFieldDefinition('Every', None)
fields.SetField(vm, late.key, 'by another')
fields.RemoveFieldDefinition(next(f.key for f in fields.field if f.name == 'Cost center'))
END
await says "$d/attributes/Late" 'by another'
expect_eq 'of all kinds' "$(names "$dc/hosts/DC0_H0")" 'Every Place define '
missing "$d/attributes/Cost center" || fail 'a removed one is there'
expect_eq 'what is left' "$(names "$d")" 'Every Late Owner define '

# Editors work; no name is an attribute by being made.
sed -i 's/another/sed/' "$d/attributes/Late"
expect_eq 'by sed' "$(cat "$d/attributes/Late")/$(value $vm)" 'by sed/by sed'
echo scratch >"$d/attributes/.Late.swp"
expect_eq 'a scratch file' "$(cat "$d/attributes/.Late.swp")" scratch
mv "$d/attributes/.Late.swp" "$d/attributes/Late"
expect_eq 'renamed over it' "$(value $vm) $(names "$d")" 'scratch Every Late Owner define '
echo x >"$d/attributes/New"
rm "$d/attributes/New"
expect_eq 'nothing defined' "$(names "$d")" 'Every Late Owner define '

# What cannot be done.
refused EEXIST attributes/define Owner 'already exists'
refused EINVAL attributes/define define 'the name of this file'
! rm "$d/attributes/Late" 2>/dev/null || fail 'an attribute was removed'
! mv "$d/attributes/Late" "$d/attributes/Later" 2>/dev/null || fail 'an attribute was renamed'
control POST '/fail?method=SetField&what=fault&fault=NoPermission' >/dev/null
! echo x | dd of="$d/attributes/Owner" conv=fsync status=none 2>"$tmp/err" || fail 'it was set'
grep -q 'Owner: .*denied' "$d/error" || fail "error: $(cat "$d/error")"
expect_eq 'as before' "$(cat "$d/attributes/Owner")" ''
unmount_hvfs

# The root of a mount has its own; a host alone has none.
mkdir "$tmp/part"
mount_hvfs "$(vcsim_uri vpx DC0/DC0_C0)" "$tmp/part"
expect_eq 'of the root' "$(cat "$tmp/part/attributes/Place")" here
echo there >"$tmp/part/attributes/x"
mv "$tmp/part/attributes/x" "$tmp/part/attributes/Place"
expect_eq 'changed' "$(cat "$tmp/part/attributes/Place")" there
unmount_hvfs "$tmp/part"
stop_vcsim
start_vcsim -esx -vm 1
mount_hvfs "$(vcsim_uri esx)" "$tmp/part"
for dir in "$tmp/part" "$tmp/part/by-name/ha-host_VM0"; do
  missing "$dir/attributes" || fail "$dir has attributes"
done
unmount_hvfs "$tmp/part"
