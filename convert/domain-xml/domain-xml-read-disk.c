/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/domain-xml/domain-xml-read-disk.c - disks and controllers in domain XML */
#include "convert/model/device-names.h"
#include "convert/domain-xml/domain-xml-read-part.h"
#include "convert/error.h"
#include "convert/model/scalar.h"

#include <string.h>

/* The index of a controller that gets one when all others are known; no index is as high. */
#define UNNUMBERED G_MAXUINT

/* Every controller up to that of a disk is made up, so this one is limited. */
#define CONTROLLER_MAX 255

/* The bus that is written, else that of the name.  The order of the disks asks for the
 * written one, so that it stays until all are read. */
static HvfsBus
bus_of (const HvfsDisk *disk)
{
  if (disk->bus != HVFS_BUS_NONE)
    return disk->bus;
  return disk->device == HVFS_DEVICE_FLOPPY ? HVFS_BUS_FDC : hvfs_bus_of_name (disk->target);
}

static gboolean
read_source (HvfsDisk *disk, const xmlNode *node, GError **error)
{
  static const char *const attributes[] = {
    [HVFS_DISK_FILE] = "file",
    [HVFS_DISK_BLOCK] = "dev",
    [HVFS_DISK_DIR] = "dir",
  };
  const xmlNode *source = hvfs_xml_child (node, "source");
  g_autofree char *device = hvfs_xml_attr (node, "device");
  int type = HVFS_DISK_FILE, startup = HVFS_STARTUP_DEFAULT;

  if (!hvfs_xml_attr_word (node, "type", hvfs_disk_type_words, HVFS_DISK_FILE, EINVAL, &type, error)
      || !hvfs_xml_attr_word (source, "startupPolicy", hvfs_startup_policy_words,
                              HVFS_STARTUP_MANDATORY, EINVAL, &startup, error))
    return FALSE;
  /* As libvirt, which then refuses the lun that it prints for a drive without a file. */
  disk->type = source != NULL || g_strcmp0 (device, "lun") == 0 ? type : HVFS_DISK_FILE;
  disk->startup = startup;
  if (disk->type < G_N_ELEMENTS (attributes))
    disk->path = hvfs_xml_attr (source, attributes[disk->type]);
  if (disk->path != NULL && *disk->path == '\0')
    g_clear_pointer (&disk->path, g_free);
  return TRUE;
}

static gboolean
read_target (HvfsDisk *disk, const xmlNode *node, GError **error)
{
  const xmlNode *target = hvfs_xml_child (node, "target");
  int bus = HVFS_BUS_NONE;

  disk->target = hvfs_xml_attr (target, "dev");
  if (disk->target == NULL || *disk->target == '\0')
    return hvfs_xml_bad (node, EINVAL, error, "must have a <target dev='...'>");
  if (!hvfs_xml_attr_word (target, "bus", hvfs_bus_words, HVFS_BUS_IDE, EINVAL, &bus, error))
    return FALSE;
  disk->bus = bus;
  return TRUE;
}

static gboolean
read_driver (HvfsDisk *disk, const xmlNode *node, GError **error)
{
  const xmlNode *driver = hvfs_xml_child (node, "driver");
  int cache = HVFS_CACHE_DEFAULT;

  if (!hvfs_xml_attr_word (driver, "cache", hvfs_disk_cache_words, 0, EINVAL, &cache, error))
    return FALSE;
  disk->cache = cache;
  disk->driver = hvfs_xml_attr (driver, "name");
  return TRUE;
}

static gboolean
read_address (HvfsDisk *disk, const xmlNode *node, GError **error)
{
  const xmlNode *address = hvfs_xml_child (node, "address");
  g_autofree char *type = hvfs_xml_attr (address, "type");
  HvfsDrive *drive = &disk->drive;

  if (address == NULL)
    return TRUE;
  if (g_strcmp0 (type, "drive") != 0)
    return hvfs_xml_bad (address, type != NULL ? ENOTSUP : EINVAL, error,
                         "type='%s' must be drive for a disk", type != NULL ? type : "");
  drive->known = TRUE;
  return hvfs_xml_attr_uint (address, "controller", &drive->controller, error)
         && hvfs_xml_attr_uint (address, "bus", &drive->bus, error)
         && hvfs_xml_attr_uint (address, "target", &drive->target, error)
         && hvfs_xml_attr_uint (address, "unit", &drive->unit, error);
}

/* What a host may keep the disk from, and what may be done with it beside. */
static gboolean
read_limits (HvfsDisk *disk, const xmlNode *node, GError **error)
{
  const xmlNode *total = hvfs_xml_child (hvfs_xml_child (node, "iotune"), "total_iops_sec");
  g_autofree char *snapshot = hvfs_xml_attr (node, "snapshot");
  g_autofree char *text = hvfs_xml_text (total);

  disk->transient = hvfs_xml_child (node, "transient") != NULL;
  disk->independent = g_strcmp0 (snapshot, "no") == 0 && !disk->transient;
  disk->shareable = hvfs_xml_child (node, "shareable") != NULL;
  return text == NULL || hvfs_parse_uint64 (g_strstrip (text), G_MAXINT32, &disk->iops)
         || hvfs_xml_bad (total, EINVAL, error, "'%s' must be a whole number", text);
}

static gboolean
check_floppy (const HvfsDisk *disk, const xmlNode *node, GError **error)
{
  gboolean floppy = disk->device == HVFS_DEVICE_FLOPPY;

  if (floppy && !g_str_has_prefix (disk->target, "fd"))
    return hvfs_xml_bad (node, EINVAL, error, "the name of a floppy must be fda or fdb, not '%s'",
                         disk->target);
  if (floppy && disk->bus != HVFS_BUS_NONE && disk->bus != HVFS_BUS_FDC)
    return hvfs_xml_bad (node, EINVAL, error, "the bus of a floppy must be fdc, not '%s'",
                         hvfs_bus_words[disk->bus]);
  if (!floppy && disk->bus == HVFS_BUS_FDC)
    return hvfs_xml_bad (node, EINVAL, error, "only a floppy can be on the bus fdc, not '%s'",
                         disk->target);
  return TRUE;
}

static gboolean
check_source (const HvfsDisk *disk, const xmlNode *node, GError **error)
{
  gboolean hard = disk->device == HVFS_DEVICE_DISK || disk->device == HVFS_DEVICE_LUN;

  if (disk->device == HVFS_DEVICE_DISK && disk->path == NULL && disk->type <= HVFS_DISK_DIR)
    return hvfs_xml_bad (node, EINVAL, error, "the disk '%s' must have a source", disk->target);
  if (hard && disk->startup == HVFS_STARTUP_REQUISITE)
    return hvfs_xml_bad (node, EINVAL, error,
                         "startupPolicy='requisite' is for cdrom and floppy only");
  if (disk->device == HVFS_DEVICE_LUN && disk->type != HVFS_DISK_BLOCK)
    return hvfs_xml_bad (node, ENOTSUP, error,
                         "the lun '%s' must be of the type block", disk->target);
  return TRUE;
}

gboolean
hvfs_xml_read_disk (HvfsXmlReader *reader, const xmlNode *node, GError **error)
{
  g_autoptr (HvfsDisk) disk = hvfs_disk_new ();
  int device = HVFS_DEVICE_DISK;

  if (!hvfs_xml_attr_word (node, "device", hvfs_disk_device_words, 0, EINVAL, &device, error)
      || !read_source (disk, node, error) || !read_target (disk, node, error)
      || !read_driver (disk, node, error) || !read_address (disk, node, error)
      || !hvfs_xml_read_boot (reader, node, &disk->boot, error) || !read_limits (disk, node, error)
      || !hvfs_xml_size_kib (hvfs_xml_child (node, "capacity"), &disk->capacity_kib, error))
    return FALSE;
  disk->line = hvfs_xml_line (node);
  disk->device = device;
  if (!check_floppy (disk, node, error) || !check_source (disk, node, error))
    return FALSE;
  disk->readonly = device == HVFS_DEVICE_CDROM || hvfs_xml_child (node, "readonly") != NULL;
  for (guint i = 0; i < reader->domain->disks->len; i++)
    {
      const HvfsDisk *other = reader->domain->disks->pdata[i];

      if (bus_of (other) == bus_of (disk) && strcmp (other->target, disk->target) == 0)
        return hvfs_xml_bad (node, EINVAL, error, "there is a disk '%s' on the bus %s already",
                             disk->target, hvfs_bus_words[bus_of (disk)]);
    }
  hvfs_domain_place_disk (reader->domain, g_steal_pointer (&disk));
  return TRUE;
}

/* @ret_model: (inout): left alone but for SCSI.  Other controllers' models are checked where
 * there are few or none, and dropped. */
static gboolean
read_controller_model (const xmlNode *node, int type, int *ret_model, GError **error)
{
  static const char *const ide_words[] = { "piix3", "piix4", "ich6", NULL };
  g_autofree char *model = hvfs_xml_attr (node, "model");
  int dropped;

  switch (type)
    {
    case HVFS_CONTROLLER_SCSI:
      return hvfs_xml_attr_word (node, "model", hvfs_scsi_model_words, HVFS_SCSI_AUTO, ENOTSUP,
                                 ret_model, error);
    case HVFS_CONTROLLER_IDE:
      return hvfs_xml_attr_word (node, "model", ide_words, 0, ENOTSUP, &dropped, error);
    case HVFS_CONTROLLER_FDC:
    case HVFS_CONTROLLER_SATA:
      return model == NULL
             || hvfs_xml_bad (node, ENOTSUP, error,
                              "model='%s' must be removed, this type has no models", model);
    default:
      return TRUE;
    }
}

gboolean
hvfs_xml_read_controller (HvfsXmlReader *reader, const xmlNode *node, GError **error)
{
  int type = HVFS_CONTROLLER_IDE, model = HVFS_SCSI_NONE;
  guint index = UNNUMBERED;
  HvfsController *controller;

  if (!hvfs_xml_attr_word (node, "type", hvfs_controller_type_words, 0, EINVAL, &type, error)
      || !hvfs_xml_attr_uint (node, "index", &index, error)
      || !read_controller_model (node, type, &model, error))
    return FALSE;
  if (index != UNNUMBERED && type != HVFS_CONTROLLER_USB /* companions share one */
      && hvfs_domain_get_controller (reader->domain, type, index) != NULL)
    return hvfs_xml_bad (node, EINVAL, error, "there is a controller '%s' %u already",
                         hvfs_controller_type_words[type], index);
  controller = hvfs_domain_place_controller (reader->domain, type, index);
  controller->model = model;
  controller->line = hvfs_xml_line (node);
  return TRUE;
}

/* Puts the controllers of @type in the order of their indices, in the places they have. */
static void
sort_controllers (const GPtrArray *controllers, HvfsControllerType type)
{
  HvfsController **all = (HvfsController **) controllers->pdata;

  for (guint i = 0; i < controllers->len; i++)
    for (guint j = i + 1; j < controllers->len && all[i]->type == type; j++)
      if (all[j]->type == type && all[j]->index < all[i]->index)
        {
          HvfsController *later = all[i];

          all[i] = all[j];
          all[j] = later;
        }
}

/* Gives each controller of @type without an index the lowest that none has. */
static void
number_controllers (HvfsDomain *domain, HvfsControllerType type)
{
  guint index = 0;

  for (guint i = 0; i < domain->controllers->len; i++)
    {
      HvfsController *controller = domain->controllers->pdata[i];

      if (controller->type != type || controller->index != UNNUMBERED)
        continue;
      while (hvfs_domain_get_controller (domain, type, index) != NULL)
        index++;
      controller->index = index;
    }
  sort_controllers (domain->controllers, type);
}

static gboolean
finish_address (HvfsDisk *disk, GError **error)
{
  int index = hvfs_disk_name_index (disk->target);

  disk->bus = bus_of (disk);
  if (!disk->drive.known && index >= 0)
    disk->drive = hvfs_drive_from_index (disk->bus, index, FALSE);
  else if (!disk->drive.known)
    hvfs_error_set (error, EINVAL,
                    "line %u: <disk>: '%s': its name must be like sda, hda, fda or nvme0n1",
                    disk->line, disk->target);
  if (disk->drive.controller <= CONTROLLER_MAX)
    return disk->drive.known || index >= 0;
  hvfs_error_set (error, EINVAL, "line %u: <disk>: '%s': its controller must be %d at most, not %u",
                  disk->line, disk->target, CONTROLLER_MAX, disk->drive.controller);
  return FALSE;
}

static gboolean
check_unique_address (const HvfsDomain *domain, guint n, GError **error)
{
  const HvfsDisk *disk = domain->disks->pdata[n];

  for (guint i = 0; i < n && disk->drive.known; i++)
    {
      const HvfsDisk *other = domain->disks->pdata[i];

      if (other->bus == disk->bus && other->drive.controller == disk->drive.controller
          && other->drive.bus == disk->drive.bus && other->drive.target == disk->drive.target
          && other->drive.unit == disk->drive.unit)
        {
          hvfs_error_set (error, ENOTSUP,
                          "line %u: <disk>: '%s': has the address of the disk '%s', it must have "
                          "its own",
                          disk->line, disk->target, other->target);
          return FALSE;
        }
    }
  return TRUE;
}

gboolean
hvfs_xml_finish_disks (HvfsXmlReader *reader, GError **error)
{
  HvfsDomain *domain = reader->domain;

  for (guint type = 0; hvfs_controller_type_words[type] != NULL; type++)
    number_controllers (domain, type);
  for (guint i = 0; i < domain->disks->len; i++)
    if (!finish_address (domain->disks->pdata[i], error)
        || !check_unique_address (domain, i, error))
      return FALSE;
  hvfs_domain_add_implicit_controllers (domain);
  return TRUE;
}
