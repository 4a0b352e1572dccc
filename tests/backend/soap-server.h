/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/backend/soap-server.h - a server that knows sessions and misbehaves when told to
 *
 * Exists to say which request fails and how, and to count what really reached the
 * server and was done.  It knows just enough of the protocol for a session: what a
 * whole inventory does is tested with the simulator.
 */
#pragma once

#include "http-server.h"

typedef enum
{
  /* The request is carried out, its reply is lost: */
  MISBEHAVE_CLOSE,        /* no reply, the connection ends */
  MISBEHAVE_RESET,        /* likewise, by a reset */
  MISBEHAVE_CUT_HEADERS,
  MISBEHAVE_CUT_BODY,
  MISBEHAVE_CUT_CHUNKED,
  MISBEHAVE_CUT_XML,      /* complete HTTP, half of the XML */
  MISBEHAVE_NOT_XML,
  MISBEHAVE_HTML,
  MISBEHAVE_HTML_500,
  MISBEHAVE_REPLY_500,    /* the reply itself, under the status of a fault */
  MISBEHAVE_EMPTY,
  MISBEHAVE_OTHER_REPLY,  /* the reply to another method */
  MISBEHAVE_BAD_GZIP,
  MISBEHAVE_ENDLESS,
  MISBEHAVE_ENDLESS_404,  /* a page about an error that never ends */
  MISBEHAVE_ENDLESS_HEAD, /* trailers that never end */
  MISBEHAVE_SLOW,         /* a byte now and then, never silent for the time-out */
  MISBEHAVE_GARBAGE,      /* not HTTP */
  MISBEHAVE_SILENT,
  /* Nothing is done: */
  MISBEHAVE_503,
  MISBEHAVE_404,
  MISBEHAVE_REDIRECT,
  MISBEHAVE_FAULT,        /* SystemError */
  MISBEHAVE_EXPIRED,      /* the session is forgotten: NotAuthenticated */
  /* Nothing is wrong: */
  MISBEHAVE_DRIP,         /* the reply comes byte by byte */
  MISBEHAVE_CHUNKED,
  N_MISBEHAVIOURS
} Misbehaviour;

const char *misbehaviour_name (Misbehaviour misbehaviour);
gboolean misbehaviour_is_harmless (Misbehaviour misbehaviour);

typedef struct _SoapServer SoapServer;

SoapServer *soap_server_new (gboolean tls);
void soap_server_free (SoapServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SoapServer, soap_server_free)

Server *soap_server_http (SoapServer *server);

/* From now on the @nth request (1: the next), and @count - 1 after it, fail. */
void soap_server_misbehave (SoapServer *server, Misbehaviour how, guint nth, guint count);
/* Each call of @method fails. */
void soap_server_misbehave_on (SoapServer *server, Misbehaviour how, const char *method);
/* The next calls of @method get the fault @type, though the session is in order. */
void soap_server_fault_on (SoapServer *server, const char *method, const char *type);
/* The next @count answers to CurrentTime hold @xml as well. */
void soap_server_say (SoapServer *server, const char *xml, guint count);
/* Forgets all sessions. */
void soap_server_expire (SoapServer *server);
/* What GET of the versions and about say; NULL for @versions: 404. */
void soap_server_set_version (SoapServer *server, const char *versions, const char *about);
/* Calls that say a lower version fail from now on. */
void soap_server_set_oldest (SoapServer *server, const char *oldest);
void soap_server_set_product (SoapServer *server, const char *product_line);

gboolean soap_server_misbehaved (SoapServer *server);
guint soap_server_n_requests (SoapServer *server, const char *method); /* NULL: all */
/* How often the change named @id came with a valid session, and was done. */
guint soap_server_n_received (SoapServer *server, const char *id);
guint soap_server_n_done (SoapServer *server, const char *id);
guint soap_server_n_sessions (SoapServer *server);
/* The SOAPAction of the last request.  (transfer full) */
char *soap_server_dup_action (SoapServer *server);
/* Waits until @method was called @n times in all. */
void soap_server_await (SoapServer *server, const char *method, guint n);
