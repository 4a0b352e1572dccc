/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/nested.h - directories that are objects of the server, each in another one
 *
 * Exists so that mkdir makes a folder or a resource pool in the same way, and mv moves and
 * renames it.
 */
#pragma once

#include "backend/operation/operation.h"
#include "fs/row/row.h"

typedef struct
{
  HvfsRow *row; /* of what mkdir makes */
  /* The object that @dir stands for; 0 on error. */
  guint32 (*at) (HvfsFs *fs, HvfsNode dir, GError **error);
  /* Network.  Returns: the new object; 0 on error */
  guint32 (*create) (const HvfsServer *server, guint32 parent, const char *name,
                     GCancellable *cancellable, GError **error);
  /* Network. */
  gboolean (*move) (const HvfsServer *server, guint32 serial, guint32 parent,
                    GCancellable *cancellable, GError **error);
} HvfsNested;

/* As mkdir and rename of HvfsDirOps. */
guint64 hvfs_nested_mkdir (const HvfsNested *nested, HvfsCall *call, HvfsNode dir,
                           const char *name, GError **error);
gboolean hvfs_nested_rename (const HvfsNested *nested, HvfsCall *call, HvfsNode dir,
                             const char *name, HvfsNode new_dir, const char *new_name,
                             GError **error);
