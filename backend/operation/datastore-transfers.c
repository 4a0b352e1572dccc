/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/datastore-transfers.c - what all transfers of files share; see
 * datastore-transfers.h */
#include "backend/operation/datastore-transfers.h"

#include <sys/mman.h>

#include "backend/wait/crew.h"
#include "backend/wait/wake.h"
#include "convert/error.h"

#define LEAST (256 * 1024)
#define MAX_THREADS 64
#define MAX_STREAMS 16
#define BUSY_WAIT_US (2 * G_TIME_SPAN_SECOND)
#define BUSY_TRIES 5
#define LOST_WAIT_US (G_TIME_SPAN_SECOND / 4)

struct _HvfsTransfers
{
  const HvfsServer *server;
  HvfsDirect *direct;
  HvfsCrew *crew;
  HvfsWay way;
  GCancellable *closing;
  gsize budget;
  GMutex lock;  /* a leaf */
  GCond changed;
  gsize used;   /* lock: bytes that were taken */
  GQueue idle;  /* lock: HvfsRoom; kept while others are used, for who takes one next */
  gsize n_idle; /* lock: bytes of these */
  gint no_chunks; /* atomic */
  gint n_streams; /* atomic */
};

typedef struct
{
  HvfsTransfersFunc func;
  gpointer data;
} Job;

static void
run (gpointer data, gpointer user_data)
{
  g_autofree Job *job = data;

  job->func (job->data);
}

/* Pages of their own go back to the system, whatever malloc () would keep. */
static HvfsRoom *
room_alloc (HvfsTransfers *transfers, gsize len)
{
  HvfsRoom *room = g_new (HvfsRoom, 1);
  char *data = len < LEAST ? g_malloc (len)
                           : mmap (NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                                   -1, 0);

  if (data == MAP_FAILED)
    g_error ("no memory for %" G_GSIZE_FORMAT " bytes", len);
  *room = (HvfsRoom){ .data = data, .len = len, .transfers = transfers };
  return room;
}

static void
room_free (HvfsRoom *room)
{
  if (room->len < LEAST)
    g_free (room->data);
  else
    munmap (room->data, room->len);
  g_free (room);
}

/* Lock held: frees the idle ones that are too many beside @max bytes of them. */
static void
drop_idle (HvfsTransfers *transfers, gsize max)
{
  while (transfers->n_idle > max)
    {
      HvfsRoom *room = g_queue_pop_tail (&transfers->idle);

      transfers->n_idle -= room->len;
      room_free (room);
    }
}

/* Lock held.  (nullable) */
static HvfsRoom *
take_idle (HvfsTransfers *transfers, gsize len)
{
  for (GList *link = transfers->idle.head; link != NULL; link = link->next)
    {
      HvfsRoom *room = link->data;

      if (room->len != len)
        continue;
      g_queue_delete_link (&transfers->idle, link);
      transfers->n_idle -= len;
      return room;
    }
  return NULL;
}

HvfsTransfers *
hvfs_transfers_new (const HvfsServer *server, gsize budget)
{
  HvfsTransfers *transfers = g_new0 (HvfsTransfers, 1);

  transfers->server = server;
  transfers->direct = hvfs_direct_new (server);
  transfers->closing = g_cancellable_new ();
  transfers->budget = budget;
  transfers->crew = hvfs_crew_new ("hvfs-transfer", run, NULL, MAX_THREADS);
  g_mutex_init (&transfers->lock);
  g_cond_init (&transfers->changed);
  return transfers;
}

void
hvfs_transfers_free (HvfsTransfers *transfers)
{
  if (transfers == NULL)
    return;
  g_cancellable_cancel (transfers->closing);
  hvfs_crew_free (transfers->crew);
  drop_idle (transfers, 0);
  hvfs_direct_free (transfers->direct);
  g_object_unref (transfers->closing);
  g_mutex_clear (&transfers->lock);
  g_cond_clear (&transfers->changed);
  g_free (transfers);
}

const HvfsServer *
hvfs_transfers_get_server (HvfsTransfers *transfers)
{
  return transfers->server;
}

HvfsDirect *
hvfs_transfers_get_direct (HvfsTransfers *transfers, const HvfsDatastorePlace *place)
{
  return hvfs_direct_may (transfers->direct, place) ? transfers->direct : NULL;
}

void
hvfs_transfers_run (HvfsTransfers *transfers, HvfsTransfersFunc func, gpointer data)
{
  Job *job = g_new (Job, 1);

  *job = (Job){ func, data };
  hvfs_crew_push (transfers->crew, job);
}

gboolean
hvfs_transfers_begin_stream (HvfsTransfers *transfers)
{
  if (g_atomic_int_add (&transfers->n_streams, 1) < MAX_STREAMS)
    return TRUE;
  hvfs_transfers_end_stream (transfers);
  return FALSE;
}

void
hvfs_transfers_end_stream (HvfsTransfers *transfers)
{
  g_atomic_int_add (&transfers->n_streams, -1);
}

/* How much there is for who would like @len bytes: one of a few sizes. */
static gsize
fair_share (gsize len, gsize left)
{
  gsize share = LEAST;

  while (share * 2 <= MIN (len, left / 2))
    share *= 2;
  return len <= LEAST ? len : share;
}

HvfsRoom *
hvfs_room_new (HvfsTransfers *transfers, gsize len)
{
  HvfsRoom *room;

  g_mutex_lock (&transfers->lock);
  len = fair_share (len, transfers->budget - MIN (transfers->budget, transfers->used));
  room = take_idle (transfers, len);
  transfers->used += len;
  drop_idle (transfers, transfers->budget - MIN (transfers->budget, transfers->used));
  g_mutex_unlock (&transfers->lock);
  if (room == NULL)
    room = room_alloc (transfers, len);
  g_atomic_ref_count_init (&room->refs);
  return room;
}

void
hvfs_room_unref (HvfsRoom *room)
{
  HvfsTransfers *transfers = room->transfers;

  if (!g_atomic_ref_count_dec (&room->refs))
    return;
  g_mutex_lock (&transfers->lock);
  transfers->used -= room->len;
  if (room->len < LEAST)
    room_free (room);
  else
    {
      g_queue_push_head (&transfers->idle, room);
      transfers->n_idle += room->len;
    }
  drop_idle (transfers, transfers->used == 0 ? 0
                        : transfers->budget - MIN (transfers->budget, transfers->used));
  g_mutex_unlock (&transfers->lock);
}

GBytes *
hvfs_room_slice (HvfsRoom *room, gsize start, gsize len)
{
  g_atomic_ref_count_inc (&room->refs);
  return g_bytes_new_with_free_func (room->data + start, len, (GDestroyNotify) hvfs_room_unref,
                                     room);
}

gboolean
hvfs_transfers_takes_chunks (HvfsTransfers *transfers)
{
  return !g_atomic_int_get (&transfers->no_chunks);
}

void
hvfs_transfers_take_no_chunks (HvfsTransfers *transfers)
{
  g_atomic_int_set (&transfers->no_chunks, TRUE);
}

/* ---- patience ---- */

/* FALSE: cancelled */
static gboolean
sleep_us (gint64 us, GMutex *lock, GCond *changed, GCancellable *cancellable)
{
  gint64 end = g_get_monotonic_time () + us;
  HvfsWake wake;

  hvfs_wake_begin (&wake, cancellable, lock, changed);
  g_mutex_lock (lock);
  while (!g_cancellable_is_cancelled (cancellable) && g_cond_wait_until (changed, lock, end))
    ;
  g_mutex_unlock (lock);
  hvfs_wake_end (&wake);
  return !g_cancellable_is_cancelled (cancellable);
}

HvfsWay *
hvfs_transfers_get_way (HvfsTransfers *transfers)
{
  return &transfers->way;
}

GCancellable *
hvfs_transfers_get_closing (HvfsTransfers *transfers)
{
  return transfers->closing;
}

gboolean
hvfs_transfers_sleep (HvfsTransfers *transfers, gint64 us)
{
  return sleep_us (us, &transfers->lock, &transfers->changed, transfers->closing);
}

gboolean
hvfs_transfers_may_try_again (HvfsTransfers *transfers, HvfsTrouble *trouble, const GError *error,
                              gboolean lost, GMutex *lock, GCond *changed,
                              GCancellable *cancellable)
{
  const HvfsServer *server = transfers->server;
  gint64 now = g_get_monotonic_time ();

  if (g_cancellable_is_cancelled (cancellable))
    return FALSE;
  if (error->code == EAGAIN)
    return trouble->n_busy++ < BUSY_TRIES && sleep_us (BUSY_WAIT_US, lock, changed, cancellable);
  if (!lost || error->code == EKEYREJECTED)
    return FALSE;
  if (trouble->lost_until_us == 0)
    {
      trouble->lost_until_us = now + server->timeout_s * G_TIME_SPAN_SECOND;
      return TRUE;
    }
  return now < trouble->lost_until_us
         && sleep_us (MIN (LOST_WAIT_US, trouble->lost_until_us - now), lock, changed, cancellable)
         && hvfs_mirror_await_up (server->mirror, trouble->lost_until_us, cancellable);
}
