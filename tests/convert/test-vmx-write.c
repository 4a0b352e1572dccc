/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/convert/test-vmx-write.c - each rule from domain XML to VMX
 *
 * A row's input is what stands in <domain> beside its name, UUID, memory and os; it
 * replaces those of them that it has itself, or all of <domain> if it begins so.
 */
#include "convert/domain-xml/domain-xml.h"
#include "convert/error.h"
#include "convert/model/scalar.h"
#include "convert/vmx/vmx.h"
#include "tests/convert/convert-cases.h"
#include "tests/convert/convert-stubs.h"

#include <string.h>

static char *
make_xml (const char *input)
{
  static const char *const parts[][2] = {
    { "<name", "<name>n</name>" },
    { "<uuid", "<uuid>564d9bef-acd9-b4e0-c8f0-aea8b9103515</uuid>" },
    { "<memory", "<memory>4096</memory>" },
    { "<os", "<os><type>hvm</type></os>" },
  };
  GString *xml = g_string_new ("<domain type='vmware'>");

  if (g_str_has_prefix (input, "<domain"))
    return g_string_free (g_string_assign (xml, input), FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (strstr (input, parts[i][0]) == NULL)
      g_string_append (xml, parts[i][1]);
  g_string_append_printf (xml, "%s</domain>", input);
  return g_string_free (xml, FALSE);
}

static char *
convert (guint hw_version, const char *input, GError **error)
{
  g_autofree char *xml = make_xml (input);
  g_autoptr (HvfsDomain) domain = hvfs_domain_xml_read (xml, strlen (xml), error);

  if (domain == NULL)
    return NULL;
  hvfs_domain_draw_macs (domain);
  return hvfs_vmx_write (domain, hw_version, &stub_files, NULL, error);
}

static char *
xml_to_vmx (const char *input, GError **error)
{
  return convert (4, input, error);
}

static char *
xml_to_vmx7 (const char *input, GError **error)
{
  return convert (7, input, error);
}

#define D(devices) "<devices>" devices "</devices>"
#define REST "<memory>4096</memory><os><type>hvm</type></os></domain>"

static const ConvertCase heads[] = {
  GIVES_WITHOUT ("all", "",
                 ".encoding = \"UTF-8\"\nconfig.version = \"8\"\nvirtualHW.version = \"4\"\nguestOS = \"other\"\nuuid.bios = \"56 4d 9b ef ac d9 b4 e0-c8 f0 ae a8 b9 10 35 15\"\ndisplayName = \"n\"\nmemsize = \"4\"\nnumvcpus = \"1\"\nfloppy0.present = \"false\"\nfloppy1.present = \"false\"\n",
                 "vmci0"),
  REFUSED ("no-type", "<domain><name>n</name>" REST, "line 1: <domain>: type='' must be vmware"),
  REFUSED ("other-type", "<domain type='kvm'><name>n</name>" REST, "type='kvm' must be vmware"),
  UNSUPPORTED ("unknown-type", "<domain type='x'><name>n</name>" REST, "type='x' must be vmware"),
  REFUSED ("no-domain", "<domainx type='vmware'/>", "must be <domain>"),
  REFUSED ("no-name", "<domain type='vmware'>" REST, "must have a <name>"),
  REFUSED ("empty-name", "<name/>", "must have a <name>"),
  GIVES ("name-escapes", "<name>a\"|%/\\b</name>", "displayName = \"a|22|7c%25%2f%5cb\"\n"),
  GIVES ("name-blanks", "<name> a </name>", "displayName = \" a \"\n"),
  REFUSED ("name-newline", "<name>a\nb</name>", "cannot hold quotes or line ends in displayName"),
  GIVES ("uuid-forms", "<uuid>564D9BEFacd9b4e0c8f0aea8b9103515</uuid>",
         "uuid.bios = \"56 4d 9b ef ac d9 b4 e0-c8 f0 ae a8 b9 10 35 15\"\n"),
  REFUSED ("uuid-bad", "<uuid>x</uuid>", "<uuid>: 'x' must be a UUID"),
  GIVES_WITHOUT ("uuid-0", "<uuid>00000000-0000-0000-0000-000000000000</uuid>",
                 "guestOS = \"other\"\nuuid.action = \"create\"\ndisplayName", "uuid.bios"),
  GIVES ("description", "<description>a|\"b%c\nd</description>",
         "displayName = \"n\"\nannotation = \"a|7c|22b%c|0ad\"\nmemsize"),
  GIVES_WITHOUT ("no-description", "<description/>", "displayName", "annotation"),
  GIVES ("dropped",
         "<title>t</title><metadata/><clock offset='x'/><features><acpi/></features><genid/>" D ("<input type='mouse'/><sound model='x'/><hostdev/><memballoon model='none'/><watchdog/><rng/><channel/><tpm/><hub/><iommu/><smartcard/><vsock/><controller type='usb'/>"),
         "numvcpus = \"1\"\nfloppy0.present = \"false\"\nfloppy1.present = \"false\"\n"),
  REFUSED ("not-xml", "<domain", "line 1: it must be XML"),
  REFUSED ("doctype", "<domain type='vmware'><!DOCTYPE x></domain>", "it must be XML"),
  CASES_END
};

static const ConvertCase oses[] = {
  GIVES ("x86_64", "<os><type arch='x86_64'>hvm</type></os>", "guestOS = \"other-64\"\n"),
  GIVES ("i686", "<os><type arch='i686' machine='x'>hvm</type><boot dev='hd'/></os>",
         "guestOS = \"other\"\n"),
  REFUSED ("arch-known", "<os><type arch='ppc64'>hvm</type></os>",
           "arch='ppc64' must be i686 or x86_64"),
  UNSUPPORTED ("arch-unknown", "<os><type arch='x'>hvm</type></os>",
               "arch='x' must be i686 or x86_64"),
  REFUSED ("no-os", "<domain type='vmware'><name>n</name><memory>4096</memory></domain>",
           "must have <os>"),
  REFUSED ("no-type", "<os/>", "<os>: must have a <type>"),
  REFUSED ("type-known", "<os><type>linux</type></os>", "'linux' must be hvm"),
  UNSUPPORTED ("type-unknown", "<os><type> hvm</type></os>", "' hvm' must be hvm"),
  GIVES ("efi", "<os firmware='efi'><type>hvm</type></os>",
         "floppy1.present = \"false\"\nfirmware = \"efi\"\n"),
  GIVES_WITHOUT ("bios", "<os firmware='bios'><type>hvm</type></os>", "guestOS", "firmware"),
  GIVES_WITHOUT ("firmware-empty", "<os firmware=''><type>hvm</type></os>", "guestOS", "firmware"),
  REFUSED ("firmware-bad", "<os firmware='x'><type>hvm</type></os>",
           "firmware='x' must be bios or efi"),
  GIVES_WITHOUT ("smbios-empty", "<os><type>hvm</type><smbios mode=''/></os>", "guestOS", "smbios"),
  GIVES ("smbios-host", "<os><type>hvm</type><smbios mode='host'/></os>",
         "guestOS = \"other\"\nsmbios.reflecthost = \"true\"\nuuid"),
  GIVES_WITHOUT ("smbios-emulate", "<os><type>hvm</type><smbios mode='emulate'/></os>", "guestOS",
                 "smbios"),
  GIVES_WITHOUT ("smbios-none", "<os><type>hvm</type><smbios mode='none'/></os>", "guestOS",
                 "smbios"),
  UNSUPPORTED ("smbios-sysinfo", "<os><type>hvm</type><smbios mode='sysinfo'/></os>", "<smbios>: mode='sysinfo' must be host"),
  REFUSED ("smbios-bad", "<os><type>hvm</type><smbios mode='x'/></os>", "mode='x' must be"),
  CASES_END
};

#define MEMORY(unit, n) "<memory unit='" unit "'>" n "</memory>"

static const ConvertCase memory[] = {
  REFUSED ("missing", "<domain type='vmware'><name>n</name><os><type>hvm</type></os></domain>",
           "must have a <memory>"),
  REFUSED ("zero", "<memory>0</memory>", "must have a <memory>"),
  REFUSED ("word", "<memory>x</memory>", "<memory>: 'x' must be a whole number"),
  REFUSED ("negative", "<memory>-1</memory>", "must be a whole number"),
  GIVES ("blank-before", "<memory> +8192</memory>", "memsize = \"8\"\n"),
  REFUSED ("blank-after", "<memory>8192 </memory>", "must be a whole number"),
  GIVES ("bytes", MEMORY ("bytes", "4194304"), "memsize = \"4\"\nnumvcpus"),
  GIVES ("byte", MEMORY ("BYTE", "4194304"), "memsize = \"4\"\nnumvcpus"),
  GIVES ("b-rounds-up", MEMORY ("b", "4194305"), "memsize = \"8\"\nsched.mem.max = \"5\"\n"),
  GIVES ("k", MEMORY ("k", "8192"), "memsize = \"8\"\n"),
  GIVES ("KiB", MEMORY ("kib", "8192"), "memsize = \"8\"\n"),
  GIVES ("KB", MEMORY ("KB", "4194304"), "memsize = \"4000\"\n"),
  GIVES ("m", MEMORY ("M", "8"), "memsize = \"8\"\n"),
  GIVES ("MB", MEMORY ("mb", "4"), "memsize = \"4\"\nsched.mem.max = \"4\"\n"),
  GIVES ("g", MEMORY ("GiB", "2"), "memsize = \"2048\"\n"),
  GIVES ("t", MEMORY ("TiB", "1"), "memsize = \"1048576\"\n"),
  GIVES ("p", MEMORY ("P", "1"), "memsize = \"1073741824\"\n"),
  GIVES ("e", MEMORY ("EiB", "1"), "memsize = \"1099511627776\"\n"),
  REFUSED ("too-much", MEMORY ("E", "16"), "is too much memory"),
  REFUSED ("unit-bad", MEMORY ("Kibi", "1"), "unit='Kibi' must be one like"),
  GIVES ("rounded", "<memory>4097</memory>", "memsize = \"8\"\nsched.mem.max = \"5\"\nnumvcpus"),
  GIVES ("rounded-1", "<memory>1</memory>", "memsize = \"4\"\nsched.mem.max = \"1\"\n"),
  GIVES ("current", "<memory>8192</memory><currentMemory>4097</currentMemory>",
         "memsize = \"8\"\nsched.mem.max = \"5\"\n"),
  GIVES ("current-0", "<memory>8192</memory><currentMemory>0</currentMemory>",
         "memsize = \"8\"\nnumvcpus"),
  GIVES ("current-more", "<memory>8192</memory><currentMemory unit='GiB'>1</currentMemory>",
         "memsize = \"8\"\nnumvcpus"),
  GIVES ("min", "<memtune><min_guarantee>1025</min_guarantee></memtune>",
         "memsize = \"4\"\nsched.mem.minsize = \"2\"\nnumvcpus"),
  GIVES ("min-no-cap", "<memtune><min_guarantee unit='GiB'>1</min_guarantee></memtune>",
         "sched.mem.minsize = \"1024\"\n"),
  GIVES_WITHOUT ("min-0", "<memtune><min_guarantee>0</min_guarantee></memtune>", "memsize",
                 "minsize"),
  UNSUPPORTED ("maxMemory", "<maxMemory slots='1'>8192</maxMemory>", "<maxMemory>"),
  UNSUPPORTED ("device", D ("<memory model='dimm'/>") "<memory>4096</memory>",
               "memory devices are unsupported"),
  CASES_END
};

#define TOPOLOGY(attributes) "<cpu><topology " attributes "/></cpu>"

static const ConvertCase cpus[] = {
  GIVES ("vcpu", "<vcpu> 3</vcpu>", "numvcpus = \"3\"\n"),
  REFUSED ("vcpu-0", "<vcpu>0</vcpu>", "<vcpu>: must be 1 or more"),
  REFUSED ("vcpu-word", "<vcpu>x</vcpu>", "<vcpu>: 'x' must be a whole number"),
  GIVES ("vcpu-odd", "<vcpu>5</vcpu>", "numvcpus = \"5\"\n"),
  UNSUPPORTED ("current", "<vcpu current='1'>2</vcpu>", "<vcpu>: current='1' must be 2"),
  REFUSED ("current-more", "<vcpu current='3'>2</vcpu>", "current must not be more"),
  GIVES ("current-same", "<vcpu current='2'>2</vcpu>", "numvcpus = \"2\"\n"),
  UNSUPPORTED ("vcpus", "<vcpus><vcpu id='0'/></vcpus>", "one by one are unsupported"),
  GIVES ("cpuset", "<vcpu cpuset='5,0-3,^1,2'>4</vcpu>",
         "numvcpus = \"4\"\nsched.cpu.affinity = \"0,2,3,5\"\nfloppy0"),
  GIVES_WITHOUT ("cpuset-auto", "<vcpu placement='auto' cpuset='x'>1</vcpu>", "numvcpus",
                 "affinity"),
  GIVES ("cpuset-few", "<vcpu cpuset='0-1'>3</vcpu>", "sched.cpu.affinity = \"0,1,0\"\n"),
  REFUSED ("cpuset-empty", "<vcpu cpuset=''>1</vcpu>", "cpuset='' must be numbers"),
  REFUSED ("cpuset-nothing", "<vcpu cpuset='1,^1'>1</vcpu>", "must be numbers"),
  GIVES ("cpuset-16383", "<vcpu cpuset='16383'>1</vcpu>", "sched.cpu.affinity = \"16383\"\n"),
  REFUSED ("cpuset-16384", "<vcpu cpuset='16384'>1</vcpu>", "must be numbers below 16384"),
  REFUSED ("cpuset-backwards", "<vcpu cpuset='5-2'>1</vcpu>", "must be numbers"),
  REFUSED ("placement-bad", "<vcpu placement='x'>1</vcpu>", "placement='x' must be static or auto"),
  GIVES ("shares-low", "<vcpu>2</vcpu><cputune><shares>1000</shares></cputune>",
         "numvcpus = \"2\"\nsched.cpu.shares = \"low\"\n"),
  GIVES ("shares-normal", "<vcpu>2</vcpu><cputune><shares>2000</shares></cputune>",
         "sched.cpu.shares = \"normal\"\n"),
  GIVES ("shares-high", "<vcpu>2</vcpu><cputune><shares>4000</shares></cputune>",
         "sched.cpu.shares = \"high\"\n"),
  GIVES ("shares-number", "<vcpu>2</vcpu><cputune><shares>500</shares></cputune>",
         "sched.cpu.shares = \"500\"\n"),
  GIVES ("shares-any", "<cputune><shares>18446744073709551615</shares></cputune>",
         "sched.cpu.shares = \"18446744073709551615\"\n"),
  REFUSED ("shares-word", "<cputune><shares>low</shares></cputune>",
           "<shares>: 'low' must be a whole number"),
  GIVES ("topology",
         "<vcpu cpuset='0-7'>4</vcpu><cputune><shares>1</shares></cputune>" TOPOLOGY ("sockets='2' cores='2' threads='1'"),
         "numvcpus = \"4\"\ncpuid.coresPerSocket = \"2\"\nsched.cpu.affinity = \"0,1,2,3,4,5,6,7\"\nsched.cpu.shares = \"1\"\n"),
  GIVES ("topology-1", TOPOLOGY ("sockets='1' dies='1' clusters='1' cores='1' threads='1'"),
         "cpuid.coresPerSocket = \"1\"\n"),
  REFUSED ("topology-product", "<vcpu>4</vcpu>" TOPOLOGY ("sockets='1' cores='2' threads='1'"),
           "sockets times cores of the <topology> must be 4"),
  UNSUPPORTED ("topology-threads", "<vcpu>4</vcpu>" TOPOLOGY ("sockets='1' cores='2' threads='2'"),
               "must be 1"),
  UNSUPPORTED ("topology-dies",
               "<vcpu>4</vcpu>" TOPOLOGY ("sockets='1' dies='2' cores='2' threads='1'"),
               "must be 1"),
  UNSUPPORTED ("topology-clusters",
               "<vcpu>4</vcpu>" TOPOLOGY ("sockets='1' clusters='2' cores='2' threads='1'"),
               "must be 1"),
  REFUSED ("topology-missing", TOPOLOGY ("sockets='1' cores='1'"), "<topology>: must have threads"),
  REFUSED ("topology-0", TOPOLOGY ("sockets='0' cores='1' threads='1'"), "must have sockets"),
  UNSUPPORTED ("no-topology", "<cpu/>", "<cpu>: must have a <topology>"),
  REFUSED ("mode", "<cpu mode='host-model'/>", "<cpu>: mode='host-model' must be custom"),
  GIVES ("mode-custom", "<cpu mode='custom'><topology sockets='1' cores='1' threads='1'/></cpu>",
         "cpuid.coresPerSocket = \"1\"\n"),
  REFUSED ("mode-bad", "<cpu mode='x'/>", "mode='x' must be custom"),
  CASES_END
};

#define DISK(attributes, inside) "<disk " attributes ">" inside "</disk>"
#define VMDK "<source file='[ds] d/a.vmdk'/>"
#define TARGET(dev, bus) "<target dev='" dev "' bus='" bus "'/>"
#define SD(dev) DISK ("", VMDK TARGET (dev, "scsi"))
#define ADDRESS(c, b, u) "<address type='drive' controller='" c "' bus='" b "' target='9' unit='" u "'/>"
#define FLOPPIES "floppy0.present = \"false\"\nfloppy1.present = \"false\"\n"
#define VMX_DISK(slot, type) slot ".present = \"true\"\n" slot ".deviceType = \"" type "\"\n"
#define FILE_LINE(slot, file) slot ".fileName = \"" file "\"\n"
#define VMX_SCSI(slot) VMX_DISK (slot, "scsi-hardDisk") FILE_LINE (slot, "/vmfs/volumes/ds/d/a.vmdk")

static const ConvertCase disks[] = {
  GIVES ("scsi", D (SD ("sda")),
         "numvcpus = \"1\"\nscsi0.present = \"true\"\n" VMX_SCSI ("scsi0:0") FLOPPIES),
  GIVES ("ide", D (DISK ("", VMDK TARGET ("hdd", "ide"))),
         "numvcpus = \"1\"\n" VMX_DISK ("ide1:1", "ata-hardDisk") FILE_LINE ("ide1:1", "/vmfs/volumes/ds/d/a.vmdk") FLOPPIES),
  GIVES ("unit-8", D (SD ("sdh")), VMX_SCSI ("scsi0:8")),
  GIVES ("highest", D (SD ("sdbh")), "scsi3.present = \"true\"\n" VMX_SCSI ("scsi3:15")),
  REFUSED ("beyond-scsi", D (SD ("sdbi")), "<disk>: 'sdbi': its place is scsi4:0, it must be scsi0:0 to scsi3:64"),
  REFUSED ("beyond-ide", D (DISK ("", VMDK TARGET ("hde", "ide"))),
           "there is only one ide controller, 0, not 1"),
  REFUSED ("beyond-fdc", D (DISK ("device='floppy'", VMDK TARGET ("fdc", "fdc"))),
           "there is only one fdc controller, 0, not 1"),
  GIVES ("digits", D (SD ("sdb12")), VMX_SCSI ("scsi0:1")),
  GIVES ("bus-of-name", D (DISK ("", VMDK "<target dev='hda'/>")),
         VMX_DISK ("ide0:0", "ata-hardDisk")),
  GIVES ("bus-of-name-sd", D (DISK ("", VMDK "<target dev='sda'/>")), VMX_SCSI ("scsi0:0")),
  UNSUPPORTED ("bus-virtio", D (DISK ("", VMDK "<target dev='vda'/>")),
               "<disk>: 'vda': the bus 'virtio' must be scsi, sata, nvme, ide or fdc"),
  UNSUPPORTED ("bus-xen", D (DISK ("", VMDK "<target dev='xvda'/>")),
               "the bus 'xen' must be"),
  UNSUPPORTED ("bus-uml", D (DISK ("", VMDK "<target dev='ubda'/>")),
               "the bus 'uml' must be"),
  UNSUPPORTED ("bus-usb", D (DISK ("", VMDK TARGET ("sda", "usb"))),
               "the bus 'usb' must be"),
  GIVES ("bus-sata", D (DISK ("", VMDK TARGET ("sdh", "sata"))),
         "sata0.present = \"true\"\n" VMX_DISK ("sata0:7", "ata-hardDisk") FILE_LINE ("sata0:7", "/vmfs/volumes/ds/d/a.vmdk")),
  GIVES ("bus-sata-address",
         D (DISK ("", VMDK TARGET ("sda", "sata") ADDRESS ("1", "0", "29"))),
         "sata1.present = \"true\"\n" VMX_DISK ("sata1:29", "ata-hardDisk")),
  GIVES ("bus-sata-cdrom", D (DISK ("device='cdrom'", TARGET ("sda", "sata"))),
         VMX_DISK ("sata0:0", "cdrom-image") FILE_LINE ("sata0:0", "emptyBackingString")),
  GIVES ("bus-nvme", D (DISK ("", VMDK TARGET ("nvme1n3", "nvme"))),
         "nvme1.present = \"true\"\nnvme1:2.present = \"true\"\n" FILE_LINE ("nvme1:2", "/vmfs/volumes/ds/d/a.vmdk")),
  GIVES ("bus-of-name-nvme", D (DISK ("", VMDK "<target dev='nvme0n1'/>")), "nvme0:0.present"),
  UNSUPPORTED ("bus-nvme-cdrom", D (DISK ("device='cdrom'", TARGET ("nvme0n1", "nvme"))),
               "a cdrom of the type 'file' on the bus nvme is nothing a VMX has"),
  REFUSED ("bus-nvme-name", D (DISK ("", VMDK TARGET ("nvme0n01", "nvme"))), "its name must be like"),
  REFUSED ("bus-nvme-beyond", D (DISK ("", VMDK TARGET ("nvme4n1", "nvme"))),
           "its place is nvme4:0, it must be nvme0:0 to nvme3:63"),
  REFUSED ("bus-sata-beyond", D (DISK ("", VMDK TARGET ("sdeq", "sata"))), "it must be sata0:0 to"),
  REFUSED ("slot-taken",
           D (DISK ("", VMDK TARGET ("sdg", "sata")) DISK ("", VMDK TARGET ("sdz", "sata") ADDRESS ("0", "0", "6"))),
           "its place is sata0:6, which the disk 'sdg' has"),
  GIVES ("same-name-other-bus", D (SD ("sda") DISK ("", VMDK TARGET ("sda", "sata"))), "sata0:0.present"),
  REFUSED ("bus-bad", D (DISK ("", VMDK TARGET ("sda", "x"))), "<target>: bus='x' must be ide"),
  REFUSED ("name-of-other-bus", D (DISK ("", VMDK TARGET ("hda", "scsi"))),
           "'hda': its name must begin with 'sd'"),
  REFUSED ("name-bad", D (DISK ("", VMDK TARGET ("foo", "scsi"))),
           "line 1: <disk>: 'foo': its name must be like sda"),
  REFUSED ("name-bad-address", D (DISK ("", VMDK TARGET ("sd-a", "scsi") ADDRESS ("0", "0", "0"))),
           "<disk>: 'sd-a': its name must be like sda"),
  REFUSED ("no-target", D (DISK ("", VMDK)), "<disk>: must have a <target"),
  REFUSED ("repeated-target", D (SD ("sda") SD ("sda")), "there is a disk 'sda' on the bus scsi already"),
  GIVES ("address", D (DISK ("", VMDK TARGET ("sdp", "scsi") ADDRESS ("1", "0", "0"))),
         VMX_SCSI ("scsi1:0")),
  GIVES ("address-unlike", D (DISK ("", VMDK TARGET ("sda", "scsi") ADDRESS ("1", "0", "9"))),
         VMX_SCSI ("scsi1:9")),
  REFUSED ("address-own-unit", D (DISK ("", VMDK TARGET ("sda", "scsi") ADDRESS ("0", "0", "7"))),
           "its place is scsi0:7, it must be scsi0:0 to scsi3:64, and not unit 7"),
  UNSUPPORTED ("address-repeated", D (SD ("sda") SD ("sda1")), "has the address of the disk"),
  UNSUPPORTED ("address-pci", D (DISK ("", VMDK TARGET ("sda", "scsi") "<address type='pci'/>")),
               "type='pci' must be drive"),
  REFUSED ("no-source", D (DISK ("", TARGET ("sda", "scsi"))), "the disk 'sda' must have a source"),
  REFUSED ("empty-source", D (DISK ("", "<source file=''/>" TARGET ("sda", "scsi"))),
           "must have a source"),
  GIVES ("source-elsewhere", D (DISK ("", "<source file='/x/a.vmdk'/>" TARGET ("hda", "ide"))),
         FILE_LINE ("ide0:0", "/x/a.vmdk")),
  REFUSED ("source-plain", D (DISK ("", "<source file='a.vmdk'/>" TARGET ("sda", "scsi"))),
           "<disk>: 'a.vmdk': must be '[datastore] path'"),
  REFUSED ("source-suffix", D (DISK ("", "<source file='[ds] a.img'/>" TARGET ("sda", "scsi"))),
           "'sda': the file '[ds] a.img' must end in .vmdk"),
  GIVES ("source-case", D (DISK ("", "<source file='[ds]  A.VMDK'/>" TARGET ("hda", "ide"))),
         FILE_LINE ("ide0:0", "/vmfs/volumes/ds/A.VMDK")),
  REFUSED ("source-quote", D (DISK ("", "<source file='[ds] a\".vmdk'/>" TARGET ("hda", "ide"))),
           "cannot hold quotes or line ends in ide0:0.fileName"),
  GIVES ("block", D (DISK ("type='block'", "<source dev='/dev/sda'/>" TARGET ("sda", "scsi"))),
         VMX_DISK ("scsi0:0", "rawDisk") FILE_LINE ("scsi0:0", "/dev/sda")),
  UNSUPPORTED ("block-volume", D (DISK ("type='block'", "<source dev='vg/x'/>" TARGET ("sda", "scsi"))),
               "of the type 'block'"),
  UNSUPPORTED ("network",
               D (DISK ("type='network'", "<source protocol='nbd'/>" TARGET ("sda", "scsi"))),
               "a disk of the type 'network' on the bus scsi is nothing"),
  REFUSED ("type-bad", D (DISK ("type='x'", VMDK TARGET ("sda", "scsi"))), "type='x' must be file"),
  REFUSED ("device-bad", D (DISK ("device='x'", VMDK TARGET ("sda", "scsi"))),
           "device='x' must be disk"),
  GIVES ("write-through",
         D (DISK ("", "<driver cache='writethrough'/>" VMDK TARGET ("sda", "scsi"))),
         VMX_SCSI ("scsi0:0") "scsi0:0.writeThrough = \"true\"\n"),
  GIVES ("cache-default", D (DISK ("", "<driver cache='default'/>" VMDK TARGET ("sda", "scsi"))),
         VMX_SCSI ("scsi0:0") FLOPPIES),
  UNSUPPORTED ("cache-other", D (DISK ("", "<driver cache='none'/>" VMDK TARGET ("sda", "scsi"))),
               "the only cache mode is 'writethrough', not 'none'"),
  GIVES_WITHOUT ("cache-ide",
                 D (DISK ("", "<driver cache='writethrough'/>" VMDK TARGET ("hda", "ide"))),
                 "ide0:0.fileName", "writeThrough"),
  GIVES ("transient", D (DISK ("", VMDK TARGET ("hda", "ide") "<transient/>")),
         "a.vmdk\"\nide0:0.mode = \"independent-nonpersistent\"\n"),
  GIVES ("cdrom", D (DISK ("device='cdrom'", "<source file='[ds] a.iso'/>" TARGET ("sdb", "scsi"))),
         "scsi0.present = \"true\"\n" VMX_DISK ("scsi0:1", "cdrom-image") FILE_LINE ("scsi0:1", "/vmfs/volumes/ds/a.iso")),
  GIVES ("cdrom-suffix",
         D (DISK ("device='cdrom'", "<source file='[ds] a.img'/>" TARGET ("hda", "ide"))),
         VMX_DISK ("ide0:0", "cdrom-image") FILE_LINE ("ide0:0", "/vmfs/volumes/ds/a.img")),
  REFUSED ("cdrom-vmdk",
           D (DISK ("device='cdrom'", "<source file='[ds] a.vmdk'/>" TARGET ("hda", "ide"))),
           "must not end in .vmdk"),
  GIVES ("cdrom-empty", D (DISK ("device='cdrom'", TARGET ("hda", "ide"))),
         VMX_DISK ("ide0:0", "cdrom-image") FILE_LINE ("ide0:0", "emptyBackingString")),
  GIVES ("cdrom-empty-block", D (DISK ("device='cdrom' type='block'", TARGET ("hda", "ide"))),
         VMX_DISK ("ide0:0", "cdrom-image") FILE_LINE ("ide0:0", "emptyBackingString")),
  GIVES ("cdrom-block",
         D (DISK ("device='cdrom' type='block'", "<source dev='/dev/sr0'/>" TARGET ("hda", "ide"))),
         VMX_DISK ("ide0:0", "atapi-cdrom") FILE_LINE ("ide0:0", "/dev/sr0")),
  GIVES ("cdrom-any",
         D (DISK ("device='cdrom' type='block'", "<source startupPolicy='optional'/>" TARGET ("hda", "ide"))),
         VMX_DISK ("ide0:0", "atapi-cdrom") "ide0:0.autodetect = \"true\"\n" FILE_LINE ("ide0:0", "auto detect")),
  GIVES ("cdrom-no-path",
         D (DISK ("device='cdrom' type='block'", "<source/>" TARGET ("hda", "ide"))),
         VMX_DISK ("ide0:0", "atapi-cdrom") "floppy0.present"),
  GIVES ("lun-no-source", D (DISK ("device='lun' type='block'", TARGET ("hda", "ide"))),
         VMX_DISK ("ide0:0", "cdrom-raw") "floppy0.present"),
  UNSUPPORTED ("cdrom-network",
               D (DISK ("device='cdrom' type='network'", "<source/>" TARGET ("hda", "ide"))),
               "a cdrom of the type 'network' on the bus ide is nothing"),
  GIVES ("lun",
         D (DISK ("device='lun' type='block'", "<source dev='/dev/sg0'/>" TARGET ("sda", "scsi"))),
         VMX_DISK ("scsi0:0", "cdrom-raw") FILE_LINE ("scsi0:0", "/dev/sg0")),
  GIVES ("lun-passthru",
         D (DISK ("device='lun' type='block'", "<source dev='/vmfs/devices/cdrom/x'/>" TARGET ("sda", "scsi"))),
         VMX_DISK ("scsi0:0", "scsi-passthru") FILE_LINE ("scsi0:0", "/vmfs/devices/cdrom/x")),
  GIVES ("lun-ide",
         D (DISK ("device='lun' type='block'", "<source dev='/vmfs/devices/cdrom/x'/>" TARGET ("hda", "ide"))),
         VMX_DISK ("ide0:0", "cdrom-raw")),
  UNSUPPORTED ("lun-file", D (DISK ("device='lun'", VMDK TARGET ("sda", "scsi"))),
               "the lun 'sda' must be of the type block"),
  REFUSED ("requisite",
           D (DISK ("", "<source file='[ds] a.vmdk' startupPolicy='requisite'/>" TARGET ("sda", "scsi"))),
           "startupPolicy='requisite'"),
  REFUSED ("startup-default",
           D (DISK ("", "<source file='[ds] a.vmdk' startupPolicy='default'/>" TARGET ("sda", "scsi"))),
           "startupPolicy='default' must be mandatory"),
  REFUSED ("startup-bad",
           D (DISK ("", "<source file='[ds] a.vmdk' startupPolicy='x'/>" TARGET ("sda", "scsi"))),
           "startupPolicy='x' must be"),
  GIVES ("floppy",
         D (DISK ("device='floppy'", "<source file='[ds] a.flp'/>" TARGET ("fda", "fdc"))),
         "floppy0.present = \"true\"\nfloppy0.fileType = \"file\"\nfloppy0.fileName = \"/vmfs/volumes/ds/a.flp\"\nfloppy1.present = \"false\"\n"),
  GIVES ("floppy-block",
         D (DISK ("device='floppy' type='block'", "<source dev='/dev/fd1'/>" "<target dev='fdb'/>")),
         "floppy1.present = \"true\"\nfloppy1.fileType = \"device\"\nfloppy1.fileName = \"/dev/fd1\"\nfloppy0.present = \"false\"\n"),
  GIVES ("floppy-empty", D (DISK ("device='floppy'", "<target dev='fda'/>")),
         "floppy0.fileType = \"file\"\nfloppy1"),
  UNSUPPORTED ("floppy-dir",
               D (DISK ("device='floppy' type='dir'", "<source dir='/x'/><target dev='fda'/>")),
               "a floppy must be of the type"),
  REFUSED ("floppy-name", D (DISK ("device='floppy'", "<target dev='sda'/>")),
           "the name of a floppy must be"),
  REFUSED ("floppy-bus", D (DISK ("device='floppy'", TARGET ("fda", "ide"))),
           "the bus of a floppy must be fdc"),
  REFUSED ("fdc-no-floppy", D (DISK ("", VMDK TARGET ("fda", "fdc"))),
           "only a floppy can be on the bus fdc"),
  GIVES ("order", D (SD ("sdc") DISK ("", VMDK TARGET ("hda", "ide")) SD ("sda")),
         VMX_SCSI ("scsi0:0") VMX_SCSI ("scsi0:2") VMX_DISK ("ide0:0", "ata-hardDisk")),
  GIVES ("order-of-attributes", D (DISK ("", VMDK "<target dev='sdb'/>") SD ("sdc") SD ("sda")),
         VMX_SCSI ("scsi0:1") VMX_SCSI ("scsi0:0") VMX_SCSI ("scsi0:2")),
  CASES_END
};

#define CONTROLLER(attributes) "<controller type='scsi' " attributes "/>"
#define DRIVER(name, dev) DISK ("", "<driver name='" name "'/>" VMDK TARGET (dev, "scsi"))

static const ConvertCase controllers[] = {
  GIVES ("model", D (SD ("sda") CONTROLLER ("index='0' model='vmpvscsi'")),
         "scsi0.present = \"true\"\nscsi0.virtualDev = \"pvscsi\"\nscsi0:0"),
  GIVES_WITHOUT ("unused", D (SD ("sda") CONTROLLER ("index='1' model='lsilogic'")),
                 "scsi0.present = \"true\"\nscsi0:0", "scsi1"),
  GIVES ("ascending", D (SD ("sdp") SD ("sda") CONTROLLER ("index='1' model='lsilogic'")),
         "scsi0.present = \"true\"\nscsi1.present = \"true\"\nscsi1.virtualDev = \"lsilogic\"\n"),
  GIVES ("no-index",
         D (SD ("sda") CONTROLLER ("model='lsilogic'") CONTROLLER ("index='0' model='buslogic'")),
         "scsi0.virtualDev = \"buslogic\"\n"),
  REFUSED ("repeated", D (CONTROLLER ("index='0'") CONTROLLER ("index='0'")),
           "there is a controller 'scsi' 0 already"),
  GIVES ("companions", D ("<controller type='usb' index='0'/><controller type='usb' index='0'/>"),
         FLOPPIES),
  UNSUPPORTED ("model-unknown", D (CONTROLLER ("index='0' model='pvscsi'")),
               "model='pvscsi' must be auto"),
  REFUSED ("model-other", D (SD ("sda") CONTROLLER ("index='0' model='virtio-scsi'")),
           "<controller>: the model of 'scsi' 0 must be buslogic"),
  GIVES ("model-other-unused", D (CONTROLLER ("index='0' model='virtio-scsi'")), FLOPPIES),
  GIVES ("auto", D (SD ("sda") CONTROLLER ("index='0' model='auto'")),
         "scsi0.virtualDev = \"lsilogic\"\n"),
  GIVES ("model-ide", D ("<controller type='ide' index='0' model='piix4'/>"), FLOPPIES),
  UNSUPPORTED ("model-ide-unknown", D ("<controller type='ide' index='0' model='lsilogic'/>"),
               "model='lsilogic' must be piix3, piix4 or ich6"),
  UNSUPPORTED ("model-fdc", D ("<controller type='fdc' index='0' model='x'/>"),
               "model='x' must be removed"),
  UNSUPPORTED ("model-sata", D ("<controller type='sata' index='0' model=''/>"),
               "model='' must be removed"),
  GIVES ("model-usb", D ("<controller type='usb' index='0' model='ehci'/>"), FLOPPIES),
  REFUSED ("type-unknown", D ("<controller type='x'/>"), "type='x' must be"),
  GIVES ("driver", D (DRIVER ("LSIlogic", "sda")), "scsi0.virtualDev = \"lsilogic\"\n"),
  GIVES ("driver-same",
         D (DRIVER ("lsilogic", "sda") DRIVER ("lsilogic", "sdb") CONTROLLER ("index='0' model='lsilogic'")),
         "scsi0.virtualDev = \"lsilogic\"\n"),
  REFUSED ("driver-differs", D (DRIVER ("lsilogic", "sda") DRIVER ("buslogic", "sdb")),
           "'sdb': the driver must be 'lsilogic'"),
  REFUSED ("driver-unknown", D (DRIVER ("qemu", "sda")),
           "the driver must be the model of a SCSI controller"),
  REFUSED ("driver-of-model",
           D (DRIVER ("lsilogic", "sda") CONTROLLER ("index='0' model='buslogic'")),
           "the driver must be 'buslogic'"),
  GIVES ("driver-taken-away", D ("<controller type='ide' index='0'/>" DRIVER ("lsilogic", "sda")),
         "scsi0.present = \"true\"\nscsi0:0"),
  GIVES ("driver-first",
         D (CONTROLLER ("index='0'") "<controller type='ide' index='0'/>" DRIVER ("lsilogic", "sda")),
         "scsi0.virtualDev = \"lsilogic\"\n"),
  GIVES ("driver-ide", D (DISK ("", "<driver name='qemu'/>" VMDK TARGET ("hda", "ide"))),
         VMX_DISK ("ide0:0", "ata-hardDisk")),
  CASES_END
};

#define FS(attributes, inside) "<filesystem " attributes ">" inside "</filesystem>"
#define DIRS "<source dir='/h'/><target dir='g'/>"

static const ConvertCase filesystems[] = {
  GIVES ("accessmode-empty", D (FS ("accessmode=''", DIRS)), "sharedFolder0.present"),
  GIVES ("mount", D (FS ("type='mount'", DIRS)),
         FLOPPIES "isolation.tools.hgfs.disable = \"false\"\nsharedFolder.maxNum = \"1\"\nsharedFolder0.present = \"true\"\nsharedFolder0.enabled = \"true\"\nsharedFolder0.readAccess = \"true\"\nsharedFolder0.writeAccess = \"true\"\nsharedFolder0.hostPath = \"/h\"\nsharedFolder0.guestName = \"g\"\n"),
  GIVES ("readonly", D (FS ("", DIRS "<readonly/>")), "sharedFolder0.writeAccess = \"false\"\n"),
  GIVES ("two", D (FS ("", DIRS) FS ("", DIRS)), "sharedFolder.maxNum = \"2\"\n"),
  UNSUPPORTED ("type", D (FS ("type='ram'", DIRS)), "<filesystem>: type='ram' must be mount"),
  REFUSED ("type-bad", D (FS ("type='x'", DIRS)), "type='x' must be mount"),
  REFUSED ("no-source", D (FS ("", "<target dir='g'/>")), "must have a <source"),
  REFUSED ("no-target", D (FS ("", "<source dir='/h'/>")), "must have a <target"),
  CASES_END
};

#define NIC(type, inside) "<interface type='" type "'>" inside "</interface>"
#define MAC(address) "<mac address='" address "'/>"
#define MAC_WITH(address, rest) "<mac address='" address "' " rest "/>"
#define STATIC_MAC MAC ("00:50:56:00:00:01")
#define BRIDGE "<source bridge='n'/>"
#define BRIDGED "ethernet0.networkName = \"n\"\nethernet0.connectionType = \"bridged\"\n"
#define STATIC "ethernet0.addressType = \"static\"\nethernet0.address = \"00:50:56:00:00:01\"\n"
#define BR(mac) D (NIC ("bridge", mac BRIDGE))
#define SWITCH(rest) "<source switchid='503426b2-94e9-3b16-1d68-87bfff4a5440' " rest "/>"
#define SWITCH_ID "ethernet0.dvs.switchId = \"50 34 26 b2 94 e9 3b 16-1d 68 87 bf ff 4a 54 40\"\n"
#define MODEL(word) D (NIC ("bridge", STATIC_MAC BRIDGE "<model type='" word "'/>"))
#define FOUR NIC ("null", "") NIC ("null", "") NIC ("null", "") NIC ("null", "")

#define OPAQUE(rest) "<source xmlns:v='http://libvirt.org/schemas/domain/vmware/1.0' " rest "/>"

static const ConvertCase nets[] = {
  GIVES_WITHOUT ("bridge", BR (STATIC_MAC), "ethernet0.present = \"true\"\n" BRIDGED STATIC,
                 "check"),
  REFUSED ("bridge-no-source", D (NIC ("bridge", STATIC_MAC)), "must have a <source bridge"),
  GIVES ("custom", D (NIC ("bridge", STATIC_MAC BRIDGE "<target dev='vmnet7'/>")),
         "ethernet0.connectionType = \"custom\"\nethernet0.vnet = \"vmnet7\"\n" STATIC),
  GIVES ("vnet", D (NIC ("bridge", STATIC_MAC BRIDGE "<target dev='vnet7'/>")), BRIDGED STATIC),
  GIVES ("macvtap", D (NIC ("bridge", STATIC_MAC BRIDGE "<target dev='macvtap7'/>")),
         BRIDGED STATIC),
  GIVES ("macvlan", D (NIC ("bridge", STATIC_MAC BRIDGE "<target dev='macvlan7'/>")),
         BRIDGED STATIC),
  GIVES ("user", D (NIC ("user", STATIC_MAC)),
         "ethernet0.present = \"true\"\nethernet0.connectionType = \"nat\"\n" STATIC),
  GIVES ("no-type", D ("<interface>" STATIC_MAC "</interface>"),
         "ethernet0.connectionType = \"nat\"\n"),
  GIVES ("null", D (NIC ("null", STATIC_MAC)), "ethernet0.present = \"true\"\n" STATIC),
  GIVES ("vds",
         D (NIC ("vds", STATIC_MAC SWITCH ("portid='5' portgroupid='a&lt;b' connectionid='-7'"))),
         "ethernet0.present = \"true\"\n" SWITCH_ID "ethernet0.dvs.portId = \"5\"\nethernet0.dvs.portgroupId = \"a&lt;b\"\nethernet0.dvs.connectionId = \"-7\"\n" STATIC),
  GIVES ("vds-zeros", D (NIC ("vds", STATIC_MAC SWITCH ("portid='0' connectionid='0'"))),
         SWITCH_ID STATIC),
  GIVES ("vds-nothing", D (NIC ("vds", STATIC_MAC SWITCH (""))), SWITCH_ID STATIC),
  REFUSED ("vds-no-switch", D (NIC ("vds", STATIC_MAC "<source portid='1'/>")),
           "must have a <source switchid"),
  REFUSED ("vds-bad", D (NIC ("vds", STATIC_MAC "<source switchid='x'/>")),
           "switchid='x' must be a UUID"),
  REFUSED ("vds-port-bad", D (NIC ("vds", STATIC_MAC SWITCH ("portid='x'"))),
           "portid='x' must be a whole number"),
  GIVES ("opaque", D (NIC ("null", STATIC_MAC OPAQUE ("v:opaqueid='a&amp;b' v:opaquetype='t'"))),
         "ethernet0.present = \"true\"\nethernet0.opaqueNetwork.id = \"a&b\"\nethernet0.opaqueNetwork.type = \"t\"\n" STATIC),
  REFUSED ("opaque-half", D (NIC ("null", STATIC_MAC OPAQUE ("v:opaqueid='i'"))),
           "must have both vmware:opaqueid='...' and vmware:opaquetype='...'"),
  REFUSED ("opaque-empty", D (NIC ("null", STATIC_MAC OPAQUE ("v:opaqueid='' v:opaquetype='t'"))),
           "must have both"),
  UNSUPPORTED ("network", D (NIC ("network", STATIC_MAC "<source network='default'/>")),
               "line 1: <interface>: type='network' must be bridge, user, null or vds"),
  UNSUPPORTED ("ethernet", D (NIC ("ethernet", STATIC_MAC)), "type='ethernet' must be bridge"),
  UNSUPPORTED ("hostdev", D (NIC ("hostdev", STATIC_MAC)),
               "type='hostdev': the keys of a VMX for a function of a card are not known"),
  UNSUPPORTED ("direct", D (NIC ("direct", STATIC_MAC)), "type='direct' must be bridge"),
  REFUSED ("type-bad", D (NIC ("x", "")), "type='x' must be user"),
  GIVES_WITHOUT ("mac-generated", BR (MAC ("00:0C:29:aa:bb:cc")),
                 "ethernet0.addressType = \"generated\"\nethernet0.generatedAddress = \"00:0c:29:aa:bb:cc\"\nethernet0.generatedAddressOffset = \"0\"\n",
                 "check"),
  GIVES_WITHOUT ("mac-static-3f", BR (MAC ("00:50:56:3f:ff:ff")),
                 "ethernet0.addressType = \"static\"\nethernet0.address = \"00:50:56:3f:ff:ff\"\n",
                 "check"),
  GIVES ("mac-other-40", BR (MAC ("00:50:56:40:00:00")),
         "ethernet0.addressType = \"static\"\nethernet0.address = \"00:50:56:40:00:00\"\nethernet0.checkMACAddress = \"false\"\n"),
  GIVES_WITHOUT ("mac-vpx-80", BR (MAC ("00:50:56:80:00:00")),
                 "ethernet0.addressType = \"vpx\"\nethernet0.generatedAddress = \"00:50:56:80:00:00\"\n",
                 "Offset"),
  GIVES ("mac-vpx-bf", BR (MAC ("00:50:56:bf:ff:ff")), "ethernet0.addressType = \"vpx\"\n"),
  GIVES ("mac-other-c0", BR (MAC ("00:50:56:c0:00:00")), "ethernet0.checkMACAddress = \"false\"\n"),
  GIVES ("mac-other", BR (MAC ("00:12:34:56:78:90")),
         "ethernet0.addressType = \"static\"\nethernet0.address = \"00:12:34:56:78:90\"\nethernet0.checkMACAddress = \"false\"\n"),
  GIVES_WITHOUT ("type-generated", BR (MAC_WITH ("00:12:34:56:78:90", "type='generated'")),
                 "ethernet0.addressType = \"generated\"\nethernet0.generatedAddress = \"00:12:34:56:78:90\"\nethernet0.generatedAddressOffset = \"0\"\n",
                 "check"),
  GIVES ("type-generated-vpx", BR (MAC_WITH ("00:50:56:91:00:00", "type='generated'")),
         "ethernet0.addressType = \"vpx\"\n"),
  GIVES_WITHOUT ("type-static-vpx", BR (MAC_WITH ("00:50:56:91:00:00", "type='static'")),
                 "ethernet0.addressType = \"static\"\nethernet0.address = \"00:50:56:91:00:00\"\n",
                 "check"),
  GIVES ("type-static-other", BR (MAC_WITH ("00:12:34:56:78:90", "type='static'")),
         "ethernet0.checkMACAddress = \"false\"\n"),
  GIVES ("check-yes", BR (MAC_WITH ("00:12:34:56:78:90", "check='yes'")),
         "ethernet0.address = \"00:12:34:56:78:90\"\nethernet0.checkMACAddress = \"true\"\n"),
  GIVES ("check-no", BR (MAC_WITH ("00:0c:29:00:00:01", "type='generated' check='no'")),
         "ethernet0.generatedAddressOffset = \"0\"\nethernet0.checkMACAddress = \"false\"\n"),
  REFUSED ("mac-type-bad", BR (MAC_WITH ("00:0c:29:00:00:01", "type='x'")),
           "type='x' must be generated or static"),
  REFUSED ("mac-check-bad", BR (MAC_WITH ("00:0c:29:00:00:01", "check='x'")),
           "check='x' must be yes or no"),
  REFUSED ("mac-bad", BR (MAC ("x")), "address='x' must be 6 pairs"),
  REFUSED ("mac-multicast", BR (MAC ("01:00:5e:00:00:01")), "is multicast"),
  GIVES ("mac-missing", BR (""), "ethernet0.generatedAddress = \"00:0c:29:"),
  GIVES ("mac-zero", BR (MAC ("00:00:00:00:00:00")), "ethernet0.generatedAddress = \"00:0c:29:"),
  GIVES ("model", MODEL ("VMXnet3"),
         "ethernet0.present = \"true\"\nethernet0.virtualDev = \"vmxnet3\"\n" BRIDGED),
  GIVES ("model-vmxnet2", MODEL ("vmxnet2"),
         "ethernet0.virtualDev = \"vmxnet\"\nethernet0.features = \"15\"\n" BRIDGED),
  GIVES ("model-vlance", MODEL ("vlance"), "ethernet0.virtualDev = \"vlance\"\n"),
  GIVES ("model-e1000", MODEL ("e1000"), "ethernet0.virtualDev = \"e1000\"\n" BRIDGED),
  GIVES ("model-e1000e", MODEL ("e1000e"), "ethernet0.virtualDev = \"e1000e\"\n"),
  GIVES ("model-empty", MODEL (""), "ethernet0.present = \"true\"\n" BRIDGED),
  REFUSED ("model-other", MODEL ("virtio"), "<interface>: the model must be vlance"),
  UNSUPPORTED ("model-unknown", MODEL ("x"), "type='x' must be vlance"),
  GIVES ("four", D (FOUR), "ethernet3.present = \"true\"\n"),
  REFUSED ("five", D (FOUR NIC ("null", "")), "<interface>: there must be at most 4"),
  CASES_END
};

#define PORT(element, type, inside) "<" element " type='" type "'>" inside "</" element ">"
#define PATH "<source path='/dev/x'/>"
#define FILE_PATH "<source path='[ds] x'/>"
#define TCP(inside) D (PORT ("serial", "tcp", "<source host='h' service='1' mode='bind'/>" inside))
#define NUMBER(n) "<target port='" n "'/>"
#define SERIAL_DEV(n) "serial" n ".present = \"true\"\nserial" n ".fileType = \"device\"\nserial" n ".fileName = \"/dev/x\"\nserial" n ".yieldOnMsrRead = \"true\"\n"
#define TCP_LINES(uri, end) "serial0.fileType = \"network\"\nserial0.fileName = \"" uri "\"\nserial0.network.endPoint = \"" end "\"\nserial0.yieldOnMsrRead = \"true\"\n"

static const ConvertCase ports[] = {
  GIVES ("dev", D (PORT ("serial", "dev", PATH)), SERIAL_DEV ("0")),
  GIVES ("file", D (PORT ("serial", "file", FILE_PATH)),
         "serial0.fileType = \"file\"\nserial0.fileName = \"/vmfs/volumes/ds/x\"\nserial0.yieldOnMsrRead"),
  GIVES ("pipe", D (PORT ("serial", "pipe", PATH)),
         "serial0.fileType = \"pipe\"\nserial0.pipe.endPoint = \"client\"\nserial0.tryNoRxLoss = \"false\"\nserial0.fileName = \"/dev/x\"\nserial0.yieldOnMsrRead"),
  GIVES ("tcp", TCP ("<protocol type='raw'/>"), TCP_LINES ("tcp://h:1", "server")),
  GIVES ("telnet", TCP ("<protocol type='telnet'/>"), TCP_LINES ("telnet://h:1", "server")),
  GIVES ("telnets", TCP ("<protocol type='telnets'/>"), TCP_LINES ("telnets://h:1", "server")),
  GIVES ("tls", TCP ("<protocol type='tls'/>"), TCP_LINES ("ssl://h:1", "server")),
  GIVES ("tcp-defaults", D (PORT ("serial", "tcp", "<source host='h' service='1'/>")),
         TCP_LINES ("tcp://h:1", "client")),
  REFUSED ("tcp-no-host", D (PORT ("serial", "tcp", "<source service='1'/>")),
           "must have a <source host"),
  REFUSED ("tcp-no-service", D (PORT ("serial", "tcp", "<source host='h'/>")),
           "must have a <source host"),
  REFUSED ("tcp-mode-bad", D (PORT ("serial", "tcp", "<source host='h' service='1' mode='x'/>")),
           "mode='x' must be connect or bind"),
  REFUSED ("tcp-protocol-bad", TCP ("<protocol type='x'/>"), "type='x' must be raw"),
  REFUSED ("tcp-protocols", TCP ("<protocol type='raw'/><protocol type='raw'/>"),
           "must have one <protocol>"),
  GIVES ("console-dropped", D (PORT ("console", "file", "") PORT ("serial", "dev", PATH)),
         SERIAL_DEV ("0")),
  REFUSED ("console-dropped-bad",
           D (PORT ("console", "tcp", "<protocol type='x'/>") PORT ("serial", "dev", PATH)),
           "type='x' must be raw"),
  REFUSED ("console-virtio-bad", D (PORT ("console", "file", "<target type='virtio'/>")),
           "must have a <source path"),
  REFUSED ("console-port-bad", D (PORT ("console", "pty", NUMBER ("x")) PORT ("serial", "dev", PATH)),
           "port='x' must be a whole number"),
  GIVES ("console-port-none", D (PORT ("console", "dev", PATH NUMBER ("-1"))), SERIAL_DEV ("0")),
  GIVES ("no-path", D (PORT ("serial", "dev", "")), "serial0.fileType = \"device\"\nserial0.yield"),
  REFUSED ("no-path-file", D (PORT ("serial", "file", "")), "must have a <source path"),
  UNSUPPORTED ("null", D (PORT ("serial", "null", "")), "<serial>: type='null' must be dev, file, pipe or tcp"),
  UNSUPPORTED ("pty", D ("<serial/>"), "<serial>: type='pty' must be dev, file, pipe or tcp"),
  UNSUPPORTED ("unix", D (PORT ("serial", "unix", PATH)), "type='unix' must be dev"),
  UNSUPPORTED ("type-unknown", D (PORT ("serial", "x", "")), "type='x' must be"),
  GIVES ("numbers",
         D (PORT ("serial", "dev", PATH) PORT ("serial", "dev", PATH NUMBER ("1")) PORT ("serial", "dev", PATH)),
         SERIAL_DEV ("2") SERIAL_DEV ("1") SERIAL_DEV ("3")),
  REFUSED ("port-4", D (PORT ("serial", "dev", PATH NUMBER ("4"))),
           "<serial>: the port must be 0 to 3, not 4"),
  REFUSED ("port-bad", D (PORT ("serial", "dev", PATH NUMBER ("x"))),
           "port='x' must be a whole number"),
  GIVES ("console", D (PORT ("console", "dev", PATH)), SERIAL_DEV ("0")),
  GIVES_WITHOUT ("console-with-serial",
                 D (PORT ("console", "pty", "") PORT ("serial", "dev", PATH NUMBER ("1"))),
                 SERIAL_DEV ("1"), "serial0"),
  GIVES_WITHOUT ("console-virtio", D (PORT ("console", "pty", "<target type='virtio'/>")), FLOPPIES,
                 "serial"),
  UNSUPPORTED ("console-second", D (PORT ("console", "dev", PATH) PORT ("console", "dev", PATH)),
               "only the first console"),
  GIVES ("parallel", D (PORT ("parallel", "dev", PATH)),
         "parallel0.present = \"true\"\nparallel0.fileType = \"device\"\nparallel0.fileName = \"/dev/x\"\n"),
  GIVES ("parallel-file", D (PORT ("parallel", "file", FILE_PATH)),
         "parallel0.fileType = \"file\"\nparallel0.fileName = \"/vmfs/volumes/ds/x\"\n"),
  UNSUPPORTED ("parallel-pipe", D (PORT ("parallel", "pipe", PATH)),
               "<parallel>: type='pipe' must be dev or file"),
  REFUSED ("parallel-3", D (PORT ("parallel", "dev", PATH NUMBER ("3"))),
           "<parallel>: the port must be 0 to 2"),
  GIVES ("parallel-numbers", D (PORT ("parallel", "dev", PATH) PORT ("parallel", "dev", PATH)),
         "parallel1.present = \"true\"\n"),
  GIVES ("after-video", D (PORT ("serial", "dev", PATH) "<video/>" NIC ("null", STATIC_MAC)),
         STATIC "svga.vramSize = \"4194304\"\n" SERIAL_DEV ("0")),
  CASES_END
};

#define VNC(attributes, inside) D ("<graphics type='vnc' " attributes ">" inside "</graphics>")
#define ENABLED "numvcpus = \"1\"\nRemoteDisplay.vnc.enabled = \"true\"\n"
#define PORT_LINE(n) "RemoteDisplay.vnc.port = \"" n "\"\n"
#define IP_LINE(ip) "RemoteDisplay.vnc.ip = \"" ip "\"\n"
#define VIDEO(attributes) D ("<video><model " attributes "/></video>")

static const ConvertCase display[] = {
  GIVES ("vnc", VNC ("", ""), ENABLED FLOPPIES "svga.vramSize = \"4194304\"\n"),
  GIVES ("vnc-port", VNC ("port='5901'", ""), ENABLED PORT_LINE ("5901")),
  GIVES ("vnc-minus-1", VNC ("port='-1'", ""), ENABLED FLOPPIES),
  GIVES ("vnc-autoport", VNC ("port='5901' autoport='yes'", ""), ENABLED FLOPPIES),
  GIVES ("vnc-no-autoport", VNC ("autoport='no'", ""), ENABLED PORT_LINE ("0")),
  GIVES ("vnc-minus-1-no", VNC ("port='-1' autoport='no'", ""), ENABLED PORT_LINE ("0")),
  REFUSED ("vnc-port-bad", VNC ("port='x'", ""), "port='x' must be a whole number"),
  GIVES ("vnc-listen", VNC ("listen='1.2.3.4'", ""), ENABLED IP_LINE ("1.2.3.4")),
  GIVES ("vnc-listen-element", VNC ("", "<listen type='address' address='1.2.3.4'/>"),
         ENABLED IP_LINE ("1.2.3.4")),
  GIVES ("vnc-listen-both", VNC ("listen='::1'", "<listen type='address' address='::1'/>"),
         ENABLED IP_LINE ("::1")),
  UNSUPPORTED ("vnc-listen-unequal",
               VNC ("listen='1.2.3.4'", "<listen type='address' address='::1'/>"),
               "listen='1.2.3.4' must be the address of <listen>"),
  UNSUPPORTED ("vnc-listen-unlike-empty",
               VNC ("listen='1.2.3.4'", "<listen type='address' address=''/>"),
               "listen='1.2.3.4' must be the address of <listen>"),
  GIVES ("vnc-all", VNC ("port='1' listen='::1' keymap='de' passwd='p'", ""),
         ENABLED PORT_LINE ("1") IP_LINE ("::1") "RemoteDisplay.vnc.keymap = \"de\"\nRemoteDisplay.vnc.password = \"p\"\n"),
  REFUSED ("vnc-password-quote", VNC ("passwd='p\"q'", ""), "in RemoteDisplay.vnc.password"),
  UNSUPPORTED ("spice", D ("<graphics type='spice'/>"),
               "<graphics>: type='spice' must be vnc"),
  REFUSED ("graphics-unknown", D ("<graphics type='x'/>"), "type='x' must be sdl"),
  GIVES ("video", D ("<video/>"), FLOPPIES "svga.vramSize = \"4194304\"\n"),
  GIVES ("vram", VIDEO ("type='vmvga' vram='8192'"), "svga.vramSize = \"8388608\"\n"),
  GIVES ("vram-empty", VIDEO ("type='' vram='' heads=''"), "svga.vramSize = \"4194304\"\n"),
  GIVES ("vram-0", VIDEO ("vram='0'"), "svga.vramSize = \"4194304\"\n"),
  GIVES ("vram-power", VIDEO ("vram='5000'"), "svga.vramSize = \"8388608\"\n"),
  GIVES ("vram-64", VIDEO ("vram='1'"), "svga.vramSize = \"65536\"\n"),
  REFUSED ("two-videos", D ("<video/><video/>"), "<video>: there must be only one, not 2"),
  UNSUPPORTED ("cirrus", VIDEO ("type='cirrus'"), "<video>: the model 'cirrus' must be vmvga"),
  REFUSED ("video-bad", VIDEO ("type='x'"), "type='x' must be"),
  UNSUPPORTED ("heads", VIDEO ("type='vmvga' heads='2'"), "heads='2' must be 1"),
  CASES_END
};

#define BRIDGES(n) "pciBridge" n ".present = \"true\"\npciBridge" n ".virtualDev = \"pcieRootPort\"\npciBridge" n ".functions = \"8\"\n"

static const ConvertCase version7[] = {
  GIVES_WITHOUT ("vmci", "", "virtualHW.version = \"7\"\n", "pciBridge"),
  GIVES ("vmci-last", "<os firmware='efi'><type>hvm</type></os>",
         "firmware = \"efi\"\nvmci0.present = \"true\"\n"),
  GIVES ("bridges", D (SD ("sda")),
         FLOPPIES "pciBridge0.present = \"true\"\n" BRIDGES ("4") BRIDGES ("5") BRIDGES ("6") BRIDGES ("7") "vmci0.present = \"true\"\n"),
  GIVES_WITHOUT ("no-scsi", D (DISK ("", VMDK TARGET ("hda", "ide"))), "vmci0.present = \"true\"\n",
                 "pciBridge"),
  GIVES ("ten", D (FOUR FOUR NIC ("null", "") NIC ("null", "")), "ethernet9.present = \"true\"\n"),
  REFUSED ("eleven", D (FOUR FOUR NIC ("null", "") NIC ("null", "") NIC ("null", "")),
           "there must be at most 10"),
  CASES_END
};

static void
expect_refusal (const char *xml, const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (hvfs_domain_xml_read (xml, strlen (xml), &error));
  g_assert_error (error, HVFS_ERROR, EINVAL);
  g_assert_nonnull (strstr (error->message, message));
}

/* Whatever is quoted, a message is no longer than somebody would read, and has its end. */
static void
expect_long_refusal (const char *word)
{
  g_autofree char *xml = g_strconcat ("<domain type='", word, "'/>", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (hvfs_domain_xml_read (xml, strlen (xml), &error));
  g_assert_cmpuint (strlen (error->message), <, 700);
  g_assert_true (g_str_has_suffix (error->message, "xxx' must be vmware"));
}

/* What would keep the parser busy for long, or get past those who look for that. */
static void
test_hostile (void)
{
  g_autoptr (GString) attributes = g_string_new ("<domain type='vmware'");
  g_autoptr (GString) devices = g_string_new ("<domain type='vmware'><name>n</name><devices>");
  g_autoptr (GString) deep = g_string_new (NULL);
  g_autoptr (GString) names = g_string_new ("<domain type='vmware'>");
  g_autofree char *big = g_strnfill (HVFS_DOMAIN_XML_MAX_BYTES + 1, ' ');

  for (guint i = 0; i < 5000; i++)
    {
      g_string_append_printf (attributes, " a%u=''", i);
      g_string_append (devices, "<controller/>");
      g_string_append (deep, "<a>");
    }
  for (guint i = 0; i < 100000; i++)
    g_string_append_printf (names, "<n%u/>", i);
  g_string_append (names, "</domain>");
  g_string_append (attributes, "/>");
  g_string_append (devices, "</devices>" REST);
  expect_refusal (attributes->str, "must not have more than 1000 attributes");
  expect_refusal (names->str, "must not have more than 100000 tags and attributes");
  expect_refusal (devices->str, "must not be more than 4096 devices");
  expect_refusal (deep->str, "Excessive depth");
  expect_refusal (big, "must not be larger than 16 MiB");
  memset (big, 'x', 100000);
  big[100000] = '\0';
  expect_long_refusal (big);
  expect_refusal ("<?xml version='1.0' encoding='UTF-7'?><domain/>", "the encoding of XML must be UTF-8");
  expect_refusal ("<!DOCTYPE d [<!ENTITY e 'x'>]><domain/>", "document type is refused");
}

/* Missing UUIDs and addresses are made up when somebody asks for it, never while reading. */
static void
test_made_up (void)
{
  static const char xml[] = "<domain type='vmware'><name>n</name>" "<devices><interface/></devices>" REST;
  g_autoptr (HvfsDomain) a = hvfs_domain_xml_read (xml, strlen (xml), NULL);
  g_autoptr (HvfsDomain) b = hvfs_domain_xml_read (xml, strlen (xml), NULL);
  const guint8 *mac = ((HvfsNet *) a->nets->pdata[0])->mac;
  const guint8 *other = ((HvfsNet *) b->nets->pdata[0])->mac;
  guint8 drawn[HVFS_MAC_BYTES];

  g_assert_true (hvfs_is_zero (a->uuid, HVFS_UUID_BYTES));
  g_assert_true (hvfs_is_zero (mac, HVFS_MAC_BYTES));
  hvfs_domain_draw_uuid (a);
  hvfs_domain_draw_macs (a);
  hvfs_domain_draw_uuid (b);
  hvfs_domain_draw_macs (b);
  g_assert_cmpmem (mac, 3, "\x00\x0c\x29", 3);
  g_assert_cmpint (memcmp (a->uuid, b->uuid, HVFS_UUID_BYTES), !=, 0);
  g_assert_cmpint (memcmp (mac, other, HVFS_MAC_BYTES), !=, 0);
  memcpy (drawn, mac, sizeof drawn);
  hvfs_domain_draw_macs (a);
  g_assert_cmpmem (mac, HVFS_MAC_BYTES, drawn, sizeof drawn);
}

/* Without anybody to ask, a controller cannot be 'auto'. */
static void
test_no_autodetect (void)
{
  g_autofree char *xml = make_xml (D (SD ("sda") CONTROLLER ("index='0' model='auto'")));
  g_autoptr (HvfsDomain) domain = hvfs_domain_xml_read (xml, strlen (xml), NULL);
  HvfsFiles files = stub_files;
  g_autoptr (GError) error = NULL;

  files.autodetect = NULL;
  g_assert_null (hvfs_vmx_write (domain, 4, &files, NULL, &error));
  g_assert_error (error, HVFS_ERROR, EINVAL);
}

/* Gives each disk another model than the one before it. */
static gboolean
alternate (gpointer data, const HvfsDisk *disk, HvfsScsiModel *ret_model, GError **error)
{
  *ret_model = strcmp (disk->target, "sda") == 0 ? HVFS_SCSI_LSILOGIC : HVFS_SCSI_BUSLOGIC;
  return TRUE;
}

static void
test_autodetect_unequal (void)
{
  g_autofree char *xml = make_xml (D (SD ("sda") SD ("sdb") CONTROLLER ("index='0' model='auto'")));
  g_autoptr (HvfsDomain) domain = hvfs_domain_xml_read (xml, strlen (xml), NULL);
  HvfsFiles files = stub_files;
  g_autoptr (GError) error = NULL;

  files.autodetect = alternate;
  g_assert_null (hvfs_vmx_write (domain, 4, &files, NULL, &error));
  g_assert_error (error, HVFS_ERROR, EINVAL);
  g_assert_nonnull (strstr (error->message, "'sdb': wants another controller"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_cases ("/vmx-write/heads", heads, xml_to_vmx);
  add_cases ("/vmx-write/os", oses, xml_to_vmx);
  add_cases ("/vmx-write/memory", memory, xml_to_vmx);
  add_cases ("/vmx-write/cpus", cpus, xml_to_vmx);
  add_cases ("/vmx-write/disks", disks, xml_to_vmx);
  add_cases ("/vmx-write/controllers", controllers, xml_to_vmx);
  add_cases ("/vmx-write/filesystems", filesystems, xml_to_vmx);
  add_cases ("/vmx-write/nets", nets, xml_to_vmx);
  add_cases ("/vmx-write/ports", ports, xml_to_vmx);
  add_cases ("/vmx-write/display", display, xml_to_vmx);
  add_cases ("/vmx-write/version-7", version7, xml_to_vmx7);
  g_test_add_func ("/vmx-write/hostile", test_hostile);
  g_test_add_func ("/vmx-write/made-up", test_made_up);
  g_test_add_func ("/vmx-write/no-autodetect", test_no_autodetect);
  g_test_add_func ("/vmx-write/autodetect-unequal", test_autodetect_unequal);
  return g_test_run ();
}
