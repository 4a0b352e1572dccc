/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wire/stats.c - counters of what a mount has cost; see stats.h */
#include "backend/wire/stats.h"

struct _HvfsStats
{
  GMutex lock;                   /* a leaf: nothing else is taken under it */
  guint64 counters[HVFS_N_STATS];
  guint64 requests;
  GHashTable *by_method;         /* char* -> guint64*, both owned */
};

static const char *const counter_names[] = {
  [HVFS_STAT_BYTES_SENT] = "bytes_sent",
  [HVFS_STAT_BYTES_RECEIVED] = "bytes_received",
  [HVFS_STAT_CONNECTIONS] = "connections",
  [HVFS_STAT_LOGINS] = "logins",
  [HVFS_STAT_FAULTS] = "faults",
  [HVFS_STAT_UPDATE_SETS] = "update_sets",
  [HVFS_STAT_OBJECT_UPDATES] = "object_updates",
  [HVFS_STAT_CACHE_HITS] = "cache_hits",
  [HVFS_STAT_CACHE_MISSES] = "cache_misses",
  [HVFS_STAT_INVALIDATIONS] = "invalidations",
  [HVFS_STAT_KERNEL_REQUESTS] = "kernel_requests",
};
G_STATIC_ASSERT (G_N_ELEMENTS (counter_names) == HVFS_N_STATS);

HvfsStats *
hvfs_stats_new (void)
{
  HvfsStats *stats = g_new0 (HvfsStats, 1);

  g_mutex_init (&stats->lock);
  stats->by_method = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return stats;
}

void
hvfs_stats_free (HvfsStats *stats)
{
  if (stats == NULL)
    return;
  g_hash_table_unref (stats->by_method);
  g_mutex_clear (&stats->lock);
  g_free (stats);
}

void
hvfs_stats_add (HvfsStats *stats, HvfsStat stat, guint64 n)
{
  g_mutex_lock (&stats->lock);
  stats->counters[stat] += n;
  g_mutex_unlock (&stats->lock);
}

guint64
hvfs_stats_get (HvfsStats *stats, HvfsStat stat)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&stats->lock);

  return stats->counters[stat];
}

void
hvfs_stats_add_request (HvfsStats *stats, const char *method)
{
  guint64 *count;

  g_mutex_lock (&stats->lock);
  count = g_hash_table_lookup (stats->by_method, method);
  if (count == NULL)
    {
      count = g_new0 (guint64, 1);
      g_hash_table_insert (stats->by_method, g_strdup (method), count);
    }
  *count += 1;
  stats->requests += 1;
  g_mutex_unlock (&stats->lock);
}

static void
print_methods_locked (HvfsStats *stats, GString *out)
{
  GList *methods = g_list_sort (g_hash_table_get_keys (stats->by_method),
                                (GCompareFunc) g_strcmp0);

  for (GList *l = methods; l != NULL; l = l->next)
    {
      const guint64 *count = g_hash_table_lookup (stats->by_method, l->data);

      g_string_append_printf (out, "request.%s=%" G_GUINT64_FORMAT "\n",
                              (const char *) l->data, *count);
    }
  g_list_free (methods);
}

void
hvfs_stats_print (HvfsStats *stats, GString *out)
{
  g_mutex_lock (&stats->lock);
  g_string_append_printf (out, "requests=%" G_GUINT64_FORMAT "\n", stats->requests);
  print_methods_locked (stats, out);
  for (guint i = 0; i < HVFS_N_STATS; i++)
    g_string_append_printf (out, "%s=%" G_GUINT64_FORMAT "\n", counter_names[i],
                            stats->counters[i]);
  g_mutex_unlock (&stats->lock);
}
