/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-spec-disk.c - disks and drives that differ
 *
 * A disk is known by its target, else by its file: it has moved then.  One of another place
 * or file is another device: the old one is taken off, and its file left, before the new
 * one is put on, which has all else of the old one.
 */
#include "backend/vmconfig/vmconfig-spec-part.h"

#include <string.h>

#include "backend/vmconfig/vmconfig-device.h"
#include "backend/vmconfig/vmconfig-value.h"
#include "convert/model/device-names.h"
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

/* Hard disks, floppy drives, and those for CDs. */
static gboolean
same_kind (const HvfsDisk *a, const HvfsDisk *b)
{
  gboolean floppies = (a->device == HVFS_DEVICE_FLOPPY) == (b->device == HVFS_DEVICE_FLOPPY);

  return is_drive (a) == is_drive (b) && floppies;
}

static gboolean
same_place (const HvfsDisk *a, const HvfsDisk *b)
{
  return a->bus == b->bus && strcmp (a->target, b->target) == 0
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
  return same_kind (a, b) && same_place (a, b) && (is_drive (a) || same_medium (a, b));
}

/* ---- which disk is which ---- */

static gboolean
has_moved (const HvfsDisk *a, const HvfsDisk *b)
{
  return same_kind (a, b) && a->path != NULL && same_medium (a, b);
}

static gboolean
has_other_file (const HvfsDisk *a, const HvfsDisk *b)
{
  return same_kind (a, b) && same_place (a, b);
}

static gboolean
is_other_drive (const HvfsDisk *a, const HvfsDisk *b)
{
  return same_kind (a, b) && is_drive (a);
}

/* Returns: (transfer full): disk of wanted -> disk of the base that it was; new ones are not
 * in it */
static GHashTable *
match (const HvfsVmChange *change)
{
  static gboolean (*const same[]) (const HvfsDisk *, const HvfsDisk *)
    = { is_same_disk, has_moved, has_other_file, is_other_drive };
  const GPtrArray *base = change->base->disks, *wanted = change->wanted->disks;
  GHashTable *matches = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) used = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (same); i++)
    for (guint w = 0; w < wanted->len; w++)
      for (guint b = 0; b < base->len && !g_hash_table_contains (matches, wanted->pdata[w]); b++)
        if (!g_hash_table_contains (used, base->pdata[b])
            && same[i] (base->pdata[b], wanted->pdata[w]))
          {
            g_hash_table_insert (matches, wanted->pdata[w], base->pdata[b]);
            g_hash_table_add (used, base->pdata[b]);
          }
  return matches;
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

/* @device: (nullable): the drive as it was */
static HvfsValue *
new_drive_backing (const HvfsValue *device, const HvfsDisk *disk)
{
  HvfsValue *backing;
  guint row = 0;

  while (drives[row].device != disk->device)
    row++;
  if (disk->type != HVFS_DISK_BLOCK && disk->path != NULL)
    {
      backing = hvfs_vm_change_backing (device, drives[row].file);
      hvfs_vm_value_set (&backing, "fileName", disk->path);
      return backing;
    }
  backing = hvfs_vm_change_backing (device, disk->type == HVFS_DISK_BLOCK ? drives[row].host
                                                                          : drives[row].nothing);
  hvfs_vm_value_set (&backing, "deviceName", disk->path != NULL ? disk->path : "");
  hvfs_vm_value_set_bool (&backing, "useAutoDetect",
                          disk->type == HVFS_DISK_BLOCK && disk->path == NULL);
  if (hvfs_vm_value_can (backing, "exclusive") && hvfs_value_get (backing, "exclusive") == NULL)
    hvfs_vm_value_set_bool (&backing, "exclusive", FALSE);
  return backing;
}

static const char *
mode_of (const HvfsDisk *disk)
{
  return disk->transient     ? "independent_nonpersistent"
         : disk->independent ? "independent_persistent"
                             : "persistent";
}

/* The size is of a file that is to be made; of one that is there it must be right. */
static gboolean
check_size (const HvfsValue *device, const HvfsDisk *wanted, GError **error)
{
  gint64 kib = hvfs_value_int (device, "capacityInKB", 0);

  return wanted->capacity_kib == 0 || (gint64) wanted->capacity_kib == kib
         || hvfs_vm_change_bad (error, ENOTSUP,
                                "disk '%s': the size of an existing disk, %" G_GINT64_FORMAT
                                " KiB, cannot be changed: leave <capacity> out",
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
                               "disk '%s': startupPolicy is only for a device of the host without "
                               "a path: leave startupPolicy out",
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
  if (disk->bus != HVFS_BUS_SCSI && disk->bus != HVFS_BUS_SATA && disk->bus != HVFS_BUS_NVME
      && disk->bus != HVFS_BUS_IDE && disk->bus != HVFS_BUS_FDC)
    return hvfs_vm_change_bad (error, ENOTSUP,
                               "disk '%s': its bus must be scsi, sata, nvme, ide or fdc",
                               disk->target);
  if (is_drive (disk) && disk->bus == HVFS_BUS_NVME)
    return hvfs_vm_change_bad (error, ENOTSUP, "disk '%s': only hard disks can be on nvme",
                               disk->target);
  if (disk->bus != HVFS_BUS_IDE && disk->drive.bus != 0)
    return hvfs_vm_change_bad (error, EINVAL,
                               "line %u: disk '%s': <address bus='%u'>: must be 0: only ide has two",
                               disk->line, disk->target, disk->drive.bus);
  if (is_drive (disk)
      && (disk->transient || disk->cache != HVFS_CACHE_DEFAULT || disk->independent
          || disk->shareable || disk->iops > 0))
    return hvfs_vm_change_bad (error, ENOTSUP, "disk '%s': %s is for hard disks only", disk->target,
                               disk->transient     ? "<transient/>"
                               : disk->independent ? "snapshot='no'"
                               : disk->shareable   ? "<shareable/>"
                               : disk->iops > 0    ? "<iotune>"
                                                   : "<driver cache='...'/>");
  if (disk->cache != HVFS_CACHE_DEFAULT && disk->cache != HVFS_CACHE_WRITETHROUGH)
    return hvfs_vm_change_bad (error, ENOTSUP, "disk '%s': cache must be writethrough or not said",
                               disk->target);
  return TRUE;
}

/* ---- what a device becomes ---- */

/* An inserted medium is connected, now if the machine runs. */
static void
connect_drive (const HvfsVmChange *change, HvfsValue **device)
{
  HvfsValue *connectable = hvfs_value_get (*device, "connectable");

  if (connectable == NULL)
    return;
  connectable = hvfs_value_ref (connectable);
  hvfs_vm_value_set_bool (&connectable, "startConnected", TRUE);
  if (change->running)
    hvfs_vm_value_set_bool (&connectable, "connected", TRUE);
  hvfs_vm_value_put (device, connectable);
}

/* @base: (nullable): what it was */
static void
shape_drive (const HvfsVmChange *change, HvfsValue **device, const HvfsDisk *base,
             const HvfsDisk *wanted)
{
  if (base != NULL && same_medium (base, wanted))
    return;
  hvfs_vm_value_put (device, new_drive_backing (*device, wanted));
  if (base != NULL && wanted->path != NULL && base->path == NULL)
    connect_drive (change, device);
}

static gboolean
is_to_be_made (const HvfsVmChange *change, const HvfsDisk *disk)
{
  return disk->capacity_kib > 0 && change->make != NULL
         && g_hash_table_contains (change->make, disk->path);
}

/* Another file.  Its size is its own. */
static HvfsValue *
new_file (const HvfsVmChange *change, HvfsValue **device, const HvfsDisk *disk)
{
  gboolean make = is_to_be_made (change, disk);
  HvfsValue *backing = hvfs_vm_change_backing (*device, "VirtualDiskFlatVer2BackingInfo");

  hvfs_vm_value_set (&backing, "fileName", disk->path);
  if (make && hvfs_value_get (backing, "thinProvisioned") == NULL
      && !hvfs_value_bool (backing, "eagerlyScrub"))
    hvfs_vm_value_set_bool (&backing, "thinProvisioned", TRUE);
  hvfs_vm_value_drop (device, "diskObjectId");
  hvfs_vm_value_drop (device, "vDiskId");
  hvfs_vm_value_drop (device, "capacityInBytes");
  hvfs_vm_value_set_int (device, "capacityInKB", make ? disk->capacity_kib : 0);
  return backing;
}

static gboolean
set_cache (HvfsValue **backing, const HvfsDisk *wanted, GError **error)
{
  if (!hvfs_vm_value_can (*backing, "writeThrough"))
    return hvfs_vm_change_bad (error, ENOTSUP,
                               "disk '%s': a %s has no <driver cache='...'/>: leave it out",
                               wanted->target, hvfs_value_type (*backing));
  hvfs_vm_value_set_bool (backing, "writeThrough", wanted->cache == HVFS_CACHE_WRITETHROUGH);
  return TRUE;
}

static gboolean
set_mode (HvfsValue **backing, const HvfsDisk *wanted, GError **error)
{
  if (!hvfs_vm_value_can (*backing, "diskMode"))
    return hvfs_vm_change_bad (error, ENOTSUP,
                               "disk '%s': a %s has no <transient/> and no snapshot='no': leave it "
                               "as it is",
                               wanted->target, hvfs_value_type (*backing));
  hvfs_vm_value_set (backing, "diskMode", mode_of (wanted));
  return TRUE;
}

static gboolean
set_sharing (HvfsValue **backing, const HvfsDisk *wanted, GError **error)
{
  if (!hvfs_vm_value_can (*backing, "sharing"))
    return hvfs_vm_change_bad (error, ENOTSUP,
                               "disk '%s': a %s has no <shareable/>: leave it as it is",
                               wanted->target, hvfs_value_type (*backing));
  hvfs_vm_value_set (backing, "sharing", wanted->shareable ? "sharingMultiWriter" : "sharingNone");
  return TRUE;
}

static void
set_iops (HvfsValue **device, const HvfsDisk *wanted)
{
  HvfsValue *old = hvfs_value_get (*device, "storageIOAllocation");
  HvfsValue *allocation
    = old != NULL ? hvfs_value_ref (old) : hvfs_vm_value_new ("storageIOAllocation", NULL);

  hvfs_vm_value_set_int (&allocation, "limit", wanted->iops > 0 ? (gint64) wanted->iops : -1);
  hvfs_vm_value_put (device, allocation);
}

/* @base: (nullable): what it was */
static gboolean
shape_hard_disk (const HvfsVmChange *change, HvfsValue **device, const HvfsDisk *base,
                 const HvfsDisk *wanted, GError **error)
{
  gboolean file = base == NULL || !same_medium (base, wanted);
  gboolean mode = base == NULL || base->transient != wanted->transient
                  || base->independent != wanted->independent;
  gboolean sharing = (base != NULL && base->shareable) != wanted->shareable;
  gboolean cache = (base != NULL ? base->cache : HVFS_CACHE_DEFAULT) != wanted->cache;
  g_autoptr (HvfsValue) backing = NULL;

  if ((base != NULL ? base->iops : 0) != wanted->iops)
    set_iops (device, wanted);
  if (!file && !mode && !cache && !sharing)
    return TRUE;
  backing = file ? new_file (change, device, wanted)
                 : hvfs_value_ref (hvfs_value_get (*device, "backing"));
  if ((mode && !set_mode (&backing, wanted, error))
      || (cache && !set_cache (&backing, wanted, error))
      || (sharing && !set_sharing (&backing, wanted, error)))
    return FALSE;
  hvfs_vm_value_put (device, g_steal_pointer (&backing));
  return TRUE;
}

static gboolean
shape (const HvfsVmChange *change, HvfsValue **device, const HvfsDisk *base,
       const HvfsDisk *wanted, GError **error)
{
  if (!is_drive (wanted))
    return shape_hard_disk (change, device, base, wanted, error);
  shape_drive (change, device, base, wanted);
  return TRUE;
}

/* What drives do not have. */
static gboolean
same_words (const HvfsDisk *a, const HvfsDisk *b)
{
  return a->cache == b->cache && a->transient == b->transient && a->independent == b->independent
         && a->shareable == b->shareable && a->iops == b->iops;
}

static gboolean
edit_disk (HvfsVmChange *change, HvfsValue *device, const HvfsDisk *base, const HvfsDisk *wanted,
           GError **error)
{
  g_autoptr (HvfsValue) edited = hvfs_value_ref (device);

  if (!shape (change, &edited, base, wanted, error)
      || ((edited != device || !same_words (base, wanted)) && !check_disk (wanted, error)))
    return FALSE;
  hvfs_vm_change_keep (change, base, wanted, device);
  if (edited != device)
    hvfs_vm_change_edit (change, g_steal_pointer (&edited));
  return TRUE;
}

static HvfsValue *
new_device (const HvfsVmChange *change, const HvfsDisk *disk)
{
  static const char *const types[] = { [HVFS_DEVICE_DISK] = "VirtualDisk",
                                       [HVFS_DEVICE_CDROM] = "VirtualCdrom",
                                       [HVFS_DEVICE_FLOPPY] = "VirtualFloppy",
                                       [HVFS_DEVICE_LUN] = "VirtualCdrom" };

  return hvfs_vm_change_new_device (change, types[disk->device], is_drive (disk),
                                    disk->path != NULL || disk->startup != HVFS_STARTUP_DEFAULT);
}

/* @old: (nullable): the device whose place it takes, which was @base */
static gboolean
add_disk (HvfsVmChange *change, HvfsValue *old, const HvfsDisk *base, const HvfsDisk *disk,
          GError **error)
{
  gint64 controller = hvfs_vm_change_controller_key (change, disk);
  gboolean make = is_to_be_made (change, disk);
  g_autoptr (HvfsValue) device = NULL;

  /* One that only moves is as right as it was. */
  if ((base == NULL || !same_medium (base, disk) || base->bus != disk->bus
       || base->cache != disk->cache)
      && !check_disk (disk, error))
    return FALSE;
  device = old != NULL ? hvfs_value_ref (old) : new_device (change, disk);
  if (!shape (change, &device, base, disk, error))
    return FALSE;
  if (controller != 0)
    hvfs_vm_value_set_int (&device, "controllerKey", controller);
  else
    hvfs_vm_value_drop (&device, "controllerKey");
  hvfs_vm_value_set_int (&device, "unitNumber", disk->drive.unit);
  hvfs_vm_change_add (change, g_steal_pointer (&device), make ? "create" : NULL);
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
  g_autofree char *name = check_disk (disk, error) ? name_at_its_place (change, disk) : NULL;

  if (name == NULL)
    return FALSE;
  return strcmp (name, disk->target) == 0
         || hvfs_vm_change_bad (error, EINVAL,
                                "disk '%s': a disk at its <address> is called '%s': change one of "
                                "them",
                                disk->target, name);
}

/* Whether the device is taken off, though the disk stays. */
static gboolean
is_put_back (const HvfsVmChange *change, const HvfsDisk *base, const HvfsDisk *wanted)
{
  return !is_same_disk (base, wanted) || hvfs_vm_change_is_replaced (change, base);
}

/* @base: (nullable): what it was */
static gboolean
change_disk (HvfsVmChange *change, const HvfsDisk *base, const HvfsDisk *wanted, GError **error)
{
  HvfsValue *device = base != NULL ? device_of (change, base) : NULL;

  if (change->have != NULL && !check_words (wanted, error))
    return FALSE;
  if (device != NULL && same_medium (base, wanted) && !check_size (device, wanted, error))
    return FALSE;
  if (device != NULL && !is_put_back (change, base, wanted))
    return edit_disk (change, device, base, wanted, error);
  if (change->have != NULL && (device == NULL || !is_same_disk (base, wanted))
      && !check_name (change, wanted, error))
    return FALSE;
  return add_disk (change, device, device != NULL ? base : NULL, wanted, error);
}

static gboolean
change_disks (HvfsVmChange *change, GHashTable *matches, GError **error)
{
  g_autoptr (GHashTable) stay = g_hash_table_new (NULL, NULL);
  const GPtrArray *base = change->base->disks, *wanted = change->wanted->disks;

  for (guint i = 0; i < wanted->len; i++)
    {
      HvfsDisk *was = g_hash_table_lookup (matches, wanted->pdata[i]);

      if (was != NULL && !is_put_back (change, was, wanted->pdata[i]))
        g_hash_table_add (stay, was);
    }
  for (guint i = 0; i < base->len; i++)
    {
      HvfsValue *device = device_of (change, base->pdata[i]);

      if (device != NULL && !g_hash_table_contains (stay, base->pdata[i]))
        hvfs_vm_change_remove (change, device);
    }
  if (!hvfs_vm_change_controllers (change, error))
    return FALSE;
  for (guint i = 0; i < wanted->len; i++)
    if (!change_disk (change, g_hash_table_lookup (matches, wanted->pdata[i]), wanted->pdata[i],
                      error))
      return FALSE;
  return TRUE;
}

gboolean
hvfs_vm_change_disks (HvfsVmChange *change, GError **error)
{
  g_autoptr (GHashTable) matches = match (change);

  return change_disks (change, matches, error);
}
