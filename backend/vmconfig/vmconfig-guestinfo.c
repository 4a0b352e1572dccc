/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-guestinfo.c - texts for cloud-init; see vmconfig-guestinfo.h */
#include "backend/vmconfig/vmconfig-guestinfo.h"

#include <string.h>

#include "convert/error.h"

#define PIECE_BYTES 65536

/* What base64 is written with. */
#define BASE64 "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
#define BLANKS " \t\r\n"

/* cloud-init's names, and what each does. */
static const struct
{
  const char *name;
  gboolean base64, gzip;
} encodings[] = {
  { "", FALSE, FALSE },
  { "base64", TRUE, FALSE },
  { "b64", TRUE, FALSE },
  { HVFS_GUESTINFO_ENCODING, TRUE, TRUE },
  { "gz+b64", TRUE, TRUE },
};

static char *
dup_key (const char *name, const char *what)
{
  return g_strconcat ("guestinfo.", name, what, NULL);
}

/* -1: none of them */
static int
encoding_of (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (encodings); i++)
    if (g_strcmp0 (name, encodings[i].name) == 0)
      return i;
  return -1;
}

/* Appends what @converter makes of @data.  @error: EIO: it is broken; EFBIG: it is too long */
static gboolean
convert (GConverter *converter, const guchar *data, gsize len, gsize most, GString *out,
         GError **error)
{
  g_autofree char *piece = g_malloc (PIECE_BYTES);
  GConverterResult result = G_CONVERTER_CONVERTED;

  while (result != G_CONVERTER_FINISHED)
    {
      g_autoptr (GError) failure = NULL;
      gsize n_read = 0, n_written = 0;

      result = g_converter_convert (converter, data, len, piece, PIECE_BYTES,
                                    G_CONVERTER_INPUT_AT_END, &n_read, &n_written, &failure);
      if (result == G_CONVERTER_ERROR)
        {
          hvfs_error_set (error, EIO, "%s", failure->message);
          return FALSE;
        }
      if (out->len + n_written > most)
        {
          g_set_error (error, HVFS_ERROR, EFBIG, "the value has more than %" G_GSIZE_FORMAT " bytes",
                       most);
          return FALSE;
        }
      g_string_append_len (out, piece, n_written);
      data += n_read;
      len -= n_read;
    }
  return TRUE;
}

static gboolean
decode (const char *value, int encoding, GString *out, GError **error)
{
  g_autoptr (GZlibDecompressor) unpacker = NULL;
  g_autofree guchar *data = NULL;
  gsize len;

  if (!encodings[encoding].base64)
    {
      g_string_append (out, value);
      return TRUE;
    }
  data = g_base64_decode (value, &len);
  if (value[strspn (value, BASE64 BLANKS)] != '\0' || (len == 0 && *value != '\0'))
    {
      g_set_error (error, HVFS_ERROR, EIO, "the value is not the base64 that its encoding says");
      return FALSE;
    }
  if (!encodings[encoding].gzip)
    {
      g_string_append_len (out, (const char *) data, len);
      return TRUE;
    }
  unpacker = g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP);
  /* Another tool may have stored more than we take. */
  return convert (G_CONVERTER (unpacker), data, len, 16 * HVFS_GUESTINFO_BYTES, out, error);
}

/* (transfer full) */
static char *
encode (const char *text, int encoding)
{
  g_autoptr (GZlibCompressor) packer = NULL;
  g_autoptr (GString) packed = NULL;

  if (!encodings[encoding].base64 || *text == '\0')
    return g_strdup (text);
  if (!encodings[encoding].gzip)
    return g_base64_encode ((const guchar *) text, strlen (text));
  packer = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9);
  packed = g_string_new (NULL);
  convert (G_CONVERTER (packer), (const guchar *) text, strlen (text), G_MAXSIZE, packed, NULL);
  return g_base64_encode ((const guchar *) packed->str, packed->len);
}

const char *
hvfs_guestinfo_encoding (const GPtrArray *options, const char *name)
{
  g_autofree char *key = dup_key (name, ".encoding");

  return hvfs_options_find (options, key);
}

gboolean
hvfs_guestinfo_decode (const GPtrArray *options, const char *name, GString *out, GError **error)
{
  g_autofree char *key = dup_key (name, "");
  const char *value = hvfs_options_find (options, key);
  const char *named = hvfs_guestinfo_encoding (options, name);
  int encoding = encoding_of (named != NULL ? named : "");

  if (value == NULL)
    return TRUE;
  if (encoding < 0)
    hvfs_error_set (error, EIO, "%s is stored with an unknown encoding, '%s': change %s.encoding in "
                    "extraconfig", key, named, key);
  else if (decode (value, encoding, out, error))
    return TRUE;
  else
    g_prefix_error (error, "%s is not what %s.encoding says, '%s' (empty extraconfig/%s to begin "
                    "anew): ", key, key, named, key);
  return FALSE;
}

gboolean
hvfs_guestinfo_set (HvfsConfig *config, guint32 serial, const char *name, const char *text,
                    const char *encoding, const char *version, GCancellable *cancellable,
                    GError **error)
{
  int index = encoding_of (encoding);
  g_autofree char *key = dup_key (name, ""), *encoding_key = dup_key (name, ".encoding");
  g_autofree char *value = index < 0 ? NULL : encode (text, index);
  HvfsOption options[]
    = { { key, value }, { encoding_key, *text == '\0' ? (char *) "" : (char *) encoding } };

  if (index >= 0)
    return hvfs_config_set_options (config, serial, options, G_N_ELEMENTS (options), version,
                                    cancellable, error);
  g_set_error (error, HVFS_ERROR, EINVAL,
               "'%.64s' is no encoding: use gzip+base64, base64, or nothing for plain text", encoding);
  return FALSE;
}
