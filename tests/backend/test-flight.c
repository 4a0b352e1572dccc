/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/backend/test-flight.c - one asks, the others wait: backend/wait/flight.h */
#include "backend/wait/flight.h"

#include "convert/error.h"

#define KEY 7
#define N_THREADS 16
#define N_ROUNDS 200

typedef struct
{
  HvfsFlight *flight;
  gint n_inside;  /* atomic: with KEY just now */
  gint n_asked;   /* atomic */
  gint answer;    /* atomic: 0: none yet */
  gint failures;  /* atomic: how many shall fail before one answers */
} World;

/* As those do who use it: looks, waits, looks again; asks where it has to. */
static gpointer
want (gpointer data)
{
  World *world = data;
  HvfsFlightTurn turn = HVFS_FLIGHT_OVER;
  GError *error = NULL;
  int answer;

  while (turn == HVFS_FLIGHT_OVER && g_atomic_int_get (&world->answer) == 0)
    turn = hvfs_flight_begin (world->flight, KEY, NULL, &error);
  g_assert_no_error (error);
  if (turn != HVFS_FLIGHT_MINE)
    return GINT_TO_POINTER (g_atomic_int_get (&world->answer));
  g_assert_cmpint (g_atomic_int_add (&world->n_inside, 1), ==, 0);
  if (g_atomic_int_get (&world->answer) == 0)
    {
      g_atomic_int_inc (&world->n_asked);
      g_thread_yield ();
      if (g_atomic_int_add (&world->failures, -1) <= 0)
        g_atomic_int_set (&world->answer, 42);
    }
  answer = g_atomic_int_get (&world->answer);
  g_assert_cmpint (g_atomic_int_add (&world->n_inside, -1), ==, 1);
  hvfs_flight_end (world->flight, KEY);
  return GINT_TO_POINTER (answer);
}

/* With N threads and F failures F + 1 ask at least, and no two at once. */
static void
test_one_asks (void)
{
  for (int round = 0; round < N_ROUNDS; round++)
    {
      World world = { .flight = hvfs_flight_new (), .failures = round % 4 };
      GThread *threads[N_THREADS];
      int n_answered = 0;

      for (int i = 0; i < N_THREADS; i++)
        threads[i] = g_thread_new ("want", want, &world);
      for (int i = 0; i < N_THREADS; i++)
        n_answered += GPOINTER_TO_INT (g_thread_join (threads[i])) == 42;
      g_assert_cmpint (n_answered, ==, N_THREADS - round % 4);
      g_assert_cmpint (world.n_asked, ==, round % 4 + 1);
      g_assert_false (hvfs_flight_is_under_way (world.flight, KEY));
      hvfs_flight_free (world.flight);
    }
}

static void
test_keys (void)
{
  HvfsFlight *flight = hvfs_flight_new ();

  g_assert_cmpint (hvfs_flight_begin (flight, 1, NULL, NULL), ==, HVFS_FLIGHT_MINE);
  g_assert_cmpint (hvfs_flight_begin (flight, 2, NULL, NULL), ==, HVFS_FLIGHT_MINE);
  g_assert_false (hvfs_flight_try (flight, 1));
  g_assert_true (hvfs_flight_try (flight, G_MAXUINT64));
  hvfs_flight_end (flight, 1);
  g_assert_true (hvfs_flight_try (flight, 1));
  g_assert_true (hvfs_flight_is_under_way (flight, 2));
  hvfs_flight_free (flight);
}

typedef struct
{
  HvfsFlight *flight;
  GCancellable *cancellable;
} Waiter;

static gpointer
wait_for_another (gpointer data)
{
  const Waiter *waiter = data;
  GError *error = NULL;
  HvfsFlightTurn turn = hvfs_flight_begin (waiter->flight, KEY, waiter->cancellable, &error);

  if (turn == HVFS_FLIGHT_CANCELLED)
    g_assert_error (error, HVFS_ERROR, EINTR);
  else
    g_assert_no_error (error);
  g_clear_error (&error);
  return GINT_TO_POINTER (turn);
}

/* Before, or while it waits; the one under way is not touched. */
static void
test_cancelled (void)
{
  for (int round = 0; round < N_ROUNDS; round++)
    {
      HvfsFlight *flight = hvfs_flight_new ();
      Waiter waiter = { flight, g_cancellable_new () }, other = { flight, NULL };
      GThread *one, *two;

      g_assert_true (hvfs_flight_try (flight, KEY));
      one = g_thread_new ("cancelled", wait_for_another, &waiter);
      two = g_thread_new ("other", wait_for_another, &other);
      if (round % 2 == 0)
        g_thread_yield ();
      g_cancellable_cancel (waiter.cancellable);
      g_assert_cmpint (GPOINTER_TO_INT (g_thread_join (one)), ==, HVFS_FLIGHT_CANCELLED);
      g_assert_true (hvfs_flight_is_under_way (flight, KEY));
      hvfs_flight_end (flight, KEY);
      g_assert_cmpint (GPOINTER_TO_INT (g_thread_join (two)), !=, HVFS_FLIGHT_CANCELLED);
      g_object_unref (waiter.cancellable);
      hvfs_flight_free (flight);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/flight/one-asks", test_one_asks);
  g_test_add_func ("/flight/keys", test_keys);
  g_test_add_func ("/flight/cancelled", test_cancelled);
  return g_test_run ();
}
