/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wire/http-line.h - a connection that is kept from one request to the next
 *
 * Exists because libcurl's handles do not come out of a failure, or out of a server that
 * closed meanwhile, alike in all its versions: what must hold is seen to here.
 *
 * Of one thread at a time.
 */
#pragma once

#include <curl/curl.h>
#include <glib.h>

typedef struct
{
  CURLM *multi;       /* its own, so that it keeps its connection and can be woken */
  CURL *easy;
  curl_socket_t kept; /* the connection's, CURL_SOCKET_BAD: none */
} HvfsHttpLine;

HvfsHttpLine *hvfs_http_line_new (void);
void hvfs_http_line_free (HvfsHttpLine *line);

/* Takes the handle of a transfer that is over out of the multi handle. */
void hvfs_http_line_end (HvfsHttpLine *line);

/* Makes it ready for another transfer.  @failed: the last one did */
void hvfs_http_line_reset (HvfsHttpLine *line, gboolean failed);

/* Whether the server has closed the connection that is kept.  Cost: a system call. */
gboolean hvfs_http_line_is_cut (const HvfsHttpLine *line);
