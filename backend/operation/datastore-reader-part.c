/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/datastore-reader-part.c - what a reader has of its file; see
 * datastore-reader-part.h */
#include "backend/operation/datastore-reader-part.h"

#include <string.h>

#define MAX_PARTS 6
/* What is no larger may be wanted again, as the blocks of a file system are. */
#define SMALL (64 * 1024)

HvfsReader *
hvfs_reader_alloc (HvfsTransfers *transfers, HvfsDatastorePlace *place, const char *path)
{
  HvfsReader *reader = g_new0 (HvfsReader, 1);

  reader->transfers = transfers;
  reader->place = place;
  reader->path = g_strdup (path);
  reader->closed = g_cancellable_new ();
  reader->total = -1;
  reader->waits = g_ptr_array_new ();
  g_atomic_ref_count_init (&reader->refs);
  g_mutex_init (&reader->lock);
  g_cond_init (&reader->changed);
  g_queue_init (&reader->parts);
  return reader;
}

void
hvfs_reader_unref (HvfsReader *reader)
{
  if (!g_atomic_ref_count_dec (&reader->refs))
    return;
  g_queue_clear_full (&reader->parts, (GDestroyNotify) hvfs_reader_part_free);
  hvfs_datastore_place_free (reader->place);
  g_object_unref (reader->closed);
  g_ptr_array_unref (reader->waits);
  g_mutex_clear (&reader->lock);
  g_cond_clear (&reader->changed);
  g_free (reader->path);
  g_free (reader);
}

void
hvfs_reader_part_free (HvfsReaderPart *part)
{
  hvfs_room_unref (part->room);
  g_clear_error (&part->error);
  g_free (part);
}

/* Makes room for one part more: parts of which all was taken go, and of the others the one that
 * was used longest ago where there are too many. */
static void
trim_locked (HvfsReader *reader)
{
  GList *link = reader->parts.tail;

  while (link != NULL)
    {
      HvfsReaderPart *part = link->data;
      GList *previous = link->prev;

      if (part->done && (reader->parts.length >= MAX_PARTS || part->filled == 0
                         || (part->taken >= part->filled && part->len > SMALL)))
        {
          g_queue_delete_link (&reader->parts, link);
          hvfs_reader_part_free (part);
        }
      link = previous;
    }
}

HvfsReaderPart *
hvfs_reader_add_part_locked (HvfsReader *reader, goffset start, gsize len)
{
  HvfsReaderPart *part = g_new0 (HvfsReaderPart, 1);

  trim_locked (reader);
  part->reader = reader;
  part->start = start;
  part->listed_size = reader->listed_size;
  part->room = hvfs_room_new (reader->transfers, len);
  part->len = part->room->len;
  g_queue_push_head (&reader->parts, part);
  reader->n_on_the_way++;
  return part;
}

void
hvfs_reader_wake_locked (HvfsReader *reader)
{
  for (guint i = 0; i < reader->waits->len; i++)
    g_cond_signal (&((HvfsReaderWait *) reader->waits->pdata[i])->told);
}

void
hvfs_reader_fill_part (HvfsReaderPart *part, const char *data, gsize len)
{
  HvfsReader *reader = part->reader;
  goffset filled;

  memcpy (part->room->data + part->filled, data, len);
  g_mutex_lock (&reader->lock);
  part->filled += len;
  filled = part->start + (goffset) part->filled;
  for (guint i = 0; i < reader->waits->len; i++)
    {
      HvfsReaderWait *wait = reader->waits->pdata[i];

      if (wait->at >= part->start && wait->wanted <= filled)
        g_cond_signal (&wait->told);
    }
  g_mutex_unlock (&reader->lock);
}

void
hvfs_reader_end_part_locked (HvfsReaderPart *part)
{
  part->done = TRUE;
  part->reader->n_on_the_way--;
}
