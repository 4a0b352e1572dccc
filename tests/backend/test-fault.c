/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/backend/test-fault.c - each row of the table of faults, and what users read */
#include "backend/wire/fault.h"

#include <string.h>

#include "backend/wire/reply.h"
#include "convert/error.h"

/* What each errno is for; written down apart from the table in fault.c. */
static const struct { int code; const char *types; } expected[] = {
  { EACCES, "NoPermission NotAuthenticated InvalidLogin CannotAccessFile CannotCreateFile "
            "CannotDeleteFile FileNotWritable CannotAccessVmComponent CannotAccessVmDisk "
            "PasswordExpired VMOnVirtualIntranet" },
  { EPERM, "RestrictedVersion MethodDisabled NotEnoughLicenses SnapshotDisabled SnapshotLocked "
           "RuleViolation ExpiredAddonLicense" },
  { EBUSY, "InvalidState InvalidHostState InvalidPowerState TaskInProgress ResourceInUse "
           "FileLocked InvalidVmState VAppTaskInProgress" },
  { EAGAIN, "ConcurrentAccess QuestionPending ResourceNotAvailable" },
  { ENOENT, "NotFound FileNotFound InvalidFolder InvalidDatastorePath" },
  { ESTALE, "ManagedObjectNotFound" },
  { EEXIST, "DuplicateName AlreadyExists FileAlreadyExists VmAlreadyExistsInDatacenter" },
  { EINVAL, "InvalidName InvalidArgument InvalidProperty InvalidFormat InvalidDatastore "
            "VmConfigFault InvalidDeviceSpec InvalidDeviceBacking VMotionNotConfigured "
            "DatacenterMismatch NoCompatibleHost InvalidController NotEnoughLogicalCpus "
            "InvalidVmConfig UnconfiguredPropertyValue" },
  { ENOTSUP, "NotSupported NotImplemented MethodNotFound DeviceNotSupported CpuIncompatible "
             "MultipleSnapshotsNotSupported PhysCompatRDMNotSupported CpuIncompatible81EDX" },
  { EPROTO, "InvalidRequest InvalidType" },
  { ENOSPC, "NoDiskSpace NamespaceFull TooManyDevices" },
  { ENOMEM, "InsufficientResourcesFault InsufficientCpuResourcesFault "
            "InsufficientHostMemoryCapacityFault InsufficientStorageSpace" },
  { EFBIG, "FileTooLarge" },
  { ENAMETOOLONG, "FileNameTooLong" },
  { ERANGE, "OutOfBounds" },
  { ENOTEMPTY, "DirectoryNotEmpty" },
  { ENOTDIR, "NotADirectory" },
  { EISDIR, "NotAFile" },
  { EROFS, "DatastoreNotWritableOnHost" },
  { ENODEV, "ToolsUnavailable DeviceNotFound NoDiskFound" },
  { ETIMEDOUT, "Timedout" },
  { ECANCELED, "RequestCanceled" },
  { ENOTCONN, "HostNotConnected" },
  { EHOSTUNREACH, "HostNotReachable" },
  { EHOSTDOWN, "HostCommunication NoActiveHostInCluster" },
  { ECONNREFUSED, "HostConnectFault EVCAdmissionFailed" },
  { EIO, "SystemError UnexpectedFault FileFault InaccessibleDatastore SnapshotFault "
         "MigrationFault HostConfigFault SomethingNewInVersion9 Fault" },
};

static void
test_errnos (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_auto (GStrv) types = g_strsplit (expected[i].types, " ", -1);

      for (char **type = types; *type != NULL; type++)
        if (hvfs_fault_errno (*type) != expected[i].code)
          g_error ("%s is %s, not %s", *type, strerrorname_np (hvfs_fault_errno (*type)),
                   strerrorname_np (expected[i].code));
    }
  g_assert_cmpint (hvfs_fault_errno (NULL), ==, EIO);
  g_assert_cmpint (hvfs_fault_errno (""), ==, EIO);
}

/* Each row is there once, leads to an errno without going in circles, and makes an
 * error that remembers its type and says something. */
static void
test_rows (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  const char *type;

  for (guint n = 0; (type = hvfs_fault_nth (n)) != NULL; n++)
    {
      g_autoptr (GError) error = hvfs_fault_new_error (NULL, type, NULL);

      g_assert_true (g_hash_table_add (seen, (gpointer) type));
      g_assert_cmpint (hvfs_fault_errno (type), >, 0);
      g_assert_false (hvfs_fault_is_a (type, "no such ancestor"));
      g_assert_error (error, HVFS_ERROR, hvfs_fault_errno (type));
      g_assert_cmpstr (hvfs_error_fault (error), ==, type);
      g_assert_nonnull (strstr (error->message, type));
    }
  g_assert_cmpuint (g_hash_table_size (seen), >, 150);
}

static void
test_is_a (void)
{
  g_assert_true (hvfs_fault_is_a ("InvalidPowerState", "InvalidState"));
  g_assert_true (hvfs_fault_is_a ("PasswordExpired", "InvalidLogin"));
  g_assert_true (hvfs_fault_is_a ("VMOnVirtualIntranet", "VmConfigFault"));
  g_assert_true (hvfs_fault_is_a ("NotInTheTable", "NotInTheTable"));
  g_assert_false (hvfs_fault_is_a ("InvalidState", "InvalidPowerState"));
  g_assert_false (hvfs_fault_is_a (NULL, "InvalidState"));
}

static HvfsValue *
fault_of (const char *inner)
{
  g_autofree char *xml = g_strconcat (
    "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/' "
    "xmlns:x='http://www.w3.org/2001/XMLSchema-instance'><s:Body><s:Fault>",
    inner, "</s:Fault></s:Body></s:Envelope>", NULL);
  g_autoptr (HvfsReply) reply = hvfs_reply_new (HVFS_REPLY_SOAP, NULL);
  g_autoptr (GError) error = NULL;
  HvfsValue *value;

  hvfs_reply_feed (reply, xml, strlen (xml), &error);
  value = hvfs_reply_finish (reply, error == NULL ? &error : NULL);
  g_assert_no_error (error);
  return value;
}

static void
test_messages (void)
{
  static const struct { const char *inner, *type; int code; const char *message; } rows[] = {
    { "<faultcode>ServerFaultCode</faultcode><faultstring>Login failure</faultstring>"
      "<detail><InvalidLoginFault x:type='InvalidLogin'/></detail>",
      "InvalidLogin", EACCES, "Login failure" },
    { "<faultstring>two\n  lines\tand &#x7f;more \n</faultstring>"
      "<detail><NotFoundFault x:type='v:NotFound'/></detail>",
      "NotFound", ENOENT, "two lines and more" },
    { "<faultstring>Permission to perform this operation was denied.</faultstring><detail>"
      "<NoPermissionFault x:type='NoPermission'><object type='VirtualMachine'>vm-42</object>"
      "<privilegeId>VirtualMachine.Interact.PowerOn</privilegeId></NoPermissionFault></detail>",
      "NoPermission", EACCES, "needs the privilege VirtualMachine.Interact.PowerOn on vm-42: "
      "Permission to perform this operation was denied." },
    { "<faultstring>denied</faultstring><detail><NoPermissionFault x:type='NoPermission'>"
      "<missingPrivileges><entity type='Datastore'>ds-7</entity>"
      "<privilegeIds>Datastore.Browse</privilegeIds></missingPrivileges></NoPermissionFault></detail>",
      "NoPermission", EACCES, "needs the privilege Datastore.Browse on ds-7: denied" },
    { "<faultstring/><detail><InvalidPowerStateFault>"
      "<requestedState>poweredOn</requestedState><existingState>suspended</existingState>"
      "</InvalidPowerStateFault></detail>", "InvalidPowerState", EBUSY,
      "not possible in the present power state: InvalidPowerState "
      "(requestedState=poweredOn, existingState=suspended)" },
    { "<faultstring> \n</faultstring><detail><WeirdFault/></detail>", "Weird", EIO, "Weird" },
    { "<detail><InsufficientResourcesFaultFault/></detail>", "InsufficientResourcesFault",
      ENOMEM, "not enough resources: InsufficientResourcesFault" },
    { "<faultstring>no detail</faultstring>", NULL, EIO, "no detail" },
    { "", NULL, EIO, "the server reports a fault without a type" },
    { "<faultstring>Cannot do it.</faultstring><detail><FileFaultFault x:type='FileLocked'>"
      "<faultMessage><key>k</key><message>It is\nlocked by host-1.</message></faultMessage>"
      "<faultMessage><key>k</key><message>Cannot do it.</message></faultMessage>"
      "<file>[ds] a</file></FileFaultFault></detail>", "FileLocked", EBUSY,
      "Cannot do it. It is locked by host-1." },
    { "<faultstring>No host will do.</faultstring><detail><NoCompatibleHostFault "
      "x:type='NoCompatibleHost'><host type='HostSystem'>host-1</host>"
      "<host type='HostSystem'>host-12</host><host type='HostSystem'>host-3</host>"
      "<error><fault x:type='VMotionNotConfigured'/><localizedMessage>no vMotion"
      "</localizedMessage></error><error><fault x:type='CpuIncompatible'/><localizedMessage/>"
      "</error><error><fault x:type='VMotionNotConfigured'/><localizedMessage>no vMotion"
      "</localizedMessage></error></NoCompatibleHostFault></detail>", "NoCompatibleHost", EINVAL,
      "No host will do. on host-1, on host-3: no vMotion; on host-12: the host's processor "
      "cannot run the virtual machine: CpuIncompatible" },
    { "<faultstring>Fault tolerance</faultstring><detail><VmFaultToleranceOpIssuesListFault "
      "x:type='VmFaultToleranceOpIssuesList'><errors><fault x:type='A'/><localizedMessage>one"
      "</localizedMessage></errors><errors><fault x:type='B'/><localizedMessage>two"
      "</localizedMessage></errors><warnings><fault x:type='C'/></warnings>"
      "</VmFaultToleranceOpIssuesListFault></detail>", "VmFaultToleranceOpIssuesList", EIO,
      "Fault tolerance; one; two; C" },
    { "<faultstring>It cannot be read: locked</faultstring><detail><CannotAccessVmConfigFault "
      "x:type='CannotAccessVmConfig'><reason><fault x:type='FileLocked'/><localizedMessage>locked"
      "</localizedMessage></reason></CannotAccessVmConfigFault></detail>", "CannotAccessVmConfig",
      EACCES, "It cannot be read: locked" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (HvfsValue) fault = fault_of (rows[i].inner);
      g_autoptr (GError) error = hvfs_fault_new_error_soap (fault);

      g_assert_error (error, HVFS_ERROR, rows[i].code);
      g_assert_cmpstr (error->message, ==, rows[i].message);
      g_assert_cmpstr (hvfs_error_fault (error), ==, rows[i].type);
    }
}

static void
test_localized (void)
{
  g_autoptr (HvfsValue) holder
    = fault_of ("<error><fault x:type='RequestCanceled'/>"
                "<localizedMessage>The task was canceled.</localizedMessage></error>");
  g_autoptr (GError) error
    = hvfs_fault_new_error_localized (hvfs_value_get (holder, "error"));
  g_autoptr (GError) nothing = hvfs_fault_new_error_localized (NULL);

  g_assert_error (error, HVFS_ERROR, ECANCELED);
  g_assert_cmpstr (error->message, ==, "The task was canceled.");
  g_assert_error (nothing, HVFS_ERROR, EIO);
}

/* Cut at a character, however long the server's words are. */
static void
test_long_message (void)
{
  g_autoptr (GString) text = g_string_new ("a");
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 5000; i++)
    g_string_append (text, "\xe2\x82\xac");
  error = hvfs_fault_new_error (NULL, "SystemError", text->str);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_true (g_str_has_suffix (error->message, "\xe2\x82\xac..."));
  g_assert_cmpuint (strlen (error->message), <, 1100);
}

static void
test_http (void)
{
  g_assert_cmpint (hvfs_fault_http_errno (404), ==, ENOENT);
  g_assert_cmpint (hvfs_fault_http_errno (409), ==, EEXIST);
  g_assert_cmpint (hvfs_fault_http_errno (405), ==, EISDIR);
  g_assert_cmpint (hvfs_fault_http_errno (503), ==, EAGAIN);
  g_assert_cmpint (hvfs_fault_http_errno (401), ==, EACCES);
  for (guint status = 0; status < 1000; status++)
    g_assert_cmpint (hvfs_fault_http_errno (status), >, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fault/errnos", test_errnos);
  g_test_add_func ("/fault/rows", test_rows);
  g_test_add_func ("/fault/is-a", test_is_a);
  g_test_add_func ("/fault/messages", test_messages);
  g_test_add_func ("/fault/localized", test_localized);
  g_test_add_func ("/fault/long-message", test_long_message);
  g_test_add_func ("/fault/http", test_http);
  return g_test_run ();
}
