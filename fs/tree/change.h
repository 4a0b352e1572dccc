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

/* Keeps for its "error" how the write of @line to @ino went, or of an object's directory
 * the mv to @line; @error: NULL: well.  @line: NULL where it would be too long. */
void hvfs_change_remember (HvfsFs *fs, guint64 ino, HvfsNode node, const char *line,
                        const GError *error);
