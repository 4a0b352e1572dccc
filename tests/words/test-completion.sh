#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/words/test-completion.sh - bash, fish and zsh complete the options that hvfs has; bash and
# fish its URI, its names and the mount point
here=$(cd "${srcdir:-$(dirname "$0")/..}" && pwd)
# shellcheck source=completions/hvfs
. "$here/../completions/hvfs"
compopt () { :; }
hvfs=${HVFS_BUILDDIR:-$here/../build}/fs/hvfs
HOME=$(mktemp -d) && export HOME
trap 'rm -r "$HOME"' EXIT
unset XDG_CONFIG_HOME
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
completes 'hvfs --' --help --version --all
completes 'hvfs -o a' allow_delete allow_other auto_unmount
completes 'hvfs -o ro,pass' ro,password_file=
completes 'hvfs vpx://u@vc/dc?t' '//u@vc/dc?transport='
completes 'hvfs vpx://vc/?transport=' http https
completes 'hvfs vpx://vc/?transport=http&auto_answer=a' ask
cd "$HOME" || exit 1
mkdir mnt
completes 'hvfs vpx://vc/ m' mnt
completes 'hvfs -o password_file=m' mnt
completes 'hvfs --all m' mnt
mkdir -p .config/hvfs
printf '[lab]\nuri=vpx://vc/\n[other]\nuri=esx://h/\n' >.config/hvfs/hvfs.conf
completes 'hvfs l' lab

# Every option that --help names.
options=$("$hvfs" --help | sed -n 's/^ *-o \([a-z_]*=*\).*/\1/p')
[ -n "$options" ] || { echo 'FAIL: --help names no options'; exit 1; }
for option in $options; do
  completes "hvfs -o ${option%=}" "$option"
  for shell in hvfs.fish _hvfs; do
    grep -qw -- "${option%=}" "$here/../completions/$shell" || { echo "FAIL: $shell: no $option"; exit 1; }
  done
done

if command -v zsh >/dev/null; then
  zsh -n "$here/../completions/_hvfs" || exit 1
fi
command -v fish >/dev/null || { echo 'SKIP: fish is missing'; [ "${CI-}" != true ] || exit 1; exit 77; }

# fishes LINE WORD...  At least these, in any order.
fishes () {
  got=$(fish -c "source '$here/../completions/hvfs.fish'; complete -C '$1'" | cut -f1)
  line=$1
  shift
  for word; do
    grep -qxF -- "$word" <<<"$got" || { echo "FAIL: fish: '$line': no $word in: $got"; exit 1; }
  done
}
fishes 'hvfs ' vpx:// esx:// gsx:// lab other
fishes 'hvfs --' --help --version --all
fishes 'hvfs -o ro,pass' ro,password_file=
fishes 'hvfs vpx://vc/?tr' 'vpx://vc/?transport=http' 'vpx://vc/?transport=https'
fishes 'hvfs vpx://vc/ m' mnt/
fishes 'hvfs --all m' mnt/
