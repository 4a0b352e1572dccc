/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/edit/edit-commit.c - config.xml: from what was written to what the server has; see edit.h */
#include "fs/edit/edit.h"

#include <string.h>

#include "convert/error.h"
#include "fs/edit/desk.h"
#include "fs/edit/draft.h"
#include "fs/fs.h"
#include "fs/request/failure.h"
#include "fs/row/call.h"
#include "fs/tree/change.h"
#include "fs/tree/notify.h"
#include "fs/tree/path.h"

char *
hvfs_edit_dup_version (HvfsFs *fs, guint32 serial, gint64 *ret_modified_us)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (fs->mirror));
  HvfsObject *vm = hvfs_mirror_get (fs->mirror, serial);

  *ret_modified_us = 0;
  if (vm == NULL || vm->kind != HVFS_KIND_VM)
    return NULL;
  *ret_modified_us = hvfs_value_time_us (hvfs_object_get (vm, HVFS_VM_MODIFIED), NULL);
  return g_strdup (hvfs_value_text (hvfs_object_get (vm, HVFS_VM_CHANGE_VERSION), NULL));
}

/* ---- change ---- */

static gboolean
check (GBytes *wanted, GError **error)
{
  gsize size;
  const char *text = g_bytes_get_data (wanted, &size);

  if (size == 0)
    g_set_error (error, HVFS_ERROR, EINVAL, "an empty file is no configuration");
  else if (memchr (text, '\0', size) != NULL)
    g_set_error (error, HVFS_ERROR, EINVAL, "a configuration is text, without NUL bytes");
  else
    return TRUE;
  return FALSE;
}

/* Who looks at the time to see whether the text has changed shall see that it has
 * not: editors would ask about it. */
static void
pin_time (HvfsFs *fs, HvfsNode node, gint64 modified_us)
{
  gint64 now_us;
  g_autofree char *version = hvfs_edit_dup_version (fs, hvfs_edit_serial (fs, node), &now_us);
  HvfsDesk *desk;

  if (version == NULL || now_us == modified_us)
    return;
  hvfs_desks_lock (fs->desks);
  desk = hvfs_edit_make_desk_locked (fs, node);
  if (desk->pinned_version == NULL)
    desk->pinned_us = modified_us;
  g_free (desk->pinned_version);
  desk->pinned_version = g_steal_pointer (&version);
  hvfs_desks_unlock (fs->desks);
}

static gboolean
change (HvfsCall *call, HvfsNode node, GBytes *base, GBytes *present, GBytes *wanted,
        GBytes **ret_text, GError **error)
{
  HvfsFs *fs = call->fs;
  guint32 serial = hvfs_edit_serial (fs, node);
  g_autofree char *version = NULL;
  g_autoptr (GBytes) text = NULL;
  gsize size;
  const char *wanted_text = g_bytes_get_data (wanted, &size);
  gint64 modified_us;

  if (!hvfs_config_check (wanted_text, size, error)
      || !hvfs_connection_confirm (fs->connection, call->cancellable, error))
    return FALSE;
  version = hvfs_edit_dup_version (fs, serial, &modified_us);
  if (!hvfs_config_commit (fs->config, serial, base, wanted, call->cancellable, error))
    return FALSE;
  /* It was done; that it cannot be read back is another matter. */
  text = hvfs_edit_get_text (call, node, NULL);
  if (text != NULL && g_bytes_equal (text, present))
    pin_time (fs, node, modified_us);
  *ret_text = g_steal_pointer (&text);
  return TRUE;
}

/* ---- what is left of it ---- */

/* In a draft the reason is a file on its desk: it has no domain's "error". */
static GBytes *
new_reason (HvfsNode node, const char *name, const GError *error)
{
  g_autofree char *line = NULL;
  char *text;

  if (error == NULL || !hvfs_edit_is_draft (node))
    return NULL;
  line = hvfs_failure_line (name, error);
  text = g_strconcat (line, "\n", NULL);
  return g_bytes_new_take (text, strlen (text));
}

/* Not what is being renamed over the live file: that goes by its rename. */
static gboolean
put (HvfsFs *fs, HvfsNode node, HvfsDesk *desk, const char *name, GBytes *text)
{
  const HvfsSheet *sheet = hvfs_sheet_find_locked (desk, name);

  if (text == NULL && sheet != NULL && sheet->number == node.b)
    return FALSE;
  return hvfs_desk_put_locked (fs->desks, desk, name, text);
}

/* @rejected: (nullable): the text that was refused.  Returns: the live file's inode */
static guint64
clear_desk (HvfsFs *fs, HvfsNode node, const char *name, GBytes *rejected, const GError *error)
{
  g_autofree char *rejected_name = g_strconcat (name, ".rejected", NULL);
  g_autoptr (GBytes) reason = new_reason (node, name, error);
  const char *const names[] = { rejected_name, "error" };
  GBytes *const texts[] = { rejected, reason };
  gboolean changed[2] = { FALSE, FALSE };
  guint64 dir = hvfs_edit_dir (node);
  HvfsSheet *live = NULL;
  HvfsDesk *desk;

  hvfs_desks_lock (fs->desks);
  desk = rejected != NULL ? hvfs_edit_make_desk_locked (fs, node)
                          : hvfs_desk_get_locked (fs->desks, dir);
  for (guint i = 0; desk != NULL && i < (desk->has_live ? 1 : 2); i++)
    changed[i] = put (fs, node, desk, names[i], texts[i]);
  if (desk != NULL)
    live = hvfs_sheet_find_locked (desk, name);
  node = (HvfsNode){ hvfs_edit_file_row (node), node.a, live != NULL ? live->number : 0 };
  hvfs_desks_unlock (fs->desks);
  for (guint i = 0; i < 2; i++)
    if (changed[i])
      hvfs_change_name (fs, dir, names[i]);
  return hvfs_node_ino (node);
}

static void
remember (HvfsFs *fs, HvfsNode node, const char *name, const GError *error)
{
  g_auto (HvfsDraft) draft = { 0 };
  g_autofree char *dir = NULL, *path = NULL, *said = NULL;

  if (!hvfs_edit_is_draft (node))
    {
      node.b = 0; /* by which no path is found */
      hvfs_change_remember (fs, hvfs_node_ino (node), node, NULL, error);
    }
  else if (error != NULL && hvfs_drafts_get (fs->drafts, node.a, &draft))
    {
      dir = hvfs_path_dup (fs, draft.dir);
      path = g_strdup_printf ("%s/%s/%s", dir, draft.name, name);
      said = hvfs_failures_add (fs->failures, 0, path, name, error);
      g_message ("%s", said);
    }
}

void
hvfs_edit_remember (HvfsFs *fs, HvfsNode node, const char *name, const GError *error)
{
  hvfs_desks_lock (fs->desks);
  hvfs_edit_make_desk_locked (fs, node);
  hvfs_desks_unlock (fs->desks);
  clear_desk (fs, node, name, NULL, error);
  remember (fs, node, name, error);
}

/* ---- bases ---- */

gboolean
hvfs_edit_set_stale (const HvfsEdit *edit, GError **error)
{
  gboolean is_kept = strcmp (edit->name, HVFS_DESK_LIVE) == 0;

  g_set_error (error, HVFS_ERROR, ESTALE,
               "it was changed on the server after what was written had been read: read it again%s",
               is_kept ? ", or, to have what was written nonetheless: mv " HVFS_DESK_LIVE
                         ".rejected " HVFS_DESK_LIVE
                       : "");
  return FALSE;
}

gboolean
hvfs_edit_find_base (HvfsFs *fs, guint64 ino, const HvfsEdit *edit, GBytes *present,
                     GBytes **ret_base, GError **error)
{
  GBytes *base = NULL;

  if (edit->is_insisted || edit->is_read
      || (!hvfs_reads_base_of (fs->reads, ino, edit->writers, edit->n_writers, edit->wanted,
                               present, &base)
          && !hvfs_reads_is_of_older (fs->reads, ino, edit->wanted, present, &base)))
    base = g_bytes_ref (edit->begun != NULL ? edit->begun : present);
  *ret_base = base;
  if (g_bytes_equal (base, present))
    return TRUE;
  if (g_bytes_get_size (base) == 0)
    return hvfs_edit_set_stale (edit, error);
  /* A copy that another made: whether it shall be put back, or is unchanged, cannot be known. */
  if (edit->is_renamed && g_bytes_equal (base, edit->wanted)
      && !hvfs_reads_base_of (fs->reads, ino, edit->writers, 1, edit->wanted, present, NULL))
    return hvfs_edit_set_stale (edit, error);
  return TRUE;
}

static gboolean
commit_edit (HvfsCall *call, HvfsNode node, const HvfsEdit *edit, GBytes **ret_text,
             GError **error)
{
  HvfsFs *fs = call->fs;
  guint64 ino = hvfs_edit_reads_ino (fs, node);
  g_autoptr (GBytes) present = hvfs_edit_get_text (call, node, error);
  g_autoptr (GBytes) base = NULL;
  g_autoptr (GBytes) text = NULL;

  if (present == NULL || !check (edit->wanted, error)
      || !hvfs_edit_find_base (fs, ino, edit, present, &base, error))
    return FALSE;
  if (g_bytes_equal (present, edit->wanted) && g_bytes_equal (present, base))
    text = g_bytes_ref (present);
  else if (!change (call, node, base, present, edit->wanted, &text, error))
    return FALSE;
  hvfs_reads_wrote (fs->reads, ino, edit->writers, edit->wanted,
                    text != NULL ? text : edit->wanted);
  *ret_text = g_steal_pointer (&text);
  return TRUE;
}

static void
count_save (HvfsFs *fs, HvfsNode node)
{
  HvfsDesk *desk;

  hvfs_desks_lock (fs->desks);
  desk = hvfs_desk_get_locked (fs->desks, hvfs_edit_dir (node));
  if (desk != NULL)
    desk->n_saves++;
  hvfs_desks_unlock (fs->desks);
}

static gboolean
commit_turn (HvfsCall *call, HvfsNode node, const HvfsEdit *edit, GBytes **ret_text,
             GError **error)
{
  guint64 ino = hvfs_edit_reads_ino (call->fs, node);
  gboolean ok;

  if (ino == 0 || strcmp (edit->name, HVFS_DESK_LIVE) != 0)
    return check (edit->wanted, error)
           && hvfs_edit_define (call, node, edit->name, edit->wanted, error);
  if (!hvfs_reads_begin_commit (call->fs->reads, ino, call->cancellable, error))
    return FALSE;
  ok = commit_edit (call, node, edit, ret_text, error);
  hvfs_reads_end_commit (call->fs->reads, ino);
  if (ok)
    count_save (call->fs, node);
  return ok;
}

gboolean
hvfs_edit_commit (HvfsCall *call, HvfsNode node, const HvfsEdit *edit, GBytes **ret_text,
                  GError **error)
{
  HvfsFs *fs = call->fs;
  g_autoptr (GBytes) text = NULL;
  GError *failure = NULL;

  if (!hvfs_call_may_wait (call, error))
    return FALSE;
  commit_turn (call, node, edit, &text, &failure);
  hvfs_notifier_inode (fs->notifier,
                       clear_desk (fs, node, edit->name, failure != NULL ? edit->wanted : NULL,
                                   failure));
  remember (fs, node, edit->name, failure);
  hvfs_notifier_flush (fs->notifier);
  if (ret_text != NULL)
    *ret_text = g_steal_pointer (&text);
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, failure);
  return FALSE;
}

void
hvfs_edit_no_einval (GError **error)
{
  if (error != NULL && g_error_matches (*error, HVFS_ERROR, EINVAL))
    (*error)->code = EBADMSG;
}
