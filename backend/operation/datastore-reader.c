/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/datastore-reader.c - a file of a datastore, read at any place; see
 * datastore-reader.h */
#include "backend/operation/datastore-reader.h"

#include <string.h>

#include "backend/operation/datastore-file.h"
#include "backend/operation/datastore-reader-stream.h"
#include "backend/wait/wake.h"
#include "convert/error.h"

#define MIN_WINDOW (256 * 1024)
#define MAX_ON_THE_WAY 2
/* Programs that read a file in several threads ask for large pieces, so far apart at most. */
#define PIECE (256 * 1024)
#define FRONT (16 * 1024 * 1024)

typedef HvfsReaderPart Part;

/* ---- parts ---- */

static Part *
part_at_locked (HvfsReader *reader, goffset at)
{
  for (GList *link = reader->parts.head; link != NULL; link = link->next)
    {
      Part *part = link->data;
      gsize len = part->done ? part->filled : part->len;

      if (at >= part->start && at < part->start + (goffset) len)
        return part;
    }
  return NULL;
}

/* A part that failed at @at tells one reader, and is forgotten. */
static gboolean
take_failure_locked (HvfsReader *reader, goffset at, GError **error)
{
  for (GList *link = reader->parts.head; link != NULL; link = link->next)
    {
      Part *part = link->data;

      if (part->error == NULL || at != part->start + (goffset) part->filled)
        continue;
      g_propagate_error (error, g_steal_pointer (&part->error));
      g_queue_delete_link (&reader->parts, link);
      hvfs_reader_part_free (part);
      return TRUE;
    }
  return FALSE;
}

/* ---- fetching ---- */

static gboolean
take_bytes (const char *data, gsize len, gpointer user_data)
{
  Part *part = user_data;

  hvfs_reader_fill_part (part, data, len);
  hvfs_way_give (hvfs_transfers_get_way (part->reader->transfers), &part->since_us);
  return TRUE;
}

/* Notes how long the file is.  @error: EIO: shorter than it was */
static gboolean
note_total (HvfsReader *reader, gint64 total, GError **error)
{
  gboolean ok;

  g_mutex_lock (&reader->lock);
  ok = total < 0 || total >= reader->total;
  if (ok && total >= 0)
    reader->total = total;
  g_mutex_unlock (&reader->lock);
  if (!ok)
    g_set_error (error, HVFS_ERROR, EIO, "[%s] %s: the file has become shorter while it was read",
                 reader->place->name, reader->path);
  return ok;
}

static gboolean
fetch (Part *part, GCancellable *cancellable, GError **error)
{
  HvfsReader *reader = part->reader;
  const HvfsServer *server = hvfs_transfers_get_server (reader->transfers);
  const HvfsDatastoreFile file = { reader->place, reader->path, part->listed_size,
                                   server->timeout_s, NULL };
  HvfsTrouble trouble = { 0 };

  for (;;)
    {
      g_autoptr (GError) failure = NULL;
      gsize before = part->filled;
      HvfsDatastorePart rest = { part->start + (goffset) before, part->len - before, take_bytes,
                                 part, -1, FALSE };

      if (hvfs_datastore_file_read (server->session, &file, &rest, cancellable, &failure))
        return note_total (reader, rest.total, error);
      if (part->filled > before)
        trouble.lost_until_us = 0;
      if (!hvfs_transfers_may_try_again (reader->transfers, &trouble, failure, rest.lost,
                                         &reader->lock, &reader->changed, cancellable))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
    }
}

/* Fetches, and says so.  @part may be gone after it. */
static void
run_part (Part *part, GCancellable *cancellable)
{
  HvfsReader *reader = part->reader;
  GError *failure = NULL;
  gboolean ok = fetch (part, cancellable, &failure);

  g_mutex_lock (&reader->lock);
  hvfs_reader_end_part_locked (part);
  /* Who gives up is no reason for the others: they ask anew. */
  if (!ok && !g_cancellable_is_cancelled (cancellable))
    part->error = g_steal_pointer (&failure);
  hvfs_reader_wake_locked (reader);
  g_mutex_unlock (&reader->lock);
  g_clear_error (&failure);
}

static void
run (gpointer data)
{
  HvfsReader *reader = ((Part *) data)->reader;

  run_part (data, reader->closed);
  hvfs_reader_unref (reader);
}

/* No more than there is before the next part that is here or comes. */
static gsize
free_len_locked (HvfsReader *reader, goffset at, gsize len)
{
  for (GList *link = reader->parts.head; link != NULL; link = link->next)
    {
      const Part *part = link->data;

      if (part->start > at && part->start - at < (goffset) len)
        len = (gsize) (part->start - at);
    }
  return len;
}

static void
start_part_locked (HvfsReader *reader, goffset start, gsize len)
{
  Part *part
    = hvfs_reader_add_part_locked (reader, start, free_len_locked (reader, start, len));

  g_atomic_ref_count_inc (&reader->refs);
  hvfs_transfers_run (reader->transfers, run, part);
}

/* ---- reading ---- */

HvfsReader *
hvfs_reader_new (HvfsTransfers *transfers, HvfsDatastorePlace *place, const char *path)
{
  return hvfs_reader_alloc (transfers, place, path);
}

void
hvfs_reader_close (HvfsReader *reader)
{
  g_cancellable_cancel (reader->closed);
  g_mutex_lock (&reader->lock);
  hvfs_reader_give_up_stream_locked (reader);
  g_mutex_unlock (&reader->lock);
  hvfs_reader_unref (reader);
}

/* Who reads on gets more each time. */
static gsize
next_window_locked (HvfsReader *reader)
{
  reader->window
    = reader->window == 0 ? MIN_WINDOW : MIN (reader->window * 4, HVFS_READER_MAX_WINDOW);
  return reader->window;
}

/* Has the bytes at @at come: @size of them, or more for who reads on.  The lock is let go of
 * where this thread fetches them. */
static void
begin_locked (HvfsReader *reader, goffset at, gsize size, gboolean reads_on,
              GCancellable *cancellable)
{
  Part *part;

  if (reads_on)
    {
      start_part_locked (reader, at, MAX (size, next_window_locked (reader)));
      return;
    }
  reader->window = 0;
  hvfs_reader_give_up_stream_locked (reader);
  part = hvfs_reader_add_part_locked (reader, at, size);
  g_mutex_unlock (&reader->lock);
  run_part (part, cancellable);
  g_mutex_lock (&reader->lock);
}

/* Who has read on up to @at will want what follows the part that he is in. */
static void
read_ahead_locked (HvfsReader *reader, goffset at)
{
  Part *part = at > 0 ? part_at_locked (reader, at - 1) : NULL;
  goffset end = part == NULL ? 0 : part->start + (goffset) part->len;

  if (part == NULL || reader->window == 0 || reader->stream != NULL || part->start == 0
      || reader->n_on_the_way >= MAX_ON_THE_WAY || (part->done && part->filled < part->len)
      || (reader->total >= 0 && end >= reader->total) || part_at_locked (reader, end) != NULL)
    return;
  for (GList *link = reader->parts.head; link != NULL; link = link->next)
    if (((Part *) link->data)->start == end) /* it failed: who comes there is told */
      return;
  if (reader->window < HVFS_READER_MAX_WINDOW || !hvfs_reader_begin_stream_locked (reader, end))
    start_part_locked (reader, end, next_window_locked (reader));
}

typedef struct
{
  HvfsReader *reader;
  goffset off;
  gsize size, got;
  char *data;          /* nullable: of several parts */
  GBytes *slice;       /* nullable: of one */
  gint64 known_size;
  gboolean reads_on;   /* from where the last read ended, or one of several that do */
  gboolean asked;      /* beyond what was the end: once */
  HvfsReaderWait wait;
} Read;

static gboolean
is_at_end_locked (Read *read, goffset at)
{
  const HvfsReader *reader = read->reader;

  if (reader->total < 0 || at < reader->total)
    return FALSE;
  if (at >= read->known_size || read->asked)
    return TRUE;
  read->asked = TRUE;
  return FALSE;
}

static gboolean
would_block (GError **error)
{
  g_set_error_literal (error, HVFS_ERROR, EWOULDBLOCK, "it would have to wait");
  return FALSE;
}

/* Takes what is wanted of @part, @len bytes from @at on. */
static void
take_locked (Read *read, Part *part, goffset at, gsize len)
{
  gsize start = (gsize) (at - part->start);

  if (len == read->size)
    read->slice = hvfs_room_slice (part->room, start, len);
  else
    {
      if (read->data == NULL)
        read->data = g_malloc (read->size);
      memcpy (read->data + read->got, part->room->data + start, len);
    }
  read->got += len;
  part->taken += len;
  read->reader->reached = at + (goffset) len;
  if (read->reader->stream != NULL) /* it may wait for that */
    g_cond_broadcast (&read->reader->changed);
}

/* Until something may have come of the bytes from @at up to @wanted, or it is cancelled. */
static void
wait_locked (Read *read, goffset at, goffset wanted)
{
  HvfsReader *reader = read->reader;

  read->wait.at = at;
  read->wait.wanted = wanted;
  g_ptr_array_add (reader->waits, &read->wait);
  g_cond_wait (&read->wait.told, &reader->lock);
  g_ptr_array_remove_fast (reader->waits, &read->wait);
}

/* Takes a step towards all of @read.  FALSE: @error, or it is at the end. */
static gboolean
step_locked (Read *read, GCancellable *cancellable, GError **error)
{
  HvfsReader *reader = read->reader;
  goffset at = read->off + (goffset) read->got;
  Part *part = part_at_locked (reader, at);
  goffset filled = part == NULL ? at : part->start + (goffset) part->filled;
  goffset wanted = read->off + (goffset) read->size;

  if (part != NULL)
    wanted = MIN (wanted, part->start + (goffset) part->len);
  if (filled >= wanted || (part != NULL && part->done && filled > at))
    {
      take_locked (read, part, at, (gsize) (MIN (filled, wanted) - at));
      return TRUE;
    }
  if (take_failure_locked (reader, at, error) || (part == NULL && is_at_end_locked (read, at)))
    return FALSE;
  if (cancellable == NULL)
    return would_block (error);
  if (g_cancellable_is_cancelled (cancellable))
    {
      g_set_error (error, HVFS_ERROR, EINTR, "interrupted");
      return FALSE;
    }
  if (part == NULL && reader->n_on_the_way < MAX_ON_THE_WAY
      && !hvfs_reader_streams_to_locked (reader, at))
    begin_locked (reader, at, read->size - read->got, read->reads_on, cancellable);
  else
    wait_locked (read, at, wanted);
  return TRUE;
}

/* Whether @size bytes at @off are what follows, or one of the pieces around there that several
 * threads ask for, in any order. */
static gboolean
reads_on_locked (HvfsReader *reader, goffset off, gsize size)
{
  if (off == reader->next)
    return TRUE;
  if (size < PIECE || ABS (off - reader->next) > FRONT)
    return FALSE;
  hvfs_reader_give_up_stream_locked (reader);
  if (off < reader->next)
    reader->no_stream = TRUE;
  return TRUE;
}

/* (transfer full) */
static GBytes *
bytes_of (Read *read)
{
  return read->slice != NULL ? read->slice : g_bytes_new_take (read->data, read->got);
}

GBytes *
hvfs_reader_read (HvfsReader *reader, goffset off, gsize size, gint64 known_size,
                  GCancellable *cancellable, GError **error)
{
  Read read = { .reader = reader, .off = off, .size = size, .known_size = known_size };
  GError *failure = NULL;
  HvfsWake wake;

  g_cond_init (&read.wait.told);
  hvfs_wake_begin (&wake, cancellable, &reader->lock, &read.wait.told);
  g_mutex_lock (&reader->lock);
  read.reads_on = reads_on_locked (reader, off, size);
  reader->listed_size = known_size;
  while (read.got < size && step_locked (&read, cancellable, &failure))
    ;
  if (failure == NULL)
    {
      reader->next = read.reads_on ? MAX (reader->next, off + (goffset) read.got)
                                   : off + (goffset) read.got;
      if (read.reads_on)
        read_ahead_locked (reader, reader->next);
    }
  g_mutex_unlock (&reader->lock);
  hvfs_wake_end (&wake);
  g_cond_clear (&read.wait.told);
  if (failure == NULL)
    return bytes_of (&read);
  g_free (read.data);
  g_propagate_error (error, failure);
  return NULL;
}
