/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/content/content.h - "files" of a datastore, in a mount with -o content
 *
 * Exists as the way from the rows to what is below a datastore: directories that are listed
 * when somebody looks, and files that are read over HTTP.
 */
#pragma once

#include "fs/row/row.h"

extern HvfsRow hvfs_content_dir_row, hvfs_content_file_row;
extern const HvfsDirOps hvfs_content_dir_ops;
extern const HvfsFetch hvfs_content_dir_fetch;

/* "files" of datastores: how full it is. */
gboolean hvfs_content_statfs (HvfsFs *fs, HvfsNode node, struct statvfs *st);

/* Whether the mount shows content. */
gboolean hvfs_content_is_shown (HvfsFs *fs, HvfsNode node);
/* Whether the mount lets what is on a datastore be overwritten. */
gboolean hvfs_content_is_overwritten (HvfsFs *fs, HvfsNode node);
