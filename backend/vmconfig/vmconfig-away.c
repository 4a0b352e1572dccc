/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-away.c - a machine that goes to another vCenter; see vmconfig-away.h */
#include "backend/vmconfig/vmconfig-away.h"

#include <string.h>

#include "backend/mirror/inventory-name.h"
#include "backend/mirror/locate.h"
#include "backend/mirror/retrieve.h"
#include "backend/operation/resource-pool.h"
#include "backend/vmconfig/vmconfig-network.h"
#include "backend/vmconfig/vmconfig-value.h"
#include "convert/error.h"
#include "convert/file/files.h"

#define API_SERVICE 600

/* ---- interfaces ---- */

/* The name of the network that @backing is on, as users write it.  (transfer full) (nullable) */
static char *
dup_network_name (const HvfsServer *server, const HvfsValue *backing)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (server->mirror));
  const char *name = hvfs_value_text (backing, "deviceName");
  const char *key = hvfs_value_text (backing, "port.portgroupKey");
  const HvfsObject *group
    = key == NULL ? NULL : hvfs_mirror_find (server->mirror, "DistributedVirtualPortgroup", key);

  if (group != NULL)
    name = hvfs_value_text (hvfs_object_get (group, HVFS_NAME), NULL);
  return name == NULL ? NULL : hvfs_inventory_name_decode (name);
}

/* That of the opaque network @id, which @vm is on: vSphere has it beside the id.
 * Returns: (transfer full) (nullable) */
static char *
lookup_opaque_name (const HvfsServer *server, const char *vm, const char *id, GError **error)
{
  g_autoptr (HvfsValue) networks
    = hvfs_retrieve_property (server->session, "VirtualMachine", vm, "network", error);

  for (guint i = 0; i < hvfs_value_n_children (networks); i++)
    {
      const HvfsValue *network = hvfs_value_nth (networks, i);
      g_autoptr (HvfsValue) summary = NULL;
      GError *failure = NULL;
      const char *name;

      if (g_strcmp0 (hvfs_value_type (network), "OpaqueNetwork") != 0)
        continue;
      summary = hvfs_retrieve_property (server->session, "OpaqueNetwork",
                                        hvfs_value_text (network, NULL), "summary", &failure);
      if (failure != NULL)
        {
          g_propagate_error (error, failure);
          return NULL;
        }
      name = hvfs_value_text (summary, "name");
      if (name != NULL && g_strcmp0 (hvfs_value_text (summary, "opaqueNetworkId"), id) == 0)
        return hvfs_inventory_name_decode (name);
    }
  return NULL;
}

static HvfsValue *
new_backing (const char *name)
{
  g_autofree char *raw = hvfs_inventory_name_from_user (name);
  HvfsValue *backing = hvfs_vm_value_new ("backing", "VirtualEthernetCardNetworkBackingInfo");

  hvfs_vm_value_set (&backing, "deviceName", raw);
  return backing;
}

/* @device on the network of the same name that the host @host of @there has.  (transfer full) */
static HvfsValue *
move_interface (const HvfsServer *server, const char *vm, const HvfsServer *there, guint32 host,
                HvfsValue *device, GError **error)
{
  const char *opaque = hvfs_value_text (device, "backing.opaqueNetworkId");
  GError *failure = NULL;
  g_autofree char *name
    = opaque != NULL ? lookup_opaque_name (server, vm, opaque, &failure)
                     : dup_network_name (server, hvfs_value_get (device, "backing"));
  g_autoptr (HvfsDomain) none = hvfs_domain_new (), wanted = hvfs_domain_new ();
  g_autoptr (GHashTable) backings = NULL;
  HvfsValue *moved, *backing;
  HvfsNet *net;

  if (failure != NULL)
    {
      g_propagate_error (error, failure);
      return NULL;
    }
  if (name == NULL)
    {
      g_set_error (error, HVFS_ERROR, ENOTSUP,
                   "an interface is on a network that has no name, which the other vCenter does "
                   "not have");
      return NULL;
    }
  net = hvfs_domain_add_net (wanted);
  net->type = HVFS_NET_BRIDGE;
  net->bridge = g_strdup (name);
  backings = hvfs_networks_resolve (there, host, none, wanted, NULL, error);
  if (backings == NULL)
    return NULL;
  backing = g_hash_table_lookup (backings, name);
  moved = hvfs_value_ref (device);
  hvfs_vm_value_put (&moved, backing != NULL ? hvfs_value_ref (backing) : new_backing (name));
  return moved;
}

/* (transfer full) (element-type HvfsValue) */
static GPtrArray *
lookup_interfaces (const HvfsServer *server, const char *vm, const HvfsServer *there,
                   guint32 host, GError **error)
{
  g_autoptr (HvfsValue) devices
    = hvfs_retrieve_property (server->session, "VirtualMachine", vm, "config.hardware.device", error);
  g_autoptr (GPtrArray) moved
    = g_ptr_array_new_with_free_func ((GDestroyNotify) hvfs_value_unref);

  for (guint i = 0; i < hvfs_value_n_children (devices); i++)
    {
      HvfsValue *device = hvfs_value_nth (devices, i), *one;

      if (hvfs_value_get (device, "addressType") == NULL)
        continue;
      one = move_interface (server, vm, there, host, device, error);
      if (one == NULL)
        return NULL;
      g_ptr_array_add (moved, one);
    }
  return devices == NULL ? NULL : g_steal_pointer (&moved);
}

/* ---- places ---- */

/* The machine's own datastore's name, as its .vmx lies there.  (transfer full) (nullable) */
static char *
dup_datastore_name (const HvfsServer *server, guint32 serial)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (server->mirror));
  HvfsObject *vm = hvfs_mirror_get (server->mirror, serial);
  const char *file = vm == NULL ? NULL : hvfs_value_text (hvfs_object_get (vm, HVFS_VM_FILE), NULL);
  char *name = NULL;

  if (file != NULL)
    hvfs_datastore_path_split (file, &name);
  return name;
}

/* The datastore that @host has and that is called so.  (transfer full) */
static char *
dup_datastore_named (HvfsMirror *mirror, guint32 host, const char *name, GError **error)
{
  g_autoptr (GRWLockReaderLocker) locker = g_rw_lock_reader_locker_new (hvfs_mirror_lock (mirror));
  HvfsObject *object = hvfs_mirror_get (mirror, host);
  const HvfsValue *all = object == NULL ? NULL : hvfs_object_get (object, HVFS_HOST_DATASTORES);

  for (guint i = 0; name != NULL && i < hvfs_value_n_children (all); i++)
    {
      HvfsObject *one = hvfs_mirror_resolve (mirror, hvfs_value_nth (all, i));

      if (one != NULL && g_strcmp0 (hvfs_value_text (hvfs_object_get (one, HVFS_NAME), NULL), name) == 0)
        return g_strdup (one->moref);
    }
  g_set_error (error, HVFS_ERROR, ENOENT,
               "the host there has no datastore '%s': name one with datastore=",
               name != NULL ? name : "?");
  return NULL;
}

/* The topmost folder of machines of the host's datacenter.  (transfer full) */
static char *
lookup_folder (const HvfsServer *there, guint32 host, GError **error)
{
  g_autofree char *datacenter = NULL;
  g_autoptr (HvfsValue) folder = NULL;
  GError *failure = NULL;

  g_rw_lock_reader_lock (hvfs_mirror_lock (there->mirror));
  {
    HvfsObject *found
      = hvfs_locate_datacenter (there->mirror, hvfs_mirror_get (there->mirror, host));

    datacenter = found == NULL ? NULL : g_strdup (found->moref);
  }
  g_rw_lock_reader_unlock (hvfs_mirror_lock (there->mirror));
  if (datacenter != NULL)
    folder = hvfs_retrieve_property (there->session, "Datacenter", datacenter, "vmFolder", &failure);
  if (folder == NULL && failure == NULL)
    g_set_error (error, HVFS_ERROR, EIO, "the other vCenter does not say in which datacenter the host is");
  else if (folder == NULL)
    g_propagate_error (error, failure);
  return folder == NULL ? NULL : g_strdup (hvfs_value_text (folder, NULL));
}

static gboolean
is_new_enough (const HvfsServer *server, const char *which, GError **error)
{
  if (hvfs_session_api (server->session) >= API_SERVICE)
    return TRUE;
  g_set_error (error, HVFS_ERROR, ENOTSUP,
               "a migration to another vCenter needs API 6.0 or newer, and %s is older", which);
  return FALSE;
}

gboolean
hvfs_move_away (const HvfsServer *server, guint32 serial, HvfsVcenterLink *link,
                const HvfsMove *move, GCancellable *cancellable, GError **error)
{
  const HvfsServer *there = hvfs_vcenter_server (link);
  const HvfsCredentials *credentials = hvfs_vcenter_credentials (link);
  g_autoptr (HvfsValue) content = hvfs_session_ref_content (there->session);
  g_autofree char *url = hvfs_vcenter_dup_url (link), *vm = NULL, *host = NULL, *pool = NULL,
                  *folder = NULL, *datastore = NULL, *name = NULL;
  g_autoptr (GPtrArray) interfaces = NULL;
  HvfsAway away = { url, hvfs_value_text (content, "about.instanceUuid"),
                    hvfs_session_thumbprint (there->session),
                    hvfs_credentials_username (credentials),
                    hvfs_credentials_password (credentials), .priority = move->priority };

  if (!is_new_enough (server, "the mounted one", error)
      || !is_new_enough (there, "the other one", error))
    return FALSE;
  vm = hvfs_operation_dup_moref (server, serial, error);
  if (vm == NULL)
    return FALSE;
  name = dup_datastore_name (server, serial);
  away.host = host = hvfs_operation_dup_moref (there, move->host, error);
  if (host == NULL)
    return FALSE;
  away.datastore = datastore
    = move->datastore != 0 ? hvfs_operation_dup_moref (there, move->datastore, error)
                           : dup_datastore_named (there->mirror, move->host, name, error);
  if (datastore == NULL)
    return FALSE;
  away.folder = folder = lookup_folder (there, move->host, error);
  if (folder == NULL)
    return FALSE;
  away.pool = pool
    = hvfs_resource_pool_lookup (there, move->host, move->pool, &away.pool_type, error);
  if (pool == NULL)
    return FALSE;
  away.interfaces = interfaces = lookup_interfaces (server, vm, there, move->host, error);
  return interfaces != NULL && hvfs_migrate_away (server, serial, &away, cancellable, error);
}
