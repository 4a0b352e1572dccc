#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/service/test-mount-autofs.sh - Debian's autofs mounts what the example map says when it is
# looked at, and unmounts it
#
# In a name space of our own, as test-mount-helper.sh.
if [ -z "${HVFS_UNSHARED-}" ]; then
  unshare -m --propagation private true 2>/dev/null || {
    echo 'SKIP: no mount namespaces for this user, or in a chroot'
    exit 77
  }
  HVFS_UNSHARED=1 exec unshare -m --propagation private "$0"
fi
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires_fuse
# No package of the tests, because it would start a daemon of the machine's.
if ! command -v automount >/dev/null; then skip 'autofs is missing'; fi
if pgrep -x automount >/dev/null; then skip 'an autofs runs already'; fi
[ -w /dev/autofs ] || skip 'no /dev/autofs'

mount -t tmpfs hvfs-test /usr/local/sbin
ln -s "$HVFS" /usr/local/sbin/hvfs
start_vcsim -vm 1 -cluster 0
uri=$(vcsim_uri vpx)
mkdir -p "$tmp/config/hvfs"
printf '[lab]\nuri=%s\n' "$uri" >"$tmp/config/hvfs/hvfs.conf"

# The example, with a server of ours; its colons are written as the map says.
sed "s|esx[^ ]*//root@esx1.example.com/|${uri//:/\\\\:}|; s|=/etc/hvfs/esx1.password|=$tmp/password|" \
  "$tests_dir/../examples/auto.hvfs" >"$tmp/auto.hvfs"
echo "$tmp/auto $tmp/auto.hvfs --timeout=3600" >"$tmp/auto.master"
# Of a process group of its own: what is in its group does not trigger a mount.
setsid automount -f -p "$tmp/automount.pid" "$tmp/auto.master" >"$tmp/automount.log" 2>&1 &
automount=$!
at_exit () { ! kill "$automount" 2>/dev/null || wait "$automount" 2>/dev/null || :; }
await mountpoint -q "$tmp/auto"

for name in lab esx1; do
  await exists "$tmp/auto/$name/by-name/DC0_H0_VM0"
  expect_eq "the type of $name" "$(awk -v at="$tmp/auto/$name" '$2 == at { print $3, substr ($4, 1, 2) }' /proc/mounts)" 'fuse.hvfs ro'
done
kill "$automount"
wait "$automount" || fail "automount: status $?"
! grep -q "$tmp/auto" /proc/mounts || fail "$(grep "$tmp/auto" /proc/mounts)"
