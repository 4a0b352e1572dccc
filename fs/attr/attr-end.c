/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/attr-end.c - the ends of a domain
 *
 * Exists so that nothing but a domain's own name, written where it says what happens,
 * takes it away: no tool that walks and deletes does that by accident.
 */
#include "fs/attr/domain-stores.h"

#include <string.h>

#include "convert/error.h"
#include "fs/attr/tables.h"
#include "fs/fs.h"
#include "fs/row/line.h"
#include "fs/tree/index.h"

typedef gboolean (*End) (HvfsConfig *config, guint32 serial, GCancellable *cancellable,
                         GError **error);

/* The name in the tree of what has the directory @ino.  (transfer full) (nullable) */
static char *
dup_name (HvfsFs *fs, guint32 serial, guint64 ino)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (fs->mirror));
  GString *name = g_string_new (NULL);

  hvfs_index_append_name (fs->index, serial, ino, name);
  return g_string_free (name, name->len == 0);
}

gboolean
hvfs_end_confirm_name (const char *line, const char *name, const char *what, GError **error)
{
  g_autofree char *quoted = NULL;

  if (hvfs_line_is_name (line, name))
    return TRUE;
  quoted = hvfs_line_dup_quoted (name);
  g_set_error (error, HVFS_ERROR, EINVAL,
               "'%.64s' is another name: to confirm, write the %s's own name, '%s'", line, what,
               quoted);
  return FALSE;
}

gboolean
hvfs_end_confirm (HvfsStore *store, HvfsRow *own, const char *line, GError **error)
{
  const char *what = own == hvfs_row_of_kind (HVFS_KIND_VM) ? "domain" : "pool";
  g_autofree char *name
    = dup_name (store->fs, store->serial, hvfs_row_ino (own, store->serial, 0));

  if (name == NULL)
    hvfs_object_set_gone (what, error);
  return name != NULL && hvfs_end_confirm_name (line, name, what, error);
}

static gboolean
end (HvfsStore *store, const char *line, End func, GError **error)
{
  return hvfs_end_confirm (store, hvfs_row_of_kind (HVFS_KIND_VM), line, error)
         && func (store->fs->config, store->serial, store->cancellable, error);
}

gboolean
hvfs_undefine_store (HvfsStore *store, const char *line, GError **error)
{
  return end (store, line, hvfs_config_undefine, error);
}

gboolean
hvfs_destroy_store (HvfsStore *store, const char *line, GError **error)
{
  return end (store, line, hvfs_config_destroy, error);
}
