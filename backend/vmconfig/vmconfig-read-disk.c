/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-read-disk.c - disks, drives and their controllers in a configuration */
#include "backend/vmconfig/vmconfig-read-part.h"

#include <string.h>

#include "backend/vmconfig/vmconfig-device.h"
#include "convert/model/device-names.h"
#include "convert/model/scalar.h"

static gboolean
is_taken (const HvfsDomain *domain, const char *target)
{
  for (guint i = 0; i < domain->disks->len; i++)
    if (strcmp (((HvfsDisk *) domain->disks->pdata[i])->target, target) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
is_occupied (const HvfsDomain *domain, const HvfsDisk *disk)
{
  for (guint i = 0; i < domain->disks->len; i++)
    {
      const HvfsDisk *other = domain->disks->pdata[i];

      if (other->bus == disk->bus && other->drive.controller == disk->drive.controller
          && other->drive.bus == disk->drive.bus && other->drive.unit == disk->drive.unit)
        return TRUE;
    }
  return FALSE;
}

/* Where the disk is, and the name that goes with it; FALSE for a place that domain XML
 * has no name for.  Of two at one place, which a simulator has, the second is shown at
 * the next free one. */
static gboolean
read_place (const HvfsVmRead *read, const HvfsValue *device, HvfsDisk *disk)
{
  const HvfsValue *controller
    = hvfs_vim_device (read->config, hvfs_value_int (device, "controllerKey", G_MININT64));
  const HvfsVimClass *class = hvfs_vim_class (controller);
  gint64 number = hvfs_value_int (controller, "busNumber", 0);
  gint64 unit = hvfs_value_int (device, "unitNumber", -1);
  guint index;

  if (class->kind != HVFS_VIM_CONTROLLER || number < 0 || number > 255 || unit < 0 || unit > 255)
    return FALSE;
  disk->bus = class->bus;
  if (disk->bus == HVFS_BUS_FDC)
    number = 0;
  index = hvfs_disk_slot_index (disk->bus, number, unit);
  disk->target = hvfs_disk_name (disk->bus, index);
  disk->drive = (HvfsDrive){ .known = TRUE, .controller = number, .unit = unit };
  if (disk->bus == HVFS_BUS_IDE)
    disk->drive = (HvfsDrive){ .known = TRUE, .controller = number / 2, .bus = number % 2,
                               .unit = unit };
  while (is_taken (read->domain, disk->target))
    {
      g_free (disk->target);
      disk->target = hvfs_disk_name (disk->bus, ++index);
    }
  /* Some servers put two at one place, which XML must not. */
  if (is_occupied (read->domain, disk))
    disk->drive = hvfs_drive_from_index (disk->bus, index, FALSE);
  return TRUE;
}

static char *
dup_path (const HvfsValue *backing, const char *field)
{
  const char *path = hvfs_value_text (backing, field);

  return path != NULL && *path != '\0' ? g_strdup (path) : NULL;
}

/* @disk has a device of the host: a certain one or, without a path, any. */
static void
set_host_device (HvfsDisk *disk, const HvfsValue *backing)
{
  disk->type = HVFS_DISK_BLOCK;
  if (!hvfs_value_bool (backing, "useAutoDetect"))
    disk->path = dup_path (backing, "deviceName");
  if (disk->path == NULL)
    disk->startup = HVFS_STARTUP_OPTIONAL;
}

static gboolean
read_hard_disk (HvfsDisk *disk, const HvfsValue *backing)
{
  const char *mode = hvfs_value_text (backing, "diskMode");

  disk->device = HVFS_DEVICE_DISK;
  disk->path = dup_path (backing, hvfs_value_get (backing, "descriptorFileName") != NULL
                                    ? "descriptorFileName"
                                    : "fileName");
  disk->transient = mode != NULL && strcmp (mode, "independent_nonpersistent") == 0;
  disk->independent = mode != NULL && strcmp (mode, "independent_persistent") == 0;
  disk->shareable = g_strcmp0 (hvfs_value_text (backing, "sharing"), "sharingMultiWriter") == 0;
  if (hvfs_value_bool (backing, "writeThrough"))
    disk->cache = HVFS_CACHE_WRITETHROUGH;
  return disk->path != NULL;
}

static gboolean
is_backing (const HvfsValue *backing, const char *type)
{
  return g_strcmp0 (hvfs_value_type (backing), type) == 0;
}

static gboolean
read_cdrom (HvfsDisk *disk, const HvfsValue *backing)
{
  disk->device = HVFS_DEVICE_CDROM;
  disk->readonly = TRUE;
  if (is_backing (backing, "VirtualCdromIsoBackingInfo"))
    disk->path = dup_path (backing, "fileName");
  else if (is_backing (backing, "VirtualCdromAtapiBackingInfo"))
    set_host_device (disk, backing);
  else if (is_backing (backing, "VirtualCdromPassthroughBackingInfo"))
    {
      set_host_device (disk, backing);
      disk->device = HVFS_DEVICE_LUN;
    }
  return TRUE;
}

static gboolean
read_floppy (HvfsDisk *disk, const HvfsValue *backing)
{
  disk->device = HVFS_DEVICE_FLOPPY;
  if (is_backing (backing, "VirtualFloppyImageBackingInfo"))
    disk->path = dup_path (backing, "fileName");
  else if (is_backing (backing, "VirtualFloppyDeviceBackingInfo"))
    set_host_device (disk, backing);
  return TRUE;
}

static void
read_disk (HvfsVmRead *read, HvfsValue *device)
{
  static gboolean (*const readers[]) (HvfsDisk *, const HvfsValue *) = {
    [HVFS_VIM_DISK] = read_hard_disk,
    [HVFS_VIM_CDROM] = read_cdrom,
    [HVFS_VIM_FLOPPY] = read_floppy,
  };
  g_autoptr (HvfsDisk) disk = hvfs_disk_new ();

  disk->type = HVFS_DISK_FILE;
  if (!readers[hvfs_vim_class (device)->kind] (disk, hvfs_value_get (device, "backing"))
      || !read_place (read, device, disk)
      || (disk->bus == HVFS_BUS_NVME && disk->device != HVFS_DEVICE_DISK)
      || (disk->device == HVFS_DEVICE_FLOPPY) != (disk->bus == HVFS_BUS_FDC))
    {
      hvfs_vm_read_comment (read, device);
      return;
    }
  disk->iops = CLAMP (hvfs_value_int (device, "storageIOAllocation.limit", -1), 0, G_MAXINT32);
  if (disk->device != HVFS_DEVICE_DISK)
    disk->iops = 0;
  hvfs_vm_read_keep (read, disk, device);
  g_ptr_array_add (read->domain->disks, g_steal_pointer (&disk));
}

/* Those that disks can be added to are there without any; the rest if they have one. */
static void
read_controllers (HvfsVmRead *read)
{
  const HvfsValue *hardware = hvfs_value_get (read->config, "hardware");

  for (guint i = 0; i < hvfs_value_n_children (hardware); i++)
    {
      HvfsValue *device = hvfs_value_nth (hardware, i);
      const HvfsVimClass *class = hvfs_vim_class (device);
      gint64 number = hvfs_value_int (device, "busNumber", -1);
      HvfsController *controller;

      if (class->kind != HVFS_VIM_CONTROLLER
          || (class->bus != HVFS_BUS_SCSI && class->bus != HVFS_BUS_SATA
              && class->bus != HVFS_BUS_NVME)
          || number < 0
          || number > 255 || hvfs_domain_get_controller (read->domain, class->word, number) != NULL)
        continue;
      controller = hvfs_domain_place_controller (read->domain, class->word, number);
      controller->model = class->model;
      hvfs_vm_read_keep (read, controller, device);
    }
  hvfs_domain_add_implicit_controllers (read->domain);
}

typedef struct
{
  HvfsValue *device;
  gint64 place; /* by which a VMX has them: bus, controller, unit */
} Place;

static int
compare_places (gconstpointer a, gconstpointer b)
{
  gint64 x = ((const Place *) a)->place, y = ((const Place *) b)->place;

  return x < y ? -1 : x > y;
}

static Place
place_of (const HvfsVmRead *read, HvfsValue *device)
{
  static const HvfsBus buses[] = { HVFS_BUS_SCSI, HVFS_BUS_SATA, HVFS_BUS_NVME, HVFS_BUS_IDE,
                                   HVFS_BUS_FDC };
  const HvfsValue *controller
    = hvfs_vim_device (read->config, hvfs_value_int (device, "controllerKey", G_MININT64));
  const HvfsVimClass *class = hvfs_vim_class (controller);
  gint64 bus = 0;

  while (bus < (gint64) G_N_ELEMENTS (buses)
         && (class->kind != HVFS_VIM_CONTROLLER || buses[bus] != class->bus))
    bus++;
  return (Place){ device, bus << 16
                            | (hvfs_value_int (controller, "busNumber", 0) & 0xff) << 8
                            | (hvfs_value_int (device, "unitNumber", 0) & 0xff) };
}

void
hvfs_vm_read_disks (HvfsVmRead *read)
{
  const HvfsValue *hardware = hvfs_value_get (read->config, "hardware");
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (Place));

  for (guint i = 0; i < hvfs_value_n_children (hardware); i++)
    {
      HvfsVimKind kind = hvfs_vim_class (hvfs_value_nth (hardware, i))->kind;
      Place place = place_of (read, hvfs_value_nth (hardware, i));

      if (kind == HVFS_VIM_DISK || kind == HVFS_VIM_CDROM || kind == HVFS_VIM_FLOPPY)
        g_array_append_val (places, place);
    }
  g_array_sort (places, compare_places);
  for (guint i = 0; i < places->len; i++)
    read_disk (read, g_array_index (places, Place, i).device);
  read_controllers (read);
}
