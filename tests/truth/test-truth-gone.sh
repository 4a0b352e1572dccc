#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/truth/test-truth-gone.sh - a neighbour that is gone, or of which the server can say
# nothing, fails no request that asks for several at once
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires "$PYTHON"

# The update that birch is deleted has not come yet: who asks for it gets what a server says
# then.  Since API 4.1 a client can ask to have it left out.
for api in 8.0.3.0 4.0; do
  start_replayer <<PY
world.api = '$api'
for name in 'cedar', 'dogwood', 'elm', 'fir':
    world.vm(name)
for name, vm in world.vms.items():
    vm['summary.quickStats.overallCpuUsage'] = 7
    vm['summary.quickStats.hostMemoryUsage'] = 70
gone, failed = set(), []
def retrieve(call):
    there = [e.text for e in call.element.iter('obj')]
    if gone & set(there) and call.element.find('.//reportMissingObjectsInResults') is None:
        failed.append(there)
        raise Fault('ManagedObjectNotFound', 'The object has already been deleted or has not been completely created',
                    obj=Ref('VirtualMachine', sorted(gone)[0]))
    for o in list(call.element.iter('objectSet')):
        if o.findtext('obj') in gone:
            call.element.find('specSet').remove(o)
hooks['RetrievePropertiesEx'] = hooks['RetrieveProperties'] = retrieve
PY
  mount_hvfs "$(replayer_uri vpx)" "$mnt"
  replayer 'gone.add("vm-2")'
  expect_eq "stats of a neighbour, API $api" "$(sed -n 1p "$mnt/by-name/alder/stats")" cpu=7
  ! cat "$mnt/by-name/birch/stats" 2>"$tmp/err" || fail 'stats of a machine that is gone'
  grep -q 'Stale' "$tmp/err" || fail "stats of a machine that is gone: $(cat "$tmp/err")"

  # Those who read on get the next ones with it.
  for name in alder cedar dogwood elm fir; do
    grep -q "<name>$name</name>" "$mnt/by-name/$name/config.xml" || fail "config.xml of $name, API $api"
  done
  ! cat "$mnt/by-name/birch/config.xml" 2>/dev/null || fail 'config.xml of a machine that is gone'
  if [ "$api" = 4.0 ]; then
    [ "$(replayer 'print(len(failed))')" -gt 1 ] || fail 'the server failed nothing'
  else
    expect_eq 'requests that failed' "$(replayer 'print(len(failed))')" 0
  fi

  # What it says of one property alone is no empty file.
  replayer 'for path in "summary.quickStats.overallCpuUsage", "summary.quickStats.hostMemoryUsage":
    world.vms["fir"][path] = Fault("NoPermission")'
  replayer 'world.vms["elm"]["summary.quickStats.overallCpuUsage"] = Fault("NoPermission")'
  unmount_hvfs
  mount_hvfs "$(replayer_uri vpx)" "$mnt"
  expect_eq 'the figures that may be read' "$(cat "$mnt/by-name/elm/stats")" memory=71680
  ! cat "$mnt/by-name/fir/stats" 2>"$tmp/err" || fail 'stats that may not be read'
  grep -q 'Permission denied' "$tmp/err" || fail "stats that may not be read: $(cat "$tmp/err")"
  [ "$(stat -c %s "$mnt/by-name/fir/stats")" -gt 0 ] || fail 'the size of what may not be read is a false 0'
  replayer 'world.vms["fir"]["summary.quickStats.overallCpuUsage"] = 8'
  expect_eq 'stats that may be read' "$(cat "$mnt/by-name/fir/stats")" cpu=8
  unmount_hvfs
  end_process "$replayer_pid" || :
done
