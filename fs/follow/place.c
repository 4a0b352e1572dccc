/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/follow/place.c - where in the tree an object of the server stands
 *
 * Exists to turn what the server says of an object (its parent, its host, its
 * name) into its places: the directories it is listed in, its name there, and what
 * it is there, a directory or a link.  The index takes it from here.
 *
 * Under the mirror's lock, for writing.
 */
#include "fs/follow/place.h"

#include <string.h>

#include "backend/mirror/locate.h"
#include "backend/operation/resource-pool.h"
#include "fs/attr/attr-snapshot.h"
#include "fs/attr/switch.h"
#include "fs/attr/tables.h"
#include "fs/fs.h"
#include "fs/tree/index.h"
#include "fs/tree/path.h"

/* The collections that folders divide, and the rows that make them up. */
typedef struct
{
  const char *name;          /* of the collection in a datacenter, or at the root */
  HvfsRow *dc_table;         /* where that row is; NULL: see below */
  HvfsRow *folder_row;       /* a folder in it */
} View;

enum { VIEW_DATACENTERS, VIEW_CLUSTERS, VIEW_HOSTS, VIEW_DATASTORES, VIEW_NETWORKS,
       VIEW_BY_FOLDER, N_VIEWS };

static const View views[N_VIEWS] = {
  [VIEW_DATACENTERS] = { "datacenters", NULL, &hvfs_datacenters_folder_row },
  [VIEW_CLUSTERS] = { "clusters", hvfs_datacenter_table, &hvfs_clusters_folder_row },
  [VIEW_HOSTS] = { "hosts", hvfs_datacenter_table, &hvfs_hosts_folder_row },
  [VIEW_DATASTORES] = { "datastores", hvfs_datacenter_table, &hvfs_datastores_folder_row },
  [VIEW_NETWORKS] = { "networks", hvfs_datacenter_table, &hvfs_networks_folder_row },
  [VIEW_BY_FOLDER] = { "by-folder", NULL, &hvfs_by_folder_folder_row },
};

/* What a folder of that child type is shown in. */
static const struct
{
  const char *child_type;
  guint views[2];
  guint n_views;
} folder_views[] = {
  { "Datacenter", { VIEW_DATACENTERS }, 1 },
  { "ComputeResource", { VIEW_CLUSTERS, VIEW_HOSTS }, 2 },
  { "VirtualMachine", { VIEW_BY_FOLDER }, 1 },
  { "Datastore", { VIEW_DATASTORES }, 1 },
  { "Network", { VIEW_NETWORKS }, 1 },
};

/* The directory called @name of @table, which belongs to @serial; 0 for none: what a
 * server says that is not so leads nowhere. */
static guint64
named_dir (HvfsRow *table, const char *name, guint32 serial)
{
  HvfsRow *row = hvfs_row_named (table, name);

  return row != NULL ? hvfs_row_ino (row, serial, 0) : 0;
}

/* The row at the root that stands for @view: the root object's own, or the one
 * that catches what has no other place. */
static guint64
root_dir (HvfsFs *fs, guint view)
{
  guint64 own = named_dir (fs->root_table, views[view].name, fs->root);

  return own != 0 ? own : named_dir (hvfs_root_table, views[view].name, 0);
}

static HvfsObject *
parent_of (HvfsFs *fs, const HvfsObject *object)
{
  return hvfs_mirror_resolve (fs->mirror, hvfs_object_get (object, HVFS_PARENT));
}

static guint64
datacenter_dir (HvfsFs *fs, const HvfsObject *dc, guint view)
{
  if (view == VIEW_BY_FOLDER)
    return hvfs_row_ino (&hvfs_by_folder_dc_row, dc->serial, 0);
  return named_dir (views[view].dc_table, views[view].name, dc->serial);
}

/* The directory in @view that stands for the folder @folder (nullable). */
static guint64
folder_dir (HvfsFs *fs, const HvfsObject *folder, guint view)
{
  HvfsObject *above = folder == NULL ? NULL : parent_of (fs, folder);

  if (folder == NULL || (folder->serial == fs->root && view != VIEW_BY_FOLDER))
    return root_dir (fs, view);
  if (above != NULL && above->kind == HVFS_KIND_DATACENTER)
    return datacenter_dir (fs, above, view);
  if (folder->kind == HVFS_KIND_DATACENTER)
    return datacenter_dir (fs, folder, view);
  return hvfs_row_ino (views[view].folder_row, folder->serial, 0);
}

/* @places is HvfsPlace; names are borrowed until it is used. */
static void
add_place (GArray *places, guint64 dir, const char *name, guint64 child)
{
  HvfsPlace place = { dir, name, child };

  if (dir != 0)
    g_array_append_val (places, place);
}

/* A host's directory, or a catch-all below its datacenter or the root; the same at a root that
 * has one of its own. */
static guint64
domain_dir (HvfsFs *fs, const HvfsObject *vm)
{
  HvfsObject *host = hvfs_mirror_resolve (fs->mirror, hvfs_object_get (vm, HVFS_VM_HOST));
  HvfsObject *dc;
  guint64 own;

  if (host != NULL && host->kind == HVFS_KIND_HOST)
    return hvfs_row_ino (hvfs_row (HVFS_NAMED_HOST_DOMAINS), host->serial, 0);
  dc = fs->dc_below ? hvfs_locate_datacenter (fs->mirror, vm) : NULL;
  if (dc != NULL)
    return hvfs_row_ino (hvfs_row (HVFS_NAMED_DC_DOMAINS), dc->serial, 0);
  own = named_dir (fs->root_table, "domains", fs->root);
  return own != 0 ? own : hvfs_row_ino (hvfs_row (HVFS_NAMED_ROOT_DOMAINS), 0, 0);
}

/* Of a machine or a vApp: its folder's directory in by-folder, or that of the vApp it is in. */
static guint64
by_folder_dir (HvfsFs *fs, const HvfsObject *object)
{
  HvfsObject *above = hvfs_locate_above (fs->mirror, object);

  if (above != NULL && above->kind == HVFS_KIND_VAPP)
    return hvfs_row_ino (&hvfs_by_folder_folder_row, above->serial, 0);
  /* A vApp whose folder may not be seen is in a pool all the same. */
  return folder_dir (fs, above != NULL && above->kind == HVFS_KIND_POOL ? NULL : above,
                     VIEW_BY_FOLDER);
}

/* A link in the pool that @vm is in, where that has a name. */
static void
place_in_pool (HvfsFs *fs, const HvfsObject *vm, const char *name, GArray *places)
{
  HvfsObject *pool = hvfs_mirror_resolve (fs->mirror, hvfs_object_get (vm, HVFS_VM_POOL));

  if (pool != NULL && !hvfs_pool_is_topmost (pool))
    add_place (places, hvfs_row_ino (hvfs_row (HVFS_NAMED_POOL_DOMAINS), pool->serial, 0), name,
               hvfs_row_ino (&hvfs_pool_domain_link, vm->serial, 0));
}

/* The directory that lists @pool; 0: it is the topmost one, or nobody knows. */
static guint64
pools_dir (HvfsFs *fs, const HvfsObject *pool)
{
  HvfsObject *above = parent_of (fs, pool);
  HvfsObject *compute = hvfs_mirror_resolve (fs->mirror, hvfs_object_get (pool, HVFS_POOL_OWNER));
  guint32 host;

  if (hvfs_pool_is_topmost (pool))
    return 0;
  if (above != NULL && !hvfs_pool_is_topmost (above))
    return hvfs_row_ino (hvfs_row (HVFS_NAMED_POOL_POOLS), above->serial, 0);
  if (compute == NULL || compute->kind == HVFS_KIND_CLUSTER)
    return compute == NULL
             ? 0
             : hvfs_row_ino (hvfs_row (HVFS_NAMED_CLUSTER_POOLS), compute->serial, 0);
  host = GPOINTER_TO_UINT (
    g_hash_table_lookup (fs->lone_hosts, GUINT_TO_POINTER (compute->serial)));
  return host == 0 ? 0 : hvfs_row_ino (hvfs_row (HVFS_NAMED_HOST_POOLS), host, 0);
}

static void
place_pool (HvfsFs *fs, const HvfsObject *pool, const char *name, GArray *places)
{
  add_place (places, pools_dir (fs, pool), name, hvfs_row_ino (&hvfs_pool_row, pool->serial, 0));
  if (pool->kind == HVFS_KIND_VAPP)
    add_place (places, by_folder_dir (fs, pool), name,
               hvfs_row_ino (&hvfs_by_folder_folder_row, pool->serial, 0));
}

static void
place_vm (HvfsFs *fs, const HvfsObject *vm, const char *name, GArray *places, char **uuid,
          GPtrArray *names)
{
  const char *text = hvfs_value_text (hvfs_object_get (vm, HVFS_VM_UUID), NULL);

  hvfs_snapshots_place (vm, places, names);
  add_place (places, domain_dir (fs, vm), name, hvfs_row_ino (&hvfs_domain_row, vm->serial, 0));
  add_place (places, hvfs_row_ino (hvfs_row (HVFS_NAMED_BY_NAME), 0, 0), name,
             hvfs_row_ino (&hvfs_by_name_link, vm->serial, 0));
  add_place (places, by_folder_dir (fs, vm), name,
             hvfs_row_ino (&hvfs_by_folder_link, vm->serial, 0));
  place_in_pool (fs, vm, name, places);
  if (text == NULL || *text == '\0' || strchr (text, '/') != NULL || *text == '.')
    return;
  *uuid = g_ascii_strdown (text, -1);
  add_place (places, hvfs_row_ino (hvfs_row (HVFS_NAMED_BY_UUID), 0, 0), *uuid,
             hvfs_row_ino (&hvfs_by_uuid_link, vm->serial, 0));
}

/* Links to the datastores or networks that @host sees, or these themselves. */
static void
place_members (HvfsFs *fs, const HvfsObject *host, guint index, HvfsRowName dir_name,
               HvfsRow *link, HvfsRow *real, GArray *places, GPtrArray *names)
{
  HvfsValue *members = hvfs_object_get (host, index);
  guint64 dir = hvfs_row_ino (hvfs_row (dir_name), host->serial, 0);

  for (guint i = 0; i < hvfs_value_n_children (members); i++)
    {
      HvfsObject *member = hvfs_mirror_resolve (fs->mirror, hvfs_value_nth (members, i));
      char *name;

      if (member == NULL)
        continue;
      name = hvfs_path_dup_name (member);
      g_ptr_array_add (names, name);
      add_place (places, dir, name,
                 hvfs_row_ino (fs->dc_below ? link : real, member->serial, host->serial));
    }
}

static void
place_host (HvfsFs *fs, const HvfsObject *host, const char *name, GArray *places,
            GPtrArray *names)
{
  HvfsObject *compute = parent_of (fs, host);

  if (compute != NULL && compute->kind == HVFS_KIND_CLUSTER)
    add_place (places,
               hvfs_row_ino (hvfs_row (HVFS_NAMED_CLUSTER_HOSTS), compute->serial, 0),
               name, hvfs_row_ino (&hvfs_host_row, host->serial, 0));
  else
    add_place (places,
               folder_dir (fs, compute == NULL ? NULL : parent_of (fs, compute), VIEW_HOSTS),
               name, hvfs_row_ino (&hvfs_host_row, host->serial, 0));
  place_members (fs, host, HVFS_HOST_DATASTORES, HVFS_NAMED_HOST_DATASTORES, &hvfs_host_datastore_link,
                 &hvfs_datastore_row, places, names);
  place_members (fs, host, HVFS_HOST_NETWORKS, HVFS_NAMED_HOST_NETWORKS, &hvfs_host_network_link,
                 &hvfs_network_row, places, names);
  hvfs_switches_place (fs, host, places, names);
}

/* The root of the inventory, and the top folders of a datacenter, have no names of their
 * own in the tree.  A folder above which nothing may be seen has. */
static void
place_folder (HvfsFs *fs, const HvfsObject *folder, const char *name, GArray *places)
{
  HvfsObject *above = parent_of (fs, folder);
  gboolean is_top = above != NULL ? above->kind == HVFS_KIND_DATACENTER
                                  : hvfs_object_is_unset (folder, HVFS_PARENT);

  if (folder->serial == fs->root || is_top)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (folder_views); i++)
    if (hvfs_folder_holds (folder, folder_views[i].child_type))
      {
        for (guint j = 0; j < folder_views[i].n_views; j++)
          {
            guint view = folder_views[i].views[j];
            add_place (places, folder_dir (fs, above, view), name,
                       hvfs_row_ino (views[view].folder_row, folder->serial, 0));
          }
        return;
      }
}

static void
place_storage (HvfsFs *fs, const HvfsObject *object, const char *name, GArray *places)
{
  gboolean is_network = object->kind == HVFS_KIND_NETWORK;
  HvfsObject *above = parent_of (fs, object);

  if (!fs->dc_below)
    return; /* below each host that sees it */
  if (above == NULL)
    above = hvfs_locate_lister (fs->mirror, object, is_network ? HVFS_DC_NETWORKS : HVFS_DC_DATASTORES);
  add_place (places, folder_dir (fs, above, is_network ? VIEW_NETWORKS : VIEW_DATASTORES), name,
             hvfs_path_object_ino (fs, object));
}

void
hvfs_place_object (HvfsFs *fs, const HvfsObject *object)
{
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (HvfsPlace));
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *name = hvfs_path_dup_name (object);
  g_autofree char *uuid = NULL;
  guint64 by_folder = hvfs_row_ino (hvfs_row (HVFS_NAMED_BY_FOLDER), 0, 0);

  switch (object->kind)
    {
    case HVFS_KIND_VM:
      place_vm (fs, object, name, places, &uuid, names);
      break;
    case HVFS_KIND_HOST:
      place_host (fs, object, name, places, names);
      break;
    case HVFS_KIND_FOLDER:
      place_folder (fs, object, name, places);
      break;
    case HVFS_KIND_DATACENTER:
      if (fs->dc_below && object->serial != fs->root)
        add_place (places, folder_dir (fs, parent_of (fs, object), VIEW_DATACENTERS), name,
                   hvfs_path_object_ino (fs, object));
      add_place (places, by_folder, name, hvfs_row_ino (&hvfs_by_folder_dc_row, object->serial, 0));
      break;
    case HVFS_KIND_CLUSTER:
      add_place (places, folder_dir (fs, parent_of (fs, object), VIEW_CLUSTERS), name,
                 hvfs_path_object_ino (fs, object));
      break;
    case HVFS_KIND_POOL:
    case HVFS_KIND_VAPP:
      place_pool (fs, object, name, places);
      break;
    case HVFS_KIND_DATASTORE:
    case HVFS_KIND_NETWORK:
      place_storage (fs, object, name, places);
      break;
    default: /* a lone host's shell, which is not shown */
      break;
    }
  hvfs_index_place (fs->index, object, (const HvfsPlace *) places->data, places->len);
}
