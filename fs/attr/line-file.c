/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/line-file.c - see line-file.h
 *
 * What is read goes past the kernel's page cache.  That has pages and sizes apart: who reads
 * while an update comes would get the new text cut to the old size, or zeros behind it.  So a
 * text is rendered when it is opened, and again when it is read from the beginning once more,
 * as sysfs does it; what is read from there on is of that text.
 */
#include "fs/attr/line-file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "convert/error.h"
#include "fs/fs.h"
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

/* ---- open ---- */

/* What an open file shows. */
typedef struct
{
  GMutex lock;
  GBytes *text;       /* lock: of the last read from the beginning */
  gboolean is_used;   /* lock: it was read from, or written to */
} Reader;

static Reader *
reader_of (guint64 fh)
{
  return (Reader *) (uintptr_t) fh;
}

/* Who reads after it gets what is there then. */
static void
set_used (Reader *reader)
{
  g_mutex_lock (&reader->lock);
  reader->is_used = TRUE;
  g_mutex_unlock (&reader->lock);
}

static gboolean
begin_reading (HvfsFs *fs, HvfsNode node, struct fuse_file_info *fi, GError **error)
{
  GBytes *text = hvfs_node_render (fs, hvfs_node_ino (node), error);
  Reader *reader;

  if (text == NULL)
    return FALSE;
  reader = g_new0 (Reader, 1);
  g_mutex_init (&reader->lock);
  reader->text = text;
  fi->fh = (uintptr_t) reader;
  /* Who seeks to the end waits for the inode's lock, which a waiting writer has. */
  fi->nonseekable = node.row->store != NULL && (fi->flags & O_ACCMODE) == O_RDONLY
                    && hvfs_row_is_volatile (fs, node);
  return TRUE;
}

/* Whether the row can be opened, whatever it shows. */
static gboolean
check_access (HvfsFs *fs, HvfsNode node, int flags, GError **error)
{
  /* Root may open what nobody can write. */
  if ((flags & O_ACCMODE) != O_RDONLY && node.row->store == NULL)
    {
      g_set_error_literal (error, HVFS_ERROR, EACCES, "the file cannot be written");
      return FALSE;
    }
  return !wants_to_read (flags) || (node.row->flags & HVFS_ROW_LOCAL) != 0
         || hvfs_call_is_up (fs, error);
}

/* Whether the server has to be asked before it can be read. */
static gboolean
must_ask (HvfsFs *fs, HvfsNode node)
{
  return (node.row->flags & HVFS_ROW_LOCAL) == 0
         && (!hvfs_connection_is_fresh (fs->connection)
             || (node.row->fetch != NULL && !node.row->fetch->is_fresh (fs, node)));
}

/* Asks the server for what it does not push, if it is not here. */
static gboolean
make_ready (HvfsCall *call, HvfsNode node, GError **error)
{
  gboolean ask = must_ask (call->fs, node);
  gint64 size;

  if (call->cancellable == NULL)
    hvfs_stats_add (call->fs->stats, ask ? HVFS_STAT_CACHE_MISSES : HVFS_STAT_CACHE_HITS, 1);
  return !ask
         || (hvfs_call_may_wait (call, error)
             && hvfs_connection_confirm (call->fs->connection, call->cancellable, error)
             && (node.row->fetch == NULL || node.row->fetch->fetch (call, node, &size, error)));
}

static gboolean
line_open (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, GError **error)
{
  fi->fh = 0;
  fi->direct_io = 1;
  fi->noflush = (fi->flags & O_ACCMODE) == O_RDONLY;
  if (!check_access (call->fs, node, fi->flags, error))
    return FALSE;
  return !wants_to_read (fi->flags)
         || (make_ready (call, node, error) && begin_reading (call->fs, node, fi, error));
}

/* ---- read ---- */

/* Renders the text anew, but where that was the last thing, and where what it shows was asked
 * for at open. */
static gboolean
begin_again (HvfsFs *fs, HvfsNode node, Reader *reader, GError **error)
{
  GBytes *text;
  gboolean again;

  g_mutex_lock (&reader->lock);
  again = reader->is_used && node.row->fetch == NULL;
  reader->is_used = TRUE;
  g_mutex_unlock (&reader->lock);
  if (!again)
    return TRUE;
  if ((node.row->flags & HVFS_ROW_LOCAL) == 0 && !hvfs_call_is_up (fs, error))
    return FALSE;
  text = hvfs_node_render (fs, hvfs_node_ino (node), error);
  if (text == NULL)
    return FALSE;
  g_mutex_lock (&reader->lock);
  g_bytes_unref (reader->text);
  reader->text = text;
  g_mutex_unlock (&reader->lock);
  return TRUE;
}

static GBytes *
line_read (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, gsize size, goffset off,
           GError **error)
{
  Reader *reader = reader_of (fi->fh);
  GBytes *slice;

  if (off == 0 && !begin_again (call->fs, node, reader, error))
    return NULL;
  g_mutex_lock (&reader->lock);
  slice = hvfs_call_slice (g_bytes_get_data (reader->text, NULL), g_bytes_get_size (reader->text),
                           size, off);
  g_mutex_unlock (&reader->lock);
  return slice;
}

/* ---- write ---- */

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
store_change (HvfsCall *call, HvfsNode node, char **lines, GError **error)
{
  HvfsStore store = { call->fs, node.a, node, call->cancellable, NULL };
  g_autofree char *text = g_strjoinv ("\n", lines);
  GError *failure = NULL;

  if (*text == '\0')
    g_set_error (&failure, HVFS_ERROR, EINVAL, "the write is empty: write one line");
  else if (check_lines (lines, &failure)
           && hvfs_connection_confirm (call->fs->connection, call->cancellable, &failure))
    hvfs_call_check (node.row->store (&store, text, &failure), node.row->name, &failure);
  hvfs_change_remember (call->fs, hvfs_node_ino (node), node, text, failure);
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, failure);
  return FALSE;
}

/* Each line is a command of its own, and the first that fails ends it, but where the row
 * takes them all as one.  Nothing but blanks is one command, an empty one. */
static gboolean
store_lines (HvfsCall *call, HvfsNode node, char *text, GError **error)
{
  g_auto (GStrv) lines = g_strsplit (g_strchomp (text), "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    g_strstrip (lines[i]);
  if (lines[0] == NULL || (node.row->flags & HVFS_ROW_LINES_TOGETHER) != 0)
    return store_change (call, node, lines, error);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      char *line[] = { lines[i], NULL };

      if (*lines[i] != '\0' && !store_change (call, node, line, error))
        return FALSE;
    }
  return TRUE;
}

/* What is no line at all. */
static gboolean
check_size (HvfsFs *fs, HvfsNode node, const char *data, gsize size, GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (size > MAX_WRITE_BYTES)
    g_set_error (&failure, HVFS_ERROR, EFBIG,
                 "%" G_GSIZE_FORMAT " bytes at once: at most %d are allowed",
                 size, MAX_WRITE_BYTES);
  else if (memchr (data, '\0', size) != NULL)
    g_set_error (&failure, HVFS_ERROR, EINVAL, "the text contains a NUL byte");
  else
    return TRUE;
  hvfs_change_remember (fs, hvfs_node_ino (node), node, NULL, failure);
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static gboolean
line_write (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, const char *data, gsize size,
            goffset off, GError **error)
{
  g_autofree char *text = NULL;
  gboolean ok;

  if (!check_size (call->fs, node, data, size, error) || !hvfs_call_may_wait (call, error))
    return FALSE;
  text = g_strndup (data, size);
  ok = store_lines (call, node, text, error);
  hvfs_notifier_flush (call->fs->notifier);
  if (fi->fh != 0)
    set_used (reader_of (fi->fh));
  return ok;
}

/* ---- the rest ---- */

/* A control file is emptied and touched without effect, as in sysfs; what cannot be written
 * cannot be changed otherwise either. */
static gboolean
line_setattr (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, const struct stat *st,
              int to_set, GError **error)
{
  if (node.row->store != NULL && !hvfs_node_changes_owner (call->fs, node, st, to_set))
    return TRUE;
  g_set_error_literal (error, HVFS_ERROR, EPERM, "the file's mode and owner cannot be changed");
  return FALSE;
}

static void
line_close (HvfsFs *fs, HvfsNode node, guint64 fh)
{
  Reader *reader = reader_of (fh);

  g_mutex_lock (&reader->lock);
  g_bytes_unref (reader->text);
  g_mutex_unlock (&reader->lock);
  g_mutex_clear (&reader->lock);
  g_free (reader);
}

const HvfsFileOps hvfs_line_file_ops = {
  .open = line_open,
  .read = line_read,
  .write = line_write,
  .setattr = line_setattr,
  .close = line_close,
};
