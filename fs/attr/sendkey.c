/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/sendkey.c - the file sendkey of a domain: keys by their names, or a text
 *
 * Exists so that a script can answer a boot menu or a login.  The names are those that virsh
 * send-key takes (the kernel's KEY_ names); a text is typed on a keyboard of the USA.
 */
#include <string.h>

#include "backend/operation/screen.h"
#include "convert/error.h"
#include "fs/attr/screen.h"
#include "fs/fs.h"

#define SHIFT (1u << 1)
#define MAX_TEXT_KEYS 4096

static const struct
{
  const char *name; /* the kernel's, without KEY_, in small letters */
  guint8 usage;
} keys[] = {
  { "enter", 0x28 }, { "esc", 0x29 }, { "backspace", 0x2a }, { "tab", 0x2b }, { "space", 0x2c },
  { "minus", 0x2d }, { "equal", 0x2e }, { "leftbrace", 0x2f }, { "rightbrace", 0x30 },
  { "backslash", 0x31 }, { "semicolon", 0x33 }, { "apostrophe", 0x34 }, { "grave", 0x35 },
  { "comma", 0x36 }, { "dot", 0x37 }, { "slash", 0x38 }, { "capslock", 0x39 },
  { "sysrq", 0x46 }, { "scrolllock", 0x47 }, { "pause", 0x48 }, { "insert", 0x49 },
  { "home", 0x4a }, { "pageup", 0x4b }, { "delete", 0x4c }, { "end", 0x4d },
  { "pagedown", 0x4e }, { "right", 0x4f }, { "left", 0x50 }, { "down", 0x51 }, { "up", 0x52 },
  { "numlock", 0x53 }, { "kpslash", 0x54 }, { "kpasterisk", 0x55 }, { "kpminus", 0x56 },
  { "kpplus", 0x57 }, { "kpenter", 0x58 }, { "kp0", 0x62 }, { "kpdot", 0x63 },
  { "102nd", 0x64 }, { "compose", 0x65 },
  /* the modifiers, in the order of their bits */
  { "leftctrl", 0xe0 }, { "leftshift", 0xe1 }, { "leftalt", 0xe2 }, { "leftmeta", 0xe3 },
  { "rightctrl", 0xe4 }, { "rightshift", 0xe5 }, { "rightalt", 0xe6 }, { "rightmeta", 0xe7 },
  /* what people call them */
  { "ctrl", 0xe0 }, { "shift", 0xe1 }, { "alt", 0xe2 }, { "meta", 0xe3 }, { "win", 0xe3 },
  { "altgr", 0xe6 }, { "return", 0x28 }, { "escape", 0x29 }, { "del", 0x4c }, { "ins", 0x49 },
  { "print", 0x46 }, { "menu", 0x65 },
};

/* Families: a to z, 1 to 9 and 0, f1 to f24, kp1 to kp9. */
static guint8
usage_in_family (const char *name)
{
  guint64 n;

  if (name[0] >= 'a' && name[0] <= 'z' && name[1] == '\0')
    return (guint8) (0x04 + (name[0] - 'a'));
  if (name[0] >= '1' && name[0] <= '9' && name[1] == '\0')
    return (guint8) (0x1e + (name[0] - '1'));
  if (strcmp (name, "0") == 0)
    return 0x27;
  if (name[0] == 'f' && g_ascii_string_to_unsigned (name + 1, 10, 1, 24, &n, NULL))
    return (guint8) (n <= 12 ? 0x39 + n : 0x68 + n - 13);
  if (g_str_has_prefix (name, "kp") && g_ascii_string_to_unsigned (name + 2, 10, 1, 9, &n, NULL))
    return (guint8) (0x58 + n);
  return 0;
}

/* 0: there is none */
static guint8
usage_of (const char *word)
{
  g_autofree char *lower = g_ascii_strdown (word, -1);
  const char *name = g_str_has_prefix (lower, "key_") ? lower + strlen ("key_") : lower;

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (strcmp (name, keys[i].name) == 0)
      return keys[i].usage;
  return usage_in_family (name);
}

/* The key of the words of @line, pressed together: modifiers and at most one other. */
static gboolean
parse_chord (const char *line, HvfsKey *ret, GError **error)
{
  g_auto (GStrv) words = g_strsplit_set (line, " \t", -1);
  guint8 last = 0;

  *ret = (HvfsKey){ 0 };
  for (char **word = words; *word != NULL; word++)
    {
      guint8 usage = **word == '\0' ? 0 : usage_of (*word);

      if (**word == '\0')
        continue;
      if (usage == 0)
        {
          g_set_error (error, HVFS_ERROR, EINVAL, "'%.64s' is no key: see linux/input-event-codes.h, "
                       "or write 'text ...'", *word);
          return FALSE;
        }
      last = usage;
      if (usage >= HVFS_KEY_FIRST_MODIFIER)
        ret->modifiers |= (guint8) (1u << (usage - HVFS_KEY_FIRST_MODIFIER));
      else if (ret->usage != 0)
        {
          g_set_error (error, HVFS_ERROR, EINVAL, "'%.64s': only one key besides ctrl, shift, alt "
                       "and meta: write others on lines of their own", *word);
          return FALSE;
        }
      else
        ret->usage = usage;
    }
  if (ret->usage == 0) /* modifiers alone: the last is the key */
    {
      ret->usage = last;
      ret->modifiers &= (guint8) ~(1u << (last - HVFS_KEY_FIRST_MODIFIER));
    }
  return TRUE;
}

/* On a keyboard of the USA; FALSE: it is not on it */
static gboolean
key_of_char (char c, HvfsKey *ret)
{
  static const char plain[] = "-=[]\\\0;'`,./", shifted[] = "_+{}|\0:\"~<>?";
  static const char digits[] = ")!@#$%^&*(";
  const char *at;
  char name[2] = { g_ascii_tolower (c), '\0' };

  *ret = (HvfsKey){ 0, 0 };
  if (c == ' ' || c == '\t')
    ret->usage = c == ' ' ? 0x2c : 0x2b;
  else if (g_ascii_isalnum (c))
    *ret = (HvfsKey){ usage_in_family (name), g_ascii_isupper (c) ? SHIFT : 0 };
  else if ((at = strchr (digits, c)) != NULL)
    *ret = (HvfsKey){ (guint8) (at == digits ? 0x27 : 0x1e + (at - digits) - 1), SHIFT };
  else if ((at = memchr (plain, c, sizeof plain - 1)) != NULL)
    *ret = (HvfsKey){ (guint8) (0x2d + (at - plain)), 0 };
  else if ((at = memchr (shifted, c, sizeof shifted - 1)) != NULL)
    *ret = (HvfsKey){ (guint8) (0x2d + (at - shifted)), SHIFT };
  return ret->usage != 0;
}

/* (transfer full) (nullable) (element-type HvfsKey) */
static GArray *
parse_text (const char *text, GError **error)
{
  g_autoptr (GArray) typed = g_array_new (FALSE, FALSE, sizeof (HvfsKey));

  for (const char *c = text; *c != '\0'; c++)
    {
      HvfsKey key;

      if (!key_of_char (*c, &key))
        {
          g_set_error (error, HVFS_ERROR, EINVAL, "character %u of the text is on no key of a US keyboard",
                       (guint) (g_utf8_strlen (text, c - text) + 1));
          return NULL;
        }
      g_array_append_val (typed, key);
    }
  if (typed->len <= MAX_TEXT_KEYS)
    return g_steal_pointer (&typed);
  g_set_error (error, HVFS_ERROR, EFBIG, "%u keys at once: at most %d", typed->len, MAX_TEXT_KEYS);
  return NULL;
}

gboolean
hvfs_sendkey_store (HvfsStore *store, const char *line, GError **error)
{
  static const char text[] = "text";
  gsize len = strlen (text);
  g_autoptr (GArray) typed = NULL;
  HvfsKey chord;

  if (strncmp (line, text, len) == 0 && (line[len] == ' ' || line[len] == '\t'))
    {
      typed = parse_text (line + len + 1, error);
      return typed != NULL
             && hvfs_screen_press (&store->fs->server, store->serial, (HvfsKey *) (gpointer) typed->data,
                                   typed->len, store->cancellable, error);
    }
  return parse_chord (line, &chord, error)
         && hvfs_screen_press (&store->fs->server, store->serial, &chord, 1, store->cancellable, error);
}
