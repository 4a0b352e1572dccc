/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/vmx/vmx-write.c - domain model to VMX text: what is no device; see vmx.h
 *
 * The order of the keys is fixed, so that two writes of one domain can be compared.
 */
#include "convert/vmx/vmx-write-part.h"
#include "convert/vmx/hw-version.h"
#include "convert/model/notes.h"
#include "convert/model/scalar.h"
#include "convert/vmx/vmx-words.h"
#include "convert/vmx/vmx.h"
#include "convert/xml/xml-out.h"

#include <string.h>

/* memsize must be a multiple of this. */
#define MEMORY_STEP_KIB 4096

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
    guest_os = domain->arch == HVFS_ARCH_AARCH64  ? "arm-other-64"
               : domain->arch == HVFS_ARCH_X86_64 ? "other-64"
                                                  : "other";
  hvfs_vmx_put (out, guest_os, "guestOS");
  if (domain->smbios == HVFS_SMBIOS_HOST)
    hvfs_vmx_put (out, "true", "smbios.reflecthost");
  else if (domain->smbios == HVFS_SMBIOS_SYSINFO)
    hvfs_vmx_refuse_at (out, domain->smbios_line, "smbios", ENOTSUP,
                        "mode='sysinfo' must be host, emulate or none");
}

/* Two numbers with signs, of eight bytes each. */
static void
write_genid (HvfsVmxOut *out)
{
  static const char *const names[] = { "vm.genid", "vm.genidX" };

  if (hvfs_is_zero (out->domain->genid, HVFS_UUID_BYTES))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      guint64 half;

      memcpy (&half, out->domain->genid + i * sizeof half, sizeof half);
      hvfs_vmx_put (out, HVFS_XML_NUMBER ((gint64) GUINT64_FROM_BE (half)), "%s", names[i]);
    }
}

static void
write_identity (HvfsVmxOut *out)
{
  const HvfsDomain *domain = out->domain;
  g_autofree char *uuid = hvfs_format_vmx_uuid (domain->uuid);
  g_autofree char *hw_uuid = hvfs_format_vmx_uuid (domain->hw_uuid);

  if (!hvfs_is_zero (domain->hw_uuid, HVFS_UUID_BYTES))
    {
      hvfs_vmx_put (out, hw_uuid, "uuid.bios");
      if (memcmp (domain->hw_uuid, domain->uuid, HVFS_UUID_BYTES) != 0)
        hvfs_vmx_put (out, uuid, "vc.uuid");
    }
  else if (hvfs_is_zero (domain->uuid, HVFS_UUID_BYTES))
    hvfs_vmx_put_default (out, "create", "uuid.action");
  else
    hvfs_vmx_put (out, uuid, "uuid.bios");
  write_genid (out);
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
  guint64 size_mib = divide_up (domain->memory_kib, MEMORY_STEP_KIB)
                     * (MEMORY_STEP_KIB / HVFS_KIB_PER_MIB);

  hvfs_vmx_put_number (out, size_mib, "memsize");
  if (size_mib * HVFS_KIB_PER_MIB != domain->memory_kib)
    hvfs_note (out->notes, 0, "the memory becomes %" G_GUINT64_FORMAT " MiB, a multiple of 4",
               size_mib);
  if (domain->current_memory_kib < size_mib * HVFS_KIB_PER_MIB)
    hvfs_vmx_put_number (out, divide_up (domain->current_memory_kib, HVFS_KIB_PER_MIB),
                         "sched.mem.max");
  if (domain->min_guarantee_kib > 0)
    hvfs_vmx_put_number (out, divide_up (domain->min_guarantee_kib, HVFS_KIB_PER_MIB),
                         "sched.mem.minsize");
}

static void
write_topology (HvfsVmxOut *out)
{
  const HvfsDomain *domain = out->domain;
  const HvfsTopology *t = &domain->topology;

  if (!domain->has_cpu)
    return;
  if (domain->cpu_mode != HVFS_CPU_CUSTOM)
    hvfs_vmx_refuse_at (out, domain->cpu_line, "cpu", EINVAL, "mode='%s' must be custom",
                        hvfs_cpu_mode_words[domain->cpu_mode]);
  else if (!domain->has_topology && hvfs_domain_get_extra (domain, "vhv.enable") != NULL)
    return; /* <cpu> is there for the feature */
  else if (!domain->has_topology)
    hvfs_vmx_refuse_at (out, domain->cpu_line, "cpu", ENOTSUP,
                        "must have a <topology>, or be left out");
  else if (t->threads != 1 || t->dies != 1 || t->clusters != 1)
    hvfs_vmx_refuse_at (out, domain->cpu_line, "cpu", ENOTSUP,
                        "dies, clusters and threads of the <topology> must be 1");
  else if (t->cores == 0 || t->sockets != domain->vcpus / t->cores) /* a VMX may have some over */
    hvfs_vmx_refuse_at (out, domain->cpu_line, "cpu", EINVAL,
                        "sockets times cores of the <topology> must be %u, as many as <vcpu> has, "
                        "not %u times %u",
                        domain->vcpus, t->sockets, t->cores);
  else
    hvfs_vmx_put_number (out, t->cores, "cpuid.coresPerSocket");
}

/* A host wants a CPU for each virtual one, and takes one more than once. */
static void
write_affinity (HvfsVmxOut *out)
{
  const GArray *cpus = out->domain->cpuset;
  g_autoptr (GString) text = g_string_new (NULL);

  if (cpus == NULL)
    return;
  if (cpus->len < out->domain->vcpus)
    hvfs_note (out->notes, out->domain->vcpu_line,
               "<vcpu>: the cpuset has fewer CPUs than there are virtual ones, %u: they are repeated",
               out->domain->vcpus);
  for (guint i = 0; i < MAX (cpus->len, MIN (out->domain->vcpus, HVFS_CPUS_LIMIT)); i++)
    g_string_append_printf (text, "%s%u", i > 0 ? "," : "",
                            g_array_index (cpus, guint, i % cpus->len));
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
    hvfs_vmx_refuse_at (out, domain->vcpu_line, "vcpu", ENOTSUP,
                        "current='%u' must be %u, as many as there are", domain->current_vcpus,
                        domain->vcpus);
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
  if (out->domain->firmware == HVFS_FIRMWARE_EFI && out->domain->secure_boot)
    hvfs_vmx_put (out, "true", "uefi.secureBoot.enabled");
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

/* No source says what its keys are. */
static void
refuse_nvdimms (HvfsVmxOut *out)
{
  for (guint i = 0; i < out->domain->nvdimms->len; i++)
    hvfs_vmx_refuse_at (out, ((const HvfsNvdimm *) out->domain->nvdimms->pdata[i])->line, "memory",
                        ENOTSUP,
                        "model='nvdimm': the keys of a VMX for it are not known: define the "
                        "domain by its config.xml");
}

/* A VMX says what to boot from by kinds of device alone, in the BIOS's own key.  That the
 * first hard disk is the first is what it does anyway. */
static void
note_boot (HvfsVmxOut *out)
{
  const HvfsDomain *domain = out->domain;
  gboolean first = TRUE;

  for (guint i = 0; i < domain->disks->len + domain->nets->len; i++)
    {
      const HvfsDisk *disk = i < domain->disks->len ? domain->disks->pdata[i] : NULL;
      const HvfsNet *net = disk == NULL ? domain->nets->pdata[i - domain->disks->len] : NULL;
      gboolean hard = disk != NULL && disk->device == HVFS_DEVICE_DISK;
      guint order = disk != NULL ? disk->boot : net->boot;

      if (order > 0 && !(hard && first && order == 1))
        {
          hvfs_note (out->notes, disk != NULL ? disk->line : net->line,
                     "the boot order is left out: it can be said in bios.bootOrder");
          return;
        }
      first = first && !hard;
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
  hvfs_vmx_write_hostdevs (out);
  refuse_nvdimms (out);
  write_chipset (out, has_scsi);
  note_boot (out);
  hvfs_vmx_put_extras (out);
}

char *
hvfs_vmx_write (const HvfsDomain *domain, guint hw_version, const HvfsFiles *files,
                GPtrArray *notes, GError **error)
{
  guint said = hw_version != 0 ? hw_version : domain->hw_version;
  guint version = said != 0 ? said : hvfs_hw_version_needed (domain);
  HvfsVmxOut *out = hvfs_vmx_out_new (domain, files, version);

  out->notes = notes;
  hvfs_hw_version_note_missing (domain, version, notes);
  write_all (out);
  return hvfs_vmx_out_end (out, error);
}
