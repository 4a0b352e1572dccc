/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/backend/test-config-spec.c - whole configurations to domain XML, edits to reconfigurations
 *
 * The configurations in tests/backend/data are what a server sent, one of them extended by hand
 * with devices that the simulator lacks.  What they become, and what an edit of them
 * sends, is compared as a whole with files beside them; HVFS_TEST_REGENERATE=1 writes
 * those anew, for review.
 */
#include "backend/wire/reply.h"
#include "backend/vmconfig/vmconfig-spec.h"
#include "convert/error.h"

#include <string.h>

#define MAX_REPLACEMENTS 4

/* The text @from in the XML becomes @to, in every place. */
typedef struct
{
  const char *from, *to;
} Replacement;

typedef struct
{
  const char *config;
  const char *name; /* of the edit, and of what it sends: data/CONFIG.NAME.spec */
  Replacement replacements[MAX_REPLACEMENTS];
} Edit;

typedef struct
{
  const char *config;
  Replacement replacement;
  int code;
  const char *text; /* that the message has */
} Refusal;

static char *
data_file (const char *config, const char *suffix)
{
  g_autofree char *name = g_strconcat (config, suffix, NULL);

  return g_build_filename (SRCDIR, "backend", "data", name, NULL);
}

static HvfsVmRead *
read_config (const char *config)
{
  g_autofree char *path = data_file (config, ".xml");
  g_autoptr (HvfsReply) parser = hvfs_reply_new (HVFS_REPLY_XML, NULL);
  g_autoptr (HvfsValue) value = NULL;
  g_autofree char *text = NULL;
  gsize len;

  g_assert_true (g_file_get_contents (path, &text, &len, NULL));
  g_assert_true (hvfs_reply_feed (parser, text, len, NULL));
  value = hvfs_reply_finish (parser, NULL);
  g_assert_nonnull (value);
  return hvfs_vm_read (value, "vm-58", FALSE, "folder/DC0");
}

static void
expect_file (const char *config, const char *suffix, const char *got)
{
  g_autofree char *path = data_file (config, suffix);
  g_autofree char *wanted = NULL;

  if (g_getenv ("HVFS_TEST_REGENERATE") != NULL)
    g_assert_true (g_file_set_contents (path, got, -1, NULL));
  if (!g_file_get_contents (path, &wanted, NULL, NULL) || strcmp (got, wanted) != 0)
    {
      g_test_message ("not %s but:\n%s", path, got);
      g_test_fail ();
    }
}

static HvfsDomain *
parse (const char *xml)
{
  g_autoptr (GError) error = NULL;
  HvfsDomain *domain = hvfs_domain_xml_read (xml, strlen (xml), &error);

  g_assert_no_error (error);
  return domain;
}

/* Returns: (transfer full) (nullable): the request that makes @base @wanted, an element a
 * line; "" where there is nothing to send */
static char *
spec_of (const HvfsVmRead *have, const char *base_xml, const char *wanted_xml, GError **error)
{
  g_autoptr (HvfsDomain) base = parse (base_xml);
  g_autoptr (HvfsDomain) wanted = hvfs_domain_xml_read (wanted_xml, strlen (wanted_xml), error);
  g_autoptr (HvfsRequest) request = hvfs_request_new ("ReconfigVM_Task", "VirtualMachine", "vm-58");
  HvfsVmChange change = { .have = have, .base = base, .wanted = wanted, .request = request };
  GString *text;

  if (wanted == NULL
      || !hvfs_domain_xml_check_known (base_xml, strlen (base_xml), wanted_xml,
                                       strlen (wanted_xml), error)
      || !hvfs_vm_change_write (&change, "spec", NULL, error))
    return NULL;
  if (change.n_changes == 0)
    return g_strdup ("");
  text = g_string_new (hvfs_request_finish (request, NULL));
  g_string_replace (text, "><", ">\n<", 0);
  g_string_append_c (text, '\n');
  return g_string_free (text, FALSE);
}

static char *
replaced (const char *xml, const Replacement *replacement)
{
  GString *text = g_string_new (xml);

  if (g_string_replace (text, replacement->from, replacement->to, 0) == 0)
    g_error ("'%s' is not in\n%s", replacement->from, xml);
  return g_string_free (text, FALSE);
}

/* ---- reading ---- */

static const char *const configs[] = { "config-plain", "config-rich" };

static void
test_read (gconstpointer data)
{
  const char *config = data;
  g_autoptr (HvfsVmRead) read = read_config (config);
  g_autofree char *xml = hvfs_vm_read_to_xml (read);
  g_autofree char *spec = spec_of (read, xml, xml, NULL);
  g_autoptr (HvfsDomain) again = parse (xml);
  g_autofree char *own = hvfs_domain_xml_write (read->domain, HVFS_DOMAIN_XML_INACTIVE | HVFS_DOMAIN_XML_MORE);
  g_autofree char *back = NULL;

  expect_file (config, ".domain", xml);
  g_assert_cmpstr (spec, ==, "");
  /* What reading XML leaves out is given by the server. */
  memcpy (again->genid, read->domain->genid, sizeof again->genid);
  again->moref = g_strdup (read->domain->moref);
  again->datacenter_path = g_strdup (read->domain->datacenter_path);
  back = hvfs_domain_xml_write (again, HVFS_DOMAIN_XML_INACTIVE | HVFS_DOMAIN_XML_MORE);
  g_assert_cmpstr (back, ==, own);
}

/* ---- edits ---- */

static const Edit edits[] = {
  { "config-plain", "memory", { { "'KiB'>2097152<", "'KiB'>4194304<" } } },
  { "config-plain", "several",
    { { "'static'>2<", "'static' cpuset='0-3'>4<" },
      { "<shares>2000<", "<shares>8000<" },
      { "<os>", "<os firmware='efi'>" },
      { "machine 2 of the model", "one &amp; two" } } },
  { "config-plain", "boot",
    { { "  </os>", "    <boot dev='network'/><boot dev='cdrom'/><boot dev='hd'/>\n  </os>" } } },
  { "config-plain", "model", { { "model='vmpvscsi'", "model='lsisas1068'" } } },
  { "config-plain", "model-and-mode",
    { { "model='vmpvscsi'", "model='lsilogic'" },
      { "bus='scsi'/>\n", "bus='scsi'/>\n      <transient/>\n" } } },
  { "config-plain", "network",
    { { "interface type='vds'", "interface type='bridge'" },
      { "<source switchid='fea97929-4b2d-5972-b146-930c6d0b4014' portid='0' "
        "portgroupid='dvportgroup-13' connectionid='0'/>", "<source bridge='VM Network'/>" } } },
  { "config-plain", "new-devices",
    { { "    <controller type='ide'",
        "    <disk type='file' device='disk'><source file='[LocalDS_0] a/new.vmdk'/>"
        "<target dev='sdp' bus='scsi'/></disk>\n"
        "    <controller type='scsi' index='1' model='buslogic'/>\n"
        "    <interface type='bridge'><mac address='00:50:56:01:02:03'/>"
        "<source bridge='VM Network'/><model type='e1000'/></interface>\n"
        "    <serial type='tcp'><source mode='bind' host='::1' service='99'/></serial>\n"
        "    <controller type='ide'" } } },
  { "config-plain", "medium",
    { { "device='cdrom'>\n", "device='cdrom'>\n<source file='[LocalDS_0] iso/x.iso'/>\n" } } },
  { "config-rich", "no-boot",
    { { "      <boot order='1'/>\n", "" },
      { "      <boot order='2'/>\n", "" },
      { "      <boot order='4'/>\n", "" } } },
  { "config-rich", "boot",
    { { "      <boot order='1'/>\n", "" }, { "<boot order='4'/>", "<boot order='1'/>" } } },
  { "config-rich", "rdm-controller", { { "index='1' model='lsisas1068'", "index='1' model='vmpvscsi'" } } },
  { "config-rich", "eject", { { "<source file='[LocalDS_0] iso/boot.iso'/>", "" } } },
  { "config-rich", "opaque-id", { { "opaqueid='6ba1'", "opaqueid='6ba2'" } } },
  { "config-plain", "opaque",
    { { "interface type='vds'", "interface type='null'" },
      { "<source switchid='fea97929-4b2d-5972-b146-930c6d0b4014' portid='0' "
        "portgroupid='dvportgroup-13' connectionid='0'/>",
        "<source vmware:opaqueid='6ba1' vmware:opaquetype='nsx.LogicalSwitch'/>" } } },
  { "config-rich", "mac", { { "00:50:56:11:22:33", "00:50:56:11:22:44" } } },
  { "config-rich", "no-display",
    { { "<graphics type='vnc' port='5907' autoport='no' listen='0.0.0.0' keymap='de'>", "<!--" },
      { "    </graphics>", "-->" } } },
  { "config-rich", "settings",
    { { "name='powerType.powerOff' value='soft'", "name='powerType.powerOff' value='preset'" },
      { "name='chipset.onlineStandby' value='TRUE'", "name='chipset.onlineStandby' value='false'" },
      { "name='bios.bootRetry.enabled'", "name='bios.bootRetry.delay' value='7'/><vmware:key name='tools.upgrade.policy' "
        "value='upgradeatpowercycle'/><vmware:key name='monitor.virtual_exec' value='Software'/>"
        "<vmware:key name='bios.forceSetupOnce'" } } },
  { "config-rich", "folder", { { "/srv/share", "/srv/other" } } },
  { "config-rich", "name", { { "<name>a/b &amp; &lt;c&gt;</name>", "<name>x/y</name>" } } },
  { "config-rich", "no-limits",
    { { "<currentMemory unit='KiB'>6291456<", "<currentMemory unit='KiB'>8388608<" },
      { "  <memtune>\n    <min_guarantee unit='KiB'>1048576</min_guarantee>\n  </memtune>\n", "" },
      { " cpuset='0-3,5,9-11'", "" },
      { "    <shares>2345</shares>\n", "" } } },
};

static void
test_edit (gconstpointer data)
{
  const Edit *edit = data;
  g_autoptr (HvfsVmRead) read = read_config (edit->config);
  g_autofree char *xml = hvfs_vm_read_to_xml (read);
  g_autofree char *wanted = g_strdup (xml);
  g_autofree char *suffix = g_strdup_printf (".%s.spec", edit->name);
  g_autofree char *spec = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < MAX_REPLACEMENTS && edit->replacements[i].from != NULL; i++)
    {
      g_autofree char *before = g_steal_pointer (&wanted);

      wanted = replaced (before, &edit->replacements[i]);
    }
  spec = spec_of (read, xml, wanted, &error);
  g_assert_no_error (error);
  expect_file (edit->config, suffix, spec);
}

/* ---- what would come to nothing, or cannot be ---- */

#define END "  </devices>"
#define VMWARE "xmlns:v='http://libvirt.org/schemas/domain/vmware/1.0'"

static const Refusal refusals[] = {
  { "config-plain", { END, "<hostdev mode='subsystem' type='pci'/>" END }, ENOTSUP, "<hostdev>" },
  { "config-plain", { END, "<hostdev mode='subsystem' type='mdev'/>" END }, ENOTSUP, "usb, pci or scsi" },
  { "config-plain", { END, "<hostdev mode='subsystem' type='usb'><source><vendor id='0x1'/></source></hostdev>" END },
    ENOTSUP, "<product id='0x...'/>" },
  { "config-plain", { END, "<hostdev mode='subsystem' type='usb'><source><vendor id='0x10000'/><product id='1'/></source></hostdev>" END },
    EINVAL, "up to 0xffff" },
  { "config-plain", { END, "<hostdev mode='subsystem' type='pci' managed='yes'/>" END }, ENOTSUP, "managed='yes'" },
  { "config-plain", { END, "<interface type='bridge'><source bridge='b'/><bandwidth " VMWARE " v:reservation='7'/></interface>" END },
    EINVAL, "vmware:reservation='7' must be a multiple of 125" },
  { "config-plain", { END, "<interface type='bridge'><source bridge='b'/><bandwidth " VMWARE " v:shares='most'/></interface>" END },
    EINVAL, "vmware:shares='most' must be low, normal, high or 0 to 100" },
  { "config-plain", { END, "<interface type='bridge'><source bridge='b'><address type='pci' domain='0' bus='1' slot='0' function='0'/></source></interface>" END },
    ENOTSUP, "<address>: means nothing with the type 'bridge', only with hostdev" },
  { "config-plain", { END, "<interface type='bridge'><source bridge='b' " VMWARE " v:bridge='c'/></interface>" END },
    ENOTSUP, "vmware:bridge='c' means nothing with the type 'bridge', only with hostdev" },
  { "config-plain", { END, "<interface type='hostdev'><source " VMWARE " v:bridge='b'/><model type='e1000'/></interface>" END },
    ENOTSUP, "<model>: means nothing with the type 'hostdev'" },
  { "config-plain", { END, "<interface type='hostdev'><source " VMWARE " v:bridge='b'><address type='pci' domain='0' bus='0x100' slot='0' function='0'/></source></interface>" END },
    EINVAL, "bus='0x100' must be a number up to 0xff" },
  { "config-plain", { END, "<interface type='hostdev'><source " VMWARE " v:bridge='b'><address type='pci' domain='0' bus='0x1' slot='0' function='0'/></source></interface>" END },
    ENOTSUP, "can be added to a machine of a server only" },
  { "config-plain", { END, "<hostdev mode='subsystem' type='scsi'><source " VMWARE "/><address type='drive' controller='0' bus='0' target='0' unit='3'/></hostdev>" END }, ENOTSUP,
    "must have a <source vmware:name='...'>" },
  { "config-plain", { END, "<hostdev mode='subsystem' type='scsi'><source " VMWARE " v:name='t'/></hostdev>" END }, ENOTSUP,
    "must have an <address type='drive' controller='...' unit='...'/>" },
  { "config-plain", { END, "<hostdev mode='subsystem' type='scsi'><source " VMWARE " v:name='t'/><address type='drive' controller='0' bus='0' target='0' unit='7'/></hostdev>" END }, EINVAL,
    "unit='7' is the controller's own" },
  { "config-plain", { END, "<hostdev mode='subsystem' type='scsi'><source " VMWARE " v:name='t'/><address type='drive' controller='4' bus='0' target='0' unit='0'/></hostdev>" END }, EINVAL,
    "controller='4' must be a number up to 0x3" },
  { "config-plain", { END, "<hostdev mode='subsystem' type='scsi'><source " VMWARE " v:name='t'/><address type='drive' controller='2' bus='0' target='0' unit='0'/></hostdev>" END }, EINVAL,
    "there must be a <controller type='scsi' index='2'>" },
  { "config-plain", { END, "<hostdev mode='subsystem' type='scsi'><source " VMWARE " v:name='t'/><address type='drive' controller='0' bus='0' target='0' unit='0'/></hostdev>" END }, EINVAL,
    "its place, controller 0 unit 0, is that of the disk 'sda'" },
  { "config-plain", { END, "<hostdev mode='subsystem' type='pci'><source><address domain='0' bus='1' slot='0' function='0'/></source><address type='drive' controller='0' unit='1'/></hostdev>" END },
    ENOTSUP, "<address>: means nothing with the type 'pci', only with scsi" },
  { "config-plain", { "</devices>\n", "</devices>\n<vmware:key name='vwdt.runOnBoot' value='TRUE'/>" },
    EINVAL, "name='vwdt.runOnBoot' means nothing without 'vwdt.present' with the value TRUE" },
  { "config-plain", { "</devices>\n", "</devices>\n<vmware:key name='precisionclock0.refClockProtocol' value=''/><vmware:key name='precisionclock0.present' value='TRUE'/>" },
    EINVAL, "the value of 'precisionclock0.refClockProtocol' must be ntp ptp" },
  { "config-plain", { "</devices>\n", "</devices>\n<vmware:key name='vwdt.present' value='FALSE'/><vmware:key name='vwdt.runOnBoot' value='FALSE'/>" },
    EINVAL, "means nothing without" },
  { "config-plain", { END, "<memory model='dimm'><target><size unit='MiB'>1</size></target></memory>" END }, ENOTSUP, "<memory>: model='dimm' must be nvdimm" },
  { "config-plain", { END, "<memory model='nvdimm'><target><size unit='KiB'>1</size></target></memory>" END }, EINVAL, "a whole number of MiB" },
  { "config-plain", { END, "<interface type='bridge'><source bridge='b' " VMWARE " v:opaqueid='i' v:opaquetype='t'/></interface>" END },
    ENOTSUP, "vmware:opaqueid='i' means nothing with the type 'bridge', only with null hostdev" },
  { "config-plain", { END, "<interface type='null'><source " VMWARE " v:opaquetype='t'/></interface>" END },
    EINVAL, "must have both vmware:opaqueid='...' and vmware:opaquetype='...'" },
  { "config-plain", { END, "<interface type='null'/>" END }, ENOTSUP, "or null with a <source vmware:opaqueid='...'" },
  { "config-plain", { END, "<interface type='hostdev'><source " VMWARE " v:bridge='b' v:opaqueid='i' v:opaquetype='t'/></interface>" END },
    EINVAL, "must have one of vmware:bridge, vmware:switchid and vmware:opaqueid" },
  { "config-rich", { "      <source vmware:opaqueid='6ba1' vmware:opaquetype='nsx.LogicalSwitch'/>\n", "" },
    ENOTSUP, "or null with a <source vmware:opaqueid='...'" },
  { "config-plain", { END, "<interface type='hostdev'/>" END }, ENOTSUP, "must have a <source> with vmware:bridge='...'" },
  { "config-plain", { END, "<interface type='bridge' " VMWARE " v:number='7'><source bridge='b'/></interface>" END },
    ENOTSUP, "vmware:number='7' means nothing" },
  { "config-plain", { END, "<serial type='pipe'><source path='p' " VMWARE " v:proxy='telnet://v:1'/></serial>" END },
    ENOTSUP, "vmware:proxy='telnet://v:1' means nothing with the type 'pipe'" },
  { "config-plain", { END, "<serial type='tcp'><source mode='bind' host='h' service='1' " VMWARE " v:uri='x'/></serial>" END },
    EINVAL, "must have host='' and service=''" },
  { "config-plain", { END, "<tpm model='tpm-tis'/>" END }, ENOTSUP, "must be tpm-crb" },
  { "config-plain", { "<clock", "<features><acpi/></features><clock" }, ENOTSUP, "<features>" },
  { "config-plain", { "<uuid>", "<title>x</title><uuid>" }, ENOTSUP, "<title>" },
  { "config-plain", { "offset='utc'", "offset='localtime'" }, ENOTSUP, "offset='localtime' must be utc" },
  { "config-plain", { "<on_reboot>restart", "<on_reboot>destroy" }, ENOTSUP, "'destroy' must be restart" },
  { "config-plain", { "'x86_64'", "'x86_64' machine='pc'" }, ENOTSUP, "machine='pc'" },
  { "config-plain", { "'x86_64'", "'i686'" }, ENOTSUP, "leave it x86_64" },
  { "config-plain", { "<clock", "<cpu mode='host-passthrough'/><clock" }, ENOTSUP, "must be custom" },
  { "config-plain", { "vm-58<", "vm-59<" }, ENOTSUP, "<moref>: cannot be changed" },
  { "config-plain", { "<uuid>", "<genid>12345678-1234-1234-1234-123456789012</genid><uuid>" },
    ENOTSUP, "<genid>: cannot be changed" },
  { "config-plain", { "<devices>", "<q:x xmlns:q='urn:q'/><devices>" }, ENOTSUP, "<x>" },
  { "config-plain", { "<target dev='sda'", "<capacity unit='GiB'>20</capacity><target dev='sda'" },
    ENOTSUP, "16777216 KiB, cannot be changed: leave <capacity> out" },
  { "config-plain", { "dev='sda' bus='scsi'/>", "dev='sda' bus='scsi'/><readonly/>" }, ENOTSUP,
    "<readonly/> is for" },
  { "config-plain", { "dev='sda' bus='scsi'/>", "dev='sda' bus='scsi'/><serial>x</serial>" },
    ENOTSUP, "<serial>" },
  { "config-plain", { "dev='sda'", "dev='sdc'" }, EINVAL, "is called 'sda'" },
  { "config-plain", { "device='disk'>", "device='disk'><driver cache='none'/>" }, ENOTSUP, "cache must be" },
  { "config-plain", { "device='disk'>", "device='disk'><driver io='native'/>" }, ENOTSUP, "io='native'" },
  { "config-plain", { "<controller type='ide'", "<controller type='usb' index='0'/><controller type='ide'" },
    ENOTSUP, "must have a model: piix3-uhci, ehci, nec-xhci" },
  { "config-plain", { "model='vmpvscsi'", "model='virtio-scsi'" }, ENOTSUP, "virtio-scsi" },
  { "config-plain", { "<model type='vmxnet3'/>", "<model type='vmxnet3'/><link state='down'/>" },
    ENOTSUP, "<link>" },
  { "config-plain", { "<model type='vmxnet3'/>", "<target dev='tap7'/><model type='vmxnet3'/>" },
    ENOTSUP, "tap7" },
  { "config-plain", { "type='generated'", "type='generated' check='no'" }, ENOTSUP, "check='no'" },
  { "config-plain", { "connectionid='0'", "connectionid='7'" }, ENOTSUP, "connectionid='7'" },
  { "config-plain", { "primary='yes'", "primary='yes' heads='11'" }, EINVAL, "must be 1 to 10" },
  { "config-plain", { "'KiB'>2097152<", "'KiB'>2097153<" }, EINVAL, "4096 KiB" },
  { "config-plain", { "<currentMemory unit='KiB'>2097152", "<currentMemory unit='KiB'>1000000" },
    EINVAL, "1 MiB" },
  { "config-plain", { "<shares>2000", "<shares>2147483648" }, EINVAL, "<shares>" },
  { "config-plain", { "  </os>", "<boot dev='hd'/></os>" }, 0, NULL },
  { "config-plain", { "  </os>", "<boot dev='tape'/></os>" }, EINVAL, "dev='tape'" },
  { "config-plain", { "dev='sda' bus='scsi'/>", "dev='sda' bus='scsi'/><boot order='0'/>" }, EINVAL,
    "1 or more" },
  { "config-rich", { "<boot order='2'/>", "<boot order='1'/>" }, EINVAL, "another device's" },
  { "config-rich", { "  </os>", "<boot dev='hd'/></os>" }, ENOTSUP, "cannot stand beside" },
  { "config-rich", { "<console type='tcp'>\n      <source mode='connect' host='console.example'",
                     "<console type='tcp'>\n      <source mode='connect' host='another'" },
    ENOTSUP, "<console>" },
  { "config-rich", { "accessmode='passthrough'", "accessmode='mapped'" }, ENOTSUP, "must be passthrough" },
};

static void
test_refused (gconstpointer data)
{
  const Refusal *refusal = data;
  g_autoptr (HvfsVmRead) read = read_config (refusal->config);
  g_autofree char *xml = hvfs_vm_read_to_xml (read);
  g_autofree char *wanted = replaced (xml, &refusal->replacement);
  g_autoptr (GError) error = NULL;
  g_autofree char *spec = spec_of (read, xml, wanted, &error);

  if (refusal->code == 0)
    {
      g_assert_no_error (error);
      return;
    }
  if (spec != NULL)
    g_error ("'%s' sends %s", refusal->replacement.to, *spec == '\0' ? "nothing" : spec);
  g_assert_error (error, HVFS_ERROR, refusal->code);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, refusal->text));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (configs); i++)
    {
      g_autofree char *path = g_strdup_printf ("/read/%s", configs[i]);

      g_test_add_data_func (path, configs[i], test_read);
    }
  for (guint i = 0; i < G_N_ELEMENTS (edits); i++)
    {
      g_autofree char *path = g_strdup_printf ("/edit/%s/%s", edits[i].config, edits[i].name);

      g_test_add_data_func (path, &edits[i], test_edit);
    }
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autofree char *path = g_strdup_printf ("/refused/%s/%u", refusals[i].config, i);

      g_test_add_data_func (path, &refusals[i], test_refused);
    }
  return g_test_run ();
}
