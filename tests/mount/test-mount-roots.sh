#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every place that a URI's path can name, as the root of a mount; hosts and old
# servers; and the domains below each root, in all three ways to find them.
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
listing () { ls -A "$1" | LC_ALL=C sort | tr '\n' ' '; }
sorted () { echo "$1" | tr ' ' '\n' | LC_ALL=C sort | tr '\n' ' '; }
# What is at each root, whatever that is.
extras=".hvfs about alarms by-folder by-name by-uuid events inventory"
# The same where the root is an object that has custom attributes.
object=".hvfs about alarms attributes by-folder by-name by-uuid events inventory"

# root_is TYPE PATH N LISTING [PARAMETERS]  The mount has N domains and that root.
root_is () {
  mount_hvfs "$(vcsim_uri "$1" "$2" "${5-}")" "$mnt"
  expect_eq "root of $1:///$2" "$(listing "$mnt")" "$(sorted "$4")"
  expect_eq "domains of $1:///$2" "$(ls "$mnt/by-name" | wc -l)" "$3"
  expect_eq "by uuid, of $1:///$2" "$(ls "$mnt/by-uuid" | wc -l)" "$3"
  expect_eq "by folder, of $1:///$2" "$(find "$mnt/by-folder" -type l | wc -l)" "$3"
  expect_eq "states of $1:///$2" "$(cat "$mnt"/by-name/*/state "$mnt"/by-folder/*/*/state | wc -l)" $(($3 * 2))
  expect_eq "directories of $1:///$2" "$(find "$mnt" -type d -path '*/domains/*' ! -path '*/domains/*/*' | wc -l)" "$3"
  # Where the datacenter is above, there is nothing that a link could lead to; and without
  # -o content there are no files of disks.
  find "$mnt" -type l ! -path '*/disks/*/file' >"$tmp/links"
  [ -s "$tmp/links" ] || fail "no links in $1:///$2"
  while read -r link; do [ -e "$link" ] || fail "$link leads nowhere"; done <"$tmp/links"
  find "$mnt" -path '*/datastores/*/info' -o -path '*/networks/*/info' >"$tmp/infos"
  [ -s "$tmp/infos" ] || fail "no datastore and no network in $1:///$2"
  while read -r info; do grep -q ^type= "$info" || fail "$info: $(cat "$info")"; done <"$tmp/infos"
  off=$(ls "$mnt/by-name" | head -n 1)
  echo off >"$mnt/by-name/$off/state" || fail "off in $1:///$2"
  expect_eq "state in $1:///$2" "$(cat "$mnt/by-name/$off/state")" off
  unmount_hvfs
}

start_vcsim -vm 4
root_is vpx "" 8 "$extras datacenters metrics.prom tasks"
root_is vpx DC0 8 "$object clusters datastores hosts metrics.prom moref networks tasks"
root_is vpx DC0/DC0_C0 4 "$object hosts info metrics.prom moref pools tasks"
root_is vpx DC0/DC0_C0/DC0_C0_H1 1 "$object capabilities.xml datastores domains info interfaces metrics.prom moref networks reboot shutdown state stats switches tasks"
root_is vpx DC0/DC0_H0 4 "$object capabilities.xml datastores domains info interfaces metrics.prom moref networks pools reboot shutdown state stats switches tasks"
expect_failure "no 'nowhere'" "$HVFS" "$(vcsim_uri vpx nowhere)" "$mnt"
expect_failure "there is DC0" "$HVFS" "$(vcsim_uri vpx nowhere)" "$mnt"
expect_failure "no 'nohost' in DC0_C0" "$HVFS" "$(vcsim_uri vpx DC0/DC0_C0/nohost)" "$mnt"
stop_vcsim

start_vcsim -folder 1 -vm 3
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
dc=$(cd "$mnt/datacenters" && find . -name DC0 | sed 's|^\./||')
case $dc in */DC0) ;; *) fail "no folder above DC0: $dc" ;; esac
cluster=$(cd "$mnt/datacenters/$dc/clusters" && find . -name DC0_C0 | sed 's|^\./||')
unmount_hvfs
root_in_folder () { mount_hvfs "$(vcsim_uri vpx "$1")" "$mnt"; listing "$mnt"; unmount_hvfs; }
expect_eq "a folder of datacenters" "$(root_in_folder "${dc%/*}")" "$(sorted "$extras datacenters metrics.prom tasks")"
expect_eq "a datacenter in a folder" "$(root_in_folder "$dc")" "$(sorted "$object clusters datastores hosts metrics.prom moref networks tasks")"
expect_eq "a folder of hosts" "$(root_in_folder "$dc/${cluster%/*}")" "$(sorted "$extras clusters hosts metrics.prom tasks")"
expect_eq "a cluster in a folder" "$(root_in_folder "$dc/$cluster")" "$(sorted "$object hosts info metrics.prom moref pools tasks")"
stop_vcsim

# The root stays that object, called otherwise, and another as it was, also for a new session.
start_vcsim -dc 2 -vm 2
mount_hvfs "$(vcsim_uri vpx DC0)" "$mnt"
moref=$(cat "$mnt/moref")
set_name () { control POST /set -d object="$1" -d path=name -d value="$2" >/dev/null; }
set_name DC0 elsewhere
set_name DC1 DC0
await test -d "$mnt/by-folder/elsewhere"
logins=$(stat_of "$mnt" logins)
control POST /expire >/dev/null
logged_in () { [ "$(stat_of "$mnt" logins)" -gt "$logins" ] && status_is connected; }
await logged_in
await grep -q running "$mnt/by-name/DC0_H0_VM0/state"
# Its collector may be found to be gone only after another call has logged in.
await grep -q . "$mnt/moref"
expect_eq "the root of a new session" "$(cat "$mnt/moref")" "$moref"
expect_eq "what is below it" "$(ls "$mnt/by-folder")" elsewhere
unmount_hvfs
stop_vcsim

host_root="$extras capabilities.xml datastores domains info interfaces metrics.prom moref networks pools reboot shutdown state stats switches tasks"
start_vcsim -esx -vm 3
root_is esx "" 3 "$host_root"
stop_vcsim
start_vcsim -esx -vm 3 -tls=false
root_is esx "" 3 "$host_root"
stop_vcsim
start_vcsim -gsx -vm 3 -tls=false
root_is gsx "" 3 "$host_root"
stop_vcsim
for api in 2.5 4.0 4.1 5.0; do
  start_vcsim -api $api -vm 4
  root_is vpx "" 8 "$extras datacenters metrics.prom tasks"
  root_is vpx DC0/DC0_C0 4 "$object hosts info metrics.prom moref pools tasks"
  stop_vcsim
done

# IPv6, where there is any.
if grep -q '^0\{31\}1 ' /proc/net/if_inet6 2>/dev/null; then
  start_vcsim -l "[::1]:0" -vm 1
  root_is vpx DC0 2 "$object clusters datastores hosts metrics.prom moref networks tasks"
fi
