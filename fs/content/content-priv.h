/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/content/content-priv.h - what the files of fs/content/ share */
#pragma once

#include "fs/content/content.h"
#include "fs/content/contents.h"
#include "fs/fs.h"

/* content-file.c */
extern const HvfsFileOps hvfs_content_file_ops;

/* content-place.c */

/* Keeps for .hvfs/errors why @what could not be done with @name (nullable) in the directory
 * @number of @store, or with that itself; not that who asked gave up. */
void hvfs_content_remember (HvfsFs *fs, guint32 number, guint32 store, const char *name,
                            const char *what, const GError *error);
/* Of a directory's node: its number, 0 for "files" itself.  @ret_store: its datastore.
 * FALSE: it is gone. */
gboolean hvfs_content_dir (HvfsFs *fs, HvfsNode dir, guint32 *ret_number, guint32 *ret_store);
