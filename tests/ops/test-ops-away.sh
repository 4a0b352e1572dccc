#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/ops/test-ops-away.sh - machines that migrate to another vCenter, of two at once
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"
requires_vim

# The other one lets only its own user in.
start_vcsim -l 127.0.0.2:0 -user mover -password secret -vm 0 -ds 2 -cluster 1 -nsx 1
other_url=$vcsim_url other_control=$vcsim_control other_cert=$vcsim_cert other=${vcsim_hostport} other_pid=$vcsim_pid
control POST "/set?object=DC0_NSX0&path=summary.opaqueNetworkId&value=segment-there" >/dev/null
start_vcsim -vm 4 -ds 2 -nsx 1
cat >"$tmp/auth.conf" <<END
[credentials-other]
username=mover
password=secret
[credentials-wrong]
username=mover
password=wrong
[auth-esx-127.0.0.2]
credentials=other
END
sed 's/=other/=wrong/' "$tmp/auth.conf" >"$tmp/wrong.conf"
chmod 600 "$tmp"/*.conf
# to PATH [PARAMETERS]  An URI of the other one.
to () { echo "\"vpx://$other/$1?cacert=$other_cert&authfile=$tmp/auth.conf${2:+&$2}\""; }
there () { VIM_USER=mover VIM_PASSWORD=secret "$PYTHON" "$tests_dir/lib/vim.py" "$other_url" get "$@"; }
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
vm=DC0_H0_VM0
d=$mnt/by-name/$vm

# What is wrong is found before anything is begun.
control POST /reset >/dev/null
refused ENOENT migrate "$(to DC0/nowhere)" "no host or cluster"
refused EINVAL migrate "$(to DC0/DC0_C0)" 'write a host of 127.0.0.2'
refused ENOENT migrate "$(to DC0/DC0_H0) datastore=none" "no datastore 'none'"
refused ENOENT migrate "$(to DC0/DC0_H0) pool=none" "no resource pool 'none'"
refused EACCES migrate "\"vpx://$other/DC0/DC0_H0?cacert=$other_cert&authfile=$tmp/wrong.conf\"" 'the vCenter: '
refused EKEYREJECTED migrate "\"vpx://$other/DC0/DC0_H0?authfile=$tmp/auth.conf\"" 'pin='
expect_eq 'nothing was begun' "$(vcsim_requests RelocateVM_Task)" 0
expect_eq 'it is here' "$(cat "$d/state")" running

# A running machine stays running, with its uuid, on the networks of the same names.
uuid=$(cat "$d/uuid")
host=$mnt/datacenters/DC0/hosts/DC0_H0
net=$(vim get $vm network)
echo "$(to DC0/DC0_C0/DC0_C0_H1) datastore=LocalDS_1" >"$d/migrate" || fail "migrate: $(tail -n 1 "$mnt/.hvfs/errors")"
await missing "$mnt/by-name/$vm"
missing "$host/domains/$vm" || fail 'still on its host'
expect_eq 'there' "$(there $vm runtime.powerState runtime.host summary.config.uuid datastore network | tr '\n' ' ')" \
  "poweredOn DC0_C0_H1 $uuid [\"LocalDS_1\"] $net "
expect_eq 'gone here' "$(vim get $vm name 2>&1)" "vim.py: the server has no $vm"
tail -n 1 "$mnt/.hvfs/errors" | grep -q pin= || fail "errors: $(tail -n 1 "$mnt/.hvfs/errors")"

# A segment of NSX has another id there.
vm=DC0_C0_RP0_VM0
d=$mnt/by-name/$vm
sed "s|<interface type='vds'>|<interface type='bridge'>|; s|<source switchid=.*|<source bridge='DC0_NSX0'/>|" "$d/config.xml" >"$tmp/new.xml"
cp "$tmp/new.xml" "$d/config.xml" || fail "$(cat "$d/error")"
echo "$(to DC0/DC0_H0) datastore=LocalDS_1" >"$d/migrate" || fail "migrate: $(tail -n 1 "$mnt/.hvfs/errors")"
there $vm config.hardware.device | grep -q segment-there || fail "not on the segment: $(there $vm config.hardware.device)"

# One that is off; the datastore of its own's name; a pin in place of the authority.
vm=DC0_H0_VM1
d=$mnt/by-name/$vm
echo off >"$d/state"
pin=$(openssl x509 -in "$other_cert" -noout -pubkey | openssl pkey -pubin -outform der |
  openssl dgst -sha256 -binary | openssl base64)
echo "\"vpx://$other/DC0/DC0_H0?authfile=$tmp/auth.conf&pin=sha256//$pin\" priority=high" >"$d/migrate" ||
  fail "migrate: $(cat "$d/error")"
expect_eq 'off, there' "$(there $vm runtime.powerState runtime.host datastore | tr '\n' ' ')" 'poweredOff DC0_H0 ["LocalDS_1"] '

# The source's refusal and the other's are the writer's; nothing is changed.
vm=DC0_H0_VM2
d=$mnt/by-name/$vm
control POST '/fail?method=RelocateVM_Task&what=fault&fault=NoPermission' >/dev/null
refused EACCES migrate "$(to DC0/DC0_H0)" Permission
vcsim_control_of_source=$vcsim_control
vcsim_control=$other_control
control POST /reset >/dev/null
control POST '/fail?method=CreateVM_Task&what=fault&fault=NoDiskSpace' >/dev/null
refused ENOSPC migrate "$(to DC0/DC0_H0)" NoDiskSpace
expect_eq 'logins there: ours, and the server'"'s to check and to move, all ended" \
  "$(vcsim_requests Login) $(vcsim_requests Logout)" '3 3'
vcsim_control=$vcsim_control_of_source
expect_eq 'runs on' "$(cat "$d/state") $(vim get $vm runtime.powerState)" 'running poweredOn'
expect_eq 'migrate says' "$(cut -d' ' -f1,2 "$d/migrate")" 'failed DC0_H0:'

# One that is too old knows nothing of it.
start_vcsim -api 5.5 -l 127.0.0.2:0 -vm 0
refused ENOTSUP migrate "\"vpx://$vcsim_hostport/DC0/DC0_H0?cacert=$vcsim_cert&authfile=$tmp/auth.conf\"" \
  'needs API 6.0 or newer, and the other one is older'

# A password is in no text that anybody can read.
! grep -rq secret "$mnt/.hvfs/errors" "$hvfs_log" || fail 'the password is in a message'
stop_vcsim "$other_pid"
refused ECONNREFUSED migrate "$(to DC0/DC0_H0)" 'the vCenter: '
unmount_hvfs
