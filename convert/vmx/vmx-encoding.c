/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/vmx/vmx-encoding.c - the bytes of a VMX file as UTF-8; see vmx-encoding.h
 *
 * VMware names encodings as ICU does, iconv as the standards do: windows-949-2000 is
 * UHC, ibm-850_P100-1995 is IBM850.  And it takes them as Windows does, which gives every
 * byte a meaning: 81 in windows-1252 is U+0081.
 */
#include "convert/vmx/vmx-encoding.h"
#include "convert/error.h"

#include <string.h>

#define FALLBACK "windows-1252"

/* The names that iconv lacks, or means otherwise, as name_key() has them.  Where a byte
 * means nothing in the first encoding, the next one, which has more, is tried. */
static const struct
{
  const char *key;
  const char *iconv[3];
} names[] = {
  { "shiftjis", { "CP932" } },          { "mskanji", { "CP932" } },
  { "csshiftjis", { "CP932" } },        { "sjis", { "CP932" } },
  { "xsjis", { "CP932" } },             { "xmscp932", { "CP932" } },
  { "ms932", { "CP932" } },             { "pck", { "CP932" } },
  { "windows31j", { "CP932" } },        { "ibm943", { "CP932" } },
  { "ibm943c", { "CP932" } },           { "cp943", { "CP932" } },
  { "cp943c", { "CP932" } },            { "943", { "CP932" } },
  { "windows949", { "UHC" } },          { "ms949", { "UHC" } },
  { "ksc56011987", { "EUC-KR", "UHC" } }, { "ksc5601", { "EUC-KR", "UHC" } },
  { "ksc56011989", { "EUC-KR", "UHC" } }, { "csksc56011987", { "EUC-KR", "UHC" } },
  { "korean", { "EUC-KR", "UHC" } },    { "isoir149", { "EUC-KR", "UHC" } },
  { "euckr", { "EUC-KR", "UHC" } },     { "ibm970", { "EUC-KR", "UHC" } },
  { "cp970", { "EUC-KR", "UHC" } },     { "ibm1363", { "UHC" } },
  { "cp1363", { "UHC" } },              { "windows936", { "GBK", "GB18030" } },
  { "gbk", { "GBK", "GB18030" } },      { "ms936", { "GBK", "GB18030" } },
  { "cp936", { "GBK", "GB18030" } },    { "ibm1386", { "GBK", "GB18030" } },
  { "gb2312", { "GB2312", "GBK", "GB18030" } }, { "ibm1383", { "GB2312", "GBK", "GB18030" } },
  { "cp1383", { "GB2312", "GBK", "GB18030" } }, { "euccn", { "GB2312", "GBK", "GB18030" } },
  { "gb231280", { "GB2312", "GBK", "GB18030" } }, { "ibm1392", { "GB18030" } },
  { "ibm5488", { "GB18030" } },         { "big5", { "BIG5", "CP950", "BIG5-HKSCS" } },
  { "xbig5", { "BIG5", "CP950", "BIG5-HKSCS" } }, { "csbig5", { "BIG5", "CP950", "BIG5-HKSCS" } },
  { "windows950", { "CP950", "BIG5-HKSCS" } }, { "ms950", { "CP950", "BIG5-HKSCS" } },
  { "ibm1373", { "CP950", "BIG5-HKSCS" } }, { "ibm1375", { "BIG5-HKSCS" } },
  { "big5hk", { "BIG5-HKSCS" } },       { "hkscsbig5", { "BIG5-HKSCS" } },
  { "ibm5471", { "BIG5-HKSCS" } },      { "eucjp", { "EUC-JP", "EUC-JP-MS" } },
  { "xeucjp", { "EUC-JP", "EUC-JP-MS" } }, { "ibm954", { "EUC-JP", "EUC-JP-MS" } },
  { "ibm33722", { "EUC-JP", "EUC-JP-MS" } }, { "ibmeucjp", { "EUC-JP", "EUC-JP-MS" } },
  { "eucjis", { "EUC-JP", "EUC-JP-MS" } }, { "ibm964", { "EUC-TW" } },
  { "tis620", { "TIS-620", "CP874" } }, { "windows874", { "CP874" } },
  { "ms874", { "CP874" } },             { "ibm874", { "CP874" } },
  { "ibm1162", { "CP874" } },           { "iso885911", { "ISO-8859-11", "CP874" } },
  { "usascii", { "CP1252" } },          { "ascii", { "CP1252" } },
  { "ansix341968", { "CP1252" } },      { "iso646us", { "CP1252" } },
  { "macintosh", { "MACINTOSH" } },     { "macroman", { "MACINTOSH" } },
  { "xmacroman", { "MACINTOSH" } },     { "windows10000", { "MACINTOSH" } },
  { "xmaccyrillic", { "MAC-CYRILLIC" } }, { "windows10007", { "MAC-CYRILLIC" } },
  { "xmacce", { "MAC-CENTRALEUROPE" } }, { "macce", { "MAC-CENTRALEUROPE" } },
  { "windows10029", { "MAC-CENTRALEUROPE" } }, { "xmacukrainian", { "MAC-UK" } },
  { "koi8", { "KOI8-R" } },             { "ibm878", { "KOI8-R" } },
  { "cp878", { "KOI8-R" } },            { "ibm1168", { "KOI8-U" } },
  { "ibm5346", { "CP1250" } },          { "ibm5347", { "CP1251" } },
  { "ibm5348", { "CP1252" } },          { "ibm5349", { "CP1253" } },
  { "ibm5350", { "CP1254" } },          { "ibm5351", { "CP1255" } },
  { "ibm9447", { "CP1255" } },          { "ibm5352", { "CP1256" } },
  { "ibm9448", { "CP1256" } },          { "ibm5353", { "CP1257" } },
  { "ibm9449", { "CP1257" } },          { "ibm5354", { "CP1258" } },
  { "ansi1251", { "CP1251" } },         { "ibm914", { "ISO-8859-4" } },
  { "ibm913", { "ISO-8859-3" } },       { "ibm923", { "ISO-8859-15" } },
  { "ibm1089", { "ISO-8859-6" } },      { "ibm9005", { "ISO-8859-7" } },
  { "ibm5012", { "ISO-8859-8" } },      { "iso88598i", { "ISO-8859-8" } },
  { "ibm858", { "CP858" } },            { "ibm1051", { "HP-ROMAN8" } },
  { "unicode11utf8", { "UTF-8" } },     { "ibm1208", { "UTF-8" } },
};

/* Returns: (transfer full): @name without what spellings differ in: case, dashes, and
 * the versions "-2000" and "_P100-1995" */
static char *
name_key (const char *name)
{
  GString *key = g_string_new (NULL);
  gsize len = strlen (name);
  gboolean ibm = g_ascii_strncasecmp (name, "ibm", 3) == 0;

  if (g_str_has_suffix (name, "-2000") && g_ascii_strncasecmp (name, "windows", 7) == 0)
    len -= strlen ("-2000");
  if (ibm)
    len = strcspn (name, "_");
  for (const char *p = name; p < name + len; p++)
    if (g_ascii_isalnum (*p))
      g_string_append_c (key, g_ascii_tolower (*p));
  return g_string_free (key, FALSE);
}

/* Returns: the code page of "windows1251", "ibm00858", "cp437" and "850"; 0 if it is none */
static guint
code_page (const char *key)
{
  static const char *const prefixes[] = { "windows", "ibm", "cp", "dos", "ccsid", "" };

  for (guint i = 0; i < G_N_ELEMENTS (prefixes); i++)
    {
      const char *digits = key + strlen (prefixes[i]);
      gsize len = g_str_has_prefix (key, prefixes[i]) ? strspn (digits, "0123456789") : 0;

      if (len > 0 && len < 7 && digits[len] == '\0')
        return g_ascii_strtoull (digits, NULL, 10);
    }
  return 0;
}

/* The encodings of iconv that @name stands for, the best first; the list ends with NULL. */
static void
find_encodings (const char *name, char *found[static 4])
{
  g_autofree char *key = name_key (name);
  guint page = code_page (key), n = 0;

  memset (found, 0, 4 * sizeof *found);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (names[i].key, key) == 0)
      {
        for (guint c = 0; c < G_N_ELEMENTS (names[i].iconv); c++)
          found[c] = g_strdup (names[i].iconv[c]);
        return;
      }
  found[n++] = g_strdup (name);
  if (page > 0)
    {
      found[n++] = g_strdup_printf ("CP%u", page);
      found[n++] = g_strdup_printf ("IBM%03u", page);
    }
}

/* Windows gives the bytes that a code page lacks the meaning of their number, and has the
 * euro in its GBK. */
static gboolean
append_lacking (GString *out, const char *encoding, guchar byte)
{
  gboolean euro = byte == 0x80 && strcmp (encoding, "GBK") == 0;
  gboolean windows = g_str_has_prefix (encoding, "CP125") || strcmp (encoding, "CP874") == 0;

  if (!euro && (!windows || byte < 0x80 || byte >= 0xa0))
    return FALSE;
  g_string_append_unichar (out, euro ? 0x20ac : byte);
  return TRUE;
}

/* Returns: (transfer full) (nullable): @text from @encoding; NULL if a byte means nothing
 * there, which *@ret_bad points to, or there is no such encoding: then that is NULL */
static GString *
decode (const char *text, gsize len, const char *encoding, const char **ret_bad)
{
  GIConv conv = g_iconv_open ("UTF-8", encoding);
  g_autoptr (GString) out = NULL;
  char *in = (char *) text;
  gboolean ok = TRUE;

  *ret_bad = NULL;
  if (conv == (GIConv) -1)
    return NULL;
  out = g_string_sized_new (len + len / 4);
  while (len > 0 && ok)
    {
      char buffer[4096], *end = buffer;
      gsize room = sizeof buffer;
      gsize result = g_iconv (conv, &in, &len, &end, &room);
      int why = result == (gsize) -1 ? errno : 0;

      g_string_append_len (out, buffer, end - buffer);
      if (why == 0 || why == E2BIG)
        continue;
      ok = append_lacking (out, encoding, *in);
      if (!ok)
        *ret_bad = in;
      in++;
      len--;
    }
  if (ok)
    {
      char buffer[64], *end = buffer;
      gsize room = sizeof buffer;

      g_iconv (conv, NULL, NULL, &end, &room); /* what it has held back */
      g_string_append_len (out, buffer, end - buffer);
    }
  g_iconv_close (conv);
  return ok ? g_steal_pointer (&out) : NULL;
}

static char *
end_string (GString *string, gsize *ret_len)
{
  *ret_len = string->len;
  return g_string_free (string, FALSE);
}

gboolean
hvfs_vmx_from_unicode (const char **text, gsize *len, char **ret_buffer, GError **error)
{
  static const struct
  {
    const char *mark;
    const char *encoding;
  } marks[] = { { "\xff\xfe", "UTF-16LE" }, { "\xfe\xff", "UTF-16BE" } };

  *ret_buffer = NULL;
  if (*len >= 3 && memcmp (*text, "\xef\xbb\xbf", 3) == 0)
    {
      *text += 3;
      *len -= 3;
      return TRUE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    if (*len >= 2 && memcmp (*text, marks[i].mark, 2) == 0)
      {
        const char *bad;
        GString *decoded = decode (*text + 2, *len - 2, marks[i].encoding, &bad);

        if (decoded == NULL)
          {
            hvfs_error_set (error, EINVAL,
                            "the file begins with the byte order mark of %s, but byte %" G_GSIZE_FORMAT
                            " is not of that encoding: save it as UTF-8",
                            marks[i].encoding, bad - *text + 1);
            return FALSE;
          }
        *text = *ret_buffer = end_string (decoded, len);
        return TRUE;
      }
  return FALSE;
}

static gboolean
is_ascii (const char *text, gsize len)
{
  guint64 bits = 0, word;

  for (; len >= sizeof word; text += sizeof word, len -= sizeof word)
    {
      memcpy (&word, text, sizeof word);
      bits |= word;
    }
  for (; len > 0; len--)
    bits |= (guchar) *text++;
  return (bits & G_GUINT64_CONSTANT (0x8080808080808080)) == 0;
}

static guint
line_of (const char *text, const char *at)
{
  guint line = 1;

  for (const char *p = text; p < at; p++)
    line += *p == '\n' || (*p == '\r' && p[1] != '\n');
  return line;
}

static char *
from_fallback (const char *text, gsize len, gsize *ret_len, const char **ret_used)
{
  const char *bad;

  *ret_used = FALLBACK;
  return end_string (decode (text, len, "CP1252", &bad), ret_len);
}

/* Returns: (nullable): @text from one of those that @encoding stands for */
static GString *
decode_named (const char *text, gsize len, const char *encoding, const char **ret_bad)
{
  char *found[4];
  GString *decoded = NULL;

  *ret_bad = NULL;
  find_encodings (encoding, found);
  for (guint i = 0; i < G_N_ELEMENTS (found) && found[i] != NULL; i++)
    {
      const char *bad = NULL;

      if (decoded == NULL)
        decoded = decode (text, len, found[i], &bad);
      if (*ret_bad == NULL)
        *ret_bad = bad;
      g_free (found[i]);
    }
  return decoded;
}

char *
hvfs_vmx_from_encoding (const char *text, gsize len, const char *encoding, gsize *ret_len,
                        const char **ret_used, GError **error)
{
  const char *bad = NULL;
  gboolean utf8 = is_ascii (text, len) || g_utf8_validate_len (text, len, NULL);
  GString *decoded;

  *ret_len = len;
  *ret_used = NULL;
  if (encoding == NULL || *encoding == '\0' || g_ascii_strcasecmp (encoding, "UTF-8") == 0
      || g_ascii_strcasecmp (encoding, "UTF8") == 0)
    return utf8 ? NULL : from_fallback (text, len, ret_len, ret_used);
  decoded = decode_named (text, len, encoding, &bad);
  if (decoded != NULL)
    return end_string (decoded, ret_len);
  if (utf8 && bad != NULL)
    *ret_used = "UTF-8";
  else if (bad != NULL)
    hvfs_error_set (error, EINVAL,
                    "must be the encoding of this file: the byte %02x in line %u has no meaning there",
                    (guchar) *bad, line_of (text, bad));
  else
    hvfs_error_set (error, EINVAL,
                    "must be the encoding of this file, such as UTF-8 or windows-1252");
  return NULL;
}

char *
hvfs_vmx_make_valid (char *text)
{
  g_autofree char *bytes = text;
  const char *used;
  gsize len;

  if (text == NULL || g_utf8_validate (text, -1, NULL))
    return g_steal_pointer (&bytes);
  return from_fallback (bytes, strlen (bytes), &len, &used);
}
