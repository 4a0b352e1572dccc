/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/convert/test-convert-vmx-round.c - a VMX that becomes XML can become a VMX again
 *
 * Generated VMX files, of all kinds of devices and of values that people and VMware write,
 * sensible or not, go to XML.  What is accepted must become a VMX again, which from the third
 * time round on stays the same, and must stay itself, to the byte, as a VMX.  A failure is repeated
 * with the --seed that the test prints.
 */
#include "convert/domain-xml/domain-xml-adopt.h"
#include "convert/domain-xml/domain-xml.h"
#include "convert/file/files-offline.h"
#include "convert/model/notes.h"
#include "convert/vmx/vmx.h"

#include <string.h>

#define FILES 1000

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

/* One of the @words, which the last NULL ends. */
static const char *
one_of (const char *const *words)
{
  return words[any (g_strv_length ((char **) words))];
}
#define ONE_OF(...) one_of ((const char *const[]){ __VA_ARGS__, NULL })

static void G_GNUC_PRINTF (3, 4)
put (GString *vmx, const char *value, const char *key_format, ...)
{
  va_list args;

  if (any (50) == 0)
    g_string_append (vmx, ONE_OF ("# comment\n", "\r\n", "// no = \"line\"\n", "what is this\n"));
  va_start (args, key_format);
  g_string_append_vprintf (vmx, key_format, args);
  va_end (args);
  g_string_append (vmx, ONE_OF (" = ", "=", " =\t"));
  if (*value != '\0' && strpbrk (value, " \t#\"'") == NULL && any (8) == 0)
    g_string_append (vmx, value);
  else
    g_string_append_printf (vmx, "\"%s\"", value);
  g_string_append (vmx, any (8) == 0 ? " # x\r\n" : "\n");
}

static const char *
any_true (void)
{
  return any (20) == 0 ? ONE_OF ("FALSE", "", "no") : ONE_OF ("TRUE", "true", "yes");
}

/* A file name with one of the @suffixes, in one of the places that there are. */
static char *
any_file (const char *const *suffixes)
{
  const char *place
    = ONE_OF ("", "", "", "/vmfs/volumes/ds/x/", "/vmfs/volumes/4f-2/a b/", "/home/u/", "D:\\vm\\a b\\",
              "C:/vm/", "\\\\srv\\share\\", "..\\up\\", "../up/", "disks/", "disks\\", "./", "[ds] a/");

  return g_strconcat (place, ONE_OF ("a", "a b", "ü", "a'<&>", "a%20|22"), one_of (suffixes), NULL);
}

static void
add_slot (GString *vmx, const char *bus, guint controller, guint unit)
{
  static const char *const disks[] = { ".vmdk", ".vmdk", ".vmdk", ".VMDK", "-000001.vmdk", NULL };
  static const char *const images[] = { ".iso", ".ISO", ".iso", ".img", "", NULL };
  g_autofree char *slot = g_strdup_printf ("%s%u:%u", bus, controller, unit);
  gboolean disk = maybe ();
  g_autofree char *file = any_file (disk ? disks : images);

  put (vmx, any_true (), "%s.present", slot);
  if (disk ? maybe () : any (40) > 0)
    put (vmx, disk ? ONE_OF ("disk", "scsi-hardDisk", "ata-hardDisk", "rawDisk", "")
                   : ONE_OF ("cdrom-image", "cdrom-raw", "atapi-cdrom", "scsi-passthru"),
         "%s.deviceType", slot);
  if (any (50) > 0)
    put (vmx, disk || maybe () ? file
                               : ONE_OF ("auto detect", "Auto Detect", "", "emptyBackingString", "E:",
                                         "/dev/cdrom", "/vmfs/devices/cdrom/mpx", "\\\\.\\D:"),
         "%s.fileName", slot);
  if (any (4) == 0)
    put (vmx, ONE_OF ("independent-nonpersistent", "persistent", "independent-persistent"), "%s.mode",
         slot);
  if (any (4) == 0)
    put (vmx, any_true (), "%s.writeThrough", slot);
  if (any (8) == 0)
    put (vmx, any_true (), "%s.clientDevice", slot);
}

static void
add_disks (GString *vmx)
{
  static const struct
  {
    const char *bus;
    guint controllers;
    guint units;
    guint step;
  } buses[] = { { "scsi", 4, 64, 9 }, { "sata", 4, 30, 12 }, { "nvme", 4, 64, 20 },
                { "ide", 2, 2, 1 } };

  for (guint b = 0; b < G_N_ELEMENTS (buses); b++)
    for (guint c = 0; c < buses[b].controllers; c++)
      {
        if (any (3) > 0)
          continue;
        if (buses[b].units > 2)
          put (vmx, any_true (), "%s%u.present", buses[b].bus, c);
        if (b == 0 && maybe ())
          put (vmx, ONE_OF ("lsilogic", "buslogic", "lsisas1068", "PVSCSI", ""), "scsi%u.virtualDev", c);
        for (guint u = any (3); u < buses[b].units; u += 1 + any (buses[b].step))
          add_slot (vmx, buses[b].bus, c, u);
      }
  for (guint i = 0; i < 2; i++)
    if (any (3) == 0)
      {
        static const char *const images[] = { ".flp", ".img", NULL };
        g_autofree char *file = any_file (images);

        put (vmx, any_true (), "floppy%u.present", i);
        if (maybe ())
          put (vmx, ONE_OF ("file", "device"), "floppy%u.fileType", i);
        if (maybe ())
          put (vmx, maybe () ? file : ONE_OF ("A:", "/dev/fd0", ""), "floppy%u.fileName", i);
      }
}

static void
add_net (GString *vmx, guint i)
{
  put (vmx, any_true (), "ethernet%u.present", i);
  if (maybe ())
    put (vmx, ONE_OF ("bridged", "custom", "hostonly", "nat", "pvn", "monitor_dev", "Bridged", ""),
         "ethernet%u.connectionType", i);
  if (maybe ())
    put (vmx, ONE_OF ("VM Network", "a & b", "", "VMnet8"), "ethernet%u.networkName", i);
  if (maybe ())
    put (vmx, ONE_OF ("VMnet2", "/dev/vmnet3", "vmnet8", "vnet1", ""), "ethernet%u.vnet", i);
  if (any (4) == 0)
    put (vmx, "52 00 11 22 33 44 55 66-77 88 99 aa bb cc dd ee", "ethernet%u.pvnID", i);
  if (any (6) == 0)
    {
      put (vmx, "50 34 26 b2 94 e9 3b 16-1d 68 87 bf ff 4a 54 40", "ethernet%u.dvs.switchId", i);
      put (vmx, ONE_OF ("7", "-1", "0"), "ethernet%u.dvs.portId", i);
    }
  if (maybe ())
    put (vmx, ONE_OF ("e1000", "e1000e", "vmxnet3", "vlance", "vmxnet", "vmxnet2", ""),
         "ethernet%u.virtualDev", i);
  if (any (3) > 0)
    put (vmx, ONE_OF ("generated", "static", "vpx", ""), "ethernet%u.addressType", i);
  if (maybe ())
    put (vmx, ONE_OF ("00:0c:29:01:02:03", "00:50:56:81:02:03", "02:00:00:00:00:01"),
         "ethernet%u.generatedAddress", i);
  if (maybe ())
    put (vmx, ONE_OF ("00:50:56:01:02:03", ""), "ethernet%u.address", i);
  if (any (4) == 0)
    put (vmx, ONE_OF ("true", "TRUE", "false"), "ethernet%u.checkMACAddress", i);
}

static void
add_port (GString *vmx, const char *kind, guint i)
{
  static const char *const files[] = { ".log", "", NULL };
  g_autofree char *file = any_file (files);

  put (vmx, any_true (), "%s%u.present", kind, i);
  if (any (4) > 0)
    put (vmx, ONE_OF ("device", "file", "pipe", "network", "thinprint"), "%s%u.fileType", kind, i);
  if (any (6) > 0)
    put (vmx, maybe () ? file
                       : ONE_OF ("telnet://:7001", "tcp://10.0.0.1:80", "ssl://[::1]:5", "tcp://h", "",
                                 "thinprint", "\\\\.\\pipe\\x", "COM1", "/dev/ttyS0", "//h:2"),
         "%s%u.fileName", kind, i);
  if (any (3) == 0)
    put (vmx, ONE_OF ("server", "client"), "%s%u.network.endPoint", kind, i);
}

static void
add_others (GString *vmx)
{
  if (maybe ())
    {
      put (vmx, ONE_OF ("FALSE", "TRUE"), "isolation.tools.hgfs.disable");
      put (vmx, ONE_OF ("2", "1", "0"), "sharedFolder.maxNum");
      for (guint i = 0; i < 2; i++)
        {
          put (vmx, any_true (), "sharedFolder%u.present", i);
          put (vmx, any_true (), "sharedFolder%u.enabled", i);
          if (any (10) > 0)
            put (vmx, ONE_OF ("C:\\data", "/srv", "\\\\srv\\x", ""), "sharedFolder%u.hostPath", i);
          if (any (10) > 0)
            put (vmx, ONE_OF ("data", "a b"), "sharedFolder%u.guestName", i);
          if (maybe ())
            put (vmx, any_true (), "sharedFolder%u.writeAccess", i);
        }
    }
  if (any (3) == 0)
    {
      put (vmx, any_true (), "RemoteDisplay.vnc.enabled");
      if (maybe ())
        put (vmx, ONE_OF ("5901", "-1", "0", "70000"), "RemoteDisplay.vnc.port");
      if (maybe ())
        put (vmx, ONE_OF ("::1", "10.0.0.1", ""), "RemoteDisplay.vnc.ip");
      if (maybe ())
        put (vmx, ONE_OF ("de", ""), "RemoteDisplay.vnc.keymap");
    }
  if (any (3) == 0)
    put (vmx, ONE_OF ("134217728", "1", "0", "-1"), "svga.vramSize");
  for (guint i = any (8); i > 0; i--)
    put (vmx, any_true (),
         "%s", ONE_OF ("usb.present", "ehci.present", "sound.present", "vhv.enable", "hpet0.present",
                       "mem.hotadd", "tools.syncTime", "uefi.secureBoot.enabled", "smbios.reflecthost",
                       "vtpm.present", "ethernet.x", "scsi0.x", "svga.autodetect"));
}

static char *
any_vmx (void)
{
  GString *vmx = g_string_new (NULL);

  put (vmx, "8", "config.version");
  put (vmx, ONE_OF ("3", "4", "7", "10", "12", "13", "14", "16", "19", "21"), "virtualHW.version");
  put (vmx, ONE_OF ("vm", "a%2fb", "100% | 1", "ü", "<x>", "a|22"), "displayName");
  if (maybe ())
    put (vmx, ONE_OF ("rhel5", "windows9-64", "other-64", "arm-ubuntu-64", "other", ""), "guestOS");
  if (maybe ())
    put (vmx, ONE_OF ("a|0Ab", "x | y", "", "|fc"), "annotation");
  if (maybe ())
    put (vmx, ONE_OF ("efi", "bios", "EFI", ""), "firmware");
  if (maybe ())
    put (vmx, "50 34 26 b2 94 e9 3b 16-1d 68 87 bf ff 4a 54 40", "uuid.bios");
  put (vmx, ONE_OF ("4", "512", "1048576"), "memsize");
  if (maybe ())
    put (vmx, ONE_OF ("0", "3", "unlimited", "-1", "999999999"), "sched.mem.max");
  if (maybe ())
    put (vmx, ONE_OF ("0", "3", "unlimited"), "sched.mem.minsize");
  put (vmx, ONE_OF ("4", "5", "6"), "numvcpus");
  if (maybe ())
    put (vmx, ONE_OF ("0", "1", "2", "4"), "cpuid.coresPerSocket");
  if (any (4) == 0)
    put (vmx, ONE_OF ("all", "0,1,2,3,4,5", "1,1,1,1,1,1"), "sched.cpu.affinity");
  if (any (4) == 0)
    put (vmx, ONE_OF ("normal", "low", "777"), "sched.cpu.shares");
  add_disks (vmx);
  for (guint i = any (12); i < 10; i += 1 + any (6))
    add_net (vmx, i);
  for (guint i = any (6); i < 4; i += 1 + any (2))
    add_port (vmx, "serial", i);
  for (guint i = any (6); i < 3; i += 1 + any (2))
    add_port (vmx, "parallel", i);
  add_others (vmx);
  return g_string_free (vmx, FALSE);
}

static char *
write_xml (const HvfsDomain *domain, HvfsDomainXmlFlags flags)
{
  return hvfs_domain_xml_write (domain, flags | HVFS_DOMAIN_XML_INACTIVE | HVFS_DOMAIN_XML_SECURE);
}

/* Returns: (transfer full): @domain by way of XML and a VMX */
static HvfsDomain *
go_round (const HvfsDomain *domain, HvfsDomainXmlFlags flags, const HvfsFiles *files,
          const char *vmx)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *xml = write_xml (domain, flags);
  g_autofree char *back = NULL;
  g_autoptr (HvfsDomain) from_xml = hvfs_domain_xml_adopt (xml, strlen (xml), NULL, &error);
  HvfsDomain *again;

  if (from_xml == NULL)
    g_error ("XML is refused: %s\n%s\n%s", error->message, xml, vmx);
  back = hvfs_vmx_write (from_xml, 0, files, NULL, &error);
  if (back == NULL)
    g_error ("is no VMX again: %s\n%s\n%s", error->message, xml, vmx);
  again = hvfs_vmx_read (back, strlen (back), files, &error);
  if (again == NULL)
    g_error ("VMX is refused: %s\n%s\n%s", error->message, back, vmx);
  return again;
}

/* Whether what is written means the same: as in libvirt the hosts in brackets lose them. */
static gboolean
is_stable (const HvfsDomain *domain)
{
  for (guint i = 0; i < domain->serials->len; i++)
    {
      const HvfsPort *port = domain->serials->pdata[i];

      if (port->host != NULL && strchr (port->host, ':') != NULL)
        return FALSE;
    }
  return TRUE;
}

/* The way round loses what it must the first time, or the second: a drive whose file is ""
 * has none after the one, and is another kind of drive after the next. */
static void
check_round (const char *vmx, HvfsDomainXmlFlags flags, const HvfsFiles *files,
             const HvfsDomain *domain)
{
  g_autoptr (HvfsDomain) once = go_round (domain, flags, files, vmx);
  g_autoptr (HvfsDomain) twice = go_round (once, flags, files, vmx);
  g_autoptr (HvfsDomain) thrice = go_round (twice, flags, files, vmx);
  g_autofree char *second = write_xml (twice, flags);
  g_autofree char *third = write_xml (thrice, flags);

  if (is_stable (domain) && strcmp (second, third) != 0)
    g_error ("not the same the third time:\n%s\n%s\n%s", second, third, vmx);
}

static void
check_edit (const char *vmx)
{
  g_autoptr (GPtrArray) notes = hvfs_notes_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *edited = hvfs_vmx_edit (vmx, strlen (vmx), 0, notes, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (edited, ==, vmx);
}

static void
test_round (void)
{
  g_autoptr (HvfsOfflineFiles) offline = hvfs_offline_files_new ("[ds] vms/a", NULL, NULL);
  const HvfsFiles *files = hvfs_offline_files_get (offline);
  guint refused = 0;

  for (guint i = 0; i < FILES; i++)
    {
      g_autofree char *vmx = any_vmx ();
      g_autoptr (GError) error = NULL;
      g_autoptr (HvfsDomain) domain = hvfs_vmx_read (vmx, strlen (vmx), files, &error);

      if (domain == NULL)
        {
          g_assert_null (strpbrk (error->message, "\r\n"));
          refused++;
          continue;
        }
      check_edit (vmx);
      check_round (vmx, 0, files, domain);
      check_round (vmx, HVFS_DOMAIN_XML_FULL, files, domain);
    }
  g_test_message ("%u of %u are refused", refused, FILES);
  g_assert_cmpuint (refused, <, FILES * 4 / 5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/convert/vmx-round", test_round);
  return g_test_run ();
}
