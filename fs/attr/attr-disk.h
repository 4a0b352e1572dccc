/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/attr-disk.h - the directory disks of a domain */
#pragma once

#include "fs/row/row.h"

/* A domain's disks/, and what is in each directory there. */
extern HvfsRow hvfs_disk_members[], hvfs_disk_table[];
extern const HvfsDirOps hvfs_disks_ops;
extern const HvfsFetch hvfs_disks_fetch;
