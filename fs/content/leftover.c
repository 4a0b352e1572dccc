/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/content/leftover.c - parts of files that nobody wants; see leftover.h */
#include "backend/operation/datastore-change.h"
#include "backend/operation/datastore-transfers.h"
#include "convert/error.h"
#include "fs/content/leftover.h"

/* A host may hold what it was sent for minutes after it lost its sender. */
#define AGAIN_US (5 * G_TIME_SPAN_SECOND)
#define TRIES 60

typedef struct
{
  HvfsFs *fs;
  guint32 store;
  HvfsDatastorePlace *place;
  char *path;
  gboolean is_disk;
} Leftover;

static gboolean
remove_now (HvfsFs *fs, guint32 store, const HvfsDatastorePlace *place, const char *path,
            gboolean is_disk, GError **error)
{
  const HvfsDatastorePath part = { store, place, path, is_disk };
  g_autoptr (GError) failure = NULL;

  if (hvfs_datastore_delete (&fs->server, &part, NULL, &failure) || failure->code == ENOENT)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* In a thread, until it is gone or the mount ends. */
static void
remove_later (gpointer data)
{
  g_autofree Leftover *left = data;
  HvfsTransfers *transfers = left->fs->transfers;
  GCancellable *closing = hvfs_transfers_get_closing (transfers);
  gboolean gone = FALSE, more = TRUE;

  for (guint i = 0; !gone && more && i < TRIES; i++)
    {
      more = hvfs_mirror_await_up (left->fs->mirror, G_MAXINT64, closing);
      gone = more
             && remove_now (left->fs, left->store, left->place, left->path, left->is_disk, NULL);
      more = more && (gone || hvfs_transfers_sleep (transfers, AGAIN_US));
    }
  g_message (gone ? "[%s] %s: the part of a file that was left there is removed"
                  : "[%s] %s: a part of a file stays there", left->place->name, left->path);
  hvfs_datastore_place_free (left->place);
  g_free (left->path);
}

void
hvfs_leftover_remove (HvfsFs *fs, guint32 store, const HvfsDatastorePlace *place,
                      const char *path, gboolean is_disk)
{
  g_autoptr (GError) error = NULL;
  Leftover *left;

  if (remove_now (fs, store, place, path, is_disk, &error))
    return;
  g_message ("[%s] %s: a part of a file is left there for now: %s", place->name, path,
             error->message);
  left = g_new (Leftover, 1);
  *left = (Leftover){ fs, store, hvfs_datastore_place_copy (place), g_strdup (path), is_disk };
  hvfs_transfers_run (fs->transfers, remove_later, left);
}
