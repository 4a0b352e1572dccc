/* convert/vmx-write-disk.c - controllers, disks and drives of a domain as VMX keys */
#include "convert/device-names.h"
#include "convert/error.h"
#include "convert/scalar.h"
#include "convert/vmx-words.h"
#include "convert/vmx-write.h"
#include "convert/words.h"

#define SCSI_CONTROLLERS 4
#define FLOPPIES 2

/* There is only the target 0, whatever an address says. */
static gboolean
same_drive (const HvfsDrive *a, const HvfsDrive *b)
{
  return a->controller == b->controller && a->bus == b->bus && a->unit == b->unit;
}

/* The address must be known, be the one the name stands for, and exist. */
static void
check_drive (HvfsVmxOut *out, const HvfsDisk *disk)
{
  int index = hvfs_disk_name_index (disk->target);
  HvfsDrive by_name = hvfs_drive_from_index (disk->bus, MAX (index, 0), FALSE);
  guint controllers = disk->bus == HVFS_BUS_SCSI ? SCSI_CONTROLLERS : 1;

  if (!disk->drive.known)
    hvfs_vmx_refuse (out, ENOTSUP, "disk '%s': the bus '%s' is unsupported", disk->target,
                     hvfs_bus_words[disk->bus]);
  else if (index < 0)
    hvfs_vmx_refuse (out, EINVAL, "disk '%s': its name must be like sda, hda or fda", disk->target);
  else if (!same_drive (&disk->drive, &by_name))
    hvfs_vmx_refuse (out, EINVAL,
                     "disk '%s': its address must be that of its name: controller %u, bus %u, "
                     "unit %u",
                     disk->target, by_name.controller, by_name.bus, by_name.unit);
  else if (disk->bus == HVFS_BUS_SATA)
    hvfs_vmx_refuse (out, ENOTSUP, "disk '%s': the bus 'sata' is unsupported", disk->target);
  else if (disk->drive.controller >= controllers)
    hvfs_vmx_refuse (out, EINVAL, "disk '%s': there are only %u %s controllers", disk->target,
                     controllers, hvfs_bus_words[disk->bus]);
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
      hvfs_vmx_refuse (out, EINVAL,
                       "disk '%s': the driver must be the model of a SCSI controller, not '%s'",
                       disk->target, disk->driver);
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
        hvfs_vmx_refuse (out, EINVAL,
                         "disk '%s': the driver must be '%s', the model of its controller",
                         disk->target, hvfs_scsi_model_words[models[i]]);
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
        hvfs_vmx_refuse (out, EINVAL, "disk '%s': %s", disk->target, why->message);
      else if (model != HVFS_SCSI_NONE && wanted != model)
        hvfs_vmx_refuse (out, EINVAL,
                         "disk '%s': wants another controller than the disks before it",
                         disk->target);
      model = wanted;
    }
  return model;
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
    hvfs_vmx_refuse (out, EINVAL,
                     "controller 'scsi' %u: the model must be buslogic, lsilogic, lsisas1068 or "
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
  return FALSE;
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

/* Returns: whether there is any */
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
  return any;
}

/* The kinds of drive that there are, by what domain XML calls them. */
static const char *
drive_type (const HvfsDisk *disk)
{
  gboolean scsi = disk->bus == HVFS_BUS_SCSI;
  gboolean file = disk->type == HVFS_DISK_FILE, block = disk->type == HVFS_DISK_BLOCK;

  switch (disk->device)
    {
    case HVFS_DEVICE_DISK:
      return !file ? NULL : scsi ? "scsi-hardDisk" : "ata-hardDisk";
    case HVFS_DEVICE_CDROM:
      return file ? "cdrom-image" : block ? "atapi-cdrom" : NULL;
    case HVFS_DEVICE_LUN:
      if (block && scsi && disk->path != NULL
          && g_str_has_prefix (disk->path, HVFS_VMX_HOST_CDROMS))
        return "scsi-passthru";
      return block ? "cdrom-raw" : NULL;
    default:
      return NULL;
    }
}

static void
write_image (HvfsVmxOut *out, const HvfsDisk *disk, const char *slot)
{
  const char *suffix = disk->device == HVFS_DEVICE_DISK ? ".vmdk" : ".iso";
  g_autofree char *element = g_strdup_printf ("disk '%s'", disk->target);

  if (disk->path == NULL && disk->device == HVFS_DEVICE_CDROM)
    hvfs_vmx_put (out, "emptyBackingString", "%s.fileName", slot);
  else if (disk->path == NULL || !hvfs_has_suffix_nocase (disk->path, suffix))
    hvfs_vmx_refuse (out, EINVAL, "%s: the file '%s' must end in %s", element,
                     disk->path != NULL ? disk->path : "", suffix);
  else
    hvfs_vmx_put_file (out, disk->path, element, "%s.fileName", slot);
}

static void
write_device (HvfsVmxOut *out, const HvfsDisk *disk, const char *slot)
{
  if (disk->path != NULL)
    hvfs_vmx_put (out, disk->path, "%s.fileName", slot);
  else if (disk->startup != HVFS_STARTUP_OPTIONAL)
    hvfs_vmx_refuse (out, EINVAL, "disk '%s': needs a source, or the startupPolicy 'optional'",
                     disk->target);
  else
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
    hvfs_vmx_refuse (out, ENOTSUP, "disk '%s': the only cache mode is 'writethrough', not '%s'",
                     disk->target, hvfs_disk_cache_words[disk->cache]);
  if (disk->transient)
    hvfs_vmx_put (out, "independent-nonpersistent", "%s.mode", slot);
}

static void
write_disk (HvfsVmxOut *out, const HvfsDisk *disk)
{
  gboolean scsi = disk->bus == HVFS_BUS_SCSI;
  const char *prefix = hvfs_bus_prefix (disk->bus);
  const char *type = drive_type (disk);
  g_autofree char *slot = NULL;

  if (prefix == NULL || !g_str_has_prefix (disk->target, prefix))
    {
      hvfs_vmx_refuse (out, EINVAL, "disk '%s': its name must begin with '%s'", disk->target,
                       prefix != NULL ? prefix : "sd");
      return;
    }
  if (type == NULL)
    {
      hvfs_vmx_refuse (out, ENOTSUP, "disk '%s': a %s of the type '%s' is unsupported",
                       disk->target, hvfs_disk_device_words[disk->device],
                       hvfs_disk_type_words[disk->type]);
      return;
    }
  slot = g_strdup_printf ("%s%u:%u", hvfs_bus_words[disk->bus],
                          scsi ? disk->drive.controller : disk->drive.bus, disk->drive.unit);
  hvfs_vmx_put (out, "true", "%s.present", slot);
  hvfs_vmx_put (out, type, "%s.deviceType", slot);
  if (disk->type == HVFS_DISK_FILE)
    write_image (out, disk, slot);
  else
    write_device (out, disk, slot);
  write_modes (out, disk, slot);
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
    hvfs_vmx_refuse (out, ENOTSUP, "disk '%s': a floppy must be of the type 'file' or 'block'",
                     disk->target);
  if (disk->path != NULL && disk->type == HVFS_DISK_FILE)
    hvfs_vmx_put_file (out, disk->path, "disk of the device 'floppy'", "floppy%u.fileName", unit);
  else if (disk->path != NULL)
    hvfs_vmx_put (out, disk->path, "floppy%u.fileName", unit);
}

gboolean
hvfs_vmx_write_disks (HvfsVmxOut *out)
{
  const GPtrArray *disks = out->domain->disks;
  gboolean floppies[FLOPPIES] = { FALSE };
  gboolean has_scsi;

  for (guint i = 0; i < disks->len; i++)
    check_drive (out, disks->pdata[i]);
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
