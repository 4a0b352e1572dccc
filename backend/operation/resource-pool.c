/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/resource-pool.c - resource pools: found, made, moved and ended */
#include "backend/operation/resource-pool.h"

#include <string.h>

#include "backend/mirror/filter.h"
#include "backend/mirror/inventory-name.h"
#include "backend/mirror/retrieve.h"
#include "convert/error.h"

static gboolean
is_compute (HvfsKind kind)
{
  return kind == HVFS_KIND_COMPUTE || kind == HVFS_KIND_CLUSTER;
}

static gboolean
is_pool (const HvfsObject *object)
{
  return object->kind == HVFS_KIND_POOL || object->kind == HVFS_KIND_VAPP;
}

gboolean
hvfs_pool_is_topmost (const HvfsObject *pool)
{
  HvfsKind kind;

  return hvfs_kind_from_type (hvfs_value_type (hvfs_object_get (pool, HVFS_PARENT)), &kind)
         && is_compute (kind);
}

/* ---- in the mirror ---- */

/* The compute resource that the object @serial is, or belongs to, by its host.  (nullable) */
static HvfsValue *
compute_of (HvfsMirror *mirror, const HvfsObject *object)
{
  if (object != NULL && object->kind == HVFS_KIND_VM)
    object = hvfs_mirror_resolve (mirror, hvfs_object_get (object, HVFS_VM_HOST));
  return object == NULL ? NULL : hvfs_object_get (object, HVFS_PARENT);
}

/* Whether @pool is called @name: as the server has it, or with its escapes undone. */
static gboolean
is_called (const char *raw, const char *name)
{
  g_autofree char *plain = hvfs_inventory_name_decode (raw != NULL ? raw : "");

  return g_strcmp0 (raw, name) == 0 || strcmp (plain, name) == 0;
}

/* The pool just below the object @parent.  @name: (nullable): any.  (nullable) */
static HvfsObject *
pool_below (HvfsMirror *mirror, const char *type, const char *parent, const char *name)
{
  GHashTableIter iter;
  gpointer value;

  hvfs_mirror_iter_init (mirror, &iter);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      HvfsObject *pool = value;
      HvfsValue *above = is_pool (pool) ? hvfs_object_get (pool, HVFS_PARENT) : NULL;

      if (above != NULL && g_strcmp0 (hvfs_value_text (above, NULL), parent) == 0
          && g_strcmp0 (hvfs_value_type (above), type) == 0
          && (name == NULL
              || is_called (hvfs_value_text (hvfs_object_get (pool, HVFS_NAME), NULL), name)))
        return pool;
    }
  return NULL;
}

static void
set_no_pool (const char *name, GError **error)
{
  g_set_error (error, HVFS_ERROR, ENOENT, "there is no resource pool '%.200s'", name);
}

/* Whether @names[i] stands between two names, as the directory "pools" does. */
static gboolean
is_between (char *const *names, guint i)
{
  return *names[i] == '\0' || (strcmp (names[i], "pools") == 0 && names[i + 1] != NULL);
}

guint32
hvfs_resource_pool_find (const HvfsServer *server, guint32 serial, const char *path,
                         GError **error)
{
  g_auto (GStrv) names = g_strsplit (path != NULL ? path : "", "/", -1);
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (server->mirror));
  HvfsMirror *mirror = server->mirror;
  HvfsObject *object = hvfs_mirror_get (mirror, serial), *pool = NULL;
  HvfsValue *compute = NULL;

  if (object != NULL && is_compute (object->kind))
    pool = pool_below (mirror, object->type, object->moref, NULL);
  else if ((compute = compute_of (mirror, object)) != NULL)
    pool = pool_below (mirror, hvfs_value_type (compute), hvfs_value_text (compute, NULL), NULL);
  if (pool == NULL)
    set_no_pool ("/", error);
  for (guint i = 0; pool != NULL && names[i] != NULL; i++)
    {
      HvfsObject *next = pool_below (mirror, pool->type, pool->moref, names[i]);

      if (next == NULL && is_between (names, i))
        continue;
      if (next == NULL)
        set_no_pool (names[i], error);
      pool = next;
    }
  return pool == NULL ? 0 : pool->serial;
}

/* ---- on the server ---- */

/* The compute resource that @serial is or belongs to; NULL where not known. */
static void
dup_compute (const HvfsServer *server, guint32 serial, char **ret_type, char **ret_id)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (server->mirror));
  HvfsObject *object = hvfs_mirror_get (server->mirror, serial);

  if (object != NULL && object->kind != HVFS_KIND_HOST)
    {
      *ret_type = g_strdup (object->type);
      *ret_id = g_strdup (object->moref);
    }
  else if (object != NULL)
    {
      HvfsValue *parent = hvfs_object_get (object, HVFS_PARENT);

      *ret_type = g_strdup (hvfs_value_type (parent));
      *ret_id = g_strdup (hvfs_value_text (parent, NULL));
    }
}

/* The pool called @name just below @pool.  (transfer full) */
static HvfsValue *
child_named (const HvfsServer *server, const HvfsValue *pool, const char *name, GError **error)
{
  g_autoptr (HvfsRequest) request = hvfs_retrieve_new (server->session);
  g_autoptr (GPtrArray) contents = NULL;

  hvfs_filter_write_children (request, "specSet", hvfs_value_type (pool),
                              hvfs_value_text (pool, NULL), "resourcePool");
  contents = hvfs_retrieve (server->session, request, NULL, error);
  for (guint i = 0; contents != NULL && i < contents->len; i++)
    if (is_called (hvfs_value_text (contents->pdata[i], "propSet.val"), name))
      return hvfs_value_ref (hvfs_value_get (contents->pdata[i], "obj"));
  if (contents != NULL)
    set_no_pool (name, error);
  return NULL;
}

static HvfsValue *
ask (const HvfsServer *server, guint32 serial, const char *path, GError **error)
{
  g_auto (GStrv) names = g_strsplit (path != NULL ? path : "", "/", -1);
  g_autofree char *type = NULL, *id = NULL;
  g_autoptr (HvfsValue) pool = NULL;

  dup_compute (server, serial, &type, &id);
  if (id == NULL || type == NULL)
    {
      g_set_error (error, HVFS_ERROR, ENOENT,
                   "the server does not report the host's compute resource");
      return NULL;
    }
  pool = hvfs_retrieve_property (server->session, type, id, "resourcePool", error);
  for (guint i = 0; pool != NULL && names[i] != NULL; i++)
    if (!is_between (names, i))
      {
        HvfsValue *next = child_named (server, pool, names[i], error);

        hvfs_value_unref (pool);
        pool = next;
      }
  return g_steal_pointer (&pool);
}

char *
hvfs_resource_pool_lookup (const HvfsServer *server, guint32 serial, const char *path,
                           const char **ret_type, GError **error)
{
  guint32 found = hvfs_resource_pool_find (server, serial, path, NULL);
  g_autoptr (HvfsValue) pool = found != 0 ? NULL : ask (server, serial, path, error);

  if (found != 0)
    {
      g_autoptr (GRWLockReaderLocker) locker
        = g_rw_lock_reader_locker_new (hvfs_mirror_lock (server->mirror));
      HvfsObject *object = hvfs_mirror_get (server->mirror, found);

      if (ret_type != NULL && object != NULL)
        *ret_type = object->type;
      return object == NULL ? NULL : g_strdup (object->moref);
    }
  if (pool != NULL && ret_type != NULL)
    *ret_type = g_intern_string (hvfs_value_type (pool));
  return g_strdup (hvfs_value_text (pool, NULL));
}

static guint32
host_of (const HvfsServer *server, guint32 serial)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (server->mirror));
  HvfsObject *vm = hvfs_mirror_get (server->mirror, serial);
  HvfsObject *host = vm == NULL ? NULL
                                : hvfs_mirror_resolve (server->mirror,
                                                       hvfs_object_get (vm, HVFS_VM_HOST));

  return host == NULL ? 0 : host->serial;
}

char *
hvfs_resource_pool_lookup_of_vm (const HvfsServer *server, guint32 serial, GError **error)
{
  guint32 host = host_of (server, serial);

  if (host != 0)
    return hvfs_resource_pool_lookup (server, host, NULL, NULL, error);
  g_set_error (error, HVFS_ERROR, ENOENT, "the host of the machine is not in this mount");
  return NULL;
}

/* ---- changing them ---- */

/* What vSphere's own client gives a new pool. */
static void
write_allocation (HvfsRequest *request, const char *element, gint64 shares)
{
  hvfs_request_open (request, element, NULL);
  hvfs_request_int (request, "reservation", 0);
  hvfs_request_bool (request, "expandableReservation", TRUE);
  hvfs_request_int (request, "limit", -1);
  hvfs_request_open (request, "shares", NULL);
  hvfs_request_int (request, "shares", shares); /* counts for the level "custom" only */
  hvfs_request_text (request, "level", "normal");
  hvfs_request_close (request);
  hvfs_request_close (request);
}

guint32
hvfs_resource_pool_create (const HvfsServer *server, guint32 serial, const char *name,
                           GCancellable *cancellable, GError **error)
{
  g_autofree char *raw = hvfs_inventory_name_from_user (name);
  g_autoptr (HvfsRequest) request
    = hvfs_operation_new (server, serial, "CreateResourcePool", error);

  if (request == NULL)
    return 0;
  hvfs_request_text (request, "name", raw);
  hvfs_request_open (request, "spec", NULL);
  write_allocation (request, "cpuAllocation", 4000);
  write_allocation (request, "memoryAllocation", 163840);
  hvfs_request_close (request);
  return hvfs_operation_make (server, request, serial, raw, cancellable, error);
}

static HvfsValue *
pool_of (const HvfsObject *object)
{
  return hvfs_object_get (object, object->kind == HVFS_KIND_VM ? HVFS_VM_POOL : HVFS_PARENT);
}

static gboolean
is_in (const HvfsObject *object, gconstpointer pool)
{
  return g_strcmp0 (hvfs_value_text (pool_of (object), NULL), pool) == 0;
}

/* Whether @object can come to the pool @to. */
static gboolean
may_move (HvfsMirror *mirror, const HvfsObject *object, const HvfsObject *to, GError **error)
{
  HvfsObject *from = hvfs_mirror_resolve (mirror, pool_of (object));
  HvfsValue *owner = from == NULL ? NULL : hvfs_object_get (from, HVFS_POOL_OWNER);
  HvfsValue *wanted = hvfs_object_get (to, HVFS_POOL_OWNER);

  if (object->kind == HVFS_KIND_VM && hvfs_object_is_unset (object, HVFS_VM_POOL))
    g_set_error (error, HVFS_ERROR, EINVAL, "a template is in no resource pool");
  else if (owner != NULL && wanted != NULL && !hvfs_value_equal (owner, wanted))
    g_set_error (error, HVFS_ERROR, EINVAL, "the pool is in another cluster or host");
  else
    return TRUE;
  return FALSE;
}

/* The request to move @serial to @pool.  @ret_pool: (transfer full): its id */
static HvfsRequest *
new_move (const HvfsServer *server, guint32 serial, guint32 pool, char **ret_pool, GError **error)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (server->mirror));
  HvfsObject *object = hvfs_mirror_get (server->mirror, serial);
  HvfsObject *to = hvfs_mirror_get (server->mirror, pool);
  HvfsRequest *request;

  if (object == NULL || to == NULL)
    {
      hvfs_object_set_gone ("object", error);
      return NULL;
    }
  if (!may_move (server->mirror, object, to, error))
    return NULL;
  request = hvfs_request_new ("MoveIntoResourcePool", to->type, to->moref);
  hvfs_request_moref (request, "list", object->type, object->moref);
  *ret_pool = g_strdup (to->moref);
  return request;
}

gboolean
hvfs_resource_pool_move (const HvfsServer *server, guint32 serial, guint32 pool, GError **error)
{
  g_autofree char *to = NULL;
  g_autoptr (HvfsRequest) request = new_move (server, serial, pool, &to, error);

  if (request == NULL)
    return FALSE;
  return hvfs_operation_is_so (server, serial, is_in, to)
         || hvfs_operation_call (server, request, serial, is_in, to, error);
}

static gboolean
is_vapp (const HvfsObject *object, gconstpointer data)
{
  return object->kind == HVFS_KIND_VAPP;
}

static int
has_left (HvfsMirror *mirror, gpointer serial)
{
  return hvfs_mirror_get (mirror, GPOINTER_TO_UINT (serial)) == NULL;
}

gboolean
hvfs_resource_pool_destroy (const HvfsServer *server, guint32 serial, GCancellable *cancellable,
                            GError **error)
{
  g_autoptr (HvfsRequest) request = hvfs_operation_new (server, serial, "Destroy_Task", error);
  g_autoptr (GError) failure = NULL;

  if (request == NULL)
    return FALSE;
  if (hvfs_operation_is_so (server, serial, is_vapp, NULL))
    {
      g_set_error (error, HVFS_ERROR, EINVAL, "the server would delete the machines of a vApp");
      return FALSE;
    }
  if (!hvfs_operation_run (server, request, serial, NULL, NULL, NULL, cancellable, &failure)
      && !hvfs_operation_find_out (server, has_left, GUINT_TO_POINTER (serial), cancellable,
                                   &failure))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  hvfs_operation_await_shown_that (server, has_left, GUINT_TO_POINTER (serial));
  return TRUE;
}
