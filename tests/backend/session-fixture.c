/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/backend/session-fixture.c - a session with a server of its own; see session-fixture.h */
#include "session-fixture.h"

#include <glib/gstdio.h>
#include <libxml/parser.h>
#include <unistd.h>

#include "convert/error.h"

static char *password_file;

HvfsSession *
session_for (const char *uri_text, guint timeout_s, HvfsStats *stats)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HvfsUri) uri = hvfs_uri_parse (uri_text, &error);
  g_autoptr (HvfsCredentials) credentials = NULL;

  g_assert_no_error (error);
  credentials = hvfs_credentials_find (uri, "root", password_file, FALSE, &error);
  g_assert_no_error (error);
  return hvfs_session_new (uri, credentials, timeout_s, stats);
}

void
fixture_init (Fixture *f, gboolean tls, guint timeout_s, const char *parameters)
{
  g_autofree char *uri = NULL;

  f->server = soap_server_new (tls);
  f->stats = hvfs_stats_new ();
  uri = g_strdup_printf ("vpx://127.0.0.1:%u/?transport=%s%s",
                         server_port (soap_server_http (f->server)), tls ? "https" : "http",
                         parameters);
  f->session = session_for (uri, timeout_s, f->stats);
}

void
fixture_clear (Fixture *f)
{
  hvfs_session_free (f->session);
  soap_server_free (f->server);
  hvfs_stats_free (f->stats);
}

gboolean
connect_to (Fixture *f, GError **error)
{
  return hvfs_session_connect (f->session, NULL, error);
}

gboolean
read_time (Fixture *f, GError **error)
{
  g_autoptr (HvfsRequest) request
    = hvfs_request_new ("CurrentTime", "ServiceInstance", "ServiceInstance");
  g_autoptr (HvfsValue) reply
    = hvfs_session_call (f->session, request, HVFS_CALL_READ, 0, NULL, error);

  if (reply != NULL)
    g_assert_cmpint (hvfs_value_time_us (reply, "returnval"), ==, 1577934245000000);
  return reply != NULL;
}

gboolean
change (Fixture *f, const char *id, GError **error)
{
  g_autoptr (HvfsRequest) request = hvfs_request_new ("PowerOnVM_Task", "VirtualMachine", id);
  g_autoptr (HvfsValue) reply
    = hvfs_session_call (f->session, request, HVFS_CALL_CHANGE, 0, NULL, error);

  if (reply != NULL)
    g_assert_cmpstr (hvfs_value_text (reply, "returnval"), ==, "task-1");
  return reply != NULL;
}

void
connect_well (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  connect_to (f, &error);
  g_assert_no_error (error);
}

void
read_well (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  read_time (f, &error);
  g_assert_no_error (error);
}

guint
n_requests (Fixture *f, const char *method)
{
  return soap_server_n_requests (f->server, method);
}

void
session_set_password (const char *text)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents_full (password_file, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error);
  g_assert_no_error (error);
}

static void
make_password_file (void)
{
  int fd = g_file_open_tmp ("hvfs-test-password-XXXXXX", &password_file, NULL);

  g_assert_cmpint (write (fd, "s&cret<\n", 8), ==, 8);
  close (fd);
}

int
session_test_main (int argc, char **argv, void (*add) (void))
{
  int result;

  g_test_init (&argc, &argv, NULL);
  xmlInitParser (); /* before the first thread, as fs/main.c does */
  make_password_file ();
  add ();
  result = g_test_run ();
  g_unlink (password_file);
  g_free (password_file);
  return result;
}
