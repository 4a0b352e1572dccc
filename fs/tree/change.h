/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/tree/change.h - what a change through the mount leaves behind
 *
 * Exists because every way to change something ends alike: the kernel is told of names
 * that came or went, and the object's "error" says how the last operation went.
 */
#pragma once

#include "fs/row/row.h"

/* @name came into the directory @dir, went, or means another inode: the kernel is told, and
 * the directory's time is now.  Any lock may be held. */
void hvfs_change_name (HvfsFs *fs, guint64 dir, const char *name);

/* Keeps for its "error" how the write of @line to @ino went; @error: NULL: well.  @line: NULL
 * where it would be too long. */
void hvfs_change_remember (HvfsFs *fs, guint64 ino, HvfsNode node, const char *line,
                        const GError *error);

/* The same of what @verb, "mkdir" or "mv", did to @name in the directory or of the object
 * @node. */
void hvfs_change_remember_verb (HvfsFs *fs, HvfsNode node, const char *verb, const char *name,
                                const GError *error);

/* The show of a row "error". */
gboolean hvfs_change_show_error (HvfsFs *fs, HvfsNode node, const HvfsObject *object, GString *out,
                                 GError **error);

/* Where mv goes, as the user names it: in another directory than @dir with that one's path.
 * (transfer full).  Takes the mirror's lock. */
char *hvfs_change_dup_target (HvfsFs *fs, HvfsNode dir, HvfsNode new_dir, const char *new_name);
