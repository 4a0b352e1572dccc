#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/ops/test-ops-host-end.sh - a host reboots and is switched off when its own name is written,
# in maintenance only; and what info says of hosts and clusters
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"
requires_vim

start_vcsim -cluster 1 -host 1 -standalone 1 -vm 0
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
d=$mnt/datacenters/DC0/hosts/DC0_H0

not_ended () { # ERRNO, FILE, LINE, WHY
  expect_eq "$2: '$3'" "$("$PYTHON" "$tests_dir/lib/write.py" "$d/$2" "$3")" "$1"
  tail -n 1 "$mnt/.hvfs/errors" | grep -qF -- "$4" || fail "$2: '$3': $(tail -n 1 "$mnt/.hvfs/errors")"
}
boot_time () { vim get "$(cat "$d/moref")" runtime.bootTime; }
not_ended EBUSY reboot DC0_H0 'not in maintenance'
not_ended EBUSY shutdown DC0_H0 'not in maintenance'
echo maintenance >"$d/state"
not_ended EINVAL reboot DC0_H1 "write the host's own name, 'DC0_H0'"
not_ended EINVAL shutdown yes "write the host's own name, 'DC0_H0'"
before=$(boot_time)
echo DC0_H0 >"$d/reboot"
[ "$(boot_time)" != "$before" ] || fail 'it was not rebooted'
echo DC0_H0 >"$d/shutdown"
await says "$d/state" notresponding
expect_eq 'off' "$(vim get "$(cat "$d/moref")" runtime.powerState)" poweredOff
control POST "/set?object=$(cat "$d/moref")&path=runtime.inMaintenanceMode&value=false" >/dev/null
control POST "/connection?host=$(cat "$d/moref")&state=connected" >/dev/null
await says "$d/state" connected

# What a domain may have, and what a cluster does by itself.
expect_eq 'max_vcpus' "$(sed -n 's/^max_vcpus=//p' "$d/info")" "$(vim get "$(cat "$d/moref")" capability.maxSupportedVcpus)"
cluster=$mnt/datacenters/DC0/clusters/DC0_C0
vc cluster DC0_C0 drs=on ha=off
expect_requests "$mnt" 1 cat "$cluster/info"
expect_requests "$mnt" 0 sh -c "cat '$cluster/info'; ls -l '$cluster/'"
grep -qx 'drs=yes' "$cluster/info" || fail "drs: $(cat "$cluster/info")"
grep -qx 'ha=no' "$cluster/info" || fail "ha: $(cat "$cluster/info")"
# Each of its figures is another one; of the two of memory the server has bytes and MiB.
n=0
for figure in numHosts numEffectiveHosts numCpuCores numCpuThreads totalCpu effectiveCpu totalMemory=4194304 effectiveMemory=3; do
  n=$((n + 1))
  value=${figure#*=}
  [ "$value" != "$figure" ] || value=$n
  control POST "/set?object=DC0_C0&path=summary.${figure%%=*}&value=$value" >/dev/null
done
last () { grep -qx 'effective_memory=3072' "$cluster/info"; }
await last
expect_eq figures "$(head -n 8 "$cluster/info" | tr '\n' ' ')" \
  'hosts=1 effective_hosts=2 cores=3 threads=4 mhz=5 effective_mhz=6 memory=4096 effective_memory=3072 '
control POST "/set?object=DC0_C0&path=configuration.drsConfig.enabled&value=" >/dev/null
control POST "/set?object=$(cat "$d/moref")&path=hardware.cpuFeature&value=" >/dev/null
unmount_hvfs
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
grep -qx 'drs=' "$cluster/info" || fail "drs: $(cat "$cluster/info")"
expect_failure 'Input/output error' cat "$d/capabilities.xml"
vc cluster DC0_C0 drs=off ha=on

# A host that is the server itself takes the connection along.
goes () {
  echo "$name" >"$mnt/reboot" || fail "it says: $(cat "$mnt/.hvfs/errors")"
  status_is lost || fail 'the server is still there'
  control POST /up >/dev/null
  await says "$mnt/state" maintenance
}
no_answer () { # the host goes after so many MS
  control POST "/task-time?ms=$1&method=RebootHost_Task" >/dev/null
  control POST '/fail?what=lost&method=RebootHost_Task' >/dev/null
}
start_vcsim -esx -vm 0
first=$mnt first_pid=$hvfs_pid mnt=$tmp/host
mkdir "$mnt"
mount_hvfs "$(vcsim_uri esx)" "$mnt" -o timeout=5
name=$(vim get ha-host name)
echo maintenance >"$mnt/state"
goes
# It goes before it could answer, and those who wait for its updates hear of it later still.
no_answer 700
goes
# It stays: whether it will go is not known.
no_answer 600000
expect_eq 'it stays' "$("$PYTHON" "$tests_dir/lib/write.py" "$mnt/reboot" "$name")" EIO
tail -n 1 "$mnt/.hvfs/errors" | grep -q 'unknown' || fail "it says: $(tail -n 1 "$mnt/.hvfs/errors")"
unmount_hvfs

# What another client has set meanwhile is seen when what was known is 20 seconds old.
await grep -qx 'drs=no' "$cluster/info"
grep -qx 'ha=yes' "$cluster/info" || fail "ha: $(cat "$cluster/info")"
unmount_hvfs "$first" "${first_pid:?}"
