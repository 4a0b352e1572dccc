/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/row/row.c - the registry of all rows, and inode numbers; see row.h
 *
 * An inode number is three numbers: the row's id, and the serials of the one or
 * two objects.  1 is the root, as FUSE wants it.
 */
#include "fs/row/row.h"

#include <string.h>

#include "convert/error.h"

#define ROW_BITS 9
#define A_BITS 28
#define B_BITS 27
#define MAX_ROWS (1 << ROW_BITS)

G_STATIC_ASSERT (ROW_BITS + A_BITS + B_BITS == 64);

static HvfsRow *rows[MAX_ROWS];
static gboolean check_depends; /* HVFS_CHECK_DEPENDS is set, as the tests do */
static guint n_rows = 1; /* 0 is no row */
static const HvfsFileOps *file_ops; /* of rows without their own */
static HvfsRow *of_kind[HVFS_N_KINDS], *named[HVFS_N_NAMED];

static void
add_row (HvfsRow *row, HvfsRow *parent)
{
  g_assert (n_rows < MAX_ROWS);
  row->id = n_rows;
  row->parent = parent;
  if (row->file_ops == NULL)
    row->file_ops = file_ops;
  rows[n_rows++] = row;
  if (row->named != HVFS_NAMED_NOT)
    {
      g_assert (named[row->named] == NULL);
      named[row->named] = row;
    }
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
      for (HvfsRow *member = row->members; member != NULL && member->mode != 0; member++)
        {
          add_row (member, row);
          member->is_member = TRUE;
          if (member->table != NULL)
            add_table (member->table, member);
        }
    }
}

void
hvfs_rows_init (const HvfsRowSet *set)
{
  check_depends = g_getenv ("HVFS_CHECK_DEPENDS") != NULL;
  file_ops = set->file_ops;
  for (guint i = 0; set->rows[i] != NULL; i++)
    {
      HvfsRow *row = set->rows[i];

      add_row (row, NULL);
      if (row->table != NULL)
        add_table (row->table, row);
      if (row->of_kind != 0)
        of_kind[row->of_kind] = row;
      if (row->also_of_kind != 0)
        of_kind[row->also_of_kind] = row;
    }
  for (guint i = 0; set->root_tables[i] != NULL; i++)
    add_table (set->root_tables[i], set->rows[0]);
  g_assert (hvfs_row_is_root (set->rows[0]));
  for (guint i = HVFS_NAMED_NOT + 1; i < HVFS_N_NAMED; i++)
    g_assert (named[i] != NULL);
}

HvfsRow *
hvfs_row (HvfsRowName name)
{
  return named[name];
}

HvfsRow *
hvfs_row_of_kind (HvfsKind kind)
{
  return of_kind[kind];
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

double
hvfs_row_keep_nothing (HvfsFs *fs, HvfsNode node)
{
  return 0;
}

gboolean
hvfs_row_always (HvfsFs *fs, HvfsNode node)
{
  return TRUE;
}

static gboolean
show (HvfsFs *fs, HvfsNode node, const HvfsObject *object, GString *out, GError **error)
{
  return node.row->show == NULL || node.row->show (fs, node, object, out, error);
}

/* A property that is shown but not in depends would be stale for ever in the kernel's cache. */
static gboolean
show_checked (HvfsFs *fs, HvfsNode node, const HvfsObject *object, GString *out, GError **error)
{
  HvfsPropMask asked = 0;
  gboolean ok;

  hvfs_object_record (object, &asked);
  ok = show (fs, node, object, out, error);
  hvfs_object_record (NULL, NULL);
  if ((asked & ~node.row->depends) != 0)
    g_error ("%s shows properties that it does not depend on: 0x%" G_GINT64_MODIFIER "x",
             node.row->name, asked & ~node.row->depends);
  return ok;
}

gboolean
hvfs_row_show (HvfsFs *fs, HvfsNode node, const HvfsObject *object, GString *out, GError **error)
{
  return check_depends && object != NULL ? show_checked (fs, node, object, out, error)
                                         : show (fs, node, object, out, error);
}

gboolean
hvfs_moref_show (HvfsFs *fs, HvfsNode node, const HvfsObject *object, GString *out, GError **error)
{
  hvfs_show_line (out, object->moref);
  return TRUE;
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
  g_set_error (error, HVFS_ERROR, EIO, "the server does not report the object's %s", what);
  return FALSE;
}
