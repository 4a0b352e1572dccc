/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/ops/ops-file.c - contents
 *
 * Exists to hand requests to a row's file_ops: first in FUSE's thread, which must
 * not wait, and when the row says that it would have to, once more on the job pool.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "convert/error.h"
#include "fs/ops/opened.h"
#include "fs/ops/ops-priv.h"
#include "fs/request/job.h"
#include "fs/row/call.h"
#include "fs/row/node.h"

typedef struct _FileJob FileJob;

/* What a request is, and how it is answered when it worked. */
typedef struct
{
  gboolean (*run) (HvfsCall *call, HvfsNode node, FileJob *job, GError **error);
  void (*reply) (fuse_req_t req, FileJob *job);
} Kind;

struct _FileJob
{
  const Kind *kind;
  guint64 ino;
  struct fuse_file_info fi;
  gboolean has_fi;
  gboolean is_opening; /* it is emptied by the open that gave fi */
  gsize size;
  goffset off;
  struct stat st;
  int to_set;
  guint64 from;       /* to copy */
  goffset from_off;
  const char *data;   /* to write: borrowed, or owned on the job pool */
  GBytes *content;    /* read; owned */
};

static void
file_job_free (gpointer data)
{
  FileJob *job = data;

  g_free ((char *) job->data);
  g_free (job);
}

/* FALSE: it would have to wait.  Else it was answered. */
static gboolean
answer (fuse_req_t req, FileJob *job, GCancellable *cancellable)
{
  HvfsCall call = hvfs_ops_call (req, cancellable);
  g_autoptr (GError) error = NULL;
  HvfsNode node;
  gboolean ok;

  if (!hvfs_node_from_ino (job->ino, &node) || !S_ISREG (node.row->mode))
    {
      fuse_reply_err (req, ESTALE);
      return TRUE;
    }
  ok = job->kind->run (&call, node, job, &error);
  if (!ok && cancellable == NULL && g_error_matches (error, HVFS_ERROR, EWOULDBLOCK))
    return FALSE;
  if (cancellable != NULL)
    hvfs_ops_end_interrupt (req);
  if (ok)
    job->kind->reply (req, job);
  else
    fuse_reply_err (req, hvfs_ops_errno (error, cancellable));
  return TRUE;
}

static void
file_job (fuse_req_t req, GCancellable *cancellable, gpointer data)
{
  answer (req, data, cancellable);
}

static void
dispatch (fuse_req_t req, FileJob *job)
{
  FileJob *copy;

  if (answer (req, job, NULL))
    return;
  copy = g_memdup2 (job, sizeof *job);
  if (job->data != NULL)
    copy->data = g_memdup2 (job->data, job->size);
  hvfs_jobs_push (hvfs_ops_fs (req)->jobs, req, file_job, copy, file_job_free);
}

static void
reply_done (fuse_req_t req, FileJob *job)
{
  fuse_reply_err (req, 0);
}

/* ---- open and release ---- */

static gboolean
run_open (HvfsCall *call, HvfsNode node, FileJob *job, GError **error)
{
  return node.row->file_ops->open == NULL
         || node.row->file_ops->open (call, node, &job->fi, error);
}

/* A caller that was interrupted never got it, and will not release it. */
static void
reply_open (fuse_req_t req, FileJob *job)
{
  HvfsFs *fs = hvfs_ops_fs (req);

  hvfs_opened_add (fs->opened, job->ino, &job->fi, fuse_req_ctx (req)->pid);
  if (fuse_reply_open (req, &job->fi) != 0)
    hvfs_opened_close (fs->opened, fs, job->ino, &job->fi);
}

void
hvfs_ops_open (fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
  static const Kind kind = { run_open, reply_open };
  FileJob job = { .kind = &kind, .ino = ino, .fi = *fi };

  dispatch (req, &job);
}

static gboolean
run_release (HvfsCall *call, HvfsNode node, FileJob *job, GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (node.row->file_ops->release != NULL
      && !node.row->file_ops->release (call, node, &job->fi, &failure)
      && call->cancellable == NULL && g_error_matches (failure, HVFS_ERROR, EWOULDBLOCK))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  hvfs_opened_close (call->fs->opened, call->fs, job->ino, &job->fi);
  return TRUE;
}

void
hvfs_ops_release (fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
  static const Kind kind = { run_release, reply_done };
  FileJob job = { .kind = &kind, .ino = ino, .fi = *fi };

  dispatch (req, &job);
}

/* ---- read and write ---- */

static gboolean
run_read (HvfsCall *call, HvfsNode node, FileJob *job, GError **error)
{
  if (node.row->file_ops->read == NULL)
    job->content = hvfs_call_slice_text ((GBytes *) (uintptr_t) job->fi.fh, job->size, job->off);
  else
    job->content = node.row->file_ops->read (call, node, &job->fi, job->size, job->off, error);
  return job->content != NULL;
}

static void
reply_read (fuse_req_t req, FileJob *job)
{
  gsize size;
  const char *data = g_bytes_get_data (job->content, &size);

  fuse_reply_buf (req, data, size);
  g_clear_pointer (&job->content, g_bytes_unref);
}

void
hvfs_ops_read (fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, struct fuse_file_info *fi)
{
  static const Kind kind = { run_read, reply_read };
  FileJob job = { .kind = &kind, .ino = ino, .fi = *fi, .size = size, .off = off };
  HvfsNode node;

  if (hvfs_node_from_ino (ino, &node) && node.row->file_ops->read_later != NULL)
    node.row->file_ops->read_later (req, node, fi, size, off);
  else
    dispatch (req, &job);
}

static gboolean
run_write (HvfsCall *call, HvfsNode node, FileJob *job, GError **error)
{
  if (node.row->file_ops->write != NULL)
    return node.row->file_ops->write (call, node, &job->fi, job->data, job->size, job->off,
                                      error);
  g_set_error (error, HVFS_ERROR, EBADF, "the file cannot be written");
  return FALSE;
}

static void
reply_write (fuse_req_t req, FileJob *job)
{
  fuse_reply_write (req, job->size);
}

void
hvfs_ops_write (fuse_req_t req, fuse_ino_t ino, const char *buffer, size_t size, off_t off,
                struct fuse_file_info *fi)
{
  static const Kind kind = { run_write, reply_write };
  FileJob job = { .kind = &kind, .ino = ino, .fi = *fi, .size = size, .off = off,
                  .data = buffer };

  hvfs_opened_used (hvfs_ops_fs (req)->opened, fi->fh);
  dispatch (req, &job);
}

/* ---- copies ---- */

/* No more than an answer has room for. */
#define MAX_COPY_BYTES (1024 * 1024 * 1024)

static gboolean
run_copy (HvfsCall *call, HvfsNode node, FileJob *job, GError **error)
{
  HvfsNode from;

  if (hvfs_node_from_ino (job->from, &from) && from.row == node.row && node.row->file_ops != NULL
      && node.row->file_ops->copy != NULL)
    return node.row->file_ops->copy (call, node, &job->fi, job->off, from, job->from_off,
                                     &job->size, error);
  g_set_error (error, HVFS_ERROR, ENOTSUP, "the server copies only whole files of its datastores");
  return FALSE;
}

void
hvfs_ops_copy (fuse_req_t req, fuse_ino_t from, off_t from_off, struct fuse_file_info *from_fi,
               fuse_ino_t ino, off_t off, struct fuse_file_info *fi, size_t size, int flags)
{
  static const Kind kind = { run_copy, reply_write };
  FileJob job = { .kind = &kind, .ino = ino, .fi = *fi, .size = MIN (size, MAX_COPY_BYTES),
                  .off = off, .from = from, .from_off = from_off };

  hvfs_opened_used (hvfs_ops_fs (req)->opened, fi->fh);
  dispatch (req, &job);
}

/* ---- attributes ---- */

static gboolean
run_setattr (HvfsCall *call, HvfsNode node, FileJob *job, GError **error)
{
  if (job->is_opening)
    return node.row->file_ops->empty (call, node, &job->fi, error);
  return node.row->file_ops->setattr == NULL
         || node.row->file_ops->setattr (call, node, job->has_fi ? &job->fi : NULL, &job->st,
                                         job->to_set, error);
}

/* The size that the kernel takes for everybody's is not that of what is not committed. */
static void
reply_attr (fuse_req_t req, FileJob *job)
{
  hvfs_ops_reply_attr (req, job->ino, NULL);
}

static gboolean
empties (HvfsNode node, const FileJob *job)
{
  return !job->has_fi && node.row->file_ops->empty != NULL
         && (job->to_set & FUSE_SET_ATTR_SIZE) != 0 && job->st.st_size == 0;
}

static void
file_setattr (fuse_req_t req, fuse_ino_t ino, const struct stat *st, int to_set,
              struct fuse_file_info *fi)
{
  static const Kind kind = { run_setattr, reply_attr };
  FileJob job = { .kind = &kind, .ino = ino, .st = *st, .to_set = to_set };
  HvfsOpened *opened = hvfs_ops_fs (req)->opened;
  HvfsNode node;

  if (fi != NULL)
    {
      job.fi = *fi;
      job.has_fi = TRUE;
      hvfs_opened_used (opened, fi->fh);
    }
  else if (hvfs_node_from_ino (ino, &node) && empties (node, &job))
    {
      job.fi.fh = hvfs_opened_take_new (opened, ino, fuse_req_ctx (req)->pid);
      job.is_opening = job.fi.fh != 0;
    }
  dispatch (req, &job);
}

/* ---- the ends of a save ---- */

static gboolean
run_flush (HvfsCall *call, HvfsNode node, FileJob *job, GError **error)
{
  return node.row->file_ops->flush == NULL
         || node.row->file_ops->flush (call, node, &job->fi, error);
}

void
hvfs_ops_flush (fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
  static const Kind kind = { run_flush, reply_done };
  FileJob job = { .kind = &kind, .ino = ino, .fi = *fi };

  dispatch (req, &job);
}

static gboolean
run_fsync (HvfsCall *call, HvfsNode node, FileJob *job, GError **error)
{
  return node.row->file_ops->fsync == NULL
         || node.row->file_ops->fsync (call, node, &job->fi, error);
}

void
hvfs_ops_fsync (fuse_req_t req, fuse_ino_t ino, int data_only, struct fuse_file_info *fi)
{
  static const Kind kind = { run_fsync, reply_done };
  FileJob job = { .kind = &kind, .ino = ino, .fi = *fi };

  dispatch (req, &job);
}

/* The time of a directory that files can be put into is set without effect, as a file's. */
void
hvfs_ops_setattr (fuse_req_t req, fuse_ino_t ino, struct stat *st, int to_set,
                  struct fuse_file_info *fi)
{
  HvfsNode node;

  if (!hvfs_node_from_ino (ino, &node))
    fuse_reply_err (req, ESTALE);
  else if (S_ISREG (node.row->mode))
    file_setattr (req, ino, st, to_set, fi);
  else if (node.row->dir_ops != NULL
           && !hvfs_node_changes_owner (hvfs_ops_fs (req), node, st, to_set))
    hvfs_ops_reply_attr (req, ino, fi);
  else
    fuse_reply_err (req, EPERM);
}

/* ---- poll ---- */

void
hvfs_ops_poll (fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi,
               struct fuse_pollhandle *handle)
{
  HvfsNode node;

  if (hvfs_node_from_ino (ino, &node) && node.row->file_ops->poll != NULL)
    {
      node.row->file_ops->poll (req, node, fi, handle);
      return;
    }
  if (handle != NULL)
    fuse_pollhandle_destroy (handle);
  fuse_reply_poll (req, POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM);
}
