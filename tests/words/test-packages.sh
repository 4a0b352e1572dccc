#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/words/test-packages.sh - each tool that a test requires is of a package of tests/packages,
# or comes with one: what is here by chance is missing on a fresh machine
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
command -v apt-cache >/dev/null || skip 'no Debian'
PATH=/usr/bin:/bin:/usr/sbin:/sbin

# All that is installed with those packages, and with none: one name a line.
{ sed -n 's/^\([a-z][^ ]*\).*/\1/p' "$tests_dir/packages"; dpkg-query -W -f '${Essential} ${Package}\n' | sed -n 's/^yes //p'; } |
  xargs apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks \
    --no-replaces --no-enhances | grep -v '^[ <]' | sed 's/:.*//' >"$tmp/installed"

# owner FILE  The package that it is of; both of /bin and /usr/bin may be its directory's name.
owner () { dpkg -S "$1" 2>/dev/null || dpkg -S "${1#/usr}" 2>/dev/null || dpkg -S "/usr$1" 2>/dev/null; }

n=0
grep -rhE '^ *requires [a-z]' --include='*.sh' "$tests_dir" | tr ' ' '\n' | grep '^[a-z]' | sort -u >"$tmp/tools"
while read -r tool; do
  file=$(command -v "$tool") || continue # another test says what is missing
  package=$(owner "$file") || package=$(owner "$(readlink -f "$file")") || fail "$file is of no package"
  package=${package%%:*}
  grep -qxF -- "$package" "$tmp/installed" || fail "$tool: $package is not in tests/packages"
  n=$((n + 1))
done <"$tmp/tools"
[ "$n" -gt 30 ] || fail "only $n tools were looked at"
