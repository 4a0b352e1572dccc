#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/places/test-places-folder.sh - by-folder and the file "folder": folders are made, and machines
# and folders moved and renamed, as another client sees it
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"
requires_vim

start_vcsim -dc 2 -vm 3
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
vm=DC0_H0_VM0
d=$mnt/by-name/$vm
dc=$mnt/by-folder/DC0

expect_eq 'at first' "$(cat "$d/folder")" DC0
mkdir "$dc/web" "$dc/web/a" "$dc/50% of x"
expect_eq 'its parent' "$(vim get a parent)" web
expect_eq 'as the server has it' "$(vim get '50%25 of x' childType | tr -d '\n')" '["VirtualMachine", "VirtualApp", "Folder"]'
expect_requests "$mnt" 0 ls -l "$dc/web/a"
says_errno EEXIST mkdir "$dc/web"

# Moved and renamed; links and the file follow, and nothing else is asked for.
mv "$dc/$vm" "$dc/web/a/"
expect_eq 'moved' "$(vim get $vm parent)" a
expect_eq 'the file' "$(cat "$d/folder")" DC0/web/a
expect_eq 'the link' "$(cat "$dc/web/a/$vm/state")" running
missing "$dc/$vm" || fail 'it is still there'
control POST /reset >/dev/null
mv "$dc/web/a/$vm" "$dc/web/new"
expect_eq 'what it cost' "$(vcsim_requests MoveIntoFolder_Task) $(vcsim_requests Rename_Task)" '1 1'
expect_eq 'both' "$(vim get new parent name | tr '\n' ' ')" 'web new '
mv "$dc/web/new" "$dc/web/$vm"
mv "$dc/web" "$dc/shop"
expect_eq 'a folder renamed' "$(cat "$d/folder")" DC0/shop
mv "$dc/shop/a" "$dc/"
expect_eq 'a folder moved' "$(vim get a parent)" vm
mv "$dc/shop" "$dc/a/"
expect_eq 'with what is in it' "$(cat "$d/folder")" DC0/a/shop
expect_requests "$mnt" 0 cat "$d/folder"

# The same by the file, and by another client.
echo DC0/a >"$d/folder"
expect_eq 'by the file' "$(vim get $vm parent) $(cat "$d/folder")" 'a DC0/a'
echo shop >"$d/folder"
expect_eq 'by the end of a path' "$(cat "$d/folder")" DC0/a/shop
expect_requests "$mnt" 0 sh -c "echo /by-folder/DC0/a/shop >'$d/folder'"
echo / >"$d/folder"
expect_eq 'to the topmost' "$(cat "$d/folder") $(ls "$dc/a/shop")" 'DC0 '
vc move shop $vm
await says "$d/folder" DC0/a/shop
vc rename a b
await says "$d/folder" DC0/b/shop
await exists "$dc/b/shop/$vm/state"

# What cannot be done changes nothing, and the error is kept.
says_errno EPERM rmdir "$dc/50%25 of x"
says_errno EPERM rmdir "$dc/b"
says_errno EPERM unlink "$dc/b/shop/$vm"
says_errno EPERM mkdir "$mnt/by-folder/new"
says_errno EXDEV rename "$dc/b/shop/$vm" "$mnt/by-folder/DC1/$vm"
grep -q 'Invalid cross-device link: the folder is in another datacenter' "$d/error" || fail "error: $(cat "$d/error")"
says_errno EXDEV rename "$dc/b" "$mnt/by-folder/DC1/b"
grep -q 'by-folder/DC0/b: mv: .by-folder/DC1/b.: Invalid cross' "$mnt/.hvfs/errors" || fail "errors: $(cat "$mnt/.hvfs/errors")"
says_errno EEXIST rename "$dc/b/shop" "$dc/50%25 of x"
says_errno EINVAL rename "$dc/b" "$dc/b/shop/b"
refused EXDEV folder DC1 'in another datacenter'
refused ENOENT folder nowhere "no folder of domains 'nowhere'"
control POST '/fail?method=MoveIntoFolder_Task&what=fault&fault=NoPermission' >/dev/null
refused EACCES folder DC0 'denied'
control POST '/fail?method=CreateFolder&what=fault&fault=NoPermission' >/dev/null
says_errno EACCES mkdir "$dc/none"
tail -n 1 "$mnt/.hvfs/errors" | grep -q "by-folder/DC0: mkdir: 'none': Permission denied" || fail "errors: $(cat "$mnt/.hvfs/errors")"
expect_eq 'in the end' "$(cat "$d/folder")" DC0/b/shop

# A made folder is found though the answer is lost; a vApp takes nothing.
control POST '/fail?method=CreateFolder&what=lost' >/dev/null
mkdir "$dc/lost"
expect_eq 'made once' "$(ls "$dc" | grep -c lost)" 1
control POST "/vapp?vm=$vm&name=app" >/dev/null
await says "$d/folder" DC0/b/shop/app
says_errno EPERM rename "$dc/DC0_H0_VM1" "$dc/b/shop/app/DC0_H0_VM1"
unmount_hvfs

# A part of it, and a host, which has no folders.
mkdir "$tmp/part"
mount_hvfs "$(vcsim_uri vpx DC0/DC0_H0)" "$tmp/part"
d=$tmp/part/by-name/DC0_H0_VM1
mv "$tmp/part/by-folder/DC0/DC0_H0_VM1" "$tmp/part/by-folder/DC0/b/"
expect_eq 'in a part' "$(cat "$d/folder")" DC0/b
unmount_hvfs "$tmp/part"
stop_vcsim
start_vcsim -esx -vm 1
mount_hvfs "$(vcsim_uri esx)" "$tmp/part"
expect_eq 'on a host' "$(cat "$tmp/part/by-name/ha-host_VM0/folder")" ha-datacenter
says_errno ENOTSUP mkdir "$tmp/part/by-folder/ha-datacenter/x"
unmount_hvfs "$tmp/part"
