/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/tree/path.h - from a place in the tree to its path, and from links to their targets
 *
 * Exists because an inode number says which object a place shows, and the index where
 * that is, but users, messages and links want paths.
 *
 * Memory only.  Under the mirror's lock, but for hvfs_path_dup.
 */
#pragma once

#include "fs/row/row.h"

/* The server's name of @object, safe as a file's: what it did not escape itself.
 * (transfer full) */
char *hvfs_path_dup_name (const HvfsObject *object);

/* The fixed entries of the directory @node: at the root two tables, else one.
 * Ended by NULL.  The object of each is @ret_a[i]. */
void hvfs_path_tables (HvfsFs *fs, HvfsNode node, HvfsRow *ret_tables[3], guint32 ret_a[3]);

/* Appends the path of the directory @ino below the root, without a first slash;
 * FALSE if it is not in the tree.  The mirror's lock must be held. */
gboolean hvfs_path_append (HvfsFs *fs, guint64 ino, GString *path);

/* The path of @object's own directory; FALSE if it has none. */
gboolean hvfs_path_append_object (HvfsFs *fs, const HvfsObject *object, GString *path);

/* Appends the way from the directory of the link @from to @to, both below the root, with no more
 * ".." than needed. */
void hvfs_path_append_relative (GString *target, const char *from, const char *to);

/* Appends what the link @node says; FALSE if it leads nowhere. */
gboolean hvfs_path_append_link (HvfsFs *fs, HvfsNode node, GString *target);

/* The inode of @object's own directory, 0 if it has none. */
guint64 hvfs_path_object_ino (HvfsFs *fs, const HvfsObject *object);

/* The path of @ino below the root, for messages.  Takes the mirror's lock. */
char *hvfs_path_dup (HvfsFs *fs, guint64 ino);

/* For rows that are only there while they hold something. */
gboolean hvfs_path_is_not_empty (HvfsFs *fs, HvfsNode node);
