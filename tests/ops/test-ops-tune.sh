#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/ops/test-ops-tune.sh - sched, memtune, memory, vcpus and template by writing, what
# another client sees then, and every way in which a line can be wrong
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"
requires_vim

start_vcsim -vm 4
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
vm=DC0_H0_VM0
d=$mnt/by-name/$vm

# writes FILE LINE WHAT-IS-READ
writes () {
  echo "$2" >"$d/$1" || fail "$1: '$2': $(cat "$d/error")"
  expect_eq "$1 after '$2'" "$(tr '\n' ' ' <"$d/$1")" "$3 "
}

writes sched reservation=500 'reservation=500 limit=-1 shares=normal'
writes sched 'limit=2000 shares=high' 'reservation=500 limit=2000 shares=high'
expect_eq 'as pyvmomi sees it' \
  "$(vim get $vm config.cpuAllocation.reservation config.cpuAllocation.limit config.cpuAllocation.shares.level | tr '\n' ' ')" \
  '500 2000 high '
writes sched 'shares=1234' 'reservation=500 limit=2000 shares=1234'
expect_eq 'shares' "$(vim get $vm config.cpuAllocation.shares.shares)" 1234
writes sched 'shares=-1' 'reservation=500 limit=2000 shares=low'
writes sched 'shares=-2' 'reservation=500 limit=2000 shares=normal'
writes sched 'shares=-3' 'reservation=500 limit=2000 shares=high'
writes sched ' limit=unlimited  reservation=0 ' 'reservation=0 limit=-1 shares=high'
writes sched limit=-1 'reservation=0 limit=-1 shares=high'
refused EINVAL sched speed=3 "'speed' is not one of reservation, limit, shares"
refused EINVAL sched 'reservation=many' 'not a number'
refused EINVAL sched 'reservation=-5' 'not a number'
refused EINVAL sched 'limit=-2' 'not a number'
refused EINVAL sched 'shares=-4' 'low, normal, high'
refused EINVAL sched 'shares=huge' 'low, normal, high'
refused EINVAL sched 'limit=' 'no value'
refused EINVAL sched 'limit=1 limit=2' twice
refused EINVAL sched '500' reservation=
refused EINVAL sched 'reservation=500 limit=400' 'below the reservation'
writes sched 'reservation=700' 'reservation=700 limit=-1 shares=high'
refused EINVAL sched 'limit=600' 'below the reservation of 700 MHz'
expect_eq 'nothing was changed' "$(tr '\n' ' ' <"$d/sched")" 'reservation=700 limit=-1 shares=high '

writes memtune 'reservation=1048576 limit=2GiB' 'reservation=1048576 limit=2097152 shares=normal'
expect_eq 'memory in MiB' \
  "$(vim get $vm config.memoryAllocation.reservation config.memoryAllocation.limit | tr '\n' ' ')" '1024 2048 '
refused EINVAL memtune 'reservation=1000' 'whole number of MiB'

# What was read can be written back, wherever the limits are by then: all lines of one write
# are one change, one request.
# restores FILE SAVED PRESENT
restores () {
  echo "$2" >"$d/$1" || fail "$1: '$2': $(cat "$d/error")"
  cp "$d/$1" "$tmp/saved"
  echo "$3" >"$d/$1" || fail "$1: '$3': $(cat "$d/error")"
  expect_requests "$mnt" 1 cp "$tmp/saved" "$d/$1"
  cmp "$tmp/saved" "$d/$1" || fail "$1: not as it was saved"
}
restores sched 'reservation=2000 limit=3000 shares=high' 'reservation=500 limit=1000 shares=normal'
restores sched 'reservation=100 limit=200 shares=777' 'reservation=500 limit=1000 shares=low'
restores memtune 'reservation=1GiB limit=2GiB shares=low' 'reservation=4MiB limit=512MiB shares=55'
restores memtune 'reservation=4MiB limit=8MiB shares=55' 'reservation=512MiB limit=-1 shares=high'
"$PYTHON" "$tests_dir/lib/write.py" "$d/sched" "$(printf '\n\nlimit=900\r\n\n reservation=800 \n\n')" >"$tmp/out"
expect_eq 'with empty lines' "$(tr '\n' ' ' <"$d/sched")" 'reservation=800 limit=900 shares=777 '

# One of them that is wrong is all of them wrong.
refused EINVAL sched "$(printf 'reservation=700\nspeed=3\nlimit=900')" "line 2: 'speed=3': 'speed' is not one of"
refused EINVAL sched "$(printf 'reservation=700\n\nshares=huge')" "line 3: 'shares=huge'"
refused EINVAL sched "$(printf 'reservation=700\nlimit=600')" 'below the reservation of 700 MHz'
refused EINVAL sched "$(printf 'reservation=700\nlimit=9\00100')" 'control character'
refused EINVAL sched "$(printf ' \n \n')" 'the write is empty'
expect_eq 'nothing was changed' "$(tr '\n' ' ' <"$d/sched")" 'reservation=800 limit=900 shares=777 '

# A write of its own is a change of its own, as bash's printf makes of each line.
if command -v bash >"$tmp/out"; then
  ! bash -c "printf 'reservation=950\nlimit=2000\n' >'$d/sched'" 2>"$tmp/out" || fail 'bash wrote both lines at once'
  expect_eq 'the last write' "$(head -n 2 "$d/sched" | tr '\n' ' ')" 'reservation=800 limit=2000 '
fi

# The later line holds; one line is one request, and none if it is so already.
printf 'reservation=1\nreservation=2\n' >"$d/sched"
expect_eq 'the last line' "$(head -n 1 "$d/sched")" reservation=2
expect_requests "$mnt" 1 sh -c "echo 'reservation=3 limit=30 shares=low' >'$d/sched'"
expect_requests "$mnt" 0 sh -c "echo 'limit=30 shares=low' >'$d/sched'"

# A running machine takes no other hardware but with hot-add.
refused EINVAL memory 4GiB 'hot plug'
refused EINVAL vcpus 8 'hot plug'
echo off >"$d/state"
vim call $vm ReconfigVM_Task '{"spec": {"memoryHotAddEnabled": true, "cpuHotAddEnabled": true}}'
echo running >"$d/state"
writes memory 2560MiB 2621440
writes vcpus 3 3
refused EINVAL memory 1GiB ''
echo off >"$d/state"
writes memory 1048576 1048576
writes memory 2GiB 2097152
writes memory '2048 MiB' 2097152
writes memory 3g 3145728
expect_eq 'MiB' "$(vim get $vm config.hardware.memoryMB)" 3072
refused EINVAL memory lots 'number with a unit'
refused EINVAL memory 5parsec 'not a unit'
refused EINVAL memory 1GB 'whole number of MiB'
refused EINVAL memory 1025MiB 'multiple of 4 MiB'
refused EINVAL memory -1 'number with a unit'
refused EINVAL memory 99999999999999999999 'number with a unit'
refused EINVAL memory 0 'multiple of 4'
writes vcpus 4 4
expect_eq 'processors' "$(vim get $vm config.hardware.numCPU)" 4
refused EINVAL vcpus 0 'number from 1'
refused EINVAL vcpus two 'number from 1'

writes template yes yes
expect_eq 'template' "$(vim get $vm config.template)" True
writes template yes yes
writes template no no
expect_eq 'template' "$(vim get $vm config.template resourcePool | tr '\n' ' ')" 'False Resources '
refused EINVAL template maybe 'neither yes nor no'
echo running >"$d/state"
refused EBUSY template yes InvalidPowerState

unmount_hvfs
