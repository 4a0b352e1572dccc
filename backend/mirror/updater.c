/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/mirror/updater.c - the thread that keeps the mirror true; see updater.h */
#include "backend/mirror/updater.h"

#include <malloc.h>
#include <string.h>

#include "backend/mirror/collector.h"
#include "backend/mirror/intake.h"
#include "backend/mirror/locate.h"
#include "backend/mirror/retrieve.h"
#include "convert/error.h"

#define MIN_WAIT_US (500 * G_TIME_SPAN_MILLISECOND)
#define BACKOFF_MIN_US (250 * G_TIME_SPAN_MILLISECOND)
#define BACKOFF_MAX_US (4 * G_TIME_SPAN_SECOND)
/* When the server is there, and what it says is of no use. */
#define BACKOFF_USELESS_MAX_US (60 * G_TIME_SPAN_SECOND)
/* After a fault all is built anew: once where the server forgot it, and once more where the
 * session ends in between.  A fault after that shows that the stream is dead. */
#define MAX_REBUILDS 2
/* How often it is looked whether a refused password may be tried again. */
#define REFUSED_LOOK_US (1 * G_TIME_SPAN_SECOND)
/* Memory that is free is given back so often at most, and after so many requests of the kernel. */
#define TRIM_US (60 * G_TIME_SPAN_SECOND)
#define TRIM_REQUESTS 1000

struct _HvfsUpdater
{
  HvfsSession *session;
  HvfsConnection *link;
  HvfsMirror *mirror;
  HvfsTasks *tasks;
  HvfsUri *uri;
  HvfsStats *stats;
  gboolean places_only;     /* set before the first fill */

  GThread *thread;
  GCancellable *stop;       /* never reset */

  /* The update thread's own; hvfs_updater_fill's before it starts. */
  HvfsCollector collector;
  char *instance;           /* nullable: the server's own id, where the root was found */
  gint64 backoff_us;        /* before what failed last is tried again; 0: nothing did */
  guint n_rebuilds;         /* after faults, since the stream last told something */
  gint64 trimmed_us;        /* when free memory was given back last, ... */
  guint64 trimmed_at;       /* ... and after how many requests of the kernel */

  GMutex lock;
  HvfsValue *root;          /* lock */
};

HvfsUpdater *
hvfs_updater_new (HvfsSession *session, HvfsConnection *link, HvfsMirror *mirror, HvfsTasks *tasks,
                  HvfsUri *uri, HvfsStats *stats)
{
  HvfsUpdater *updater = g_new0 (HvfsUpdater, 1);

  updater->session = session;
  updater->link = link;
  updater->mirror = mirror;
  updater->tasks = tasks;
  updater->uri = uri;
  updater->stats = stats;
  updater->stop = g_cancellable_new ();
  hvfs_collector_init (&updater->collector, session);
  g_mutex_init (&updater->lock);
  return updater;
}

void
hvfs_updater_set_places_only (HvfsUpdater *updater)
{
  updater->places_only = TRUE;
}

void
hvfs_updater_free (HvfsUpdater *updater)
{
  if (updater == NULL)
    return;
  g_cancellable_cancel (updater->stop);
  hvfs_connection_close (updater->link);
  if (updater->thread != NULL)
    g_thread_join (updater->thread);
  hvfs_value_unref (updater->root);
  g_free (updater->instance);
  hvfs_collector_clear (&updater->collector);
  g_object_unref (updater->stop);
  g_mutex_clear (&updater->lock);
  g_free (updater);
}

HvfsValue *
hvfs_updater_ref_root (HvfsUpdater *updater)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&updater->lock);
  return hvfs_value_ref (updater->root);
}

/* ---- one round of the stream ---- */

/* Asks for a set; its answer goes to @intake, or is @ret_reply. */
static gboolean
call_wait (HvfsUpdater *updater, HvfsIntake *intake, HvfsValue **ret_reply,
           GCancellable *cancellable, GError **error)
{
  HvfsConnectionWait wait;
  g_autoptr (HvfsRequest) request = NULL;
  gboolean ok;

  hvfs_connection_begin_wait (updater->link, hvfs_collector_pushes (&updater->collector),
                              intake != NULL, cancellable, &wait);
  request = hvfs_collector_request (&updater->collector, wait.wait_s);
  if (intake != NULL)
    ok = hvfs_session_receive (updater->session, request, wait.answer_s, hvfs_intake_feed, intake,
                               wait.cancellable, error);
  else
    ok = (*ret_reply = hvfs_session_call (updater->session, request, HVFS_CALL_READ, wait.answer_s,
                                          wait.cancellable, error)) != NULL;
  hvfs_connection_end_wait (updater->link, cancellable, &wait);
  return ok;
}

static gboolean
reread (HvfsUpdater *updater, GPtrArray *refs, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) contents
    = hvfs_retrieve_objects (updater->session, updater->collector.api, refs, cancellable, error);

  if (contents == NULL)
    return FALSE;
  hvfs_mirror_apply_content (updater->mirror, refs, (HvfsValue *const *) contents->pdata,
                             contents->len, updater->collector.api);
  return TRUE;
}

/* The updates of objects that @set holds: those of tasks, and all others. */
static void
sort_updates (const HvfsValue *set, GPtrArray *updates, GPtrArray *tasks)
{
  for (guint i = 0; i < hvfs_value_n_children (set); i++)
    {
      HvfsValue *filter = hvfs_value_nth (set, i);
      gboolean is_filter = strcmp (hvfs_value_name (filter), "filterSet") == 0;

      for (guint j = 0; is_filter && j < hvfs_value_n_children (filter); j++)
        {
          HvfsValue *update = hvfs_value_nth (filter, j);
          const char *type = hvfs_value_type (hvfs_value_get (update, "obj"));

          if (strcmp (hvfs_value_name (update), "objectSet") == 0)
            g_ptr_array_add (g_strcmp0 (type, "Task") == 0 ? tasks : updates, update);
        }
    }
}

/* Applies an UpdateSet: the inventory's updates at once, the tasks' after it, so
 * that whoever waits for a task finds its effects if they came with it. */
static gboolean
apply_set (HvfsUpdater *updater, const HvfsValue *set, GCancellable *cancellable,
           GError **error)
{
  g_autoptr (GPtrArray) updates = g_ptr_array_new ();
  g_autoptr (GPtrArray) tasks = g_ptr_array_new ();
  g_autoptr (GPtrArray) again
    = g_ptr_array_new_with_free_func ((GDestroyNotify) hvfs_value_unref);

  sort_updates (set, updates, tasks);
  hvfs_stats_add (updater->stats, HVFS_STAT_UPDATE_SETS, 1);
  if (updates->len > 0)
    hvfs_mirror_apply (updater->mirror, (HvfsValue *const *) updates->pdata, updates->len,
                       updater->collector.api, again);
  if (again->len > 0 && !reread (updater, again, cancellable, error))
    return FALSE;
  if (tasks->len > 0)
    hvfs_tasks_apply (updater->tasks, (HvfsValue *const *) tasks->pdata, tasks->len,
                      updater->collector.api);
  return TRUE;
}

/* One call.  @ret_at_once: there may be more already: it is asked again without a pause. */
static gboolean
wait_once (HvfsUpdater *updater, gboolean *ret_at_once, GCancellable *cancellable,
           GError **error)
{
  gint64 began = g_get_monotonic_time ();
  g_autoptr (HvfsValue) reply = NULL;
  const HvfsValue *set;

  if (!call_wait (updater, NULL, &reply, cancellable, error))
    return FALSE;
  set = hvfs_value_get (reply, "returnval");
  /* A server that does not wait, though it was told to, is asked as one that cannot. */
  *ret_at_once = hvfs_collector_pushes (&updater->collector)
                   ? set != NULL || g_get_monotonic_time () - began > MIN_WAIT_US
                   : hvfs_value_bool (set, "truncated");
  if (set == NULL)
    return TRUE;
  if (!apply_set (updater, set, cancellable, error))
    return FALSE;
  hvfs_collector_take_version (&updater->collector, g_strdup (hvfs_value_text (set, "version")));
  return TRUE;
}

/* ---- connecting and filling ---- */

/* What the URI names when it is mounted stays the root, if it is called otherwise later
 * and though another be called so; of a server set up anew references say nothing. */
static HvfsValue *
find_root (HvfsUpdater *updater, GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsValue) content = hvfs_session_ref_content (updater->session);
  g_autofree char *instance
    = g_strdup (hvfs_value_text (hvfs_value_get (content, "about.instanceUuid"), NULL));

  if (updater->root != NULL && g_strcmp0 (instance, updater->instance) == 0
      && hvfs_locate_is_there (updater->session, updater->root, cancellable))
    return hvfs_value_ref (updater->root);
  g_free (updater->instance);
  updater->instance = g_steal_pointer (&instance);
  return hvfs_locate (updater->session, updater->uri->type, updater->uri->path, cancellable,
                      error);
}

/* The collector, and what it tells of. */
static gboolean
create_filters (HvfsUpdater *updater, GCancellable *cancellable, GError **error)
{
  HvfsCollector *collector = &updater->collector;
  g_autoptr (HvfsValue) root = find_root (updater, cancellable, error);

  if (root == NULL)
    return FALSE;
  g_mutex_lock (&updater->lock);
  hvfs_value_unref (updater->root);
  updater->root = hvfs_value_ref (root);
  g_mutex_unlock (&updater->lock);
  return hvfs_collector_create (collector, cancellable, error)
         && hvfs_collector_watch (collector, root, updater->places_only, cancellable, error)
         && hvfs_tasks_watch (updater->tasks, collector->id, collector->made, cancellable, error);
}

/* The first sets, page by page, which say all there is.  @ret_lost: but what the session was
 * lost for, and there is another one now */
static gboolean
read_all (HvfsUpdater *updater, gboolean *ret_lost, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) again
    = g_ptr_array_new_with_free_func ((GDestroyNotify) hvfs_value_unref);
  g_autoptr (HvfsIntake) intake
    = hvfs_intake_new (updater->mirror, updater->tasks, updater->stats,
                       hvfs_collector_method (&updater->collector), updater->collector.api, again);
  guint generation = updater->collector.generation;
  gboolean truncated = TRUE;

  while (truncated)
    {
      char *version = NULL;

      if (!call_wait (updater, intake, NULL, cancellable, error)
          || !hvfs_intake_end (intake, &version, &truncated, error))
        return FALSE;
      hvfs_collector_take_version (&updater->collector, version);
    }
  /* The root at least is there. */
  if (*updater->collector.version == '\0')
    {
      g_set_error (error, HVFS_ERROR, EIO, "the server's property collector tells nothing");
      return FALSE;
    }
  *ret_lost = hvfs_intake_tells_lost_session (intake)
              && hvfs_session_doubt (updater->session, generation, cancellable, error);
  return (error == NULL || *error == NULL)
         && (again->len == 0 || *ret_lost || reread (updater, again, cancellable, error));
}

/* Builds collector and filters in the session as it is, and fills the mirror. */
static gboolean
rebuild (HvfsUpdater *updater, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) left_out = NULL;
  gboolean lost = FALSE;

  hvfs_collector_reset (&updater->collector, cancellable);
  if (!create_filters (updater, cancellable, error))
    return FALSE;
  left_out = hvfs_session_dup_left_out (updater->session);
  hvfs_mirror_set_left_out (updater->mirror, left_out, updater->collector.api);
  hvfs_mirror_begin_fill (updater->mirror);
  hvfs_tasks_begin_fill (updater->tasks);
  if (!read_all (updater, &lost, cancellable, error))
    return FALSE;
  if (lost)
    return rebuild (updater, cancellable, error);
  hvfs_mirror_end_fill (updater->mirror);
  return TRUE;
}

gboolean
hvfs_updater_fill (HvfsUpdater *updater, GCancellable *cancellable, GError **error)
{
  if (!hvfs_session_connect (updater->session, cancellable, error)
      || !rebuild (updater, cancellable, error))
    return FALSE;
  hvfs_connection_set (updater->link, TRUE, "");
  return TRUE;
}

/* ---- the thread ---- */

static gboolean
stopped (HvfsUpdater *updater)
{
  return g_cancellable_is_cancelled (updater->stop);
}

/* What failed, and fails again, is tried ever less often. */
static void
back_off (HvfsUpdater *updater, gint64 max_us)
{
  if (updater->backoff_us > 0)
    hvfs_connection_pause (updater->link, hvfs_session_is_refused (updater->session)
                                            ? MIN (updater->backoff_us, REFUSED_LOOK_US) : updater->backoff_us);
  updater->backoff_us = CLAMP (updater->backoff_us * 2, BACKOFF_MIN_US, max_us);
}

/* The server is lost: says so, and tries until it is back. */
static void
reconnect (HvfsUpdater *updater, const GError *reason)
{
  gboolean is_there = FALSE;

  hvfs_connection_set (updater->link, FALSE, reason->message);
  g_warning ("lost the server: %s", reason->message);
  updater->backoff_us = MAX (updater->backoff_us, BACKOFF_MIN_US);
  for (;;)
    {
      g_autoptr (GError) error = NULL;

      back_off (updater, is_there ? BACKOFF_USELESS_MAX_US : BACKOFF_MAX_US);
      if (stopped (updater))
        return;
      g_free (hvfs_connection_steal_lost (updater->link, NULL));
      is_there = hvfs_session_connect (updater->session, updater->stop, &error);
      if (is_there && rebuild (updater, updater->stop, &error))
        break;
      hvfs_connection_set (updater->link, FALSE, error->message);
    }
  hvfs_connection_set (updater->link, TRUE, "");
  g_message ("the server is back");
}

/* What a wait that failed asks for. */
static void
recover (HvfsUpdater *updater, GError *failure)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *lost = NULL;
  gboolean interrupted, is_first = updater->backoff_us == 0;

  if (stopped (updater))
    return;
  lost = hvfs_connection_steal_lost (updater->link, &interrupted);
  if (lost != NULL)
    {
      g_autoptr (GError) silent = g_error_new_literal (HVFS_ERROR, EIO, lost);
      reconnect (updater, silent);
      return;
    }
  if (interrupted && g_error_matches (failure, HVFS_ERROR, ECANCELED))
    return;
  /* A fault came from a server that is there: the filters are gone, or the version is not
   * known any more, or both ended with their session.  Any other failure is said before the
   * pause: after it the server may be back, and would be called lost then. */
  if (hvfs_error_fault (failure) != NULL)
    {
      back_off (updater, BACKOFF_USELESS_MAX_US);
      if (is_first && g_strcmp0 (hvfs_error_fault (failure), "RequestCanceled") == 0)
        return;
    }
  while (!stopped (updater) && updater->n_rebuilds < MAX_REBUILDS
         && hvfs_error_fault (error != NULL ? error : failure) != NULL)
    {
      updater->n_rebuilds++;
      g_clear_error (&error);
      if (rebuild (updater, updater->stop, &error))
        return;
    }
  if (!stopped (updater))
    reconnect (updater, error != NULL ? error : failure);
}

/* glibc keeps what is freed between things that are still used, and what it keeps grows for hours
 * under load.  Here, since the stream ends now and then anyhow: nothing wakes up for it. */
static void
trim_memory (HvfsUpdater *updater)
{
#ifdef __GLIBC__
  guint64 n = hvfs_stats_get (updater->stats, HVFS_STAT_KERNEL_REQUESTS);
  gint64 now = g_get_monotonic_time ();

  if (now - updater->trimmed_us < TRIM_US || n - updater->trimmed_at < TRIM_REQUESTS)
    return;
  malloc_trim (0);
  updater->trimmed_us = now;
  updater->trimmed_at = n;
#endif
}

static gpointer
update_thread (gpointer data)
{
  HvfsUpdater *updater = data;
  gboolean again = FALSE;

  while (!stopped (updater))
    {
      g_autoptr (GError) error = NULL;
      gboolean at_once = FALSE;

      if (!hvfs_collector_is_current (&updater->collector))
        {
          /* Somebody's call found the session expired and logged in again. */
          if (!rebuild (updater, updater->stop, &error))
            recover (updater, error);
          continue;
        }
      if (wait_once (updater, &at_once, updater->stop, &error))
        {
          again = FALSE;
          updater->backoff_us = 0;
          updater->n_rebuilds = 0;
          trim_memory (updater);
          if (!at_once)
            hvfs_connection_pause_poll (updater->link);
        }
      /* A connection may be cut for many reasons; only when the next one fails
       * too is the server lost.  What was silent for the time-out is lost. */
      else if (!again && hvfs_error_fault (error) == NULL
               && !g_error_matches (error, HVFS_ERROR, ETIMEDOUT)
               && !g_error_matches (error, HVFS_ERROR, ECANCELED))
        again = TRUE;
      else
        {
          again = FALSE;
          recover (updater, error);
        }
    }
  return NULL;
}

void
hvfs_updater_start (HvfsUpdater *updater)
{
  updater->thread = g_thread_new ("hvfs-update", update_thread, updater);
}
