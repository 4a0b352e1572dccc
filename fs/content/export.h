/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/content/export.h - "export" of a domain, in a mount with -o content
 *
 * Exists so that cp -r makes a backup of a machine that every vSphere server takes: its OVF
 * descriptor, its disks as the server sends them, and a manifest.
 */
#pragma once

#include "fs/row/row.h"

extern HvfsRow hvfs_export_members[];
extern const HvfsDirOps hvfs_export_dir_ops;
