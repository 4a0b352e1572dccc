/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/tree/index.h - which names are in which directory
 *
 * Exists so that a name is found, and a directory listed, without a walk over the
 * inventory, and so that every change of it is known by name, which is what the
 * kernel must be told.  Where two objects have one name in one directory, the one
 * with the lowest moref has it, the others "NAME~MOREF".  That name is theirs alone: an
 * object whose own name it is gets its moref appended too.
 *
 * Guarded by the mirror's lock, as what it is made from.
 */
#pragma once

#include "backend/mirror/mirror.h"

/* In bytes: FUSE takes 1024, and a moref may follow.  What has a longer name is not listed. */
#define HVFS_INDEX_MAX_NAME 512

typedef struct _HvfsIndex HvfsIndex;

/* One name: in the directory @dir, for the inode @child. */
typedef struct
{
  guint64 dir;
  const char *name;
  guint64 child;
} HvfsPlace;

/* Told that @name came into @dir, went from it, or now means another inode.  @sole: it is
 * the first there, or was the last. */
typedef void (*HvfsIndexChanged) (guint64 dir, const char *name, gboolean sole, gpointer data);

/* Told that @owner has another name in a directory because another came there or went;
 * before these names are told of. */
typedef void (*HvfsIndexRenamed) (const HvfsObject *owner, gpointer data);

HvfsIndex *hvfs_index_new (HvfsIndexChanged changed, HvfsIndexRenamed renamed, gpointer data);
void hvfs_index_free (HvfsIndex *index);

/**
 * hvfs_index_place:
 * @owner: whose places they are; a @places without any takes it out everywhere
 *
 * Makes @places all the places of @owner.  What stays costs nothing but the look.
 */
void hvfs_index_place (HvfsIndex *index, const HvfsObject *owner, const HvfsPlace *places,
                       guint n_places);

/* Returns: the inode of @name in @dir, 0 if there is none.  O(1). */
guint64 hvfs_index_lookup (HvfsIndex *index, guint64 dir, const char *name);

gboolean hvfs_index_is_empty (HvfsIndex *index, guint64 dir);

/**
 * hvfs_index_list:
 * @after: 0, or the position of the last entry seen
 * @func: called in order until it returns FALSE
 *
 * Positions only grow: who goes on from one sees nothing twice, whatever came and
 * went meanwhile.
 */
void hvfs_index_list (HvfsIndex *index, guint64 dir, guint64 after,
                      gboolean (*func) (const char *name, guint64 child, guint64 position,
                                        gpointer data),
                      gpointer data);

/* The directory that holds @child, an inode of the object with the serial @owner; 0: none
 * does. */
guint64 hvfs_index_dir_of (HvfsIndex *index, guint32 owner, guint64 child);
/* Appends the name that it has there. */
void hvfs_index_append_name (HvfsIndex *index, guint32 owner, guint64 child, GString *name);

/* Calls @func for each directory that is not empty. */
void hvfs_index_foreach_dir (HvfsIndex *index, void (*func) (guint64 dir, gpointer data),
                             gpointer data);

/* Calls @func for the child of each place of each owner. */
void hvfs_index_foreach_child (HvfsIndex *index, void (*func) (guint64 child, gpointer data),
                               gpointer data);
