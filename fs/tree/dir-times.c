/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/tree/dir-times.c - when names last came and went; see dir-times.h */
#include "fs/tree/dir-times.h"

#define SWEEP_LEAST 1024

typedef struct
{
  guint64 ino;
  gint64 us;
} Time;

struct _HvfsDirTimes
{
  GMutex lock;
  GHashTable *times;  /* lock: the set of Time, owned, by ino */
  guint sweep_at;     /* lock: so many are swept */
  gint any;           /* atomic: there are some */
};

HvfsDirTimes *
hvfs_dir_times_new (void)
{
  HvfsDirTimes *times = g_new0 (HvfsDirTimes, 1);

  g_mutex_init (&times->lock);
  times->times = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  times->sweep_at = SWEEP_LEAST;
  return times;
}

void
hvfs_dir_times_free (HvfsDirTimes *times)
{
  if (times == NULL)
    return;
  g_hash_table_unref (times->times);
  g_mutex_clear (&times->lock);
  g_free (times);
}

void
hvfs_dir_times_touch (HvfsDirTimes *times, guint64 ino)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&times->lock);
  Time *time = g_hash_table_lookup (times->times, &ino);

  if (time == NULL)
    {
      time = g_new (Time, 1);
      time->ino = ino;
      g_hash_table_add (times->times, time);
    }
  time->us = g_get_real_time ();
  g_atomic_int_set (&times->any, TRUE);
}

gint64
hvfs_dir_times_get (HvfsDirTimes *times, guint64 ino)
{
  const Time *time;
  gint64 us;

  if (!g_atomic_int_get (&times->any))
    return 0;
  g_mutex_lock (&times->lock);
  time = g_hash_table_lookup (times->times, &ino);
  us = time == NULL ? 0 : time->us;
  g_mutex_unlock (&times->lock);
  return us;
}

void
hvfs_dir_times_sweep (HvfsDirTimes *times, gboolean (*is_there) (guint64, gpointer),
                      gpointer data)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&times->lock);
  GHashTableIter iter;
  gpointer time;

  if (g_hash_table_size (times->times) < times->sweep_at)
    return;
  g_hash_table_iter_init (&iter, times->times);
  while (g_hash_table_iter_next (&iter, &time, NULL))
    if (!is_there (((Time *) time)->ino, data))
      g_hash_table_iter_remove (&iter);
  times->sweep_at = MAX (SWEEP_LEAST, 2 * g_hash_table_size (times->times));
}
