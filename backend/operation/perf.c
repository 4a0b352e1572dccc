/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/perf.c - the newest figures of performance counters; see perf.h */
#include "backend/operation/perf.h"

#include <string.h>

#include "backend/mirror/retrieve.h"
#include "backend/wire/fault.h"
#include "convert/error.h"

#define INTERVAL_S 20   /* what hosts keep for the last hour */
#define MAX_OBJECTS 500 /* in one query: some MB of answer */
#define MAX_SPLITS 20   /* of queries that fail, in all */

struct _HvfsPerf
{
  HvfsSession *session;
  GMutex lock;
  GHashTable *numbers; /* lock: "cpu.ready.summation" -> its number; NULL: not known yet */
  guint generation;    /* lock: of the session that said so */
};

/* What one call of hvfs_perf_query goes through. */
typedef struct
{
  HvfsPerf *perf;
  const char *manager, *type;
  GArray *numbers; /* gint64, by the caller's indices; 0: the server has none */
  HvfsPerfFunc func;
  gpointer data;
  GCancellable *cancellable;
  guint n_splits, n_answers;
  GError *refusal; /* (nullable): the last */
} Query;

HvfsPerf *
hvfs_perf_new (HvfsSession *session)
{
  HvfsPerf *perf = g_new0 (HvfsPerf, 1);

  perf->session = session;
  g_mutex_init (&perf->lock);
  return perf;
}

void
hvfs_perf_free (HvfsPerf *perf)
{
  if (perf == NULL)
    return;
  g_clear_pointer (&perf->numbers, g_hash_table_unref);
  g_mutex_clear (&perf->lock);
  g_free (perf);
}

/* ---- the counters' numbers ---- */

static void
add_number (GHashTable *numbers, const HvfsValue *counter)
{
  const char *group = hvfs_value_text (counter, "groupInfo.key");
  const char *name = hvfs_value_text (counter, "nameInfo.key");
  const char *rollup = hvfs_value_text (counter, "rollupType");
  gint64 number = hvfs_value_int (counter, "key", 0);

  if (group != NULL && name != NULL && rollup != NULL && number > 0)
    g_hash_table_insert (numbers, g_strconcat (group, ".", name, ".", rollup, NULL),
                         GSIZE_TO_POINTER (number));
}

static GHashTable *
fetch_numbers (HvfsPerf *perf, const char *manager, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (HvfsValue) counters = hvfs_retrieve_property (
    perf->session, "PerformanceManager", manager, "perfCounter", &failure);
  GHashTable *numbers;

  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  numbers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < hvfs_value_n_children (counters); i++)
    add_number (numbers, hvfs_value_nth (counters, i));
  return numbers;
}

/* @ret: gint64, as many as @counters */
static gboolean
lookup_numbers (HvfsPerf *perf, const char *manager, const char *const *counters, GArray *ret,
                GError **error)
{
  guint generation = hvfs_session_get_generation (perf->session);
  GHashTable *numbers = NULL;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&perf->lock);

  if (perf->numbers == NULL || perf->generation != generation)
    {
      g_clear_pointer (&locker, g_mutex_locker_free);
      numbers = fetch_numbers (perf, manager, error);
      if (numbers == NULL)
        return FALSE;
      locker = g_mutex_locker_new (&perf->lock);
      g_clear_pointer (&perf->numbers, g_hash_table_unref);
      perf->numbers = numbers;
      perf->generation = generation;
    }
  for (guint i = 0; counters[i] != NULL; i++)
    {
      gint64 number = GPOINTER_TO_SIZE (g_hash_table_lookup (perf->numbers, counters[i]));

      g_array_append_val (ret, number);
    }
  return TRUE;
}

/* ---- queries ---- */

static HvfsRequest *
new_request (const Query *query, GPtrArray *morefs, guint first, guint n)
{
  HvfsRequest *request = hvfs_request_new ("QueryPerf", "PerformanceManager", query->manager);

  for (guint i = first; i < first + n; i++)
    {
      hvfs_request_open (request, "querySpec", NULL);
      hvfs_request_moref (request, "entity", query->type, morefs->pdata[i]);
      hvfs_request_int (request, "maxSample", 1);
      for (guint j = 0; j < query->numbers->len; j++)
        {
          gint64 number = g_array_index (query->numbers, gint64, j);

          if (number == 0)
            continue;
          hvfs_request_open (request, "metricId", NULL);
          hvfs_request_int (request, "counterId", number);
          hvfs_request_text (request, "instance", "");
          hvfs_request_close (request);
        }
      hvfs_request_int (request, "intervalId", INTERVAL_S);
      hvfs_request_close (request);
    }
  return request;
}

static void
read_series (const Query *query, const char *moref, const HvfsValue *series)
{
  gint64 number = hvfs_value_int (series, "id.counterId", 0);
  const char *instance = hvfs_value_text (series, "id.instance");
  const HvfsValue *last = NULL;

  for (guint i = 0; i < hvfs_value_n_children (series); i++)
    if (strcmp (hvfs_value_name (hvfs_value_nth (series, i)), "value") == 0)
      last = hvfs_value_nth (series, i);
  if (last == NULL || number == 0 || (instance != NULL && *instance != '\0'))
    return;
  /* -1 stands for a figure that the host has not. */
  for (guint i = 0; i < query->numbers->len; i++)
    if (g_array_index (query->numbers, gint64, i) == number && hvfs_value_int (last, NULL, -1) >= 0)
      query->func (moref, i, hvfs_value_int (last, NULL, -1), query->data);
}

static void
read_reply (const Query *query, const HvfsValue *reply)
{
  for (guint i = 0; i < hvfs_value_n_children (reply); i++)
    {
      HvfsValue *entity = hvfs_value_nth (reply, i);
      const char *moref = hvfs_value_text (entity, "entity");

      for (guint j = 0; moref != NULL && j < hvfs_value_n_children (entity); j++)
        if (strcmp (hvfs_value_name (hvfs_value_nth (entity, j)), "value") == 0)
          read_series (query, moref, hvfs_value_nth (entity, j));
    }
}

/* One object can fail a query, and a server may allow fewer at once: then each half of them is
 * asked for by itself.  One that fails alone is left out. */
static gboolean
run (Query *query, GPtrArray *morefs, guint first, guint n, GError **error)
{
  g_autoptr (HvfsRequest) request = new_request (query, morefs, first, n);
  g_autoptr (GError) failure = NULL;
  g_autoptr (HvfsValue) reply = hvfs_session_call (query->perf->session, request, HVFS_CALL_READ,
                                                   0, query->cancellable, &failure);

  if (reply != NULL)
    {
      read_reply (query, reply);
      query->n_answers++;
      return TRUE;
    }
  if (hvfs_error_fault (failure) != NULL && query->n_splits++ < MAX_SPLITS)
    {
      g_clear_error (&query->refusal);
      query->refusal = g_steal_pointer (&failure);
      return n == 1
             || (run (query, morefs, first, n / 2, error)
                 && run (query, morefs, first + n / 2, n - n / 2, error));
    }
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

gboolean
hvfs_perf_query (HvfsPerf *perf, const char *type, GPtrArray *morefs,
                 const char *const *counters, HvfsPerfFunc func, gpointer data,
                 GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsValue) content = hvfs_session_ref_content (perf->session);
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (gint64));
  Query query = { perf, hvfs_value_text (content, "perfManager"), type, numbers, func, data,
                  cancellable, 0, 0, NULL };
  gboolean ok = TRUE;

  if (query.manager == NULL || morefs->len == 0)
    return TRUE;
  if (!lookup_numbers (perf, query.manager, counters, numbers, error))
    return FALSE;
  for (guint i = 0; ok && i < morefs->len; i += MAX_OBJECTS)
    ok = run (&query, morefs, i, MIN (MAX_OBJECTS, morefs->len - i), error);
  if (ok && query.n_answers == 0)
    {
      g_propagate_error (error, g_steal_pointer (&query.refusal));
      ok = FALSE;
    }
  g_clear_error (&query.refusal);
  return ok;
}
