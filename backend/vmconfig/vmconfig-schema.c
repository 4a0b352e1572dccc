/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-schema.c - the fields of the server's devices; see vmconfig-schema.h */
#include "backend/vmconfig/vmconfig-schema.h"

#include <string.h>

#define FILE_FIELDS "fileName datastore backingObjectId"
#define DEVICE_FIELDS "deviceName useAutoDetect"

/* A type has its base's fields, then its own.  What came after API 6.7 is in here, too: a
 * server that sends it takes it back. */
static const struct
{
  const char *type, *base, *fields;
} types[] = {
  { "VirtualDevice", NULL,
    "key deviceInfo backing connectable slotInfo controllerKey unitNumber numaNode "
    "deviceGroupInfo" },
  { "connectable", NULL, "migrateConnect startConnected allowGuestControl connected status" },

  { "VirtualController", "VirtualDevice", "busNumber device" },
  { "VirtualSCSIController", "VirtualController", "hotAddRemove sharedBus scsiCtlrUnitNumber" },
  { "VirtualLsiLogicController", "VirtualSCSIController", "" },
  { "VirtualBusLogicController", "VirtualSCSIController", "" },
  { "VirtualLsiLogicSASController", "VirtualSCSIController", "" },
  { "ParaVirtualSCSIController", "VirtualSCSIController", "" },
  { "VirtualAHCIController", "VirtualController", "" },
  { "VirtualNVMEController", "VirtualController", "sharedBus" },
  { "VirtualIDEController", "VirtualController", "" },
  { "VirtualUSBController", "VirtualController", "autoConnectDevices ehciEnabled" },
  { "VirtualUSBXHCIController", "VirtualController", "autoConnectDevices" },
  { "VirtualSIOController", "VirtualController", "" },

  { "VirtualDisk", "VirtualDevice",
    "capacityInKB capacityInBytes shares storageIOAllocation diskObjectId vFlashCacheConfigInfo "
    "iofilter vDiskId vDiskVersion virtualDiskFormat nativeUnmanagedLinkedClone "
    "independentFilters guestReadOnly" },
  { "storageIOAllocation", NULL, "limit shares reservation" },
  { "VirtualDiskFlatVer1BackingInfo", NULL,
    FILE_FIELDS " diskMode split writeThrough contentId parent" },
  { "VirtualDiskFlatVer2BackingInfo", NULL,
    FILE_FIELDS " diskMode split writeThrough thinProvisioned eagerlyScrub uuid contentId changeId "
    "parent deltaDiskFormat digestEnabled deltaGrainSize deltaDiskFormatVariant sharing keyId "
    "cryptoIntegrityProtectionType" },
  { "VirtualDiskSparseVer1BackingInfo", NULL,
    FILE_FIELDS " diskMode split writeThrough spaceUsedInKB contentId parent" },
  { "VirtualDiskSparseVer2BackingInfo", NULL,
    FILE_FIELDS " diskMode split writeThrough spaceUsedInKB uuid contentId changeId parent keyId" },
  { "VirtualDiskSeSparseBackingInfo", NULL,
    FILE_FIELDS " diskMode writeThrough uuid contentId changeId parent deltaDiskFormat "
    "digestEnabled grainSize keyId" },
  { "VirtualDiskLocalPMemBackingInfo", NULL, FILE_FIELDS " diskMode uuid volumeUUID contentId" },
  { "VirtualDiskRawDiskMappingVer1BackingInfo", NULL,
    FILE_FIELDS " lunUuid deviceName compatibilityMode diskMode uuid contentId changeId parent "
    "deltaDiskFormat deltaGrainSize sharing" },
  { "VirtualDiskRawDiskVer2BackingInfo", NULL,
    DEVICE_FIELDS " descriptorFileName uuid changeId sharing" },
  { "VirtualDiskPartitionedRawDiskVer2BackingInfo", "VirtualDiskRawDiskVer2BackingInfo",
    "partition" },

  { "VirtualCdrom", "VirtualDevice", "" },
  { "VirtualCdromIsoBackingInfo", NULL, FILE_FIELDS },
  { "VirtualCdromAtapiBackingInfo", NULL, DEVICE_FIELDS " description" },
  { "VirtualCdromPassthroughBackingInfo", NULL, DEVICE_FIELDS " exclusive description" },
  { "VirtualCdromRemoteAtapiBackingInfo", NULL, DEVICE_FIELDS },
  { "VirtualCdromRemotePassthroughBackingInfo", NULL, DEVICE_FIELDS " exclusive" },
  { "VirtualFloppy", "VirtualDevice", "" },
  { "VirtualFloppyImageBackingInfo", NULL, FILE_FIELDS },
  { "VirtualFloppyDeviceBackingInfo", NULL, DEVICE_FIELDS },
  { "VirtualFloppyRemoteDeviceBackingInfo", NULL, DEVICE_FIELDS },

  { "VirtualEthernetCard", "VirtualDevice",
    "addressType macAddress wakeOnLanEnabled resourceAllocation externalId "
    "uptCompatibilityEnabled" },
  { "resourceAllocation", NULL, "reservation share limit" },
  { "share", NULL, "shares level" },
  { "VirtualE1000", "VirtualEthernetCard", "" },
  { "VirtualE1000e", "VirtualEthernetCard", "" },
  { "VirtualPCNet32", "VirtualEthernetCard", "" },
  { "VirtualVmxnet", "VirtualEthernetCard", "" },
  { "VirtualVmxnet2", "VirtualEthernetCard", "" },
  { "VirtualVmxnet3", "VirtualEthernetCard", "uptv2Enabled strictLatencyConfig" },
  { "VirtualVmxnet3Vrdma", "VirtualVmxnet3", "deviceProtocol" },
  { "VirtualSriovEthernetCard", "VirtualEthernetCard", "allowGuestOSMtuChange sriovBacking dvxBackingInfo" },
  { "sriovBacking", NULL, "physicalFunctionBacking virtualFunctionBacking virtualFunctionIndex" },
  { "VirtualEthernetCardNetworkBackingInfo", NULL, DEVICE_FIELDS " network inPassthroughMode" },
  { "VirtualEthernetCardLegacyNetworkBackingInfo", NULL, DEVICE_FIELDS },
  { "VirtualEthernetCardDistributedVirtualPortBackingInfo", NULL, "port" },
  { "VirtualEthernetCardOpaqueNetworkBackingInfo", NULL, "opaqueNetworkId opaqueNetworkType" },
  { "port", NULL, "switchUuid portgroupKey portKey connectionCookie" },

  { "VirtualSerialPort", "VirtualDevice", "yieldOnPoll" },
  { "VirtualSerialPortFileBackingInfo", NULL, FILE_FIELDS },
  { "VirtualSerialPortDeviceBackingInfo", NULL, DEVICE_FIELDS },
  { "VirtualSerialPortPipeBackingInfo", NULL, "pipeName endpoint noRxLoss" },
  { "VirtualSerialPortURIBackingInfo", NULL, "serviceURI direction proxyURI" },
  { "VirtualSerialPortThinPrintBackingInfo", NULL, "" },
  { "VirtualParallelPort", "VirtualDevice", "" },
  { "VirtualParallelPortFileBackingInfo", NULL, FILE_FIELDS },
  { "VirtualParallelPortDeviceBackingInfo", NULL, DEVICE_FIELDS },

  { "VirtualUSB", "VirtualDevice", "connected vendor product family speed" },
  { "VirtualUSBUSBBackingInfo", NULL, DEVICE_FIELDS },
  { "VirtualPCIPassthrough", "VirtualDevice", "" },
  { "VirtualPCIPassthroughDeviceBackingInfo", NULL, DEVICE_FIELDS " id deviceId systemId vendorId" },

  { "VirtualSCSIPassthrough", "VirtualDevice", "" },
  { "VirtualSCSIPassthroughDeviceBackingInfo", NULL, DEVICE_FIELDS },

  { "VirtualNVDIMMController", "VirtualController", "" },
  { "VirtualNVDIMM", "VirtualDevice", "capacityInMB configuredCapacityInMB" },
  { "VirtualNVDIMMBackingInfo", NULL, FILE_FIELDS " parent changeId" },

  { "VirtualSoundBlaster16", "VirtualDevice", "" },
  { "VirtualEnsoniq1371", "VirtualDevice", "" },
  { "VirtualHdAudioCard", "VirtualDevice", "" },
  { "VirtualSoundCardDeviceBackingInfo", NULL, DEVICE_FIELDS },
  { "VirtualTPM", "VirtualDevice",
    "endorsementKeyCertificateSigningRequest endorsementKeyCertificate" },

  { "VirtualWDT", "VirtualDevice", "runOnBoot running" },
  { "VirtualPrecisionClock", "VirtualDevice", "" },
  { "VirtualPrecisionClockSystemClockBackingInfo", NULL, "protocol" },
  { "VirtualMachineVMIROM", "VirtualDevice", "" },

  { "VirtualMachineVideoCard", "VirtualDevice",
    "videoRamSizeInKB numDisplays useAutoDetect enable3DSupport use3dRenderer "
    "graphicsMemorySizeInKB" },
};

/* What describes the file, the network or the port that another field names. */
static const struct
{
  const char *field, *followers;
} follows[] = {
  { "fileName", "datastore backingObjectId uuid contentId changeId parent deltaDiskFormat "
                "digestEnabled deltaGrainSize deltaDiskFormatVariant spaceUsedInKB grainSize keyId "
                "cryptoIntegrityProtectionType" },
  { "capacityInKB", "capacityInBytes" },
  { "deviceName", "network inPassthroughMode description" },
  { "switchUuid", "portKey connectionCookie" },
  { "portgroupKey", "portKey connectionCookie" },
  { "portKey", "connectionCookie" },
};

/* Returns: the place of a word among words with single spaces between them, -1: none */
static int
word_index (const char *words, const char *word)
{
  gsize len = strlen (word);
  int index = 0;

  for (; *words != '\0'; index++)
    {
      gsize n = strcspn (words, " ");

      if (n == len && strncmp (words, word, n) == 0)
        return index;
      words += n + (words[n] == ' ');
    }
  return -1;
}

static int
n_words (const char *words)
{
  int n = *words != '\0';

  for (; *words != '\0'; words++)
    n += *words == ' ';
  return n;
}

static int
row_of (const char *type)
{
  for (guint i = 0; type != NULL && i < G_N_ELEMENTS (types); i++)
    if (strcmp (types[i].type, type) == 0)
      return i;
  return -1;
}

gboolean
hvfs_vim_type_is_known (const char *type)
{
  return row_of (type) >= 0;
}

static int
n_fields (int row)
{
  return row < 0 ? 0 : n_fields (row_of (types[row].base)) + n_words (types[row].fields);
}

int
hvfs_vim_field_rank (const char *type, const char *field)
{
  for (int row = row_of (type); row >= 0; row = row_of (types[row].base))
    {
      int index = word_index (types[row].fields, field);

      if (index >= 0)
        return n_fields (row_of (types[row].base)) + index;
    }
  return -1;
}

gboolean
hvfs_vim_field_follows (const char *follower, const char *field)
{
  for (guint i = 0; i < G_N_ELEMENTS (follows); i++)
    if (strcmp (follows[i].field, field) == 0)
      return word_index (follows[i].followers, follower) >= 0;
  return FALSE;
}

static void
print_fields (GString *out, int row)
{
  if (row < 0)
    return;
  print_fields (out, row_of (types[row].base));
  if (*types[row].fields != '\0')
    g_string_append_printf (out, " %s", types[row].fields);
}

char *
hvfs_vim_schema_print (void)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_string_append_printf (out, "%s:", types[i].type);
      print_fields (out, i);
      g_string_append_c (out, '\n');
    }
  return g_string_free (out, FALSE);
}
