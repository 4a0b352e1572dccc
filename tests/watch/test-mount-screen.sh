#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/watch/test-mount-screen.sh - screenshot.png, console and sendkey of a domain, on a vCenter,
# on a host, and on a server that is too old
. "${srcdir:-$(dirname "$0")/..}/functions.sh"

# png FILE  All of a picture: its chunks, their checksums, every point.
png () {
  "$PYTHON" - "$1" <<'END'
import struct, sys, zlib
data = open(sys.argv[1], "rb").read()
assert data[:8] == b"\x89PNG\r\n\x1a\n", data[:20]
at, points, name = 8, b"", b""
while at < len(data):
    n, name = struct.unpack(">I4s", data[at:at + 8])
    body, (crc,) = data[at + 8:at + 8 + n], struct.unpack(">I", data[at + 8 + n:at + 12 + n])
    assert zlib.crc32(name + body) == crc
    if name == b"IHDR":
        width, height, depth, kind = struct.unpack(">IIBB", body[:10])
    points += body if name == b"IDAT" else b""
    at += 12 + n
assert name == b"IEND"
assert len(zlib.decompress(points)) == height * (1 + width * {2: 3, 6: 4}[kind] * depth // 8)
print(width, height)
END
}
sent () { control GET /keys | tr -d '[]"' | tr ',' '\n'; }
# refused WORDS FILE LINE
refused () {
  echo "$3" >"$tmp/line"
  expect_failure "$1" tee "$2" <"$tmp/line"
}

start_vcsim
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
vm=$mnt/by-name/DC0_H0_VM0

# A vCenter leaves a picture beside the machine, which is fetched and removed.
expect_eq "before it is opened" "$(stat -L -c '%s %A' "$vm/screenshot.png")" "0 -r--r--r--"
cp "$vm/screenshot.png" "$tmp/vm0.png"
expect_eq "a picture" "$(png "$tmp/vm0.png")" "720 400"
cat "$mnt/by-name/DC0_H0_VM1/screenshot.png" >"$tmp/vm1.png"
png "$tmp/vm1.png" >/dev/null
! cmp -s "$tmp/vm0.png" "$tmp/vm1.png" || fail "two machines have one screen"
expect_eq "removed" "$(vcsim_requests DeleteDatastoreFile_Task)" 2
control POST "/fail?what=fault&method=DeleteDatastoreFile_Task&fault=NoPermission&privilege=Datastore.FileManagement" >/dev/null
png "$vm/screenshot.png" >/dev/null
grep -q 'DC0_H0_VM0-3.png stays' "$hvfs_log" || fail "what stays is not said"
control POST "/fail?what=html&method=GET%20/folder" >/dev/null
expect_failure "Input/output error" cat "$vm/screenshot.png"
control POST "/fail?what=fault&method=CreateScreenshot_Task&fault=NoPermission&privilege=VirtualMachine.Interact.CreateScreenshot" >/dev/null
expect_failure "Permission denied" cat "$vm/screenshot.png"
expect_failure "Permission denied" sh -c ": >>'$vm/screenshot.png'"

# Tickets, each good once, and for the owner alone.
expect_eq "modes" "$(stat -L -c %A "$vm/console" "$vm/sendkey" | tr '\n' ' ')" "-r-------- --w------- "
cat "$vm/console" >"$tmp/console"
id=$(cat "$vm/moref")
sed -n 1p "$tmp/console" | grep -qxE "vmrc://clone:[^@]+@127\.0\.0\.1:[0-9]+/\?moid=$id" || fail "$(cat "$tmp/console")"
sed -n 2p "$tmp/console" | grep -qxE 'wss://DC0_H0:443/ticket/[0-9a-f-]+' || fail "$(cat "$tmp/console")"
cat "$vm/console" >"$tmp/console2"
for line in 1 2; do
  [ "$(sed -n ${line}p "$tmp/console")" != "$(sed -n ${line}p "$tmp/console2")" ] || fail "one ticket twice"
done

# Keys: together, alone, as a text; slowly.
for line in "ctrl alt delete" "KEY_LEFTCTRL KEY_LEFTALT KEY_F2" "Enter" "KEY_1" "leftmeta" "shift f13"; do
  echo "$line" >"$vm/sendkey"
done
sent >"$tmp/sent"
cat >"$tmp/wanted" <<'END'
DC0_H0_VM0 leftControl leftAlt 4c
DC0_H0_VM0 leftControl leftAlt 3b
DC0_H0_VM0 28
DC0_H0_VM0 1e
DC0_H0_VM0 e3
DC0_H0_VM0 leftShift 68
END
diff "$tmp/wanted" "$tmp/sent" || fail "keys"
control POST /reset >/dev/null
echo 'text Root 0~/|\ and all the rest, in bits' >"$vm/sendkey"
expect_eq "a text" "$(sent | tail -n +7 | head -n 10 | cut -d ' ' -f 2- | tr '\n' ,)" \
  "leftShift 15,12,12,17,2c,27,leftShift 35,38,leftShift 31,31,"
expect_eq "all of it" "$(sent | tail -n +7 | wc -l)" 36
expect_eq "in bits" "$(vcsim_requests PutUsbScanCodes)" 3
refused "Invalid argument" "$vm/sendkey" "ctrl nokey"
grep -q "'nokey' is no key" "$vm/error" || fail "$(cat "$vm/error")"
refused "Invalid argument" "$vm/sendkey" "a b"
refused "Invalid argument" "$vm/sendkey" "text pässwort"
! grep -q "sswort" "$mnt/.hvfs/errors" || fail "what was typed is in the errors"

# While it is off it has no screen.
echo off >"$vm/state"
expect_failure "Device or resource busy" cat "$vm/screenshot.png"
expect_eq "a console, all the same" "$(cut -d : -f 1 "$vm/console")" vmrc
refused "Device or resource busy" "$vm/sendkey" enter
control POST /down >/dev/null
failed () { ! cat "$vm/console" >/dev/null 2>&1; }
await failed
expect_failure "Input/output error" cat "$vm/console"
unmount_hvfs
stop_vcsim

# A host shows its machines' screens itself.
start_vcsim -esx
mount_hvfs "$(vcsim_uri esx)" "$mnt"
vm=$mnt/domains/ha-host_VM0
expect_eq "of a host" "$(png "$vm/screenshot.png")" "720 400"
expect_eq "without a task" "$(vcsim_requests CreateScreenshot_Task)" 0
sed -n 1p "$vm/console" | grep -qxE "vmrc://user@127\.0\.0\.1:[0-9]+/\?moid=$(cat "$vm/moref")" || fail "$(cat "$vm/console")"
sed -n 2p "$vm/console" | grep -qxE 'wss://127\.0\.0\.1:443/ticket/.+' || fail "$(cat "$vm/console")"
control POST "/fail?what=html&method=GET%20/screen" >/dev/null
expect_eq "another way" "$(png "$vm/screenshot.png")" "720 400"
unmount_hvfs
stop_vcsim

start_vcsim -api 5.5
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
vm=$mnt/by-name/DC0_H0_VM0
expect_eq "no socket" "$(wc -l <"$vm/console")" 1
refused "Operation not supported" "$vm/sendkey" enter
grep -q 'pressing keys.*6\.5' "$vm/error" || fail "$(cat "$vm/error")"
