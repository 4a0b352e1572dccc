#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/edit/test-edit-held.sh - a file that a writer has emptied and holds is whole for others,
# and one that is being replaced is what its reader is noted for
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"
. "$tests_dir/lib/edit.sh"

mount_domains
held () { "$PYTHON" "$tests_dir/edit/test-edit-held.py" "$@" || bad=1; }
bad=0
seq 1 2000 >"$d/annotation"
echo 'held description=first' >"$d/snapshots/create"
seq 1 2000 >"$d/snapshots/held/description"
held "$d/annotation" 1999 changed
held "$d/snapshots/held/description" 1999 changed
"$PYTHON" "$tests_dir/edit/test-edit-replaced.py" "$d/config.xml" "$vcsim_control" || bad=1
vcpu=$(grep '<vcpu' "$d/config.xml")
held "$d/config.xml" "$vcpu" "$(echo "$vcpu" | sed 's/>[0-9]*</>7</')"
[ $bad = 0 ] || fail 'others saw a part'
