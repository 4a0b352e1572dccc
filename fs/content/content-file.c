/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/content/content-file.c - files of datastores, read and written
 *
 * Exists to give each open file its reader, past the kernel's cache: the server's other
 * clients change files without a word.
 */
#include <fcntl.h>

#include "backend/operation/datastore-reader.h"
#include "convert/error.h"
#include "fs/content/content-priv.h"
#include "fs/row/call.h"

static HvfsReader *
reader_of (const struct fuse_file_info *fi)
{
  return (HvfsReader *) (uintptr_t) fi->fh;
}

static void
set_gone (GError **error)
{
  g_set_error (error, HVFS_ERROR, ESTALE, "the file is no longer on the datastore");
}

static gboolean
content_open (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, GError **error)
{
  HvfsFs *fs = call->fs;
  g_autofree char *path = hvfs_contents_dup_path (fs->contents, node.a);
  HvfsDatastorePlace *place;
  HvfsContent content;

  if ((fi->flags & O_ACCMODE) != O_RDONLY)
    {
      g_set_error (error, HVFS_ERROR, EPERM, "files of datastores cannot be changed yet");
      return FALSE;
    }
  if (path == NULL || !hvfs_contents_get (fs->contents, node.a, &content))
    {
      set_gone (error);
      return FALSE;
    }
  if (!hvfs_call_confirm (call, error))
    return FALSE;
  place = hvfs_datastore_place_new (fs->mirror, content.store, error);
  if (place == NULL)
    return FALSE;
  fi->fh = (uintptr_t) hvfs_reader_new (fs->transfers, place, path);
  fi->direct_io = 1;
  fi->noflush = 1;
  return TRUE;
}

static GBytes *
content_read (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, gsize size, goffset off,
              GError **error)
{
  HvfsContent content = { .size = -1 };
  gboolean there = hvfs_contents_get (call->fs->contents, node.a, &content);
  GError *failure = NULL;
  GBytes *bytes = hvfs_reader_read (reader_of (fi), off, size, content.size, call->cancellable,
                                    &failure);

  if (failure == NULL)
    return bytes;
  if (there)
    hvfs_content_remember (call->fs, node.a, content.store, NULL, "read", failure);
  g_propagate_error (error, failure);
  return NULL;
}

static gboolean
content_setattr (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, const struct stat *st,
                 int to_set, GError **error)
{
  g_set_error (error, HVFS_ERROR, EPERM, "files of datastores cannot be changed yet");
  return FALSE;
}

static void
content_close (HvfsFs *fs, HvfsNode node, guint64 fh)
{
  hvfs_reader_close ((HvfsReader *) (uintptr_t) fh);
}

const HvfsFileOps hvfs_content_file_ops = {
  .open = content_open,
  .read = content_read,
  .setattr = content_setattr,
  .close = content_close,
};
