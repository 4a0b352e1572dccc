# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# tests/convert/lost.sh - what a VMX loses on its way through domain XML; sourced by
# test-convert-full.sh, and run by hand to renew the list in hvfs-convert(1)

# vmx_keys  The keys of the VMX on standard input, without case, sorted.
vmx_keys () {
  LC_ALL=C tr '[:upper:]' '[:lower:]' | LC_ALL=C grep -aoE '^[[:space:]]*[a-z.][a-z0-9_:.*-]*[[:space:]]*=' |
    tr -d ' =\t' | LC_ALL=C sort -u
}

# lost_keys CONVERT OPTION FILE  The keys of FILE that a VMX made of its XML does not have.
lost_keys () {
  # shellcheck disable=SC2086
  "$1" --quiet $2 --to xml "$3" | "$1" --quiet --to vmx - | vmx_keys >"$tmp/after.keys"
  vmx_keys <"$3" | LC_ALL=C comm -23 - "$tmp/after.keys"
}

# summary  Keys as the manual has them: N for the numbers of devices, DISK for the slots of
# disks and their controllers, and of what is no disk, interface, port or folder the first
# word alone.
summary () {
  sed -E 's/^([a-z_]+)[0-9]+(:[0-9]+)?\./\1N./
    s/^(scsi|ide|sata|nvme|floppy)N\./DISK./
    /^(DISK|ethernetN|serialN|parallelN|sharedfolderN)\./!s/\..*/.*/' | LC_ALL=C sort -u
}
