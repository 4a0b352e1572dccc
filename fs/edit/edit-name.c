/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/edit/edit-name.c - names in a domain's directory
 *
 * Exists so that every way of saving works: a new file renamed over config.xml, which
 * commits it; config.xml renamed away or unlinked and then made anew, which a commit
 * follows; and the files that editors need beside it.
 */
#include "fs/edit/edit.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "convert/error.h"
#include "fs/edit/desk.h"
#include "fs/edit/whole.h"
#include "fs/fs.h"
#include "fs/tree/change.h"
#include "fs/tree/notify.h"

static gboolean
is_live_name (HvfsNode dir, const char *name)
{
  return !hvfs_edit_is_plain (dir)
         && (strcmp (name, HVFS_DESK_LIVE) == 0
             || (hvfs_edit_is_draft (dir) && strcmp (name, HVFS_DESK_LIVE_VMX) == 0));
}

/* The node of any file in the directory @dir. */
static HvfsNode
file_in (HvfsNode dir, guint32 number)
{
  return (HvfsNode){ hvfs_edit_file_row (dir), dir.a, number };
}

static guint64
ino_of (HvfsNode dir, const HvfsSheet *sheet)
{
  HvfsNode node = file_in (dir, sheet->number);

  if (sheet->target != NULL)
    node.row = hvfs_edit_link_row_of (dir);
  else if (sheet->name != NULL && hvfs_edit_is_archive (dir, sheet->name))
    node.row = hvfs_row (HVFS_NAMED_DRAFT_OVA);
  else if (sheet->name != NULL && hvfs_edit_is_part (dir, sheet->name))
    node.row = hvfs_row (HVFS_NAMED_DRAFT_PART);
  return hvfs_node_ino (node);
}

/* Other files that people can open are not theirs to move. */
static gboolean
is_free (HvfsNode dir, const char *name, GError **error)
{
  HvfsRow *row = hvfs_row_named (dir.row->table, name);

  if (row == NULL || row->file_ops == &hvfs_edit_file_ops)
    return TRUE;
  g_set_error (error, HVFS_ERROR, EPERM, "'%s' cannot be removed, renamed or replaced by another "
               "file: write to it",
               name);
  return FALSE;
}

/* Who is in the directory of a draft that has become a domain sees the domain. */
static guint64
defined_lookup (HvfsFs *fs, HvfsNode dir, const char *name)
{
  HvfsRow *row = hvfs_row_named (hvfs_row_of_kind (HVFS_KIND_VM)->table, name);
  guint32 serial = hvfs_edit_serial (fs, dir);

  return row == NULL || serial == 0 ? 0 : hvfs_node_ino ((HvfsNode){ row, serial, 0 });
}

static guint64
edit_lookup (HvfsFs *fs, HvfsNode dir, const char *name, pid_t tid)
{
  HvfsDesk *desk;
  HvfsSheet *sheet = NULL;
  guint64 ino = 0;

  hvfs_desks_lock (fs->desks);
  desk = hvfs_desk_get_locked (fs->desks, hvfs_node_ino (dir));
  if (desk != NULL)
    sheet = hvfs_sheet_find_locked (desk, name);
  if (sheet != NULL)
    {
      ino = ino_of (dir, sheet);
      hvfs_sheet_sought_locked (sheet, tid);
    }
  hvfs_desks_unlock (fs->desks);
  return ino != 0 || !hvfs_edit_is_draft (dir) ? ino : defined_lookup (fs, dir, name);
}

typedef struct
{
  guint32 number;
  char *name;
  guint64 ino;
} Listed;

static void
listed_clear (gpointer data)
{
  g_free (((Listed *) data)->name);
}

/* Copied first: @func looks at each, for which it needs the lock. */
static void
edit_list (HvfsFs *fs, HvfsNode dir, guint64 after, HvfsListFunc func, gpointer data)
{
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (Listed));
  HvfsDesk *desk;
  GTreeNode *at;

  g_array_set_clear_func (all, listed_clear);
  hvfs_desks_lock (fs->desks);
  desk = hvfs_desk_get_locked (fs->desks, hvfs_node_ino (dir));
  /* The position of number n is n + 1. */
  at = desk == NULL ? NULL : g_tree_lower_bound (desk->sheets, GUINT_TO_POINTER (after));
  for (; at != NULL; at = g_tree_node_next (at))
    {
      HvfsSheet *sheet = g_tree_node_value (at);
      Listed listed = { sheet->number, g_strdup (sheet->name), ino_of (dir, sheet) };

      if (sheet->name != NULL)
        g_array_append_val (all, listed);
    }
  hvfs_desks_unlock (fs->desks);
  for (guint i = 0; i < all->len; i++)
    {
      Listed *listed = &g_array_index (all, Listed, i);

      if (!func (listed->name, listed->ino, (guint64) listed->number + 1, data))
        break;
    }
}

/* ---- made ---- */

static guint64
add_sheet (HvfsCall *call, HvfsNode dir, const char *name, mode_t mode, const char *target,
           GError **error)
{
  HvfsFs *fs = call->fs;
  HvfsSheet *sheet;
  guint64 ino = 0;

  hvfs_desks_lock (fs->desks);
  sheet = hvfs_sheet_add_locked (fs->desks, hvfs_edit_make_desk_locked (fs, file_in (dir, 0)),
                                 name, mode, target, error);
  if (sheet != NULL)
    {
      sheet->uid = call->uid;
      ino = ino_of (dir, sheet);
    }
  hvfs_desks_unlock (fs->desks);
  return ino;
}

/* One that came back by itself before the kernel heard of it is opened. */
static guint64
edit_create (HvfsCall *call, HvfsNode dir, const char *name, mode_t mode,
             struct fuse_file_info *fi, GError **error)
{
  HvfsFs *fs = call->fs;
  guint64 ino = (fi->flags & O_EXCL) != 0 ? 0 : edit_lookup (fs, dir, name, call->pid);
  HvfsNode node;

  if (!is_free (dir, name, error))
    return 0;
  if (ino == 0)
    {
      mode = is_live_name (dir, name) ? 0644 : mode & 07777;
      ino = add_sheet (call, dir, name, S_IFREG | mode, NULL, error);
      fi->flags |= O_TRUNC; /* it is new, whatever the server has under its name */
    }
  if (ino == 0)
    return 0;
  hvfs_node_from_ino (ino, &node);
  if (node.row->file_ops->open (call, node, fi, error))
    return ino;
  hvfs_notifier_entry (fs->notifier, hvfs_node_ino (dir), name);
  return 0;
}

static guint64
edit_symlink (HvfsCall *call, HvfsNode dir, const char *name, const char *target, GError **error)
{
  if (is_live_name (dir, name))
    {
      g_set_error (error, HVFS_ERROR, EPERM, "a configuration cannot be a link: write the text");
      return 0;
    }
  return is_free (dir, name, error)
           ? add_sheet (call, dir, name, S_IFLNK | 0777, target, error)
           : 0;
}

/* ---- removed and renamed ---- */

/* Finds the sheet @name; the desks' lock must be held. */
static HvfsSheet *
find_locked (HvfsFs *fs, HvfsNode dir, const char *name, GError **error)
{
  HvfsDesk *desk = hvfs_edit_make_desk_locked (fs, file_in (dir, 0));
  HvfsSheet *sheet = hvfs_sheet_find_locked (desk, name);

  if (sheet == NULL)
    g_set_error (error, HVFS_ERROR, ENOENT, "there is no '%s'", name);
  return sheet;
}

/* @text: (nullable): the live text, if it is the live file that goes. */
static gboolean
unlink_sheet (HvfsFs *fs, HvfsNode dir, const char *name, GBytes *text, GError **error)
{
  HvfsSheet *sheet;

  hvfs_desks_lock (fs->desks);
  sheet = find_locked (fs, dir, name, error);
  if (sheet != NULL)
    hvfs_sheet_unlink_locked (fs->desks, hvfs_edit_make_desk_locked (fs, file_in (dir, 0)), sheet,
                              text);
  hvfs_desks_unlock (fs->desks);
  return sheet != NULL;
}

static gboolean
edit_unlink (HvfsCall *call, HvfsNode dir, const char *name, GError **error)
{
  g_autoptr (GBytes) text
    = is_live_name (dir, name) ? hvfs_edit_peek_text (call->fs, dir) : NULL;

  return is_free (dir, name, error) && unlink_sheet (call->fs, dir, name, text, error);
}

/* What is to be committed by renaming a sheet. */
typedef struct
{
  GBytes *text;
  GArray *writers;     /* of HvfsWriter: who renames it, and who have written it */
  guint32 number;      /* of the sheet */
  gboolean is_back;    /* the live file that was away, and nothing was saved since */
} Content;

static void
content_clear (Content *content)
{
  g_clear_pointer (&content->text, g_bytes_unref);
  g_clear_pointer (&content->writers, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Content, content_clear)

static gboolean
get_content (HvfsCall *call, HvfsNode dir, const char *name, Content *ret, GError **error)
{
  HvfsFs *fs = call->fs;
  HvfsWriter renamer;
  HvfsSheet *sheet;

  hvfs_reads_begin_writer (fs->reads, &renamer, call->pid);
  hvfs_desks_lock (fs->desks);
  sheet = find_locked (fs, dir, name, error);
  if (sheet != NULL && sheet->target != NULL)
    g_set_error (error, HVFS_ERROR, EPERM, "a configuration cannot be a link: write the text");
  else if (sheet != NULL)
    {
      ret->text = g_bytes_new (sheet->data->data, sheet->data->len);
      ret->writers = g_array_new (FALSE, FALSE, sizeof (HvfsWriter));
      g_array_append_val (ret->writers, renamer);
      g_array_append_vals (ret->writers, sheet->writers->data, sheet->writers->len);
      ret->number = sheet->number;
      ret->is_back = sheet->away != 0 && sheet->away == hvfs_edit_make_desk_locked (fs, file_in (dir, 0))->n_saves;
    }
  hvfs_desks_unlock (fs->desks);
  return ret->text != NULL;
}

/* To be the file @name. */
static HvfsEdit
edit_of (const char *name, const Content *content)
{
  return (HvfsEdit){ .name = name, .wanted = content->text,
                     .writers = (HvfsWriter *) content->writers->data,
                     .n_writers = content->writers->len, .is_renamed = TRUE };
}

/* The live file is there again: nothing will come in its place. */
static void
restore (HvfsFs *fs, HvfsNode dir)
{
  HvfsDesk *desk;

  hvfs_desks_lock (fs->desks);
  desk = hvfs_desk_get_locked (fs->desks, hvfs_node_ino (dir));
  if (desk != NULL)
    hvfs_desk_restore_locked (fs->desks, desk);
  hvfs_desks_unlock (fs->desks);
  hvfs_change_name (fs, hvfs_node_ino (dir), HVFS_DESK_LIVE);
}

static gboolean
rename_sheet (HvfsFs *fs, HvfsNode dir, const char *name, const char *new_name, guint flags,
              GBytes *text, GError **error)
{
  HvfsDesk *desk;
  HvfsSheet *sheet;
  gboolean ok = FALSE;

  hvfs_desks_lock (fs->desks);
  desk = hvfs_edit_make_desk_locked (fs, file_in (dir, 0));
  sheet = find_locked (fs, dir, name, error);
  if (sheet != NULL && (flags & RENAME_NOREPLACE) != 0
      && hvfs_sheet_find_locked (desk, new_name) != NULL)
    g_set_error (error, HVFS_ERROR, EEXIST, "there is a '%s' already", new_name);
  else if (sheet != NULL)
    {
      hvfs_sheet_rename_locked (fs->desks, desk, sheet, new_name, text);
      ok = TRUE;
    }
  hvfs_desks_unlock (fs->desks);
  return ok;
}

/* A backup that is put back, after a save that was refused, is no save: the text that
 * was refused and the reason stay. */
static gboolean
is_put_back (HvfsFs *fs, HvfsNode dir, const Content *content, GBytes *before)
{
  g_autoptr (GBytes) base = NULL;

  if (g_bytes_get_size (content->text) == 0)
    return FALSE;
  if (content->is_back)
    return TRUE;
  if (before == NULL || !g_bytes_equal (before, content->text))
    return FALSE;
  return !hvfs_reads_base_of (fs->reads, hvfs_edit_reads_ino (fs, dir),
                              (HvfsWriter *) content->writers->data, content->writers->len,
                              content->text, before, &base)
         || g_bytes_equal (base, before);
}

/* The kernel repeats a rename that gave ESTALE once, at once: it is as stale then.
 * Returns: whether it was to be repeated; @error */
static gboolean
is_repeated (HvfsFs *fs, HvfsNode dir, const char *name, GError **error)
{
  HvfsSheet *sheet;
  gboolean stale;

  hvfs_desks_lock (fs->desks);
  sheet = find_locked (fs, dir, name, NULL);
  stale = sheet != NULL && sheet->stale;
  if (stale)
    sheet->stale = FALSE;
  hvfs_desks_unlock (fs->desks);
  if (stale)
    g_set_error (error, HVFS_ERROR, ESTALE,
                 "the configuration was changed on the server meanwhile");
  return stale;
}

static void
note_stale (HvfsFs *fs, HvfsNode dir, const char *name, const GError *failure)
{
  HvfsSheet *sheet;

  hvfs_desks_lock (fs->desks);
  sheet = find_locked (fs, dir, name, NULL);
  if (sheet != NULL)
    sheet->stale = g_error_matches (failure, HVFS_ERROR, ESTALE);
  hvfs_desks_unlock (fs->desks);
}

/* Until the rename is through, what the live file has is the new text, and what it will have
 * as a file of its own the old one: needs_snapshot () asks for it. */
static void
set_replacing (HvfsFs *fs, HvfsNode dir, gboolean begins)
{
  HvfsDesk *desk;

  hvfs_desks_lock (fs->desks);
  desk = hvfs_desk_get_locked (fs->desks, hvfs_node_ino (dir));
  if (desk != NULL && begins)
    desk->n_replacing++;
  else if (desk != NULL && desk->n_replacing > 0)
    desk->n_replacing--;
  hvfs_desks_unlock (fs->desks);
}

static gboolean
rename_over_live (HvfsCall *call, HvfsNode dir, const char *name, const char *new_name,
                  guint flags, GError **error)
{
  HvfsFs *fs = call->fs;
  g_auto (Content) content = { 0 };
  g_autoptr (GBytes) before = NULL;
  g_autoptr (GError) failure = NULL;
  HvfsEdit edit;
  gboolean ok;

  if (is_repeated (fs, dir, name, error) || !get_content (call, dir, name, &content, error))
    return FALSE;
  set_replacing (fs, dir, TRUE);
  before = hvfs_edit_peek_text (fs, dir);
  edit = edit_of (new_name, &content);
  edit.is_insisted = strcmp (name, HVFS_DESK_LIVE ".rejected") == 0;
  ok = is_put_back (fs, dir, &content, before)
       || hvfs_edit_commit (call, file_in (dir, content.number), &edit, NULL, &failure);
  if (ok)
    ok = rename_sheet (fs, dir, name, new_name, flags, before, error);
  else
    {
      note_stale (fs, dir, name, failure);
      restore (fs, dir);
      hvfs_edit_no_einval (&failure);
      g_propagate_error (error, g_steal_pointer (&failure));
    }
  set_replacing (fs, dir, FALSE);
  if (!ok)
    return FALSE;
  /* The server prints it in its own way. */
  hvfs_notifier_inode (fs->notifier, hvfs_node_ino (file_in (dir, content.number)));
  hvfs_notifier_flush (fs->notifier);
  return TRUE;
}

/* What was renamed has no name any more, and its bytes a little while for the kernel. */
gboolean
hvfs_edit_put_over (HvfsCall *call, HvfsNode dir, const char *name, HvfsNode target,
                    const char *target_name, GError **error)
{
  HvfsFs *fs = call->fs;
  g_auto (Content) content = { 0 };
  g_autoptr (GError) failure = NULL;
  HvfsEdit edit;

  if (is_repeated (fs, dir, name, error) || !get_content (call, dir, name, &content, error))
    return FALSE;
  edit = edit_of (target_name, &content);
  if (!hvfs_whole_put (call, target, &edit, &failure))
    {
      note_stale (fs, dir, name, failure);
      hvfs_edit_no_einval (&failure);
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  unlink_sheet (fs, dir, name, NULL, NULL);
  hvfs_change_name (fs, hvfs_node_ino (dir), target_name);
  return TRUE;
}

static gboolean
edit_rename (HvfsCall *call, HvfsNode dir, const char *name, HvfsNode new_dir,
             const char *new_name, guint flags, GError **error)
{
  HvfsRow *row = hvfs_row_named (dir.row->table, new_name);
  g_autoptr (GBytes) text = NULL;

  if (!is_free (dir, name, error))
    return FALSE;
  if (hvfs_edit_is_archive (new_dir, new_name)
      || hvfs_edit_is_part (new_dir, new_name) || hvfs_edit_is_part (dir, name))
    {
      g_set_error (error, HVFS_ERROR, EPERM,
                   "what is deployed when it is written cannot be renamed: write it under its name");
      return FALSE;
    }
  if (row != NULL && row->commit != NULL && hvfs_node_ino (dir) == hvfs_node_ino (new_dir)
      && (flags & RENAME_NOREPLACE) == 0 && !is_live_name (dir, name))
    return hvfs_edit_put_over (call, dir, name, (HvfsNode){ row, dir.a, 0 }, row->name, error);
  if (!is_free (new_dir, new_name, error))
    return FALSE;
  if (hvfs_node_ino (dir) != hvfs_node_ino (new_dir))
    {
      g_set_error (error, HVFS_ERROR, is_live_name (dir, name) ? EPERM : EXDEV,
                   "a file cannot leave its domain's directory: copy it");
      return FALSE;
    }
  if (is_live_name (dir, new_name) && !is_live_name (dir, name))
    return rename_over_live (call, dir, name, new_name, flags, error);
  if (is_live_name (dir, name) && !is_live_name (dir, new_name))
    {
      text = hvfs_edit_get_text (call, file_in (dir, 0), error);
      if (text == NULL)
        return FALSE;
    }
  return rename_sheet (call->fs, dir, name, new_name, flags, text, error);
}

const HvfsDirOps hvfs_edit_dir_ops = {
  .lookup = edit_lookup,
  .list = edit_list,
  .create = edit_create,
  .symlink = edit_symlink,
  .unlink = edit_unlink,
  .rename = edit_rename,
};

HvfsRow hvfs_edit_link_row = {
  .named = HVFS_NAMED_LINK,
  .mode = S_IFLNK | 0777,
  .link = hvfs_edit_link,
  .stat = hvfs_edit_stat,
};

HvfsRow hvfs_draft_link_row = {
  .named = HVFS_NAMED_DRAFT_LINK,
  .mode = S_IFLNK | 0777,
  .flags = HVFS_ROW_UNMIRRORED,
  .link = hvfs_edit_link,
  .stat = hvfs_edit_stat,
};
