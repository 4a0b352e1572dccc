# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# tests/lib/crash.sh - what tests of a server that is killed need beside functions.sh, ops.sh
# and edit.sh; sourced by them

# mount_to_crash  As mount_domains; sets $domains too, where domains are made.
mount_to_crash () {
  requires timeout
  requires_vim
  start_vcsim -vm 2
  mount_hvfs "$(vcsim_uri vpx)" "$mnt" -o timeout=6
  # shellcheck disable=SC2034
  name=DC0_C0_RP0_VM0
  d=$(cd "$mnt/by-name/DC0_C0_RP0_VM0" && pwd -P)
  # shellcheck disable=SC2034
  domains=${d%/*}
  echo off >"$d/state"
}

# crash METHOD WHEN  The server dies there; its task takes no time where it is to end.
crash () {
  case $2 in done | ended) ms=0 ;; *) ms=600000 ;; esac
  control POST /task-time --data-urlencode "method=$1" -d "ms=$ms" >/dev/null
  control POST /fail --data-urlencode "what=crash" --data-urlencode "method=$1" -d "when=$2" >/dev/null
}

# attempt COMMAND...  In the background, until the server has died; it comes back at
# once, or with $stay_down when the writer has been told.  Sets $status_of.
attempt () {
  timeout 60 "$@" >"$tmp/out" 2>"$tmp/err" &
  writer=$!
  await status_is lost
  if [ -z "$stay_down" ]; then control POST /up >/dev/null; fi
  status_of=0
  wait "$writer" || status_of=$?
  if [ -n "$stay_down" ]; then control POST /up >/dev/null; fi
  control POST /heal >/dev/null
  control POST '/task-time?ms=0' >/dev/null
  await status_is connected
  [ "$status_of" != 124 ] || fail "$* hangs"
}
