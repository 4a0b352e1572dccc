/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/disk-raw.h - the content of a disk, as one file */
#pragma once

#include "fs/row/row.h"

extern const HvfsFileOps hvfs_raw_ops;
extern const HvfsFetch hvfs_raw_fetch;
gboolean hvfs_raw_stat (HvfsFs *fs, HvfsNode node, const HvfsObject *vm, struct stat *st);
