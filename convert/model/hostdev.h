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

/* ---- SCSI ---- */

/* Places on SCSI controllers. */
#define HVFS_HOSTDEV_CONTROLLERS 4
#define HVFS_HOSTDEV_UNITS 64
#define HVFS_HOSTDEV_OWN_UNIT 7 /* the controller's */

gboolean hvfs_hostdev_same_place (const HvfsHostdev *a, const HvfsHostdev *b);

/* What stands for it where disks are asked for their places; it owns nothing. */
HvfsDisk hvfs_hostdev_as_disk (const HvfsHostdev *hostdev);

/* Returns: (nullable): the disk that has its place */
const HvfsDisk *hvfs_hostdev_find_disk (const HvfsDomain *domain, const HvfsHostdev *hostdev);

/* Whether a SCSI device of the host is on the controller of that index. */
gboolean hvfs_hostdev_is_on (const HvfsDomain *domain, guint controller);
