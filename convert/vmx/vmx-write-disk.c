/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/vmx/vmx-write-disk.c - controllers, disks and drives of a domain as VMX keys */
#include "convert/model/hostdev.h"
#include "convert/model/device-names.h"
#include "convert/error.h"
#include "convert/model/scalar.h"
#include "convert/vmx/vmx-words.h"
#include "convert/vmx/vmx-write-part.h"
#include "convert/model/words.h"

#define SCSI_CONTROLLERS 4
#define SCSI_OWN_UNIT 7
#define FLOPPIES 2

/* What a VMX can have on each bus. */
static const struct
{
  guint controllers; /* 0: no such bus; of IDE, the channels of one */
  guint units;
} limits[] = {
  [HVFS_BUS_IDE] = { 2, 2 },
  [HVFS_BUS_FDC] = { 1, FLOPPIES },
  [HVFS_BUS_SCSI] = { SCSI_CONTROLLERS, 65 },
  [HVFS_BUS_SATA] = { 4, 30 },
  [HVFS_BUS_NVME] = { 4, 64 },
};

static void G_GNUC_PRINTF (4, 5)
refuse (HvfsVmxOut *out, const HvfsDisk *disk, int code, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  hvfs_vmx_refuse_at (out, disk->line, "disk", code, "'%s': %s", disk->target, message);
}

/* Refuses what has no slot, and a slot that another disk has. */
static void
check_slot (HvfsVmxOut *out, const HvfsDisk *disk, GHashTable *slots)
{
  guint controller, unit, slot;
  const HvfsDisk *other;

  hvfs_disk_slot (disk, &controller, &unit);
  if ((disk->bus == HVFS_BUS_IDE || disk->bus == HVFS_BUS_FDC) && disk->drive.controller > 0)
    refuse (out, disk, EINVAL, "there is only one %s controller, 0, not %u",
            hvfs_bus_words[disk->bus], disk->drive.controller);
  else if (controller >= limits[disk->bus].controllers || unit >= limits[disk->bus].units
           || (disk->bus == HVFS_BUS_SCSI && unit == SCSI_OWN_UNIT))
    refuse (out, disk, EINVAL, "its place is %s%u:%u, it must be %s0:0 to %s%u:%u%s",
            hvfs_bus_words[disk->bus], controller, unit, hvfs_bus_words[disk->bus],
            hvfs_bus_words[disk->bus], limits[disk->bus].controllers - 1,
            limits[disk->bus].units - 1,
            disk->bus == HVFS_BUS_SCSI ? ", and not unit 7, the controller's own" : "");
  else
    {
      slot = (disk->bus * 4 + controller) * 64 + unit + 1;
      other = g_hash_table_lookup (slots, GUINT_TO_POINTER (slot));
      if (other != NULL)
        refuse (out, disk, EINVAL, "its place is %s%u:%u, which the disk '%s' has",
                hvfs_bus_words[disk->bus], controller, unit, other->target);
      g_hash_table_insert (slots, GUINT_TO_POINTER (slot), (gpointer) disk);
    }
}

static void
check_drive (HvfsVmxOut *out, const HvfsDisk *disk, GHashTable *slots)
{
  if (disk->bus >= G_N_ELEMENTS (limits) || limits[disk->bus].controllers == 0
      || !disk->drive.known)
    refuse (out, disk, ENOTSUP, "the bus '%s' must be scsi, sata, nvme, ide or fdc",
            hvfs_bus_words[disk->bus]);
  else if (hvfs_disk_name_index (disk->target) < 0)
    refuse (out, disk, EINVAL, "its name must be like sda, hda, fda or nvme0n1");
  else
    check_slot (out, disk, slots);
}

/* Old XML names the controller's model as the disk's driver.  It goes to the first
 * controller of that number, whatever its type. */
static void
apply_driver (HvfsVmxOut *out, const HvfsDisk *disk, HvfsScsiModel *models)
{
  const GPtrArray *controllers = out->domain->controllers;
  g_autofree char *word = g_ascii_strdown (disk->driver, -1);
  int model = hvfs_words_index (hvfs_scsi_model_words, word);

  if (model < HVFS_SCSI_AUTO)
    {
      refuse (out, disk, EINVAL,
              "the driver must be the model of a SCSI controller, not '%s'", disk->driver);
      return;
    }
  for (guint i = 0; i < controllers->len; i++)
    {
      const HvfsController *controller = controllers->pdata[i];

      if (controller->index != disk->drive.controller)
        continue;
      if (models[i] == HVFS_SCSI_NONE)
        models[i] = model;
      else if (models[i] != (HvfsScsiModel) model)
        refuse (out, disk, EINVAL, "the driver must be '%s', the model of its controller",
                hvfs_scsi_model_words[models[i]]);
      return;
    }
}

static gboolean
is_on (const HvfsDisk *disk, const HvfsController *controller)
{
  return disk->bus == HVFS_BUS_SCSI && disk->drive.controller == controller->index;
}

/* Asks the host for the model that all disks of @controller want. */
static HvfsScsiModel
autodetect (HvfsVmxOut *out, const HvfsController *controller)
{
  HvfsScsiModel model = HVFS_SCSI_NONE;

  for (guint i = 0; i < out->domain->disks->len; i++)
    {
      const HvfsDisk *disk = out->domain->disks->pdata[i];
      HvfsScsiModel wanted = HVFS_SCSI_AUTO;
      g_autoptr (GError) why = NULL;

      if (!is_on (disk, controller))
        continue;
      if (!out->files->autodetect (out->files->data, disk, &wanted, &why))
        refuse (out, disk, EINVAL, "%s", why->message);
      else if (wanted == HVFS_SCSI_AUTO) /* a drive, which goes with any */
        continue;
      else if (model != HVFS_SCSI_NONE && wanted != model)
        refuse (out, disk, EINVAL, "wants another controller than the disks before it");
      model = wanted;
    }
  return model != HVFS_SCSI_NONE ? model : HVFS_SCSI_AUTO;
}

static void
write_controller (HvfsVmxOut *out, const HvfsController *controller, HvfsScsiModel model)
{
  if (model == HVFS_SCSI_AUTO && out->files->autodetect != NULL)
    model = autodetect (out, controller);
  hvfs_vmx_put (out, "true", "scsi%u.present", controller->index);
  if (model == HVFS_SCSI_NONE)
    return;
  if (model < HVFS_SCSI_BUSLOGIC || model > HVFS_SCSI_VMPVSCSI)
    hvfs_vmx_refuse_at (out, controller->line, "controller", EINVAL,
                        "the model of 'scsi' %u must be buslogic, lsilogic, lsisas1068 or "
                        "vmpvscsi, not '%s'",
                        controller->index, hvfs_scsi_model_words[model]);
  else
    hvfs_vmx_put (out, hvfs_vmx_scsi_words[model], "scsi%u.virtualDev", controller->index);
}

static gboolean
is_used (const HvfsDomain *domain, const HvfsController *controller)
{
  for (guint i = 0; i < domain->disks->len; i++)
    if (is_on (domain->disks->pdata[i], controller))
      return controller->type == HVFS_CONTROLLER_SCSI;
  return controller->type == HVFS_CONTROLLER_SCSI
         && hvfs_hostdev_is_on (domain, controller->index);
}

/* Writes scsi@index if it is there and has disks. */
static gboolean
write_nth (HvfsVmxOut *out, guint index, const HvfsScsiModel *models)
{
  for (guint i = 0; i < out->domain->controllers->len; i++)
    {
      const HvfsController *controller = out->domain->controllers->pdata[i];

      if (controller->index != index || !is_used (out->domain, controller))
        continue;
      write_controller (out, controller, models[i]);
      return TRUE;
    }
  return FALSE;
}

/* The controllers of @bus, which have no models. */
static void
write_present (HvfsVmxOut *out, HvfsBus bus)
{
  guint used = 0; /* a bit each */

  for (guint i = 0; i < out->domain->disks->len; i++)
    {
      const HvfsDisk *disk = out->domain->disks->pdata[i];
      guint controller, unit;

      if (disk->bus != bus)
        continue;
      hvfs_disk_slot (disk, &controller, &unit);
      used |= 1u << controller;
    }
  for (guint i = 0; i < limits[bus].controllers; i++)
    if ((used & 1u << i) != 0)
      hvfs_vmx_put (out, "true", "%s%u.present", hvfs_bus_words[bus], i);
}

/* Returns: whether there is any SCSI controller */
static gboolean
write_controllers (HvfsVmxOut *out)
{
  const HvfsDomain *domain = out->domain;
  g_autofree HvfsScsiModel *models = g_new0 (HvfsScsiModel, domain->controllers->len);
  gboolean any = FALSE;

  for (guint i = 0; i < domain->controllers->len; i++)
    models[i] = ((const HvfsController *) domain->controllers->pdata[i])->model;
  for (guint i = 0; i < domain->disks->len; i++)
    {
      const HvfsDisk *disk = domain->disks->pdata[i];

      if (disk->bus == HVFS_BUS_SCSI && disk->driver != NULL)
        apply_driver (out, disk, models);
    }
  for (guint i = 0; i < SCSI_CONTROLLERS; i++)
    any |= write_nth (out, i, models);
  write_present (out, HVFS_BUS_SATA);
  write_present (out, HVFS_BUS_NVME);
  return any;
}

/* The kinds of drive that there are, by what domain XML calls them; "" for the only one of
 * its bus. */
static const char *
drive_type (const HvfsDisk *disk)
{
  gboolean scsi = disk->bus == HVFS_BUS_SCSI, nvme = disk->bus == HVFS_BUS_NVME;
  gboolean file = disk->type == HVFS_DISK_FILE, block = disk->type == HVFS_DISK_BLOCK;

  switch (disk->device)
    {
    case HVFS_DEVICE_DISK:
      if (block && !nvme && disk->path != NULL && hvfs_vmx_is_host_device (disk->path))
        return "rawDisk";
      return !file ? NULL : scsi ? "scsi-hardDisk" : nvme ? "" : "ata-hardDisk";
    case HVFS_DEVICE_CDROM:
      if (nvme)
        return NULL;
      return file ? "cdrom-image" : block ? "atapi-cdrom" : NULL;
    case HVFS_DEVICE_LUN:
      if (block && scsi && disk->path != NULL
          && g_str_has_prefix (disk->path, HVFS_VMX_HOST_CDROMS))
        return "scsi-passthru";
      return block && !nvme ? "cdrom-raw" : NULL;
    default:
      return NULL;
    }
}

static void
write_image (HvfsVmxOut *out, const HvfsDisk *disk, const char *slot)
{
  gboolean is_vmdk = disk->path != NULL && hvfs_has_suffix_nocase (disk->path, ".vmdk");

  if (disk->path == NULL && disk->device == HVFS_DEVICE_CDROM)
    hvfs_vmx_put (out, "emptyBackingString", "%s.fileName", slot);
  else if (disk->device == HVFS_DEVICE_DISK && !is_vmdk)
    refuse (out, disk, EINVAL, "the file '%s' must end in .vmdk",
            disk->path != NULL ? disk->path : "");
  else if (disk->device == HVFS_DEVICE_CDROM && is_vmdk)
    refuse (out, disk, EINVAL, "the file '%s' of a CD-ROM must not end in .vmdk, as a disk's",
            disk->path);
  else
    hvfs_vmx_put_file (out, disk->path, disk->line, "disk", "%s.fileName", slot);
}

/* A drive without a source has no fileName, as in the VMX that such a drive comes from. */
static void
write_device (HvfsVmxOut *out, const HvfsDisk *disk, const char *slot)
{
  if (disk->path != NULL)
    hvfs_vmx_put (out, disk->path, "%s.fileName", slot);
  else if (disk->startup == HVFS_STARTUP_OPTIONAL)
    {
      hvfs_vmx_put_default (out, "true", "%s.autodetect", slot);
      hvfs_vmx_put (out, "auto detect", "%s.fileName", slot);
    }
}

static void
write_modes (HvfsVmxOut *out, const HvfsDisk *disk, const char *slot)
{
  if (disk->bus == HVFS_BUS_SCSI && disk->cache == HVFS_CACHE_WRITETHROUGH)
    hvfs_vmx_put (out, "true", "%s.writeThrough", slot);
  else if (disk->bus == HVFS_BUS_SCSI && disk->cache != HVFS_CACHE_DEFAULT)
    refuse (out, disk, ENOTSUP, "the only cache mode is 'writethrough', not '%s'",
            hvfs_disk_cache_words[disk->cache]);
  if (disk->transient)
    hvfs_vmx_put (out, "independent-nonpersistent", "%s.mode", slot);
  if (disk->device != HVFS_DEVICE_DISK)
    return;
  if (disk->independent)
    hvfs_vmx_put (out, "independent-persistent", "%s.mode", slot);
  if (disk->shareable)
    hvfs_vmx_put (out, "multi-writer", "%s.sharing", slot);
  if (disk->iops > 0)
    hvfs_vmx_put_number (out, disk->iops, "sched.%s.throughputCap", slot);
}

static void
write_disk (HvfsVmxOut *out, const HvfsDisk *disk)
{
  const char *prefix = hvfs_bus_prefix (disk->bus);
  const char *type = drive_type (disk);
  g_autofree char *slot = NULL;
  guint controller, unit;

  if (!g_str_has_prefix (disk->target, prefix))
    {
      refuse (out, disk, EINVAL, "its name must begin with '%s' on the bus %s", prefix,
              hvfs_bus_words[disk->bus]);
      return;
    }
  if (type == NULL)
    {
      refuse (out, disk, ENOTSUP, "a %s of the type '%s' on the bus %s is nothing a VMX has: "
              "a disk must be a file, a CD-ROM a file or block, not on nvme",
              hvfs_disk_device_words[disk->device], hvfs_disk_type_words[disk->type],
              hvfs_bus_words[disk->bus]);
      return;
    }
  hvfs_disk_slot (disk, &controller, &unit);
  slot = g_strdup_printf ("%s%u:%u", hvfs_bus_words[disk->bus], controller, unit);
  hvfs_vmx_put (out, "true", "%s.present", slot);
  if (*type != '\0')
    hvfs_vmx_put (out, type, "%s.deviceType", slot);
  if (disk->type == HVFS_DISK_FILE)
    write_image (out, disk, slot);
  else
    write_device (out, disk, slot);
  write_modes (out, disk, slot);
  if (disk->device == HVFS_DEVICE_DISK && disk->readonly)
    hvfs_note (out->notes, disk->line, "<disk>: '%s': a VMX has no word for <readonly/>",
               disk->target);
}

static void
write_floppy (HvfsVmxOut *out, const HvfsDisk *disk)
{
  guint unit = disk->drive.unit;

  hvfs_vmx_put (out, "true", "floppy%u.present", unit);
  if (disk->type == HVFS_DISK_FILE)
    hvfs_vmx_put (out, "file", "floppy%u.fileType", unit);
  else if (disk->type == HVFS_DISK_BLOCK)
    hvfs_vmx_put (out, "device", "floppy%u.fileType", unit);
  else
    refuse (out, disk, ENOTSUP, "a floppy must be of the type 'file' or 'block', not '%s'",
            hvfs_disk_type_words[disk->type]);
  if (disk->path != NULL && disk->type == HVFS_DISK_FILE)
    hvfs_vmx_put_file (out, disk->path, disk->line, "disk", "floppy%u.fileName", unit);
  else if (disk->path != NULL)
    hvfs_vmx_put (out, disk->path, "floppy%u.fileName", unit);
}

gboolean
hvfs_vmx_write_disks (HvfsVmxOut *out)
{
  const GPtrArray *disks = out->domain->disks;
  gboolean floppies[FLOPPIES] = { FALSE };
  g_autoptr (GHashTable) slots = g_hash_table_new (NULL, NULL);
  gboolean has_scsi;

  for (guint i = 0; i < disks->len; i++)
    check_drive (out, disks->pdata[i], slots);
  if (out->error != NULL)
    return FALSE;
  has_scsi = write_controllers (out);
  for (guint i = 0; i < disks->len; i++)
    {
      const HvfsDisk *disk = disks->pdata[i];

      if (disk->device != HVFS_DEVICE_FLOPPY)
        write_disk (out, disk);
      else
        {
          write_floppy (out, disk);
          floppies[disk->drive.unit % FLOPPIES] = TRUE;
        }
    }
  for (guint i = 0; i < FLOPPIES; i++)
    if (!floppies[i])
      hvfs_vmx_put_default (out, "false", "floppy%u.present", i);
  return has_scsi;
}
