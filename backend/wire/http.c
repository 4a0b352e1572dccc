/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wire/http.c - connections in a pool; see http.h
 *
 * A gate lets in as many requests as the server shall have at once, but for those that wait
 * on purpose.  Each has a line (http-line.h); the one used last is taken first, so that only
 * as many connections are open as are used at once.  What happens on it: http-transfer.h.
 */
#include "backend/wire/http.h"

#include "backend/wire/gate.h"
#include "backend/wire/http-transfer.h"
#include "convert/error.h"
#include "convert/memory.h"

#include <openssl/crypto.h>
#include <stdlib.h>

struct _HvfsHttp
{
  HvfsHttpPeer peer;        /* its config's strings are owned */
  HvfsGate *gate;           /* as many places as config.connections */
  GMutex lock;              /* a leaf */
  GQueue idle;              /* lock: HvfsHttpLine*, the one used last at the head */
};

static void *
crypto_malloc (size_t size, const char *file, int line)
{
  return hvfs_memory_malloc (size);
}

static void *
crypto_realloc (void *old, size_t size, const char *file, int line)
{
  return hvfs_memory_realloc (old, size);
}

static void
crypto_free (void *memory, const char *file, int line)
{
  free (memory);
}

void
hvfs_http_init (void)
{
  static gsize once;

  if (!g_once_init_enter (&once))
    return;
  CRYPTO_set_mem_functions (crypto_malloc, crypto_realloc, crypto_free);
  curl_global_init_mem (CURL_GLOBAL_DEFAULT, hvfs_memory_malloc, free, hvfs_memory_realloc,
                        hvfs_memory_strdup, hvfs_memory_calloc);
  g_once_init_leave (&once, 1);
}

HvfsHttp *
hvfs_http_new (const HvfsHttpConfig *config, HvfsStats *stats)
{
  HvfsHttp *http = g_new0 (HvfsHttp, 1);

  hvfs_http_init ();
  http->peer.config = *config;
  http->peer.config.base_url = g_strdup (config->base_url);
  http->peer.config.proxy = g_strdup (config->proxy);
  http->peer.config.cacert = g_strdup (config->cacert);
  http->peer.config.pin = g_strdup (config->pin);
  http->peer.config.thumbprint = g_strdup (config->thumbprint);
  http->peer.stats = stats;
  http->gate = hvfs_gate_new (config->connections);
  g_mutex_init (&http->lock);
  g_queue_init (&http->idle);
  return http;
}

void
hvfs_http_free (HvfsHttp *http)
{
  if (http == NULL)
    return;
  g_queue_clear_full (&http->idle, (GDestroyNotify) hvfs_http_line_free);
  g_mutex_clear (&http->lock);
  hvfs_gate_free (http->gate);
  g_free ((char *) http->peer.config.base_url);
  g_free ((char *) http->peer.config.proxy);
  g_free ((char *) http->peer.config.cacert);
  g_free ((char *) http->peer.config.pin);
  g_free (http->peer.thumbprint);
  g_free ((char *) http->peer.config.thumbprint);
  g_free (http);
}

static HvfsHttpLine *
take_line (HvfsHttp *http)
{
  HvfsHttpLine *line;

  g_mutex_lock (&http->lock);
  line = g_queue_pop_head (&http->idle);
  g_mutex_unlock (&http->lock);
  return line != NULL ? line : hvfs_http_line_new ();
}

static void
put_line (HvfsHttp *http, HvfsHttpLine *line)
{
  g_mutex_lock (&http->lock);
  g_queue_push_head (&http->idle, line);
  g_mutex_unlock (&http->lock);
}

static gboolean
enter (HvfsHttp *http, const HvfsHttpRequest *request, gint64 limit_us, GCancellable *cancellable,
       GError **error)
{
  if (request->wait_s == 0)
    return hvfs_gate_enter (http->gate, limit_us, cancellable, error);
  if (!g_cancellable_is_cancelled (cancellable))
    return TRUE;
  g_set_error (error, HVFS_ERROR, ECANCELED, "interrupted");
  return FALSE;
}

static void
leave (HvfsHttp *http, const HvfsHttpRequest *request)
{
  if (request->wait_s == 0)
    hvfs_gate_leave (http->gate);
}

gboolean
hvfs_http_perform (HvfsHttp *http, const HvfsHttpRequest *request, HvfsHttpReply *reply,
                   GCancellable *cancellable, GError **error)
{
  gint64 limit_us = request->limit_s == 0
                      ? 0 : g_get_monotonic_time () + request->limit_s * G_USEC_PER_SEC;
  HvfsHttpLine *line;
  gboolean ok;

  if (!enter (http, request, limit_us, cancellable, error))
    return FALSE;
  line = take_line (http);
  ok = hvfs_http_transfer (&http->peer, line, request, limit_us, reply, cancellable, error);
  put_line (http, line);
  leave (http, request);
  return ok;
}

gint64
hvfs_http_last_heard_us (HvfsHttp *http)
{
  return atomic_load_explicit (&http->peer.heard_us, memory_order_relaxed);
}

const char *
hvfs_http_thumbprint (HvfsHttp *http)
{
  return g_atomic_pointer_get (&http->peer.thumbprint);
}
