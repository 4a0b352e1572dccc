/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/tree/path.c - paths from places, and targets of links; see path.h */
#include "fs/tree/path.h"

#include <string.h>

#include "fs/fs.h"
#include "fs/tree/index.h"

#define MAX_DEPTH 64 /* of a path; one that goes deeper is a loop */

char *
hvfs_path_dup_name (const HvfsObject *object)
{
  const char *raw = hvfs_value_text (hvfs_object_get (object, HVFS_NAME), NULL);
  GString *name;

  /* No privilege to see it, or none that a file could have. */
  if (raw == NULL || *raw == '\0' || strlen (raw) > HVFS_INDEX_MAX_NAME)
    raw = object->moref;
  if (strcmp (raw, ".") == 0)
    return g_strdup ("%2e");
  if (strcmp (raw, "..") == 0)
    return g_strdup ("%2e%2e");
  name = g_string_new (raw);
  g_string_replace (name, "/", "%2f", 0);
  return g_string_free (name, FALSE);
}

void
hvfs_path_tables (HvfsFs *fs, HvfsNode node, HvfsRow *ret_tables[3], guint32 ret_a[3])
{
  guint n = 0;

  if (node.row->table != NULL)
    {
      ret_tables[n] = node.row->table;
      ret_a[n++] = node.a;
    }
  if (hvfs_row_is_root (node.row) && fs->root != 0)
    {
      ret_tables[n] = fs->root_table;
      ret_a[n++] = fs->root;
    }
  ret_tables[n] = NULL;
}

guint64
hvfs_path_object_ino (HvfsFs *fs, const HvfsObject *object)
{
  if (object->serial == fs->root)
    return 1;
  return hvfs_row_of_kind (object->kind) == NULL
           ? 0
           : hvfs_row_ino (hvfs_row_of_kind (object->kind), object->serial, 0);
}

gboolean
hvfs_path_is_not_empty (HvfsFs *fs, HvfsNode node)
{
  return !hvfs_index_is_empty (fs->index, hvfs_node_ino (node));
}

/* Whose places @node is among: where a host shows it once more, the host's. */
static guint32
owner_of (HvfsNode node)
{
  return node.b != 0 && (node.row->flags & HVFS_ROW_NUMBERED) == 0 ? node.b : node.a;
}

/* The b of the directory whose table or members @node is in. */
static guint32
above (HvfsFs *fs, HvfsNode node)
{
  if (!node.row->is_member)
    return node.b;
  return node.row->above != NULL ? node.row->above (fs, node) : 0;
}

/* The directory that holds @node, 0 for none. */
static guint64
dir_of (HvfsFs *fs, HvfsNode node)
{
  if (node.row->parent == NULL)
    return hvfs_index_dir_of (fs->index, owner_of (node), hvfs_node_ino (node));
  return hvfs_row_is_root (node.row->parent)
           || (node.a == fs->root && node.row->parent->parent == NULL)
           ? 1
           : hvfs_row_ino (node.row->parent, node.a, above (fs, node));
}

/* The directories first, @depth of which are below already. */
static gboolean
append_path (HvfsFs *fs, guint64 ino, guint depth, GString *path)
{
  guint64 dir;
  HvfsNode node;

  if (ino == 1)
    return TRUE;
  if (depth > MAX_DEPTH || !hvfs_node_from_ino (ino, &node))
    return FALSE;
  dir = dir_of (fs, node);
  /* In a mount of a host its datastores are below it alone. */
  if (dir == 0 && node.row->parent == NULL && node.b == 0)
    {
      node.b = fs->root;
      ino = hvfs_node_ino (node);
      dir = dir_of (fs, node);
    }
  if (dir == 0 || !append_path (fs, dir, depth + 1, path))
    return FALSE;
  if (node.row->parent == NULL)
    hvfs_index_append_name (fs->index, owner_of (node), ino, path);
  else if (node.row->append_name != NULL)
    node.row->append_name (fs, node, path);
  else
    g_string_append (path, node.row->name);
  if (depth > 0)
    g_string_append_c (path, '/');
  return TRUE;
}

gboolean
hvfs_path_append (HvfsFs *fs, guint64 ino, GString *path)
{
  gsize start = path->len;

  if (append_path (fs, ino, 0, path))
    return TRUE;
  g_string_truncate (path, start);
  return FALSE;
}

gboolean
hvfs_path_append_object (HvfsFs *fs, const HvfsObject *object, GString *path)
{
  guint64 ino = hvfs_path_object_ino (fs, object);

  return ino != 0 && hvfs_path_append (fs, ino, path);
}

void
hvfs_path_append_relative (GString *target, const char *from, const char *to)
{
  for (;;)
    {
      const char *slash_a = strchr (from, '/'), *slash_b = strchr (to, '/');

      if (slash_a == NULL || slash_b == NULL || slash_a - from != slash_b - to
          || strncmp (from, to, slash_a - from) != 0)
        break;
      from = slash_a + 1;
      to = slash_b + 1;
    }
  for (; (from = strchr (from, '/')) != NULL; from++)
    g_string_append (target, "../");
  g_string_append (target, to);
}

gboolean
hvfs_path_append_link (HvfsFs *fs, HvfsNode node, GString *target)
{
  HvfsObject *object = hvfs_mirror_get (fs->mirror, node.a);
  g_autoptr (GString) from = g_string_new (NULL);
  g_autoptr (GString) to = g_string_new (NULL);

  if (object == NULL || !hvfs_path_append (fs, hvfs_node_ino (node), from)
      || !hvfs_path_append_object (fs, object, to))
    return FALSE;
  hvfs_path_append_relative (target, from->str, to->str);
  return TRUE;
}

char *
hvfs_path_dup (HvfsFs *fs, guint64 ino)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (fs->mirror));
  GString *path = g_string_new (NULL);

  if (!hvfs_path_append (fs, ino, path))
    g_string_append_printf (path, "inode %" G_GUINT64_FORMAT, ino);
  return g_string_free (path, FALSE);
}
