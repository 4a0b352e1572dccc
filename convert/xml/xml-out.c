/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/xml/xml-out.c - printing XML as libvirt does; see xml-out.h */
#include "convert/xml/xml-out.h"

#include <stdarg.h>

#include "convert/xml/xml-char.h"

static gboolean
is_plain (char c)
{
  return c >= ' ' && c <= '~';
}

/* What XML cannot hold is dropped, as libvirt does with most of it.  Characters between two
 * that are spelt otherwise are copied at once. */
static void
append_escaped (GString *out, const char *text)
{
  static const char *const entities[128] = {
    ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&apos;",
  };
  const char *from = text, *next;

  for (const char *p = text; *p != '\0'; p = next)
    {
      gunichar c = *p;

      next = p + 1;
      if (!is_plain (*p))
        c = hvfs_xml_char_at (p, &next);
      if (c != 0 && (c >= G_N_ELEMENTS (entities) || entities[c] == NULL))
        continue;
      g_string_append_len (out, from, p - from);
      from = next;
      if (c != 0)
        g_string_append (out, entities[c]);
    }
  g_string_append (out, from);
}

char *
hvfs_xml_escape (const char *text)
{
  GString *escaped = g_string_new (NULL);

  append_escaped (escaped, text);
  return g_string_free (escaped, FALSE);
}

static void
append_tag (HvfsXmlOut *out, const char *name, va_list attributes)
{
  for (guint i = 0; i < out->depth; i++)
    g_string_append (out->text, "  ");
  g_string_append_c (out->text, '<');
  g_string_append (out->text, name);
  for (const char *key; (key = va_arg (attributes, const char *)) != NULL;)
    {
      const char *value = va_arg (attributes, const char *);

      if (value == NULL)
        continue;
      g_string_append_c (out->text, ' ');
      g_string_append (out->text, key);
      g_string_append (out->text, "='");
      append_escaped (out->text, value);
      g_string_append_c (out->text, '\'');
    }
}

void
hvfs_xml_open (HvfsXmlOut *out, const char *name, ...)
{
  va_list attributes;

  va_start (attributes, name);
  append_tag (out, name, attributes);
  va_end (attributes);
  g_string_append (out->text, ">\n");
  out->depth++;
}

static void
append_end (HvfsXmlOut *out, const char *name)
{
  g_string_append (out->text, "</");
  g_string_append (out->text, name);
  g_string_append (out->text, ">\n");
}

void
hvfs_xml_close (HvfsXmlOut *out, const char *name)
{
  out->depth--;
  for (guint i = 0; i < out->depth; i++)
    g_string_append (out->text, "  ");
  append_end (out, name);
}

void
hvfs_xml_empty (HvfsXmlOut *out, const char *name, ...)
{
  va_list attributes;

  va_start (attributes, name);
  append_tag (out, name, attributes);
  va_end (attributes);
  g_string_append (out->text, "/>\n");
}

void
hvfs_xml_leaf (HvfsXmlOut *out, const char *name, const char *text, ...)
{
  va_list attributes;

  if (text == NULL)
    return;
  va_start (attributes, text);
  append_tag (out, name, attributes);
  va_end (attributes);
  g_string_append_c (out->text, '>');
  append_escaped (out->text, text);
  append_end (out, name);
}

HvfsXmlNumber
hvfs_xml_number (gint64 number)
{
  HvfsXmlNumber result;

  g_snprintf (result.text, sizeof result.text, "%" G_GINT64_FORMAT, number);
  return result;
}
