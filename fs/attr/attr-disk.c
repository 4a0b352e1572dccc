/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/attr-disk.c - the directory disks of a domain, and of a snapshot
 *
 * Exists so that each hard disk is a directory, by the name that config.xml has for it.  The
 * server does not push them: they come with a part of the configuration when somebody lists
 * them.
 */
#include "fs/attr/attr-disk.h"

#include "convert/error.h"
#include "convert/file/files.h"
#include "fs/attr/disk-raw.h"
#include "fs/attr/disk.h"
#include "fs/attr/facts.h"
#include "fs/content/content.h"
#include "fs/fs.h"
#include "fs/row/line.h"
#include "fs/tree/numbers.h"
#include "fs/tree/path.h"

/* ---- the directory ---- */

static guint64
ino_of (HvfsFs *fs, HvfsNode dir, const HvfsConfigDisk *disk)
{
  g_autofree char *name = dir.b == 0 ? g_strdup (disk->target)
                                     : g_strdup_printf ("%u/%s", dir.b, disk->target);

  return hvfs_row_ino (&dir.row->members[0], dir.a, hvfs_numbers_get (fs->numbers, name));
}

static guint64
disks_lookup (HvfsFs *fs, HvfsNode dir, const char *name, pid_t tid)
{
  g_autoptr (GPtrArray) disks = hvfs_disks_get (fs, dir);
  const HvfsConfigDisk *disk = disks == NULL ? NULL : hvfs_config_disks_find (disks, name);

  return disk == NULL ? 0 : ino_of (fs, dir, disk);
}

static void
disks_list (HvfsFs *fs, HvfsNode dir, guint64 after, HvfsListFunc func, gpointer data)
{
  g_autoptr (GPtrArray) disks = hvfs_disks_get (fs, dir);

  for (guint i = after; disks != NULL && i < disks->len; i++)
    {
      const HvfsConfigDisk *disk = disks->pdata[i];

      if (!func (disk->target, ino_of (fs, dir, disk), i + 1, data))
        return;
    }
}

const HvfsDirOps hvfs_disks_ops = { .lookup = disks_lookup, .list = disks_list };

static gboolean
append_target (HvfsFs *fs, HvfsNode node, GString *out)
{
  const char *target = hvfs_disk_place (fs, node).target;

  if (target != NULL)
    g_string_append (out, target);
  return target != NULL;
}

static guint32
above (HvfsFs *fs, HvfsNode node)
{
  return hvfs_disk_place (fs, node).snapshot;
}

static gboolean
disk_stat (HvfsFs *fs, HvfsNode node, const HvfsObject *vm, struct stat *st)
{
  g_autoptr (GPtrArray) disks = hvfs_disks_get (fs, node);
  const char *target = hvfs_disk_place (fs, node).target;

  return target != NULL && (disks == NULL || hvfs_config_disks_find (disks, target) != NULL);
}

/* ---- info ---- */

/* What its files take on their datastores, all of the chain; -1: the server does not say. */
static gint64
allocation_of (const HvfsValue *layout, const HvfsConfigDisk *disk)
{
  gint64 bytes = 0;

  for (guint i = 0; i < disk->chain->len; i++)
    {
      gint64 more = hvfs_facts_layout_bytes (layout, disk->chain->pdata[i]);

      if (more < 0)
        return -1;
      bytes += more;
    }
  return disk->chain->len > 0 ? bytes : -1;
}

static gboolean
info_show (HvfsFs *fs, HvfsNode node, const HvfsObject *vm, GString *out, GError **error)
{
  g_autoptr (GPtrArray) disks = NULL;
  g_autoptr (HvfsValue) layout = NULL;
  const HvfsConfigDisk *disk = hvfs_disk_find (fs, node, &disks, error);
  gint64 allocation;

  if (disk == NULL || !hvfs_facts_get (fs, node.a, HVFS_FACT_VM_LAYOUT, &layout, error))
    return FALSE;
  hvfs_show_text (out, "format", disk->format->word);
  allocation = allocation_of (layout, disk);
  if (allocation >= 0)
    hvfs_show_int (out, "allocation", allocation);
  hvfs_show_text (out, "mode", disk->mode);
  for (guint i = 0; i < disk->chain->len; i++)
    hvfs_show_text (out, "chain", disk->chain->pdata[i]);
  return TRUE;
}

static gboolean
info_is_known (HvfsFs *fs, HvfsNode node)
{
  return hvfs_disks_fetch.is_known (fs, node) && hvfs_facts_are_known (fs, node.a);
}

static gboolean
info_is_fresh (HvfsFs *fs, HvfsNode node)
{
  return hvfs_disks_fetch.is_fresh (fs, node) && hvfs_facts_are_fresh (fs, node.a);
}

static gboolean
info_fetch (HvfsCall *call, HvfsNode node, gint64 *ret_size, GError **error)
{
  return (hvfs_disks_fetch.is_fresh (call->fs, node)
          || hvfs_disks_fetch.fetch (call, node, ret_size, error))
         && hvfs_facts_fetch (call, node.a, error);
}

static const HvfsFetch fetch_info = { info_is_known, info_is_fresh, info_fetch };

/* ---- capacity ---- */

static gboolean
capacity_show (HvfsFs *fs, HvfsNode node, const HvfsObject *vm, GString *out, GError **error)
{
  g_autoptr (GPtrArray) disks = NULL;
  const HvfsConfigDisk *disk = hvfs_disk_find (fs, node, &disks, error);

  if (disk == NULL)
    return FALSE;
  if (disk->capacity_bytes < 0)
    return hvfs_show_unknown ("capacity", error);
  hvfs_show_number (out, disk->capacity_bytes / 1024);
  return TRUE;
}

static gboolean
capacity_store (HvfsStore *store, const char *line, GError **error)
{
  const char *target = hvfs_disk_place (store->fs, store->node).target;
  gint64 kib;

  return hvfs_line_capacity_kib ("capacity", line, &kib, error)
         && hvfs_config_grow_disk (store->fs->config, store->serial, target, kib,
                                   store->cancellable, error);
}

/* ---- file ---- */

static gboolean
file_link (HvfsFs *fs, HvfsNode node, GString *target)
{
  g_autoptr (GPtrArray) disks = NULL;
  const HvfsConfigDisk *disk = hvfs_disk_find (fs, node, &disks, NULL);
  const char *path = disk == NULL ? NULL : hvfs_config_disk_path (disk);
  const HvfsObject *datastore = path == NULL ? NULL : hvfs_disk_datastore (fs, disk);
  g_autofree char *name = NULL;
  const char *below = datastore == NULL ? NULL : hvfs_datastore_path_split (path, &name);
  g_autoptr (GString) from = g_string_new (NULL);
  g_autoptr (GString) to = g_string_new (NULL);

  if (below == NULL || !hvfs_path_append (fs, hvfs_node_ino (node), from)
      || !hvfs_path_append_object (fs, datastore, to))
    return FALSE;
  g_string_append_printf (to, "/files/%s", below);
  hvfs_path_append_relative (target, from->str, to->str);
  return TRUE;
}

/* ---- the tables ---- */

#define ROW(name_, mode_, ...)                                                                 \
  { .name = (name_), .mode = (mode_), .depends = HVFS_CONFIG_PROPS | HVFS_PROP (HVFS_VM_SNAPSHOT), \
    __VA_ARGS__ }

#define KEPT .flags = HVFS_ROW_NUMBERED | HVFS_ROW_KEPT

#define TABLES(prefix, mode_, ...)                                                             \
  HvfsRow prefix##_table[] = {                                                                 \
    ROW ("info", S_IFREG | 0444, KEPT, .stat = disk_stat, .show = info_show,                   \
         .fetch = &fetch_info),                                                                \
    ROW ("capacity", S_IFREG | (mode_), KEPT, .stat = disk_stat, .show = capacity_show,        \
         .fetch = &hvfs_disks_fetch, __VA_ARGS__),                                             \
    ROW ("file", S_IFLNK | 0777, KEPT, .stat = disk_stat, .link = file_link,                   \
         .fetch = &hvfs_disks_fetch),                                                          \
    ROW ("raw", S_IFREG | 0444, KEPT, .stat = hvfs_raw_stat, .visible = hvfs_content_is_shown, \
         .file_ops = &hvfs_raw_ops, .fetch = &hvfs_raw_fetch),                                 \
    { NULL }                                                                                   \
  };                                                                                           \
  HvfsRow prefix##_members[] = {                                                               \
    { .name = "TARGET", .append_name = append_target, .above = above, .mode = S_IFDIR | 0755,  \
      KEPT, .table = prefix##_table, .stat = disk_stat, .fetch = &hvfs_disks_fetch },          \
    { NULL }                                                                                   \
  }

TABLES (hvfs_disk, 0644, .store = capacity_store);
TABLES (hvfs_snapshot_disk, 0444);
