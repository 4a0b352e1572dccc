#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/ops/test-ops-move.sh - migrate in all its forms, mv between hosts and within one, clone
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"
requires_vim

start_vcsim -dc 2 -cluster 2 -host 2 -standalone 2 -vm 4 -ds 2
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
vm=DC0_H0_VM0
d=$mnt/by-name/$vm
hosts=$mnt/datacenters/DC0/hosts
clusters=$mnt/datacenters/DC0/clusters

# migrates LINE HOST
migrates () {
  echo "$1" >"$d/migrate" || fail "migrate: '$1': $(cat "$d/error")"
  expect_eq "where '$1' leads" "$(vim get $vm runtime.host)" "$2"
  expect_eq "migrate after '$1'" "$(cat "$d/migrate")" "done ${3-$2}"
  expect_eq "the directory" "$(basename "$(dirname "$(dirname "$(readlink -f "$d")")")")" "$2"
}

expect_eq 'at first' "$(cat "$d/migrate")" idle
migrates DC0_H1 DC0_H1
migrates ../../../DC0_H0 DC0_H0
migrates ../../../DC0_H1/domains/ DC0_H1
migrates /datacenters/DC0/hosts/DC0_H0 DC0_H0
migrates "vpx://${vcsim_hostport%:*}/DC0/DC0_H1" DC0_H1
migrates esx://DC0_H0/ DC0_H0
migrates 'DC0_C0_H1 priority=high' DC0_C0_H1
migrates "vpx://${vcsim_hostport%:*}/DC0/DC0_C0/DC0_C0_H0" DC0_C0_H0
migrates 'DC0_C1' DC0_C1_H0 DC0_C1
migrates 'DC0_H0 pool=/' DC0_H0
migrates 'datastore=LocalDS_1' DC0_H0 LocalDS_1
expect_eq 'datastore' "$(vim get $vm datastore)" '["LocalDS_1"]'
expect_eq 'still running' "$(cat "$d/state")" running
expect_requests "$mnt" 0 sh -c "echo DC0_H0 >'$d/migrate'"

refused ENOENT migrate nowhere "no host or cluster 'nowhere'"
refused ENOENT migrate ../../../nowhere 'no host or cluster'
refused EACCES migrate vpx://elsewhere/DC0/DC0_H1 'no user name for elsewhere'
refused EINVAL migrate priority=low 'destination is missing'
refused EINVAL migrate 'DC0_H1 priority=urgent' 'high, default or low'
refused EINVAL migrate 'DC0_H1 speed=1' 'datastore, pool, priority'
refused ENOENT migrate 'DC0_H1 datastore=none' 'that the host can use'
refused ENOENT migrate 'DC0_C0_H0 pool=none' "no resource pool 'none'"
twin=$(cat "$mnt/datacenters/DC1/hosts/DC1_H1/moref")
control POST "/set?object=$twin&path=name&value=DC0_H1" >/dev/null
await sh -c "ls '$mnt/datacenters/DC1/hosts' | grep -q '^DC0_H1'"
refused EINVAL migrate DC0_H1 datacenters/DC0/hosts/DC0_H1

# The reasons why not come from the check: nothing is begun.
vim call DC0_C0_H1 EnterMaintenanceMode_Task '{"timeout": 0}'
control POST /reset >/dev/null
refused EBUSY migrate DC0_C0_H1 'the migration is not possible' 'maintenance mode'
expect_eq 'the failure' "$(cut -d: -f1 "$d/migrate")" 'failed DC0_C0_H1'
control GET /requests >"$tmp/requests"
! grep -q RelocateVM "$tmp/requests" || fail 'it was tried though it cannot be'

# Progress, and Ctrl-C.
control POST '/task-time?ms=60000&method=RelocateVM_Task' >/dev/null
echo DC0_C0_H0 >"$d/migrate" 2>/dev/null &
writer=$!
await reads '^running [1-9][0-9]* DC0_C0_H0$' "$d/migrate"
expect_eq 'its last line, meanwhile' "$(tail -n 1 "$d/migrate" | cut -d ' ' -f 1,3)" 'running DC0_C0_H0'
grep -q "relocate.*running" "$mnt/tasks" || fail "tasks: $(cat "$mnt/tasks")"
kill -INT $writer 2>/dev/null || :
kill $writer
wait $writer 2>/dev/null || :
await reads '^failed DC0_C0_H0: interrupted' "$d/migrate"
runs_not () { ! grep -q "relocate.*running" "$mnt/tasks"; }
await runs_not
expect_eq 'it stayed' "$(vim get $vm runtime.host)" DC0_H0
control POST '/task-time?ms=0' >/dev/null

# mv migrates, renames, and does both.
mv "$hosts/DC0_H0/domains/$vm" "$clusters/DC0_C0/hosts/DC0_C0_H0/domains/"
expect_eq 'moved' "$(vim get $vm runtime.host)" DC0_C0_H0
mv "$clusters/DC0_C0/hosts/DC0_C0_H0/domains/$vm" "$clusters/DC0_C0/hosts/DC0_C0_H0/domains/new"
expect_eq 'renamed' "$(vim get new name runtime.host | tr '\n' ' ')" 'new DC0_C0_H0 '
expect_eq 'its link' "$(cat "$mnt/by-name/new/state")" running
[ ! -e "$mnt/by-name/$vm" ] || fail 'the old name stayed'
mv "$clusters/DC0_C0/hosts/DC0_C0_H0/domains/new" "$hosts/DC0_H0/domains/newer"
expect_eq 'both' "$(vim get newer name runtime.host | tr '\n' ' ')" 'newer DC0_H0 '
control POST '/fail?method=Rename_Task&what=fault&fault=NoPermission' >/dev/null
# (What mv says depends on whether it then finds the source, which is elsewhere.)
! mv "$hosts/DC0_H0/domains/newer" "$clusters/DC0_C0/hosts/DC0_C0_H0/domains/$vm" 2>/dev/null ||
  fail 'a half was success'
expect_eq 'half' "$(vim get newer runtime.host)" DC0_C0_H0
grep -q 'the domain was migrated, but not renamed' "$mnt/by-name/newer/error" || fail 'no word of the half'
mv "$clusters/DC0_C0/hosts/DC0_C0_H0/domains/newer" "$hosts/DC0_H0/domains/$vm"
expect_failure 'exist' mv -T "$hosts/DC0_H0/domains/$vm" "$hosts/DC0_H0/domains/DC0_H0_VM1"
expect_eq 'what error says' "$(cut -d ' ' -f 2- "$hosts/DC0_H0/domains/$vm/error")" \
  "mv: 'DC0_H0_VM1': File exists: there is a domain 'DC0_H0_VM1' already"
expect_eq 'what errors says' "$(tail -n 1 "$mnt/.hvfs/errors" | cut -d ' ' -f 2-)" \
  "datacenters/DC0/hosts/DC0_H0/domains/$vm: mv: 'DC0_H0_VM1': File exists: there is a domain 'DC0_H0_VM1' already"
expect_failure 'not permitted' mv "$hosts/DC0_H0/domains/$vm" "$hosts/"

# Copies.
echo 'copy' >"$d/clone"
expect_eq 'a copy' "$(cat "$mnt/by-name/copy/state")" off
expect_eq 'the same memory' "$(cat "$mnt/by-name/copy/memory")" "$(cat "$d/memory")"
refused EINVAL clone 'linked linked=yes' 'there is none: take one'
mkdir "$d/snapshots/base"
echo 'my linked copy linked=yes host=DC0_C0_H0 datastore=LocalDS_1' >"$d/clone"
expect_eq 'a linked copy' "$(vim get 'my linked copy' runtime.host datastore | tr '\n' ' ')" 'DC0_C0_H0 ["LocalDS_1"] '
echo 'golden template=yes' >"$d/clone"
expect_eq 'a template' "$(cat "$mnt/by-name/golden/template")" yes
echo 'fromgolden' >"$mnt/by-name/golden/clone"
expect_eq 'from a template' "$(cat "$mnt/by-name/fromgolden/template" "$mnt/by-name/fromgolden/state" | tr '\n' ' ')" 'no off '
refused EEXIST clone copy 'already exists'
echo copy >"$mnt/by-name/copy/destroy"
grep -q encoding "$d/config.vmx" || fail 'the original lost its files with the copy'
refused EINVAL clone 'linked=yes' 'the name of the copy is missing'
refused ENOENT clone 'x folder=nowhere' "no folder of domains 'nowhere'"
refused ENOENT clone 'x host=nowhere' 'no host or cluster'
refused EINVAL clone 'x linked=perhaps' 'neither yes nor no'
unmount_hvfs

# In a mount of a part, a URI still names the whole way.
mkdir "$tmp/part"
mount_hvfs "$(vcsim_uri vpx DC0)" "$tmp/part"
d=$tmp/part/by-name/$vm
migrates "vpx://${vcsim_hostport%:*}/DC0/DC0_C0/DC0_C0_H0" DC0_C0_H0
migrates /hosts/DC0_H0 DC0_H0
refused EACCES migrate "vpx://${vcsim_hostport%:*}/DC1/DC1_H0" 'cannot access the datastore'
refused ENOENT migrate "vpx://${vcsim_hostport%:*}/DC1/nowhere" "in ${vcsim_hostport%:*}"
unmount_hvfs "$tmp/part"

# Also out of it; names and paths are those of the mount.
mount_hvfs "$(vcsim_uri vpx DC0/DC0_H0)" "$tmp/part"
refused ENOENT migrate DC0_C0_H0 'in this mount'
refused EACCES migrate vpx://elsewhere/DC0/DC0_C0/DC0_C0_H0 'no user name for elsewhere'
control POST /reset >/dev/null
echo "vpx://${vcsim_hostport%:*}/DC0/DC0_C0/DC0_C0_H0" >"$d/migrate" || fail "migrate: $(cat "$d/error")"
expect_eq 'sessions for it' "$(vcsim_requests Login) $(vcsim_requests Logout)" '1 1'
expect_eq 'out of the mount' "$(vim get "$vm" runtime.host)" DC0_C0_H0
missing "$d" || fail "it is in the mount"
unmount_hvfs "$tmp/part"

# A host alone can do none of it.
stop_vcsim
mkdir "$tmp/esx"
start_vcsim -esx -vm 1
mount_hvfs "$(vcsim_uri esx)" "$tmp/esx"
d=$tmp/esx/domains/ha-host_VM0
refused ENOTSUP clone copy 'only a vCenter can clone'
mv "$d" "$tmp/esx/domains/renamed"
expect_eq 'renamed on a host' "$(cat "$tmp/esx/domains/renamed/state")" running
unmount_hvfs "$tmp/esx"
