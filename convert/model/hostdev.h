/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/model/hostdev.h - names of the host's devices that a machine has for itself
 *
 * Exists because VMX, server and domain XML each spell them otherwise.  The strings that
 * functions return are the caller's.
 */
#pragma once

#include "convert/model/model.h"

/**
 * hvfs_hostdev_parse_pattern:
 *
 * A USB device as VMX files and servers name it: "vid:03e7 pid:2485", "0x03e7:0x2485", or
 * any other pattern ("path:1/3/0 autoclean:1"), which stays as it is.
 *
 * Returns: FALSE: it is empty
 */
gboolean hvfs_hostdev_parse_pattern (HvfsHostdev *hostdev, const char *pattern);
char *hvfs_hostdev_dup_pattern (const HvfsHostdev *hostdev);

/**
 * hvfs_hostdev_parse_pci:
 *
 * The place of a PCI device.  A VMX has "00000:013:00.0", all decimal, a server "0000:0d:00.0" or
 * "0d:00.0", all hexadecimal; either is taken by the number of its digits.
 *
 * Returns: FALSE: it is none
 */
gboolean hvfs_hostdev_parse_pci (HvfsHostdev *hostdev, const char *id);
char *hvfs_hostdev_dup_pci (const HvfsHostdev *hostdev); /* as a server has it */
char *hvfs_hostdev_dup_vmx_pci (const HvfsHostdev *hostdev);

/* Whether both are the same device of the host. */
gboolean hvfs_hostdev_same (const HvfsHostdev *a, const HvfsHostdev *b);
