/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/edit/whole.c - files of free text, which are committed whole; see whole.h
 *
 * Shells duplicate a descriptor and close the first before anything was written, so
 * the first close commits only what was written or truncated; that it was emptied by
 * opening it, and no more, is committed by the next one, or when the last descriptor is
 * gone, which nobody waits for.  The closing of a copy by a child that ends commits
 * nothing: its parent is still writing.
 */
#include "fs/edit/whole.h"

#include <fcntl.h>
#include <string.h>

#include "convert/error.h"
#include "fs/edit/save.h"
#include "fs/fs.h"
#include "fs/request/caller.h"
#include "fs/row/call.h"
#include "fs/row/node.h"
#include "fs/tree/change.h"
#include "fs/tree/notify.h"

#define MAX_TRIES 4

typedef struct
{
  HvfsWriter writer;  /* who has opened it; 0: unknown, or a reader */
  GMutex lock;
  GString *text;      /* lock */
  GBytes *begun;      /* lock: nullable: what it was when it was opened, unless it was emptied then */
  gboolean readable;  /* lock: what it was when it was opened may be read yet, by a writer */
  gboolean emptied;   /* lock: by opening it, and not committed */
  gboolean written;   /* lock: or truncated, and not committed */
  gboolean refused;   /* lock: a write was, so nothing is committed any more */
  gboolean closed;    /* lock: one of its descriptors, perhaps of many */
} Handle;

static Handle *
handle_of (const struct fuse_file_info *fi)
{
  return (Handle *) (uintptr_t) fi->fh;
}

void
hvfs_whole_show (GString *out, const char *text)
{
  if (text == NULL || *text == '\0')
    return;
  g_string_append (out, text);
  if (!g_str_has_suffix (text, "\n"))
    g_string_append_c (out, '\n');
}

static gboolean
size_is_known (HvfsFs *fs, HvfsNode node)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (fs->mirror));

  return node.row->fetch->is_known (fs, node);
}

/* Whether all of its text is there. */
static gboolean
is_known (HvfsFs *fs, HvfsNode node)
{
  return node.row->fetch->is_fresh != NULL ? node.row->fetch->is_fresh (fs, node)
                                           : size_is_known (fs, node);
}

/* The file's text, fetched where it has to be: it may have changed since.  (transfer full) */
static GBytes *
render (HvfsCall *call, HvfsNode node, GError **error)
{
  const HvfsFetch *fetch = node.row->fetch;
  gboolean again = fetch != NULL;
  GBytes *text = NULL;

  for (guint i = 1; text == NULL && (i == 1 || again); i++)
    {
      g_autoptr (GError) failure = NULL;
      gint64 size;

      if (fetch != NULL && !is_known (call->fs, node)
          && (!hvfs_call_may_wait (call, error) || !fetch->fetch (call, node, &size, error)))
        return NULL;
      text = hvfs_node_render (call->fs, hvfs_node_ino (node), &failure);
      again = again && i < MAX_TRIES && g_error_matches (failure, HVFS_ERROR, EAGAIN);
      if (text == NULL && !again)
        g_propagate_error (error, g_steal_pointer (&failure));
    }
  return text;
}

/* Root may open what nobody can write. */
static gboolean
check_writable (HvfsFs *fs, HvfsNode node, GError **error)
{
  if ((hvfs_node_present_mode (fs, node) & S_IWUSR) != 0)
    return TRUE;
  g_set_error (error, HVFS_ERROR, EACCES, "the file cannot be written");
  return FALSE;
}

static gsize
max_bytes (HvfsNode node)
{
  return node.row->max_bytes != 0 ? node.row->max_bytes : HVFS_WHOLE_BYTES;
}

static gboolean
set_too_long (HvfsNode node, GError **error)
{
  g_set_error (error, HVFS_ERROR, EFBIG, "the text may have %" G_GSIZE_FORMAT " bytes at most",
               max_bytes (node));
  return FALSE;
}

static gboolean
whole_open (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, GError **error)
{
  g_autoptr (GBytes) shown = NULL;
  Handle *handle;

  if (!hvfs_call_confirm (call, error)
      || ((fi->flags & O_ACCMODE) != O_RDONLY && !check_writable (call->fs, node, error)))
    return FALSE;
  shown = render (call, node, error);
  if (shown == NULL)
    return FALSE;
  handle = g_new0 (Handle, 1);
  g_mutex_init (&handle->lock);
  handle->text = g_string_new_len (g_bytes_get_data (shown, NULL), g_bytes_get_size (shown));
  fi->fh = (uintptr_t) handle;
  fi->direct_io = 1;
  fi->noflush = (fi->flags & O_ACCMODE) == O_RDONLY;
  if (!fi->noflush)
    hvfs_reads_begin_writer (call->fs->reads, &handle->writer, call->pid);
  handle->begun = g_bytes_ref (shown);
  if (fi->noflush)
    hvfs_reads_note (call->fs->reads, hvfs_node_ino (node), call->pid, shown);
  handle->readable = !fi->noflush;
  return TRUE;
}

static gboolean
whole_empty (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, GError **error)
{
  Handle *handle = handle_of (fi);

  g_mutex_lock (&handle->lock);
  handle->emptied = TRUE;
  handle->readable = FALSE;
  g_string_truncate (handle->text, 0);
  g_clear_pointer (&handle->begun, g_bytes_unref);
  g_mutex_unlock (&handle->lock);
  return TRUE;
}

static GBytes *
whole_read (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, gsize size, goffset off,
            GError **error)
{
  Handle *handle = handle_of (fi);
  GBytes *slice;

  g_mutex_lock (&handle->lock);
  if (handle->readable && !handle->written && handle->begun != NULL)
    hvfs_reads_note (call->fs->reads, hvfs_node_ino (node), call->pid, handle->begun);
  handle->readable = FALSE;
  slice = hvfs_call_slice (handle->text->str, handle->text->len, size, off);
  g_mutex_unlock (&handle->lock);
  return slice;
}

static gboolean
resize (HvfsNode node, Handle *handle, goffset size, GError **error)
{
  gsize len = handle->text->len;

  if (size < 0 || (gsize) size > max_bytes (node))
    return set_too_long (node, error);
  g_string_set_size (handle->text, size);
  if ((gsize) size > len)
    memset (handle->text->str + len, '\0', size - len);
  return TRUE;
}

static gboolean
take (HvfsNode node, Handle *handle, const struct fuse_file_info *fi, const char *data,
      gsize size, goffset off, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&handle->lock);
  gsize most = max_bytes (node);

  /* The kernel knows the end of the server's text, and not of this one. */
  if ((fi->flags & O_APPEND) != 0)
    off = handle->text->len;
  if (handle->refused || (gsize) off > most || size > most || off + size > most)
    {
      handle->refused = TRUE;
      return set_too_long (node, error);
    }
  resize (node, handle, MAX (off + (goffset) size, (goffset) handle->text->len), NULL);
  memcpy (handle->text->str + off, data, size);
  handle->written = TRUE;
  return TRUE;
}

static gboolean
whole_write (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, const char *data,
             gsize size, goffset off, GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (take (node, handle_of (fi), fi, data, size, off, &failure))
    return TRUE;
  hvfs_change_remember (call->fs, hvfs_node_ino (node), node, NULL, failure);
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* ---- commit ---- */

/* Whether all of it reaches the server: a control character would not. */
static gboolean
is_text (const char *text, gsize len)
{
  const char *end = text + len;

  if (memchr (text, '\0', len) != NULL || !g_utf8_validate (text, len, NULL))
    return FALSE;
  for (; text < end; text = g_utf8_next_char (text))
    if (strchr ("\t\n\r", *text) == NULL && g_unichar_iscntrl (g_utf8_get_char (text)))
      return FALSE;
  return TRUE;
}

/* The text that a file of @written stands for; NULL if it is none.  (transfer full) */
static char *
dup_text (const GString *written, GError **error)
{
  gsize len = written->len;

  if (len > 0 && written->str[len - 1] == '\n')
    len--;
  if (is_text (written->str, len))
    return g_strndup (written->str, len);
  g_set_error (error, HVFS_ERROR, EINVAL, "the text is not UTF-8, or contains a control character");
  return NULL;
}

/* The file's text now, which is still what @edit was made of.  (transfer full).  @base:
 * found when it is not there.  NULL on error */
static GBytes *
get_present (HvfsCall *call, HvfsNode node, const HvfsEdit *edit, GBytes **base, GError **error)
{
  HvfsFs *fs = call->fs;
  g_autoptr (GBytes) present = render (call, node, error);

  if (present == NULL
      || (*base == NULL
          && !hvfs_edit_find_base (fs, hvfs_node_ino (node), edit, present, base, error)))
    return NULL;
  if (!g_bytes_equal (*base, present) && !g_bytes_equal (*base, edit->wanted))
    {
      hvfs_edit_set_stale (edit, error);
      return NULL;
    }
  return g_steal_pointer (&present);
}

/* Sends it for the version that was looked at.  Where the server has another one by then it is
 * looked at again: it may be another part of the configuration that was changed. */
static gboolean
put (HvfsCall *call, HvfsNode node, const HvfsEdit *edit, const char *plain, GBytes **base,
     GError **error)
{
  HvfsFs *fs = call->fs;

  for (guint i = 0; i < MAX_TRIES; i++)
    {
      HvfsStore store = { fs, node.a, node, call->cancellable, NULL };
      g_autofree char *version = NULL;
      g_autoptr (GBytes) now = NULL;
      g_autoptr (GError) failure = NULL;
      gint64 modified_us;

      if (!hvfs_connection_confirm (fs->connection, call->cancellable, error))
        return FALSE;
      version = hvfs_edit_dup_version (fs, node.a, &modified_us);
      now = get_present (call, node, edit, base, error);
      if (now == NULL)
        return FALSE;
      store.version = version;
      if (hvfs_call_check (node.row->commit (&store, plain, &failure), node.row->name, &failure))
        return TRUE;
      if (g_strcmp0 (hvfs_error_fault (failure), "ConcurrentAccess") != 0)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
    }
  return hvfs_edit_set_stale (edit, error);
}

/* What is shown already is no change, whatever the server's own last newline; nor is what
 * its writer had read. */
static gboolean
commit_turn (HvfsCall *call, HvfsNode node, const HvfsEdit *edit, const char *plain,
             GError **error)
{
  HvfsFs *fs = call->fs;
  g_autoptr (GBytes) base = NULL;
  g_autoptr (GBytes) present = get_present (call, node, edit, &base, error);
  g_autoptr (GBytes) now = NULL;

  if (present == NULL)
    return FALSE;
  if (g_bytes_equal (present, edit->wanted) || !g_bytes_equal (base, present))
    return TRUE;
  if (!put (call, node, edit, plain, &base, error))
    return FALSE;
  now = render (call, node, NULL);
  hvfs_reads_wrote (fs->reads, hvfs_node_ino (node), edit->writers, edit->wanted,
                    now != NULL ? now : edit->wanted);
  return TRUE;
}

static gboolean
commit_text (HvfsCall *call, HvfsNode node, const GString *text, const HvfsEdit *edit,
             GError **error)
{
  guint64 ino = hvfs_node_ino (node);
  g_autoptr (GError) failure = NULL;
  g_autofree char *plain = dup_text (text, &failure);
  gboolean ok = FALSE;

  if (plain != NULL
      && hvfs_reads_begin_commit (call->fs->reads, ino, call->cancellable, &failure))
    {
      ok = commit_turn (call, node, edit, plain, &failure);
      hvfs_reads_end_commit (call->fs->reads, ino);
    }
  hvfs_change_remember (call->fs, ino, node, text->str, ok ? NULL : failure);
  hvfs_notifier_flush (call->fs->notifier);
  if (!ok)
    g_propagate_error (error, g_steal_pointer (&failure));
  return ok;
}

gboolean
hvfs_whole_put (HvfsCall *call, HvfsNode node, const HvfsEdit *edit, GError **error)
{
  gsize len;
  const char *data = g_bytes_get_data (edit->wanted, &len);
  GString *text;
  gboolean ok;

  if (len > max_bytes (node))
    return set_too_long (node, error);
  text = g_string_new_len (data != NULL ? data : "", len);
  ok = commit_text (call, node, text, edit, error);
  g_string_free (text, TRUE);
  return ok;
}

/* What a handle has committed it may go on from. */
static void
keep_begun (Handle *handle, GBytes *text /* taken, nullable */)
{
  g_mutex_lock (&handle->lock);
  if (handle->begun != NULL && text != NULL)
    {
      g_bytes_unref (handle->begun);
      handle->begun = text;
      text = NULL;
    }
  g_mutex_unlock (&handle->lock);
  g_clear_pointer (&text, g_bytes_unref);
}

/* Commits what is not yet; in a thread that must not wait, says so. */
static gboolean
commit (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, gboolean also_emptied,
        GError **error)
{
  Handle *handle = handle_of (fi);
  g_autoptr (GBytes) wanted = NULL;
  g_autoptr (GBytes) begun = NULL;
  GString *text = NULL;
  HvfsEdit edit;
  gboolean pending, ok;

  g_mutex_lock (&handle->lock);
  pending = !handle->refused && (handle->written || (handle->emptied && also_emptied));
  if (pending && call->cancellable != NULL)
    {
      text = g_string_new_len (handle->text->str, handle->text->len);
      begun = handle->begun == NULL ? NULL : g_bytes_ref (handle->begun);
      handle->written = handle->emptied = FALSE;
    }
  g_mutex_unlock (&handle->lock);
  if (!pending)
    return TRUE;
  if (!hvfs_call_may_wait (call, error))
    return FALSE;
  wanted = g_bytes_new (text->str, text->len);
  edit = (HvfsEdit){ .name = node.row->name, .wanted = wanted, .begun = begun,
                     .writers = &handle->writer, .n_writers = 1 };
  ok = commit_text (call, node, text, &edit, error);
  if (ok)
    keep_begun (handle, render (call, node, NULL));
  g_string_free (text, TRUE);
  return ok;
}

static gboolean
whole_flush (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, GError **error)
{
  Handle *handle = handle_of (fi);
  gboolean again, ok;

  if (!hvfs_save_is_by (handle->writer.process, hvfs_caller_process (call->pid)))
    return TRUE;
  g_mutex_lock (&handle->lock);
  again = handle->closed;
  g_mutex_unlock (&handle->lock);
  ok = commit (call, node, fi, again, error);
  if (!ok && call->cancellable == NULL)
    return FALSE; /* it comes once more, where it may wait */
  g_mutex_lock (&handle->lock);
  handle->closed = TRUE;
  g_mutex_unlock (&handle->lock);
  return ok;
}

static gboolean
whole_fsync (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, GError **error)
{
  return commit (call, node, fi, TRUE, error);
}

static gboolean
whole_release (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, GError **error)
{
  gboolean ok = commit (call, node, fi, TRUE, error);

  /* Where it may not wait it comes once more. */
  if (node.row->released != NULL && (ok || call->cancellable != NULL))
    node.row->released (call->fs, node);
  return ok;
}

static void
whole_close (HvfsFs *fs, HvfsNode node, guint64 fh)
{
  Handle *handle = (Handle *) (uintptr_t) fh;

  g_string_free (handle->text, TRUE);
  g_clear_pointer (&handle->begun, g_bytes_unref);
  g_mutex_clear (&handle->lock);
  g_free (handle);
}

/* By name it is cut as a shell's ">" cuts it: with an opening of its own. */
static gboolean
whole_setattr (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, const struct stat *st,
               int to_set, GError **error)
{
  gboolean ok = TRUE;

  if (hvfs_node_changes_owner (call->fs, node, st, to_set))
    {
      g_set_error (error, HVFS_ERROR, EPERM, "the file's owner and mode cannot be changed");
      return FALSE;
    }
  if ((to_set & FUSE_SET_ATTR_SIZE) == 0)
    return TRUE;
  if (fi != NULL)
    {
      Handle *handle = handle_of (fi);

      g_mutex_lock (&handle->lock);
      ok = resize (node, handle, st->st_size, error);
      handle->written |= ok;
      if (ok && st->st_size == 0)
        g_clear_pointer (&handle->begun, g_bytes_unref);
      g_mutex_unlock (&handle->lock);
    }
  else
    {
      struct fuse_file_info own = { .flags = O_WRONLY };

      if (!hvfs_call_may_wait (call, error) || !whole_open (call, node, &own, error))
        return FALSE;
      ok = whole_setattr (call, node, &own, st, to_set, error)
           && whole_fsync (call, node, &own, error);
      whole_close (call->fs, node, own.fh);
    }
  return ok;
}

/* A writer sees its own text's size. */
static gboolean
whole_fstat (HvfsFs *fs, HvfsNode node, const struct fuse_file_info *fi, struct stat *st)
{
  Handle *handle = handle_of (fi);

  g_mutex_lock (&handle->lock);
  st->st_size = handle->text->len;
  g_mutex_unlock (&handle->lock);
  return TRUE;
}

const HvfsFileOps hvfs_whole_ops = {
  .open = whole_open,
  .read = whole_read,
  .write = whole_write,
  .empty = whole_empty,
  .setattr = whole_setattr,
  .flush = whole_flush,
  .fsync = whole_fsync,
  .release = whole_release,
  .close = whole_close,
  .fstat = whole_fstat,
};
