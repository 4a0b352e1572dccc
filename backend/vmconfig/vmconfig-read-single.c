/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-read-single.c - devices that are one key of a VMX, in a configuration */
#include "backend/vmconfig/vmconfig-read-part.h"

#include <string.h>

#include "backend/vmconfig/vmconfig-device.h"
#include "convert/model/settings.h"

/* A word of a backing, or a switch of the device itself. */
static void
read_field (HvfsVmRead *read, const HvfsValue *device, const HvfsVimSingle *single)
{
  const HvfsValue *backing = single->backing != NULL ? hvfs_value_get (device, "backing") : NULL;
  const char *text = backing != NULL ? hvfs_value_text (backing, single->field) : NULL;
  g_autofree char *value = NULL;

  if (single->backing == NULL && hvfs_value_bool (device, single->field))
    hvfs_domain_add_extra (read->domain, single->field_key, "TRUE");
  if (text == NULL || *text == '\0')
    return;
  value = hvfs_setting_normalize (hvfs_setting_lookup (single->field_key), text);
  if (value != NULL)
    hvfs_domain_add_extra (read->domain, single->field_key, value);
  else
    hvfs_vm_read_note (read, "%s '%s'", single->field_key, text);
}

void
hvfs_vm_read_single (HvfsVmRead *read, HvfsValue *device)
{
  const char *type = hvfs_value_type (device);
  const HvfsVimSingle *single = hvfs_vim_singles;

  while (strcmp (single->type, type) != 0)
    single++;
  if (hvfs_vim_has_key (read->domain, single->key))
    {
      hvfs_vm_read_comment (read, device); /* a second one */
      return;
    }
  hvfs_domain_add_extra (read->domain, single->key, "TRUE");
  if (single->dev != NULL)
    hvfs_domain_add_extra (read->domain, HVFS_SOUND_DEV_KEY, single->dev);
  if (single->field != NULL)
    read_field (read, device, single);
}
