/* backend/vmconfig-spec-disk.c - disks, drives and controllers that differ
 *
 * A disk is known by its target.  One of another place, file or kind is another disk:
 * the old one is taken off, and its file left, before the new one is put on.
 */
#include "backend/vmconfig-spec.h"

#include <string.h>

#include "backend/vmconfig-device.h"
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

static gboolean
edit_drive (HvfsVmChange *change, HvfsValue *device, const HvfsDisk *base, const HvfsDisk *wanted,
            GError **error)
{
  g_autoptr (HvfsValue) with_medium = NULL;

  if (same_medium (base, wanted))
    return TRUE;
  if (!check_disk (wanted, error))
    return FALSE;
  with_medium = hvfs_vm_value_with (device, new_drive_backing (wanted));
  hvfs_vm_change_edit (change, wanted->path != NULL && base->path == NULL
                                 ? connect_drive (change, with_medium)
                                 : hvfs_value_ref (with_medium));
  return TRUE;
}

static gboolean
edit_hard_disk (HvfsVmChange *change, HvfsValue *device, const HvfsDisk *base,
                const HvfsDisk *wanted, GError **error)
{
  g_autoptr (HvfsValue) backing = NULL;

  if (base->transient == wanted->transient && base->cache == wanted->cache)
    return TRUE;
  if (!check_disk (wanted, error))
    return FALSE;
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
  hvfs_vm_change_edit (change, hvfs_vm_value_with (device, g_steal_pointer (&backing)));
  return TRUE;
}

/* ---- controllers ---- */

#define CONTROLLER_ID(bus, number) GUINT_TO_POINTER ((guint) (bus) << 16 | (number))

/* The number of the controller on the server: IDE has two with two drives each. */
static guint
number_of (const HvfsDisk *disk)
{
  return disk->bus == HVFS_BUS_IDE ? disk->drive.controller * 2 + disk->drive.bus
                                   : disk->drive.controller;
}

/* The controller of the server, whether the domain shows it or not. */
static HvfsValue *
find_controller (const HvfsVmChange *change, HvfsBus bus, guint number)
{
  const HvfsValue *hardware
    = change->have != NULL ? hvfs_value_get (change->have->config, "hardware") : NULL;

  for (guint i = 0; i < hvfs_value_n_children (hardware); i++)
    {
      HvfsValue *device = hvfs_value_nth (hardware, i);
      const HvfsVimClass *class = hvfs_vim_class (device);

      if (class->kind == HVFS_VIM_CONTROLLER && class->bus == bus
          && hvfs_value_int (device, "busNumber", 0) == (bus == HVFS_BUS_FDC ? 0 : number))
        return device;
    }
  return NULL;
}

static gboolean
add_controller (HvfsVmChange *change, HvfsControllerType type, HvfsBus bus, guint number,
                HvfsScsiModel model, GError **error)
{
  const char *class = hvfs_vim_controller_type (type, model);
  gint64 *key;

  if (class == NULL)
    return hvfs_vm_change_bad (error, ENOTSUP,
                               "<controller>: the model must be buslogic, lsilogic, lsisas1068 or "
                               "vmpvscsi, not '%s'",
                               hvfs_scsi_model_words[model]);
  key = g_new (gint64, 1);
  hvfs_vm_change_open (change, "add", NULL);
  *key = hvfs_vm_change_open_device (change, class);
  hvfs_request_int (change->request, "busNumber", number);
  if (bus == HVFS_BUS_SCSI)
    hvfs_request_text (change->request, "sharedBus", "noSharing");
  hvfs_request_close (change->request);
  hvfs_vm_change_close (change);
  g_hash_table_insert (change->added, CONTROLLER_ID (bus, number), key);
  return TRUE;
}

static gboolean
is_said (HvfsScsiModel model)
{
  return model != HVFS_SCSI_NONE && model != HVFS_SCSI_AUTO;
}

static gboolean
add_controllers (HvfsVmChange *change, GError **error)
{
  for (guint i = 0; i < change->wanted->controllers->len; i++)
    {
      const HvfsController *wanted = change->wanted->controllers->pdata[i];
      const HvfsController *base
        = hvfs_domain_get_controller (change->base, wanted->type, wanted->index);
      HvfsBus bus = wanted->type == HVFS_CONTROLLER_SATA ? HVFS_BUS_SATA : HVFS_BUS_SCSI;

      if (wanted->type != HVFS_CONTROLLER_SCSI && wanted->type != HVFS_CONTROLLER_SATA)
        continue;
      if (base != NULL && base->model != wanted->model && is_said (wanted->model))
        return hvfs_vm_change_bad (error, ENOTSUP,
                                   "<controller type='scsi' index='%u'>: its model cannot be "
                                   "changed: add a controller, and give the disks addresses on it",
                                   wanted->index);
      if (base == NULL && find_controller (change, bus, wanted->index) == NULL
          && !add_controller (change, wanted->type, bus, wanted->index, wanted->model, error))
        return FALSE;
    }
  return TRUE;
}

/* Those that the user took out, when everything that hung on them went before. */
static void
remove_controllers (HvfsVmChange *change)
{
  for (guint i = 0; i < change->base->controllers->len; i++)
    {
      const HvfsController *base = change->base->controllers->pdata[i];
      const HvfsController *read
        = change->have != NULL
            ? hvfs_domain_get_controller (change->have->domain, base->type, base->index)
            : NULL;
      HvfsValue *device = hvfs_vm_change_device (change, read);

      if (device != NULL
          && hvfs_domain_get_controller (change->wanted, base->type, base->index) == NULL)
        hvfs_vm_change_remove (change, device);
    }
}

static void
put_controller_key (HvfsVmChange *change, const HvfsDisk *disk)
{
  guint number = number_of (disk);
  const gint64 *added = g_hash_table_lookup (change->added, CONTROLLER_ID (disk->bus, number));
  const HvfsValue *device = find_controller (change, disk->bus, number);

  if (added != NULL)
    hvfs_request_int (change->request, "controllerKey", *added);
  else if (device != NULL)
    hvfs_request_int (change->request, "controllerKey", hvfs_value_int (device, "key", 0));
  else if (disk->bus == HVFS_BUS_IDE)
    hvfs_request_int (change->request, "controllerKey", 200 + number); /* every machine's own */
  hvfs_request_int (change->request, "unitNumber", disk->drive.unit);
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
  put_controller_key (change, disk);
  if (!is_drive (disk))
    hvfs_request_int (change->request, "capacityInKB", make ? disk->capacity_kib : 0);
  hvfs_request_close (change->request);
  hvfs_vm_change_close (change);
  return TRUE;
}

static gboolean
change_disk (HvfsVmChange *change, const HvfsDisk *wanted, GError **error)
{
  const HvfsDisk *base = disk_named (change->base, wanted);
  HvfsValue *device = base != NULL ? device_of (change, base) : NULL;

  if (device == NULL || !is_same_disk (base, wanted))
    return add_disk (change, wanted, error);
  return is_drive (base) ? edit_drive (change, device, base, wanted, error)
                         : edit_hard_disk (change, device, base, wanted, error);
}

gboolean
hvfs_vm_change_disks (HvfsVmChange *change, GError **error)
{
  for (guint i = 0; i < change->base->disks->len; i++)
    {
      const HvfsDisk *base = change->base->disks->pdata[i];
      const HvfsDisk *wanted = disk_named (change->wanted, base);
      HvfsValue *device = device_of (change, base);

      if (device != NULL && (wanted == NULL || !is_same_disk (base, wanted)))
        hvfs_vm_change_remove (change, device);
    }
  remove_controllers (change);
  if (!add_controllers (change, error))
    return FALSE;
  for (guint i = 0; i < change->wanted->disks->len; i++)
    if (!change_disk (change, change->wanted->disks->pdata[i], error))
      return FALSE;
  return TRUE;
}
