/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/conf.h - hvfs.conf: mounts that have a name
 *
 * Exists so that several servers are described in one place, and "hvfs NAME MOUNTPOINT" does
 * for a line that nobody wants to type.  One group a mount, in the format of GKeyFile; the
 * user's file is read before the system's, which it adds to, group by group.
 */
#pragma once

#include <glib.h>

typedef struct
{
  char *uri;
  char *mountpoint; /* nullable */
  char *options;    /* nullable: as after -o */
} HvfsConfGroup;

void hvfs_conf_group_free (HvfsConfGroup *group);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvfsConfGroup, hvfs_conf_group_free)

/**
 * hvfs_conf_lookup:
 *
 * Reads the files.
 *
 * @error: EINVAL, naming the file, the group and the key that is wrong; the errno of a file
 *   that cannot be read
 *
 * Returns: (nullable): without an error where no file has a group of that name
 */
HvfsConfGroup *hvfs_conf_lookup (const char *name, GError **error);

/* The names of all groups, each once, those of the user's file first.
 * @error: as above; ENOENT where there is none */
char **hvfs_conf_dup_names (GError **error);
