/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wire/http-transfer.h - one request on a line, to its end
 *
 * Exists as the place for libcurl's options and callbacks: here a request is kept from
 * being sent twice, its answer from having no end, and the server is verified.  What that
 * promises is said in http.h, which is for everybody else.
 */
#pragma once

#include <stdatomic.h>

#include "backend/wire/http-line.h"
#include "backend/wire/http-request.h"
#include "backend/wire/stats.h"

/* What all requests to one server share. */
typedef struct
{
  HvfsHttpConfig config;    /* immutable */
  HvfsStats *stats;
  _Atomic gint64 heard_us;  /* when bytes last arrived; 0 before */
  char *thumbprint;         /* atomic: set once; nullable; of the certificate that was trusted */
} HvfsHttpPeer;

/* As hvfs_http_perform, whose errors it has; in the thread that has the line.
 * @limit_us: by g_get_monotonic_time (), 0: none; request->limit_s is not looked at */
gboolean hvfs_http_transfer (HvfsHttpPeer *peer, HvfsHttpLine *line,
                             const HvfsHttpRequest *request, gint64 limit_us,
                             HvfsHttpReply *reply, GCancellable *cancellable, GError **error);
