# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# tests/version/version.sh - every operation on servers of some versions of the API; sourced by tests
. "$tests_dir/lib/ops.sh"
requires_vim

# each_version VERSION...
each_version () {
  for api; do
    start_vcsim -api "$api" -vm 3 -ds 2 -standalone 2 -nsx 1
    control POST /keep >/dev/null
    mkdir "$tmp/$api"
    mount_hvfs "$(vcsim_uri vpx)" "$tmp/$api" -o timeout=20,allow_delete
    "$build_dir/tests/words/list-attrs" |
      "$PYTHON" -B "$tests_dir/version/test-version.py" operations "$tmp/$api" "$vcsim_control" "$api" || fail "API $api"
    unmount_hvfs "$tmp/$api"
    stop_vcsim
  done
}
