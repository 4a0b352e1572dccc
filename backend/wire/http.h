/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wire/http.h - HTTP requests to one server, over a few kept connections
 *
 * Exists so that the rest sees requests and answers, not libcurl.  What it
 * promises:
 *
 * - A request is sent once.  libcurl would silently send a POST again when a kept
 *   connection turns out to be dead; it is kept from that, and the caller is told
 *   whether the server may have got the request and whether it began to answer.
 * - Every wait ends: by the time-out without progress, by the limit, by the
 *   cancellable, at once and without polling; and a network that dies in silence
 *   is noticed within the time-out by TCP itself, however long the server may take.
 * - Every answer ends: headers without end, a page without end about an error, and
 *   less than 1 KiB a second of whatever it is are errors.  How long a good answer
 *   may be is the sink's to say.
 * - The server is verified, unless told not to.  Redirects are not followed, the
 *   environment's proxies are not used, only HTTP and HTTPS are spoken.
 *
 * Any thread; a request runs in the thread that asks for it.  Nothing runs when no
 * request does, so a process may fork then and go on in the child.
 */
#pragma once

#include <gio/gio.h>

#include "backend/wire/http-request.h"
#include "backend/wire/stats.h"

typedef struct _HvfsHttp HvfsHttp;

/* Makes libcurl and OpenSSL end the program where there is no memory (convert/memory.h).  Before
 * anything else of them; once is enough. */
void hvfs_http_init (void);

HvfsHttp *hvfs_http_new (const HvfsHttpConfig *config, HvfsStats *stats);
void hvfs_http_free (HvfsHttp *http); /* no request may be running */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvfsHttp, hvfs_http_free)

/**
 * hvfs_http_perform:
 * @reply: zeroed; the caller clears it
 *
 * @error: ECANCELED; ETIMEDOUT: no progress; ECONNREFUSED, EHOSTUNREACH and other
 *   errors of connecting; EKEYREJECTED: the certificate is not trusted (the message
 *   says what to do and shows its pin); EIO: the connection was lost; the sink's own.
 *   A status that is not 200 is not an error here.
 */
gboolean hvfs_http_perform (HvfsHttp *http, const HvfsHttpRequest *request,
                            HvfsHttpReply *reply, GCancellable *cancellable,
                            GError **error);

/* The SHA-1 of the certificate that was trusted, "AB:CD:..."; NULL before the first answer, and
 * without TLS.  (transfer none).  No lock. */
const char *hvfs_http_thumbprint (HvfsHttp *http);

/* When bytes last arrived, of g_get_monotonic_time (); 0 before.  No lock. */
gint64 hvfs_http_last_heard_us (HvfsHttp *http);
