/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/domain-xml/domain-xml-write.c - domain model to domain XML: what is no device; see domain-xml.h */
#include "convert/domain-xml/domain-xml-write-part.h"
#include "convert/domain-xml/domain-xml-words.h"
#include "convert/model/scalar.h"
#include "convert/xml/xml-in.h"

/* Returns: (transfer full) (nullable): "0-3,5" of the numbers in @cpus */
static char *
format_cpuset (const GArray *cpus)
{
  GString *text;

  if (cpus == NULL)
    return NULL;
  text = g_string_new (NULL);
  for (guint i = 0; i < cpus->len;)
    {
      guint first = g_array_index (cpus, guint, i), last = first;

      while (++i < cpus->len && g_array_index (cpus, guint, i) == last + 1)
        last++;
      g_string_append_printf (text, last > first ? "%s%u-%u" : "%s%u", text->len > 0 ? "," : "",
                              first, last);
    }
  return g_string_free (text, FALSE);
}

static void
write_kib (HvfsXmlOut *out, const char *name, guint64 kib)
{
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT, kib);

  hvfs_xml_leaf (out, name, text, "unit", "KiB", NULL);
}

static void
write_identity (HvfsXmlOut *out, const HvfsDomain *domain, HvfsDomainXmlFlags flags)
{
  gboolean no_uuid = (flags & HVFS_DOMAIN_XML_SAID) != 0
                     && hvfs_is_zero (domain->uuid, HVFS_UUID_BYTES);
  g_autofree char *uuid = no_uuid ? NULL : hvfs_format_uuid (domain->uuid);
  g_autofree char *hw_uuid = hvfs_is_zero (domain->hw_uuid, HVFS_UUID_BYTES)
                               ? NULL
                               : hvfs_format_uuid (domain->hw_uuid);
  g_autofree char *genid = hvfs_is_zero (domain->genid, HVFS_UUID_BYTES)
                             ? NULL
                             : hvfs_format_uuid (domain->genid);

  hvfs_xml_leaf (out, "name", domain->name, NULL);
  hvfs_xml_leaf (out, "uuid", uuid, NULL);
  hvfs_xml_leaf (out, "hwuuid", hw_uuid, NULL);
  hvfs_xml_leaf (out, "genid", genid, NULL);
  hvfs_xml_leaf (out, "description", domain->description, NULL);
}

static void
write_resources (HvfsXmlOut *out, const HvfsDomain *domain)
{
  g_autofree char *cpuset = format_cpuset (domain->cpuset);
  g_autofree char *shares = domain->has_shares
                              ? g_strdup_printf ("%" G_GUINT64_FORMAT, domain->shares)
                              : NULL;

  write_kib (out, "memory", domain->memory_kib);
  write_kib (out, "currentMemory", domain->current_memory_kib);
  if (domain->min_guarantee_kib > 0)
    {
      hvfs_xml_open (out, "memtune", NULL);
      write_kib (out, "min_guarantee", domain->min_guarantee_kib);
      hvfs_xml_close (out, "memtune");
    }
  hvfs_xml_leaf (out, "vcpu", HVFS_XML_NUMBER (domain->vcpus), "placement", "static", "cpuset",
                 cpuset, "current",
                 domain->current_vcpus < domain->vcpus ? HVFS_XML_NUMBER (domain->current_vcpus)
                                                       : NULL,
                 NULL);
  if (shares != NULL)
    {
      hvfs_xml_open (out, "cputune", NULL);
      hvfs_xml_leaf (out, "shares", shares, NULL);
      hvfs_xml_close (out, "cputune");
    }
}

static void
write_os (HvfsXmlOut *out, const HvfsDomain *domain, HvfsDomainXmlFlags flags)
{
  gboolean efi = domain->firmware == HVFS_FIRMWARE_EFI;
  gboolean more = (flags & (HVFS_DOMAIN_XML_MORE | HVFS_DOMAIN_XML_FULL)) != 0;
  HvfsArch arch = domain->arch == HVFS_ARCH_AARCH64 && (flags & HVFS_DOMAIN_XML_FULL) == 0
                    ? HVFS_ARCH_X86_64
                    : domain->arch;

  hvfs_xml_open (out, "os", "firmware",
                 domain->firmware != HVFS_FIRMWARE_NONE ? hvfs_firmware_words[domain->firmware]
                                                        : NULL,
                 NULL);
  hvfs_xml_leaf (out, "type", "hvm", "arch", hvfs_arch_words[arch], NULL);
  if (efi && domain->secure_boot)
    {
      hvfs_xml_open (out, "firmware", NULL);
      hvfs_xml_empty (out, "feature", "enabled", "yes", "name", "enrolled-keys", NULL);
      hvfs_xml_empty (out, "feature", "enabled", "yes", "name", "secure-boot", NULL);
      hvfs_xml_close (out, "firmware");
    }
  if (more)
    hvfs_domain_xml_write_boot_words (out, domain);
  if (domain->smbios != HVFS_SMBIOS_NONE)
    hvfs_xml_empty (out, "smbios", "mode", hvfs_smbios_words[domain->smbios], NULL);
  hvfs_xml_close (out, "os");
}

static void
write_cpu (HvfsXmlOut *out, const HvfsDomain *domain, HvfsDomainXmlFlags flags)
{
  const HvfsTopology *t = &domain->topology;
  gboolean more = (flags & (HVFS_DOMAIN_XML_MORE | HVFS_DOMAIN_XML_FULL)) != 0;
  gboolean nested = more && hvfs_domain_is_nested (domain);

  if (!domain->has_cpu && !nested)
    return;
  hvfs_xml_open (out, "cpu", "mode",
                 domain->cpu_mode != HVFS_CPU_CUSTOM ? hvfs_cpu_mode_words[domain->cpu_mode] : NULL,
                 NULL);
  if (domain->has_topology)
    hvfs_xml_empty (out, "topology", "sockets", HVFS_XML_NUMBER (t->sockets), "dies",
                    HVFS_XML_NUMBER (t->dies), "clusters", HVFS_XML_NUMBER (t->clusters), "cores",
                    HVFS_XML_NUMBER (t->cores), "threads", HVFS_XML_NUMBER (t->threads), NULL);
  if (nested)
    hvfs_xml_empty (out, "feature", "policy", "require", "name", "vmx", NULL);
  hvfs_xml_close (out, "cpu");
}

static void
write_lifecycle (HvfsXmlOut *out)
{
  hvfs_xml_empty (out, "clock", "offset", "utc", NULL);
  hvfs_xml_leaf (out, "on_poweroff", "destroy", NULL);
  hvfs_xml_leaf (out, "on_reboot", "restart", NULL);
  hvfs_xml_leaf (out, "on_crash", "destroy", NULL);
}

char *
hvfs_domain_xml_write (const HvfsDomain *domain, HvfsDomainXmlFlags flags)
{
  HvfsXmlOut out = { g_string_sized_new (4096), 0 };
  gboolean full = (flags & HVFS_DOMAIN_XML_FULL) != 0;
  gboolean more = full || (flags & HVFS_DOMAIN_XML_MORE) != 0;
  gboolean vmware = domain->datacenter_path != NULL || domain->moref != NULL || more;

  if (domain->id < 0)
    flags |= HVFS_DOMAIN_XML_INACTIVE;
  hvfs_xml_open (&out, "domain", "type", "vmware", "id",
                 (flags & HVFS_DOMAIN_XML_INACTIVE) == 0 ? HVFS_XML_NUMBER (domain->id) : NULL,
                 "xmlns:vmware", vmware ? HVFS_XML_VMWARE_NAMESPACE : NULL, NULL);
  write_identity (&out, domain, flags);
  write_resources (&out, domain);
  write_os (&out, domain, flags);
  write_cpu (&out, domain, flags);
  write_lifecycle (&out);
  hvfs_domain_xml_write_devices (&out, domain, flags);
  hvfs_xml_leaf (&out, "vmware:datacenterpath", domain->datacenter_path, NULL);
  hvfs_xml_leaf (&out, "vmware:moref", domain->moref, NULL);
  if (more)
    hvfs_domain_xml_write_keys (&out, domain, full);
  hvfs_xml_close (&out, "domain");
  return g_string_free (out.text, FALSE);
}
