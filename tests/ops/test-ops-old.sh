#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/ops/test-ops-old.sh - operations with servers of old versions, by the methods they have
. "${srcdir:-$(dirname "$0")/..}/functions.sh"

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
