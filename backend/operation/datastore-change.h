/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/datastore-change.h - files of datastores are moved, copied, removed, made
 *
 * Exists because the server does this for plain files and for disks by different managers: a
 * disk is a descriptor and an extent, which go together.  Paths are below the datastore's
 * root.  Network; each but mkdir waits for a task; no lock may be held.
 */
#pragma once

#include "backend/operation/datastore-place.h"
#include "backend/operation/operation.h"

typedef struct
{
  guint32 serial;        /* of the datastore */
  const HvfsDatastorePlace *place;
  const char *path;
  gboolean is_disk;      /* it is a disk's descriptor, which stands for all of the disk */
} HvfsDatastorePath;

/* A name that no other file has, in the directory of @path, below the datastore's root, for what
 * is not whole yet: a server that is lost in between has half of it, or makes it later.  Memory.
 * (transfer full) */
char *hvfs_datastore_part_path (const char *path, gboolean is_disk);

/* Whether the server has a manager that moves plain files.  Memory. */
gboolean hvfs_datastore_can_move (const HvfsServer *server);

/* A request to the server's manager of files, or of disks, which goes on with whatever else its
 * method wants.  @name, @datacenter: what the method calls the path and its datacenter.
 * @error: ENOTSUP.  Memory.  Returns: (transfer full): NULL: the server has no such manager */
HvfsRequest *hvfs_datastore_request_new (const HvfsServer *server, const char *method,
                                         const HvfsDatastorePath *path, const char *name,
                                         const char *datacenter, GError **error);

/* What @from says of a disk holds of @to.  @force: what is at @to is replaced. */
gboolean hvfs_datastore_move (const HvfsServer *server, const HvfsDatastorePath *from,
                              const HvfsDatastorePath *to, gboolean force,
                              GCancellable *cancellable, GError **error);

/* Whole; what is at @to is kept.  A disk may be stored in another way than @from is. */
gboolean hvfs_datastore_copy (const HvfsServer *server, const HvfsDatastorePath *from,
                              const HvfsDatastorePath *to, GCancellable *cancellable,
                              GError **error);

/* With all that is in it, if it is a directory. */
gboolean hvfs_datastore_delete (const HvfsServer *server, const HvfsDatastorePath *path,
                                GCancellable *cancellable, GError **error);

/* Its parent must be there. */
gboolean hvfs_datastore_mkdir (const HvfsServer *server, const HvfsDatastorePath *path,
                               GError **error);
