/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/edit/values.c - a directory of values, with scratch files beside them; see values.h */
#include "fs/edit/values.h"

#include <string.h>

#include "backend/mirror/inventory-name.h"
#include "convert/error.h"
#include "fs/edit/edit.h"

#define MAX_NAME_BYTES 1024 /* the kernel's, of a name in a mount */

/* Where the positions of scratch files begin in a listing, behind those of values. */
#define SCRATCH_START (G_GUINT64_CONSTANT (1) << 32)

static guint64
values_lookup (HvfsFs *fs, HvfsNode dir, const char *name, pid_t tid)
{
  HvfsNode value = dir.row->values->find (fs, dir, name);

  return value.row != NULL ? hvfs_node_ino (value) : hvfs_edit_dir_ops.lookup (fs, dir, name, tid);
}

typedef struct
{
  HvfsListFunc func;
  gpointer data;
} Behind;

static gboolean
list_behind (const char *name, guint64 ino, guint64 position, gpointer data)
{
  const Behind *behind = data;

  return behind->func (name, ino, SCRATCH_START + position, behind->data);
}

static void
values_list (HvfsFs *fs, HvfsNode dir, guint64 after, HvfsListFunc func, gpointer data)
{
  Behind behind = { func, data };

  if (dir.row->values->list (fs, dir, after, func, data))
    hvfs_edit_dir_ops.list (fs, dir, after > SCRATCH_START ? after - SCRATCH_START : 0,
                            list_behind, &behind);
}

/* Takes the mirror's lock. */
static HvfsNode
find (HvfsFs *fs, HvfsNode dir, const char *name)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (fs->mirror));

  return dir.row->values->find (fs, dir, name);
}

static gboolean
check_no_value (HvfsFs *fs, HvfsNode dir, const char *name, GError **error)
{
  if (find (fs, dir, name).row == NULL)
    return TRUE;
  g_set_error (error, HVFS_ERROR, EPERM, "'%s' is %s", name, dir.row->values->what);
  return FALSE;
}

static guint64
values_create (HvfsCall *call, HvfsNode dir, const char *name, mode_t mode,
               struct fuse_file_info *fi, GError **error)
{
  return check_no_value (call->fs, dir, name, error)
           ? hvfs_edit_dir_ops.create (call, dir, name, mode, fi, error)
           : 0;
}

static guint64
values_symlink (HvfsCall *call, HvfsNode dir, const char *name, const char *target, GError **error)
{
  return check_no_value (call->fs, dir, name, error)
           ? hvfs_edit_dir_ops.symlink (call, dir, name, target, error)
           : 0;
}

static gboolean
values_unlink (HvfsCall *call, HvfsNode dir, const char *name, GError **error)
{
  return check_no_value (call->fs, dir, name, error)
         && hvfs_edit_dir_ops.unlink (call, dir, name, error);
}

static gboolean
values_rename (HvfsCall *call, HvfsNode dir, const char *name, HvfsNode new_dir,
               const char *new_name, guint flags, GError **error)
{
  HvfsNode value = find (call->fs, new_dir, new_name);

  if (!check_no_value (call->fs, dir, name, error))
    return FALSE;
  if (value.row != NULL && flags == 0 && hvfs_node_ino (dir) == hvfs_node_ino (new_dir))
    return hvfs_edit_put_over (call, dir, name, value, new_name, error);
  return check_no_value (call->fs, new_dir, new_name, error)
         && hvfs_edit_dir_ops.rename (call, dir, name, new_dir, new_name, flags, error);
}

const HvfsDirOps hvfs_values_ops = {
  .lookup = values_lookup,
  .list = values_list,
  .create = values_create,
  .symlink = values_symlink,
  .unlink = values_unlink,
  .rename = values_rename,
};

char *
hvfs_values_dup_file_name (const char *name)
{
  g_autofree char *file = hvfs_inventory_name_encode (name);

  return *file == '\0' || strlen (file) > MAX_NAME_BYTES || strcmp (file, ".") == 0
             || strcmp (file, "..") == 0
           ? NULL
           : g_steal_pointer (&file);
}
