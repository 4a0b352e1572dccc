/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-schema.h - the fields of the server's devices, and their order
 *
 * Exists because a server refuses fields in another order than the schema's, and fields
 * of another class, while a device that takes the place of another is to keep all that
 * both have.  Types that are not in here keep their fields and their order, and take none
 * that they have not.
 */
#pragma once

#include <glib.h>

/* Whether the type is known.  Types without a name of their own in a reply go by the
 * element that holds them, such as "connectable". */
gboolean hvfs_vim_type_is_known (const char *type);

/* Returns: the place of the field in its type, from 0; -1: the type has none of that name,
 *   or is not known */
int hvfs_vim_field_rank (const char *type, const char *field);

/* Whether @follower only describes what @field names, and so is void with another @field. */
gboolean hvfs_vim_field_follows (const char *follower, const char *field);

/* Returns: (transfer full): "type: field field ..." a line, of every type; for tests */
char *hvfs_vim_schema_print (void);
