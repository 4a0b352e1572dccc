/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wire/share.h - values that a reply says again and again are built once
 *
 * Exists because what an inventory says is mostly the same: of 10,000 machines most are
 * "poweredOn", have the default shares and the same names of properties.  Values are
 * immutable, so a reply that builds one like one it has lately built takes that again,
 * which costs a comparison in place of an allocation, now and when it is dropped; and
 * what the mirror keeps is shared, too.
 *
 * Lately means: since another took its place in a table of fixed size.  One thread.
 */
#pragma once

#include "backend/wire/value.h"

typedef struct _HvfsShare HvfsShare;

HvfsShare *hvfs_share_new (void);
void hvfs_share_free (HvfsShare *share);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvfsShare, hvfs_share_free)

/* As hvfs_value_new_leaf_interned and hvfs_value_new_node_interned, also in what they
 * take; long texts and nodes of many children are always new. */
HvfsValue *hvfs_share_leaf (HvfsShare *share, HvfsName *name, HvfsName *type,
                            const char *text, gsize len);
HvfsValue *hvfs_share_node (HvfsShare *share, HvfsName *name, HvfsName *type,
                            HvfsValue *const *children, guint n_children);
