/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/vmx/hw-version.c - the hardware version that a domain's devices need; see hw-version.h
 *
 * After VMware's documents on virtual machine hardware versions and on the maximums of
 * each ESX(i).
 */
#include "convert/vmx/hw-version.h"
#include "convert/model/device-names.h"
#include "convert/model/notes.h"
#include "convert/model/settings.h"
#include "convert/vmx/vmx.h"

#define GIB_KIB (1024 * G_GUINT64_CONSTANT (1024))

/* Each returns whether @domain has more than @limit, or at all, of something; *@ret_line is
 * where, if known. */
typedef gboolean (*HasFunc) (const HvfsDomain *domain, guint64 limit, guint *ret_line);

static gboolean
has_model (const HvfsDomain *domain, guint64 model, guint *ret_line)
{
  for (guint i = 0; i < domain->nets->len; i++)
    {
      const HvfsNet *net = domain->nets->pdata[i];

      if (net->model != (HvfsNetModel) model)
        continue;
      *ret_line = net->line;
      return TRUE;
    }
  return FALSE;
}

static gboolean
has_nets (const HvfsDomain *domain, guint64 limit, guint *ret_line)
{
  if (domain->nets->len <= limit)
    return FALSE;
  *ret_line = ((const HvfsNet *) domain->nets->pdata[limit])->line;
  return TRUE;
}

static gboolean
has_scsi (const HvfsDomain *domain, guint64 model, guint *ret_line)
{
  for (guint i = 0; i < domain->controllers->len; i++)
    {
      const HvfsController *controller = domain->controllers->pdata[i];

      if (controller->type != HVFS_CONTROLLER_SCSI || controller->model != (HvfsScsiModel) model)
        continue;
      *ret_line = controller->line;
      return TRUE;
    }
  return FALSE;
}

static gboolean
has_bus (const HvfsDomain *domain, guint64 bus, guint *ret_line)
{
  for (guint i = 0; i < domain->disks->len; i++)
    {
      const HvfsDisk *disk = domain->disks->pdata[i];

      if (disk->bus != (HvfsBus) bus)
        continue;
      *ret_line = disk->line;
      return TRUE;
    }
  return FALSE;
}

static gboolean
has_unit (const HvfsDomain *domain, guint64 limit, guint *ret_line)
{
  for (guint i = 0; i < domain->disks->len; i++)
    {
      const HvfsDisk *disk = domain->disks->pdata[i];
      guint controller, unit;

      if (disk->bus != HVFS_BUS_SCSI)
        continue;
      hvfs_disk_slot (disk, &controller, &unit);
      if (unit <= limit)
        continue;
      *ret_line = disk->line;
      return TRUE;
    }
  return FALSE;
}

static gboolean
has_memory (const HvfsDomain *domain, guint64 gib, guint *ret_line)
{
  return domain->memory_kib > gib * GIB_KIB;
}

static gboolean
has_vcpus (const HvfsDomain *domain, guint64 limit, guint *ret_line)
{
  *ret_line = domain->vcpu_line;
  return domain->vcpus > limit;
}

static gboolean
has_efi (const HvfsDomain *domain, guint64 secure, guint *ret_line)
{
  return domain->firmware == HVFS_FIRMWARE_EFI && (!secure || domain->secure_boot);
}

/* Keys of VMX that the model has as extras. */
static const char *const keys[] = { "ehci.present", "usb_xhci.present", "vhv.enable",
                                    "vtpm.present", HVFS_SETTING_WATCHDOG,
                                    HVFS_SETTING_CLOCK };

static gboolean
has_key (const HvfsDomain *domain, guint64 key, guint *ret_line)
{
  const HvfsExtra *extra = hvfs_domain_get_extra (domain, keys[key]);

  if (extra == NULL || g_ascii_strcasecmp (extra->value, "true") != 0)
    return FALSE;
  *ret_line = extra->line;
  return TRUE;
}

static const struct
{
  guint version;
  HasFunc has;
  guint64 argument;
  const char *what;
} needs[] = {
  { 7, has_model, HVFS_NET_MODEL_VMXNET3, "an interface of the model vmxnet3" },
  { 7, has_nets, 4, "a fifth interface" },
  { 7, has_scsi, HVFS_SCSI_VMPVSCSI, "a paravirtual SCSI controller" },
  { 7, has_scsi, HVFS_SCSI_LSISAS1068, "a SAS controller" },
  { 7, has_key, 0, "EHCI" },
  { 7, has_vcpus, 4, "more than 4 virtual CPUs" },
  { 7, has_memory, 64, "more than 64 GiB of memory" },
  { 8, has_model, HVFS_NET_MODEL_E1000E, "an interface of the model e1000e" },
  { 8, has_efi, FALSE, "UEFI" },
  { 8, has_key, 1, "xHCI" },
  { 8, has_vcpus, 8, "more than 8 virtual CPUs" },
  { 8, has_memory, 255, "more than 255 GiB of memory" },
  { 9, has_key, 2, "virtualisation in the guest" },
  { 9, has_vcpus, 32, "more than 32 virtual CPUs" },
  { 10, has_bus, HVFS_BUS_SATA, "a SATA disk" },
  { 11, has_vcpus, 64, "more than 64 virtual CPUs" },
  { 11, has_memory, 1011, "more than 1011 GiB of memory" },
  { 13, has_bus, HVFS_BUS_NVME, "an NVMe disk" },
  { 13, has_efi, TRUE, "secure boot" },
  { 13, has_memory, 4080, "more than 4080 GiB of memory" },
  { 13, has_unit, 15, "a SCSI disk beyond unit 15" },
  { 14, has_key, 3, "a TPM" },
  { 17, has_key, 4, "a watchdog timer" },
  { 17, has_key, 5, "a precision clock" },
  { 17, has_vcpus, 128, "more than 128 virtual CPUs" },
  { 18, has_vcpus, 256, "more than 256 virtual CPUs" },
  { 18, has_memory, 6128, "more than 6128 GiB of memory" },
};

guint
hvfs_hw_version_needed (const HvfsDomain *domain)
{
  guint version = HVFS_HW_VERSION_DEFAULT, line = 0;

  for (guint i = 0; i < G_N_ELEMENTS (needs); i++)
    if (needs[i].version > version && needs[i].has (domain, needs[i].argument, &line))
      version = needs[i].version;
  return version;
}

void
hvfs_hw_version_note_missing (const HvfsDomain *domain, guint version, GPtrArray *notes)
{
  for (guint i = 0; i < G_N_ELEMENTS (needs); i++)
    {
      guint line = 0;

      if (needs[i].version > version && needs[i].has (domain, needs[i].argument, &line))
        hvfs_note (notes, line, "%s needs virtualHW.version %u, it is %u", needs[i].what,
                   needs[i].version, version);
    }
}
