#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/ops/test-ops-snapshot.sh - snapshots taken, renamed, read, reverted to and removed
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"
requires_vim

start_vcsim -vm 2
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
vm=DC0_H0_VM0
d=$mnt/by-name/$vm
s=$d/snapshots

expect_eq 'at first' "$(ls "$s")" "$(printf 'create\ndelete')"
mkdir "$s/first"
expect_eq 'the state of one with memory' "$(cat "$s/first/state")" running
expect_eq 'current' "$(readlink "$s/current")" first
expect_eq 'as pyvmomi sees it' "$(vim get $vm snapshot.rootSnapshotList.0.name)" first
echo 'second memory=no description=before the  upgrade, a=b' >"$s/create"
expect_eq 'description' "$(cat "$s/second/description")" 'before the  upgrade, a=b'
expect_eq 'state' "$(cat "$s/second/state")" off
expect_eq 'parent' "$(readlink "$s/second/parent")" ../first
expect_eq 'by the link' "$(cat "$s/second/parent/state")" running
[ ! -e "$s/first/parent" ] || fail 'the first has a parent'
expect_eq 'its size' "$(stat -c %s "$s/second/description")" "$(wc -c <"$s/second/description")"

# Two of one name; a name that has to be escaped; names of files.
echo second >"$s/create"
twin=$(ls "$s" | grep '^second~snapshot-')
expect_eq 'the twin descends from' "$(readlink "$s/$twin/parent")" ../second
mkdir "$s/50%"
expect_eq 'escaped' "$(ls "$s" | grep 50)" '50%25'
echo 'delete memory=no' >"$s/create"
[ -f "$s/delete" ] || fail 'a snapshot took the name of a file'
expect_requests "$mnt" 0 sh -c "find '$s' -name disks -prune -o -ls; cat '$s'/*/description '$s'/*/created '$s'/*/snapshot.xml"

# Renamed and described.
mv "$s/second" "$s/upgraded"
expect_eq 'renamed' "$(vim get $vm snapshot.rootSnapshotList.0.childSnapshotList.0.name)" upgraded
[ -d "$s/second" ] || fail 'the twin did not get the name that became free'
printf 'two\nlines\n' >"$s/upgraded/description"
expect_eq 'described' "$(cat "$s/upgraded/description")" "$(printf 'two\nlines')"
expect_failure 'exist' mv -T "$s/upgraded" "$s/first"

# Reverting brings back configuration and state.
echo off >"$d/state"
echo 4GiB >"$d/memory"
echo first >"$d/revert"
expect_eq 'reverted' "$(cat "$d/state" "$d/memory" | tr '\n' ' ')" 'running 2097152 '
expect_eq 'current' "$(readlink "$s/current")" first

# Nothing that walks and deletes removes one; the verb does.
expect_failure 'not permitted' rmdir "$s/first"
expect_failure 'not permitted' mv "$s/first" "$d/"
mkdir "$s/leaf"
refused ENOENT snapshots/delete current "no snapshot 'current'"
echo 'upgraded children=yes' >"$s/delete"
[ ! -e "$s/upgraded" ] || fail 'it stayed'
[ ! -e "$s/second" ] || fail 'its child stayed'
expect_eq 'what stays' "$(ls "$s")" "$(printf 'create\ncurrent\ndelete\nfirst\nleaf')"
echo first >"$s/delete"
expect_eq 'the child is a root now' "$(vim get $vm snapshot.rootSnapshotList.0.name)" leaf
[ ! -e "$s/leaf/parent" ] || fail 'it has a parent still'
echo leaf >"$s/delete"
expect_eq 'at the end' "$(ls "$s")" "$(printf 'create\ndelete')"

refused ENOENT revert nothing "no snapshot 'nothing'"
refused ENOENT revert current "no snapshot 'current'"
refused EINVAL snapshots/create 'memory=no' 'the name of the snapshot is missing'
refused EINVAL snapshots/create 'x memory=perhaps' 'neither yes nor no'
refused EINVAL snapshots/create 'x color=red' 'memory, quiesce, description'
refused ENOENT snapshots/delete 'x children=yes' "no snapshot 'x'"
refused EINVAL snapshots/create "$(printf '%081d' 0)" 'invalid'
control POST '/fail?method=CreateSnapshot_Task&what=fault&fault=NoPermission' >/dev/null
expect_failure 'Permission denied' mkdir "$s/denied"
grep -q 'Permission' "$d/error" || fail "error: $(cat "$d/error")"

# By another client, and on another domain.
vim call $vm CreateSnapshot_Task '{"name": "theirs", "memory": false, "quiesce": false}'
await test -d "$s/theirs"
expect_eq 'of the other domain' "$(ls "$mnt/by-name/DC0_H0_VM1/snapshots")" "$(printf 'create\ndelete')"

unmount_hvfs
