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

#include "backend/wire/cookies.h"
#include "backend/wire/stats.h"

typedef struct _HvfsHttp HvfsHttp;

/* All strings are copied. */
typedef struct
{
  const char *base_url; /* "https://vc:443" */
  const char *proxy;    /* nullable; "socks5://host:1080" */
  const char *cacert;   /* nullable; a file, instead of the system's bundle */
  const char *pin;      /* nullable; "sha256//...": this key, whoever signed it */
  gboolean no_verify;
  gboolean legacy_tls;  /* TLS 1.0 and SHA-1 will do */
  guint timeout_s;      /* without progress; at least 1 */
  guint connections;    /* at most at once, for requests without wait_s; more wait for one */
} HvfsHttpConfig;

HvfsHttp *hvfs_http_new (const HvfsHttpConfig *config, HvfsStats *stats);
void hvfs_http_free (HvfsHttp *http); /* no request may be running */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvfsHttp, hvfs_http_free)

/* What became of a request; filled as far as it got, also on errors. */
typedef struct
{
  guint status;          /* 0: no answer */
  gboolean maybe_sent;   /* the server may have got all of it */
  gboolean answered;     /* a byte of an answer came */
  gboolean lost;         /* the connection broke, as opposed to any other error */
  char *location;        /* nullable; owned */
} HvfsHttpReply;

void hvfs_http_reply_clear (HvfsHttpReply *reply);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HvfsHttpReply, hvfs_http_reply_clear)

/* Takes the next bytes of the body, decompressed, in the requesting thread.
 * @reply: its status and headers are known.  FALSE with @error ends the request. */
typedef gboolean (*HvfsHttpSink) (const HvfsHttpReply *reply, const char *data, gsize len,
                                  gpointer user_data, GError **error);

typedef struct
{
  const char *name;           /* what the counters call it */
  const char *method;         /* "GET", or one with a body: "POST", "PUT" */
  const char *path;           /* escaped, "/sdk" */
  const char *const *headers; /* nullable; "Name: value", NULL at the end */
  HvfsCookies *cookies;       /* nullable; are sent, and take in those of the answer */
  const char *body;           /* nullable: for "GET" */
  gsize body_len;
  guint wait_s;               /* that the answer may take beyond the time-out; if not 0 it has
                               * a connection of its own, which no other request takes */
  guint limit_s;              /* for all of it, 0: none */
  gboolean fresh;             /* on a new connection */
  gboolean finish;            /* it is not cancelled any more when some of it was sent */
  HvfsHttpSink sink;
  gpointer sink_data;
} HvfsHttpRequest;

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

/* When bytes last arrived, of g_get_monotonic_time (); 0 before.  No lock. */
gint64 hvfs_http_last_heard_us (HvfsHttp *http);
