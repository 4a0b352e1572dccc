/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/attr-folder.c - by-folder/, and the file "folder" of a domain
 *
 * Exists so that the server's folders of machines are made by mkdir, and machines and
 * folders are moved and renamed by mv; the file says and takes the same for scripts.
 */
#include "backend/operation/folder.h"

#include <string.h>

#include "backend/mirror/locate.h"
#include "backend/operation/migrate.h"
#include "convert/error.h"
#include "fs/attr/destination.h"
#include "fs/attr/domain-stores.h"
#include "fs/attr/nested.h"
#include "fs/attr/tables.h"
#include "fs/fs.h"
#include "fs/row/line.h"
#include "fs/tree/change.h"
#include "fs/tree/index.h"
#include "fs/tree/path.h"

/* ---- folder ---- */

HVFS_SHOW (hvfs_folder_show)
{
  guint64 link = hvfs_row_ino (&hvfs_by_folder_link, vm->serial, 0);
  guint64 top = hvfs_row_ino (hvfs_row (HVFS_NAMED_BY_FOLDER), 0, 0);
  guint64 dir = hvfs_index_dir_of (fs->index, vm->serial, link);
  g_autoptr (GString) path = g_string_new (NULL);

  /* What is in a folder that the account may not see is just below by-folder. */
  if (dir == 0 || dir == top || !hvfs_path_append (fs, dir, path))
    return hvfs_show_unknown ("folder", error);
  hvfs_show_line (out, path->str + strlen ("by-folder/"));
  return TRUE;
}

HVFS_STORE (hvfs_folder_store)
{
  HvfsPlaces places = hvfs_places_of_mount (store->fs);
  g_autofree char *path = hvfs_line_dup_unquoted (line);
  guint32 folder = hvfs_destination_folder (&places, store->serial, path, error);

  return folder != 0
         && hvfs_folder_move (&store->fs->server, store->serial, folder, store->cancellable,
                              error);
}

/* ---- by-folder ---- */

/* The folder of the server that @dir stands for; 0 on error. */
static guint32
folder_at (HvfsFs *fs, HvfsNode dir, GError **error)
{
  HvfsPlaces places = hvfs_places_of_mount (fs);

  if (dir.row == &hvfs_by_folder_dc_row)
    return hvfs_destination_folder (&places, dir.a, "/", error);

  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (fs->mirror));
  HvfsObject *object = hvfs_mirror_get (fs->mirror, dir.a);

  if (object != NULL && object->kind == HVFS_KIND_FOLDER)
    return dir.a;
  g_set_error (error, HVFS_ERROR, EPERM,
               "this is a vApp, not a folder: what is in it is in its resource pool");
  return 0;
}

static const HvfsNested folders = { .row = &hvfs_by_folder_folder_row, .at = folder_at,
                                    .create = hvfs_folder_create, .move = hvfs_folder_move };

static guint64
folder_mkdir (HvfsCall *call, HvfsNode dir, const char *name, mode_t mode, GError **error)
{
  return hvfs_nested_mkdir (&folders, call, dir, name, error);
}

static gboolean
folder_rename (HvfsCall *call, HvfsNode dir, const char *name, HvfsNode new_dir,
               const char *new_name, guint flags, GError **error)
{
  return hvfs_nested_rename (&folders, call, dir, name, new_dir, new_name, error);
}

static const HvfsDirOps folder_ops = { .mkdir = folder_mkdir, .rename = folder_rename };

HvfsRow hvfs_by_folder_link = { .named = HVFS_NAMED_BY_FOLDER_LINK, .mode = S_IFLNK | 0777 };
HvfsRow hvfs_by_folder_dc_row
  = { .named = HVFS_NAMED_FOLDER_OF_DC, .mode = S_IFDIR | 0755, .dir_ops = &folder_ops };
HvfsRow hvfs_by_folder_folder_row
  = { .named = HVFS_NAMED_FOLDER_DIR, .mode = S_IFDIR | 0755, .dir_ops = &folder_ops };
