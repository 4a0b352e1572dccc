/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wire/since.c - the versions of what is sent; see since.h
 *
 * tests/version/test-version.py compares each row with another client's types, and each request of
 * each operation with both.
 */
#include "backend/wire/since.h"

#define COLLECTOR "reading more than one page"

static const HvfsSince rows[] = {
  /* methods and their parameters */
  { NULL, "CreatePropertyCollector", "4.1", NULL, "a property collector of its own" },
  { NULL, "DestroyPropertyCollector", "4.1", NULL, "a property collector of its own" },
  { NULL, "WaitForUpdatesEx", "4.1", NULL, "waiting for updates" },
  { NULL, "RetrievePropertiesEx", "4.1", NULL, COLLECTOR },
  { NULL, "ContinueRetrievePropertiesEx", "4.1", NULL, COLLECTOR },
  { NULL, "ExportVm", "4.0", NULL, "an export" },
  { NULL, "CreateDescriptor", "4.0", NULL, "an export" },
  { NULL, "CreateImportSpec", "4.0", NULL, "deploying an .ova" },
  { NULL, "ImportVApp", "4.0", NULL, "deploying an .ova" },
  { NULL, "HttpNfcLeaseGetManifest", "4.1", NULL, "the sizes of exported disks" },
  { NULL, "CheckMigrate_Task", "4.0", NULL, "checking a migration" },
  { NULL, "CheckRelocate_Task", "4.0", NULL, "checking a migration" },
  { NULL, "CreateScreenshot_Task", "4.0", NULL, "a picture of the screen" },
  { NULL, "AcquireCloneTicket", "2.5u2", NULL, "a ticket for a console" },
  { NULL, "AcquireTicket", "4.1", NULL, "a ticket for a console" },
  { NULL, "AcquireGenericServiceTicket", "5.0", NULL, "a ticket for a host's files" },
  { NULL, "PutUsbScanCodes", "6.5", NULL, "pressing keys" },
  { NULL, "AcknowledgeAlarm", "4.0", NULL, "acknowledging an alarm" },
  { NULL, "PowerOnVApp_Task", "4.0", NULL, "starting a vApp" },
  { NULL, "PowerOffVApp_Task", "4.0", NULL, "stopping a vApp" },
  { NULL, "SuspendVApp_Task", "4.1", NULL, "suspending a vApp" },
  { "RelocateVM_Task", "priority", "4.0", NULL, "priority= of a migration to another datastore" },
  { "RelocateVM_Task", "spec", "2.5", "VirtualMachineRelocateSpec", NULL },
  { "CheckRelocate_Task", "spec", "4.0", "VirtualMachineRelocateSpec", "checking a migration" },
  { "CloneVM_Task", "spec", "2.5", "VirtualMachineCloneSpec", NULL },
  { "CreateVM_Task", "config", "2.5", "VirtualMachineConfigSpec", NULL },
  { "ReconfigVM_Task", "spec", "2.5", "VirtualMachineConfigSpec", NULL },
  { "SearchDatastoreSubFolders_Task", "searchSpec", "2.5", "HostDatastoreBrowserSearchSpec", NULL },

  /* files of datastores */
  { "HostDatastoreBrowserSearchSpec", "details", "2.5", "FileQueryFlags", NULL },
  { "FileQueryFlags", "fileOwner", "4.0", NULL, "the owner of a file" },

  /* copies */
  { "VirtualMachineCloneSpec", "location", "2.5", "VirtualMachineRelocateSpec", NULL },
  { "VirtualMachineCloneSpec", "snapshot", "4.0", NULL, "a clone of a snapshot" },
  { "VirtualMachineRelocateSpec", "service", "6.0", NULL, "a migration to another vCenter" },
  { NULL, "ServiceLocatorNamePassword", "6.0", NULL, "a migration to another vCenter" },
  { "VirtualMachineRelocateSpec", "folder", "6.0", NULL, "the folder of a migration" },
  { "VirtualMachineRelocateSpec", "deviceChange", "5.5", "VirtualDeviceConfigSpec",
    "the networks of a migration" },
  { "VirtualMachineRelocateSpec", "diskMoveType", "4.0", NULL, "a linked clone" },

  { "CustomizationLinuxPrep", "timeZone", "4.0", NULL, "the time zone of a customization" },
  { "CustomizationLinuxPrep", "hwClockUTC", "4.0", NULL, "the clock of a customization" },

  /* configurations */
  { "VirtualMachineConfigSpec", "numCoresPerSocket", "5.0", NULL, "<topology cores='...'>" },
  { "VirtualMachineConfigSpec", "memoryHotAddEnabled", "2.5u2", NULL, "mem.hotadd" },
  { "VirtualMachineConfigSpec", "cpuHotAddEnabled", "2.5u2", NULL, "vcpu.hotadd" },
  { "VirtualMachineConfigSpec", "cpuHotRemoveEnabled", "2.5u2", NULL, "vcpu.hotremove" },
  { "VirtualMachineConfigSpec", "latencySensitivity", "5.1", "LatencySensitivity",
    "sched.cpu.latencySensitivity" },
  { "VirtualMachineConfigSpec", "firmware", "5.0", NULL, "<os firmware='...'>" },
  { "VirtualMachineConfigSpec", "memoryReservationLockedToMax", "5.0", NULL, "sched.mem.pin" },
  { "VirtualMachineConfigSpec", "nestedHVEnabled", "5.1", NULL, "<cpu><feature name='vmx'>" },
  { "VirtualMachineConfigSpec", "flags", "2.5", "VirtualMachineFlagInfo", NULL },
  { "VirtualMachineFlagInfo", "virtualExecUsage", "4.0", NULL, "monitor.virtual_exec" },
  { "VirtualMachineFlagInfo", "vvtdEnabled", "6.7", NULL, "vvtd.enable" },
  { "VirtualMachineFlagInfo", "vbsEnabled", "6.7", NULL, "windows.vbs.enabled" },
  { "VirtualMachineConfigSpec", "changeTrackingEnabled", "4.0", NULL, "ctkEnabled" },
  { "VirtualMachineConfigSpec", "maxMksConnections", "5.0", NULL, "RemoteDisplay.maxConnections" },
  { "VirtualMachineConfigSpec", "vPMCEnabled", "5.1", NULL, "vpmc.enable" },
  { "VirtualMachineConfigSpec", "migrateEncryption", "6.5", NULL, "migrate.encryptionMode" },
  { "VirtualMachineConfigSpec", "deviceChange", "2.5", "VirtualDeviceConfigSpec", NULL },
  { "VirtualMachineConfigSpec", "bootOptions", "2.5", "VirtualMachineBootOptions", NULL },
  { "VirtualMachineBootOptions", "bootRetryEnabled", "4.1", NULL, "bios.bootRetry.enabled" },
  { "VirtualMachineBootOptions", "bootRetryDelay", "4.1", NULL, "bios.bootRetry.delay" },
  { "VirtualMachineBootOptions", "bootOrder", "5.0", NULL, "a boot order (<boot>)" },
  { "VirtualMachineBootOptions", "efiSecureBootEnabled", "6.5", NULL, "secure boot" },

  /* devices */
  { NULL, "ParaVirtualSCSIController", "2.5u2", NULL, "<controller model='vmpvscsi'>" },
  { NULL, "VirtualLsiLogicSASController", "2.5u2", NULL, "<controller model='lsisas1068'>" },
  { NULL, "VirtualAHCIController", "5.5", NULL, "<controller type='sata'>" },
  { NULL, "VirtualNVMEController", "6.5", NULL, "<controller type='nvme'>" },
  { NULL, "VirtualUSBXHCIController", "5.0", NULL, "<controller type='usb' model='nec-xhci'>" },
  { NULL, "VirtualHdAudioCard", "5.0", NULL, "<sound model='ich9'>" },
  { NULL, "VirtualTPM", "6.7", NULL, "<tpm>" },
  { NULL, "VirtualWDT", "7.0", NULL, "vwdt.present" },
  { NULL, "VirtualPrecisionClock", "7.0", NULL, "precisionclock0.present" },
  { NULL, "VirtualNVDIMMController", "6.7", NULL, "<memory model='nvdimm'>" },
  { NULL, "VirtualNVDIMM", "6.7", NULL, "<memory model='nvdimm'>" },
  { NULL, "VirtualPCIPassthrough", "4.0", NULL, "<hostdev type='pci'>" },
  { NULL, "VirtualSriovEthernetCard", "5.5", NULL, "<interface type='hostdev'>" },
  { NULL, "VirtualVmxnet3", "2.5u2", NULL, "<interface><model type='vmxnet3'>" },
  { NULL, "VirtualE1000e", "5.0", NULL, "<interface><model type='e1000e'>" },
  { NULL, "VirtualEthernetCardDistributedVirtualPortBackingInfo", "4.0", NULL,
    "an interface on a distributed switch" },
  { NULL, "VirtualEthernetCardOpaqueNetworkBackingInfo", "5.5", NULL,
    "an interface on an opaque network" },
  { "VirtualDisk", "storageIOAllocation", "4.1", NULL, "<iotune>" },
  { "VirtualDiskFlatVer2BackingInfo", "sharing", "6.0", NULL, "<shareable/>" },
  { "VirtualDiskRawDiskMappingVer1BackingInfo", "sharing", "6.0", NULL, "<shareable/>" },
  { "VirtualDiskRawDiskVer2BackingInfo", "sharing", "6.0", NULL, "<shareable/>" },
  { "VirtualMachineVideoCard", "numDisplays", "2.5u2", NULL, "<video> with heads" },
  { "VirtualMachineVideoCard", "useAutoDetect", "2.5u2", NULL, "automatic <video>" },
  { "VirtualMachineVideoCard", "use3dRenderer", "5.1", NULL, "a renderer of <video>" },
  { "VirtualMachineVideoCard", "graphicsMemorySizeInKB", "6.0", NULL, "graphics memory of <video>" },
  { "VirtualMachineVideoCard", "enable3DSupport", "2.5u2", NULL, "<acceleration accel3d='yes'>" },
  { "VirtualDisk", "capacityInBytes", "5.5", NULL, "the size of a disk in bytes" },
  { "VirtualDiskFlatVer2BackingInfo", "eagerlyScrub", "4.0", NULL, "an eagerly scrubbed disk" },
  { "VirtualDiskFlatVer2BackingInfo", "parent", "4.0", NULL, "a disk below a snapshot" },
  { "VirtualDiskFlatVer2BackingInfo", "digestEnabled", "5.0", NULL, "a disk with a digest" },
  { "VirtualE1000", "resourceAllocation", "6.0", NULL, "<bandwidth>" },
  { "VirtualE1000e", "resourceAllocation", "6.0", NULL, "<bandwidth>" },
  { "VirtualPCNet32", "resourceAllocation", "6.0", NULL, "<bandwidth>" },
  { "VirtualSriovEthernetCard", "resourceAllocation", "6.0", NULL, "<bandwidth>" },
  { "VirtualVmxnet", "resourceAllocation", "6.0", NULL, "<bandwidth>" },
  { "VirtualVmxnet2", "resourceAllocation", "6.0", NULL, "<bandwidth>" },
  { "VirtualVmxnet3", "resourceAllocation", "6.0", NULL, "<bandwidth>" },
  { "VirtualVmxnet3Vrdma", "resourceAllocation", "6.0", NULL, "<bandwidth>" },
  { NULL, "VirtualSerialPortURIBackingInfo", "4.1", NULL, "<serial type='tcp'>" },
};

static guint
row_hash (gconstpointer key)
{
  const HvfsSince *row = key;

  return g_str_hash (row->name) * 31 + (row->owner != NULL ? g_str_hash (row->owner) : 0);
}

static gboolean
row_equal (gconstpointer a, gconstpointer b)
{
  const HvfsSince *x = a, *y = b;

  return g_str_equal (x->name, y->name) && g_strcmp0 (x->owner, y->owner) == 0;
}

/* Never freed: of the process. */
static GHashTable *
row_table (void)
{
  static gsize once;
  static GHashTable *table;

  if (g_once_init_enter (&once))
    {
      table = g_hash_table_new (row_hash, row_equal);
      for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
        g_hash_table_add (table, (gpointer) &rows[i]);
      g_once_init_leave (&once, 1);
    }
  return table;
}

const HvfsSince *
hvfs_since_lookup (const char *owner, const char *name)
{
  const HvfsSince key = { .owner = owner, .name = name };

  return g_hash_table_lookup (row_table (), &key);
}
