/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/follow/follow.c - keeps the tree in step with the mirror
 *
 * Exists to follow the mirror: each update of an object is turned into its places,
 * what differs from its former places is what the kernel must forget, and so is
 * what its files show.
 *
 * Runs in the update thread under the mirror's lock, as the mirror's observer.
 */
#include "fs/follow/follow.h"

#include <string.h>

#include "backend/mirror/locate.h"
#include "fs/attr/alarms.h"
#include "fs/attr/events.h"
#include "fs/attr/attr-snapshot.h"
#include "fs/attr/attr-custom.h"
#include "fs/attr/migration.h"
#include "fs/attr/facts.h"
#include "fs/attr/network.h"
#include "fs/attr/tables.h"
#include "fs/attr/vmx.h"
#include "fs/edit/draft.h"
#include "fs/edit/edit.h"
#include "fs/follow/place.h"
#include "fs/fs.h"
#include "fs/service.h"
#include "fs/request/failure.h"
#include "fs/tree/change.h"
#include "fs/tree/dir-times.h"
#include "fs/tree/index.h"
#include "fs/tree/kept.h"
#include "fs/tree/notify.h"
#include "fs/tree/path.h"

#define ALL (~G_GUINT64_CONSTANT (0)) /* properties */

/* ---- what the kernel must forget ---- */

static void
index_changed (guint64 dir, const char *name, gboolean sole, gpointer data)
{
  HvfsFs *fs = data;
  HvfsNode node;

  hvfs_change_name (fs, dir, name);
  if (sole && hvfs_node_from_ino (dir, &node) && node.row->visible != NULL)
    hvfs_change_name (fs,
                            hvfs_row_is_root (node.row->parent) || node.a == fs->root
                              ? 1
                              : hvfs_row_ino (node.row->parent, node.a, node.b),
                            node.row->name);
}

/* The files of @object that show one of @changed, and the time of its directory; of all
 * kinds of object, with a mask of all ones, everything. */
static void
forget_files (HvfsFs *fs, const HvfsObject *object, HvfsPropMask changed)
{
  HvfsRow *own = hvfs_row_of_kind (object->kind);

  if (own != NULL)
    hvfs_notifier_attributes (fs->notifier, hvfs_row_ino (own, object->serial, 0));
  for (HvfsRow *row = own == NULL ? NULL : own->table; row != NULL && row->mode != 0; row++)
    if ((row->depends & changed) != 0 || changed == ALL)
      hvfs_notifier_inode (fs->notifier, hvfs_row_ino (row, object->serial, 0));
  if ((changed & (HVFS_CONFIG_PROPS | HVFS_PROP (HVFS_VM_SNAPSHOT))) != 0)
    {
      if (object->kind == HVFS_KIND_VM)
        hvfs_facts_forget (fs->facts, object->serial); /* what its disks take */
      hvfs_kept_forget (fs->kept, object->serial);
    }
  if (object->kind == HVFS_KIND_VM && (changed & HVFS_CONFIG_PROPS) != 0)
    hvfs_edit_changed (fs, object->serial);
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
    {
      hvfs_notifier_attributes (fs->notifier, child);
      for (HvfsRow *row = node.row->table; row != NULL && row->mode != 0; row++)
        hvfs_notifier_inode (fs->notifier, hvfs_row_ino (row, node.a, node.b));
    }
}

static void
forget_dir (guint64 dir, gpointer data)
{
  hvfs_notifier_inode (((HvfsFs *) data)->notifier, dir);
}

static void
forget_domain_links (HvfsFs *fs, const HvfsObject *vm)
{
  hvfs_notifier_inode (fs->notifier, hvfs_row_ino (&hvfs_by_name_link, vm->serial, 0));
  hvfs_notifier_inode (fs->notifier, hvfs_row_ino (&hvfs_by_uuid_link, vm->serial, 0));
  hvfs_notifier_inode (fs->notifier, hvfs_row_ino (&hvfs_by_folder_link, vm->serial, 0));
  hvfs_notifier_inode (fs->notifier, hvfs_row_ino (&hvfs_pool_domain_link, vm->serial, 0));
  hvfs_kept_forget (fs->kept, vm->serial); /* where the files of its disks are, seen from there */
}

/* Links to a domain say its name.  (What leads to others is all forgotten when one of
 * these changes.) */
static void
index_renamed (const HvfsObject *owner, gpointer data)
{
  if (owner->kind == HVFS_KIND_VM)
    forget_domain_links (data, owner);
}

/* The files of domains that say paths: a place above them has another name, or another place. */
static void
forget_paths (HvfsFs *fs)
{
  static const HvfsRowName names[] = { HVFS_NAMED_FOLDER, HVFS_NAMED_POOL };
  GHashTableIter iter;
  gpointer value;

  hvfs_mirror_iter_init (fs->mirror, &iter);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((HvfsObject *) value)->kind == HVFS_KIND_VM)
      for (guint i = 0; i < G_N_ELEMENTS (names); i++)
        hvfs_notifier_inode (
          fs->notifier, hvfs_row_ino (hvfs_row (names[i]), ((HvfsObject *) value)->serial, 0));
}

/* Of the domains on @host: it is the host that says who starts with it. */
static void
forget_autostart (HvfsFs *fs, const HvfsObject *host)
{
  HvfsRow *row = hvfs_row (HVFS_NAMED_AUTOSTART);
  GHashTableIter iter;
  gpointer value;

  hvfs_mirror_iter_init (fs->mirror, &iter);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const HvfsObject *vm = value;

      if (vm->kind == HVFS_KIND_VM
          && hvfs_mirror_resolve (fs->mirror, hvfs_object_get (vm, HVFS_VM_HOST)) == host)
        hvfs_notifier_inode (fs->notifier, hvfs_node_ino ((HvfsNode){ row, vm->serial, 0 }));
    }
}

/* ---- following the mirror ---- */

/* What says where an object stands, by its kind, besides its name and its parent. */
static const HvfsPropMask placing[HVFS_N_KINDS] = {
  [HVFS_KIND_VM] = HVFS_PROP (HVFS_VM_HOST) | HVFS_PROP (HVFS_VM_UUID)
                   | HVFS_PROP (HVFS_VM_PARENT_VAPP) | HVFS_PROP (HVFS_VM_SNAPSHOT)
                   | HVFS_PROP (HVFS_VM_POOL),
  [HVFS_KIND_HOST] = HVFS_PROP (HVFS_HOST_DATASTORES) | HVFS_PROP (HVFS_HOST_NETWORKS)
                     | HVFS_PROP (HVFS_HOST_NICS) | HVFS_PROP (HVFS_HOST_SWITCHES),
  [HVFS_KIND_DATACENTER] = HVFS_PROP (HVFS_DC_DATASTORES) | HVFS_PROP (HVFS_DC_NETWORKS),
  [HVFS_KIND_FOLDER] = HVFS_PROP (HVFS_FOLDER_CHILD_TYPE),
  [HVFS_KIND_POOL] = HVFS_PROP (HVFS_POOL_OWNER),
  [HVFS_KIND_VAPP] = HVFS_PROP (HVFS_POOL_OWNER) | HVFS_PROP (HVFS_VAPP_FOLDER)
                     | HVFS_PROP (HVFS_VAPP_PARENT_VAPP),
};

static gboolean
says_place (const HvfsObject *object, HvfsPropMask changed)
{
  return (changed & (HVFS_PROP (HVFS_NAME) | HVFS_PROP (HVFS_PARENT) | placing[object->kind])) != 0;
}

/* Whether paths that files of domains say lead through it. */
static gboolean
is_above_domains (const HvfsObject *object)
{
  return object->kind == HVFS_KIND_FOLDER || object->kind == HVFS_KIND_DATACENTER
         || object->kind == HVFS_KIND_POOL || object->kind == HVFS_KIND_VAPP;
}

static void
object_left (HvfsFs *fs, const HvfsObject *object)
{
  hvfs_index_place (fs->index, object, NULL, 0);
  forget_files (fs, object, ALL);
  hvfs_failures_clear (fs->failures, object->serial);
  if (object->kind == HVFS_KIND_VM)
    hvfs_edit_left (fs, object->serial);
  hvfs_vmx_sizes_forget (fs->vmx_sizes, object->serial);
  hvfs_migrations_forget (fs->migrations, object->serial);
  hvfs_quickstats_forget (fs->quickstats, object->serial);
  hvfs_networks_forget (fs->networks, object->serial);
  hvfs_facts_forget (fs->facts, object->serial);
  fs->restructured |= object->kind != HVFS_KIND_VM;
  fs->repathed |= is_above_domains (object);
}

/* What its own files show, and what else shows of it. */
static void
forget_shown (HvfsFs *fs, const HvfsObject *object, HvfsPropMask changed)
{
  forget_files (fs, object, changed);
  if ((changed & HVFS_PROP (HVFS_CUSTOM)) != 0)
    hvfs_custom_forget (fs, object);
  if (object->kind == HVFS_KIND_HOST && (changed & HVFS_PROP (HVFS_PARENT)) != 0)
    hvfs_change_name (fs, hvfs_path_object_ino (fs, object),
                      hvfs_row (HVFS_NAMED_HOST_POOLS)->name); /* see hvfs_pools_visible */
  if (object->kind == HVFS_KIND_HOST && (changed & HVFS_PROP (HVFS_HOST_AUTOSTART)) != 0)
    forget_autostart (fs, object);
  if (object->kind == HVFS_KIND_VM && (changed & HVFS_PROP (HVFS_VM_SNAPSHOT)) != 0)
    hvfs_snapshots_forget (fs, object);
  if ((object->kind == HVFS_KIND_DATASTORE || object->kind == HVFS_KIND_NETWORK)
      && !fs->dc_below)
    fs->restructured = TRUE;
}

static void
object_changed (HvfsObject *object, HvfsObjectEvent event, HvfsPropMask changed, gpointer data)
{
  HvfsFs *fs = data;
  gboolean is_vm = object->kind == HVFS_KIND_VM;

  if (event == HVFS_OBJECT_LEFT)
    {
      object_left (fs, object);
      return;
    }
  if (object->kind == HVFS_KIND_FIELDS)
    fs->redefined = TRUE;
  fs->alarmed |= event == HVFS_OBJECT_ENTERED
                 || (changed & (HVFS_PROP (HVFS_ALARMS) | HVFS_PROP (HVFS_PARENT))) != 0;
  if (is_vm && (changed & HVFS_PROP (HVFS_VM_QUESTION)) != 0)
    hvfs_questions_noticed (fs->questions, object);
  if (event == HVFS_OBJECT_CHANGED)
    forget_shown (fs, object, changed);
  if (event == HVFS_OBJECT_CHANGED && !says_place (object, changed))
    return;
  if (is_vm)
    g_ptr_array_add (fs->touched, GUINT_TO_POINTER (object->serial));
  else
    fs->restructured = TRUE; /* its children's places, and what leads there */
  fs->repathed |= is_above_domains (object);
}

/* The object that the mount is rooted at, and what that means for its root. */
static void
note_root (HvfsFs *fs)
{
  g_autoptr (HvfsValue) ref = hvfs_updater_ref_root (fs->updater);
  HvfsObject *root = hvfs_mirror_resolve (fs->mirror, ref);

  g_atomic_int_set (&fs->root, root == NULL ? 0 : root->serial);
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
      fs->dc_below = !hvfs_folder_holds (root, "ComputeResource");
      fs->root_table = fs->dc_below ? hvfs_inventory_table : hvfs_host_folder_table;
    }
}

static int
compare_serials (gconstpointer a, gconstpointer b)
{
  const HvfsObject *x = *(HvfsObject *const *) a, *y = *(HvfsObject *const *) b;

  return x->serial < y->serial ? -1 : x->serial > y->serial;
}

/* Which host stands for a compute resource that is no cluster. */
static void
note_lone_hosts (HvfsFs *fs, GPtrArray *objects)
{
  g_hash_table_remove_all (fs->lone_hosts);
  for (guint i = 0; i < objects->len; i++)
    {
      HvfsObject *host = objects->pdata[i];
      HvfsObject *above
        = host->kind == HVFS_KIND_HOST
            ? hvfs_mirror_resolve (fs->mirror, hvfs_object_get (host, HVFS_PARENT))
            : NULL;

      if (above != NULL && above->kind == HVFS_KIND_COMPUTE)
        g_hash_table_insert (fs->lone_hosts, GUINT_TO_POINTER (above->serial),
                             GUINT_TO_POINTER (host->serial));
    }
}

/* Oldest first: that is the order of listings, and so the one in which who walks the
 * tree asks for more, which read-ahead goes by. */
static void
place_all (HvfsFs *fs)
{
  g_autoptr (GPtrArray) objects = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer object;

  hvfs_mirror_iter_init (fs->mirror, &iter);
  while (g_hash_table_iter_next (&iter, NULL, &object))
    g_ptr_array_add (objects, object);
  g_ptr_array_sort (objects, compare_serials);
  note_lone_hosts (fs, objects);
  for (guint i = 0; i < objects->len; i++)
    hvfs_place_object (fs, objects->pdata[i]);
}

static gboolean
is_there (guint64 dir, gpointer data)
{
  HvfsFs *fs = data;
  g_autoptr (GString) path = g_string_new (NULL);
  g_auto (HvfsDraft) draft = { 0 };
  HvfsNode node;

  return hvfs_path_append (fs, dir, path)
         || (hvfs_node_from_ino (dir, &node) && node.row == &hvfs_draft_row
             && hvfs_drafts_get (fs->drafts, node.a, &draft));
}

/* Links first: who finds a new name must not be led on by what it said as an old one. */
static void
applied (gpointer data)
{
  HvfsFs *fs = data;

  note_root (fs);
  if (fs->restructured)
    {
      hvfs_index_foreach_child (fs->index, forget_link, fs);
      hvfs_kept_forget_all (fs->kept);
      place_all (fs);
      hvfs_notifier_inode (fs->notifier, 1);
    }
  if (fs->repathed)
    forget_paths (fs);
  if (fs->redefined)
    hvfs_custom_forget_names (fs);
  if (fs->alarmed)
    hvfs_alarms_forget (fs);
  for (guint i = 0; i < fs->touched->len; i++)
    {
      HvfsObject *vm = hvfs_mirror_get (fs->mirror, GPOINTER_TO_UINT (fs->touched->pdata[i]));

      if (vm == NULL)
        continue;
      forget_domain_links (fs, vm);
      if (!fs->restructured)
        hvfs_place_object (fs, vm);
    }
  fs->restructured = fs->repathed = fs->redefined = fs->alarmed = FALSE;
  fs->n_applied++;
  g_ptr_array_set_size (fs->touched, 0);
  hvfs_dir_times_sweep (fs->dir_times, is_there, fs);
}

/* The service manager shows it.  Of a mount under way main.c tells. */
static void
tell_link (HvfsFs *fs, gboolean up)
{
  g_autofree char *reason = NULL, *what = NULL;

  if (fs->mounted_us == 0)
    return;
  if (!up)
    hvfs_mirror_is_up (fs->mirror, &reason, NULL);
  what = hvfs_service_dup_value (up ? fs->mountpoint : reason != NULL ? reason : "");
  hvfs_service_tell (up ? "STATUS=mounted at %s" : "STATUS=lost the server: %s", what);
}

/* Lost: what the kernel has cached must not be read any more.  Found: what it was
 * refused may be read again. */
static void
link_changed (gboolean up, gpointer data)
{
  HvfsFs *fs = data;
  g_autoptr (GRWLockReaderLocker) locker = NULL;
  GHashTableIter iter;
  gpointer object;

  tell_link (fs, up);
  locker = g_rw_lock_reader_locker_new (hvfs_mirror_lock (fs->mirror));
  hvfs_mirror_iter_init (fs->mirror, &iter);
  while (g_hash_table_iter_next (&iter, NULL, &object))
    {
      forget_files (fs, object, ALL);
      hvfs_custom_forget (fs, object);
    }
  hvfs_streams_set_link (fs->streams, up);
  hvfs_index_foreach_child (fs->index, forget_link, fs);
  hvfs_index_foreach_dir (fs->index, forget_dir, fs);
  for (HvfsRow *row = hvfs_root_table; row->mode != 0; row++)
    hvfs_notifier_inode (fs->notifier, hvfs_row_ino (row, 0, 0));
}

static void
place_again (HvfsFs *fs, guint32 serial)
{
  g_autoptr (GRWLockWriterLocker) locker
    = g_rw_lock_writer_locker_new (hvfs_mirror_lock (fs->mirror));
  const HvfsObject *object = hvfs_mirror_get (fs->mirror, serial);

  if (object != NULL)
    hvfs_place_object (fs, object);
}

void
hvfs_follow_init (HvfsFs *fs)
{
  static const HvfsMirrorObserver observer = { object_changed, applied, link_changed };

  fs->index = hvfs_index_new (index_changed, index_renamed, fs);
  fs->touched = g_ptr_array_new ();
  fs->lone_hosts = g_hash_table_new (NULL, NULL);
  fs->root_table = hvfs_inventory_table;
  fs->place = place_again;
  hvfs_mirror_observe (fs->mirror, &observer, fs);
}

void
hvfs_follow_clear (HvfsFs *fs)
{
  g_clear_pointer (&fs->index, hvfs_index_free);
  g_clear_pointer (&fs->touched, g_ptr_array_unref);
  g_clear_pointer (&fs->lone_hosts, g_hash_table_unref);
  g_clear_pointer (&fs->custom_names, g_ptr_array_unref);
}
