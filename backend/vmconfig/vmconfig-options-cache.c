/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-options-cache.c - see vmconfig-options-cache.h */
#include "backend/vmconfig/vmconfig-options-cache.h"

#include <string.h>

#include "backend/vmconfig/vmconfig-disks.h"

#define BUDGET_BYTES (16 * 1024 * 1024)
/* What one takes beside its texts. */
#define OPTION_BYTES 64
#define DISK_BYTES 512

typedef struct
{
  guint32 serial;
  char *version;
  gboolean running;
  GPtrArray *options;
  char *media;
  GPtrArray *disks;
  gsize bytes;
  GList link; /* in the cache's queue */
} Entry;

struct _HvfsOptionsCache
{
  GHashTable *entries; /* serial -> Entry, owned */
  GQueue queue;        /* of Entry; the next to go is the head */
  gsize bytes;
};

static void
option_free (gpointer data)
{
  HvfsOption *option = data;

  g_ref_string_release (option->key);
  g_free (option->value);
  g_free (option);
}

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_ptr_array_unref (entry->options);
  g_free (entry->version);
  g_ptr_array_unref (entry->disks);
  g_free (entry->media);
  g_free (entry);
}

HvfsOptionsCache *
hvfs_options_cache_new (void)
{
  HvfsOptionsCache *cache = g_new0 (HvfsOptionsCache, 1);

  cache->entries = g_hash_table_new_full (NULL, NULL, NULL, entry_free);
  g_queue_init (&cache->queue);
  return cache;
}

void
hvfs_options_cache_free (HvfsOptionsCache *cache)
{
  g_hash_table_unref (cache->entries);
  g_free (cache);
}

static void
drop (HvfsOptionsCache *cache, Entry *entry)
{
  g_queue_unlink (&cache->queue, &entry->link);
  cache->bytes -= entry->bytes;
  g_hash_table_remove (cache->entries, GUINT_TO_POINTER (entry->serial));
}

static int
by_key (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(HvfsOption *const *) a)->key, (*(HvfsOption *const *) b)->key);
}

/* (transfer full): sorted; of a key that is there twice the first counts. */
static GPtrArray *
options_in (const HvfsValue *value)
{
  GPtrArray *options = g_ptr_array_new_with_free_func (option_free);

  for (guint i = 0; i < hvfs_value_n_children (value); i++)
    {
      const HvfsValue *child = hvfs_value_nth (value, i);
      const char *key = hvfs_value_text (child, "key"), *text = hvfs_value_text (child, "value");
      HvfsOption *option;

      if ((strcmp (hvfs_value_name (child), "extraConfig") != 0
           && strcmp (hvfs_value_name (child), "OptionValue") != 0)
          || key == NULL || *key == '\0')
        continue;
      option = g_new (HvfsOption, 1);
      /* All machines have the same keys. */
      *option = (HvfsOption){ g_ref_string_new_intern (key), g_strdup (text != NULL ? text : "") };
      g_ptr_array_add (options, option);
    }
  g_ptr_array_sort (options, by_key);
  for (guint i = options->len; i > 1; i--)
    if (by_key (&options->pdata[i - 2], &options->pdata[i - 1]) == 0)
      g_ptr_array_remove_index (options, i - 1);
  return options;
}

static gboolean
same_options (const GPtrArray *a, const GPtrArray *b)
{
  for (guint i = 0; i < MIN (a->len, b->len); i++)
    {
      const HvfsOption *x = a->pdata[i], *y = b->pdata[i];

      if (strcmp (x->key, y->key) != 0 || strcmp (x->value, y->value) != 0)
        return FALSE;
    }
  return a->len == b->len;
}

/* The names of the disks, and what is as large. */
static gboolean
same_disks (const GPtrArray *a, const GPtrArray *b)
{
  for (guint i = 0; i < MIN (a->len, b->len); i++)
    {
      const HvfsConfigDisk *x = a->pdata[i], *y = b->pdata[i];

      if (strcmp (x->target, y->target) != 0 || x->capacity_bytes != y->capacity_bytes)
        return FALSE;
    }
  return a->len == b->len;
}

gboolean
hvfs_options_cache_put (HvfsOptionsCache *cache, guint32 serial, const char *version,
                        gboolean running, const HvfsValue *value, char *media, GPtrArray *disks)
{
  Entry *old = g_hash_table_lookup (cache->entries, GUINT_TO_POINTER (serial));
  Entry *entry = g_new0 (Entry, 1);
  gboolean same;

  *entry = (Entry){ .serial = serial, .version = g_strdup (version), .running = running,
                    .options = options_in (value), .media = media, .disks = disks,
                    .link = { .data = entry } };
  for (guint i = 0; i < entry->options->len; i++)
    {
      const HvfsOption *option = entry->options->pdata[i];

      entry->bytes += strlen (option->value) + OPTION_BYTES;
    }
  entry->bytes += disks->len * DISK_BYTES;
  same = old != NULL && same_options (old->options, entry->options) && same_disks (old->disks, disks);
  if (old != NULL)
    drop (cache, old);
  g_hash_table_insert (cache->entries, GUINT_TO_POINTER (serial), entry);
  g_queue_push_tail_link (&cache->queue, &entry->link);
  cache->bytes += entry->bytes;
  while (cache->bytes > BUDGET_BYTES && cache->queue.length > 1)
    drop (cache, cache->queue.head->data);
  return same;
}

const char *
hvfs_options_cache_version (HvfsOptionsCache *cache, guint32 serial, gboolean *ret_running)
{
  const Entry *entry = g_hash_table_lookup (cache->entries, GUINT_TO_POINTER (serial));

  if (entry == NULL)
    return NULL;
  *ret_running = entry->running;
  return entry->version;
}

GPtrArray *
hvfs_options_cache_get (HvfsOptionsCache *cache, guint32 serial)
{
  const Entry *entry = g_hash_table_lookup (cache->entries, GUINT_TO_POINTER (serial));

  return entry->options;
}

const char *
hvfs_options_find (const GPtrArray *options, const char *key)
{
  guint low = 0, high = options->len;

  while (low < high)
    {
      guint middle = (low + high) / 2;
      const HvfsOption *option = options->pdata[middle];
      int order = strcmp (key, option->key);

      if (order == 0)
        return option->value;
      if (order < 0)
        high = middle;
      else
        low = middle + 1;
    }
  return NULL;
}

const char *
hvfs_options_cache_media (HvfsOptionsCache *cache, guint32 serial)
{
  const Entry *entry = g_hash_table_lookup (cache->entries, GUINT_TO_POINTER (serial));

  return entry->media;
}

GPtrArray *
hvfs_options_cache_disks (HvfsOptionsCache *cache, guint32 serial)
{
  const Entry *entry = g_hash_table_lookup (cache->entries, GUINT_TO_POINTER (serial));

  return entry->disks;
}
