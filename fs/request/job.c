/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/request/job.c - requests that must wait, and their interruption; see job.h */
#include "fs/request/job.h"

#include "backend/wait/crew.h"
#include "fs/request/caller.h"

/* Each waits most of its life; the limit is for a mount under attack. */
#define MAX_THREADS 512

/* How often a caller is looked at who has a signal that does not mean the request: the
 * kernel does not tell of the next one. */
#define LOOK_US (G_TIME_SPAN_SECOND / 10)

typedef struct
{
  HvfsJobs *jobs;
  fuse_req_t req;
  pid_t caller;
  gboolean watched; /* jobs->lock */
  GCancellable *cancellable;
  HvfsJobFunc func;
  gpointer data;
  GDestroyNotify data_free;
} Job;

struct _HvfsJobs
{
  HvfsCrew *crew;
  GMutex lock;
  GHashTable *running;  /* lock: Job, those queued and under way */
  guint n_watched;      /* lock: of them */
  GThread *watcher;     /* lock: (nullable): until one is watched */
  GCond changed;        /* n_watched, closing */
  gboolean closing;     /* lock */
};

/* ---- who is interrupted ---- */

/* Cancels those of the jobs for which @which is true.  A cancellation takes locks of
 * its own. */
static void
cancel (HvfsJobs *jobs, gboolean (*which) (const Job *job))
{
  GHashTableIter iter;
  gpointer key;
  g_autoptr (GPtrArray) chosen = g_ptr_array_new_with_free_func (g_object_unref);

  g_mutex_lock (&jobs->lock);
  g_hash_table_iter_init (&iter, jobs->running);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (which (key))
      g_ptr_array_add (chosen, g_object_ref (((Job *) key)->cancellable));
  g_mutex_unlock (&jobs->lock);
  for (guint i = 0; i < chosen->len; i++)
    g_cancellable_cancel (chosen->pdata[i]);
}

static gboolean
gives_up (const Job *job)
{
  return job->watched && hvfs_caller_gives_up (job->caller);
}

static gpointer
watch (gpointer data)
{
  HvfsJobs *jobs = data;

  g_mutex_lock (&jobs->lock);
  while (!jobs->closing)
    if (jobs->n_watched == 0)
      g_cond_wait (&jobs->changed, &jobs->lock);
    else if (!g_cond_wait_until (&jobs->changed, &jobs->lock,
                                 g_get_monotonic_time () + LOOK_US))
      {
        g_mutex_unlock (&jobs->lock);
        cancel (jobs, gives_up);
        g_mutex_lock (&jobs->lock);
      }
  g_mutex_unlock (&jobs->lock);
  return NULL;
}

/* Returns: FALSE if nobody can watch. */
static gboolean
start_watching (Job *job)
{
  HvfsJobs *jobs = job->jobs;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&jobs->lock);

  if (jobs->watcher == NULL)
    jobs->watcher = g_thread_try_new ("hvfs-watch", watch, jobs, NULL);
  if (jobs->watcher == NULL)
    return FALSE;
  job->watched = TRUE;
  if (jobs->n_watched++ == 0)
    g_cond_signal (&jobs->changed);
  return TRUE;
}

/* Called by FUSE with the request locked, in any thread, also at once; never twice. */
static void
interrupted (fuse_req_t req, void *data)
{
  Job *job = data;

  if (hvfs_caller_gives_up (job->caller) || !start_watching (job))
    g_cancellable_cancel (job->cancellable);
}

/* ---- jobs ---- */

static void
run (gpointer data, gpointer user_data)
{
  Job *job = data;
  HvfsJobs *jobs = user_data;

  job->func (job->req, job->cancellable, job->data);
  if (job->data_free != NULL)
    job->data_free (job->data);
  g_mutex_lock (&jobs->lock);
  g_hash_table_remove (jobs->running, job);
  jobs->n_watched -= job->watched ? 1 : 0;
  g_mutex_unlock (&jobs->lock);
  g_object_unref (job->cancellable);
  g_free (job);
}

HvfsJobs *
hvfs_jobs_new (void)
{
  HvfsJobs *jobs = g_new0 (HvfsJobs, 1);

  g_mutex_init (&jobs->lock);
  g_cond_init (&jobs->changed);
  jobs->running = g_hash_table_new (NULL, NULL);
  jobs->crew = hvfs_crew_new ("hvfs-job", run, jobs, MAX_THREADS);
  return jobs;
}

static gboolean
any (const Job *job)
{
  return TRUE;
}

void
hvfs_jobs_cancel (HvfsJobs *jobs)
{
  g_mutex_lock (&jobs->lock);
  jobs->closing = TRUE;
  g_cond_signal (&jobs->changed);
  g_mutex_unlock (&jobs->lock);
  cancel (jobs, any);
}

void
hvfs_jobs_free (HvfsJobs *jobs)
{
  if (jobs == NULL)
    return;
  hvfs_jobs_cancel (jobs);
  hvfs_crew_free (jobs->crew);
  if (jobs->watcher != NULL)
    g_thread_join (jobs->watcher);
  g_hash_table_unref (jobs->running);
  g_cond_clear (&jobs->changed);
  g_mutex_clear (&jobs->lock);
  g_free (jobs);
}

void
hvfs_jobs_push (HvfsJobs *jobs, fuse_req_t req, HvfsJobFunc func, gpointer data,
                GDestroyNotify data_free)
{
  Job *job = g_new0 (Job, 1);
  gboolean closing;

  job->jobs = jobs;
  job->req = req;
  job->caller = fuse_req_ctx (req)->pid;
  job->cancellable = g_cancellable_new ();
  job->func = func;
  job->data = data;
  job->data_free = data_free;
  g_mutex_lock (&jobs->lock);
  closing = jobs->closing;
  g_hash_table_add (jobs->running, job);
  g_mutex_unlock (&jobs->lock);
  if (closing)
    g_cancellable_cancel (job->cancellable);
  fuse_req_interrupt_func (req, interrupted, job);
  hvfs_crew_push (jobs->crew, job);
}
