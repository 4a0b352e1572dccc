/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/resource-pool.c - the resource pool that a host's machines get */
#include "backend/operation/resource-pool.h"

#include <string.h>

#include "backend/mirror/filter.h"
#include "backend/mirror/inventory-name.h"
#include "backend/mirror/retrieve.h"
#include "convert/error.h"

/* Of the compute resource that @serial is or belongs to; NULL where not known. */
static void
compute_of (const HvfsServer *server, guint32 serial, char **ret_type, char **ret_id)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (server->mirror));
  HvfsObject *object = hvfs_mirror_get (server->mirror, serial);
  HvfsValue *parent;

  if (object != NULL && object->kind != HVFS_KIND_HOST)
    {
      *ret_type = g_strdup (object->type);
      *ret_id = g_strdup (object->moref);
    }
  else if (object != NULL)
    {
      parent = hvfs_object_get (object, HVFS_PARENT);
      *ret_type = g_strdup (hvfs_value_type (parent));
      *ret_id = g_strdup (hvfs_value_text (parent, NULL));
    }
}

/* The pool called @name just below @pool. */
static char *
child_named (const HvfsServer *server, const char *pool, const char *name, GError **error)
{
  g_autoptr (HvfsRequest) request = hvfs_retrieve_new (server->session);
  g_autoptr (GPtrArray) contents = NULL;

  hvfs_filter_write_children (request, "specSet", "ResourcePool", pool, "resourcePool");
  contents = hvfs_retrieve (server->session, request, NULL, error);
  for (guint i = 0; contents != NULL && i < contents->len; i++)
    {
      const char *raw = hvfs_value_text (contents->pdata[i], "propSet.val");
      g_autofree char *plain = hvfs_inventory_name_decode (raw != NULL ? raw : "");

      if (g_strcmp0 (raw, name) == 0 || strcmp (plain, name) == 0)
        return g_strdup (hvfs_value_text (contents->pdata[i], "obj"));
    }
  if (contents != NULL)
    g_set_error (error, HVFS_ERROR, ENOENT, "there is no resource pool '%s'", name);
  return NULL;
}

char *
hvfs_resource_pool_lookup (const HvfsServer *server, guint32 serial, const char *path, GError **error)
{
  g_auto (GStrv) names = g_strsplit (path != NULL ? path : "", "/", -1);
  g_autofree char *type = NULL, *id = NULL, *pool = NULL;
  g_autoptr (HvfsValue) found = NULL;

  compute_of (server, serial, &type, &id);
  if (id == NULL || type == NULL)
    {
      g_set_error (error, HVFS_ERROR, ENOENT,
                   "the server does not report the host's compute resource");
      return NULL;
    }
  found = hvfs_retrieve_property (server->session, type, id, "resourcePool", error);
  pool = g_strdup (hvfs_value_text (found, NULL));
  for (guint i = 0; pool != NULL && names[i] != NULL; i++)
    if (*names[i] != '\0')
      {
        char *next = child_named (server, pool, names[i], error);

        g_free (pool);
        pool = next;
      }
  return g_steal_pointer (&pool);
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
    return hvfs_resource_pool_lookup (server, host, NULL, error);
  g_set_error (error, HVFS_ERROR, ENOENT, "the host of the machine is not in this mount");
  return NULL;
}
