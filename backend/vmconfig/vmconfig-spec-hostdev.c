/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-spec-hostdev.c - devices of the host that come or go
 *
 * A USB or PCI device is what it is: another one is added, and the old one removed.  A SCSI device
 * has a place in the machine besides: the one there can become another, and one can move.
 */
#include "backend/vmconfig/vmconfig-spec-part.h"

#include "backend/vmconfig/vmconfig-device.h"
#include "backend/vmconfig/vmconfig-value.h"
#include "convert/model/hostdev.h"

#include <string.h>

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

/* @old: (nullable): the device that it was, at its place or another */
static HvfsValue *
shape_scsi (const HvfsVmChange *change, HvfsValue *old, const HvfsHostdev *hostdev)
{
  const HvfsDisk place = hvfs_hostdev_as_disk (hostdev);
  gboolean any = strcmp (hostdev->name, HVFS_HOSTDEV_ANY) == 0;
  HvfsValue *device = old != NULL ? hvfs_value_ref (old)
                                  : hvfs_vm_change_new_device (change, "VirtualSCSIPassthrough",
                                                               TRUE, TRUE);
  HvfsValue *backing = hvfs_vm_change_backing (device, "VirtualSCSIPassthroughDeviceBackingInfo");

  if (!any)
    hvfs_vm_change_name_device (&backing, hostdev->name);
  else if (!hvfs_value_bool (backing, "useAutoDetect"))
    {
      hvfs_vm_value_set (&backing, "deviceName", "");
      hvfs_vm_value_set_bool (&backing, "useAutoDetect", TRUE);
    }
  hvfs_vm_value_put (&device, backing);
  hvfs_vm_value_set_int (&device, "controllerKey", hvfs_vm_change_controller_key (change, &place));
  hvfs_vm_value_set_int (&device, "unitNumber", hostdev->drive.unit);
  return device;
}

static gboolean
check_scsi (const HvfsVmChange *change, const HvfsHostdev *hostdev, GError **error)
{
  const HvfsDisk place = hvfs_hostdev_as_disk (hostdev);
  const HvfsDisk *disk = hvfs_hostdev_find_disk (change->wanted, hostdev);
  guint controller = hostdev->drive.controller;

  if (hvfs_domain_get_controller (change->wanted, HVFS_CONTROLLER_SCSI, controller) == NULL)
    return hvfs_vm_change_bad (error, EINVAL,
                               "line %u: <hostdev>: there must be a <controller type='scsi' "
                               "index='%u'>",
                               hostdev->line, controller);
  if (hvfs_vm_change_is_replaced (change, &place))
    return hvfs_vm_change_bad (error, ENOTSUP,
                               "line %u: <hostdev>: its controller cannot get another model: take "
                               "it out, and add it afterwards",
                               hostdev->line);
  return disk == NULL
         || hvfs_vm_change_bad (error, EINVAL,
                                "line %u: <hostdev>: its place, controller %u unit %u, is that of "
                                "the disk '%s'",
                                hostdev->line, controller, hostdev->drive.unit, disk->target);
}

static gboolean
add (HvfsVmChange *change, HvfsValue *old, const HvfsHostdev *hostdev, GError **error)
{
  HvfsValue *device = hostdev->type == HVFS_HOSTDEV_USB   ? new_usb (change, hostdev)
                      : hostdev->type == HVFS_HOSTDEV_PCI ? new_pci (change, hostdev, error)
                                                          : shape_scsi (change, old, hostdev);

  if (device != NULL)
    hvfs_vm_change_add (change, device, NULL);
  return device != NULL;
}

/* ---- which device is which ---- */

static gboolean
is_same_scsi_place (const HvfsHostdev *a, const HvfsHostdev *b)
{
  return a->type == HVFS_HOSTDEV_SCSI && b->type == HVFS_HOSTDEV_SCSI
         && hvfs_hostdev_same_place (a, b);
}

static gboolean
is_same_scsi_device (const HvfsHostdev *a, const HvfsHostdev *b)
{
  return a->type == HVFS_HOSTDEV_SCSI && b->type == HVFS_HOSTDEV_SCSI
         && strcmp (a->name, b->name) == 0;
}

/* Returns: (transfer full): which of the base each wanted one is, -1: none; what is the same goes
 * first.  @used: (out): those of the base that are one */
static int *
match (const HvfsVmChange *change, gboolean *used)
{
  static gboolean (*const alike[]) (const HvfsHostdev *, const HvfsHostdev *)
    = { hvfs_hostdev_same, is_same_scsi_place, is_same_scsi_device };
  const GPtrArray *base = change->base->hostdevs, *wanted = change->wanted->hostdevs;
  int *matches = g_new (int, wanted->len + 1);

  for (guint w = 0; w < wanted->len; w++)
    matches[w] = -1;
  for (guint i = 0; i < G_N_ELEMENTS (alike); i++)
    for (guint w = 0; w < wanted->len; w++)
      for (guint b = 0; matches[w] < 0 && b < base->len; b++)
        if (!used[b] && alike[i](base->pdata[b], wanted->pdata[w]))
          {
            matches[w] = b;
            used[b] = TRUE;
          }
  return matches;
}

static HvfsValue *
device_of (const HvfsVmChange *change, int n)
{
  return change->have != NULL && n >= 0
           ? hvfs_vm_change_device (change, change->have->domain->hostdevs->pdata[n])
           : NULL;
}

void
hvfs_vm_change_hostdevs_gone (HvfsVmChange *change)
{
  const GPtrArray *base = change->base->hostdevs, *wanted = change->wanted->hostdevs;
  g_autofree gboolean *used = g_new0 (gboolean, base->len + 1);
  g_autofree int *matches = match (change, used);

  for (guint w = 0; w < wanted->len; w++)
    if (matches[w] >= 0 && !hvfs_hostdev_same_place (base->pdata[matches[w]], wanted->pdata[w]))
      used[matches[w]] = FALSE;
  for (guint b = 0; b < base->len; b++)
    if (!used[b] && device_of (change, b) != NULL)
      hvfs_vm_change_remove (change, device_of (change, b));
}

gboolean
hvfs_vm_change_hostdevs (HvfsVmChange *change, GError **error)
{
  const GPtrArray *base = change->base->hostdevs, *wanted = change->wanted->hostdevs;
  g_autofree gboolean *used = g_new0 (gboolean, base->len + 1);
  g_autofree int *matches = match (change, used);

  for (guint w = 0; w < wanted->len; w++)
    {
      const HvfsHostdev *hostdev = wanted->pdata[w];
      const HvfsHostdev *was = matches[w] >= 0 ? base->pdata[matches[w]] : NULL;
      HvfsValue *old = device_of (change, matches[w]);

      if (hostdev->type == HVFS_HOSTDEV_SCSI && !check_scsi (change, hostdev, error))
        return FALSE;
      if (was != NULL && hvfs_hostdev_same (was, hostdev))
        continue;
      if (old != NULL && hvfs_hostdev_same_place (was, hostdev))
        hvfs_vm_change_edit (change, shape_scsi (change, old, hostdev));
      else if (!add (change, old, hostdev, error))
        return FALSE;
    }
  return TRUE;
}
