/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/snapshot.h - a machine's snapshots
 *
 * Exists so that the tree of snapshots, which is one property of the machine, can be
 * asked for one of them, and so that what changes them waits until the mirror shows
 * it.  A snapshot is known by a number that is its own among its machine's.
 */
#pragma once

#include "backend/operation/operation.h"

/* One snapshot; values are the mirror's, valid while its lock is held. */
typedef struct
{
  guint32 number;      /* 0 < number < 2^27 */
  HvfsValue *tree;     /* the VirtualMachineSnapshotTree */
  HvfsValue *parent;   /* the same of its parent; NULL: none */
} HvfsSnapshot;

/* Under the mirror's lock; memory only. */

/* All of @vm's, parents before children: (element-type HvfsSnapshot) (transfer full) */
GArray *hvfs_snapshots_of (const HvfsObject *vm);
gboolean hvfs_snapshot_find (const HvfsObject *vm, guint32 number, HvfsSnapshot *ret);
/* The one that the machine goes on from; 0: it has none. */
guint32 hvfs_snapshot_current (const HvfsObject *vm);
guint32 hvfs_snapshot_number (const HvfsValue *tree);

/* Network; no lock may be held.  Each waits until the mirror shows it.
 * @error: the server's; ESTALE when the machine or the snapshot is gone */

/* @name: as the user says it; @memory: of a machine that runs.
 * Returns: its number, 0 on error */
guint32 hvfs_snapshot_create (const HvfsServer *server, guint32 serial, const char *name,
                              const char *description, gboolean memory, gboolean quiesce,
                              GCancellable *cancellable, GError **error);
gboolean hvfs_snapshot_delete (const HvfsServer *server, guint32 serial, guint32 number,
                               gboolean children, GCancellable *cancellable, GError **error);
gboolean hvfs_snapshot_revert (const HvfsServer *server, guint32 serial, guint32 number,
                               GCancellable *cancellable, GError **error);
/* @name, @description: NULL: stays */
gboolean hvfs_snapshot_change (const HvfsServer *server, guint32 serial, guint32 number,
                               const char *name, const char *description, GError **error);
