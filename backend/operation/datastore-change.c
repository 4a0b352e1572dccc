/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/datastore-change.c - files of datastores are moved, copied, removed, made; see
 * datastore-change.h */
#include "backend/operation/datastore-change.h"

#include <string.h>

#include "convert/error.h"

static void
add_path (HvfsRequest *request, const HvfsDatastorePath *path, const char *name,
          const char *datacenter)
{
  g_autofree char *text = hvfs_datastore_place_path (path->place, path->path);

  hvfs_request_text (request, name, text);
  if (path->place->datacenter != NULL)
    hvfs_request_moref (request, datacenter, "Datacenter", path->place->datacenter);
}

char *
hvfs_datastore_part_path (const char *path, gboolean is_disk)
{
  const char *slash = strrchr (path, '/');

  return g_strdup_printf ("%.*s.hvfs-%08x%08x.part%s",
                          slash == NULL ? 0 : (int) (slash + 1 - path), path, g_random_int (),
                          g_random_int (), is_disk ? ".vmdk" : "");
}

/* (transfer full) (nullable): the id of what does this for disks, or for plain files */
static char *
dup_manager (const HvfsServer *server, gboolean is_disk)
{
  g_autoptr (HvfsValue) content = hvfs_session_ref_content (server->session);

  return g_strdup (hvfs_value_text (content, is_disk ? "virtualDiskManager" : "fileManager"));
}

gboolean
hvfs_datastore_can_move (const HvfsServer *server)
{
  g_autofree char *manager = dup_manager (server, FALSE);

  return manager != NULL;
}

HvfsRequest *
hvfs_datastore_request_new (const HvfsServer *server, const char *method,
                            const HvfsDatastorePath *path, const char *name,
                            const char *datacenter, GError **error)
{
  g_autofree char *id = dup_manager (server, path->is_disk);
  HvfsRequest *request;

  if (id == NULL)
    {
      g_set_error (error, HVFS_ERROR, ENOTSUP, "the server has no manager of %s",
                   path->is_disk ? "disks" : "files");
      return NULL;
    }
  request = hvfs_request_new (method, path->is_disk ? "VirtualDiskManager" : "FileManager", id);
  add_path (request, path, name, datacenter);
  return request;
}

static gboolean
run (const HvfsServer *server, HvfsRequest *request, guint32 serial, GCancellable *cancellable,
     GError **error)
{
  return hvfs_operation_run (server, request, serial, NULL, NULL, NULL, cancellable, error);
}

/* The arguments of moving and copying are the same. */
static gboolean
transfer (const HvfsServer *server, const char *method, const HvfsDatastorePath *from,
          const HvfsDatastorePath *to, gboolean force, GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsRequest) request
    = hvfs_datastore_request_new (server, method, from, "sourceName", "sourceDatacenter", error);

  if (request == NULL)
    return FALSE;
  add_path (request, to, from->is_disk ? "destName" : "destinationName",
            from->is_disk ? "destDatacenter" : "destinationDatacenter");
  hvfs_request_bool (request, "force", force);
  return run (server, request, to->serial, cancellable, error);
}

gboolean
hvfs_datastore_move (const HvfsServer *server, const HvfsDatastorePath *from,
                     const HvfsDatastorePath *to, gboolean force, GCancellable *cancellable,
                     GError **error)
{
  return transfer (server, from->is_disk ? "MoveVirtualDisk_Task" : "MoveDatastoreFile_Task", from,
                   to, force, cancellable, error);
}

gboolean
hvfs_datastore_copy (const HvfsServer *server, const HvfsDatastorePath *from,
                     const HvfsDatastorePath *to, GCancellable *cancellable, GError **error)
{
  return transfer (server, from->is_disk ? "CopyVirtualDisk_Task" : "CopyDatastoreFile_Task", from,
                   to, FALSE, cancellable, error);
}

gboolean
hvfs_datastore_delete (const HvfsServer *server, const HvfsDatastorePath *path,
                       GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsRequest) request = hvfs_datastore_request_new (
    server, path->is_disk ? "DeleteVirtualDisk_Task" : "DeleteDatastoreFile_Task", path, "name",
    "datacenter", error);

  return request != NULL && run (server, request, path->serial, cancellable, error);
}

gboolean
hvfs_datastore_mkdir (const HvfsServer *server, const HvfsDatastorePath *path, GError **error)
{
  g_autoptr (HvfsRequest) request
    = hvfs_datastore_request_new (server, "MakeDirectory", path, "name", "datacenter", error);

  if (request == NULL)
    return FALSE;
  hvfs_request_bool (request, "createParentDirectories", FALSE);
  return hvfs_operation_call (server, request, path->serial, NULL, NULL, error);
}
