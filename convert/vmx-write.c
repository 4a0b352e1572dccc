/* convert/vmx-write.c - domain model to VMX text: what is no device; see vmx.h
 *
 * The order of the keys is fixed, so that two writes of one domain can be compared.
 */
#include "convert/vmx-write.h"
#include "convert/error.h"
#include "convert/scalar.h"
#include "convert/vmx-words.h"
#include "convert/vmx.h"

#include <string.h>

/* memsize must be a multiple of this. */
#define MEMORY_STEP_KIB 4096
#define MIB_KIB 1024

void
hvfs_vmx_refuse (HvfsVmxOut *out, int code, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  if (out->error != NULL)
    return;
  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  hvfs_error_set (&out->error, code, "%s", message);
}

static void
put (HvfsVmxOut *out, const char *key, const char *value)
{
  if (strpbrk (value, "\"\r\n") != NULL)
    {
      hvfs_vmx_refuse (out, EINVAL, "a VMX file cannot hold quotes or line ends in %s", key);
      return;
    }
  g_hash_table_add (out->keys, g_strdup (key));
  g_string_append_printf (out->text, "%s = \"%s\"\n", key, value);
}

void
hvfs_vmx_put (HvfsVmxOut *out, const char *value, const char *key_format, ...)
{
  char key[HVFS_VMX_KEY_BYTES];

  HVFS_VMX_FORMAT_KEY (key, key_format);
  put (out, key, value);
}

void
hvfs_vmx_put_default (HvfsVmxOut *out, const char *value, const char *key_format, ...)
{
  char key[HVFS_VMX_KEY_BYTES];
  const char *extra;

  HVFS_VMX_FORMAT_KEY (key, key_format);
  extra = g_hash_table_lookup (out->extras, key);
  put (out, key, extra != NULL ? extra : value);
}

void
hvfs_vmx_put_number (HvfsVmxOut *out, guint64 number, const char *key_format, ...)
{
  g_autofree char *value = g_strdup_printf ("%" G_GUINT64_FORMAT, number);
  char key[HVFS_VMX_KEY_BYTES];

  HVFS_VMX_FORMAT_KEY (key, key_format);
  put (out, key, value);
}

void
hvfs_vmx_put_file (HvfsVmxOut *out, const char *path, const char *element, const char *key_format,
                   ...)
{
  g_autoptr (GError) why = NULL;
  g_autofree char *name = NULL;
  char key[HVFS_VMX_KEY_BYTES];

  if (path == NULL)
    {
      hvfs_vmx_refuse (out, EINVAL, "%s: a file must be named", element);
      return;
    }
  name = out->files->format (out->files->data, path, &why);
  if (name == NULL)
    {
      hvfs_vmx_refuse (out, EINVAL, "%s: '%s': %s", element, path, why->message);
      return;
    }
  HVFS_VMX_FORMAT_KEY (key, key_format);
  put (out, key, name);
}

static void
write_versions (HvfsVmxOut *out)
{
  hvfs_vmx_put (out, "UTF-8", ".encoding");
  hvfs_vmx_put_number (out, 8, "config.version");
  hvfs_vmx_put_number (out, out->hw_version, "virtualHW.version");
}

static void
write_os (HvfsVmxOut *out)
{
  const HvfsDomain *domain = out->domain;
  const char *guest_os = domain->guest_os;

  if (guest_os == NULL)
    guest_os = domain->arch == HVFS_ARCH_X86_64 ? "other-64" : "other";
  hvfs_vmx_put (out, guest_os, "guestOS");
  if (domain->smbios == HVFS_SMBIOS_HOST)
    hvfs_vmx_put (out, "true", "smbios.reflecthost");
  else if (domain->smbios == HVFS_SMBIOS_SYSINFO)
    hvfs_vmx_refuse (out, ENOTSUP, "os/smbios: the mode 'sysinfo' is unsupported, 'host' is not");
}

static void
write_identity (HvfsVmxOut *out)
{
  const HvfsDomain *domain = out->domain;
  g_autofree char *uuid = hvfs_format_vmx_uuid (domain->uuid);

  if (hvfs_is_zero (domain->uuid, HVFS_UUID_BYTES))
    hvfs_vmx_put_default (out, "create", "uuid.action");
  else
    hvfs_vmx_put (out, uuid, "uuid.bios");
  if (domain->name != NULL)
    {
      g_autofree char *piped = hvfs_escape (domain->name, '|', "|\"");
      g_autofree char *name = hvfs_escape (piped, '%', "%/\\");

      hvfs_vmx_put (out, name, "displayName");
    }
  if (domain->description != NULL)
    {
      g_autofree char *annotation = hvfs_escape (domain->description, '|', "|\"\r\n");

      hvfs_vmx_put (out, annotation, "annotation");
    }
}

/* Returns: @n / @step, rounded up */
static guint64
divide_up (guint64 n, guint64 step)
{
  return n / step + (n % step != 0);
}

static void
write_memory (HvfsVmxOut *out)
{
  const HvfsDomain *domain = out->domain;
  guint64 size_mib = divide_up (domain->memory_kib, MEMORY_STEP_KIB) * (MEMORY_STEP_KIB / MIB_KIB);

  hvfs_vmx_put_number (out, size_mib, "memsize");
  if (domain->current_memory_kib < size_mib * MIB_KIB)
    hvfs_vmx_put_number (out, divide_up (domain->current_memory_kib, MIB_KIB), "sched.mem.max");
  if (domain->min_guarantee_kib > 0)
    hvfs_vmx_put_number (out, divide_up (domain->min_guarantee_kib, MIB_KIB), "sched.mem.minsize");
}

static void
write_topology (HvfsVmxOut *out)
{
  const HvfsDomain *domain = out->domain;
  const HvfsTopology *t = &domain->topology;

  if (!domain->has_cpu)
    return;
  if (domain->cpu_mode != HVFS_CPU_CUSTOM)
    hvfs_vmx_refuse (out, EINVAL, "cpu: the mode must be 'custom', not '%s'",
                     hvfs_cpu_mode_words[domain->cpu_mode]);
  else if (!domain->has_topology)
    hvfs_vmx_refuse (out, ENOTSUP, "cpu: only a topology is supported, there is none");
  else if (t->threads != 1 || t->dies != 1 || t->clusters != 1)
    hvfs_vmx_refuse (out, ENOTSUP, "cpu/topology: dies, clusters and threads must be 1");
  else if ((guint64) t->sockets * t->cores != domain->vcpus)
    hvfs_vmx_refuse (out, EINVAL, "cpu/topology: sockets times cores must be %u, the vcpus",
                     domain->vcpus);
  else
    hvfs_vmx_put_number (out, t->cores, "cpuid.coresPerSocket");
}

static void
write_affinity (HvfsVmxOut *out)
{
  const GArray *cpus = out->domain->cpuset;
  g_autoptr (GString) text = g_string_new (NULL);

  if (cpus == NULL)
    return;
  if (cpus->len < out->domain->vcpus)
    hvfs_vmx_refuse (out, EINVAL,
                     "vcpu: the cpuset must have at least %u CPUs, as many as the vcpus",
                     out->domain->vcpus);
  for (guint i = 0; i < cpus->len; i++)
    g_string_append_printf (text, "%s%u", i > 0 ? "," : "", g_array_index (cpus, guint, i));
  hvfs_vmx_put (out, text->str, "sched.cpu.affinity");
}

static void
write_shares (HvfsVmxOut *out)
{
  const HvfsDomain *domain = out->domain;

  if (!domain->has_shares)
    return;
  for (guint i = 0; hvfs_vmx_shares_words[i] != NULL; i++)
    if (domain->shares == (guint64) hvfs_vmx_shares_per_vcpu[i] * domain->vcpus)
      {
        hvfs_vmx_put (out, hvfs_vmx_shares_words[i], "sched.cpu.shares");
        return;
      }
  hvfs_vmx_put_number (out, domain->shares, "sched.cpu.shares");
}

static void
write_cpus (HvfsVmxOut *out)
{
  const HvfsDomain *domain = out->domain;

  if (domain->current_vcpus != domain->vcpus)
    hvfs_vmx_refuse (out, ENOTSUP, "vcpu: current must be %u, as many as there are", domain->vcpus);
  hvfs_vmx_put_number (out, domain->vcpus, "numvcpus");
  write_topology (out);
  write_affinity (out);
  write_shares (out);
}

/* What hardware has from PCI on, and where the SCSI controllers hang. */
static void
write_chipset (HvfsVmxOut *out, gboolean has_scsi)
{
  if (out->domain->firmware == HVFS_FIRMWARE_EFI)
    hvfs_vmx_put (out, "efi", "firmware");
  if (out->hw_version < HVFS_VMX_PCI_VERSION)
    return;
  if (has_scsi)
    {
      hvfs_vmx_put_default (out, "true", "pciBridge0.present");
      for (guint i = 4; i <= 7; i++)
        {
          hvfs_vmx_put_default (out, "true", "pciBridge%u.present", i);
          hvfs_vmx_put_default (out, "pcieRootPort", "pciBridge%u.virtualDev", i);
          hvfs_vmx_put_default (out, "8", "pciBridge%u.functions", i);
        }
    }
  hvfs_vmx_put_default (out, "true", "vmci0.present");
}

/* Returns: (transfer full): the values of the extras by their keys */
static GHashTable *
index_extras (const HvfsDomain *domain)
{
  GHashTable *extras = g_hash_table_new (hvfs_hash_nocase, hvfs_equal_nocase);

  for (guint i = 0; i < domain->extras->len; i++)
    {
      const HvfsExtra *extra = domain->extras->pdata[i];

      g_hash_table_insert (extras, extra->key, extra->value);
    }
  return extras;
}

static void
write_extras (HvfsVmxOut *out)
{
  for (guint i = 0; i < out->domain->extras->len; i++)
    {
      const HvfsExtra *extra = out->domain->extras->pdata[i];

      if (!g_hash_table_contains (out->keys, extra->key))
        put (out, extra->key, extra->value);
    }
}

static void
write_all (HvfsVmxOut *out)
{
  gboolean has_scsi;

  write_versions (out);
  write_os (out);
  write_identity (out);
  write_memory (out);
  write_cpus (out);
  hvfs_vmx_write_graphics (out);
  has_scsi = hvfs_vmx_write_disks (out);
  hvfs_vmx_write_filesystems (out);
  hvfs_vmx_write_nets (out);
  hvfs_vmx_write_video (out);
  hvfs_vmx_write_ports (out);
  write_chipset (out, has_scsi);
  write_extras (out);
}

char *
hvfs_vmx_write (const HvfsDomain *domain, guint hw_version, const HvfsFiles *files, GError **error)
{
  HvfsVmxOut out = {
    .text = g_string_sized_new (4096),
    .keys = g_hash_table_new_full (hvfs_hash_nocase, hvfs_equal_nocase, g_free, NULL),
    .extras = index_extras (domain),
    .domain = domain,
    .files = files,
    .hw_version = hw_version != 0 ? hw_version : domain->hw_version,
  };

  if (out.hw_version == 0)
    out.hw_version = HVFS_HW_VERSION_DEFAULT;
  write_all (&out);
  g_hash_table_unref (out.keys);
  g_hash_table_unref (out.extras);
  if (out.error == NULL)
    return g_string_free (out.text, FALSE);
  g_propagate_error (error, out.error);
  g_string_free (out.text, TRUE);
  return NULL;
}
