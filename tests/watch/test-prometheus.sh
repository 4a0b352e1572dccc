#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/watch/test-prometheus.sh - a real prometheus scrapes a real node_exporter, whose textfile
# collector is pointed at the mount, and knows what metrics.prom says
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires prometheus promtool prometheus-node-exporter curl "$PYTHON"

start_vcsim -tls=false -vm 8 -host 2 -ds 2 -mixed
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
promtool check metrics <"$mnt/metrics.prom" || fail "promtool check metrics"

run () { "$@" >"$tmp/${1##*/}.log" 2>&1 & vcsims="$vcsims $!"; }
get () { curl -fsS --noproxy '*' "$@"; }
hold_port
exporter=127.0.0.1:$held_port
run prometheus-node-exporter --web.listen-address="$exporter" --collector.disable-defaults \
  --collector.textfile --collector.textfile.directory="$mnt"
exports () { get "http://$exporter/metrics" >"$tmp/exported" 2>/dev/null; }
await exports
grep -q '^node_textfile_scrape_error 0$' "$tmp/exported" || fail "$(grep textfile "$tmp/exported")"

hold_port
server=127.0.0.1:$held_port
cat >"$tmp/prometheus.yml" <<END
global: { scrape_interval: 1s, scrape_timeout: 1s }
scrape_configs: [ { job_name: vmware, static_configs: [ { targets: [ "$exporter" ] } ] } ]
END
promtool check config "$tmp/prometheus.yml" >/dev/null || fail "the configuration"
run prometheus --config.file="$tmp/prometheus.yml" --storage.tsdb.path="$tmp/tsdb" --web.listen-address="$server"

# query QUERY  The number that it comes to; nothing where prometheus has none.
query () {
  get -G "http://$server/api/v1/query" --data-urlencode "query=$1" 2>/dev/null |
    "$PYTHON" -c 'import json, sys
for one in json.load(sys.stdin)["data"]["result"]:
    print(one["value"][1])' 2>/dev/null
}
is () { [ "$(query "$1")" = "$2" ]; }
await is 'count(vmware_vm_power_state)' "$(ls "$mnt/by-name" | wc -l)"
await is 'sum(vmware_vm_power_state)' "$(cat "$mnt"/by-name/*/state | grep -c running)"
is 'up{job="vmware"}' 1 || fail "the exporter is down"
d=$mnt/by-name/DC0_H0_VM0
is 'vmware_vm_num_cpu{vm_name="DC0_H0_VM0"}' "$(cat "$d/vcpus")" || fail "vCPUs"
is 'vmware_host_memory_max{host_name="DC0_H0"}' 262144 || fail "memory of a host"

# What changes is in the next scrape.
echo off >"$d/state"
await is 'vmware_vm_power_state{vm_name="DC0_H0_VM0"}' 0
