/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/ops/ops-file.c - contents
 *
 * Exists to render a file when it is opened or read and to hand what is written,
 * line by line or all lines as one change, to its row.
 *
 * A file that only updates change is read through the kernel's cache and rendered
 * when the kernel asks, which it does once.  While there is something that the
 * kernel was not told yet, and for files that change without an update, the text
 * is rendered at open, kept with the handle, and read past the cache.
 */
#include <errno.h>
#include <poll.h>
#include <fcntl.h>
#include <string.h>

#include "convert/error.h"
#include "fs/ops/opened.h"
#include "fs/ops/ops-priv.h"
#include "fs/request/job.h"
#include "fs/row/call.h"
#include "fs/row/line.h"
#include "fs/row/node.h"
#include "fs/tree/change.h"
#include "fs/tree/notify.h"

#define MAX_WRITE_BYTES (64 * 1024)

static gboolean
wants_to_read (int flags)
{
  return (flags & O_ACCMODE) != O_WRONLY;
}

/* What an open handle keeps, if it keeps a text. */
static GBytes *
handle_text (const struct fuse_file_info *fi)
{
  return (GBytes *) (uintptr_t) fi->fh;
}

/* ---- open ---- */

typedef struct
{
  guint64 ino;
  struct fuse_file_info fi;
} OpenJob;

/* Whether the kernel may read it by its cache, in which it is rendered once more: when
 * that has all it was told, and nothing but updates changes it. */
static gboolean
may_cache (HvfsFs *fs, HvfsNode node, int flags, gsize size)
{
  return !hvfs_row_is_volatile (fs, node) && node.row->fetch == NULL
         && (flags & O_ACCMODE) == O_RDONLY && size <= HVFS_CACHED_MAX_BYTES;
}

/* Renders what is read, and keeps it unless the kernel does. */
static gboolean
begin_reading (HvfsFs *fs, HvfsNode node, struct fuse_file_info *fi, GError **error)
{
  gboolean idle = hvfs_notifier_is_idle (fs->notifier);
  g_autoptr (GBytes) text = hvfs_node_render (fs, hvfs_node_ino (node), error);

  if (text == NULL)
    return FALSE;
  if (idle && may_cache (fs, node, fi->flags, g_bytes_get_size (text)))
    {
      fi->direct_io = 0;
      fi->keep_cache = 1;
    }
  else
    fi->fh = (uintptr_t) g_steal_pointer (&text);
  /* Who seeks to the end waits for the inode's lock, which a waiting writer has. */
  fi->nonseekable = node.row->store != NULL && (fi->flags & O_ACCMODE) == O_RDONLY
                    && hvfs_row_is_volatile (fs, node);
  return TRUE;
}

static void
finish_open (fuse_req_t req, HvfsNode node, struct fuse_file_info *fi)
{
  HvfsFs *fs = hvfs_ops_fs (req);
  g_autoptr (GError) error = NULL;

  fi->fh = 0;
  fi->direct_io = 1;
  if (wants_to_read (fi->flags) && !begin_reading (fs, node, fi, &error))
    {
      fuse_reply_err (req, hvfs_error_errno (error));
      return;
    }
  fi->noflush = (fi->flags & O_ACCMODE) == O_RDONLY;
  hvfs_opened_add (fs->opened, hvfs_node_ino (node), fi, fuse_req_ctx (req)->pid);
  if (fuse_reply_open (req, fi) != 0) /* interrupted: no release comes */
    hvfs_opened_close (fs->opened, fs, hvfs_node_ino (node), fi);
}

static void
open_job (fuse_req_t req, GCancellable *cancellable, gpointer data)
{
  OpenJob *job = data;
  HvfsFs *fs = hvfs_ops_fs (req);
  HvfsCall call = hvfs_ops_call (req, cancellable);
  g_autoptr (GError) error = NULL;
  HvfsNode node;
  gint64 size;
  gboolean ok;

  hvfs_node_from_ino (job->ino, &node);
  ok = hvfs_updater_confirm (fs->updater, cancellable, &error)
       && (node.row->fetch == NULL
           || node.row->fetch->fetch (&call, node, &size, &error));
  hvfs_ops_settle (req);
  if (ok)
    finish_open (req, node, &job->fi);
  else
    fuse_reply_err (req, hvfs_error_errno (error));
}

/* 0, or the errno that says why the row cannot be opened, whatever it shows. */
static int
refusal (HvfsFs *fs, HvfsNode node, int flags)
{
  /* Root may open what nobody can write. */
  if ((flags & O_ACCMODE) != O_RDONLY && node.row->store == NULL)
    return EACCES;
  if (wants_to_read (flags) && (node.row->flags & HVFS_ROW_LOCAL) == 0
      && !hvfs_mirror_is_up (fs->mirror, NULL, NULL))
    return EIO;
  return 0;
}

/* Whether the server has to be asked before it can be read. */
static gboolean
must_ask (HvfsFs *fs, HvfsNode node)
{
  return (node.row->flags & HVFS_ROW_LOCAL) == 0
         && (!hvfs_updater_is_fresh (fs->updater)
             || (node.row->fetch != NULL && !node.row->fetch->is_fresh (fs, node)));
}

static void
open_row (fuse_req_t req, HvfsNode node, struct fuse_file_info *fi)
{
  HvfsFs *fs = hvfs_ops_fs (req);
  gboolean reads = wants_to_read (fi->flags), ask = reads && must_ask (fs, node);

  if (reads)
    hvfs_stats_add (fs->stats, ask ? HVFS_STAT_CACHE_MISSES : HVFS_STAT_CACHE_HITS, 1);
  if (ask)
    {
      OpenJob job = { hvfs_node_ino (node), *fi };
      hvfs_jobs_push (fs->jobs, req, open_job, g_memdup2 (&job, sizeof job), g_free);
    }
  else
    finish_open (req, node, fi);
}

void
hvfs_ops_open (fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
  HvfsNode node;
  int code;

  if (!hvfs_node_from_ino (ino, &node) || !S_ISREG (node.row->mode))
    fuse_reply_err (req, ESTALE);
  else if (node.row->file_ops != NULL)
    hvfs_ops_file_open (req, ino, fi);
  else if ((code = refusal (hvfs_ops_fs (req), node, fi->flags)) != 0)
    fuse_reply_err (req, code);
  else
    open_row (req, node, fi);
}

void
hvfs_ops_release (fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
  HvfsFs *fs = hvfs_ops_fs (req);
  HvfsNode node;

  if (hvfs_node_from_ino (ino, &node) && node.row->file_ops != NULL)
    {
      hvfs_ops_file_release (req, ino, fi);
      return;
    }
  hvfs_opened_close (fs->opened, fs, ino, fi);
  fuse_reply_err (req, 0);
}

/* ---- read ---- */

static void
reply_slice (fuse_req_t req, GBytes *text, size_t size, off_t off)
{
  gsize len;
  const char *data = g_bytes_get_data (text, &len);

  if (off < 0 || (gsize) off >= len)
    fuse_reply_buf (req, NULL, 0);
  else
    fuse_reply_buf (req, data + off, MIN (size, len - off));
}

static void
read_row (fuse_req_t req, fuse_ino_t ino, size_t size, off_t off)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) text = hvfs_node_render (hvfs_ops_fs (req), ino, &error);

  if (text == NULL)
    fuse_reply_err (req, hvfs_error_errno (error));
  else
    reply_slice (req, text, size, off);
}

void
hvfs_ops_read (fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, struct fuse_file_info *fi)
{
  g_autoptr (GBytes) text = NULL;
  HvfsNode node;

  if (!hvfs_node_from_ino (ino, &node))
    fuse_reply_err (req, ESTALE);
  else if (node.row->file_ops != NULL && node.row->file_ops->read_later != NULL)
    node.row->file_ops->read_later (req, node, fi, size, off);
  else if (node.row->file_ops != NULL && node.row->file_ops->read != NULL)
    hvfs_ops_file_read (req, ino, size, off, fi);
  else if (fi->fh != 0)
    {
      /* A release may come before the reply's call is back. */
      text = g_bytes_ref (handle_text (fi));
      reply_slice (req, text, size, off);
    }
  else if ((node.row->flags & HVFS_ROW_LOCAL) == 0
           && !hvfs_mirror_is_up (hvfs_ops_fs (req)->mirror, NULL, NULL))
    fuse_reply_err (req, EIO);
  else
    read_row (req, ino, size, off);
}

/* ---- write ---- */

typedef struct
{
  guint64 ino;
  gsize size;
  char text[]; /* NUL-terminated */
} WriteJob;

static gboolean
check_lines (char **lines, GError **error)
{
  for (guint i = 0; lines[i] != NULL; i++)
    if (!hvfs_line_check (lines[i], error))
      return FALSE;
  return TRUE;
}

/* What @lines say is one change. */
static gboolean
store_change (HvfsFs *fs, WriteJob *job, HvfsNode node, char **lines, GCancellable *cancellable,
              GError **error)
{
  HvfsStore store = { fs, node.a, node, cancellable, NULL };
  g_autofree char *text = g_strjoinv ("\n", lines);
  GError *failure = NULL;

  if (*text == '\0')
    g_set_error (&failure, HVFS_ERROR, EINVAL, "the write is empty: write one line");
  else if (check_lines (lines, &failure)
           && hvfs_updater_confirm (fs->updater, cancellable, &failure))
    hvfs_call_check (node.row->store (&store, text, &failure), node.row->name, &failure);
  hvfs_change_remember (fs, job->ino, node, text, failure);
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, failure);
  return FALSE;
}

/* Each line is a command of its own, and the first that fails ends it, but where the row
 * takes them all as one.  Nothing but blanks is one command, an empty one. */
static gboolean
store_lines (HvfsFs *fs, WriteJob *job, HvfsNode node, GCancellable *cancellable, GError **error)
{
  g_auto (GStrv) lines = g_strsplit (g_strchomp (job->text), "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    g_strstrip (lines[i]);
  if (lines[0] == NULL || (node.row->flags & HVFS_ROW_LINES_TOGETHER) != 0)
    return store_change (fs, job, node, lines, cancellable, error);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      char *line[] = { lines[i], NULL };

      if (*lines[i] != '\0' && !store_change (fs, job, node, line, cancellable, error))
        return FALSE;
    }
  return TRUE;
}

static void
write_job (fuse_req_t req, GCancellable *cancellable, gpointer data)
{
  WriteJob *job = data;
  HvfsFs *fs = hvfs_ops_fs (req);
  g_autoptr (GError) error = NULL;
  HvfsNode node;
  gsize size = job->size;
  gboolean ok;

  hvfs_node_from_ino (job->ino, &node);
  ok = store_lines (fs, job, node, cancellable, &error);
  hvfs_notifier_flush (fs->notifier);
  hvfs_ops_settle (req);
  if (ok)
    fuse_reply_write (req, size);
  else
    fuse_reply_err (req, hvfs_error_errno (error));
}

/* What is no line at all. */
static gboolean
check_size (HvfsFs *fs, guint64 ino, HvfsNode node, const char *buffer, gsize size,
            GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (size > MAX_WRITE_BYTES)
    g_set_error (&failure, HVFS_ERROR, EFBIG,
                 "%" G_GSIZE_FORMAT " bytes at once: at most %d are allowed",
                 size, MAX_WRITE_BYTES);
  else if (memchr (buffer, '\0', size) != NULL)
    g_set_error (&failure, HVFS_ERROR, EINVAL, "the text contains a NUL byte");
  else
    return TRUE;
  hvfs_change_remember (fs, ino, node, NULL, failure);
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

void
hvfs_ops_write (fuse_req_t req, fuse_ino_t ino, const char *buffer, size_t size, off_t off,
                struct fuse_file_info *fi)
{
  g_autoptr (GError) error = NULL;
  WriteJob *job;
  HvfsNode node;

  if (hvfs_node_from_ino (ino, &node) && node.row->file_ops != NULL)
    {
      hvfs_ops_file_write (req, ino, buffer, size, off, fi);
      return;
    }
  if (!hvfs_node_from_ino (ino, &node) || node.row->store == NULL)
    {
      fuse_reply_err (req, EBADF);
      return;
    }
  if (!check_size (hvfs_ops_fs (req), ino, node, buffer, size, &error))
    {
      fuse_reply_err (req, hvfs_error_errno (error));
      return;
    }
  job = g_malloc (sizeof *job + size + 1);
  job->ino = ino;
  job->size = size;
  memcpy (job->text, buffer, size);
  job->text[size] = '\0';
  hvfs_jobs_push (hvfs_ops_fs (req)->jobs, req, write_job, job, g_free);
}

/* ---- poll ---- */

void
hvfs_ops_poll (fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi,
               struct fuse_pollhandle *handle)
{
  HvfsNode node;

  if (hvfs_node_from_ino (ino, &node) && node.row->file_ops != NULL
      && node.row->file_ops->poll != NULL)
    {
      node.row->file_ops->poll (req, node, fi, handle);
      return;
    }
  if (handle != NULL)
    fuse_pollhandle_destroy (handle);
  fuse_reply_poll (req, POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM);
}

/* ---- closing: a store has told its writer already ---- */

void
hvfs_ops_flush (fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
  HvfsNode node;

  if (hvfs_node_from_ino (ino, &node) && node.row->file_ops != NULL)
    hvfs_ops_file_flush (req, ino, fi);
  else
    fuse_reply_err (req, 0);
}

void
hvfs_ops_fsync (fuse_req_t req, fuse_ino_t ino, int data_only, struct fuse_file_info *fi)
{
  HvfsNode node;

  if (hvfs_node_from_ino (ino, &node) && node.row->file_ops != NULL)
    hvfs_ops_file_fsync (req, ino, fi);
  else
    fuse_reply_err (req, 0);
}
