/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/nested.c - directories that are objects of the server; see nested.h */
#include "fs/attr/nested.h"

#include <string.h>

#include "backend/operation/migrate.h"
#include "convert/error.h"
#include "fs/fs.h"
#include "fs/row/line.h"
#include "fs/tree/change.h"
#include "fs/tree/index.h"

/* What @name in @dir is; FALSE: nothing. */
static gboolean
find_entry (HvfsFs *fs, HvfsNode dir, const char *name, HvfsNode *ret)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (fs->mirror));

  return hvfs_node_from_ino (hvfs_index_lookup (fs->index, hvfs_node_ino (dir), name), ret);
}

guint64
hvfs_nested_mkdir (const HvfsNested *nested, HvfsCall *call, HvfsNode dir, const char *name,
                   GError **error)
{
  HvfsFs *fs = call->fs;
  g_autoptr (GError) failure = NULL;
  guint32 parent = 0, made = 0;

  if (hvfs_line_check (name, &failure)
      && hvfs_connection_confirm (fs->connection, call->cancellable, &failure))
    parent = nested->at (fs, dir, &failure);
  if (parent != 0)
    made = nested->create (&fs->server, parent, name, call->cancellable, &failure);
  hvfs_change_remember_verb (fs, dir, "mkdir", name, failure);
  if (made != 0)
    return hvfs_row_ino (nested->row, made, 0);
  g_propagate_error (error, g_steal_pointer (&failure));
  return 0;
}

/* Moves it, then gives it the other name. */
static gboolean
move (const HvfsNested *nested, HvfsCall *call, guint32 serial, HvfsNode new_dir, gboolean stays,
      const char *new_name, GError **error)
{
  const HvfsServer *server = &call->fs->server;
  guint32 parent = stays ? 0 : nested->at (call->fs, new_dir, error);

  if (!stays && (parent == 0 || !nested->move (server, serial, parent, call->cancellable, error)))
    return FALSE;
  if (new_name == NULL || hvfs_rename (server, serial, new_name, call->cancellable, error))
    return TRUE;
  if (!stays)
    g_prefix_error (error, "it was moved, but not renamed: ");
  return FALSE;
}

gboolean
hvfs_nested_rename (const HvfsNested *nested, HvfsCall *call, HvfsNode dir, const char *name,
                    HvfsNode new_dir, const char *new_name, GError **error)
{
  HvfsFs *fs = call->fs;
  HvfsNode entry, there;
  g_autofree char *target = hvfs_change_dup_target (fs, dir, new_dir, new_name);
  gboolean stays = hvfs_node_ino (dir) == hvfs_node_ino (new_dir);
  g_autoptr (GError) failure = NULL;

  if (!find_entry (fs, dir, name, &entry))
    {
      g_set_error (error, HVFS_ERROR, ENOENT, "there is no '%.100s' any more", name);
      return FALSE;
    }
  if (entry.row == hvfs_row (HVFS_NAMED_BY_FOLDER_LINK))
    entry.row = hvfs_row_of_kind (HVFS_KIND_VM);
  if (find_entry (fs, new_dir, new_name, &there))
    g_set_error (&failure, HVFS_ERROR, EEXIST, "there is a '%.100s' already", new_name);
  else if (hvfs_line_check (new_name, &failure)
           && hvfs_connection_confirm (fs->connection, call->cancellable, &failure))
    move (nested, call, entry.a, new_dir, stays, strcmp (name, new_name) == 0 ? NULL : new_name,
          &failure);
  hvfs_change_remember_verb (fs, entry, "mv", target, failure);
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}
