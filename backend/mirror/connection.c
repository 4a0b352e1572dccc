/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/mirror/connection.c - whether the server is there, and waiting for news of it; see connection.h */
#include "backend/mirror/connection.h"

#include <errno.h>
#include <string.h>

#include "backend/wait/wake.h"

struct _HvfsConnection
{
  GMutex lock;
  GCond changed;    /* any of the below; somebody was cancelled */
  guint64 n_told;   /* lock */
  gboolean up;      /* lock */
  char *reason;     /* lock: why not, "" when it is */
  gint64 since_us;  /* lock: since 1970 */
};

HvfsConnection *
hvfs_connection_new (void)
{
  HvfsConnection *link = g_new0 (HvfsConnection, 1);

  g_mutex_init (&link->lock);
  g_cond_init (&link->changed);
  link->reason = g_strdup ("not connected yet");
  link->since_us = g_get_real_time ();
  return link;
}

void
hvfs_connection_free (HvfsConnection *link)
{
  g_free (link->reason);
  g_cond_clear (&link->changed);
  g_mutex_clear (&link->lock);
  g_free (link);
}

gboolean
hvfs_connection_is_up (HvfsConnection *link, char **ret_reason, gint64 *ret_since_us)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&link->lock);

  if (ret_reason != NULL)
    *ret_reason = g_strdup (link->reason);
  if (ret_since_us != NULL)
    *ret_since_us = link->since_us;
  return link->up;
}

gboolean
hvfs_connection_set (HvfsConnection *link, gboolean up, const char *reason)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&link->lock);
  gboolean changed = link->up != up;

  link->up = up;
  if (changed)
    link->since_us = g_get_real_time ();
  if (strcmp (link->reason, reason) != 0)
    {
      g_free (link->reason);
      link->reason = g_strdup (reason);
    }
  g_cond_broadcast (&link->changed);
  return changed;
}

gboolean
hvfs_connection_await_up (HvfsConnection *link, gint64 deadline_us, GCancellable *cancellable)
{
  gboolean up, more = TRUE;
  HvfsWake wake;

  hvfs_wake_begin (&wake, cancellable, &link->lock, &link->changed);
  g_mutex_lock (&link->lock);
  while (!(up = link->up) && more && !g_cancellable_is_cancelled (cancellable))
    more = g_cond_wait_until (&link->changed, &link->lock, deadline_us);
  g_mutex_unlock (&link->lock);
  hvfs_wake_end (&wake);
  return up;
}

void
hvfs_connection_tell (HvfsConnection *link)
{
  g_mutex_lock (&link->lock);
  link->n_told++;
  g_cond_broadcast (&link->changed);
  g_mutex_unlock (&link->lock);
}

guint64
hvfs_connection_get_n_told (HvfsConnection *link)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&link->lock);

  return link->n_told;
}

int
hvfs_connection_await_news (HvfsConnection *link, guint64 n_told, gint64 deadline_us,
                      GCancellable *cancellable)
{
  HvfsWake wake;
  int code = 0;

  hvfs_wake_begin (&wake, cancellable, &link->lock, &link->changed);
  g_mutex_lock (&link->lock);
  while (code == 0 && link->n_told == n_told)
    if (g_cancellable_is_cancelled (cancellable))
      code = EINTR;
    else if (!link->up)
      code = EIO;
    else if (!g_cond_wait_until (&link->changed, &link->lock, deadline_us))
      code = ETIMEDOUT;
  g_mutex_unlock (&link->lock);
  hvfs_wake_end (&wake);
  return code;
}
