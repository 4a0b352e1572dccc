#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/edit/test-edit-crash.sh - the server is killed at each step of a commit: the domain has
# the old configuration or the new one and nothing between, the writer is told which as
# far as anybody can know, his text is kept, and afterwards everything works
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"
. "$tests_dir/lib/edit.sh"
. "$tests_dir/lib/crash.sh"

mount_to_crash
inodes () { find "$mnt/datacenters" "$mnt/by-name" -printf '%i %p\n' | grep -v rejected | sort; }
# What the server has, but for what changes by itself.
whole () {
  vim get "$1" config | "$PYTHON" -c 'import json, sys
config = json.load(sys.stdin)
for key in ("changeVersion", "modified", "vmxConfigChecksum"):
    config.pop(key, None)
print(json.dumps(config, sort_keys=True, indent=1))'
}

# edit METHOD WHEN OUTCOME: old or new
edit () {
  what="killed in $1, $2${stay_down:+, for long}"
  describe_edit
  edited <"$d/config.xml" >"$tmp/new.xml"
  inodes >"$tmp/inodes"
  whole "$name" >"$tmp/old"
  crash "$1" "$2"
  attempt cp "$tmp/new.xml" "$d/config.xml"
  whole "$name" >"$tmp/now"
  if [ "$3" = old ]; then
    cmp -s "$tmp/old" "$tmp/now" || fail "$what: the configuration is not the old one"
    [ "$status_of" != 0 ] || fail "$what: the writer thinks that it was done"
  else
    expect_eq "$what: memory" "$(vim get "$name" config.hardware.memoryMB)" $((to_kib / 1024))
    expect_eq "$what: network" "$(vim get "$name" network.0)" "$to_net"
  fi
  if [ "$status_of" = 0 ]; then
    expect_eq "$what: error" "$(cat "$d/error")" ''
  else
    cmp "$d/config.xml.rejected" "$tmp/new.xml" || fail "$what: the text is not kept"
    case $1 in
      ReconfigVM_Task) grep -q unknown "$d/error" || fail "$what: error says $(cat "$d/error")" ;;
      *) [ -s "$d/error" ] || fail "$what: error says nothing" ;;
    esac
  fi
  inodes | diff "$tmp/inodes" - >"$tmp/diff" || fail "$what: not as before: $(head -n 5 "$tmp/diff")"
  # All is well again: what is read is so, and the same text is taken now.
  expect_eq "$what: read back" "$(cat "$d/memory")" $(($(vim get "$name" config.hardware.memoryMB) * 1024))
  cp "$tmp/new.xml" "$d/config.xml" || fail "$what: the text is not taken afterwards: $(cat "$d/error")"
  expect_edited "$what, then written again"
}

# The server is away for longer than the time-out, so that nobody can know.
stay_down=yes
edit ReconfigVM_Task before old
edit ReconfigVM_Task running old
edit ReconfigVM_Task ended new
[ "$status_of" != 0 ] || fail 'the writer knows what nobody can know'

# It is back at once: who was told nothing finds out.
stay_down=
edit RetrievePropertiesEx before old
edit RetrievePropertiesEx arrived old
edit ReconfigVM_Task before old
edit ReconfigVM_Task arrived old
edit ReconfigVM_Task running old
edit ReconfigVM_Task 'done' new
expect_eq 'the writer, when it was done and he had no reply' "$status_of" 0
edit ReconfigVM_Task ended new
expect_eq 'the writer, when it was done' "$status_of" 0
unmount_hvfs
