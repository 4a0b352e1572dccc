/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-grow.c - a disk becomes larger
 *
 * Exists because domain XML has no word for it: the device goes back as the server described it,
 * with another capacity.
 */
#include "backend/vmconfig/vmconfig.h"

#include <string.h>

#include "backend/operation/reconfigure.h"
#include "backend/vmconfig/vmconfig-change.h"
#include "backend/vmconfig/vmconfig-priv.h"
#include "backend/vmconfig/vmconfig-value.h"
#include "convert/error.h"

/* So often, when others change the machine all the time. */
#define MAX_TRIES 4

/* The server says ConcurrentAccess when the version is not its own any more. */
static gboolean
was_overtaken (const GError *failure)
{
  return g_strcmp0 (hvfs_error_fault (failure), "ConcurrentAccess") == 0;
}

/* (transfer none) (nullable) */
static HvfsValue *
find_device (const HvfsVmRead *read, const char *target)
{
  for (guint i = 0; i < read->domain->disks->len; i++)
    {
      const HvfsDisk *disk = read->domain->disks->pdata[i];

      if (disk->device == HVFS_DEVICE_DISK && strcmp (disk->target, target) == 0)
        return hvfs_vm_read_device (read, disk);
    }
  return NULL;
}

static gboolean
has_other_version (const HvfsObject *vm, gconstpointer version)
{
  return g_strcmp0 (hvfs_value_text (hvfs_object_get (vm, HVFS_VM_CHANGE_VERSION), NULL), version)
         != 0;
}

static gboolean
send_capacity (HvfsConfig *config, guint32 serial, const HvfsVmRead *have, HvfsValue *device,
               gint64 kib, GCancellable *cancellable, GError **error)
{
  const char *version = hvfs_value_text (have->config, "changeVersion");
  g_autoptr (HvfsRequest) request = hvfs_reconfigure_new (&config->server, serial, error);
  HvfsVmChange change = { .have = have, .request = request };
  HvfsValue *larger = hvfs_value_ref (device);

  if (request == NULL)
    {
      hvfs_value_unref (larger);
      return FALSE;
    }
  hvfs_vm_value_set_int (&larger, "capacityInKB", kib);
  if (hvfs_value_get (device, "capacityInBytes") != NULL)
    hvfs_vm_value_set_int (&larger, "capacityInBytes", kib * 1024);
  if (version != NULL && *version != '\0')
    hvfs_request_text (request, "changeVersion", version);
  hvfs_vm_change_edit (&change, larger);
  hvfs_request_close (request);
  return hvfs_operation_run (&config->server, request, serial, has_other_version, version, NULL,
                             cancellable, error);
}

static gboolean
grow (HvfsConfig *config, guint32 serial, const char *target, gint64 kib,
      GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsVmLook) look = hvfs_vm_look (config->server.mirror, serial, error);
  g_autoptr (HvfsVmRead) have
    = look != NULL ? hvfs_config_read_now (config, look, cancellable, error) : NULL;
  HvfsValue *device = have != NULL ? find_device (have, target) : NULL;
  gint64 present;

  if (have == NULL)
    return FALSE;
  if (device == NULL)
    {
      g_set_error (error, HVFS_ERROR, ENODEV, "the domain has no disk '%.64s' any more", target);
      return FALSE;
    }
  present = hvfs_value_int (device, "capacityInKB", 0);
  if (kib < present)
    {
      g_set_error (error, HVFS_ERROR, EINVAL,
                   "a disk cannot be made smaller: it has %" G_GINT64_FORMAT " KiB", present);
      return FALSE;
    }
  return kib == present || send_capacity (config, serial, have, device, kib, cancellable, error);
}

gboolean
hvfs_config_grow_disk (HvfsConfig *config, guint32 serial, const char *target, gint64 kib,
                       GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) failure = NULL;

  for (guint i = 0; i < MAX_TRIES; i++)
    {
      g_clear_error (&failure);
      if (grow (config, serial, target, kib, cancellable, &failure))
        return TRUE;
      if (!was_overtaken (failure))
        break;
    }
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}
