/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/prometheus.c - see prometheus.h */
#include "fs/attr/prometheus.h"

#include "fs/row/row.h"

void
hvfs_prometheus_append_label (GString *out, const char *name, const char *text)
{
  if (out->len > 0)
    g_string_append_c (out, ',');
  g_string_append (out, name);
  g_string_append (out, "=\"");
  for (; text != NULL && *text != '\0'; text++)
    if (*text == '\n')
      g_string_append (out, "\\n");
    else
      {
        if (*text == '"' || *text == '\\')
          g_string_append_c (out, '\\');
        g_string_append_c (out, *text);
      }
  g_string_append_c (out, '"');
}

void
hvfs_prometheus_append_sample (GString *out, const char *prefix, const char *name,
                               const GString *labels, double value)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append (out, prefix);
  g_string_append (out, name);
  g_string_append_c (out, '{');
  g_string_append_len (out, labels->str, labels->len);
  g_string_append (out, "} ");
  /* Most are whole; so they are shorter, and faster. */
  if (value >= 0 && value < 1e15 && value == (double) (gint64) value)
    hvfs_show_number (out, (gint64) value);
  else
    {
      g_string_append (out, g_ascii_formatd (number, sizeof number, "%.9g", value));
      g_string_append_c (out, '\n');
    }
}

void
hvfs_prometheus_append_metric (GString *out, const char *prefix, const char *name,
                               const char *help, const GString *samples)
{
  if (samples->len > 0)
    g_string_append_printf (out, "# HELP %s%s %s\n# TYPE %s%s gauge\n", prefix, name, help,
                            prefix, name);
  g_string_append_len (out, samples->str, samples->len);
}
