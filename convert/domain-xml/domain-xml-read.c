/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/domain-xml/domain-xml-read.c - domain XML to domain model: what is no device; see domain-xml.h */
#include "convert/domain-xml/domain-xml-read.h"
#include "convert/domain-xml/domain-xml-read-part.h"
#include "convert/domain-xml/domain-xml-words.h"
#include "convert/error.h"
#include "convert/model/scalar.h"
#include "convert/model/words.h"

#include <string.h>

/* All numbers below HVFS_CPUS_LIMIT one by one take less. */
#define CPUSET_MAX_BYTES (8 * HVFS_CPUS_LIMIT)

/* <domain type=''>, <os><type> and <vcpu placement=''>: one value is right, the rest
 * are other hypervisors'. */
static const char *const virt_type_words[] = {
  "vmware", "qemu", "kvm", "xen", "lxc", "uml", "openvz", "test", "hyperv", "vbox", "phyp",
  "parallels", "bhyve", "vz", "hvf", NULL
};
static const char *const os_type_words[] = { "hvm", "xen", "linux", "exe", "uml", "xenpvh", NULL };
static const char *const placement_words[] = { "static", "auto", NULL };
static const char *const feature_words[] = { "enrolled-keys", "secure-boot", NULL };

static gboolean
read_memory (HvfsDomain *domain, const xmlNode *node, GError **error)
{
  const xmlNode *memtune = hvfs_xml_child (node, "memtune");
  const xmlNode *max = hvfs_xml_child (node, "maxMemory");
  guint64 current = 0;

  if (max != NULL)
    return hvfs_xml_bad (max, ENOTSUP, error, "memory slots are unsupported");
  if (!hvfs_xml_size_kib (hvfs_xml_child (node, "memory"), &domain->memory_kib, error)
      || !hvfs_xml_size_kib (hvfs_xml_child (node, "currentMemory"), &current, error)
      || !hvfs_xml_size_kib (hvfs_xml_child (memtune, "min_guarantee"), &domain->min_guarantee_kib, error))
    return FALSE;
  if (domain->memory_kib == 0)
    return hvfs_xml_bad (node, EINVAL, error, "must have a <memory> greater than 0");
  domain->current_memory_kib
      = current == 0 ? domain->memory_kib : MIN (current, domain->memory_kib);
  return TRUE;
}

/* An empty one asks for a new one, which a VMware host makes of itself. */
/* One that need not be there. */
static gboolean
read_id (guint8 id[static HVFS_UUID_BYTES], const xmlNode *node, GError **error)
{
  g_autofree char *text = hvfs_xml_text (node);

  return text == NULL || *g_strstrip (text) == '\0' || hvfs_parse_uuid (text, id)
         || hvfs_xml_bad (node, EINVAL, error, "'%s' must be 16 pairs of hex digits", text);
}

static gboolean
read_identity (HvfsDomain *domain, const xmlNode *node, GError **error)
{
  const xmlNode *uuid_node = hvfs_xml_child (node, "uuid");
  g_autofree char *uuid = hvfs_xml_text (uuid_node);

  domain->name = hvfs_xml_text (hvfs_xml_child (node, "name"));
  if (domain->name == NULL || *domain->name == '\0')
    return hvfs_xml_bad (node, EINVAL, error, "must have a <name>");
  domain->has_uuid = uuid != NULL && *uuid != '\0';
  if (domain->has_uuid && !hvfs_parse_uuid (uuid, domain->uuid))
    return hvfs_xml_bad (uuid_node, EINVAL, error, "'%s' must be a UUID, 16 pairs of hex digits",
                         uuid);
  if (!read_id (domain->hw_uuid, hvfs_xml_child (node, "hwuuid"), error)
      || !read_id (domain->genid, hvfs_xml_child (node, "genid"), error))
    return FALSE;
  if (!domain->has_uuid && !hvfs_is_zero (domain->hw_uuid, HVFS_UUID_BYTES))
    {
      memcpy (domain->uuid, domain->hw_uuid, HVFS_UUID_BYTES);
      domain->has_uuid = TRUE;
    }
  domain->description = hvfs_xml_text (hvfs_xml_child (node, "description"));
  if (domain->description != NULL && *domain->description == '\0')
    g_clear_pointer (&domain->description, g_free);
  return TRUE;
}

/* The number at the start of @text, blanks before it; *@text moves behind it. */
static gboolean
take_cpu (const char **text, guint *ret_cpu)
{
  const char *p = *text + strspn (*text, " \t\r\n");
  guint64 number = 0;

  if (!g_ascii_isdigit (*p))
    return FALSE;
  for (; g_ascii_isdigit (*p) && number < HVFS_CPUS_LIMIT; p++)
    number = number * 10 + (*p - '0');
  if (number >= HVFS_CPUS_LIMIT)
    return FALSE;
  *ret_cpu = number;
  *text = p + strspn (p, " \t\r\n");
  return TRUE;
}

/* Sets or clears in @map what the item at *@text says, "3", "1-4" or "^2", and moves
 * *@text behind it. */
static gboolean
take_cpuset_item (const char **text, gboolean *map)
{
  const char *p = *text + strspn (*text, " \t\r\n");
  gboolean clear = *p == '^';
  guint first, last;

  if (clear)
    p++;
  if (!take_cpu (&p, &first))
    return FALSE;
  last = first;
  if (*p == '-' && !clear)
    {
      p++;
      if (!take_cpu (&p, &last) || last < first)
        return FALSE;
    }
  for (guint cpu = first; cpu <= last; cpu++)
    map[cpu] = !clear;
  *text = p;
  return *p == ',' || *p == '\0';
}

/* Returns: (transfer full) (nullable): the numbers that "0-3,^1,7" stands for; a comma may
 * end it */
static GArray *
parse_cpuset (const char *text)
{
  g_autofree gboolean *map = g_new0 (gboolean, HVFS_CPUS_LIMIT);
  g_autoptr (GArray) cpus = g_array_new (FALSE, FALSE, sizeof (guint));

  if (strlen (text) > CPUSET_MAX_BYTES)
    return NULL;
  while (*text != '\0')
    {
      if (!take_cpuset_item (&text, map))
        return NULL;
      if (*text == ',')
        text++;
    }
  for (guint cpu = 0; cpu < HVFS_CPUS_LIMIT; cpu++)
    if (map[cpu])
      g_array_append_val (cpus, cpu);
  return cpus->len > 0 ? g_steal_pointer (&cpus) : NULL;
}

static gboolean
read_vcpu_count (HvfsDomain *domain, const xmlNode *node, GError **error)
{
  g_autofree char *text = hvfs_xml_text (node);
  guint64 vcpus = 1;

  if (text != NULL && !hvfs_parse_uint64 (text, G_MAXUINT, &vcpus))
    return hvfs_xml_bad (node, EINVAL, error, "'%s' must be a whole number", text);
  if (vcpus < 1)
    return hvfs_xml_bad (node, EINVAL, error, "must be 1 or more");
  domain->vcpus = vcpus;
  domain->current_vcpus = vcpus;
  if (!hvfs_xml_attr_uint (node, "current", &domain->current_vcpus, error))
    return FALSE;
  if (domain->current_vcpus > domain->vcpus)
    return hvfs_xml_bad (node, EINVAL, error, "current must not be more than there are");
  return TRUE;
}

static gboolean
read_vcpu (HvfsDomain *domain, const xmlNode *domain_node, GError **error)
{
  const xmlNode *node = hvfs_xml_child (domain_node, "vcpu");
  const xmlNode *vcpus = hvfs_xml_child (hvfs_xml_child (domain_node, "vcpus"), "vcpu");
  g_autofree char *cpuset = hvfs_xml_attr (node, "cpuset");
  int placement = 0;

  domain->vcpu_line = hvfs_xml_line (node);
  if (vcpus != NULL)
    return hvfs_xml_bad (vcpus, ENOTSUP, error, "virtual CPUs one by one are unsupported");
  if (!read_vcpu_count (domain, node, error)
      || !hvfs_xml_attr_word (node, "placement", placement_words, 0, EINVAL, &placement, error))
    return FALSE;
  if (cpuset == NULL || placement != 0)
    return TRUE;
  domain->cpuset = parse_cpuset (cpuset);
  return domain->cpuset != NULL
         || hvfs_xml_bad (node, EINVAL, error,
                          "cpuset='%s' must be numbers below 16384 like 0-3,^1,7", cpuset);
}

static gboolean
read_shares (HvfsDomain *domain, const xmlNode *domain_node, GError **error)
{
  const xmlNode *node = hvfs_xml_child (hvfs_xml_child (domain_node, "cputune"), "shares");
  g_autofree char *text = hvfs_xml_text (node);

  domain->has_shares = text != NULL && *text != '\0';
  return !domain->has_shares || hvfs_parse_uint64 (text, G_MAXUINT64, &domain->shares)
         || hvfs_xml_bad (node, EINVAL, error, "'%s' must be a whole number", text);
}

/* A count that must be there, unless it has a default already, and not 0. */
static gboolean
read_count (const xmlNode *node, const char *name, guint *count, GError **error)
{
  return hvfs_xml_attr_uint (node, name, count, error)
         && (*count > 0 || hvfs_xml_bad (node, EINVAL, error, "must have %s, 1 or more", name));
}

static gboolean
read_cpu (HvfsDomain *domain, const xmlNode *domain_node, GError **error)
{
  const xmlNode *node = hvfs_xml_child (domain_node, "cpu");
  const xmlNode *topology = hvfs_xml_child (node, "topology");
  HvfsTopology *t = &domain->topology;
  int mode = HVFS_CPU_CUSTOM;

  if (!hvfs_xml_attr_word (node, "mode", hvfs_cpu_mode_words, 0, EINVAL, &mode, error))
    return FALSE;
  domain->cpu_line = hvfs_xml_line (node);
  domain->has_cpu = node != NULL;
  domain->cpu_mode = mode;
  domain->has_topology = topology != NULL;
  if (topology == NULL)
    return TRUE;
  *t = (HvfsTopology){ .dies = 1, .clusters = 1 };
  return read_count (topology, "sockets", &t->sockets, error)
         && read_count (topology, "dies", &t->dies, error)
         && read_count (topology, "clusters", &t->clusters, error)
         && read_count (topology, "cores", &t->cores, error)
         && read_count (topology, "threads", &t->threads, error);
}

static gboolean
read_os_type (HvfsDomain *domain, const xmlNode *os, const xmlNode *node, GError **error)
{
  g_autofree char *text = hvfs_xml_text (node);
  g_autofree char *arch_word = hvfs_xml_attr (node, "arch");
  int type = hvfs_words_index (os_type_words, text), arch = HVFS_ARCH_I686;

  if (text == NULL || *text == '\0')
    return hvfs_xml_bad (os, EINVAL, error, "must have a <type>hvm</type>");
  if (type != 0)
    return hvfs_xml_bad (node, type < 0 ? ENOTSUP : EINVAL, error, "'%s' must be hvm", text);
  if (arch_word != NULL && *arch_word != '\0')
    arch = hvfs_words_index (hvfs_arch_words, arch_word);
  if (arch < HVFS_ARCH_I686 || arch > HVFS_ARCH_AARCH64)
    return hvfs_xml_bad (node, arch < 0 ? ENOTSUP : EINVAL, error,
                         "arch='%s' must be i686 or x86_64", arch_word);
  domain->arch = arch;
  return TRUE;
}

static gboolean
read_firmware_features (HvfsDomain *domain, const xmlNode *os, GError **error)
{
  const xmlNode *feature = hvfs_xml_child (hvfs_xml_child (os, "firmware"), "feature");

  for (; feature != NULL; feature = hvfs_xml_next (feature, "feature"))
    {
      int name = -1, enabled = HVFS_SWITCH_NO;

      if (!hvfs_xml_attr_word (feature, "name", feature_words, 0, EINVAL, &name, error)
          || !hvfs_xml_attr_word (feature, "enabled", hvfs_switch_words, HVFS_SWITCH_YES, EINVAL,
                                  &enabled, error))
        return FALSE;
      if (name == 1)
        domain->secure_boot = enabled == HVFS_SWITCH_YES;
    }
  return TRUE;
}

static gboolean
read_os (HvfsDomain *domain, const xmlNode *domain_node, GError **error)
{
  const xmlNode *os = hvfs_xml_child (domain_node, "os");
  const xmlNode *smbios_node = hvfs_xml_child (os, "smbios");
  int firmware = HVFS_FIRMWARE_NONE, smbios = HVFS_SMBIOS_NONE;

  if (os == NULL)
    return hvfs_xml_bad (domain_node, EINVAL, error, "must have <os><type>hvm</type></os>");
  if (!read_os_type (domain, os, hvfs_xml_child (os, "type"), error)
      || !hvfs_xml_attr_word_if_any (os, "firmware", hvfs_firmware_words, HVFS_FIRMWARE_BIOS, EINVAL,
                                     &firmware, error)
      || !read_firmware_features (domain, os, error)
      || !hvfs_xml_attr_word_if_any (smbios_node, "mode", hvfs_smbios_words, 0, EINVAL, &smbios,
                                     error))
    return FALSE;
  domain->firmware = firmware;
  domain->smbios = smbios;
  domain->smbios_line = hvfs_xml_line (smbios_node);
  return TRUE;
}

/* Elements of <devices> that mean something here.  Others are dropped in silence. */
static const struct
{
  const char *name;
  gboolean (*read) (HvfsXmlReader *reader, const xmlNode *node, GError **error);
} devices[] = {
  { "disk", hvfs_xml_read_disk },
  { "controller", hvfs_xml_read_controller },
  { "filesystem", hvfs_xml_read_filesystem },
  { "interface", hvfs_xml_read_net },
  { "serial", hvfs_xml_read_serial },
  { "parallel", hvfs_xml_read_parallel },
  { "console", hvfs_xml_read_console },
  { "graphics", hvfs_xml_read_graphics },
  { "video", hvfs_xml_read_video },
  { "hostdev", hvfs_xml_read_hostdev },
  { "memory", hvfs_xml_read_nvdimm },
};

static gboolean
read_device (HvfsXmlReader *reader, const xmlNode *node, GError **error)
{
  if (reader->n_devices++ == HVFS_DOMAIN_DEVICES_MAX)
    return hvfs_xml_bad (node, EINVAL, error, "there must not be more than %d devices",
                         HVFS_DOMAIN_DEVICES_MAX);
  for (guint i = 0; i < G_N_ELEMENTS (devices); i++)
    if (hvfs_xml_is (node, devices[i].name))
      return devices[i].read (reader, node, error);
  return TRUE;
}

static gboolean
read_devices (HvfsDomain *domain, const xmlNode *domain_node, GError **error)
{
  g_autoptr (GHashTable) boots = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) numbers = g_hash_table_new (NULL, NULL);
  HvfsXmlReader reader = { .domain = domain, .numbers = numbers, .boots = boots };
  const xmlNode *list = hvfs_xml_child (domain_node, "devices");

  for (; list != NULL; list = hvfs_xml_next (list, "devices"))
    for (const xmlNode *node = hvfs_xml_child (list, NULL); node != NULL;
         node = hvfs_xml_next (node, NULL))
      if (!read_device (&reader, node, error))
        return FALSE;
  hvfs_xml_finish_videos (&reader);
  return hvfs_xml_finish_disks (&reader, error) && hvfs_xml_finish_ports (&reader, error)
         && hvfs_xml_finish_boot (&reader, hvfs_xml_child (domain_node, "os"), error);
}

static gboolean
check_virt_type (const xmlNode *node, GError **error)
{
  g_autofree char *type = hvfs_xml_attr (node, "type");
  int index = hvfs_words_index (virt_type_words, type);

  if (!hvfs_xml_is (node, "domain"))
    return hvfs_xml_bad (node, EINVAL, error, "must be <domain>");
  if (index == 0)
    return TRUE;
  return hvfs_xml_bad (node, type != NULL && index < 0 ? ENOTSUP : EINVAL, error,
                       "type='%s' must be vmware", type != NULL ? type : "");
}

HvfsDomain *
hvfs_domain_xml_read (const char *text, gsize len, GError **error)
{
  g_autoptr (xmlDoc) doc = hvfs_xml_parse (text, len, HVFS_DOMAIN_XML_MAX_BYTES, error);

  return doc != NULL ? hvfs_domain_xml_read_root (xmlDocGetRootElement (doc), error) : NULL;
}

HvfsDomain *
hvfs_domain_xml_read_root (const xmlNode *node, GError **error)
{
  g_autoptr (HvfsDomain) domain = hvfs_domain_new ();

  if (!check_virt_type (node, error) || !read_identity (domain, node, error)
      || !read_memory (domain, node, error) || !read_vcpu (domain, node, error)
      || !read_shares (domain, node, error) || !read_os (domain, node, error)
      || !read_cpu (domain, node, error) || !read_devices (domain, node, error)
      || !hvfs_domain_xml_read_words (domain, node, error))
    return NULL;
  return g_steal_pointer (&domain);
}
