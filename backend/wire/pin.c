/* backend/wire/pin.c - finds the public key in a certificate; see pin.h
 *
 * A certificate is DER: SEQUENCE { tbs SEQUENCE { [0] version?, serial, algorithm,
 * issuer, validity, subject, key ... } ... }, and the pin is the digest of key's
 * whole encoding.  That is all that is understood here.
 */
#include "backend/wire/pin.h"

#include <string.h>

#define SEQUENCE 0x30
#define VERSION 0xa0

typedef struct
{
  const guchar *at, *end;
} Der;

/* Reads one head: the tag, and the contents, within what is left. */
static gboolean
read_head (Der *der, guchar *ret_tag, Der *ret_contents)
{
  gsize len, n;

  if (der->end - der->at < 2)
    return FALSE;
  *ret_tag = *der->at++;
  len = *der->at++;
  n = len < 0x80 ? 0 : len & 0x7f;
  if (n > 0)
    len = 0;
  if (n > 3 || (gsize) (der->end - der->at) < n)
    return FALSE;
  while (n-- > 0)
    len = len << 8 | *der->at++;
  if ((gsize) (der->end - der->at) < len)
    return FALSE;
  *ret_contents = (Der) { der->at, der->at + len };
  der->at += len;
  return TRUE;
}

/* @ret_whole: head and contents of the key */
static gboolean
find_key (Der certificate, Der *ret_whole)
{
  Der all, tbs, field;
  guchar tag;

  if (!read_head (&certificate, &tag, &all) || tag != SEQUENCE
      || !read_head (&all, &tag, &tbs) || tag != SEQUENCE)
    return FALSE;
  if (tbs.at < tbs.end && *tbs.at == VERSION && !read_head (&tbs, &tag, &field))
    return FALSE;
  for (guint i = 0; i < 5; i++) /* serial, algorithm, issuer, validity, subject */
    if (!read_head (&tbs, &tag, &field))
      return FALSE;
  ret_whole->at = tbs.at;
  if (!read_head (&tbs, &tag, &field) || tag != SEQUENCE)
    return FALSE;
  ret_whole->end = tbs.at;
  return TRUE;
}

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

char *
hvfs_pin_from_pem (const char *pem)
{
  const char *begin = strstr (pem, "-----BEGIN CERTIFICATE-----");
  const char *end = begin != NULL ? strstr (begin, "-----END") : NULL;
  g_autofree char *base64 = NULL;
  g_autofree guchar *der = NULL;
  gsize len = 0;
  Der key;

  if (end == NULL)
    return NULL;
  begin += strlen ("-----BEGIN CERTIFICATE-----");
  base64 = g_strndup (begin, (gsize) (end - begin));
  der = g_base64_decode (base64, &len);
  return find_key ((Der) { der, der + len }, &key)
           ? pin_of (key.at, (gsize) (key.end - key.at))
           : NULL;
}
