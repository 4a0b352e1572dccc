/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-read-hostdev.c - devices of the host that a machine has for itself */
#include "backend/vmconfig/vmconfig-read-part.h"

#include <string.h>

#include "backend/vmconfig/vmconfig-device.h"
#include "convert/model/hostdev.h"

/* By its numbers where the server says them, since a text is to fit on another host, too. */
static gboolean
read_usb (HvfsHostdev *hostdev, const HvfsValue *device)
{
  const char *name = hvfs_value_text (device, "backing.deviceName");
  gint64 vendor = hvfs_value_int (device, "vendor", 0);
  gint64 product = hvfs_value_int (device, "product", -1);

  hostdev->type = HVFS_HOSTDEV_USB;
  if (vendor < 1 || vendor > G_MAXUINT16 || product < 0 || product > G_MAXUINT16)
    return name != NULL && hvfs_hostdev_parse_pattern (hostdev, name)
           && (hostdev->name == NULL || strpbrk (hostdev->name, "\"\r\n") == NULL);
  hostdev->vendor = vendor;
  hostdev->product = product;
  return TRUE;
}

/* Of the backings only one names a device by its place. */
static gboolean
read_pci (HvfsHostdev *hostdev, const HvfsValue *backing)
{
  const char *id = hvfs_value_text (backing, "id");

  return g_strcmp0 (hvfs_value_type (backing), "VirtualPCIPassthroughDeviceBackingInfo") == 0
         && id != NULL && hvfs_hostdev_parse_pci (hostdev, id);
}

/* Its place is a disk's. */
static gboolean
read_scsi (const HvfsVmRead *read, HvfsHostdev *hostdev, const HvfsValue *device)
{
  const HvfsValue *backing = hvfs_value_get (device, "backing");
  const HvfsValue *controller
    = hvfs_vim_device (read->config, hvfs_value_int (device, "controllerKey", G_MININT64));
  const HvfsVimClass *class = hvfs_vim_class (controller);
  const char *name = hvfs_value_bool (backing, "useAutoDetect")
                       ? HVFS_HOSTDEV_ANY
                       : hvfs_value_text (backing, "deviceName");
  gint64 number = hvfs_value_int (controller, "busNumber", -1);
  gint64 unit = hvfs_value_int (device, "unitNumber", -1);

  hostdev->type = HVFS_HOSTDEV_SCSI;
  if (class->kind != HVFS_VIM_CONTROLLER || class->bus != HVFS_BUS_SCSI || number < 0
      || number >= HVFS_HOSTDEV_CONTROLLERS || unit < 0 || unit >= HVFS_HOSTDEV_UNITS
      || unit == HVFS_HOSTDEV_OWN_UNIT || name == NULL || *name == '\0'
      || strpbrk (name, "\"\r\n") != NULL)
    return FALSE;
  hostdev->name = g_strdup (name);
  hostdev->drive = (HvfsDrive){ .known = TRUE, .controller = number, .unit = unit };
  return TRUE;
}

void
hvfs_vm_read_hostdev (HvfsVmRead *read, HvfsValue *device)
{
  HvfsDomain *domain = read->domain;
  HvfsHostdev *hostdev = hvfs_domain_add_hostdev (domain);
  int type = hvfs_vim_class (device)->word;

  if (type == HVFS_HOSTDEV_USB   ? read_usb (hostdev, device)
      : type == HVFS_HOSTDEV_PCI ? read_pci (hostdev, hvfs_value_get (device, "backing"))
                                 : read_scsi (read, hostdev, device))
    {
      hostdev->number = hvfs_domain_count_hostdevs (domain, hostdev->type) - 1;
      hvfs_vm_read_keep (read, hostdev, device);
      return;
    }
  g_ptr_array_set_size (domain->hostdevs, domain->hostdevs->len - 1);
  hvfs_vm_read_comment (read, device);
}
