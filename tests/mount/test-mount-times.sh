#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Directories have the time at which their entries last came or went, as everywhere: make,
# find -newer and rsync go by it.  And only that time.
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires "$PYTHON"
start_vcsim -vm 2
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
is_newer () { [ "$(find "$1" -maxdepth 0 -newer "$2")" = "$1" ]; }

# moves DIRECTORIES COMMAND...  They have a later time after it.
moves () {
  dirs=$1
  shift
  n=0
  for dir in $dirs; do
    n=$((n + 1))
    touch -r "$dir" "$tmp/ref-$n"
  done
  "$@" || fail "$*"
  n=0
  for dir in $dirs; do
    n=$((n + 1))
    await is_newer "$dir" "$tmp/ref-$n"
    times=$(stat -c '%.Z %.Y' "$dir")
    expect_eq "the change time of $dir" "${times% *}" "${times#* }"
  done
}

vm=DC0_H0_VM0
hosts=$mnt/datacenters/DC0/hosts
domains=$hosts/DC0_H0/domains
lists="$domains $mnt/by-name $mnt/by-uuid $mnt/by-folder/DC0"
others="$hosts $mnt/datacenters/DC0/clusters/DC0_C0/hosts/DC0_C0_H0/domains $domains/DC0_H0_VM1 $mnt"
# shellcheck disable=SC2086 # they are several
times_of () { stat -c '%n %.Y %.Z' $1; }
find "$mnt" >/dev/null
still=$(times_of "$others")
lists_before=$(times_of "$lists $domains/$vm/snapshots")

# A value changes: its file and its domain, but no list.
moves "$domains/$vm $domains/$vm/annotation" vc reconfigure "$vm" annotation text
await says "$domains/$vm/annotation" text
expect_eq 'lists after that' "$(times_of "$lists $domains/$vm/snapshots")" "$lists_before"

# By others, and by whoever is here.
moves "$lists" vc create new DC0_H0
moves "$domains $mnt/by-name" vc rename new newer
moves "$lists" vc destroy newer
moves "$domains" mkdir "$domains/draft"
moves "$domains/draft" touch "$domains/draft/note"
moves "$domains" rmdir "$domains/draft"
echo off >"$domains/$vm/state"
moves "$domains $mnt/by-name" mv "$domains/$vm" "$domains/renamed"
moves "$domains $mnt/by-name" mv "$domains/renamed" "$domains/$vm"
moves "$domains/$vm/snapshots" mkdir "$domains/$vm/snapshots/first"
delete_first () { echo first >"$domains/$vm/snapshots/delete"; }
moves "$domains/$vm/snapshots" delete_first
expect_eq 'snapshots' "$(ls "$domains/$vm/snapshots")" "create
delete"

# What an editor leaves beside config.xml, and takes away.
cd "$domains/$vm"
moves . touch note
moves . ln -s note link
moves . mv note other
moves . rm link
moves . rm other
before=$(times_of .)
refused () { ! sed -i 's/<memory/<memori/' config.xml 2>/dev/null; }
moves . refused
[ -e config.xml.rejected ] || fail 'nothing was rejected'
cat state config.xml >/dev/null
[ "$(times_of .)" != "$before" ] || fail 'the time went back'

expect_eq 'where nothing came or went' "$(times_of "$others")" "$still"
cd /
unmount_hvfs
