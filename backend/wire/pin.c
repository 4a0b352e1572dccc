/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wire/pin.c - the public key in a certificate; see pin.h */
#include "backend/wire/pin.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

/* The digest of the key's whole encoding, with its algorithm, as curl pins it. */
static char *
pin_of (const guchar *key, gsize len)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *base64 = NULL;
  guint8 digest[32];
  gsize digest_len = sizeof digest;

  g_checksum_update (checksum, key, (gssize) len);
  g_checksum_get_digest (checksum, digest, &digest_len);
  base64 = g_base64_encode (digest, digest_len);
  return g_strconcat ("sha256//", base64, NULL);
}

/* (transfer full) (nullable) */
static X509 *
read_pem (const char *pem)
{
  const char *begin = strstr (pem, "-----BEGIN CERTIFICATE-----"); /* curl has "Cert:" before it */
  BIO *bio = begin == NULL ? NULL : BIO_new_mem_buf (begin, -1);
  X509 *certificate = bio == NULL ? NULL : PEM_read_bio_X509 (bio, NULL, NULL, NULL);

  BIO_free (bio);
  ERR_clear_error ();
  return certificate;
}

char *
hvfs_thumbprint_of (const X509 *certificate)
{
  guchar digest[EVP_MAX_MD_SIZE];
  guint len = 0;
  GString *text;

  if (certificate == NULL || X509_digest (certificate, EVP_sha1 (), digest, &len) != 1)
    return NULL;
  text = g_string_new (NULL);
  for (guint i = 0; i < len; i++)
    g_string_append_printf (text, "%s%02X", i > 0 ? ":" : "", digest[i]);
  return g_string_free (text, FALSE);
}

char *
hvfs_thumbprint_from_pem (const char *pem)
{
  X509 *certificate = read_pem (pem);
  char *text = hvfs_thumbprint_of (certificate);

  X509_free (certificate);
  return text;
}

char *
hvfs_pin_from_pem (const char *pem)
{
  X509 *certificate = read_pem (pem);
  guchar *key = NULL;
  int len = certificate == NULL ? -1 : i2d_X509_PUBKEY (X509_get_X509_PUBKEY (certificate), &key);
  char *pin = len > 0 ? pin_of (key, (gsize) len) : NULL;

  OPENSSL_free (key);
  X509_free (certificate);
  ERR_clear_error ();
  return pin;
}
