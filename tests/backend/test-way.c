/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/backend/test-way.c - who carries bytes waits for who asks, in proportion to its work, and
 * for nobody else: backend/wait/way.h
 */
#include "backend/wait/way.h"

#define N_PIECES 50
#define WORK_US G_TIME_SPAN_MILLISECOND

/* One piece.  Returns: how long it waited then, in microseconds */
static gint64
do_piece (HvfsWay *way, gint64 *since_us, gboolean asked)
{
  gint64 start = g_get_monotonic_time (), end;

  do
    end = g_get_monotonic_time ();
  while (end - start < WORK_US);
  if (asked)
    hvfs_way_ask (way);
  start = g_get_monotonic_time ();
  hvfs_way_give (way, since_us);
  return g_get_monotonic_time () - start;
}

static void
test_share (void)
{
  gint64 waited[2] = { 0 };

  for (guint asked = 0; asked < 2; asked++)
    {
      HvfsWay way = { 0 };
      gint64 since_us = g_get_monotonic_time ();

      for (guint i = 0; i < N_PIECES; i++)
        waited[asked] += do_piece (&way, &since_us, asked == 1);
    }
  /* Five times as long, but where this program was kept from running between the two calls. */
  g_assert_cmpint (waited[1], >=, N_PIECES * 2 * WORK_US);
  g_assert_cmpint (waited[0], <, waited[1]);
}

static void
test_first (void)
{
  gint64 first = 0, second = 0;

  for (guint i = 0; i < N_PIECES; i++)
    {
      HvfsWay way = { 0 };
      gint64 since_us = 0;

      first += do_piece (&way, &since_us, TRUE);
      g_assert_cmpint (since_us, !=, 0);
      second += do_piece (&way, &since_us, TRUE);
    }
  g_assert_cmpint (first, <, second);
}

typedef struct
{
  HvfsWay *way;
  gint64 waited; /* microseconds */
} Worker;

/* Waits once, as after work of 20 milliseconds. */
static gpointer
give_once (gpointer data)
{
  Worker *worker = data;
  gint64 start = g_get_monotonic_time (), since_us = start - 20 * G_TIME_SPAN_MILLISECOND;

  hvfs_way_give (worker->way, &since_us);
  worker->waited += g_get_monotonic_time () - start;
  return NULL;
}

static void
ask_often (HvfsWay *way, guint n)
{
  for (guint i = 0; i < n; i++)
    hvfs_way_ask (way);
}

/* All work together gets a share, not each: the second waits for twice as long. */
static void
test_together (void)
{
  gint64 alone = 0, together = 0;

  for (guint i = 0; i < 5; i++)
    {
      HvfsWay way = { 0 }, shared = { 0 };
      Worker first = { &way, 0 }, one = { &shared, 0 }, other = { &shared, 0 };
      GThread *thread;

      ask_often (&way, 100);
      give_once (&first);
      ask_often (&shared, 100);
      thread = g_thread_new ("other", give_once, &other);
      give_once (&one);
      g_thread_join (thread);
      alone += first.waited;
      together += one.waited + other.waited;
    }
  g_assert_cmpint (together, >, alone * 22 / 10);
}

/* How long work of a second waits after so many questions, in microseconds. */
static gint64
wait_after (guint n_asked)
{
  gint64 waited = 0;

  for (guint i = 0; i < 5; i++)
    {
      HvfsWay way = { 0 };
      gint64 start = g_get_monotonic_time (), since_us = start - G_TIME_SPAN_SECOND;

      ask_often (&way, n_asked);
      hvfs_way_give (&way, &since_us);
      waited += g_get_monotonic_time () - start;
    }
  return waited;
}

/* Who has asked many times may be busy with the answers for a while. */
static void
test_walk (void)
{
  g_assert_cmpint (wait_after (100), >, 2 * wait_after (1));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/way/share", test_share);
  g_test_add_func ("/way/first", test_first);
  g_test_add_func ("/way/together", test_together);
  g_test_add_func ("/way/walk", test_walk);
  return g_test_run ();
}
