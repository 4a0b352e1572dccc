/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wire/share.c - values that a reply says again and again; see share.h
 *
 * Two tables, of leaves and of nodes, each value at the place that its hash says.  A
 * node is compared by its children's addresses, which are the same if they are shared.
 */
#include "backend/wire/share.h"

#define N_PLACES 1024 /* a power of two */
#define MAX_TEXT 48
#define MAX_CHILDREN 12

struct _HvfsShare
{
  HvfsValue *leaves[N_PLACES]; /* owned; nullable */
  HvfsValue *nodes[N_PLACES];  /* likewise */
};

HvfsShare *
hvfs_share_new (void)
{
  return g_new0 (HvfsShare, 1);
}

void
hvfs_share_free (HvfsShare *share)
{
  if (share == NULL)
    return;
  for (guint i = 0; i < N_PLACES; i++)
    {
      hvfs_value_unref (share->leaves[i]);
      hvfs_value_unref (share->nodes[i]);
    }
  g_free (share);
}

static guint64
mix (guint64 hash, guint64 more)
{
  hash = (hash ^ more) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  return hash ^ (hash >> 29);
}

static guint64
hash_of_names (HvfsName *name, HvfsName *type)
{
  return mix ((guint64) (gsize) name, (guint64) (gsize) type);
}

/* Puts @value there in place of what was, with a reference of the table's own. */
static HvfsValue *
keep (HvfsValue **place, HvfsValue *value)
{
  hvfs_value_unref (*place);
  *place = hvfs_value_ref (value);
  return value;
}

HvfsValue *
hvfs_share_leaf (HvfsShare *share, HvfsName *name, HvfsName *type, const char *text, gsize len)
{
  guint64 hash = hash_of_names (name, type);
  HvfsValue **place;

  if (len > MAX_TEXT)
    return hvfs_value_new_leaf_interned (name, type, text, len);
  for (gsize i = 0; i < len; i++)
    hash = hash * 31 + (guchar) text[i];
  place = &share->leaves[mix (hash, len) % N_PLACES];
  if (hvfs_value_is_leaf (*place, name, type, text, len))
    return hvfs_value_ref (*place);
  return keep (place, hvfs_value_new_leaf_interned (name, type, text, len));
}

HvfsValue *
hvfs_share_node (HvfsShare *share, HvfsName *name, HvfsName *type, HvfsValue *const *children,
                 guint n_children)
{
  guint64 hash = hash_of_names (name, type);
  HvfsValue **place;

  if (n_children == 0 || n_children > MAX_CHILDREN)
    return hvfs_value_new_node_interned (name, type, children, n_children);
  for (guint i = 0; i < n_children; i++)
    hash = mix (hash, (guint64) (gsize) children[i]);
  place = &share->nodes[hash % N_PLACES];
  if (!hvfs_value_is_node (*place, name, type, children, n_children))
    return keep (place, hvfs_value_new_node_interned (name, type, children, n_children));
  for (guint i = 0; i < n_children; i++)
    hvfs_value_unref (children[i]);
  return hvfs_value_ref (*place);
}
