#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/content/test-content-session.sh - an administrator's day with files: an image up and into a
# drive, a log down, a template in, a machine out and in again, disks to other programs, copies
# and moves; and servers that go away meanwhile
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires qemu-img "$PYTHON"

start_vcsim -vm 2 -ds 2
mount_hvfs "$(vcsim_uri vpx)" "$mnt" -o content,allow_delete,spool="$tmp"
host=$mnt/datacenters/DC0/hosts/DC0_H0/domains
vm=$host/DC0_H0_VM0 P=$mnt/datacenters/DC0/datastores/LocalDS_0 Q=$mnt/datacenters/DC0/datastores/LocalDS_1
root=$(sed -n 's/^url=//p' "$P/info")
head -c 6000000 /dev/urandom >"$tmp/x.iso"
cd "$mnt"

# An image goes up, and into the drive of a machine, by either file.
mkdir "$P/files/iso"
cp "$tmp/x.iso" "$P/files/iso/"
cmp "$tmp/x.iso" "$root/iso/x.iso"
echo "$P/files/iso/x.iso" >"$vm/media"
expect_eq 'media' "$(cat "$vm/media")" '[LocalDS_0] iso/x.iso'
grep -q "<source file='\[LocalDS_0\] iso/x.iso'/>" "$vm/config.xml" || fail 'the drive has no image'
echo empty >"$vm/media"
# A log comes down.
printf 'a line\n' >"$root/DC0_H0_VM0/vmware.log"
await exists "$P/files/DC0_H0_VM0/vmware.log"
cp "$P/files/DC0_H0_VM0/vmware.log" "$tmp/"
expect_eq 'log' "$(cat "$tmp/vmware.log")" 'a line'

# A machine goes out, and comes back as an archive and as it went out.
echo off >"$vm/state"
head -c 3000000 /dev/urandom | dd of="$root/DC0_H0_VM0/DC0_H0_VM0-flat.vmdk" bs=1M seek=5 conv=notrunc status=none
cp -r "$vm/export" "$tmp/web01"
(cd "$tmp/web01" && tar -cf "$tmp/web01.ova" ./*.ovf ./*.mf ./*.vmdk --transform 's|^\./||')
mkdir "$host/web01"
cp "$tmp/web01.ova" "$host/web01/"
expect_eq 'template' "$(cat "$host/web01/state")" off
mv "$tmp/web01" "$tmp/web02"
cp -r "$tmp/web02" "$host/"
expect_eq 'restored' "$(cat "$host/web02/state")" off

# A disk for another hypervisor; and a snapshot's while the machine runs.
sed -i "s|^    <video>|    <disk type='file' device='disk'><source file='[LocalDS_0] DC0_H0_VM0/two.vmdk'/><capacity unit='MiB'>24</capacity><target dev='sdb' bus='scsi'/></disk>\n&|" \
  "$vm/config.xml" || fail "a second disk: $(cat "$vm/error")"
flat=$root/DC0_H0_VM0/two-flat.vmdk
head -c 3000000 /dev/urandom | dd of="$flat" bs=1M seek=5 conv=notrunc status=none
qemu-img convert -f raw -O qcow2 "$vm/disks/sdb/raw" "$tmp/web.qcow2"
qemu-img compare -q -f qcow2 -F raw "$tmp/web.qcow2" "$flat"
cp "$flat" "$tmp/before"
echo running >"$vm/state"
if head -c 1 "$vm/disks/sdb/raw" 2>/dev/null; then fail 'a disk that is written to is read'; fi
mkdir "$vm/snapshots/b"
cmp "$vm/snapshots/b/disks/sdb/raw" "$tmp/before"
echo b >"$vm/snapshots/delete"

# Copies and moves are the server's own.
before=$(sed -n 's/^request.GET=//p' .hvfs/stats)
cp "$P/files/iso/x.iso" "$Q/files/y.iso"
cmp "$tmp/x.iso" "$(sed -n 's/^url=//p' "$Q/info")/y.iso"
mv "$Q/files/y.iso" "$P/files/iso/z.iso"
cmp "$tmp/x.iso" "$root/iso/z.iso"
expect_eq 'bytes that came here' "$(sed -n 's/^request.GET=//p' .hvfs/stats)" "$before"
df "$P/files" >/dev/null
rm -r "$P/files/iso"
[ ! -e "$root/iso" ] || fail 'rm -r'

# Who reads when the server goes away goes on when it is back: the same bytes.
head -c 40000000 /dev/urandom >"$root/long"
await exists "$P/files/long"
"$PYTHON" - "$P/files/long" "$root/long" "$vcsim_control" "$mnt/.hvfs/status" <<'END'
import functools, sys, threading
import simulator
name, stored, control, status = sys.argv[1:]
tell = functools.partial(simulator.control, control)
file = open(name, "rb", buffering=0)
got = [file.read(1 << 20)]
tell("/down")
def rest():
    while True:
        piece = file.read(1 << 20)
        if not piece:
            return
        got.append(piece)
reader = threading.Thread(target=rest)
reader.start()
while "state=connected\n" in open(status).read():
    pass
assert reader.is_alive()
tell("/up")
reader.join()
assert b"".join(got) == open(stored, "rb").read()
END

# Ctrl-C: long before a server that is silent is given up, and nothing stays of what went up.
interrupt () { # the process $pid, which waits for the server
  start=$(date +%s)
  kill -INT "$pid"
  wait "$pid" || :
  took=$(($(date +%s) - start))
  [ "$took" -lt 15 ] || fail "it ended $took s after it was interrupted"
}
# program TEXT ARGUMENT...  In the background, where a shell has it ignore Ctrl-C.
program () {
  "$PYTHON" -c "import signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
$1" "$2" "$3" &
  pid=$!
}
control POST '/fail?method=GET%20/folder&what=silent&times=0' >/dev/null
control POST /reset >/dev/null
program 'open(sys.argv[1], "rb").read()' "$P/files/long" none
asked () { [ "$(vcsim_requests 'GET /folder')" -gt 0 ]; }
await asked
interrupt
control POST /heal >/dev/null
control POST '/fail?method=PUT%20/folder&what=stall&bytes=10000000' >/dev/null
program 'open(sys.argv[2], "wb").write(open(sys.argv[1], "rb").read())' "$root/long" "$P/files/up"
goes_up () { [ -n "$(find "$root" -name '.hvfs-*' -size +1000k)" ]; }
await goes_up
interrupt
await missing "$P/files/up"
[ -z "$(find "$root" -name '.hvfs-*')" ] || fail 'a part is left'
control POST /heal >/dev/null
cd /
unmount_hvfs
