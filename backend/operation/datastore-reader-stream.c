/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/datastore-reader-stream.c - all of the rest of a file; see
 * datastore-reader-stream.h */
#include "backend/operation/datastore-reader-stream.h"

#include "backend/operation/datastore-file.h"

/* A host is not kept waiting for longer: who reads so slowly has no use for it. */
#define SLOW_US (10 * G_TIME_SPAN_SECOND)

struct _HvfsReaderStream
{
  HvfsReader *reader;
  HvfsDirect *direct;
  GCancellable *stop;
  goffset start;
  gint64 since_us;        /* for hvfs_way_give */
  gint64 total;           /* what the file was listed as, and has to be */
  HvfsReaderPart *part;   /* lock: nullable: the one that grows */
  goffset last;           /* lock: where the last part begins; who reads there gets another */
  goffset end;            /* lock: ... and where it ends */
};

static void
add_part_locked (HvfsReaderStream *stream)
{
  gsize rest = (gsize) (stream->total - stream->end);

  stream->part = hvfs_reader_add_part_locked (stream->reader, stream->end,
                                              MIN (rest, HVFS_READER_MAX_WINDOW));
  stream->last = stream->end;
  stream->end += (goffset) stream->part->len;
}

/* The part that grows is full: waits until who reads is in it, and begins the next one.
 * FALSE: nobody wants it */
static gboolean
go_on_locked (HvfsReaderStream *stream)
{
  HvfsReader *reader = stream->reader;
  gint64 until_us = g_get_monotonic_time () + SLOW_US;

  hvfs_reader_end_part_locked (g_steal_pointer (&stream->part));
  while (reader->stream == stream && reader->reached < stream->last)
    if (!g_cond_wait_until (&reader->changed, &reader->lock, until_us))
      {
        reader->no_stream = TRUE;
        return FALSE;
      }
  if (reader->stream != stream)
    return FALSE;
  add_part_locked (stream);
  hvfs_reader_wake_locked (reader);
  return TRUE;
}

static gboolean
has_room (HvfsReaderStream *stream)
{
  HvfsReader *reader = stream->reader;
  gboolean ok;

  g_mutex_lock (&reader->lock);
  ok = reader->stream == stream
       && (stream->part->filled < stream->part->len || go_on_locked (stream));
  g_mutex_unlock (&reader->lock);
  return ok;
}

static gboolean
take_bytes (const char *data, gsize len, gpointer user_data)
{
  HvfsReaderStream *stream = user_data;

  while (len > 0 && has_room (stream))
    {
      gsize n = MIN (len, stream->part->len - stream->part->filled);

      hvfs_reader_fill_part (stream->part, data, n);
      data += n;
      len -= n;
    }
  hvfs_way_give (hvfs_transfers_get_way (stream->reader->transfers), &stream->since_us);
  return len == 0;
}

static void
run (gpointer data)
{
  HvfsReaderStream *stream = data;
  HvfsReader *reader = stream->reader;
  const HvfsServer *server = hvfs_transfers_get_server (reader->transfers);
  const HvfsDatastoreFile file = { reader->place, reader->path, stream->total, server->timeout_s,
                                   stream->direct };
  HvfsDatastorePart rest = { stream->start, (gsize) (stream->total - stream->start), take_bytes,
                             stream, -1, FALSE };

  hvfs_datastore_file_read (server->session, &file, &rest, stream->stop, NULL);
  hvfs_transfers_end_stream (reader->transfers);
  g_mutex_lock (&reader->lock);
  if (stream->part != NULL)
    hvfs_reader_end_part_locked (stream->part);
  if (reader->stream == stream)
    reader->stream = NULL;
  hvfs_reader_wake_locked (reader);
  g_mutex_unlock (&reader->lock);
  g_object_unref (stream->stop);
  g_free (stream);
  hvfs_reader_unref (reader);
}

gboolean
hvfs_reader_begin_stream_locked (HvfsReader *reader, goffset start)
{
  HvfsDirect *direct;
  HvfsReaderStream *stream;

  if (reader->stream != NULL || reader->no_stream || reader->total - start < HVFS_DIRECT_BYTES)
    return FALSE;
  direct = hvfs_transfers_get_direct (reader->transfers, reader->place);
  if (direct == NULL || !hvfs_transfers_begin_stream (reader->transfers))
    return FALSE;
  stream = reader->stream = g_new (HvfsReaderStream, 1);
  *stream = (HvfsReaderStream){ .reader = reader, .direct = direct,
                                .stop = g_cancellable_new (), .start = start, .end = start,
                                .total = reader->total };
  add_part_locked (stream);
  g_atomic_ref_count_inc (&reader->refs);
  hvfs_transfers_run (reader->transfers, run, stream);
  return TRUE;
}

gboolean
hvfs_reader_streams_to_locked (const HvfsReader *reader, goffset at)
{
  return reader->stream != NULL && reader->stream->end == at && at < reader->stream->total;
}

void
hvfs_reader_give_up_stream_locked (HvfsReader *reader)
{
  if (reader->stream == NULL)
    return;
  g_cancellable_cancel (reader->stream->stop);
  reader->stream = NULL;
  g_cond_broadcast (&reader->changed);
  hvfs_reader_wake_locked (reader);
}
