/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-spec-hostdev.c - devices of the host that come or go
 *
 * Such a device is what it is: another one is added, and the old one removed.
 */
#include "backend/vmconfig/vmconfig-spec-part.h"

#include "backend/vmconfig/vmconfig-value.h"
#include "convert/model/hostdev.h"

static HvfsValue *
new_usb (const HvfsVmChange *change, const HvfsHostdev *hostdev)
{
  HvfsValue *device = hvfs_vm_change_new_device (change, "VirtualUSB", TRUE, TRUE);
  HvfsValue *backing = hvfs_vm_value_new ("backing", "VirtualUSBUSBBackingInfo");
  g_autofree char *pattern = hvfs_hostdev_dup_pattern (hostdev);

  hvfs_vm_value_set (&backing, "deviceName", pattern);
  hvfs_vm_value_put (&device, backing);
  hvfs_vm_value_set_bool (&device, "connected", change->running);
  return device;
}

/* Returns: (transfer full) (nullable) */
static HvfsValue *
new_pci (const HvfsVmChange *change, const HvfsHostdev *hostdev, GError **error)
{
  HvfsValue *backing
    = change->hostdevs != NULL ? g_hash_table_lookup (change->hostdevs, hostdev) : NULL;
  HvfsValue *device;

  if (change->hostdevs == NULL)
    {
      hvfs_vm_change_bad (error, ENOTSUP,
                          "line %u: <hostdev type='pci'>: it can be added to a machine of a server "
                          "only",
                          hostdev->line);
      return NULL;
    }
  device = hvfs_vm_change_new_device (change, "VirtualPCIPassthrough", FALSE, FALSE);
  if (backing != NULL)
    hvfs_vm_value_put (&device, hvfs_value_ref (backing));
  return device;
}

static gboolean
add (HvfsVmChange *change, const HvfsHostdev *hostdev, GError **error)
{
  HvfsValue *device = hostdev->type == HVFS_HOSTDEV_USB ? new_usb (change, hostdev)
                                                        : new_pci (change, hostdev, error);

  if (device != NULL)
    hvfs_vm_change_add (change, device, NULL);
  return device != NULL;
}

/* Which of @base is @hostdev and nobody's yet; -1: none.  Takes it. */
static int
match (const GPtrArray *base, const HvfsHostdev *hostdev, gboolean *used)
{
  for (guint i = 0; i < base->len; i++)
    if (!used[i] && hvfs_hostdev_same (base->pdata[i], hostdev))
      {
        used[i] = TRUE;
        return i;
      }
  return -1;
}

gboolean
hvfs_vm_change_hostdevs (HvfsVmChange *change, GError **error)
{
  const GPtrArray *base = change->base->hostdevs, *wanted = change->wanted->hostdevs;
  g_autofree gboolean *used = g_new0 (gboolean, base->len + 1);
  g_autoptr (GPtrArray) added = g_ptr_array_new ();

  for (guint i = 0; i < wanted->len; i++)
    if (match (base, wanted->pdata[i], used) < 0)
      g_ptr_array_add (added, wanted->pdata[i]);
  for (guint i = 0; i < base->len; i++)
    if (!used[i] && change->have != NULL)
      hvfs_vm_change_remove (
        change, hvfs_vm_change_device (change, change->have->domain->hostdevs->pdata[i]));
  for (guint i = 0; i < added->len; i++)
    if (!add (change, added->pdata[i], error))
      return FALSE;
  return TRUE;
}
