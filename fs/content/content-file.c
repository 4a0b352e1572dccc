/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/content/content-file.c - files of datastores, read and written
 *
 * Exists to give each open file its reader, or what is written to it, past the kernel's
 * cache: the server's other clients change files without a word.
 *
 * What is written is stored when its writer closes it, not when a child of his does that has
 * the file open too; and never when he was killed: then it is not whole.
 */
#include <errno.h>
#include <fcntl.h>

#include "backend/operation/datastore-reader.h"
#include "convert/error.h"
#include "fs/content/upload.h"
#include "fs/request/caller.h"
#include "fs/row/call.h"
#include "fs/row/node.h"

/* An open file: one of them. */
typedef struct
{
  HvfsReader *reader;
  HvfsUpload *upload;
} File;

static File *
file_of (const struct fuse_file_info *fi)
{
  return (File *) (uintptr_t) fi->fh;
}

static void
set_file (struct fuse_file_info *fi, HvfsReader *reader, HvfsUpload *upload)
{
  File *file = g_new (File, 1);

  *file = (File){ reader, upload };
  fi->fh = (uintptr_t) file;
  fi->direct_io = 1;
  fi->noflush = upload == NULL;
}

/* Keeps why @what failed, and gives it to the caller. */
static void
fail (HvfsCall *call, HvfsNode node, const char *what, GError *failure, GError **error)
{
  HvfsContent content;

  if (hvfs_contents_get (call->fs->contents, node.a, &content))
    hvfs_content_remember (call->fs, node.a, content.store, NULL, what, failure);
  g_propagate_error (error, failure);
}

/* ---- opening ---- */

static gboolean
open_reader (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, GError **error)
{
  HvfsFs *fs = call->fs;
  g_autofree char *path = NULL;
  HvfsDatastorePlace *place;
  HvfsContent content;

  if (!hvfs_contents_locate (fs->contents, node.a, &content, &path, error))
    return FALSE;
  if (content.is_new)
    {
      g_set_error (error, HVFS_ERROR, EBUSY, "the file is being written");
      return FALSE;
    }
  if (!hvfs_call_confirm (call, error))
    return FALSE;
  place = hvfs_datastore_place_new (fs->mirror, content.store, error);
  if (place == NULL)
    return FALSE;
  set_file (fi, hvfs_reader_new (fs->transfers, place, path), NULL);
  return TRUE;
}

static gboolean
open_upload (HvfsCall *call, guint32 number, gboolean is_new, struct fuse_file_info *fi,
             GError **error)
{
  HvfsUpload *upload
    = hvfs_upload_new (call->fs, number, is_new, hvfs_caller_process (call->pid), error);

  if (upload != NULL)
    set_file (fi, NULL, upload);
  return upload != NULL;
}

gboolean
hvfs_content_open_new (HvfsCall *call, guint32 number, struct fuse_file_info *fi, GError **error)
{
  return open_upload (call, number, TRUE, fi, error);
}

static gboolean
content_open (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, GError **error)
{
  HvfsContent content;

  if ((fi->flags & O_ACCMODE) == O_RDONLY)
    return open_reader (call, node, fi, error);
  if (hvfs_contents_get (call->fs->contents, node.a, &content) && content.is_new)
    {
      g_set_error (error, HVFS_ERROR, EBUSY, "another program is writing the file");
      return FALSE;
    }
  return hvfs_content_may_delete (call->fs, error)
         && open_upload (call, node.a, FALSE, fi, error);
}

static void
content_close (HvfsFs *fs, HvfsNode node, guint64 fh)
{
  File *file = (File *) (uintptr_t) fh;

  if (file->reader != NULL)
    hvfs_reader_close (file->reader);
  if (file->upload != NULL)
    hvfs_upload_free (file->upload);
  g_free (file);
}

/* ---- bytes ---- */

static GBytes *
content_read (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, gsize size, goffset off,
              GError **error)
{
  File *file = file_of (fi);
  HvfsContent content = { .size = -1 };
  GError *failure = NULL;
  GBytes *bytes = NULL;

  hvfs_contents_get (call->fs->contents, node.a, &content);
  if (file->reader != NULL)
    bytes = hvfs_reader_read (file->reader, off, size, content.size, call->cancellable, &failure);
  else if (hvfs_call_may_wait (call, &failure))
    bytes = hvfs_upload_read (file->upload, off, size, call->cancellable, &failure);
  if (bytes == NULL)
    fail (call, node, "read", failure, error);
  return bytes;
}

static gboolean
content_write (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, const char *data,
               gsize size, goffset off, GError **error)
{
  GError *failure = NULL;

  if (hvfs_upload_write (file_of (fi)->upload, data, size, off, call->cancellable, &failure))
    return TRUE;
  fail (call, node, "write", failure, error);
  return FALSE;
}

static gboolean
content_copy (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, goffset off, HvfsNode from,
              goffset from_off, gsize *size, GError **error)
{
  GError *failure = NULL;

  if (hvfs_call_may_wait (call, &failure)
      && hvfs_upload_copy (file_of (fi)->upload, from.a, from_off, off, size, call->cancellable,
                           &failure))
    return TRUE;
  if (failure->code == ENOTSUP)
    g_propagate_error (error, failure);
  else
    fail (call, node, "copy", failure, error);
  return FALSE;
}

static gboolean
content_empty (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, GError **error)
{
  return hvfs_call_may_wait (call, error)
         && hvfs_upload_resize (file_of (fi)->upload, 0, call->cancellable, error);
}

/* By name: opened, cut and stored. */
static gboolean
truncate_by_name (HvfsCall *call, HvfsNode node, gint64 size, GError **error)
{
  HvfsUpload *upload;
  GError *failure = NULL;
  gboolean ok;

  if (!hvfs_content_may_delete (call->fs, error))
    return FALSE;
  upload = hvfs_upload_new (call->fs, node.a, FALSE, 0, error);
  if (upload == NULL)
    return FALSE;
  ok = hvfs_upload_resize (upload, size, call->cancellable, &failure)
       && hvfs_upload_commit (upload, call->cancellable, &failure);
  hvfs_upload_free (upload);
  if (!ok)
    fail (call, node, "truncate", failure, error);
  return ok;
}

/* Times are the server's, which has no way to set them.  One that a program sets, as cp -p does,
 * is remembered here, so that rsync finds what it has left. */
static gboolean
content_setattr (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, const struct stat *st,
                 int to_set, GError **error)
{
  HvfsContent content;

  /* rsync makes a file for itself alone before it writes it. */
  if (hvfs_contents_get (call->fs->contents, node.a, &content) && content.is_new
      && (st->st_mode & 07777 & ~hvfs_node_masked (call->fs) & ~hvfs_node_mode (call->fs, node)) == 0)
    to_set &= ~FUSE_SET_ATTR_MODE;
  if (hvfs_node_changes_owner (call->fs, node, st, to_set))
    {
      g_set_error (error, HVFS_ERROR, EPERM, "files of datastores have no owner and mode of their own");
      return FALSE;
    }
  if ((to_set & FUSE_SET_ATTR_MTIME) != 0 && (to_set & FUSE_SET_ATTR_MTIME_NOW) == 0)
    hvfs_contents_set_time (call->fs->contents, node.a,
                            st->st_mtim.tv_sec * G_USEC_PER_SEC + st->st_mtim.tv_nsec / 1000);
  if ((to_set & FUSE_SET_ATTR_SIZE) == 0)
    return TRUE;
  if (!hvfs_call_may_wait (call, error))
    return FALSE;
  return fi != NULL && file_of (fi)->upload != NULL
           ? hvfs_upload_resize (file_of (fi)->upload, st->st_size, call->cancellable, error)
           : truncate_by_name (call, node, st->st_size, error);
}

static gboolean
content_fstat (HvfsFs *fs, HvfsNode node, const struct fuse_file_info *fi, struct stat *st)
{
  File *file = file_of (fi);
  gint64 size = file->upload != NULL ? hvfs_upload_get_size (file->upload) : -1;

  if (size < 0)
    return FALSE;
  st->st_size = size;
  st->st_blocks = (size + 511) / 512;
  return TRUE;
}

/* ---- storing ---- */

static gboolean
store (HvfsCall *call, HvfsNode node, HvfsUpload *upload, GError **error)
{
  GError *failure = NULL;

  if (hvfs_upload_commit (upload, call->cancellable, &failure))
    return TRUE;
  fail (call, node, "store", failure, error);
  hvfs_upload_abort (upload);
  return FALSE;
}

static gboolean
content_flush (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, GError **error)
{
  HvfsUpload *upload = file_of (fi)->upload;
  pid_t writer;

  if (upload == NULL)
    return TRUE;
  if (!hvfs_call_may_wait (call, error))
    return FALSE;
  writer = hvfs_upload_get_process (upload);
  if (hvfs_caller_was_killed (call->pid))
    {
      if (hvfs_caller_process (call->pid) == writer)
        hvfs_upload_abort (upload);
      return TRUE;
    }
  return (hvfs_caller_process (call->pid) != writer && hvfs_caller_is_there (writer))
         || store (call, node, upload, error);
}

static gboolean
content_fsync (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, GError **error)
{
  HvfsUpload *upload = file_of (fi)->upload;

  return upload == NULL || (hvfs_call_may_wait (call, error) && store (call, node, upload, error));
}

/* What was left to children of the writer, who is gone. */
static gboolean
content_release (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, GError **error)
{
  return content_fsync (call, node, fi, error);
}

const HvfsFileOps hvfs_content_file_ops = {
  .open = content_open,
  .read = content_read,
  .write = content_write,
  .copy = content_copy,
  .empty = content_empty,
  .setattr = content_setattr,
  .flush = content_flush,
  .fsync = content_fsync,
  .release = content_release,
  .close = content_close,
  .fstat = content_fstat,
};
