/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/attr-disk.h - the directory disks of a domain, and of a snapshot */
#pragma once

#include "fs/attr/disk.h"

/* What is in it, and in each directory there. */
extern HvfsRow hvfs_disk_members[], hvfs_disk_table[];
extern HvfsRow hvfs_snapshot_disk_members[], hvfs_snapshot_disk_table[];
extern const HvfsDirOps hvfs_disks_ops;
