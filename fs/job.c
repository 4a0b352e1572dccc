/* fs/job.c - requests that must wait, and their interruption; see job.h */
#include "fs/job.h"

#include "backend/crew.h"

/* Each waits most of its life; the limit is for a mount under attack. */
#define MAX_THREADS 512

typedef struct
{
  fuse_req_t req;
  GCancellable *cancellable;
  HvfsJobFunc func;
  gpointer data;
  GDestroyNotify data_free;
} Job;

struct _HvfsJobs
{
  HvfsCrew *crew;
  GMutex lock;
  GHashTable *running;  /* lock: the cancellables of jobs queued and under way */
  gboolean closing;     /* lock */
};

/* Called by FUSE with the request locked, in any thread, also at once. */
static void
interrupted (fuse_req_t req, void *data)
{
  g_cancellable_cancel (data);
}

static void
run (gpointer data, gpointer user_data)
{
  Job *job = data;
  HvfsJobs *jobs = user_data;

  job->func (job->req, job->cancellable, job->data);
  if (job->data_free != NULL)
    job->data_free (job->data);
  g_mutex_lock (&jobs->lock);
  g_hash_table_remove (jobs->running, job->cancellable);
  g_mutex_unlock (&jobs->lock);
  g_free (job);
}

HvfsJobs *
hvfs_jobs_new (void)
{
  HvfsJobs *jobs = g_new0 (HvfsJobs, 1);

  g_mutex_init (&jobs->lock);
  jobs->running = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  jobs->crew = hvfs_crew_new ("hvfs-job", run, jobs, MAX_THREADS);
  return jobs;
}

void
hvfs_jobs_cancel (HvfsJobs *jobs)
{
  GHashTableIter iter;
  gpointer cancellable;
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (g_object_unref);

  g_mutex_lock (&jobs->lock);
  jobs->closing = TRUE;
  g_hash_table_iter_init (&iter, jobs->running);
  while (g_hash_table_iter_next (&iter, &cancellable, NULL))
    g_ptr_array_add (all, g_object_ref (cancellable));
  g_mutex_unlock (&jobs->lock);
  for (guint i = 0; i < all->len; i++)
    g_cancellable_cancel (all->pdata[i]);
}

void
hvfs_jobs_free (HvfsJobs *jobs)
{
  if (jobs == NULL)
    return;
  hvfs_jobs_cancel (jobs);
  hvfs_crew_free (jobs->crew);
  g_hash_table_unref (jobs->running);
  g_mutex_clear (&jobs->lock);
  g_free (jobs);
}

void
hvfs_jobs_push (HvfsJobs *jobs, fuse_req_t req, HvfsJobFunc func, gpointer data,
                GDestroyNotify data_free)
{
  Job *job = g_new0 (Job, 1);
  gboolean closing;

  job->req = req;
  job->cancellable = g_cancellable_new ();
  job->func = func;
  job->data = data;
  job->data_free = data_free;
  g_mutex_lock (&jobs->lock);
  closing = jobs->closing;
  g_hash_table_add (jobs->running, job->cancellable);
  g_mutex_unlock (&jobs->lock);
  if (closing)
    g_cancellable_cancel (job->cancellable);
  fuse_req_interrupt_func (req, interrupted, job->cancellable);
  hvfs_crew_push (jobs->crew, job);
}
