/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-value.h - devices as the server sent them, with a change in them
 *
 * Exists so that what domain XML cannot say goes back as it came: a device that is edited,
 * and one that takes the place of another, begins as the whole of what the server says of
 * the old one, in which only what the text changes is replaced.
 *
 * A value never changes: these functions put another in its place, at @object.  All fields
 * stand where the schema has them (vmconfig-schema.h).
 */
#pragma once

#include "backend/wire/request.h"
#include "backend/wire/value.h"

/* Returns: (transfer full): without any field */
HvfsValue *hvfs_vm_value_new (const char *name, const char *type);

/* Puts @child (transfer full) in place of all fields of its name. */
void hvfs_vm_value_put (HvfsValue **object, HvfsValue *child);

/* The same of text.  Where it says something else than before, the fields that only describe
 * what the old text named are dropped. */
void hvfs_vm_value_set (HvfsValue **object, const char *name, const char *text);
void hvfs_vm_value_set_int (HvfsValue **object, const char *name, gint64 number);
void hvfs_vm_value_set_bool (HvfsValue **object, const char *name, gboolean yes);

void hvfs_vm_value_drop (HvfsValue **object, const char *name);

/* Makes it one of another type: the fields stay that this has, too. */
void hvfs_vm_value_become (HvfsValue **object, const char *type);

/* Whether the object can have the field: by its type, or because it does. */
gboolean hvfs_vm_value_can (const HvfsValue *object, const char *name);
