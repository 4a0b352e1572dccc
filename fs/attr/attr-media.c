/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/attr-media.c - what is in a domain's first CD drive
 *
 * Exists as changing the medium is what people do most with a machine's devices: a path is
 * enough, in the server's words or where the file lies in the mount.
 */
#include "fs/fs.h"

#include <string.h>

#include "convert/error.h"
#include "convert/file/files.h"
#include "fs/attr/destination.h"
#include "fs/attr/domain-stores.h"
#include "fs/row/line.h"

#define FILES "/files/"

HVFS_SHOW (hvfs_media_show)
{
  if (hvfs_config_append_media (fs->config, vm->serial, out))
    return TRUE;
  g_set_error (error, HVFS_ERROR, EAGAIN, "the configuration has just changed: try again");
  return FALSE;
}

/* "[DATASTORE] path" of what lies below a datastore's files in the mount.  (transfer full) */
static char *
dup_of_mount (HvfsStore *store, const char *text, GError **error)
{
  HvfsPlaces places = hvfs_places_of_mount (store->fs);
  g_autoptr (GError) failure = NULL;

  /* A directory on the datastore may be called so, too. */
  for (const char *at = strstr (text, FILES); at != NULL; at = strstr (at + 1, FILES))
    {
      g_autofree char *directory = g_strndup (text, at - text), *name = NULL;
      guint32 datastore;

      g_clear_error (&failure);
      datastore = hvfs_destination_datastore (&places, store->serial, directory, &failure);
      if (datastore == 0)
        continue;
      name = hvfs_destination_dup_name (&places, datastore);
      return g_strdup_printf ("[%s] %s", name, at + strlen (FILES));
    }
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  else
    g_set_error (error, HVFS_ERROR, EINVAL,
                 "'%.64s' is not 'empty', '[DATASTORE] path', or the path of a file below a "
                 "datastore's files",
                 text);
  return NULL;
}

HVFS_STORE (hvfs_media_store)
{
  g_autofree char *text = hvfs_line_dup_unquoted (line), *datastore = NULL, *path = NULL;

  if (strcmp (text, "empty") != 0)
    {
      path = hvfs_datastore_path_split (text, &datastore) != NULL
               ? g_strdup (text)
               : dup_of_mount (store, text, error);
      if (path == NULL)
        return FALSE;
    }
  return hvfs_config_set_media (store->fs->config, store->serial, path, store->cancellable, error);
}

/* ---- it comes with the configuration ---- */

static gboolean
is_known (HvfsFs *fs, HvfsNode node)
{
  return hvfs_config_append_media (fs->config, node.a, NULL);
}

static gboolean
is_fresh (HvfsFs *fs, HvfsNode node)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (fs->mirror));

  return is_known (fs, node);
}

static gboolean
fetch (HvfsCall *call, HvfsNode node, gint64 *ret_size G_GNUC_UNUSED, GError **error)
{
  return hvfs_config_fetch_parts (call->fs->config, node.a, call->cancellable, error);
}

const HvfsFetch hvfs_media_fetch = { is_known, is_fresh, fetch };
