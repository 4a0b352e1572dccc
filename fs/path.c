/* fs/path.c - from a place in the tree to its path, and from links to their targets
 *
 * Exists because an inode number says which object a place shows, and the index
 * where that is, but users, messages and links want paths.
 *
 * Under the mirror's lock.
 */
#include "fs/attr-snapshot.h"
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
               : hvfs_row_ino (node.row->parent, node.a, node.b);
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
