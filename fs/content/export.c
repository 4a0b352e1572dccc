/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/content/export.c - "export" of a domain; see export.h
 *
 * The files are numbered: the disks first, then the descriptor, which says their sizes, then the
 * manifest of all.  cp -r reads in the order of inode numbers, which is the same.
 */
#include "fs/content/export.h"

#include <fcntl.h>
#include <string.h>

#include "backend/operation/export.h"
#include "convert/error.h"
#include "fs/fs.h"
#include "fs/row/call.h"
#include "fs/row/node.h"
#include "fs/tree/change.h"
#include "fs/tree/numbers.h"
#include "fs/tree/path.h"

/* node.b: of a disk its number from 1; of the others one of these, and the number of the domain's
 * name, of which the kernel keeps the files' names: by an earlier name there is none any more. */
#define OVF (1u << 25)
#define MANIFEST (1u << 26)

/* ---- names ---- */

static HvfsNode
file_in (HvfsNode dir, guint32 number)
{
  guint member = number < OVF ? 0 : number < MANIFEST ? 1 : 2;

  return (HvfsNode){ &dir.row->members[member], dir.a, number };
}

/* (transfer full) (nullable): the domain is gone.  Under the mirror's lock. */
static char *
dup_file_name (HvfsFs *fs, guint32 serial, guint32 number)
{
  const HvfsObject *vm = hvfs_mirror_get (fs->mirror, serial);
  g_autofree char *name = vm == NULL ? NULL : hvfs_path_dup_name (vm);

  if (number < OVF)
    return hvfs_export_disk_name (number - 1);
  return name == NULL ? NULL : g_strconcat (name, number < MANIFEST ? ".ovf" : ".mf", NULL);
}

/* @kind: OVF or MANIFEST.  Under the mirror's lock. */
static guint32
text_number (HvfsFs *fs, const HvfsObject *vm, guint32 kind)
{
  g_autofree char *name = hvfs_path_dup_name (vm);

  return kind | hvfs_numbers_get (fs->numbers, name);
}

static gboolean
append_name (HvfsFs *fs, HvfsNode node, GString *out)
{
  g_autofree char *name = dup_file_name (fs, node.a, node.b);

  if (name != NULL)
    g_string_append (out, name);
  return name != NULL;
}

/* The number of the file after @number; 0: there is none, or it is not known.  Under the mirror's
 * lock. */
static guint32
next_number (HvfsFs *fs, guint32 serial, guint32 number)
{
  const HvfsObject *vm = hvfs_mirror_get (fs->mirror, serial);
  g_autoptr (GPtrArray) disks = NULL;

  if (vm == NULL || number >= MANIFEST)
    return 0;
  if (number >= OVF)
    return text_number (fs, vm, MANIFEST);
  disks = hvfs_config_get_disks (fs->config, serial);
  if (disks == NULL)
    return 0;
  return number < disks->len ? number + 1 : text_number (fs, vm, OVF);
}

static guint64
export_lookup (HvfsFs *fs, HvfsNode dir, const char *name, pid_t tid G_GNUC_UNUSED)
{
  for (guint32 n = next_number (fs, dir.a, 0); n != 0; n = next_number (fs, dir.a, n))
    {
      g_autofree char *own = dup_file_name (fs, dir.a, n);

      if (g_strcmp0 (own, name) == 0)
        return hvfs_node_ino (file_in (dir, n));
    }
  return 0;
}

static void
export_list (HvfsFs *fs, HvfsNode dir, guint64 after, HvfsListFunc func, gpointer data)
{
  for (guint32 n = next_number (fs, dir.a, (guint32) after); n != 0; n = next_number (fs, dir.a, n))
    {
      g_autofree char *name = dup_file_name (fs, dir.a, n);

      if (name != NULL && !func (name, hvfs_node_ino (file_in (dir, n)), n, data))
        return;
    }
}

const HvfsDirOps hvfs_export_dir_ops = { .lookup = export_lookup, .list = export_list };

/* ---- open files: a disk, or a text ---- */

typedef struct
{
  HvfsExportFile *disk;
  GBytes *text;
} File;

static File *
file_of (const struct fuse_file_info *fi)
{
  return (File *) (uintptr_t) fi->fh;
}

/* Whether there is such a file.  Under the mirror's lock. */
static gboolean
is_there (HvfsFs *fs, HvfsNode node, const HvfsObject *vm)
{
  g_autoptr (GPtrArray) disks = NULL;

  if (node.b >= OVF)
    return node.b == text_number (fs, vm, node.b < MANIFEST ? OVF : MANIFEST);
  disks = hvfs_config_get_disks (fs->config, node.a);
  return disks == NULL || node.b <= disks->len;
}

/* The descriptor or the manifest.  (transfer full) */
static GBytes *
get_text (HvfsCall *call, HvfsNode node, GError **error)
{
  HvfsFs *fs = call->fs;
  g_autofree char *name = NULL, *ovf = NULL, *text = NULL;
  const HvfsObject *vm;
  gsize len;

  g_rw_lock_reader_lock (hvfs_mirror_lock (fs->mirror));
  vm = hvfs_mirror_get (fs->mirror, node.a);
  if (vm != NULL && is_there (fs, node, vm))
    name = hvfs_path_dup_name (vm);
  g_rw_lock_reader_unlock (hvfs_mirror_lock (fs->mirror));
  if (name == NULL)
    {
      hvfs_object_set_gone ("domain", error);
      return NULL;
    }
  ovf = g_strconcat (name, ".ovf", NULL);
  text = node.b < MANIFEST
           ? hvfs_export_descriptor (fs->exports, node.a, name, call->cancellable, error)
           : hvfs_export_manifest (fs->exports, node.a, name, ovf, call->cancellable, error);
  if (text == NULL)
    return NULL;
  len = strlen (text);
  return g_bytes_new_take (g_steal_pointer (&text), len);
}

static gboolean
open_now (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, GError **error)
{
  File file = { 0 };

  if (node.b < OVF)
    file.disk = hvfs_export_open (call->fs->exports, node.a, node.b - 1, call->cancellable, error);
  else
    file.text = get_text (call, node, error);
  if (file.disk == NULL && file.text == NULL)
    return FALSE;
  fi->fh = (uintptr_t) g_memdup2 (&file, sizeof file);
  fi->direct_io = 1;
  fi->noflush = 1;
  return TRUE;
}

static gboolean
export_open (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, GError **error)
{
  GError *failure = NULL;

  fi->fh = 0;
  if ((fi->flags & O_ACCMODE) != O_RDONLY)
    {
      g_set_error (error, HVFS_ERROR, EACCES, "what is exported cannot be written");
      return FALSE;
    }
  if (!hvfs_call_may_wait (call, error) || !hvfs_call_confirm (call, error))
    return FALSE;
  if (open_now (call, node, fi, &failure))
    return TRUE;
  hvfs_change_remember_verb (call->fs, node, "export", NULL, failure);
  g_propagate_error (error, failure);
  return FALSE;
}

static GBytes *
export_read (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, gsize size, goffset off,
             GError **error)
{
  const File *file = file_of (fi);
  GError *failure = NULL;
  GBytes *bytes;
  gsize len;

  if (file->text != NULL)
    {
      const char *text = g_bytes_get_data (file->text, &len);

      return hvfs_call_slice (text, len, size, off);
    }
  bytes = hvfs_export_read (file->disk, off, size, call->cancellable, &failure);
  if (bytes != NULL)
    return bytes;
  if (failure->code != EWOULDBLOCK && failure->code != EINTR)
    hvfs_change_remember_verb (call->fs, node, "export", NULL, failure);
  g_propagate_error (error, failure);
  return NULL;
}

static void
export_close (HvfsFs *fs G_GNUC_UNUSED, HvfsNode node G_GNUC_UNUSED, guint64 fh)
{
  File *file = (File *) (uintptr_t) fh;

  if (file->disk != NULL)
    hvfs_export_close (file->disk);
  g_clear_pointer (&file->text, g_bytes_unref);
  g_free (file);
}

static const HvfsFileOps file_ops
  = { .open = export_open, .read = export_read, .close = export_close };

/* ---- rows ---- */

static gboolean
export_stat (HvfsFs *fs, HvfsNode node, const HvfsObject *vm, struct stat *st)
{
  return is_there (fs, node, vm);
}

#define FILE_ROW(text)                                                                           \
  { .name = (text), .append_name = append_name, .mode = S_IFREG | 0444,                          \
    .flags = HVFS_ROW_NUMBERED | HVFS_ROW_KEPT, .file_ops = &file_ops, .stat = export_stat }

/* In the order of their numbers. */
HvfsRow hvfs_export_members[]
  = { FILE_ROW ("disk-N.vmdk"), FILE_ROW ("NAME.ovf"), FILE_ROW ("NAME.mf"), { NULL } };
