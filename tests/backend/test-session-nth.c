/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/backend/test-session-nth.c - the n-th request of a session goes wrong, in each way there is
 *
 * What must hold whatever happens: a change reaches the server at most once, an
 * error that follows one which was done says that this is unknown, each error is
 * an errno and one line, nothing hangs, and afterwards all works again.
 */
#include "session-fixture.h"

#include <string.h>

#include "convert/error.h"

/* An error must say that it is unknown whether the change was done, if it was. */
static void
check_change (Fixture *f, const char *id, gboolean ok, const GError *error)
{
  guint done = soap_server_n_done (f->server, id);

  g_assert_cmpuint (soap_server_n_received (f->server, id), <=, 1);
  g_assert_cmpuint (done, <=, 1);
  if (ok)
    g_assert_cmpuint (done, ==, 1);
  else if (done == 1)
    g_assert_nonnull (strstr (error->message, "unknown"));
}

/* @slot: where the step that returned @ok put its error */
static gboolean
check_step (gboolean ok, GError *const *slot)
{
  const GError *error = *slot;

  g_assert_true (ok == (error == NULL));
  if (error != NULL)
    {
      g_assert_cmpint (hvfs_error_errno (error), >, 0);
      g_assert_true (error->domain == HVFS_ERROR);
      g_assert_null (strchr (error->message, '\n'));
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
    }
  return ok;
}

/* Connects, reads, changes, expires, reads and changes again.
 *
 * Returns: whether all of it worked */
static gboolean
live (Fixture *f)
{
  gboolean good = TRUE;

  for (guint round = 0; round < 2; round++)
    {
      g_autofree char *id = g_strdup_printf ("vm-%u", round);
      GError *errors[3] = { NULL, NULL, NULL };
      gboolean changed;

      if (round == 0)
        good &= check_step (connect_to (f, &errors[0]), &errors[0]);
      else
        soap_server_expire (f->server);
      good &= check_step (read_time (f, &errors[1]), &errors[1]);
      changed = change (f, id, &errors[2]);
      good &= check_step (changed, &errors[2]);
      check_change (f, id, changed, errors[2]);
      for (guint i = 0; i < 3; i++)
        g_clear_error (&errors[i]);
    }
  return good;
}

typedef struct
{
  Misbehaviour how;
  guint nth;
  gboolean tls;
  gboolean happened; /* out */
} Run;

/* One life in which the n-th request goes wrong; then all must work again. */
static gpointer
run (gpointer data)
{
  Run *r = data;
  g_auto (Fixture) f = { 0 };
  gboolean never_ends = r->how == MISBEHAVE_SILENT || r->how == MISBEHAVE_SLOW, good;

  fixture_init (&f, r->tls, never_ends ? SHORT_S : PATIENT_S, r->tls ? "&no_verify=1" : "");
  soap_server_misbehave (f.server, r->how, r->nth, 1);
  good = live (&f);
  r->happened = soap_server_misbehaved (f.server);
  if (!r->happened || misbehaviour_is_harmless (r->how))
    g_assert_true (good);
  soap_server_misbehave (f.server, r->how, 0, 0);
  connect_well (&f);
  read_well (&f);
  hvfs_session_logout (f.session);
  g_assert_cmpuint (soap_server_n_sessions (f.server), <=, 3);
  return NULL;
}

#define MOST_REQUESTS 16

/* n = 1, 2, ... until nothing went wrong; side by side, for the silent one's sake. */
static void
test_nth (gconstpointer data)
{
  guint code = GPOINTER_TO_UINT (data);
  Run runs[MOST_REQUESTS];
  GThread *threads[MOST_REQUESTS];
  guint n_happened = 0;

  for (guint i = 0; i < MOST_REQUESTS; i++)
    {
      runs[i] = (Run) { .how = code % N_MISBEHAVIOURS, .nth = i + 1,
                        .tls = code >= N_MISBEHAVIOURS };
      threads[i] = g_thread_new ("run", run, &runs[i]);
    }
  for (guint i = 0; i < MOST_REQUESTS; i++)
    {
      g_thread_join (threads[i]);
      n_happened += runs[i].happened;
      g_assert_true (runs[i].happened == (i < n_happened));
    }
  g_assert_cmpuint (n_happened, >=, 8);
  g_assert_cmpuint (n_happened, <, MOST_REQUESTS);
}

static void
add_tests (void)
{
  for (guint i = 0; i < 2 * N_MISBEHAVIOURS; i++)
    {
      g_autofree char *path = NULL;

      /* Ten megabytes each time, which are the same above TLS. */
      if (i == N_MISBEHAVIOURS + MISBEHAVE_ENDLESS)
        continue;
      path = g_strdup_printf ("/session/nth/%s%s", i < N_MISBEHAVIOURS ? "" : "tls-",
                              misbehaviour_name (i % N_MISBEHAVIOURS));
      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_nth);
    }
}

int
main (int argc, char **argv)
{
  return session_test_main (argc, argv, add_tests);
}
