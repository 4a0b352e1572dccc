/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/model/scalar.c - numbers, identifiers and escapes; see scalar.h */
#include "convert/model/scalar.h"

#include <string.h>

gboolean
hvfs_parse_int64 (const char *text, gint64 *ret)
{
  char *end;
  gint64 n;

  errno = 0;
  n = g_ascii_strtoll (text, &end, 10);
  if (errno != 0 || end == text || *end != '\0')
    return FALSE;
  *ret = n;
  return TRUE;
}

gboolean
hvfs_parse_wrapping_uint64 (const char *text, guint64 *ret)
{
  char *end;
  guint64 n;

  errno = 0;
  n = g_ascii_strtoull (text, &end, 10);
  if (errno != 0 || end == text || *end != '\0')
    return FALSE;
  *ret = n;
  return TRUE;
}

gboolean
hvfs_parse_uint64 (const char *text, guint64 max, guint64 *ret)
{
  guint64 n;

  if (strchr (text, '-') != NULL || !hvfs_parse_wrapping_uint64 (text, &n) || n > max)
    return FALSE;
  *ret = n;
  return TRUE;
}

static gboolean
is_white (char c)
{
  return c == '\v' || g_ascii_isspace (c);
}

gboolean
hvfs_parse_uuid (const char *text, guint8 ret[static HVFS_UUID_BYTES])
{
  guint8 uuid[HVFS_UUID_BYTES];
  guint n = 0;

  while (is_white (*text))
    text++;
  while (n < HVFS_UUID_BYTES)
    {
      if (*text == '-' || *text == ' ')
        {
          text++;
          continue;
        }
      if (!g_ascii_isxdigit (text[0]) || !g_ascii_isxdigit (text[1]))
        return FALSE;
      uuid[n++] = g_ascii_xdigit_value (text[0]) << 4 | g_ascii_xdigit_value (text[1]);
      text += 2;
    }
  while (is_white (*text))
    text++;
  if (*text != '\0')
    return FALSE;
  memcpy (ret, uuid, sizeof uuid);
  return TRUE;
}

/* Two hex digits of each byte; @separators[i], if any, goes before byte i. */
static char *
format_hex (const guint8 *bytes, const char *separators)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; separators[i] != '\0'; i++)
    {
      if (separators[i] != '.')
        g_string_append_c (text, separators[i]);
      g_string_append_printf (text, "%02x", bytes[i]);
    }
  return g_string_free (text, FALSE);
}

char *
hvfs_format_uuid (const guint8 uuid[static HVFS_UUID_BYTES])
{
  return format_hex (uuid, "....-.-.-.-.....");
}

char *
hvfs_digest_uuid (const char *text)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_MD5);
  guint8 digest[HVFS_UUID_BYTES];
  gsize len = sizeof digest;

  g_checksum_update (checksum, (const guchar *) (text != NULL ? text : ""), -1);
  g_checksum_get_digest (checksum, digest, &len);
  return hvfs_format_uuid (digest);
}

char *
hvfs_format_vmx_uuid (const guint8 uuid[static HVFS_UUID_BYTES])
{
  return format_hex (uuid, ".       -       ");
}

char *
hvfs_format_mac (const guint8 mac[static HVFS_MAC_BYTES])
{
  return format_hex (mac, ".:::::");
}

gboolean
hvfs_is_zero (const guint8 *bytes, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (bytes[i] != 0)
      return FALSE;
  return TRUE;
}

gboolean
hvfs_parse_mac (const char *text, guint8 ret[static HVFS_MAC_BYTES])
{
  guint8 mac[HVFS_MAC_BYTES];

  for (guint i = 0; i < HVFS_MAC_BYTES; i++)
    {
      if (i > 0 && *text++ != ':')
        return FALSE;
      if (!g_ascii_isxdigit (*text))
        return FALSE;
      mac[i] = g_ascii_xdigit_value (*text++);
      if (g_ascii_isxdigit (*text))
        mac[i] = mac[i] << 4 | g_ascii_xdigit_value (*text++);
    }
  if ((guchar) *text > ' ')
    return FALSE;
  memcpy (ret, mac, sizeof mac);
  return TRUE;
}

char *
hvfs_unescape (const char *text, char escape)
{
  g_autoptr (GString) plain = g_string_sized_new (strlen (text));

  for (const char *p = text; *p != '\0'; p++)
    {
      if (*p != escape || !g_ascii_isxdigit (p[1]) || !g_ascii_isxdigit (p[2]))
        {
          g_string_append_c (plain, *p);
          continue;
        }
      g_string_append_c (plain, g_ascii_xdigit_value (p[1]) << 4 | g_ascii_xdigit_value (p[2]));
      p += 2;
    }
  return g_strdup (plain->str); /* up to the first byte 0 */
}

char *
hvfs_escape (const char *text, char escape, const char *which)
{
  GString *escaped = g_string_sized_new (strlen (text));

  for (const char *p = text; *p != '\0'; p++)
    if (strchr (which, *p) != NULL)
      g_string_append_printf (escaped, "%c%02x", escape, (guchar) *p);
    else
      g_string_append_c (escaped, *p);
  return g_string_free (escaped, FALSE);
}

/* FNV-1a over the lower case, which begins 32 behind the upper. */
guint
hvfs_hash_nocase (gconstpointer key)
{
  static gsize start;
  guint hash;

  if (g_once_init_enter (&start))
    g_once_init_leave (&start, (gsize) g_random_int () << 1 | 1);
  hash = start;
  for (const guchar *p = key; *p != '\0'; p++)
    hash = (hash ^ (*p | (guint) ((guchar) (*p - 'A') < 26) << 5)) * 16777619u;
  return hash;
}

gboolean
hvfs_equal_nocase (gconstpointer a, gconstpointer b)
{
  return g_ascii_strcasecmp (a, b) == 0;
}

gboolean
hvfs_has_suffix_nocase (const char *text, const char *suffix)
{
  gsize len = strlen (text), suffix_len = strlen (suffix);

  return len >= suffix_len && g_ascii_strcasecmp (text + len - suffix_len, suffix) == 0;
}

guint64
hvfs_parse_unit (const char *unit)
{
  static const char prefixes[] = "kmgtpe";
  const char *prefix;
  guint64 base, bytes = 1;

  if (g_ascii_strcasecmp (unit, "b") == 0 || g_ascii_strcasecmp (unit, "byte") == 0
      || g_ascii_strcasecmp (unit, "bytes") == 0)
    return 1;
  prefix = *unit != '\0' ? strchr (prefixes, g_ascii_tolower (*unit)) : NULL;
  if (prefix == NULL)
    return 0;
  if (unit[1] == '\0' || g_ascii_strcasecmp (unit + 1, "iB") == 0)
    base = 1024;
  else if (g_ascii_strcasecmp (unit + 1, "B") == 0)
    base = 1000;
  else
    return 0;
  for (const char *p = prefixes; p <= prefix; p++)
    bytes *= base;
  return bytes;
}
