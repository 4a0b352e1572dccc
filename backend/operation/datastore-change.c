/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/datastore-change.c - files of datastores are moved, copied, removed, made; see
 * datastore-change.h */
#include "backend/operation/datastore-change.h"

#include "convert/error.h"

/* A request to the manager of files, or of disks.  NULL: the server has none. */
static HvfsRequest *
new_request (const HvfsServer *server, const char *method, gboolean is_disk, GError **error)
{
  g_autoptr (HvfsValue) content = hvfs_session_ref_content (server->session);
  const char *id
    = hvfs_value_text (content, is_disk ? "virtualDiskManager" : "fileManager");

  if (id != NULL)
    return hvfs_request_new (method, is_disk ? "VirtualDiskManager" : "FileManager", id);
  g_set_error (error, HVFS_ERROR, ENOTSUP, "the server has no manager of %s",
               is_disk ? "disks" : "files");
  return NULL;
}

static void
add_path (HvfsRequest *request, const char *name, const char *datacenter,
          const HvfsDatastorePath *path)
{
  g_autofree char *text = hvfs_datastore_place_path (path->place, path->path);

  hvfs_request_text (request, name, text);
  if (path->place->datacenter != NULL)
    hvfs_request_moref (request, datacenter, "Datacenter", path->place->datacenter);
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
          const HvfsDatastorePath *to, gboolean is_disk, gboolean force, GCancellable *cancellable,
          GError **error)
{
  g_autoptr (HvfsRequest) request = new_request (server, method, is_disk, error);

  if (request == NULL)
    return FALSE;
  add_path (request, "sourceName", "sourceDatacenter", from);
  add_path (request, is_disk ? "destName" : "destinationName",
            is_disk ? "destDatacenter" : "destinationDatacenter", to);
  hvfs_request_bool (request, "force", force);
  return run (server, request, to->serial, cancellable, error);
}

gboolean
hvfs_datastore_move (const HvfsServer *server, const HvfsDatastorePath *from,
                     const HvfsDatastorePath *to, gboolean is_disk, gboolean force,
                     GCancellable *cancellable, GError **error)
{
  return transfer (server, is_disk ? "MoveVirtualDisk_Task" : "MoveDatastoreFile_Task", from, to,
                   is_disk, force, cancellable, error);
}

gboolean
hvfs_datastore_copy (const HvfsServer *server, const HvfsDatastorePath *from,
                     const HvfsDatastorePath *to, gboolean is_disk, GCancellable *cancellable,
                     GError **error)
{
  return transfer (server, is_disk ? "CopyVirtualDisk_Task" : "CopyDatastoreFile_Task", from, to,
                   is_disk, FALSE, cancellable, error);
}

gboolean
hvfs_datastore_delete (const HvfsServer *server, const HvfsDatastorePath *path, gboolean is_disk,
                       GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsRequest) request
    = new_request (server, is_disk ? "DeleteVirtualDisk_Task" : "DeleteDatastoreFile_Task",
                   is_disk, error);

  if (request == NULL)
    return FALSE;
  add_path (request, "name", "datacenter", path);
  return run (server, request, path->serial, cancellable, error);
}

gboolean
hvfs_datastore_mkdir (const HvfsServer *server, const HvfsDatastorePath *path, GError **error)
{
  g_autoptr (HvfsRequest) request = new_request (server, "MakeDirectory", FALSE, error);

  if (request == NULL)
    return FALSE;
  add_path (request, "name", "datacenter", path);
  hvfs_request_bool (request, "createParentDirectories", FALSE);
  return hvfs_operation_call (server, request, path->serial, NULL, NULL, error);
}
