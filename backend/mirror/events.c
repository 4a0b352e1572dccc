/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/mirror/events.c - the server's events; see events.h */
#include "backend/mirror/events.h"

#include <string.h>

#include "backend/mirror/collector.h"
#include "backend/mirror/filter.h"
#include "backend/mirror/made.h"
#include "backend/mirror/retrieve.h"
#include "backend/wait/wake.h"
#include "convert/error.h"

#define WAIT_S 60
/* Each event brings the page again, so it is small; what does not fit is read from the history. */
#define PAGE 100
#define BATCH 1000
/* Events may become visible later than their time says. */
#define OVERLAP_US (60 * G_TIME_SPAN_SECOND)
#define POLL_US (2 * G_TIME_SPAN_SECOND)
#define RETRY_MIN_US (G_TIME_SPAN_SECOND / 5)
#define RETRY_MAX_US (30 * G_TIME_SPAN_SECOND)

struct _HvfsEvents
{
  HvfsSession *session;
  HvfsMirror *mirror;
  HvfsUpdater *updater;
  guint timeout_s;
  const HvfsEventsUser *user;
  gpointer data;

  GMutex lock;
  GCond changed;        /* what follows, and a cancellable's */
  HvfsEventLog *log;    /* lock; written by the thread */
  guint n_readers;      /* lock */
  GThread *thread;      /* lock: (nullable): it may have ended */
  gboolean runs;        /* lock */
  gboolean ending;      /* lock: it is told to end */
  gboolean closing;     /* lock: it ends for good */
  gboolean ready;       /* lock: it has read the first page */
  GError *failure;      /* lock: why it ended without */
  GCancellable *stop;   /* lock: (nullable): the thread's */
  GCancellable *wait;   /* lock: (nullable): of its call that waits for news */

  /* The thread's. */
  HvfsCollector collector; /* of the history's page; made only where the server pushes */
  char *history;        /* the history collector */
  gboolean was_empty;   /* the last page */
};

HvfsEvents *
hvfs_events_new (HvfsSession *session, HvfsMirror *mirror, HvfsUpdater *updater, guint timeout_s,
                 const HvfsEventsUser *user, gpointer data)
{
  HvfsEvents *events = g_new0 (HvfsEvents, 1);

  events->session = session;
  events->mirror = mirror;
  events->updater = updater;
  events->timeout_s = timeout_s;
  events->user = user;
  events->data = data;
  g_mutex_init (&events->lock);
  g_cond_init (&events->changed);
  events->log = hvfs_event_log_new ();
  hvfs_collector_init (&events->collector, session);
  return events;
}

/* ---- requests ---- */

/* On a host only the latest page works. */
static gboolean
has_history (HvfsEvents *events)
{
  g_autoptr (HvfsValue) content = hvfs_session_ref_content (events->session);

  return g_strcmp0 (hvfs_value_text (content, "about.apiType"), "VirtualCenter") == 0;
}

static void
write_entity (HvfsRequest *request, const char *type, const char *moref, const char *recursion)
{
  hvfs_request_open (request, "entity", NULL);
  hvfs_request_moref (request, "entity", type, moref);
  hvfs_request_text (request, "recursion", recursion);
  hvfs_request_close (request);
}

/* What is mounted, unless that is all there is. */
static void
write_root (HvfsEvents *events, HvfsRequest *request, const HvfsValue *content)
{
  g_autoptr (HvfsValue) root = hvfs_updater_ref_root (events->updater);

  if (has_history (events) && root != NULL
      && !hvfs_value_equal (root, hvfs_value_get (content, "rootFolder")))
    write_entity (request, hvfs_value_type (root), hvfs_value_text (root, NULL), "all");
}

/* What a history collector has. */
typedef struct
{
  const char *type, *moref; /* of one object; NULL: of what is mounted */
  gint64 since_us;          /* 0: ever */
  guint page;
} History;

/* @made: where it is noted.  Returns: (transfer full): its reference */
static HvfsValue *
create_history (HvfsEvents *events, const History *what, GPtrArray *made,
                GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsValue) content = hvfs_session_ref_content (events->session);
  const char *manager = hvfs_value_text (content, "eventManager");
  g_autoptr (HvfsRequest) request = NULL, size = NULL;
  g_autoptr (HvfsValue) history = NULL, reply = NULL;

  if (manager == NULL)
    {
      g_set_error (error, HVFS_ERROR, ENOTSUP, "the server has no events");
      return NULL;
    }
  request = hvfs_request_new ("CreateCollectorForEvents", "EventManager", manager);
  hvfs_request_open (request, "filter", NULL);
  if (what->type != NULL)
    write_entity (request, what->type, what->moref, "self");
  else
    write_root (events, request, content);
  if (what->since_us > 0)
    {
      g_autoptr (GDateTime) since = g_date_time_new_from_unix_utc (what->since_us / G_TIME_SPAN_SECOND);
      g_autofree char *text = g_date_time_format (since, "%Y-%m-%dT%H:%M:%SZ");

      hvfs_request_open (request, "time", NULL);
      hvfs_request_text (request, "beginTime", text);
      hvfs_request_close (request);
    }
  hvfs_request_bool (request, "disableFullMessage", FALSE);
  hvfs_request_close (request);
  history = hvfs_made_call (events->session, request, made, cancellable, error);
  if (history == NULL)
    return NULL;
  size = hvfs_request_new ("SetCollectorPageSize", "EventHistoryCollector", hvfs_value_text (history, NULL));
  hvfs_request_int (size, "maxCount", what->page);
  reply = hvfs_session_call (events->session, size, HVFS_CALL_READ, 0, cancellable, error);
  return reply == NULL ? NULL : g_steal_pointer (&history);
}

static HvfsEvent *
make_event (HvfsEvents *events, const HvfsValue *value)
{
  return hvfs_event_new (value, events->user->render (value, events->data));
}

GPtrArray *
hvfs_events_query (HvfsEvents *events, const char *type, const char *moref, guint n,
                   GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) made = hvfs_made_new (), sorted = NULL, found = NULL;
  g_autoptr (GError) failure = NULL;
  g_autoptr (HvfsValue) history
    = create_history (events, &(History){ type, moref, 0, n }, made, cancellable, &failure);
  g_autoptr (HvfsValue) page = NULL;

  if (history != NULL)
    page = hvfs_retrieve_property (events->session, "EventHistoryCollector",
                                   hvfs_value_text (history, NULL), "latestPage", &failure);
  hvfs_made_destroy (events->session, made, NULL);
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  found = g_ptr_array_new_with_free_func ((GDestroyNotify) hvfs_event_free);
  sorted = hvfs_event_sort (page);
  for (guint i = sorted->len > n ? sorted->len - n : 0; i < sorted->len; i++)
    g_ptr_array_add (found, make_event (events, sorted->pdata[i]));
  return g_steal_pointer (&found);
}

/* ---- what is new ---- */

static void
add_missed (HvfsEvents *events, guint64 n)
{
  HvfsEvent *event = g_new0 (HvfsEvent, 1);

  event->line = events->user->render_missed (n, events->data);
  g_mutex_lock (&events->lock);
  event->key = hvfs_event_log_get_key (events->log);
  hvfs_event_log_add (events->log, event);
  g_mutex_unlock (&events->lock);
}

/* The thread is the only one that writes the log, so it may look without the lock. */
static void
add_new (HvfsEvents *events, const GPtrArray *sorted)
{
  gboolean any = FALSE;

  for (guint i = 0; i < sorted->len; i++)
    if (hvfs_event_log_is_new (events->log, sorted->pdata[i]))
      {
        HvfsEvent *event = make_event (events, sorted->pdata[i]);

        g_mutex_lock (&events->lock);
        hvfs_event_log_add (events->log, event);
        g_mutex_unlock (&events->lock);
        any = TRUE;
      }
  if (any)
    events->user->more (events->data);
}

/* Reads what the history has since shortly before the last event. */
static gboolean
catch_up (HvfsEvents *events, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) made = hvfs_made_new ();
  gint64 since_us = hvfs_event_log_get_time_us (events->log) - OVERLAP_US;
  g_autoptr (HvfsValue) history
    = create_history (events, &(History){ NULL, NULL, since_us, BATCH }, made, cancellable, error);
  gboolean more = history != NULL;

  while (more)
    {
      g_autoptr (HvfsRequest) request
        = hvfs_request_new ("ReadNextEvents", "EventHistoryCollector", hvfs_value_text (history, NULL));
      g_autoptr (HvfsValue) reply = NULL;
      g_autoptr (GPtrArray) sorted = NULL;

      hvfs_request_int (request, "maxCount", BATCH);
      /* Once more would be the next ones. */
      reply = hvfs_session_call (events->session, request, HVFS_CALL_CHANGE, 0, cancellable, error);
      if (reply == NULL)
        break;
      sorted = hvfs_event_sort (reply);
      if (hvfs_event_log_begins_anew (events->log, sorted))
        hvfs_event_log_begin_anew (events->log);
      add_new (events, sorted);
      more = sorted->len > 0;
    }
  hvfs_made_destroy (events->session, made, cancellable);
  return !more && history != NULL;
}

/* @page: the latest events, in any order. */
static gboolean
take_page (HvfsEvents *events, const HvfsValue *page, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) sorted = hvfs_event_sort (page);

  /* Of a full page after none, and of one whose keys begin anew, it is not known either what
   * came before. */
  gboolean anew = hvfs_event_log_begins_anew (events->log, sorted);
  gboolean is_later = !anew && hvfs_event_log_has_gap (events->log, sorted);
  gboolean gap = is_later || (sorted->len >= PAGE && (anew || events->was_empty));

  if (anew)
    hvfs_event_log_begin_anew (events->log);
  events->was_empty = sorted->len == 0;
  if (gap)
    {
      gint64 last = hvfs_event_log_get_key (events->log);
      gint64 missed = hvfs_value_int (sorted->pdata[0], "key", 0) - last - 1;

      if (has_history (events) && !catch_up (events, cancellable, error))
        return FALSE;
      if (!has_history (events) && is_later && missed > 0)
        add_missed (events, (guint64) missed);
    }
  add_new (events, sorted);
  g_mutex_lock (&events->lock);
  events->ready = TRUE;
  g_cond_broadcast (&events->changed);
  g_mutex_unlock (&events->lock);
  return TRUE;
}

/* ---- the thread ---- */

/* From now on the collector tells of the history's page. */
static gboolean
watch_history (HvfsEvents *events, GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsRequest) request = NULL;
  g_autoptr (HvfsValue) filter = NULL;

  if (!hvfs_collector_create (&events->collector, cancellable, error))
    return FALSE;
  request = hvfs_request_new ("CreateFilter", "PropertyCollector", events->collector.id);
  hvfs_filter_write_property (request, "spec", "EventHistoryCollector", events->history, "latestPage");
  hvfs_request_bool (request, "partialUpdates", FALSE);
  filter = hvfs_made_call (events->session, request, events->collector.made, cancellable, error);
  return filter != NULL;
}

/* In the session as it is. */
static gboolean
begin (HvfsEvents *events, GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsValue) history = NULL;

  hvfs_collector_reset (&events->collector, cancellable);
  history = create_history (events, &(History){ .page = PAGE }, events->collector.made, cancellable,
                            error);
  g_free (events->history);
  events->history = g_strdup (hvfs_value_text (history, NULL));
  return history != NULL
         && (!hvfs_collector_pushes (&events->collector)
             || watch_history (events, cancellable, error));
}

/* Sleeps, but no longer than until the end. */
static void
pause_us (HvfsEvents *events, gint64 us, GCancellable *stop)
{
  gint64 until = g_get_monotonic_time () + us;

  g_mutex_lock (&events->lock);
  while (!g_cancellable_is_cancelled (stop)
         && g_cond_wait_until (&events->changed, &events->lock, until))
    ;
  g_mutex_unlock (&events->lock);
}

static void
cancel_wait (GCancellable *stop G_GNUC_UNUSED, gpointer wait)
{
  g_cancellable_cancel (wait);
}

/* A wait has a cancellable of its own, which the loss of the server cancels, too. */
static HvfsValue *
call_wait (HvfsEvents *events, HvfsRequest *request, GCancellable *stop, GError **error)
{
  g_autoptr (GCancellable) wait = g_cancellable_new ();
  gulong handler = g_cancellable_connect (stop, G_CALLBACK (cancel_wait), g_object_ref (wait),
                                          g_object_unref);
  HvfsValue *reply;

  g_mutex_lock (&events->lock);
  events->wait = wait;
  g_mutex_unlock (&events->lock);
  if (!hvfs_mirror_is_up (events->mirror, NULL, NULL))
    g_cancellable_cancel (wait);
  reply = hvfs_session_call (events->session, request, HVFS_CALL_READ, WAIT_S + events->timeout_s,
                             wait, error);
  g_mutex_lock (&events->lock);
  events->wait = NULL;
  g_mutex_unlock (&events->lock);
  g_cancellable_disconnect (stop, handler);
  return reply;
}

static gboolean
wait_for_page (HvfsEvents *events, GCancellable *stop, GError **error)
{
  g_autoptr (HvfsRequest) request = hvfs_collector_request (&events->collector, WAIT_S);
  g_autoptr (HvfsValue) reply = call_wait (events, request, stop, error);
  HvfsValue *set, *page;

  if (reply == NULL)
    return FALSE;
  set = hvfs_value_get (reply, "returnval");
  if (set == NULL)
    return TRUE;
  page = hvfs_value_get (set, "filterSet.objectSet.changeSet.val");
  if (!take_page (events, page, stop, error))
    return FALSE;
  hvfs_collector_take_version (&events->collector, g_strdup (hvfs_value_text (set, "version")));
  return TRUE;
}

static gboolean
poll_page (HvfsEvents *events, GCancellable *stop, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (HvfsValue) page = hvfs_retrieve_property (events->session, "EventHistoryCollector",
                                                       events->history, "latestPage", &failure);

  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  if (!take_page (events, page, stop, error))
    return FALSE;
  pause_us (events, POLL_US, stop);
  return TRUE;
}

/* Until something fails. */
static void
follow (HvfsEvents *events, GCancellable *stop, gint64 *backoff_us, GError **error)
{
  gboolean ok = begin (events, stop, error);

  while (ok && !g_cancellable_is_cancelled (stop))
    {
      ok = hvfs_collector_is_current (&events->collector);
      if (ok)
        ok = hvfs_collector_pushes (&events->collector) ? wait_for_page (events, stop, error)
                                                        : poll_page (events, stop, error);
      if (ok)
        *backoff_us = 0;
    }
}

/* Whether there is nobody left to whom the failure would matter: the first ones are told. */
static gboolean
gives_up (HvfsEvents *events, GError *failure)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&events->lock);

  if (events->ready || failure == NULL)
    return FALSE;
  events->failure = g_error_copy (failure);
  return TRUE;
}

/* Then the session's end is that of all that was made in it. */
static gboolean
is_closing (HvfsEvents *events)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&events->lock);

  return events->closing;
}

static gpointer
run (gpointer data)
{
  HvfsEvents *events = data;
  g_autoptr (GCancellable) stop = g_object_ref (events->stop);
  gint64 backoff_us = 0;

  while (!g_cancellable_is_cancelled (stop))
    {
      g_autoptr (GError) error = NULL;

      follow (events, stop, &backoff_us, &error);
      if (g_cancellable_is_cancelled (stop) || gives_up (events, error))
        break;
      if (error != NULL && backoff_us == RETRY_MAX_US)
        g_warning ("events: %s", error->message);
      pause_us (events, backoff_us, stop);
      backoff_us = CLAMP (backoff_us * 2, RETRY_MIN_US, RETRY_MAX_US);
      while (!g_cancellable_is_cancelled (stop)
             && !hvfs_mirror_await_up (events->mirror, g_get_monotonic_time () + RETRY_MAX_US, stop))
        ;
    }
  if (!is_closing (events) && hvfs_mirror_is_up (events->mirror, NULL, NULL)
      && hvfs_collector_is_current (&events->collector))
    hvfs_made_destroy (events->session, events->collector.made, NULL);
  g_ptr_array_set_size (events->collector.made, 0);
  g_mutex_lock (&events->lock);
  events->runs = FALSE;
  g_cond_broadcast (&events->changed);
  g_mutex_unlock (&events->lock);
  return NULL;
}

/* ---- readers ---- */

/* Lock held; the last thread has ended. */
static void
start (HvfsEvents *events)
{
  if (events->thread != NULL)
    g_thread_join (events->thread);
  g_clear_object (&events->stop);
  g_clear_error (&events->failure);
  hvfs_event_log_clear (events->log);
  events->stop = g_cancellable_new ();
  events->ready = FALSE;
  events->ending = FALSE;
  events->was_empty = FALSE;
  events->runs = TRUE;
  events->thread = g_thread_new ("hvfs-events", run, events);
}

/* Lock held.  Until the first page is there. */
static gboolean
await_ready (HvfsEvents *events, GCancellable *cancellable, GError **error)
{
  while (events->runs && events->ending && !g_cancellable_is_cancelled (cancellable))
    g_cond_wait (&events->changed, &events->lock);
  if (!events->runs && !events->closing && !g_cancellable_is_cancelled (cancellable))
    start (events);
  while (events->runs && !events->ready && !g_cancellable_is_cancelled (cancellable))
    g_cond_wait (&events->changed, &events->lock);
  if (events->runs && events->ready)
    return TRUE;
  if (events->failure != NULL && !events->runs && !g_cancellable_is_cancelled (cancellable))
    g_propagate_error (error, g_error_copy (events->failure));
  else
    g_set_error (error, HVFS_ERROR, EINTR, "interrupted");
  return FALSE;
}

gboolean
hvfs_events_join (HvfsEvents *events, guint64 *ret_first, guint64 *ret_end, GCancellable *cancellable,
                  GError **error)
{
  HvfsWake wake;
  gboolean ok;

  hvfs_wake_begin (&wake, cancellable, &events->lock, &events->changed);
  g_mutex_lock (&events->lock);
  events->n_readers++;
  ok = await_ready (events, cancellable, error);
  *ret_end = hvfs_event_log_get_end (events->log, ret_first);
  g_mutex_unlock (&events->lock);
  hvfs_wake_end (&wake);
  if (!ok)
    hvfs_events_leave (events);
  return ok;
}

/* What waits is cancelled without the lock, which its handlers may take. */
static void
cancel_thread (HvfsEvents *events)
{
  g_autoptr (GCancellable) stop = NULL;

  g_mutex_lock (&events->lock);
  if (events->stop != NULL && (events->closing || events->n_readers == 0))
    {
      stop = g_object_ref (events->stop);
      events->ending = TRUE;
    }
  g_mutex_unlock (&events->lock);
  if (stop == NULL)
    return;
  g_cancellable_cancel (stop);
  g_mutex_lock (&events->lock);
  g_cond_broadcast (&events->changed);
  g_mutex_unlock (&events->lock);
}

void
hvfs_events_leave (HvfsEvents *events)
{
  gboolean last;

  g_mutex_lock (&events->lock);
  last = --events->n_readers == 0;
  g_mutex_unlock (&events->lock);
  if (last)
    cancel_thread (events);
}

void
hvfs_events_stop (HvfsEvents *events)
{
  g_mutex_lock (&events->lock);
  events->closing = TRUE;
  g_mutex_unlock (&events->lock);
  cancel_thread (events);
  if (events->thread != NULL)
    g_thread_join (events->thread);
  events->thread = NULL;
}

void
hvfs_events_free (HvfsEvents *events)
{
  g_clear_object (&events->stop);
  g_clear_error (&events->failure);
  hvfs_event_log_free (events->log);
  hvfs_collector_clear (&events->collector);
  g_free (events->history);
  g_cond_clear (&events->changed);
  g_mutex_clear (&events->lock);
  g_free (events);
}

guint64
hvfs_events_read (HvfsEvents *events, guint64 *next, HvfsEventFunc func, gpointer data)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&events->lock);
  guint64 first, end = hvfs_event_log_get_end (events->log, &first);
  guint64 missed = *next < first ? first - *next : 0;
  gboolean more = missed == 0;

  *next += missed;
  while (more && *next < end)
    {
      more = func (hvfs_event_log_get (events->log, *next), data);
      *next += more ? 1 : 0;
    }
  return missed;
}

void
hvfs_events_set_link (HvfsEvents *events, gboolean up)
{
  g_autoptr (GCancellable) wait = NULL;

  g_mutex_lock (&events->lock);
  if (!up && events->wait != NULL)
    wait = g_object_ref (events->wait);
  g_mutex_unlock (&events->lock);
  if (wait != NULL)
    g_cancellable_cancel (wait);
}
