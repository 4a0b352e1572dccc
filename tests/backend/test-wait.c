/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/backend/test-wait.c - who waits for an update is woken by that one, by the loss of the server
 * and by a cancellation, and by nothing else: hvfs_mirror_await_that, and the news of
 * backend/mirror/connection.h
 */
#include "backend/mirror/connection.h"
#include "backend/mirror/mirror.h"

#include <stdio.h>
#include <string.h>

#include "convert/error.h"

#define N_WAITERS 50
#define API 605
#define LONG_US (300 * G_TIME_SPAN_SECOND)
#define SHORT_US (10 * G_TIME_SPAN_MILLISECOND)

typedef struct
{
  HvfsStats *stats;
  HvfsConnection *link;
  HvfsMirror *mirror;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->stats = hvfs_stats_new ();
  f->link = hvfs_connection_new (NULL, 0);
  f->mirror = hvfs_mirror_new (f->link, f->stats);
  hvfs_connection_set (f->link, TRUE, "");
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  hvfs_mirror_free (f->mirror);
  hvfs_connection_free (f->link);
  hvfs_stats_free (f->stats);
}

/* One that waits until its machine is there. */
typedef struct
{
  Fixture *f;
  char moref[16];
  GCancellable *cancellable;
  GThread *thread;
  gint n_own;   /* atomic: looks in its own thread: it was awake */
  int never;    /* what a look says while it is not there */
  int code;     /* of the error; 0: none */
} Waiter;

static int
is_there (HvfsMirror *mirror, gpointer data)
{
  Waiter *waiter = data;

  if (g_thread_self () == waiter->thread)
    g_atomic_int_inc (&waiter->n_own);
  return hvfs_mirror_find (mirror, "VirtualMachine", waiter->moref) != NULL
           ? 1 : g_atomic_int_get (&waiter->never);
}

static gpointer
wait_in_thread (gpointer data)
{
  Waiter *waiter = data;
  g_autoptr (GError) error = NULL;

  waiter->thread = g_thread_self ();
  if (!hvfs_mirror_await_that (waiter->f->mirror, is_there, waiter,
                               g_get_monotonic_time () + LONG_US, waiter->cancellable, &error))
    waiter->code = error->code;
  return NULL;
}

/* Begins to wait; returns when it does. */
static void
start (Waiter *waiter, Fixture *f, guint id)
{
  waiter->f = f;
  snprintf (waiter->moref, sizeof waiter->moref, "vm-%u", id);
  waiter->cancellable = g_cancellable_new ();
  g_thread_new ("waiter", wait_in_thread, waiter);
  while (g_atomic_int_get (&waiter->n_own) == 0)
    g_thread_yield ();
}

static void
start_all (Waiter *waiters, Fixture *f)
{
  for (guint i = 0; i < N_WAITERS; i++)
    start (&waiters[i], f, i);
}

static void
stop (Waiter *waiter)
{
  g_thread_join (waiter->thread);
  g_object_unref (waiter->cancellable);
}

/* The server tells that the machine is there. */
static void
add_machine (Fixture *f, guint id)
{
  g_autoptr (GPtrArray) again = g_ptr_array_new ();
  g_autofree char *moref = g_strdup_printf ("vm-%u", id);
  HvfsValue *children[] = { hvfs_value_new_leaf ("kind", NULL, "enter", strlen ("enter")),
                            hvfs_value_new_leaf ("obj", "VirtualMachine", moref, strlen (moref)) };
  g_autoptr (HvfsValue) update
    = hvfs_value_new_node ("objectSet", NULL, children, G_N_ELEMENTS (children));

  hvfs_mirror_apply (f->mirror, &update, 1, API, again);
}

/* Each wakes up once, however many updates come for others. */
static void
test_own (Fixture *f, gconstpointer data)
{
  Waiter waiters[N_WAITERS] = { 0 };

  start_all (waiters, f);
  for (guint i = 0; i < 10 * N_WAITERS; i++)
    add_machine (f, N_WAITERS + i);
  for (guint i = 0; i < N_WAITERS; i++)
    add_machine (f, i);
  for (guint i = 0; i < N_WAITERS; i++)
    {
      stop (&waiters[i]);
      g_assert_cmpint (waiters[i].code, ==, 0);
      g_assert_cmpint (waiters[i].n_own, ==, 1);
    }
}

/* What is so already, or can never be, is not waited for. */
static void
test_at_once (Fixture *f, gconstpointer data)
{
  Waiter there = { 0 }, never = { .never = -1 };

  add_machine (f, 1);
  start (&there, f, 1);
  stop (&there);
  g_assert_cmpint (there.code, ==, 0);
  start (&never, f, 2);
  stop (&never);
  g_assert_cmpint (never.code, ==, ESTALE);
}

static void
test_never (Fixture *f, gconstpointer data)
{
  Waiter waiter = { 0 };

  start (&waiter, f, 1);
  g_atomic_int_set (&waiter.never, -1);
  add_machine (f, 2);
  stop (&waiter);
  g_assert_cmpint (waiter.code, ==, ESTALE);
  g_assert_cmpint (waiter.n_own, ==, 1);
}

static void
test_lost (Fixture *f, gconstpointer data)
{
  Waiter waiters[N_WAITERS] = { 0 };

  start_all (waiters, f);
  hvfs_connection_set (f->link, FALSE, "gone");
  for (guint i = 0; i < N_WAITERS; i++)
    {
      stop (&waiters[i]);
      g_assert_cmpint (waiters[i].code, ==, EIO);
    }
}

static void
test_cancelled (Fixture *f, gconstpointer data)
{
  Waiter waiter = { 0 }, other = { 0 };

  start (&waiter, f, 1);
  start (&other, f, 2);
  g_cancellable_cancel (waiter.cancellable);
  stop (&waiter);
  g_assert_cmpint (waiter.code, ==, EINTR);
  add_machine (f, 2);
  stop (&other);
  g_assert_cmpint (other.code, ==, 0);
}

static int
never_so (HvfsMirror *mirror, gpointer data)
{
  return 0;
}

static void
test_deadline (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (hvfs_mirror_await_that (f->mirror, never_so, NULL,
                                          g_get_monotonic_time () + SHORT_US, NULL, &error));
  g_assert_error (error, HVFS_ERROR, ETIMEDOUT);
}

static int
await_shortly (Fixture *f, HvfsNews *news)
{
  return hvfs_connection_await_news (f->link, news, g_get_monotonic_time () + SHORT_US, NULL);
}

/* What was told before the sleep counts, once, and for nobody else. */
static void
test_news (Fixture *f, gconstpointer data)
{
  HvfsNews one, other;

  hvfs_connection_begin_news (f->link, &one);
  hvfs_connection_begin_news (f->link, &other);
  hvfs_connection_tell (f->link, &one);
  g_assert_cmpint (await_shortly (f, &other), ==, ETIMEDOUT);
  g_assert_cmpint (await_shortly (f, &one), ==, 0);
  g_assert_cmpint (await_shortly (f, &one), ==, ETIMEDOUT);
  hvfs_connection_set (f->link, FALSE, "gone");
  g_assert_cmpint (await_shortly (f, &one), ==, 0);
  g_assert_cmpint (await_shortly (f, &other), ==, 0);
  hvfs_connection_end_news (f->link, &other);
  hvfs_connection_end_news (f->link, &one);
  hvfs_connection_set (f->link, TRUE, ""); /* to nobody */
}

#define ADD(name, test) g_test_add ("/wait/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("own", test_own);
  ADD ("at-once", test_at_once);
  ADD ("never", test_never);
  ADD ("lost", test_lost);
  ADD ("cancelled", test_cancelled);
  ADD ("deadline", test_deadline);
  ADD ("news", test_news);
  return g_test_run ();
}
