#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/content/test-content-faults.sh - a file of a datastore is read whole and right, or not at all,
# whatever happens to the connections meanwhile
. "${srcdir:-$(dirname "$0")/..}/functions.sh"

start_vcsim -vm 1
mount_hvfs "$(vcsim_uri vpx)" "$mnt" -o content,timeout=3
files=$mnt/datacenters/DC0/datastores/LocalDS_0/files
root=$(sed -n 's/^url=//p' "$files/../info")
head -c 3000000 /dev/urandom >"$root/a.iso"
printf 'text\n' >"$root/b.log"
await exists "$files/a.iso"

whole () {
  cp "$files/a.iso" "$tmp/copy" || fail "$1: cannot be read"
  cmp "$tmp/copy" "$root/a.iso" || fail "$1: other bytes"
}
# refused WHAT FILE: an error, and not a byte that is wrong
refused () {
  if cat "$files/$2" >"$tmp/out" 2>"$tmp/err"; then fail "$1: read with success"; fi
  cmp -n "$(stat -c %s "$tmp/out")" "$tmp/out" "$root/$2" || fail "$1: wrong bytes"
}
break_it () {
  control POST "/fail?method=GET%20/folder&what=$1" >/dev/null
}

# What passes by is taken up where it was.
break_it drop && whole 'a connection that breaks at once'
break_it half && whole 'in the middle'
break_it 'half&n=2&times=1' && whole 'in the next part'
control POST /expire >/dev/null && whole 'a session that ended'
break_it 503 && whole 'too many'
break_it 'slow&ms=300' && whole 'slow'

# What stays is an error.
for what in half 500 html empty truncate; do
  break_it "$what&times=0"
  refused "$what" a.iso
  [ "$what" = half ] || refused "$what" b.log
  control POST /heal >/dev/null
  whole "after $what"
done
grep -q 'a.iso: read.*HTTP\|a.iso: read' "$mnt/.hvfs/errors" || fail "errors: $(cat "$mnt/.hvfs/errors")"

# A listing that cannot be had is an error, too.
control POST '/fail?method=SearchDatastore_Task&what=fault&fault=InaccessibleDatastore&message=No%20host%20sees%20it.&times=0' >/dev/null
mkdir "$root/new"
listing_fails () { ! ls "$files" >/dev/null 2>"$tmp/err"; }
await listing_fails
grep -q 'No host sees it' "$mnt/.hvfs/errors" || fail "errors: $(cat "$mnt/.hvfs/errors")"
control POST /heal >/dev/null
await exists "$files/new"

# Who gives up need not wait, and harms nobody.
control POST '/fail?method=GET%20/folder&what=silent&times=1' >/dev/null
cat "$files/a.iso" >/dev/null 2>&1 &
pid=$!
await test "$(control GET /rules | grep -c silent)" -ge 0
kill -INT "$pid" 2>/dev/null || :
end_process "$pid" || :
control POST /heal >/dev/null
whole 'after who gave up'

# A server that goes: EIO, and all is there again with it.
exec 7<"$files/a.iso"
head -c 10 <&7 >/dev/null
control POST /down >/dev/null
if cat <&7 >/dev/null 2>"$tmp/err"; then fail 'a lost server: read with success'; fi
await status_is lost
control POST /up >/dev/null
exec 7<&-
listed () { ls "$files" >/dev/null 2>&1; }
await listed
whole 'after the server came back'
unmount_hvfs
