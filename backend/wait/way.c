/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wait/way.c - long work gives way to short; see way.h */
#include "backend/wait/way.h"

#include <stdatomic.h>

/* Who asks for one thing after another does so within this time. */
#define PAUSE_US (20 * G_TIME_SPAN_MILLISECOND)
/* Who has asked for so many walks, and goes on after what he does with them, such as starting a
 * process, or looking at what the kernel has kept, which nobody hears of. */
#define WALK 16
#define WALK_PAUSE_US (300 * G_TIME_SPAN_MILLISECOND)
/* How much longer than it goes on all work together waits; and each at most at a time. */
#define SHARE 5
#define MAX_US (400 * G_TIME_SPAN_MILLISECOND)
/* Less work is not worth a sleep: it is done when it has become more. */
#define LEAST_US (G_TIME_SPAN_MILLISECOND / 8)

#define GET(field) atomic_load_explicit (&way->field, memory_order_relaxed)
#define SET(field, value) atomic_store_explicit (&way->field, value, memory_order_relaxed)

void
hvfs_way_ask (HvfsWay *way)
{
  gint64 now = g_get_monotonic_time (), until;
  guint n = now - GET (asked_us) < PAUSE_US ? GET (n_asked) + 1 : 1;

  SET (asked_us, now);
  SET (n_asked, n);
  until = now + (n < WALK ? PAUSE_US : WALK_PAUSE_US);
  if (until > GET (quiet_until_us))
    SET (quiet_until_us, until);
}

/* Until when to wait after work since @since_us: who comes next waits so much longer. */
static gint64
resume_at (HvfsWay *way, gint64 since_us, gint64 now)
{
  gint64 before = GET (resume_us), at;

  do
    at = MIN (MAX (before, now) + (now - since_us) * SHARE, now + MAX_US);
  while (!atomic_compare_exchange_weak (&way->resume_us, &before, at));
  return at;
}

void
hvfs_way_give (HvfsWay *way, gint64 *since_us)
{
  gint64 now = g_get_monotonic_time (), end = now, until;

  if (*since_us != 0)
    {
      if (now - *since_us < LEAST_US)
        return;
      if (now < GET (quiet_until_us))
        end = resume_at (way, *since_us, now);
    }
  for (; now < (until = MIN (end, GET (quiet_until_us))); now = g_get_monotonic_time ())
    g_usleep (until - now);
  *since_us = now;
}
