/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/row/line.c - what the lines that control files take are made of; see line.h */
#include "fs/row/line.h"

#include <string.h>

#include "convert/error.h"
#include "convert/model/scalar.h"

#define KIB G_GUINT64_CONSTANT (1024)
#define MIB (1024 * KIB)

static void
clear (const HvfsKey *keys, char **ret_head, char **ret_values)
{
  g_clear_pointer (ret_head, g_free);
  for (guint i = 0; keys[i].name != NULL; i++)
    g_clear_pointer (&ret_values[i], g_free);
}

/* The length of the key that the word at @text begins with, without its "="; 0: it
 * is a word without one. */
static gsize
key_length (const char *text)
{
  gsize n = strspn (text, "abcdefghijklmnopqrstuvwxyz_");

  return n > 0 && text[n] == '=' ? n : 0;
}

/* The end of the value at @text: the first blank before a key. */
static const char *
value_end (const char *text)
{
  const char *quote = *text == '"' ? strchr (text + 1, '"') : NULL;
  const char *p = quote != NULL ? quote + 1 : text;

  for (; *p != '\0'; p++)
    if (g_ascii_isspace (*p))
      {
        const char *next = p + strspn (p, " \t");

        if (*next == '\0' || key_length (next) > 0)
          break;
        p = next - 1;
      }
  return p;
}

static char *
dup_value (const char *text, const char *end)
{
  char *value = g_strstrip (g_strndup (text, end - text));
  gsize len = strlen (value);

  if (len >= 2 && value[0] == '"' && value[len - 1] == '"')
    {
      value[len - 1] = '\0';
      memmove (value, value + 1, len - 1);
    }
  return value;
}

gboolean
hvfs_line_is_name (const char *line, const char *name)
{
  g_autofree char *plain = hvfs_line_dup_unquoted (line);

  return strcmp (line, name) == 0 || strcmp (plain, name) == 0;
}

char *
hvfs_line_dup_unquoted (const char *text)
{
  return dup_value (text, text + strlen (text));
}

char *
hvfs_line_dup_quoted (const char *name)
{
  g_autofree char *read = hvfs_line_dup_unquoted (name);
  gboolean plain = strcmp (read, name) == 0 && key_length (name) == 0 && *value_end (name) == '\0';

  return plain && strchr (name, ',') == NULL ? g_strdup (name) : g_strconcat ("\"", name, "\"", NULL);
}

static int
find_key (const HvfsKey *keys, const char *name, gsize len, GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; keys[i].name != NULL; i++)
    {
      if (strlen (keys[i].name) == len && strncmp (keys[i].name, name, len) == 0)
        return i;
      g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", keys[i].name);
    }
  g_set_error (error, HVFS_ERROR, EINVAL, "'%.*s' is not one of %s", (int) MIN (len, 64), name,
               names->str);
  return -1;
}

/* Reads the key at *@text and moves behind its value. */
static gboolean
parse_key (const char **text, const HvfsKey *keys, char **ret_values, GError **error)
{
  gsize len = key_length (*text);
  int i = find_key (keys, *text, len, error);
  const char *value = *text + len + 1, *end;

  if (i < 0)
    return FALSE;
  if (ret_values[i] != NULL)
    {
      g_set_error (error, HVFS_ERROR, EINVAL, "%s is given twice", keys[i].name);
      return FALSE;
    }
  end = keys[i].rest ? value + strlen (value) : value_end (value);
  ret_values[i] = dup_value (value, end);
  *text = end + strspn (end, " \t");
  if (*ret_values[i] != '\0' || keys[i].rest)
    return TRUE;
  g_set_error (error, HVFS_ERROR, EINVAL, "%s= has no value", keys[i].name);
  return FALSE;
}

gboolean
hvfs_line_parse (const char *line, const HvfsKey *keys, char **ret_head, char **ret_values,
                 GError **error)
{
  const char *text = line;

  if (key_length (line) == 0)
    text = value_end (line);
  *ret_head = dup_value (line, text);
  text += strspn (text, " \t");
  while (*text != '\0')
    if (!parse_key (&text, keys, ret_values, error))
      {
        clear (keys, ret_head, ret_values);
        return FALSE;
      }
  return TRUE;
}

gboolean
hvfs_line_check (const char *text, GError **error)
{
  gboolean ok = g_utf8_validate (text, -1, NULL);

  for (const char *p = text; ok && *p != '\0'; p = g_utf8_next_char (p))
    ok = *p == '\t' || !g_unichar_iscntrl (g_utf8_get_char (p));
  if (!ok)
    g_set_error (error, HVFS_ERROR, EINVAL,
                 "the text is not UTF-8, or contains a control character");
  return ok;
}

gboolean
hvfs_line_yes_no (const char *what, const char *text, gboolean *ret, GError **error)
{
  *ret = strcmp (text, "yes") == 0;
  if (*ret || strcmp (text, "no") == 0)
    return TRUE;
  g_set_error (error, HVFS_ERROR, EINVAL, "%s: '%.64s' is neither yes nor no", what, text);
  return FALSE;
}

gboolean
hvfs_line_number (const char *what, const char *text, gint64 min, gint64 *ret, GError **error)
{
  if (g_ascii_string_to_signed (text, 10, min, G_MAXINT64, ret, NULL))
    return TRUE;
  g_set_error (error, HVFS_ERROR, EINVAL,
               "%s: '%.64s' is not a number from %" G_GINT64_FORMAT " up", what, text, min);
  return FALSE;
}

/* In units of @step bytes, which are @word. */
static gboolean
parse_amount (const char *what, const char *text, guint64 step, const char *word, gint64 *ret,
              GError **error)
{
  gsize digits = strspn (text, "0123456789");
  g_autofree char *number = g_strndup (text, digits);
  const char *unit = text + digits + strspn (text + digits, " \t");
  guint64 unit_bytes = *unit == '\0' ? KIB : hvfs_parse_unit (unit), n, bytes;

  if (!g_ascii_string_to_unsigned (number, 10, 0, G_MAXINT64, &n, NULL))
    g_set_error (error, HVFS_ERROR, EINVAL, "%s: '%.64s' is not a number with a unit, as 8GiB",
                 what, text);
  else if (unit_bytes == 0)
    g_set_error (error, HVFS_ERROR, EINVAL,
                 "%s: '%.64s' is not a unit: KiB, MiB, GiB, TiB, KB, MB, GB, TB or bytes", what,
                 unit);
  else if (!g_uint64_checked_mul (&bytes, n, unit_bytes) || bytes % step != 0)
    g_set_error (error, HVFS_ERROR, EINVAL, "%s: '%.64s' is not a whole number of %s", what, text,
                 word);
  else
    {
      *ret = bytes / step;
      return TRUE;
    }
  return FALSE;
}

gboolean
hvfs_line_memory_mib (const char *what, const char *text, gint64 *ret_mib, GError **error)
{
  return parse_amount (what, text, MIB, "MiB, which is 1024 KiB", ret_mib, error);
}

gboolean
hvfs_line_capacity_kib (const char *what, const char *text, gint64 *ret_kib, GError **error)
{
  return parse_amount (what, text, KIB, "KiB", ret_kib, error);
}
