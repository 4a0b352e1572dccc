/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wire/soap.h - one exchange of a request for a reply
 *
 * Exists to hold together what SOAP over HTTP means here: headers, statuses,
 * parsing while the reply arrives, faults as errors, and what may be sent again.
 * Knows no session; cookies are only carried.
 */
#pragma once

#include "backend/wire/http.h"
#include "backend/wire/reply.h"
#include "backend/wire/request.h"
#include "backend/wire/value.h"

/* Where the API is called. */
#define HVFS_SOAP_PATH "/sdk"

/* Takes the next bytes of a reply, in the thread that asked.  FALSE with @error ends it. */
typedef gboolean (*HvfsSoapSink) (const char *data, gsize len, gpointer user_data,
                                  GError **error);

typedef struct
{
  const char *version;  /* of the API, "6.5" */
  HvfsCookies *cookies; /* nullable */
  gboolean change;      /* the request changes something: it is sent once, and an
                         * error says so when its outcome is unknown; else it is sent
                         * again, once, if its connection broke before any answer */
  guint wait_s;         /* that the server may take before it answers; 0: the time-out */
  guint limit_s;        /* for all of it; 0: none */
  gboolean finish;      /* it is cancelled only before any of it was sent */
  char **ret_invalid_path;  /* nullable; (transfer full): of an InvalidProperty the property */
  gboolean *ret_tells_lost; /* nullable; hvfs_reply_tells_lost_session () of the answer */
  HvfsSoapSink sink;    /* for hvfs_soap_receive () only */
  gpointer sink_data;
} HvfsSoapOptions;

/**
 * hvfs_soap_exchange:
 * @request: finished here
 *
 * Network; but what is newer than options->version is not sent (since.h).
 *
 * @error: ENOTSUP for that; as hvfs_http_perform (); a fault's by the table in fault.c; by the status
 *   where it is neither 200 nor 500; EIO for what is no answer to @request
 *
 * Returns: (transfer full): the body's one element, named METHODResponse
 */
HvfsValue *hvfs_soap_exchange (HvfsHttp *http, HvfsStats *stats, HvfsRequest *request,
                               const HvfsSoapOptions *options, GCancellable *cancellable,
                               GError **error);

/**
 * hvfs_soap_receive:
 *
 * As hvfs_soap_exchange, for who parses the answer: what comes with status 200 goes to
 * options->sink, and is then for hvfs_soap_finish to judge.
 */
gboolean hvfs_soap_receive (HvfsHttp *http, HvfsStats *stats, HvfsRequest *request,
                            const HvfsSoapOptions *options, GCancellable *cancellable,
                            GError **error);

/**
 * hvfs_soap_finish:
 * @parser: was fed with all of it
 * @method: what was asked
 *
 * @error: of a fault, by the table in fault.c; EIO for what is no answer to @method
 *
 * Returns: (transfer full): the body's one element
 */
HvfsValue *hvfs_soap_finish (HvfsReply *parser, HvfsStats *stats, const char *method,
                             GError **error);

/**
 * hvfs_soap_get_versions:
 * @cookies: (nullable)
 * @ret_versions: (out) (nullable) (transfer full): the root of the server's
 *   vimServiceVersions.xml; NULL where it has none
 *
 * Network; asks without a session.
 *
 * @error: as hvfs_soap_exchange (), but what only says that there is no such
 *   document is not an error
 */
gboolean hvfs_soap_get_versions (HvfsHttp *http, HvfsCookies *cookies,
                                 HvfsValue **ret_versions, GCancellable *cancellable, GError **error);
