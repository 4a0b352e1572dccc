/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/alarm.c - triggered alarms; see alarm.h */
#include "backend/operation/alarm.h"

#include <string.h>

#include "backend/mirror/retrieve.h"
#include "backend/wait/flight.h"
#include "convert/error.h"

/* As long as a listing of a datastore. */
#define FRESH_US (5 * G_TIME_SPAN_SECOND)
/* In place of a name that the server does not let this user read. */
#define UNREADABLE "?"
/* How often an update may come while the server is asked. */
#define MAX_TRIES 3

struct _HvfsAlarms
{
  const HvfsServer *server;
  HvfsFlight *fetching; /* all of them at once */
  GMutex lock;          /* level below the mirror's */
  GHashTable *names;    /* lock: "Type:id" -> name, of alarms and of objects that are not mirrored;
                           never removed, so that they can be lent */
  gint64 fetched_us;    /* lock */
  HvfsValue *named;     /* lock: (nullable): the newest states of which all names are known */
};

HvfsAlarms *
hvfs_alarms_new (const HvfsServer *server)
{
  HvfsAlarms *alarms = g_new0 (HvfsAlarms, 1);

  alarms->server = server;
  alarms->fetching = hvfs_flight_new ();
  g_mutex_init (&alarms->lock);
  alarms->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return alarms;
}

void
hvfs_alarms_free (HvfsAlarms *alarms)
{
  if (alarms == NULL)
    return;
  hvfs_flight_free (alarms->fetching);
  g_hash_table_unref (alarms->names);
  hvfs_value_unref (alarms->named);
  g_mutex_clear (&alarms->lock);
  g_free (alarms);
}

/* (transfer full) (nullable): the manager's id */
static char *
dup_manager (const HvfsAlarms *alarms)
{
  g_autoptr (HvfsValue) content = hvfs_session_ref_content (alarms->server->session);

  return g_strdup (hvfs_value_text (content, "alarmManager"));
}

gboolean
hvfs_alarms_are_there (HvfsAlarms *alarms)
{
  g_autofree char *manager = dup_manager (alarms);

  return manager != NULL;
}

/* ---- the object whose property says all of them ---- */

static gboolean
is_readable (const HvfsObject *object)
{
  return object != NULL && hvfs_object_check (object, HVFS_PROP (HVFS_ALARMS), NULL);
}

/* (nullable) */
static const HvfsObject *
source (const HvfsAlarms *alarms, guint32 root)
{
  g_autoptr (HvfsValue) content = hvfs_session_ref_content (alarms->server->session);
  HvfsMirror *mirror = alarms->server->mirror;
  const HvfsObject *top = hvfs_mirror_resolve (mirror, hvfs_value_get (content, "rootFolder"));

  return is_readable (top) ? top : hvfs_mirror_get (mirror, root);
}

static char *
dup_key (const HvfsValue *ref)
{
  return g_strconcat (hvfs_value_type (ref), ":", hvfs_value_text (ref, NULL), NULL);
}

/* (nullable): not known yet */
static const char *
name_of (HvfsAlarms *alarms, const HvfsValue *ref)
{
  g_autofree char *key = dup_key (ref);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&alarms->lock);

  return g_hash_table_lookup (alarms->names, key);
}

/* FALSE: a name must be fetched. */
static gboolean
look_at (HvfsAlarms *alarms, const HvfsValue *state, HvfsAlarm *ret)
{
  HvfsValue *ref = hvfs_value_get (state, "entity");
  const HvfsObject *object = hvfs_mirror_resolve (alarms->server->mirror, ref);

  *ret = (HvfsAlarm){
    .key = hvfs_value_text (state, "key"),
    .status = hvfs_value_text (state, "overallStatus"),
    .name = name_of (alarms, hvfs_value_get (state, "alarm")),
    .ref = ref,
    .object = object,
    .object_name = object != NULL ? hvfs_value_text (hvfs_object_get (object, HVFS_NAME), NULL)
                                  : name_of (alarms, ref),
    .time_us = hvfs_value_time_us (state, "time"),
    .is_acknowledged = hvfs_value_bool (state, "acknowledged"),
  };
  return ret->name != NULL && (object != NULL || ret->object_name != NULL);
}

static int
by_age (gconstpointer a, gconstpointer b)
{
  const HvfsAlarm *x = a, *y = b;

  return x->time_us != y->time_us ? (x->time_us < y->time_us ? -1 : 1) : g_strcmp0 (x->key, y->key);
}

/* (transfer full) (nullable) (element-type HvfsAlarm): NULL: a name must be fetched */
static GArray *
list (HvfsAlarms *alarms, const HvfsValue *states)
{
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (HvfsAlarm));

  for (guint i = 0; i < hvfs_value_n_children (states); i++)
    {
      HvfsAlarm alarm;

      if (!look_at (alarms, hvfs_value_nth (states, i), &alarm))
        return NULL;
      g_array_append_val (all, alarm);
    }
  g_array_sort (all, by_age);
  return g_steal_pointer (&all);
}

/* FALSE: they cannot be read.  @ret_states: (nullable) (transfer none) */
static gboolean
get_states (const HvfsAlarms *alarms, guint32 root, HvfsValue **ret_states, GError **error)
{
  const HvfsObject *object = source (alarms, root);

  if (object == NULL)
    {
      hvfs_object_set_gone ("object", error);
      return FALSE;
    }
  *ret_states = hvfs_object_get (object, HVFS_ALARMS);
  return hvfs_object_check (object, HVFS_PROP (HVFS_ALARMS), error);
}

/* (transfer full) (nullable) */
static HvfsValue *
ref_named (HvfsAlarms *alarms)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&alarms->lock);

  return alarms->named != NULL ? hvfs_value_ref (alarms->named) : NULL;
}

/* What came since the names were fetched is shown to the next one. */
gboolean
hvfs_alarms_foreach (HvfsAlarms *alarms, guint32 root,
                     void (*func) (const HvfsAlarm *alarm, gpointer data), gpointer data,
                     GError **error)
{
  g_autoptr (HvfsValue) named = ref_named (alarms);
  g_autoptr (GArray) all = NULL;
  HvfsValue *states;

  if (!get_states (alarms, root, &states, error))
    return FALSE;
  all = list (alarms, states);
  if (all == NULL && named != NULL)
    all = list (alarms, named);
  if (all == NULL)
    {
      g_set_error (error, HVFS_ERROR, EIO, "the server does not report the name of an alarm");
      return FALSE;
    }
  for (guint i = 0; i < all->len; i++)
    func (&g_array_index (all, HvfsAlarm, i), data);
  return TRUE;
}

void
hvfs_alarms_foreach_object (HvfsAlarms *alarms, guint32 root,
                            void (*func) (const HvfsObject *object, gpointer data), gpointer data)
{
  HvfsValue *states = NULL;

  if (!get_states (alarms, root, &states, NULL))
    return;
  for (guint i = 0; i < hvfs_value_n_children (states); i++)
    {
      const HvfsObject *object = hvfs_mirror_resolve (
        alarms->server->mirror, hvfs_value_get (hvfs_value_nth (states, i), "entity"));

      if (object != NULL)
        func (object, data);
    }
}

gboolean
hvfs_alarms_are_known (HvfsAlarms *alarms, guint32 root)
{
  g_autoptr (GArray) all = NULL;
  HvfsValue *states;

  if (!get_states (alarms, root, &states, NULL))
    return TRUE;
  all = list (alarms, states);
  return all != NULL;
}

/* ---- fetching ---- */

/* A host that is no vCenter's has none, which does not change. */
gboolean
hvfs_alarms_are_fresh (HvfsAlarms *alarms)
{
  gboolean recent;

  g_mutex_lock (&alarms->lock);
  recent = alarms->fetched_us > g_get_monotonic_time () - FRESH_US && alarms->fetched_us != 0;
  g_mutex_unlock (&alarms->lock);
  return recent || !hvfs_alarms_are_there (alarms);
}

typedef struct
{
  HvfsAlarms *alarms;
  GHashTable *by_type; /* Type -> GPtrArray of ids */
} Wanted;

static void
want (Wanted *wanted, const HvfsValue *ref)
{
  const char *type = hvfs_value_type (ref), *id = hvfs_value_text (ref, NULL);
  GPtrArray *ids;

  if (type == NULL || id == NULL || name_of (wanted->alarms, ref) != NULL)
    return;
  ids = g_hash_table_lookup (wanted->by_type, type);
  if (ids == NULL)
    {
      ids = g_ptr_array_new_with_free_func (g_free);
      g_hash_table_insert (wanted->by_type, g_strdup (type), ids);
    }
  if (!g_ptr_array_find_with_equal_func (ids, id, g_str_equal, NULL))
    g_ptr_array_add (ids, g_strdup (id));
}

/* What has no name yet.  Takes the mirror's lock.  (transfer full) (nullable): the states */
static HvfsValue *
want_all (Wanted *wanted, guint32 root)
{
  HvfsMirror *mirror = wanted->alarms->server->mirror;
  g_autoptr (GRWLockReaderLocker) locker = g_rw_lock_reader_locker_new (hvfs_mirror_lock (mirror));
  const HvfsObject *object = source (wanted->alarms, root);
  HvfsValue *states = object == NULL ? NULL : hvfs_object_get (object, HVFS_ALARMS);

  for (guint i = 0; i < hvfs_value_n_children (states); i++)
    {
      HvfsValue *state = hvfs_value_nth (states, i), *ref = hvfs_value_get (state, "entity");

      want (wanted, hvfs_value_get (state, "alarm"));
      if (hvfs_mirror_resolve (mirror, ref) == NULL)
        want (wanted, ref);
    }
  return states != NULL ? hvfs_value_ref (states) : NULL;
}

static void
keep_name (HvfsAlarms *alarms, const char *type, const char *id, const char *name)
{
  g_autofree char *key = g_strconcat (type, ":", id, NULL);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&alarms->lock);

  if (!g_hash_table_contains (alarms->names, key))
    g_hash_table_insert (alarms->names, g_steal_pointer (&key), g_strdup (name));
}

static gboolean
fetch_names_of (HvfsAlarms *alarms, const char *type, GPtrArray *ids, GCancellable *cancellable,
                GError **error)
{
  const char *const paths[] = { strcmp (type, "Alarm") == 0 ? "info.name" : "name", NULL };
  g_autoptr (GPtrArray) contents
    = hvfs_retrieve_paths (alarms->server->session, type, paths, ids, cancellable, error);

  if (contents == NULL)
    return FALSE;
  for (guint i = 0; i < contents->len; i++)
    {
      const char *name = hvfs_value_text (contents->pdata[i], "propSet.val");

      if (name != NULL)
        keep_name (alarms, type, hvfs_value_text (contents->pdata[i], "obj"), name);
    }
  for (guint i = 0; i < ids->len; i++)
    keep_name (alarms, type, ids->pdata[i], UNREADABLE);
  return TRUE;
}

static gboolean
fetch_names (HvfsAlarms *alarms, guint32 root, GCancellable *cancellable, GError **error)
{
  g_autoptr (GHashTable) by_type
    = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  Wanted wanted = { alarms, by_type };
  g_autoptr (HvfsValue) states = NULL;
  GHashTableIter iter;
  gpointer type, ids;

  states = want_all (&wanted, root);
  g_hash_table_iter_init (&iter, by_type);
  while (g_hash_table_iter_next (&iter, &type, &ids))
    if (!fetch_names_of (alarms, type, ids, cancellable, error))
      return FALSE;
  g_mutex_lock (&alarms->lock);
  hvfs_value_unref (alarms->named);
  alarms->named = g_steal_pointer (&states);
  g_mutex_unlock (&alarms->lock);
  return TRUE;
}

/* Takes the mirror's lock. */
static guint32
source_serial (const HvfsAlarms *alarms, guint32 root)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (alarms->server->mirror));
  const HvfsObject *object = source (alarms, root);

  return object == NULL ? 0 : object->serial;
}

static gboolean
fetch (HvfsAlarms *alarms, guint32 root, GCancellable *cancellable, GError **error)
{
  guint32 serial = source_serial (alarms, root);
  gboolean newest = hvfs_alarms_are_fresh (alarms);

  for (guint i = 0; serial != 0 && !newest && i < MAX_TRIES; i++)
    if (!hvfs_operation_reread (alarms->server, serial, &newest, cancellable, error))
      return FALSE;
  g_mutex_lock (&alarms->lock);
  alarms->fetched_us = g_get_monotonic_time ();
  g_mutex_unlock (&alarms->lock);
  return fetch_names (alarms, root, cancellable, error);
}

gboolean
hvfs_alarms_fetch (HvfsAlarms *alarms, guint32 root, GCancellable *cancellable, GError **error)
{
  gboolean ok;

  switch (hvfs_flight_begin (alarms->fetching, 0, cancellable, error))
    {
    case HVFS_FLIGHT_CANCELLED:
      return FALSE;
    case HVFS_FLIGHT_OVER:
      if (hvfs_alarms_are_fresh (alarms))
        return TRUE;
      return hvfs_alarms_fetch (alarms, root, cancellable, error);
    default:
      ok = fetch (alarms, root, cancellable, error);
      hvfs_flight_end (alarms->fetching, 0);
      return ok;
    }
}

/* ---- acknowledging ---- */

static const HvfsValue *
state_of (const HvfsObject *object, const char *key)
{
  HvfsValue *states = hvfs_object_get (object, HVFS_ALARMS);

  for (guint i = 0; i < hvfs_value_n_children (states); i++)
    if (g_strcmp0 (hvfs_value_text (hvfs_value_nth (states, i), "key"), key) == 0)
      return hvfs_value_nth (states, i);
  return NULL;
}

/* One that is over need not be acknowledged any more. */
static gboolean
is_acknowledged (const HvfsObject *object, gconstpointer data)
{
  const HvfsValue *state = state_of (object, data);

  return state == NULL || hvfs_value_bool (state, "acknowledged");
}

/* Takes the mirror's lock.  @ret_serial: of the object that says so; @ret_request: NULL: it is so
 * already.  FALSE: there is no such alarm */
static gboolean
new_request (HvfsAlarms *alarms, guint32 root, const char *key, guint32 *ret_serial,
             HvfsRequest **ret_request)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (alarms->server->mirror));
  g_autofree char *manager = dup_manager (alarms);
  const HvfsObject *object = source (alarms, root);
  const HvfsValue *state = object == NULL ? NULL : state_of (object, key);
  HvfsValue *alarm = hvfs_value_get (state, "alarm"), *entity = hvfs_value_get (state, "entity");

  *ret_request = NULL;
  if (manager == NULL || alarm == NULL || entity == NULL)
    return FALSE;
  *ret_serial = object->serial;
  if (hvfs_value_bool (state, "acknowledged"))
    return TRUE;
  *ret_request = hvfs_request_new ("AcknowledgeAlarm", "AlarmManager", manager);
  hvfs_request_moref (*ret_request, "alarm", hvfs_value_type (alarm), hvfs_value_text (alarm, NULL));
  hvfs_request_moref (*ret_request, "entity", hvfs_value_type (entity),
                      hvfs_value_text (entity, NULL));
  return TRUE;
}

gboolean
hvfs_alarms_acknowledge (HvfsAlarms *alarms, guint32 root, const char *key,
                         GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsRequest) request = NULL;
  guint32 serial;

  if (!hvfs_alarms_are_fresh (alarms) && !hvfs_alarms_fetch (alarms, root, cancellable, error))
    return FALSE;
  if (!new_request (alarms, root, key, &serial, &request))
    {
      g_set_error (error, HVFS_ERROR, ENOENT, "there is no alarm '%.100s': see alarms", key);
      return FALSE;
    }
  return request == NULL
         || hvfs_operation_call (alarms->server, request, serial, is_acknowledged, key, error);
}
