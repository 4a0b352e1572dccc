/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/vmx/vmx-read.c - VMX text to domain model: what is no device; see vmx.h */
#include "convert/model/scalar.h"
#include "convert/vmx/vmx-encoding.h"
#include "convert/vmx/vmx-read.h"
#include "convert/vmx/vmx-read-part.h"
#include "convert/vmx/vmx-words.h"
#include "convert/vmx/vmx.h"
#include "convert/model/words.h"

#include <string.h>

/* memsize beyond this many MiB would overflow KiB in 64 bits. */
#define MEMSIZE_MAX (G_MAXINT64 / HVFS_KIB_PER_MIB)
/* config.version of all since 2003, and the oldest that these still open. */
#define CONFIG_VERSION 8
#define CONFIG_VERSION_MIN 6
/* virtualHW.version of Workstation 4 and GSX 2. */
#define HW_VERSION_MIN 3

/* What VMware has put behind a password has no versions beside it.  A machine with a TPM
 * has such keys too, and the others in clear. */
static gboolean
check_encryption (HvfsVmxText *vmx, GError **error)
{
  static const char *const keys[] = { "encryption.data", "encryption.keySafe" };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (hvfs_vmx_text_get (vmx, "%s", keys[i]) != NULL
        && hvfs_vmx_text_get (vmx, "config.version") == NULL)
      return hvfs_vmx_text_bad (vmx, error,
                                "the machine is encrypted: remove the encryption in VMware first",
                                "%s", keys[i]);
  if (hvfs_vmx_text_get (vmx, "encryption.data") != NULL)
    hvfs_note (hvfs_vmx_text_notes (vmx), 0,
               "the machine is partly encrypted: what encryption.data holds is left out");
  return TRUE;
}

static gboolean
read_versions (HvfsVmxText *vmx, HvfsDomain *domain, GError **error)
{
  gint64 config = 0, hardware = 0;

  if (!check_encryption (vmx, error)
      || !hvfs_vmx_text_get_int (vmx, &config, error, "config.version")
      || !hvfs_vmx_text_get_int (vmx, &hardware, error, "virtualHW.version"))
    return FALSE;
  if (config < CONFIG_VERSION_MIN || config > CONFIG_VERSION)
    return hvfs_vmx_text_bad (vmx, error,
                              "must be 8, or 6 or 7 of the first versions of VMware",
                              "config.version");
  if (hardware < HW_VERSION_MIN || hardware > G_MAXINT)
    return hvfs_vmx_text_bad (vmx, error, "must be from 3 to 2147483647", "virtualHW.version");
  domain->hw_version = hardware;
  return TRUE;
}

static gboolean
read_names (HvfsVmxText *vmx, HvfsDomain *domain, GError **error)
{
  const char *name = hvfs_vmx_text_get (vmx, "displayName");
  const char *annotation = hvfs_vmx_text_get (vmx, "annotation");
  g_autofree char *half = name != NULL ? hvfs_unescape (name, '%') : NULL;

  domain->name = hvfs_vmx_make_valid (half != NULL ? hvfs_unescape (half, '|') : NULL);
  domain->description
    = hvfs_vmx_make_valid (annotation != NULL ? hvfs_unescape (annotation, '|') : NULL);
  return TRUE;
}

static gboolean
read_ids (HvfsVmxText *vmx, HvfsVmxFlags flags, HvfsDomain *domain, GError **error)
{
  const char *instance = hvfs_vmx_text_get (vmx, "vc.uuid");
  gint64 genid[2] = { 0, 0 };

  if (!hvfs_vmx_text_get_uuid (vmx, domain->uuid, error, "uuid.bios")
      || !hvfs_vmx_text_get_int (vmx, &genid[0], error, "vm.genid")
      || !hvfs_vmx_text_get_int (vmx, &genid[1], error, "vm.genidX"))
    return FALSE;
  if ((flags & HVFS_VMX_TWO_UUIDS) != 0)
    {
      memcpy (domain->hw_uuid, domain->uuid, HVFS_UUID_BYTES);
      if (instance != NULL && *instance != '\0' && !hvfs_is_zero (domain->uuid, HVFS_UUID_BYTES)
          && !hvfs_vmx_text_get_uuid (vmx, domain->uuid, error, "vc.uuid"))
        return FALSE;
    }
  for (guint i = 0; i < HVFS_UUID_BYTES; i++)
    domain->genid[i] = (guint64) genid[i / 8] >> (56 - i % 8 * 8);
  return TRUE;
}

static gboolean
read_memory (HvfsVmxText *vmx, HvfsDomain *domain, GError **error)
{
  gint64 size = 32, max = 0, min = 0;

  if (!hvfs_vmx_text_get_int (vmx, &size, error, "memsize")
      || !hvfs_vmx_text_get_int (vmx, &max, error, "sched.mem.max")
      || !hvfs_vmx_text_get_int (vmx, &min, error, "sched.mem.minsize"))
    return FALSE;
  if (size <= 0 || size % 4 != 0 || size > MEMSIZE_MAX)
    return hvfs_vmx_text_bad (vmx, error, "must be a multiple of 4 (MiB) greater than 0",
                              "memsize");
  domain->memory_kib = size * HVFS_KIB_PER_MIB;
  domain->current_memory_kib = (max <= 0 ? size : MIN (max, size)) * HVFS_KIB_PER_MIB;
  domain->min_guarantee_kib = CLAMP (min, 0, size) * HVFS_KIB_PER_MIB;
  return TRUE;
}

/* Appends the number at *@text, blanks around it allowed, and moves *@text behind it. */
static gboolean
take_cpu (const char **text, GArray *numbers)
{
  gsize len = strcspn (*text, ",");
  g_autofree char *word = g_strstrip (g_strndup (*text, len));
  guint64 number;
  guint cpu;

  if (!hvfs_parse_uint64 (word, HVFS_CPUS_LIMIT - 1, &number))
    return FALSE;
  cpu = number;
  g_array_append_val (numbers, cpu);
  *text += len;
  return TRUE;
}

static gboolean
read_affinity (HvfsVmxText *vmx, HvfsDomain *domain, GError **error)
{
  const char *text = hvfs_vmx_text_get (vmx, "sched.cpu.affinity");
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (guint));
  gboolean more = TRUE;

  if (text == NULL || g_ascii_strcasecmp (text, "all") == 0)
    return TRUE;
  while (more)
    {
      if (!take_cpu (&text, numbers))
        return hvfs_vmx_text_bad (vmx, error,
                                  "must be CPU numbers below 16384 with commas, or \"all\"",
                                  "sched.cpu.affinity");
      more = *text++ == ',';
    }
  if (numbers->len < domain->vcpus)
    return hvfs_vmx_text_bad (vmx, error, "must have at least numvcpus CPUs", "sched.cpu.affinity");
  domain->cpuset = hvfs_numbers_unique (numbers);
  return TRUE;
}

static gboolean
read_shares (HvfsVmxText *vmx, HvfsDomain *domain, GError **error)
{
  const char *text = hvfs_vmx_text_get (vmx, "sched.cpu.shares");
  int level = hvfs_words_index_nocase (hvfs_vmx_shares_words, text);

  domain->has_shares = text != NULL;
  if (level >= 0)
    domain->shares = (guint64) hvfs_vmx_shares_per_vcpu[level] * domain->vcpus;
  else if (text != NULL && !hvfs_parse_wrapping_uint64 (text, &domain->shares))
    return hvfs_vmx_text_bad (vmx, error, "must be low, normal, high or a number",
                              "sched.cpu.shares");
  return TRUE;
}

static gboolean
read_topology (HvfsVmxText *vmx, HvfsDomain *domain, GError **error)
{
  gint64 cores = 1;

  if (!hvfs_vmx_text_get_int (vmx, &cores, error, "cpuid.coresPerSocket"))
    return FALSE;
  if (cores <= 1)
    return TRUE;
  if (cores > domain->vcpus)
    return hvfs_vmx_text_bad (vmx, error, "must not be more than numvcpus", "cpuid.coresPerSocket");
  domain->has_cpu = TRUE;
  domain->has_topology = TRUE;
  domain->topology = (HvfsTopology){ domain->vcpus / cores, 1, 1, cores, 1 };
  return TRUE;
}

static gboolean
read_cpus (HvfsVmxText *vmx, HvfsDomain *domain, GError **error)
{
  gint64 vcpus = 1;

  if (!hvfs_vmx_text_get_int (vmx, &vcpus, error, "numvcpus"))
    return FALSE;
  if (vcpus < 1 || vcpus > G_MAXUINT)
    return hvfs_vmx_text_bad (vmx, error, "must be from 1 to 4294967295", "numvcpus");
  domain->vcpus = vcpus;
  domain->current_vcpus = vcpus;
  return read_affinity (vmx, domain, error) && read_shares (vmx, domain, error)
         && read_topology (vmx, domain, error);
}

static gboolean
read_os (HvfsVmxText *vmx, HvfsDomain *domain, GError **error)
{
  const char *firmware = hvfs_vmx_text_get (vmx, "firmware");
  gboolean reflect = FALSE;

  domain->guest_os = g_strdup (hvfs_vmx_text_get (vmx, "guestOS"));
  if (domain->guest_os != NULL && hvfs_has_suffix_nocase (domain->guest_os, "-64"))
    domain->arch = g_ascii_strncasecmp (domain->guest_os, "arm-", strlen ("arm-")) == 0
                     ? HVFS_ARCH_AARCH64
                     : HVFS_ARCH_X86_64;
  if (firmware != NULL && g_ascii_strcasecmp (firmware, "efi") == 0)
    domain->firmware = HVFS_FIRMWARE_EFI;
  else if (firmware != NULL && *firmware != '\0' && g_ascii_strcasecmp (firmware, "bios") != 0)
    return hvfs_vmx_text_bad (vmx, error, "must be \"efi\" or \"bios\"", "firmware");
  if (!hvfs_vmx_text_get_bool (vmx, &domain->secure_boot, error, "uefi.secureBoot.enabled")
      || !hvfs_vmx_text_get_bool (vmx, &reflect, error, "smbios.reflecthost"))
    return FALSE;
  domain->smbios = reflect ? HVFS_SMBIOS_HOST : HVFS_SMBIOS_NONE;
  return TRUE;
}

/* Keys that only say the default are left: the VMX writer does not write them. */
static void
mark (HvfsVmxText *vmx, const HvfsDomain *domain)
{
  const struct
  {
    const char *keys[11];
    gboolean kept;
  } rows[] = {
    { { ".encoding", "config.version", "virtualHW.version", "guestOS", "displayName", "annotation",
        "memsize", "numvcpus", "sched.cpu.shares" }, TRUE },
    { { "firmware" }, domain->firmware == HVFS_FIRMWARE_EFI },
    { { "uuid.bios" }, !hvfs_is_zero (domain->uuid, HVFS_UUID_BYTES) },
    { { "vc.uuid" }, !hvfs_is_zero (domain->hw_uuid, HVFS_UUID_BYTES) },
    { { "sched.mem.max" }, domain->current_memory_kib < domain->memory_kib },
    { { "sched.mem.minsize" }, domain->min_guarantee_kib > 0 },
    { { "sched.cpu.affinity" }, domain->cpuset != NULL },
    { { "cpuid.coresPerSocket" }, domain->has_topology },
    { { "smbios.reflecthost" }, domain->smbios == HVFS_SMBIOS_HOST },
    { { "vm.genid", "vm.genidX" }, !hvfs_is_zero (domain->genid, HVFS_UUID_BYTES) },
    { { "uefi.secureBoot.enabled" },
      domain->secure_boot && domain->firmware == HVFS_FIRMWARE_EFI },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].kept)
      hvfs_vmx_text_mark (vmx, "", rows[i].keys);
}

gboolean
hvfs_vmx_read_domain (HvfsVmxText *vmx, const HvfsFiles *files, HvfsVmxFlags flags,
                      HvfsDomain *domain, GError **error)
{
  if (!read_versions (vmx, domain, error) || !read_names (vmx, domain, error)
      || !read_ids (vmx, flags, domain, error) || !read_memory (vmx, domain, error)
      || !read_cpus (vmx, domain, error) || !read_os (vmx, domain, error))
    return FALSE;
  mark (vmx, domain);
  hvfs_vmx_read_hostdevs (vmx, domain);
  return hvfs_vmx_read_disks (vmx, files, flags, domain, error)
         && hvfs_vmx_read_filesystems (vmx, domain, error)
         && hvfs_vmx_read_nets (vmx, domain, error)
         && hvfs_vmx_read_ports (vmx, files, domain, error)
         && hvfs_vmx_read_display (vmx, domain, error);
}

HvfsDomain *
hvfs_vmx_read_as (const char *text, gsize len, const HvfsFiles *files, HvfsVmxFlags flags,
                  GError **error)
{
  g_autoptr (HvfsVmxText) vmx = hvfs_vmx_text_parse (text, len, error);
  g_autoptr (HvfsDomain) domain = hvfs_domain_new ();
  const char *key, *value;
  guint position = 0, line;

  if (vmx == NULL || !hvfs_vmx_read_domain (vmx, files, flags, domain, error))
    return NULL;
  g_ptr_array_unref (domain->notes);
  domain->notes = g_ptr_array_ref (hvfs_vmx_text_notes (vmx));
  while (hvfs_vmx_text_next_unmarked (vmx, &position, &key, &value, &line))
    hvfs_domain_add_extra (domain, key, value)->line = line;
  return g_steal_pointer (&domain);
}

HvfsDomain *
hvfs_vmx_read (const char *text, gsize len, const HvfsFiles *files, GError **error)
{
  return hvfs_vmx_read_as (text, len, files, HVFS_VMX_64_DISKS, error);
}
