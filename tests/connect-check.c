/* tests/connect-check.c - logs in to a server, makes one call, logs out
 *
 * For scripts that test what lies between: proxies, certificates, addresses.
 * Usage: connect-check URI PASSWORD-FILE [TIMEOUT-S]
 * Prints the server's name, the version, the user and the counters; an error on
 * stderr, with its errno's name first.
 */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/session.h"
#include "convert/error.h"

static int
fail (const GError *error)
{
  fprintf (stderr, "%s: %s\n", strerrorname_np (hvfs_error_errno (error)), error->message);
  return 1;
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
  if (argc < 3 || argc > 4)
    {
      fprintf (stderr, "usage: connect-check URI PASSWORD-FILE [TIMEOUT-S]\n");
      return 2;
    }
  uri = hvfs_uri_parse (argv[1], &error);
  if (uri != NULL)
    credentials = hvfs_credentials_find (uri, NULL, argv[2], FALSE, &error);
  if (credentials == NULL)
    return fail (error);
  session = hvfs_session_new (uri, credentials, argc > 3 ? (guint) atoi (argv[3]) : 10, stats);
  return hvfs_session_connect (session, NULL, &error) ? check (session, stats) : fail (error);
}
