/* backend/vmconfig-spec-boot.c - what a machine boots from, when that differs
 *
 * The server has a list: disks and interfaces by their keys, and "the drive" of each kind.
 * A device that is only being added has no key yet.
 */
#include "backend/vmconfig-spec.h"

#include <string.h>

#include "convert/error.h"
#include "convert/scalar.h"

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

static gboolean
same_boot (const Boot *a, const Boot *b)
{
  if ((a->disk == NULL) != (b->disk == NULL))
    return FALSE;
  return a->disk != NULL ? strcmp (a->disk->target, b->disk->target) == 0
                         : memcmp (a->net->mac, b->net->mac, HVFS_MAC_BYTES) == 0;
}

static gboolean
same_order (const GArray *a, const GArray *b)
{
  gboolean same = a->len == b->len;

  for (guint i = 0; same && i < a->len; i++)
    same = same_boot (&g_array_index (a, Boot, i), &g_array_index (b, Boot, i));
  return same;
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

static gboolean
put_keyed (HvfsVmChange *change, const Boot *boot, GError **error)
{
  const char *key
    = g_hash_table_lookup (change->keys, boot->disk != NULL ? (gconstpointer) boot->disk : boot->net);
  g_autofree char *mac = boot->net != NULL ? hvfs_format_mac (boot->net->mac) : NULL;

  if (key == NULL)
    return hvfs_vm_change_bad (error, ENOTSUP,
                               "<boot order='%u'>: '%s' is only being added: say what it boots "
                               "from when it is there",
                               boot->order, mac != NULL ? mac : boot->disk->target);
  hvfs_request_open (change->request, "bootOrder",
                     boot->disk != NULL ? "VirtualMachineBootOptionsBootableDiskDevice"
                                        : "VirtualMachineBootOptionsBootableEthernetDevice");
  hvfs_request_text (change->request, "deviceKey", key);
  hvfs_request_close (change->request);
  return TRUE;
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
                                   "<boot order='%u'>: of such drives the first, '%s', is booted "
                                   "from, not '%s'",
                                   boot->order, other->target, boot->disk->target);
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
put_order (HvfsVmChange *change, const GArray *boots, GError **error)
{
  /* A list that is empty would be as good as none. */
  if (boots->len == 0)
    put_empty (change, "VirtualMachineBootOptionsBootableDevice");
  for (guint i = 0; i < boots->len; i++)
    {
      const Boot *boot = &g_array_index (boots, Boot, i);

      if (drive_type (boot) == NULL ? !put_keyed (change, boot, error)
                                    : !check_drive (change, boot, error))
        return FALSE;
      if (drive_type (boot) != NULL)
        put_empty (change, drive_type (boot));
    }
  return TRUE;
}

gboolean
hvfs_vm_change_boot (HvfsVmChange *change, GError **error)
{
  const HvfsDomain *base = change->base, *wanted = change->wanted;
  g_autoptr (GArray) before = boots_of (base);
  g_autoptr (GArray) now = boots_of (wanted);
  gboolean secure = base->secure_boot != wanted->secure_boot, order = !same_order (before, now);

  if (wanted->secure_boot && wanted->firmware != HVFS_FIRMWARE_EFI)
    return hvfs_vm_change_bad (error, EINVAL, "<os>: secure boot needs firmware='efi'");
  if (!secure && !order)
    return TRUE;
  change->n_changes++;
  hvfs_request_open (change->request, "bootOptions", NULL);
  if (secure)
    hvfs_request_bool (change->request, "efiSecureBootEnabled", wanted->secure_boot);
  if (order && !put_order (change, now, error))
    return FALSE;
  hvfs_request_close (change->request);
  return TRUE;
}
