/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/vmx/vmx-text.c - a VMX file as a table of keys and values; see vmx-text.h
 *
 * The text is cut up in one buffer of its own: keys and values are pointers into it,
 * ended by a NUL that overwrites what followed them.
 */
#include "convert/vmx/vmx-text.h"
#include "convert/error.h"
#include "convert/model/scalar.h"
#include "convert/vmx/vmx-encoding.h"
#include "convert/vmx/vmx-words.h"
#include "convert/vmx/vmx.h"
#include "convert/model/words.h"

#include <string.h>

/* What a note shows of a line. */
#define SHOWN_MAX 64

/* What VMware takes for a switch; it writes the first. */
static const char *const true_words[] = { "true", "yes", "on", "1", "y", "t", NULL };
static const char *const false_words[] = { "false", "no", "off", "0", "n", "f", NULL };

typedef struct
{
  const char *key;   /* as written */
  const char *value;
  guint line;
  gboolean marked;
} Entry;

struct _HvfsVmxText
{
  char *buffer;
  char *original;     /* the buffer before it was cut up */
  gboolean recoded;   /* it is not the bytes of the file */
  GPtrArray *notes;
  GArray *entries;    /* of Entry, in the order of the file, first ones only */
  GHashTable *by_key; /* key -> its Entry's number + 1 */
};

typedef struct
{
  char *p;
  char *end; /* the buffer's NUL */
  guint line;
} Cursor;

static gboolean
is_eol (char c)
{
  return c == '\n' || c == '\r';
}

/* Whether a line ends at @p: LF, CR LF and CR are one end each. */
static gboolean
ends_line (const char *p)
{
  return *p == '\n' || (*p == '\r' && p[1] != '\n');
}

static void
skip_blanks (Cursor *cursor)
{
  while (*cursor->p == ' ' || *cursor->p == '\t')
    cursor->p++;
}

static void
skip_blank_lines (Cursor *cursor)
{
  for (; is_eol (*cursor->p) || *cursor->p == ' ' || *cursor->p == '\t'; cursor->p++)
    cursor->line += ends_line (cursor->p);
}

static void
skip_line (Cursor *cursor)
{
  while (cursor->p < cursor->end && !is_eol (*cursor->p))
    cursor->p++;
}

static gboolean
is_key_char (char c)
{
  return g_ascii_isalnum (c) || (c != '\0' && strchr ("_:.-*", c) != NULL);
}

/* Returns: (nullable): where the @quote is that ends the value at @value.  Looks no farther
 * than the value goes: a file may be one line. */
static char *
find_quote (char *value, const char *quote)
{
  char stops[] = { *quote, '\r', '\n', '\0' };
  char *end;

  if (quote[1] != '\0') /* three may be on another line */
    return strstr (value, quote);
  end = value + strcspn (value, stops);
  return *end == *quote ? end : NULL;
}

/* Cuts the value at the cursor out, from *@ret_value to *@ret_end; FALSE: it is not quoted */
static gboolean
take_quoted (Cursor *cursor, char **ret_value, char **ret_end)
{
  /* Newer GLib's g_str_has_prefix would measure all that follows, at each value. */
  gboolean triple = strncmp (cursor->p, "\"\"\"", 3) == 0;
  const char *quote = triple ? "\"\"\"" : *cursor->p == '\'' ? "'" : "\"";
  char *end;

  if (*cursor->p != '"' && *cursor->p != '\'')
    return FALSE;
  *ret_value = cursor->p + strlen (quote);
  *ret_end = end = find_quote (*ret_value, quote);
  if (end == NULL)
    return FALSE;
  for (char *p = *ret_value; p < end; p++)
    cursor->line += ends_line (p);
  cursor->p = end + strlen (quote);
  return TRUE;
}

static void
add_entry (HvfsVmxText *vmx, const char *key, const char *value, guint line)
{
  Entry entry = { .key = key, .value = value, .line = line };

  if (g_hash_table_contains (vmx->by_key, key))
    return;
  g_array_append_val (vmx->entries, entry);
  g_hash_table_insert (vmx->by_key, (char *) key, GUINT_TO_POINTER (vmx->entries->len));
}

/* What libvirt takes: a key of few characters, a value in quotes of several kinds, and ';'
 * or the line's end behind it. */
static gboolean
parse_assignment (HvfsVmxText *vmx, Cursor *cursor)
{
  char *key = cursor->p, *key_end, *value, *value_end;
  guint line = cursor->line;

  if (!g_ascii_isalpha (*key) && *key != '.')
    return FALSE;
  while (is_key_char (*cursor->p))
    cursor->p++;
  key_end = cursor->p;
  skip_blanks (cursor);
  if (*cursor->p != '=')
    return FALSE;
  cursor->p++;
  skip_blanks (cursor);
  if (!take_quoted (cursor, &value, &value_end))
    return FALSE;
  skip_blanks (cursor);
  if (*cursor->p == '#')
    skip_line (cursor);
  else if (*cursor->p == ';')
    cursor->p++;
  else if (cursor->p < cursor->end && !is_eol (*cursor->p))
    return FALSE;
  *key_end = '\0';
  *value_end = '\0';
  add_entry (vmx, key, value, line);
  return TRUE;
}

/* What VMware takes: any key without blanks, '=' and '#', and a value of one word, or none,
 * or in double quotes. */
static gboolean
parse_loose_assignment (HvfsVmxText *vmx, Cursor *cursor)
{
  char *key = cursor->p, *key_end, *value, *value_end;
  guint line = cursor->line;

  cursor->p += strcspn (cursor->p, " \t=#\r\n");
  key_end = cursor->p;
  skip_blanks (cursor);
  if (*cursor->p != '=' || key_end == key)
    return FALSE;
  cursor->p++;
  skip_blanks (cursor);
  value = cursor->p;
  if (*value == '"')
    {
      value++;
      value_end = find_quote (value, "\"");
      if (value_end == NULL)
        return FALSE;
      cursor->p = value_end + 1;
    }
  else
    {
      value_end = value + strcspn (value, " \t#\r\n");
      cursor->p = value_end;
    }
  skip_blanks (cursor);
  if (cursor->p < cursor->end && !is_eol (*cursor->p) && *cursor->p != '#')
    return FALSE;
  skip_line (cursor);
  if (cursor->p == value_end && cursor->p < cursor->end)
    cursor->line += ends_line (cursor->p++); /* the value's NUL goes there */
  *key_end = '\0';
  *value_end = '\0';
  add_entry (vmx, key, value, line);
  return TRUE;
}

/* VMware keeps a line that is none of these, and takes nothing from it.  What looks like
 * a comment in another language is meant to be one. */
static void
skip_odd_line (HvfsVmxText *vmx, Cursor *cursor)
{
  const char *line = cursor->p;

  skip_line (cursor);
  if (*line == ';' || *line == '\'' || strncmp (line, "//", 2) == 0)
    return;
  hvfs_note (vmx->notes, cursor->line,
             "'%.*s' is no assignment, such as key = \"value\": VMware ignores it",
             (int) MIN (cursor->p - line, SHOWN_MAX), line);
}

static void
parse_statement (HvfsVmxText *vmx, Cursor *cursor)
{
  Cursor start = *cursor;

  if (*cursor->p == '#')
    skip_line (cursor);
  else if (!parse_assignment (vmx, cursor))
    {
      *cursor = start;
      if (!parse_loose_assignment (vmx, cursor))
        {
          *cursor = start;
          skip_odd_line (vmx, cursor);
        }
    }
}

/* @buffer: (transfer full): @len bytes and a NUL */
static HvfsVmxText *
parse_buffer (char *buffer, gsize len)
{
  HvfsVmxText *vmx = g_new0 (HvfsVmxText, 1);
  Cursor cursor = { buffer, buffer + len, 1 };

  vmx->buffer = buffer;
  vmx->original = g_memdup2 (buffer, len + 1);
  vmx->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  vmx->by_key = g_hash_table_new (hvfs_hash_nocase, hvfs_equal_nocase);
  vmx->notes = hvfs_notes_new ();
  for (skip_blank_lines (&cursor); cursor.p < cursor.end; skip_blank_lines (&cursor))
    parse_statement (vmx, &cursor);
  return vmx;
}

static gboolean
check_bytes (const char *text, gsize len, GError **error)
{
  const char *nul = memchr (text, '\0', len);
  guint line = 1;

  if (nul == NULL)
    return TRUE;
  for (const char *p = text; p < nul; p++)
    line += ends_line (p);
  hvfs_error_set (error, EINVAL, "line %u: a VMX file is text, this has a byte 0", line);
  return FALSE;
}

static gboolean
check_size (gsize len, GError **error)
{
  if (len <= HVFS_VMX_MAX_BYTES)
    return TRUE;
  hvfs_error_set (error, EINVAL, "a VMX file must not be larger than %u MiB",
                  HVFS_VMX_MAX_BYTES / 1024 / 1024);
  return FALSE;
}

/* The text once more, from the encoding that @vmx, what is read of it so far, names.
 * @vmx: (transfer full) */
static HvfsVmxText *
parse_encoded (HvfsVmxText *first, const char *text, gsize len, GError **error)
{
  g_autoptr (HvfsVmxText) vmx = first;
  const char *encoding = hvfs_vmx_text_get (vmx, ".encoding"), *used;
  gsize converted_len;
  g_autoptr (HvfsVmxText) again = NULL;
  g_autoptr (GError) why = NULL;
  g_autofree char *converted
    = hvfs_vmx_from_encoding (text, len, encoding, &converted_len, &used, &why);

  if (why == NULL && converted != NULL && check_size (converted_len, &why)
      && check_bytes (converted, converted_len, &why))
    {
      again = parse_buffer (g_steal_pointer (&converted), converted_len);
      again->recoded = TRUE;
      if (encoding != NULL && g_strcmp0 (hvfs_vmx_text_get (again, ".encoding"), encoding) != 0)
        hvfs_error_set (&why, EINVAL, "must be the encoding of this file, which can be read as ASCII");
    }
  if (why != NULL)
    {
      hvfs_vmx_text_bad (vmx, error, why->message, ".encoding");
      return NULL;
    }
  if (again == NULL)
    again = g_steal_pointer (&vmx);
  if (used != NULL && hvfs_vmx_text_get (again, ".encoding") != NULL)
    hvfs_vmx_text_note (again, ".encoding", "the text is not in it, and is read as %s", used);
  else if (used != NULL)
    hvfs_note (again->notes, 0, ".encoding is missing: the text is read as %s", used);
  return g_steal_pointer (&again);
}

HvfsVmxText *
hvfs_vmx_text_parse (const char *text, gsize len, GError **error)
{
  g_autofree char *decoded = NULL;
  g_autoptr (GError) why = NULL;
  gboolean marked;
  HvfsVmxText *vmx;

  if (!check_size (len, error))
    return NULL;
  marked = hvfs_vmx_from_unicode (&text, &len, &decoded, &why);
  if (why != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return NULL;
    }
  if (!check_bytes (text, len, error))
    return NULL;
  vmx = parse_buffer (g_strndup (text, len), len);
  vmx->recoded = marked;
  return marked && g_utf8_validate_len (text, len, NULL) ? vmx
                                                         : parse_encoded (vmx, text, len, error);
}

void
hvfs_vmx_text_free (HvfsVmxText *vmx)
{
  if (vmx == NULL)
    return;
  g_clear_pointer (&vmx->by_key, g_hash_table_unref);
  g_clear_pointer (&vmx->entries, g_array_unref);
  g_clear_pointer (&vmx->notes, g_ptr_array_unref);
  g_free (vmx->original);
  g_free (vmx->buffer);
  g_free (vmx);
}

static Entry *
lookup (HvfsVmxText *vmx, const char *key)
{
  guint number = GPOINTER_TO_UINT (g_hash_table_lookup (vmx->by_key, key));

  return number > 0 ? &g_array_index (vmx->entries, Entry, number - 1) : NULL;
}

const char *
hvfs_vmx_text_get (HvfsVmxText *vmx, const char *key_format, ...)
{
  char key[HVFS_VMX_KEY_BYTES];
  Entry *entry;

  HVFS_VMX_FORMAT_KEY (key, key_format);
  entry = lookup (vmx, key);
  return entry != NULL ? entry->value : NULL;
}

/* Returns: (nullable): the first key of the device that @key, which is not there, is of:
 * "ide0:0.present" for "ide0:0.fileName" */
static const Entry *
find_device (const HvfsVmxText *vmx, const char *key)
{
  const char *dot = strrchr (key, '.');
  gsize len = dot != NULL ? dot + 1 - key : 0;

  for (guint i = 0; i < vmx->entries->len && len > 1 && g_ascii_isdigit (dot[-1]); i++)
    {
      const Entry *entry = &g_array_index (vmx->entries, Entry, i);

      if (g_ascii_strncasecmp (entry->key, key, len) == 0)
        return entry;
    }
  return NULL;
}

/* @entry: (nullable): of @key */
static gboolean
bad_entry (const HvfsVmxText *vmx, const Entry *entry, const char *key, GError **error,
           const char *right)
{
  const Entry *device = entry == NULL ? find_device (vmx, key) : NULL;

  if (entry != NULL)
    hvfs_error_set (error, EINVAL, "line %u: %s = \"%s\": %s", entry->line, entry->key,
                    entry->value, right);
  else if (device != NULL)
    hvfs_error_set (error, EINVAL, "line %u: %s is missing beside %s: %s", device->line, key,
                    device->key, right);
  else
    hvfs_error_set (error, EINVAL, "%s is missing: %s", key, right);
  return FALSE;
}

gboolean
hvfs_vmx_text_bad (HvfsVmxText *vmx, GError **error, const char *right, const char *key_format, ...)
{
  char key[HVFS_VMX_KEY_BYTES];

  HVFS_VMX_FORMAT_KEY (key, key_format);
  return bad_entry (vmx, lookup (vmx, key), key, error, right);
}

void
hvfs_vmx_text_note (HvfsVmxText *vmx, const char *key, const char *format, ...)
{
  const Entry *entry = lookup (vmx, key);
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  if (entry != NULL)
    hvfs_note (vmx->notes, entry->line, "%s = \"%s\": %s", entry->key, entry->value, text);
  else
    hvfs_note (vmx->notes, 0, "%s is missing: %s", key, text);
}

GPtrArray *
hvfs_vmx_text_notes (const HvfsVmxText *vmx)
{
  return vmx->notes;
}

gboolean
hvfs_vmx_text_is_recoded (const HvfsVmxText *vmx)
{
  return vmx->recoded;
}

gboolean
hvfs_vmx_text_get_bool (HvfsVmxText *vmx, gboolean *value, GError **error, const char *key_format,
                        ...)
{
  char key[HVFS_VMX_KEY_BYTES];
  Entry *entry;

  HVFS_VMX_FORMAT_KEY (key, key_format);
  entry = lookup (vmx, key);
  if (entry == NULL || *entry->value == '\0')
    return TRUE;
  *value = hvfs_words_index_nocase (true_words, entry->value) >= 0;
  return *value || hvfs_words_index_nocase (false_words, entry->value) >= 0
         || bad_entry (vmx, entry, key, error, "must be \"true\" or \"false\"");
}

gboolean
hvfs_vmx_text_get_int (HvfsVmxText *vmx, gint64 *value, GError **error, const char *key_format, ...)
{
  char key[HVFS_VMX_KEY_BYTES];
  Entry *entry;

  HVFS_VMX_FORMAT_KEY (key, key_format);
  entry = lookup (vmx, key);
  if (entry == NULL)
    return TRUE;
  if (g_ascii_strcasecmp (entry->value, "unlimited") == 0)
    *value = -1;
  else if (!hvfs_parse_int64 (entry->value, value))
    return bad_entry (vmx, entry, key, error, "must be a whole number or \"unlimited\"");
  return TRUE;
}

gboolean
hvfs_vmx_text_get_uuid (HvfsVmxText *vmx, guint8 value[static HVFS_UUID_BYTES], GError **error,
                        const char *key_format, ...)
{
  char key[HVFS_VMX_KEY_BYTES];
  Entry *entry;

  HVFS_VMX_FORMAT_KEY (key, key_format);
  entry = lookup (vmx, key);
  return entry == NULL || hvfs_parse_uuid (entry->value, value)
         || bad_entry (vmx, entry, key, error, "must be a UUID, 16 pairs of hex digits");
}

/* Whether @text is a number and a dot.  One with a leading zero is right, but not
 * @ret_plain: nobody looks for its device. */
static gboolean
parse_number (const char *text, guint *ret_number, gboolean *ret_plain)
{
  guint64 number = 0;
  const char *p;

  for (p = text; g_ascii_isdigit (*p) && number <= G_MAXUINT; p++)
    number = number * 10 + (*p - '0');
  *ret_number = (guint) number;
  *ret_plain = *text != '0' || p == text + 1;
  return p > text && *p == '.' && number <= G_MAXUINT;
}

GArray *
hvfs_vmx_text_numbers (HvfsVmxText *vmx, const char *word)
{
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (guint));
  gsize len = strlen (word);

  for (guint i = 0; i < vmx->entries->len; i++)
    {
      const Entry *entry = &g_array_index (vmx->entries, Entry, i);
      gboolean plain;
      guint number;

      if (g_ascii_strncasecmp (entry->key, word, len) == 0
          && parse_number (entry->key + len, &number, &plain) && plain)
        g_array_append_val (numbers, number);
    }
  return hvfs_numbers_unique (numbers);
}

void
hvfs_vmx_text_mark (HvfsVmxText *vmx, const char *prefix, const char *const *keys)
{
  for (; *keys != NULL; keys++)
    {
      g_autofree char *key = g_strconcat (prefix, *keys, NULL);
      Entry *entry = lookup (vmx, key);

      if (entry != NULL)
        entry->marked = TRUE;
    }
}

gboolean
hvfs_vmx_text_next_unmarked (const HvfsVmxText *vmx, guint *position, const char **ret_key,
                             const char **ret_value, guint *ret_line)
{
  while (*position < vmx->entries->len)
    {
      const Entry *entry = &g_array_index (vmx->entries, Entry, (*position)++);

      if (entry->marked)
        continue;
      *ret_key = entry->key;
      *ret_value = entry->value;
      if (ret_line != NULL)
        *ret_line = entry->line;
      return TRUE;
    }
  return FALSE;
}

char *
hvfs_vmx_text_edited (const HvfsVmxText *vmx, const char *head, const char *const *pairs)
{
  const char *from = vmx->original;
  gsize first = strncmp (from, "#!", 2) == 0 ? strcspn (from, "\n") : 0;
  GString *out = g_string_sized_new (strlen (from) + strlen (head));

  first += first > 0 && from[first] == '\n';
  g_string_append_len (out, from, first);
  g_string_append (out, head);
  from += first;

  for (guint i = 0; i < vmx->entries->len; i++)
    {
      const Entry *entry = &g_array_index (vmx->entries, Entry, i);
      const char *at = vmx->original + (entry->value - vmx->buffer);

      for (const char *const *pair = pairs; pair[0] != NULL; pair += 2)
        if (g_ascii_strcasecmp (pair[0], entry->key) == 0)
          {
            g_string_append_len (out, from, at - from);
            g_string_append (out, pair[1]);
            from = at + strlen (entry->value);
          }
    }
  g_string_append (out, from);
  return g_string_free (out, FALSE);
}
