/* backend/vmconfig/vmconfig-value.h - devices as the server sent them, with a change in them
 *
 * Exists so that what domain XML cannot say goes back as it came.
 */
#pragma once

#include "backend/wire/request.h"
#include "backend/wire/value.h"

/* Returns: (transfer full): @object with @child (transfer full) in place of what has its
 * name, or where the schema has it */
HvfsValue *hvfs_vm_value_with (HvfsValue *object, HvfsValue *child);
/* The same of text; takes its own reference to nothing. */
HvfsValue *hvfs_vm_value_with_text (HvfsValue *object, const char *name, const char *text);

/* A node of fields: name, text, ... NULL. */
HvfsValue *hvfs_vm_value_new (const char *name, const char *type, ...) G_GNUC_NULL_TERMINATED;

/* Writes @value as the server sent it, under @name. */
void hvfs_vm_value_write (HvfsRequest *request, const HvfsValue *value, const char *name);
