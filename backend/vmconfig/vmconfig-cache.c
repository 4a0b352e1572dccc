/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-cache.c - texts of configurations, within a budget */
#include "backend/vmconfig/vmconfig-cache.h"

/* So many versions are remembered by their texts. */
#define PAST 4

typedef struct
{
  char *version;
  guint hash;
} Past;

typedef struct
{
  guint32 serial;
  gboolean running;
  gsize size;
  gint64 vmx_bytes;
  GBytes *text;    /* nullable: it was dropped */
  GList link;      /* in the cache's queue, while there is a text */
  Past past[PAST]; /* the present one first */
} Entry;

struct _HvfsVmCache
{
  GHashTable *entries; /* serial -> Entry, owned */
  GQueue texts;        /* of Entry; the next to go is the head */
  gsize budget, used;
};

static void
drop_text (HvfsVmCache *cache, Entry *entry)
{
  if (entry->text == NULL)
    return;
  g_queue_unlink (&cache->texts, &entry->link);
  cache->used -= entry->size;
  g_clear_pointer (&entry->text, g_bytes_unref);
}

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  for (guint i = 0; i < PAST; i++)
    g_free (entry->past[i].version);
  g_free (entry);
}

HvfsVmCache *
hvfs_vm_cache_new (gsize budget_bytes)
{
  HvfsVmCache *cache = g_new0 (HvfsVmCache, 1);

  cache->entries = g_hash_table_new_full (NULL, NULL, NULL, entry_free);
  cache->budget = budget_bytes;
  g_queue_init (&cache->texts);
  return cache;
}

void
hvfs_vm_cache_free (HvfsVmCache *cache)
{
  if (cache == NULL)
    return;
  while (cache->texts.head != NULL)
    drop_text (cache, cache->texts.head->data);
  g_hash_table_unref (cache->entries);
  g_free (cache);
}

static Entry *
lookup (HvfsVmCache *cache, guint32 serial)
{
  return g_hash_table_lookup (cache->entries, GUINT_TO_POINTER (serial));
}

static void
remember (Entry *entry, const char *version, guint hash)
{
  if (g_strcmp0 (entry->past[0].version, version) == 0 && entry->past[0].hash == hash)
    return;
  g_free (entry->past[PAST - 1].version);
  for (guint i = PAST - 1; i > 0; i--)
    entry->past[i] = entry->past[i - 1];
  entry->past[0] = (Past){ g_strdup (version), hash };
}

void
hvfs_vm_cache_put (HvfsVmCache *cache, guint32 serial, const char *version, gboolean running,
                   GBytes *text, gint64 vmx_bytes)
{
  Entry *entry = lookup (cache, serial);

  if (entry == NULL)
    {
      entry = g_new0 (Entry, 1);
      entry->serial = serial;
      entry->link.data = entry;
      g_hash_table_insert (cache->entries, GUINT_TO_POINTER (serial), entry);
    }
  drop_text (cache, entry);
  remember (entry, version, g_bytes_hash (text));
  entry->running = running;
  entry->size = g_bytes_get_size (text);
  entry->vmx_bytes = vmx_bytes;
  if (entry->size > cache->budget)
    return;
  entry->text = g_bytes_ref (text);
  cache->used += entry->size;
  g_queue_push_tail_link (&cache->texts, &entry->link);
  while (cache->used > cache->budget)
    drop_text (cache, cache->texts.head->data);
}

const char *
hvfs_vm_cache_version (HvfsVmCache *cache, guint32 serial, gboolean *ret_running)
{
  Entry *entry = lookup (cache, serial);

  if (entry == NULL)
    return NULL;
  *ret_running = entry->running;
  return entry->past[0].version;
}

gsize
hvfs_vm_cache_size (HvfsVmCache *cache, guint32 serial)
{
  return lookup (cache, serial)->size;
}

gint64
hvfs_vm_cache_vmx_size (HvfsVmCache *cache, guint32 serial)
{
  return lookup (cache, serial)->vmx_bytes;
}

gboolean
hvfs_vm_cache_has_text (HvfsVmCache *cache, guint32 serial)
{
  Entry *entry = lookup (cache, serial);

  return entry != NULL && entry->text != NULL;
}

GBytes *
hvfs_vm_cache_get (HvfsVmCache *cache, guint32 serial)
{
  Entry *entry = lookup (cache, serial);

  if (entry == NULL || entry->text == NULL)
    return NULL;
  g_queue_unlink (&cache->texts, &entry->link);
  g_queue_push_tail_link (&cache->texts, &entry->link);
  return g_bytes_ref (entry->text);
}

const char *
hvfs_vm_cache_version_of (HvfsVmCache *cache, guint32 serial, GBytes *text)
{
  Entry *entry = lookup (cache, serial);
  guint hash = g_bytes_hash (text);

  for (guint i = 0; entry != NULL && i < PAST; i++)
    if (entry->past[i].version != NULL && entry->past[i].hash == hash)
      return entry->past[i].version;
  return NULL;
}

guint
hvfs_vm_cache_count (HvfsVmCache *cache)
{
  return g_hash_table_size (cache->entries);
}

void
hvfs_vm_cache_sweep (HvfsVmCache *cache, gboolean (*keep) (guint32 serial, gpointer data),
                     gpointer data)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, cache->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (!keep (((Entry *) value)->serial, data))
      {
        drop_text (cache, value);
        g_hash_table_iter_remove (&iter);
      }
}
