/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wait/flight.c - one asks, the others wait for what that comes to; see flight.h */
#include "backend/wait/flight.h"

#include "backend/wait/wake.h"
#include "convert/error.h"

struct _HvfsFlight
{
  GMutex lock;
  GCond ended;      /* one of them, or a waiter's cancellable */
  GHashTable *keys; /* lock: set of guint64, owned: who is under way */
};

HvfsFlight *
hvfs_flight_new (void)
{
  HvfsFlight *flight = g_new0 (HvfsFlight, 1);

  g_mutex_init (&flight->lock);
  g_cond_init (&flight->ended);
  flight->keys = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  return flight;
}

void
hvfs_flight_free (HvfsFlight *flight)
{
  if (flight == NULL)
    return;
  /* What other threads have written is seen here. */
  g_mutex_lock (&flight->lock);
  g_mutex_unlock (&flight->lock);
  g_hash_table_unref (flight->keys);
  g_cond_clear (&flight->ended);
  g_mutex_clear (&flight->lock);
  g_free (flight);
}

static gboolean
add_locked (HvfsFlight *flight, guint64 key)
{
  return !g_hash_table_contains (flight->keys, &key)
         && g_hash_table_add (flight->keys, g_memdup2 (&key, sizeof key));
}

HvfsFlightTurn
hvfs_flight_begin (HvfsFlight *flight, guint64 key, GCancellable *cancellable, GError **error)
{
  HvfsFlightTurn turn = HVFS_FLIGHT_MINE;
  gboolean cancelled;
  HvfsWake wake;

  hvfs_wake_begin (&wake, cancellable, &flight->lock, &flight->ended);
  g_mutex_lock (&flight->lock);
  while (!(cancelled = g_cancellable_is_cancelled (cancellable))
         && g_hash_table_contains (flight->keys, &key))
    {
      turn = HVFS_FLIGHT_OVER;
      g_cond_wait (&flight->ended, &flight->lock);
    }
  if (cancelled)
    turn = HVFS_FLIGHT_CANCELLED;
  else if (turn == HVFS_FLIGHT_MINE)
    add_locked (flight, key);
  g_mutex_unlock (&flight->lock);
  hvfs_wake_end (&wake);
  if (cancelled)
    g_set_error (error, HVFS_ERROR, EINTR, "interrupted");
  return turn;
}

gboolean
hvfs_flight_try (HvfsFlight *flight, guint64 key)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&flight->lock);

  return add_locked (flight, key);
}

gboolean
hvfs_flight_is_under_way (HvfsFlight *flight, guint64 key)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&flight->lock);

  return g_hash_table_contains (flight->keys, &key);
}

void
hvfs_flight_end (HvfsFlight *flight, guint64 key)
{
  g_mutex_lock (&flight->lock);
  g_hash_table_remove (flight->keys, &key);
  g_cond_broadcast (&flight->ended);
  g_mutex_unlock (&flight->lock);
}
