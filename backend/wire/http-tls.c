/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wire/http-tls.c - which server a connection trusts, and how old its TLS may be; see
 * http-tls.h */
#include "backend/wire/http-tls.h"

#include <openssl/ssl.h>

#include "backend/wire/pin.h"

/* In place of a look at who signed it. */
static int
verify_thumbprint (X509_STORE_CTX *store, void *data)
{
  const HvfsHttpConfig *config = data;
  g_autofree char *own = hvfs_thumbprint_of (X509_STORE_CTX_get0_cert (store));
  gboolean ok = own != NULL && g_ascii_strcasecmp (own, config->thumbprint) == 0;

  X509_STORE_CTX_set_error (store, ok ? X509_V_OK : X509_V_ERR_APPLICATION_VERIFICATION);
  return ok;
}

static CURLcode
set_up_context (CURL *easy, void *context, void *data)
{
  const HvfsHttpConfig *config = data;

  /* The one thing that libcurl has no option for. */
  if (config->legacy_tls)
    SSL_CTX_set_options (context, SSL_OP_LEGACY_SERVER_CONNECT);
  if (config->thumbprint != NULL)
    SSL_CTX_set_cert_verify_callback (context, verify_thumbprint, data);
  return CURLE_OK;
}

/* What the certificate says of names is nothing then. */
static void
trust_thumbprint (CURL *easy, const HvfsHttpConfig *config)
{
  curl_easy_setopt (easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt (easy, CURLOPT_SSL_VERIFYHOST, 0L);
  curl_easy_setopt (easy, CURLOPT_SSL_CTX_FUNCTION, set_up_context);
  curl_easy_setopt (easy, CURLOPT_SSL_CTX_DATA, config);
}

void
hvfs_http_tls_set_trust (CURL *easy, const HvfsHttpConfig *config)
{
  gboolean verify = !config->no_verify && (config->pin == NULL || config->cacert != NULL);

  if (config->thumbprint != NULL)
    {
      trust_thumbprint (easy, config);
      return;
    }
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

void
hvfs_http_tls_set_age (CURL *easy, const HvfsHttpConfig *config)
{
  if (!config->legacy_tls)
    return;
  curl_easy_setopt (easy, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_0);
  curl_easy_setopt (easy, CURLOPT_SSL_CIPHER_LIST, "DEFAULT@SECLEVEL=0");
  curl_easy_setopt (easy, CURLOPT_SSL_CTX_FUNCTION, set_up_context);
  curl_easy_setopt (easy, CURLOPT_SSL_CTX_DATA, config);
}
