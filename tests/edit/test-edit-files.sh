#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/edit/test-edit-files.sh - what is beside config.xml, who wins of two writers, and
# that nothing that walks and deletes harms a domain
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"
. "$tests_dir/lib/edit.sh"

mount_domains
cd "$d"

# --- files and links of any name
printf 'one\ntwo\n' >notes
expect_eq 'a file' "$(cat notes)" "$(printf 'one\ntwo')"
printf 'three\n' >>notes
expect_eq 'its size' "$(stat -c %s notes)" 14
chmod 600 notes
expect_eq 'its mode' "$(stat -c %a notes)" 600
touch -d '2020-02-02 02:02:02 UTC' notes
expect_eq 'its time' "$(stat -c %Y notes)" 1580608922
mv notes other
[ ! -e notes ] || fail 'notes is still there'
expect_eq 'a file, renamed' "$(wc -l <other)" 3
truncate -s 3 other
expect_eq 'a file, cut' "$(cat other)" one
ln -s user@host.123 '.#config.xml'
expect_eq 'a link' "$(readlink '.#config.xml')" user@host.123
# shellcheck disable=SC2012
expect_eq 'the listing' "$(ls -A | grep -cxE 'other|.#config.xml')" 2
exec 3<other
rm other '.#config.xml'
expect_eq 'a file removed while it is open' "$(cat <&3)" one
exec 3<&-
[ ! -e other ] || fail 'other is still there'
expect_eq 'requests' "$(stat_of "$mnt" request.ReconfigVM_Task)" 0

# --- what is the domain's own stays
for name_of in state uuid memory destroy annotation; do
  expect_failure 'Operation not permitted' rm -f "$name_of"
  expect_failure 'Operation not permitted' mv "$name_of" elsewhere
  echo x >mine
  [ $name_of = annotation ] || expect_failure 'Operation not permitted' mv -f mine "$name_of"
done
expect_failure 'Operation not permitted' mkdir dir
expect_failure 'Operation not permitted' ln mine hard
expect_failure 'Invalid cross-device link' "$PYTHON" -c 'import os, sys
try: os.rename("mine", sys.argv[1])
except OSError as e: sys.exit(e.strerror)' "$other/mine"
rm mine

# --- who reads a long one slowly reads what it was when he opened it
was=$(cat annotation)
vim call "$name" ReconfigVM_Task "{\"spec\": {\"annotation\": \"$(seq -s ' ' 2000)\"}}" >"$tmp/out"
await grep -q ' 2000<' config.xml
cp config.xml "$tmp/long.xml"
exec 3<config.xml
dd bs=3000 count=1 of="$tmp/slow.xml" status=none <&3
vim call "$name" ReconfigVM_Task "{\"spec\": {\"annotation\": \"$was\"}}" >"$tmp/out"
await grep -q ">$was<" config.xml
cat <&3 >>"$tmp/slow.xml"
exec 3<&-
cmp "$tmp/slow.xml" "$tmp/long.xml" || fail 'what was read is no config.xml that there was'

# --- config.xml may go, and comes back
cp config.xml "$tmp/good.xml"
inode=$(stat -c %i config.xml)
rm config.xml
[ ! -e config.xml ] || fail 'config.xml is still there'
await test -e config.xml
cmp config.xml "$tmp/good.xml" || fail 'config.xml came back as another'
[ "$(stat -c %i config.xml)" != "$inode" ] || fail 'config.xml came back as the same file'
mv config.xml backup
cmp backup "$tmp/good.xml" || fail 'the backup is not what config.xml was'
mv backup config.xml
cmp config.xml "$tmp/good.xml" || fail 'config.xml put back is another'
! (cd "$mnt" && rm -rf "$d") 2>/dev/null || fail 'a domain can be removed'
[ -e state ] || fail 'state is gone'
await test -e config.xml
expect_eq 'still requests' "$(stat_of "$mnt" request.ReconfigVM_Task)" 0

# --- opened and closed, emptied, touched: nothing
touch config.xml
: >config.xml
cmp config.xml "$tmp/good.xml" || fail 'an emptied file changed the domain'
expect_failure 'Invalid argument' truncate -s 0 config.xml
await grep -q 'empty' error
cmp config.xml "$tmp/good.xml" || fail 'a truncated file changed the domain'
expect_eq 'the size after that' "$(stat -c %s config.xml)" "$(wc -c <"$tmp/good.xml")"
expect_eq 'yet requests' "$(stat_of "$mnt" request.ReconfigVM_Task)" 0

# --- what restores times, modes and owners that are there already may, as rsync -a does
before=$(stat -c %.Y .)
touch . snapshots .. state
chmod 755 . snapshots
chmod 644 state annotation
chmod 664 state annotation config.xml
expect_eq 'modes' "$(stat -c %a state annotation config.xml | tr '\n' ' ')" '644 644 644 '
chown "$(stat -c %u:%g state)" . state annotation
expect_eq 'the time of a directory' "$(stat -c %.Y .)" "$before"
for command in 'chmod 700 .' 'chmod 600 state' 'chmod 600 annotation' 'chown 1:1 state' 'chown 1 .'; do
  # shellcheck disable=SC2086
  expect_failure 'Operation not permitted' $command
done
mkdir "$tmp/backup"
cp config.xml "$tmp/backup"
chmod 755 "$tmp/backup"
chmod 644 "$tmp/backup/config.xml"
tar -C "$tmp/backup" -cf - . | tar -xf - || fail 'tar of a directory with config.xml'
expect_eq 'requests after all' "$(stat_of "$mnt" request.ReconfigVM_Task)" 0

# --- two writers: one wins, the other hears of it, and there is no mixture
describe_edit
"$PYTHON" - "$kib" <<'END' || fail 'two writers'
import errno, os, sys

def begin(kib):
    f = os.open('config.xml', os.O_RDWR)
    text = os.read(f, 1 << 20).replace(sys.argv[1].encode(), kib)
    os.ftruncate(f, 0)
    os.pwrite(f, text, 0)
    return f

a, b = begin(b'1048576'), begin(b'524288')
os.fsync(b)
try:
    os.fsync(a)
    sys.exit('the second writer wins as well')
except OSError as e:
    assert e.errno == errno.ESTALE, e
os.close(b)
assert open('memory').read() == '524288\n'
try:
    os.close(a)
    sys.exit('closing says nothing')
except OSError as e:
    assert e.errno == errno.ESTALE, e
assert b'524288' in open('config.xml', 'rb').read()
END
grep -q 1048576 config.xml.rejected || fail 'the text that lost is not in config.xml.rejected'
expect_eq 'reconfigurations by two' "$(stat_of "$mnt" request.ReconfigVM_Task)" 1

# --- the text that was refused is mended and put in its place
sed 's/524288/many/' config.xml >bad.xml
expect_failure 'Bad message' mv bad.xml config.xml
sed -i 's/many/524288/; s/machine [0-9]*/mended/' config.xml.rejected
mv config.xml.rejected config.xml
expect_eq 'a text that was mended' "$(cat annotation)" 'mended of the model'
[ ! -e config.xml.rejected ] || fail 'config.xml.rejected is still there'
expect_eq 'its size' "$(stat -c %s config.xml)" "$(wc -c <config.xml)"
rm bad.xml

# --- a change by others is seen at once, and who began before it is refused
sed 's/524288/262144/g' config.xml >begun.xml
vim call "$name" ReconfigVM_Task '{"spec": {"memoryMB": 128}}' >"$tmp/out"
await grep -q 131072 config.xml
expect_failure 'Stale file handle' mv begun.xml config.xml
expect_eq 'the size now' "$(stat -c %s config.xml)" "$(wc -c <config.xml)"
expect_eq 'lines about it in the log' "$(grep -c 'the configuration was changed on the server meanwhile' "$hvfs_log")" 2

# --- whoever writes about a domain that is gone is told so
mkfifo "$tmp/go"
cat >"$tmp/late.py" <<'END'
import errno, os, sys
def stale(call, *args):
    try:
        call(*args)
        sys.exit('%s says nothing' % call.__name__)
    except OSError as e:
        assert e.errno == errno.ESTALE, e
fd, later = os.open('config.xml', os.O_RDWR), os.open('config.xml', os.O_RDWR)
text = os.read(fd, 1 << 20)
os.pwrite(fd, text.replace(b'131072', b'262144'), 0)
with open(sys.argv[1]) as go:
    go.read()
stale(os.fsync, fd)
stale(os.close, fd)
stale(os.write, later, text)
END
"$PYTHON" "$tmp/late.py" "$tmp/go" &
late=$!
exec 3>"$tmp/go" # when the other side opens it
vim call "$name" Destroy_Task >"$tmp/out"
is_gone_from_tree () { [ ! -e "$mnt/by-name/$name" ]; }
await is_gone_from_tree
exec 3>&-
wait "$late" || fail 'the writer to a domain that is gone'
cd /
unmount_hvfs
