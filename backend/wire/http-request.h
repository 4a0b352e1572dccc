/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wire/http-request.h - a request, what became of it, and whom it goes to
 *
 * Exists so that the parts of http.h share these types without knowing each other.
 */
#pragma once

#include <gio/gio.h>

#include "backend/wire/cookies.h"

/* All strings are copied. */
typedef struct
{
  const char *base_url; /* "https://vc:443" */
  const char *proxy;    /* nullable; "socks5://host:1080" */
  const char *cacert;   /* nullable; a file, instead of the system's bundle */
  const char *pin;      /* nullable; "sha256//...": this key, whoever signed it */
  const char *thumbprint; /* nullable; SHA-1, "AB:CD:...": this certificate, whoever signed it */
  gboolean no_verify;
  gboolean legacy_tls;  /* TLS 1.0 and SHA-1 will do */
  guint timeout_s;      /* without progress; at least 1 */
  guint connect_s;      /* until there is a connection, where that is to be less; else 0 */
  guint connections;    /* at most at once, for requests without wait_s; more wait for one */
} HvfsHttpConfig;

/* What became of a request; filled as far as it got, also on errors. */
typedef struct
{
  guint status;          /* 0: no answer */
  gboolean reached;      /* there was a connection to send it on; known of one with a body */
  gboolean maybe_sent;   /* the server may have got all of it */
  gboolean answered;     /* a byte of an answer came */
  gboolean lost;         /* the connection broke, as opposed to any other error */
  char *location;        /* nullable; owned */
  char *range;           /* nullable; owned: Content-Range, "bytes 0-9/100" */
  gint64 length;         /* Content-Length, plus one; 0: it was not said */
} HvfsHttpReply;

void hvfs_http_reply_clear (HvfsHttpReply *reply);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HvfsHttpReply, hvfs_http_reply_clear)

/* Takes the next bytes of the body, decompressed, in the requesting thread.
 * @reply: its status and headers are known.  FALSE with @error ends the request. */
typedef gboolean (*HvfsHttpSink) (const HvfsHttpReply *reply, const char *data, gsize len,
                                  gpointer user_data, GError **error);

/* The length of a body that goes out in chunks, until its source gives 0. */
#define HVFS_HTTP_CHUNKED G_MAXSIZE

/* Gives the next bytes of the body, in the requesting thread: at most @size of those from
 * @off on.  Returns: how many, at least 1, unless it ends so; -1 with @error ends the request */
typedef gssize (*HvfsHttpSource) (char *buffer, gsize size, gsize off, gpointer user_data,
                                  GError **error);

typedef struct
{
  const char *name;           /* what the counters call it */
  const char *method;         /* "GET", "HEAD", or one with a body: "POST", "PUT" */
  const char *path;           /* escaped, "/sdk" */
  const char *const *headers; /* nullable; "Name: value", NULL at the end */
  HvfsCookies *cookies;       /* nullable; are sent, and take in those of the answer */
  const char *body;           /* nullable: for "GET" */
  HvfsHttpSource source;      /* nullable: of the body, where @body is NULL */
  gpointer source_data;
  gsize body_len;             /* or HVFS_HTTP_CHUNKED */
  guint wait_s;               /* until the answer begins, in place of the time-out, once all of
                               * the body is out; if not 0 it has a connection of its own, which
                               * no other request takes */
  guint limit_s;              /* for all of it, 0: none */
  gboolean fresh;             /* on a new connection */
  gboolean finish;            /* it is not cancelled any more when some of it was sent */
  gboolean as_is;             /* the body is wanted as it is, and comes uncompressed */
  HvfsHttpSink sink;
  gpointer sink_data;
} HvfsHttpRequest;
