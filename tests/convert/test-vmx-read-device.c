/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/convert/test-vmx-read-device.c - each rule from VMX to domain XML: devices
 *
 * The rows' inputs follow the two lines that every VMX has; those of disk slots are
 * made by SLOT: keys of scsi0:0, of ide0:0 and so on.
 */
#include "convert/domain-xml/domain-xml.h"
#include "convert/vmx/vmx.h"
#include "tests/convert/convert-cases.h"
#include "tests/convert/convert-stubs.h"

#include <string.h>

static char *
convert (guint version, const char *input, GError **error)
{
  g_autofree char *vmx = g_strdup_printf ("config.version = \"8\"\nvirtualHW.version = \"%u\"\n%s",
                                          version, input);
  g_autoptr (HvfsDomain) domain = hvfs_vmx_read (vmx, strlen (vmx), &stub_files, error);

  return domain != NULL ? hvfs_domain_xml_write (domain, HVFS_DOMAIN_XML_SECURE) : NULL;
}

static char *
vmx_to_xml (const char *input, GError **error)
{
  return convert (4, input, error);
}

static char *
vmx13_to_xml (const char *input, GError **error)
{
  return convert (13, input, error);
}

#define KEY(key, value) key " = \"" value "\"\n"
#define SCSI KEY ("scsi0.present", "true")
#define SLOT(slot, type, file) KEY (slot ".present", "true") KEY (slot ".deviceType", type) KEY (slot ".fileName", file)
#define FILE_OF(slot, file) KEY (slot ".present", "true") KEY (slot ".fileName", file)
#define TYPE_OF(slot, type) KEY (slot ".present", "true") KEY (slot ".deviceType", type)
#define ADDRESS(c, b, u) "<address type='drive' controller='" c "' bus='" b "' target='0' unit='" u "'/>\n</disk>\n"
#define VMDK "<source file='[datastore] directory/a.vmdk'/>\n"

static const ConvertCase slots[] = {
  GIVES ("scsi", SCSI SLOT ("scsi0:0", "scsi-hardDisk", "a.vmdk"),
         "<devices>\n<disk type='file' device='disk'>\n" VMDK "<target dev='sda' bus='scsi'/>\n" ADDRESS ("0", "0", "0") "<controller type='scsi' index='0'/>\n<video>"),
  GIVES ("ide", SLOT ("ide1:0", "ata-hardDisk", "a.VMDK"),
         "<source file='[datastore] directory/a.VMDK'/>\n<target dev='hdc' bus='ide'/>\n" ADDRESS ("0", "1", "0") "<controller type='ide' index='0'/>\n<video>"),
  GIVES ("sata", KEY ("sata0.present", "true") SLOT ("sata0:1", "anything", "a.vmdk"),
         "<target dev='sdb' bus='sata'/>\n" ADDRESS ("0", "0", "1") "<controller type='sata' index='0'/>\n<video>"),
  GIVES ("type-case", SCSI SLOT ("scsi0:0", "SCSI-HARDDISK", "a.vmdk"), VMDK),
  GIVES ("type-disk", SCSI SLOT ("scsi0:0", "Disk", "a.vmdk"), VMDK),
  GIVES ("type-none", FILE_OF ("ide0:0", "a.vmdk"), VMDK),
  GIVES ("scsi-with-ata", SCSI SLOT ("scsi0:0", "ata-hardDisk", "a.vmdk"), VMDK),
  GIVES ("raw", SLOT ("ide0:0", "rawDisk", "a.vmdk"), "<disk type='file' device='disk'>\n" VMDK),
  GIVES ("partition", SCSI SLOT ("scsi0:0", "partitionedDevice", "a.vmdk"), VMDK),
  GIVES ("ide-with-scsi", SLOT ("ide0:0", "scsi-hardDisk", "a.vmdk"), VMDK),
  REFUSED ("no-vmdk", SLOT ("ide0:0", "ata-hardDisk", "a.txt"),
           "line 5: ide0:0.fileName = \"a.txt\": a disk's file name must end in .vmdk"),
  REFUSED ("vhd", FILE_OF ("ide0:0", "a.VHD"),
           "line 4: ide0:0.fileName = \"a.VHD\": VMware has no disks of this format"),
  REFUSED ("vdi", SLOT ("ide0:0", "disk", "a.vdi"), "convert it to a .vmdk"),
  REFUSED ("qcow2", SCSI SLOT ("scsi0:0", "disk", "a.qcow2"), "convert it to a .vmdk"),
  REFUSED ("img", SLOT ("ide0:0", "ata-hardDisk", "a.img"), "convert it to a .vmdk"),
  GIVES ("device-disk", SLOT ("ide0:0", "rawDisk", "/dev/sda"),
         "<disk type='block' device='disk'>\n<source dev='/dev/sda'/>\n<target dev='hda' bus='ide'/>\n<address"),
  GIVES ("device-disk-windows", SLOT ("ide0:0", "rawDisk", "\\\\.\\PhysicalDrive1"),
         "<source dev='\\\\.\\PhysicalDrive1'/>"),
  REFUSED ("no-vmdk-empty", FILE_OF ("ide0:0", ""), "must end in .vmdk"),
  REFUSED ("disk-missing", FILE_OF ("ide0:0", "/vmfs/volumes/missing/a.vmdk"),
           "line 4: ide0:0.fileName = \"/vmfs/volumes/missing/a.vmdk\": there is no such file"),
  GIVES ("disk-path", FILE_OF ("ide0:0", "/vmfs/volumes/ds/x/a.vmdk"),
         "<source file='[ds] x/a.vmdk'/>"),
  GIVES ("disk-elsewhere", FILE_OF ("ide0:0", "/mnt/a.vmdk"), "<source file='/mnt/a.vmdk'/>"),
  REFUSED ("disk-relative", FILE_OF ("ide0:0", "x/a.vmdk"), "must be a plain name"),
  GIVES ("write-through", FILE_OF ("ide0:0", "a.vmdk") KEY ("ide0:0.writeThrough", "TRUE"),
         "<disk type='file' device='disk'>\n<driver cache='writethrough'/>\n" VMDK),
  REFUSED ("write-through-bad", FILE_OF ("ide0:0", "a.vmdk") KEY ("ide0:0.writeThrough", "x"),
           "must be \"true\" or \"false\""),
  GIVES ("transient", FILE_OF ("ide0:0", "a.vmdk") KEY ("ide0:0.mode", "Independent-nonPersistent"),
         "<target dev='hda' bus='ide'/>\n<transient/>\n<address"),
  GIVES ("other-modes", FILE_OF ("ide0:0", "a.vmdk") KEY ("ide0:0.mode", "independent-persistent"),
         VMDK "<target dev='hda' bus='ide'/>\n<address"),
  GIVES ("absent",
         KEY ("ide0:0.present", "FALSE") KEY ("ide0:0.fileName", "a.img") KEY ("ide0:0.writeThrough", "x"),
         "<devices>\n<video>"),
  REFUSED ("present-bad", KEY ("ide0:0.present", "x"), "must be \"true\" or \"false\""),
  REFUSED ("connected-bad", KEY ("ide0:0.present", "false") KEY ("ide0:0.startConnected", "x"),
           "ide0:0.startConnected"),
  GIVES ("no-controller", SLOT ("scsi0:0", "x", "a.img"), "<devices>\n<video>"),
  GIVES ("controller-connected-unread",
         SCSI KEY ("scsi0.startConnected", "x") KEY ("sata0.startConnected", "x"), "<devices>\n<video>"),
  REFUSED ("controller-present-bad", KEY ("scsi0.present", "x"), "scsi0.present"),
  GIVES ("client-device",
         FILE_OF ("ide0:0", "a.img") KEY ("ide0:0.clientDevice", "TRUE") KEY ("ide0:0.writeThrough", "x"),
         "<devices>\n<video>"),
  REFUSED ("client-device-bad", FILE_OF ("ide0:0", "a.vmdk") KEY ("ide0:0.clientDevice", "x"),
           "clientDevice"),
  GIVES ("vmdk-in-drive", SLOT ("ide0:0", "cdrom-image", "a.vmdk"), "<devices>\n<video>"),
  GIVES ("vmdk-in-drive-2", SLOT ("ide0:0", "atapi-cdrom", "a.vmdk"), "<devices>\n<video>"),
  GIVES ("iso", FILE_OF ("ide0:0", "a.ISO"),
         "<disk type='file' device='cdrom'>\n<source file='[datastore] directory/a.ISO'/>\n<target dev='hda' bus='ide'/>\n<readonly/>\n<address"),
  GIVES ("iso-missing", SLOT ("ide0:0", "cdrom-image", "/vmfs/volumes/missing/a.iso"),
         "<disk type='file' device='cdrom'>\n<target dev='hda' bus='ide'/>\n<readonly/>"),
  GIVES ("iso-type", SLOT ("ide0:0", "atapi-cdrom", "a.iso"),
         "<disk type='file' device='cdrom'>\n<source file='[datastore] directory/a.iso'/>"),
  REFUSED ("iso-disk-type", SLOT ("ide0:0", "ata-hardDisk", "a.iso"),
           "ide0:0.deviceType = \"ata-hardDisk\": must be \"cdrom-image\""),
  GIVES ("img-image", SLOT ("ide0:0", "cdrom-image", "a.img"),
         "<disk type='file' device='cdrom'>\n<source file='[datastore] directory/a.img'/>"),
  GIVES ("image-any-name", SLOT ("ide0:0", "cdrom-image", "setup"),
         "<source file='[datastore] directory/setup'/>"),
  GIVES ("image-missing", SLOT ("ide0:0", "cdrom-image", "/vmfs/volumes/missing/a.img"),
         "<disk type='file' device='cdrom'>\n<target"),
  GIVES ("image-auto", SLOT ("ide0:0", "cdrom-image", "auto detect"),
         "<disk type='block' device='cdrom'>\n<source startupPolicy='optional'/>"),
  GIVES ("image-drive", SLOT ("ide0:0", "cdrom-image", "E:"),
         "<disk type='block' device='cdrom'>\n<source dev='E:'/>"),
  GIVES ("dmg", FILE_OF ("ide0:0", "a.dmg"),
         "<disk type='file' device='cdrom'>\n<source file='[datastore] directory/a.dmg'/>"),
  GIVES ("auto-no-type", FILE_OF ("ide0:0", "auto detect"),
         "<disk type='block' device='cdrom'>\n<source startupPolicy='optional'/>"),
  GIVES_WITHOUT ("iso-modes",
                 SLOT ("ide0:0", "cdrom-image", "a.iso") KEY ("ide0:0.mode", "independent-nonpersistent") KEY ("ide0:0.writeThrough", "TRUE"),
                 "<readonly/>\n<address", "transient"),
  GIVES ("cdrom-device", SLOT ("ide0:0", "ATAPI-cdrom", "/dev/cdrom"),
         "<disk type='block' device='cdrom'>\n<source dev='/dev/cdrom'/>\n<target dev='hda' bus='ide'/>\n<readonly/>"),
  GIVES ("cdrom-raw", SLOT ("ide0:0", "cdrom-raw", "/dev/cdrom"),
         "<disk type='block' device='lun'>\n<source dev='/dev/cdrom'/>\n<target dev='hda' bus='ide'/>\n<readonly/>"),
  GIVES ("cdrom-any", SLOT ("ide0:0", "atapi-cdrom", "Auto Detect"),
         "<disk type='block' device='cdrom'>\n<source startupPolicy='optional'/>\n<target"),
  GIVES ("raw-any", SLOT ("ide0:0", "cdrom-raw", "auto detect"),
         "<disk type='block' device='lun'>\n<source startupPolicy='optional'/>\n<target"),
  GIVES ("cdrom-empty-name", SLOT ("ide0:0", "atapi-cdrom", ""),
         "<disk type='block' device='cdrom'>\n<source dev=''/>\n<target"),
  GIVES ("cdrom-empty-backing", SLOT ("ide0:0", "cdrom-raw", "emptyBackingString"),
         "<source dev='emptyBackingString'/>\n<target"),
  GIVES ("cdrom-no-name", TYPE_OF ("ide0:0", "atapi-cdrom"),
         "<disk type='block' device='cdrom'>\n<target"),
  GIVES ("passthru", SCSI SLOT ("scsi0:0", "SCSI-passthru", "/vmfs/devices/cdrom/x"),
         "<disk type='block' device='lun'>\n<source dev='/vmfs/devices/cdrom/x'/>\n<target dev='sda' bus='scsi'/>\n<readonly/>"),
  GIVES ("passthru-other", SCSI SLOT ("scsi0:0", "scsi-passthru", "/dev/sg0"),
         "<devices>\n<controller type='scsi' index='0'/>\n<video>"),
  GIVES ("passthru-no-name", SCSI TYPE_OF ("scsi0:0", "scsi-passthru"), "<devices>\n<video>"),
  GIVES ("passthru-empty-backing", SCSI SLOT ("scsi0:0", "scsi-passthru", "emptyBackingString"),
         "<devices>\n<video>"),
  REFUSED ("passthru-ide", SLOT ("ide0:0", "scsi-passthru", "/vmfs/devices/cdrom/x"),
           "ide0:0.deviceType = \"scsi-passthru\""),
  GIVES ("empty", FILE_OF ("ide0:0", "emptyBackingString"),
         "<disk type='file' device='cdrom'>\n<target"),
  GIVES ("empty-image", SLOT ("ide0:0", "cdrom-image", ""),
         "<disk type='file' device='cdrom'>\n<target"),
  REFUSED ("empty-case", FILE_OF ("ide0:0", "EMPTYBACKINGSTRING"), "must end in .vmdk"),
  REFUSED ("empty-type", SLOT ("ide0:0", "scsi-hardDisk", "emptyBackingString"),
           "for an empty drive"),
  REFUSED ("nothing", KEY ("ide0:0.present", "true"), "ide0:0.fileName is missing"),
  GIVES ("image-no-name", TYPE_OF ("ide0:0", "cdrom-image"),
         "<disk type='file' device='cdrom'>\n<target"),
  GIVES ("unit-7", SCSI FILE_OF ("scsi0:7", "a.img"), "<devices>\n<video>"),
  GIVES ("unit-8", SCSI FILE_OF ("scsi0:8", "a.vmdk"),
         "<target dev='sdh' bus='scsi'/>\n" ADDRESS ("0", "0", "8")),
  GIVES ("unit-15", SCSI FILE_OF ("scsi0:15", "a.vmdk"),
         "<target dev='sdo' bus='scsi'/>\n" ADDRESS ("0", "0", "15")),
  GIVES ("unit-16", SCSI FILE_OF ("scsi0:16", "a.vmdk"), "<devices>\n<video>"),
  GIVES ("names", KEY ("scsi3.present", "true") FILE_OF ("scsi3:15", "a.vmdk"),
         "<target dev='sdbh' bus='scsi'/>\n" ADDRESS ("3", "0", "15")),
  GIVES ("scsi-4", KEY ("scsi4.present", "true") FILE_OF ("scsi4:0", "a.vmdk"),
         "<devices>\n<video>"),
  GIVES ("sata-6", KEY ("sata0.present", "true") FILE_OF ("sata0:6", "a.vmdk"),
         "<target dev='sdg' bus='sata'/>\n" ADDRESS ("1", "0", "0") "<controller type='sata' index='0'/>\n<controller type='sata' index='1'/>\n"),
  GIVES ("sata-30", KEY ("sata0.present", "true") FILE_OF ("sata0:30", "a.vmdk"),
         "<devices>\n<video>"),
  GIVES ("sata-1", KEY ("sata1.present", "true") FILE_OF ("sata1:0", "a.vmdk"),
         "<target dev='sdae' bus='sata'/>\n" ADDRESS ("5", "0", "0") "<controller type='sata' index='0'/>\n<controller type='sata' index='1'/>\n<controller type='sata' index='2'/>\n<controller type='sata' index='3'/>\n<controller type='sata' index='4'/>\n<controller type='sata' index='5'/>\n<video>"),
  GIVES ("sata-and-scsi",
         SCSI FILE_OF ("scsi0:0", "a.vmdk") KEY ("sata0.present", "true") FILE_OF ("sata0:0", "a.vmdk"),
         "<target dev='sda' bus='sata'/>\n" ADDRESS ("0", "0", "0") "<controller type='scsi' index='0'/>\n<controller type='sata' index='0'/>\n"),
  GIVES ("unknown-kinds", KEY ("usb.present", "true") KEY ("sound.present", "x"),
         "<devices>\n<video>"),
  GIVES ("nvme", KEY ("nvme1.present", "true") FILE_OF ("nvme1:2", "a.vmdk"),
         "<devices>\n<disk type='file' device='disk'>\n" VMDK "<target dev='nvme1n3' bus='nvme'/>\n" ADDRESS ("1", "0", "2") "<controller type='nvme' index='0'/>\n<controller type='nvme' index='1'/>\n"),
  GIVES ("nvme-no-controller", FILE_OF ("nvme0:0", "a.vmdk"), "<devices>\n<video>"),
  GIVES ("order",
         FILE_OF ("ide0:0", "b.vmdk") SCSI FILE_OF ("scsi0:1", "a.vmdk") FILE_OF ("scsi0:0", "c.vmdk"),
         "<target dev='sda' bus='scsi'/>\n" ADDRESS ("0", "0", "0") "<disk type='file' device='disk'>\n" VMDK "<target dev='sdb' bus='scsi'/>\n" ADDRESS ("0", "0", "1") "<disk type='file' device='disk'>\n<source file='[datastore] directory/b.vmdk'/>\n<target dev='hda' bus='ide'/>\n"),
  CASES_END
};

static const ConvertCase wide[] = {
  GIVES ("unit-16", SCSI FILE_OF ("scsi0:16", "a.vmdk"),
         "<target dev='sdp' bus='scsi'/>\n" ADDRESS ("0", "0", "16")),
  GIVES ("unit-63", SCSI FILE_OF ("scsi0:63", "a.vmdk"),
         "<target dev='sdbk' bus='scsi'/>\n" ADDRESS ("0", "0", "63")),
  GIVES ("unit-64", SCSI FILE_OF ("scsi0:64", "a.vmdk"),
         "<target dev='sdbl' bus='scsi'/>\n" ADDRESS ("0", "0", "64")),
  GIVES ("unit-65", SCSI FILE_OF ("scsi0:65", "a.vmdk"), "<devices>\n<video>"),
  GIVES ("scsi-1",
         KEY ("scsi1.present", "true") KEY ("scsi1.virtualDev", "pvscsi") FILE_OF ("scsi1:0", "a.vmdk"),
         "<target dev='sdp' bus='scsi'/>\n" ADDRESS ("1", "0", "0") "<controller type='scsi' index='0'/>\n<controller type='scsi' index='1' model='vmpvscsi'/>\n<video>"),
  GIVES ("same-name",
         SCSI FILE_OF ("scsi0:16", "b.vmdk") KEY ("scsi1.present", "true") FILE_OF ("scsi1:0", "a.vmdk"),
         "<target dev='sdq' bus='scsi'/>\n" ADDRESS ("1", "0", "0")),
  GIVES ("unit-7", SCSI FILE_OF ("scsi0:7", "a.img"), "<devices>\n<video>"),
  GIVES ("last-decides",
         SCSI FILE_OF ("scsi0:0", "a.vmdk") KEY ("scsi3.present", "true") FILE_OF ("scsi3:63", "a.vmdk"),
         ADDRESS ("3", "0", "63") "<controller type='scsi' index='0'/>\n<controller type='scsi' index='1'/>\n<controller type='scsi' index='2'/>\n<controller type='scsi' index='3'/>\n<video>"),
  CASES_END
};

static const ConvertCase controllers[] = {
  GIVES ("buslogic", SCSI KEY ("scsi0.virtualDev", "BusLogic") FILE_OF ("scsi0:0", "a.vmdk"),
         "<controller type='scsi' index='0' model='buslogic'/>"),
  GIVES ("lsilogic", SCSI KEY ("scsi0.virtualDev", "lsilogic") FILE_OF ("scsi0:0", "a.vmdk"),
         "<controller type='scsi' index='0' model='lsilogic'/>"),
  GIVES ("lsisas1068", SCSI KEY ("scsi0.virtualDev", "lsisas1068") FILE_OF ("scsi0:0", "a.vmdk"),
         "<controller type='scsi' index='0' model='lsisas1068'/>"),
  GIVES ("pvscsi", SCSI KEY ("scsi0.virtualDev", "pvscsi") FILE_OF ("scsi0:0", "a.vmdk"),
         "<controller type='scsi' index='0' model='vmpvscsi'/>"),
  REFUSED ("vmpvscsi", SCSI KEY ("scsi0.virtualDev", "vmpvscsi"),
           "line 4: scsi0.virtualDev = \"vmpvscsi\": must be \"buslogic\""),
  GIVES ("empty", SCSI KEY ("scsi0.virtualDev", "") FILE_OF ("scsi0:0", "a.vmdk"),
         "<controller type='scsi' index='0'/>"),
  GIVES ("of-absent", KEY ("scsi0.virtualDev", "x"), "<devices>\n<video>"),
  GIVES ("unused", SCSI KEY ("scsi0.virtualDev", "lsilogic"), "<devices>\n<video>"),
  GIVES ("lower",
         KEY ("scsi1.present", "true") KEY ("scsi1.virtualDev", "lsilogic") FILE_OF ("scsi1:0", "a.vmdk"),
         "<controller type='scsi' index='0'/>\n<controller type='scsi' index='1' model='lsilogic'/>\n<video>"),
  GIVES ("higher", SCSI FILE_OF ("scsi0:0", "a.vmdk") KEY ("scsi1.present", "true"),
         "<controller type='scsi' index='0'/>\n<video>"),
  GIVES ("order",
         SCSI FILE_OF ("scsi0:0", "a.vmdk") KEY ("sata0.present", "true") FILE_OF ("sata0:0", "a.vmdk") FILE_OF ("ide0:0", "a.vmdk") KEY ("floppy0.present", "true") KEY ("floppy0.fileType", "device"),
         "<controller type='scsi' index='0'/>\n<controller type='sata' index='0'/>\n<controller type='fdc' index='0'/>\n<controller type='ide' index='0'/>\n<video>"),
  CASES_END
};

static const ConvertCase floppies[] = {
  GIVES ("device",
         KEY ("floppy1.present", "true") KEY ("floppy1.fileType", "Device") KEY ("floppy1.fileName", "/dev/fd1"),
         "<disk type='block' device='floppy'>\n<source dev='/dev/fd1'/>\n<target dev='fdb' bus='fdc'/>\n" ADDRESS ("0", "0", "1") "<controller type='fdc' index='0'/>"),
  GIVES ("device-empty", KEY ("floppy0.present", "true") KEY ("floppy0.fileType", "device"),
         "<disk type='block' device='floppy'>\n<target dev='fda' bus='fdc'/>\n<address"),
  GIVES ("file",
         KEY ("floppy0.present", "true") KEY ("floppy0.fileType", "file") KEY ("floppy0.fileName", "x"),
         "<disk type='file' device='floppy'>\n<source file='[datastore] directory/x'/>"),
  GIVES ("file-empty", KEY ("floppy0.present", "true") KEY ("floppy0.fileType", "file"),
         "<disk type='file' device='floppy'>\n<target"),
  REFUSED ("file-missing",
           KEY ("floppy0.present", "true") KEY ("floppy0.fileType", "file") KEY ("floppy0.fileName", "/vmfs/volumes/missing/x"),
           "there is no such file"),
  GIVES ("no-type", KEY ("floppy0.present", "true") KEY ("floppy0.fileName", "A:"),
         "<disk type='block' device='floppy'>\n<source dev='A:'/>"),
  GIVES ("no-type-image", KEY ("floppy0.present", "true") KEY ("floppy0.fileName", "a.FLP"),
         "<disk type='file' device='floppy'>\n<source file='[datastore] directory/a.FLP'/>"),
  REFUSED ("bad-type", KEY ("floppy0.present", "true") KEY ("floppy0.fileType", "x"),
           "must be \"device\" or \"file\""),
  GIVES ("client", KEY ("floppy0.present", "true") KEY ("floppy0.clientDevice", "true"),
         "<devices>\n<video>"),
  GIVES ("absent", KEY ("floppy0.present", "false") KEY ("floppy0.fileType", "x"),
         "<devices>\n<video>"),
  CASES_END
};

#define SHARED KEY ("isolation.tools.hgfs.disable", "false") KEY ("sharedFolder.maxNum", "2")
#define FOLDER(n) KEY ("sharedFolder" n ".present", "true") KEY ("sharedFolder" n ".enabled", "true")
#define FOLDER_PATHS(n) KEY ("sharedFolder" n ".hostPath", "/h" n) KEY ("sharedFolder" n ".guestName", "g" n)

static const ConvertCase filesystems[] = {
  GIVES ("writable",
         SHARED FOLDER ("0") FOLDER_PATHS ("0") KEY ("sharedFolder0.writeAccess", "TRUE"),
         "<filesystem type='mount' accessmode='passthrough'>\n<source dir='/h0'/>\n<target dir='g0'/>\n</filesystem>\n<video>"),
  GIVES ("readonly", SHARED FOLDER ("1") FOLDER_PATHS ("1"),
         "<target dir='g1'/>\n<readonly/>\n</filesystem>\n<video>"),
  GIVES ("two", SHARED FOLDER ("1") FOLDER_PATHS ("1") FOLDER ("0") FOLDER_PATHS ("0"),
         "<source dir='/h0'/>\n<target dir='g0'/>\n<readonly/>\n</filesystem>\n<filesystem type='mount' accessmode='passthrough'>\n<source dir='/h1'/>"),
  GIVES ("disabled", FOLDER ("0") KEY ("sharedFolder.maxNum", "1"), "<devices>\n<video>"),
  REFUSED ("disable-bad", KEY ("isolation.tools.hgfs.disable", "x"),
           "must be \"true\" or \"false\""),
  GIVES ("beyond", SHARED FOLDER ("2"), "<devices>\n<video>"),
  GIVES ("no-max", KEY ("isolation.tools.hgfs.disable", "false") FOLDER ("0"),
         "<devices>\n<video>"),
  GIVES ("max-huge",
         KEY ("isolation.tools.hgfs.disable", "false") KEY ("sharedFolder.maxNum", "9223372036854775807") FOLDER ("99999") FOLDER_PATHS ("99999"),
         "<source dir='/h99999'/>"),
  REFUSED ("max-bad",
           KEY ("isolation.tools.hgfs.disable", "false") KEY ("sharedFolder.maxNum", "x"),
           "sharedFolder.maxNum = \"x\": must be a whole number"),
  GIVES ("absent", SHARED KEY ("sharedFolder0.present", "false") KEY ("sharedFolder0.enabled", "x"),
         "<devices>\n<video>"),
  GIVES ("not-enabled", SHARED KEY ("sharedFolder0.present", "true"), "<devices>\n<video>"),
  GIVES ("no-source", SHARED FOLDER ("0") KEY ("sharedFolder0.guestName", "g"),
         "<devices>\n<video>"),
  GIVES ("no-target", SHARED FOLDER ("0") KEY ("sharedFolder0.hostPath", "/h"),
         "<devices>\n<video>"),
  REFUSED ("write-bad",
           SHARED FOLDER ("0") FOLDER_PATHS ("0") KEY ("sharedFolder0.writeAccess", "x"),
           "must be \"true\" or \"false\""),
  CASES_END
};

#define NIC KEY ("ethernet0.present", "true")
#define E0(key, value) KEY ("ethernet0." key, value)
#define SWITCH E0 ("dvs.switchId", "50 34 26 b2 94 e9 3b 16-1d 68 87 bf ff 4a 54 40")
#define OPAQUE E0 ("opaqueNetwork.id", "i") E0 ("opaqueNetwork.type", "nsx.LogicalSwitch")
#define ZERO_MAC "<mac address='00:00:00:00:00:00'/>\n"

static const ConvertCase nets[] = {
  GIVES ("null", NIC, "<devices>\n<interface type='null'>\n" ZERO_MAC "</interface>\n<video>"),
  GIVES ("absent", KEY ("ethernet0.present", "false") E0 ("addressType", "x"),
         "<devices>\n<video>"),
  REFUSED ("connected-bad", E0 ("startConnected", "x"), "ethernet0.startConnected"),
  GIVES ("bridged-by-name", NIC E0 ("networkName", "a & b"),
         "<interface type='bridge'>\n" ZERO_MAC "<source bridge='a &amp; b'/>\n</interface>"),
  GIVES ("bridged", NIC E0 ("connectionType", "BRIDGED") E0 ("networkName", "n"),
         "<source bridge='n'/>"),
  GIVES ("bridged-no-name", NIC E0 ("connectionType", "bridged"),
         "<interface type='bridge'>\n" ZERO_MAC "<source bridge='VMnet0'/>\n</interface>"),
  GIVES ("empty-name", NIC E0 ("networkName", ""), "<source bridge=''/>"),
  GIVES_WITHOUT ("nat", NIC E0 ("connectionType", "nat") E0 ("networkName", "lost"),
                 "<interface type='user'>\n" ZERO_MAC "</interface>", "lost"),
  GIVES ("custom",
         NIC E0 ("connectionType", "custom") E0 ("networkName", "n") E0 ("vnet", "vmnet7"),
         "<interface type='bridge'>\n" ZERO_MAC "<source bridge='n'/>\n<target dev='vmnet7'/>\n</interface>"),
  GIVES ("custom-hidden",
         NIC E0 ("connectionType", "custom") E0 ("networkName", "n") E0 ("vnet", "vnet7"),
         "<source bridge='n'/>\n</interface>"),
  GIVES ("custom-no-name", NIC E0 ("connectionType", "custom") E0 ("vnet", "VMnet7"),
         "<interface type='bridge'>\n" ZERO_MAC "<source bridge='VMnet7'/>\n<target dev='VMnet7'/>\n</interface>"),
  GIVES ("custom-no-vnet", NIC E0 ("connectionType", "Custom") E0 ("networkName", "n"),
         "<source bridge='n'/>\n<target dev='VMnet0'/>\n</interface>"),
  GIVES ("hostonly", NIC E0 ("connectionType", "HostOnly"),
         "<source bridge='VMnet1'/>\n<target dev='VMnet1'/>\n</interface>"),
  GIVES ("lan-segment", NIC E0 ("connectionType", "pvn") E0 ("pvnID", "52 00-11"),
         "<source bridge='52 00-11'/>\n</interface>"),
  GIVES ("monitor", NIC E0 ("connectionType", "monitor_dev") E0 ("vnet", "VMnet3"),
         "<source bridge='VMnet3'/>\n<target dev='VMnet3'/>\n</interface>"),
  REFUSED ("connection-bad", NIC E0 ("connectionType", "wifi"),
           "line 4: ethernet0.connectionType = \"wifi\": must be \"bridged\""),
  GIVES ("connection-empty", NIC E0 ("connectionType", ""), "<source bridge='VMnet0'/>"),
  GIVES ("vds",
         NIC SWITCH E0 ("dvs.portId", "5") E0 ("dvs.portgroupId", "p") E0 ("dvs.connectionId", "-7"),
         "<interface type='vds'>\n" ZERO_MAC "<source switchid='503426b2-94e9-3b16-1d68-87bfff4a5440' portid='5' portgroupid='p' connectionid='-7'/>\n</interface>"),
  GIVES ("vds-defaults", NIC SWITCH,
         "<source switchid='503426b2-94e9-3b16-1d68-87bfff4a5440' portid='0' connectionid='0'/>"),
  GIVES ("vds-first", NIC SWITCH E0 ("connectionType", "hostonly"), "<interface type='vds'>"),
  GIVES ("vds-custom", NIC SWITCH E0 ("connectionType", "custom") E0 ("networkName", "n"),
         "<interface type='vds'>"),
  GIVES ("opaque", NIC OPAQUE, "<interface type='null'>\n" ZERO_MAC "</interface>"),
  GIVES ("opaque-bridged", NIC OPAQUE E0 ("connectionType", "bridged"), "<interface type='null'>"),
  GIVES ("opaque-nat", NIC OPAQUE E0 ("connectionType", "nat"), "<interface type='user'>"),
  REFUSED ("opaque-connection-bad", NIC OPAQUE E0 ("connectionType", "wifi"), "must be \"bridged\""),
  GIVES ("opaque-named", NIC OPAQUE E0 ("networkName", "n"), "<source bridge='n'/>"),
  GIVES ("opaque-empty", NIC E0 ("opaqueNetwork.id", "") E0 ("opaqueNetwork.type", "t"), "<interface type='null'>"),
  REFUSED ("vds-bad", NIC E0 ("dvs.switchId", "x"), "must be a UUID"),
  REFUSED ("vds-port-bad", NIC SWITCH E0 ("dvs.portId", "x"), "must be a whole number"),
  GIVES ("mac-generated",
         NIC E0 ("generatedAddress", "00:0C:29:aa:BB:1") E0 ("addressType", "Generated"),
         "<mac address='00:0c:29:aa:bb:01' type='generated'/>"),
  GIVES ("mac-vpx", NIC E0 ("generatedAddress", "00:50:56:91:48:c7") E0 ("addressType", "VPX"),
         "<mac address='00:50:56:91:48:c7' type='generated'/>"),
  GIVES ("mac-static",
         NIC E0 ("address", "00:50:56:00:00:01") E0 ("addressType", "static") E0 ("generatedAddress", "x"),
         "<mac address='00:50:56:00:00:01' type='static'/>"),
  GIVES ("mac-no-type", NIC E0 ("generatedAddress", "00:0c:29:00:00:01"),
         "<mac address='00:0c:29:00:00:01'/>"),
  GIVES ("mac-none", NIC E0 ("addressType", "static"),
         "<mac address='00:00:00:00:00:00' type='static'/>"),
  REFUSED ("mac-type-bad", NIC E0 ("addressType", "manual"),
           "must be \"generated\", \"static\" or \"vpx\""),
  GIVES ("mac-rest", NIC E0 ("generatedAddress", "0:c:29:0:0:1 or so"),
         "<mac address='00:0c:29:00:00:01'/>"),
  REFUSED ("mac-long", NIC E0 ("generatedAddress", "00:0c:29:00:00:01:02"),
           "must be a MAC address"),
  REFUSED ("mac-short", NIC E0 ("generatedAddress", "00:0c:29:00:00"), "must be a MAC address"),
  REFUSED ("mac-dashes", NIC E0 ("generatedAddress", "00-0c-29-00-00-01"), "must be a MAC address"),
  REFUSED ("mac-digits", NIC E0 ("generatedAddress", "000:c:29:0:0:1"), "must be a MAC address"),
  GIVES ("mac-empty", NIC E0 ("generatedAddress", ""), ZERO_MAC),
  GIVES ("check", NIC E0 ("checkMACAddress", "true"),
         "<mac address='00:00:00:00:00:00' check='yes'/>"),
  GIVES ("check-TRUE", NIC E0 ("checkMACAddress", "TRUE"),
         "<mac address='00:00:00:00:00:00' check='no'/>"),
  GIVES ("check-false", NIC E0 ("checkMACAddress", "false"), "check='no'/>"),
  GIVES ("model", NIC E0 ("virtualDev", "VMXNET3"),
         ZERO_MAC "<model type='vmxnet3'/>\n</interface>"),
  GIVES ("model-e1000e", NIC E0 ("virtualDev", "e1000e") E0 ("features", "15"),
         "<model type='e1000e'/>"),
  GIVES ("model-vlance", NIC E0 ("virtualDev", "vlance"), "<model type='vlance'/>"),
  GIVES ("model-vmxnet", NIC E0 ("virtualDev", "vmxnet") E0 ("features", "14"),
         "<model type='vmxnet'/>"),
  GIVES ("model-vmxnet2", NIC E0 ("virtualDev", "vmxnet") E0 ("features", "15"),
         "<model type='vmxnet2'/>"),
  GIVES ("model-vmxnet2-by-name", NIC E0 ("virtualDev", "vmxnet2"), "<model type='vmxnet2'/>"),
  GIVES_WITHOUT ("model-empty", NIC E0 ("virtualDev", ""), ZERO_MAC, "<model type='vm'"),
  REFUSED ("model-bad", NIC E0 ("virtualDev", "rtl8139"), "must be \"vlance\""),
  REFUSED ("features-bad-alone", NIC E0 ("features", "8 "), "must be a whole number"),
  REFUSED ("features-bad", NIC E0 ("virtualDev", "vmxnet") E0 ("features", "x"),
           "must be a whole number"),
  GIVES ("order",
         KEY ("ethernet11.present", "true") KEY ("ethernet11.networkName", "b") KEY ("ethernet2.present", "true") KEY ("ethernet2.networkName", "a"),
         "<source bridge='a'/>\n</interface>\n<interface type='bridge'>\n" ZERO_MAC "<source bridge='b'/>"),
  GIVES ("highest", KEY ("ethernet4294967295.present", "true"), "<interface type='null'>"),
  GIVES ("leading-zero", KEY ("ethernet00.present", "true"), "<devices>\n<video>"),
  GIVES ("key-word", KEY ("ethernet.x", "1"), "<devices>\n<video>"),
  GIVES ("key-colon", KEY ("Ethernet0:0.x", "1"), "<devices>\n<video>"),
  GIVES ("key-no-dot", KEY ("ethernet0", "1"), "<devices>\n<video>"),
  GIVES ("key-big", KEY ("ethernet4294967296.x", "1"), "<devices>\n<video>"),
  GIVES ("key-negative", KEY ("ethernet-1.x", "1"), "<devices>\n<video>"),
  CASES_END
};

#define S0(key, value) KEY ("serial0." key, value)
#define SERIAL KEY ("serial0.present", "true")
#define NETWORK(uri) SERIAL S0 ("fileType", "network") S0 ("fileName", uri)
#define TCP(mode, host, service, protocol) "<serial type='tcp'>\n<source mode='" mode "' host='" host "' service='" service "'/>\n<protocol type='" protocol "'/>\n<target port='0'/>\n</serial>"
#define NULL_SERIAL "<serial type='null'>\n<target port='0'/>\n</serial>\n<console type='null'>\n<target type='serial' port='0'/>\n</console>"

static const ConvertCase ports[] = {
  GIVES ("device", SERIAL S0 ("fileType", "Device") S0 ("fileName", "/dev/ttyS0"),
         "<serial type='dev'>\n<source path='/dev/ttyS0'/>\n<target port='0'/>\n</serial>\n<console type='dev'>\n<source path='/dev/ttyS0'/>\n<target type='serial' port='0'/>\n</console>\n<video>"),
  GIVES ("no-type", SERIAL, "<serial type='dev'>\n<target port='0'/>\n</serial>"),
  GIVES ("file", SERIAL S0 ("fileType", "file") S0 ("fileName", "s.log"),
         "<serial type='file'>\n<source path='[datastore] directory/s.log'/>"),
  REFUSED ("file-no-name", SERIAL S0 ("fileType", "file"), "serial0.fileName is missing"),
  GIVES ("pipe",
         SERIAL S0 ("fileType", "pipe") S0 ("fileName", "\\\\.\\pipe\\a") S0 ("pipe.endPoint", "server"),
         "<serial type='pipe'>\n<source path='\\\\.\\pipe\\a'/>\n<target port='0'/>"),
  GIVES ("printer", SERIAL S0 ("fileType", "ThinPrint") S0 ("fileName", "thinprint"),
         "<devices>\n<video>"),
  GIVES ("printer-by-name-as-libvirt", SERIAL S0 ("fileName", "thinprint"),
         "<serial type='dev'>\n<source path='thinprint'/>"),
  REFUSED ("type-bad", SERIAL S0 ("fileType", "usb"),
           "serial0.fileType = \"usb\": must be"),
  GIVES ("absent", KEY ("serial0.present", "false") S0 ("fileType", "x"), "<devices>\n<video>"),
  GIVES ("tcp", NETWORK ("tcp://h:1"), TCP ("bind", "h", "1", "raw")),
  GIVES ("tcp4", NETWORK ("TCP4://h:1"), TCP ("bind", "h", "1", "raw")),
  GIVES ("tcp6", NETWORK ("tcp6://[fe80::1]:1"), TCP ("bind", "fe80::1", "1", "raw")),
  GIVES ("no-scheme", NETWORK ("//h:1"), TCP ("bind", "h", "1", "raw")),
  GIVES ("telnet", NETWORK ("telnet://h:1") S0 ("network.endPoint", "Client"),
         TCP ("connect", "h", "1", "telnet")),
  GIVES ("telnets", NETWORK ("telnets://h:1") S0 ("network.endPoint", "SERVER"),
         TCP ("bind", "h", "1", "telnets")),
  GIVES ("ssl", NETWORK ("ssl://h:1"), TCP ("bind", "h", "1", "tls")),
  GIVES ("tcp+ssl", NETWORK ("tcp+ssl://h:1"), TCP ("bind", "h", "1", "tls")),
  GIVES ("tcp4+ssl", NETWORK ("tcp4+ssl://h:1"), TCP ("bind", "h", "1", "tls")),
  GIVES ("tcp6+ssl", NETWORK ("tcp6+ssl://[::1]:1"), TCP ("bind", "::1", "1", "tls")),
  GIVES ("future-address", NETWORK ("tcp://[v1.a]:1"), TCP ("bind", "[v1.a]", "1", "raw")),
  GIVES ("no-address", NETWORK ("tcp://[]:1"), TCP ("bind", "[]", "1", "raw")),
  GIVES ("dropped", NETWORK ("tcp://user@h:1/path?query"), TCP ("bind", "h", "1", "raw")),
  REFUSED ("scheme-bad", NETWORK ("udp://h:1"), "its scheme must be tcp"),
  REFUSED ("end-point-bad", NETWORK ("tcp://h:1") S0 ("network.endPoint", "x"),
           "must be \"server\" or \"client\""),
  GIVES ("no-name", SERIAL S0 ("fileType", "network"), NULL_SERIAL),
  GIVES ("no-uri", NETWORK ("x y") S0 ("network.endPoint", "x"), NULL_SERIAL),
  GIVES ("no-host", NETWORK ("telnet://:7001"), TCP ("bind", "0.0.0.0", "7001", "telnet")),
  GIVES ("no-host-no-scheme", NETWORK ("//:1"), TCP ("bind", "0.0.0.0", "1", "raw")),
  GIVES ("no-host-client", NETWORK ("tcp://:1") S0 ("network.endPoint", "client"), NULL_SERIAL),
  GIVES ("no-port", NETWORK ("udp://h"), NULL_SERIAL),
  GIVES ("port-0", NETWORK ("tcp://h:0"), NULL_SERIAL),
  GIVES ("opaque", NETWORK ("h:1"), NULL_SERIAL),
  GIVES ("numbers", KEY ("serial4.present", "true") KEY ("serial3.present", "true"),
         "<serial type='dev'>\n<target port='3'/>\n</serial>\n<console type='dev'>\n<target type='serial' port='3'/>"),
  GIVES ("parallel",
         KEY ("parallel2.present", "true") KEY ("parallel2.fileType", "device") KEY ("parallel2.fileName", "/dev/lp"),
         "<parallel type='dev'>\n<source path='/dev/lp'/>\n<target port='2'/>\n</parallel>\n<video>"),
  GIVES ("parallel-file",
         KEY ("parallel0.present", "true") KEY ("parallel0.fileType", "FILE") KEY ("parallel0.fileName", "p"),
         "<parallel type='file'>\n<source path='[datastore] directory/p'/>"),
  GIVES ("parallel-no-type",
         KEY ("parallel0.present", "true") KEY ("parallel0.fileName", "/dev/lp0"),
         "<parallel type='dev'>\n<source path='/dev/lp0'/>"),
  GIVES ("parallel-printer", KEY ("parallel0.present", "true") KEY ("parallel0.fileName", "thinprint"),
         "<devices>\n<video>"),
  GIVES ("parallel-no-name",
         KEY ("parallel0.present", "true") KEY ("parallel0.fileType", "device"),
         "<parallel type='dev'>\n<target port='0'/>\n</parallel>"),
  REFUSED ("parallel-bad", KEY ("parallel0.present", "true") KEY ("parallel0.fileType", "pipe"),
           "must be \"device\" or \"file\""),
  GIVES ("parallel-3", KEY ("parallel3.present", "x"), "<devices>\n<video>"),
  GIVES ("order",
         SERIAL KEY ("serial1.present", "true") KEY ("parallel0.present", "true") KEY ("parallel0.fileType", "device") KEY ("parallel0.fileName", "p"),
         "<target port='1'/>\n</serial>\n<parallel type='dev'>\n<source path='p'/>\n<target port='0'/>\n</parallel>\n<console type='dev'>\n<target type='serial' port='0'/>\n</console>\n<video>"),
  CASES_END
};

#define VNC KEY ("RemoteDisplay.vnc.enabled", "TRUE")
#define VNC_KEY(key, value) KEY ("RemoteDisplay.vnc." key, value)
#define LISTEN "<listen type='address'/>\n</graphics>\n<video>"

static const ConvertCase display[] = {
  GIVES ("vnc", VNC, "<graphics type='vnc' port='-1' autoport='yes'>\n" LISTEN),
  GIVES ("vnc-off", VNC_KEY ("port", "x"), "<devices>\n<video>"),
  GIVES ("vnc-port", VNC VNC_KEY ("port", "5901"),
         "<graphics type='vnc' port='5901' autoport='no'>\n" LISTEN),
  GIVES ("vnc-odd-port", VNC VNC_KEY ("port", "80"),
         "<graphics type='vnc' port='80' autoport='no'>"),
  GIVES ("vnc-negative", VNC VNC_KEY ("port", "-3"),
         "<graphics type='vnc' port='-1' autoport='yes'>"),
  GIVES ("vnc-0", VNC VNC_KEY ("port", "0"), "<graphics type='vnc' autoport='no'>"),
  GIVES ("vnc-all", VNC VNC_KEY ("ip", "::1") VNC_KEY ("keymap", "de") VNC_KEY ("password", "it's"),
         "<graphics type='vnc' port='-1' autoport='yes' listen='::1' keymap='de' passwd='it&apos;s'>\n<listen type='address' address='::1'/>\n</graphics>"),
  REFUSED ("vnc-bad", KEY ("RemoteDisplay.vnc.enabled", "x"), "must be \"true\" or \"false\""),
  GIVES ("video", "",
         "<video>\n<model type='vmvga' vram='4096' primary='yes'/>\n</video>\n</devices>"),
  GIVES ("vram", KEY ("svga.vramSize", "134217728"), "vram='131072'"),
  GIVES ("vram-rounded", KEY ("svga.vramSize", "5000000"), "vram='8192'"),
  GIVES ("vram-1", KEY ("svga.vramSize", "1"), "vram='1'"),
  GIVES ("vram-1025", KEY ("svga.vramSize", "1025"), "vram='2'"),
  GIVES ("vram-0", KEY ("svga.vramSize", "0"), "vram='4096'"),
  GIVES ("vram-minus-1", KEY ("svga.vramSize", "-1"), "vram='4096'"),
  REFUSED ("vram-minus-2", KEY ("svga.vramSize", "-2"), "line 3: svga.vramSize = \"-2\""),
  REFUSED ("vram-bad", KEY ("svga.vramSize", "4 MiB"), "must be a whole number"),
  CASES_END
};

/* Passwords are shown to those only who ask for them. */
static void
test_secure (void)
{
  static const char vmx[] = "config.version = \"8\"\nvirtualHW.version = \"4\"\n" VNC VNC_KEY ("password", "secret");
  g_autoptr (HvfsDomain) domain = hvfs_vmx_read (vmx, strlen (vmx), &stub_files, NULL);
  g_autofree char *xml = hvfs_domain_xml_write (domain, 0);

  g_assert_null (strstr (xml, "secret"));
  g_assert_null (strstr (xml, "passwd"));
}

/* Of a running domain the made-up names of host devices are shown. */
static void
test_running (void)
{
  static const char vmx[] = "config.version = \"8\"\nvirtualHW.version = \"4\"\n" NIC E0 ("connectionType", "custom") E0 ("networkName", "n") E0 ("vnet", "vnet7");
  g_autoptr (HvfsDomain) domain = hvfs_vmx_read (vmx, strlen (vmx), &stub_files, NULL);
  g_autofree char *xml = NULL, *inactive = NULL;

  domain->id = 1;
  xml = hvfs_domain_xml_write (domain, 0);
  inactive = hvfs_domain_xml_write (domain, HVFS_DOMAIN_XML_INACTIVE);
  g_assert_nonnull (strstr (xml, "<target dev='vnet7'/>"));
  g_assert_null (strstr (inactive, "vnet7"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_cases ("/vmx-read/slots", slots, vmx_to_xml);
  add_cases ("/vmx-read/wide", wide, vmx13_to_xml);
  add_cases ("/vmx-read/controllers", controllers, vmx_to_xml);
  add_cases ("/vmx-read/floppies", floppies, vmx_to_xml);
  add_cases ("/vmx-read/filesystems", filesystems, vmx_to_xml);
  add_cases ("/vmx-read/nets", nets, vmx_to_xml);
  add_cases ("/vmx-read/ports", ports, vmx_to_xml);
  add_cases ("/vmx-read/display", display, vmx_to_xml);
  g_test_add_func ("/vmx-read/secure", test_secure);
  g_test_add_func ("/vmx-read/running", test_running);
  return g_test_run ();
}
