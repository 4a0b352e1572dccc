/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/row/field.c - lines of fields with tabs between; see field.h */
#include "fs/row/field.h"

#include "fs/row/row.h"

static void
begin (GString *out)
{
  if (out->len > 0 && out->str[out->len - 1] != '\n')
    g_string_append_c (out, '\t');
}

void
hvfs_field_append (GString *out, const char *text)
{
  gsize start;

  begin (out);
  start = out->len;
  g_string_append (out, text == NULL || *text == '\0' ? "-" : text);
  for (char *at = out->str + start; *at != '\0'; at++)
    if ((guchar) *at < ' ' || *at == 0x7f)
      *at = ' ';
}

void
hvfs_field_append_time (GString *out, gint64 us)
{
  g_autoptr (GDateTime) when = us == 0 ? NULL : g_date_time_new_from_unix_utc (us / G_TIME_SPAN_SECOND);
  g_autofree char *text = when == NULL ? NULL : g_date_time_format (when, "%Y-%m-%dT%H:%M:%SZ");

  hvfs_field_append (out, text);
}

void
hvfs_field_append_int (GString *out, gint64 value)
{
  begin (out);
  hvfs_show_number (out, value);
  g_string_truncate (out, out->len - 1); /* it was a line */
}
