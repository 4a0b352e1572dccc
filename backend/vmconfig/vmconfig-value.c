/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-value.c - devices with a change in them; see vmconfig-value.h */
#include "backend/vmconfig/vmconfig-value.h"

#include <string.h>

#include "backend/vmconfig/vmconfig-schema.h"

/* What the schema knows it by. */
static const char *
type_of (const HvfsValue *object)
{
  const char *type = hvfs_value_type (object);

  return type != NULL ? type : hvfs_value_name (object);
}

static gboolean
is_called (const HvfsValue *value, const char *name)
{
  return strcmp (hvfs_value_name (value), name) == 0;
}

HvfsValue *
hvfs_vm_value_new (const char *name, const char *type)
{
  return hvfs_value_new_node (name, type, NULL, 0);
}

/* @children: of HvfsValue (transfer full) */
static void
rebuild (HvfsValue **object, const char *type, const GPtrArray *children)
{
  HvfsValue *before = *object;

  *object = hvfs_value_new_node (hvfs_value_name (before), type,
                                 (HvfsValue *const *) children->pdata, children->len);
  hvfs_value_unref (before);
}

void
hvfs_vm_value_put (HvfsValue **object, HvfsValue *child)
{
  g_autoptr (GPtrArray) children = g_ptr_array_new ();
  const char *name = hvfs_value_name (child);
  int place = hvfs_vim_field_rank (type_of (*object), name), rank = -1;
  gboolean placed = FALSE;

  for (guint i = 0; i < hvfs_value_n_children (*object); i++)
    {
      HvfsValue *other = hvfs_value_nth (*object, i);
      /* A field that is newer than the schema here stays behind the one before it. */
      int other_rank = hvfs_vim_field_rank (type_of (*object), hvfs_value_name (other));

      rank = MAX (rank, other_rank);
      if (!placed && (is_called (other, name) || (place >= 0 && rank > place)))
        {
          g_ptr_array_add (children, child);
          placed = TRUE;
        }
      if (!is_called (other, name))
        g_ptr_array_add (children, hvfs_value_ref (other));
    }
  if (!placed)
    g_ptr_array_add (children, child);
  rebuild (object, hvfs_value_type (*object), children);
}

typedef gboolean (*Keep) (const HvfsValue *object, const HvfsValue *field, const char *name);

static void
filter (HvfsValue **object, const char *type, Keep keep, const char *name)
{
  g_autoptr (GPtrArray) children = g_ptr_array_new ();

  for (guint i = 0; i < hvfs_value_n_children (*object); i++)
    {
      HvfsValue *field = hvfs_value_nth (*object, i);

      if (keep (*object, field, name))
        g_ptr_array_add (children, hvfs_value_ref (field));
    }
  rebuild (object, type, children);
}

static gboolean
is_other (const HvfsValue *object G_GNUC_UNUSED, const HvfsValue *field, const char *name)
{
  return !is_called (field, name);
}

void
hvfs_vm_value_drop (HvfsValue **object, const char *name)
{
  filter (object, hvfs_value_type (*object), is_other, name);
}

static gboolean
is_no_follower (const HvfsValue *object G_GNUC_UNUSED, const HvfsValue *field, const char *name)
{
  return !hvfs_vim_field_follows (hvfs_value_name (field), name);
}

void
hvfs_vm_value_set (HvfsValue **object, const char *name, const char *text)
{
  const char *before = hvfs_value_text (*object, name);

  if (before != NULL && strcmp (before, text) == 0)
    return;
  filter (object, hvfs_value_type (*object), is_no_follower, name);
  hvfs_vm_value_put (object, hvfs_value_new_leaf (name, NULL, text, strlen (text)));
}

void
hvfs_vm_value_set_int (HvfsValue **object, const char *name, gint64 number)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, number);

  hvfs_vm_value_set (object, name, text);
}

void
hvfs_vm_value_set_bool (HvfsValue **object, const char *name, gboolean yes)
{
  hvfs_vm_value_set (object, name, yes ? "true" : "false");
}

/* What the schema here does not know the server shall judge: it refuses what it has not,
 * and to leave it out would be a loss that nobody hears of. */
static gboolean
has_field (const HvfsValue *object, const HvfsValue *field, const char *type)
{
  const char *name = hvfs_value_name (field);

  return hvfs_vim_field_rank (type, name) >= 0
         || (hvfs_vim_type_is_known (type_of (object))
             && hvfs_vim_field_rank (type_of (object), name) < 0);
}

void
hvfs_vm_value_become (HvfsValue **object, const char *type)
{
  if (g_strcmp0 (hvfs_value_type (*object), type) != 0)
    filter (object, type, has_field, type);
}

gboolean
hvfs_vm_value_can (const HvfsValue *object, const char *name)
{
  return hvfs_value_get (object, name) != NULL || hvfs_vim_field_rank (type_of (object), name) >= 0;
}
