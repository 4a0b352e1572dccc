#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A server that says a new changeVersion and not what has changed with it: who commits
# config.xml reads the new values in the small files all the same, right after.
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
start_vcsim -silent-summary -vm 2 -mixed
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
vm=$mnt/by-name/DC0_H0_VM0
echo off >"$vm/state"

# commits SED-SCRIPT FILE WHAT-IS-READ
commits () {
  sed "$1" "$vm/config.xml" >"$tmp/new.xml"
  ! cmp -s "$vm/config.xml" "$tmp/new.xml" || fail "$1: nothing to commit"
  cp "$tmp/new.xml" "$vm/config.xml" || fail "$1: $(cat "$vm/error")"
  expect_eq "$2 after $1" "$(tr '\n' ' ' <"$vm/$2")" "$3 "
}
memory=$(cat "$vm/memory") vcpus=$(cat "$vm/vcpus")
more=$((memory + 65536))
commits "/<memory\|<currentMemory/s/>$memory</>$more</" memory $more
commits "/<vcpu/s/>$vcpus</>$((vcpus + 1))</" vcpus $((vcpus + 1))
commits "/<description>/d; /<name>/a <description>what it is for</description>" annotation 'what it is for'
commits "/<currentMemory/s/>$more</>$memory</" memtune "reservation=0 limit=$memory shares=normal"
commits "/<memory\|<currentMemory/s/>[0-9]*</>$memory</" memory "$memory"

# The server is asked once where it stays silent; where it is not, nobody waits for it:
# task and configuration alone.
stop=$(requests_of "$mnt")
commits '/<description>/s/what/so that is what/' annotation 'so that is what it is for'
told=$(($(requests_of "$mnt") - stop))
stop=$(requests_of "$mnt")
commits "/<vcpu/s/>$((vcpus + 1))</>$vcpus</" vcpus "$vcpus"
silent=$(($(requests_of "$mnt") - stop))
expect_eq 'requests more, where it is silent' $((silent - told)) 1
unmount_hvfs
