/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wait/flight.c - one asks, the others wait for what that comes to; see flight.h */
#include "backend/wait/flight.h"

#include "backend/wait/wake.h"
#include "convert/error.h"

/* One who waits for the end of @key, at a place of his own: many keys may end one after another. */
typedef struct
{
  guint64 key;
  GCond ended; /* it, or his cancellable */
} Wait;

struct _HvfsFlight
{
  GMutex lock;
  GHashTable *keys; /* lock: set of guint64, owned: who is under way */
  GPtrArray *waits; /* lock: Wait, on its waiter's stack */
};

HvfsFlight *
hvfs_flight_new (void)
{
  HvfsFlight *flight = g_new0 (HvfsFlight, 1);

  g_mutex_init (&flight->lock);
  flight->waits = g_ptr_array_new ();
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
  g_ptr_array_unref (flight->waits);
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
  Wait wait = { .key = key };
  gboolean cancelled;
  HvfsWake wake;

  g_cond_init (&wait.ended);
  hvfs_wake_begin (&wake, cancellable, &flight->lock, &wait.ended);
  g_mutex_lock (&flight->lock);
  g_ptr_array_add (flight->waits, &wait);
  while (!(cancelled = g_cancellable_is_cancelled (cancellable))
         && g_hash_table_contains (flight->keys, &key))
    {
      turn = HVFS_FLIGHT_OVER;
      g_cond_wait (&wait.ended, &flight->lock);
    }
  g_ptr_array_remove_fast (flight->waits, &wait);
  if (cancelled)
    turn = HVFS_FLIGHT_CANCELLED;
  else if (turn == HVFS_FLIGHT_MINE)
    add_locked (flight, key);
  g_mutex_unlock (&flight->lock);
  hvfs_wake_end (&wake);
  g_cond_clear (&wait.ended);
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
  for (guint i = 0; i < flight->waits->len; i++)
    {
      Wait *wait = flight->waits->pdata[i];

      if (wait->key == key)
        g_cond_signal (&wait->ended);
    }
  g_mutex_unlock (&flight->lock);
}
