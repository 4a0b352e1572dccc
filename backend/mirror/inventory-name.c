/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/mirror/inventory-name.c - the server's escapes in names; see inventory-name.h */
#include "backend/mirror/inventory-name.h"

#include <string.h>

static const struct
{
  char plain;
  const char *escape;
} escapes[] = { { '/', "%2f" }, { '\\', "%5c" }, { '%', "%25" } };

char *
hvfs_inventory_name_decode (const char *name)
{
  GString *plain = g_string_new (NULL);

  for (const char *p = name; *p != '\0'; p++)
    {
      char c = *p;

      for (guint i = 0; c == '%' && i < G_N_ELEMENTS (escapes); i++)
        if (g_ascii_strncasecmp (p, escapes[i].escape, 3) == 0)
          {
            c = escapes[i].plain;
            p += 2;
            break;
          }
      g_string_append_c (plain, c);
    }
  return g_string_free (plain, FALSE);
}

char *
hvfs_inventory_name_encode (const char *plain)
{
  GString *name = g_string_new (NULL);

  for (const char *p = plain; *p != '\0'; p++)
    {
      const char *escape = NULL;

      for (guint i = 0; i < G_N_ELEMENTS (escapes); i++)
        if (*p == escapes[i].plain)
          escape = escapes[i].escape;
      if (escape != NULL)
        g_string_append (name, escape);
      else
        g_string_append_c (name, *p);
    }
  return g_string_free (name, FALSE);
}

static gboolean
is_escape (const char *p)
{
  for (guint i = 0; i < G_N_ELEMENTS (escapes); i++)
    if (g_ascii_strncasecmp (p, escapes[i].escape, 3) == 0)
      return TRUE;
  return FALSE;
}

char *
hvfs_inventory_name_from_user (const char *text)
{
  GString *name = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p++)
    {
      char one[2] = { *p, '\0' };
      g_autofree char *escaped = is_escape (p) ? NULL : hvfs_inventory_name_encode (one);

      g_string_append (name, escaped != NULL ? escaped : one);
    }
  return g_string_free (name, FALSE);
}
