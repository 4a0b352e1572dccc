/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/attr-pool.c - resource pools and vApps, and the file "pool" of a domain
 *
 * Exists so that pools are made, renamed and moved as directories, and tuned as domains
 * are.  A vApp is a pool that can be switched on and off, and cannot be destroyed.
 */
#include "backend/operation/resource-pool.h"

#include <string.h>

#include "backend/operation/migrate.h"
#include "backend/operation/vapp.h"
#include "convert/error.h"
#include "fs/attr/attr-custom.h"
#include "fs/attr/domain-stores.h"
#include "fs/attr/nested.h"
#include "fs/attr/tables.h"
#include "fs/fs.h"
#include "fs/row/line.h"
#include "fs/tree/change.h"
#include "fs/tree/index.h"
#include "fs/tree/path.h"

#define MAX_DEPTH 64 /* of pools; a server that says more is not believed */

/* ---- pool ---- */

gboolean
hvfs_pool_append_path (HvfsFs *fs, const HvfsObject *pool, GString *path)
{
  gsize start = path->len;

  for (guint depth = 0; pool != NULL && !hvfs_pool_is_topmost (pool) && depth < MAX_DEPTH; depth++)
    {
      g_autofree char *name = hvfs_path_dup_name (pool);

      if (depth > 0)
        g_string_insert_c (path, start, '/');
      g_string_insert (path, start, name);
      pool = hvfs_mirror_resolve (fs->mirror, hvfs_object_get (pool, HVFS_PARENT));
    }
  if (path->len == start)
    g_string_append_c (path, '/');
  return pool != NULL && hvfs_pool_is_topmost (pool);
}

HVFS_SHOW (hvfs_pool_show)
{
  HvfsValue *ref = hvfs_object_get (vm, HVFS_VM_POOL);
  HvfsObject *pool = hvfs_mirror_resolve (fs->mirror, ref);
  g_autoptr (GString) path = g_string_new (NULL);

  if (ref == NULL) /* a template is in none */
    return TRUE;
  if (!hvfs_pool_append_path (fs, pool, path))
    return hvfs_show_unknown ("resource pool", error);
  hvfs_show_line (out, path->str);
  return TRUE;
}

HVFS_STORE (hvfs_pool_store)
{
  const HvfsServer *server = &store->fs->server;
  g_autofree char *path = hvfs_line_dup_unquoted (line);
  guint32 pool = hvfs_resource_pool_find (server, store->serial, path, error);

  return pool != 0 && hvfs_resource_pool_move (server, store->serial, pool, error);
}

/* ---- the files of a pool ---- */

static gboolean
is_vapp (HvfsFs *fs, HvfsNode node)
{
  HvfsObject *pool = hvfs_mirror_get (fs->mirror, node.a);

  return pool != NULL && pool->kind == HVFS_KIND_VAPP;
}

static gboolean
is_no_vapp (HvfsFs *fs, HvfsNode node)
{
  return !is_vapp (fs, node);
}

static const struct
{
  const char *key;
  guint index;
  gint64 divisor; /* the server has memory in bytes */
} amounts[] = {
  { "cpu_max", HVFS_POOL_CPU_MAX, 1 },
  { "cpu_reserved", HVFS_POOL_CPU_RESERVED, 1 },
  { "cpu_unreserved", HVFS_POOL_CPU_UNRESERVED, 1 },
  { "memory_max", HVFS_POOL_MEMORY_MAX, 1024 },
  { "memory_reserved", HVFS_POOL_MEMORY_RESERVED, 1024 },
  { "memory_unreserved", HVFS_POOL_MEMORY_UNRESERVED, 1024 },
};

#define INFO_PROPS                                                                           \
  (HVFS_PROP (HVFS_POOL_STATUS) | HVFS_PROP (HVFS_POOL_CPU_MAX)                              \
   | HVFS_PROP (HVFS_POOL_CPU_RESERVED) | HVFS_PROP (HVFS_POOL_CPU_UNRESERVED)               \
   | HVFS_PROP (HVFS_POOL_MEMORY_MAX) | HVFS_PROP (HVFS_POOL_MEMORY_RESERVED)                \
   | HVFS_PROP (HVFS_POOL_MEMORY_UNRESERVED))

static gboolean
info_show (HvfsFs *fs, HvfsNode node, const HvfsObject *pool, GString *out, GError **error)
{
  hvfs_show_text (out, "type", pool->kind == HVFS_KIND_VAPP ? "vapp" : "pool");
  hvfs_show_text (out, "status",
                  hvfs_value_text (hvfs_object_get (pool, HVFS_POOL_STATUS), NULL));
  for (guint i = 0; i < G_N_ELEMENTS (amounts); i++)
    {
      HvfsValue *value = hvfs_object_get (pool, amounts[i].index);

      if (value != NULL)
        hvfs_show_int (out, amounts[i].key, hvfs_value_int (value, NULL, 0) / amounts[i].divisor);
    }
  return TRUE;
}

static gboolean
state_show (HvfsFs *fs, HvfsNode node, const HvfsObject *vapp, GString *out, GError **error)
{
  const char *word = hvfs_vapp_word (vapp);

  if (word == NULL)
    return hvfs_show_unknown ("state", error);
  hvfs_show_line (out, word);
  return TRUE;
}

static gboolean
state_store (HvfsStore *store, const char *line, GError **error)
{
  return hvfs_vapp_run (&store->fs->server, store->serial, line, store->cancellable, error);
}

static gboolean
destroy_store (HvfsStore *store, const char *line, GError **error)
{
  return hvfs_end_confirm (store, &hvfs_pool_row, line, error)
         && hvfs_resource_pool_destroy (&store->fs->server, store->serial, store->cancellable,
                                        error);
}

/* ---- pools/ ---- */

gboolean
hvfs_pools_visible (HvfsFs *fs, HvfsNode node)
{
  HvfsObject *object = hvfs_mirror_get (fs->mirror, node.a);
  HvfsKind above;

  if (object == NULL || object->kind == HVFS_KIND_CLUSTER)
    return object != NULL;
  return object->kind == HVFS_KIND_HOST
         && !(hvfs_kind_from_type (hvfs_value_type (hvfs_object_get (object, HVFS_PARENT)), &above)
              && above == HVFS_KIND_CLUSTER);
}

/* The pool whose pools @dir lists; 0 on error. */
static guint32
pool_at (HvfsFs *fs, HvfsNode dir, GError **error)
{
  return dir.row == hvfs_row (HVFS_NAMED_POOL_POOLS)
           ? dir.a
           : hvfs_resource_pool_find (&fs->server, dir.a, NULL, error);
}

/* No task, so nothing can cancel it. */
static gboolean
move_pool (const HvfsServer *server, guint32 serial, guint32 pool,
           GCancellable *cancellable G_GNUC_UNUSED, GError **error)
{
  return hvfs_resource_pool_move (server, serial, pool, error);
}

static const HvfsNested pools = { .row = &hvfs_pool_row, .at = pool_at,
                                  .create = hvfs_resource_pool_create, .move = move_pool };

static guint64
pools_mkdir (HvfsCall *call, HvfsNode dir, const char *name, mode_t mode, GError **error)
{
  return hvfs_nested_mkdir (&pools, call, dir, name, error);
}

static gboolean
pools_rename (HvfsCall *call, HvfsNode dir, const char *name, HvfsNode new_dir,
              const char *new_name, guint flags, GError **error)
{
  return hvfs_nested_rename (&pools, call, dir, name, new_dir, new_name, error);
}

const HvfsDirOps hvfs_pools_ops = { .mkdir = pools_mkdir, .rename = pools_rename };

/* ---- the table ---- */

#define READ (S_IFREG | 0444)
#define WRITE (S_IFREG | 0200)
#define READ_WRITE (S_IFREG | 0644)

HvfsRow hvfs_pool_table[] = {
  { .name = "info", .mode = READ, .show = info_show, .depends = INFO_PROPS },
  { .name = "state", .mode = READ_WRITE, .show = state_show, .store = state_store,
    .visible = is_vapp, .depends = HVFS_PROP (HVFS_VAPP_SUMMARY) },
  { .name = "sched", .mode = READ_WRITE, .show = hvfs_sched_show, .store = hvfs_pool_sched_store,
    .flags = HVFS_ROW_LINES_TOGETHER, .depends = HVFS_PROP (HVFS_POOL_CPU_ALLOCATION) },
  { .name = "memtune", .mode = READ_WRITE, .show = hvfs_memtune_show,
    .store = hvfs_pool_memtune_store, .flags = HVFS_ROW_LINES_TOGETHER,
    .depends = HVFS_PROP (HVFS_POOL_MEMORY_ALLOCATION) },
  HVFS_COLLECTION_ROW ("pools", .named = HVFS_NAMED_POOL_POOLS, .dir_ops = &hvfs_pools_ops),
  HVFS_COLLECTION_ROW ("domains", .named = HVFS_NAMED_POOL_DOMAINS),
  HVFS_CUSTOM_ROW (pool),
  HVFS_MOREF_ROW,
  { .name = "destroy", .mode = WRITE, .store = destroy_store, .visible = is_no_vapp },
  { .name = "error", .mode = READ, .show = hvfs_change_show_error, .flags = HVFS_ROW_LOCAL },
  { NULL }
};

HvfsRow hvfs_pool_row
  = { .of_kind = HVFS_KIND_POOL, .also_of_kind = HVFS_KIND_VAPP, .mode = S_IFDIR | 0755,
      .table = hvfs_pool_table };

HvfsRow hvfs_pool_domain_link = { .mode = S_IFLNK | 0777 };
