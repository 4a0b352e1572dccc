#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/ops/test-ops-vcenter.sh - machines of a mounted ESX host are migrated by its vCenter
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"
requires_vim

start_vcsim -vm 2 -ds 2
vc_url=$vcsim_url vc_control=$vcsim_control vc_hostport=$vcsim_hostport vc_cert=$vcsim_cert vc_pid=$vcsim_pid
start_vcsim -esx -vm 2
esx_url=$vcsim_url esx_control=$vcsim_control
cat "$vc_cert" "$vcsim_cert" >"$tmp/both.pem"
cat >"$tmp/auth.conf" <<END
[credentials-vc]
username=mover
password=secret
[auth-esx-${vc_hostport%:*}]
credentials=vc
END

of_vcenter () { vcsim_url=$vc_url vcsim_control=$vc_control; }
of_host () { vcsim_url=$esx_url vcsim_control=$esx_control; }
# mount_with PARAMETER-VALUE [OPTION...]
mount_with () {
  parameter=$1
  shift
  mount_hvfs "esx://user@$vcsim_hostport/?cacert=$tmp/both.pem&authfile=$tmp/auth.conf&vcenter=$parameter" "$mnt" "$@"
  d=$mnt/by-name/$vm
}
logged_out () { [ "$(vcsim_requests Logout)" = 1 ]; }

vm=ha-host_VM0
vc_vm=DC0_H0_VM0
of_host
uuid=$(vim get $vm summary.config.uuid)
of_vcenter
control POST "/set?object=$vc_vm&path=summary.config.uuid&value=$uuid" >/dev/null

# Named in the URI: logs in for the migration, and out again.
control POST /reset >/dev/null
mount_with "$vc_hostport"
expect_eq 'not before it is needed' "$(vcsim_requests Login)" 0
echo DC0_C0_H1 >"$d/migrate" || fail "migrate: $(cat "$d/error")"
expect_eq 'one session, and its end' "$(vcsim_requests Login) $(vcsim_requests Logout)" '1 1'
expect_eq 'there' "$(vim get $vc_vm runtime.host)" DC0_C0_H1
expect_eq 'migrate says' "$(cat "$d/migrate")" 'done DC0_C0_H1'
for there in DC0_H0 /DC0/DC0_C0/DC0_C0_H0 /datacenters/DC0/clusters/DC0_C0/hosts/DC0_C0_H2 \
  "vpx://${vc_hostport%:*}/DC0/DC0_H0" esx://DC0_C0_H1/ 'DC0_H0 priority=high'; do
  echo "$there" >"$d/migrate" || fail "migrate '$there': $(cat "$d/error")"
  wanted=${there%/}
  wanted=${wanted##*/}
  expect_eq "by '$there'" "$(vim get $vc_vm runtime.host)" "${wanted%% *}"
done
echo 'datastore=LocalDS_1' >"$d/migrate"
expect_eq 'its files' "$(vim get $vc_vm datastore)" '["LocalDS_1"]'

# Wrong lines, judged by the vCenter's inventory; some without asking it.
control POST /reset >/dev/null
refused EINVAL migrate priority=low 'destination is missing'
refused EINVAL migrate 'DC0_H0 priority=urgent' 'high, default or low'
expect_eq 'not asked' "$(vcsim_requests Login)" 0
refused ENOENT migrate nowhere "no host or cluster 'nowhere' in ${vc_hostport%:*}"
refused ENOENT migrate 'DC0_H0 datastore=none' "no datastore 'none'"
refused EINVAL migrate vpx://elsewhere/DC0/DC0_H1 'another server'
control POST '/fail?method=RelocateVM_Task&what=fault&fault=NoPermission' >/dev/null
refused EACCES migrate DC0_C0_H1 Permission
d=$mnt/by-name/ha-host_VM1
refused ENOENT migrate DC0_H0 'has no machine of the uuid'
d=$mnt/by-name/$vm
refused ENOTSUP clone copy 'only a vCenter can clone'

# A question of the machine on its way, not of another's.
control POST "/question?vm=$vc_vm&method=RelocateVM_Task&cancelable=1" >/dev/null
refused EAGAIN migrate DC0_C0_H1 '2 I copied it (default)'
is_asked_no_more () { [ -z "$(vim get $vc_vm runtime.question)" ]; }
await is_asked_no_more
control POST "/question?vm=DC0_H0_VM1" >/dev/null
echo DC0_C0_H1 >"$d/migrate" || fail "migrate: $(cat "$d/error")"
echo DC0_H0 >"$d/migrate" || fail "migrate: $(cat "$d/error")"

# Two of one uuid, neither on this host.
control POST "/set?object=DC0_H0_VM1&path=summary.config.uuid&value=$uuid" >/dev/null
refused EINVAL migrate DC0_C0_H1 "2 machines of the uuid"
control POST "/set?object=DC0_H0_VM1&path=summary.config.uuid&value=other" >/dev/null

# Progress and Ctrl-C; two at once share the session.
of_host
second=$(vim get ha-host_VM1 summary.config.uuid)
of_vcenter
control POST "/set?object=DC0_H0_VM1&path=summary.config.uuid&value=$second" >/dev/null
control POST '/task-time?ms=60000&method=RelocateVM_Task' >/dev/null
control POST /reset >/dev/null
echo DC0_C0_H1 >"$d/migrate" 2>/dev/null &
first=$!
echo DC0_C0_H1 >"$mnt/by-name/ha-host_VM1/migrate" 2>/dev/null &
other=$!
await reads '^running [1-9][0-9]* DC0_C0_H1$' "$d/migrate"
await reads '^running [1-9][0-9]* DC0_C0_H1$' "$mnt/by-name/ha-host_VM1/migrate"
expect_eq 'one session for both' "$(vcsim_requests Login)" 1
kill $first
wait $first 2>/dev/null || :
await reads '^failed DC0_C0_H1: interrupted' "$d/migrate"
kill $other
wait $other 2>/dev/null || :
await reads '^failed DC0_C0_H1: interrupted' "$mnt/by-name/ha-host_VM1/migrate"
await logged_out
expect_eq 'it stayed' "$(vim get $vc_vm runtime.host)" DC0_H0
control POST '/task-time?ms=0' >/dev/null

# The password that the vCenter refuses is tried once.
control POST /reset >/dev/null
control POST '/fail?method=Login&what=fault&fault=InvalidLogin' >/dev/null
refused EACCES migrate DC0_C0_H1 'the vCenter:' "login as 'mover'"
refused EACCES migrate DC0_C0_H1 'not tried again'
expect_eq 'tried once' "$(vcsim_requests Login)" 1
unmount_hvfs

# "*": as the host says.
of_host
mount_with '*'
refused ENOTSUP migrate DC0_C0_H1 'no vCenter manages it'
control POST "/set?object=ha-host&path=summary.managementServerIp&value=$vc_hostport" >/dev/null
echo DC0_C0_H1 >"$d/migrate" || fail "migrate: $(cat "$d/error")"
of_vcenter
expect_eq 'by the one that manages it' "$(vim get $vc_vm runtime.host)" DC0_C0_H1
unmount_hvfs

# Its own credentials, in the order of all others; the host's are not tried.
: >"$tmp/auth.conf"
mount_with "$vc_hostport"
control POST /reset >/dev/null
refused EACCES migrate DC0_H0 'no user name for' vcenter_username=
unmount_hvfs
expect_eq 'not asked' "$(vcsim_requests Login)" 0
expect_failure 'no password for mover' "$HVFS" -o vcenter_username=mover \
  "esx://user@$vcsim_hostport/?cacert=$tmp/both.pem&vcenter=$vc_hostport" "$mnt"
echo other >"$tmp/vc-password"
chmod 600 "$tmp/vc-password"
(cd "$tmp" && expect_failure vc-missing "$HVFS" "esx://user@$vcsim_hostport/?cacert=$tmp/both.pem&vcenter=$vc_hostport" \
  "$mnt" -o vcenter_username=mover,vcenter_password_file=vc-missing)
mount_with "$vc_hostport" -o "vcenter_username=mover,vcenter_password_file=$tmp/vc-password"
echo DC0_H0 >"$d/migrate" || fail "migrate: $(cat "$d/error")"
unmount_hvfs

# A vCenter that is not there, or is none, or is not trusted.
mount_with "$vcsim_hostport" -o "vcenter_username=mover,vcenter_password_file=$tmp/vc-password"
refused EINVAL migrate DC0_H0 'is an ESX host'
unmount_hvfs
mount_with "$vc_hostport" -o "timeout=10,vcenter_username=mover,vcenter_password_file=$tmp/vc-password"
control POST '/task-time?ms=20000&method=RelocateVM_Task' >/dev/null
"$PYTHON" "$tests_dir/lib/write.py" "$d/migrate" DC0_C0_H1 >"$tmp/written" &
writer=$!
await reads '^running [1-9][0-9]* DC0_C0_H1$' "$d/migrate"
kill -KILL "$vc_pid"
await is_gone "$writer"
expect_eq 'lost in the middle' "$(cat "$tmp/written")" EIO
grep -q 'outcome unknown' "$d/migrate" || fail "migrate: $(cat "$d/migrate")"
status_is connected || fail 'the host was lost with its vCenter'
unmount_hvfs
mount_with "$vc_hostport" -o "vcenter_username=mover,vcenter_password_file=$tmp/vc-password"
refused ECONNREFUSED migrate DC0_H0 'the vCenter:' 'cannot connect'
echo off >"$d/state"
expect_eq 'the rest goes on' "$(cat "$d/state")" off
unmount_hvfs

# Without the parameter.
mount_hvfs "esx://user@$vcsim_hostport/?cacert=$tmp/both.pem" "$mnt"
refused ENOTSUP migrate DC0_H0 'only a vCenter can migrate' 'vcenter='
unmount_hvfs
