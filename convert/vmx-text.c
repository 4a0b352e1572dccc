/* convert/vmx-text.c - a VMX file as a table of keys and values; see vmx-text.h
 *
 * The text is cut up in one buffer of its own: keys and values are pointers into it,
 * ended by a NUL that overwrites what followed them.
 */
#include "convert/vmx-text.h"
#include "convert/error.h"
#include "convert/scalar.h"
#include "convert/vmx-words.h"
#include "convert/vmx.h"

#include <string.h>

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
skip_comment (Cursor *cursor)
{
  if (*cursor->p == '#')
    while (cursor->p < cursor->end && !is_eol (*cursor->p))
      cursor->p++;
}

static gboolean
syntax_error (const Cursor *cursor, GError **error, const char *right)
{
  hvfs_error_set (error, EINVAL, "line %u: %s, not '%.*s'", cursor->line, right,
                  (int) MIN (strcspn (cursor->p, "\r\n"), 40), cursor->p);
  return FALSE;
}

static gboolean
is_key_char (char c)
{
  return g_ascii_isalnum (c) || (c != '\0' && strchr ("_:.-*", c) != NULL);
}

/* Returns: (nullable): the key at the cursor; *@ret_end is where its NUL belongs */
static char *
parse_key (Cursor *cursor, char **ret_end, GError **error)
{
  char *key = cursor->p;

  if (!g_ascii_isalpha (*key) && *key != '.')
    {
      syntax_error (cursor, error, "a key must begin with a letter or a dot");
      return NULL;
    }
  while (is_key_char (*cursor->p))
    cursor->p++;
  *ret_end = cursor->p;
  return key;
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

/* Returns: (nullable): the quoted value at the cursor, its end overwritten */
static char *
parse_value (Cursor *cursor, GError **error)
{
  /* Newer GLib's g_str_has_prefix would measure all that follows, at each value. */
  gboolean triple = strncmp (cursor->p, "\"\"\"", 3) == 0;
  const char *quote = triple ? "\"\"\"" : *cursor->p == '\'' ? "'" : "\"";
  char *value, *end;

  if (*cursor->p != '"' && *cursor->p != '\'')
    {
      syntax_error (cursor, error, "a value must be a text in quotes");
      return NULL;
    }
  value = cursor->p + strlen (quote);
  end = find_quote (value, quote);
  if (end == NULL)
    {
      syntax_error (cursor, error, "the closing quote is missing");
      return NULL;
    }
  for (char *p = value; p < end; p++)
    cursor->line += ends_line (p);
  cursor->p = end + strlen (quote);
  *end = '\0';
  return value;
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

static gboolean
parse_assignment (HvfsVmxText *vmx, Cursor *cursor, GError **error)
{
  char *key, *key_end, *value;
  guint line = cursor->line;

  key = parse_key (cursor, &key_end, error);
  if (key == NULL)
    return FALSE;
  skip_blanks (cursor);
  if (*cursor->p != '=')
    return syntax_error (cursor, error, "a key must be followed by '='");
  cursor->p++;
  skip_blanks (cursor);
  value = parse_value (cursor, error);
  if (value == NULL)
    return FALSE;
  *key_end = '\0';
  add_entry (vmx, key, value, line);
  skip_blanks (cursor);
  skip_comment (cursor);
  return TRUE;
}

static gboolean
parse_separator (Cursor *cursor, GError **error)
{
  skip_blanks (cursor);
  if (*cursor->p == ';')
    cursor->p++;
  else if (cursor->p < cursor->end && !is_eol (*cursor->p))
    return syntax_error (cursor, error, "a line must end behind its value");
  skip_blank_lines (cursor);
  return TRUE;
}

static gboolean
parse_statement (HvfsVmxText *vmx, Cursor *cursor, GError **error)
{
  skip_blank_lines (cursor);
  if (*cursor->p == '#')
    skip_comment (cursor);
  else if (!parse_assignment (vmx, cursor, error))
    return FALSE;
  return parse_separator (cursor, error);
}

/* @buffer: (transfer full): @len bytes and a NUL */
static HvfsVmxText *
parse_buffer (char *buffer, gsize len, GError **error)
{
  g_autoptr (HvfsVmxText) vmx = g_new0 (HvfsVmxText, 1);
  Cursor cursor = { buffer, buffer + len, 1 };

  vmx->buffer = buffer;
  vmx->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  vmx->by_key = g_hash_table_new (hvfs_hash_nocase, hvfs_equal_nocase);
  while (cursor.p < cursor.end)
    if (!parse_statement (vmx, &cursor, error))
      return NULL;
  return g_steal_pointer (&vmx);
}

static gboolean
check_bytes (const char *text, gsize len, GError **error)
{
  const char *nul = memchr (text, '\0', len);
  guint line = 1;

  if (len > HVFS_VMX_MAX_BYTES)
    {
      hvfs_error_set (error, EINVAL, "a VMX file must not be larger than %u MiB",
                   HVFS_VMX_MAX_BYTES / 1024 / 1024);
      return FALSE;
    }
  if (nul == NULL)
    return TRUE;
  for (const char *p = text; p < nul; p++)
    line += ends_line (p);
  hvfs_error_set (error, EINVAL, "line %u: a VMX file is text, this has a byte 0", line);
  return FALSE;
}

/* Parses @text anew, converted from @encoding. */
static HvfsVmxText *
parse_encoded (const char *text, gsize len, const char *encoding, GError **error)
{
  g_autoptr (GError) why = NULL;
  gsize converted_len = 0;
  char *converted = *encoding != '\0'
                      ? g_convert (text, len, "UTF-8", encoding, NULL, &converted_len, &why)
                      : NULL;

  if (converted == NULL)
    {
      hvfs_error_set (error, EINVAL,
                   ".encoding = \"%s\": must be the encoding of this file: %s", encoding,
                   why != NULL ? why->message : "the name is empty");
      return NULL;
    }
  if (!check_bytes (converted, converted_len, error))
    {
      g_free (converted);
      return NULL;
    }
  return parse_buffer (converted, converted_len, error);
}

HvfsVmxText *
hvfs_vmx_text_parse (const char *text, gsize len, GError **error)
{
  g_autoptr (HvfsVmxText) vmx = NULL;
  const char *encoding;

  if (!check_bytes (text, len, error))
    return NULL;
  vmx = parse_buffer (g_strndup (text, len), len, error);
  if (vmx == NULL)
    return NULL;
  encoding = hvfs_vmx_text_get (vmx, ".encoding");
  if (encoding == NULL || g_ascii_strcasecmp (encoding, "UTF-8") == 0)
    return g_steal_pointer (&vmx);
  return parse_encoded (text, len, encoding, error);
}

void
hvfs_vmx_text_free (HvfsVmxText *vmx)
{
  if (vmx == NULL)
    return;
  g_clear_pointer (&vmx->by_key, g_hash_table_unref);
  g_clear_pointer (&vmx->entries, g_array_unref);
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

static gboolean
bad_entry (const Entry *entry, const char *key, GError **error, const char *right)
{
  if (entry == NULL)
    hvfs_error_set (error, EINVAL, "%s is missing: %s", key, right);
  else
    hvfs_error_set (error, EINVAL, "line %u: %s = \"%s\": %s", entry->line, entry->key,
                    entry->value, right);
  return FALSE;
}

gboolean
hvfs_vmx_text_bad (HvfsVmxText *vmx, GError **error, const char *right, const char *key_format, ...)
{
  char key[HVFS_VMX_KEY_BYTES];

  HVFS_VMX_FORMAT_KEY (key, key_format);
  return bad_entry (lookup (vmx, key), key, error, right);
}

gboolean
hvfs_vmx_text_get_bool (HvfsVmxText *vmx, gboolean *value, GError **error, const char *key_format,
                        ...)
{
  char key[HVFS_VMX_KEY_BYTES];
  Entry *entry;

  HVFS_VMX_FORMAT_KEY (key, key_format);
  entry = lookup (vmx, key);
  if (entry == NULL)
    return TRUE;
  *value = g_ascii_strcasecmp (entry->value, "true") == 0;
  return *value || g_ascii_strcasecmp (entry->value, "false") == 0
         || bad_entry (entry, key, error, "must be \"true\" or \"false\"");
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
    return bad_entry (entry, key, error, "must be a whole number or \"unlimited\"");
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
         || bad_entry (entry, key, error, "must be a UUID, 16 pairs of hex digits");
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
hvfs_vmx_text_numbers (HvfsVmxText *vmx, const char *word, gboolean strict, GError **error)
{
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (guint));
  gsize len = strlen (word);

  for (guint i = 0; i < vmx->entries->len; i++)
    {
      const Entry *entry = &g_array_index (vmx->entries, Entry, i);
      gboolean plain;
      guint number;

      if (g_ascii_strncasecmp (entry->key, word, len) != 0)
        continue;
      if (parse_number (entry->key + len, &number, &plain))
        {
          if (plain)
            g_array_append_val (numbers, number);
        }
      else if (strict)
        {
          bad_entry (entry, NULL, error, "the key must go on with a number and a dot");
          return NULL;
        }
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
