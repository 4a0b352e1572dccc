/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wire/fault.c - the table of faults; see fault.h
 *
 * A row without an errno has its parent's.  Rows whose errno would be EIO through
 * all their ancestors are left out: EIO is what an unknown fault gets.
 */
#include "backend/wire/fault.h"

#include <string.h>

#include "convert/error.h"

#define MESSAGE_BYTES 1000

typedef struct
{
  const char *type;
  const char *parent; /* nullable */
  int code;           /* errno; 0: the parent's */
  const char *text;   /* nullable; for when the server says nothing */
} Row;

static const Row rows[] = {
  { "NoPermission", "SecurityError", EACCES, "the user has no permission for this" },
  { "NotAuthenticated", "NoPermission", EACCES, "the server no longer knows our session, or the user has no permission for this" },
  { "InvalidLogin", NULL, EACCES, "user name or password is wrong" },
  { "InvalidClientCertificate", "InvalidLogin", 0, NULL },
  { "PasswordExpired", "InvalidLogin", 0, "the user's password has expired" },
  { "CannotAccessFile", "FileFault", EACCES, NULL },
  { "CannotCreateFile", "FileFault", EACCES, NULL },
  { "CannotDeleteFile", "FileFault", EACCES, NULL },
  { "FileNotWritable", "FileFault", EACCES, NULL },
  { "CannotAccessVmComponent", "VmConfigFault", EACCES, NULL },
  { "CannotAccessVmConfig", "CannotAccessVmComponent", 0, NULL },
  { "CannotAccessVmDevice", "CannotAccessVmComponent", 0, NULL },
  { "CannotAccessVmDisk", "CannotAccessVmDevice", 0, NULL },
  { "RDMPointsToInaccessibleDisk", "CannotAccessVmDisk", 0, NULL },
  { "CannotAccessNetwork", "CannotAccessVmDevice", 0, NULL },
  { "DestinationSwitchFull", "CannotAccessNetwork", 0, NULL },
  { "LegacyNetworkInterfaceInUse", "CannotAccessNetwork", 0, NULL },
  { "VMOnConflictDVPort", "CannotAccessNetwork", 0, NULL },
  { "VMOnVirtualIntranet", "CannotAccessNetwork", 0, NULL },

  { "RestrictedVersion", "SecurityError", EPERM, "the server's licence does not allow changes through its API" },
  { "MethodDisabled", NULL, EPERM, "the server has disabled this operation for the object" },
  { "NotEnoughLicenses", NULL, EPERM, "the server has no licence for this" },
  { "ExpiredFeatureLicense", "NotEnoughLicenses", 0, NULL },
  { "ExpiredAddonLicense", "ExpiredFeatureLicense", 0, NULL },
  { "ExpiredEditionLicense", "ExpiredFeatureLicense", 0, NULL },
  { "HostInventoryFull", "NotEnoughLicenses", 0, NULL },
  { "LicenseExpired", "NotEnoughLicenses", 0, NULL },
  { "LicenseRestricted", "NotEnoughLicenses", 0, NULL },
  { "LicenseSourceUnavailable", "NotEnoughLicenses", 0, NULL },
  { "NoLicenseServerConfigured", "NotEnoughLicenses", 0, NULL },
  { "VmLimitLicense", "NotEnoughLicenses", 0, NULL },
  { "VramLimitLicense", "NotEnoughLicenses", 0, NULL },
  { "SnapshotDisabled", "SnapshotFault", EPERM, NULL },
  { "SnapshotLocked", "SnapshotFault", EPERM, NULL },
  { "RuleViolation", "VmConfigFault", EPERM, NULL },

  { "InvalidState", NULL, EBUSY, "not possible in the object's present state" },
  { "InvalidHostState", "InvalidState", EBUSY, "not possible in the host's present state" },
  { "InvalidHostConnectionState", "InvalidHostState", 0, NULL },
  { "InvalidPowerState", "InvalidState", EBUSY, "not possible in the present power state" },
  { "InvalidVmState", "InvalidState", 0, NULL },
  { "InvalidDatastoreState", "InvalidState", 0, NULL },
  { "CannotPowerOffVmInCluster", "InvalidState", 0, NULL },
  { "EncryptionKeyRequired", "InvalidState", 0, NULL },
  { "MksConnectionLimitReached", "InvalidState", 0, NULL },
  { "OvfConsumerPowerOnFault", "InvalidState", 0, NULL },
  { "VmPowerOnDisabled", "InvalidState", 0, NULL },
  { "TaskInProgress", NULL, EBUSY, "another task is at work on the object" },
  { "VAppTaskInProgress", "TaskInProgress", 0, NULL },
  { "ResourceInUse", NULL, EBUSY, "in use" },
  { "FilterInUse", "ResourceInUse", 0, NULL },
  { "QuiesceDatastoreIOForHAFailed", "ResourceInUse", 0, NULL },
  { "FileLocked", "FileFault", EBUSY, "the file is locked" },
  { "ToolsInstallationInProgress", "VmToolsUpgradeFault", EBUSY, "an installation of VMware tools is under way" },

  { "ConcurrentAccess", NULL, EAGAIN, "somebody else changed the object at the same time; try again" },
  { "QuestionPending", "InvalidState", EAGAIN, "a question of the virtual machine waits for an answer" },
  { "ResourceNotAvailable", NULL, EAGAIN, NULL },

  { "NotFound", NULL, ENOENT, "not found" },
  { "FileNotFound", "FileFault", ENOENT, "file not found" },
  { "ToolsImageNotAvailable", "VmToolsUpgradeFault", ENOENT, "the host has no VMware tools for this guest" },
  { "InvalidFolder", NULL, ENOENT, NULL },
  { "InvalidDatastorePath", "InvalidDatastore", ENOENT, "no such path on a datastore" },
  { "ManagedObjectNotFound", NULL, ESTALE, "the object has gone from the server" },

  { "DuplicateName", NULL, EEXIST, "the name is taken" },
  { "AlreadyExists", NULL, EEXIST, "it exists already" },
  { "FileAlreadyExists", "FileFault", EEXIST, "the file exists already" },
  { "VmAlreadyExistsInDatacenter", "InvalidFolder", EEXIST, NULL },

  { "InvalidName", NULL, EINVAL, "the server does not allow this name" },
  { "InvalidArgument", NULL, EINVAL, "the server does not accept this value" },
  { "CustomizationFault", NULL, EINVAL, "the server cannot customize the guest so" },
  { "NicSettingMismatch", "CustomizationFault", 0, NULL },
  { "CustomizationPending", "CustomizationFault", EBUSY, "a customization waits already for the guest's next start" },
  { "UncustomizableGuest", "CustomizationFault", ENOTSUP, "the server cannot customize this guest" },
  { "IncompatibleSetting", "InvalidArgument", 0, NULL },
  { "InvalidDasConfigArgument", "InvalidArgument", 0, NULL },
  { "InvalidDasRestartPriorityForFtVm", "InvalidArgument", 0, NULL },
  { "InvalidDrsBehaviorForFtVm", "InvalidArgument", 0, NULL },
  { "InvalidIndexArgument", "InvalidArgument", 0, NULL },
  { "InvalidProperty", NULL, EINVAL, NULL },
  { "InvalidFormat", "VmConfigFault", EINVAL, NULL },
  { "InvalidDiskFormat", "InvalidFormat", 0, NULL },
  { "InvalidSnapshotFormat", "InvalidFormat", 0, NULL },
  { "InvalidDatastore", NULL, EINVAL, NULL },
  { "VmConfigFault", NULL, EINVAL, "the virtual machine's configuration does not allow this" },
  { "CannotDisableSnapshot", "VmConfigFault", 0, NULL },
  { "CannotUseNetwork", "VmConfigFault", 0, NULL },
  { "CpuHotPlugNotSupported", "VmConfigFault", 0, NULL },
  { "DeltaDiskFormatNotSupported", "VmConfigFault", 0, NULL },
  { "EightHostLimitViolated", "VmConfigFault", 0, NULL },
  { "FaultToleranceCannotEditMem", "VmConfigFault", 0, NULL },
  { "GenericVmConfigFault", "VmConfigFault", 0, NULL },
  { "InvalidVmConfig", "VmConfigFault", 0, NULL },
  { "SwapPlacementOverrideNotSupported", "InvalidVmConfig", 0, NULL },
  { "UnsupportedGuest", "InvalidVmConfig", 0, NULL },
  { "VmWwnConflict", "InvalidVmConfig", 0, NULL },
  { "LargeRDMNotSupportedOnDatastore", "VmConfigFault", 0, NULL },
  { "MemoryHotPlugNotSupported", "VmConfigFault", 0, NULL },
  { "NoCompatibleHardAffinityHost", "VmConfigFault", 0, NULL },
  { "NoCompatibleSoftAffinityHost", "VmConfigFault", 0, NULL },
  { "NumVirtualCpusIncompatible", "VmConfigFault", 0, NULL },
  { "OvfConsumerValidationFault", "VmConfigFault", 0, NULL },
  { "QuarantineModeFault", "VmConfigFault", 0, NULL },
  { "RDMNotSupportedOnDatastore", "VmConfigFault", 0, NULL },
  { "SoftRuleVioCorrectionDisallowed", "VmConfigFault", 0, NULL },
  { "SoftRuleVioCorrectionImpact", "VmConfigFault", 0, NULL },
  { "UnsupportedDatastore", "VmConfigFault", 0, NULL },
  { "MemoryFileFormatNotSupportedByDatastore", "UnsupportedDatastore", 0, NULL },
  { "UnSupportedDatastoreForVFlash", "UnsupportedDatastore", 0, NULL },
  { "UnsupportedVmxLocation", "VmConfigFault", 0, NULL },
  { "VAppNotRunning", "VmConfigFault", 0, NULL },
  { "VAppPropertyFault", "VmConfigFault", 0, NULL },
  { "InvalidNetworkInType", "VAppPropertyFault", 0, NULL },
  { "InvalidPropertyType", "VAppPropertyFault", 0, NULL },
  { "InvalidPropertyValue", "VAppPropertyFault", 0, NULL },
  { "UnconfiguredPropertyValue", "InvalidPropertyValue", 0, NULL },
  { "MissingIpPool", "VAppPropertyFault", 0, NULL },
  { "MissingNetworkIpConfig", "VAppPropertyFault", 0, NULL },
  { "NoAvailableIp", "VAppPropertyFault", 0, NULL },
  { "NoVcManagedIpConfigured", "VAppPropertyFault", 0, NULL },
  { "NotUserConfigurableProperty", "VAppPropertyFault", 0, NULL },
  { "VFlashCacheHotConfigNotSupported", "VmConfigFault", 0, NULL },
  { "VFlashModuleNotSupported", "VmConfigFault", 0, NULL },
  { "VmConfigIncompatibleForFaultTolerance", "VmConfigFault", 0, NULL },
  { "VmConfigIncompatibleForRecordReplay", "VmConfigFault", 0, NULL },
  { "VmHostAffinityRuleViolation", "VmConfigFault", 0, NULL },
  { "VirtualHardwareCompatibilityIssue", "VmConfigFault", 0, NULL },
  { "DiskNotSupported", "VirtualHardwareCompatibilityIssue", 0, NULL },
  { "IDEDiskNotSupported", "DiskNotSupported", 0, NULL },
  { "DrsVmotionIncompatibleFault", "VirtualHardwareCompatibilityIssue", 0, NULL },
  { "FeatureRequirementsNotMet", "VirtualHardwareCompatibilityIssue", 0, NULL },
  { "MemorySizeNotRecommended", "VirtualHardwareCompatibilityIssue", 0, NULL },
  { "MemorySizeNotSupported", "VirtualHardwareCompatibilityIssue", 0, NULL },
  { "MemorySizeNotSupportedByDatastore", "VirtualHardwareCompatibilityIssue", 0, NULL },
  { "NotEnoughCpus", "VirtualHardwareCompatibilityIssue", 0, NULL },
  { "NotEnoughLogicalCpus", "NotEnoughCpus", 0, NULL },
  { "NumVirtualCoresPerSocketNotSupported", "VirtualHardwareCompatibilityIssue", 0, NULL },
  { "NumVirtualCpusNotSupported", "VirtualHardwareCompatibilityIssue", 0, NULL },
  { "StorageVmotionIncompatible", "VirtualHardwareCompatibilityIssue", 0, NULL },
  { "VirtualHardwareVersionNotSupported", "VirtualHardwareCompatibilityIssue", 0, NULL },
  { "WakeOnLanNotSupported", "VirtualHardwareCompatibilityIssue", 0, NULL },
  { "InvalidDeviceSpec", "InvalidVmConfig", EINVAL, "the server does not accept this device" },
  { "DeviceHotPlugNotSupported", "InvalidDeviceSpec", 0, NULL },
  { "DeviceUnsupportedForVmPlatform", "InvalidDeviceSpec", 0, NULL },
  { "DeviceUnsupportedForVmVersion", "InvalidDeviceSpec", 0, NULL },
  { "DisallowedDiskModeChange", "InvalidDeviceSpec", 0, NULL },
  { "InvalidController", "InvalidDeviceSpec", 0, NULL },
  { "InvalidDeviceOperation", "InvalidDeviceSpec", 0, NULL },
  { "MissingController", "InvalidDeviceSpec", 0, NULL },
  { "InvalidDeviceBacking", "InvalidDeviceSpec", EINVAL, NULL },
  { "VMotionNotConfigured", "VMotionInterfaceIssue", EINVAL, "vMotion is not configured on the host" },
  { "DatacenterMismatch", "MigrationFault", EINVAL, "not in the same datacenter" },
  { "NoCompatibleHost", NULL, EINVAL, "no host can run the virtual machine" },
  { "NoCompatibleHostWithAccessToDevice", "NoCompatibleHost", 0, NULL },
  { "AlreadyUpgraded", NULL, EINVAL, "the virtual hardware has this version or a higher one already" },

  { "NotSupported", NULL, ENOTSUP, "the server does not support this" },
  { "HostAccessRestrictedToManagementServer", "NotSupported", 0, "the host takes changes only from its vCenter" },
  { "ToolsAutoUpgradeNotSupported", "VmToolsUpgradeFault", ENOTSUP, "VMware tools of this guest can only be upgraded in the guest" },
  { "NotImplemented", NULL, ENOTSUP, "the server does not implement this" },
  { "MethodNotFound", "InvalidRequest", ENOTSUP, "the server does not know this method" },
  { "DeviceNotSupported", "VirtualHardwareCompatibilityIssue", ENOTSUP, NULL },
  { "DeviceBackingNotSupported", "DeviceNotSupported", 0, NULL },
  { "DVPortNotSupported", "DeviceBackingNotSupported", 0, NULL },
  { "UnusedVirtualDiskBlocksNotScrubbed", "DeviceBackingNotSupported", 0, NULL },
  { "VirtualDiskBlocksNotFullyProvisioned", "DeviceBackingNotSupported", 0, NULL },
  { "DeviceControllerNotSupported", "DeviceNotSupported", 0, NULL },
  { "DigestNotSupported", "DeviceNotSupported", 0, NULL },
  { "FileBackedPortNotSupported", "DeviceNotSupported", 0, NULL },
  { "MultiWriterNotSupported", "DeviceNotSupported", 0, NULL },
  { "NonPersistentDisksNotSupported", "DeviceNotSupported", 0, NULL },
  { "RDMNotSupported", "DeviceNotSupported", 0, NULL },
  { "PhysCompatRDMNotSupported", "RDMNotSupported", 0, NULL },
  { "RawDiskNotSupported", "DeviceNotSupported", 0, NULL },
  { "RemoteDeviceNotSupported", "DeviceNotSupported", 0, NULL },
  { "SharedBusControllerNotSupported", "DeviceNotSupported", 0, NULL },
  { "VMINotSupported", "DeviceNotSupported", 0, NULL },
  { "VirtualDiskModeNotSupported", "DeviceNotSupported", 0, NULL },
  { "VirtualEthernetCardNotSupported", "DeviceNotSupported", 0, NULL },
  { "CpuIncompatible", "VirtualHardwareCompatibilityIssue", ENOTSUP, "the host's processor cannot run the virtual machine" },
  { "CpuCompatibilityUnknown", "CpuIncompatible", 0, NULL },
  { "CpuIncompatible1ECX", "CpuIncompatible", 0, NULL },
  { "CpuIncompatible81EDX", "CpuIncompatible", 0, NULL },
  { "FaultToleranceCpuIncompatible", "CpuIncompatible", 0, NULL },
  { "MultipleSnapshotsNotSupported", "SnapshotFault", ENOTSUP, NULL },
  { "InvalidRequest", NULL, EPROTO, "the server does not understand the request" },
  { "InvalidType", "InvalidRequest", 0, NULL },

  { "NoDiskSpace", "FileFault", ENOSPC, "the datastore is full" },
  { "NamespaceFull", NULL, ENOSPC, NULL },
  { "TooManyDevices", "InvalidVmConfig", ENOSPC, "the virtual machine can have no more devices of this kind" },
  { "InsufficientResourcesFault", NULL, ENOMEM, "not enough resources" },
  { "InsufficientAgentVmsDeployed", "InsufficientResourcesFault", 0, NULL },
  { "InsufficientCpuResourcesFault", "InsufficientResourcesFault", 0, "not enough CPU resources" },
  { "InsufficientFailoverResourcesFault", "InsufficientResourcesFault", 0, NULL },
  { "InsufficientGraphicsResourcesFault", "InsufficientResourcesFault", 0, NULL },
  { "InsufficientHostCapacityFault", "InsufficientResourcesFault", 0, NULL },
  { "InsufficientHostCpuCapacityFault", "InsufficientHostCapacityFault", 0, NULL },
  { "InsufficientHostMemoryCapacityFault", "InsufficientHostCapacityFault", 0, NULL },
  { "InsufficientPerCpuCapacity", "InsufficientHostCapacityFault", 0, NULL },
  { "InsufficientMemoryResourcesFault", "InsufficientResourcesFault", 0, "not enough memory resources" },
  { "InsufficientNetworkCapacity", "InsufficientResourcesFault", 0, NULL },
  { "InsufficientNetworkResourcePoolCapacity", "InsufficientResourcesFault", 0, NULL },
  { "InsufficientStandbyResource", "InsufficientResourcesFault", 0, NULL },
  { "InsufficientStandbyCpuResource", "InsufficientStandbyResource", 0, NULL },
  { "InsufficientStandbyMemoryResource", "InsufficientStandbyResource", 0, NULL },
  { "InsufficientStorageSpace", "InsufficientResourcesFault", 0, NULL },
  { "InsufficientVFlashResourcesFault", "InsufficientResourcesFault", 0, NULL },
  { "InvalidResourcePoolStructureFault", "InsufficientResourcesFault", 0, NULL },
  { "NumVirtualCpusExceedsLimit", "InsufficientResourcesFault", 0, NULL },
  { "VmFaultToleranceTooManyFtVcpusOnHost", "InsufficientResourcesFault", 0, NULL },
  { "VmFaultToleranceTooManyVMsOnHost", "InsufficientResourcesFault", 0, NULL },
  { "VmSmpFaultToleranceTooManyVMsOnHost", "InsufficientResourcesFault", 0, NULL },

  { "FileTooLarge", "FileFault", EFBIG, NULL },
  { "FileNameTooLong", "FileFault", ENAMETOOLONG, NULL },
  { "OutOfBounds", NULL, ERANGE, "the value is out of bounds" },
  { "DirectoryNotEmpty", "FileFault", ENOTEMPTY, NULL },
  { "NotADirectory", "FileFault", ENOTDIR, NULL },
  { "NotAFile", "FileFault", EISDIR, NULL },

  { "DatastoreNotWritableOnHost", "InvalidDatastore", EROFS, NULL },
  { "SwapDatastoreNotWritableOnHost", "DatastoreNotWritableOnHost", 0, NULL },
  { "ToolsUnavailable", NULL, ENODEV, "VMware tools do not run in the guest" },
  { "DeviceNotFound", "InvalidDeviceSpec", ENODEV, NULL },
  { "NoDiskFound", NULL, ENODEV, NULL },

  { "ToolsUpgradeCancelled", "VmToolsUpgradeFault", ECANCELED, NULL },
  { "Timedout", NULL, ETIMEDOUT, "the server gave up waiting" },
  { "PowerOnFtSecondaryTimedout", "Timedout", 0, NULL },
  { "RequestCanceled", NULL, ECANCELED, "cancelled" },

  { "HostCommunication", NULL, EHOSTDOWN, "vCenter cannot talk to the host" },
  { "HostNotConnected", "HostCommunication", ENOTCONN, "the host is not connected to vCenter" },
  { "HostNotReachable", "HostCommunication", EHOSTUNREACH, "vCenter cannot reach the host" },
  { "NoActiveHostInCluster", "InvalidState", EHOSTDOWN, "no host of the cluster is active" },
  { "HostConnectFault", NULL, ECONNREFUSED, "vCenter cannot connect to the host" },
  { "AgentInstallFailed", "HostConnectFault", 0, NULL },
  { "AlreadyBeingManaged", "HostConnectFault", 0, NULL },
  { "AlreadyConnected", "HostConnectFault", 0, NULL },
  { "NoHost", "HostConnectFault", 0, NULL },
  { "NoPermissionOnHost", "HostConnectFault", 0, NULL },
  { "NotSupportedHost", "HostConnectFault", 0, NULL },
  { "NotSupportedHostInCluster", "NotSupportedHost", 0, NULL },
  { "NotSupportedHostInDvs", "NotSupportedHost", 0, NULL },
  { "EVCAdmissionFailed", "NotSupportedHostInCluster", 0, NULL },
  { "ReadHostResourcePoolTreeFailed", "HostConnectFault", 0, NULL },
  { "SSLDisabledFault", "HostConnectFault", 0, NULL },
  { "SSLVerifyFault", "HostConnectFault", 0, NULL },
  { "TooManyHosts", "HostConnectFault", 0, NULL },

  { "InaccessibleDatastore", "InvalidDatastore", EIO, "the datastore is not accessible" },
  { "InaccessibleFTMetadataDatastore", "InaccessibleDatastore", 0, NULL },
};

static const Row *
row_of (const char *type)
{
  for (gsize i = 0; type != NULL && i < G_N_ELEMENTS (rows); i++)
    if (strcmp (rows[i].type, type) == 0)
      return &rows[i];
  return NULL;
}

int
hvfs_fault_errno (const char *type)
{
  const Row *row = row_of (type);

  while (row != NULL && row->code == 0)
    row = row_of (row->parent);
  return row != NULL ? row->code : EIO;
}

const char *
hvfs_fault_nth (guint n)
{
  return n < G_N_ELEMENTS (rows) ? rows[n].type : NULL;
}

gboolean
hvfs_fault_is_a (const char *type, const char *ancestor)
{
  while (type != NULL && strcmp (type, ancestor) != 0)
    {
      const Row *row = row_of (type);

      type = row != NULL ? row->parent : NULL;
    }
  return type != NULL;
}

/* Appends in one line, blanks for what would break it. */
static void
append_line (GString *out, const char *text)
{
  gboolean blank = FALSE;

  for (; *text != '\0'; text++)
    {
      gboolean is_blank = g_ascii_isspace (*text) || g_ascii_iscntrl (*text);

      if (!is_blank && blank && out->len > 0)
        g_string_append_c (out, ' ');
      if (!is_blank)
        g_string_append_c (out, *text);
      blank = is_blank;
    }
}

static void
append_fields (GString *out, const HvfsValue *fault)
{
  const char *separator = " (";

  for (guint i = 0; i < hvfs_value_n_children (fault); i++)
    {
      const HvfsValue *field = hvfs_value_nth (fault, i);
      const char *text = hvfs_value_text (field, NULL);

      if (text == NULL || *text == '\0')
        continue;
      g_string_append_printf (out, "%s%s=", separator, hvfs_value_name (field));
      append_line (out, text);
      separator = ", ";
    }
  if (separator[0] == ',')
    g_string_append_c (out, ')');
}

static gboolean
is_text (const char *text)
{
  return text != NULL && text[strspn (text, " \t\r\n")] != '\0';
}

/* The nearest ancestor's words, and always the type, which can be searched for. */
static void
append_own_words (GString *out, const HvfsValue *fault, const char *type)
{
  const Row *row = row_of (type);

  while (row != NULL && row->text == NULL)
    row = row_of (row->parent);
  if (row != NULL)
    g_string_append_printf (out, "%s: ", row->text);
  append_line (out, type != NULL ? type : "the server reports a fault without a type");
  append_fields (out, fault);
}

/* Since API 4.0 a fault may explain itself in more sentences. */
static void
append_explanations (GString *out, const HvfsValue *fault)
{
  for (guint i = 0; i < hvfs_value_n_children (fault); i++)
    {
      const HvfsValue *field = hvfs_value_nth (fault, i);
      const char *text = hvfs_value_text (field, "message");

      if (strcmp (hvfs_value_name (field), "faultMessage") != 0 || !is_text (text)
          || strstr (out->str, text) != NULL)
        continue;
      g_string_append_c (out, ' ');
      append_line (out, text);
    }
}

/* What a member that is a LocalizedMethodFault says.  (transfer full) (nullable): it is none */
static char *
dup_reason (const HvfsValue *member)
{
  const HvfsValue *fault = hvfs_value_get (member, "fault");
  const char *text = hvfs_value_text (member, "localizedMessage");
  g_autoptr (GString) line = g_string_new (NULL);

  if (is_text (text))
    append_line (line, text);
  else if (fault != NULL)
    append_own_words (line, fault, hvfs_value_type (fault));
  return line->len > 0 ? g_strdup (line->str) : NULL;
}

/* The @n-th child of @fault that is called @name.  (nullable) */
static const HvfsValue *
nth_named (const HvfsValue *fault, const char *name, guint n)
{
  for (guint i = 0; i < hvfs_value_n_children (fault); i++)
    if (strcmp (hvfs_value_name (hvfs_value_nth (fault, i)), name) == 0 && n-- == 0)
      return hvfs_value_nth (fault, i);
  return NULL;
}

static void
add_id (GString *ids, const char *id)
{
  g_string_append_printf (ids, "%s%s", ids->len > 0 ? " " : "", id);
}

/* Appends the reasons that are called @name, each once, with the hosts that have it where
 * there are as many of these. */
static void
append_reasons_named (GString *out, const HvfsValue *fault, const char *name, GString *ids)
{
  g_autoptr (GPtrArray) reasons = g_ptr_array_new_with_free_func (g_free);
  guint n_hosts = 0;

  for (guint n = 0; nth_named (fault, name, n) != NULL; n++)
    {
      char *reason = dup_reason (nth_named (fault, name, n));

      g_ptr_array_add (reasons, reason != NULL ? reason : g_strdup (""));
    }
  while (nth_named (fault, "host", n_hosts) != NULL)
    n_hosts++;
  for (guint n = 0; n < reasons->len; n++)
    {
      const char *reason = reasons->pdata[n];
      guint before;

      g_ptr_array_find_with_equal_func (reasons, reason, g_str_equal, &before);
      if (*reason == '\0' || before < n
          || (n_hosts != reasons->len && strstr (out->str, reason) != NULL))
        continue;
      if (out->len > 0 && out->str[out->len - 1] != '.')
        g_string_append_c (out, ';');
      for (guint i = n; n_hosts == reasons->len && i < n_hosts; i++)
        if (strcmp (reasons->pdata[i], reason) == 0)
          {
            const char *id = hvfs_value_text (nth_named (fault, "host", i), NULL);

            g_string_append_printf (out, "%s on %s", i > n ? "," : "", id != NULL ? id : "a host");
            if (id != NULL)
              add_id (ids, id);
          }
      g_string_append_printf (out, "%s %s", n_hosts == reasons->len ? ":" : "", reason);
    }
}

/* A fault may be made of others, as that no host will do is of one for each host. */
static void
append_reasons (GString *out, const HvfsValue *fault, GString *ids)
{
  const char *done = "";

  for (guint i = 0; i < hvfs_value_n_children (fault); i++)
    {
      const HvfsValue *member = hvfs_value_nth (fault, i);
      const char *name = hvfs_value_name (member);

      if (strcmp (name, done) == 0
          || (hvfs_value_get (member, "fault") == NULL
              && hvfs_value_get (member, "localizedMessage") == NULL))
        continue;
      append_reasons_named (out, fault, name, ids);
      done = name;
    }
}

/* NoPermission says what is missing, in its own members, and since API 7.0 in lists. */
static const char *
privilege_of (const HvfsValue *fault, const char **ret_object)
{
  const HvfsValue *missing = hvfs_value_get (fault, "missingPrivileges");
  const char *privilege = hvfs_value_text (fault, "privilegeId");

  *ret_object = hvfs_value_text (fault, "object");
  if (privilege != NULL || missing == NULL)
    return privilege;
  *ret_object = hvfs_value_text (missing, "entity");
  return hvfs_value_text (missing, "privilegeIds");
}

/* Who is refused learns what to ask the administrator for. */
static const char *
append_privilege (GString *out, const HvfsValue *fault, const char *type)
{
  const char *object = NULL;
  const char *privilege = hvfs_fault_is_a (type, "NoPermission") ? privilege_of (fault, &object) : NULL;

  if (privilege == NULL || *privilege == '\0')
    return NULL;
  g_string_append (out, "needs the privilege ");
  append_line (out, privilege);
  if (object != NULL && *object != '\0')
    {
      g_string_append (out, " on ");
      append_line (out, object);
    }
  g_string_append (out, ": ");
  return object;
}

GError *
hvfs_fault_new_error (const HvfsValue *fault, const char *type, const char *message)
{
  g_autoptr (GString) line = g_string_new (NULL);
  const char *object = append_privilege (line, fault, type);
  g_autoptr (GString) ids = g_string_new (object);
  GError *error;

  if (is_text (message))
    append_line (line, message);
  else
    append_own_words (line, fault, type);
  append_explanations (line, fault);
  append_reasons (line, fault, ids);
  if (line->len > MESSAGE_BYTES)
    {
      const char *end = g_utf8_find_prev_char (line->str, line->str + MESSAGE_BYTES);

      g_string_truncate (line, end != NULL ? (gsize) (end - line->str) : MESSAGE_BYTES);
      g_string_append (line, "...");
    }
  error = hvfs_error_new_fault (hvfs_fault_errno (type), type, line->str);
  if (ids->len > 0)
    hvfs_error_set_objects (error, ids->str);
  return error;
}

/* <XFault xsi:type="X">: the type may be missing, the element's name is not. */
static char *
dup_type (const HvfsValue *detail)
{
  const char *type = hvfs_value_type (detail);
  const char *name = hvfs_value_name (detail);

  if (type != NULL)
    return g_strdup (type);
  if (name != NULL && g_str_has_suffix (name, "Fault"))
    return g_strndup (name, strlen (name) - strlen ("Fault"));
  return g_strdup (name);
}

GError *
hvfs_fault_new_error_soap (const HvfsValue *soap_fault)
{
  const HvfsValue *detail = hvfs_value_nth (hvfs_value_get (soap_fault, "detail"), 0);
  g_autofree char *type = dup_type (detail);

  return hvfs_fault_new_error (detail, type, hvfs_value_text (soap_fault, "faultstring"));
}

GError *
hvfs_fault_new_error_localized (const HvfsValue *localized)
{
  const HvfsValue *fault = hvfs_value_get (localized, "fault");

  return hvfs_fault_new_error (fault, hvfs_value_type (fault),
                               hvfs_value_text (localized, "localizedMessage"));
}

int
hvfs_fault_http_errno (guint status)
{
  static const struct { guint status; int code; } codes[] = {
    { 401, EACCES }, { 403, EACCES }, { 404, ENOENT }, { 405, EISDIR },
    { 407, EACCES }, { 408, ETIMEDOUT }, { 409, EEXIST }, { 413, EFBIG },
    { 429, EAGAIN }, { 502, EAGAIN }, { 503, EAGAIN }, { 504, ETIMEDOUT },
    { 507, ENOSPC },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    if (codes[i].status == status)
      return codes[i].code;
  return EIO;
}
