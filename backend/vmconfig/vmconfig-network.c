/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-network.c - networks by name; see vmconfig-network.h */
#include "backend/vmconfig/vmconfig-network.h"

#include <string.h>

#include "backend/mirror/inventory-name.h"
#include "backend/mirror/retrieve.h"
#include "backend/vmconfig/vmconfig-value.h"
#include "convert/error.h"

/* So many names are listed to who wrote another. */
#define MAX_LISTED 20

typedef struct
{
  char *type, *moref, *name;
} Network;

static void
network_free (gpointer data)
{
  Network *network = data;

  g_free (network->type);
  g_free (network->moref);
  g_free (network->name);
  g_free (network);
}

/* Those that the host can use.  @ret_all: there is none of which we do not know the name.
 * Returns: (transfer full) (element-type Network) */
static GPtrArray *
networks_of (HvfsMirror *mirror, guint32 host, gboolean *ret_all)
{
  g_autoptr (GRWLockReaderLocker) locker = g_rw_lock_reader_locker_new (hvfs_mirror_lock (mirror));
  HvfsObject *object = host != 0 ? hvfs_mirror_get (mirror, host) : NULL;
  const HvfsValue *list
    = object != NULL ? hvfs_object_get (object, HVFS_HOST_NETWORKS) : NULL;
  GPtrArray *networks = g_ptr_array_new_with_free_func (network_free);

  *ret_all = list != NULL;
  for (guint i = 0; i < hvfs_value_n_children (list); i++)
    {
      const HvfsObject *found = hvfs_mirror_resolve (mirror, hvfs_value_nth (list, i));
      const char *name
        = found != NULL ? hvfs_value_text (hvfs_object_get (found, HVFS_NAME), NULL) : NULL;
      Network *network;

      if (name == NULL)
        {
          *ret_all = FALSE;
          continue;
        }
      network = g_new0 (Network, 1);
      *network = (Network){ g_strdup (found->type), g_strdup (found->moref), g_strdup (name) };
      g_ptr_array_add (networks, network);
    }
  return networks;
}

char *
hvfs_networks_dup_any (HvfsMirror *mirror, guint32 host)
{
  gboolean all;
  g_autoptr (GPtrArray) networks = networks_of (mirror, host, &all);

  for (guint i = 0; i < networks->len; i++)
    {
      const Network *network = networks->pdata[i];

      if (strcmp (network->type, "Network") == 0)
        return g_strdup (network->name);
    }
  return NULL;
}

gboolean
hvfs_net_is_by_name (const HvfsNet *net)
{
  return (net->type == HVFS_NET_BRIDGE || net->type == HVFS_NET_NETWORK) && net->bridge != NULL;
}

static gboolean
is_named_in (const HvfsDomain *domain, const char *name)
{
  for (guint i = 0; i < domain->nets->len; i++)
    {
      const HvfsNet *net = domain->nets->pdata[i];

      if (hvfs_net_is_by_name (net) && strcmp (net->bridge, name) == 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
refuse_unknown (const HvfsNet *net, const GPtrArray *networks, GError **error)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; i < MIN (networks->len, MAX_LISTED); i++)
    g_string_append_printf (list, "%s'%s'", i > 0 ? ", " : "",
                            ((Network *) networks->pdata[i])->name);
  if (networks->len > MAX_LISTED)
    g_string_append_printf (list, " and %u more", networks->len - MAX_LISTED);
  g_set_error (error, HVFS_ERROR, ENOENT,
               "<interface>: the host has no network '%s'; it has %s", net->bridge,
               networks->len > 0 ? list->str : "none");
  return FALSE;
}

static gboolean
refuse_ambiguous (const HvfsNet *net, const Network *one, const Network *other, GError **error)
{
  g_set_error (error, HVFS_ERROR, EINVAL,
               "<interface>: the host has several networks called '%s': write the id of one in "
               "place of the name, '%s' or '%s', as its file moref says it",
               net->bridge, one->moref, other->moref);
  return FALSE;
}

/* @ret_network: (out) (nullable): the one that the interface names; NULL: nobody can know.
 * Returns: FALSE with the reason */
static gboolean
find (const HvfsNet *net, const GPtrArray *networks, gboolean all, const Network **ret_network,
      GError **error)
{
  g_autofree char *name = hvfs_inventory_name_from_user (net->bridge);

  *ret_network = NULL;
  for (guint i = 0; i < networks->len; i++)
    {
      const Network *network = networks->pdata[i];

      if (strcmp (network->name, name) != 0)
        continue;
      if (*ret_network != NULL)
        return refuse_ambiguous (net, *ret_network, network, error);
      *ret_network = network;
    }
  for (guint i = 0; *ret_network == NULL && i < networks->len; i++)
    if (strcmp (((Network *) networks->pdata[i])->moref, net->bridge) == 0)
      *ret_network = networks->pdata[i];
  return *ret_network != NULL || !all || refuse_unknown (net, networks, error);
}

/* One property, which must be there. */
static HvfsValue *
require (HvfsSession *session, const char *type, const char *moref, const char *path,
         GError **error)
{
  GError *failure = NULL;
  HvfsValue *value = hvfs_retrieve_property (session, type, moref, path, &failure);

  if (value == NULL && failure == NULL)
    g_set_error (error, HVFS_ERROR, EIO, "the server does not say the %s of %s", path, moref);
  else if (value == NULL)
    g_propagate_error (error, failure);
  return value;
}

static HvfsValue *
port_backing (HvfsSession *session, const Network *network, GError **error)
{
  static const char type[] = "DistributedVirtualPortgroup";
  g_autoptr (HvfsValue) key = require (session, type, network->moref, "key", error);
  g_autoptr (HvfsValue) of
    = key != NULL
        ? require (session, type, network->moref, "config.distributedVirtualSwitch", error)
        : NULL;
  const char *id = hvfs_value_text (of, NULL);
  g_autoptr (HvfsValue) uuid
    = id != NULL ? require (session, "DistributedVirtualSwitch", id, "uuid", error) : NULL;
  HvfsValue *backing, *port;

  if (uuid == NULL)
    return NULL;
  backing = hvfs_vm_value_new ("backing", "VirtualEthernetCardDistributedVirtualPortBackingInfo");
  port = hvfs_vm_value_new ("port", NULL);
  hvfs_vm_value_set (&port, "switchUuid", hvfs_value_text (uuid, NULL));
  hvfs_vm_value_set (&port, "portgroupKey", hvfs_value_text (key, NULL));
  hvfs_vm_value_put (&backing, port);
  return backing;
}

static HvfsValue *
opaque_backing (HvfsSession *session, const Network *network, GError **error)
{
  static const char *const fields[] = { "opaqueNetworkId", "opaqueNetworkType" };
  g_autoptr (HvfsValue) summary = require (session, network->type, network->moref, "summary", error);
  HvfsValue *backing;

  if (summary == NULL)
    return NULL;
  backing = hvfs_vm_value_new ("backing", "VirtualEthernetCardOpaqueNetworkBackingInfo");
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    if (hvfs_value_text (summary, fields[i]) != NULL)
      hvfs_vm_value_set (&backing, fields[i], hvfs_value_text (summary, fields[i]));
  return backing;
}

/* Adds the backing of an interface on @network, unless it is its name. */
static gboolean
add (GHashTable *backings, HvfsSession *session, const HvfsNet *net, const Network *network,
     GError **error)
{
  gboolean by_id = strcmp (network->moref, net->bridge) == 0;
  HvfsValue *backing;

  if (strcmp (network->type, "DistributedVirtualPortgroup") == 0)
    backing = port_backing (session, network, error);
  else if (strcmp (network->type, "OpaqueNetwork") == 0)
    backing = opaque_backing (session, network, error);
  else if (!by_id)
    return TRUE;
  else
    {
      backing = hvfs_vm_value_new ("backing", "VirtualEthernetCardNetworkBackingInfo");
      hvfs_vm_value_set (&backing, "deviceName", network->name);
    }
  if (backing != NULL)
    g_hash_table_insert (backings, g_strdup (net->bridge), backing);
  return backing != NULL;
}

GHashTable *
hvfs_networks_resolve (const HvfsServer *server, guint32 host, const HvfsDomain *base,
                       const HvfsDomain *wanted, GPtrArray *lost, GError **error)
{
  gboolean all;
  g_autoptr (GPtrArray) networks = networks_of (server->mirror, host, &all);
  g_autoptr (GHashTable) backings = g_hash_table_new_full (
    g_str_hash, g_str_equal, g_free, (GDestroyNotify) hvfs_value_unref);

  for (guint i = 0; i < wanted->nets->len; i++)
    {
      HvfsNet *net = wanted->nets->pdata[i];
      const Network *network = NULL;
      g_autoptr (GError) failure = NULL;

      if (!hvfs_net_is_by_name (net) || is_named_in (base, net->bridge)
          || g_hash_table_contains (backings, net->bridge))
        continue;
      if (!find (net, networks, all, &network, &failure))
        {
          if (lost == NULL || failure->code != ENOENT)
            {
              g_propagate_error (error, g_steal_pointer (&failure));
              return NULL;
            }
          g_ptr_array_add (lost, net);
        }
      else if (network != NULL && !add (backings, server->session, net, network, error))
        return NULL;
    }
  return g_steal_pointer (&backings);
}
