#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/content/test-content-read.sh - files of datastores are listed and read, byte for byte, and only
# in a mount with -o content
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires rsync

start_vcsim -vm 1 -ds 2
control POST "/set?object=LocalDS_1&path=name&value=my%20ds%20%26%20%2B%20%C3%A4" >/dev/null
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
[ ! -e "$mnt/datacenters/DC0/datastores/LocalDS_0/files" ] || fail 'files is there without -o content'
root=$(sed -n 's/^url=//p' "$mnt/datacenters/DC0/datastores/LocalDS_0/info")
odd=$(sed -n 's/^url=//p' "$mnt/datacenters/DC0/datastores/my ds & + ä/info")
unmount_hvfs
mkdir "$root/iso" "$root/iso/deep" "$odd/dir [1]"
head -c 9000001 /dev/urandom >"$root/iso/big.iso"
printf 'a line\n' >"$root/iso/deep/100% + & [x] ü #1?.log"
: >"$root/iso/empty"
printf 'odd\n' >"$odd/dir [1]/a b"
long=$(printf 'n%.0s' $(seq 200))
echo long >"$root/iso/$long"

mount_hvfs "$(vcsim_uri vpx)" "$mnt" -o content
stores=$mnt/datacenters/DC0/datastores
files=$stores/LocalDS_0/files

# A directory costs one search, once for all that follows within seconds, and its browser.
ls "$files" >/dev/null
expect_requests "$mnt" 1 ls -l "$files/iso"
expect_requests "$mnt" 0 ls -l "$files/iso"
expect_eq 'size' "$(stat -c %s "$files/iso/big.iso")" 9000001
expect_eq 'time' "$(stat -c %Y "$files/iso/big.iso")" "$(stat -c %Y "$root/iso/big.iso")"
expect_eq 'names' "$(cd "$files" && find . -type f | sort)" "$(cd "$root" && find . -type f | sort)"
[ ! -e "$files/iso/none" ] || fail 'what is not there is'
expect_eq 'sizes' "$(cd "$files" && find iso -type f -printf '%s %P\n' | sort)" \
  "$(cd "$root" && find iso -type f -printf '%s %P\n' | sort)"

# Who walks through directories has those beside them, and below, with one search more.
for i in $(seq 40); do
  mkdir -p "$root/walk/$i/below"
  touch "$root/walk/$i/a file" "$root/walk/$i/below/b"
done
searches () { sed -n 's/^request.SearchDatastore_Task=//p' "$mnt/.hvfs/stats"; }
await exists "$files/walk"
before=$(searches)
expect_eq 'a walk' "$(cd "$files" && find walk | sort)" "$(cd "$root" && find walk | sort)"
[ "$(searches)" -lt $((before + 40)) ] || fail "81 directories cost $(($(searches) - before)) searches"
rm -r "$root/walk/17" && : >"$root/walk/18/new"
changed () { [ ! -e "$files/walk/17" ] && [ -e "$files/walk/18/new" ]; }
await changed
expect_eq 'another walk' "$(cd "$files" && find walk | sort)" "$(cd "$root" && find walk | sort)"

# Whole, by pieces, at any place.
cmp "$files/iso/big.iso" "$root/iso/big.iso"
expect_eq 'md5sum' "$(md5sum <"$files/iso/big.iso")" "$(md5sum <"$root/iso/big.iso")"
expect_eq 'dd' "$(dd if="$files/iso/big.iso" bs=4096 skip=1234 count=3 status=none | md5sum)" \
  "$(dd if="$root/iso/big.iso" bs=4096 skip=1234 count=3 status=none | md5sum)"
expect_eq 'tail' "$(tail -c 5 "$files/iso/big.iso" | md5sum)" "$(tail -c 5 "$root/iso/big.iso" | md5sum)"
expect_eq 'empty' "$(wc -c <"$files/iso/empty")" 0
cp "$files/iso/big.iso" "$tmp/copy"
cmp "$tmp/copy" "$root/iso/big.iso"
before=$(stat_of "$mnt" request.GET)
"$PYTHON" - "$files/iso/big.iso" "$root/iso/big.iso" <<'END'
import os, random, sys
ours, theirs = (os.open(name, os.O_RDONLY) for name in sys.argv[1:])
for _ in range(20):
    at = random.randrange(1, 9000001)
    assert os.pread(ours, 4096, at) == os.pread(theirs, 4096, at), at
END
expect_eq 'requests of 20 places' $(($(stat_of "$mnt" request.GET) - before)) 20

# How often hvfs's threads have gone to sleep; those that end in less than ten seconds do not count.
sleeps () { cat /proc/"$hvfs_pid"/task/*/status 2>/dev/null | awk '/^voluntary_ctxt/ { n += $2 } END { print n }'; }

# A program that reads with several threads, each taking the next piece, as qemu-img convert does.
head -c 67108864 /dev/urandom >"$root/iso/disk.img"
await exists "$files/iso/disk.img"
before=$(stat_of "$mnt" request.GET)
sleeps_before=$(sleeps)
"$PYTHON" - "$files/iso/disk.img" "$root/iso/disk.img" <<'END'
import os, sys, threading
ours, theirs = (os.open(name, os.O_RDONLY) for name in sys.argv[1:])
PIECE = 2 << 20
todo, lock, wrong = iter(range(0, os.fstat(theirs).st_size, PIECE)), threading.Lock(), []
def work():
    while True:
        with lock:
            at = next(todo, None)
        if at is None:
            return
        if os.pread(ours, PIECE, at) != os.pread(theirs, PIECE, at):
            wrong.append(at)
threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert not wrong, wrong
END
# By 4 MiB, but for the first, and for pieces that came before those in front of them: some 20, on
# a slow machine 40.  A range for each read, which has 1 MiB, would be 64 and more.
gets=$(($(stat_of "$mnt" request.GET) - before))
[ "$gets" -lt 60 ] || fail "$gets requests for 64 MiB"
# Each is woken by what it waits for, not by each piece of 16 KiB that comes for any: 5 and 50 sleeps a MiB.
sleeps=$(($(sleeps) - sleeps_before))
[ "$sleeps" -lt $((64 * 20)) ] || fail "hvfs's threads went to sleep $sleeps times in 64 MiB"
rm "$root/iso/disk.img"
await missing "$files/iso/disk.img"

# Two rsyncs: the second sends nothing.
rsync -a "$files/iso" "$tmp/away"
diff -r "$root/iso" "$tmp/away/iso"
rsync -ai "$files/iso" "$tmp/away" >"$tmp/out"
[ ! -s "$tmp/out" ] || fail "rsync sends again: $(cat "$tmp/out")"

# Names that a URL has to encode; those of a datastore once here, twice elsewhere.
expect_eq 'odd name' "$(cat "$files/iso/deep/100% + & [x] ü #1?.log")" 'a line'
expect_eq 'odd datastore' "$(cat "$stores/my ds & + ä/files/dir [1]/a b")" odd
expect_eq 'long name' "$(cat "$files/iso/$long")" long

# What others change is seen within seconds.
echo new >"$root/iso/new"
await exists "$files/iso/new"
rm "$root/iso/new"
await missing "$files/iso/new"
printf 'grows\n' >>"$root/iso/$long"
await grep -q grows "$files/iso/$long"

# Nothing is written yet, nor removed.
expect_failure 'not permitted' sh -c "echo x >'$files/iso/empty'"
expect_failure 'not permitted' rm -f "$files/iso/empty"
unmount_hvfs
