/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/content/content-place.c - where files of datastores are in the tree; see content-place.h */
#include "fs/content/content-place.h"

#include <errno.h>
#include <string.h>

#include "convert/error.h"
#include "fs/content/contents.h"
#include "fs/fs.h"
#include "fs/request/failure.h"
#include "fs/tree/path.h"

guint64
hvfs_content_dir_ino (guint32 number, guint32 store)
{
  return number != 0 ? hvfs_row_ino (hvfs_row (HVFS_NAMED_CONTENT_DIR), number, 0)
                     : hvfs_row_ino (hvfs_row (HVFS_NAMED_FILES), store, 0);
}

gboolean
hvfs_content_dir (HvfsFs *fs, HvfsNode dir, guint32 *ret_number, guint32 *ret_store)
{
  HvfsContent content;

  if (dir.row == hvfs_row (HVFS_NAMED_FILES))
    {
      *ret_number = 0;
      *ret_store = dir.a;
      return TRUE;
    }
  if (!hvfs_contents_get (fs->contents, dir.a, &content))
    return FALSE;
  *ret_number = content.number;
  *ret_store = content.store;
  return TRUE;
}

char *
hvfs_content_dup_extent (HvfsFs *fs, guint32 dir, guint32 store, const char *name)
{
  gsize len = strlen (name);
  g_autofree char *extent = NULL;
  HvfsContent content;

  if (!g_str_has_suffix (name, ".vmdk"))
    return NULL;
  extent = g_strdup_printf ("%.*s-flat.vmdk", (int) (len - strlen (".vmdk")), name);
  return hvfs_contents_find (fs->contents, dir, store, extent, &content)
           ? g_steal_pointer (&extent) : NULL;
}

void
hvfs_content_remember (HvfsFs *fs, guint32 number, guint32 store, const char *name,
                       const char *what, const GError *error)
{
  g_autofree char *files = NULL, *below = NULL, *where = NULL, *said = NULL;

  if (error->code == EINTR || error->code == ECANCELED || error->code == EWOULDBLOCK)
    return;
  files = hvfs_path_dup (fs, hvfs_content_dir_ino (0, store));
  below = hvfs_contents_dup_path (fs->contents, number);
  where = g_build_filename (files, below != NULL ? below : "", name, NULL);
  said = g_strdup_printf ("%s: %s", where, what);
  g_free (hvfs_failures_add (fs->failures, 0, said, what, error));
  g_message ("%s: %s", said, error->message);
}

gboolean
hvfs_content_may_delete (HvfsFs *fs, GError **error)
{
  if (fs->allow_delete)
    return TRUE;
  g_set_error (error, HVFS_ERROR, EPERM,
               "files of datastores are removed and overwritten only in a mount with -o allow_delete");
  return FALSE;
}
