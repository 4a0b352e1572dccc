/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/edit/edit-draft.c - the directory of a domain that is being made
 *
 * Exists so that mkdir and writing a configuration define a domain: the directory is
 * a draft of this mount's alone until its config.xml, or config.vmx, is committed.
 */
#include "fs/edit/edit.h"

#include "fs/edit/desk.h"
#include "fs/edit/draft.h"
#include "fs/fs.h"
#include "fs/tree/dir-times.h"

#define READ_WRITE (S_IFREG | 0644)

static gboolean
draft_stat (HvfsFs *fs, HvfsNode node, const HvfsObject *object, struct stat *st)
{
  g_auto (HvfsDraft) draft = { 0 };

  if (!hvfs_drafts_get (fs->drafts, node.a, &draft))
    return FALSE;
  st->st_mtim = hvfs_timespec (
    MAX (draft.changed_us, hvfs_dir_times_get (fs->dir_times, st->st_ino)));
  return TRUE;
}

/* All its files are of the first row: see edit.h. */
HvfsRow hvfs_draft_table[] = {
  { .name = HVFS_DESK_LIVE, .named = HVFS_NAMED_DRAFT_CONFIG, .mode = READ_WRITE, .flags = HVFS_ROW_UNMIRRORED,
    .file_ops = &hvfs_edit_file_ops, .visible = hvfs_edit_visible, .stat = hvfs_edit_stat,
    .fetch = &hvfs_edit_text_fetch },
  { .name = HVFS_DESK_LIVE_VMX, .mode = READ_WRITE, .flags = HVFS_ROW_UNMIRRORED,
    .file_ops = &hvfs_edit_file_ops, .visible = hvfs_edit_visible },
  { NULL }
};

HvfsRow hvfs_draft_row = {
  .named = HVFS_NAMED_DRAFT,
  .mode = S_IFDIR | 0755,
  .flags = HVFS_ROW_UNMIRRORED,
  .table = hvfs_draft_table,
  .dir_ops = &hvfs_edit_dir_ops,
  .stat = draft_stat,
};
