/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/content/content-place.h - where files of datastores are in the tree
 *
 * Exists because their nodes are numbers of contents.h, and messages and the kernel want
 * paths and inodes.
 */
#pragma once

#include "fs/row/row.h"

/* The inode of the directory @number, or with 0 of "files" of the datastore @store. */
guint64 hvfs_content_dir_ino (guint32 number, guint32 store);

/* The name of the extent of the disk @name, (transfer full); NULL: that is no disk's
 * descriptor, or its extent is not beside it */
char *hvfs_content_dup_extent (HvfsFs *fs, guint32 dir, guint32 store, const char *name);

/* @error: EPERM, unless the mount may remove and overwrite */
gboolean hvfs_content_may_delete (HvfsFs *fs, GError **error);

/* Keeps for .hvfs/errors why @what could not be done with @name (nullable) in the directory
 * @number of @store, or with that itself; not that who asked gave up. */
void hvfs_content_remember (HvfsFs *fs, guint32 number, guint32 store, const char *name,
                            const char *what, const GError *error);
/* Of a directory's node: its number, 0 for "files" itself.  @ret_store: its datastore.
 * FALSE: it is gone. */
gboolean hvfs_content_dir (HvfsFs *fs, HvfsNode dir, guint32 *ret_number, guint32 *ret_store);
