#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/edit/test-edit-crash-define.sh - the server is killed at each step of a definition and
# of an end: the domain is there or not, and the writer is told which as far as anybody
# can know
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"
. "$tests_dir/lib/edit.sh"
. "$tests_dir/lib/crash.sh"

mount_to_crash
stay_down=

describe_new () {
  cat <<END
<domain type='vmware'>
  <name>$1</name>
  <uuid>11111111-2222-3333-4444-$(printf %012d "$2")</uuid>
  <memory unit='MiB'>64</memory><vcpu>1</vcpu><os><type arch='x86_64'>hvm</type></os>
  <devices>
    <disk type='file' device='disk'>
      <source file='[LocalDS_0] $1/$1.vmdk'/><capacity unit='MiB'>16</capacity>
      <target dev='sda' bus='scsi'/>
    </disk>
  </devices>
</domain>
END
}
describe_new_vmx () {
  vmx_of "$1"
  echo "uuid.bios = \"11 11 11 11 22 22 33 33-44 44 55 55 66 66 77 $2\""
}

n=10
# define FILE METHOD WHEN OUTCOME: no or yes
define () {
  n=$((n + 1))
  what="defined by $1, killed in $2, $3"
  made=made$n
  mkdir "$domains/$made"
  if [ "$1" = config.xml ]; then describe_new $made $n; else describe_new_vmx $made $n; fi >"$tmp/new"
  crash "$2" "$3"
  attempt cp "$tmp/new" "$domains/$made/$1"
  if [ "$4" = yes ]; then
    expect_eq "$what: its name" "$(vim get $made name)" $made
    expect_eq "$what: the writer" "$status_of" 0
  else
    expect_failure "has no $made" vim get $made name
    [ "$status_of" != 0 ] || fail "$what: the writer thinks that it was done"
    cmp "$domains/$made/$1.rejected" "$tmp/new" || fail "$what: the text is not kept"
    [ -s "$domains/$made/error" ] || fail "$what: error says nothing"
    # The draft can be defined still.
    cp "$tmp/new" "$domains/$made/$1" ||
      fail "$what: it cannot be defined afterwards: $(cat "$domains/$made/error")"
  fi
  await test -e "$domains/$made/uuid"
  end "$made"
}
end () {
  echo "$1" >"$domains/$1/destroy"
  await test ! -e "$domains/$1"
}

define config.xml RetrievePropertiesEx before no
define config.xml CreateVM_Task before no
define config.xml CreateVM_Task arrived no
define config.xml CreateVM_Task running no
define config.xml CreateVM_Task 'done' yes
define config.xml CreateVM_Task ended yes
define config.vmx 'GET /folder' before no
define config.vmx 'PUT /folder' before no
define config.vmx 'PUT /folder' arrived no
define config.vmx RegisterVM_Task before no
define config.vmx RegisterVM_Task arrived no
define config.vmx RegisterVM_Task running no
define config.vmx RegisterVM_Task 'done' yes
define config.vmx RegisterVM_Task ended yes

# ends VERB METHOD WHEN OUTCOME: no or yes
ends () {
  n=$((n + 1))
  what="$1, killed in $2, $3"
  made=made$n
  mkdir "$domains/$made"
  describe_new $made $n >"$tmp/new"
  cp "$tmp/new" "$domains/$made/config.xml"
  await test -e "$domains/$made/uuid"
  crash "$2" "$3"
  attempt "$PYTHON" "$tests_dir/lib/write.py" "$domains/$made/$1" "$made"
  told=$(cat "$tmp/out")
  if [ "$4" = yes ]; then
    expect_failure "has no $made" vim get $made name
    expect_eq "$what: the writer" "$told" ok
    await test ! -e "$domains/$made"
  else
    expect_eq "$what: its name" "$(vim get $made name)" $made
    [ "$told" != ok ] || fail "$what: the writer thinks that it was done"
    grep -q unknown "$domains/$made/error" || fail "$what: error says $(cat "$domains/$made/error")"
    end "$made"
  fi
}

ends undefine UnregisterVM before no
ends undefine UnregisterVM arrived yes
ends destroy Destroy_Task before no
ends destroy Destroy_Task arrived no
ends destroy Destroy_Task running no
ends destroy Destroy_Task 'done' yes
ends destroy Destroy_Task ended yes
unmount_hvfs
