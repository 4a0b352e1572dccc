/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/backend/test-session-trust.c - which servers a session speaks to, and what it says of others */
#include "session-fixture.h"

#include <string.h>

#include "convert/error.h"

/* Connecting to @parameters fails with @code and a line that holds @text; or works. */
static void
check_tls (SoapServer *server, const char *parameters, int code, const char *text)
{
  g_autoptr (HvfsStats) stats = hvfs_stats_new ();
  g_autofree char *uri = g_strdup_printf ("vpx://127.0.0.1:%u/%s",
                                          server_port (soap_server_http (server)), parameters);
  g_autoptr (HvfsSession) session = session_for (uri, PATIENT_S, stats);
  g_autoptr (GError) error = NULL;
  gboolean ok = hvfs_session_connect (session, NULL, &error);

  g_assert_true (ok == (code == 0));
  if (code == 0)
    return;
  g_assert_error (error, HVFS_ERROR, code);
  if (strstr (error->message, text) == NULL)
    g_error ("'%s' is not in '%s'", text, error->message);
}

static void
test_trust (void)
{
  g_autoptr (SoapServer) server = NULL, other = NULL;
  g_autofree char *own_pin = NULL, *other_pin = NULL, *own_ca = NULL, *other_ca = NULL;
  g_autofree char *shown = NULL;

  server = soap_server_new (TRUE);
  other = soap_server_new (TRUE);
  own_pin = g_strconcat ("?pin=", server_pin (soap_server_http (server)), NULL);
  other_pin = g_strconcat ("?pin=", server_pin (soap_server_http (other)), NULL);
  own_ca = g_strconcat ("?cacert=", server_ca_file (soap_server_http (server)), NULL);
  other_ca = g_strconcat ("?cacert=", server_ca_file (soap_server_http (other)), NULL);
  shown = g_strconcat ("add pin=", server_pin (soap_server_http (server)), " ", NULL);
  check_tls (server, "", EKEYREJECTED, shown);
  check_tls (server, other_pin, EKEYREJECTED, shown);
  check_tls (server, other_ca, EKEYREJECTED, shown);
  g_assert_cmpuint (soap_server_n_requests (server, NULL), ==, 0);
  check_tls (server, own_pin, 0, NULL);
  check_tls (server, own_ca, 0, NULL);
  check_tls (server, "?no_verify=1", 0, NULL);
  check_tls (server, "?transport=http", EIO, "transport=");
}

static void
test_plain_server_asked_for_tls (void)
{
  g_autoptr (SoapServer) server = soap_server_new (FALSE);

  check_tls (server, "", EPROTO, "transport=http");
  g_assert_cmpuint (soap_server_n_requests (server, NULL), ==, 0);
}

static void
test_unreachable (void)
{
  g_autoptr (SoapServer) server = soap_server_new (FALSE);
  guint port = server_port (soap_server_http (server));
  g_autofree char *uri = g_strdup_printf ("vpx://127.0.0.1:%u/?transport=http", port);
  g_autoptr (HvfsStats) stats = hvfs_stats_new ();
  g_autoptr (HvfsSession) closed = session_for (uri, PATIENT_S, stats);
  g_autoptr (HvfsSession) unknown = session_for ("vpx://nosuch.invalid/", PATIENT_S, stats);
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&server, soap_server_free);
  g_assert_false (hvfs_session_connect (closed, NULL, &error));
  g_assert_error (error, HVFS_ERROR, ECONNREFUSED);
  g_assert_nonnull (strstr (error->message, "port"));
  g_clear_error (&error);
  g_assert_false (hvfs_session_connect (unknown, NULL, &error));
  g_assert_error (error, HVFS_ERROR, EHOSTUNREACH);
  g_assert_nonnull (strstr (error->message, "nosuch.invalid"));
}

static void
add_tests (void)
{
  g_test_add_func ("/session/trust", test_trust);
  g_test_add_func ("/session/plain-server-asked-for-tls", test_plain_server_asked_for_tls);
  g_test_add_func ("/session/unreachable", test_unreachable);
}

int
main (int argc, char **argv)
{
  return session_test_main (argc, argv, add_tests);
}
