/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/convert/test-convert-property.c - nothing is lost on the way round
 *
 * Generated domains, made of what both texts can say, go from the model to XML, back, to
 * a VMX, back, and to XML and VMX again: the texts must be equal.  A failure is repeated
 * with the --seed that the test prints.  And of the VMX files in tests/convert/pairs no key is
 * lost, and none is added, when they become VMX files.
 */
#include "convert/model/hostdev.h"
#include "convert/model/device-names.h"
#include "convert/domain-xml/domain-xml.h"
#include "convert/file/files-offline.h"
#include "convert/vmx/vmx-text.h"
#include "convert/vmx/vmx.h"
#include "tests/convert/convert-stubs.h"

#include <string.h>

#define DOMAINS 3000

/* 0 to @n - 1 */
static guint
any (guint n)
{
  return g_test_rand_int_range (0, n);
}

static gboolean
maybe (void)
{
  return any (2) == 0;
}

static void
any_bytes (guint8 *bytes, guint n)
{
  for (guint i = 0; i < n; i++)
    bytes[i] = any (256);
}

/* Of pieces that some escape or quoting could trip over.  @lines: also of several lines. */
static char *
any_text (gboolean lines)
{
  static const char *const pieces[]
      = { "a",   "%", "|",        "\\",           "/", "&", "<", ">",   "'",  "%41",
          "|22", " ", "\xc3\xbc", "\xe2\x82\xac", "=", "#", ";", "[x]", "\"", "\n" };
  GString *text = g_string_new ("t");
  guint n = G_N_ELEMENTS (pieces) - (lines ? 0 : 2);

  for (guint i = any (12); i > 0; i--)
    g_string_append (text, pieces[any (n)]);
  return g_string_free (text, FALSE);
}

static char *
any_path (const char *suffix)
{
  static const char *const roots[] = { "[datastore1] vm/", "[a b (1)] ", "[x] ", "/mnt/" };
  g_autofree char *text = any_text (FALSE);

  g_strdelimit (text, "/\\[] ", '_');
  return g_strdup_printf ("%s%s%s", roots[any (G_N_ELEMENTS (roots))], text, suffix);
}

static void
add_resources (HvfsDomain *domain)
{
  guint64 mib = 4 * (1 + any (1000));

  domain->memory_kib = mib * 1024;
  domain->current_memory_kib = (maybe () ? mib : 1 + any (mib)) * 1024;
  domain->min_guarantee_kib = (maybe () ? 0 : 1 + any (mib)) * 1024;
  domain->vcpus = domain->current_vcpus = 1 + any (8);
  domain->has_shares = maybe ();
  if (domain->has_shares)
    domain->shares = any (10) * 500;
  if (maybe ())
    {
      domain->cpuset = g_array_new (FALSE, FALSE, sizeof (guint));
      for (guint cpu = any (3); domain->cpuset->len < domain->vcpus + any (3); cpu += 1 + any (2))
        g_array_append_val (domain->cpuset, cpu);
    }
  domain->has_cpu = domain->has_topology = domain->vcpus % 2 == 0 && maybe ();
  if (domain->has_cpu)
    domain->topology = (HvfsTopology){ domain->vcpus / 2, 1, 1, 2, 1 };
}

static void
fill_drive (HvfsDisk *disk)
{
  disk->readonly = TRUE;
  disk->device = any (3) == 0 ? HVFS_DEVICE_LUN : HVFS_DEVICE_CDROM;
  disk->type = disk->device == HVFS_DEVICE_LUN || maybe () ? HVFS_DISK_BLOCK : HVFS_DISK_FILE;
  if (disk->type == HVFS_DISK_FILE)
    disk->path = maybe () ? NULL : any_path (".iso");
  else if (maybe ())
    disk->path = g_strdup (maybe () ? "/dev/sr0" : "/vmfs/devices/cdrom/mpx");
  else
    disk->startup = HVFS_STARTUP_OPTIONAL;
}

static void
add_disk (HvfsDomain *domain, HvfsBus bus, guint index)
{
  HvfsDisk *disk = hvfs_domain_add_disk (domain);

  disk->bus = bus;
  disk->target = hvfs_disk_name (bus, index);
  disk->drive = hvfs_drive_from_index (bus, index, FALSE);
  if (bus == HVFS_BUS_FDC)
    {
      disk->device = HVFS_DEVICE_FLOPPY;
      disk->type = maybe () ? HVFS_DISK_FILE : HVFS_DISK_BLOCK;
      disk->path = disk->type == HVFS_DISK_FILE ? any_path ("") : g_strdup ("/dev/fd0");
    }
  else if (bus == HVFS_BUS_NVME || maybe ())
    {
      disk->type = HVFS_DISK_FILE;
      disk->path = any_path (".vmdk");
      disk->transient = maybe ();
      disk->cache = bus == HVFS_BUS_SCSI && maybe () ? HVFS_CACHE_WRITETHROUGH : HVFS_CACHE_DEFAULT;
    }
  else
    fill_drive (disk);
}

/* In the order in which a VMX is read: SATA before the others. */
static void
add_controllers (HvfsDomain *domain, HvfsBus bus, HvfsControllerType type)
{
  guint n = 0;

  for (guint i = 0; i < domain->disks->len; i++)
    {
      const HvfsDisk *disk = domain->disks->pdata[i];

      if (disk->bus == bus)
        n = MAX (n, disk->drive.controller + 1);
    }
  for (guint i = 0; i < n; i++)
    hvfs_domain_place_controller (domain, type, i);
}

/* Keys that only --full prints, of which some are words there. */
static void
add_extras (HvfsDomain *domain)
{
  static const char *const keys[] = { "usb.present", "ehci.present", "usb_xhci.present",
                                      "vhv.enable", "vtpm.present", "sound.present",
                                      "sound.virtualDev", "tools.syncTime", ".x", "nvram",
                                      "vwdt.present", "precisionclock0.refClockProtocol" };
  static const char *const values[] = { "TRUE", "FALSE", "hdaudio", "es1371", "", "&<'>" };

  domain->guest_os = maybe () ? g_strdup ("rhel5-64") : NULL;
  if (domain->guest_os != NULL)
    domain->arch = HVFS_ARCH_X86_64;
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (maybe ())
      hvfs_domain_add_extra (domain, keys[i], values[any (G_N_ELEMENTS (values))]);
}

static void
add_disks (HvfsDomain *domain)
{
  static const struct
  {
    HvfsBus bus;
    guint limit;
  } buses[] = { { HVFS_BUS_SCSI, 60 }, { HVFS_BUS_SATA, 120 }, { HVFS_BUS_NVME, 256 },
                { HVFS_BUS_IDE, 4 }, { HVFS_BUS_FDC, 2 } };

  for (guint b = 0; b < G_N_ELEMENTS (buses); b++)
    for (guint i = any (buses[b].limit + 2); i < buses[b].limit; i += 1 + any (20))
      add_disk (domain, buses[b].bus, i);
  add_controllers (domain, HVFS_BUS_SCSI, HVFS_CONTROLLER_SCSI);
  add_controllers (domain, HVFS_BUS_SATA, HVFS_CONTROLLER_SATA);
  hvfs_domain_add_implicit_controllers (domain);
  for (guint i = 0; i < domain->disks->len; i++)
    {
      const HvfsDisk *disk = domain->disks->pdata[i];

      if (disk->bus == HVFS_BUS_SCSI)
        hvfs_domain_get_controller (domain, HVFS_CONTROLLER_SCSI, disk->drive.controller)->model
          = disk->drive.controller % 2 == 0 ? HVFS_SCSI_NONE
                                             : HVFS_SCSI_BUSLOGIC + disk->drive.controller;
    }
}

static void
add_net (HvfsDomain *domain)
{
  static const HvfsNetType types[]
      = { HVFS_NET_BRIDGE, HVFS_NET_USER, HVFS_NET_NULL, HVFS_NET_VDS };
  static const guint8 vmware[][3] = { { 0x00, 0x0c, 0x29 }, { 0x00, 0x50, 0x56 } };
  HvfsNet *net = hvfs_domain_add_net (domain);

  net->type = types[any (G_N_ELEMENTS (types))];
  any_bytes (net->mac, HVFS_MAC_BYTES);
  net->mac[0] = 2;
  if (maybe ())
    memcpy (net->mac, vmware[any (2)], 3);
  net->mac_type = maybe () ? HVFS_MAC_GENERATED : HVFS_MAC_STATIC;
  net->mac_check = maybe () ? HVFS_SWITCH_YES : HVFS_SWITCH_NO;
  net->model = any (HVFS_NET_MODEL_OTHER);
  if (net->type == HVFS_NET_BRIDGE)
    {
      net->bridge = any_text (FALSE);
      net->dev = maybe () ? g_strdup ("vmnet8") : NULL;
    }
  else if (net->type == HVFS_NET_VDS)
    {
      any_bytes (net->switch_id, HVFS_UUID_BYTES);
      net->port_id = any (3);
      net->connection_id = (gint64) any (3) - 1;
      net->portgroup_id = maybe () ? g_strdup ("dvportgroup-7") : NULL;
    }
  else if (net->type == HVFS_NET_NULL && maybe ())
    {
      net->opaque_id = any_text (FALSE);
      net->opaque_type = g_strdup ("nsx.LogicalSwitch");
    }
}

static void
fill_port (HvfsPort *port, guint number, gboolean serial)
{
  static const HvfsPortType types[]
      = { HVFS_PORT_DEV, HVFS_PORT_FILE, HVFS_PORT_PIPE, HVFS_PORT_TCP };

  port->port = number;
  port->type = types[any (serial ? 4 : 2)];
  if (port->type == HVFS_PORT_TCP)
    {
      port->host = g_strdup (maybe () ? "10.0.0.1" : "console.example.com");
      port->service = g_strdup_printf ("%u", 1 + any (65535));
      port->listen = maybe ();
      port->protocol = any (HVFS_PROTOCOL_TLS + 1);
    }
  else
    port->path = port->type == HVFS_PORT_FILE ? any_path (".log") : any_text (FALSE);
}

static void
add_ports (HvfsDomain *domain)
{
  for (guint i = any (6); i < 4; i += 1 + any (2))
    fill_port (hvfs_domain_add_serial (domain), i, TRUE);
  for (guint i = any (6); i < 3; i += 1 + any (2))
    fill_port (hvfs_domain_add_parallel (domain), i, FALSE);
}

static void
add_display (HvfsDomain *domain)
{
  hvfs_domain_add_video (domain)->vram_kib = 64u << any (12);
  if (maybe ())
    return;

  HvfsGraphics *vnc = hvfs_domain_add_graphics (domain);

  vnc->type = HVFS_GRAPHICS_VNC;
  vnc->autoport = maybe ();
  vnc->port = vnc->autoport ? 0 : any (3) * 5901;
  vnc->listen = maybe () ? NULL : g_strdup (maybe () ? "::1" : "10.0.0.1");
  vnc->keymap = maybe () ? NULL : g_strdup ("de");
  vnc->password = maybe () ? NULL : any_text (FALSE);
}

static HvfsDomain *
any_domain (void)
{
  HvfsDomain *domain = hvfs_domain_new ();

  domain->name = any_text (FALSE);
  domain->description = maybe () ? NULL : any_text (TRUE);
  any_bytes (domain->uuid, HVFS_UUID_BYTES);
  add_resources (domain);
  domain->arch = maybe () ? HVFS_ARCH_I686 : HVFS_ARCH_X86_64;
  domain->firmware = maybe () ? HVFS_FIRMWARE_NONE : HVFS_FIRMWARE_EFI;
  domain->secure_boot = domain->firmware == HVFS_FIRMWARE_EFI && maybe ();
  if (maybe ())
    any_bytes (domain->genid, HVFS_UUID_BYTES);
  domain->smbios = maybe () ? HVFS_SMBIOS_NONE : HVFS_SMBIOS_HOST;
  add_disks (domain);
  for (guint i = any (5); i > 0; i--)
    add_net (domain);
  for (guint i = any (3); i > 0; i--)
    {
      HvfsFilesystem *folder = hvfs_domain_add_filesystem (domain);

      folder->source = any_text (FALSE);
      folder->target = any_text (FALSE);
      folder->readonly = maybe ();
    }
  add_ports (domain);
  add_display (domain);
  return domain;
}

/* On a controller that is there and where no disk is. */
static void
fill_scsi (HvfsDomain *domain, HvfsHostdev *hostdev)
{
  guint n = hvfs_domain_count_hostdevs (domain, HVFS_HOSTDEV_SCSI);

  hostdev->number = n - 1;
  hostdev->drive = (HvfsDrive){ TRUE, 0, 0, 0, 6 };
  g_free (hostdev->name);
  hostdev->name = g_strdup (maybe () ? HVFS_HOSTDEV_ANY : "/vmfs/devices/generic/tape");
  if (n > 1 || hvfs_domain_get_controller (domain, HVFS_CONTROLLER_SCSI, 0) == NULL
      || hvfs_hostdev_find_disk (domain, hostdev) != NULL)
    g_ptr_array_set_size (domain->hostdevs, domain->hostdevs->len - 1);
}

/* What libvirt's driver does not show of a VMX, in fields of the model. */
static void
add_more (HvfsDomain *domain)
{
  HvfsVideo *video = domain->videos->pdata[0];

  for (guint i = 0; i < domain->disks->len; i++)
    {
      HvfsDisk *disk = domain->disks->pdata[i];

      if (disk->device != HVFS_DEVICE_DISK)
        continue;
      disk->independent = !disk->transient && maybe ();
      disk->shareable = maybe ();
      disk->iops = any (2) * any (9999);
    }
  for (guint i = 0; i < domain->nets->len; i++)
    {
      HvfsNet *net = domain->nets->pdata[i];

      net->limit_mbit = any (2) * any (9999);
      net->reservation_mbit = any (2) * any (9999);
      net->shares = any (HVFS_NET_SHARES_MAX + 1);
    }
  for (guint i = 0; i < domain->serials->len; i++)
    {
      HvfsPort *port = domain->serials->pdata[i];

      if (port->type != HVFS_PORT_TCP)
        continue;
      port->proxy = maybe () ? NULL : g_strdup ("telnets://[::1]:13370");
      if (maybe ())
        continue;
      g_free (port->host);
      g_free (port->service);
      port->host = g_strdup ("");
      port->service = g_strdup ("");
      port->protocol = HVFS_PROTOCOL_RAW;
      port->uri = any_text (FALSE);
    }
  for (guint i = any (8); i < 6; i += 1 + any (3))
    {
      HvfsHostdev *hostdev = hvfs_domain_add_hostdev (domain);

      hostdev->number = i;
      hostdev->type = any (HVFS_N_HOSTDEV_TYPES);
      hostdev->domain = any (G_MAXUINT16 + 1);
      hostdev->bus = any (256);
      hostdev->slot = any (32);
      hostdev->function = any (8);
      hostdev->vendor = 1 + any (G_MAXUINT16);
      hostdev->product = any (G_MAXUINT16 + 1);
      hostdev->name = maybe () ? NULL : g_strdup ("path:1/3/0 autoclean:1");
      if (hostdev->type == HVFS_HOSTDEV_SCSI)
        fill_scsi (domain, hostdev);
    }
  video->accel3d = maybe () ? HVFS_SWITCH_YES : HVFS_SWITCH_DEFAULT;
}

static void
check_round (const HvfsDomain *domain, const HvfsFiles *files)
{
  g_autoptr (HvfsDomain) from_xml = NULL, from_vmx = NULL;
  g_autofree char *xml = hvfs_domain_xml_write (domain, HVFS_DOMAIN_XML_SECURE);
  g_autofree char *xml2 = NULL, *xml3 = NULL, *vmx = NULL, *vmx2 = NULL;
  g_autoptr (GError) error = NULL;

  from_xml = hvfs_domain_xml_read (xml, strlen (xml), &error);
  g_assert_no_error (error);
  xml2 = hvfs_domain_xml_write (from_xml, HVFS_DOMAIN_XML_SECURE);
  g_assert_cmpstr (xml, ==, xml2);
  vmx = hvfs_vmx_write (from_xml, 4, files, NULL, &error);
  g_assert_no_error (error);
  from_vmx = hvfs_vmx_read (vmx, strlen (vmx), files, &error);
  g_assert_no_error (error);
  xml3 = hvfs_domain_xml_write (from_vmx, HVFS_DOMAIN_XML_SECURE);
  g_assert_cmpstr (xml, ==, xml3);
  vmx2 = hvfs_vmx_write (from_vmx, 4, files, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (vmx, ==, vmx2);
}

static int
compare_lines (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Returns: (transfer full): the lines of @vmx in the order of their text */
static char *
sorted_lines (const char *vmx)
{
  g_auto (GStrv) lines = g_strsplit (vmx, "\n", -1);
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();

  for (guint i = 0; lines[i] != NULL; i++)
    g_ptr_array_add (sorted, lines[i]);
  g_ptr_array_sort (sorted, compare_lines);
  g_ptr_array_add (sorted, NULL);
  return g_strjoinv ("\n", (char **) sorted->pdata);
}

/* By way of full XML a VMX comes back with all its keys. */
static void
check_full (HvfsDomain *domain, const HvfsFiles *files)
{
  g_autoptr (HvfsDomain) from_vmx = NULL, from_xml = NULL;
  g_autofree char *vmx = NULL, *xml = NULL, *vmx2 = NULL, *lines = NULL, *lines2 = NULL;
  g_autoptr (GError) error = NULL;

  vmx = hvfs_vmx_write (domain, 0, files, NULL, &error);
  g_assert_no_error (error);
  from_vmx = hvfs_vmx_read (vmx, strlen (vmx), files, &error);
  g_assert_no_error (error);
  xml = hvfs_domain_xml_write (from_vmx, HVFS_DOMAIN_XML_SECURE | HVFS_DOMAIN_XML_FULL);
  from_xml = hvfs_domain_xml_read (xml, strlen (xml), &error);
  g_assert_no_error (error);
  vmx2 = hvfs_vmx_write (from_xml, 0, files, NULL, &error);
  g_assert_no_error (error);
  lines = sorted_lines (vmx);
  lines2 = sorted_lines (vmx2);
  g_assert_cmpstr (lines, ==, lines2);
}

static void
test_round (void)
{
  g_autoptr (HvfsOfflineFiles) offline
      = hvfs_offline_files_new (HVFS_OFFLINE_DIRECTORY, NULL, NULL);

  for (guint i = 0; i < DOMAINS; i++)
    {
      g_autoptr (HvfsDomain) domain = any_domain ();

      check_round (domain, hvfs_offline_files_get (offline));
      add_extras (domain);
      add_more (domain);
      check_full (domain, hvfs_offline_files_get (offline));
    }
}

/* Marks the keys of @before that are in @after with their values; each must be. */
static void
check_keys (const HvfsVmxText *before, HvfsVmxText *after)
{
  const char *key, *value;
  guint position = 0;

  while (hvfs_vmx_text_next_unmarked (before, &position, &key, &value, NULL))
    {
      const char *const keys[] = { key, NULL };
      const char *now = hvfs_vmx_text_get (after, "%s", key);

      if (now == NULL)
        g_error ("lost: %s = \"%s\"", key, value);
      if (g_ascii_strcasecmp (key, ".encoding") != 0)
        g_assert_cmpstr (value, ==, now);
      hvfs_vmx_text_mark (after, "", keys);
    }
  position = 0;
  if (hvfs_vmx_text_next_unmarked (after, &position, &key, &value, NULL))
    g_error ("invented: %s = \"%s\"", key, value);
}

/* A VMX that becomes a VMX has all its keys, their values, and no others. */
static void
test_keys (gconstpointer name)
{
  g_autofree char *path = g_build_filename (SRCDIR, "convert", "pairs", "vmx2xml", name, NULL);
  gsize len;
  g_autofree char *text = read_file (path, &len);
  g_autoptr (GError) error = NULL;
  g_autoptr (HvfsVmxText) before = hvfs_vmx_text_parse (text, len, &error);
  g_autoptr (HvfsVmxText) after = NULL;
  g_autoptr (GPtrArray) notes = hvfs_notes_new ();
  g_autofree char *vmx = hvfs_vmx_edit (text, len, 0, notes, &error);

  g_assert_no_error (error);
  after = hvfs_vmx_text_parse (vmx, strlen (vmx), &error);
  g_assert_no_error (error);
  check_keys (before, after);
}

static void
add_keys (void)
{
  g_autofree char *directory = g_build_filename (SRCDIR, "convert", "pairs", "vmx2xml", NULL);
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);

  for (const char *name; (name = g_dir_read_name (dir)) != NULL;)
    if (g_str_has_suffix (name, ".vmx") && !g_str_has_prefix (name, "refused-"))
      {
        g_autofree char *path = g_strdup_printf ("/convert/keys/%s", name);

        g_test_add_data_func_full (path, g_strdup (name), test_keys, g_free);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/convert/round", test_round);
  add_keys ();
  return g_test_run ();
}
