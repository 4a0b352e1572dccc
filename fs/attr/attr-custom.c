/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/attr-custom.c - the directory attributes of an object
 *
 * Exists so that each custom attribute of a vCenter is a file of each object that can have it.
 * Any other name there is a scratch file, so that editors work and never make an attribute:
 * "define" does.
 */
#include "fs/attr/attr-custom.h"

#include <string.h>

#include "backend/mirror/inventory-name.h"
#include "backend/operation/custom.h"
#include "convert/error.h"
#include "fs/edit/edit.h"
#include "fs/edit/values.h"
#include "fs/edit/whole.h"
#include "fs/row/line.h"
#include "fs/tree/notify.h"

/* ---- names ---- */

/* As a file's; (transfer full) (nullable): it can have none */
static char *
dup_file_name (const char *name)
{
  g_autofree char *plain = hvfs_inventory_name_decode (name);

  return hvfs_values_dup_file_name (plain);
}

/* The key of what is called @name of the object @serial; 0: nothing is.  The mirror's lock
 * must be held. */
static guint32
key_named (HvfsFs *fs, guint32 serial, const char *name)
{
  const HvfsObject *object = hvfs_mirror_get (fs->mirror, serial);
  g_autoptr (GArray) all = object == NULL ? NULL : hvfs_custom_fields (fs->mirror, object);

  for (guint i = 0; all != NULL && i < all->len; i++)
    {
      const HvfsCustomField *field = &g_array_index (all, HvfsCustomField, i);
      g_autofree char *file = dup_file_name (field->name);

      if (g_strcmp0 (file, name) == 0)
        return field->key;
    }
  return 0;
}

static HvfsNode
value_node (HvfsNode dir, guint32 key)
{
  return (HvfsNode){ &dir.row->members[0], dir.a, key };
}

static gboolean
value_append_name (HvfsFs *fs, HvfsNode node, GString *out)
{
  const HvfsObject *object = hvfs_mirror_get (fs->mirror, node.a);
  HvfsCustomField field;
  g_autofree char *file = NULL;

  if (object != NULL && hvfs_custom_find (fs->mirror, object, node.b, &field))
    file = dup_file_name (field.name);
  if (file != NULL)
    g_string_append (out, file);
  return file != NULL;
}

/* ---- a value ---- */

static gboolean
value_show (HvfsFs *fs, HvfsNode node, const HvfsObject *object, GString *out, GError **error)
{
  hvfs_whole_show (out, hvfs_custom_value (object, node.b));
  return TRUE;
}

static gboolean
value_stat (HvfsFs *fs, HvfsNode node, const HvfsObject *object, struct stat *st)
{
  HvfsCustomField field;

  return object != NULL && hvfs_custom_find (fs->mirror, object, node.b, &field);
}

static gboolean
value_commit (HvfsStore *store, const char *text, GError **error)
{
  return hvfs_custom_set (&store->fs->server, store->serial, store->node.b, text, error);
}

static gboolean
define_store (HvfsStore *store, const char *line, GError **error)
{
  g_autofree char *name = hvfs_line_dup_unquoted (line);

  if (strcmp (name, "define") != 0)
    return hvfs_custom_define (&store->fs->server, store->serial, name, error);
  g_set_error (error, HVFS_ERROR, EINVAL, "'define' is the name of this file: use another");
  return FALSE;
}

/* ---- the directory ---- */

/* Below a host, where the mount has no datacenter, several directories are of one datastore:
 * there scratch files would be in none. */
gboolean
hvfs_custom_visible (HvfsFs *fs, HvfsNode node)
{
  return node.b == 0 && hvfs_custom_is_there (fs->mirror);
}

static HvfsNode
find_value (HvfsFs *fs, HvfsNode dir, const char *name)
{
  guint32 key = key_named (fs, dir.a, name);

  return key == 0 ? (HvfsNode){ NULL, 0, 0 } : value_node (dir, key);
}

static int
by_key (gconstpointer a, gconstpointer b)
{
  const HvfsCustomField *x = a, *y = b;

  return x->key < y->key ? -1 : x->key > y->key;
}

static gboolean
list_values (HvfsFs *fs, HvfsNode dir, guint64 after, HvfsListFunc func, gpointer data)
{
  const HvfsObject *object = hvfs_mirror_get (fs->mirror, dir.a);
  g_autoptr (GArray) all = object == NULL ? NULL : hvfs_custom_fields (fs->mirror, object);

  if (all != NULL)
    g_array_sort (all, by_key);
  for (guint i = 0; all != NULL && i < all->len; i++)
    {
      const HvfsCustomField *field = &g_array_index (all, HvfsCustomField, i);
      g_autofree char *file = field->key > after ? dup_file_name (field->name) : NULL;

      if (file != NULL
          && !func (file, hvfs_node_ino (value_node (dir, field->key)), field->key, data))
        return FALSE;
    }
  return TRUE;
}

const HvfsValues hvfs_custom_values = {
  find_value, list_values, "an attribute: write to it, or empty it to clear its value"
};

/* ---- what the kernel must forget ---- */

/* The row "attributes" of @object; (nullable) */
static HvfsRow *
row_of (const HvfsObject *object)
{
  HvfsRow *own = hvfs_row_of_kind (object->kind);

  return own == NULL ? NULL : hvfs_row_named (own->table, "attributes");
}

void
hvfs_custom_forget (HvfsFs *fs, const HvfsObject *object)
{
  HvfsRow *row = row_of (object);
  g_autoptr (GArray) all = row == NULL ? NULL : hvfs_custom_fields (fs->mirror, object);

  for (guint i = 0; all != NULL && i < all->len; i++)
    hvfs_notifier_inode (fs->notifier,
                         hvfs_row_ino (&row->members[0], object->serial,
                                       g_array_index (all, HvfsCustomField, i).key));
}

/* All names of files that are defined now.  (transfer full) */
static GPtrArray *
dup_names (HvfsFs *fs)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  HvfsObject *manager = hvfs_mirror_get_fields (fs->mirror);
  HvfsValue *defined = manager == NULL ? NULL : hvfs_object_get (manager, HVFS_FIELDS_DEFINED);

  for (guint i = 0; i < hvfs_value_n_children (defined); i++)
    {
      const char *name = hvfs_value_text (hvfs_value_nth (defined, i), "name");
      char *file = name == NULL ? NULL : dup_file_name (name);

      if (file != NULL)
        g_ptr_array_add (names, file);
    }
  return names;
}

static void
forget_in (HvfsFs *fs, guint64 dir, const GPtrArray *names)
{
  for (guint i = 0; i < names->len; i++)
    hvfs_notifier_entry (fs->notifier, dir, names->pdata[i]);
}

void
hvfs_custom_forget_names (HvfsFs *fs)
{
  g_autoptr (GPtrArray) before = g_steal_pointer (&fs->custom_names);
  GHashTableIter iter;
  gpointer value;

  fs->custom_names = dup_names (fs);
  hvfs_mirror_iter_init (fs->mirror, &iter);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const HvfsObject *object = value;
      HvfsRow *row = row_of (object);
      guint64 dir = row == NULL ? 0 : hvfs_row_ino (row, object->serial, 0);

      if (dir == 0)
        continue;
      forget_in (fs, dir, fs->custom_names);
      if (before != NULL)
        forget_in (fs, dir, before);
      hvfs_notifier_inode (fs->notifier, dir);
    }
}

/* ---- the tables ---- */

#define TABLES(kind)                                                                         \
  HvfsRow hvfs_custom_##kind##_table[] = {                                                   \
    { .name = "define", .mode = S_IFREG | 0200, .store = define_store },                     \
    { NULL }                                                                                 \
  };                                                                                         \
  HvfsRow hvfs_custom_##kind##_members[] = {                                                 \
    { .name = "NAME", .append_name = value_append_name, .mode = S_IFREG | 0644,              \
      .flags = HVFS_ROW_NUMBERED, .show = value_show, .stat = value_stat,               \
      .file_ops = &hvfs_whole_ops, .commit = value_commit,                                   \
      .depends = HVFS_PROP (HVFS_CUSTOM) },                                                  \
    HVFS_EDIT_SCRATCH_ROWS,                                                                  \
    { NULL }                                                                                 \
  }

TABLES (datacenter);
TABLES (cluster);
TABLES (host);
TABLES (pool);
TABLES (domain);
TABLES (datastore);
TABLES (network);
