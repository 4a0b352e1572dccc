/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/content/leftover.c - parts of files that nobody wants; see leftover.h */
#include "fs/content/leftover.h"

#include <string.h>

#include "backend/operation/datastore-change.h"
#include "backend/operation/datastore-transfers.h"
#include "convert/error.h"

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
  HvfsLeftoverNote *note; /* nullable */
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
  hvfs_leftover_note_free (left->note, gone);
  hvfs_datastore_place_free (left->place);
  g_free (left->path);
}

void
hvfs_leftover_remove (HvfsFs *fs, guint32 store, const HvfsDatastorePlace *place,
                      const char *path, gboolean is_disk, HvfsLeftoverNote *note)
{
  g_autoptr (GError) error = NULL;
  Leftover *left;

  if (remove_now (fs, store, place, path, is_disk, &error))
    {
      hvfs_leftover_note_free (note, TRUE);
      return;
    }
  g_message ("[%s] %s: a part of a file is left there for now: %s", place->name, path,
             error->message);
  left = g_new (Leftover, 1);
  *left = (Leftover){ fs, store, hvfs_datastore_place_copy (place), g_strdup (path), is_disk,
                      note };
  hvfs_transfers_run (fs->transfers, remove_later, left);
}

/* ---- notes ---- */

/* What the server is called in notes.  (transfer full) */
static char *
dup_server (HvfsFs *fs)
{
  g_autoptr (HvfsValue) content = hvfs_session_ref_content (fs->session);
  const char *uuid = hvfs_value_text (content, "about.instanceUuid");

  return g_strdup (uuid != NULL ? uuid : hvfs_session_base_url (fs->session));
}

HvfsLeftoverNote *
hvfs_leftover_note (HvfsFs *fs, const HvfsDatastorePlace *place, const char *path,
                    gboolean is_disk)
{
  g_autofree char *server = dup_server (fs);
  const HvfsLeftoverText text = { server, place->moref, (char *) path, is_disk };

  return hvfs_leftover_note_new (fs->spool, &text);
}

/* 0: the mount has none of that id */
static guint32
find_store (HvfsFs *fs, const char *moref)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (fs->mirror));
  const HvfsObject *object = hvfs_mirror_find (fs->mirror, "Datastore", moref);

  return object != NULL ? object->serial : 0;
}

/* @note: (transfer full): of a mount that is gone */
static void
remove_old (HvfsFs *fs, const char *server, HvfsLeftoverNote *note)
{
  g_auto (HvfsLeftoverText) text = { NULL };
  g_autoptr (HvfsDatastorePlace) place = NULL;
  guint32 store = 0;

  if (hvfs_leftover_note_read (note, &text) && strcmp (text.server, server) == 0)
    store = find_store (fs, text.datastore);
  if (store != 0)
    place = hvfs_datastore_place_new (fs->mirror, store, NULL);
  if (place == NULL)
    {
      hvfs_leftover_note_free (note, FALSE);
      return;
    }
  g_message ("[%s] %s: a mount that is gone has left this part of a file: it is removed",
             place->name, text.path);
  hvfs_leftover_remove (fs, store, place, text.path, text.is_disk, note);
}

static void
remove_all_old (gpointer data)
{
  HvfsFs *fs = data;
  g_autofree char *server = dup_server (fs);
  g_autoptr (GPtrArray) paths = hvfs_leftover_notes_list (fs->spool);

  for (guint i = 0; i < paths->len; i++)
    {
      HvfsLeftoverNote *note = hvfs_leftover_note_open (paths->pdata[i]);

      if (note != NULL)
        remove_old (fs, server, note);
    }
}

void
hvfs_leftover_remove_old (HvfsFs *fs)
{
  hvfs_transfers_run (fs->transfers, remove_all_old, fs);
}
