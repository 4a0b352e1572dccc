/* fs/tree.c - where in the tree each object of the server stands
 *
 * Exists to keep the index and the kernel's caches in step with the mirror: each
 * update of an object is turned into its places, what differs from its former
 * places is what the kernel must forget, and so is what its files show.
 *
 * Runs in the update thread under the mirror's lock, as the mirror's observer.
 */
#include "fs/attr-snapshot.h"
#include "fs/fs.h"

#include <string.h>

#define ALL (~G_GUINT64_CONSTANT (0)) /* properties */
#define MAX_DEPTH 64 /* of folders; a server that says more is not believed */

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

/* Each kind's own directory; NULL: has none, or one in each view (folders). */
static HvfsRow *const object_rows[HVFS_N_KINDS] = {
  [HVFS_KIND_DATACENTER] = &hvfs_datacenter_row, [HVFS_KIND_CLUSTER] = &hvfs_cluster_row,
  [HVFS_KIND_HOST] = &hvfs_host_row,             [HVFS_KIND_VM] = &hvfs_domain_row,
  [HVFS_KIND_DATASTORE] = &hvfs_datastore_row,   [HVFS_KIND_NETWORK] = &hvfs_network_row,
};

static guint64
ino_of (HvfsRow *row, guint32 a, guint32 b)
{
  return hvfs_node_ino ((HvfsNode){ row, a, b });
}

/* ---- from an object to its places ---- */

/* The server's name, safe as a file's: what it did not escape itself. */
static char *
dup_name (const HvfsObject *object)
{
  const char *raw = hvfs_value_text (hvfs_object_get (object, HVFS_NAME), NULL);
  GString *name;

  if (raw == NULL || *raw == '\0')
    return g_strdup (object->moref); /* no privilege to see it */
  if (strcmp (raw, ".") == 0)
    return g_strdup ("%2e");
  if (strcmp (raw, "..") == 0)
    return g_strdup ("%2e%2e");
  name = g_string_new (raw);
  g_string_replace (name, "/", "%2f", 0);
  return g_string_free (name, FALSE);
}

/* The row at the root that stands for @view: the root object's own, or the one
 * that catches what has no other place. */
static guint64
root_dir (HvfsFs *fs, guint view)
{
  HvfsRow *row = hvfs_row_named (fs->root_table, views[view].name);

  if (row != NULL)
    return ino_of (row, fs->root, 0);
  return ino_of (hvfs_row_named (hvfs_root_table, views[view].name), 0, 0);
}

static HvfsObject *
parent_of (HvfsFs *fs, const HvfsObject *object)
{
  return hvfs_mirror_resolve (fs->mirror, hvfs_object_get (object, HVFS_PARENT));
}

/* The datacenter above @object, itself counted.  (nullable) */
static HvfsObject *
datacenter_of (HvfsFs *fs, const HvfsObject *object)
{
  HvfsObject *at = (HvfsObject *) object;

  for (guint depth = 0; at != NULL && depth < MAX_DEPTH; depth++)
    {
      if (at->kind == HVFS_KIND_DATACENTER)
        return at;
      at = parent_of (fs, at);
    }
  return NULL;
}

static guint64
datacenter_dir (HvfsFs *fs, const HvfsObject *dc, guint view)
{
  if (view == VIEW_BY_FOLDER)
    return ino_of (&hvfs_by_folder_dc_row, dc->serial, 0);
  return ino_of (hvfs_row_named (views[view].dc_table, views[view].name), dc->serial, 0);
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
  return ino_of (views[view].folder_row, folder->serial, 0);
}

/* @places is HvfsPlace; names are borrowed until it is used. */
static void
add_place (GArray *places, guint64 dir, const char *name, guint64 child)
{
  HvfsPlace place = { dir, name, child };
  g_array_append_val (places, place);
}

/* A host's directory, or a catch-all below its datacenter or the root. */
static guint64
domain_dir (HvfsFs *fs, const HvfsObject *vm)
{
  HvfsObject *host = hvfs_mirror_resolve (fs->mirror, hvfs_object_get (vm, HVFS_VM_HOST));
  HvfsObject *dc;

  if (host != NULL)
    return ino_of (hvfs_row_named (hvfs_host_table, "domains"), host->serial, 0);
  dc = fs->dc_below ? datacenter_of (fs, vm) : NULL;
  if (dc != NULL)
    return ino_of (hvfs_row_named (hvfs_datacenter_table, "domains"), dc->serial, 0);
  return ino_of (hvfs_row_named (hvfs_root_table, "domains"), 0, 0);
}

static void
place_vm (HvfsFs *fs, const HvfsObject *vm, const char *name, GArray *places, char **uuid,
          GPtrArray *names)
{
  HvfsObject *vapp
    = hvfs_mirror_resolve (fs->mirror, hvfs_object_get (vm, HVFS_VM_PARENT_VAPP));
  const char *text = hvfs_value_text (hvfs_object_get (vm, HVFS_VM_UUID), NULL);

  hvfs_snapshots_place (vm, places, names);
  add_place (places, domain_dir (fs, vm), name, ino_of (&hvfs_domain_row, vm->serial, 0));
  add_place (places, ino_of (hvfs_row_named (hvfs_root_table, "by-name"), 0, 0), name,
             ino_of (&hvfs_by_name_link, vm->serial, 0));
  add_place (places,
             vapp != NULL ? ino_of (&hvfs_by_folder_folder_row, vapp->serial, 0)
                          : folder_dir (fs, parent_of (fs, vm), VIEW_BY_FOLDER),
             name, ino_of (&hvfs_by_folder_link, vm->serial, 0));
  if (text == NULL || *text == '\0' || strchr (text, '/') != NULL || *text == '.')
    return;
  *uuid = g_ascii_strdown (text, -1);
  add_place (places, ino_of (hvfs_row_named (hvfs_root_table, "by-uuid"), 0, 0), *uuid,
             ino_of (&hvfs_by_uuid_link, vm->serial, 0));
}

/* Links to the datastores or networks that @host sees, or these themselves. */
static void
place_members (HvfsFs *fs, const HvfsObject *host, guint index, const char *dir_name,
               HvfsRow *link, HvfsRow *real, GArray *places, GPtrArray *names)
{
  HvfsValue *members = hvfs_object_get (host, index);
  guint64 dir = ino_of (hvfs_row_named (hvfs_host_table, dir_name), host->serial, 0);

  for (guint i = 0; i < hvfs_value_n_children (members); i++)
    {
      HvfsObject *member = hvfs_mirror_resolve (fs->mirror, hvfs_value_nth (members, i));
      char *name;

      if (member == NULL)
        continue;
      name = dup_name (member);
      g_ptr_array_add (names, name);
      add_place (places, dir, name,
                 ino_of (fs->dc_below ? link : real, member->serial, host->serial));
    }
}

static void
place_host (HvfsFs *fs, const HvfsObject *host, const char *name, GArray *places,
            GPtrArray *names)
{
  HvfsObject *compute = parent_of (fs, host);

  if (compute != NULL && compute->kind == HVFS_KIND_CLUSTER)
    add_place (places,
               ino_of (hvfs_row_named (hvfs_cluster_table, "hosts"), compute->serial, 0), name,
               ino_of (&hvfs_host_row, host->serial, 0));
  else
    add_place (places,
               folder_dir (fs, compute == NULL ? NULL : parent_of (fs, compute), VIEW_HOSTS),
               name, ino_of (&hvfs_host_row, host->serial, 0));
  place_members (fs, host, HVFS_HOST_DATASTORES, "datastores", &hvfs_host_datastore_link,
                 &hvfs_datastore_row, places, names);
  place_members (fs, host, HVFS_HOST_NETWORKS, "networks", &hvfs_host_network_link,
                 &hvfs_network_row, places, names);
}

static gboolean
has_child_type (const HvfsValue *types, const char *wanted)
{
  for (guint i = 0; i < hvfs_value_n_children (types); i++)
    if (g_strcmp0 (hvfs_value_text (hvfs_value_nth (types, i), NULL), wanted) == 0)
      return TRUE;
  return FALSE;
}

/* The top folders of a datacenter have no names of their own in the tree. */
static void
place_folder (HvfsFs *fs, const HvfsObject *folder, const char *name, GArray *places)
{
  HvfsValue *types = hvfs_object_get (folder, HVFS_FOLDER_CHILD_TYPE);
  HvfsObject *above = parent_of (fs, folder);

  if (folder->serial == fs->root || above == NULL || above->kind == HVFS_KIND_DATACENTER)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (folder_views); i++)
    if (has_child_type (types, folder_views[i].child_type))
      {
        for (guint j = 0; j < folder_views[i].n_views; j++)
          {
            guint view = folder_views[i].views[j];
            add_place (places, folder_dir (fs, above, view), name,
                       ino_of (views[view].folder_row, folder->serial, 0));
          }
        return;
      }
}

/* Before API 4.0 a datacenter lists these, and they have no parent. */
static HvfsObject *
datacenter_listing (HvfsFs *fs, const HvfsObject *member, guint index)
{
  GHashTableIter iter;
  gpointer value;

  hvfs_mirror_iter_init (fs->mirror, &iter);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      HvfsObject *dc = value;
      HvfsValue *members = dc->kind == HVFS_KIND_DATACENTER ? hvfs_object_get (dc, index) : NULL;

      for (guint i = 0; i < hvfs_value_n_children (members); i++)
        if (hvfs_mirror_resolve (fs->mirror, hvfs_value_nth (members, i)) == member)
          return dc;
    }
  return NULL;
}

static void
place_storage (HvfsFs *fs, const HvfsObject *object, const char *name, GArray *places)
{
  gboolean is_network = object->kind == HVFS_KIND_NETWORK;
  HvfsObject *above = parent_of (fs, object);

  if (!fs->dc_below)
    return; /* below each host that sees it */
  if (above == NULL)
    above = datacenter_listing (fs, object, is_network ? HVFS_DC_NETWORKS : HVFS_DC_DATASTORES);
  add_place (places, folder_dir (fs, above, is_network ? VIEW_NETWORKS : VIEW_DATASTORES), name,
             hvfs_tree_object_ino (fs, object));
}

static void
place (HvfsFs *fs, const HvfsObject *object)
{
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (HvfsPlace));
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *name = dup_name (object);
  g_autofree char *uuid = NULL;
  guint64 by_folder = ino_of (hvfs_row_named (hvfs_root_table, "by-folder"), 0, 0);
  HvfsObject *vapp;

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
                   hvfs_tree_object_ino (fs, object));
      add_place (places, by_folder, name, ino_of (&hvfs_by_folder_dc_row, object->serial, 0));
      break;
    case HVFS_KIND_CLUSTER:
      add_place (places, folder_dir (fs, parent_of (fs, object), VIEW_CLUSTERS), name,
                 hvfs_tree_object_ino (fs, object));
      break;
    case HVFS_KIND_VAPP:
      vapp = hvfs_mirror_resolve (fs->mirror, hvfs_object_get (object, HVFS_VAPP_PARENT_VAPP));
      add_place (places,
                 vapp != NULL ? ino_of (&hvfs_by_folder_folder_row, vapp->serial, 0)
                              : folder_dir (fs, parent_of (fs, object), VIEW_BY_FOLDER),
                 name, ino_of (&hvfs_by_folder_folder_row, object->serial, 0));
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

/* ---- what the kernel must forget ---- */

static void
index_changed (guint64 dir, const char *name, gpointer data)
{
  HvfsFs *fs = data;
  HvfsNode node;

  hvfs_notifier_entry (fs->notifier, dir, name);
  hvfs_notifier_inode (fs->notifier, dir);
  if (hvfs_node_from_ino (dir, &node) && node.row->visible != NULL)
    {
      /* It may be its first or its last. */
      guint64 above = node.row->parent == &hvfs_root_row || node.a == fs->root
                        ? 1
                        : ino_of (node.row->parent, node.a, node.b);

      hvfs_notifier_entry (fs->notifier, above, node.row->name);
      hvfs_notifier_inode (fs->notifier, above);
    }
}

/* The files of @object that show one of @changed; of all kinds of object, with a
 * mask of all ones, everything. */
static void
forget_files (HvfsFs *fs, const HvfsObject *object, HvfsPropMask changed)
{
  HvfsRow *own = object_rows[object->kind];

  for (HvfsRow *row = own == NULL ? NULL : own->table; row != NULL && row->mode != 0; row++)
    if ((row->depends & changed) != 0 || changed == ALL)
      hvfs_notifier_inode (fs->notifier, ino_of (row, object->serial, 0));
}

/* The same of places that show it once more, below each host. */
static void
forget_link (guint64 child, gpointer data)
{
  HvfsFs *fs = data;
  HvfsNode node;

  if (!hvfs_node_from_ino (child, &node))
    return;
  if (S_ISLNK (node.row->mode))
    hvfs_notifier_inode (fs->notifier, child);
  else if (node.b != 0)
    for (HvfsRow *row = node.row->table; row != NULL && row->mode != 0; row++)
      hvfs_notifier_inode (fs->notifier, ino_of (row, node.a, node.b));
}

static void
forget_dir (guint64 dir, gpointer data)
{
  hvfs_notifier_inode (((HvfsFs *) data)->notifier, dir);
}

static void
forget_domain_links (HvfsFs *fs, const HvfsObject *vm)
{
  hvfs_notifier_inode (fs->notifier, ino_of (&hvfs_by_name_link, vm->serial, 0));
  hvfs_notifier_inode (fs->notifier, ino_of (&hvfs_by_uuid_link, vm->serial, 0));
  hvfs_notifier_inode (fs->notifier, ino_of (&hvfs_by_folder_link, vm->serial, 0));
}

/* ---- following the mirror ---- */

static void
object_changed (HvfsObject *object, HvfsObjectEvent event, HvfsPropMask changed, gpointer data)
{
  HvfsFs *fs = data;
  gboolean is_vm = object->kind == HVFS_KIND_VM;
  HvfsPropMask placing = HVFS_PROP (HVFS_NAME) | HVFS_PROP (HVFS_PARENT);

  if (is_vm)
    placing |= HVFS_PROP (HVFS_VM_HOST) | HVFS_PROP (HVFS_VM_UUID)
               | HVFS_PROP (HVFS_VM_PARENT_VAPP) | HVFS_PROP (HVFS_VM_SNAPSHOT);
  else if (object->kind == HVFS_KIND_HOST)
    placing |= HVFS_PROP (HVFS_HOST_DATASTORES) | HVFS_PROP (HVFS_HOST_NETWORKS);
  else if (object->kind == HVFS_KIND_DATACENTER)
    placing |= HVFS_PROP (HVFS_DC_DATASTORES) | HVFS_PROP (HVFS_DC_NETWORKS);
  else if (object->kind == HVFS_KIND_FOLDER)
    placing |= HVFS_PROP (HVFS_FOLDER_CHILD_TYPE);
  else if (object->kind == HVFS_KIND_VAPP)
    placing |= HVFS_PROP (HVFS_VAPP_PARENT_VAPP);

  if (event == HVFS_OBJECT_LEFT)
    {
      hvfs_index_place (fs->index, object, NULL, 0);
      forget_files (fs, object, ALL);
      g_ptr_array_remove_fast (fs->touched, GUINT_TO_POINTER (object->serial));
      hvfs_failures_clear (fs->failures, object->serial);
      hvfs_quickstats_forget (fs->quickstats, object->serial);
      fs->restructured |= !is_vm;
      return;
    }
  if (is_vm && (changed & HVFS_PROP (HVFS_VM_QUESTION)) != 0)
    hvfs_questions_noticed (fs->questions, object);
  if (event == HVFS_OBJECT_CHANGED)
    {
      forget_files (fs, object, changed);
      if (is_vm && (changed & HVFS_PROP (HVFS_VM_SNAPSHOT)) != 0)
        hvfs_snapshots_forget (fs, object);
      if (object->kind == HVFS_KIND_DATASTORE || object->kind == HVFS_KIND_NETWORK)
        if (!fs->dc_below)
          fs->restructured = TRUE;
    }
  if (event == HVFS_OBJECT_CHANGED && (changed & placing) == 0)
    return;
  if (is_vm)
    g_ptr_array_add (fs->touched, GUINT_TO_POINTER (object->serial));
  else
    fs->restructured = TRUE; /* its children's places, and what leads there */
}

/* The object that the mount is rooted at, and what that means for its root. */
static void
settle_root (HvfsFs *fs)
{
  g_autoptr (HvfsValue) ref = hvfs_updater_ref_root (fs->updater);
  HvfsObject *root = hvfs_mirror_resolve (fs->mirror, ref);
  HvfsValue *types;

  fs->root = root == NULL ? 0 : root->serial;
  if (root == NULL)
    return; /* the tables stay: it may come back */
  fs->dc_below = FALSE;
  switch (root->kind)
    {
    case HVFS_KIND_DATACENTER:
      fs->root_table = hvfs_datacenter_table;
      fs->dc_below = TRUE;
      break;
    case HVFS_KIND_CLUSTER:
    case HVFS_KIND_COMPUTE:
      fs->root_table = hvfs_cluster_table;
      break;
    case HVFS_KIND_HOST:
      fs->root_table = hvfs_host_table;
      break;
    default:
      types = hvfs_object_get (root, HVFS_FOLDER_CHILD_TYPE);
      fs->dc_below = !has_child_type (types, "ComputeResource");
      fs->root_table = fs->dc_below ? hvfs_inventory_table : hvfs_host_folder_table;
    }
}

static void
settled (gpointer data)
{
  HvfsFs *fs = data;
  GHashTableIter iter;
  gpointer object;

  settle_root (fs);
  if (fs->restructured)
    {
      hvfs_mirror_iter_init (fs->mirror, &iter);
      while (g_hash_table_iter_next (&iter, NULL, &object))
        place (fs, object);
      hvfs_index_foreach_child (fs->index, forget_link, fs);
      hvfs_notifier_inode (fs->notifier, 1);
    }
  for (guint i = 0; i < fs->touched->len; i++)
    {
      HvfsObject *vm = hvfs_mirror_get (fs->mirror, GPOINTER_TO_UINT (fs->touched->pdata[i]));

      if (vm == NULL)
        continue;
      if (!fs->restructured)
        place (fs, vm);
      forget_domain_links (fs, vm);
    }
  fs->restructured = FALSE;
  g_ptr_array_set_size (fs->touched, 0);
}

/* Lost: what the kernel has cached must not be read any more.  Found: what it was
 * refused may be read again. */
static void
link_changed (gboolean up, gpointer data)
{
  HvfsFs *fs = data;
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (fs->mirror));
  GHashTableIter iter;
  gpointer object;

  hvfs_mirror_iter_init (fs->mirror, &iter);
  while (g_hash_table_iter_next (&iter, NULL, &object))
    forget_files (fs, object, ALL);
  hvfs_index_foreach_child (fs->index, forget_link, fs);
  hvfs_index_foreach_dir (fs->index, forget_dir, fs);
  for (HvfsRow *row = hvfs_root_table; row->mode != 0; row++)
    hvfs_notifier_inode (fs->notifier, ino_of (row, 0, 0));
}

void
hvfs_tree_init (HvfsFs *fs)
{
  static const HvfsMirrorObserver observer = { object_changed, settled, link_changed };

  fs->index = hvfs_index_new (index_changed, fs);
  fs->touched = g_ptr_array_new ();
  fs->root_table = hvfs_inventory_table;
  hvfs_mirror_observe (fs->mirror, &observer, fs);
}

void
hvfs_tree_clear (HvfsFs *fs)
{
  g_clear_pointer (&fs->index, hvfs_index_free);
  g_clear_pointer (&fs->touched, g_ptr_array_unref);
}

/* ---- paths ---- */

void
hvfs_tree_tables (HvfsFs *fs, HvfsNode node, HvfsRow *ret_tables[3], guint32 ret_a[3])
{
  guint n = 0;

  if (node.row->table != NULL)
    {
      ret_tables[n] = node.row->table;
      ret_a[n++] = node.a;
    }
  if (node.row == &hvfs_root_row && fs->root != 0)
    {
      ret_tables[n] = fs->root_table;
      ret_a[n++] = fs->root;
    }
  ret_tables[n] = NULL;
}

guint64
hvfs_tree_object_ino (HvfsFs *fs, const HvfsObject *object)
{
  if (object->serial == fs->root)
    return 1;
  return object_rows[object->kind] == NULL ? 0
                                           : ino_of (object_rows[object->kind], object->serial, 0);
}

/* The directory that holds @ino, and its name there.  (transfer full) (nullable) */
static char *
parent_dir (HvfsFs *fs, guint64 ino, guint64 *ret_dir)
{
  HvfsNode node;

  if (!hvfs_node_from_ino (ino, &node))
    return NULL;
  if (node.row->parent == NULL)
    {
      /* Where a host shows it once more, the place is the host's. */
      guint32 owner = node.b != 0 && node.row != &hvfs_snapshot_row ? node.b : node.a;
      return hvfs_index_find_place (fs->index, owner, ino, ret_dir);
    }
  *ret_dir = node.row->parent == &hvfs_root_row || node.a == fs->root
               ? 1
               : ino_of (node.row->parent, node.a, node.b);
  return g_strdup (node.row->name);
}

gboolean
hvfs_tree_path (HvfsFs *fs, guint64 ino, GString *path)
{
  gsize start = path->len;

  for (guint depth = 0; ino != 1; depth++)
    {
      guint64 dir = 0;
      g_autofree char *name = depth > MAX_DEPTH ? NULL : parent_dir (fs, ino, &dir);

      if (name == NULL)
        {
          g_string_truncate (path, start);
          return FALSE;
        }
      if (depth > 0)
        g_string_insert_c (path, start, '/');
      g_string_insert (path, start, name);
      ino = dir;
    }
  return TRUE;
}

gboolean
hvfs_tree_object_path (HvfsFs *fs, const HvfsObject *object, GString *path)
{
  guint64 ino = hvfs_tree_object_ino (fs, object);

  return ino != 0 && hvfs_tree_path (fs, ino, path);
}

/* From the directory of a link to its target, with no more ".." than needed. */
gboolean
hvfs_tree_link (HvfsFs *fs, HvfsNode node, GString *target)
{
  HvfsObject *object = hvfs_mirror_get (fs->mirror, node.a);
  g_autoptr (GString) from = g_string_new (NULL);
  g_autoptr (GString) to = g_string_new (NULL);
  const char *a, *b;

  if (object == NULL || !hvfs_tree_path (fs, hvfs_node_ino (node), from)
      || !hvfs_tree_object_path (fs, object, to))
    return FALSE;
  a = from->str;
  b = to->str;
  for (;;)
    {
      const char *slash_a = strchr (a, '/'), *slash_b = strchr (b, '/');

      if (slash_a == NULL || slash_b == NULL || slash_a - a != slash_b - b
          || strncmp (a, b, slash_a - a) != 0)
        break;
      a = slash_a + 1;
      b = slash_b + 1;
    }
  for (; (a = strchr (a, '/')) != NULL; a++)
    g_string_append (target, "../");
  g_string_append (target, b);
  return TRUE;
}
