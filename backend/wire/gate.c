/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wire/gate.c - a counted, cancellable door; see gate.h */
#include "backend/wire/gate.h"

#include "backend/wait/wake.h"
#include "convert/error.h"

struct _HvfsGate
{
  GMutex lock;
  GCond changed;  /* of free, and of any waiter's cancellable */
  guint free;     /* lock: places */
};

HvfsGate *
hvfs_gate_new (guint places)
{
  HvfsGate *gate = g_new0 (HvfsGate, 1);

  g_mutex_init (&gate->lock);
  g_cond_init (&gate->changed);
  gate->free = places;
  return gate;
}

void
hvfs_gate_free (HvfsGate *gate)
{
  if (gate == NULL)
    return;
  g_cond_clear (&gate->changed);
  g_mutex_clear (&gate->lock);
  g_free (gate);
}

/* Returns: 0, or the errno that ended the wait */
static int
wait_for_place (HvfsGate *gate, gint64 deadline_us, GCancellable *cancellable)
{
  int code = 0;

  g_mutex_lock (&gate->lock);
  while (gate->free == 0 && code == 0)
    if (g_cancellable_is_cancelled (cancellable))
      code = ECANCELED;
    else if (deadline_us == 0)
      g_cond_wait (&gate->changed, &gate->lock);
    else if (!g_cond_wait_until (&gate->changed, &gate->lock, deadline_us))
      code = ETIMEDOUT;
  if (g_cancellable_is_cancelled (cancellable))
    code = ECANCELED;
  if (code == 0)
    gate->free--;
  else
    g_cond_signal (&gate->changed); /* it may have been meant for us */
  g_mutex_unlock (&gate->lock);
  return code;
}

gboolean
hvfs_gate_enter (HvfsGate *gate, gint64 deadline_us, GCancellable *cancellable,
                 GError **error)
{
  HvfsWake wake;
  int code;

  hvfs_wake_begin (&wake, cancellable, &gate->lock, &gate->changed);
  code = wait_for_place (gate, deadline_us, cancellable);
  hvfs_wake_end (&wake);
  if (code != 0)
    g_set_error (error, HVFS_ERROR, code, "%s",
                 code == ECANCELED ? "interrupted" : "no connection became free in time");
  return code == 0;
}

void
hvfs_gate_leave (HvfsGate *gate)
{
  g_mutex_lock (&gate->lock);
  gate->free++;
  g_cond_signal (&gate->changed);
  g_mutex_unlock (&gate->lock);
}
