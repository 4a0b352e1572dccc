/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wait/way.c - long work gives way to short; see way.h */
#include "backend/wait/way.h"

#include <stdatomic.h>

/* Who asks for one thing after another does so within this time, also where a process is started
 * in between. */
#define QUIET_US (20 * G_TIME_SPAN_MILLISECOND)
#define SHARE 4
#define MAX_US (100 * G_TIME_SPAN_MILLISECOND)
/* Less is not worth a sleep: it is done when it has become more. */
#define MIN_US (G_TIME_SPAN_MILLISECOND / 2)

void
hvfs_way_ask (HvfsWay *way)
{
  atomic_store_explicit (&way->asked_us, g_get_monotonic_time (), memory_order_relaxed);
}

/* Until when whoever asked is to be left alone. */
static gint64
quiet_from_us (HvfsWay *way)
{
  return atomic_load_explicit (&way->asked_us, memory_order_relaxed) + QUIET_US;
}

void
hvfs_way_give (HvfsWay *way, gint64 *since_us)
{
  gint64 now = g_get_monotonic_time ();
  gint64 most = *since_us == 0 ? 0 : MIN ((now - *since_us) * SHARE, MAX_US), end = now + most;
  gint64 until;

  if (*since_us != 0 && most < MIN_US)
    return;
  for (; now < (until = MIN (end, quiet_from_us (way))); now = g_get_monotonic_time ())
    g_usleep (until - now);
  *since_us = now;
}
