/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/content/leftover.c - parts of files that nobody wants; see leftover.h */
#include "fs/content/leftover.h"

#include <string.h>

#include "backend/operation/datastore-transfers.h"
#include "convert/error.h"

/* A host may hold what it was sent for minutes after it lost its sender. */
#define AGAIN_US (5 * G_TIME_SPAN_SECOND)
#define TRIES 60
/* ... and make a file of it: that one is not there is asked ever more seldom, for five minutes. */
#define COME_US (160 * G_TIME_SPAN_SECOND)

typedef struct
{
  HvfsFs *fs;
  HvfsDatastorePath part; /* its place and path owned */
  gboolean is_open;
  HvfsLeftoverNote *note; /* nullable */
} Leftover;

/* In a thread, until it is gone or the mount ends. */
static void
remove_later (gpointer data)
{
  g_autofree Leftover *left = data;
  const HvfsDatastorePath *part = &left->part;
  HvfsTransfers *transfers = left->fs->transfers;
  GCancellable *closing = hvfs_transfers_get_closing (transfers);
  gint64 wait_us = AGAIN_US;
  gboolean gone = FALSE, absent = FALSE, more = TRUE;

  for (guint i = 0; !gone && more && i < TRIES && wait_us <= COME_US; i++)
    {
      g_autoptr (GError) failure = NULL;

      more = hvfs_mirror_await_up (left->fs->mirror, G_MAXINT64, closing);
      gone = more && hvfs_datastore_delete (&left->fs->server, part, NULL, &failure);
      absent = failure != NULL && failure->code == ENOENT;
      gone |= absent && !left->is_open;
      if (absent)
        wait_us *= 2;
      more = more && (gone || hvfs_transfers_sleep (transfers, wait_us));
    }
  if (!absent)
    g_message (gone ? "[%s] %s: the part of a file that was left there is removed"
                    : "[%s] %s: a part of a file stays there", part->place->name, part->path);
  hvfs_leftover_note_free (left->note, gone || wait_us > COME_US);
  hvfs_datastore_place_free ((HvfsDatastorePlace *) part->place);
  g_free ((char *) part->path);
}

void
hvfs_leftover_remove (HvfsFs *fs, const HvfsDatastorePath *part, gboolean is_open,
                      HvfsLeftoverNote *note)
{
  g_autoptr (GError) error = NULL;
  gboolean gone = hvfs_datastore_delete (&fs->server, part, NULL, &error);
  gboolean absent = !gone && error->code == ENOENT;
  Leftover *left;

  if (gone || (absent && !is_open))
    {
      hvfs_leftover_note_free (note, TRUE);
      return;
    }
  if (!absent)
    g_message ("[%s] %s: a part of a file is left there for now: %s", part->place->name,
               part->path, error->message);
  left = g_new (Leftover, 1);
  *left = (Leftover){ fs, *part, is_open, note };
  left->part.place = hvfs_datastore_place_copy (part->place);
  left->part.path = g_strdup (part->path);
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
  hvfs_leftover_remove (fs, &(HvfsDatastorePath){ store, place, text.path, text.is_disk }, FALSE,
                        note);
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
