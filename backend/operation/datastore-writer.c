/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/datastore-writer.c - a file of a datastore, written from its first byte
 * on; see datastore-writer.h */
#include "backend/operation/datastore-writer.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "backend/operation/datastore-file.h"
#include "backend/wait/wake.h"
#include "convert/error.h"

/* More than a network holds of what a server has not looked at yet. */
#define KEEP (16 * 1024 * 1024)
#define RING (4 * 1024 * 1024)
/* A host may write for long before it says that it has all. */
#define ANSWER_S 300

struct _HvfsWriter
{
  HvfsTransfers *transfers;
  HvfsDatastorePlace *place;
  HvfsWriterPath next_path;
  gpointer user_data;
  const char *path;       /* of the attempt; of the transfer's thread until it is done */
  gboolean is_open;       /* ... and whether the server may yet work on it */
  int fd;
  gint64 len;             /* -1: not known */
  GCancellable *stop;
  gint64 since_us;        /* of the transfer's thread, for hvfs_way_give */

  GMutex lock;
  GCond changed;
  goffset in_fd;          /* lock: of those written, the first are there */
  goffset written;        /* lock */
  goffset taken;          /* lock: how far the ring was read; what is before is no more */
  HvfsRoom *ring;         /* nullable; what is between taken, or in_fd, and written */
  gboolean ended;         /* lock: nothing more is written */
  gboolean held;          /* lock: nothing more is read */
  gboolean done;          /* lock: the transfer is over */
  GError *error;          /* lock: why, once it is done */
};

static gboolean
set_errno (GError **error)
{
  int code = errno;

  g_set_error (error, HVFS_ERROR, code, "the file on the local disk: %s", g_strerror (code));
  return FALSE;
}

/* ---- to the server ---- */

/* Where the ring begins. */
static goffset
ring_start_locked (const HvfsWriter *writer)
{
  return MAX (writer->taken, writer->in_fd);
}

static void
copy_from_ring (const HvfsWriter *writer, goffset off, char *buffer, gsize len)
{
  gsize at = (gsize) off % writer->ring->len, first = MIN (len, writer->ring->len - at);

  memcpy (buffer, writer->ring->data + at, first);
  memcpy (buffer + first, writer->ring->data, len - first);
}

static gssize
give_from_fd (const HvfsWriter *writer, goffset off, char *buffer, gsize len, GError **error)
{
  gssize n;

  do
    n = pread (writer->fd, buffer, len, off);
  while (n < 0 && errno == EINTR);
  if (n > 0)
    return n;
  errno = n == 0 ? EIO : errno;
  set_errno (error);
  return -1;
}

static gboolean
is_stopped_locked (const HvfsWriter *writer)
{
  return writer->held || g_cancellable_is_cancelled (writer->stop);
}

static gssize
give (char *buffer, gsize size, gsize offset, gpointer user_data, GError **error)
{
  HvfsWriter *writer = user_data;
  goffset off = (goffset) offset;
  gboolean stopped, from_fd, lost;
  gsize len;

  hvfs_way_give (hvfs_transfers_get_way (writer->transfers), &writer->since_us);
  g_mutex_lock (&writer->lock);
  while (off >= writer->written && !writer->ended && !is_stopped_locked (writer))
    g_cond_wait (&writer->changed, &writer->lock);
  stopped = is_stopped_locked (writer);
  from_fd = off < writer->in_fd;
  len = (gsize) MAX ((from_fd ? writer->in_fd : writer->written) - off, 0);
  lost = off < writer->taken && !from_fd;
  g_mutex_unlock (&writer->lock);

  if (stopped || lost)
    {
      g_set_error (error, HVFS_ERROR, lost ? EIO : ECANCELED,
                   lost ? "it cannot be sent once more" : "interrupted");
      return -1;
    }
  len = MIN (len, size);
  if (from_fd)
    return give_from_fd (writer, off, buffer, len, error);
  if (len == 0)
    return 0;
  copy_from_ring (writer, off, buffer, len);
  g_mutex_lock (&writer->lock);
  writer->taken = off + (goffset) len;
  g_cond_broadcast (&writer->changed);
  g_mutex_unlock (&writer->lock);
  return (gssize) len;
}

/* Whether all that was written is still here. */
static gboolean
has_all (HvfsWriter *writer)
{
  gboolean all;

  g_mutex_lock (&writer->lock);
  all = writer->taken <= writer->in_fd;
  g_mutex_unlock (&writer->lock);
  return all;
}

/* For its length is not said. */
static gboolean
is_refused (const HvfsWriter *writer, const HvfsDatastoreEnd *end)
{
  return writer->len < 0 && (end->status == 400 || end->status == 405 || end->status == 411
                             || end->status == 501);
}

static gboolean
put (HvfsWriter *writer, GError **error)
{
  HvfsSession *session = hvfs_transfers_get_server (writer->transfers)->session;
  HvfsDatastoreFile file = { writer->place, NULL, -1, ANSWER_S, NULL };
  HvfsTrouble trouble = { 0 };

  if (writer->len < 0 || writer->len >= HVFS_DIRECT_BYTES)
    file.direct = hvfs_transfers_get_direct (writer->transfers, writer->place);
  for (;;)
    {
      g_autoptr (GError) failure = NULL;
      HvfsDatastoreEnd end = { 0 };
      gsize len = writer->len < 0 ? HVFS_HTTP_CHUNKED : (gsize) writer->len;
      gboolean ok;

      if (writer->path == NULL || writer->is_open)
        writer->path = writer->next_path (writer->user_data);
      file.path = writer->path;
      ok = hvfs_datastore_file_write (session, &file, give, writer, len, &end, writer->stop,
                                      &failure);
      writer->is_open = end.is_open;
      if (ok)
        return TRUE;
      /* What a host does not take the server may. */
      if (file.direct != NULL && has_all (writer)
          && !g_cancellable_is_cancelled (writer->stop))
        {
          file.direct = NULL;
          continue;
        }
      if (is_refused (writer, &end))
        hvfs_transfers_take_no_chunks (writer->transfers);
      /* Of a server that hangs up on chunks nobody knows that: it is not asked twice. */
      if (!has_all (writer) || (end.lost && writer->len < 0)
          || !hvfs_transfers_may_try_again (writer->transfers, &trouble, failure, end.lost,
                                            &writer->lock, &writer->changed, writer->stop))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
    }
}

static void
run (gpointer data)
{
  HvfsWriter *writer = data;
  GError *failure = NULL;

  put (writer, &failure);
  g_mutex_lock (&writer->lock);
  writer->error = failure;
  writer->done = TRUE;
  g_cond_broadcast (&writer->changed);
  g_mutex_unlock (&writer->lock);
}

/* ---- its life ---- */

HvfsWriter *
hvfs_writer_new (HvfsTransfers *transfers, HvfsDatastorePlace *place, HvfsWriterPath next_path,
                 gpointer user_data, int fd, goffset ready, gint64 len)
{
  HvfsWriter *writer = g_new0 (HvfsWriter, 1);

  *writer = (HvfsWriter){ .transfers = transfers, .place = place, .next_path = next_path,
                          .user_data = user_data, .fd = fd, .len = len, .in_fd = ready,
                          .written = ready, .stop = g_cancellable_new () };
  g_mutex_init (&writer->lock);
  g_cond_init (&writer->changed);
  hvfs_transfers_run (transfers, run, writer);
  return writer;
}

static void
stop (HvfsWriter *writer)
{
  g_cancellable_cancel (writer->stop);
  g_mutex_lock (&writer->lock);
  g_cond_broadcast (&writer->changed);
  while (!writer->done)
    g_cond_wait (&writer->changed, &writer->lock);
  g_mutex_unlock (&writer->lock);
}

gboolean
hvfs_writer_free (HvfsWriter *writer)
{
  gboolean is_open;

  if (writer == NULL)
    return FALSE;
  stop (writer);
  is_open = writer->is_open;
  if (writer->ring != NULL)
    hvfs_room_unref (writer->ring);
  hvfs_datastore_place_free (writer->place);
  g_clear_error (&writer->error);
  g_object_unref (writer->stop);
  g_mutex_clear (&writer->lock);
  g_cond_clear (&writer->changed);
  g_free (writer);
  return is_open;
}

/* ---- what is written ---- */

static gboolean
fail_locked (const HvfsWriter *writer, GError **error)
{
  if (writer->error != NULL)
    g_propagate_error (error, g_error_copy (writer->error));
  else
    g_set_error (error, HVFS_ERROR, EIO, "[%s] %s: the server has ended the transfer",
                 writer->place->name, writer->path);
  return FALSE;
}

/* Waits for a change.  FALSE: @error */
static gboolean
wait_locked (HvfsWriter *writer, GCancellable *cancellable, GError **error)
{
  if (cancellable == NULL)
    g_set_error (error, HVFS_ERROR, EWOULDBLOCK, "it would have to wait");
  else if (g_cancellable_is_cancelled (cancellable))
    g_set_error (error, HVFS_ERROR, EINTR, "interrupted");
  else
    {
      g_cond_wait (&writer->changed, &writer->lock);
      return TRUE;
    }
  return FALSE;
}

/* The first ones.  FALSE: @error */
static gboolean
keep (HvfsWriter *writer, const char *data, gsize size, GError **error)
{
  while (size > 0)
    {
      gssize n = pwrite (writer->fd, data, size, writer->in_fd);

      if (n < 0 && errno != EINTR)
        return set_errno (error);
      if (n > 0)
        {
          data += n;
          size -= (gsize) n;
          g_mutex_lock (&writer->lock);
          writer->in_fd += n;
          writer->written += n;
          g_cond_broadcast (&writer->changed);
          g_mutex_unlock (&writer->lock);
        }
    }
  return TRUE;
}

static gsize
room_locked (const HvfsWriter *writer)
{
  return writer->ring->len - (gsize) (writer->written - ring_start_locked (writer));
}

static void
copy_to_ring (HvfsWriter *writer, goffset off, const char *data, gsize len)
{
  gsize at = (gsize) off % writer->ring->len, first = MIN (len, writer->ring->len - at);

  memcpy (writer->ring->data + at, data, first);
  memcpy (writer->ring->data, data + first, len - first);
}

/* Appends as much as there is room for; it waits for room for @least.
 * Returns: how much; 0: @error */
static gsize
append (HvfsWriter *writer, const char *data, gsize size, gsize least, GCancellable *cancellable,
        GError **error)
{
  gboolean ok = TRUE;
  gsize len = 0;

  g_mutex_lock (&writer->lock);
  while (ok && !writer->done && room_locked (writer) < least)
    ok = wait_locked (writer, cancellable, error);
  if (ok && writer->done)
    ok = fail_locked (writer, error);
  if (ok)
    len = MIN (size, room_locked (writer));
  g_mutex_unlock (&writer->lock);
  if (len == 0)
    return 0;
  copy_to_ring (writer, writer->written, data, len);
  g_mutex_lock (&writer->lock);
  writer->written += (goffset) len;
  g_cond_broadcast (&writer->changed);
  g_mutex_unlock (&writer->lock);
  return len;
}

/* To who has its first bytes. */
static gboolean
append_all (HvfsWriter *writer, const char *data, gsize size, GCancellable *cancellable,
            GError **error)
{
  HvfsWake wake;
  gsize n = 1;

  hvfs_wake_begin (&wake, cancellable, &writer->lock, &writer->changed);
  while (size > 0 && n > 0)
    {
      n = append (writer, data, size, cancellable == NULL ? size : 1, cancellable, error);
      data += n;
      size -= n;
    }
  hvfs_wake_end (&wake);
  return size == 0;
}

gboolean
hvfs_writer_write (HvfsWriter *writer, const char *data, gsize size, GCancellable *cancellable,
                   GError **error)
{
  gsize kept = writer->written < KEEP && writer->written == writer->in_fd
                 ? MIN (size, (gsize) (KEEP - writer->written)) : 0;

  if (cancellable == NULL && (kept > 0 || writer->ring == NULL))
    {
      g_set_error (error, HVFS_ERROR, EWOULDBLOCK, "it would have to wait");
      return FALSE;
    }
  if (kept > 0 && !keep (writer, data, kept, error))
    return FALSE;
  if (kept == size)
    return TRUE;
  if (writer->ring == NULL)
    writer->ring = hvfs_room_new (writer->transfers, RING);
  return append_all (writer, data + kept, size - kept, cancellable, error);
}

goffset
hvfs_writer_get_end (HvfsWriter *writer)
{
  return writer->written;
}

gboolean
hvfs_writer_end (HvfsWriter *writer, GCancellable *cancellable, GError **error)
{
  gboolean ok = TRUE;
  HvfsWake wake;

  hvfs_wake_begin (&wake, cancellable, &writer->lock, &writer->changed);
  g_mutex_lock (&writer->lock);
  writer->ended = TRUE;
  g_cond_broadcast (&writer->changed);
  while (ok && !writer->done)
    ok = wait_locked (writer, cancellable, error);
  if (ok && writer->error != NULL)
    ok = fail_locked (writer, error);
  g_mutex_unlock (&writer->lock);
  hvfs_wake_end (&wake);
  return ok;
}

gboolean
hvfs_writer_rescue (HvfsWriter *writer)
{
  g_autofree char *rest = NULL;
  gsize len;

  g_mutex_lock (&writer->lock);
  writer->held |= writer->taken <= writer->in_fd;
  g_mutex_unlock (&writer->lock);
  if (!writer->held)
    return FALSE;
  stop (writer);
  len = (gsize) (writer->written - writer->in_fd);
  if (len == 0)
    return TRUE;
  rest = g_malloc (len);
  copy_from_ring (writer, writer->in_fd, rest, len);
  writer->written = writer->in_fd;
  return keep (writer, rest, len, NULL);
}
