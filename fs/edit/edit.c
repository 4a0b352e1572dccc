/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/edit/edit.c - config.xml: which file it is, and how it looks; see edit.h */
#include "fs/edit/edit.h"

#include <string.h>

#include "convert/error.h"
#include "fs/edit/desk.h"
#include "fs/edit/draft.h"
#include "fs/row/call.h"
#include "fs/tree/notify.h"

gboolean
hvfs_edit_is_draft (HvfsNode node)
{
  return (node.row->flags & HVFS_ROW_UNMIRRORED) != 0;
}

guint32
hvfs_edit_serial (HvfsFs *fs, HvfsNode node)
{
  g_auto (HvfsDraft) draft = { 0 };

  if (!hvfs_edit_is_draft (node))
    return node.a;
  return hvfs_drafts_get (fs->drafts, node.a, &draft) ? draft.serial : 0;
}

gboolean
hvfs_edit_is_plain (HvfsNode node)
{
  return node.row->is_member || node.row->members != NULL;
}

guint64
hvfs_edit_dir (HvfsNode node)
{
  HvfsRow *row = hvfs_edit_is_draft (node) ? hvfs_row (HVFS_NAMED_DRAFT) : hvfs_row_of_kind (HVFS_KIND_VM);

  if (hvfs_edit_is_plain (node))
    row = node.row->is_member ? node.row->parent : node.row;
  return hvfs_node_ino ((HvfsNode){ row, node.a, 0 });
}

guint64
hvfs_edit_reads_ino (HvfsFs *fs, HvfsNode node)
{
  guint32 serial = hvfs_edit_serial (fs, node);

  return serial == 0
           ? 0
           : hvfs_row_ino (hvfs_row (HVFS_NAMED_CONFIG), serial, 0);
}

/* Among the members of a directory of values: the scratch row of that type. */
static HvfsRow *
scratch_row (HvfsNode dir, mode_t type)
{
  HvfsRow *row = dir.row->is_member ? dir.row->parent->members : dir.row->members;

  while ((row->mode & S_IFMT) != type || row->stat != hvfs_edit_stat)
    row++;
  return row;
}

HvfsRow *
hvfs_edit_link_row_of (HvfsNode dir)
{
  if (hvfs_edit_is_plain (dir))
    return scratch_row (dir, S_IFLNK);
  return hvfs_row (hvfs_edit_is_draft (dir) ? HVFS_NAMED_DRAFT_LINK : HVFS_NAMED_LINK);
}

HvfsRow *
hvfs_edit_file_row (HvfsNode dir)
{
  if (hvfs_edit_is_plain (dir))
    return scratch_row (dir, S_IFREG);
  return hvfs_row (hvfs_edit_is_draft (dir) ? HVFS_NAMED_DRAFT_CONFIG : HVFS_NAMED_CONFIG);
}

HvfsDesk *
hvfs_edit_make_desk_locked (HvfsFs *fs, HvfsNode node)
{
  return hvfs_edit_is_plain (node)
           ? hvfs_desk_make_plain_locked (fs->desks, hvfs_edit_dir (node))
           : hvfs_desk_make_locked (fs->desks, hvfs_edit_dir (node), !hvfs_edit_is_draft (node));
}

/* The sheet of @node (nullable: without a desk there is but the live one). */
static gboolean
find_locked (HvfsFs *fs, HvfsNode node, HvfsDesk **ret_desk, HvfsSheet **ret_sheet)
{
  *ret_desk = hvfs_desk_get_locked (fs->desks, hvfs_edit_dir (node));
  *ret_sheet = *ret_desk == NULL ? NULL : hvfs_sheet_get_locked (*ret_desk, node.b);
  return *ret_desk == NULL
           ? node.b == 0 && !hvfs_edit_is_draft (node) && !hvfs_edit_is_plain (node)
           : *ret_sheet != NULL;
}

gboolean
hvfs_edit_is_live (HvfsFs *fs, HvfsNode node)
{
  HvfsDesk *desk;
  HvfsSheet *sheet;
  gboolean live;

  hvfs_desks_lock (fs->desks);
  live = find_locked (fs, node, &desk, &sheet) && (sheet == NULL || sheet->live);
  hvfs_desks_unlock (fs->desks);
  return live;
}

GBytes *
hvfs_edit_get_text (HvfsCall *call, HvfsNode node, GError **error)
{
  HvfsFs *fs = call->fs;
  guint32 serial = hvfs_edit_serial (fs, node);
  GBytes *text;

  if (serial == 0)
    return g_bytes_new (NULL, 0);
  if (!hvfs_call_confirm (call, error))
    return NULL;
  text = hvfs_config_get (fs->config, serial);
  if (text == NULL && hvfs_call_may_wait (call, error))
    text = hvfs_config_fetch (fs->config, serial, call->cancellable, error);
  return text;
}

GBytes *
hvfs_edit_peek_text (HvfsFs *fs, HvfsNode node)
{
  guint32 serial = hvfs_edit_serial (fs, node);

  return serial == 0 ? NULL : hvfs_config_get (fs->config, serial);
}

/* ---- following the mirror ---- */

void
hvfs_edit_changed (HvfsFs *fs, guint32 serial)
{
  HvfsNode node = { hvfs_row (HVFS_NAMED_CONFIG), serial, 0 };
  HvfsSheet *live = NULL;
  HvfsDesk *desk;

  hvfs_desks_lock (fs->desks);
  desk = hvfs_desk_get_locked (fs->desks, hvfs_edit_dir (node));
  if (desk != NULL)
    live = hvfs_sheet_find_locked (desk, HVFS_DESK_LIVE);
  if (live != NULL)
    node.b = live->number;
  hvfs_desks_unlock (fs->desks);
  hvfs_notifier_inode (fs->notifier, hvfs_node_ino (node));
}

void
hvfs_edit_left (HvfsFs *fs, guint32 serial)
{
  HvfsRow *own = hvfs_row_of_kind (HVFS_KIND_VM);

  hvfs_desk_drop (fs->desks, hvfs_edit_dir ((HvfsNode){ own, serial, 0 }));
  for (HvfsRow *row = own->table; row->mode != 0; row++)
    if (row->members != NULL)
      hvfs_desk_drop (fs->desks, hvfs_edit_dir ((HvfsNode){ row, serial, 0 }));
}

/* ---- the row ---- */

/* With a desk, it says which file has the name. */
gboolean
hvfs_edit_visible (HvfsFs *fs, HvfsNode node)
{
  gboolean has_desk;

  hvfs_desks_lock (fs->desks);
  has_desk = hvfs_desk_get_locked (fs->desks, hvfs_edit_dir (node)) != NULL;
  hvfs_desks_unlock (fs->desks);
  return !has_desk && !hvfs_edit_is_draft (node);
}

static gint64
live_mtime_us (const HvfsDesk *desk, const HvfsObject *vm)
{
  gint64 us = hvfs_value_time_us (hvfs_object_get (vm, HVFS_VM_MODIFIED), NULL);
  const char *version = hvfs_value_text (hvfs_object_get (vm, HVFS_VM_CHANGE_VERSION), NULL);

  if (desk != NULL && desk->pinned_version != NULL
      && g_strcmp0 (desk->pinned_version, version) == 0)
    return desk->pinned_us;
  return us > 0 ? us : vm->changed_us;
}

gboolean
hvfs_edit_stat (HvfsFs *fs, HvfsNode node, const HvfsObject *object, struct stat *st)
{
  gsize size;
  HvfsDesk *desk;
  HvfsSheet *sheet;
  gboolean found, live;

  hvfs_desks_lock (fs->desks);
  found = find_locked (fs, node, &desk, &sheet);
  live = found && (sheet == NULL || sheet->live);
  if (live && object != NULL)
    st->st_mtim = hvfs_timespec (live_mtime_us (desk, object));
  else if (found)
    {
      st->st_mode = live ? st->st_mode : sheet->mode;
      st->st_uid = live || sheet->uid == HVFS_DESK_UID ? st->st_uid : sheet->uid;
      st->st_mtim = hvfs_timespec (sheet->mtime_us);
      if (!live)
        st->st_size = sheet->target != NULL ? (off_t) strlen (sheet->target)
                                            : (off_t) sheet->data->len;
    }
  hvfs_desks_unlock (fs->desks);
  if (live && hvfs_config_is_cached (fs->config, hvfs_edit_serial (fs, node), &size))
    st->st_size = size;
  return found;
}

static gboolean
is_known (HvfsFs *fs, HvfsNode node)
{
  guint32 serial = hvfs_edit_serial (fs, node);

  return serial == 0 || !hvfs_edit_is_live (fs, node)
         || hvfs_config_is_cached (fs->config, serial, NULL);
}

static gboolean
fetch (HvfsCall *call, HvfsNode node, gint64 *ret_size, GError **error)
{
  g_autoptr (GBytes) text = hvfs_edit_get_text (call, node, error);

  if (text != NULL)
    *ret_size = g_bytes_get_size (text);
  return text != NULL;
}

const HvfsFetch hvfs_edit_text_fetch = { .is_known = is_known, .fetch = fetch };

gboolean
hvfs_edit_link (HvfsFs *fs, HvfsNode node, GString *target)
{
  HvfsDesk *desk;
  HvfsSheet *sheet;

  hvfs_desks_lock (fs->desks);
  if (find_locked (fs, node, &desk, &sheet) && sheet != NULL && sheet->target != NULL)
    g_string_append (target, sheet->target);
  hvfs_desks_unlock (fs->desks);
  return target->len > 0;
}
