# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# tests/lib/edit.sh - what tests of editing need beside functions.sh and ops.sh; sourced by them

# mount_domains  Sets $d, $name and $other: the directory of a domain, which is off, its
# name, and another's directory.
mount_domains () {
  requires_vim
  start_vcsim -vm 2
  mount_hvfs "$(vcsim_uri vpx)" "$mnt"
  name=DC0_C0_RP0_VM0
  d=$(cd "$mnt/by-name/$name" && pwd -P)
  echo off >"$d/state"
  # shellcheck disable=SC2034
  other=$(cd "$mnt/by-name/DC0_C0_RP0_VM1" && pwd -P)
}

# What an edit of this test does to $d/config.xml: the memory, and the network.  Each
# $from is a text that is there, and each $to what it becomes.
describe_edit () {
  kib=$(sed -n "s|.*<memory unit='KiB'>\([0-9]*\)<.*|\1|p" "$d/config.xml")
  to_kib=$([ "$kib" = 1048576 ] && echo 2097152 || echo 1048576)
  case $(sed -n "s|.*<interface type='\(.*\)'.*|\1|p" "$d/config.xml") in
    vds) to_net='VM Network' to_type=bridge ;;
    *) to_net=DC0_DVPG0 to_type=vds ;;
  esac
  type=$(sed -n "s|.*<interface type='\(.*\)'.*|\1|p" "$d/config.xml")
  [ -n "${vds_source-}" ] || vds_source=$(sed -n 's|.*\(<source switchid=.*/>\)|\1|p' "$d/config.xml")
  bridge_source="<source bridge='VM Network'/>"
  if [ "$type" = vds ]; then
    source=$vds_source to_source=$bridge_source
  else
    source=$bridge_source to_source=$vds_source
  fi
  from1="'KiB'>$kib<" to1="'KiB'>$to_kib<"
  from2="interface type='$type'" to2="interface type='$to_type'"
  from3=$source to3=$to_source
}

# edited < config.xml > what it shall be
edited () {
  "$PYTHON" -c 'import sys
text = sys.stdin.read()
for at in range(1, len(sys.argv), 2):
    assert sys.argv[at] in text, sys.argv[at]
    text = text.replace(sys.argv[at], sys.argv[at + 1])
sys.stdout.write(text)' "$from1" "$to1" "$from2" "$to2" "$from3" "$to3"
}

# The server has what was asked for, by what others and the mount say.
expect_edited () {
  expect_eq "memory after $1" "$(vim get "$name" config.hardware.memoryMB)" $((to_kib / 1024))
  expect_eq "network after $1" "$(vim get "$name" network.0)" "$to_net"
  expect_eq "the file memory after $1" "$(cat "$d/memory")" "$to_kib"
  expect_eq "error after $1" "$(cat "$d/error")" ''
  expect_eq "the size after $1" "$(stat -c %s "$d/config.xml")" "$(wc -c <"$d/config.xml")"
  [ ! -e "$d/config.xml.rejected" ] || fail "$1 left a config.xml.rejected"
}

# expect_commits N WHAT COMMAND...  Whatever its exit status, N reconfigurations.
expect_commits () {
  wanted=$1 what=$2
  shift 2
  before=$(stat_of "$mnt" request.ReconfigVM_Task)
  "$@" || status_of=$?
  expect_eq "reconfigurations by $what" $(($(stat_of "$mnt" request.ReconfigVM_Task) - before)) "$wanted"
}
