/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-read.c - a machine's configuration as domain model: what is no device */
#include "backend/vmconfig/vmconfig-read.h"

#include <string.h>

#include "backend/mirror/inventory-name.h"
#include "backend/vmconfig/vmconfig-device.h"
#include "convert/model/scalar.h"
#include "convert/vmx/vmx-words.h"
#include "convert/model/words.h"


static void
read_identity (HvfsVmRead *read)
{
  HvfsDomain *domain = read->domain;
  const char *name = hvfs_value_text (read->config, "name");
  const char *uuid = hvfs_value_text (read->config, "uuid");
  const char *annotation = hvfs_value_text (read->config, "annotation");
  const char *version = hvfs_value_text (read->config, "version");
  const char *genid[] = { hvfs_vm_extra (read->config, "vm.genid"),
                          hvfs_vm_extra (read->config, "vm.genidX") };

  domain->name = hvfs_inventory_name_decode (name != NULL ? name : "");
  if (uuid != NULL)
    hvfs_parse_uuid (uuid, domain->uuid);
  if (annotation != NULL && *annotation != '\0')
    domain->description = g_strdup (annotation);
  for (guint i = 0; i < HVFS_UUID_BYTES; i++)
    {
      gint64 half = 0;

      if (genid[i / 8] != NULL && hvfs_parse_int64 (genid[i / 8], &half))
        domain->genid[i] = (guint64) half >> (56 - i % 8 * 8);
    }
  if (version != NULL && g_str_has_prefix (version, "vmx-"))
    domain->hw_version = CLAMP (g_ascii_strtoll (version + strlen ("vmx-"), NULL, 10), 0, 1000);
}

static void
read_memory (HvfsVmRead *read)
{
  HvfsDomain *domain = read->domain;
  gint64 size = CLAMP (hvfs_value_int (read->config, "hardware.memoryMB", 4), 1,
                       G_MAXINT64 / HVFS_KIB_PER_MIB);
  gint64 limit = hvfs_value_int (read->config, "memoryAllocation.limit", -1);
  gint64 reservation = hvfs_value_int (read->config, "memoryAllocation.reservation", 0);

  domain->memory_kib = size * HVFS_KIB_PER_MIB;
  domain->current_memory_kib = (limit <= 0 ? size : MIN (limit, size)) * HVFS_KIB_PER_MIB;
  domain->min_guarantee_kib = CLAMP (reservation, 0, size) * HVFS_KIB_PER_MIB;
}

static void
read_affinity (HvfsVmRead *read)
{
  const HvfsValue *affinity = hvfs_value_get (read->config, "cpuAffinity");
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < hvfs_value_n_children (affinity); i++)
    {
      gint64 number = hvfs_value_int (hvfs_value_nth (affinity, i), NULL, -1);
      guint cpu = number;

      if (number >= 0 && number < HVFS_CPUS_LIMIT)
        g_array_append_val (numbers, cpu);
    }
  if (numbers->len > 0)
    read->domain->cpuset = hvfs_numbers_unique (numbers);
}

static void
read_cpus (HvfsVmRead *read)
{
  HvfsDomain *domain = read->domain;
  const HvfsValue *shares = hvfs_value_get (read->config, "cpuAllocation.shares");
  int level = hvfs_words_index_nocase (hvfs_vmx_shares_words, hvfs_value_text (shares, "level"));
  gint64 cores = hvfs_value_int (read->config, "hardware.numCoresPerSocket", 1);

  domain->vcpus = CLAMP (hvfs_value_int (read->config, "hardware.numCPU", 1), 1, G_MAXINT);
  domain->current_vcpus = domain->vcpus;
  read_affinity (read);
  domain->has_shares = shares != NULL;
  if (level >= 0)
    domain->shares = (guint64) hvfs_vmx_shares_per_vcpu[level] * domain->vcpus;
  else
    domain->shares = MAX (hvfs_value_int (shares, "shares", 0), 0);
  if (cores > 1 && domain->vcpus % cores != 0)
    hvfs_vm_read_note (read, "%" G_GINT64_FORMAT " cores per socket, of %u CPUs", cores,
                       domain->vcpus);
  if (cores <= 1 || domain->vcpus % cores != 0)
    return;
  domain->has_cpu = TRUE;
  domain->has_topology = TRUE;
  domain->topology = (HvfsTopology){ domain->vcpus / cores, 1, 1, cores, 1 };
}

static void
read_os (HvfsVmRead *read)
{
  HvfsDomain *domain = read->domain;
  const char *guest = hvfs_value_text (read->config, "guestId");
  const char *reflect = hvfs_vm_extra (read->config, "smbios.reflectHost");

  if (guest != NULL && (g_str_has_suffix (guest, "64Guest") || g_str_has_suffix (guest, "Guest64")))
    domain->arch = HVFS_ARCH_X86_64;
  if (g_strcmp0 (hvfs_value_text (read->config, "firmware"), "efi") == 0)
    domain->firmware = HVFS_FIRMWARE_EFI;
  domain->secure_boot = domain->firmware == HVFS_FIRMWARE_EFI
                        && hvfs_value_bool (read->config, "bootOptions.efiSecureBootEnabled");
  if (reflect != NULL && g_ascii_strcasecmp (reflect, "true") == 0)
    domain->smbios = HVFS_SMBIOS_HOST;
}

/* ---- what it boots from ---- */

/* The first drive of that kind, for a list names the kind only. */
static guint *
drive_of (const HvfsDomain *domain, gboolean floppy)
{
  for (guint i = 0; i < domain->disks->len; i++)
    {
      HvfsDisk *disk = domain->disks->pdata[i];

      if (disk->device != HVFS_DEVICE_DISK && (disk->device == HVFS_DEVICE_FLOPPY) == floppy)
        return &disk->boot;
    }
  return NULL;
}

static guint *
keyed (const HvfsVmRead *read, gint64 key)
{
  const HvfsValue *device = hvfs_vim_device (read->config, key);
  const HvfsDomain *domain = read->domain;

  for (guint i = 0; device != NULL && i < domain->disks->len; i++)
    if (hvfs_vm_read_device (read, domain->disks->pdata[i]) == device)
      return &((HvfsDisk *) domain->disks->pdata[i])->boot;
  for (guint i = 0; device != NULL && i < domain->nets->len; i++)
    if (hvfs_vm_read_device (read, domain->nets->pdata[i]) == device)
      return &((HvfsNet *) domain->nets->pdata[i])->boot;
  return NULL;
}

static void
read_boot (HvfsVmRead *read)
{
  const HvfsValue *options = hvfs_value_get (read->config, "bootOptions");
  guint order = 0;

  for (guint i = 0; i < hvfs_value_n_children (options); i++)
    {
      const HvfsValue *boot = hvfs_value_nth (options, i);
      const char *type = hvfs_value_type (boot);
      guint *place = NULL;

      if (strcmp (hvfs_value_name (boot), "bootOrder") != 0 || type == NULL)
        continue;
      if (strstr (type, "Cdrom") != NULL || strstr (type, "Floppy") != NULL)
        place = drive_of (read->domain, strstr (type, "Floppy") != NULL);
      else
        place = keyed (read, hvfs_value_int (boot, "deviceKey", G_MININT64));
      order++; /* also of what domain XML cannot express */
      if (place != NULL && *place == 0)
        *place = order;
    }
}

static void
read_device (HvfsVmRead *read, HvfsValue *device)
{
  switch (hvfs_vim_class (device)->kind)
    {
    case HVFS_VIM_NET:
      hvfs_vm_read_net (read, device);
      break;
    case HVFS_VIM_SERIAL:
    case HVFS_VIM_PARALLEL:
      hvfs_vm_read_port (read, device);
      break;
    case HVFS_VIM_SINGLE:
      hvfs_vm_read_single (read, device);
      break;
    case HVFS_VIM_HOSTDEV:
      hvfs_vm_read_hostdev (read, device);
      break;
    case HVFS_VIM_NVDIMM:
      hvfs_vm_read_nvdimm (read, device);
      break;
    case HVFS_VIM_HIDDEN:
      hvfs_vm_read_comment (read, device);
      break;
    default:
      break;
    }
}

static void
read_devices (HvfsVmRead *read)
{
  const HvfsValue *hardware = hvfs_value_get (read->config, "hardware");

  hvfs_vm_read_disks (read);
  for (guint i = 0; i < hvfs_value_n_children (hardware); i++)
    if (strcmp (hvfs_value_name (hvfs_value_nth (hardware, i)), "device") == 0)
      read_device (read, hvfs_value_nth (hardware, i));
  hvfs_vm_read_display (read);
  read_boot (read);
}

/* libvirt's id of a domain: the number in the machine's reference. */
static int
id_of (const char *moref)
{
  const char *digits = moref + strcspn (moref, "0123456789");
  guint64 id = 0;

  return hvfs_parse_uint64 (digits, G_MAXINT, &id) ? (int) id : -1;
}

/* @config: (transfer full) */
static HvfsVmRead *
read_new (HvfsValue *config)
{
  HvfsVmRead *read = g_new (HvfsVmRead, 1);

  *read = (HvfsVmRead){ config, hvfs_domain_new (), g_hash_table_new (NULL, NULL),
                        g_ptr_array_new_with_free_func (g_free) };
  return read;
}

HvfsVmRead *
hvfs_vm_read (HvfsValue *config, const char *moref, gboolean running, const char *datacenter_path)
{
  HvfsVmRead *read = read_new (hvfs_value_ref (config));

  read->domain->id = running ? id_of (moref) : -1;
  read->domain->moref = g_strdup (moref);
  read->domain->datacenter_path = g_strdup (datacenter_path);
  read_identity (read);
  read_memory (read);
  read_cpus (read);
  read_os (read);
  hvfs_vm_read_settings (read);
  read_devices (read);
  return read;
}

HvfsVmRead *
hvfs_vm_read_drives (const HvfsValue *hardware)
{
  g_autoptr (GPtrArray) children = g_ptr_array_new ();
  HvfsValue *named;
  HvfsVmRead *read;

  for (guint i = 0; i < hvfs_value_n_children (hardware); i++)
    g_ptr_array_add (children, hvfs_value_ref (hvfs_value_nth (hardware, i)));
  named = hvfs_value_new_node ("hardware", NULL, (HvfsValue *const *) children->pdata, children->len);
  read = read_new (hvfs_value_new_node ("config", NULL, &named, 1));
  hvfs_vm_read_disks (read);
  return read;
}

void
hvfs_vm_read_free (HvfsVmRead *read)
{
  if (read == NULL)
    return;
  g_hash_table_unref (read->devices);
  g_ptr_array_unref (read->comments);
  hvfs_domain_free (read->domain);
  hvfs_value_unref (read->config);
  g_free (read);
}

char *
hvfs_vm_read_to_xml (const HvfsVmRead *read)
{
  static const char end[] = "  </devices>\n";
  g_autofree char *xml = hvfs_domain_xml_write (
    read->domain, HVFS_DOMAIN_XML_SAID | HVFS_DOMAIN_XML_MORE);
  char *at = g_strrstr (xml, end);
  GString *text;

  if (read->comments->len == 0 || at == NULL)
    return g_steal_pointer (&xml);
  text = g_string_new_len (xml, at - xml);
  for (guint i = 0; i < read->comments->len; i++)
    g_string_append_printf (text, "    <!-- %s -->\n", (char *) read->comments->pdata[i]);
  g_string_append (text, at);
  return g_string_free (text, FALSE);
}
