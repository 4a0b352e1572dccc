/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/mirror/updater.c - the thread that keeps the mirror true; see updater.h */
#include "backend/mirror/updater.h"

#include <string.h>

#include "backend/mirror/collector.h"
#include "backend/mirror/intake.h"
#include "backend/mirror/locate.h"
#include "backend/mirror/pulse.h"
#include "backend/mirror/retrieve.h"
#include "convert/error.h"

#define IDLE_WAIT_S 60        /* one request a minute when nothing happens */
/* CheckForUpdates, on servers before 4.1: from one to the next.  Soon after somebody began
 * to wait for an update they come more often, and as time goes on ever less. */
#define POLL_MIN_US (20 * G_TIME_SPAN_MILLISECOND)
#define POLL_MAX_US (2 * G_TIME_SPAN_SECOND)
#define POLL_SLOWER 4
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

struct _HvfsUpdater
{
  HvfsSession *session;
  HvfsMirror *mirror;
  HvfsTasks *tasks;
  HvfsUri *uri;
  HvfsStats *stats;
  guint timeout_s;
  gboolean places_only;     /* set before the first fill */

  GThread *thread;
  HvfsPulse *pulse;
  GCancellable *stop;       /* never reset */
  gint read;                /* atomic: somebody read since the last wait began */
  /* Since when, in seconds of the monotonic clock, the server has been let wait for longer
   * than it may be silent to who reads; 0: it is not. */
  gint idle_since_s;        /* atomic */

  /* The update thread's own; hvfs_updater_fill's before it starts. */
  HvfsCollector collector;
  char *instance;           /* nullable: the server's own id, where the root was found */
  gint64 backoff_us;        /* before what failed last is tried again; 0: nothing did */
  guint n_rebuilds;         /* after faults, since the stream last told something */

  GMutex lock;
  GCond woken;              /* stop; eager_us; hurry */
  HvfsValue *root;          /* lock */
  gint64 eager_us;          /* lock: when somebody last began to wait for an update */
  gboolean hurry;           /* lock: the next pause ends at once */
  GCancellable *wait;       /* lock: of the wait under way; cancelled when lost ... */
  gboolean interrupted;     /* lock: ... or because it was for long, and somebody reads */
  char *lost;               /* lock: why hvfs_updater_confirm gave the server up */
};

static void
confirm_for_tasks (gpointer data)
{
  hvfs_updater_confirm (data, NULL, NULL);
}

static void give_up (const char *reason, gpointer data);

static void
somebody_waits (gpointer data)
{
  HvfsUpdater *updater = data;

  g_mutex_lock (&updater->lock);
  updater->eager_us = g_get_monotonic_time ();
  g_cond_broadcast (&updater->woken);
  g_mutex_unlock (&updater->lock);
}

HvfsUpdater *
hvfs_updater_new (HvfsSession *session, HvfsMirror *mirror, HvfsTasks *tasks, HvfsUri *uri,
                  guint timeout_s, HvfsStats *stats)
{
  HvfsUpdater *updater = g_new0 (HvfsUpdater, 1);

  updater->session = session;
  updater->mirror = mirror;
  updater->tasks = tasks;
  updater->uri = uri;
  updater->timeout_s = timeout_s;
  updater->stats = stats;
  updater->pulse = hvfs_pulse_new (session, timeout_s, give_up, updater);
  updater->stop = g_cancellable_new ();
  hvfs_collector_init (&updater->collector, session);
  updater->read = TRUE; /* who mounts is about to read */
  g_mutex_init (&updater->lock);
  g_cond_init (&updater->woken);
  hvfs_tasks_set_confirm (tasks, confirm_for_tasks, somebody_waits, updater);
  hvfs_mirror_set_eager (mirror, somebody_waits, updater);
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
  g_mutex_lock (&updater->lock);
  if (updater->wait != NULL)
    g_cancellable_cancel (updater->wait);
  g_cond_broadcast (&updater->woken);
  g_mutex_unlock (&updater->lock);
  hvfs_pulse_free (updater->pulse);
  if (updater->thread != NULL)
    g_thread_join (updater->thread);
  hvfs_value_unref (updater->root);
  g_free (updater->instance);
  hvfs_collector_clear (&updater->collector);
  g_free (updater->lost);
  g_object_unref (updater->stop);
  g_cond_clear (&updater->woken);
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

/* How long the server may wait for news.  While somebody reads, the stream itself shows often
 * enough that the server is there, so that no reader has to ask; @ret_answer_s: and in time
 * that the stream is dead, though the server answers all else. */
static guint
wait_seconds (HvfsUpdater *updater, gboolean is_filling, gboolean *ret_is_idle,
              guint *ret_answer_s)
{
  gboolean pushes = hvfs_collector_pushes (&updater->collector);
  guint busy_s = CLAMP (updater->timeout_s / 3, 1, IDLE_WAIT_S);
  guint wait_s = !pushes ? 0 : g_atomic_int_and (&updater->read, 0) ? busy_s : IDLE_WAIT_S;

  *ret_is_idle = wait_s > busy_s;
  *ret_answer_s = !pushes                    ? 0
                  : *ret_is_idle || is_filling ? wait_s + updater->timeout_s
                                             : MAX (wait_s + 2, updater->timeout_s);
  return wait_s;
}

/* In an int, which wraps after years. */
static gint
now_s (void)
{
  return MAX ((gint) (g_get_monotonic_time () / G_TIME_SPAN_SECOND), 1);
}

static void
cancel_wait (GCancellable *cancellable, gpointer wait)
{
  g_cancellable_cancel (wait);
}

/* Asks for a set; its answer goes to @intake, or is @ret_reply.  The wait has a cancellable
 * of its own, so that hvfs_updater_confirm can end it; one that gave the server up while
 * nobody waited ends the next. */
static gboolean
call_wait (HvfsUpdater *updater, HvfsIntake *intake, HvfsValue **ret_reply,
           GCancellable *cancellable, GError **error)
{
  gboolean is_idle;
  guint answer_s;
  guint wait_s = wait_seconds (updater, intake != NULL, &is_idle, &answer_s);
  g_autoptr (HvfsRequest) request = hvfs_collector_request (&updater->collector, wait_s);
  g_autoptr (GCancellable) wait = g_cancellable_new ();
  gulong handler = 0;
  gboolean ok;

  if (cancellable != NULL)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (cancel_wait),
                                     g_object_ref (wait), g_object_unref);
  g_mutex_lock (&updater->lock);
  updater->wait = wait;
  updater->interrupted = FALSE;
  g_atomic_int_set (&updater->idle_since_s, is_idle ? now_s () : 0);
  if (updater->lost != NULL || g_cancellable_is_cancelled (updater->stop))
    g_cancellable_cancel (wait);
  g_mutex_unlock (&updater->lock);

  if (intake != NULL)
    ok = hvfs_session_receive (updater->session, request, answer_s, hvfs_intake_feed, intake,
                               wait, error);
  else
    ok = (*ret_reply = hvfs_session_call (updater->session, request, HVFS_CALL_READ, answer_s,
                                          wait, error)) != NULL;

  g_mutex_lock (&updater->lock);
  updater->wait = NULL;
  g_atomic_int_set (&updater->idle_since_s, 0);
  g_mutex_unlock (&updater->lock);
  g_cancellable_disconnect (cancellable, handler);
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
  for (guint i = 0; i < tasks->len; i++)
    hvfs_tasks_apply (updater->tasks, tasks->pdata[i], updater->collector.api);
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

static void
set_link (HvfsUpdater *updater, gboolean up, const char *reason)
{
  hvfs_mirror_set_link (updater->mirror, up, reason);
  hvfs_tasks_set_link (updater->tasks, up);
}

gboolean
hvfs_updater_fill (HvfsUpdater *updater, GCancellable *cancellable, GError **error)
{
  if (!hvfs_session_connect (updater->session, cancellable, error)
      || !rebuild (updater, cancellable, error))
    return FALSE;
  set_link (updater, TRUE, "");
  return TRUE;
}

/* ---- the thread ---- */

static gboolean
stopped (HvfsUpdater *updater)
{
  return g_cancellable_is_cancelled (updater->stop);
}

/* Sleeps, but no longer than until the end, or somebody hurries. */
static void
pause_us (HvfsUpdater *updater, gint64 us)
{
  gint64 until = g_get_monotonic_time () + us;

  g_mutex_lock (&updater->lock);
  while (!stopped (updater) && !updater->hurry
         && g_cond_wait_until (&updater->woken, &updater->lock, until))
    ;
  updater->hurry = FALSE;
  g_mutex_unlock (&updater->lock);
}

/* What failed, and fails again, is tried ever less often. */
static void
back_off (HvfsUpdater *updater, gint64 max_us)
{
  if (updater->backoff_us > 0)
    pause_us (updater, hvfs_session_is_refused (updater->session)
                         ? MIN (updater->backoff_us, REFUSED_LOOK_US) : updater->backoff_us);
  updater->backoff_us = CLAMP (updater->backoff_us * 2, BACKOFF_MIN_US, max_us);
}

/* Sleeps between two polls. */
static void
pause_poll (HvfsUpdater *updater)
{
  gint64 began = g_get_monotonic_time (), pause;

  g_mutex_lock (&updater->lock);
  do
    pause = CLAMP ((began - updater->eager_us) / POLL_SLOWER, POLL_MIN_US, POLL_MAX_US);
  while (!stopped (updater)
         && g_cond_wait_until (&updater->woken, &updater->lock, began + pause));
  g_mutex_unlock (&updater->lock);
}

/* The server is lost: says so, and tries until it is back. */
static void
reconnect (HvfsUpdater *updater, const GError *reason)
{
  gboolean is_there = FALSE;

  set_link (updater, FALSE, reason->message);
  g_warning ("lost the server: %s", reason->message);
  updater->backoff_us = MAX (updater->backoff_us, BACKOFF_MIN_US);
  for (;;)
    {
      g_autoptr (GError) error = NULL;

      back_off (updater, is_there ? BACKOFF_USELESS_MAX_US : BACKOFF_MAX_US);
      if (stopped (updater))
        return;
      g_mutex_lock (&updater->lock);
      g_clear_pointer (&updater->lost, g_free);
      g_mutex_unlock (&updater->lock);
      is_there = hvfs_session_connect (updater->session, updater->stop, &error);
      if (is_there && rebuild (updater, updater->stop, &error))
        break;
      hvfs_mirror_set_link (updater->mirror, FALSE, error->message);
    }
  set_link (updater, TRUE, "");
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
  g_mutex_lock (&updater->lock);
  lost = g_steal_pointer (&updater->lost);
  interrupted = updater->interrupted;
  updater->interrupted = FALSE;
  g_mutex_unlock (&updater->lock);
  if (lost != NULL)
    {
      g_autoptr (GError) silent = g_error_new_literal (HVFS_ERROR, EIO, lost);
      reconnect (updater, silent);
      return;
    }
  if (interrupted && g_error_matches (failure, HVFS_ERROR, ECANCELED))
    return;
  back_off (updater, BACKOFF_USELESS_MAX_US);
  if (is_first && g_strcmp0 (hvfs_error_fault (failure), "RequestCanceled") == 0)
    return;
  /* A fault came from a server that is there: the filters are gone, or the version is not
   * known any more, or both ended with their session. */
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
          if (!at_once)
            pause_poll (updater);
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

/* ---- is it still there? ---- */

static void
give_up (const char *reason, gpointer data)
{
  HvfsUpdater *updater = data;

  set_link (updater, FALSE, reason);
  g_mutex_lock (&updater->lock);
  g_free (updater->lost);
  updater->lost = g_strdup (reason);
  if (updater->wait != NULL)
    g_cancellable_cancel (updater->wait);
  g_mutex_unlock (&updater->lock);
}

/* Whether the server has been let wait for so long that nobody knows whether the stream is
 * alive, whatever else it answers. */
static gboolean
is_stream_idle (HvfsUpdater *updater)
{
  gint since_s = g_atomic_int_get (&updater->idle_since_s);

  return since_s != 0 && now_s () - since_s > (gint) updater->timeout_s / 4;
}

/* The next wait is short enough to show it in time. */
static void
wake_stream (HvfsUpdater *updater)
{
  g_mutex_lock (&updater->lock);
  if (updater->wait != NULL && is_stream_idle (updater))
    {
      updater->interrupted = TRUE;
      g_atomic_int_set (&updater->idle_since_s, 0);
      g_cancellable_cancel (updater->wait);
    }
  g_mutex_unlock (&updater->lock);
}

void
hvfs_updater_hurry (HvfsUpdater *updater)
{
  hvfs_session_hurry (updater->session);
  g_mutex_lock (&updater->lock);
  updater->hurry = TRUE;
  g_cond_broadcast (&updater->woken);
  g_mutex_unlock (&updater->lock);
}

gboolean
hvfs_updater_is_fresh (HvfsUpdater *updater)
{
  g_atomic_int_set (&updater->read, 1);
  return hvfs_pulse_is_fresh (updater->pulse) && !is_stream_idle (updater);
}

static gboolean
check_link (HvfsUpdater *updater, GError **error)
{
  g_autofree char *reason = NULL;

  if (hvfs_mirror_is_up (updater->mirror, &reason, NULL))
    return TRUE;
  g_set_error (error, HVFS_ERROR, EIO, "no connection to the server: %s", reason);
  return FALSE;
}

gboolean
hvfs_updater_confirm (HvfsUpdater *updater, GCancellable *cancellable, GError **error)
{
  if (!check_link (updater, error))
    return FALSE;
  if (hvfs_updater_is_fresh (updater))
    return TRUE;
  wake_stream (updater);
  if (hvfs_pulse_is_fresh (updater->pulse))
    return TRUE;
  if (hvfs_pulse_ask (updater->pulse, cancellable))
    return check_link (updater, error);
  g_set_error (error, HVFS_ERROR, EINTR, "interrupted; nothing was sent");
  return FALSE;
}
