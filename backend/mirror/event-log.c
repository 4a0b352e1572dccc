/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/mirror/event-log.c - the latest events, each once; see event-log.h */
#include "backend/mirror/event-log.h"

#include <string.h>

/* What a reader may fall behind before it misses something, and what is kept for that. */
#define MAX_EVENTS 16384
#define MAX_BYTES (8 << 20)

struct _HvfsEventLog
{
  GPtrArray *ring;    /* HvfsEvent, each at its number modulo MAX_EVENTS */
  guint64 first, end;
  gsize bytes;
  GHashTable *keys;   /* of events in the ring -> its number modulo MAX_EVENTS, the last one's */
  gboolean has_floor;
  gint32 floor;       /* what has this key or an older one is not new */
  gint32 last_key;
  gint64 last_us;
};

/* ---- one event ---- */

static gint32
key_of (const HvfsValue *value)
{
  return (gint32) hvfs_value_int (value, "key", 0);
}

/* Keys are as of a clock that wraps around. */
static gboolean
is_later (gint32 a, gint32 b)
{
  return (gint32) ((guint32) a - (guint32) b) > 0;
}

HvfsEvent *
hvfs_event_new (const HvfsValue *value, char *line)
{
  HvfsEvent *event = g_new0 (HvfsEvent, 1);

  event->key = key_of (value);
  event->time_us = hvfs_value_time_us (value, "createdTime");
  event->vm = g_strdup (hvfs_value_text (value, "vm.vm"));
  event->host = g_strdup (hvfs_value_text (value, "host.host"));
  event->line = line;
  return event;
}

void
hvfs_event_free (HvfsEvent *event)
{
  g_free (event->vm);
  g_free (event->host);
  g_free (event->line);
  g_free (event);
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  gint32 x = key_of (*(HvfsValue *const *) a), y = key_of (*(HvfsValue *const *) b);

  return x == y ? 0 : is_later (x, y) ? 1 : -1;
}

GPtrArray *
hvfs_event_sort (const HvfsValue *page)
{
  GPtrArray *sorted = g_ptr_array_new ();

  for (guint i = 0; i < hvfs_value_n_children (page); i++)
    if (hvfs_value_get (hvfs_value_nth (page, i), "key") != NULL)
      g_ptr_array_add (sorted, hvfs_value_nth (page, i));
  g_ptr_array_sort (sorted, compare);
  return sorted;
}

/* ---- the log ---- */

HvfsEventLog *
hvfs_event_log_new (void)
{
  HvfsEventLog *log = g_new0 (HvfsEventLog, 1);

  log->ring = g_ptr_array_new ();
  g_ptr_array_set_size (log->ring, MAX_EVENTS);
  log->keys = g_hash_table_new (NULL, NULL);
  return log;
}

void
hvfs_event_log_free (HvfsEventLog *log)
{
  hvfs_event_log_clear (log);
  g_ptr_array_unref (log->ring);
  g_hash_table_unref (log->keys);
  g_free (log);
}

/* (nullable): the last one in the log with this key */
static const HvfsEvent *
find (const HvfsEventLog *log, gint32 key)
{
  gpointer at;

  return g_hash_table_lookup_extended (log->keys, GINT_TO_POINTER (key), NULL, &at)
           ? log->ring->pdata[GPOINTER_TO_UINT (at)] : NULL;
}

static gboolean
knows (const HvfsEventLog *log, gint32 key)
{
  return find (log, key) != NULL;
}

/* A key that was given twice: the times say so. */
static gboolean
is_other (const HvfsEvent *known, const HvfsValue *value)
{
  gint64 time_us = hvfs_value_time_us (value, "createdTime");

  return known->time_us != 0 && time_us != 0 && known->time_us != time_us;
}

gboolean
hvfs_event_log_is_new (const HvfsEventLog *log, const HvfsValue *value)
{
  gint32 key = key_of (value);
  const HvfsEvent *known = find (log, key);

  return (known == NULL || is_other (known, value))
         && (!log->has_floor || is_later (key, log->floor));
}

gboolean
hvfs_event_log_has_gap (const HvfsEventLog *log, const GPtrArray *sorted)
{
  gint32 oldest = sorted->len == 0 ? 0 : key_of (sorted->pdata[0]);

  return sorted->len > 0 && log->has_floor && !knows (log, oldest) && is_later (oldest, log->last_key);
}

gboolean
hvfs_event_log_begins_anew (const HvfsEventLog *log, const GPtrArray *sorted)
{
  const HvfsValue *newest = sorted->len == 0 ? NULL : sorted->pdata[sorted->len - 1];

  for (guint i = 0; i < sorted->len; i++)
    {
      const HvfsEvent *known = find (log, key_of (sorted->pdata[i]));

      if (known != NULL && is_other (known, sorted->pdata[i]))
        return TRUE;
    }
  return newest != NULL && log->has_floor && !knows (log, key_of (newest))
         && !is_later (key_of (newest), log->last_key)
         && hvfs_value_time_us (newest, "createdTime") > log->last_us;
}

void
hvfs_event_log_begin_anew (HvfsEventLog *log)
{
  log->has_floor = FALSE;
}

void
hvfs_event_log_clear (HvfsEventLog *log)
{
  for (; log->first < log->end; log->first++)
    hvfs_event_free (log->ring->pdata[log->first % MAX_EVENTS]);
  log->bytes = 0;
  g_hash_table_remove_all (log->keys);
  log->has_floor = FALSE;
}

static void
drop_oldest (HvfsEventLog *log)
{
  HvfsEvent *event = log->ring->pdata[log->first++ % MAX_EVENTS];

  /* Unless a later one has taken its key. */
  if (find (log, event->key) == event)
    {
      g_hash_table_remove (log->keys, GINT_TO_POINTER (event->key));
      if (!is_later (event->key, log->last_key) && is_later (event->key, log->floor))
        log->floor = event->key;
    }
  log->bytes -= strlen (event->line);
  hvfs_event_free (event);
}

void
hvfs_event_log_add (HvfsEventLog *log, HvfsEvent *event)
{
  while (log->end - log->first == MAX_EVENTS || (log->end > log->first && log->bytes > MAX_BYTES))
    drop_oldest (log);
  if (!log->has_floor)
    {
      log->has_floor = TRUE;
      log->floor = event->key - 1;
      log->last_key = event->key;
      log->last_us = 0;
    }
  if (is_later (event->key, log->last_key))
    log->last_key = event->key;
  log->last_us = MAX (log->last_us, event->time_us);
  /* What only says that others were missed has no time, and the key of the one before. */
  if (event->time_us != 0 || !knows (log, event->key))
    g_hash_table_insert (log->keys, GINT_TO_POINTER (event->key),
                         GUINT_TO_POINTER ((guint) (log->end % MAX_EVENTS)));
  log->bytes += strlen (event->line);
  log->ring->pdata[log->end++ % MAX_EVENTS] = event;
}

gint64
hvfs_event_log_get_time_us (const HvfsEventLog *log)
{
  return log->last_us;
}

gint32
hvfs_event_log_get_key (const HvfsEventLog *log)
{
  return log->last_key;
}

guint64
hvfs_event_log_get_end (const HvfsEventLog *log, guint64 *ret_first)
{
  *ret_first = log->first;
  return log->end;
}

const HvfsEvent *
hvfs_event_log_get (const HvfsEventLog *log, guint64 number)
{
  return log->ring->pdata[number % MAX_EVENTS];
}
