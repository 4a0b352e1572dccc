/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/backend/test-connection.c - what a minute of nothing costs: how long the server may wait for
 * news, after reads and without; backend/mirror/connection.h
 */
#include "session-fixture.h"

#include "backend/mirror/connection.h"

#define TIMEOUT_S 30
#define BUSY_S (TIMEOUT_S / 3)
#define IDLE_S 60

/* One wait of the update thread, in which somebody reads so often. */
static guint
wait_with_reads (HvfsConnection *link, guint n_reads)
{
  HvfsConnectionWait wait;

  hvfs_connection_begin_wait (link, TRUE, FALSE, NULL, &wait);
  for (guint i = 0; i < n_reads; i++)
    g_assert_true (hvfs_connection_is_fresh (link));
  hvfs_connection_end_wait (link, NULL, &wait);
  return wait.wait_s;
}

static void
test_idle (void)
{
  g_auto (Fixture) f = { 0 };
  g_autoptr (HvfsConnection) link = NULL;

  fixture_init (&f, FALSE, TIMEOUT_S, "");
  connect_well (&f);
  link = hvfs_connection_new (f.session, TIMEOUT_S);
  /* Who mounts is about to read. */
  g_assert_cmpuint (wait_with_reads (link, 0), ==, BUSY_S);
  g_assert_cmpuint (wait_with_reads (link, 0), ==, IDLE_S);
  g_assert_cmpuint (wait_with_reads (link, 0), ==, IDLE_S);
  /* Reads make one wait short, and no more: the one after that in which they were. */
  g_assert_cmpuint (wait_with_reads (link, 1), ==, IDLE_S);
  g_assert_cmpuint (wait_with_reads (link, 100), ==, BUSY_S);
  g_assert_cmpuint (wait_with_reads (link, 0), ==, BUSY_S);
  g_assert_cmpuint (wait_with_reads (link, 0), ==, IDLE_S);
  g_assert_cmpuint (wait_with_reads (link, 0), ==, IDLE_S);
}

static void
add_tests (void)
{
  g_test_add_func ("/connection/idle", test_idle);
}

int
main (int argc, char **argv)
{
  return session_test_main (argc, argv, add_tests);
}
