#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/ops/test-ops-extra.sh - extraconfig: each key a file, written whole, made by set, taken away
# by an empty text; scratch files beside them; what the server keeps for itself
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"
requires_vim

start_vcsim -vm 3
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
vm=DC0_H0_VM0
d=$mnt/by-name/$vm
e=$d/extraconfig

# The value of a key on the server, "none" without it.
value_of () {
  vim get $vm config.extraConfig | "$PYTHON" -c 'import json, sys
print(next((o.get("value", "") for o in json.load(sys.stdin) if o["key"] == sys.argv[1]), "none"))' "$1"
}
key_is () {
  expect_eq "$1, read" "$(cat "$e/$1")" "$2"
  expect_eq "$1, by pyvmomi" "$(value_of "$1")" "$2"
  expect_eq "$1, its size" "$(stat -c %s "$e/$1")" "$(wc -c <"$e/$1")"
}

# ---- reading: one request for all of a machine's, and none where its configuration was read
vim call $vm ReconfigVM_Task '{"spec": {"extraConfig": []}}'
vim call DC0_H0_VM1 ReconfigVM_Task '{"spec": {"annotation": "another"}}'
await grep -q another "$mnt/by-name/DC0_H0_VM1/annotation"
cat "$mnt/by-name/DC0_H0_VM1/config.xml" >"$tmp/xml"
expect_requests "$mnt" 0 find "$mnt/by-name/DC0_H0_VM1/extraconfig/"
expect_requests "$mnt" 1 ls -l "$e"
expect_requests "$mnt" 0 ls -l "$e"
expect_requests "$mnt" 0 test ! -e "$e/none"

# ---- set makes a key, a write changes it: the reconfiguration, and a look at what came of it
expect_requests "$mnt" 2 sh -c "echo 'guestinfo.colour=blue = green' >'$e/set'"
key_is guestinfo.colour 'blue = green'
expect_requests "$mnt" 0 cat "$e/guestinfo.colour"
expect_requests "$mnt" 2 sh -c "echo red >'$e/guestinfo.colour'"
key_is guestinfo.colour red
expect_requests "$mnt" 0 sh -c "echo red >'$e/guestinfo.colour'"
printf 'two\nlines' >"$e/guestinfo.colour"
key_is guestinfo.colour "$(printf 'two\nlines')"
echo three >>"$e/guestinfo.colour"
key_is guestinfo.colour "$(printf 'two\nlines\nthree')"
echo 'a/b%c=1' >"$e/set"
expect_eq 'an odd name' "$(cat "$e/a%2fb%25c")" 1
expect_eq 'the list' "$(cd "$e" && ls a* guestinfo* set)" "$(printf 'a%%2fb%%25c\nguestinfo.colour\nset')"

# ---- an empty text takes it away
: >"$e/a%2fb%25c"
expect_eq 'taken away' "$(value_of a/b%c)" none
missing "$e/a%2fb%25c" || fail 'the file is still there'
! ls "$e" | grep -q a%2fb || fail 'the file is still listed'
echo 'guestinfo.shape=round' >"$e/set"
echo 'guestinfo.shape=' >"$e/set"
expect_eq 'taken away by set' "$(value_of guestinfo.shape)" none

# ---- another client's
vim call $vm ReconfigVM_Task '{"spec": {"extraConfig": [{"key": "x.y", "value": "z"}]}}' 2>/dev/null ||
  control POST /set -d object=$vm -d path=config.extraConfig \
    --data-urlencode 'value=<val xsi:type="OptionValue"><key>x.y</key><value xsi:type="xsd:string">z</value></val><val xsi:type="OptionValue"><key>guestinfo.colour</key><value xsi:type="xsd:string">red</value></val><val xsi:type="OptionValue"><key>scsi0.pciSlotNumber</key><value xsi:type="xsd:string">16</value></val>' >/dev/null
await says "$e/x.y" z
ls "$e" | grep -qx x.y || fail 'what another client made is not listed'

# ---- what is not to be written
expect_eq 'mode of a device' "$(stat -c %a "$e/scsi0.pciSlotNumber")" 444
echo 'guestinfo.userdata=pass word' >"$e/set"
expect_eq 'mode of a secret' "$(stat -c %a "$e/guestinfo.userdata")" 600
refused EPERM extraconfig/set 'svga.vramSize=secret' 'looks after'
! grep -q secret "$d/error" "$mnt/.hvfs/errors" "$hvfs_log" || fail 'what was written to set is in a message'
expect_eq 'mode of a key' "$(stat -c %a "$e/x.y")" 644
refused EPERM extraconfig/set 'numvcpus=4' "looks after 'numvcpus' itself"
refused EINVAL extraconfig/set 'no equals sign' "'no equals sign' is no KEY=VALUE"
refused EINVAL extraconfig/set '=x' 'is no KEY=VALUE'
refused EPERM extraconfig/set 'svga.vramSize=8388608' "looks after 'svga.vramSize' itself: it has not taken it"
got=$("$PYTHON" "$tests_dir/lib/write.py" "$e/scsi0.pciSlotNumber" 17)
expect_eq 'of a device' "$got" EACCES
printf 'bad \377' >"$tmp/bad"
expect_failure 'Invalid argument' cp "$tmp/bad" "$e/x.y"
head -c 70000 /dev/zero | tr '\0' x >"$tmp/long"
expect_failure 'File too large' cp "$tmp/long" "$e/x.y"
for command in "rm '$e/x.y'" "mv '$e/x.y' '$e/other'" "mkdir '$e/new'" "rm '$e/set'" "mv '$e/x.y' '$d/'"; do
  ! sh -c "$command" 2>/dev/null || fail "succeeded: $command"
done
expect_eq 'unchanged' "$(cat "$e/x.y")" z

# ---- other names are scratch files, and never sent
echo draft >"$e/mine"
expect_eq 'a scratch file' "$(cat "$e/mine")" draft
expect_eq 'on the server' "$(value_of mine)" none
ln -s nowhere "$e/.#lock"
ls -a "$e" | grep -qx '.#lock' || fail 'a link is not listed'
rm "$e/.#lock"
echo plain >"$e/config.xml"
expect_eq 'no configuration' "$(cat "$e/config.xml")" plain
rm "$e/config.xml"
expect_requests "$mnt" 2 mv "$e/mine" "$e/x.y"
key_is x.y draft
sed -i s/draft/final/ "$e/x.y"
key_is x.y final
expect_eq 'left over' "$(ls -A "$e" | grep -c 'sed\|mine' || :)" 0

# ---- two writers: the one that began earlier is told
exec 7<>"$e/x.y"
control POST "/fail?method=ReconfigVM_Task&what=fault&fault=ConcurrentAccess&times=1" >/dev/null
echo again >"$e/x.y"
key_is x.y again
exec 7>&-
"$PYTHON" - "$e/x.y" <<'END'
import errno, os, subprocess, sys
fd = os.open(sys.argv[1], os.O_RDWR)
assert os.read(fd, 99) == b'again\n'
subprocess.run(['sh', '-c', 'echo theirs >"$1"', 'sh', sys.argv[1]], check=True)
os.pwrite(fd, b'mine!\n', 0)
try:
    os.fsync(fd)
    sys.exit('an older text was taken')
except OSError as e:
    assert e.errno == errno.ESTALE, e
END
key_is x.y theirs

# ---- the server refuses
control POST '/fail?method=ReconfigVM_Task&what=fault&fault=NoPermission' >/dev/null
refused EACCES extraconfig/set 'x.z=1' 'ermission'
control POST /heal >/dev/null
unmount_hvfs
