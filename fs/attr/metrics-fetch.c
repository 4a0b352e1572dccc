/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/metrics-fetch.c - see metrics-fetch.h */
#include "fs/attr/metrics-fetch.h"

#include <string.h>

#include "backend/mirror/filter.h"
#include "backend/mirror/retrieve.h"
#include "backend/operation/perf.h"
#include "fs/fs.h"

#define BATCH 2500 /* objects of one retrieval */

static void
fetched_free (gpointer data)
{
  HvfsFetched *fetched = data;

  hvfs_value_unref (fetched->content);
  g_free (fetched);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  return strverscmp (*(char *const *) a, *(char *const *) b);
}

/* A host that is away, a machine that is off or whose host is away have no figures. */
static gboolean
has_counters (const HvfsObject *object)
{
  gboolean is_vm = object->kind == HVFS_KIND_VM;
  const char *connection = hvfs_value_text (
    hvfs_object_get (object, is_vm ? HVFS_VM_CONNECTION : HVFS_HOST_CONNECTION), NULL);
  const char *power = is_vm ? hvfs_value_text (hvfs_object_get (object, HVFS_VM_POWER), NULL) : NULL;

  return (connection == NULL || g_ascii_strcasecmp (connection, "connected") == 0)
         && (!is_vm || (power != NULL && g_ascii_strcasecmp (power, "poweredOn") == 0));
}

/* The references of all objects of @kind, and of those that have figures, in one order. */
static void
list_objects (HvfsFs *fs, HvfsKind kind, GPtrArray *all, GPtrArray *counted)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (fs->mirror));
  GHashTableIter iter;
  gpointer value;

  hvfs_mirror_iter_init (fs->mirror, &iter);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const HvfsObject *object = value;

      if (object->kind != kind)
        continue;
      g_ptr_array_add (all, g_strdup (object->moref));
      if (kind != HVFS_KIND_DATASTORE && has_counters (object))
        g_ptr_array_add (counted, g_strdup (object->moref));
    }
  g_ptr_array_sort (all, compare);
  g_ptr_array_sort (counted, compare);
}

/* Whether a server of that API has the property @path; most are as old as the oldest. */
static gboolean
is_known (const char *path, guint api)
{
  static const struct
  {
    const char *path;
    guint since;
  } newer[] = {
    { "triggeredAlarmState", 400 },
    { "summary.uncommitted", 400 },
    { "runtime.standbyMode", 401 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (newer); i++)
    if (strcmp (path, newer[i].path) == 0)
      return api >= newer[i].since;
  return TRUE;
}

static HvfsFetched *
fetched_of (GHashTable *all, const char *moref)
{
  HvfsFetched *fetched = g_hash_table_lookup (all, moref);

  if (fetched == NULL)
    {
      fetched = g_new0 (HvfsFetched, 1);
      g_hash_table_insert (all, g_strdup (moref), fetched);
    }
  return fetched;
}

static gboolean
fetch_properties (HvfsSession *session, HvfsKind kind, const char *const *paths, GPtrArray *morefs,
                  GHashTable *all, GCancellable *cancellable, GError **error)
{
  guint api = hvfs_session_api (session);
  g_autoptr (GPtrArray) known = g_ptr_array_new ();

  for (guint i = 0; paths[i] != NULL; i++)
    if (is_known (paths[i], api))
      g_ptr_array_add (known, (char *) paths[i]);
  g_ptr_array_add (known, NULL);
  for (guint first = 0; first < morefs->len; first += BATCH)
    {
      g_autoptr (HvfsRequest) request = hvfs_retrieve_new (session);
      g_autoptr (GPtrArray) batch = g_ptr_array_new (), contents = NULL;

      for (guint i = first; i < MIN (first + BATCH, morefs->len); i++)
        g_ptr_array_add (batch, morefs->pdata[i]);
      hvfs_filter_write_paths (request, "specSet", api, hvfs_kind_type (kind),
                               (const char *const *) known->pdata, batch);
      contents = hvfs_retrieve (session, request, cancellable, error);
      if (contents == NULL)
        return FALSE;
      for (guint i = 0; i < contents->len; i++)
        {
          const char *moref = hvfs_value_text (contents->pdata[i], "obj");

          if (moref != NULL)
            fetched_of (all, moref)->content = hvfs_value_ref (contents->pdata[i]);
        }
    }
  return TRUE;
}

static void
take_figure (const char *moref, guint counter, gint64 value, gpointer data)
{
  HvfsFetched *fetched = fetched_of (data, moref);

  fetched->counters[counter] = value;
  fetched->has[counter] = TRUE;
}

GHashTable *
hvfs_metrics_fetch (HvfsFs *fs, HvfsKind kind, const char *const *paths,
                    const char *const *counters, GPtrArray **ret_morefs,
                    GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) morefs = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) counted = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) all
    = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, fetched_free);

  list_objects (fs, kind, morefs, counted);
  if (!fetch_properties (fs->session, kind, paths, morefs, all, cancellable, error)
      || (counters[0] != NULL
          && !hvfs_perf_query (fs->perf, hvfs_kind_type (kind), counted,
                               counters, take_figure, all, cancellable, error)))
    return NULL;
  *ret_morefs = g_steal_pointer (&morefs);
  return g_steal_pointer (&all);
}

const HvfsValue *
hvfs_fetched_property (const HvfsFetched *fetched, const char *path)
{
  const HvfsValue *content = fetched == NULL ? NULL : fetched->content;

  for (guint i = 0; i < hvfs_value_n_children (content); i++)
    if (g_strcmp0 (hvfs_value_text (hvfs_value_nth (content, i), "name"), path) == 0)
      return hvfs_value_get (hvfs_value_nth (content, i), "val");
  return NULL;
}
