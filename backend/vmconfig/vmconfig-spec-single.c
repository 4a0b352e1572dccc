/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-spec-single.c - USB controllers, the sound card and the TPM, when they differ
 *
 * A machine has one of each or none, so there is nothing to find out but whether it is to be
 * there.
 */
#include "backend/vmconfig/vmconfig-spec-part.h"

#include <string.h>

#include "backend/vmconfig/vmconfig-device.h"
#include "backend/vmconfig/vmconfig-value.h"

static HvfsValue *
new_single (const HvfsVmChange *change, const HvfsVimSingle *single)
{
  HvfsValue *device
    = hvfs_vm_change_new_device (change, single->type, single->dev != NULL, single->dev != NULL);
  HvfsValue *backing;

  if (hvfs_vm_value_can (device, "busNumber"))
    hvfs_vm_value_set_int (&device, "busNumber", 0);
  if (strcmp (single->key, HVFS_USB_KEY) == 0)
    hvfs_vm_value_set_bool (&device, "ehciEnabled",
                            hvfs_vim_has_key (change->wanted, HVFS_EHCI_KEY));
  if (single->dev == NULL)
    return device;
  backing = hvfs_vm_value_new ("backing", "VirtualSoundCardDeviceBackingInfo");
  hvfs_vm_value_set (&backing, "deviceName", "");
  hvfs_vm_value_set_bool (&backing, "useAutoDetect", TRUE);
  hvfs_vm_value_put (&device, backing);
  return device;
}

/* EHCI is a part of the controller that is there anyway. */
static void
change_ehci (HvfsVmChange *change, const HvfsVimSingle *single)
{
  gboolean ehci = hvfs_vim_has_key (change->wanted, HVFS_EHCI_KEY);
  HvfsValue *device
    = change->have != NULL ? hvfs_vim_device_of_type (change->have->config, single->type) : NULL;

  if (device == NULL || ehci == hvfs_vim_has_key (change->base, HVFS_EHCI_KEY))
    return;
  device = hvfs_value_ref (device);
  hvfs_vm_value_set_bool (&device, "ehciEnabled", ehci);
  hvfs_vm_change_edit (change, device);
}

static gboolean
has (const HvfsDomain *domain, const HvfsVimSingle *single)
{
  return hvfs_vim_single (domain, single->key) == single;
}

/* One sound card goes before another one comes. */
void
hvfs_vm_change_singles (HvfsVmChange *change)
{
  for (const HvfsVimSingle *single = hvfs_vim_singles; single->key != NULL; single++)
    {
      HvfsValue *device = has (change->base, single) && change->have != NULL
                            ? hvfs_vim_device_of_type (change->have->config, single->type)
                            : NULL;

      if (device != NULL && !has (change->wanted, single))
        hvfs_vm_change_remove (change, device);
    }
  for (const HvfsVimSingle *single = hvfs_vim_singles; single->key != NULL; single++)
    {
      if (!has (change->wanted, single))
        continue;
      if (!has (change->base, single))
        hvfs_vm_change_add (change, new_single (change, single), NULL);
      else if (strcmp (single->key, HVFS_USB_KEY) == 0)
        change_ehci (change, single);
    }
}
