/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-read-single.c - devices that are one key of a VMX, in a configuration */
#include "backend/vmconfig/vmconfig-read-part.h"

#include <string.h>

#include "backend/vmconfig/vmconfig-device.h"

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
  if (strcmp (single->key, HVFS_USB_KEY) == 0 && hvfs_value_bool (device, "ehciEnabled"))
    hvfs_domain_add_extra (read->domain, HVFS_EHCI_KEY, "TRUE");
}
