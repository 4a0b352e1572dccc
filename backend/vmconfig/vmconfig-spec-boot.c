/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-spec-boot.c - what a machine boots from, when that differs
 *
 * The server has a list: disks and interfaces by their keys, and "the drive" of each kind.
 * A device that is only being added has no key yet, and no document says that a list may have the
 * negative one that its request makes up: the whole list is left for a request after it then.
 */
#include "backend/vmconfig/vmconfig-spec-part.h"

#include <string.h>

#include "backend/vmconfig/vmconfig-device.h"
#include "backend/vmconfig/vmconfig-value.h"
#include "convert/error.h"
#include "convert/model/settings.h"

typedef struct
{
  guint order;
  const HvfsDisk *disk; /* or */
  const HvfsNet *net;
} Boot;

static int
compare_orders (gconstpointer a, gconstpointer b)
{
  guint x = ((const Boot *) a)->order, y = ((const Boot *) b)->order;

  return x < y ? -1 : x > y;
}

/* Returns: (transfer full): of Boot, in their order */
static GArray *
boots_of (const HvfsDomain *domain)
{
  GArray *boots = g_array_new (FALSE, FALSE, sizeof (Boot));

  for (guint i = 0; i < domain->disks->len; i++)
    {
      Boot boot = { .disk = domain->disks->pdata[i] };

      boot.order = boot.disk->boot;
      if (boot.order > 0)
        g_array_append_val (boots, boot);
    }
  for (guint i = 0; i < domain->nets->len; i++)
    {
      Boot boot = { .net = domain->nets->pdata[i] };

      boot.order = boot.net->boot;
      if (boot.order > 0)
        g_array_append_val (boots, boot);
    }
  g_array_sort (boots, compare_orders);
  return boots;
}

/* The server's name for a kind of device.  (nullable): it is known by its key */
static const char *
drive_type (const Boot *boot)
{
  if (boot->disk == NULL || boot->disk->device == HVFS_DEVICE_DISK)
    return NULL;
  return boot->disk->device == HVFS_DEVICE_FLOPPY
           ? "VirtualMachineBootOptionsBootableFloppyDevice"
           : "VirtualMachineBootOptionsBootableCdromDevice";
}

static const char *
key_of (const HvfsVmChange *change, const Boot *boot)
{
  return g_hash_table_lookup (change->keys,
                              boot->disk != NULL ? (gconstpointer) boot->disk : boot->net);
}

static gboolean
same_boot (const HvfsVmChange *change, const Boot *a, const Boot *b)
{
  if (drive_type (a) != NULL || drive_type (b) != NULL)
    return g_strcmp0 (drive_type (a), drive_type (b)) == 0;
  return key_of (change, a) != NULL && g_strcmp0 (key_of (change, a), key_of (change, b)) == 0;
}

static gboolean
same_order (const HvfsVmChange *change, const GArray *a, const GArray *b)
{
  gboolean same = a->len == b->len;

  for (guint i = 0; same && i < a->len; i++)
    same = same_boot (change, &g_array_index (a, Boot, i), &g_array_index (b, Boot, i));
  return same;
}

static gboolean
has_new (const HvfsVmChange *change, const GArray *boots)
{
  for (guint i = 0; i < boots->len; i++)
    {
      const Boot *boot = &g_array_index (boots, Boot, i);

      if (drive_type (boot) == NULL && key_of (change, boot) == NULL)
        return TRUE;
    }
  return FALSE;
}

static void
put_keyed (HvfsVmChange *change, const Boot *boot)
{
  hvfs_request_open (change->request, "bootOrder",
                     boot->disk != NULL ? "VirtualMachineBootOptionsBootableDiskDevice"
                                        : "VirtualMachineBootOptionsBootableEthernetDevice");
  hvfs_request_text (change->request, "deviceKey", key_of (change, boot));
  hvfs_request_close (change->request);
}

/* The list has a kind of drive, and means the first of it. */
static gboolean
check_drive (const HvfsVmChange *change, const Boot *boot, GError **error)
{
  const GPtrArray *disks = change->wanted->disks;

  for (guint i = 0; i < disks->len && disks->pdata[i] != boot->disk; i++)
    {
      const HvfsDisk *other = disks->pdata[i];

      if (other->device != HVFS_DEVICE_DISK
          && (other->device == HVFS_DEVICE_FLOPPY) == (boot->disk->device == HVFS_DEVICE_FLOPPY))
        return hvfs_vm_change_bad (error, ENOTSUP,
                                   "<boot order='%u'>: the machine boots from the first such "
                                   "drive, '%s', not from '%s'",
                                   boot->order, other->target, boot->disk->target);
    }
  return TRUE;
}

static gboolean
check_order (const HvfsVmChange *change, const GArray *boots, GError **error)
{
  for (guint i = 0; i < boots->len; i++)
    {
      const Boot *boot = &g_array_index (boots, Boot, i);

      if (drive_type (boot) != NULL && !check_drive (change, boot, error))
        return FALSE;
    }
  return TRUE;
}

static void
put_empty (HvfsVmChange *change, const char *type)
{
  hvfs_request_open (change->request, "bootOrder", type);
  hvfs_request_close (change->request);
}

static gboolean
is_shown (const HvfsVmRead *read, const HvfsValue *device)
{
  const HvfsDomain *domain = read->domain;

  for (guint i = 0; i < domain->disks->len; i++)
    if (hvfs_vm_read_device (read, domain->disks->pdata[i]) == device)
      return TRUE;
  for (guint i = 0; i < domain->nets->len; i++)
    if (hvfs_vm_read_device (read, domain->nets->pdata[i]) == device)
      return TRUE;
  return FALSE;
}

/* Devices on the server's list that domain XML does not show stay, at its end.
 * Returns: how many */
static guint
put_hidden (HvfsVmChange *change)
{
  const HvfsValue *options
    = change->have != NULL ? hvfs_value_get (change->have->config, "bootOptions") : NULL;
  guint n = 0;

  for (guint i = 0; i < hvfs_value_n_children (options); i++)
    {
      const HvfsValue *boot = hvfs_value_nth (options, i);
      const HvfsValue *device
        = strcmp (hvfs_value_name (boot), "bootOrder") == 0
            ? hvfs_vim_device (change->have->config, hvfs_value_int (boot, "deviceKey", G_MININT64))
            : NULL;

      if (device == NULL || is_shown (change->have, device))
        continue;
      hvfs_request_value (change->request, boot, "bootOrder");
      n++;
    }
  return n;
}

static void
put_order (HvfsVmChange *change, const GArray *boots)
{
  for (guint i = 0; i < boots->len; i++)
    {
      const Boot *boot = &g_array_index (boots, Boot, i);

      if (drive_type (boot) == NULL)
        put_keyed (change, boot);
      else
        put_empty (change, drive_type (boot));
    }
  /* A list that is empty would be as good as none. */
  if (put_hidden (change) + boots->len == 0)
    put_empty (change, "VirtualMachineBootOptionsBootableDevice");
}

gboolean
hvfs_vm_change_boot (HvfsVmChange *change, GError **error)
{
  const HvfsDomain *base = change->base, *wanted = change->wanted;
  g_autoptr (GArray) before = boots_of (base);
  g_autoptr (GArray) now = boots_of (wanted);
  gboolean secure = base->secure_boot != wanted->secure_boot, order, settings;

  /* A list names devices by the keys that the server has given them. */
  order = change->have != NULL && !same_order (change, before, now);
  if (order && !check_order (change, now, error))
    return FALSE;
  change->leaves_order = order && has_new (change, now);
  order = order && !change->leaves_order;
  if (change->leaves_order)
    hvfs_request_needs (change->request, "VirtualMachineBootOptions", "bootOrder");
  if (wanted->secure_boot && wanted->firmware != HVFS_FIRMWARE_EFI)
    return hvfs_vm_change_bad (error, EINVAL, "<os>: secure boot needs firmware='efi'");
  settings = hvfs_vm_change_has_settings (change, "bootOptions");
  change->changes_order = order && !secure && !settings;
  if (!secure && !order && !settings)
    return TRUE;
  change->n_changes++;
  hvfs_request_open (change->request, "bootOptions", NULL);
  hvfs_vm_change_setting (change, HVFS_SETTING_BOOT_DELAY);
  hvfs_vm_change_setting (change, "bios.forceSetupOnce");
  if (secure)
    hvfs_request_bool (change->request, "efiSecureBootEnabled", wanted->secure_boot);
  hvfs_vm_change_setting (change, "bios.bootRetry.enabled");
  hvfs_vm_change_setting (change, "bios.bootRetry.delay");
  if (order)
    put_order (change, now);
  hvfs_request_close (change->request);
  return TRUE;
}
