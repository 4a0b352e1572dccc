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

/* The name in the tree.  (transfer full) (nullable) */
static char *
dup_name (HvfsFs *fs, guint32 serial)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (fs->mirror));
  GString *name = g_string_new (NULL);

  hvfs_index_append_name (fs->index, serial, hvfs_row_ino (hvfs_row_of_kind (HVFS_KIND_VM), serial, 0), name);
  return g_string_free (name, name->len == 0);
}

static gboolean
end (HvfsStore *store, const char *line, End func, GError **error)
{
  HvfsFs *fs = store->fs;
  g_autofree char *name = dup_name (fs, store->serial);

  if (name == NULL)
    hvfs_object_set_gone ("domain", error);
  else if (!hvfs_line_is_name (line, name))
    {
      g_autofree char *quoted = hvfs_line_dup_quoted (name);

      g_set_error (error, HVFS_ERROR, EINVAL,
                   "'%.64s' is another name: to confirm, write the domain's own name, '%s'",
                   line, quoted);
    }
  else
    return func (fs->config, store->serial, store->cancellable, error);
  return FALSE;
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
