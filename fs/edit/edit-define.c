/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/edit/edit-define.c - a draft becomes a domain
 *
 * Exists so that the commit of a draft's configuration defines a machine, and those who
 * are still in the draft's directory find the domain there.
 */
#include "fs/edit/edit.h"

#include <string.h>

#include "convert/error.h"
#include "fs/request/failure.h"
#include "fs/edit/desk.h"
#include "fs/edit/draft.h"
#include "fs/fs.h"
#include "fs/tree/change.h"
#include "fs/tree/index.h"

/* The machine that is called as the draft now, 0 if there is none. */
static guint32
find_defined (HvfsFs *fs, const HvfsDraft *draft)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (fs->mirror));
  guint64 ino = hvfs_index_lookup (fs->index, draft->dir, draft->name);
  HvfsNode node;

  return ino != 0 && hvfs_node_from_ino (ino, &node) && node.row == hvfs_row_of_kind (HVFS_KIND_VM) ? node.a : 0;
}

void
hvfs_edit_become_defined (HvfsFs *fs, const HvfsDraft *draft, const char *name,
                          const GPtrArray *notes)
{
  guint32 serial = find_defined (fs, draft);

  if (serial != 0 && notes != NULL)
    hvfs_failures_set_notes (fs->failures, serial, name, notes);
  if (serial != 0)
    hvfs_drafts_set_defined (fs->drafts, draft->number, serial);
  else
    hvfs_drafts_remove (fs->drafts, draft->number);
  hvfs_change_name (fs, draft->dir, draft->name);
}

gboolean
hvfs_edit_define (HvfsCall *call, HvfsNode node, const char *name, GBytes *wanted, GError **error)
{
  HvfsFs *fs = call->fs;
  g_auto (HvfsDraft) draft = { 0 };
  g_autoptr (GPtrArray) notes = NULL;
  gboolean ok;

  if (!hvfs_drafts_get (fs->drafts, node.a, &draft))
    {
      hvfs_error_set_gone ("draft", error);
      return FALSE;
    }
  if (draft.serial != 0)
    {
      g_set_error (error, HVFS_ERROR, EPERM,
                   "the domain is defined already: change its config.xml");
      return FALSE;
    }
  if (!hvfs_connection_confirm (fs->connection, call->cancellable, error))
    return FALSE;
  ok = strcmp (name, HVFS_DESK_LIVE_VMX) == 0
         ? hvfs_config_define_vmx (fs->config, draft.host, draft.name, wanted, call->cancellable,
                                   error)
         : hvfs_config_define_xml (fs->config, draft.host, draft.name, wanted, &notes,
                                   call->cancellable, error);
  if (ok)
    hvfs_edit_become_defined (fs, &draft, name, notes);
  return ok;
}
