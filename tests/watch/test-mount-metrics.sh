#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/watch/test-mount-metrics.sh - metrics.prom is what Prometheus takes, agrees with the server,
# and costs a few requests however many machines there are
. "${srcdir:-$(dirname "$0")/..}/functions.sh"

start_vcsim -tls=false -vm 8 -host 2 -ds 2 -mixed
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
check () { # FILE
  "$PYTHON" "$tests_dir/watch/prometheus.py" <"$1" >"$tmp/faults" || fail "$(head -n 5 "$tmp/faults")"
  # Debian's own, where it is installed.
  if command -v promtool >/dev/null; then
    promtool check metrics <"$1" >"$tmp/faults" 2>&1 || fail "promtool: $(head -n 5 "$tmp/faults")"
  fi
}
value () { "$PYTHON" "$tests_dir/watch/prometheus.py" get "$@" <"$tmp/metrics"; }

# Nothing is asked for a listing.
expect_requests "$mnt" 0 ls -l "$mnt/"
expect_eq size "$(stat -c %s "$mnt/metrics.prom")" 0
cat "$mnt/metrics.prom" >"$tmp/metrics"
check "$tmp/metrics"
expect_eq 'from its end' "$(tail -n 3 "$mnt/metrics.prom" | wc -l)" 3

# What is in it is what another client sees.
d=$mnt/by-name/DC0_H0_VM0
vm="vm_name=DC0_H0_VM0 ds_name=LocalDS_0 host_name=DC0_H0 dc_name=DC0"
# shellcheck disable=SC2086
{
  expect_eq power "$(value vmware_vm_power_state $vm)" 1
  expect_eq cpus "$(value vmware_vm_num_cpu $vm)" "$(cat "$d/vcpus")"
  expect_eq memory "$(value vmware_vm_memory_max $vm)" "$(($(cat "$d/memory") / 1024))"
  expect_eq snapshots "$(value vmware_vm_snapshots $vm)" 0
}
expect_eq machines "$(value vmware_vm_power_state | wc -l)" "$(ls "$mnt/by-name" | wc -l)"
expect_eq running "$(value vmware_vm_power_state | grep -c 1)" "$(cat "$mnt"/by-name/*/state | grep -c running)"
expect_eq counted "$(value vmware_vm_cpu_ready_summation | wc -l)" "$(cat "$mnt"/by-name/*/state | grep -c running)"
expect_eq 'host, MHz' "$(value vmware_host_cpu_usage host_name=DC0_H0)" "$(sed -n 's/^cpu=//p' "$mnt/datacenters/DC0/hosts/DC0_H0/stats")"
expect_eq 'host, MiB' "$(value vmware_host_memory_max host_name=DC0_H0)" 262144
expect_eq 'in a cluster' "$(value vmware_host_connection_state cluster_name=DC0_C0 state=connected | wc -l)" 2
expect_eq free "$(value vmware_datastore_freespace_size ds_name=LocalDS_1)" "$(sed -n 's/^available=//p' "$mnt/datacenters/DC0/datastores/LocalDS_1/info")"
expect_eq 'machines there' "$(value vmware_datastore_vms ds_name=LocalDS_1)" "$(grep -l '\[LocalDS_1\]' "$mnt"/by-name/*/config.xml | wc -l)"
expect_eq hosts "$(value vmware_datastore_hosts ds_name=LocalDS_1)" 3

# What changes is in the next one; names that need an escape, names that are there twice.
mkdir "$d/snapshots/before"
mv "$(readlink -f "$d")" "$mnt/datacenters/DC0/hosts/DC0_H0/domains/a\"b\\c"
control POST /set -d "object=$(cat "$mnt/by-name/DC0_H0_VM1/moref")" -d path=name -d value=DC0_H0_VM2 >/dev/null
await missing "$mnt/by-name/DC0_H0_VM1"
cat "$mnt/metrics.prom" >"$tmp/metrics"
check "$tmp/metrics"
expect_eq snapshots "$(value vmware_vm_snapshots 'vm_name=a"b\c')" 1
expect_eq 'its time' "$(value vmware_vm_snapshot_timestamp_seconds vm_snapshot_name=before | wc -l)" 1
expect_eq twins "$(grep -c '^vmware_vm_power_state{vm_name="DC0_H0_VM2[~"]' "$tmp/metrics")" 2

# The batches: properties and counters of each kind, and once the counters' numbers.
expect_requests "$mnt" 5 cat "$mnt/metrics.prom"

# One machine that fails a query harms no other; a server that fails them all is an error.
control POST '/fail?what=fault&fault=RestrictedByAdministrator&method=QueryPerf&times=1' >/dev/null
cat "$mnt/metrics.prom" >"$tmp/again"
control POST /heal >/dev/null
expect_eq 'all in halves' "$(grep -c '^vmware_vm_cpu_ready' "$tmp/again")" "$(grep -c '^vmware_vm_cpu_ready' "$tmp/metrics")"
control POST '/fail?what=500&method=QueryPerf&times=1' >/dev/null
expect_failure 'Input/output error' cat "$mnt/metrics.prom"
control POST /heal >/dev/null
control POST '/fail?what=fault&fault=SystemError&method=QueryPerf&times=100' >/dev/null
expect_failure 'Input/output error' cat "$mnt/metrics.prom"
control POST /heal >/dev/null
cat "$mnt/metrics.prom" >"$tmp/again"
check "$tmp/again"
unmount_hvfs

# A host of its own, and an old one.
for flags in -esx '-esx -api 2.5'; do
  # shellcheck disable=SC2086
  start_vcsim $flags -vm 2
  mount_hvfs "$(vcsim_uri esx)" "$mnt"
  cat "$mnt/metrics.prom" >"$tmp/metrics"
  check "$tmp/metrics"
  expect_eq "machines of $flags" "$(value vmware_vm_power_state | wc -l)" 2
  unmount_hvfs
done
