#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/test-completion.sh - bash completes the options that hvfs has, its URI and the
# mount point
here=$(cd "${srcdir:-$(dirname "$0")}" && pwd)
# shellcheck source=completions/hvfs
. "$here/../completions/hvfs"
compopt () { :; }
COMP_WORDBREAKS=$' \t\n"\'><=;|&(:'

# completes LINE WORD...  In any order.
completes () {
  COMP_LINE=$1 COMP_POINT=${#1}
  shift
  _hvfs
  got=$(printf '%s\n' "${COMPREPLY[@]}" | sort)
  wanted=$(printf '%s\n' "$@" | sort)
  [ "$got" = "$wanted" ] || { echo "FAIL: '$COMP_LINE': $got"; exit 1; }
}

completes 'hvfs ' vpx:// esx:// gsx://
completes 'hvfs v' vpx://
completes 'hvfs --' --help --version
completes 'hvfs -o a' allow_other auto_unmount
completes 'hvfs -o ro,pass' ro,password_file=
completes 'hvfs vpx://u@vc/dc?t' '//u@vc/dc?transport='
completes 'hvfs vpx://vc/?transport=' http https
completes 'hvfs vpx://vc/?transport=http&auto_answer=a' ask
cd "$(mktemp -d)" || exit 1
mkdir mnt
completes 'hvfs vpx://vc/ m' mnt
completes 'hvfs -o password_file=m' mnt
rmdir "$PWD/mnt" "$PWD"

# Every option that --help names.
"${HVFS_BUILDDIR:-$here/../build}/fs/hvfs" --help | sed -n 's/^ *-o \([a-z_]*=*\).*/\1/p' |
  while read -r option; do completes "hvfs -o ${option%=}" "$option"; done || exit 1
