/* backend/vmconfig/vmconfig-spec-disk.c - disks and drives that differ
 *
 * A disk is known by its target.  One of another place, file or kind is another disk:
 * the old one is taken off, and its file left, before the new one is put on.
 */
#include "backend/vmconfig/vmconfig-spec.h"

#include <string.h>

#include "backend/vmconfig/vmconfig-device.h"
#include "backend/vmconfig/vmconfig-value.h"
#include "convert/device-names.h"
#include "convert/error.h"

static const HvfsDisk *
disk_named (const HvfsDomain *domain, const HvfsDisk *disk)
{
  for (guint i = 0; i < domain->disks->len; i++)
    {
      const HvfsDisk *other = domain->disks->pdata[i];

      if (other->bus == disk->bus && strcmp (other->target, disk->target) == 0)
        return other;
    }
  return NULL;
}

/* The device behind a disk of the base, found by its name in what was read. */
static HvfsValue *
device_of (const HvfsVmChange *change, const HvfsDisk *disk)
{
  const HvfsDisk *read = change->have != NULL ? disk_named (change->have->domain, disk) : NULL;

  return hvfs_vm_change_device (change, read);
}

static gboolean
is_drive (const HvfsDisk *disk)
{
  return disk->device != HVFS_DEVICE_DISK;
}

static gboolean
same_kind (const HvfsDisk *a, const HvfsDisk *b)
{
  gboolean floppies = (a->device == HVFS_DEVICE_FLOPPY) == (b->device == HVFS_DEVICE_FLOPPY);

  return is_drive (a) == is_drive (b) && floppies
         && a->drive.controller == b->drive.controller && a->drive.bus == b->drive.bus
         && a->drive.unit == b->drive.unit;
}

static gboolean
same_medium (const HvfsDisk *a, const HvfsDisk *b)
{
  return a->type == b->type && a->device == b->device && g_strcmp0 (a->path, b->path) == 0
         && (a->path != NULL || a->startup == b->startup);
}

/* Whether @b is @a with at most another medium or mode. */
static gboolean
is_same_disk (const HvfsDisk *a, const HvfsDisk *b)
{
  return same_kind (a, b) && (is_drive (a) || same_medium (a, b));
}

/* ---- backings ---- */

/* What a drive holds: a file, a device of the host, or nothing. */
static const struct
{
  HvfsDiskDevice device;
  const char *file, *host, *nothing;
} drives[] = {
  { HVFS_DEVICE_CDROM, "VirtualCdromIsoBackingInfo", "VirtualCdromAtapiBackingInfo",
    "VirtualCdromRemotePassthroughBackingInfo" },
  { HVFS_DEVICE_LUN, NULL, "VirtualCdromPassthroughBackingInfo", NULL },
  { HVFS_DEVICE_FLOPPY, "VirtualFloppyImageBackingInfo", "VirtualFloppyDeviceBackingInfo",
    "VirtualFloppyRemoteDeviceBackingInfo" },
};

static HvfsValue *
new_drive_backing (const HvfsDisk *disk)
{
  guint row = 0;

  while (drives[row].device != disk->device)
    row++;
  if (disk->type == HVFS_DISK_BLOCK)
    {
      HvfsValue *backing
        = hvfs_vm_value_new ("backing", drives[row].host, "deviceName",
                             disk->path != NULL ? disk->path : "", "useAutoDetect",
                             disk->path != NULL ? "false" : "true", NULL);
      HvfsValue *whole = disk->device == HVFS_DEVICE_LUN
                           ? hvfs_vm_value_with_text (backing, "exclusive", "false")
                           : hvfs_value_ref (backing);

      hvfs_value_unref (backing);
      return whole;
    }
  if (disk->path != NULL)
    return hvfs_vm_value_new ("backing", drives[row].file, "fileName", disk->path, NULL);
  if (disk->device == HVFS_DEVICE_FLOPPY)
    return hvfs_vm_value_new ("backing", drives[row].nothing, "deviceName", "", "useAutoDetect",
                              "false", NULL);
  return hvfs_vm_value_new ("backing", drives[row].nothing, "deviceName", "", "useAutoDetect",
                            "false", "exclusive", "false", NULL);
}

static const char *
mode_of (const HvfsDisk *disk)
{
  return disk->transient ? "independent_nonpersistent" : "persistent";
}

/* The size is of a file that is to be made; of one that is there it must be right. */
static gboolean
check_size (const HvfsValue *device, const HvfsDisk *wanted, GError **error)
{
  gint64 kib = hvfs_value_int (device, "capacityInKB", 0);

  return wanted->capacity_kib == 0 || (gint64) wanted->capacity_kib == kib
         || hvfs_vm_change_bad (error, ENOTSUP,
                                "disk '%s': it has %" G_GINT64_FORMAT " KiB, and the size of a disk "
                                "that is there is not changed: leave <capacity> out",
                                wanted->target, kib);
}

static gboolean
check_words (const HvfsDisk *disk, GError **error)
{
  gboolean named = disk->type == HVFS_DISK_FILE || disk->path != NULL;

  if (disk->readonly && (disk->device == HVFS_DEVICE_DISK || disk->device == HVFS_DEVICE_FLOPPY))
    return hvfs_vm_change_bad (error, ENOTSUP, "disk '%s': <readonly/> is for CD drives only",
                               disk->target);
  if (named && disk->startup != HVFS_STARTUP_DEFAULT)
    return hvfs_vm_change_bad (error, ENOTSUP,
                               "disk '%s': startupPolicy is for a device of the host of which "
                               "nothing else is said",
                               disk->target);
  if (disk->startup != HVFS_STARTUP_DEFAULT && disk->startup != HVFS_STARTUP_OPTIONAL)
    return hvfs_vm_change_bad (error, ENOTSUP, "disk '%s': startupPolicy must be optional",
                               disk->target);
  return TRUE;
}

static gboolean
check_disk (const HvfsDisk *disk, GError **error)
{
  if (disk->type != HVFS_DISK_FILE && disk->type != HVFS_DISK_BLOCK)
    return hvfs_vm_change_bad (error, ENOTSUP, "disk '%s': its type must be file or block",
                               disk->target);
  if (!is_drive (disk) && disk->type != HVFS_DISK_FILE)
    return hvfs_vm_change_bad (error, ENOTSUP, "disk '%s': a hard disk must be a file",
                               disk->target);
  if (disk->bus != HVFS_BUS_SCSI && disk->bus != HVFS_BUS_SATA && disk->bus != HVFS_BUS_IDE
      && disk->bus != HVFS_BUS_FDC)
    return hvfs_vm_change_bad (error, ENOTSUP, "disk '%s': its bus must be scsi, sata, ide or fdc",
                               disk->target);
  if (disk->cache != HVFS_CACHE_DEFAULT && disk->cache != HVFS_CACHE_WRITETHROUGH)
    return hvfs_vm_change_bad (error, ENOTSUP, "disk '%s': cache must be writethrough or not said",
                               disk->target);
  return TRUE;
}

/* ---- edits ---- */

/* An inserted medium is connected, now if the machine runs. */
static HvfsValue *
connect_drive (const HvfsVmChange *change, HvfsValue *device)
{
  HvfsValue *connectable = hvfs_value_get (device, "connectable");
  g_autoptr (HvfsValue) starts
    = connectable != NULL ? hvfs_vm_value_with_text (connectable, "startConnected", "true") : NULL;

  if (starts == NULL)
    return hvfs_value_ref (device);
  return hvfs_vm_value_with (device, change->running
                                       ? hvfs_vm_value_with_text (starts, "connected", "true")
                                       : hvfs_value_ref (starts));
}

/* The device as it shall be.  (transfer full): @device itself where nothing differs */
static HvfsValue *
edited_drive (const HvfsVmChange *change, HvfsValue *device, const HvfsDisk *base,
              const HvfsDisk *wanted)
{
  g_autoptr (HvfsValue) with_medium = NULL;

  if (same_medium (base, wanted))
    return hvfs_value_ref (device);
  with_medium = hvfs_vm_value_with (device, new_drive_backing (wanted));
  return wanted->path != NULL && base->path == NULL ? connect_drive (change, with_medium)
                                                    : g_steal_pointer (&with_medium);
}

static HvfsValue *
edited_hard_disk (HvfsValue *device, const HvfsDisk *base, const HvfsDisk *wanted)
{
  g_autoptr (HvfsValue) backing = NULL;

  if (base->transient == wanted->transient && base->cache == wanted->cache)
    return hvfs_value_ref (device);
  backing = hvfs_value_ref (hvfs_value_get (device, "backing"));
  if (base->transient != wanted->transient)
    {
      g_autoptr (HvfsValue) before = g_steal_pointer (&backing);

      backing = hvfs_vm_value_with_text (before, "diskMode", mode_of (wanted));
    }
  if (base->cache != wanted->cache)
    {
      g_autoptr (HvfsValue) before = g_steal_pointer (&backing);

      backing = hvfs_vm_value_with_text (before, "writeThrough",
                                         wanted->cache == HVFS_CACHE_WRITETHROUGH ? "true"
                                                                                  : "false");
    }
  return hvfs_vm_value_with (device, g_steal_pointer (&backing));
}

/* The same disk on a controller that takes the place of its own. */
static void
put_back (HvfsVmChange *change, HvfsValue *device, const HvfsDisk *disk)
{
  g_autofree char *key = g_strdup_printf ("%" G_GINT64_FORMAT, --change->last_key);
  g_autofree char *controller
    = g_strdup_printf ("%" G_GINT64_FORMAT, hvfs_vm_change_controller_key (change, disk));
  g_autoptr (HvfsValue) renumbered = hvfs_vm_value_with_text (device, "key", key);
  g_autoptr (HvfsValue) moved
    = hvfs_vm_value_with_text (renumbered, "controllerKey", controller);

  hvfs_vm_change_open (change, "add", NULL);
  hvfs_vm_value_write (change->request, moved, "device");
  hvfs_vm_change_close (change);
}

static gboolean
edit_disk (HvfsVmChange *change, HvfsValue *device, const HvfsDisk *base, const HvfsDisk *wanted,
           GError **error)
{
  g_autoptr (HvfsValue) edited = NULL;

  if (!check_size (device, wanted, error))
    return FALSE;
  edited = is_drive (base) ? edited_drive (change, device, base, wanted)
                           : edited_hard_disk (device, base, wanted);
  if (edited != device && !check_disk (wanted, error))
    return FALSE;
  if (hvfs_vm_change_is_replaced (change, base))
    put_back (change, edited, wanted);
  else
    hvfs_vm_change_keep (change, base, wanted, device);
  if (edited != device && !hvfs_vm_change_is_replaced (change, base))
    hvfs_vm_change_edit (change, g_steal_pointer (&edited));
  return TRUE;
}

/* ---- new disks ---- */

static gboolean
is_to_be_made (const HvfsVmChange *change, const HvfsDisk *disk)
{
  return disk->capacity_kib > 0 && change->make != NULL
         && g_hash_table_contains (change->make, disk->path);
}

static void
put_new_connectable (HvfsVmChange *change, gboolean starts)
{
  hvfs_request_open (change->request, "connectable", NULL);
  hvfs_request_bool (change->request, "startConnected", starts);
  hvfs_request_bool (change->request, "allowGuestControl", TRUE);
  hvfs_request_bool (change->request, "connected", starts && change->running);
  hvfs_request_close (change->request);
}

static void
put_hard_disk_backing (HvfsVmChange *change, const HvfsDisk *disk, gboolean make)
{
  hvfs_request_open (change->request, "backing", "VirtualDiskFlatVer2BackingInfo");
  hvfs_request_text (change->request, "fileName", disk->path);
  hvfs_request_text (change->request, "diskMode", mode_of (disk));
  if (disk->cache == HVFS_CACHE_WRITETHROUGH)
    hvfs_request_bool (change->request, "writeThrough", TRUE);
  if (make)
    hvfs_request_bool (change->request, "thinProvisioned", TRUE);
  hvfs_request_close (change->request);
}

static gboolean
add_disk (HvfsVmChange *change, const HvfsDisk *disk, GError **error)
{
  static const char *const types[] = { [HVFS_DEVICE_DISK] = "VirtualDisk",
                                       [HVFS_DEVICE_CDROM] = "VirtualCdrom",
                                       [HVFS_DEVICE_FLOPPY] = "VirtualFloppy",
                                       [HVFS_DEVICE_LUN] = "VirtualCdrom" };
  gboolean make = is_to_be_made (change, disk);

  if (!check_disk (disk, error))
    return FALSE;
  hvfs_vm_change_open (change, "add", make ? "create" : NULL);
  hvfs_vm_change_open_device (change, types[disk->device]);
  if (is_drive (disk))
    {
      g_autoptr (HvfsValue) backing = new_drive_backing (disk);

      hvfs_vm_value_write (change->request, backing, "backing");
      put_new_connectable (change, disk->path != NULL || disk->startup != HVFS_STARTUP_DEFAULT);
    }
  else
    put_hard_disk_backing (change, disk, make);
  if (hvfs_vm_change_controller_key (change, disk) != 0)
    hvfs_request_int (change->request, "controllerKey",
                      hvfs_vm_change_controller_key (change, disk));
  hvfs_request_int (change->request, "unitNumber", disk->drive.unit);
  if (!is_drive (disk))
    hvfs_request_int (change->request, "capacityInKB", make ? disk->capacity_kib : 0);
  hvfs_request_close (change->request);
  hvfs_vm_change_close (change);
  return TRUE;
}

/* What its place will be read back as; others that have it already make it the next. */
static char *
name_at_its_place (const HvfsVmChange *change, const HvfsDisk *disk)
{
  guint number = disk->bus == HVFS_BUS_IDE ? disk->drive.controller * 2 + disk->drive.bus
                                           : disk->drive.controller;
  guint index = hvfs_disk_slot_index (disk->bus, number, disk->drive.unit);
  g_autofree char *name = hvfs_disk_name (disk->bus, index);

  for (guint i = 0; i < change->wanted->disks->len; i++)
    {
      const HvfsDisk *other = change->wanted->disks->pdata[i];

      if (other == disk || strcmp (other->target, name) != 0)
        continue;
      g_free (name);
      name = hvfs_disk_name (disk->bus, ++index);
      i = 0;
    }
  return g_steal_pointer (&name);
}

static gboolean
check_name (const HvfsVmChange *change, const HvfsDisk *disk, GError **error)
{
  g_autofree char *name = name_at_its_place (change, disk);

  return strcmp (name, disk->target) == 0
         || hvfs_vm_change_bad (error, EINVAL,
                                "disk '%s': a disk at its <address> is called '%s': change one of "
                                "them",
                                disk->target, name);
}

static gboolean
change_disk (HvfsVmChange *change, const HvfsDisk *wanted, GError **error)
{
  const HvfsDisk *base = disk_named (change->base, wanted);
  HvfsValue *device = base != NULL ? device_of (change, base) : NULL;

  if (change->have != NULL && !check_words (wanted, error))
    return FALSE;
  if (device == NULL || !is_same_disk (base, wanted))
    return (change->have == NULL || check_name (change, wanted, error))
           && add_disk (change, wanted, error);
  return edit_disk (change, device, base, wanted, error);
}

gboolean
hvfs_vm_change_disks (HvfsVmChange *change, GError **error)
{
  for (guint i = 0; i < change->base->disks->len; i++)
    {
      const HvfsDisk *base = change->base->disks->pdata[i];
      const HvfsDisk *wanted = disk_named (change->wanted, base);
      HvfsValue *device = device_of (change, base);

      if (device != NULL
          && (wanted == NULL || !is_same_disk (base, wanted)
              || hvfs_vm_change_is_replaced (change, base)))
        hvfs_vm_change_remove (change, device);
    }
  if (!hvfs_vm_change_controllers (change, error))
    return FALSE;
  for (guint i = 0; i < change->wanted->disks->len; i++)
    if (!change_disk (change, change->wanted->disks->pdata[i], error))
      return FALSE;
  return TRUE;
}
