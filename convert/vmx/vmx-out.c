/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/vmx/vmx-out.c - a VMX file while it is written; see vmx-out.h */
#include "convert/vmx/vmx-out.h"
#include "convert/error.h"
#include "convert/model/scalar.h"
#include "convert/model/settings.h"
#include "convert/vmx/vmx-words.h"

#include <string.h>

/* Returns: (transfer full): the values of the extras by their keys */
static GHashTable *
index_extras (const HvfsDomain *domain)
{
  GHashTable *extras = g_hash_table_new (hvfs_hash_nocase, hvfs_equal_nocase);

  for (guint i = 0; i < domain->extras->len; i++)
    {
      const HvfsExtra *extra = domain->extras->pdata[i];

      g_hash_table_insert (extras, extra->key, extra->value);
    }
  return extras;
}

HvfsVmxOut *
hvfs_vmx_out_new (const HvfsDomain *domain, const HvfsFiles *files, guint hw_version)
{
  HvfsVmxOut *out = g_new0 (HvfsVmxOut, 1);

  out->text = g_string_sized_new (4096);
  out->keys = g_hash_table_new_full (hvfs_hash_nocase, hvfs_equal_nocase, g_free, NULL);
  out->extras = index_extras (domain);
  out->domain = domain;
  out->files = files;
  out->hw_version = hw_version;
  return out;
}

char *
hvfs_vmx_out_end (HvfsVmxOut *out, GError **error)
{
  char *text = g_string_free (out->text, out->error != NULL);

  if (out->error != NULL)
    g_propagate_error (error, out->error);
  g_hash_table_unref (out->keys);
  g_hash_table_unref (out->extras);
  g_free (out);
  return text;
}

void
hvfs_vmx_refuse (HvfsVmxOut *out, int code, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  if (out->error != NULL)
    return;
  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  hvfs_error_set (&out->error, code, "%s", message);
}

void
hvfs_vmx_refuse_at (HvfsVmxOut *out, guint line, const char *element, int code,
                    const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  if (line > 0)
    hvfs_vmx_refuse (out, code, "line %u: <%s>: %s", line, element, message);
  else
    hvfs_vmx_refuse (out, code, "<%s>: %s", element, message);
}

static void
put (HvfsVmxOut *out, const char *key, const char *value)
{
  if (strpbrk (value, "\"\r\n") != NULL)
    {
      hvfs_vmx_refuse (out, EINVAL, "a VMX file cannot hold quotes or line ends in %s", key);
      return;
    }
  g_hash_table_add (out->keys, g_strdup (key));
  g_string_append_printf (out->text, "%s = \"%s\"\n", key, value);
}

void
hvfs_vmx_put (HvfsVmxOut *out, const char *value, const char *key_format, ...)
{
  char key[HVFS_VMX_KEY_BYTES];

  HVFS_VMX_FORMAT_KEY (key, key_format);
  put (out, key, value);
}

void
hvfs_vmx_put_default (HvfsVmxOut *out, const char *value, const char *key_format, ...)
{
  char key[HVFS_VMX_KEY_BYTES];
  const char *extra;

  HVFS_VMX_FORMAT_KEY (key, key_format);
  extra = g_hash_table_lookup (out->extras, key);
  put (out, key, extra != NULL ? extra : value);
}

void
hvfs_vmx_put_number (HvfsVmxOut *out, guint64 number, const char *key_format, ...)
{
  g_autofree char *value = g_strdup_printf ("%" G_GUINT64_FORMAT, number);
  char key[HVFS_VMX_KEY_BYTES];

  HVFS_VMX_FORMAT_KEY (key, key_format);
  put (out, key, value);
}

void
hvfs_vmx_put_file (HvfsVmxOut *out, const char *path, guint line, const char *element,
                   const char *key_format, ...)
{
  g_autoptr (GError) why = NULL;
  g_autofree char *name = NULL;
  char key[HVFS_VMX_KEY_BYTES];

  if (path == NULL)
    {
      hvfs_vmx_refuse_at (out, line, element, EINVAL, "a file must be named");
      return;
    }
  name = out->files->format (out->files->data, path, &why);
  if (name == NULL)
    {
      hvfs_vmx_refuse_at (out, line, element, EINVAL, "'%s': %s", path, why->message);
      return;
    }
  HVFS_VMX_FORMAT_KEY (key, key_format);
  put (out, key, name);
}

void
hvfs_vmx_put_extras (HvfsVmxOut *out)
{
  for (guint i = 0; i < out->domain->extras->len; i++)
    {
      const HvfsExtra *extra = out->domain->extras->pdata[i];
      const HvfsSetting *setting = hvfs_setting_lookup (extra->key);

      if (setting != NULL && setting->is_no_vmx)
        hvfs_note (out->notes, 0, "<key name='%s' value='%s'>: no VMX has it: write it to config.xml "
                   "of the machine", extra->key, extra->value);
      else if (!g_hash_table_contains (out->keys, extra->key))
        put (out, extra->key, extra->value);
    }
}
