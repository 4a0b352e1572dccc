/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/inventory.h - the file "inventory": every domain, one a line
 *
 * Exists so that awk, and the inventories of Ansible and its like, get all domains by one
 * read in place of one walk.  hvfs(5) lists the fields.
 */
#pragma once

#include "fs/row/row.h"

typedef struct _HvfsInventory HvfsInventory;

HvfsInventory *hvfs_inventory_new (void);
void hvfs_inventory_free (HvfsInventory *inventory);

/* The row's.  Cost: all domains; of stat only after a change that the server pushed. */
extern const HvfsFileOps hvfs_inventory_ops;
gboolean hvfs_inventory_stat (HvfsFs *fs, HvfsNode node, const HvfsObject *object,
                              struct stat *st);
