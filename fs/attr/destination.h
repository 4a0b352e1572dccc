/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/destination.h - hosts, clusters, datastores and folders as users name them
 *
 * Exists so that all lines that name a place take the same: its name where only one
 * has it, or a path.
 */
#pragma once

#include "fs/row/row.h"

/* Where places are looked for: in the mount, or in the vCenter of a host's mount. */
typedef struct
{
  HvfsMirror *mirror;
  const char *server;     /* the host in URIs of it */
  gboolean is_mount;      /* paths may be relative to a domain's directory */
  const char *mountpoint; /* nullable: paths may begin with it */
  /* Appends @object's path; FALSE if it has none.  The mirror's lock is held. */
  gboolean (*append_path) (const HvfsObject *object, GString *path, gpointer data);
  gpointer data;
} HvfsPlaces;

/* Those of the mount; borrowed from @fs. */
HvfsPlaces hvfs_places_of_mount (HvfsFs *fs);

/* All take the mirror's lock; memory only, but that a URI's host may be looked up.  0 on
 * error.
 * @error: ENOENT: there is none; EINVAL: there are several, and it lists their paths */

/**
 * hvfs_destination_host:
 * @serial: the domain, whose directory relative paths start from
 * @text: a name; a path in the mount, or as libvirt's URIs have it; a libvirt URI of the
 *   same server
 *
 * Returns: the serial of a host or a cluster
 */
guint32 hvfs_destination_host (const HvfsPlaces *places, guint32 serial, const char *text,
                               GError **error);

/* @name: or its path in the mount, from the root.
 * @at: the host that is to see it, or the domain whose host that is; of a cluster, any */
guint32 hvfs_destination_datastore (const HvfsPlaces *places, guint32 at, const char *name,
                                    GError **error);

/* A folder of domains: its path in the mount or below by-folder/, or the end of one.
 * @at: a host or a domain, whose datacenter's topmost folder "/" is */
guint32 hvfs_destination_folder (const HvfsPlaces *places, guint32 at, const char *text,
                                 GError **error);

/* Whether @serial is a host, not a cluster. */
gboolean hvfs_destination_is_host (const HvfsPlaces *places, guint32 serial);

/* (transfer full): the name of @serial, for messages */
char *hvfs_destination_dup_name (const HvfsPlaces *places, guint32 serial);
