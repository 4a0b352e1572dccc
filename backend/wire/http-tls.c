/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wire/http-tls.c - which server a connection trusts, and how old its TLS may be; see
 * http-tls.h */
#include "backend/wire/http-tls.h"

#include <openssl/ssl.h>

void
hvfs_http_tls_set_trust (CURL *easy, const HvfsHttpConfig *config)
{
  gboolean verify = !config->no_verify && (config->pin == NULL || config->cacert != NULL);

  curl_easy_setopt (easy, CURLOPT_SSL_VERIFYPEER, verify ? 1L : 0L);
  curl_easy_setopt (easy, CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L);
  if (config->pin != NULL)
    curl_easy_setopt (easy, CURLOPT_PINNEDPUBLICKEY, config->pin);
  if (config->cacert != NULL)
    {
      curl_easy_setopt (easy, CURLOPT_CAINFO, config->cacert);
      curl_easy_setopt (easy, CURLOPT_CAPATH, NULL);
    }
}

/* The one thing that libcurl has no option for. */
static CURLcode
connect_without_secure_renegotiation (CURL *easy, void *context, void *data)
{
  SSL_CTX_set_options (context, SSL_OP_LEGACY_SERVER_CONNECT);
  return CURLE_OK;
}

void
hvfs_http_tls_set_age (CURL *easy, const HvfsHttpConfig *config)
{
  if (!config->legacy_tls)
    return;
  curl_easy_setopt (easy, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_0);
  curl_easy_setopt (easy, CURLOPT_SSL_CIPHER_LIST, "DEFAULT@SECLEVEL=0");
  curl_easy_setopt (easy, CURLOPT_SSL_CTX_FUNCTION, connect_without_secure_renegotiation);
}
