#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/ops/test-ops-offers.sh - what a message offers is taken as it is printed
#
# Each path and name that a message gives is fed back to the file that gave it.
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"
requires_vim

start_vcsim -dc 2 -cluster 1 -host 2 -standalone 3 -vm 2 -ds 1
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
vm=DC0_H0_VM0
d=$mnt/by-name/$vm

# called OBJECT-DIRECTORY NAME  The server's object has that name from now on.
called () {
  control POST /set -d "object=$(cat "$1/moref")" -d path=name --data-urlencode "value=$2" >/dev/null
}
# offers FILE LINE  What its error offers, one a line, as it is printed.
offers () {
  refused EINVAL "$1" "$2" 'name one by its path: ' >&2
  sed 's/.*name one by its path: //; s/, /\n/g' "$d/error"
}
shows () { [ -d "$1" ]; }

# Hosts: the same name in two datacenters, and one that a line would read as something else.
called "$mnt/datacenters/DC1/hosts/DC1_H1" DC0_H1
await shows "$mnt/datacenters/DC1/hosts/DC0_H1"
offers migrate DC0_H1 >"$tmp/offers"
expect_eq 'offers for migrate' "$(sort "$tmp/offers" | xargs)" \
  '/datacenters/DC0/hosts/DC0_H1 /datacenters/DC1/hosts/DC0_H1'
here=$(grep /DC0/ "$tmp/offers")
there=$(grep /DC1/ "$tmp/offers")
for path in "$here" "${here#/}" "$mnt$here" "$here/domains/"; do
  echo DC0_H0 >"$d/migrate" || fail "back: $(cat "$d/error")"
  echo "$path" >"$d/migrate" || fail "migrate '$path': $(cat "$d/error")"
  expect_eq "where '$path' is" "$(dirname "$(dirname "$(readlink -f "$d")")")" "$mnt$here"
done
offers clone 'copy host=DC0_H1' >"$tmp/offers"
expect_eq 'offers for clone' "$(sort "$tmp/offers" | xargs)" "$here $there"
for path in "$here" "${here#/}"; do
  n=$((${n-0} + 1))
  echo "copy-$n host=$path" >"$d/clone" || fail "clone host=$path: $(cat "$d/error")"
  await shows "$mnt$here/domains/copy-$n"
done
# It is found, and its datastores are others.
refused EACCES clone "copy-3 host=$there" 'cannot access the datastore'

for dc in DC0 DC1; do called "$mnt/datacenters/$dc/hosts/${dc}_H2" ' a, b host=c '; done
await shows "$mnt/datacenters/DC1/hosts/ a, b host=c "
refused EINVAL migrate '" a, b host=c "' 'name one by its path'
path=$(grep -o '"/datacenters/DC0/[^"]*"' "$d/error") || fail "no quotes: $(cat "$d/error")"
echo "$path" >"$d/migrate" || fail "migrate $path: $(cat "$d/error")"
expect_eq 'a name with blanks' "$(basename "$(dirname "$(dirname "$(readlink -f "$d")")")")" ' a, b host=c '
echo DC0_H0 >"$d/migrate"

# Datastores.
store=$(cat "$mnt/datacenters/DC1/datastores"/*/moref | head -n 1)
control POST /set -d "object=$store" -d path=name -d value=LocalDS_0 >/dev/null
if (offers migrate 'DC0_C0 datastore=LocalDS_0') >"$tmp/offers" 2>"$tmp/err"; then
  path=$(grep /DC0/ "$tmp/offers")
  echo "DC0_C0 datastore=$path" >"$d/migrate" || fail "datastore=$path: $(cat "$d/error")"
  echo DC0_H0 >"$d/migrate"
fi
echo 'copy-ds datastore=/datacenters/DC0/datastores/LocalDS_0' >"$d/clone" ||
  fail "datastore by its path: $(cat "$d/error")"

# Folders: of two datacenters, in one another, and the topmost.
"$PYTHON" - "$vcsim_hostport" <<'P'
import ssl, sys
from pyVim.connect import SmartConnect
host, port = sys.argv[1].rsplit(':', 1)
content = SmartConnect(host=host, port=int(port), user='user', pwd='pass word',
                       sslContext=ssl._create_unverified_context()).RetrieveContent()
tops = {dc.name: dc.vmFolder for dc in content.rootFolder.childEntity}
for top in tops.values():
    top.CreateFolder('x')
tops['DC0'].CreateFolder('y').CreateFolder('x')
tops['DC0'].CreateFolder('domains')
P
await shows "$mnt/by-folder/DC0/y/x"
await shows "$mnt/by-folder/DC0/domains"
offers clone 'in-x folder=x' >"$tmp/offers"
expect_eq 'offers for folder=' "$(sort "$tmp/offers" | xargs)" \
  '/by-folder/DC0/x /by-folder/DC0/y/x /by-folder/DC1/x'
n=0
# spelled FOLDER DIRECTORY  The clone that is put there is there.
spelled () {
  n=$((n + 1))
  echo "in-$n folder=$1" >"$d/clone" || fail "clone folder=$1: $(cat "$d/error")"
  await test -L "$mnt/by-folder/$2/in-$n"
}
grep /DC0/ "$tmp/offers" >"$tmp/offers-here"
while read -r path; do spelled "$path" "${path#/by-folder/}"; done <"$tmp/offers-here"
spelled y/x DC0/y/x
spelled DC0/x DC0/x
spelled by-folder/DC0/y DC0/y
spelled "$mnt/by-folder/DC0/y/" DC0/y
spelled domains DC0/domains
for top in / DC0 /DC0/ by-folder/DC0 /by-folder/DC0 "$mnt/by-folder/DC0"; do spelled "$top" DC0; done

# Names that begin or end with blanks can be confirmed.
echo off >"$d/state"
called "$d" ' blank  '
await shows "$mnt/by-name/ blank  "
d="$mnt/by-name/ blank  "
mkdir "$d/snapshots/ first "
refused EINVAL destroy blank "'\" blank  \"'"
refused ENOENT revert first 'no snapshot'
echo '" first "' >"$d/revert" || fail "revert: $(cat "$d/error")"
refused ENOENT snapshots/delete first 'no snapshot'
echo '" first "' >"$d/snapshots/delete" || fail "snapshots/delete: $(cat "$d/error")"
refused EINVAL undefine blank 'to confirm'
name=$(sed "s/.*own name, '\(.*\)'\$/\1/" "$d/error")
echo "$name" >"$d/undefine" || fail "undefine '$name': $(cat "$d/error")"
await missing "$d"

# A URI whose user has an "@", and whose names have escapes; of a server by its own name.
d=$mnt/by-name/DC0_H0_VM1
server=${vcsim_hostport%:*}
called "$mnt/datacenters/DC0/hosts/DC0_H1" 'a%252fb'
await shows "$mnt/datacenters/DC0/hosts/a%252fb"
called "$mnt/datacenters/DC0/clusters/DC0_C0/hosts/DC0_C0_H0" 'c%2fd'
await shows "$mnt/datacenters/DC0/clusters/DC0_C0/hosts/c%2fd"
for uri in "vpx://administrator@vsphere.local@$server/DC0/a%25252fb" \
  "vpx://DOM%5cfred@$server/DC0/DC0_C0/c%2fd" "vpx://$server:443/DC0/a%252fb?no_verify=1" "vpx://$server/DC0/DC0_C0/c%252fd"; do
  echo DC0_H0 >"$d/migrate" || fail "back: $(cat "$d/error")"
  echo "$uri" >"$d/migrate" || fail "migrate '$uri': $(cat "$d/error")"
  case $uri in *c%*) wanted=c%2fd ;; *) wanted=a%252fb ;; esac
  expect_eq "where '$uri' is" "$(basename "$(dirname "$(dirname "$(readlink -f "$d")")")")" "$wanted"
done
refused EINVAL migrate "vpx://user:secret@$server/DC0/DC0_H0" 'the URI holds a password'
refused EINVAL migrate "gsx://$server/" 'vpx://VCENTER/DC/HOST'
echo DC0_H0 >"$d/migrate"

# A second migration while one runs is refused, and the first one's record stays.
control POST '/task-time?ms=60000&method=RelocateVM_Task' >/dev/null
echo DC0_C0 >"$d/migrate" &
first=$!
runs () { [ "$(cut -d' ' -f1,3 "$d/migrate")" = 'running DC0_C0' ]; }
await runs
# A second write would wait for the first, in the kernel; mv does not.
expect_failure 'resource busy' mv "$mnt/datacenters/DC0/hosts/DC0_H0/domains/DC0_H0_VM1" \
  "$mnt/datacenters/DC0/hosts/a%252fb/domains/"
grep -qF "being migrated to 'DC0_C0'" "$d/error" || fail "error: $(cat "$d/error")"
await runs
kill "$first"
! wait "$first" || fail 'the first one ended well'
await grep -q '^failed DC0_C0' "$d/migrate"
control POST '/task-time?ms=0&method=RelocateVM_Task' >/dev/null

# Who is refused learns which privilege is missing, and on what.
control POST '/fail?what=fault&method=PowerOffVM_Task&fault=NoPermission&privilege=VirtualMachine.Interact.PowerOff&message=denied' >/dev/null
refused EACCES state off "needs the privilege VirtualMachine.Interact.PowerOff on 'DC0_H0_VM1': denied"
grep -qF "PowerOff on 'DC0_H0_VM1'" "$mnt/.hvfs/errors" || fail "$(cat "$mnt/.hvfs/errors")"

# tasks are in UTC.
cut -f7 "$mnt/tasks" | grep -qE '^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z$' || fail "$(cat "$mnt/tasks")"
! cut -f7 "$mnt/tasks" | grep -vE '^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z$' || fail 'a time is not in UTC'
unmount_hvfs

# What the path of a mount's URI may go on with.
status=0
"$HVFS" "$(vcsim_uri vpx DC0/nowhere)" "$mnt" 2>"$tmp/err" || status=$?
expect_eq 'a mount of nowhere' "$status" 1
grep -q 'there is .*DC0_H0' "$tmp/err" || fail "it offers nothing: $(cat "$tmp/err")"
sed 's/.*there is //; s/, \.\.\.$//; s/, /\n/g' "$tmp/err" | while read -r name; do
  mount_hvfs "$(vcsim_uri vpx "DC0/$name")" "$mnt"
  unmount_hvfs
done
