/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/attr-snapshot.h - the directory snapshots of a domain
 *
 * Each snapshot is a node {hvfs_snapshot_row, the domain's serial, its number}; the
 * index holds their names.
 */
#pragma once

#include "fs/tree/index.h"
#include "fs/row/row.h"

extern HvfsRow hvfs_snapshots_table[], hvfs_snapshot_row, hvfs_snapshot_table[];
extern const HvfsDirOps hvfs_snapshots_ops;

gboolean hvfs_revert_store (HvfsStore *store, const char *line, GError **error);

/* The number of the snapshot called @name of the domain @serial; @or_current: or led to by
 * that link.  Takes the mirror's lock.  0 on error: ENOENT */
guint32 hvfs_snapshots_number (HvfsFs *fs, guint32 serial, const char *name, gboolean or_current,
                               GError **error);

/* Under the mirror's lock. */

/* Adds @vm's snapshots to @places (element-type HvfsPlace), names to @names. */
void hvfs_snapshots_place (const HvfsObject *vm, GArray *places, GPtrArray *names);

/* Has the kernel forget what the files of @vm's snapshots showed. */
void hvfs_snapshots_forget (HvfsFs *fs, const HvfsObject *vm);
