#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/edit/test-config-sizes.sh - what the sizes of config.xml and config.vmx cost in a
# listing of everything, and that they are those of what is read
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"
requires_vim
requires curl

# sizes_true DIR...  In each, ls says what cat gives.
sizes_true () {
  for dir; do
    for file in config.vmx config.xml; do
      size=$(stat -c %s "$dir/$file")
      [ "$size" -gt 0 ] || fail "$dir/$file is empty"
      expect_eq "size of $dir/$file" "$size" "$(wc -c <"$dir/$file")"
    done
  done
}

# vmx_url NAME  Where the server has the machine's VMX file, for everybody who may.
vmx_url () {
  path=$(vim get "$1" config.files.vmPathName)
  store=${path#\[}
  echo "${vcsim_url%/sdk}/folder/${path#*\] }?dcPath=DC0&dsName=${store%%\]*}"
}

# gets  How many files were read from datastores: all but what told the API's version.
gets () { echo $(($(stat_of "$mnt" request.GET) - 1)); }

# --- a server that says sizes with the configuration: many in one request
start_vcsim -vm 100 -host 4
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
machines=$(find "$mnt/by-name" -type l | wc -l)
before=$(requests_of "$mnt")
ls -lR "$mnt" >"$tmp/listing"
cost=$(($(requests_of "$mnt") - before))
expect_eq 'machines listed' "$(grep -c ' config.vmx$' "$tmp/listing")" "$machines"
expect_eq 'VMX files read' "$(gets)" 0
[ $((cost * 5)) -lt "$machines" ] || fail "ls -lR of $machines machines cost $cost requests"
expect_requests "$mnt" 0 ls -lR "$mnt"
sizes_true "$mnt"/by-name/*0

# --- who looks at config.vmx alone, and a change
mount_again () {
  unmount_hvfs "$mnt"
  mount_hvfs "$(vcsim_uri vpx)" "$mnt"
}
mount_again
d=$(cd "$mnt/by-name/DC0_H0_VM0" && pwd -P)
expect_requests "$mnt" 1 stat "$d/config.vmx"
before=$(stat -c %s "$d/config.vmx")
echo 'a longer text than before' >"$d/annotation"
[ "$(stat -c %s "$d/config.vmx")" -gt "$before" ] || fail 'the size did not follow the change'
expect_eq 'VMX files read to look' "$(gets)" 0
sizes_true "$d"

# --- what the server says is late: who reads gets all of the file, and then it is known
cat "$d/config.vmx" >"$tmp/longer"
echo 'extra = "a line that the server does not know of"' >>"$tmp/longer"
mount_again
before=$(stat -c %s "$d/config.vmx")
curl -sSf --noproxy '*' -k -u user:x -T "$tmp/longer" "$(vmx_url DC0_H0_VM0)"
expect_eq 'the size as the server says it' "$(stat -c %s "$d/config.vmx")" "$before"
cmp "$d/config.vmx" "$tmp/longer" || fail 'a file that has grown is cut'
expect_eq 'the size as it is' "$(stat -c %s "$d/config.vmx")" "$(wc -c <"$tmp/longer")"
tar cf "$tmp/tar" -C "$d" config.vmx
tar xOf "$tmp/tar" | cmp - "$tmp/longer"
unmount_hvfs "$mnt"
stop_vcsim

# --- a server that does not: each file is read once
start_vcsim -api 2.5 -vm 4
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
machines=$(find "$mnt/by-name" -type l | wc -l)
ls -lR "$mnt" >"$tmp/listing"
ls -lR "$mnt" >"$tmp/listing"
expect_eq 'VMX files read' "$(gets)" "$machines"
sizes_true "$mnt"/by-name/*
