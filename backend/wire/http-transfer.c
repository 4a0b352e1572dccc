/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wire/http-transfer.c - one request on a line, to its end; see http-transfer.h */
#include "backend/wire/http-transfer.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "backend/wire/http-error.h"
#include "backend/wire/http-tls.h"
#include "backend/wire/pin.h"
#include "config.h"
#include "convert/error.h"

#define BUFFER_BYTES (256 * 1024L)
#define LOCATION_BYTES 1024
/* No honest server comes near these.  Trailers count as headers. */
#define MAX_HEAD_BYTES (256 * 1024)
#define MAX_EXPLANATION_BYTES (16 * 1024 * 1024) /* of a status that is no success */
#define MIN_BYTES_PER_S 1024                     /* from its first byte on */

/* One request under way; of the thread that asked for it. */
typedef struct
{
  HvfsHttpPeer *peer;
  const HvfsHttpRequest *request;
  HvfsHttpReply *reply;
  gsize sent;               /* bytes of the body handed to libcurl */
  gboolean begun;           /* some were, in this attempt or one before */
  gint64 active_us;         /* of the last progress */
  gint64 answered_us;       /* of the first byte of the answer; 0 before */
  gsize head, received;     /* bytes of headers; of all, decompressed */
  gint64 limit_us;          /* 0: none */
  int no_descriptor;        /* errno: why there was no socket, or none after it; else 0 */
  GError *error;            /* the sink's */
  char why[CURL_ERROR_SIZE];
} Transfer;

/* As libcurl does it, but that the reason is kept where there is none, or where this one is
 * the last: what libcurl opens next has no reason then. */
static curl_socket_t
on_open_socket (void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
  Transfer *transfer = data;
  int fd = socket (address->family, address->socktype | SOCK_CLOEXEC, address->protocol);

  transfer->no_descriptor = hvfs_http_find_no_descriptor ();
  return fd >= 0 ? fd : CURL_SOCKET_BAD;
}

/* A peer that vanished is noticed by TCP within the time-out: while nothing is in
 * flight by keep-alive probes, else by data that nobody acknowledges. */
static int
on_socket (void *data, curl_socket_t fd, curlsocktype purpose)
{
  const HvfsHttpPeer *peer = data;
  int timeout_s = (int) MIN (peer->config.timeout_s, 3600);
  int on = 1, idle_s = MAX (1, timeout_s / 3), interval_s = MAX (1, timeout_s / 6);
  guint dead_ms = (guint) timeout_s * 1000 / 6 * 5;

  setsockopt (fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  setsockopt (fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof idle_s);
  setsockopt (fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval_s, sizeof interval_s);
  setsockopt (fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &dead_ms, sizeof dead_ms);
  return CURL_SOCKOPT_OK;
}

/* Called before each attempt: libcurl itself tries again when a kept connection
 * proves dead before any of the body was written, from the body's start then. */
static int
on_attempt (void *data, char *peer_ip, char *own_ip, int peer_port, int own_port)
{
  Transfer *transfer = data;

  transfer->sent = 0;
  transfer->reply->reached = TRUE;
  return CURL_PREREQFUNC_OK;
}

/* ... and when some of it was, it would have to rewind the body.  It may not: the
 * server may have the request already. */
static int
on_rewind (void *data, curl_off_t offset, int origin)
{
  const Transfer *transfer = data;

  return transfer->begun ? CURL_SEEKFUNC_FAIL : CURL_SEEKFUNC_OK;
}

static gboolean
is_chunked (const HvfsHttpRequest *request)
{
  return request->body_len == HVFS_HTTP_CHUNKED;
}

static size_t
on_read (char *buffer, size_t size, size_t n, void *data)
{
  Transfer *transfer = data;
  const HvfsHttpRequest *request = transfer->request;
  gsize len = MIN (size * n, request->body_len - transfer->sent);
  gboolean at_end = FALSE;

  if (request->source == NULL)
    memcpy (buffer, request->body + transfer->sent, len);
  else if (len > 0)
    {
      gssize got = request->source (buffer, len, transfer->sent, request->source_data,
                                    &transfer->error);

      at_end = got == 0 && is_chunked (request);
      if (got < 0 || (got == 0 && !at_end))
        return CURL_READFUNC_ABORT;
      len = (gsize) got;
    }
  transfer->sent += len;
  transfer->begun = TRUE;
  transfer->active_us = g_get_monotonic_time ();
  if (at_end || transfer->sent == request->body_len)
    transfer->reply->maybe_sent = TRUE;
  return len;
}

static void
note_progress (Transfer *transfer, gsize len)
{
  transfer->reply->answered = TRUE;
  transfer->received += len;
  transfer->active_us = g_get_monotonic_time ();
  if (transfer->answered_us == 0)
    transfer->answered_us = transfer->active_us;
  atomic_store_explicit (&transfer->peer->heard_us, transfer->active_us,
                         memory_order_relaxed);
}

/* Whether @bytes of the answer are more than @max of @what; the error says so. */
static gboolean
is_too_much (Transfer *transfer, const char *what, gsize bytes, gsize max)
{
  if (bytes <= max)
    return FALSE;
  if (transfer->error == NULL)
    transfer->error = g_error_new (HVFS_ERROR, EIO,
                                   "%s: the server answers with HTTP status %u and more than %zu "
                                   "bytes of %s", transfer->peer->config.base_url,
                                   transfer->reply->status, max, what);
  return TRUE;
}

static gboolean
is_success (guint status)
{
  return status >= 200 && status < 300;
}

static size_t
on_body (char *data, size_t size, size_t n, void *user_data)
{
  Transfer *transfer = user_data;
  const HvfsHttpRequest *request = transfer->request;
  gint64 waited_us;
  gboolean ok;

  note_progress (transfer, size * n);
  if (!is_success (transfer->reply->status)
      && is_too_much (transfer, "explanation", transfer->received - transfer->head,
                      MAX_EXPLANATION_BYTES))
    return 0;
  ok = request->sink (transfer->reply, data, size * n, request->sink_data, &transfer->error);
  /* A sink that takes its time is no server that does. */
  waited_us = g_get_monotonic_time () - transfer->active_us;
  transfer->active_us += waited_us;
  transfer->answered_us += waited_us;
  return ok ? size * n : 0;
}

/* Returns: (nullable): the value in @line if it is the header @name, without blanks */
static char *
header_value (const char *line, const char *name)
{
  gsize len = strlen (name);

  if (g_ascii_strncasecmp (line, name, len) != 0 || line[len] != ':')
    return NULL;
  return g_strstrip (g_strdup (line + len + 1));
}

/* It is shown to the user, on a terminal. */
#define URI_CHARACTERS G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-._~:/?#[]@!$&'()*+,;=%"

static void
read_header (HvfsHttpReply *reply, const HvfsHttpRequest *request, const char *line)
{
  g_autofree char *cookie = header_value (line, "Set-Cookie");
  char *location = header_value (line, "Location");
  char *range = header_value (line, "Content-Range");
  g_autofree char *length = header_value (line, "Content-Length");
  guint64 bytes;
  guint status;

  if (sscanf (line, "HTTP/%*s %3u", &status) == 1)
    reply->status = status;
  if (length != NULL && g_ascii_string_to_unsigned (length, 10, 0, G_MAXINT64 - 1, &bytes, NULL))
    reply->length = (gint64) bytes + 1;
  if (range != NULL)
    {
      g_free (reply->range);
      reply->range = range;
    }
  if (cookie != NULL && request->cookies != NULL)
    hvfs_cookies_set (request->cookies, cookie, request->path);
  if (location != NULL)
    {
      location[MIN (strlen (location), LOCATION_BYTES)] = '\0';
      g_strcanon (location, URI_CHARACTERS, '?');
      g_free (reply->location);
      reply->location = location;
    }
}

static size_t
on_header (char *data, size_t size, size_t n, void *user_data)
{
  Transfer *transfer = user_data;
  g_autofree char *line = g_strndup (data, size * n);

  note_progress (transfer, size * n);
  transfer->head += size * n;
  if (is_too_much (transfer, "headers", transfer->head, MAX_HEAD_BYTES))
    return 0;
  read_header (transfer->reply, transfer->request, line);
  return size * n;
}

/* What every connection has, that for looking at the certificate too. */
static void
set_connection (CURL *easy, Transfer *transfer)
{
  HvfsHttpPeer *peer = transfer->peer;
  const HvfsHttpConfig *config = &peer->config;

  hvfs_http_tls_set_age (easy, config);
  curl_easy_setopt (easy, CURLOPT_ERRORBUFFER, transfer->why);
  curl_easy_setopt (easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (easy, CURLOPT_QUICK_EXIT, 1L); /* leaves a slow resolver behind */
  curl_easy_setopt (easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt (easy, CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_1_1);
  curl_easy_setopt (easy, CURLOPT_PROXY, config->proxy != NULL ? config->proxy : "");
  curl_easy_setopt (easy, CURLOPT_NOPROXY, "");
  curl_easy_setopt (easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L); /* a server may move */
  curl_easy_setopt (easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt (easy, CURLOPT_CONNECTTIMEOUT,
                    (long) (config->connect_s != 0 ? config->connect_s : config->timeout_s));
  curl_easy_setopt (easy, CURLOPT_SOCKOPTFUNCTION, on_socket);
  curl_easy_setopt (easy, CURLOPT_SOCKOPTDATA, peer);
  curl_easy_setopt (easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
  curl_easy_setopt (easy, CURLOPT_OPENSOCKETDATA, transfer);
}

static void
set_body (CURL *easy, Transfer *transfer)
{
  const HvfsHttpRequest *request = transfer->request;

  curl_easy_setopt (easy, CURLOPT_NOBODY, strcmp (request->method, "HEAD") == 0 ? 1L : 0L);
  curl_easy_setopt (easy, CURLOPT_CUSTOMREQUEST, request->method);
  if (request->body == NULL && request->source == NULL)
    return;
  curl_easy_setopt (easy, CURLOPT_POST, 1L);
  curl_easy_setopt (easy, CURLOPT_POSTFIELDSIZE_LARGE,
                    is_chunked (request) ? -1 : (curl_off_t) request->body_len);
  if (request->source != NULL)
    curl_easy_setopt (easy, CURLOPT_UPLOAD_BUFFERSIZE, BUFFER_BYTES);
  curl_easy_setopt (easy, CURLOPT_READFUNCTION, on_read);
  curl_easy_setopt (easy, CURLOPT_READDATA, transfer);
  curl_easy_setopt (easy, CURLOPT_SEEKFUNCTION, on_rewind);
  curl_easy_setopt (easy, CURLOPT_SEEKDATA, transfer);
  curl_easy_setopt (easy, CURLOPT_PREREQFUNCTION, on_attempt);
  curl_easy_setopt (easy, CURLOPT_PREREQDATA, transfer);
}

/* Such a proxy ends connections as it likes, some a moment after each answer.  What is sent
 * in that moment is lost, and of a change nobody knows whether it is. */
static gboolean
is_read_along (const HvfsHttpConfig *config)
{
  return config->proxy != NULL && g_str_has_prefix (config->proxy, "http:")
         && g_str_has_prefix (config->base_url, "http:");
}

static void
set_transfer (CURL *easy, Transfer *transfer, const char *url, struct curl_slist *headers,
              gboolean fresh)
{
  set_connection (easy, transfer);
  hvfs_http_tls_set_trust (easy, &transfer->peer->config);
  curl_easy_setopt (easy, CURLOPT_CERTINFO,
                    g_atomic_pointer_get (&transfer->peer->thumbprint) == NULL ? 1L : 0L);
  set_body (easy, transfer);
  curl_easy_setopt (easy, CURLOPT_URL, url);
  curl_easy_setopt (easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt (easy, CURLOPT_USERAGENT, PACKAGE_NAME "/" PACKAGE_VERSION);
  curl_easy_setopt (easy, CURLOPT_ACCEPT_ENCODING, transfer->request->as_is ? NULL : "gzip");
  curl_easy_setopt (easy, CURLOPT_BUFFERSIZE, BUFFER_BYTES);
  curl_easy_setopt (easy, CURLOPT_FRESH_CONNECT, fresh ? 1L : 0L);
  curl_easy_setopt (easy, CURLOPT_FORBID_REUSE, is_read_along (&transfer->peer->config) ? 1L : 0L);
  curl_easy_setopt (easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt (easy, CURLOPT_HEADERDATA, transfer);
  curl_easy_setopt (easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt (easy, CURLOPT_WRITEDATA, transfer);
}

/* Expect is emptied: ESX never answers 100-continue, and libcurl would wait for it. */
static struct curl_slist *
list_headers (const HvfsHttpRequest *request)
{
  struct curl_slist *list = curl_slist_append (NULL, "Expect:");
  g_autofree char *cookies
    = request->cookies != NULL ? hvfs_cookies_dup (request->cookies, request->path) : NULL;
  g_autofree char *header = g_strconcat ("Cookie: ", cookies, NULL);

  for (const char *const *h = request->headers; h != NULL && *h != NULL; h++)
    list = curl_slist_append (list, *h);
  if (is_chunked (request))
    list = curl_slist_append (list, "Transfer-Encoding: chunked");
  if (cookies != NULL)
    list = curl_slist_append (list, header);
  return list;
}

static gboolean
is_silent (const Transfer *transfer)
{
  gint64 silent_us = g_get_monotonic_time () - transfer->active_us;

  return transfer->answered_us == 0
         || silent_us >= transfer->peer->config.timeout_s * G_TIME_SPAN_SECOND;
}

/* A server that drips is no better than a silent one: its answer never ends. */
static gint64
deadline_us (const Transfer *transfer)
{
  const HvfsHttpRequest *request = transfer->request;
  gint64 silence_us = transfer->peer->config.timeout_s * G_USEC_PER_SEC;
  gint64 deadline = transfer->active_us + silence_us;

  if (transfer->answered_us == 0 && request->wait_s != 0
      && (request->source == NULL || transfer->reply->maybe_sent))
    deadline = transfer->active_us + request->wait_s * G_USEC_PER_SEC;
  else if (transfer->answered_us != 0)
    deadline = MIN (deadline, transfer->answered_us + silence_us
                                + (gint64) (transfer->received * G_USEC_PER_SEC / MIN_BYTES_PER_S));
  return transfer->limit_us != 0 ? MIN (deadline, transfer->limit_us) : deadline;
}

/* Returns: whether to go on waiting; FALSE sets @ret_errno */
static gboolean
wait_for_more (HvfsHttpLine *line, Transfer *transfer, GCancellable *cancellable, int *ret_errno)
{
  gint64 left_us = deadline_us (transfer) - g_get_monotonic_time ();

  if (g_cancellable_is_cancelled (cancellable)
      && !(transfer->request->finish && transfer->begun))
    *ret_errno = ECANCELED;
  else if (left_us <= 0)
    *ret_errno = ETIMEDOUT;
  else
    curl_multi_poll (line->multi, NULL, 0, (int) MIN (left_us / 1000 + 1, G_MAXINT), NULL);
  return *ret_errno == 0;
}

static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  curl_multi_wakeup (data);
}

/* Runs what is set up on @line to its end.
 *
 * Returns: 0 and libcurl's verdict in @ret_code; or the errno that ended it */
static int
drive (HvfsHttpLine *line, Transfer *transfer, GCancellable *cancellable, CURLcode *ret_code)
{
  gulong id = 0;
  int running = 1, code = 0, left;
  CURLMsg *message;

  if (cancellable != NULL)
    id = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), line->multi, NULL);
  curl_multi_add_handle (line->multi, line->easy);
  do
    curl_multi_perform (line->multi, &running);
  while (running && wait_for_more (line, transfer, cancellable, &code));
  message = curl_multi_info_read (line->multi, &left);
  if (message != NULL)
    {
      *ret_code = message->data.result;
      code = 0;
    }
  hvfs_http_line_end (line);
  if (id != 0)
    g_cancellable_disconnect (cancellable, id);
  return code;
}

/* (transfer none) (nullable): the server's certificate, if this line has just been told */
static const char *
certificate_of (CURL *easy)
{
  struct curl_certinfo *info = NULL;

  curl_easy_getinfo (easy, CURLINFO_CERTINFO, &info);
  for (struct curl_slist *l = info != NULL && info->num_of_certs > 0 ? info->certinfo[0] : NULL;
       l != NULL; l = l->next)
    if (g_str_has_prefix (l->data, "Cert:"))
      return l->data;
  return NULL;
}

/* Of the first connection: those after it trust the same. */
static void
note_certificate (HvfsHttpPeer *peer, CURL *easy)
{
  const char *pem = g_atomic_pointer_get (&peer->thumbprint) == NULL ? certificate_of (easy) : NULL;
  char *thumbprint = pem == NULL ? NULL : hvfs_thumbprint_from_pem (pem);

  if (thumbprint != NULL
      && !g_atomic_pointer_compare_and_exchange (&peer->thumbprint, NULL, thumbprint))
    g_free (thumbprint);
}

/* What a certificate's owner would have to be told to trust: connects once more
 * without trusting, says nothing, and looks.  (nullable) */
static char *
peer_pin (HvfsHttpPeer *peer, GCancellable *cancellable)
{
  const HvfsHttpRequest none = { 0 };
  HvfsHttpReply reply = { 0 };
  Transfer transfer = { .peer = peer, .request = &none, .reply = &reply,
                        .active_us = g_get_monotonic_time () };
  HvfsHttpLine *line = hvfs_http_line_new ();
  CURLcode code = CURLE_FAILED_INIT;
  const char *pem = NULL;
  char *pin;

  set_connection (line->easy, &transfer);
  curl_easy_setopt (line->easy, CURLOPT_URL, peer->config.base_url);
  curl_easy_setopt (line->easy, CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt (line->easy, CURLOPT_SSL_VERIFYHOST, 0L);
  curl_easy_setopt (line->easy, CURLOPT_CERTINFO, 1L);
  curl_easy_setopt (line->easy, CURLOPT_CONNECT_ONLY, 1L);
  if (drive (line, &transfer, cancellable, &code) == 0 && code == CURLE_OK)
    pem = certificate_of (line->easy);
  pin = pem == NULL ? NULL : hvfs_pin_from_pem (pem);
  hvfs_http_line_free (line);
  return pin;
}

static void
count (HvfsHttpPeer *peer, CURL *easy, const char *name)
{
  long request = 0, header = 0, connects = 0;
  curl_off_t up = 0, down = 0;

  curl_easy_getinfo (easy, CURLINFO_REQUEST_SIZE, &request);
  curl_easy_getinfo (easy, CURLINFO_HEADER_SIZE, &header);
  curl_easy_getinfo (easy, CURLINFO_NUM_CONNECTS, &connects);
  curl_easy_getinfo (easy, CURLINFO_SIZE_UPLOAD_T, &up);
  curl_easy_getinfo (easy, CURLINFO_SIZE_DOWNLOAD_T, &down);
  hvfs_stats_add_request (peer->stats, name);
  hvfs_stats_add (peer->stats, HVFS_STAT_BYTES_SENT, (guint64) request + (guint64) up);
  hvfs_stats_add (peer->stats, HVFS_STAT_BYTES_RECEIVED, (guint64) header + (guint64) down);
  hvfs_stats_add (peer->stats, HVFS_STAT_CONNECTIONS, (guint64) connects);
}

/* Returns: (transfer full) (nullable): NULL if all went well */
static GError *
judge (Transfer *transfer, CURL *easy, int ended, CURLcode code, GCancellable *cancellable)
{
  const HvfsHttpConfig *config = &transfer->peer->config;
  g_autofree char *pin = NULL;
  long os_errno = 0;

  if (transfer->error != NULL)
    return g_steal_pointer (&transfer->error);
  if (ended == ECANCELED)
    return g_error_new (HVFS_ERROR, ECANCELED, "interrupted");
  if (ended == ETIMEDOUT)
    return g_error_new (HVFS_ERROR, ETIMEDOUT, "%s: the server %s", config->base_url,
                        is_silent (transfer) ? "fell silent for the time-out"
                                             : "answers too slowly");
  if (code == CURLE_OK)
    return NULL;
  transfer->reply->lost = hvfs_http_code_is_lost (code);
  curl_easy_getinfo (easy, CURLINFO_OS_ERRNO, &os_errno);
  if (os_errno == 0)
    os_errno = transfer->no_descriptor;
  if (hvfs_http_code_is_untrusted (code))
    pin = peer_pin (transfer->peer, cancellable);
  return hvfs_http_error_new (config, code, (int) os_errno, transfer->why, pin);
}

gboolean
hvfs_http_transfer (HvfsHttpPeer *peer, HvfsHttpLine *line, const HvfsHttpRequest *request,
                    gint64 limit_us, HvfsHttpReply *reply, GCancellable *cancellable,
                    GError **error)
{
  Transfer transfer = { .peer = peer, .request = request, .reply = reply, .limit_us = limit_us,
                        .active_us = g_get_monotonic_time () };
  g_autofree char *url = g_strconcat (peer->config.base_url, request->path, NULL);
  struct curl_slist *headers = list_headers (request);
  CURLcode code = CURLE_FAILED_INIT;
  GError *failure;
  int ended;

  set_transfer (line->easy, &transfer, url, headers,
                request->fresh || hvfs_http_line_is_cut (line));
  ended = drive (line, &transfer, cancellable, &code);
  count (peer, line->easy, request->name);
  failure = judge (&transfer, line->easy, ended, code, cancellable);
  if (failure == NULL)
    note_certificate (peer, line->easy);
  hvfs_http_line_reset (line, failure != NULL);
  curl_slist_free_all (headers);
  if (failure != NULL)
    g_propagate_error (error, failure);
  return failure == NULL;
}
