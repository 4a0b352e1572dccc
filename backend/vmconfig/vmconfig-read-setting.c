/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-read-setting.c - settings without a device in a configuration */
#include "backend/vmconfig/vmconfig-read-part.h"

#include <string.h>

#include "backend/vmconfig/vmconfig-setting.h"
#include "convert/model/scalar.h"
#include "convert/model/settings.h"

/* Returns: (transfer full) (nullable): the number in our units; NULL: no whole one */
static char *
dup_scaled (const HvfsVimSetting *row, const char *text)
{
  gint64 number;

  return hvfs_parse_int64 (text, &number) && number % row->scale == 0
           ? g_strdup_printf ("%" G_GINT64_FORMAT, number / row->scale)
           : NULL;
}

/* Returns: (transfer full) (nullable): @text, the server's, as the setting has it */
static char *
dup_ours (const HvfsVimSetting *row, const HvfsSetting *setting, const char *text)
{
  g_autofree char *ours = row->words != NULL ? g_strdup (hvfs_vim_setting_ours (row, text))
                          : row->scale != 0  ? dup_scaled (row, text)
                                             : g_strdup (text);

  return ours != NULL ? hvfs_setting_normalize (setting, ours) : NULL;
}

void
hvfs_vm_read_settings (HvfsVmRead *read)
{
  for (const HvfsVimSetting *row = hvfs_vim_settings; row->key != NULL; row++)
    {
      const HvfsSetting *setting = hvfs_setting_lookup (row->key);
      const HvfsValue *element = hvfs_value_get (
        read->config, row->shown_in != NULL ? row->shown_in : row->element);
      const char *text = hvfs_value_text (element, row->member);
      g_autofree char *value = NULL;

      if (text != NULL && setting->kind == HVFS_SETTING_SWITCH && row->words == NULL)
        text = hvfs_value_bool (element, row->member) ? "TRUE" : "FALSE";
      value = text != NULL ? dup_ours (row, setting, text) : NULL;
      if (value != NULL && strcmp (value, setting->plain) != 0)
        hvfs_domain_add_extra (read->domain, setting->key, value);
      else if (text != NULL && value == NULL)
        hvfs_vm_read_note (read, "%s '%s'", setting->key, text);
    }
}
