/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/attr-custom.h - the directory attributes of an object
 *
 * Exists because each kind of directory has one: a row is in one table only, so each has rows
 * of its own.
 */
#pragma once

#include "fs/edit/values.h"
#include "fs/fs.h"

#define HVFS_CUSTOM_TABLES(kind)                                                             \
  hvfs_custom_##kind##_table[2], hvfs_custom_##kind##_members[4]

extern HvfsRow HVFS_CUSTOM_TABLES (datacenter), HVFS_CUSTOM_TABLES (cluster),
  HVFS_CUSTOM_TABLES (host), HVFS_CUSTOM_TABLES (pool), HVFS_CUSTOM_TABLES (domain),
  HVFS_CUSTOM_TABLES (datastore), HVFS_CUSTOM_TABLES (network);

extern const HvfsValues hvfs_custom_values;
gboolean hvfs_custom_visible (HvfsFs *fs, HvfsNode node);

/* The row "attributes" of the table of @kind. */
#define HVFS_CUSTOM_ROW(kind)                                                                \
  { .name = "attributes", .mode = S_IFDIR | 0755, .table = hvfs_custom_##kind##_table,       \
    .members = hvfs_custom_##kind##_members, .dir_ops = &hvfs_values_ops,                    \
    .values = &hvfs_custom_values, .visible = hvfs_custom_visible }

/* Under the mirror's lock. */

/* Has the kernel forget the values of @object. */
void hvfs_custom_forget (HvfsFs *fs, const HvfsObject *object);

/* What is defined may have changed: has the kernel forget the names that came or went. */
void hvfs_custom_forget_names (HvfsFs *fs);
