/* fs/destination.h - hosts, clusters, datastores and folders as users name them
 *
 * Exists so that all lines that name a place take the same: its name where only one
 * has it, or a path.
 */
#pragma once

#include "fs/row.h"

/* All take the mirror's lock, memory only.  0 on error.
 * @error: ENOENT: there is none; EINVAL: there are several, and it lists their paths */

/**
 * hvfs_destination_host:
 * @serial: the domain, whose directory relative paths start from
 * @text: a name; a path in the mount; a libvirt URI of the same server
 *
 * Returns: the serial of a host or a cluster
 */
guint32 hvfs_destination_host (HvfsFs *fs, guint32 serial, const char *text, GError **error);

/* @at: the host that is to see it, or the domain whose host that is; of a cluster, any */
guint32 hvfs_destination_datastore (HvfsFs *fs, guint32 at, const char *name, GError **error);

/* A folder of domains: a name, or the end of a path in by-folder. */
guint32 hvfs_destination_folder (HvfsFs *fs, const char *text, GError **error);

/* Whether @serial is a host, not a cluster. */
gboolean hvfs_destination_is_host (HvfsFs *fs, guint32 serial);

/* (transfer full): the name of @serial in the tree, for messages */
char *hvfs_destination_dup_name (HvfsFs *fs, guint32 serial);
