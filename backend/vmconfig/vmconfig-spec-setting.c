/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-spec-setting.c - settings without a device that differ */
#include "backend/vmconfig/vmconfig-spec-part.h"

#include <string.h>

#include "backend/vmconfig/vmconfig-setting.h"
#include "convert/model/settings.h"

/* Returns: (transfer full) (nullable): the value of @row that is wanted; NULL: as it is */
static char *
dup_changed (const HvfsVmChange *change, const HvfsVimSetting *row)
{
  const HvfsSetting *setting = hvfs_setting_lookup (row->key);
  g_autofree char *before = hvfs_domain_dup_setting (change->base, setting);
  g_autofree char *after = hvfs_domain_dup_setting (change->wanted, setting);

  if (g_strcmp0 (before, after) == 0)
    return NULL;
  return after != NULL ? g_steal_pointer (&after) : g_strdup (setting->plain);
}

static void
put (HvfsVmChange *change, const HvfsVimSetting *row, const char *value)
{
  const char *name = row->member != NULL ? row->member : row->element;

  change->n_changes++;
  if (hvfs_setting_lookup (row->key)->kind == HVFS_SETTING_SWITCH)
    hvfs_request_bool (change->request, name, strcmp (value, "TRUE") == 0);
  else
    hvfs_request_text (change->request, name, value);
}

gboolean
hvfs_vm_change_settings_in (HvfsVmChange *change, const char *element, gboolean write)
{
  gboolean any = FALSE;

  for (const HvfsVimSetting *row = hvfs_vim_settings; row->key != NULL; row++)
    {
      g_autofree char *value
        = strcmp (row->element, element) == 0 ? dup_changed (change, row) : NULL;

      any |= value != NULL;
      if (value != NULL && write)
        put (change, row, value);
    }
  return any;
}

/* Whether the element has its settings in it, and is none itself. */
static gboolean
has_members (const char *element)
{
  for (const HvfsVimSetting *row = hvfs_vim_settings; row->key != NULL; row++)
    if (strcmp (row->element, element) == 0)
      return row->member != NULL;
  return FALSE;
}

void
hvfs_vm_change_settings (HvfsVmChange *change, const char *const *elements)
{
  for (; *elements != NULL; elements++)
    {
      gboolean open = has_members (*elements)
                      && hvfs_vm_change_settings_in (change, *elements, FALSE);

      if (open)
        hvfs_request_open (change->request, *elements, NULL);
      hvfs_vm_change_settings_in (change, *elements, TRUE);
      if (open)
        hvfs_request_close (change->request);
    }
}
