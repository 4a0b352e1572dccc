#!/bin/sh
# Debian's simulator as it is, with all that it does unlike a real server: no
# versions, no pages, copies of updates, replayed states.
. "${srcdir:-$(dirname "$0")}/functions.sh"
requires "$PYTHON"
start_vcsim -plain -vm 4 -dc 2
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
says () { [ "$(cat "$1" 2>/dev/null)" = "$2" ]; }
vc () { "$PYTHON" "$tests_dir/vc.py" "$vcsim_hostport" "$@"; }
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
gone () { [ ! -e "$1" ]; }
await gone "$mnt/by-name/other"
expect_requests "$mnt" 0 sh -c "cat '$mnt'/by-name/*/memory"
unmount_hvfs
stop_vcsim
start_vcsim -plain -esx -vm 2
mount_hvfs "$(vcsim_uri esx)" "$mnt"
expect_eq "domains of a host" "$(ls "$mnt/domains" | wc -l)" 2
unmount_hvfs
