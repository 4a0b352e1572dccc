/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/edit/edit-file.c - open files of a domain's directory: config.xml, and what is beside it
 *
 * Exists so that a writer of config.xml changes a copy of his own, which is
 * committed as a whole when save.h says that it is one; readers go on reading the
 * server's text.  Other files are written as they are.
 *
 * Which of the two a file is can change while it is open, by a rename.  What is written
 * to one that lost its name is refused, and one that got the name is given a copy when it
 * is next written.
 */
#include "fs/edit/edit.h"

#include <fcntl.h>
#include <string.h>

#include "convert/error.h"
#include "fs/edit/desk.h"
#include "fs/edit/save.h"
#include "fs/fs.h"
#include "fs/request/caller.h"
#include "fs/row/call.h"
#include "fs/row/node.h"
#include "fs/tree/notify.h"

/* fi->fh */
typedef struct
{
  HvfsSheet *sheet;    /* counted; NULL: a reader of the live text */
  GMutex lock;         /* the rest; held while it is committed: see take () */
  GBytes *snapshot;    /* the text that a reader has; nullable */
  gboolean is_fixed;   /* a reader has that until it is closed */
  GByteArray *copy;    /* nullable */
  GBytes *base;        /* nullable: the live text that it began with */
  gboolean is_read;    /* that can be read by this opening */
  gboolean is_noted;   /* that it was */
  gboolean was_live;   /* when it was opened */
  HvfsWriter writer;   /* who has opened it */
  HvfsSave save;
} Handle;

static Handle *
handle_new (HvfsCall *call, HvfsSheet *sheet)
{
  Handle *handle = g_new0 (Handle, 1);

  handle->sheet = sheet;
  g_mutex_init (&handle->lock);
  if (sheet != NULL)
    hvfs_reads_begin_writer (call->fs->reads, &handle->writer, call->pid);
  handle->save.opener = handle->writer.process;
  return handle;
}

static void
edit_close (HvfsFs *fs, HvfsNode node, guint64 fh)
{
  Handle *handle = (Handle *) (uintptr_t) fh;

  if (handle->sheet != NULL)
    hvfs_sheet_unref (fs->desks, hvfs_edit_dir (node), handle->sheet);
  g_mutex_clear (&handle->lock);
  g_clear_pointer (&handle->snapshot, g_bytes_unref);
  g_clear_pointer (&handle->copy, g_byte_array_unref);
  g_clear_pointer (&handle->base, g_bytes_unref);
  g_free (handle);
}

static Handle *
handle_of (const struct fuse_file_info *fi)
{
  return (Handle *) (uintptr_t) fi->fh;
}

/* Locks it, waiting for a commit under way only where that is allowed. */
static gboolean
take (HvfsCall *call, Handle *handle, GError **error)
{
  if (g_mutex_trylock (&handle->lock))
    return TRUE;
  if (!hvfs_call_may_wait (call, error))
    return FALSE;
  g_mutex_lock (&handle->lock);
  return TRUE;
}

static gboolean
is_live (HvfsFs *fs, const Handle *handle)
{
  gboolean live;

  hvfs_desks_lock (fs->desks);
  live = handle->sheet != NULL && handle->sheet->live;
  hvfs_desks_unlock (fs->desks);
  return live;
}

static guint64
copy_size (const Handle *handle)
{
  return handle->copy == NULL ? 0 : handle->copy->len;
}

/* What is written into the file of a domain that is gone is nobody's. */
static gboolean
check_domain (HvfsCall *call, HvfsNode node, GError **error)
{
  HvfsMirror *mirror = call->fs->mirror;
  gboolean there;

  g_rw_lock_reader_lock (hvfs_mirror_lock (mirror));
  there = hvfs_edit_is_draft (node) || hvfs_mirror_get (mirror, node.a) != NULL;
  g_rw_lock_reader_unlock (hvfs_mirror_lock (mirror));
  if (!there)
    hvfs_object_set_gone ("domain", error);
  return there;
}

/* What is written into it would be nobody's configuration. */
static gboolean
set_replaced (GError **error)
{
  g_set_error (error, HVFS_ERROR, ESTALE,
               "another file was put in its place, or it was renamed, while it was open: read it again");
  return FALSE;
}

/* Whether it is a file of the desk's own for its writer as well: who opened it as the live one
 * means that, and not what was put away under another name. */
static gboolean
check_own (HvfsCall *call, HvfsNode node, const Handle *handle, GError **error)
{
  return !handle->was_live || (check_domain (call, node, error) && set_replaced (error));
}

/* Gives the file of the live name a copy, and takes it from one that lost it.
 * @ret_live: which of the two it is. */
static gboolean
follow_name (HvfsCall *call, HvfsNode node, Handle *handle, gboolean *ret_live, GError **error)
{
  HvfsFs *fs = call->fs;

  *ret_live = is_live (fs, handle);
  if (*ret_live && handle->copy == NULL)
    {
      g_clear_pointer (&handle->base, g_bytes_unref);
      handle->base = hvfs_edit_get_text (call, node, error);
      if (handle->base == NULL)
        return FALSE;
      handle->copy = g_byte_array_new ();
      g_byte_array_append (handle->copy, g_bytes_get_data (handle->base, NULL),
                           g_bytes_get_size (handle->base));
    }
  else if (!*ret_live && handle->copy != NULL)
    {
      if (handle->save.dirty)
        return check_domain (call, node, error) && set_replaced (error);
      g_clear_pointer (&handle->copy, g_byte_array_unref);
    }
  return TRUE;
}

/* ---- open and release ---- */

static gboolean
changes (const struct fuse_file_info *fi)
{
  return (fi->flags & O_ACCMODE) != O_RDONLY || (fi->flags & O_TRUNC) != 0;
}

/* A counted sheet, made if the file has none yet.  Who comes by a name that the kernel has
 * not heard to be another file's gets none: after ESTALE the kernel looks the name up again,
 * and opens what has it now. */
static HvfsSheet *
ref_sheet (HvfsCall *call, HvfsNode node, GError **error)
{
  HvfsFs *fs = call->fs;
  HvfsSheet *sheet;

  hvfs_desks_lock (fs->desks);
  sheet = hvfs_sheet_get_locked (hvfs_edit_make_desk_locked (fs, node), node.b);
  if (sheet != NULL
      && (sheet->name == NULL || hvfs_sheet_is_mistaken_locked (sheet, call->pid)))
    sheet = NULL;
  if (sheet != NULL)
    hvfs_sheet_ref_locked (sheet);
  hvfs_desks_unlock (fs->desks);
  if (sheet == NULL)
    hvfs_error_set_gone ("file", error);
  return sheet;
}

static gboolean
resize_sheet (HvfsFs *fs, HvfsSheet *sheet, guint64 size, GError **error)
{
  gboolean ok;

  hvfs_desks_lock (fs->desks);
  ok = hvfs_sheet_resize_locked (fs->desks, sheet, size, error);
  hvfs_desks_unlock (fs->desks);
  return ok;
}

static void
note_read (HvfsCall *call, HvfsNode node, GBytes *text)
{
  guint64 ino = hvfs_edit_reads_ino (call->fs, node);

  if (ino != 0)
    hvfs_reads_note (call->fs->reads, ino, call->pid, text);
}

/* Whether who opens the live file now may find another text in it later: a writer has it open,
 * or it is being replaced, and has its old text then. */
static gboolean
needs_snapshot (HvfsFs *fs, HvfsNode node)
{
  HvfsDesk *desk;
  HvfsSheet *sheet;
  gboolean needs = node.b != 0;

  hvfs_desks_lock (fs->desks);
  desk = hvfs_desk_get_locked (fs->desks, hvfs_edit_dir (node));
  if (desk != NULL)
    {
      sheet = hvfs_sheet_get_locked (desk, node.b);
      needs = desk->n_replacing > 0 || sheet == NULL || !sheet->live || sheet->n_handles > 0;
    }
  hvfs_desks_unlock (fs->desks);
  return needs;
}

/* Past the kernel's cache: it keeps pages and sizes apart, and a reader would get a text cut to
 * the size of another. */
static gboolean
open_to_read (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, GError **error)
{
  g_autoptr (GBytes) text = hvfs_edit_get_text (call, node, error);
  Handle *handle;

  if (text == NULL)
    return FALSE;
  note_read (call, node, text);
  handle = handle_new (call, NULL);
  handle->snapshot = g_steal_pointer (&text);
  handle->is_fixed = needs_snapshot (call->fs, node);
  fi->noflush = 1;
  fi->direct_io = 1;
  fi->fh = (uintptr_t) handle;
  return TRUE;
}

/* Past the cache: what is in the copy is nobody else's to see. */
static gboolean
open_to_write (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, GError **error)
{
  g_autoptr (GBytes) text = hvfs_edit_get_text (call, node, error);
  HvfsSheet *sheet = text == NULL ? NULL : ref_sheet (call, node, error);
  Handle *handle;

  if (sheet == NULL)
    return FALSE;
  handle = handle_new (call, sheet);
  handle->is_read = (fi->flags & O_ACCMODE) == O_RDWR && (fi->flags & O_TRUNC) == 0;
  handle->was_live = TRUE;
  handle->copy = g_byte_array_new ();
  if ((fi->flags & O_TRUNC) == 0)
    g_byte_array_append (handle->copy, g_bytes_get_data (text, NULL), g_bytes_get_size (text));
  handle->base = g_steal_pointer (&text);
  fi->direct_io = 1;
  fi->fh = (uintptr_t) handle;
  return TRUE;
}

static gboolean
open_sheet (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, GError **error)
{
  HvfsFs *fs = call->fs;
  HvfsSheet *sheet = ref_sheet (call, node, error);

  if (sheet == NULL)
    return FALSE;
  if ((fi->flags & O_TRUNC) != 0)
    resize_sheet (fs, sheet, 0, NULL);
  fi->keep_cache = 1;
  fi->noflush = !changes (fi);
  fi->fh = (uintptr_t) handle_new (call, sheet);
  return TRUE;
}

/* The copy, or a file of the desk's own. */
static gboolean
edit_empty (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, GError **error)
{
  Handle *handle = handle_of (fi);
  gboolean live, ok;

  if (!take (call, handle, error))
    return FALSE;
  ok = follow_name (call, node, handle, &live, error);
  if (ok && live)
    {
      g_byte_array_set_size (handle->copy, 0);
      handle->is_read = FALSE;
    }
  else if (ok)
    ok = check_own (call, node, handle, error)
         && resize_sheet (call->fs, handle->sheet, 0, error);
  g_mutex_unlock (&handle->lock);
  return ok;
}

static gboolean
edit_open (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, GError **error)
{
  fi->fh = 0;
  if (!hvfs_edit_is_live (call->fs, node))
    return open_sheet (call, node, fi, error);
  return changes (fi) ? open_to_write (call, node, fi, error)
                      : open_to_read (call, node, fi, error);
}

/* ---- commit ---- */

static gboolean
commit (HvfsCall *call, HvfsNode node, Handle *handle, GError **error)
{
  g_autoptr (GBytes) wanted = g_bytes_new (handle->copy->data, handle->copy->len);
  g_autoptr (GBytes) text = NULL;
  g_autoptr (GError) failure = NULL;
  g_autofree char *name = NULL;
  HvfsEdit edit;

  if (!hvfs_call_may_wait (call, error))
    return FALSE;
  hvfs_desks_lock (call->fs->desks);
  name = g_strdup (handle->sheet->name);
  hvfs_desks_unlock (call->fs->desks);
  if (name == NULL) /* it lost it just now */
    return check_domain (call, node, error) && set_replaced (error);
  edit = (HvfsEdit){ .name = name, .wanted = wanted, .begun = handle->base,
                     .is_read = handle->is_read, .writers = &handle->writer, .n_writers = 1 };
  if (!hvfs_edit_commit (call, node, &edit, &text, &failure))
    {
      hvfs_save_committed (&handle->save, failure->code);
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  hvfs_save_committed (&handle->save, 0);
  if (text != NULL)
    {
      g_clear_pointer (&handle->base, g_bytes_unref);
      handle->base = g_steal_pointer (&text);
    }
  return TRUE;
}

/* Does what save.h says.  The handle is locked. */
static gboolean
step (HvfsCall *call, HvfsNode node, Handle *handle, HvfsSaveStep next, GError **error)
{
  switch (next)
    {
    case HVFS_SAVE_COMMIT:
    case HVFS_SAVE_EMPTY: /* it says why, and keeps it */
      return commit (call, node, handle, error);
    case HVFS_SAVE_REPEAT:
      g_set_error (error, HVFS_ERROR,
                   handle->save.broken != 0 ? handle->save.broken : handle->save.failed,
                   "the text written before was refused");
      return FALSE;
    default:
      return TRUE;
    }
}

typedef HvfsSaveStep (*SaveRule) (Handle *handle, const HvfsCall *call);

static HvfsSaveStep
at_flush (Handle *handle, const HvfsCall *call)
{
  return hvfs_save_at_flush (&handle->save, copy_size (handle), hvfs_caller_process (call->pid));
}

static HvfsSaveStep
at_fsync (Handle *handle, const HvfsCall *call G_GNUC_UNUSED)
{
  return hvfs_save_at_fsync (&handle->save, copy_size (handle));
}

static gboolean
save (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, SaveRule rule, GError **error)
{
  Handle *handle = handle_of (fi);
  gboolean live = FALSE, ok;

  if (handle->snapshot != NULL)
    return TRUE;
  if (!take (call, handle, error))
    return FALSE;
  ok = handle->copy == NULL || follow_name (call, node, handle, &live, error);
  if (ok && live)
    ok = step (call, node, handle, rule (handle, call), error);
  g_mutex_unlock (&handle->lock);
  return ok;
}

static gboolean
edit_flush (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, GError **error)
{
  return save (call, node, fi, at_flush, error);
}

static gboolean
edit_fsync (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, GError **error)
{
  gboolean ok = save (call, node, fi, at_fsync, error);

  if (!ok)
    hvfs_edit_no_einval (error);
  return ok;
}

/* What nobody committed is dropped, and the kernel forgets that it saw it. */
static gboolean
edit_release (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, GError **error)
{
  Handle *handle = handle_of (fi);
  gboolean live = FALSE;

  if (handle->copy == NULL)
    return TRUE;
  if (follow_name (call, node, handle, &live, NULL) && live
      && hvfs_save_at_release (&handle->save, copy_size (handle)) == HVFS_SAVE_COMMIT)
    {
      if (!hvfs_call_may_wait (call, error))
        return FALSE;
      commit (call, node, handle, NULL);
    }
  hvfs_notifier_inode (call->fs->notifier, hvfs_node_ino (node));
  return TRUE;
}

/* ---- read ---- */

/* Of what the desk itself holds. */
static GBytes *
slice_sheet (HvfsFs *fs, HvfsNode node, gsize size, goffset off, GError **error)
{
  GBytes *bytes = NULL;
  HvfsDesk *desk;
  HvfsSheet *sheet;

  hvfs_desks_lock (fs->desks);
  desk = hvfs_desk_get_locked (fs->desks, hvfs_edit_dir (node));
  sheet = desk == NULL ? NULL : hvfs_sheet_get_locked (desk, node.b);
  if (sheet != NULL && sheet->data != NULL)
    {
      bytes = hvfs_call_slice (sheet->data->data, sheet->data->len, size, off);
      sheet->used_us = g_get_monotonic_time ();
    }
  hvfs_desks_unlock (fs->desks);
  if (bytes == NULL)
    hvfs_error_set_gone ("file", error);
  return bytes;
}

/* Who reads from the beginning gets the present text, and the rest of that one after it. */
static GBytes *
slice_live (HvfsCall *call, HvfsNode node, Handle *handle, gsize size, goffset off, GError **error)
{
  g_autoptr (GBytes) text = NULL;
  GBytes *bytes;

  if (off == 0 && !handle->is_fixed && (text = hvfs_edit_get_text (call, node, error)) == NULL)
    return NULL;
  g_mutex_lock (&handle->lock);
  if (text != NULL)
    {
      g_bytes_unref (handle->snapshot);
      handle->snapshot = g_steal_pointer (&text);
    }
  bytes = hvfs_call_slice_text (handle->snapshot, size, off);
  g_mutex_unlock (&handle->lock);
  return bytes;
}

static GBytes *
edit_read (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, gsize size, goffset off,
           GError **error)
{
  Handle *handle = handle_of (fi);
  g_autoptr (GBytes) text = NULL;
  GBytes *bytes;

  if (handle->snapshot != NULL)
    return slice_live (call, node, handle, size, off, error);
  if (!hvfs_edit_is_live (call->fs, node))
    return slice_sheet (call->fs, node, size, off, error);
  if (handle->copy == NULL) /* it was the desk's own when it was opened */
    return (text = hvfs_edit_get_text (call, node, error)) == NULL
             ? NULL
             : hvfs_call_slice_text (text, size, off);
  if (!take (call, handle, error))
    return NULL;
  if (handle->is_read && !handle->is_noted && !handle->save.dirty)
    {
      note_read (call, node, handle->base);
      handle->is_noted = TRUE;
    }
  bytes = hvfs_call_slice (handle->copy->data, handle->copy->len, size, off);
  g_mutex_unlock (&handle->lock);
  return bytes;
}

/* ---- write ---- */

static gboolean
check_copy (Handle *handle, guint64 size, GError **error)
{
  if (size <= HVFS_DESK_MAX_SHEET_BYTES)
    return TRUE;
  hvfs_save_broken (&handle->save, EFBIG);
  g_set_error (error, HVFS_ERROR, EFBIG, "a configuration has at most %d MiB",
               HVFS_DESK_MAX_SHEET_BYTES >> 20);
  return FALSE;
}

static void
resize_copy (Handle *handle, guint64 size)
{
  guint old = handle->copy->len;

  g_byte_array_set_size (handle->copy, size);
  if (size > old)
    memset (handle->copy->data + old, 0, size - old);
}

static gboolean
write_copy (Handle *handle, const char *data, gsize size, goffset off, GError **error)
{
  guint64 end = (guint64) off + size;

  if (!check_copy (handle, end, error))
    return FALSE;
  if (end > handle->copy->len)
    resize_copy (handle, end);
  memcpy (handle->copy->data + off, data, size);
  hvfs_save_written (&handle->save);
  return TRUE;
}

static gboolean
edit_write (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, const char *data, gsize size,
            goffset off, GError **error)
{
  HvfsFs *fs = call->fs;
  Handle *handle = handle_of (fi);
  gboolean live, ok;

  if (!take (call, handle, error))
    return FALSE;
  ok = follow_name (call, node, handle, &live, error);
  if (ok && live)
    /* The kernel knows the end of the server's text, and not of this one. */
    ok = write_copy (handle, data, size,
                      (fi->flags & O_APPEND) != 0 ? (goffset) handle->copy->len : off, error);
  else if (ok
           && (ok = check_own (call, node, handle, error) && check_domain (call, node, error)))
    {
      hvfs_desks_lock (fs->desks);
      hvfs_sheet_add_writer_locked (handle->sheet, fs->reads, call->pid);
      ok = hvfs_sheet_write_locked (fs->desks, handle->sheet, data, size, off, error);
      hvfs_desks_unlock (fs->desks);
    }
  g_mutex_unlock (&handle->lock);
  return ok;
}

/* ---- attributes ---- */

/* Mode, owner and times of the live file are not the user's; editors set them back
 * to what they were. */
static void
set_sheet (HvfsSheet *sheet, const struct stat *st, int to_set)
{
  if (sheet == NULL || sheet->live)
    return;
  if ((to_set & FUSE_SET_ATTR_MODE) != 0)
    sheet->mode = (sheet->mode & S_IFMT) | (st->st_mode & 07777);
  if ((to_set & FUSE_SET_ATTR_MTIME_NOW) != 0)
    sheet->mtime_us = g_get_real_time ();
  else if ((to_set & FUSE_SET_ATTR_MTIME) != 0)
    sheet->mtime_us = st->st_mtim.tv_sec * G_TIME_SPAN_SECOND + st->st_mtim.tv_nsec / 1000;
}

static gboolean
resize_open (HvfsCall *call, HvfsNode node, Handle *handle, guint64 size, GError **error)
{
  HvfsFs *fs = call->fs;
  gboolean live, ok;

  if (!take (call, handle, error))
    return FALSE;
  ok = follow_name (call, node, handle, &live, error);
  if (ok && live && (ok = check_copy (handle, size, error)))
    {
      hvfs_save_truncated (&handle->save, handle->copy->len, size);
      resize_copy (handle, size);
    }
  else if (ok && !live)
    ok = check_own (call, node, handle, error) && resize_sheet (fs, handle->sheet, size, error);
  g_mutex_unlock (&handle->lock);
  return ok;
}

static gboolean
resize_by_name (HvfsCall *call, HvfsNode node, guint64 size, GError **error)
{
  HvfsFs *fs = call->fs;
  HvfsSheet *sheet;
  gboolean ok = FALSE;

  if (hvfs_edit_is_live (fs, node))
    {
      g_set_error (error, HVFS_ERROR, EINVAL,
                   "a configuration cannot be truncated: write the whole text");
      return FALSE;
    }
  sheet = ref_sheet (call, node, error);
  if (sheet == NULL)
    return FALSE;
  ok = resize_sheet (fs, sheet, size, error);
  hvfs_sheet_unref (fs->desks, hvfs_edit_dir (node), sheet);
  return ok;
}

static gboolean
edit_setattr (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, const struct stat *st,
              int to_set, GError **error)
{
  HvfsFs *fs = call->fs;
  Handle *handle = fi == NULL ? NULL : handle_of (fi);
  HvfsDesk *desk;

  if ((to_set & FUSE_SET_ATTR_SIZE) != 0
      && !(handle != NULL && handle->sheet != NULL
             ? resize_open (call, node, handle, st->st_size, error)
             : resize_by_name (call, node, st->st_size, error)))
    return FALSE;
  hvfs_desks_lock (fs->desks);
  desk = hvfs_desk_get_locked (fs->desks, hvfs_edit_dir (node));
  if (desk != NULL)
    set_sheet (hvfs_sheet_get_locked (desk, node.b), st, to_set);
  hvfs_desks_unlock (fs->desks);
  return TRUE;
}

/* The writer's own view; a commit under way has the lock, and his size is the same. */
static gboolean
edit_fstat (HvfsFs *fs, HvfsNode node, const struct fuse_file_info *fi, struct stat *st)
{
  Handle *handle = handle_of (fi);
  gboolean copied = FALSE;

  if (handle->sheet == NULL || !g_mutex_trylock (&handle->lock))
    return FALSE;
  if (handle->copy != NULL && is_live (fs, handle))
    {
      st->st_size = handle->copy->len;
      st->st_blocks = (st->st_size + 511) / 512;
      copied = TRUE;
    }
  g_mutex_unlock (&handle->lock);
  return copied;
}

const HvfsFileOps hvfs_edit_file_ops = {
  .open = edit_open,
  .read = edit_read,
  .write = edit_write,
  .empty = edit_empty,
  .setattr = edit_setattr,
  .flush = edit_flush,
  .fsync = edit_fsync,
  .release = edit_release,
  .close = edit_close,
  .fstat = edit_fstat,
};
