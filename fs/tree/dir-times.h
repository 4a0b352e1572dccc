/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/tree/dir-times.h - when names last came into a directory or went from it
 *
 * Exists because make, find -newer and rsync go by a directory's time, and no property of
 * the server says when its entries changed.  Only directories whose entries have changed
 * since the mount are kept; of others the time is that of their object.
 *
 * Memory only, with a lock of its own, which may be taken under any other.
 */
#pragma once

#include <glib.h>

typedef struct _HvfsDirTimes HvfsDirTimes;

HvfsDirTimes *hvfs_dir_times_new (void);
void hvfs_dir_times_free (HvfsDirTimes *times);

/* Now, in the directory @ino. */
void hvfs_dir_times_touch (HvfsDirTimes *times, guint64 ino);

/* Returns: microseconds since 1970; 0: not since the mount.  O(1), and next to nothing
 * where that is so of all directories. */
gint64 hvfs_dir_times_get (HvfsDirTimes *times, guint64 ino);

/* Forgets those that @is_there denies, when there are twice as many as after the last
 * time.  @is_there: called under the lock. */
void hvfs_dir_times_sweep (HvfsDirTimes *times,
                           gboolean (*is_there) (guint64 ino, gpointer data), gpointer data);
