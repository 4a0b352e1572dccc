/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wait/crew.c - threads for what must wait; see crew.h */
#include "backend/wait/crew.h"

#define IDLE_US (10 * G_TIME_SPAN_SECOND)

struct _HvfsCrew
{
  const char *name;
  GFunc func;
  gpointer user_data;
  guint max_threads;
  GMutex lock;
  GCond pushed, left;
  GQueue todo;          /* lock */
  guint n_idle;         /* lock: in wait_locked, also if woken since */
  guint n_new;          /* lock: being made, or on their way to wait_locked */
  guint n_threads;      /* lock: all but the ended */
  GSList *ended;        /* lock: to be joined, which takes no time */
  gboolean closing;     /* lock */
};

/* FALSE: nothing to do for long. */
static gboolean
wait_locked (HvfsCrew *crew)
{
  gint64 deadline = g_get_monotonic_time () + IDLE_US;
  gboolean woken = TRUE;

  crew->n_idle++;
  while (crew->todo.length == 0 && !crew->closing && woken)
    woken = g_cond_wait_until (&crew->pushed, &crew->lock, deadline);
  crew->n_idle--;
  return crew->todo.length > 0;
}

static gpointer crew_thread (gpointer user_data);

/* One more; the lock is let go of meanwhile, for a thread takes its time to be made.
 * FALSE: that cannot be. */
static gboolean
start_thread_locked (HvfsCrew *crew)
{
  GThread *thread;

  crew->n_threads++;
  crew->n_new++;
  g_mutex_unlock (&crew->lock);
  thread = g_thread_try_new (crew->name, crew_thread, crew, NULL);
  g_mutex_lock (&crew->lock);
  if (thread != NULL)
    g_thread_unref (thread);
  else
    {
      crew->n_threads--;
      crew->n_new--;
      g_cond_signal (&crew->left);
    }
  return thread != NULL;
}

/* Who goes to work sees to it first that somebody is there for the next: so it is never
 * who pushes that makes a thread, but for the first. */
static gpointer
crew_thread (gpointer user_data)
{
  HvfsCrew *crew = user_data;

  g_mutex_lock (&crew->lock);
  crew->n_new--;
  while (wait_locked (crew))
    {
      gpointer data = g_queue_pop_head (&crew->todo);

      if (crew->n_idle + crew->n_new == 0 && crew->n_threads < crew->max_threads)
        start_thread_locked (crew);
      g_mutex_unlock (&crew->lock);
      crew->func (data, crew->user_data);
      g_mutex_lock (&crew->lock);
    }
  crew->n_threads--;
  crew->ended = g_slist_prepend (crew->ended, g_thread_ref (g_thread_self ()));
  g_cond_signal (&crew->left);
  g_mutex_unlock (&crew->lock);
  return NULL;
}

static void
join_ended (GSList *ended)
{
  for (GSList *l = ended; l != NULL; l = l->next)
    g_thread_join (l->data);
  g_slist_free (ended);
}

HvfsCrew *
hvfs_crew_new (const char *name, GFunc func, gpointer user_data, guint max_threads)
{
  HvfsCrew *crew = g_new0 (HvfsCrew, 1);

  crew->name = name;
  crew->func = func;
  crew->user_data = user_data;
  crew->max_threads = max_threads;
  g_mutex_init (&crew->lock);
  g_cond_init (&crew->pushed);
  g_cond_init (&crew->left);
  return crew;
}

void
hvfs_crew_free (HvfsCrew *crew)
{
  if (crew == NULL)
    return;
  g_mutex_lock (&crew->lock);
  crew->closing = TRUE;
  g_cond_broadcast (&crew->pushed);
  while (crew->n_threads > 0)
    g_cond_wait (&crew->left, &crew->lock);
  g_mutex_unlock (&crew->lock);
  join_ended (crew->ended);
  g_cond_clear (&crew->left);
  g_cond_clear (&crew->pushed);
  g_mutex_clear (&crew->lock);
  g_free (crew);
}

/* FALSE: nobody is there to do it. */
static gboolean
find_thread_locked (HvfsCrew *crew)
{
  g_cond_signal (&crew->pushed);
  /* Where one could not be made before, or all had nothing to do for long. */
  if (crew->n_idle + crew->n_new == 0 && crew->n_threads < crew->max_threads)
    start_thread_locked (crew);
  return crew->n_threads > 0;
}

void
hvfs_crew_push (HvfsCrew *crew, gpointer data)
{
  GSList *ended;

  g_mutex_lock (&crew->lock);
  ended = g_steal_pointer (&crew->ended);
  g_queue_push_tail (&crew->todo, data);
  while (!find_thread_locked (crew) && (data = g_queue_pop_head (&crew->todo)) != NULL)
    {
      g_mutex_unlock (&crew->lock);
      crew->func (data, crew->user_data);
      g_mutex_lock (&crew->lock);
    }
  g_mutex_unlock (&crew->lock);
  join_ended (ended);
}
