#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/content/test-content-names.sh - files and datastores with names that URLs, brackets and
# commands give a meaning to, on servers that decode the datastore's once and twice
. "${srcdir:-$(dirname "$0")/..}/functions.sh"

long=$(printf 'n%.0s' $(seq 200))
printf '%s\n' 'a b' '100%' '%41' 'a&b' 'a+b' '[x] y' '(1)' 'ü€中文' '#1?x=y' "it's \"q\"" ";\$HOME" '~' \
  '-rf' 'a=b,c' "$long" >"$tmp/names"

# try FILES ROOT  Each name, as a file's and a directory's with one in it, there and back.
try () {
  while read -r name; do
    echo "of $name" >"$1/$name"
    expect_eq "on the server: $name" "$(cat "$2/$name")" "of $name"
    expect_eq "read: $name" "$(cat "$1/$name")" "of $name"
    mkdir "$1/d $name"
    cp "$1/$name" "$1/d $name/$name"
    mv "$1/d $name/$name" "$1/d $name/moved $name"
    expect_eq "copied and moved: $name" "$(cat "$2/d $name/moved $name")" "of $name"
    head -c 5000000 /dev/zero >"$1/d $name/$name"
    cmp "$1/d $name/$name" "$2/d $name/$name"
    rm -r "${1:?}/d $name" "${1:?}/$name"
    [ ! -e "$2/$name" ] || fail "still there: $name"
  done <"$tmp/names"
}

# renamed NAME  The datastore is called that, and its file is found by what was found for others.
renamed () {
  curl -sf --data-urlencode "value=$1" "$vcsim_control/set?object=$store&path=name" >/dev/null
  await test -d "$mnt/datacenters/DC0/datastores/$1/files"
  echo "in $1" >"$mnt/datacenters/DC0/datastores/$1/files/probe"
  expect_eq "in $1" "$(cat "$root/probe")" "in $1"
  expect_eq "in $1" "$(cat "$mnt/datacenters/DC0/datastores/$1/files/probe")" "in $1"
  rm "$mnt/datacenters/DC0/datastores/$1/files/probe"
}

for twice in false true; do
  start_vcsim -vm 1 -encoded-twice="$twice"
  mount_hvfs "$(vcsim_uri vpx)" "$mnt" -o content,allow_delete,spool="$tmp"
  root=$(sed -n 's/^url=//p' "$mnt/datacenters/DC0/datastores/LocalDS_0/info")
  store=$(cat "$mnt/datacenters/DC0/datastores/LocalDS_0/moref")
  store=${store#*:}
  [ "$twice" = true ] || try "$mnt/datacenters/DC0/datastores/LocalDS_0/files" "$root"
  # Where the simulator sees the end of a name in brackets is not known of servers.
  grep -v ']' "$tmp/names" >"$tmp/stores"
  while read -r name; do
    renamed "$name"
  done <"$tmp/stores"
  unmount_hvfs
done
