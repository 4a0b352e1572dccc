/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/vmx/vmx-hostdev.c - devices of the host that a machine has for itself, in a VMX
 *
 *   usb.autoConnect.device0 = "vid:03e7 pid:2485"     or "0x03e7:0x2485", "path:1/3/0", ...
 *   pciPassthru0.present = "TRUE"
 *   pciPassthru0.id = "00000:013:00.0"                decimal; vendorId, deviceId and systemId
 *                                                     are kept beside it, as extras
 *   scsi0:3.deviceType = "scsi-passthru"              see vmx-read-disk.c: its place is a disk's
 *   scsi0:3.fileName = "/vmfs/devices/generic/..."    or "auto detect"
 */
#include "convert/model/hostdev.h"
#include "convert/vmx/vmx-read-part.h"
#include "convert/vmx/vmx-write-part.h"

/* More than a machine can have. */
#define USB_LIMIT 32

static void
read_usb (HvfsVmxText *vmx, HvfsDomain *domain)
{
  for (guint i = 0; i < USB_LIMIT; i++)
    {
      const char *pattern = hvfs_vmx_text_get (vmx, "usb.autoConnect.device%u", i);
      g_autofree char *key = g_strdup_printf ("device%u", i);
      const char *const kept[] = { key, NULL };
      HvfsHostdev *hostdev;

      if (pattern == NULL || *pattern == '\0')
        continue;
      hostdev = hvfs_domain_add_hostdev (domain);
      hostdev->number = i;
      hvfs_hostdev_parse_pattern (hostdev, pattern);
      hvfs_vmx_text_mark (vmx, "usb.autoConnect.", kept);
    }
}

/* One without such a place (a part of a graphics card, say) stays what it is, in extras. */
static void
read_pci (HvfsVmxText *vmx, HvfsDomain *domain)
{
  static const char *const kept[] = { "present", "id", NULL };
  g_autoptr (GArray) numbers = hvfs_vmx_text_numbers (vmx, "pciPassthru");

  for (guint i = 0; i < numbers->len; i++)
    {
      guint number = g_array_index (numbers, guint, i);
      const char *present = hvfs_vmx_text_get (vmx, "pciPassthru%u.present", number);
      const char *id = hvfs_vmx_text_get (vmx, "pciPassthru%u.id", number);
      g_autofree char *prefix = g_strdup_printf ("pciPassthru%u.", number);
      HvfsHostdev *hostdev, parsed;

      if (present == NULL || g_ascii_strcasecmp (present, "true") != 0 || id == NULL
          || !hvfs_hostdev_parse_pci (&parsed, id))
        continue;
      hostdev = hvfs_domain_add_hostdev (domain);
      hvfs_hostdev_parse_pci (hostdev, id);
      hostdev->number = number;
      hvfs_vmx_text_mark (vmx, prefix, kept);
    }
}

void
hvfs_vmx_read_hostdevs (HvfsVmxText *vmx, HvfsDomain *domain)
{
  read_usb (vmx, domain);
  read_pci (vmx, domain);
}

static void
write_scsi (HvfsVmxOut *out, const HvfsHostdev *hostdev)
{
  guint controller = hostdev->drive.controller, unit = hostdev->drive.unit;
  const HvfsDisk *disk = hvfs_hostdev_find_disk (out->domain, hostdev);

  if (disk != NULL)
    hvfs_vmx_refuse_at (out, hostdev->line, "hostdev", EINVAL,
                        "its place is scsi%u:%u, which the disk '%s' has", controller, unit,
                        disk->target);
  if (hvfs_domain_get_controller (out->domain, HVFS_CONTROLLER_SCSI, controller) == NULL)
    hvfs_vmx_refuse_at (out, hostdev->line, "hostdev", EINVAL,
                        "there must be a <controller type='scsi' index='%u'>", controller);
  hvfs_vmx_put (out, "true", "scsi%u:%u.present", controller, unit);
  hvfs_vmx_put (out, "scsi-passthru", "scsi%u:%u.deviceType", controller, unit);
  hvfs_vmx_put (out, hostdev->name, "scsi%u:%u.fileName", controller, unit);
}

void
hvfs_vmx_write_hostdevs (HvfsVmxOut *out)
{
  for (guint i = 0; i < out->domain->hostdevs->len; i++)
    {
      const HvfsHostdev *hostdev = out->domain->hostdevs->pdata[i];
      gboolean usb = hostdev->type == HVFS_HOSTDEV_USB;
      g_autofree char *name
        = usb ? hvfs_hostdev_dup_pattern (hostdev) : hvfs_hostdev_dup_vmx_pci (hostdev);

      if (hostdev->type == HVFS_HOSTDEV_SCSI)
        {
          write_scsi (out, hostdev);
          continue;
        }
      if (usb)
        {
          hvfs_vmx_put (out, name, "usb.autoConnect.device%u", hostdev->number);
          continue;
        }
      hvfs_vmx_put (out, "true", "pciPassthru%u.present", hostdev->number);
      hvfs_vmx_put (out, name, "pciPassthru%u.id", hostdev->number);
    }
}
