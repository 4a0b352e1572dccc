/* fs/attr/attr-draft.c - domains that are being made, and where that is done
 *
 * Exists so that mkdir and writing a configuration define a domain: the directory is
 * a draft of this mount's alone until its config.xml, or config.vmx, is committed.
 */
#include "fs/edit/edit.h"

#include <string.h>

#include "convert/error.h"
#include "fs/ops/line.h"
#include "fs/ops/ops-priv.h"

#define READ_WRITE (S_IFREG | 0644)

static gboolean
is_taken (HvfsFs *fs, HvfsNode dir, const char *name)
{
  return hvfs_index_lookup (fs->index, hvfs_node_ino (dir), name) != 0;
}

/* What has become a domain is found by the index. */
static guint64
domains_lookup (HvfsFs *fs, HvfsNode dir, const char *name)
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
                   "a domain is not removed like that: see undefine and destroy");
      return FALSE;
    }
  hvfs_desk_drop (fs->desks, hvfs_node_ino ((HvfsNode){ &hvfs_draft_row, number, 0 }));
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

/* ---- definition ---- */

/* The machine that is called as the draft now, 0 if there is none. */
static guint32
find_defined (HvfsFs *fs, const HvfsDraft *draft)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (fs->mirror));
  guint64 ino = hvfs_index_lookup (fs->index, draft->dir, draft->name);
  HvfsNode node;

  return ino != 0 && hvfs_node_from_ino (ino, &node) && node.row == &hvfs_domain_row ? node.a : 0;
}

/* Its name leads to the domain from now on. */
static void
become_defined (HvfsFs *fs, const HvfsDraft *draft)
{
  guint32 serial = find_defined (fs, draft);

  if (serial != 0)
    hvfs_drafts_set_defined (fs->drafts, draft->number, serial);
  else
    hvfs_drafts_remove (fs->drafts, draft->number);
  hvfs_tree_name_changed (fs, draft->dir, draft->name);
}

gboolean
hvfs_edit_define (HvfsCall *call, HvfsNode node, const char *name, GBytes *wanted, GError **error)
{
  HvfsFs *fs = call->fs;
  g_auto (HvfsDraft) draft = { 0 };
  gboolean is_vmx = strcmp (name, HVFS_DESK_LIVE_VMX) == 0, ok;

  if (!hvfs_drafts_get (fs->drafts, node.a, &draft))
    {
      g_set_error (error, HVFS_ERROR, ESTALE, "the draft is gone");
      return FALSE;
    }
  if (draft.serial != 0)
    {
      g_set_error (error, HVFS_ERROR, EPERM, "it is defined already: change its config.xml");
      return FALSE;
    }
  if (!hvfs_updater_confirm (fs->updater, call->cancellable, error))
    return FALSE;
  ok = (is_vmx ? hvfs_config_define_vmx : hvfs_config_define_xml) (
    fs->config, draft.host, draft.name, wanted, call->cancellable, error);
  if (ok)
    become_defined (fs, &draft);
  return ok;
}

/* ---- the directory of one ---- */

static gboolean
draft_stat (HvfsFs *fs, HvfsNode node, const HvfsObject *object, struct stat *st)
{
  g_auto (HvfsDraft) draft = { 0 };

  if (!hvfs_drafts_get (fs->drafts, node.a, &draft))
    return FALSE;
  st->st_mtim = hvfs_ops_timespec (
    MAX (draft.changed_us, hvfs_dir_times_get (fs->dir_times, st->st_ino)));
  return TRUE;
}

/* All its files are of the first row: see edit.h. */
HvfsRow hvfs_draft_table[] = {
  { .name = HVFS_DESK_LIVE, .mode = READ_WRITE, .flags = HVFS_ROW_UNMIRRORED,
    .file_ops = &hvfs_edit_file_ops, .visible = hvfs_edit_visible, .stat = hvfs_edit_stat,
    .is_known = hvfs_edit_is_known, .fetch = hvfs_edit_fetch },
  { .name = HVFS_DESK_LIVE_VMX, .mode = READ_WRITE, .flags = HVFS_ROW_UNMIRRORED,
    .file_ops = &hvfs_edit_file_ops, .visible = hvfs_edit_visible },
  { NULL }
};

HvfsRow hvfs_draft_row = {
  .mode = S_IFDIR | 0755,
  .flags = HVFS_ROW_UNMIRRORED,
  .table = hvfs_draft_table,
  .dir_ops = &hvfs_edit_dir_ops,
  .stat = draft_stat,
};
