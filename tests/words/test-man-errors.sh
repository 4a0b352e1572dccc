#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/words/test-man-errors.sh - hvfs(5) explains every errno that the code can give, and none
# that nothing gives
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires "$PYTHON"

top=$tests_dir/..
# What nobody sees who uses a mount.
cat >"$tmp/exempt" <<'END'
E2BIG what iconv() says, in convert/
EBADF the kernel refuses to write to what was not opened for that
ECONNABORTED a dead mount, found before mounting there
ENODATA end of file at the prompt for a password, before mounting
ENOSYS tells the kernel not to ask again
ENOTTY no terminal to ask for a password, before mounting
ENXIO likewise
EWOULDBLOCK an operation goes from a taker of requests to a thread that may wait
END
# Other words begin with an E, too.
"$PYTHON" -c 'import errno; print(*(n for n in dir(errno) if n[0] == "E"), sep="\n")' | sort >"$tmp/errnos"

sed -n 's/^\.It Er //p' "$top/man/hvfs.5" | sort >"$tmp/page"
find "$top/backend" "$top/convert" "$top/fs" -name '*.c' -exec grep -ohE '\bE[A-Z0-9]{2,}\b' {} + |
  sort -u | comm -12 - "$tmp/errnos" >"$tmp/code"
sed 's/ .*//' "$tmp/exempt" | sort | comm -23 "$tmp/code" - >"$tmp/seen"
[ -s "$tmp/seen" ] || fail 'found no errno in the code'

expect_eq 'without an entry in hvfs(5)' "$(comm -23 "$tmp/seen" "$tmp/page" | xargs)" ''
expect_eq 'in hvfs(5) only' "$(comm -13 "$tmp/seen" "$tmp/page" | xargs)" ''
expect_eq 'exempt, and in no code' "$(sed 's/ .*//' "$tmp/exempt" | sort | comm -23 - "$tmp/code" | xargs)" ''
