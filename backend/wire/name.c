/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wire/name.c - interned, counted names; see name.h
 *
 * The count reaches zero only under the lock, and whoever finds a name in the
 * table holds the same lock: nothing dead is ever handed out.
 */
#include "backend/wire/name.h"

#include <string.h>

typedef struct
{
  gint refs;        /* atomic; from 1 to 0 only under the lock */
  guint len;
  const char *text; /* own[], or in a key for a look-up the caller's bytes */
  char own[];
} Entry;

static GMutex lock;
static GHashTable *names; /* lock: set of Entry, owned */

static guint
entry_hash (gconstpointer key)
{
  const Entry *entry = key;
  guint hash = 5381;

  for (guint i = 0; i < entry->len; i++)
    hash = hash * 33 + (guchar) entry->text[i];
  return hash;
}

static gboolean
entry_equal (gconstpointer a, gconstpointer b)
{
  const Entry *x = a, *y = b;

  return x->len == y->len && memcmp (x->text, y->text, x->len) == 0;
}

static Entry *
entry_new (const char *text, guint len)
{
  Entry *entry = g_malloc (sizeof *entry + len + 1);

  entry->refs = 1;
  entry->len = len;
  entry->text = entry->own;
  memcpy (entry->own, text, len);
  entry->own[len] = '\0';
  return entry;
}

static Entry *
entry_of (HvfsName *name)
{
  return (Entry *) (gpointer) (name - G_STRUCT_OFFSET (Entry, own));
}

HvfsName *
hvfs_name_intern (const char *text, gsize len)
{
  const Entry key = { .len = (guint) len, .text = text };
  Entry *entry;

  g_return_val_if_fail (len < G_MAXUINT, NULL);
  g_mutex_lock (&lock);
  if (names == NULL)
    names = g_hash_table_new_full (entry_hash, entry_equal, g_free, NULL);
  entry = g_hash_table_lookup (names, &key);
  if (entry != NULL)
    g_atomic_int_inc (&entry->refs);
  else
    g_hash_table_add (names, entry = entry_new (text, (guint) len));
  g_mutex_unlock (&lock);
  return entry->own;
}

HvfsName *
hvfs_name_ref (HvfsName *name)
{
  if (name != NULL)
    g_atomic_int_inc (&entry_of (name)->refs);
  return name;
}

void
hvfs_name_unref (HvfsName *name)
{
  Entry *entry;
  gint refs;

  if (name == NULL)
    return;
  entry = entry_of (name);
  refs = g_atomic_int_get (&entry->refs);
  while (refs > 1)
    {
      if (g_atomic_int_compare_and_exchange (&entry->refs, refs, refs - 1))
        return;
      refs = g_atomic_int_get (&entry->refs);
    }
  g_mutex_lock (&lock);
  if (g_atomic_int_dec_and_test (&entry->refs))
    g_hash_table_remove (names, entry);
  g_mutex_unlock (&lock);
}

guint
hvfs_name_count (void)
{
  guint n;

  g_mutex_lock (&lock);
  n = names != NULL ? g_hash_table_size (names) : 0;
  g_mutex_unlock (&lock);
  return n;
}
