/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/backend/http-server.h - a small HTTP server in the test's own process
 *
 * Exists so that a test can decide for each request what the network and the
 * server do, down to the byte: TLS or plain, one thread a connection, a callback a
 * request.  Listens on a port of 127.0.0.1 that the kernel chooses.
 */
#pragma once

#include <glib.h>

typedef struct _Server Server;

/* One request, read whole; valid in the callback. */
typedef struct
{
  char *method;   /* "POST" */
  char *path;     /* "/sdk" */
  char *headers;  /* all lines after the first, "\r\n" between them */
  char *body;     /* NUL-terminated */
  gsize body_len;
} Request;

/* Returns: whether to keep the connection.  Runs in the connection's thread. */
typedef gboolean (*ServerHandler) (Server *server, Request *request, gpointer data);

/* @tls: with a certificate of its own making for 127.0.0.1 */
Server *server_new (gboolean tls, ServerHandler handler, gpointer data);
/* Ends all connections, waits for their threads. */
void server_free (Server *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Server, server_free)

guint server_port (Server *server);
const char *server_pin (Server *server);     /* "sha256//...", by OpenSSL */
const char *server_ca_file (Server *server); /* its certificate, PEM */
guint server_n_connections (Server *server); /* accepted so far */

/* (nullable) (transfer full): the value of a header */
char *request_header (const Request *request, const char *name);

/* What a callback may do with the connection; FALSE: the client has gone. */
gboolean request_send (Request *request, const char *data, gsize len);
/* Status line, Content-Length, @headers ("" or lines that end in \r\n) and @body. */
gboolean request_reply (Request *request, guint status, const char *headers,
                        const char *body, gsize len);
/* Says nothing until the client closes the connection or the server is freed. */
void request_hang (Request *request);
/* Makes the end of the connection a reset. */
void request_reset (Request *request);
