/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/volume.c - what libvirt has as the volumes of a datastore; see volume.h */
#include "backend/operation/volume.h"

#include <string.h>

#include "backend/operation/datastore-browse.h"
#include "convert/error.h"
#include "convert/file/files.h"
#include "convert/model/scalar.h"

void
hvfs_volume_free (HvfsVolume *volume)
{
  g_free (volume->path);
  g_free (volume);
}

/* ---- listing ---- */

/* What libvirt's driver asks for. */
static const struct
{
  const char *query, *type;
  HvfsVolumeFormat format;
} kinds[] = {
  { "VmDiskFileQuery", "VmDiskFileInfo", HVFS_VOLUME_VMDK },
  { "IsoImageFileQuery", "IsoImageFileInfo", HVFS_VOLUME_ISO },
  { "FloppyImageFileQuery", "FloppyImageFileInfo", HVFS_VOLUME_RAW },
};

static void
add_query (HvfsRequest *request, guint i)
{
  hvfs_request_open (request, "query", kinds[i].query);
  if (kinds[i].format == HVFS_VOLUME_VMDK)
    {
      hvfs_request_open (request, "details", NULL);
      hvfs_request_bool (request, "diskType", TRUE);
      hvfs_request_bool (request, "capacityKb", TRUE);
      hvfs_request_bool (request, "hardwareVersion", FALSE);
      hvfs_request_close (request);
    }
  hvfs_request_close (request);
}

static HvfsRequest *
new_search (const HvfsServer *server, const HvfsDatastorePlace *place, const char *browser)
{
  HvfsRequest *request
    = hvfs_request_new ("SearchDatastoreSubFolders_Task", "HostDatastoreBrowser", browser);
  g_autofree char *where = hvfs_datastore_place_path (place, "");

  hvfs_request_text (request, "datastorePath", where);
  hvfs_request_open (request, "searchSpec", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    add_query (request, i);
  hvfs_datastore_end_search (server, request, FALSE);
  return request;
}

/* Whether @path can be one of the tree. */
static gboolean
is_path (const char *path)
{
  g_auto (GStrv) names = g_strsplit (path, "/", -1);

  for (guint i = 0; names[i] != NULL; i++)
    if (*names[i] == '\0' || strcmp (names[i], ".") == 0 || strcmp (names[i], "..") == 0)
      return FALSE;
  return TRUE;
}

/* (transfer full) (nullable): NULL: it is none, or has no path of a file */
static HvfsVolume *
read_file (const char *dir, const HvfsValue *file)
{
  const char *name = hvfs_value_text (file, "path");
  g_autofree char *path = name == NULL ? NULL : g_strconcat (dir, *dir == '\0' ? "" : "/", name, NULL);
  HvfsVolume *volume;
  guint i = 0;

  while (i < G_N_ELEMENTS (kinds) && g_strcmp0 (hvfs_value_type (file), kinds[i].type) != 0)
    i++;
  if (path == NULL || strchr (name, '/') != NULL || !is_path (path) || i == G_N_ELEMENTS (kinds))
    return NULL;
  volume = g_new0 (HvfsVolume, 1);
  volume->path = g_steal_pointer (&path);
  volume->format = kinds[i].format;
  volume->allocation = hvfs_value_int (file, "fileSize", -1);
  volume->capacity = volume->allocation;
  if (volume->format == HVFS_VOLUME_VMDK)
    {
      gint64 kib = hvfs_value_int (file, "capacityKb", -1);

      volume->capacity = kib < 0 || kib > G_MAXINT64 / 1024 ? -1 : kib * 1024;
    }
  return volume;
}

static void
read_folder (const HvfsValue *folder, GPtrArray *volumes, GPtrArray *dirs)
{
  const char *where = hvfs_value_text (folder, "folderPath");
  g_autofree char *datastore = NULL, *dir = NULL;
  const char *below = where == NULL ? NULL : hvfs_datastore_path_split (where, &datastore);

  if (below == NULL)
    return;
  dir = g_strdup (below);
  while (g_str_has_suffix (dir, "/"))
    dir[strlen (dir) - 1] = '\0';
  if (*dir != '\0' && !is_path (dir))
    return;
  if (*dir != '\0')
    g_ptr_array_add (dirs, g_strdup (dir));
  for (guint i = 0; i < hvfs_value_n_children (folder); i++)
    {
      const HvfsValue *file = hvfs_value_nth (folder, i);
      HvfsVolume *volume
        = strcmp (hvfs_value_name (file), "file") == 0 ? read_file (dir, file) : NULL;

      if (volume != NULL)
        g_ptr_array_add (volumes, volume);
    }
}

GPtrArray *
hvfs_volume_list (const HvfsServer *server, guint32 serial, const HvfsDatastorePlace *place,
                  const char *browser, GPtrArray **ret_dirs, GCancellable *cancellable,
                  GError **error)
{
  g_autoptr (HvfsRequest) request = new_search (server, place, browser);
  g_autoptr (HvfsValue) result = NULL;
  GPtrArray *volumes;

  if (!hvfs_operation_run (server, request, serial, NULL, NULL, &result, cancellable, error))
    return NULL;
  if (hvfs_value_n_children (result) == 0)
    {
      g_set_error (error, HVFS_ERROR, EIO, "the server does not say what is in the datastore");
      return NULL;
    }
  volumes = g_ptr_array_new_with_free_func ((GDestroyNotify) hvfs_volume_free);
  *ret_dirs = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < hvfs_value_n_children (result); i++)
    read_folder (hvfs_value_nth (result, i), volumes, *ret_dirs);
  return volumes;
}

/* ---- disks ---- */

static HvfsRequest *
new_request (const HvfsServer *server, const char *method, const HvfsDatastorePath *disk,
             GError **error)
{
  return hvfs_datastore_request_new (server, method, disk, "name", "datacenter", error);
}

static gboolean
run (const HvfsServer *server, HvfsRequest *request, const HvfsDatastorePath *disk,
     GCancellable *cancellable, GError **error)
{
  return hvfs_operation_run (server, request, disk->serial, NULL, NULL, NULL, cancellable, error);
}

gboolean
hvfs_volume_keys_are_uuids (const HvfsServer *server)
{
  g_autoptr (HvfsValue) content = hvfs_session_ref_content (server->session);
  const char *product = hvfs_value_text (content, "about.productLineId");

  return g_strcmp0 (product, "esx") == 0 || g_strcmp0 (product, "embeddedEsx") == 0;
}

char *
hvfs_volume_lookup_uuid (const HvfsServer *server, const HvfsDatastorePath *disk,
                         GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsRequest) request = new_request (server, "QueryVirtualDiskUuid", disk, error);
  g_autoptr (HvfsValue) reply = NULL;
  guint8 uuid[HVFS_UUID_BYTES];
  const char *text;

  if (request == NULL)
    return NULL;
  reply = hvfs_session_call (server->session, request, HVFS_CALL_READ, 0, cancellable, error);
  if (reply == NULL)
    return NULL;
  text = hvfs_value_text (reply, "returnval");
  if (text != NULL && hvfs_parse_uuid (text, uuid))
    return hvfs_format_uuid (uuid);
  g_set_error (error, HVFS_ERROR, EIO, "the server says '%.64s' for the disk's UUID",
               text != NULL ? text : "nothing");
  return NULL;
}

gboolean
hvfs_volume_create (const HvfsServer *server, const HvfsDatastorePath *disk, gint64 kib,
                    gboolean is_thin, GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsRequest) request = new_request (server, "CreateVirtualDisk_Task", disk, error);

  if (request == NULL)
    return FALSE;
  hvfs_request_open (request, "spec", "FileBackedVirtualDiskSpec");
  hvfs_request_text (request, "diskType", is_thin ? "thin" : "preallocated");
  hvfs_request_text (request, "adapterType", "lsiLogic");
  hvfs_request_int (request, "capacityKb", kib);
  hvfs_request_close (request);
  return run (server, request, disk, cancellable, error);
}

gboolean
hvfs_volume_grow (const HvfsServer *server, const HvfsDatastorePath *disk, gint64 kib,
                  GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsRequest) request = new_request (server, "ExtendVirtualDisk_Task", disk, error);

  if (request == NULL)
    return FALSE;
  hvfs_request_int (request, "newCapacityKb", kib);
  return run (server, request, disk, cancellable, error);
}

gboolean
hvfs_volume_wipe (const HvfsServer *server, const HvfsDatastorePath *disk,
                  GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsRequest) request = new_request (server, "ZeroFillVirtualDisk_Task", disk, error);

  return request != NULL && run (server, request, disk, cancellable, error);
}

/* ---- the datastore ---- */

gboolean
hvfs_volume_refresh_datastore (const HvfsServer *server, guint32 serial, GError **error)
{
  g_autoptr (HvfsRequest) request = hvfs_operation_new (server, serial, "RefreshDatastore", error);

  return request != NULL && hvfs_operation_call (server, request, serial, NULL, NULL, error);
}
