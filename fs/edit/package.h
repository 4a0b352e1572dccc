/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/edit/package.h - the files of an OVF package in a draft
 *
 * Exists because cp -r brings them in any order, while the server wants the descriptor first:
 * until all are there, they are in files without names on the local disk.
 */
#pragma once

#include "fs/fs.h"

HvfsPackages *hvfs_packages_new (void);
void hvfs_packages_free (HvfsPackages *packages);

/* What is there of the draft @number goes away; open files keep theirs. */
void hvfs_packages_drop (HvfsPackages *packages, guint32 number);
