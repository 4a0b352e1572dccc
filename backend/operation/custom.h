/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/custom.h - custom attributes: values that a vCenter's users define
 *
 * Exists because what can be set is defined once for a kind of objects, by the
 * CustomFieldsManager, and is set by a key and not by its name.
 */
#pragma once

#include "backend/operation/operation.h"

/* One that is defined; borrowed from the mirror. */
typedef struct
{
  guint32 key;
  const char *name;
} HvfsCustomField;

/* Under the mirror's lock; memory only. */

/* Whether the server has custom attributes at all. */
gboolean hvfs_custom_is_there (HvfsMirror *mirror);

/* Those that @object can have, in the order of the server; (element-type HvfsCustomField)
 * (transfer full) */
GArray *hvfs_custom_fields (HvfsMirror *mirror, const HvfsObject *object);

/* FALSE: @object can have none of the key @key. */
gboolean hvfs_custom_find (HvfsMirror *mirror, const HvfsObject *object, guint32 key,
                           HvfsCustomField *ret);

/* What @object has; (nullable): nothing */
const char *hvfs_custom_value (const HvfsObject *object, guint32 key);

/* These wait until the mirror shows it.  Network; no lock may be held. */

/* Gives the object @serial the value @text, "" for none. */
gboolean hvfs_custom_set (const HvfsServer *server, guint32 serial, guint32 key, const char *text,
                          GError **error);

/* Defines an attribute for the kind of objects that @serial is.  @error: EEXIST */
gboolean hvfs_custom_define (const HvfsServer *server, guint32 serial, const char *name,
                             GError **error);
