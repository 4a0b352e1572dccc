/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/file/tar.c - an archive, read while it comes; see tar.h */
#include "convert/file/tar.h"

#include <errno.h>
#include <string.h>

#include "convert/error.h"

#define BLOCK 512
#define MAX_NAME_BYTES 1024
#define MAX_EXTRA_BYTES (64 * 1024) /* of a header that only describes the next */

/* Where the fields of a header are. */
enum { NAME = 0, NAME_LEN = 100, SIZE = 124, SIZE_LEN = 12, SUM = 148, SUM_LEN = 8, TYPE = 156,
       MAGIC = 257, PREFIX = 345, PREFIX_LEN = 155 };

typedef enum { AT_HEADER, IN_EXTRA, IN_MEMBER, AT_END } State;

struct _HvfsTar
{
  const HvfsTarUser *user;
  gpointer data;
  State state;
  gboolean failed;
  guint8 block[BLOCK];
  gsize have;         /* bytes of the block */
  guint64 left;       /* of the content */
  gsize padding;      /* after it */
  char type;          /* of what is read */
  GByteArray *extra;  /* what a header says of the next */
  char *name;         /* nullable: of the next, as such a header says */
  gint64 size;        /* likewise; -1: it does not */
};

HvfsTar *
hvfs_tar_new (const HvfsTarUser *user, gpointer data)
{
  HvfsTar *tar = g_new0 (HvfsTar, 1);

  tar->user = user;
  tar->data = data;
  tar->extra = g_byte_array_new ();
  tar->size = -1;
  return tar;
}

void
hvfs_tar_free (HvfsTar *tar)
{
  if (tar == NULL)
    return;
  g_byte_array_unref (tar->extra);
  g_free (tar->name);
  g_free (tar);
}

static gboolean refuse (GError **error, int code, const char *format, ...) G_GNUC_PRINTF (3, 4);

static gboolean
refuse (GError **error, int code, const char *format, ...)
{
  g_autofree char *text = NULL, *valid = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  valid = g_utf8_make_valid (text, -1);
  for (char *p = valid; *p != '\0'; p++)
    if ((guchar) *p < ' ')
      *p = '?';
  g_set_error_literal (error, HVFS_ERROR, code, valid);
  return FALSE;
}

/* ---- numbers and names ---- */

/* Octal digits with blanks around. */
static gboolean
parse_octal (const guint8 *field, gsize len, guint64 *ret)
{
  gsize i = 0;
  guint64 value = 0;

  while (i < len && field[i] == ' ')
    i++;
  for (; i < len && field[i] >= '0' && field[i] <= '7'; i++)
    {
      if (value >> 60 != 0)
        return FALSE;
      value = value << 3 | (field[i] - '0');
    }
  while (i < len && (field[i] == ' ' || field[i] == '\0'))
    i++;
  *ret = value;
  return i == len;
}

/* The same, or GNU tar's bytes with the first bit set. */
static gboolean
parse_number (const guint8 *field, gsize len, guint64 *ret)
{
  guint64 value = 0;

  if ((field[0] & 0x80) == 0)
    return parse_octal (field, len, ret);
  for (gsize i = 0; i < len; i++)
    {
      guint8 byte = i == 0 ? field[i] & 0x7f : field[i];

      if (value >> 55 != 0)
        return FALSE;
      value = value << 8 | byte;
    }
  *ret = value;
  return TRUE;
}

/* Some summed bytes with a sign. */
static gboolean
has_true_sum (const guint8 *block)
{
  guint64 said;
  gint64 plain = 0, with_sign = 0;

  for (gsize i = 0; i < BLOCK; i++)
    {
      guint8 byte = i >= SUM && i < SUM + SUM_LEN ? ' ' : block[i];

      plain += byte;
      with_sign += (gint8) byte;
    }
  return parse_octal (block + SUM, SUM_LEN, &said)
         && ((gint64) said == plain || (gint64) said == with_sign);
}

static gboolean
is_zero (const guint8 *block, gsize len)
{
  for (gsize i = 0; i < len; i++)
    if (block[i] != 0)
      return FALSE;
  return TRUE;
}

/* (transfer full) */
static char *
name_of (const guint8 *block)
{
  g_autofree char *name = g_strndup ((const char *) block + NAME, NAME_LEN);
  g_autofree char *prefix = NULL;

  if (memcmp (block + MAGIC, "ustar", 6) != 0 || block[PREFIX] == '\0')
    return g_steal_pointer (&name);
  prefix = g_strndup ((const char *) block + PREFIX, PREFIX_LEN);
  return g_strconcat (prefix, "/", name, NULL);
}

static gboolean
check_name (const char *name, GError **error)
{
  if (*name == '\0' || strchr (name, '/') != NULL || strchr (name, '\\') != NULL
      || strcmp (name, ".") == 0 || strcmp (name, "..") == 0)
    return refuse (error, EINVAL, "the archive's member '%.100s' is no name of a file: an .ova has "
                   "its files in no directory", name);
  if (!g_utf8_validate (name, -1, NULL))
    return refuse (error, EINVAL, "the name of the archive's member '%.100s' is no UTF-8", name);
  return TRUE;
}

/* ---- headers ---- */

static gboolean
begin_extra (HvfsTar *tar, guint64 size, GError **error)
{
  if (size > MAX_EXTRA_BYTES)
    return refuse (error, EINVAL, "the archive has a header of %" G_GUINT64_FORMAT " bytes", size);
  g_byte_array_set_size (tar->extra, 0);
  tar->state = IN_EXTRA;
  tar->left = size;
  return TRUE;
}

static gboolean
begin_member (HvfsTar *tar, guint64 size, GError **error)
{
  g_autofree char *name = tar->name != NULL ? g_steal_pointer (&tar->name) : name_of (tar->block);
  const char *plain = g_str_has_prefix (name, "./") ? name + 2 : name;

  if (tar->size >= 0)
    size = (guint64) tar->size;
  tar->size = -1;
  if (size > G_MAXINT64)
    return refuse (error, EINVAL, "the archive's member '%.100s' is too long", name);
  if (!check_name (plain, error))
    return FALSE;
  tar->state = IN_MEMBER;
  tar->left = size;
  return tar->user->begin (plain, size, tar->data, error);
}

static gboolean
refuse_type (const HvfsTar *tar, GError **error)
{
  g_autofree char *name = tar->name != NULL ? g_strdup (tar->name) : name_of (tar->block);
  const char *what = tar->type == 'S'   ? "sparse: make the archive without --sparse"
                     : tar->type == '5' ? "a directory"
                     : tar->type == '1' || tar->type == '2' ? "a link"
                                                            : "no plain file";

  return refuse (error, ENOTSUP, "the archive's member '%.100s' is %s", name, what);
}

static gboolean
take_header (HvfsTar *tar, GError **error)
{
  guint64 size;

  if (is_zero (tar->block, BLOCK))
    {
      tar->state = AT_END;
      return TRUE;
    }
  if (!has_true_sum (tar->block))
    return refuse (error, EINVAL, "this is no tar archive, or a damaged one: a header has another checksum");
  if (!parse_number (tar->block + SIZE, SIZE_LEN, &size))
    return refuse (error, EINVAL, "the archive has a member with a size that is no number");
  tar->type = (char) tar->block[TYPE];
  tar->padding = (gsize) ((BLOCK - size % BLOCK) % BLOCK);
  switch (tar->type)
    {
    case '\0':
    case '0':
    case '7':
      if (tar->size >= 0)
        tar->padding = (gsize) ((BLOCK - (guint64) tar->size % BLOCK) % BLOCK);
      return begin_member (tar, size, error);
    case 'L':
    case 'K':
    case 'x':
    case 'g':
      return begin_extra (tar, size, error);
    default:
      return refuse_type (tar, error);
    }
}

/* ---- headers that describe the next ---- */

static gboolean
take_pair (HvfsTar *tar, const char *key, const char *value, GError **error)
{
  guint64 size;

  if (strcmp (key, "path") == 0)
    {
      g_free (tar->name);
      tar->name = g_strdup (value);
    }
  else if (strcmp (key, "size") == 0)
    {
      if (!g_ascii_string_to_unsigned (value, 10, 0, G_MAXINT64, &size, NULL))
        return refuse (error, EINVAL, "the archive has a member of the size '%.40s'", value);
      tar->size = (gint64) size;
    }
  else if (g_str_has_prefix (key, "GNU.sparse."))
    return refuse (error, ENOTSUP,
                   "the archive has a sparse member: make the archive without --sparse");
  return TRUE;
}

/* "LENGTH KEY=VALUE\n", one after the other. */
static gboolean
take_pairs (HvfsTar *tar, GError **error)
{
  const char *at = (const char *) tar->extra->data;
  gsize left = tar->extra->len;

  while (left > 0)
    {
      const char *blank = memchr (at, ' ', left), *equals;
      g_autofree char *digits = blank == NULL ? NULL : g_strndup (at, (gsize) (blank - at));
      g_autofree char *key = NULL, *value = NULL;
      guint64 len;

      if (digits == NULL || !g_ascii_string_to_unsigned (digits, 10, 1, left, &len, NULL)
          || at[len - 1] != '\n' || at + len <= blank + 1
          || (equals = memchr (blank + 1, '=', (gsize) (at + len - blank - 1))) == NULL)
        return refuse (error, EINVAL, "the archive has a pax header that is none");
      key = g_strndup (blank + 1, (gsize) (equals - blank - 1));
      value = g_strndup (equals + 1, (gsize) (at + len - equals - 2));
      if (!take_pair (tar, key, value, error))
        return FALSE;
      at += len;
      left -= len;
    }
  return TRUE;
}

static gboolean
end_extra (HvfsTar *tar, GError **error)
{
  tar->state = AT_HEADER;
  if (tar->type == 'x')
    return take_pairs (tar, error);
  if (tar->type == 'L')
    {
      g_free (tar->name);
      tar->name = g_strndup ((const char *) tar->extra->data, tar->extra->len);
    }
  return TRUE; /* of links, and of the archive as a whole, nothing is wanted */
}

/* ---- bytes ---- */

/* All of the content, and what fills its last block, is here. */
static gboolean
end_content (HvfsTar *tar, GError **error)
{
  if (tar->state == IN_EXTRA)
    return end_extra (tar, error);
  tar->state = AT_HEADER;
  return tar->user->end (tar->data, error);
}

static gboolean
take_content (HvfsTar *tar, const char *bytes, gsize len, GError **error)
{
  tar->left -= len;
  if (tar->state == IN_MEMBER)
    return tar->user->bytes (bytes, len, tar->data, error);
  g_byte_array_append (tar->extra, (const guint8 *) bytes, (guint) len);
  return TRUE;
}

static gboolean
take_some (HvfsTar *tar, const char *bytes, gsize len, gsize *ret_taken, GError **error)
{
  gboolean in_content = tar->state == IN_EXTRA || tar->state == IN_MEMBER;
  gsize n = len;

  if (tar->state == AT_END)
    {
      *ret_taken = len;
      return is_zero ((const guint8 *) bytes, len)
             || refuse (error, EINVAL, "something follows the end of the archive");
    }
  if (in_content && tar->left > 0)
    {
      *ret_taken = n = (gsize) MIN (len, tar->left);
      if (!take_content (tar, bytes, n, error))
        return FALSE;
    }
  else if (in_content)
    {
      *ret_taken = n = MIN (len, tar->padding);
      tar->padding -= n;
    }
  else
    {
      *ret_taken = n = MIN (len, BLOCK - tar->have);
      memcpy (tar->block + tar->have, bytes, n);
      tar->have += n;
      if (tar->have < BLOCK)
        return TRUE;
      tar->have = 0;
      if (!take_header (tar, error))
        return FALSE;
    }
  in_content = tar->state == IN_EXTRA || tar->state == IN_MEMBER;
  return !in_content || tar->left > 0 || tar->padding > 0 || end_content (tar, error);
}

gboolean
hvfs_tar_feed (HvfsTar *tar, const char *bytes, gsize len, GError **error)
{
  if (tar->failed)
    return refuse (error, EINVAL, "the archive was refused before");
  while (len > 0 && !tar->failed)
    {
      gsize taken = 0;

      tar->failed = !take_some (tar, bytes, len, &taken, error);
      bytes += taken;
      len -= taken;
    }
  return !tar->failed;
}

gboolean
hvfs_tar_finish (HvfsTar *tar, GError **error)
{
  if (tar->failed)
    return refuse (error, EINVAL, "the archive was refused before");
  return tar->state == AT_END
         || refuse (error, EINVAL, "the archive breaks off: its end is missing");
}
