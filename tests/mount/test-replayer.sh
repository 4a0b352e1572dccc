#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/mount/test-replayer.sh - the replayer does what its scenes say, so that tests may rely on it
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"

start_replayer <<'PY'
world.vm('alder', devices=[nic()])
@on('ReconfigVM_Task')
def reconfigure(call):
    if 'numCPUs' in call.words: raise Fault('InvalidRequest', 'no numCPUs')
PY
mount_hvfs "$(replayer_uri vpx)" "$mnt"
d=$mnt/by-name/alder
grep -q "<mac address='00:50:56:aa:00:01'" "$d/config.xml" || fail "no adapter: $(cat "$d/config.xml")"
expect_eq network "$(ls "$mnt/datacenters/dc/networks")" net
expect_eq machines "$(ls "$mnt/by-name")" "alder
birch"

# What is changed in the world is pushed.
replayer 'world.vms["birch"]["name"] = "beech"'
await test -e "$mnt/by-name/beech"
replayer 'world.objects.pop(Ref("VirtualMachine", "vm-2"))'
await missing "$mnt/by-name/beech"

# A hook answers; what is not hooked is a task that ends well, and every call is kept.
refused EPROTO vcpus 2 'no numCPUs'
echo words >"$d/annotation"
expect_eq reconfigurations "$(replayer 'print(*[c.text("spec/annotation") for c in sent("ReconfigVM_Task")])')" 'None words'
if replayer 'raise Fault("X")' >"$tmp/said"; then fail "a fault of the test's own was not told"; fi
grep -q Fault "$tmp/said" || fail "it was not said"
unmount_hvfs

# An old server is asked by the methods that it has.
start_replayer <<'PY'
world.api = '2.5'
PY
mount_hvfs "$(replayer_uri vpx)" "$mnt"
expect_eq 'of an old server' "$(ls "$mnt/by-name")" "alder
birch"
grep -q "<name>alder<" "$mnt/by-name/alder/config.xml" || fail "no config.xml"
expect_eq 'new methods' "$(replayer 'print(len(sent("WaitForUpdatesEx") + sent("RetrievePropertiesEx")))')" 0
