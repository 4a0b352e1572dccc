/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wait/wake.c - wakes who waits for a condition and is cancelled; see wake.h */
#include "backend/wait/wake.h"

/* Under the lock, so that nobody is between his look and his sleep.  All of them wake:
 * which one is meant, each sees for himself. */
static void
cancelled (GCancellable *cancellable G_GNUC_UNUSED, gpointer data)
{
  const HvfsWake *wake = data;

  g_mutex_lock (wake->lock);
  g_cond_broadcast (wake->condition);
  g_mutex_unlock (wake->lock);
}

void
hvfs_wake_begin (HvfsWake *wake, GCancellable *cancellable, GMutex *lock, GCond *condition)
{
  *wake = (HvfsWake){ cancellable, lock, condition, 0 };
  if (cancellable != NULL)
    wake->handler = g_cancellable_connect (cancellable, G_CALLBACK (cancelled), wake, NULL);
}

void
hvfs_wake_end (HvfsWake *wake)
{
  g_cancellable_disconnect (wake->cancellable, wake->handler);
}
