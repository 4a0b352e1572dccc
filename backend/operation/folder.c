/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/folder.c - folders of machines: made, and what lies in them */
#include "backend/operation/folder.h"

#include "backend/mirror/inventory-name.h"
#include "backend/mirror/locate.h"
#include "convert/error.h"

guint32
hvfs_folder_create (const HvfsServer *server, guint32 serial, const char *name,
                    GCancellable *cancellable, GError **error)
{
  g_autofree char *raw = hvfs_inventory_name_from_user (name);
  g_autoptr (HvfsRequest) request = hvfs_operation_new (server, serial, "CreateFolder", error);

  if (request == NULL)
    return 0;
  hvfs_request_text (request, "name", raw);
  return hvfs_operation_make (server, request, serial, raw, cancellable, error);
}

static gboolean
is_in (const HvfsObject *object, gconstpointer folder)
{
  guint index = object->kind == HVFS_KIND_VAPP ? HVFS_VAPP_FOLDER : HVFS_PARENT;

  return g_strcmp0 (hvfs_value_text (hvfs_object_get (object, index), NULL), folder) == 0;
}

/* Where the mirror does not say, the server judges. */
static gboolean
is_other_datacenter (HvfsMirror *mirror, const HvfsObject *a, const HvfsObject *b)
{
  HvfsObject *from = hvfs_locate_datacenter (mirror, a);
  HvfsObject *to = hvfs_locate_datacenter (mirror, b);

  return from != NULL && to != NULL && from != to;
}

/* The request to move @serial to @folder.  @ret_folder: (transfer full): its id */
static HvfsRequest *
new_move (const HvfsServer *server, guint32 serial, guint32 folder, char **ret_folder,
          GError **error)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (server->mirror));
  HvfsObject *object = hvfs_mirror_get (server->mirror, serial);
  HvfsObject *to = hvfs_mirror_get (server->mirror, folder);
  HvfsRequest *request;

  if (object == NULL || to == NULL)
    {
      hvfs_object_set_gone ("object", error);
      return NULL;
    }
  if (is_other_datacenter (server->mirror, object, to))
    {
      g_set_error (error, HVFS_ERROR, EXDEV, "the folder is in another datacenter");
      return NULL;
    }
  request = hvfs_request_new ("MoveIntoFolder_Task", to->type, to->moref);
  hvfs_request_moref (request, "list", object->type, object->moref);
  *ret_folder = g_strdup (to->moref);
  return request;
}

gboolean
hvfs_folder_move (const HvfsServer *server, guint32 serial, guint32 folder,
                  GCancellable *cancellable, GError **error)
{
  g_autofree char *to = NULL;
  g_autoptr (HvfsRequest) request = new_move (server, serial, folder, &to, error);

  if (request == NULL)
    return FALSE;
  return hvfs_operation_is_so (server, serial, is_in, to)
         || hvfs_operation_run (server, request, serial, is_in, to, NULL, cancellable, error);
}
