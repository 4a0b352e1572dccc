#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/mount/test-mount-refused.sh - a password that has worked and is refused is tried again later,
# at once when its file changes or SIGHUP comes, and the status says so
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
start_vcsim -vm 1
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
state=$mnt/by-name/DC0_H0_VM0/state
next_login () { sed -n 's/^next-login=//p' "$mnt/.hvfs/status"; }
logins_are () { [ "$(vcsim_requests Login)" -ge "$1" ]; }
# after COMMAND...  It is followed by a login.  On a slow machine the next attempt in time may
# come before, so what counts is how many there were just before the command.
after () {
  logins=$(vcsim_requests Login)
  "$@"
  await logins_are $((logins + 1))
}
new_password () {
  printf '%s\n' "$1" >"$tmp/password.new"
  mv "$tmp/password.new" "$tmp/password"
}
refuse () {
  control POST /reset >/dev/null
  control POST "/fail?what=fault&method=Login&fault=InvalidLogin&times=$1" >/dev/null
  control POST /expire >/dev/null
  control POST /cut >/dev/null
}
expect_eq 'the next login' "$(next_login)" ''

# One refusal, and the same password is right again: nobody has to do anything.
refuse 1
await status_is lost
next_login | grep -qx '....-..-..T..:..:..Z' || fail "it does not say when: $(cat "$mnt/.hvfs/status")"
grep -q "^reason=.*tried again at $(next_login), and at once when $tmp/password changes, or at SIGHUP" \
  "$mnt/.hvfs/status" || fail "it does not say why: $(cat "$mnt/.hvfs/status")"
expect_failure 'Input/output error' cat "$state"
await status_is connected
expect_eq logins "$(vcsim_requests Login)" 2
cat "$state" >/dev/null
expect_eq 'the next login' "$(next_login)" ''

# Refused for good: each reason to try again is one attempt.
refuse 0
await logins_are 1
await status_is lost
after kill -HUP "$hvfs_pid"
after new_password 'pass word'
after kill -HUP "$hvfs_pid"
# A password that has never worked is tried once.
after new_password another
await grep -qx next-login= "$mnt/.hvfs/status"
grep -q '^reason=.*not tried again' "$mnt/.hvfs/status" || fail "it says $(cat "$mnt/.hvfs/status")"
logins=$(vcsim_requests Login)
control POST /heal >/dev/null
status_is lost || fail 'it tried a refused password'
new_password 'pass word'
await status_is connected
expect_eq logins "$(vcsim_requests Login)" $((logins + 1))
cat "$state" >/dev/null
unmount_hvfs
