/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-spec-single.c - devices of which a machine has one or none, when they differ
 *
 * There is nothing to find out but whether it is to be there, and the one field that some have.
 */
#include "backend/vmconfig/vmconfig-spec-part.h"

#include <string.h>

#include "backend/vmconfig/vmconfig-device.h"
#include "backend/vmconfig/vmconfig-value.h"

/* The field as the wanted domain has it; @value: (nullable) */
static void
set_field (HvfsValue **device, const HvfsVimSingle *single, const char *value)
{
  HvfsValue *backing;

  if (single->backing == NULL)
    {
      hvfs_vm_value_set_bool (device, single->field, value != NULL);
      return;
    }
  backing = hvfs_vm_change_backing (*device, single->backing);
  if (value != NULL)
    hvfs_vm_value_set (&backing, single->field, value);
  else
    hvfs_vm_value_drop (&backing, single->field);
  hvfs_vm_value_put (device, backing);
}

static HvfsValue *
new_single (const HvfsVmChange *change, const HvfsVimSingle *single)
{
  HvfsValue *device
    = hvfs_vm_change_new_device (change, single->type, single->dev != NULL, single->dev != NULL);
  g_autofree char *value
    = single->field != NULL ? hvfs_vim_single_dup_field (change->wanted, single) : NULL;
  HvfsValue *backing;

  if (hvfs_vm_value_can (device, "busNumber"))
    hvfs_vm_value_set_int (&device, "busNumber", 0);
  if (single->field != NULL)
    set_field (&device, single, value);
  if (hvfs_vm_value_can (device, "running")) /* the guest's to say, but no server does without */
    hvfs_vm_value_set_bool (&device, "running", FALSE);
  if (single->dev == NULL)
    return device;
  backing = hvfs_vm_value_new ("backing", "VirtualSoundCardDeviceBackingInfo");
  hvfs_vm_value_set (&backing, "deviceName", "");
  hvfs_vm_value_set_bool (&backing, "useAutoDetect", TRUE);
  hvfs_vm_value_put (&device, backing);
  return device;
}

/* A server takes a word that an edit leaves out for one that stays: such a device goes, and comes
 * again without. */
static void
change_field (HvfsVmChange *change, const HvfsVimSingle *single)
{
  g_autofree char *before = hvfs_vim_single_dup_field (change->base, single);
  g_autofree char *after = hvfs_vim_single_dup_field (change->wanted, single);
  HvfsValue *device
    = change->have != NULL ? hvfs_vim_device_of_type (change->have->config, single->type) : NULL;

  if (device == NULL || g_strcmp0 (before, after) == 0)
    return;
  device = hvfs_value_ref (device);
  set_field (&device, single, after);
  if (after != NULL || single->backing == NULL)
    {
      hvfs_vm_change_edit (change, device);
      return;
    }
  hvfs_vm_change_remove (change, device);
  hvfs_vm_change_add (change, device, NULL);
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
      else if (single->field != NULL)
        change_field (change, single);
    }
}
