#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/ops/test-ops-guestinfo.sh - what cloud-init reads in a guest: written plain, stored packed
# with its encoding in one change, and read plain however it is stored
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"
requires_vim

start_vcsim -vm 2
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
vm=DC0_H0_VM0
d=$mnt/by-name/$vm
g=$d/guestinfo

# What cloud-init makes of it: by its own code, which tests/setup puts there, and which asks
# VMware tools; else as its documentation says ("DataSource VMware", guestinfo keys).
cat >"$tmp/rpctool" <<END
#!$PYTHON
import json, sys
keys = {o['key']: o.get('value', '') for o in json.load(open('$tmp/keys'))}
key = sys.argv[1].removeprefix('info-get ')
if not keys.get(key):
    sys.exit('No value found')
print(keys[key])
END
chmod +x "$tmp/rpctool"
code=${XDG_CACHE_HOME:-$HOME/.cache}/hvfs-tests/cloud-init
export PYTHONPATH="$PYTHONPATH:$code"
"$PYTHON" -c 'import cloudinit.sources.DataSourceVMware' 2>/dev/null ||
  echo "without cloud-init's own code, which tests/setup did not get"
cat >"$tmp/guest.py" <<'END'
import base64, gzip, json, sys
try:
    from cloudinit.sources import DataSourceVMware as source
    # Newer code has two such tools.
    more = [source.exec_vmware_rpctool] if hasattr(source, 'exec_vmware_rpctool') else []
    text = source.guestinfo(sys.argv[1], sys.argv[2] + '/rpctool', *more)
except ImportError:
    keys = {o['key']: o.get('value', '') for o in json.load(open(sys.argv[2] + '/keys'))}
    value, encoding = (keys.get(f'guestinfo.{sys.argv[1]}{end}', '') for end in ('', '.encoding'))
    data = value.encode()
    if encoding in ('base64', 'b64', 'gzip+base64', 'gz+b64'):
        data = base64.b64decode(data, validate=True)
    if encoding in ('gzip+base64', 'gz+b64'):
        data = gzip.decompress(data)
    text = data.decode()
sys.stdout.write(text)
END
# guest KEY [DOMAIN]
guest () {
  vim get "${2:-$vm}" config.extraConfig >"$tmp/keys"
  "$PYTHON" "$tmp/guest.py" "$1" "$tmp"
}
keys () {
  vim get $vm config.extraConfig | "$PYTHON" -c 'import json, sys
print(" ".join(sorted(o["key"] for o in json.load(sys.stdin) if "data" in o["key"])))'
}

expect_eq 'always there' "$(cd "$g" && echo *)" \
  'metadata metadata.encoding userdata userdata.encoding vendordata vendordata.encoding'
expect_eq 'modes' "$(stat -c %a "$g"/* | sort -u)" 600
expect_eq 'nothing yet' "$(cat "$g"/*)" ''
expect_eq 'keys' "$(keys)" ''

cat >"$tmp/userdata" <<'END'
#cloud-config
users:
- name: grüße
  lock_passwd: false
  passwd: "$6$rounds=4096$secret"
END
expect_requests "$mnt" 2 cp "$tmp/userdata" "$g/userdata"
cmp "$tmp/userdata" "$g/userdata" || fail 'it came back otherwise'
expect_eq 'its size' "$(stat -c %s "$g/userdata")" "$(wc -c <"$tmp/userdata")"
guest userdata >"$tmp/seen"
cmp "$tmp/userdata" "$tmp/seen" || fail "cloud-init sees: $(cat "$tmp/seen")"
expect_eq 'encoding' "$(cat "$g/userdata.encoding")" gzip+base64
expect_eq 'keys' "$(keys)" 'guestinfo.userdata guestinfo.userdata.encoding'
expect_requests "$mnt" 0 cp "$tmp/userdata" "$g/userdata"
echo 'instance-id: i-1' >"$g/metadata"
echo 'local-hostname: web01' >>"$g/metadata"
expect_eq 'metadata' "$(guest metadata)" "$(printf 'instance-id: i-1\nlocal-hostname: web01')"
sed -i s/web01/web02/ "$g/metadata"
expect_eq 'metadata' "$(guest metadata | tail -n 1)" 'local-hostname: web02'

# A copy of a template has it.
echo 'golden template=yes' >"$d/clone"
echo copy >"$mnt/by-name/golden/clone"
sed -i s/web02/web03/ "$mnt/by-name/copy/guestinfo/metadata"
guest userdata copy >"$tmp/seen"
cmp "$tmp/userdata" "$tmp/seen" || fail "in the copy cloud-init sees: $(cat "$tmp/seen")"
expect_eq 'the copy, the original' "$(guest metadata copy | tail -n 1) $(guest metadata | tail -n 1)" \
  'local-hostname: web03 local-hostname: web02'

# Another encoding: the text stays.
for encoding in b64 '' gz+b64; do
  echo "$encoding" >"$g/userdata.encoding"
  expect_eq 'encoding' "$(cat "$g/userdata.encoding")" "$encoding"
  # Of plain text it takes the last newline away.
  expect_eq "as '$encoding' cloud-init sees" "$(guest userdata)" "$(cat "$tmp/userdata")"
  cmp "$tmp/userdata" "$g/userdata" || fail "as '$encoding' it came back otherwise"
done
expect_failure 'Invalid argument' sh -c "echo rot13 | dd of='$g/userdata.encoding' status=none"
grep -q 'use gzip+base64, base64, or nothing' "$d/error" || fail "error: $(cat "$d/error")"

# What others have stored is read plain; what cannot be is an error, and no empty text.
store () { printf 'guestinfo.vendordata.encoding=%s\nguestinfo.vendordata=%s\n' "$1" "$2" >"$d/extraconfig/set"; }
store b64 "$(printf 'by another' | base64)"
expect_eq 'of another' "$(cat "$g/vendordata")" 'by another'
for bad in 'rot13 x' 'gzip+base64 eA==' 'gzip+base64 H4sI' 'base64 ---'; do
  store "${bad% *}" "${bad#* }"
  ! cat "$g/vendordata" >"$tmp/out" 2>"$tmp/err" || fail "'$bad' was read as '$(cat "$tmp/out")'"
  grep -q 'Input/output error' "$tmp/err" || fail "'$bad': $(cat "$tmp/err")"
done
: >"$d/extraconfig/guestinfo.vendordata"
echo fresh >"$g/vendordata"
expect_eq 'replaced' "$(guest vendordata)" fresh

# Nothing at all takes both keys away.
: >"$g/vendordata"
expect_eq 'keys' "$(keys)" 'guestinfo.metadata guestinfo.metadata.encoding guestinfo.userdata guestinfo.userdata.encoding'
expect_eq 'nothing' "$(cat "$g/vendordata" "$g/vendordata.encoding")" ''

# As much as a MiB, and no more.
seq 1 200000 | head -c 1048575 >"$tmp/big"
echo >>"$tmp/big"
cp "$tmp/big" "$g/userdata"
cmp "$tmp/big" "$g/userdata" || fail 'a MiB came back otherwise'
guest userdata | cmp - "$tmp/big" || fail 'cloud-init does not see a MiB'
echo x >>"$tmp/big"
expect_failure 'File too large' cp "$tmp/big" "$g/userdata"

# Nothing of it is in a message.
control POST '/fail?method=ReconfigVM_Task&what=fault&fault=NoPermission' >/dev/null
! cp "$tmp/userdata" "$g/userdata" 2>/dev/null || fail 'refused, and yet it worked'
control POST /heal >/dev/null
! grep -q 'secret\|cloud-config' "$d/error" "$mnt/.hvfs/errors" "$hvfs_log" || fail 'a text is in a message'

unmount_hvfs
