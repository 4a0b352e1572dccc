/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/attr-domains.c - the directory "domains" of a host
 *
 * Exists so that mkdir makes a draft there, which becomes a domain, and mv moves one.
 */
#include "fs/edit/edit.h"
#include "fs/edit/package.h"

#include <string.h>

#include "convert/error.h"
#include "fs/attr/tables.h"
#include "fs/edit/desk.h"
#include "fs/edit/draft.h"
#include "fs/fs.h"
#include "fs/row/line.h"
#include "fs/tree/index.h"

static gboolean
is_taken (HvfsFs *fs, HvfsNode dir, const char *name)
{
  return hvfs_index_lookup (fs->index, hvfs_node_ino (dir), name) != 0;
}

/* What has become a domain is found by the index. */
static guint64
domains_lookup (HvfsFs *fs, HvfsNode dir, const char *name, pid_t tid G_GNUC_UNUSED)
{
  guint32 number = is_taken (fs, dir, name)
                     ? 0
                     : hvfs_drafts_find (fs->drafts, hvfs_node_ino (dir), name);

  return number == 0 ? 0 : hvfs_node_ino ((HvfsNode){ &hvfs_draft_row, number, 0 });
}

static void
domains_list (HvfsFs *fs, HvfsNode dir, guint64 after, HvfsListFunc func, gpointer data)
{
  g_auto (HvfsDraft) draft = { .number = after };
  gboolean more = TRUE;

  while (more && hvfs_drafts_next (fs->drafts, hvfs_node_ino (dir), draft.number, &draft))
    {
      if (!is_taken (fs, dir, draft.name))
        more = func (draft.name, hvfs_node_ino ((HvfsNode){ &hvfs_draft_row, draft.number, 0 }),
                     draft.number, data);
      hvfs_draft_clear (&draft);
    }
}

static guint64
domains_mkdir (HvfsCall *call, HvfsNode dir, const char *name, mode_t mode, GError **error)
{
  HvfsFs *fs = call->fs;
  gboolean taken;
  guint32 number;

  if (!hvfs_line_check (name, error))
    return 0;
  g_rw_lock_reader_lock (hvfs_mirror_lock (fs->mirror));
  taken = is_taken (fs, dir, name);
  g_rw_lock_reader_unlock (hvfs_mirror_lock (fs->mirror));
  if (taken)
    {
      g_set_error (error, HVFS_ERROR, EEXIST, "there is a domain '%s' already", name);
      return 0;
    }
  number = hvfs_drafts_add (fs->drafts, hvfs_node_ino (dir), dir.a, name, error);
  return number == 0 ? 0 : hvfs_node_ino ((HvfsNode){ &hvfs_draft_row, number, 0 });
}

static gboolean
domains_rmdir (HvfsCall *call, HvfsNode dir, const char *name, GError **error)
{
  HvfsFs *fs = call->fs;
  guint32 number = hvfs_drafts_find (fs->drafts, hvfs_node_ino (dir), name);

  if (number == 0)
    {
      g_set_error (error, HVFS_ERROR, EPERM,
                   "rmdir does not remove a domain: write to its undefine or destroy");
      return FALSE;
    }
  hvfs_desk_drop (fs->desks, hvfs_node_ino ((HvfsNode){ &hvfs_draft_row, number, 0 }));
  hvfs_packages_drop (fs->packages, number);
  hvfs_drafts_remove (fs->drafts, number);
  return TRUE;
}

const HvfsDirOps hvfs_domains_ops = {
  .lookup = domains_lookup,
  .list = domains_list,
  .mkdir = domains_mkdir,
  .rmdir = domains_rmdir,
  .rename = hvfs_domains_rename,
};
