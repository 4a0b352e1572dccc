#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/words/test-hardening.sh - the programs are built so that a mistake in memory ends them
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires readelf

# What configure chose; nothing beside the checkers and with --disable-hardening.
flags=$(sed -n 's/^HVFS_\(C\|LD\)FLAGS = //p' "$build_dir/Makefile" | tr '\n' ' ')
case $flags in *-z,now*) ;; *) skip 'built without hardening' ;; esac

# has FLAG  Of those for the compiler, and the user's own do not contradict.
has () {
  case " $flags " in *" $1 "*) ;; *) return 1 ;; esac
}

# expect PROGRAM WHAT PATTERN READELF-OPTION...
expect () {
  program=$1 what=$2 pattern=$3
  shift 3
  readelf -W "$@" "$program" >"$tmp/elf"
  grep -q -- "$pattern" "$tmp/elf" || fail "$program: no $what"
}

for program in "$HVFS" "$build_dir/convert/hvfs-convert"; do
  expect "$program" 'position-independent code' 'Type: *DYN' -h
  expect "$program" 'dynamic section of a program' 'Flags:.*PIE' -d
  expect "$program" 'read-only relocations' GNU_RELRO -l
  expect "$program" 'binding at the start' 'Flags:.*NOW' -d
  expect "$program" 'stack protector' __stack_chk_fail --dyn-syms
  readelf -W -l "$program" | grep GNU_STACK | grep -q 'RWE' && fail "$program: the stack is executable"
done
if has -D_FORTIFY_SOURCE=3; then
  expect "$HVFS" 'fortified functions' '_chk@' --dyn-syms
fi
# The debugging information has the flags; a program may have been stripped.
if readelf -S "$HVFS" | grep -q '\.debug_info'; then
  expect "$HVFS" 'stack clash protection' -fstack-clash-protection --debug-dump=info
  expect "$HVFS" 'strong stack protector' -fstack-protector-strong --debug-dump=info
fi

# Each source file of the programs is compiled with them.
for room in convert backend fs; do
  grep -q '^AM_CFLAGS = .*HVFS_CFLAGS' "$build_dir/$room/Makefile" || fail "$room: not compiled with HVFS_CFLAGS"
done
