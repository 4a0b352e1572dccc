#!/bin/sh
# tests/test-edit-define.sh - domains are defined by mkdir and writing, undefined and
# destroyed by their names
. "${srcdir:-$(dirname "$0")}/functions.sh"
. "$tests_dir/ops.sh"
. "$tests_dir/edit.sh"

mount_domains
domains=${d%/*}
cd "$domains"

# --- a draft is this mount's alone
mkdir new
expect_failure 'File exists' mkdir new
expect_failure 'File exists' mkdir "$name"
[ -d new ] || fail 'there is no draft'
# shellcheck disable=SC2010
ls | grep -qx new || fail 'the draft is not listed'
expect_eq 'a new draft' "$(ls -A new)" ''
[ ! -e "$mnt/by-name/new" ] || fail 'the draft is a domain'
rmdir new
[ ! -e new ] || fail 'the draft is still there'

# --- by config.xml
mkdir new
cat >"$tmp/new.xml" <<'END'
<domain type='vmware'>
  <name>new</name>
  <uuid>11111111-2222-3333-4444-555555555555</uuid>
  <memory unit='MiB'>64</memory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64'>hvm</type></os>
  <devices>
    <disk type='file' device='disk'>
      <source file='[LocalDS_0] new/new.vmdk'/>
      <capacity unit='MiB'>16</capacity>
      <target dev='sda' bus='scsi'/>
    </disk>
    <interface type='bridge'><source bridge='VM Network'/></interface>
  </devices>
</domain>
END
sed 's|<name>new<|<name>old<|' "$tmp/new.xml" >"$tmp/bad.xml"
expect_failure 'Invalid argument' cp "$tmp/bad.xml" new/config.xml
grep -q old new/error || fail "the draft does not say what is wrong: $(cat new/error)"
cmp new/config.xml.rejected "$tmp/bad.xml" || fail 'the text is not kept'
cp "$tmp/new.xml" new/config.xml
await test -e "$mnt/by-name/new/uuid"
expect_eq 'its uuid' "$(cat new/uuid)" 11111111-2222-3333-4444-555555555555
expect_eq 'its memory' "$(cat new/memory)" 65536
expect_eq 'its host' "$(vim get new runtime.host)" "$(basename "${domains%/*}")"
expect_eq 'its network' "$(vim get new network.0)" 'VM Network'

# --- a uuid that is taken
mkdir twin
sed 's/new/twin/g' "$tmp/new.xml" >"$tmp/twin.xml"
expect_failure 'File exists' cp "$tmp/twin.xml" twin/config.xml
rmdir twin

# --- the ends
expect_failure 'Invalid argument' sh -c '/bin/echo nwe >new/undefine'
/bin/echo new >new/undefine
await test ! -e new
expect_failure 'has no new' vim get new name

cd /
unmount_hvfs
