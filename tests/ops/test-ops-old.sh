#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/ops/test-ops-old.sh - operations with servers of old versions, by the methods they have
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"

for api in 2.5 4.0 5.5; do
  start_vcsim -api $api
  mkdir "$tmp/$api"
  mount_hvfs "$(vcsim_uri vpx)" "$tmp/$api"
  d=$tmp/$api/by-name/DC0_H0_VM0
  mkdir "$d/snapshots/a"
  echo 'b memory=no' >"$d/snapshots/create"
  expect_eq "$api: parent" "$(readlink "$d/snapshots/b/parent")" ../a
  echo limit=900 >"$d/sched"
  expect_eq "$api: limit" "$(sed -n 's/^limit=//p' "$d/sched")" 900
  echo yes >"$d/autostart"
  expect_eq "$api: autostart" "$(cat "$d/autostart")" yes
  echo DC0_C0_H1 >"$d/migrate"
  expect_eq "$api: migrate" "$(cat "$d/migrate")" 'done DC0_C0_H1'
  expect_eq "$api: by" "$(stat_of "$tmp/$api" request.MigrateVM_Task)" 1
  # The reasons why not come from a check, whatever it is called: nothing is begun.
  host=$tmp/$api/datacenters/DC0/clusters/DC0_C0/hosts/DC0_C0_H2
  echo maintenance >"$host/state"
  if echo DC0_C0_H2 >"$d/migrate" 2>/dev/null; then fail "$api: into maintenance"; fi
  grep -q 'the migration is not possible: .*maintenance mode' "$d/error" || fail "$api: error: $(cat "$d/error")"
  expect_eq "$api: not begun" "$(stat_of "$tmp/$api" request.MigrateVM_Task)" 1
  echo new >"$d/clone"
  expect_eq "$api: clone" "$(cat "$tmp/$api/by-name/new/state")" off
  echo a >"$d/snapshots/delete"
  [ ! -e "$d/snapshots/b/parent" ] || fail "$api: the snapshot stayed"
  unmount_hvfs "$tmp/$api"
  stop_vcsim
done

# A host alone: what only a vCenter has is absent, or says so; the rest works.
for api in 4.0 5.0 6.5; do
  start_vcsim -esx -api $api -vm 2
  mkdir "$tmp/esx$api"
  mount_hvfs "$(vcsim_uri esx)" "$tmp/esx$api"
  d=$tmp/esx$api/by-name/ha-host_VM0
  missing "$d/attributes" || fail "$api: a host has no custom attributes"
  refused ENOTSUP clone 'copy customize=linux domain=a' 'only a vCenter can clone'
  refused ENOTSUP customize 'linux domain=a' 'only a vCenter can customize'
  refused ENOTSUP migrate elsewhere 'only a vCenter can migrate'
  refused ENOTSUP migrate vpx://vc2/DC0/DC0_H0 'only a vCenter can migrate'
  echo off >"$d/state"
  echo debian8_64Guest >"$d/guest-id" || fail "$api: guest-id: $(cat "$d/error")"
  echo guestinfo.a=1 >"$d/extraconfig/set" || fail "$api: extraconfig: $(cat "$d/error")"
  echo '#cloud-config' >"$d/guestinfo/userdata"
  expect_eq "$api: guestinfo" "$(cat "$d/guestinfo/userdata" "$d/extraconfig/guestinfo.a")" "$(printf '#cloud-config\n1')"
  mkdir "$tmp/esx$api/pools/web"
  echo web >"$d/pool" || fail "$api: pool: $(cat "$d/error")"
  expect_eq "$api: pool" "$(cat "$d/pool")" web
  unmount_hvfs "$tmp/esx$api"
  stop_vcsim
done
