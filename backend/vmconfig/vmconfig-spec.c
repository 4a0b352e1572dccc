/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-spec.c - the difference between two domains: what is no device, and the order */
#include "backend/vmconfig/vmconfig-spec.h"

#include <string.h>

#include "backend/mirror/inventory-name.h"
#include "backend/vmconfig/vmconfig-spec-part.h"
#include "convert/error.h"
#include "convert/model/scalar.h"
#include "convert/vmx/vmx-words.h"

/* What a server wants memory to be a multiple of. */
#define MEMORY_STEP_KIB (4 * HVFS_KIB_PER_MIB)

/* ---- names and numbers ---- */

/* Writes an element whose text differs; @wanted may be NULL: empty. */
static void
put_text (HvfsVmChange *change, const char *element, const char *base, const char *wanted)
{
  if (g_strcmp0 (base != NULL ? base : "", wanted != NULL ? wanted : "") == 0)
    return;
  change->n_changes++;
  hvfs_request_text (change->request, element, wanted != NULL ? wanted : "");
}

static void
put_identity (HvfsVmChange *change)
{
  const HvfsDomain *base = change->base, *wanted = change->wanted;
  g_autofree char *before = base->name != NULL ? hvfs_inventory_name_encode (base->name) : NULL;
  g_autofree char *after = hvfs_inventory_name_encode (wanted->name);
  g_autofree char *uuid_before = hvfs_format_uuid (base->uuid);
  g_autofree char *uuid_after = hvfs_format_uuid (wanted->uuid);

  put_text (change, "name", before, after);
  if (wanted->has_uuid)
    put_text (change, "uuid", uuid_before, uuid_after);
  if (change->have == NULL)
    hvfs_request_text (change->request, "guestId",
                       wanted->arch == HVFS_ARCH_X86_64 ? "otherGuest64" : "otherGuest");
  put_text (change, "annotation", base->description, wanted->description);
}

/* Returns: cores per socket that @domain asks for, 0 with an error */
static guint
cores_of (const HvfsDomain *domain, GError **error)
{
  const HvfsTopology *t = &domain->topology;

  if (!domain->has_topology)
    return 1;
  if (t->threads != 1 || t->dies != 1 || t->clusters != 1)
    hvfs_vm_change_bad (error, ENOTSUP, "<topology>: threads, dies and clusters must be 1");
  else if ((guint64) t->sockets * t->cores != domain->vcpus)
    hvfs_vm_change_bad (error, EINVAL, "<topology>: %u sockets of %u cores are not %u vcpus",
                        t->sockets, t->cores, domain->vcpus);
  else
    return t->cores;
  return 0;
}

/* Returns: cores per socket that the machine has, where the text says some that it must have:
 * those that no text can say stay while none are said */
static guint
cores_before (const HvfsVmChange *change)
{
  if (change->have == NULL || !change->wanted->has_topology)
    return change->base->has_topology ? change->base->topology.cores : 1;
  return MAX (hvfs_value_int (change->have->config, "hardware.numCoresPerSocket", 1), 1);
}

static void
put_number (HvfsVmChange *change, const char *element, guint64 base, guint64 wanted)
{
  if (base == wanted)
    return;
  change->n_changes++;
  hvfs_request_int (change->request, element, wanted);
}

static gboolean
put_hardware (HvfsVmChange *change, GError **error)
{
  const HvfsDomain *base = change->base, *wanted = change->wanted;
  guint cores = cores_of (wanted, error);

  if (cores == 0)
    return FALSE;
  if (wanted->memory_kib % MEMORY_STEP_KIB != 0 && wanted->memory_kib != base->memory_kib)
    return hvfs_vm_change_bad (error, EINVAL, "<memory>: must be a multiple of 4 MiB (4096 KiB)");
  if (wanted->current_memory_kib % HVFS_KIB_PER_MIB != 0
      && wanted->current_memory_kib != base->current_memory_kib)
    return hvfs_vm_change_bad (error, EINVAL, "<currentMemory>: must be a multiple of 1 MiB");
  if (wanted->min_guarantee_kib % HVFS_KIB_PER_MIB != 0
      && wanted->min_guarantee_kib != base->min_guarantee_kib)
    return hvfs_vm_change_bad (error, EINVAL, "<min_guarantee>: must be a multiple of 1 MiB");
  if (wanted->has_shares && wanted->shares > G_MAXINT32)
    return hvfs_vm_change_bad (error, EINVAL, "<shares>: must be at most %d", G_MAXINT32);
  if (wanted->current_vcpus != wanted->vcpus)
    return hvfs_vm_change_bad (error, ENOTSUP, "<vcpu>: current must be all that there are");
  put_number (change, "numCPUs", change->have != NULL ? base->vcpus : 0, wanted->vcpus);
  put_number (change, "numCoresPerSocket", cores_before (change), cores);
  put_number (change, "memoryMB", base->memory_kib / HVFS_KIB_PER_MIB,
              wanted->memory_kib / HVFS_KIB_PER_MIB);
  return TRUE;
}

/* ---- scheduling ---- */

static const char *
level_of (const HvfsDomain *domain)
{
  if (!domain->has_shares)
    return "normal";
  for (guint i = 0; hvfs_vmx_shares_words[i] != NULL; i++)
    if (domain->shares == (guint64) hvfs_vmx_shares_per_vcpu[i] * domain->vcpus)
      return hvfs_vmx_shares_words[i];
  return "custom";
}

static void
put_shares (HvfsVmChange *change)
{
  const HvfsDomain *wanted = change->wanted;

  hvfs_request_open (change->request, "shares", NULL);
  hvfs_request_int (change->request, "shares", wanted->has_shares ? wanted->shares : 0);
  hvfs_request_text (change->request, "level", level_of (wanted));
  hvfs_request_close (change->request);
}

/* What of the memory a domain may have, -1: all of it. */
static gint64
limit_of (const HvfsDomain *domain)
{
  return domain->current_memory_kib < domain->memory_kib
           ? (gint64) (domain->current_memory_kib + HVFS_KIB_PER_MIB - 1) / HVFS_KIB_PER_MIB
           : -1;
}

static gint64
reservation_of (const HvfsDomain *domain)
{
  return (domain->min_guarantee_kib + HVFS_KIB_PER_MIB - 1) / HVFS_KIB_PER_MIB;
}

static gboolean
changes_limit (const HvfsVmChange *change)
{
  return change->base->current_memory_kib != change->wanted->current_memory_kib
         && limit_of (change->base) != limit_of (change->wanted);
}

static gboolean
changes_shares (const HvfsVmChange *change)
{
  return change->base->has_shares != change->wanted->has_shares
         || change->base->shares != change->wanted->shares;
}

static void
put_memory_allocation (HvfsVmChange *change)
{
  const HvfsDomain *base = change->base, *wanted = change->wanted;
  gboolean limit = changes_limit (change);
  gboolean reservation = base->min_guarantee_kib != wanted->min_guarantee_kib;

  if (!limit && !reservation)
    return;
  change->n_changes++;
  hvfs_request_open (change->request, "memoryAllocation", NULL);
  if (reservation)
    hvfs_request_int (change->request, "reservation", reservation_of (wanted));
  if (limit)
    hvfs_request_int (change->request, "limit", limit_of (wanted));
  hvfs_request_close (change->request);
}

static gboolean
same_cpuset (const GArray *a, const GArray *b)
{
  if (a == NULL || b == NULL)
    return a == b;
  return a->len == b->len && memcmp (a->data, b->data, a->len * sizeof (guint)) == 0;
}

static void
put_scheduling (HvfsVmChange *change)
{
  static const char *const after_allocations[] = { "latencySensitivity", NULL };
  const HvfsDomain *base = change->base, *wanted = change->wanted;

  if (changes_shares (change))
    {
      change->n_changes++;
      hvfs_request_open (change->request, "cpuAllocation", NULL);
      put_shares (change);
      hvfs_request_close (change->request);
    }
  put_memory_allocation (change);
  hvfs_vm_change_settings (change, after_allocations);
  if (same_cpuset (base->cpuset, wanted->cpuset))
    return;
  change->n_changes++;
  hvfs_request_open (change->request, "cpuAffinity", NULL);
  for (guint i = 0; wanted->cpuset != NULL && i < wanted->cpuset->len; i++)
    hvfs_request_int (change->request, "affinitySet", g_array_index (wanted->cpuset, guint, i));
  hvfs_request_close (change->request);
}

static void
put_firmware (HvfsVmChange *change)
{
  gboolean efi_before = change->base->firmware == HVFS_FIRMWARE_EFI;
  gboolean efi = change->wanted->firmware == HVFS_FIRMWARE_EFI;

  put_text (change, "firmware", efi_before ? "efi" : "bios", efi ? "efi" : "bios");
}

static gboolean
check (const HvfsVmChange *change, GError **error)
{
  if (change->have != NULL && change->base->arch != change->wanted->arch)
    return hvfs_vm_change_bad (error, ENOTSUP,
                               "<os><type>: arch follows from the guest OS, which domain XML "
                               "cannot change: leave it %s",
                               hvfs_arch_words[change->base->arch]);
  if (change->have == NULL && change->wanted->arch == HVFS_ARCH_AARCH64)
    return hvfs_vm_change_bad (error, ENOTSUP,
                               "<os><type>: arch='aarch64' must be i686 or x86_64: define it by "
                               "its config.vmx");
  if (change->have != NULL && change->wanted->smbios == HVFS_SMBIOS_EMULATE)
    return hvfs_vm_change_bad (error, ENOTSUP,
                               "<smbios>: mode='emulate' is what there is without: leave it out");
  if (change->wanted->smbios == HVFS_SMBIOS_SYSINFO)
    return hvfs_vm_change_bad (error, ENOTSUP, "<smbios>: mode must be host, emulate or none");
  return TRUE;
}

gboolean
hvfs_vm_change_write (HvfsVmChange *change, const char *element, const char *datastore,
                      GError **error)
{
  const char *version = change->have != NULL
                          ? hvfs_value_text (change->have->config, "changeVersion")
                          : NULL;
  g_autoptr (GHashTable) added = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  g_autoptr (GHashTable) keys
    = change->keys != NULL ? g_hash_table_ref (change->keys) : g_hash_table_new (NULL, NULL);
  static const char *const before_processors[] = { "tools", "flags", "powerOpInfo", NULL };
  static const char *const before_devices[]
    = { "memoryHotAddEnabled", "cpuHotAddEnabled", "cpuHotRemoveEnabled", NULL };
  static const char *const before_boot[] = { "swapPlacement", NULL };
  static const char *const before_firmware[] = { "changeTrackingEnabled", NULL };
  static const char *const last[]
    = { "maxMksConnections", "memoryReservationLockedToMax", "nestedHVEnabled", "vPMCEnabled",
        "migrateEncryption", NULL };
  g_autofree char *directory = datastore != NULL ? g_strdup_printf ("[%s]", datastore) : NULL;

  change->added = added;
  change->keys = keys;
  if (!check (change, error))
    return FALSE;
  hvfs_request_open (change->request, element, NULL);
  if (version != NULL && *version != '\0')
    hvfs_request_text (change->request, "changeVersion", version);
  put_identity (change);
  if (directory != NULL)
    {
      hvfs_request_open (change->request, "files", NULL);
      hvfs_request_text (change->request, "vmPathName", directory);
      hvfs_request_close (change->request);
    }
  hvfs_vm_change_settings (change, before_processors);
  if (!put_hardware (change, error))
    return FALSE;
  hvfs_vm_change_settings (change, before_devices);
  hvfs_vm_change_hostdevs_gone (change);
  if (!hvfs_vm_change_disks (change, error)
      || !hvfs_vm_change_nets (change, error) || !hvfs_vm_change_ports (change, error)
      || !hvfs_vm_change_video (change, error))
    return FALSE;
  hvfs_vm_change_singles (change);
  if (!hvfs_vm_change_hostdevs (change, error) || !hvfs_vm_change_nvdimms (change, error))
    return FALSE;
  put_scheduling (change);
  if (!hvfs_vm_change_extras (change, error))
    return FALSE;
  hvfs_vm_change_settings (change, before_boot);
  if (!hvfs_vm_change_boot (change, error))
    return FALSE;
  hvfs_vm_change_settings (change, before_firmware);
  put_firmware (change);
  hvfs_vm_change_settings (change, last);
  hvfs_request_close (change->request);
  return TRUE;
}

/* ---- what is seen of it ---- */

/* Whether the mirror's number is @wanted, where that is asked for. */
static gboolean
sees_number (const HvfsObject *vm, guint index, const char *path, gboolean changes, gint64 wanted)
{
  return !changes || hvfs_value_int (hvfs_object_get (vm, index), path, -1) == wanted;
}

static gboolean
sees_texts (const HvfsVmChange *change, const HvfsObject *vm)
{
  const HvfsDomain *base = change->base, *wanted = change->wanted;
  const char *raw = hvfs_value_text (hvfs_object_get (vm, HVFS_NAME), NULL);
  const char *note = hvfs_value_text (hvfs_object_get (vm, HVFS_VM_ANNOTATION), NULL);
  const char *level = hvfs_value_text (hvfs_object_get (vm, HVFS_VM_CPU_ALLOCATION), "shares.level");
  const char *before = base->description != NULL ? base->description : "";
  const char *after = wanted->description != NULL ? wanted->description : "";
  g_autofree char *name = raw != NULL ? hvfs_inventory_name_decode (raw) : NULL;

  return (g_strcmp0 (base->name, wanted->name) == 0 || g_strcmp0 (name, wanted->name) == 0)
         && (strcmp (before, after) == 0 || strcmp (note != NULL ? note : "", after) == 0)
         && (!changes_shares (change) || g_strcmp0 (level, level_of (wanted)) == 0);
}

gboolean
hvfs_vm_change_is_seen (const HvfsVmChange *change, const HvfsObject *vm)
{
  const HvfsDomain *base = change->base, *wanted = change->wanted;

  return sees_texts (change, vm)
         && sees_number (vm, HVFS_VM_CPUS, NULL, base->vcpus != wanted->vcpus, wanted->vcpus)
         && sees_number (vm, HVFS_VM_MEMORY, NULL, base->memory_kib != wanted->memory_kib,
                         wanted->memory_kib / HVFS_KIB_PER_MIB)
         && sees_number (vm, HVFS_VM_MEMORY_ALLOCATION, "limit", changes_limit (change),
                         limit_of (wanted))
         && sees_number (vm, HVFS_VM_MEMORY_ALLOCATION, "reservation",
                         base->min_guarantee_kib != wanted->min_guarantee_kib,
                         reservation_of (wanted));
}
