/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wire/value.c - immutable value trees; see value.h
 *
 * A value is one block: the head below, then its text or its children's
 * addresses.  Names and types are interned, so that a leaf costs its text and
 * 24 bytes.
 */
#include "backend/wire/value.h"

#include <errno.h>
#include <string.h>

struct _HvfsValue
{
  gint refs;       /* atomic */
  guint is_node : 1;
  guint n : 31;    /* children of a node, bytes of a leaf's text */
  HvfsName *name;
  HvfsName *type;  /* nullable */
};

G_STATIC_ASSERT (sizeof (HvfsValue) % sizeof (gpointer) == 0);

static const char *
text_of (const HvfsValue *leaf)
{
  return (const char *) (leaf + 1);
}

static HvfsValue **
children_of (const HvfsValue *node)
{
  return (HvfsValue **) (node + 1);
}

static HvfsValue *
value_new (HvfsName *name, HvfsName *type, gboolean is_node, guint n, gsize payload)
{
  HvfsValue *value = g_malloc (sizeof *value + payload);

  value->refs = 1;
  value->is_node = is_node;
  value->n = n;
  value->name = hvfs_name_ref (name);
  value->type = hvfs_name_ref (type);
  return value;
}

HvfsValue *
hvfs_value_new_leaf_interned (HvfsName *name, HvfsName *type, const char *text, gsize len)
{
  HvfsValue *value;
  char *own;

  g_return_val_if_fail (len <= G_MAXINT32, NULL);
  value = value_new (name, type, FALSE, (guint) len, len + 1);
  own = (char *) (value + 1);
  if (len > 0)
    memcpy (own, text, len);
  own[len] = '\0';
  return value;
}

HvfsValue *
hvfs_value_new_node_interned (HvfsName *name, HvfsName *type,
                              HvfsValue *const *children, guint n_children)
{
  HvfsValue *value;

  if (n_children == 0)
    return hvfs_value_new_leaf_interned (name, type, "", 0);
  g_return_val_if_fail (n_children <= G_MAXINT32, NULL);
  value = value_new (name, type, TRUE, n_children, n_children * sizeof *children);
  memcpy (children_of (value), children, n_children * sizeof *children);
  return value;
}

static HvfsName *
intern (const char *text)
{
  return text != NULL ? hvfs_name_intern (text, strlen (text)) : NULL;
}

HvfsValue *
hvfs_value_new_leaf (const char *name, const char *type, const char *text, gsize len)
{
  HvfsName *own_name = intern (name), *own_type = intern (type);
  HvfsValue *value = hvfs_value_new_leaf_interned (own_name, own_type, text, len);

  hvfs_name_unref (own_name);
  hvfs_name_unref (own_type);
  return value;
}

HvfsValue *
hvfs_value_new_node (const char *name, const char *type,
                     HvfsValue *const *children, guint n_children)
{
  HvfsName *own_name = intern (name), *own_type = intern (type);
  HvfsValue *value = hvfs_value_new_node_interned (own_name, own_type, children, n_children);

  hvfs_name_unref (own_name);
  hvfs_name_unref (own_type);
  return value;
}

gboolean
hvfs_value_is_leaf (const HvfsValue *value, HvfsName *name, HvfsName *type, const char *text,
                    gsize len)
{
  return value != NULL && value->name == name && value->type == type && !value->is_node
         && value->n == len && memcmp (text_of (value), text, len) == 0;
}

gboolean
hvfs_value_is_node (const HvfsValue *value, HvfsName *name, HvfsName *type,
                    HvfsValue *const *children, guint n_children)
{
  return value != NULL && value->name == name && value->type == type && value->is_node
         && value->n == n_children
         && memcmp (children_of (value), children, n_children * sizeof *children) == 0;
}

HvfsValue *
hvfs_value_ref (HvfsValue *value)
{
  g_atomic_int_inc (&value->refs);
  return value;
}

void
hvfs_value_unref (HvfsValue *value)
{
  if (value == NULL || !g_atomic_int_dec_and_test (&value->refs))
    return;
  for (guint i = 0; value->is_node && i < value->n; i++)
    hvfs_value_unref (children_of (value)[i]);
  hvfs_name_unref (value->name);
  hvfs_name_unref (value->type);
  g_free (value);
}

const char *
hvfs_value_name (const HvfsValue *value)
{
  return value != NULL ? value->name : NULL;
}

const char *
hvfs_value_type (const HvfsValue *value)
{
  return value != NULL ? value->type : NULL;
}

guint
hvfs_value_n_children (const HvfsValue *value)
{
  return value != NULL && value->is_node ? value->n : 0;
}

HvfsValue *
hvfs_value_nth (const HvfsValue *value, guint n)
{
  return n < hvfs_value_n_children (value) ? children_of (value)[n] : NULL;
}

static HvfsValue *
child_named (const HvfsValue *value, const char *name, gsize len)
{
  for (guint i = 0; i < hvfs_value_n_children (value); i++)
    {
      HvfsValue *child = children_of (value)[i];

      if (strncmp (child->name, name, len) == 0 && child->name[len] == '\0')
        return child;
    }
  return NULL;
}

HvfsValue *
hvfs_value_get (const HvfsValue *value, const char *path)
{
  while (value != NULL && path != NULL && *path != '\0')
    {
      gsize len = strcspn (path, ".");

      value = child_named (value, path, len);
      path += len + (path[len] == '.');
    }
  return (HvfsValue *) value;
}

const char *
hvfs_value_text (const HvfsValue *value, const char *path)
{
  const HvfsValue *leaf = hvfs_value_get (value, path);

  return leaf != NULL && !leaf->is_node ? text_of (leaf) : NULL;
}

gint64
hvfs_value_int (const HvfsValue *value, const char *path, gint64 fallback)
{
  const char *text = hvfs_value_text (value, path);
  char *end;
  gint64 number;

  if (text == NULL)
    return fallback;
  errno = 0;
  number = g_ascii_strtoll (text, &end, 10);
  if (end == text || errno != 0)
    return fallback;
  return end[strspn (end, " \t\r\n")] == '\0' ? number : fallback;
}

gboolean
hvfs_value_bool (const HvfsValue *value, const char *path)
{
  const char *text = hvfs_value_text (value, path);

  return g_strcmp0 (text, "true") == 0 || g_strcmp0 (text, "1") == 0;
}

gint64
hvfs_value_time_us (const HvfsValue *value, const char *path)
{
  const char *text = hvfs_value_text (value, path);
  g_autoptr (GTimeZone) utc = NULL;
  g_autoptr (GDateTime) time = NULL;

  if (text == NULL)
    return 0;
  utc = g_time_zone_new_utc ();
  time = g_date_time_new_from_iso8601 (text, utc);
  if (time == NULL)
    return 0;
  return g_date_time_to_unix (time) * G_USEC_PER_SEC + g_date_time_get_microsecond (time);
}

static gboolean
same_contents (const HvfsValue *a, const HvfsValue *b)
{
  if (a->type != b->type || a->is_node != b->is_node || a->n != b->n)
    return FALSE;
  if (!a->is_node)
    return memcmp (text_of (a), text_of (b), a->n) == 0;
  for (guint i = 0; i < a->n; i++)
    {
      const HvfsValue *x = children_of (a)[i], *y = children_of (b)[i];

      if (x != y && (x->name != y->name || !same_contents (x, y)))
        return FALSE;
    }
  return TRUE;
}

gboolean
hvfs_value_equal (const HvfsValue *a, const HvfsValue *b)
{
  return a == b || (a != NULL && b != NULL && same_contents (a, b));
}
