/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-options.c - changes of a machine's extraConfig; see vmconfig-options.h */
#include "backend/vmconfig/vmconfig-options.h"

#include <string.h>

#include "backend/operation/reconfigure.h"
#include "backend/vmconfig/vmconfig-priv.h"
#include "convert/error.h"

/* ---- whose they are ---- */

/* Keys of the server's own, and beginnings of such. */
static const char *const own_keys[] = {
  "cleanShutdown", "config.version", "displayName", "evcCompatibilityMode", "extendedConfigFile",
  "guestOS", "guestOS.detailed.data", "memSize", "migrate.", "monitor.phys_bits_used", "numa.autosize.",
  "numvcpus", "nvram", "policy.vm.", "sched.swap.derivedName", "softPowerOff",
  "guestinfo.appInfo", "guestinfo.detailed.data", "guestinfo.vmtools.", "toolsInstallManager.",
  "uuid.", "vc.uuid", "virtualHW.", "vm.genid", "vm.genidX", "vmotion.", "vmware.tools.",
};

/* What devices are called, before a number; what they own. */
static const char *const devices[] = {
  "ahci", "ehci", "ethernet", "floppy", "hpet", "ide", "nvme", "parallel", "pciBridge",
  "pciPassthru", "precisionclock", "sata", "scsi", "serial", "sound", "usb_xhci", "vmci", "vmi",
  "vtpm", "vwdt",
};
static const char *const device_fields[] = {
  "functions", "pciSlotNumber", "present", "redo", "refClockProtocol", "runOnBoot",
  "sasWWID", "virtualDev", "id",
};

static gboolean
is_in (const char *const *list, guint n, const char *word, gsize len)
{
  for (guint i = 0; i < n; i++)
    if (strlen (list[i]) == len && g_ascii_strncasecmp (list[i], word, len) == 0)
      return TRUE;
  return FALSE;
}

/* "scsi0.sasWWID", "scsi0:1.redo" */
static gboolean
is_of_device (const char *key)
{
  gsize len = strcspn (key, "0123456789.");
  const char *rest = key + len + strspn (key + len, "0123456789:");

  return rest > key + len && *rest == '.' && is_in (devices, G_N_ELEMENTS (devices), key, len)
         && is_in (device_fields, G_N_ELEMENTS (device_fields), rest + 1, strlen (rest + 1));
}

gboolean
hvfs_option_is_owned (const char *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (own_keys); i++)
    {
      gsize len = strlen (own_keys[i]);

      if (g_ascii_strncasecmp (key, own_keys[i], len) == 0
          && (own_keys[i][len - 1] == '.' || key[len] == '\0'))
        return TRUE;
    }
  return is_of_device (key);
}

gboolean
hvfs_option_is_secret (const char *key)
{
  static const char *const secrets[] = {
    "guestinfo.metadata", "guestinfo.userdata", "guestinfo.vendordata", "RemoteDisplay.vnc.key",
    "RemoteDisplay.vnc.password",
  };

  return is_in (secrets, G_N_ELEMENTS (secrets), key, strlen (key));
}

/* ---- changing ---- */

/* A server that has no versions of configurations pushes nothing that says it is done. */
static gboolean
has_other_version (const HvfsObject *vm, gconstpointer version)
{
  return g_strcmp0 (hvfs_value_text (hvfs_object_get (vm, HVFS_VM_CHANGE_VERSION), NULL), version)
         != 0;
}

/* What the server has made of them.  It passes over keys that it looks after itself, and
 * does not say so. */
static gboolean
check_taken (HvfsConfig *config, guint32 serial, const HvfsOption *options, guint n,
             GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsVmLook) look = hvfs_vm_look (config->server.mirror, serial, error);
  g_autoptr (HvfsVmRead) now
    = look != NULL ? hvfs_config_read_now (config, look, cancellable, error) : NULL;

  if (now == NULL)
    {
      g_prefix_error (error, "the server has taken it, but not what has come of it can be read: ");
      return FALSE;
    }
  hvfs_config_keep_options (config, look, now);
  for (guint i = 0; i < n; i++)
    {
      const char *value = hvfs_vm_extra (now->config, options[i].key);

      if (g_strcmp0 (value != NULL ? value : "", options[i].value) != 0)
        {
          g_set_error (error, HVFS_ERROR, EPERM,
                       "the server looks after '%.64s' itself: it %s", options[i].key,
                       value != NULL ? "has kept another value" : "has not taken it");
          return FALSE;
        }
    }
  return TRUE;
}

gboolean
hvfs_config_set_options (HvfsConfig *config, guint32 serial, const HvfsOption *options, guint n,
                         const char *version, GCancellable *cancellable, GError **error)
{
  const HvfsServer *server = &config->server;
  g_autoptr (HvfsVmLook) before = hvfs_vm_look (server->mirror, serial, error);
  g_autoptr (HvfsRequest) request
    = before != NULL ? hvfs_reconfigure_new (server, serial, error) : NULL;

  if (request == NULL)
    return FALSE;
  if (version != NULL && *version != '\0')
    hvfs_request_text (request, "changeVersion", version);
  for (guint i = 0; i < n; i++)
    {
      hvfs_request_open (request, "extraConfig", NULL);
      hvfs_request_text (request, "key", options[i].key);
      hvfs_request_typed (request, "value", "xsd:string", options[i].value);
      hvfs_request_close (request);
    }
  hvfs_request_close (request);
  return hvfs_operation_run (server, request, serial, has_other_version, before->version, NULL,
                             cancellable, error)
         && check_taken (config, serial, options, n, cancellable, error);
}
