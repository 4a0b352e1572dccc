/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/domain-stores.h - the functions behind the rows of a domain's table
 *
 * Exists because the table is one and its functions are grouped by concern, a file
 * each: attr-tune.c for what a domain has of its host, attr-media.c for its CD, attr-move.c,
 * attr-folder.c and attr-pool.c for where it is, attr-end.c for its ends.  What each shows
 * and takes is in hvfs(5).
 */
#pragma once

#include "fs/row/row.h"

#define HVFS_SHOW(function)                                                                  \
  gboolean function (HvfsFs *fs, HvfsNode node, const HvfsObject *vm, GString *out,         \
                     GError **error)
#define HVFS_STORE(function)                                                                 \
  gboolean function (HvfsStore *store, const char *line, GError **error)

/* attr-move.c */
HVFS_SHOW (hvfs_migrate_show);
HVFS_STORE (hvfs_migrate_store);
gboolean hvfs_migrate_is_volatile (HvfsFs *fs, HvfsNode node);
HVFS_STORE (hvfs_clone_store);
HVFS_STORE (hvfs_customize_store);

/* attr-folder.c */
HVFS_SHOW (hvfs_folder_show);
HVFS_STORE (hvfs_folder_store);

/* attr-media.c */
HVFS_SHOW (hvfs_media_show);
HVFS_STORE (hvfs_media_store);
extern const HvfsFetch hvfs_media_fetch;

/* attr-pool.c */
HVFS_SHOW (hvfs_pool_show);
HVFS_STORE (hvfs_pool_store);

/* attr-end.c */
/* Whether @line is the name of the object itself, whose directory is a @own: to confirm.
 * @error: EINVAL, with the name */
gboolean hvfs_end_confirm (HvfsStore *store, HvfsRow *own, const char *line, GError **error);
/* Likewise, where the name is known.  @what: "host" */
gboolean hvfs_end_confirm_name (const char *line, const char *name, const char *what,
                                GError **error);
HVFS_STORE (hvfs_undefine_store);
HVFS_STORE (hvfs_destroy_store);

/* attr-tune.c */
HVFS_SHOW (hvfs_sched_show);
HVFS_STORE (hvfs_sched_store);
HVFS_SHOW (hvfs_memtune_show);
HVFS_STORE (hvfs_memtune_store);
/* The same of pools. */
HVFS_STORE (hvfs_pool_sched_store);
HVFS_STORE (hvfs_pool_memtune_store);
HVFS_SHOW (hvfs_memory_show);
HVFS_STORE (hvfs_memory_store);
HVFS_SHOW (hvfs_vcpus_show);
HVFS_STORE (hvfs_vcpus_store);
