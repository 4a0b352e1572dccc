/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/content/volume.h - "volumes" of a datastore
 *
 * Exists so that each disk, ISO image and floppy image of a datastore is a file with libvirt's
 * XML of it: a new one makes a disk, and a larger capacity grows one.
 */
#pragma once

#include "fs/row/row.h"

extern HvfsRow hvfs_volume_members[];
extern const HvfsDirOps hvfs_volume_dir_ops;
extern const HvfsFetch hvfs_volume_dir_fetch;

/* "refresh" of a datastore: `yes` lets the server look at it anew, and forgets what is known of
 * what is in it. */
gboolean hvfs_volume_refresh (HvfsStore *store, const char *line, GError **error);

/* "wipe" of a datastore: the path of a disk there, which is overwritten with zeros. */
gboolean hvfs_volume_wipe_named (HvfsStore *store, const char *line, GError **error);
