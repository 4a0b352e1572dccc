/* fs/tree/path.c - from a place in the tree to its path, and from links to their targets
 *
 * Exists because an inode number says which object a place shows, and the index
 * where that is, but users, messages and links want paths.
 *
 * Under the mirror's lock.
 */
#include "fs/attr/attr-snapshot.h"
#include "fs/fs.h"

#include <string.h>

#define MAX_DEPTH 64 /* of a path; one that goes deeper is a loop */

/* Each kind's own directory; NULL: has none, or one in each view (folders). */
static HvfsRow *const object_rows[HVFS_N_KINDS] = {
  [HVFS_KIND_DATACENTER] = &hvfs_datacenter_row, [HVFS_KIND_CLUSTER] = &hvfs_cluster_row,
  [HVFS_KIND_HOST] = &hvfs_host_row,             [HVFS_KIND_VM] = &hvfs_domain_row,
  [HVFS_KIND_DATASTORE] = &hvfs_datastore_row,   [HVFS_KIND_NETWORK] = &hvfs_network_row,
};

HvfsRow *
hvfs_tree_object_row (HvfsKind kind)
{
  return object_rows[kind];
}

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
  return object_rows[object->kind] == NULL
           ? 0
           : hvfs_row_ino (object_rows[object->kind], object->serial, 0);
}

/* Whose places @node is among: where a host shows it once more, the host's. */
static guint32
owner_of (HvfsNode node)
{
  return node.b != 0 && node.row != &hvfs_snapshot_row ? node.b : node.a;
}

/* The directory that holds @node, 0 for none. */
static guint64
dir_of (HvfsFs *fs, HvfsNode node)
{
  if (node.row->parent == NULL)
    return hvfs_index_dir_of (fs->index, owner_of (node), hvfs_node_ino (node));
  return node.row->parent == &hvfs_root_row || node.a == fs->root
           ? 1
           : hvfs_row_ino (node.row->parent, node.a, node.b);
}

/* The directories first, @depth of which are below already. */
static gboolean
append_path (HvfsFs *fs, guint64 ino, guint depth, GString *path)
{
  guint64 dir;
  HvfsNode node;

  if (ino == 1)
    return TRUE;
  if (depth > MAX_DEPTH || !hvfs_node_from_ino (ino, &node)
      || (dir = dir_of (fs, node)) == 0 || !append_path (fs, dir, depth + 1, path))
    return FALSE;
  if (node.row->parent == NULL)
    hvfs_index_append_name (fs->index, owner_of (node), ino, path);
  else
    g_string_append (path, node.row->name);
  if (depth > 0)
    g_string_append_c (path, '/');
  return TRUE;
}

gboolean
hvfs_tree_path (HvfsFs *fs, guint64 ino, GString *path)
{
  gsize start = path->len;

  if (append_path (fs, ino, 0, path))
    return TRUE;
  g_string_truncate (path, start);
  return FALSE;
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
