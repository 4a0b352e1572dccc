#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/mount/test-mount-pieces.sh - in which pieces the kernel reads: small ones where all files are
# small, for it lays out memory for each whole; large ones with -o content; long texts come whole
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires_fuse
requires "$PYTHON"

start_vcsim -cluster 0 -standalone 1 -vm 300

# How many pages of a buffer of 128 KiB are touched to read FILE, and the text.
touched () {
  "$PYTHON" - "$1" <<'END'
import mmap, os, resource, sys
buffer = mmap.mmap(-1, 128 << 10, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
buffer.madvise(mmap.MADV_NOHUGEPAGE)
fd = os.open(sys.argv[1], os.O_RDONLY)
faults = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_minflt
before = faults()
n = os.readv(fd, [buffer])
took = faults() - before
print(took, buffer[:n].decode())
END
}

mount_hvfs "$(vcsim_uri vpx)" "$mnt" -o content
! awk -v mnt="$mnt" '$2 == mnt { print $4 }' /proc/mounts | grep -q max_read || fail 'small pieces with -o content'
cat "$mnt/inventory" >"$tmp/large"
unmount_hvfs

mount_hvfs "$(vcsim_uri vpx)" "$mnt"
read -r pages state <<END
$(touched "$mnt/by-name/DC0_H0_VM0/state")
END
expect_eq 'state' "$state" running
[ "$pages" -le 10 ] || fail "$pages pages are touched for 'running'"

# A text of several pieces.
cat "$mnt/inventory" >"$tmp/whole"
cmp "$tmp/large" "$tmp/whole"
size=$(stat -c %s "$tmp/whole")
[ "$size" -gt 50000 ] || fail "no long text: $size bytes"
expect_eq 'the size' "$(stat -c %s "$mnt/inventory")" "$size"
for bs in 1000 4096 16384 16385 100000 1000000; do
  dd if="$mnt/inventory" of="$tmp/again" bs=$bs status=none
  cmp "$tmp/whole" "$tmp/again"
done
tail -c 20000 "$tmp/whole" >"$tmp/end"
tail -c 20000 "$mnt/inventory" | cmp - "$tmp/end"

# What is there of a stream is given at once, also where it ends with a piece: the kernel, which has
# got as much as it asked for, asks for more before it gives that to the reader.
timeout 60 "$PYTHON" - "$mnt" "$tests_dir/lib/write.py" <<'END' || fail 'a reader of events waits'
import glob, os, subprocess, sys
file = os.open(sys.argv[1] + '/events', os.O_RDONLY)
subprocess.check_call([sys.executable, sys.argv[2], 'off', *glob.glob(sys.argv[1] + '/by-name/*/state')],
                      stdout=subprocess.DEVNULL)
text = b''
while len(text) < 2 * 16384:
    text += os.read(file, 1 << 20)
for n in (1, 2, 16383, 16384, 16385, 32767, 32768):
    some, at = b'', len(text) - n
    while len(some) < n:
        some += os.pread(file, 1 << 17, at + len(some))
    assert some == text[at:], n
END
