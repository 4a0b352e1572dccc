/* fs/tree/row.c - the registry of all rows, and inode numbers; see row.h
 *
 * An inode number is three numbers: the row's id, and the serials of the one or
 * two objects.  1 is the root, as FUSE wants it.
 */
#include "fs/tree/row.h"

#include <string.h>

#include "convert/error.h"
#include "fs/attr/attr-snapshot.h"
#include "fs/fs.h"

#define ROW_BITS 9
#define A_BITS 28
#define B_BITS 27
#define MAX_ROWS (1 << ROW_BITS)

G_STATIC_ASSERT (ROW_BITS + A_BITS + B_BITS == 64);

static HvfsRow *rows[MAX_ROWS];
static guint n_rows = 1; /* 0 is no row */

static void
add_row (HvfsRow *row, HvfsRow *parent)
{
  g_assert (n_rows < MAX_ROWS);
  row->id = n_rows;
  row->parent = parent;
  rows[n_rows++] = row;
}

/* Tables within tables come with them. */
static void
add_table (HvfsRow *table, HvfsRow *parent)
{
  for (HvfsRow *row = table; row->mode != 0; row++)
    {
      add_row (row, parent);
      if (row->table != NULL)
        add_table (row->table, row);
    }
}

/* Directories of objects with their tables, and links, which have none. */
void
hvfs_rows_init (void)
{
  HvfsRow *const own[] = {
    &hvfs_root_row, /* the first: its inode number is 1 */
    &hvfs_by_name_link, &hvfs_by_uuid_link, &hvfs_by_folder_link, &hvfs_by_folder_dc_row,
    &hvfs_by_folder_folder_row, &hvfs_datacenter_row, &hvfs_cluster_row,
    &hvfs_datacenters_folder_row, &hvfs_clusters_folder_row, &hvfs_hosts_folder_row,
    &hvfs_datastores_folder_row, &hvfs_networks_folder_row, &hvfs_host_row,
    &hvfs_host_datastore_link, &hvfs_host_network_link, &hvfs_datastore_row,
    &hvfs_network_row, &hvfs_domain_row, &hvfs_snapshot_row,
    &hvfs_edit_link_row, &hvfs_draft_row, &hvfs_draft_link_row,
  };

  for (guint i = 0; i < G_N_ELEMENTS (own); i++)
    {
      add_row (own[i], NULL);
      if (own[i]->table != NULL)
        add_table (own[i]->table, own[i]);
    }
  add_table (hvfs_inventory_table, &hvfs_root_row);
  add_table (hvfs_host_folder_table, &hvfs_root_row);
  g_assert (hvfs_root_row.id == 1);
}

HvfsRow *
hvfs_row_named (HvfsRow *table, const char *name)
{
  for (HvfsRow *row = table; row != NULL && row->mode != 0; row++)
    if (strcmp (row->name, name) == 0)
      return row;
  return NULL;
}

guint64
hvfs_node_ino (HvfsNode node)
{
  return node.row->id | (guint64) node.a << ROW_BITS | (guint64) node.b << (ROW_BITS + A_BITS);
}

guint64
hvfs_row_ino (HvfsRow *row, guint32 a, guint32 b)
{
  return hvfs_node_ino ((HvfsNode){ row, a, b });
}

gboolean
hvfs_node_from_ino (guint64 ino, HvfsNode *ret_node)
{
  guint id = ino & (MAX_ROWS - 1);

  if (id >= n_rows || rows[id] == NULL)
    return FALSE;
  ret_node->row = rows[id];
  ret_node->a = ino >> ROW_BITS & ((1u << A_BITS) - 1);
  ret_node->b = ino >> (ROW_BITS + A_BITS);
  return TRUE;
}

gboolean
hvfs_row_is_volatile (HvfsFs *fs, HvfsNode node)
{
  return node.row->is_volatile != NULL ? node.row->is_volatile (fs, node)
                                       : (node.row->flags & HVFS_ROW_VOLATILE) != 0;
}

gboolean
hvfs_row_show (HvfsFs *fs, HvfsNode node, const HvfsObject *object, GString *out, GError **error)
{
  if (node.row->show_node != NULL)
    return node.row->show_node (fs, node, object, out, error);
  return node.row->show == NULL || node.row->show (fs, object, out, error);
}

gboolean
hvfs_moref_show (HvfsFs *fs, const HvfsObject *object, GString *out, GError **error)
{
  hvfs_show_line (out, object->moref);
  return TRUE;
}

gboolean
hvfs_row_is_not_empty (HvfsFs *fs, HvfsNode node)
{
  return !hvfs_index_is_empty (fs->index, hvfs_node_ino (node));
}

void
hvfs_show_line (GString *out, const char *text)
{
  g_string_append (out, text);
  g_string_append_c (out, '\n');
}

/* A value is one line, whatever the server put into it. */
void
hvfs_show_text (GString *out, const char *key, const char *text)
{
  if (text == NULL)
    return;
  g_string_append (out, key);
  g_string_append_c (out, '=');
  for (; *text != '\0'; text++)
    g_string_append_c (out, (guchar) *text < ' ' ? ' ' : *text);
  g_string_append_c (out, '\n');
}

void
hvfs_show_number (GString *out, gint64 value)
{
  char digits[24], *at = digits + sizeof digits;
  guint64 rest = value < 0 ? -(guint64) value : (guint64) value;

  *--at = '\0';
  do
    *--at = '0' + rest % 10;
  while ((rest /= 10) > 0);
  if (value < 0)
    *--at = '-';
  hvfs_show_line (out, at);
}

void
hvfs_show_int (GString *out, const char *key, gint64 value)
{
  g_string_append (out, key);
  g_string_append_c (out, '=');
  hvfs_show_number (out, value);
}

void
hvfs_show_yes_no (GString *out, const char *key, gboolean value)
{
  hvfs_show_text (out, key, value ? "yes" : "no");
}

gboolean
hvfs_show_unknown (const char *what, GError **error)
{
  g_set_error (error, HVFS_ERROR, EIO, "the server does not say its %s", what);
  return FALSE;
}
