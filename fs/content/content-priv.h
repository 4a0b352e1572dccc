/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/content/content-priv.h - what the files of fs/content/ share */
#pragma once

#include "fs/content/content-place.h"
#include "fs/content/contents.h"
#include "fs/fs.h"

/* content-file.c */
extern const HvfsFileOps hvfs_content_file_ops;

/* The new file @number is open, to be written by who calls.  FALSE: it cannot be */
gboolean hvfs_content_open_new (HvfsCall *call, guint32 number, struct fuse_file_info *fi,
                                GError **error);

/* content-name.c: the changing half of hvfs_content_dir_ops */
guint64 hvfs_content_create (HvfsCall *call, HvfsNode dir, const char *name, mode_t mode,
                             struct fuse_file_info *fi, GError **error);
guint64 hvfs_content_mkdir (HvfsCall *call, HvfsNode dir, const char *name, mode_t mode,
                            GError **error);
gboolean hvfs_content_unlink (HvfsCall *call, HvfsNode dir, const char *name, GError **error);
gboolean hvfs_content_rmdir (HvfsCall *call, HvfsNode dir, const char *name, GError **error);
gboolean hvfs_content_rename (HvfsCall *call, HvfsNode dir, const char *name, HvfsNode new_dir,
                              const char *new_name, guint flags, GError **error);
