#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What is in the tree, and that it is true: against what another client reads.
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires "$PYTHON"
start_vcsim -mixed -vm 6 -dc 2 -ds 2 -folder 1
mount_hvfs "$(vcsim_uri vpx)" "$mnt"

# The whole of the root, and of one directory of each kind.
listing () {
  ls -A "$1" | tr '\n' ' '
}
expect_eq root "$(listing "$mnt")" ".hvfs about alarms by-folder by-name by-uuid datacenters events inventory metrics.prom tasks "
expect_eq .hvfs "$(listing "$mnt/.hvfs")" "errors stats status version "
dc=$(find "$mnt/datacenters" -name DC1)
expect_eq datacenter "$(listing "$dc")" "alarms attributes clusters datastores hosts moref networks "
cluster=$(find "$dc/clusters" -name DC1_C0)
expect_eq cluster "$(listing "$cluster")" "alarms attributes hosts info moref pools "
host=$cluster/hosts/DC1_C0_H0
expect_eq host "$(listing "$host")" "alarms attributes capabilities.xml datastores domains events info interfaces moref networks reboot shutdown state stats switches "
expect_eq datastore "$(listing "$host/datastores/$(ls "$host/datastores" | head -n 1)/")" "alarms attributes info moref pool.xml refresh volumes "
for file in addresses annotation error hostname memory memtune moref sched state stats template \
  tools uuid vcpus; do
  [ -f "$mnt/by-name/DC1_H0_VM0/$file" ] || fail "a domain has no $file"
done

# The same folders in the ways by folder as on the server; every link leads to a domain.
for dir in by-name by-uuid by-folder; do
  find "$mnt/$dir" -type l >"$tmp/links"
  [ -s "$tmp/links" ] || fail "no link in $dir"
  while read -r link; do
    [ -e "$link/moref" ] || fail "$link leads nowhere: $(readlink "$link")"
  done <"$tmp/links"
done
expect_eq "links by folder" "$(find "$mnt/by-folder" -type l | wc -l)" "$(ls "$mnt/by-name" | wc -l)"
for dir in datastores networks; do
  find "$host/$dir" -type l >"$tmp/links"
  [ -s "$tmp/links" ] || fail "no link in $host/$dir"
  while read -r link; do
    [ -e "$link/info" ] || fail "$link leads nowhere: $(readlink "$link")"
  done <"$tmp/links"
done

# Values, of every domain, beside another client's.
for domain in "$mnt"/by-name/*; do
  printf '%s' "${domain##*/}"
  for file in state memory vcpus uuid moref; do
    read -r value <"$domain/$file"
    printf '\t%s' "$value"
  done
  echo
done | sort >"$tmp/files"
vc domains | sort >"$tmp/server"
sed -i 's/\tdisconnected\t/\tSTATE\t/' "$tmp/files"
awk -F'\t' 'NR == FNR { if ($2 == "STATE") s[$1] = 1; next } s[$1] { $2 = "STATE" } { print }' \
  OFS='\t' "$tmp/files" "$tmp/server" >"$tmp/server.masked"
diff -u "$tmp/server.masked" "$tmp/files" || fail "the files and the server differ"

# Sizes are real: of each file that does not change by itself.
find "$mnt/datacenters" "$mnt/about" -type f -perm -400 ! -name events ! -name screenshot.png ! -name console >"$tmp/readable"
[ "$(wc -l <"$tmp/readable")" -ge 100 ] || fail "of few files only: $(cat "$tmp/readable")"
"$PYTHON" - "$tmp/readable" <<'END'
import os, sys
for path in open(sys.argv[1]).read().splitlines():
    size = os.stat(path).st_size
    with open(path, 'rb') as file:
        text = file.read()
    assert len(text) == size, f'{path}: {size} bytes by stat, {len(text)} were read'
    assert not text or text.endswith(b'\n'), f'{path} has no last newline'
END

# A walk over all that was read costs nothing; volumes were listed long ago by now.
find "$mnt" -path '*/volumes/*' >/dev/null
expect_requests "$mnt" 0 find "$mnt" -ls
expect_requests "$mnt" 0 sh -c "find '$mnt/datacenters' -name state -o -name memory | xargs cat"
unmount_hvfs
