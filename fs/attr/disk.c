/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/disk.c - which disk a node is about; see disk.h */
#include "fs/attr/disk.h"

#include <stdlib.h>
#include <string.h>

#include "backend/vmconfig/vmconfig-snapshots.h"
#include "convert/error.h"
#include "fs/fs.h"
#include "fs/tree/numbers.h"

HvfsDiskPlace
hvfs_disk_place (HvfsFs *fs, HvfsNode node)
{
  const char *name, *slash;

  if (node.row->members != NULL)
    return (HvfsDiskPlace){ node.b, NULL };
  name = hvfs_numbers_name (fs->numbers, node.b);
  slash = name == NULL ? NULL : strchr (name, '/');
  return (HvfsDiskPlace){ slash == NULL ? 0 : (guint32) strtoul (name, NULL, 10),
                          slash == NULL ? name : slash + 1 };
}

GPtrArray *
hvfs_disks_get (HvfsFs *fs, HvfsNode node)
{
  guint32 snapshot = hvfs_disk_place (fs, node).snapshot;

  return snapshot == 0 ? hvfs_config_get_disks (fs->config, node.a)
                       : hvfs_config_get_snapshot_disks (fs->config, node.a, snapshot);
}

const HvfsConfigDisk *
hvfs_disk_find (HvfsFs *fs, HvfsNode node, GPtrArray **ret_disks, GError **error)
{
  const char *target = hvfs_disk_place (fs, node).target;
  const HvfsConfigDisk *disk;

  *ret_disks = hvfs_disks_get (fs, node);
  if (*ret_disks == NULL)
    {
      g_set_error (error, HVFS_ERROR, EAGAIN, "the configuration has just changed: try again");
      return NULL;
    }
  disk = target == NULL ? NULL : hvfs_config_disks_find (*ret_disks, target);
  if (disk == NULL)
    g_set_error (error, HVFS_ERROR, ESTALE, "there is no such disk any more");
  return disk;
}

static gboolean
is_known (HvfsFs *fs, HvfsNode node)
{
  g_autoptr (GPtrArray) disks = hvfs_disks_get (fs, node);

  return disks != NULL;
}

static gboolean
is_fresh (HvfsFs *fs, HvfsNode node)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (fs->mirror));

  return is_known (fs, node);
}

static gboolean
fetch (HvfsCall *call, HvfsNode node, gint64 *ret_size G_GNUC_UNUSED, GError **error)
{
  HvfsConfig *config = call->fs->config;
  guint32 snapshot = hvfs_disk_place (call->fs, node).snapshot;

  return snapshot == 0
           ? hvfs_config_fetch_parts (config, node.a, call->cancellable, error)
           : hvfs_config_fetch_snapshot_disks (config, node.a, snapshot, call->cancellable, error);
}

const HvfsFetch hvfs_disks_fetch = { is_known, is_fresh, fetch };

const HvfsObject *
hvfs_disk_datastore (HvfsFs *fs, const HvfsConfigDisk *disk)
{
  return disk->datastore == NULL ? NULL : hvfs_mirror_find (fs->mirror, "Datastore", disk->datastore);
}
