/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/import.c - a machine made of an OVF descriptor and its disks; see import.h */
#include "backend/operation/import.h"

#include <string.h>

#include "backend/mirror/inventory-name.h"
#include "backend/mirror/locate.h"
#include "backend/mirror/retrieve.h"
#include "backend/operation/nfc.h"
#include "backend/operation/resource-pool.h"
#include "backend/wait/pipe.h"
#include "convert/error.h"

#define PIPE_BYTES (4 * 1024 * 1024)

/* A file that the server wants. */
typedef struct
{
  char *path;
  char *device;     /* by which the lease names it */
  gint64 size;      /* 0: nobody says */
  gboolean creates;
} Item;

/* A file on its way; of a thread of its own. */
typedef struct
{
  HvfsImport *import;
  const HvfsLeaseUrl *url;
  guint64 size;
  gboolean creates;
  HvfsPipe *pipe;
  GCancellable *cancellable;
  GThread *thread;
  GError *failure;  /* once it was joined */
} Sending;

struct _HvfsImport
{
  const HvfsServer *server;
  HvfsLease *lease;
  GPtrArray *items; /* of Item */
  gint64 total;     /* bytes, as far as known */
  gint64 sent;
  Sending *sending; /* NULL: none, or the file is dropped */
};

/* ---- the place ---- */

typedef struct
{
  char *host, *pool, *pool_type, *datastore, *folder;
  GPtrArray *networks; /* of HvfsValue: as many as the descriptor names, in its order */
} Place;

static void
place_clear (Place *place)
{
  g_free (place->host);
  g_free (place->pool);
  g_free (place->pool_type);
  g_free (place->datastore);
  g_free (place->folder);
  g_clear_pointer (&place->networks, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Place, place_clear)

static gboolean
has_name (const HvfsObject *object, const char *name)
{
  g_autofree char *raw = hvfs_inventory_name_from_user (name);

  return g_strcmp0 (hvfs_value_text (hvfs_object_get (object, HVFS_NAME), NULL), raw) == 0;
}

static gboolean
is_usable (const HvfsObject *datastore)
{
  const char *maintenance
    = hvfs_value_text (hvfs_object_get (datastore, HVFS_DATASTORE_MAINTENANCE), NULL);

  return hvfs_value_bool (hvfs_object_get (datastore, HVFS_DATASTORE_ACCESSIBLE), NULL)
         && (maintenance == NULL || strcmp (maintenance, "normal") == 0);
}

/* @name: nullable: the one with the most room.  Under the mirror's lock.  (nullable) */
static const HvfsObject *
find_datastore (HvfsMirror *mirror, const HvfsObject *host, const char *name)
{
  const HvfsValue *all = hvfs_object_get (host, HVFS_HOST_DATASTORES);
  const HvfsObject *best = NULL;
  gint64 best_free = -1;

  for (guint i = 0; i < hvfs_value_n_children (all); i++)
    {
      const HvfsObject *datastore = hvfs_mirror_resolve (mirror, hvfs_value_nth (all, i));
      gint64 room;

      if (datastore == NULL || (name != NULL ? !has_name (datastore, name) : !is_usable (datastore)))
        continue;
      room = hvfs_value_int (hvfs_object_get (datastore, HVFS_DATASTORE_FREE), NULL, 0);
      if (room > best_free)
        {
          best = datastore;
          best_free = room;
        }
    }
  return best;
}

static HvfsValue *
find_network (HvfsMirror *mirror, const HvfsObject *host, const char *name)
{
  const HvfsValue *all = hvfs_object_get (host, HVFS_HOST_NETWORKS);

  for (guint i = 0; i < hvfs_value_n_children (all); i++)
    {
      const HvfsObject *network = hvfs_mirror_resolve (mirror, hvfs_value_nth (all, i));

      if (network != NULL && has_name (network, name))
        return hvfs_value_nth (all, i);
    }
  return NULL;
}

static gboolean
find_networks (Place *place, HvfsMirror *mirror, const HvfsObject *host, const HvfsImportPlan *plan,
               const HvfsOvf *ovf, GError **error)
{
  place->networks = g_ptr_array_new_with_free_func ((GDestroyNotify) hvfs_value_unref);
  for (guint i = 0; i < ovf->networks->len; i++)
    {
      const char *name = ovf->networks->pdata[i];
      const char *mapped = plan->networks == NULL ? NULL : g_hash_table_lookup (plan->networks, name);
      HvfsValue *network = find_network (mirror, host, mapped != NULL ? mapped : name);

      if (network == NULL)
        {
          g_autofree char *shown = g_strescape (mapped != NULL ? mapped : name, NULL);

          g_set_error (error, HVFS_ERROR, ENOENT, "the host has no network '%.100s': write "
                       "network=NAME:NETWORK into options first", shown);
          return FALSE;
        }
      g_ptr_array_add (place->networks, hvfs_value_ref (network));
    }
  return TRUE;
}

static gboolean
find_on_host (Place *place, const HvfsServer *server, const HvfsImportPlan *plan,
              const HvfsOvf *ovf, char **ret_datacenter, GError **error)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (server->mirror));
  HvfsObject *host = hvfs_mirror_get (server->mirror, plan->host);
  HvfsObject *datacenter = host == NULL ? NULL : hvfs_locate_datacenter (server->mirror, host);
  const HvfsObject *datastore;

  if (datacenter == NULL)
    {
      hvfs_object_set_gone ("host", error);
      return FALSE;
    }
  place->host = g_strdup (host->moref);
  *ret_datacenter = g_strdup (datacenter->moref);
  datastore = find_datastore (server->mirror, host, plan->datastore);
  if (datastore == NULL)
    {
      g_set_error (error, HVFS_ERROR, ENOENT, "the host has no datastore %s",
                   plan->datastore != NULL ? plan->datastore : "that it can write to");
      return FALSE;
    }
  place->datastore = g_strdup (datastore->moref);
  return find_networks (place, server->mirror, host, plan, ovf, error);
}

/* The folder of machines that is meant.  (transfer full) */
static char *
look_up_folder (const HvfsServer *server, guint32 folder, const char *datacenter, GError **error)
{
  g_autoptr (HvfsValue) own = NULL;

  if (folder != 0)
    return hvfs_operation_dup_moref (server, folder, error);
  own = hvfs_retrieve_property (server->session, "Datacenter", datacenter, "vmFolder", error);
  return own == NULL ? NULL : g_strdup (hvfs_value_text (own, NULL));
}

static gboolean
find_place (Place *place, const HvfsServer *server, const HvfsImportPlan *plan, const HvfsOvf *ovf,
            GError **error)
{
  g_autofree char *datacenter = NULL;
  const char *pool_type = NULL;

  if (!find_on_host (place, server, plan, ovf, &datacenter, error))
    return FALSE;
  place->pool = hvfs_resource_pool_lookup (server, plan->host, plan->pool, &pool_type, error);
  if (place->pool == NULL)
    return FALSE;
  place->pool_type = g_strdup (pool_type != NULL ? pool_type : "ResourcePool");
  place->folder = look_up_folder (server, plan->folder, datacenter, error);
  return place->folder != NULL;
}

/* ---- the machine ---- */

static void
item_free (gpointer data)
{
  Item *item = data;

  g_free (item->path);
  g_free (item->device);
  g_free (item);
}

static HvfsRequest *
new_spec_request (const HvfsServer *server, const HvfsImportPlan *plan, const Place *place,
                  const char *text, const HvfsOvf *ovf, GError **error)
{
  g_autoptr (HvfsValue) content = hvfs_session_ref_content (server->session);
  const char *manager = hvfs_value_text (content, "ovfManager");
  HvfsRequest *request;

  if (manager == NULL)
    {
      g_set_error (error, HVFS_ERROR, ENOTSUP, "the server knows no OVF");
      return NULL;
    }
  request = hvfs_request_new ("CreateImportSpec", "OvfManager", manager);
  hvfs_request_text (request, "ovfDescriptor", text);
  hvfs_request_moref (request, "resourcePool", place->pool_type, place->pool);
  hvfs_request_moref (request, "datastore", "Datastore", place->datastore);
  hvfs_request_open (request, "cisp", NULL);
  hvfs_request_text (request, "locale", "");
  hvfs_request_text (request, "deploymentOption", "");
  hvfs_request_text (request, "entityName", plan->name);
  hvfs_request_moref (request, "hostSystem", "HostSystem", place->host);
  for (guint i = 0; i < ovf->networks->len; i++)
    {
      const HvfsValue *network = place->networks->pdata[i];

      hvfs_request_open (request, "networkMapping", NULL);
      hvfs_request_text (request, "name", ovf->networks->pdata[i]);
      hvfs_request_moref (request, "network", hvfs_value_type (network), hvfs_value_text (network, NULL));
      hvfs_request_close (request);
    }
  if (plan->disk != NULL)
    hvfs_request_text (request, "diskProvisioning", plan->disk);
  hvfs_request_close (request);
  return request;
}

/* All that the server finds wrong, on one line.  FALSE: nothing is */
static gboolean
take_errors (const HvfsValue *result, GError **error)
{
  g_autoptr (GString) words = g_string_new (NULL);

  for (guint i = 0; i < hvfs_value_n_children (result); i++)
    {
      const HvfsValue *child = hvfs_value_nth (result, i);
      const char *message = hvfs_value_text (child, "localizedMessage");

      if (strcmp (hvfs_value_name (child), "error") == 0)
        g_string_append_printf (words, "%s%s", words->len > 0 ? "; " : "",
                                message != NULL ? message : "the server does not say why");
    }
  if (words->len == 0 && hvfs_value_get (result, "importSpec") != NULL)
    return FALSE;
  g_strdelimit (words->str, "\r\n", ' ');
  g_set_error (error, HVFS_ERROR, EINVAL, "the server cannot deploy it: %s",
               words->len > 0 ? words->str : "it makes nothing of the descriptor");
  return TRUE;
}

static void
read_items (HvfsImport *import, const HvfsValue *result)
{
  for (guint i = 0; i < hvfs_value_n_children (result); i++)
    {
      const HvfsValue *from = hvfs_value_nth (result, i);
      Item *item;

      if (strcmp (hvfs_value_name (from), "fileItem") != 0)
        continue;
      item = g_new0 (Item, 1);
      item->path = g_strdup (hvfs_value_text (from, "path"));
      item->device = g_strdup (hvfs_value_text (from, "deviceId"));
      item->size = hvfs_value_int (from, "size", 0);
      item->creates = hvfs_value_bool (from, "create");
      import->total += item->size;
      g_ptr_array_add (import->items, item);
    }
}

/* As the server has sent it. */
static void
write_value (HvfsRequest *request, const HvfsValue *value, const char *name)
{
  const char *type = hvfs_value_type (value), *text = hvfs_value_text (value, NULL);
  g_autofree char *simple = NULL;

  if (hvfs_value_n_children (value) > 0)
    {
      hvfs_request_open (request, name, type);
      for (guint i = 0; i < hvfs_value_n_children (value); i++)
        write_value (request, hvfs_value_nth (value, i), hvfs_value_name (hvfs_value_nth (value, i)));
      hvfs_request_close (request);
    }
  else if (type == NULL)
    hvfs_request_text (request, name, text != NULL ? text : "");
  else if (g_ascii_isupper (*type) && text != NULL && *text != '\0')
    hvfs_request_moref (request, name, type, text);
  else
    {
      simple = g_ascii_isupper (*type) ? g_strdup (type) : g_strconcat ("xsd:", type, NULL);
      hvfs_request_typed (request, name, simple, text != NULL ? text : "");
    }
}

static gboolean
begin_lease (HvfsImport *import, const Place *place, const HvfsValue *result,
             GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsRequest) request
    = hvfs_request_new ("ImportVApp", place->pool_type, place->pool);

  write_value (request, hvfs_value_get (result, "importSpec"), "spec");
  if (strcmp (place->pool_type, "VirtualApp") != 0)
    hvfs_request_moref (request, "folder", "Folder", place->folder);
  hvfs_request_moref (request, "host", "HostSystem", place->host);
  import->lease = hvfs_lease_begin (import->server, request, cancellable, error);
  return import->lease != NULL;
}

HvfsImport *
hvfs_import_begin (const HvfsServer *server, const HvfsImportPlan *plan, const char *text,
                   const HvfsOvf *ovf, GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsImport) import = g_new0 (HvfsImport, 1);
  g_auto (Place) place = { 0 };
  g_autoptr (HvfsRequest) request = NULL;
  g_autoptr (HvfsValue) reply = NULL;
  const HvfsValue *result;

  import->server = server;
  import->items = g_ptr_array_new_with_free_func (item_free);
  if (!find_place (&place, server, plan, ovf, error)
      || (request = new_spec_request (server, plan, &place, text, ovf, error)) == NULL)
    return NULL;
  reply = hvfs_session_call (server->session, request, HVFS_CALL_READ, 0, cancellable, error);
  result = hvfs_value_get (reply, "returnval");
  if (reply == NULL || take_errors (result, error))
    return NULL;
  read_items (import, result);
  return begin_lease (import, &place, result, cancellable, error) ? g_steal_pointer (&import) : NULL;
}

/* ---- its files ---- */

static gssize
give (char *buffer, gsize size, gsize off G_GNUC_UNUSED, gpointer user_data, GError **error)
{
  Sending *sending = user_data;
  gssize n = hvfs_pipe_take (sending->pipe, buffer, size, sending->cancellable, error);

  if (n == 0)
    {
      g_set_error (error, HVFS_ERROR, EIO, "the file ends before its last byte");
      return -1;
    }
  return n;
}

static gpointer
send_file (gpointer data)
{
  Sending *sending = data;
  GError *failure = NULL;

  if (!hvfs_nfc_send (sending->import->server, sending->url, give, sending, sending->size,
                      sending->creates, sending->cancellable, &failure))
    hvfs_pipe_break (sending->pipe, failure);
  return failure;
}

/* Waits for the thread, and says how it went. */
static gboolean
end_sending (HvfsImport *import, GError **error)
{
  Sending *sending = g_steal_pointer (&import->sending);
  GError *failure = g_thread_join (sending->thread);
  gboolean ok = failure == NULL;

  hvfs_pipe_free (sending->pipe);
  g_object_unref (sending->cancellable);
  g_free (sending);
  if (!ok)
    g_propagate_error (error, failure);
  return ok;
}

static const HvfsLeaseUrl *
url_of (const HvfsImport *import, const Item *item)
{
  const GPtrArray *urls = hvfs_lease_urls (import->lease);

  for (guint i = 0; i < urls->len; i++)
    if (g_strcmp0 (((HvfsLeaseUrl *) urls->pdata[i])->import_key, item->device) == 0)
      return urls->pdata[i];
  return NULL;
}

gboolean
hvfs_import_open (HvfsImport *import, const char *name, guint64 size, GError **error)
{
  const Item *item = NULL;
  const HvfsLeaseUrl *url;
  Sending *sending;

  for (guint i = 0; i < import->items->len && item == NULL; i++)
    if (g_strcmp0 (((Item *) import->items->pdata[i])->path, name) == 0)
      item = import->items->pdata[i];
  if (item == NULL)
    return TRUE;
  url = url_of (import, item);
  if (url == NULL)
    {
      g_set_error (error, HVFS_ERROR, EPROTO, "%s: the server does not say where it is to be sent", name);
      return FALSE;
    }
  sending = g_new0 (Sending, 1);
  *sending = (Sending){ .import = import, .url = url, .size = size, .creates = item->creates,
                        .pipe = hvfs_pipe_new (PIPE_BYTES), .cancellable = g_cancellable_new () };
  import->sending = sending;
  sending->thread = g_thread_new ("hvfs-import", send_file, sending);
  return TRUE;
}

static void
note_sent (HvfsImport *import, gsize len)
{
  gint64 total = import->total > 0 ? import->total : hvfs_lease_capacity (import->lease);

  import->sent += (gint64) len;
  if (total > 0)
    hvfs_lease_set_percent (import->lease, (guint) MIN (import->sent * 100 / total, 99));
}

gboolean
hvfs_import_put (HvfsImport *import, const char *bytes, gsize len, GCancellable *cancellable,
                 GError **error)
{
  note_sent (import, len);
  return import->sending == NULL
         || hvfs_pipe_put (import->sending->pipe, bytes, len, cancellable, error);
}

static void
cancel_sending (GCancellable *cancellable G_GNUC_UNUSED, gpointer sending)
{
  g_cancellable_cancel (sending);
}

gboolean
hvfs_import_close (HvfsImport *import, GCancellable *cancellable, GError **error)
{
  gulong handler = 0;
  gboolean ok;

  if (import->sending == NULL)
    return TRUE;
  hvfs_pipe_end (import->sending->pipe, NULL);
  if (cancellable != NULL)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (cancel_sending),
                                     g_object_ref (import->sending->cancellable), g_object_unref);
  ok = end_sending (import, error);
  if (handler != 0)
    g_cancellable_disconnect (cancellable, handler);
  return ok;
}

static int
is_in_mirror (HvfsMirror *mirror, gpointer moref)
{
  return hvfs_mirror_find (mirror, "VirtualMachine", moref) != NULL;
}

gboolean
hvfs_import_finish (HvfsImport *import, GError **error)
{
  g_autofree char *moref = g_strdup (hvfs_lease_entity (import->lease));

  if (!hvfs_lease_complete (import->lease, error))
    return FALSE;
  hvfs_operation_await_shown_that (import->server, is_in_mirror, moref);
  return TRUE;
}

void
hvfs_import_free (HvfsImport *import)
{
  if (import == NULL)
    return;
  if (import->sending != NULL)
    {
      g_cancellable_cancel (import->sending->cancellable);
      end_sending (import, NULL);
    }
  hvfs_lease_free (import->lease);
  g_ptr_array_unref (import->items);
  g_free (import);
}
