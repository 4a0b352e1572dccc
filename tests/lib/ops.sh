# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# tests/lib/ops.sh - what tests of operations need beside functions.sh; sourced by them

# pyvmomi, as the second opinion on what the server has.  It is loaded once: client.py.
requires_vim () {
  requires "$PYTHON"
  "$PYTHON" -B "$tests_dir/lib/client.py" "$tmp/client" </dev/null >"$tmp/client.log" 2>&1 &
  client_pid=$!
  others="$client_pid $others"
  await client_is_ready_or_gone
  [ -e "$tmp/client" ] || {
    [ "${CI-}" != true ] || fail 'pyVmomi is missing'
    skip 'pyVmomi is missing'
  }
}
client_is_ready_or_gone () { [ -e "$tmp/client" ] || is_gone "$client_pid"; }

# vim VERB NAME ARGUMENT...  See vim.py.
vim () {
  verb=$1
  shift
  "$tests_dir/lib/ask" "$tmp/client" vim.py "$vcsim_url" "$verb" "$@"
}

# reads PATTERN FILE  By cat: who seeks in a file, as grep may, waits for its writers.
reads () { printf '%s\n' "$(cat "$2")" | grep -q -- "$1"; }

# refused ERRNO FILE LINE TEXT...  A write fails so, and error says each TEXT.  In the
# domain's directory $d.
refused () {
  wanted=$1 file=$2 line=$3
  shift 3
  got=$("$PYTHON" "$tests_dir/lib/write.py" "$d/$file" "$line")
  expect_eq "$file: '$line'" "$got" "$wanted"
  for text; do
    grep -qF -- "$text" "$d/error" || fail "$file: '$line': error does not say '$text': $(cat "$d/error")"
  done
}

# says_errno ERRNO FUNCTION ARGUMENT...  That function of Python's os fails so.
says_errno () {
  wanted=$1
  shift
  got=$("$PYTHON" -c 'import errno, os, sys
try:
    getattr(os, sys.argv[1])(*sys.argv[2:])
    print("nothing")
except OSError as e:
    print(errno.errorcode[e.errno])' "$@")
  expect_eq "$*" "$got" "$wanted"
}

# upload FILE PATH [DATASTORE]  To a datastore of DC0, LocalDS_0 if none is named.
upload () {
  requires curl
  curl -fsS --noproxy '*' -k -u 'user:pass word' -T "$1" \
    "${vcsim_url%/sdk}/folder/$2?dcPath=DC0&dsName=${3:-LocalDS_0}" || fail "upload of $2"
}
