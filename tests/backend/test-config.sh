#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Configurations without a mount: how many requests reading costs, what each kind of
# edit sends, and machines that are defined, undefined and destroyed.
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires "$PYTHON"
"$PYTHON" -c 'import pyVmomi' 2>/dev/null || requires python3-pyvmomi

CHECK=${CHECK:-$build_dir/tests/backend/config-check}
CONVERT=${CONVERT:-$build_dir/convert/hvfs-convert}
export CONVERT

# config_check COMMAND...  Each argument is one line; prints the answers.
config_check () {
  printf '%s\n' "$@" | "$CHECK" "$(vcsim_uri vpx)" "$tmp/password"
}

# --- reading: neighbours come along, and nobody asks twice
start_vcsim -vm 200 -host 8 -standalone 2
machines=$(config_check 'all name' | sed -n 's/^ok \([0-9]*\) machines .*/\1/p')
for order in name host age; do
  config_check "all $order" "all $order" >"$tmp/answers"
  sed -n 1p "$tmp/answers" | awk '{ exit !($4 <= 12) }' || fail "all $order: $(cat "$tmp/answers")"
  expect_eq "all $order again" "$(sed -n 2p "$tmp/answers")" "ok $machines machines 0 requests"
done
config_check 'all name 8' 'all age 8' >"$tmp/answers"
expect_eq "side by side, again" "$(sed -n 2p "$tmp/answers")" "ok $machines machines 0 requests"
sed -n 1p "$tmp/answers" | awk '{ exit !($4 <= 30) }' || fail "side by side: $(cat "$tmp/answers")"
# Of two that read in one order the second is far behind.
for order in name host age; do
  config_check "all $order 1 50" >"$tmp/answers"
  awk '{ exit !($4 <= 20) }' "$tmp/answers" || fail "all $order, another behind: $(cat "$tmp/answers")"
done
stop_vcsim

# --- editing
start_vcsim -api 7.0 -vm 2 -nsx 2
"$PYTHON" "$tests_dir/backend/config-edits.py" "$CHECK" "$(vcsim_uri vpx)" "$tmp/password" "${EDITS:-200}"

# Two who edit the same: the first wins, the second is told of both versions.
config_check "read DC0_H0_VM0 $tmp/base" >"$tmp/answers"
sed 's/machine 0/mine/' "$tmp/base" >"$tmp/one"
sed 's/machine 0/yours/' "$tmp/base" >"$tmp/two"
config_check "read DC0_H0_VM0 $tmp/base" "commit DC0_H0_VM0 $tmp/base $tmp/one" \
  "commit DC0_H0_VM0 $tmp/base $tmp/two" >"$tmp/answers"
expect_eq "the first" "$(sed -n 2p "$tmp/answers")" ok
grep -q '^ESTALE .*the edited version is 20.*, now it is 20' "$tmp/answers" ||
  fail "the second: $(cat "$tmp/answers")"

# The boot order of a new device goes in a second request, after other changes too; if it is
# refused, the rest is saved and the answer says so.
new_net () { printf "%s" "<interface type='bridge'><mac address='00:50:56:12:34:$1' type='static'/>\
  <source bridge='VM Network'/><model type='e1000'/><boot order='1'/></interface>"; }
for fault in ConcurrentAccess:21 NoPermission:22; do
  config_check "read DC0_H0_VM0 $tmp/base" >"$tmp/answers"
  sed "s|<boot order='1'/>||; s|  </devices>|$(new_net "${fault#*:}")</devices>|" "$tmp/base" >"$tmp/one"
  control POST "/fail?method=ReconfigVM_Task&what=fault&fault=${fault%:*}&n=2" >/dev/null
  config_check "commit DC0_H0_VM0 $tmp/base $tmp/one" "read DC0_H0_VM0 $tmp/two" >"$tmp/answers"
  control POST /heal >/dev/null
  ordered=$(tr -d '\n' <"$tmp/two" | grep -c "12:34:${fault#*:}'[^/]*/> *<source[^>]*> *<model[^>]*> *<boot order='1'/>" || :)
  case $fault in
    Conc*) expect_eq "$fault" "$(head -n 1 "$tmp/answers"), $ordered in order" 'ok, 1 in order' ;;
    *)
      grep -q "^EACCES all but the boot order is saved, .*" "$tmp/answers" || fail "$fault: $(cat "$tmp/answers")"
      grep -q "12:34:${fault#*:}'" "$tmp/two" || fail "$fault: the interface was not added"
      expect_eq "$fault" "$ordered" 0 ;;
  esac
done

# A card that the host has not.
config_check "read DC0_H0_VM0 $tmp/base" >"$tmp/answers"
sed "s|  </devices>|<interface type='hostdev'><source vmware:bridge='VM Network'><address type='pci' domain='0'\
  bus='0x5e' slot='0' function='2'/></source></interface></devices>|" "$tmp/base" >"$tmp/one"
config_check "commit DC0_H0_VM0 $tmp/base $tmp/one" >"$tmp/answers"
grep -q '^ENOENT .*: <interface>: the host has no card 0000:5e:00.2 .*; it has 0000:5e:00.0, 0000:5e:00.1$' "$tmp/answers" ||
  fail "a card that is none: $(cat "$tmp/answers")"

# The same text sends nothing.
config_check "read DC0_H0_VM0 $tmp/base" requests "commit DC0_H0_VM0 $tmp/base $tmp/base" requests \
  >"$tmp/answers"
expect_eq "requests of no change" "$(sed -n 4p "$tmp/answers")" "$(sed -n 2p "$tmp/answers")"

# --- defining and ending
cat >"$tmp/new" <<'END'
<domain type='vmware'>
  <name>fresh</name><uuid>12345678-1234-1234-1234-123456789abc</uuid>
  <memory unit='MiB'>512</memory><vcpu>2</vcpu><os><type arch='x86_64'>hvm</type></os>
  <devices>
    <disk type='file' device='disk'>
      <source file='[LocalDS_0] disks/fresh.vmdk'/><capacity unit='GiB'>1</capacity>
      <target dev='sda' bus='scsi'/>
    </disk>
    <disk type='file' device='disk'>
      <source file='[LocalDS_0] DC0_H0_VM0/DC0_H0_VM0.vmdk'/><capacity unit='GiB'>1</capacity>
      <target dev='sdb' bus='scsi'/>
    </disk>
    <controller type='scsi' index='0' model='lsilogic'/>
    <interface type='bridge'>
      <mac address='00:50:56:01:02:03'/><source bridge='VM Network'/><model type='e1000'/>
    </interface>
  </devices>
</domain>
END
sed 's/fresh/gone/; s/12345678-/22345678-/; s/<capacity.*//; s/disks/nowhere/' "$tmp/new" >"$tmp/gone"
vmx_of filed >"$tmp/file.vmx"
sed 's/memsize = .*/memsize = "128"/' "$tmp/file.vmx" >"$tmp/other.vmx"
! cmp -s "$tmp/file.vmx" "$tmp/other.vmx" || fail 'no other VMX'
config_check "define DC0_H0 fresh $tmp/new" "read fresh $tmp/back" "same $tmp/back $tmp/back" \
  "define DC0_H0 other $tmp/new" "define DC0_H0 fresh $tmp/new" "define DC0_H0 gone $tmp/gone" \
  "define-vmx DC0_H0 filed $tmp/file.vmx" "vmx filed $tmp/file.back" \
  "define-vmx DC0_H0 filed $tmp/file.vmx" "undefine filed" "read filed $tmp/none" \
  "define-vmx DC0_H0 filed $tmp/other.vmx" "define-vmx DC0_H0 filed $tmp/file.vmx" "vmx filed $tmp/file.again" \
  "destroy fresh" "destroy DC0_H0_VM0" >"$tmp/answers"
cat >"$tmp/wanted" <<'END'
ok
ok
ok
EINVAL the name
EEXIST the uuid
ENOENT File [LocalDS_0] nowhere
ok
ok
EEXIST the name is taken
ok
ESTALE the domain is no longer
EEXIST [LocalDS_0] filed/filed.vmx is there already, with another text
ok
ok
ok
EBUSY the domain is
END
n=0
while read -r wanted; do
  n=$((n + 1))
  got=$(sed -n ${n}p "$tmp/answers")
  case $got in "$wanted"*) ;; *) fail "answer $n: got '$got', not '$wanted'" ;; esac
done <"$tmp/wanted"
cmp "$tmp/file.vmx" "$tmp/file.back"
cmp "$tmp/file.vmx" "$tmp/file.again"
grep -q "memory unit='KiB'>524288<" "$tmp/back" || fail "defined: $(cat "$tmp/back")"

# A server that knows no boot order gets no device for one either.
stop_vcsim
start_vcsim -api 4.1 -vm 1
config_check "read DC0_H0_VM0 $tmp/base" >"$tmp/answers"
sed "s|  </devices>|$(new_net 23)</devices>|" "$tmp/base" >"$tmp/one"
config_check "commit DC0_H0_VM0 $tmp/base $tmp/one" "read DC0_H0_VM0 $tmp/two" >"$tmp/answers"
grep -q '^EOPNOTSUPP .*a boot order (<boot>)' "$tmp/answers" || fail "no boot order: $(cat "$tmp/answers")"
cmp "$tmp/base" "$tmp/two"
