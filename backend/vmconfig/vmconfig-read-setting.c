/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-read-setting.c - settings without a device in a configuration */
#include "backend/vmconfig/vmconfig-read-part.h"

#include <string.h>

#include "backend/vmconfig/vmconfig-setting.h"
#include "convert/model/settings.h"

void
hvfs_vm_read_settings (HvfsVmRead *read)
{
  for (const HvfsVimSetting *row = hvfs_vim_settings; row->key != NULL; row++)
    {
      const HvfsSetting *setting = hvfs_setting_lookup (row->key);
      const HvfsValue *element = hvfs_value_get (read->config, row->element);
      const char *text = hvfs_value_text (element, row->member);
      g_autofree char *value = NULL;

      if (text != NULL && setting->kind == HVFS_SETTING_SWITCH)
        text = hvfs_value_bool (element, row->member) ? "TRUE" : "FALSE";
      value = text != NULL ? hvfs_setting_normalize (setting, text) : NULL;
      if (value != NULL && strcmp (value, setting->plain) != 0)
        hvfs_domain_add_extra (read->domain, setting->key, value);
      else if (text != NULL && value == NULL)
        hvfs_vm_read_note (read, "%s '%s'", setting->key, text);
    }
}
