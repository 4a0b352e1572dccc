/* fs/mountpoint.h - whether one can mount there
 *
 * Exists to say in one line what is wrong with a mount point before anything is
 * connected, and to clear away a mount that a killed hvfs left behind.
 */
#pragma once

#include <glib.h>

/**
 * hvfs_mountpoint_prepare:
 * @ret_path: (out) (transfer full): absolute, for when the process has moved to /
 *
 * @error: ENOENT, ENOTDIR, EACCES, EBUSY, with the reason
 */
gboolean hvfs_mountpoint_prepare (const char *path, char **ret_path, GError **error);
