/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/xml/xml-char.h - the characters that XML can hold
 *
 * Exists so that what writes XML, what sends it and what repairs it agree.
 */
#pragma once

#include <glib.h>

/* Whether XML 1.0 can carry @c in any form, as itself or as a reference. */
static inline gboolean
hvfs_is_xml_char (gunichar c)
{
  return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c < 0xd800)
         || (c >= 0xe000 && c != 0xfffe && c != 0xffff && c <= 0x10ffff);
}

/* Reads the character that @text begins with, a step further than @ret_next.  0 for what
 * is none: a byte that is not UTF-8, or a character that XML cannot carry. */
static inline gunichar
hvfs_xml_char_at (const char *text, const char **ret_next)
{
  gunichar c = (guchar) *text < 0x80 ? (gunichar) *text : g_utf8_get_char_validated (text, -1);
  gboolean decoded = c != (gunichar) -1 && c != (gunichar) -2;

  *ret_next = decoded ? g_utf8_next_char (text) : text + 1;
  return decoded && hvfs_is_xml_char (c) ? c : 0;
}
