/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wire/value.h - what a reply says: an immutable tree of named, typed values
 *
 * Exists because no types are generated from the schema: every reply becomes a
 * tree of these, and whoever knows what to expect asks for it by name.  A value
 * is built once (by reply.c) and never changes, so it is shared between threads
 * and kept in the mirror by reference.
 *
 * A leaf has text, an inner node has children; an element without content is a
 * leaf with the text "".  Names are local names, without any prefix.
 */
#pragma once

#include "backend/wire/name.h"

typedef struct _HvfsValue HvfsValue;

/* Take over the references in @children (NULL with none); @type may be NULL.  A
 * node without children is a leaf with the text "".  @text is UTF-8 without NUL.
 * One allocation each, and two look-ups under a lock for name and type. */
HvfsValue *hvfs_value_new_leaf (const char *name, const char *type,
                                const char *text, gsize len);
HvfsValue *hvfs_value_new_node (const char *name, const char *type,
                                HvfsValue *const *children, guint n_children);

/* The same for who has the names already (reply.c): no look-up, no lock; takes a
 * reference of its own to @name and @type. */
HvfsValue *hvfs_value_new_leaf_interned (HvfsName *name, HvfsName *type,
                                         const char *text, gsize len);
HvfsValue *hvfs_value_new_node_interned (HvfsName *name, HvfsName *type,
                                         HvfsValue *const *children, guint n_children);

/* Whether @value (NULL: no) is what these arguments would make; children are compared by
 * their addresses. */
gboolean hvfs_value_is_leaf (const HvfsValue *value, HvfsName *name, HvfsName *type,
                             const char *text, gsize len);
gboolean hvfs_value_is_node (const HvfsValue *value, HvfsName *name, HvfsName *type,
                             HvfsValue *const *children, guint n_children);

HvfsValue *hvfs_value_ref (HvfsValue *value);
void hvfs_value_unref (HvfsValue *value);        /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvfsValue, hvfs_value_unref)

const char *hvfs_value_name (const HvfsValue *value);

/**
 * hvfs_value_type:
 *
 * Returns: (nullable): of a managed object reference the type of the object
 *   ("VirtualMachine"); else the local part of xsi:type; NULL if neither is sent
 */
const char *hvfs_value_type (const HvfsValue *value);

/* The accessors below take NULL for @value and then find nothing, so that they
 * can be chained.  All are memory only; nothing they return is owned. */

guint hvfs_value_n_children (const HvfsValue *value);
HvfsValue *hvfs_value_nth (const HvfsValue *value, guint n);

/**
 * hvfs_value_get:
 * @path: (nullable): names joined by dots, "config.cpuAllocation.limit"; of several
 *   children with one name the first is taken; NULL or "": @value itself
 *
 * Returns: (nullable) (transfer none): what is there.  Cost: the children passed over.
 */
HvfsValue *hvfs_value_get (const HvfsValue *value, const char *path);

/* Returns: (nullable): the text of the leaf at @path; NULL if there is none */
const char *hvfs_value_text (const HvfsValue *value, const char *path);

/* Returns: the number at @path, @fallback where there is none or it is not one */
gint64 hvfs_value_int (const HvfsValue *value, const char *path, gint64 fallback);

/* Returns: whether @path says true or 1 */
gboolean hvfs_value_bool (const HvfsValue *value, const char *path);

/**
 * hvfs_value_time_us:
 * @path: of an xsd:dateTime
 *
 * Returns: microseconds since 1970 UTC, 0 where there is none or it is not one
 */
gint64 hvfs_value_time_us (const HvfsValue *value, const char *path);

/* Whether both (NULL allowed) have the same type, text and children; the name of
 * the topmost node does not count, names below it do. */
gboolean hvfs_value_equal (const HvfsValue *a, const HvfsValue *b);
