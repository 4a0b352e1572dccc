/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-scsi.c - SCSI controllers of the model "auto"; see vmconfig-scsi.h */
#include "backend/vmconfig/vmconfig-scsi.h"

#include "backend/operation/datastore-file.h"
#include "convert/error.h"
#include "convert/file/vmdk.h"

/* A descriptor is small; a file with data inside is longer. */
#define DESCRIPTOR_BYTES 65536

static gboolean
is_auto (const char *driver)
{
  return driver != NULL && g_ascii_strcasecmp (driver, hvfs_scsi_model_words[HVFS_SCSI_AUTO]) == 0;
}

/* (nullable): of a disk that is there, on a SCSI bus */
static HvfsController *
controller_of (const HvfsDomain *domain, const HvfsDisk *disk)
{
  return disk->bus == HVFS_BUS_SCSI && disk->device == HVFS_DEVICE_DISK && disk->path != NULL
             && disk->capacity_kib == 0
           ? hvfs_domain_get_controller (domain, HVFS_CONTROLLER_SCSI, disk->drive.controller)
           : NULL;
}

static HvfsScsiModel
lookup_model (const HvfsServer *server, const char *datacenter_path, const HvfsDisk *disk,
              GCancellable *cancellable, GError **error)
{
  g_autoptr (GBytes) descriptor
    = hvfs_datastore_file_get (server->session, datacenter_path, disk->path, DESCRIPTOR_BYTES,
                               cancellable, error);
  HvfsScsiModel model = HVFS_SCSI_NONE;
  gsize len = 0;
  const char *text = descriptor == NULL ? NULL : g_bytes_get_data (descriptor, &len);

  if (descriptor != NULL)
    model = hvfs_vmdk_scsi_model (text != NULL ? text : "", len, error);
  if (model == HVFS_SCSI_NONE)
    g_prefix_error (error, "disk '%s': which controller '%s' was made for cannot be told, say its "
                    "model: ", disk->target, disk->path);
  return model;
}

gboolean
hvfs_config_detect_scsi (const HvfsServer *server, const char *datacenter_path, HvfsDomain *wanted,
                         GCancellable *cancellable, GError **error)
{
  g_autoptr (GHashTable) first = g_hash_table_new (NULL, NULL); /* controller -> its first disk */
  g_autoptr (GHashTable) asking = g_hash_table_new (NULL, NULL);

  /* One disk that asks, asks for all of its controller. */
  for (guint i = 0; i < wanted->disks->len; i++)
    {
      const HvfsDisk *disk = wanted->disks->pdata[i];
      HvfsController *controller = controller_of (wanted, disk);

      if (controller != NULL
          && (controller->model == HVFS_SCSI_AUTO
              || (controller->model == HVFS_SCSI_NONE && is_auto (disk->driver))))
        g_hash_table_add (asking, controller);
    }
  for (guint i = 0; i < wanted->disks->len; i++)
    {
      const HvfsDisk *disk = wanted->disks->pdata[i], *other;
      HvfsController *controller = controller_of (wanted, disk);
      HvfsScsiModel model;

      if (controller == NULL || !g_hash_table_contains (asking, controller))
        continue;
      model = lookup_model (server, datacenter_path, disk, cancellable, error);
      if (model == HVFS_SCSI_NONE)
        return FALSE;
      other = g_hash_table_lookup (first, controller);
      if (other != NULL && model != controller->model)
        {
          g_set_error (error, HVFS_ERROR, EINVAL,
                       "<controller model='auto'>: disk '%s' was made for %s and disk '%s' for %s: "
                       "put them on two controllers, or say a model",
                       other->target, hvfs_scsi_model_words[controller->model], disk->target,
                       hvfs_scsi_model_words[model]);
          return FALSE;
        }
      controller->model = model;
      g_hash_table_insert (first, controller, (gpointer) disk);
    }
  return TRUE;
}
