#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/service/test-mount-samba.sh - the tree, exported again by Samba: listed, read, edited and written
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
[ "$(id -u)" = 0 ] || skip 'smbd needs root'
# No package of the tests, because it would start daemons of the machine's.
command -v smbd smbclient >/dev/null || skip 'samba and smbclient are missing'
requires_fuse
start_vcsim -vm 2 -cluster 0
mount_hvfs "$(vcsim_uri vpx)" "$mnt" -o allow_other
vm=$mnt/by-name/DC0_H0_VM0

hold_port
mkdir -p "$tmp/samba/ncalrpc"
cat >"$tmp/smb.conf" <<END
[global]
server role = standalone server
map to guest = Bad User
guest account = root
interfaces = 127.0.0.1
bind interfaces only = yes
disable spoolss = yes
load printers = no
private dir = $tmp/samba
lock directory = $tmp/samba
state directory = $tmp/samba
cache directory = $tmp/samba
pid directory = $tmp/samba
ncalrpc dir = $tmp/samba/ncalrpc
log file = $tmp/samba.log
[vc]
path = $mnt
guest ok = yes
read only = no
END
# It ends its process group, and so has one of its own.
smbd --foreground --configfile="$tmp/smb.conf" --port="$held_port" </dev/null >"$tmp/smbd.log" 2>&1 &
vcsims="$! $vcsims"

# smb COMMAND  Commands of smbclient(1).
smb () {
  smbclient --configfile="$tmp/smb.conf" --port="$held_port" -N -U guest% //127.0.0.1/vc -c "$1" >"$tmp/smb.out" 2>&1
}
await smb ls
grep -q by-name "$tmp/smb.out" || fail "ls: $(cat "$tmp/smb.out")"

at=by-name/DC0_H0_VM0
smb "cd $at; ls" || fail "$(cat "$tmp/smb.out")"
grep -q config.xml "$tmp/smb.out" || fail "ls $at: $(cat "$tmp/smb.out")"
for file in state config.xml config.vmx stats; do
  smb "get $at/$file $tmp/got" || fail "get $file: $(cat "$tmp/smb.out")"
  cmp -s "$tmp/got" "$vm/$file" || [ "$file" = stats ] || fail "$file differs: $(head -c 300 "$tmp/got")"
  [ -s "$tmp/got" ] || fail "$file is empty"
done

echo off >"$tmp/off"
smb "put $tmp/off $at/state" || fail "put state: $(cat "$tmp/smb.out")"
expect_eq state "$(cat "$vm/state")" off
echo flying >"$tmp/flying"
! smb "put $tmp/flying $at/state" || fail 'a wrong value is taken'
sed '/<vcpu/s/>.*</>3</' "$vm/config.xml" >"$tmp/new.xml"
smb "put $tmp/new.xml $at/config.xml" || fail "put config.xml: $(cat "$tmp/smb.out")"
expect_eq vcpus "$(cat "$vm/vcpus")" 3
# As editors save: a new file, renamed over the old one.
sed '/<vcpu/s/>.*</>2</' "$vm/config.xml" >"$tmp/new.xml"
smb "cd $at; put $tmp/new.xml new.xml; rename new.xml config.xml -f" || fail "rename: $(cat "$tmp/smb.out")"
expect_eq vcpus "$(cat "$vm/vcpus")" 2
smb "mkdir $at/snapshots/before" || fail "mkdir: $(cat "$tmp/smb.out")"
[ -d "$vm/snapshots/before" ] || fail 'no snapshot'
! smb "cd $at; rm uuid" || [ -e "$vm/uuid" ] || fail 'a file of a machine is deleted'
unmount_hvfs
