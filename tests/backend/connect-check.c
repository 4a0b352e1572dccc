/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/backend/connect-check.c - logs in to a server, makes one call, logs out
 *
 * For scripts that test what lies between: proxies, certificates, addresses, dead
 * networks.  Usage: connect-check URI PASSWORD-FILE [TIMEOUT-S [WAIT-S]]
 * With WAIT-S the call is one that the server answers after so many seconds.
 * Prints the server's name, the version, the user and the counters; an error on
 * stderr, with its errno's name first.
 */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/login/session.h"
#include "convert/error.h"

static int
fail (const GError *error)
{
  fprintf (stderr, "%s: %s\n", strerrorname_np (hvfs_error_errno (error)), error->message);
  return 1;
}

/* A wait for updates of nothing. */
static int
wait_long (HvfsSession *session, guint wait_s)
{
  g_autoptr (HvfsValue) content = hvfs_session_ref_content (session);
  g_autoptr (HvfsRequest) request
    = hvfs_request_new ("WaitForUpdatesEx", "PropertyCollector",
                        hvfs_value_text (content, "propertyCollector"));
  g_autoptr (GError) error = NULL;
  g_autoptr (HvfsValue) reply = NULL;

  hvfs_request_text (request, "version", "");
  hvfs_request_open (request, "options", NULL);
  hvfs_request_int (request, "maxWaitSeconds", wait_s);
  hvfs_request_close (request);
  reply = hvfs_session_call (session, request, HVFS_CALL_READ, wait_s + 30, NULL, &error);
  return reply != NULL ? 0 : fail (error);
}

static int
check (HvfsSession *session, HvfsStats *stats)
{
  g_autoptr (HvfsRequest) request
    = hvfs_request_new ("CurrentTime", "ServiceInstance", "ServiceInstance");
  g_autoptr (HvfsValue) content = hvfs_session_ref_content (session);
  g_autofree char *version = hvfs_session_dup_api_version (session);
  g_autofree char *user = hvfs_session_dup_user (session);
  g_autoptr (GError) error = NULL;
  g_autoptr (HvfsValue) reply
    = hvfs_session_call (session, request, HVFS_CALL_READ, 0, NULL, &error);
  g_autoptr (GString) counters = g_string_new (NULL);

  if (reply == NULL)
    return fail (error);
  hvfs_session_logout (session);
  hvfs_stats_print (stats, counters);
  printf ("name=%s\nversion=%s\nuser=%s\ntime=%" G_GINT64_FORMAT "\n%s",
          hvfs_value_text (content, "about.name"), version, user,
          hvfs_value_time_us (reply, "returnval"), counters->str);
  return hvfs_value_time_us (reply, "returnval") > 0 ? 0 : 1;
}

int
main (int argc, char **argv)
{
  g_autoptr (HvfsStats) stats = hvfs_stats_new ();
  g_autoptr (HvfsUri) uri = NULL;
  g_autoptr (HvfsCredentials) credentials = NULL;
  g_autoptr (HvfsSession) session = NULL;
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  if (argc < 3 || argc > 5)
    {
      fprintf (stderr, "usage: connect-check URI PASSWORD-FILE [TIMEOUT-S [WAIT-S]]\n");
      return 2;
    }
  uri = hvfs_uri_parse (argv[1], &error);
  if (uri != NULL)
    credentials = hvfs_credentials_find (uri, NULL, argv[2], FALSE, &error);
  if (credentials == NULL)
    return fail (error);
  session = hvfs_session_new (uri, credentials, argc > 3 ? (guint) atoi (argv[3]) : 10, stats);
  if (!hvfs_session_connect (session, NULL, &error))
    return fail (error);
  return argc > 4 ? wait_long (session, (guint) atoi (argv[4])) : check (session, stats);
}
