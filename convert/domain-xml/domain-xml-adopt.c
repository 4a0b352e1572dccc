/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/domain-xml/domain-xml-adopt.c - other hypervisors' domain XML: what is no device; see
 * domain-xml-adopt.h */
#include "convert/domain-xml/domain-xml-adopt.h"
#include "convert/domain-xml/domain-xml-adopt-part.h"
#include "convert/domain-xml/domain-xml-known.h"
#include "convert/domain-xml/domain-xml-read-part.h"
#include "convert/domain-xml/domain-xml-read.h"
#include "convert/domain-xml/domain-xml-words.h"
#include "convert/error.h"
#include "convert/model/notes.h"
#include "convert/model/scalar.h"
#include "convert/model/words.h"

#include <string.h>

/* Hypervisors whose guests are whole machines, as a VMware guest is. */
static const char *const machine_types[] = {
  "kvm", "qemu", "xen", "hvf", "hyperv", "vbox", "bhyve", "parallels", "vz", "test", NULL
};

static gboolean
is_machine (const xmlNode *root)
{
  g_autofree char *type = hvfs_xml_is (root, "domain") ? hvfs_xml_attr (root, "type") : NULL;

  return hvfs_words_index (machine_types, type) >= 0;
}

gboolean
hvfs_domain_xml_is_foreign (const char *text, gsize len)
{
  g_autoptr (xmlDoc) doc = hvfs_xml_parse (text, len, HVFS_DOMAIN_XML_MAX_BYTES, NULL);

  return doc != NULL && is_machine (xmlDocGetRootElement (doc));
}

/* Removes @node, if it is there, with a note. */
static void
leave_out (HvfsAdopter *adopter, const xmlNode *node, const char *why)
{
  if (node == NULL)
    return;
  hvfs_adopt_note (adopter, node, "is left out: %s", why);
  hvfs_adopt_remove (node);
}

/* Removes the attribute @name of @node, if it is there, with a note. */
static void
leave_out_attribute (HvfsAdopter *adopter, const xmlNode *node, const char *name, const char *why)
{
  g_autofree char *value = hvfs_xml_attr (node, name);

  if (value == NULL)
    return;
  hvfs_adopt_note_each (adopter, node, "%s='%s' is left out: %s", name, value, why);
  hvfs_adopt_set (node, name, NULL);
}

static void
adopt_resources (HvfsAdopter *adopter, const xmlNode *root)
{
  const xmlNode *vcpu = hvfs_xml_child (root, "vcpu");
  g_autofree char *count = hvfs_xml_text (vcpu);
  g_autofree char *current = hvfs_xml_attr (vcpu, "current");

  leave_out (adopter, hvfs_xml_child (root, "maxMemory"), "a VMX has no memory slots");
  leave_out (adopter, hvfs_xml_child (root, "vcpus"), "virtual CPUs have no names in a VMX");
  if (current != NULL && g_strcmp0 (count, current) != 0)
    leave_out_attribute (adopter, vcpu, "current", "all virtual CPUs are there from the start");
  if (!adopter->foreign)
    return;
  leave_out_attribute (adopter, vcpu, "cpuset", "the CPUs are those of another host");
  leave_out (adopter, hvfs_xml_child (root, "cputune"), "it is measured by another host");
}

/* Whether a path of firmware is that of UEFI. */
static gboolean
is_uefi_path (const char *path)
{
  static const char *const words[] = { "ovmf", "aavmf", "edk2", "uefi", "efi" };
  g_autofree char *lower = path != NULL ? g_ascii_strdown (path, -1) : NULL;

  for (guint i = 0; lower != NULL && i < G_N_ELEMENTS (words); i++)
    if (strstr (lower, words[i]) != NULL)
      return TRUE;
  return FALSE;
}

static void
require_secure_boot (const xmlNode *os)
{
  const xmlNode *firmware = hvfs_xml_child (os, "firmware");
  const xmlNode *feature;

  if (firmware == NULL)
    firmware = hvfs_adopt_add (os, "firmware");
  for (feature = hvfs_xml_child (firmware, "feature"); feature != NULL;
       feature = hvfs_xml_next (feature, "feature"))
    {
      g_autofree char *name = hvfs_xml_attr (feature, "name");

      if (g_strcmp0 (name, "secure-boot") == 0)
        return;
    }
  feature = hvfs_adopt_add (firmware, "feature");
  hvfs_adopt_set (feature, "name", "secure-boot");
  hvfs_adopt_set (feature, "enabled", "yes");
}

/* UEFI is where somebody names it, or a file that has it. */
static void
adopt_loader (HvfsAdopter *adopter, const xmlNode *os)
{
  const xmlNode *loader = hvfs_xml_child (os, "loader");
  g_autofree char *type = hvfs_xml_attr (loader, "type");
  g_autofree char *secure = hvfs_xml_attr (loader, "secure");
  g_autofree char *path = hvfs_xml_text (loader);
  g_autofree char *firmware = hvfs_xml_attr (os, "firmware");
  gboolean uefi = g_strcmp0 (type, "pflash") == 0 || is_uefi_path (path);

  if (loader == NULL)
    return;
  if (uefi && (firmware == NULL || *firmware == '\0'))
    hvfs_adopt_set (os, "firmware", "efi");
  if (uefi && g_strcmp0 (secure, "yes") == 0)
    require_secure_boot (os);
  if (uefi)
    hvfs_adopt_note_each (adopter, loader, "'%s' becomes VMware's own UEFI", g_strstrip (path));
  else
    hvfs_adopt_note_each (adopter, loader, "'%s' is left out: VMware has its own BIOS",
                          g_strstrip (path));
  hvfs_adopt_remove (loader);
}

static gboolean
adopt_os (HvfsAdopter *adopter, const xmlNode *root, GError **error)
{
  static const char *const direct[] = { "kernel", "initrd", "cmdline", "dtb", "shim" };
  const xmlNode *os = hvfs_xml_child (root, "os");
  const xmlNode *type = hvfs_xml_child (os, "type");
  const xmlNode *smbios = hvfs_xml_child (os, "smbios");
  g_autofree char *word = hvfs_xml_text (type);
  g_autofree char *arch = hvfs_xml_attr (type, "arch");
  g_autofree char *mode = hvfs_xml_attr (smbios, "mode");

  if (os == NULL)
    return TRUE;
  if (adopter->foreign && type != NULL
      && (g_strcmp0 (word, "xen") == 0 || g_strcmp0 (word, "linux") == 0
          || g_strcmp0 (word, "xenpvh") == 0))
    return hvfs_xml_bad (type, ENOTSUP, error,
                         "'%s' must be hvm: a paravirtualised guest cannot run on VMware", word);
  if (adopter->foreign && g_strcmp0 (arch, "aarch64") == 0)
    return hvfs_xml_bad (type, EINVAL, error, "arch='%s' must be i686 or x86_64", arch);
  if (adopter->foreign && type != NULL && (arch == NULL || *arch == '\0'))
    hvfs_adopt_set (type, "arch", "x86_64");
  adopt_loader (adopter, os);
  leave_out (adopter, hvfs_xml_child (os, "nvram"),
             "VMware makes new variables of UEFI, the boot entries too");
  for (guint i = 0; i < G_N_ELEMENTS (direct); i++)
    leave_out (adopter, hvfs_xml_child (os, direct[i]),
               "the guest must boot from a disk of its own");
  if (g_strcmp0 (mode, "sysinfo") == 0)
    leave_out (adopter, smbios, "a VMX has no values for SMBIOS");
  return TRUE;
}

/* VMware has cores, but neither threads, dies nor clusters: they become cores. */
static void
adopt_topology (HvfsAdopter *adopter, const xmlNode *root, const xmlNode *cpu)
{
  static const char *const parts[] = { "cores", "threads", "dies", "clusters" };
  const xmlNode *topology = hvfs_xml_child (cpu, "topology");
  g_autofree char *vcpus = hvfs_xml_text (hvfs_xml_child (root, "vcpu"));
  g_autofree char *text = NULL;
  guint64 cores = 1, count = 1;
  guint sockets = 0;

  if (topology == NULL || !hvfs_xml_attr_uint (topology, "sockets", &sockets, NULL))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      guint part = 1;

      if (!hvfs_xml_attr_uint (topology, parts[i], &part, NULL) || part == 0 || part > G_MAXUINT16)
        return; /* for the reader to refuse */
      if (i > 0 && part > 1)
        hvfs_adopt_note_each (adopter, topology, "%s='%u' become cores: VMware has no %s",
                              parts[i], part, parts[i]);
      cores = MIN (cores * part, G_MAXUINT);
      if (i > 0)
        hvfs_adopt_set (topology, parts[i], "1");
    }
  text = g_strdup_printf ("%" G_GUINT64_FORMAT, cores);
  hvfs_adopt_set (topology, "cores", text);
  if (vcpus != NULL && !hvfs_parse_uint64 (vcpus, G_MAXUINT, &count))
    return;
  if (adopter->foreign && sockets * cores != count)
    leave_out (adopter, topology, "it has another number of CPUs than <vcpu>");
}

/* A guest of VMware sees the CPU of its host, whatever model the XML names. */
static void
adopt_cpu (HvfsAdopter *adopter, const xmlNode *root)
{
  const xmlNode *cpu = hvfs_xml_child (root, "cpu");
  g_autofree char *mode = hvfs_xml_attr (cpu, "mode");
  g_autofree char *model = hvfs_xml_text (hvfs_xml_child (cpu, "model"));
  gboolean any = FALSE, more = FALSE;

  if (cpu == NULL)
    return;
  adopt_topology (adopter, root, cpu);
  for (const xmlNode *child = hvfs_xml_child (cpu, NULL), *next; child != NULL; child = next)
    {
      next = hvfs_xml_next (child, NULL);
      if (hvfs_xml_is (child, "topology") || hvfs_domain_xml_is_nested_feature (child))
        {
          any = TRUE;
          continue;
        }
      more = TRUE;
      hvfs_adopt_remove (child);
    }
  if (g_strcmp0 (mode, "custom") == 0)
    g_clear_pointer (&mode, g_free);
  if (model != NULL || mode != NULL)
    hvfs_adopt_note_each (adopter, cpu,
                          "'%s' and its features are left out: the guest sees its host's CPU",
                          model != NULL ? g_strstrip (model) : mode);
  else if (more)
    hvfs_adopt_note (adopter, cpu, "features are left out: the guest sees its host's CPU");
  if (!any)
    hvfs_adopt_remove (cpu);
  else
    for (const xmlAttr *attribute = cpu->properties, *next; attribute != NULL; attribute = next)
      {
        next = attribute->next;
        xmlRemoveProp ((xmlAttr *) attribute);
      }
}

/* ---- <devices> ---- */

static gboolean
refuse_hostdev (HvfsAdopter *adopter, const xmlNode *node, GError **error)
{
  g_autofree char *type = hvfs_xml_attr (node, "type");

  if (!adopter->foreign)
    return TRUE;
  return hvfs_xml_bad (node, ENOTSUP, error,
                       "a %s device of the host cannot come along: leave it out, and add one of "
                       "the VMware host by hand",
                       hvfs_xml_is (node, "hostdev") && type != NULL ? type : "pci");
}

static gboolean
is_hostdev (const xmlNode *node)
{
  g_autofree char *type = hvfs_xml_attr (node, "type");

  return hvfs_xml_is (node, "hostdev")
         || (hvfs_xml_is (node, "interface") && g_strcmp0 (type, "hostdev") == 0);
}

/* Devices that other hypervisors give to every guest, or that need what is not in the XML. */
static const struct
{
  const char *name;
  gboolean foreign; /* only where all words are another hypervisor's */
  const char *why;
} dropped[] = {
  { "memory", FALSE, "a VMX has no memory slots" },
  { "filesystem", TRUE, "VMware's shared folders are of Workstation alone" },
  { "sound", TRUE, "add one by hand where it is missed" },
  { "tpm", TRUE, "a TPM of VMware needs an encrypted machine: add it there" },
};

/* Memory that keeps what is in it is no slot: a VMware host has it, too. */
static gboolean
is_nvdimm (const xmlNode *node)
{
  g_autofree char *model = hvfs_xml_attr (node, "model");

  return hvfs_xml_is (node, "memory") && g_strcmp0 (model, "nvdimm") == 0;
}

static gboolean
adopt_device (HvfsAdopter *adopter, const xmlNode *node, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (dropped); i++)
    if (hvfs_xml_is (node, dropped[i].name)
        && (adopter->foreign || (!dropped[i].foreign && !is_nvdimm (node))))
      {
        leave_out (adopter, node, dropped[i].why);
        return TRUE;
      }
  if (is_hostdev (node))
    return refuse_hostdev (adopter, node, error);
  if (hvfs_xml_is (node, "interface"))
    hvfs_adopt_net (adopter, node);
  return TRUE;
}

static gboolean
adopt_devices (HvfsAdopter *adopter, const xmlNode *devices, GError **error)
{
  for (const xmlNode *node = hvfs_xml_child (devices, NULL), *next; node != NULL; node = next)
    {
      next = hvfs_xml_next (node, NULL);
      if (!adopt_device (adopter, node, error))
        return FALSE;
    }
  hvfs_adopt_ports (adopter, devices);
  hvfs_adopt_display (adopter, devices);
  return hvfs_adopt_disks (adopter, devices, error);
}

/* ---- the whole ---- */

static gboolean
adopt_domain (HvfsAdopter *adopter, const xmlNode *root, GError **error)
{
  const xmlNode *devices = hvfs_xml_child (root, "devices");

  if (is_machine (root))
    hvfs_adopt_set (root, "type", "vmware");
  adopt_resources (adopter, root);
  if (!adopt_os (adopter, root, error))
    return FALSE;
  adopt_cpu (adopter, root);
  for (; devices != NULL; devices = hvfs_xml_next (devices, "devices"))
    if (xmlChildElementCount ((xmlNode *) devices) <= HVFS_DOMAIN_DEVICES_MAX
        && !adopt_devices (adopter, devices, error))
      return FALSE;
  return TRUE;
}

/* What is left in the document that its reader will not see. */
static gboolean
note_unknown (gpointer data, const xmlNode *node, const char *attribute, const char *right)
{
  HvfsAdopter *adopter = data;
  g_autofree char *value = attribute != NULL ? hvfs_xml_attr (node, attribute) : NULL;
  g_autofree char *what
    = attribute != NULL ? g_strdup_printf ("%s='%s' ", attribute, value) : g_strdup ("");
  g_autofree char *text
    = right != NULL ? g_strdup_printf ("%sis left out: with VMware it is always '%s'", what, right)
                    : g_strdup_printf ("%sis left out: a VMX has no word for it", what);

  hvfs_adopt_note_once (adopter, node, attribute != NULL ? attribute : "", text);
  return TRUE;
}

static HvfsDomain *
adopt (HvfsAdopter *adopter, const xmlNode *root, GError **error)
{
  g_autoptr (HvfsDomain) domain = NULL;

  adopter->foreign = is_machine (root) || adopter->adoption->foreign;
  if (hvfs_xml_is (root, "domain") && !adopt_domain (adopter, root, error))
    return NULL;
  domain = hvfs_domain_xml_read_root (root, error);
  if (domain == NULL)
    return NULL;
  hvfs_domain_xml_each_unknown (root, TRUE, note_unknown, adopter);
  hvfs_adopt_finish_notes (adopter);
  hvfs_notes_sort (adopter->notes);
  for (guint i = 0; i < domain->notes->len; i++)
    {
      const HvfsNote *own = domain->notes->pdata[i];

      hvfs_note (adopter->notes, own->line, "%s", own->text);
    }
  g_ptr_array_unref (domain->notes);
  domain->notes = g_ptr_array_ref (adopter->notes);
  return g_steal_pointer (&domain);
}

/* Gives a VMware machine a name for as long as it is read.  Returns: whether it had none */
static gboolean
lend_name (xmlNode *root)
{
  g_autofree char *type = root != NULL ? hvfs_xml_attr (root, "type") : NULL;

  if (g_strcmp0 (type, "vmware") != 0 || hvfs_xml_child (root, "name") != NULL)
    return FALSE;
  xmlNewTextChild (root, NULL, BAD_CAST "name", BAD_CAST "-");
  return TRUE;
}

HvfsDomain *
hvfs_domain_xml_adopt (const char *text, gsize len, const HvfsAdoption *adoption, GError **error)
{
  static const HvfsAdoption none = { .foreign = FALSE };
  g_autoptr (xmlDoc) doc = hvfs_xml_parse (text, len, HVFS_DOMAIN_XML_MAX_BYTES, error);
  g_autoptr (GPtrArray) notes = hvfs_notes_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  HvfsAdopter adopter
    = { .adoption = adoption != NULL ? adoption : &none, .notes = notes, .seen = seen };

  HvfsDomain *domain;
  gboolean lent;

  if (doc == NULL)
    return NULL;
  lent = adopter.adoption->nameless && lend_name (xmlDocGetRootElement (doc));
  domain = adopt (&adopter, xmlDocGetRootElement (doc), error);
  if (domain != NULL && lent)
    g_clear_pointer (&domain->name, g_free);
  return domain;
}
