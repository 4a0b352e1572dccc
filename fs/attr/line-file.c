/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/line-file.c - see line-file.h
 *
 * A file that only updates change is read through the kernel's cache and rendered
 * when the kernel asks, which it does once.  While there is something that the
 * kernel was not told yet, and for files that change without an update, the text
 * is rendered at open, kept with the handle, and read past the cache.
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
         && (!hvfs_updater_is_fresh (fs->updater)
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
             && hvfs_updater_confirm (call->fs->updater, call->cancellable, error)
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

static GBytes *
line_read (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, gsize size, goffset off,
           GError **error)
{
  g_autoptr (GBytes) rendered = NULL;
  GBytes *text = (GBytes *) (uintptr_t) fi->fh;

  if (text == NULL)
    {
      if ((node.row->flags & HVFS_ROW_LOCAL) == 0 && !hvfs_call_is_up (call->fs, error))
        return NULL;
      text = rendered = hvfs_node_render (call->fs, hvfs_node_ino (node), error);
    }
  return text == NULL ? NULL : hvfs_call_slice_text (text, size, off);
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
           && hvfs_updater_confirm (call->fs->updater, call->cancellable, &failure))
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
  g_set_error_literal (error, HVFS_ERROR, EPERM, "its mode and owner cannot be changed");
  return FALSE;
}

static void
line_close (HvfsFs *fs, HvfsNode node, guint64 fh)
{
  g_bytes_unref ((GBytes *) (uintptr_t) fh);
}

const HvfsFileOps hvfs_line_file_ops = {
  .open = line_open,
  .read = line_read,
  .write = line_write,
  .setattr = line_setattr,
  .close = line_close,
};
