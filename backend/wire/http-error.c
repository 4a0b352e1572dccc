/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wire/http-error.c - what libcurl's errors mean to the user; see http-error.h */
#include "backend/wire/http-error.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "convert/error.h"

typedef struct
{
  CURLcode code;
  int error;         /* errno */
  const char *text;  /* what it means and what to do */
} Row;

static const Row rows[] = {
  { CURLE_COULDNT_RESOLVE_HOST, EHOSTUNREACH, "unknown host; check its name in the URI" },
  { CURLE_COULDNT_RESOLVE_PROXY, EHOSTUNREACH, "the proxy's host is unknown; check proxy=" },
  { CURLE_OPERATION_TIMEDOUT, ETIMEDOUT, "no connection within the time-out" },
  { CURLE_PROXY, ECONNREFUSED, "the proxy does not connect; check proxy=" },
  { CURLE_SSL_CONNECT_ERROR, EPROTO,
    "TLS failed; check the port; add transport=http if the server speaks plain HTTP there, "
    "-o legacy_tls if it is older than ESX or vCenter 6.0" },
  { CURLE_SSL_CACERT_BADFILE, EINVAL, "the CA bundle cannot be used; check cacert=" },
  { CURLE_UNSUPPORTED_PROTOCOL, EPROTO,
    "what answers does not speak HTTP; check the port, and transport=" },
  { CURLE_WEIRD_SERVER_REPLY, EPROTO,
    "what answers does not speak HTTP; check the port, and transport=" },
  { CURLE_URL_MALFORMAT, EINVAL, "not a usable host name" },
  { CURLE_BAD_CONTENT_ENCODING, EIO, "the answer is damaged" },
  { CURLE_OUT_OF_MEMORY, ENOMEM, "out of memory" },
};

gboolean
hvfs_http_code_is_lost (CURLcode code)
{
  return code == CURLE_GOT_NOTHING || code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR
         || code == CURLE_PARTIAL_FILE || code == CURLE_SEND_FAIL_REWIND;
}

gboolean
hvfs_http_code_is_untrusted (CURLcode code)
{
  return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_PINNEDPUBKEYNOTMATCH;
}

static GError *
untrusted (const HvfsHttpConfig *config, CURLcode code, const char *why, const char *pin)
{
  const char *what = code == CURLE_SSL_PINNEDPUBKEYNOTMATCH
                       ? "the server's key is not the one that pin= names"
                       : "the server's certificate is not trusted";

  if (pin == NULL)
    return g_error_new (HVFS_ERROR, EKEYREJECTED, "%s: %s: %s", config->base_url, what, why);
  return g_error_new (HVFS_ERROR, EKEYREJECTED,
                      "%s: %s (%s); if you know that it is the right server, add pin=%s to "
                      "the URI, or its CA with cacert=FILE",
                      config->base_url, what, why, pin);
}

static GError *
not_connected (const HvfsHttpConfig *config, int os_errno, const char *why)
{
  const char *hint = os_errno == ECONNREFUSED ? "; nothing listens there, check host and port"
                     : os_errno == EMFILE     ? "; hvfs may open no more, raise its limit (ulimit -n)"
                                              : "";
  const char *via = config->proxy != NULL ? " through proxy " : "";

  if (os_errno == 0)
    return g_error_new (HVFS_ERROR, EHOSTUNREACH, "%s: cannot connect%s%s: %s",
                        config->base_url, via, config->proxy ? config->proxy : "", why);
  return g_error_new (HVFS_ERROR, os_errno, "%s: cannot connect%s%s: %s%s",
                      config->base_url, via, config->proxy ? config->proxy : "",
                      g_strerror (os_errno), hint);
}

int
hvfs_http_find_no_descriptor (void)
{
  int fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);

  if (fd < 0)
    return errno == EMFILE || errno == ENFILE ? errno : 0;
  close (fd);
  return 0;
}

/* Without one libcurl finds no host, no CA bundle and no memory: it does not say why. */
static gboolean
may_want_descriptor (CURLcode code)
{
  return code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY
         || code == CURLE_COULDNT_CONNECT || code == CURLE_SSL_CACERT_BADFILE
         || code == CURLE_SSL_CONNECT_ERROR || code == CURLE_FAILED_INIT
         || code == CURLE_OUT_OF_MEMORY;
}

static const Row *
row_of (CURLcode code)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].code == code)
      return &rows[i];
  return NULL;
}

GError *
hvfs_http_error_new (const HvfsHttpConfig *config, CURLcode code, int os_errno,
                     const char *why, const char *pin)
{
  const Row *row = row_of (code);

  if (os_errno == 0)
    os_errno = hvfs_http_find_no_descriptor ();
  if ((os_errno == EMFILE || os_errno == ENFILE) && may_want_descriptor (code))
    return not_connected (config, os_errno, why);
  if (*why == '\0')
    why = curl_easy_strerror (code);
  if (hvfs_http_code_is_untrusted (code))
    return untrusted (config, code, why, pin);
  if (code == CURLE_COULDNT_CONNECT)
    return not_connected (config, os_errno, why);
  if (hvfs_http_code_is_lost (code))
    return g_error_new (HVFS_ERROR, EIO, "%s: the connection was lost: %s",
                        config->base_url, why);
  if (row == NULL)
    return g_error_new (HVFS_ERROR, EIO, "%s: %s", config->base_url, why);
  return g_error_new (HVFS_ERROR, row->error, "%s: %s (%s)", config->base_url, row->text, why);
}
