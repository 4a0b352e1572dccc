/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/disk.h - which disk a node is about
 *
 * Exists as the way from a node to the disk that it is about.  A node's b is the number of a name:
 * "sda", or "12/sda" as of the snapshot 12.
 */
#pragma once

#include "backend/vmconfig/vmconfig-disks.h"
#include "fs/row/row.h"

/* For rows that are about a disk, and for disks/ itself, which has members. */
extern const HvfsFetch hvfs_disks_fetch;

typedef struct
{
  guint32 snapshot;   /* 0: the domain's own */
  const char *target; /* nullable: of disks/ itself */
} HvfsDiskPlace;

/* Memory. */
HvfsDiskPlace hvfs_disk_place (HvfsFs *fs, HvfsNode node);

/* All disks beside that of @node; (transfer full) (nullable) (element-type HvfsConfigDisk): they
 * must be fetched.  Under the mirror's lock. */
GPtrArray *hvfs_disks_get (HvfsFs *fs, HvfsNode node);

/* Under the mirror's lock.  @ret_disks: (out) (transfer full) (nullable): keeps what is returned.
 * @error: ESTALE: there is no such disk any more; EAGAIN: it must be fetched, once more */
const HvfsConfigDisk *hvfs_disk_find (HvfsFs *fs, HvfsNode node, GPtrArray **ret_disks,
                                      GError **error);

/* The datastore that @disk is in; (nullable).  Under the mirror's lock. */
const HvfsObject *hvfs_disk_datastore (HvfsFs *fs, const HvfsConfigDisk *disk);
