#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/content/test-content-leftover.sh - the part of a file that a mount leaves which is killed
# is removed by the next one; that of a mount that lives is not, nor anything else
. "${srcdir:-$(dirname "$0")/..}/functions.sh"

start_vcsim -vm 1
spool=$tmp/spool
mkdir "$spool" "$tmp/mnt2"
options=content,allow_delete,spool=$spool
below=datacenters/DC0/datastores/LocalDS_0/files
mount_hvfs "$(vcsim_uri vpx)" "$mnt" -o "$options"
root=$(sed -n 's/^url=//p' "$mnt/$below/../info")
head -c 30000000 /dev/urandom >"$tmp/iso"

parts () { find "$root" -name '.hvfs-*' | wc -l; }
notes () { find "$spool" -name 'hvfs-part-*' | wc -l; }
has () { [ "$(parts)" = "$1" ] && [ "$(notes)" = "$2" ]; }
# send FILE  All but the end, and that when $tmp/go is there.
send () {
  (
    head -c 20000000 "$tmp/iso"
    until [ -e "$tmp/go" ]; do sleep 0.02; done
    tail -c +20000001 "$tmp/iso"
  ) | dd of="$1" bs=1M status=none
}
goes_up () { [ "$(find "$root" -name '.hvfs-*' -size +1000k | wc -l)" = "$1" ]; }
# kill_hvfs  It leaves what it was doing.
kill_hvfs () {
  kill -KILL "$hvfs_pid"
  wait "$hvfs_pid" 2>/dev/null || :
  fusermount3 -uz "$hvfs_mnt"
  mounts=$(echo "$mounts" | sed "s|$hvfs_pid:[^ ]* *||")
}

# What is stored leaves nothing behind.
cp "$tmp/iso" "$mnt/$below/a.iso"
cp "$tmp/password" "$mnt/$below/small"
cp "$mnt/$below/a.iso" "$mnt/$below/copy.iso"
has 0 0 || fail "stored: $(parts) parts, $(notes) notes"

# Two mounts send; one of them is killed.
mkdir "$root/dir [1]"
await exists "$mnt/$below/dir [1]"
send "$mnt/$below/dir [1]/b 100%.iso" 2>/dev/null &
dead=$!
await goes_up 1
living_pid=$hvfs_pid
mount_hvfs "$(vcsim_uri vpx)" "$tmp/mnt2" -o "$options"
has 1 1 || fail 'another mount touches what is on its way'
send "$tmp/mnt2/$below/c.iso" &
living=$!
await goes_up 2
two=$hvfs_pid hvfs_pid=$living_pid hvfs_mnt=$mnt
kill_hvfs
has 2 2 || fail "killed: $(parts) parts, $(notes) notes"

# Notes that are another server's, or say something else, are left alone; so are all in a mount
# without content, and in one with another directory for them.
of_dead=$(grep -l '^path=dir ' "$spool"/hvfs-part-*)
sed 's|^server=.*|server=another|' "$of_dead" >"$spool/hvfs-part-other"
sed 's|^path=.*|path=a.iso|' "$of_dead" >"$spool/hvfs-part-named"
sed 's|^path=.*|path=../.hvfs-0000000000000000.part/a.iso|' "$of_dead" >"$spool/hvfs-part-below"
printf '[part]\nserver=x\n' >"$spool/hvfs-part-broken"
: >"$spool/hvfs-part-empty"
ln -s "$of_dead" "$spool/hvfs-part-link"
mkfifo "$spool/hvfs-part-fifo"
mkdir "$tmp/mnt3" "$tmp/elsewhere"
mount_hvfs "$(vcsim_uri vpx)" "$tmp/mnt3"
unmount_hvfs
mount_hvfs "$(vcsim_uri vpx)" "$tmp/mnt3" -o "content,spool=$tmp/elsewhere"
ls "$tmp/mnt3/$below" >/dev/null
unmount_hvfs
expect_eq 'parts' "$(parts)" 2
[ -e "$of_dead" ] || fail 'its note is gone'

# The next one removes what is left, and that alone.
mount_hvfs "$(vcsim_uri vpx)" "$tmp/mnt3" -o "content,spool=$spool"
await has 1 8
grep -q 'dir \[1\]/.hvfs-.*a mount that is gone has left this' "$hvfs_log" || fail "log: $(cat "$hvfs_log")"
for name in other named below broken; do
  [ -s "$spool/hvfs-part-$name" ] || fail "$name: the note is gone"
done
cmp "$tmp/iso" "$root/a.iso"
unmount_hvfs
# What the other mount sends arrives.
touch "$tmp/go"
wait "$dead" || :
wait "$living" || fail 'the mount that lives cannot store its file'
cmp "$tmp/iso" "$root/c.iso"
expect_eq 'parts' "$(parts)" 0
unmount_hvfs "$tmp/mnt2" "$two"
