#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Debian's simulator as it is, with all that it does unlike a real server: no
# versions, no pages, copies of updates, replayed states.
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires "$PYTHON"
start_vcsim -plain -vm 4 -dc 2
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
vm=$mnt/by-name/DC0_H0_VM0

expect_eq "domains" "$(ls "$mnt/by-name" | wc -l)" 16
expect_eq "states" "$(cat "$mnt"/by-name/*/state | sort | uniq -c | tr -s ' ')" " 16 running"
for word in off running suspended running; do
  echo $word >"$vm/state" || fail "$word"
  expect_eq "state" "$(cat "$vm/state")" $word
done
vc power DC0_H0_VM2 PowerOff
await says "$mnt/by-name/DC0_H0_VM2/state" off
vc rename DC0_H0_VM2 other
await says "$mnt/by-name/other/state" off
vc destroy other
await missing "$mnt/by-name/other"
expect_requests "$mnt" 0 sh -c "cat '$mnt'/by-name/*/memory"

# It tells nobody of a reconfiguration; and two of its disks are at one place.
echo off >"$vm/state"
sed -i "s/'KiB'>32768</'KiB'>65536</" "$vm/config.xml" || fail "memory by config.xml: $(cat "$vm/error")"
expect_eq "memory" "$(cat "$vm/memory")" 65536
sed -i 's/<vcpu placement=.static.>1</<vcpu>2</' "$vm/config.xml" || fail "vcpus by config.xml: $(cat "$vm/error")"
expect_eq "vcpus" "$(cat "$vm/vcpus")" 2
sed -i 's/00:0c:29:[0-9a-f:]*/00:0c:29:aa:bb:cc/' "$vm/config.xml" || fail "mac: $(cat "$vm/error")"
grep -q 00:0c:29:aa:bb:cc "$vm/config.xml" || fail "what was written is not read"
echo 96MiB >"$vm/memory"
grep -q "'KiB'>98304<" "$vm/config.xml" || fail "config.xml after memory: $(cat "$vm/config.xml")"
echo limit=2000 shares=low >"$vm/sched"
expect_eq "sched" "$(cat "$vm/sched")" "reservation=0
limit=2000
shares=low"
# Nor does it keep what a request leaves out, or have an autostart manager.
echo reservation=500 >"$vm/sched"
expect_eq "sched with a reservation" "$(cat "$vm/sched")" "reservation=500
limit=2000
shares=low"
echo yes >"$tmp/yes"
expect_failure "Operation not supported" cp "$tmp/yes" "$vm/autostart"
echo a note >"$vm/annotation"
expect_eq "annotation" "$(cat "$vm/annotation")" "a note"
echo DC0_C0_H1 >"$mnt/by-name/DC0_C0_RP0_VM0/migrate"
expect_eq "where it went" "$(cat "$mnt/by-name/DC0_C0_RP0_VM0/migrate")" "done DC0_C0_H1"
expect_eq "where it is" "$(basename "$(dirname "$(dirname "$(readlink "$mnt/by-name/DC0_C0_RP0_VM0")")")")" DC0_C0_H1
mkdir "$vm/snapshots/a"
expect_eq "current snapshot" "$(readlink "$vm/snapshots/current")" a
echo copy >"$vm/clone"
expect_eq "state of the copy" "$(cat "$mnt/by-name/copy/state")" off
unmount_hvfs
stop_vcsim
start_vcsim -plain -esx -vm 2
mount_hvfs "$(vcsim_uri esx)" "$mnt"
expect_eq "domains of a host" "$(ls "$mnt/domains" | wc -l)" 2
unmount_hvfs
