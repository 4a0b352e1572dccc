/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/datastore-transfers.c - what all transfers of files share; see
 * datastore-transfers.h */
#include "backend/operation/datastore-transfers.h"

#include "backend/wait/crew.h"
#include "backend/wait/wake.h"
#include "convert/error.h"

#define LEAST (256 * 1024)
#define MAX_THREADS 64
#define BUSY_WAIT_US (2 * G_TIME_SPAN_SECOND)
#define BUSY_TRIES 5
#define LOST_WAIT_US (G_TIME_SPAN_SECOND / 4)

struct _HvfsTransfers
{
  const HvfsServer *server;
  HvfsCrew *crew;
  gsize budget;
  GMutex lock;  /* a leaf */
  gsize used;   /* lock: bytes that were taken */
  gint no_chunks; /* atomic */
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

HvfsTransfers *
hvfs_transfers_new (const HvfsServer *server, gsize budget)
{
  HvfsTransfers *transfers = g_new0 (HvfsTransfers, 1);

  transfers->server = server;
  transfers->budget = budget;
  transfers->crew = hvfs_crew_new ("hvfs-transfer", run, NULL, MAX_THREADS);
  g_mutex_init (&transfers->lock);
  return transfers;
}

void
hvfs_transfers_free (HvfsTransfers *transfers)
{
  if (transfers == NULL)
    return;
  hvfs_crew_free (transfers->crew);
  g_mutex_clear (&transfers->lock);
  g_free (transfers);
}

const HvfsServer *
hvfs_transfers_get_server (HvfsTransfers *transfers)
{
  return transfers->server;
}

void
hvfs_transfers_run (HvfsTransfers *transfers, HvfsTransfersFunc func, gpointer data)
{
  Job *job = g_new (Job, 1);

  *job = (Job){ func, data };
  hvfs_crew_push (transfers->crew, job);
}

HvfsRoom *
hvfs_room_new (HvfsTransfers *transfers, gsize len)
{
  HvfsRoom *room = g_new (HvfsRoom, 1);
  gsize left;

  g_mutex_lock (&transfers->lock);
  left = transfers->budget > transfers->used ? transfers->budget - transfers->used : 0;
  if (len > LEAST)
    len = MAX (LEAST, MIN (len, left / 2));
  transfers->used += len;
  g_mutex_unlock (&transfers->lock);
  *room = (HvfsRoom){ .data = g_malloc (len), .len = len, .transfers = transfers };
  g_atomic_ref_count_init (&room->refs);
  return room;
}

void
hvfs_room_unref (HvfsRoom *room)
{
  HvfsTransfers *transfers = room->transfers;

  if (!g_atomic_ref_count_dec (&room->refs))
    return;
  g_free (room->data);
  g_mutex_lock (&transfers->lock);
  transfers->used -= room->len;
  g_mutex_unlock (&transfers->lock);
  g_free (room);
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
