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
} HvfsDatastorePath;

/* @is_disk: @from is a disk's descriptor.  @force: what is at @to is replaced. */
gboolean hvfs_datastore_move (const HvfsServer *server, const HvfsDatastorePath *from,
                              const HvfsDatastorePath *to, gboolean is_disk, gboolean force,
                              GCancellable *cancellable, GError **error);

/* Whole; what is at @to is kept.  A disk may be stored in another way than @from is. */
gboolean hvfs_datastore_copy (const HvfsServer *server, const HvfsDatastorePath *from,
                              const HvfsDatastorePath *to, gboolean is_disk,
                              GCancellable *cancellable, GError **error);

/* With all that is in it, if it is a directory. */
gboolean hvfs_datastore_delete (const HvfsServer *server, const HvfsDatastorePath *path,
                                gboolean is_disk, GCancellable *cancellable, GError **error);

/* Its parent must be there. */
gboolean hvfs_datastore_mkdir (const HvfsServer *server, const HvfsDatastorePath *path,
                               GError **error);
