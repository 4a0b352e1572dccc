/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/mirror/connection.c - whether the server is there, and waiting for news of it; see connection.h */
#include "backend/mirror/connection.h"

#include <string.h>

#include "backend/wait/crew.h"
#include "backend/wait/wake.h"
#include "convert/error.h"

#define IDLE_WAIT_S 60        /* one request a minute when nothing happens */
/* CheckForUpdates, on servers before 4.1: from one to the next.  Soon after somebody began
 * to wait for an update they come more often, and as time goes on ever less. */
#define POLL_MIN_US (20 * G_TIME_SPAN_MILLISECOND)
#define POLL_MAX_US (2 * G_TIME_SPAN_SECOND)
#define POLL_SLOWER 4

struct _HvfsConnection
{
  HvfsSession *session;
  guint timeout_s;
  void (*observer) (gboolean up, gpointer data); /* set before the first update; nullable */
  gpointer observer_data;
  HvfsCrew *crew;           /* its one job: ask; nullable: closed */
  gint read;                /* atomic: somebody read since the last wait began */
  /* Since when, in seconds of the monotonic clock, the server has been let wait for longer
   * than it may be silent to who reads; 0: it is not. */
  gint idle_since_s;        /* atomic */

  GMutex lock;
  GCond changed;            /* up, asking; somebody was cancelled */
  GCond woken;              /* of the update thread: closing, eager_us, hurry */
  GHashTable *news;         /* lock: HvfsNews, who waits for some */
  gboolean up;              /* lock */
  char *reason;             /* lock: why not, "" when it is */
  gint64 since_us;          /* lock: since 1970 */
  gboolean closing;         /* lock */
  gint64 eager_us;          /* lock: when somebody last began to wait for an update */
  gboolean hurry;           /* lock: the next pause ends at once */
  GCancellable *asking;     /* lock: of the question under way; nullable */
  GCancellable *wait;       /* lock: of the wait under way; cancelled when lost ... */
  gboolean interrupted;     /* lock: ... or because it was for long, and somebody reads */
  char *lost;               /* lock: why hvfs_connection_confirm gave the server up */
};

static void ask (gpointer item, gpointer data);

HvfsConnection *
hvfs_connection_new (HvfsSession *session, guint timeout_s)
{
  HvfsConnection *link = g_new0 (HvfsConnection, 1);

  link->session = session;
  link->timeout_s = timeout_s;
  link->crew = hvfs_crew_new ("hvfs-ask", ask, link, 1);
  link->read = TRUE; /* who mounts is about to read */
  link->news = g_hash_table_new (NULL, NULL);
  g_mutex_init (&link->lock);
  g_cond_init (&link->changed);
  g_cond_init (&link->woken);
  link->reason = g_strdup ("not connected yet");
  link->since_us = g_get_real_time ();
  return link;
}

void
hvfs_connection_close (HvfsConnection *link)
{
  g_mutex_lock (&link->lock);
  link->closing = TRUE;
  if (link->asking != NULL)
    g_cancellable_cancel (link->asking);
  if (link->wait != NULL)
    g_cancellable_cancel (link->wait);
  g_cond_broadcast (&link->woken);
  g_mutex_unlock (&link->lock);
  g_clear_pointer (&link->crew, hvfs_crew_free);
}

void
hvfs_connection_free (HvfsConnection *link)
{
  if (link == NULL)
    return;
  hvfs_connection_close (link);
  g_hash_table_unref (link->news);
  g_free (link->reason);
  g_free (link->lost);
  g_cond_clear (&link->changed);
  g_cond_clear (&link->woken);
  g_mutex_clear (&link->lock);
  g_free (link);
}

void
hvfs_connection_observe (HvfsConnection *link, void (*changed) (gboolean up, gpointer data),
                         gpointer data)
{
  link->observer = changed;
  link->observer_data = data;
}

/* ---- whether it is there ---- */

gboolean
hvfs_connection_is_up (HvfsConnection *link, char **ret_reason, gint64 *ret_since_us)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&link->lock);

  if (ret_reason != NULL)
    *ret_reason = g_strdup (link->reason);
  if (ret_since_us != NULL)
    *ret_since_us = link->since_us;
  return link->up;
}

/* Lock held. */
static void
tell (HvfsNews *news)
{
  news->is_told = TRUE;
  g_cond_signal (&news->told);
}

void
hvfs_connection_set (HvfsConnection *link, gboolean up, const char *reason)
{
  GHashTableIter iter;
  gboolean changed;
  gpointer news;

  g_mutex_lock (&link->lock);
  changed = link->up != up;
  link->up = up;
  if (changed)
    link->since_us = g_get_real_time ();
  if (strcmp (link->reason, reason) != 0)
    {
      g_free (link->reason);
      link->reason = g_strdup (reason);
    }
  g_hash_table_iter_init (&iter, link->news);
  while (g_hash_table_iter_next (&iter, &news, NULL))
    tell (news);
  g_cond_broadcast (&link->changed);
  g_mutex_unlock (&link->lock);
  if (changed && link->observer != NULL)
    link->observer (up, link->observer_data);
}

gboolean
hvfs_connection_await_up (HvfsConnection *link, gint64 deadline_us, GCancellable *cancellable)
{
  gboolean up, more = TRUE;
  HvfsWake wake;

  hvfs_wake_begin (&wake, cancellable, &link->lock, &link->changed);
  g_mutex_lock (&link->lock);
  while (!(up = link->up) && more && !g_cancellable_is_cancelled (cancellable))
    more = g_cond_wait_until (&link->changed, &link->lock, deadline_us);
  g_mutex_unlock (&link->lock);
  hvfs_wake_end (&wake);
  return up;
}

/* ---- news ---- */

void
hvfs_connection_begin_news (HvfsConnection *link, HvfsNews *news)
{
  news->is_told = FALSE;
  g_cond_init (&news->told);
  g_mutex_lock (&link->lock);
  g_hash_table_add (link->news, news);
  link->eager_us = g_get_monotonic_time ();
  g_cond_signal (&link->woken);
  g_mutex_unlock (&link->lock);
}

void
hvfs_connection_end_news (HvfsConnection *link, HvfsNews *news)
{
  g_mutex_lock (&link->lock);
  g_hash_table_remove (link->news, news);
  g_mutex_unlock (&link->lock);
  g_cond_clear (&news->told);
}

void
hvfs_connection_tell (HvfsConnection *link, HvfsNews *news)
{
  g_mutex_lock (&link->lock);
  tell (news);
  g_mutex_unlock (&link->lock);
}

int
hvfs_connection_await_news (HvfsConnection *link, HvfsNews *news, gint64 deadline_us,
                            GCancellable *cancellable)
{
  HvfsWake wake;
  int code = 0;

  hvfs_wake_begin (&wake, cancellable, &link->lock, &news->told);
  g_mutex_lock (&link->lock);
  while (code == 0 && !news->is_told)
    if (g_cancellable_is_cancelled (cancellable))
      code = EINTR;
    else if (!g_cond_wait_until (&news->told, &link->lock, deadline_us))
      code = ETIMEDOUT;
  news->is_told = FALSE;
  g_mutex_unlock (&link->lock);
  hvfs_wake_end (&wake);
  return code;
}

/* ---- is it still there? ---- */

static void
give_up (HvfsConnection *link, const char *reason)
{
  hvfs_connection_set (link, FALSE, reason);
  g_mutex_lock (&link->lock);
  g_free (link->lost);
  link->lost = g_strdup (reason);
  if (link->wait != NULL)
    g_cancellable_cancel (link->wait);
  g_mutex_unlock (&link->lock);
}

static gboolean
is_closing (HvfsConnection *link)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&link->lock);

  return link->closing;
}

/* Asks for the time; a server that does not answer is given up, before those who asked go on. */
static void
ask (gpointer item G_GNUC_UNUSED, gpointer data)
{
  HvfsConnection *link = data;
  g_autoptr (HvfsRequest) request
    = hvfs_request_new ("CurrentTime", "ServiceInstance", "ServiceInstance");
  g_autoptr (GError) error = NULL;
  g_autoptr (HvfsValue) reply
    = hvfs_session_call (link->session, request, HVFS_CALL_READ, 0, link->asking, &error);

  if (reply == NULL && hvfs_error_fault (error) == NULL && !is_closing (link))
    give_up (link, g_cancellable_is_cancelled (link->asking)
                     ? "the server fell silent for the time-out"
                     : error->message);
  g_mutex_lock (&link->lock);
  g_clear_object (&link->asking);
  g_cond_broadcast (&link->changed);
  g_mutex_unlock (&link->lock);
}

/* One question for all. */
static void
begin_asking (HvfsConnection *link)
{
  gboolean asked;

  g_mutex_lock (&link->lock);
  asked = link->asking != NULL;
  if (!asked)
    link->asking = g_cancellable_new ();
  g_mutex_unlock (&link->lock);
  if (!asked)
    hvfs_crew_push (link->crew, link); /* may ask here, which takes the lock */
}

/* Asks, and waits until there is an answer, or none.  FALSE: cancelled. */
static gboolean
ask_and_wait (HvfsConnection *link, GCancellable *cancellable)
{
  /* Half the time-out was silent before it. */
  gint64 deadline = g_get_monotonic_time () + link->timeout_s * G_TIME_SPAN_SECOND / 2;
  HvfsWake wake;

  hvfs_wake_begin (&wake, cancellable, &link->lock, &link->changed);
  begin_asking (link);
  g_mutex_lock (&link->lock);
  while (link->asking != NULL && !g_cancellable_is_cancelled (cancellable))
    if (!g_cond_wait_until (&link->changed, &link->lock, deadline) && link->asking != NULL)
      {
        g_cancellable_cancel (link->asking);
        deadline = G_MAXINT64;
      }
  g_mutex_unlock (&link->lock);
  hvfs_wake_end (&wake);
  return !g_cancellable_is_cancelled (cancellable);
}

/* In an int, which wraps after years. */
static gint
now_s (void)
{
  return MAX ((gint) (g_get_monotonic_time () / G_TIME_SPAN_SECOND), 1);
}

/* Whether the server has been let wait for so long that nobody knows whether the stream is
 * alive, whatever else it answers. */
static gboolean
is_stream_idle (HvfsConnection *link)
{
  gint since_s = g_atomic_int_get (&link->idle_since_s);

  return since_s != 0 && now_s () - since_s > (gint) link->timeout_s / 4;
}

/* The next wait is short enough to show it in time. */
static void
wake_stream (HvfsConnection *link)
{
  g_mutex_lock (&link->lock);
  if (link->wait != NULL && is_stream_idle (link))
    {
      link->interrupted = TRUE;
      g_atomic_int_set (&link->idle_since_s, 0);
      g_cancellable_cancel (link->wait);
    }
  g_mutex_unlock (&link->lock);
}

static gboolean
was_heard (HvfsConnection *link)
{
  gint64 silent_us = g_get_monotonic_time () - hvfs_session_last_heard_us (link->session);

  return silent_us < link->timeout_s * G_TIME_SPAN_SECOND / 2;
}

gboolean
hvfs_connection_is_fresh (HvfsConnection *link)
{
  g_atomic_int_set (&link->read, 1);
  return was_heard (link) && !is_stream_idle (link);
}

static gboolean
check_up (HvfsConnection *link, GError **error)
{
  g_autofree char *reason = NULL;

  if (hvfs_connection_is_up (link, &reason, NULL))
    return TRUE;
  g_set_error (error, HVFS_ERROR, EIO, "no connection to the server: %s", reason);
  return FALSE;
}

gboolean
hvfs_connection_confirm (HvfsConnection *link, GCancellable *cancellable, GError **error)
{
  if (!check_up (link, error))
    return FALSE;
  if (hvfs_connection_is_fresh (link))
    return TRUE;
  wake_stream (link);
  if (was_heard (link))
    return TRUE;
  if (ask_and_wait (link, cancellable))
    return check_up (link, error);
  g_set_error (error, HVFS_ERROR, EINTR, "interrupted; nothing was sent");
  return FALSE;
}

void
hvfs_connection_hurry (HvfsConnection *link)
{
  hvfs_session_hurry (link->session);
  g_mutex_lock (&link->lock);
  link->hurry = TRUE;
  g_cond_signal (&link->woken);
  g_mutex_unlock (&link->lock);
}

/* ---- the update thread's side ---- */

static void
cancel_wait (GCancellable *cancellable, gpointer wait)
{
  g_cancellable_cancel (wait);
}

/* While somebody reads, the stream itself shows often enough that the server is there, so that
 * no reader has to ask; and in time that the stream is dead, though the server answers all
 * else.  A server that was given up while nobody waited for it ends the next wait. */
void
hvfs_connection_begin_wait (HvfsConnection *link, gboolean pushes, gboolean is_filling,
                            GCancellable *cancellable, HvfsConnectionWait *wait)
{
  guint busy_s = CLAMP (link->timeout_s / 3, 1, IDLE_WAIT_S);
  guint wait_s = !pushes ? 0 : g_atomic_int_and (&link->read, 0) ? busy_s : IDLE_WAIT_S;
  gboolean is_idle = wait_s > busy_s;

  wait->wait_s = wait_s;
  wait->answer_s = !pushes                 ? 0
                   : is_idle || is_filling ? wait_s + link->timeout_s
                                           : MAX (wait_s + 2, link->timeout_s);
  wait->cancellable = g_cancellable_new ();
  wait->handler = cancellable == NULL
                    ? 0
                    : g_cancellable_connect (cancellable, G_CALLBACK (cancel_wait),
                                             g_object_ref (wait->cancellable), g_object_unref);
  g_mutex_lock (&link->lock);
  link->wait = wait->cancellable;
  link->interrupted = FALSE;
  g_atomic_int_set (&link->idle_since_s, is_idle ? now_s () : 0);
  if (link->lost != NULL || link->closing)
    g_cancellable_cancel (wait->cancellable);
  g_mutex_unlock (&link->lock);
}

void
hvfs_connection_end_wait (HvfsConnection *link, GCancellable *cancellable, HvfsConnectionWait *wait)
{
  g_mutex_lock (&link->lock);
  link->wait = NULL;
  g_atomic_int_set (&link->idle_since_s, 0);
  g_mutex_unlock (&link->lock);
  g_cancellable_disconnect (cancellable, wait->handler);
  g_object_unref (wait->cancellable);
}

char *
hvfs_connection_steal_lost (HvfsConnection *link, gboolean *ret_interrupted)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&link->lock);

  if (ret_interrupted != NULL)
    *ret_interrupted = link->interrupted;
  link->interrupted = FALSE;
  return g_steal_pointer (&link->lost);
}

void
hvfs_connection_pause (HvfsConnection *link, gint64 us)
{
  gint64 until = g_get_monotonic_time () + us;

  g_mutex_lock (&link->lock);
  while (!link->closing && !link->hurry
         && g_cond_wait_until (&link->woken, &link->lock, until))
    ;
  link->hurry = FALSE;
  g_mutex_unlock (&link->lock);
}

void
hvfs_connection_pause_poll (HvfsConnection *link)
{
  gint64 began = g_get_monotonic_time (), pause;

  g_mutex_lock (&link->lock);
  do
    pause = CLAMP ((began - link->eager_us) / POLL_SLOWER, POLL_MIN_US, POLL_MAX_US);
  while (!link->closing && g_cond_wait_until (&link->woken, &link->lock, began + pause));
  g_mutex_unlock (&link->lock);
}
