/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/mountpoint.h - whether one can mount there, and mounting
 *
 * Exists to say in one line what is wrong with a mount point before anything is
 * connected, or why nothing can be mounted, and to clear away a mount that a killed hvfs
 * left behind.
 */
#pragma once

#include <glib.h>

struct fuse_session;

/**
 * hvfs_mountpoint_prepare:
 * @ret_path: (out) (transfer full): absolute, for when the process has moved to /
 *
 * @error: ENOENT, ENOTDIR, EACCES, EBUSY, with the reason
 */
gboolean hvfs_mountpoint_prepare (const char *path, char **ret_path, GError **error);

/* @path: as prepared.  @error: EIO, with what libfuse or fusermount3 said.  Nothing else
 * may write to stderr meanwhile. */
gboolean hvfs_mountpoint_mount (struct fuse_session *session, const char *path, GError **error);
