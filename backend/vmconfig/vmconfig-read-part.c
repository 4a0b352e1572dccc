/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-read-part.c - what the readers of parts share; see vmconfig-read-part.h */
#include "backend/vmconfig/vmconfig-read-part.h"

#include <string.h>

const char *
hvfs_vm_extra (const HvfsValue *config, const char *key)
{
  for (guint i = 0; i < hvfs_value_n_children (config); i++)
    {
      const HvfsValue *option = hvfs_value_nth (config, i);
      const char *name = hvfs_value_text (option, "key");

      if (strcmp (hvfs_value_name (option), "extraConfig") == 0 && name != NULL
          && g_ascii_strcasecmp (name, key) == 0)
        return hvfs_value_text (option, "value");
    }
  return NULL;
}

void
hvfs_vm_read_keep (HvfsVmRead *read, gpointer part, HvfsValue *device)
{
  g_hash_table_insert (read->devices, part, device);
}

HvfsValue *
hvfs_vm_read_device (const HvfsVmRead *read, gconstpointer part)
{
  return g_hash_table_lookup (read->devices, part);
}

void
hvfs_vm_read_note (HvfsVmRead *read, const char *format, ...)
{
  GString *text = g_string_new (NULL);
  va_list args;

  va_start (args, format);
  g_string_vprintf (text, format, args);
  va_end (args);
  g_string_append (text, ", which domain XML cannot express: an edit leaves it alone");
  /* What a comment must not hold. */
  while (g_string_replace (text, "--", "-", 0) > 0)
    ;
  g_ptr_array_add (read->comments, g_string_free (text, FALSE));
}

void
hvfs_vm_read_comment (HvfsVmRead *read, const HvfsValue *device)
{
  const char *type = hvfs_value_type (device);
  const char *label = hvfs_value_text (device, "deviceInfo.label");
  const char *summary = hvfs_value_text (device, "deviceInfo.summary");

  hvfs_vm_read_note (read, "%s (%s%s%s)", label != NULL ? label : "A device",
                     type != NULL ? type : "of no type",
                     summary != NULL && *summary != '\0' ? ": " : "",
                     summary != NULL ? summary : "");
}
