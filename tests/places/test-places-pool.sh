#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/places/test-places-pool.sh - resource pools and vApps: made, tuned, moved and ended, and what
# is in them, as another client sees it
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"
requires_vim

start_vcsim -cluster 2 -host 2 -standalone 1 -vm 2
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
vm=DC0_C0_RP0_VM0
pools=$mnt/datacenters/DC0/clusters/DC0_C0/pools
d=$mnt/by-name/$vm

expect_eq 'at first' "$(cat "$d/pool") $(ls "$pools")" '/ '
mkdir "$pools/web" "$pools/web/pools/db"
expect_eq 'what is in it' "$(ls "$pools/web" | tr '\n' ' ')" 'attributes destroy domains error info memtune moref pools sched '
expect_eq 'its parent' "$(vim get db parent)" web
expect_eq 'its id' "$(cat "$pools/web/moref")" "$(vim get web _moId)"
expect_eq 'the defaults' "$(tr '\n' ' ' <"$pools/web/sched")" 'reservation=0 limit=-1 shares=normal expandable=yes '
for line in type=pool status=green; do
  grep -qx $line "$pools/web/info" || fail "info: $(cat "$pools/web/info")"
done
says_errno EEXIST mkdir "$pools/web"
says_errno EPERM rmdir "$pools/web"
says_errno EPERM mkdir "$pools/web/domains/x"

# Tuned as domains are.
control POST /reset >/dev/null
echo 'reservation=500 limit=2000 shares=high expandable=no' >"$pools/web/sched"
expect_eq 'one request' "$(vcsim_requests UpdateConfig)" 1
expect_eq 'sched' "$(tr '\n' ' ' <"$pools/web/sched")" 'reservation=500 limit=2000 shares=high expandable=no '
cpu=config.cpuAllocation
expect_eq 'the server' "$(vim get web $cpu.reservation $cpu.limit $cpu.expandableReservation | tr '\n' ' ')" '500 2000 False '
echo 'limit=2GiB' >"$pools/web/memtune"
expect_eq 'memtune' "$(tr '\n' ' ' <"$pools/web/memtune")" 'reservation=0 limit=2097152 shares=normal expandable=yes '
expect_eq 'the other one' "$(vim get web $cpu.limit config.memoryAllocation.limit | tr '\n' ' ')" '2000 2048 '
cp "$pools/web/sched" "$tmp/sched"
expect_requests "$mnt" 0 cp "$tmp/sched" "$pools/web/sched"

# A domain goes there by its file, and comes by other clients; links and paths follow.
echo web >"$d/pool"
expect_eq 'by the file' "$(vim get $vm resourcePool) $(cat "$d/pool")" 'web web'
expect_eq 'its link' "$(cat "$pools/web/domains/$vm/state")" running
echo web/db >"$d/pool"
expect_eq 'short' "$(cat "$d/pool") $(ls "$pools/web/domains")" 'web/db '
expect_requests "$mnt" 0 sh -c "echo /web/pools/db >'$d/pool'"
expect_requests "$mnt" 0 cat "$d/pool" "$pools/web/pools/db/info" "$pools/web/pools/db/sched"
mv "$pools/web" "$pools/shop"
expect_eq 'renamed' "$(cat "$d/pool") $(vim get shop name)" 'shop/db shop'
mv "$pools/shop/pools/db" "$pools/"
expect_eq 'moved' "$(cat "$d/pool") $(vim get db parent)" 'db Resources'
mv "$pools/db" "$pools/shop/pools/sql"
expect_eq 'both' "$(cat "$d/pool") $(vim get sql parent)" 'shop/sql shop'
vim call shop UpdateConfig '{"name": "market", "config": null}'
await says "$d/pool" market/sql
echo market >"$mnt/by-name/DC0_C0_RP0_VM1/pool"
expect_eq 'migrate takes it too' "$(echo 'DC0_C0_H1 pool=market/pools/sql' >"$d/migrate"; cat "$d/pool")" market/sql

# What cannot be done.
refused ENOENT pool none "no resource pool 'none'"
refused ENOENT pool market/pools "no resource pool 'pools'"
control POST '/fail?method=MoveIntoResourcePool&what=fault&fault=NoPermission' >/dev/null
refused EACCES pool / 'denied'
other=$mnt/datacenters/DC0/hosts/DC0_H0/pools
mkdir "$other/far"
expect_eq 'a host alone' "$(vim get far owner)" DC0_H0
says_errno EINVAL rename "$pools/market" "$other/market"
grep -q "mv: .*Invalid argument: the pool is in another cluster or host" "$pools/market/error" || fail "error: $(cat "$pools/market/error")"
says_errno EINVAL rename "$pools/market" "$pools/market/pools/sql/pools/x"
mkdir "$pools/taken"
says_errno EEXIST rename "$pools/market" "$pools/taken"
missing "$mnt/datacenters/DC0/clusters/DC0_C0/hosts/DC0_C0_H0/pools" || fail 'a host of a cluster has pools'
d=$pools/market
refused EINVAL sched 'limit=100' 'below the reservation'
refused EINVAL memtune 'expandable=maybe' 'neither yes nor no'
refused EINVAL destroy taken "write the pool's own name, 'market'"
control POST '/fail?method=UpdateConfig&what=fault&fault=NoPermission' >/dev/null
refused EACCES sched 'shares=low' 'denied'
! echo expandable=yes >"$mnt/by-name/$vm/sched" 2>/dev/null || fail 'a domain is expandable'

# What is in a pool that ends goes up; an answer that is lost is found out.
echo market >"$pools/market/destroy"
expect_eq 'gone up' "$(cat "$mnt/by-name/$vm/pool") $(cat "$mnt/by-name/DC0_C0_RP0_VM1/pool") $(ls "$pools" | tr '\n' ' ')" 'sql / sql taken '
control POST '/fail?method=CreateResourcePool&what=lost' >/dev/null
mkdir "$pools/lost"
control POST '/fail?method=Destroy_Task&what=lost' >/dev/null
echo lost >"$pools/lost/destroy"
missing "$pools/lost" || fail 'it is still there'

# Copies, into a pool, and of a snapshot.
d=$mnt/by-name/$vm
echo off >"$d/state"
echo 65536 >"$d/memory"
mkdir "$d/snapshots/small"
echo 131072 >"$d/memory"
echo 'copy pool=taken' >"$d/clone"
expect_eq 'a copy' "$(cat "$mnt/by-name/copy/pool" "$mnt/by-name/copy/memory" | tr '\n' ' ')" 'taken 131072 '
echo 'old pool=/sql snapshot=small' >"$d/clone"
expect_eq 'of a snapshot' "$(cat "$mnt/by-name/old/pool" "$mnt/by-name/old/memory" | tr '\n' ' ')" 'sql 65536 '
mkdir "$d/snapshots/large"
echo 'linked snapshot=small linked=yes' >"$d/clone"
expect_eq 'linked to it' "$(cat "$mnt/by-name/linked/memory")" 65536
refused ENOENT clone 'x snapshot=none' "no snapshot 'none'"
refused ENOENT clone 'x pool=none' "no resource pool 'none'"
refused EINVAL clone 'x pool=sql template=yes' 'a template is in no resource pool'
echo golden template=yes >"$d/clone"
expect_eq 'a template' "$(cat "$mnt/by-name/golden/pool")" ''
echo 'tool pool=sql' >"$mnt/by-name/golden/clone"
expect_eq 'of a template' "$(cat "$mnt/by-name/tool/pool")" sql
d=$mnt/by-name/golden
refused EINVAL pool sql 'a template is in no resource pool'

# A vApp.
d=$mnt/by-name/$vm
control POST "/vapp?vm=$vm&name=app" >/dev/null
await says "$d/pool" sql/app
app=$pools/sql/pools/app
expect_eq 'a vApp' "$(ls "$app" | tr '\n' ' ')" 'attributes domains error info memtune moref pools sched state '
expect_eq 'its state' "$(cat "$app/state") $(grep type "$app/info")" 'off type=vapp'
for state in running suspended resume off start shutdown; do
  echo $state >"$app/state"
  case $state in start|resume) state=running ;; shutdown) state=off ;; esac
  expect_eq "after $state" "$(cat "$app/state") $(cat "$d/state")" "$state $state"
done
expect_requests "$mnt" 0 sh -c "echo off >'$app/state'"
echo limit=4000 >"$app/sched"
expect_eq 'tuned' "$(vim get app $cpu.limit)" 4000
mv "$app" "$pools/program"
expect_eq 'moved and renamed' "$(cat "$d/pool" "$d/folder" | tr '\n' ' ')" 'program DC0/program '
mv "$mnt/by-folder/DC0/program" "$mnt/by-folder/DC0/software"
mkdir "$mnt/by-folder/DC0/sub"
mv "$mnt/by-folder/DC0/software" "$mnt/by-folder/DC0/sub/"
expect_eq 'in the folders too' "$(cat "$d/pool" "$d/folder" | tr '\n' ' ')" 'software DC0/sub/software '
echo / >"$d/pool"
expect_eq 'out of it' "$(cat "$d/pool" "$d/folder" | tr '\n' ' ')" '/ DC0/sub '
echo software >"$d/pool"
expect_eq 'and in again' "$(cat "$d/folder")" DC0/sub/software
d=$pools/software
refused EINVAL state reset 'is not one of running'
missing "$d/destroy" || fail 'a vApp can be destroyed'
unmount_hvfs

# In a mount of one host of the cluster a domain still says its pool.
mkdir "$tmp/part"
mount_hvfs "$(vcsim_uri vpx DC0/DC0_C0)" "$tmp/part"
expect_eq 'of a cluster' "$(ls "$tmp/part/pools" | tr '\n' ' ')" 'software sql taken '
unmount_hvfs "$tmp/part"
mount_hvfs "$(vcsim_uri vpx DC0/DC0_C0/DC0_C0_H1)" "$tmp/part"
missing "$tmp/part/pools" || fail 'a host of a cluster has pools'
expect_eq 'of a host in it' "$(cat "$tmp/part/by-name/$vm/pool")" software
echo sql >"$tmp/part/by-name/$vm/pool"
expect_eq 'moved' "$(vim get $vm resourcePool) $(cat "$tmp/part/by-name/$vm/pool")" 'sql sql'
unmount_hvfs "$tmp/part"
stop_vcsim
start_vcsim -esx -vm 1
mount_hvfs "$(vcsim_uri esx)" "$tmp/part"
mkdir "$tmp/part/pools/a"
echo a >"$tmp/part/by-name/ha-host_VM0/pool"
expect_eq 'on a host' "$(ls "$tmp/part/pools/a/domains")" ha-host_VM0
unmount_hvfs "$tmp/part"
