/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/row/node.h - from an inode number to what is there
 *
 * Exists because every request begins with an inode number, and asks for the object, or
 * for the text, that it stands for.
 */
#pragma once

#include "fs/row/row.h"

/* Finds the row, and the object (NULL for the mount's own rows); FALSE when the
 * object is gone.  The mirror's lock must be held. */
gboolean hvfs_node_resolve (HvfsFs *fs, guint64 ino, HvfsNode *ret_node,
                           HvfsObject **ret_object);

/* All of the file's text; NULL on error.  (transfer full).  Takes the mirror's lock. */
GBytes *hvfs_node_render (HvfsFs *fs, guint64 ino, GError **error);

/* The row's mode, as -o umask= changes it: then all may do what the owner may, less the mask.
 * What only the owner reads is still for no others, and for the group only where the mask
 * lets that write. */
mode_t hvfs_node_mode (const HvfsFs *fs, HvfsNode node);

/* The same, but as the row's stat corrects it, without the mount's umask.  Takes the mirror's
 * lock. */
mode_t hvfs_node_present_mode (HvfsFs *fs, HvfsNode node);

/* The permissions that the mount gives to nobody: those of its umask, or of the usual one. */
mode_t hvfs_node_masked (const HvfsFs *fs);

/* Whether a setattr asks for another mode or owner than the row has: who restores what
 * is there already, as cp -p does, changes nothing.  Permissions that the mount gives to nobody
 * are no difference: a file that was made with another umask has them. */
gboolean hvfs_node_changes_owner (HvfsFs *fs, HvfsNode node, const struct stat *st, int to_set);
