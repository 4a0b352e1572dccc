/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-snapshots.h - the disks as of a machine's snapshots
 *
 * Exists because each snapshot has a configuration of its own.  Thread safe.
 */
#pragma once

#include <gio/gio.h>

typedef struct _HvfsConfig HvfsConfig; /* vmconfig.h */

/* Returns: (transfer full) (nullable) (element-type HvfsConfigDisk): the hard disks as of the
 * snapshot @number (see snapshot.h); NULL if they must be fetched.  Memory; the mirror's lock must
 * be held. */
GPtrArray *hvfs_config_get_snapshot_disks (HvfsConfig *config, guint32 serial, guint32 number);

/* Network: those of all snapshots of the machine.  @error: ESTALE: the snapshot is gone; as
 * hvfs_config_fetch */
gboolean hvfs_config_fetch_snapshot_disks (HvfsConfig *config, guint32 serial, guint32 number,
                                           GCancellable *cancellable, GError **error);

/* What is kept of them: a part of the HvfsConfig. */
typedef struct _HvfsSnapshotDisks HvfsSnapshotDisks;

HvfsSnapshotDisks *hvfs_snapshot_disks_new (void);
void hvfs_snapshot_disks_free (HvfsSnapshotDisks *snapshots);
