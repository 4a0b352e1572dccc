/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/backend/test-session.c - the life of a session: versions, logins, expiry
 *
 * One wrong password is enough: none is told to a server of the wrong kind, and none again
 * to one that refused it.  A session that has expired is noticed by nobody, even by many at
 * once.
 */
#include "session-fixture.h"

#include <string.h>

#include "backend/wire/version.h"
#include "convert/error.h"

static void
test_life (void)
{
  g_auto (Fixture) f = { 0 };
  g_autofree char *version = NULL, *user = NULL, *action = NULL;
  g_autoptr (HvfsValue) content = NULL;
  g_autoptr (GError) error = NULL;

  fixture_init (&f, FALSE, PATIENT_S, "");
  g_assert_null (hvfs_session_ref_content (f.session));
  g_assert_cmpuint (hvfs_session_api (f.session), ==, 0);
  g_assert_cmpint (hvfs_session_last_heard_us (f.session), ==, 0);
  g_assert_false (read_time (&f, &error));
  g_assert_error (error, HVFS_ERROR, ENOTCONN);
  g_clear_error (&error);

  connect_well (&f);
  version = hvfs_session_dup_api_version (f.session);
  user = hvfs_session_dup_user (f.session);
  content = hvfs_session_ref_content (f.session);
  g_assert_cmpstr (version, ==, "6.5");
  g_assert_cmpstr (user, ==, "VSPHERE\\root");
  g_assert_cmpstr (hvfs_value_text (content, "rootFolder"), ==, "group-d1");
  g_assert_cmpuint (hvfs_session_get_generation (f.session), ==, 1);
  g_assert_cmpuint (hvfs_session_api (f.session), ==, 605);
  g_assert_cmpint (hvfs_session_last_heard_us (f.session), >, 0);
  read_well (&f);
  action = soap_server_dup_action (f.server);
  g_assert_cmpstr (action, ==, "\"urn:vim25/6.5\"");

  hvfs_session_logout (f.session);
  g_assert_cmpuint (soap_server_n_sessions (f.server), ==, 0);
  g_assert_false (read_time (&f, &error));
  g_assert_error (error, HVFS_ERROR, ENOTCONN);
  g_clear_error (&error);
  g_assert_false (connect_to (&f, &error));
  g_assert_error (error, HVFS_ERROR, ENOTCONN);
  g_assert_cmpuint (server_n_connections (soap_server_http (f.server)), ==, 1);
}

static void
test_counters (void)
{
  g_auto (Fixture) f = { 0 };
  g_autoptr (GString) out = g_string_new (NULL);

  fixture_init (&f, FALSE, PATIENT_S, "");
  connect_well (&f);
  read_well (&f);
  hvfs_session_logout (f.session);
  hvfs_stats_print (f.stats, out);
  g_assert_true (g_str_has_prefix (out->str,
                                   "requests=5\nrequest.CurrentTime=1\nrequest.GET=1\n"
                                   "request.Login=1\nrequest.Logout=1\n"
                                   "request.RetrieveServiceContent=1\nbytes_sent="));
  g_assert_nonnull (strstr (out->str, "\nconnections=1\nlogins=1\nfaults=0\n"));
  g_assert_null (strstr (out->str, "bytes_sent=0\n"));
  g_assert_null (strstr (out->str, "bytes_received=0\n"));
}

#define VERSIONS(inner) "<namespaces version='1.0'><namespace><name>urn:vim25</name>" inner \
  "</namespace><namespace><name>urn:sms</name><version>7.0</version></namespace></namespaces>"

static void
test_versions (void)
{
  static const struct { const char *versions, *about, *want, *oldest; } rows[] = {
    { VERSIONS ("<version>6.5</version>"), "6.5", "6.5", NULL },
    { VERSIONS ("<version>9.1.0.0</version><priorVersions><version>8.0.2.0</version>"
                "<version>8.0.10.0</version><version>8.0.3.0</version></priorVersions>"),
      "9.1", "8.0.3.0", NULL },
    { VERSIONS ("<version>10.0</version><priorVersions><version>5.5</version>"
                "<version>2.5u2</version></priorVersions>"), "10.0", "5.5", NULL },
    { VERSIONS ("<version>2.5u2</version><priorVersions><version>2.5</version></priorVersions>"),
      "2.5u2", "2.5u2", NULL },
    { "<namespaces/>", "6.0", "6.0", NULL },
    { "not xml", "5.0", "5.0", NULL },
    { NULL, "4.0", "4.0", NULL },
    { NULL, "2.5", "2.5", NULL },
    { NULL, "9.0", HVFS_VERSION_MAX, NULL },
    { NULL, "", "2.5", NULL },
    { NULL, "6.0", "6.0", "4.0" },
    { "not xml", "8.0.3.0", "8.0.3.0", "7.0" },
    { NULL, "", "4.0", "4.0" },
    { VERSIONS ("<version>7.0</version>"), "7.0", "7.0", "7.0" },
    { VERSIONS ("<version>9.1</version><priorVersions><version>9.0</version></priorVersions>"),
      "9.1", "9.0", "9.0" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (Fixture) f = { 0 };
      g_autofree char *version = NULL;

      fixture_init (&f, FALSE, PATIENT_S, "");
      soap_server_set_version (f.server, rows[i].versions, rows[i].about);
      soap_server_set_oldest (f.server, rows[i].oldest);
      connect_well (&f);
      version = hvfs_session_dup_api_version (f.session);
      g_assert_cmpstr (version, ==, rows[i].want);
    }
}

/* Which is told in the words that the oldest version got; no password was sent. */
static void
test_no_version (void)
{
  g_auto (Fixture) f = { 0 };
  g_autoptr (GError) error = NULL;

  fixture_init (&f, FALSE, PATIENT_S, "");
  soap_server_set_version (f.server, NULL, "9.0");
  soap_server_set_oldest (f.server, "9.0");
  g_assert_false (connect_to (&f, &error));
  g_assert_nonnull (strstr (error->message, "Unsupported version URI"));
  g_assert_cmpuint (n_requests (&f, "Login"), ==, 0);
}

static void
test_compare (void)
{
  static const char *const rising[] = { "2.0", "2.5", "2.5u2", "4.0", "4.1", "5.5", "6.5",
                                        "6.7", "6.7.3", "7.0.3.2", "8.0.3.0", "10.0" };

  for (gsize i = 0; i < G_N_ELEMENTS (rising); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (rising); j++)
      g_assert_cmpint (hvfs_version_compare (rising[i], rising[j]), ==, (i > j) - (i < j));
  g_assert_cmpint (hvfs_version_compare ("6.5", "6.5.0.0"), ==, 0);
}

/* The server is asked what it is before it is told a password. */
static void
test_wrong_kind (void)
{
  g_auto (Fixture) f = { 0 };
  g_autoptr (GError) error = NULL;

  fixture_init (&f, FALSE, PATIENT_S, "");
  soap_server_set_product (f.server, "embeddedEsx");
  g_assert_false (connect_to (&f, &error));
  g_assert_error (error, HVFS_ERROR, EINVAL);
  g_assert_nonnull (strstr (error->message, "esx://"));
  g_assert_cmpuint (n_requests (&f, "Login"), ==, 0);
}

/* One wrong password is enough: no login after it, whatever is called. */
static void
test_invalid_login (void)
{
  g_auto (Fixture) f = { 0 };
  g_autoptr (GError) error = NULL;

  fixture_init (&f, FALSE, PATIENT_S, "");
  soap_server_fault_on (f.server, "Login", "InvalidLogin");
  for (guint i = 0; i < 3; i++)
    {
      g_assert_false (connect_to (&f, &error));
      g_assert_error (error, HVFS_ERROR, EACCES);
      g_assert_nonnull (strstr (error->message, "root"));
      g_clear_error (&error);
      g_assert_false (read_time (&f, &error));
      g_assert_error (error, HVFS_ERROR, EACCES);
      g_clear_error (&error);
    }
  g_assert_cmpuint (n_requests (&f, NULL), ==, 3);
}

/* One refusal more, or none, in place of a login. */
static void
connect_in_vain (Fixture *f, guint n_more)
{
  guint n = n_requests (f, "Login");
  g_autoptr (GError) error = NULL;

  g_assert_false (connect_to (f, &error));
  g_assert_error (error, HVFS_ERROR, EACCES);
  g_assert_cmpuint (n_requests (f, "Login"), ==, n + n_more);
}

/* What has worked is tried again later, and at once when there is reason to; what never has
 * only then. */
static void
test_refused_again (void)
{
  g_auto (Fixture) f = { 0 };
  gint64 now;

  fixture_init (&f, FALSE, PATIENT_S, "");
  connect_well (&f);
  g_assert_cmpint (hvfs_session_next_login_us (f.session), ==, 0);
  soap_server_fault_on (f.server, "Login", "InvalidLogin");
  soap_server_expire (f.server);
  now = g_get_real_time ();
  g_assert_false (read_time (&f, NULL));
  g_assert_cmpint (hvfs_session_next_login_us (f.session), >, now + 9 * G_USEC_PER_SEC);
  connect_in_vain (&f, 0);

  hvfs_session_hurry (f.session);
  connect_in_vain (&f, 1);
  g_assert_cmpint (hvfs_session_next_login_us (f.session), >, now + 59 * G_USEC_PER_SEC);
  connect_in_vain (&f, 0);
  session_set_password ("s&cret<\n");
  connect_in_vain (&f, 1);
  g_assert_cmpint (hvfs_session_next_login_us (f.session), >, now + 299 * G_USEC_PER_SEC);
  connect_in_vain (&f, 0);

  soap_server_fault_on (f.server, NULL, NULL);
  session_set_password ("wrong\n");
  connect_in_vain (&f, 1);
  g_assert_cmpint (hvfs_session_next_login_us (f.session), ==, 0);
  g_assert_true (hvfs_session_is_refused (f.session));
  connect_in_vain (&f, 0);
  session_set_password ("s&cret<\n");
  connect_well (&f);
  read_well (&f);
  g_assert_false (hvfs_session_is_refused (f.session));
}

/* A server that says NotAuthenticated in place of properties is logged in to again, once. */
static void
test_lost_for_properties (void)
{
  g_auto (Fixture) f = { 0 };
  guint n;

  fixture_init (&f, FALSE, PATIENT_S, "");
  connect_well (&f);
  soap_server_say (f.server, "<missingSet><path>name</path><fault><fault "
                   "xsi:type=\"NotAuthenticated\"/></fault></missingSet>", 1);
  read_well (&f);
  g_assert_cmpuint (n_requests (&f, "Login"), ==, 2);
  g_assert_cmpuint (soap_server_n_sessions (f.server), ==, 1);
  read_well (&f);
  /* It is about rights, then: no login helps. */
  soap_server_say (f.server, "<fault xsi:type=\"vim25:NotAuthenticated\"/>", G_MAXUINT);
  n = n_requests (&f, "Login");
  for (guint i = 0; i < 5; i++)
    read_well (&f);
  g_assert_cmpuint (n_requests (&f, "Login"), <=, n + 1);
}

/* The password was changed while we were in: the re-login's refusal is final too. */
static void
test_invalid_relogin (void)
{
  g_auto (Fixture) f = { 0 };
  g_autoptr (GError) error = NULL;

  fixture_init (&f, FALSE, PATIENT_S, "");
  connect_well (&f);
  soap_server_fault_on (f.server, "Login", "PasswordExpired");
  soap_server_expire (f.server);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_false (change (&f, "vm-1", &error));
      g_assert_error (error, HVFS_ERROR, EACCES);
      g_clear_error (&error);
    }
  g_assert_cmpuint (n_requests (&f, "Login"), ==, 2);
  g_assert_cmpuint (n_requests (&f, "PowerOnVM_Task"), ==, 1);
}

static void
test_expiry (void)
{
  g_auto (Fixture) f = { 0 };
  g_autoptr (GError) error = NULL;

  fixture_init (&f, FALSE, PATIENT_S, "");
  connect_well (&f);
  soap_server_expire (f.server);
  read_well (&f);
  g_assert_cmpuint (hvfs_session_get_generation (f.session), ==, 2);
  soap_server_expire (f.server);
  g_assert_true (change (&f, "vm-1", &error));
  g_assert_no_error (error);
  g_assert_cmpuint (soap_server_n_done (f.server, "vm-1"), ==, 1);
  g_assert_cmpuint (hvfs_session_get_generation (f.session), ==, 3);
  g_assert_cmpuint (n_requests (&f, "Login"), ==, 3);
}

/* NotAuthenticated for want of rights does not cost a session that is in order. */
static void
test_rights (void)
{
  g_auto (Fixture) f = { 0 };
  g_autoptr (GError) error = NULL;

  fixture_init (&f, FALSE, PATIENT_S, "");
  connect_well (&f);
  soap_server_fault_on (f.server, "PowerOnVM_Task", "NotAuthenticated");
  g_assert_false (change (&f, "vm-1", &error));
  g_assert_error (error, HVFS_ERROR, EACCES);
  g_assert_cmpuint (hvfs_session_get_generation (f.session), ==, 1);
  g_assert_cmpuint (n_requests (&f, "Login"), ==, 1);
  g_assert_cmpuint (n_requests (&f, "PowerOnVM_Task"), ==, 1);
}

/* Connecting anew leaves no session behind on the server. */
static void
test_reconnect (void)
{
  g_auto (Fixture) f = { 0 };

  fixture_init (&f, FALSE, PATIENT_S, "");
  for (guint i = 1; i <= 3; i++)
    {
      connect_well (&f);
      read_well (&f);
      g_assert_cmpuint (soap_server_n_sessions (f.server), ==, 1);
      g_assert_cmpuint (hvfs_session_get_generation (f.session), ==, i);
    }
}

/* Nothing is sent on a connection that a proxy may be about to end. */
static void
test_proxy (void)
{
  g_auto (Fixture) f = { 0 };
  g_autofree char *uri = NULL;
  guint port;

  fixture_init (&f, FALSE, PATIENT_S, "");
  port = server_port (soap_server_http (f.server)); /* which takes the requests to a proxy, too */
  uri = g_strdup_printf ("vpx://127.0.0.1:%u/?transport=http&proxy=http://127.0.0.1:%u", port, port);
  hvfs_session_free (f.session);
  f.session = session_for (uri, PATIENT_S, f.stats);
  connect_well (&f);
  read_well (&f);
  g_assert_cmpuint (server_n_connections (soap_server_http (f.server)), ==, n_requests (&f, NULL));
}

static gpointer
read_in_thread (gpointer data)
{
  for (guint i = 0; i < 5; i++)
    read_well (data);
  return NULL;
}

/* Many who find the session expired make one new login, on few connections. */
static void
test_expiry_threads (void)
{
  g_auto (Fixture) f = { 0 };
  GThread *threads[24];

  fixture_init (&f, FALSE, PATIENT_S, "");
  connect_well (&f);
  soap_server_expire (f.server);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("reader", read_in_thread, &f);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (n_requests (&f, "Login"), ==, 2);
  g_assert_cmpuint (hvfs_session_get_generation (f.session), ==, 2);
  g_assert_cmpuint (server_n_connections (soap_server_http (f.server)), <=, 8);
}

static gpointer
fail_in_thread (gpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (read_time (data, &error));
  g_assert_cmpint (hvfs_error_errno (error), >, 0);
  return NULL;
}

/* ... and when it fails, connecting again meanwhile, all get an answer. */
static void
test_relogin_fails_threads (void)
{
  g_auto (Fixture) f = { 0 };
  g_autoptr (GError) error = NULL;
  GThread *threads[16];

  fixture_init (&f, FALSE, PATIENT_S, "");
  connect_well (&f);
  soap_server_misbehave_on (f.server, MISBEHAVE_FAULT, "Login");
  soap_server_expire (f.server);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("reader", fail_in_thread, &f);
  g_assert_false (connect_to (&f, &error));
  g_assert_error (error, HVFS_ERROR, EIO);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  soap_server_misbehave_on (f.server, MISBEHAVE_FAULT, NULL);
  connect_well (&f);
  read_well (&f);
}

static void
add_tests (void)
{
  g_test_add_func ("/session/life", test_life);
  g_test_add_func ("/session/counters", test_counters);
  g_test_add_func ("/session/versions", test_versions);
  g_test_add_func ("/session/no-version", test_no_version);
  g_test_add_func ("/session/compare", test_compare);
  g_test_add_func ("/session/wrong-kind", test_wrong_kind);
  g_test_add_func ("/session/invalid-login", test_invalid_login);
  g_test_add_func ("/session/refused-again", test_refused_again);
  g_test_add_func ("/session/lost-for-properties", test_lost_for_properties);
  g_test_add_func ("/session/invalid-relogin", test_invalid_relogin);
  g_test_add_func ("/session/expiry", test_expiry);
  g_test_add_func ("/session/rights", test_rights);
  g_test_add_func ("/session/reconnect", test_reconnect);
  g_test_add_func ("/session/proxy", test_proxy);
  g_test_add_func ("/session/expiry-threads", test_expiry_threads);
  g_test_add_func ("/session/relogin-fails-threads", test_relogin_fails_threads);
}

int
main (int argc, char **argv)
{
  return session_test_main (argc, argv, add_tests);
}
