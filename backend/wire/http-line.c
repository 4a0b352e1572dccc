/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wire/http-line.c - a connection that is kept; see http-line.h */
#include "backend/wire/http-line.h"

#include <poll.h>

static CURL *
easy_new (void)
{
  CURL *easy = curl_easy_init ();

  if (easy == NULL)
    g_error ("libcurl has no memory for a handle");
  return easy;
}

HvfsHttpLine *
hvfs_http_line_new (void)
{
  HvfsHttpLine *line = g_new0 (HvfsHttpLine, 1);

  line->multi = curl_multi_init ();
  if (line->multi == NULL)
    g_error ("libcurl has no memory for a handle");
  line->easy = easy_new ();
  line->kept = CURL_SOCKET_BAD;
  curl_multi_setopt (line->multi, CURLMOPT_MAXCONNECTS, 1L);
  return line;
}

void
hvfs_http_line_free (HvfsHttpLine *line)
{
  curl_easy_cleanup (line->easy);
  curl_multi_cleanup (line->multi);
  g_free (line);
}

void
hvfs_http_line_end (HvfsHttpLine *line)
{
  curl_easy_getinfo (line->easy, CURLINFO_ACTIVESOCKET, &line->kept);
  curl_multi_remove_handle (line->multi, line->easy);
}

/* A handle whose transfer failed keeps, for all resetting, that a body is to be rewound:
 * libcurl 8.7 and newer does so before the next one, which may have none, and fails. */
void
hvfs_http_line_reset (HvfsHttpLine *line, gboolean failed)
{
  if (failed)
    {
      line->kept = CURL_SOCKET_BAD;
      curl_easy_cleanup (line->easy);
      line->easy = easy_new ();
    }
  else
    curl_easy_reset (line->easy);
}

/* Newer libcurl does not see it where there is TLS, and what was then sent is lost. */
gboolean
hvfs_http_line_is_cut (const HvfsHttpLine *line)
{
  struct pollfd fd = { line->kept, POLLRDHUP, 0 };

  return line->kept != CURL_SOCKET_BAD && poll (&fd, 1, 0) > 0;
}
