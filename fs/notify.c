/* fs/notify.c - tells the kernel what it must forget; see notify.h */
#define FUSE_USE_VERSION 314
#include "fs/notify.h"

#include <fuse_lowlevel.h>
#include <string.h>

#define FLUSH_US G_TIME_SPAN_SECOND

typedef struct
{
  guint64 ino;
  char *name; /* NULL: the inode itself */
} Note;

struct _HvfsNotifier
{
  HvfsStats *stats;
  struct fuse_session *session;
  GThread *thread;

  GMutex lock;
  GCond changed;           /* any of the below */
  GArray *queue;           /* lock: Note */
  guint64 n_queued;        /* lock: ever */
  guint64 n_told;          /* lock: ever */
  gboolean running;        /* lock */
};

static void
note_clear (gpointer data)
{
  g_free (((Note *) data)->name);
}

static GArray *
queue_new (void)
{
  GArray *queue = g_array_new (FALSE, FALSE, sizeof (Note));

  g_array_set_clear_func (queue, note_clear);
  return queue;
}

HvfsNotifier *
hvfs_notifier_new (HvfsStats *stats)
{
  HvfsNotifier *notifier = g_new0 (HvfsNotifier, 1);

  notifier->stats = stats;
  g_mutex_init (&notifier->lock);
  g_cond_init (&notifier->changed);
  notifier->queue = queue_new ();
  return notifier;
}

void
hvfs_notifier_free (HvfsNotifier *notifier)
{
  if (notifier == NULL)
    return;
  hvfs_notifier_stop (notifier);
  g_array_unref (notifier->queue);
  g_cond_clear (&notifier->changed);
  g_mutex_clear (&notifier->lock);
  g_free (notifier);
}

/* What the kernel does not have cached (ENOENT) needs no telling. */
static void
tell (HvfsNotifier *notifier, const Note *note)
{
  if (note->name == NULL)
    fuse_lowlevel_notify_inval_inode (notifier->session, note->ino, 0, 0);
  else
    fuse_lowlevel_notify_inval_entry (notifier->session, note->ino, note->name,
                                      strlen (note->name));
}

static gpointer
notify_thread (gpointer data)
{
  HvfsNotifier *notifier = data;

  g_mutex_lock (&notifier->lock);
  while (notifier->running)
    {
      g_autoptr (GArray) batch = NULL;

      if (notifier->queue->len == 0)
        {
          g_cond_wait (&notifier->changed, &notifier->lock);
          continue;
        }
      batch = notifier->queue;
      notifier->queue = queue_new ();
      g_mutex_unlock (&notifier->lock);

      for (guint i = 0; i < batch->len; i++)
        tell (notifier, &g_array_index (batch, Note, i));
      hvfs_stats_add (notifier->stats, HVFS_STAT_INVALIDATIONS, batch->len);

      g_mutex_lock (&notifier->lock);
      notifier->n_told += batch->len;
      g_cond_broadcast (&notifier->changed);
    }
  g_mutex_unlock (&notifier->lock);
  return NULL;
}

void
hvfs_notifier_start (HvfsNotifier *notifier, struct fuse_session *session)
{
  g_mutex_lock (&notifier->lock);
  notifier->session = session;
  g_array_set_size (notifier->queue, 0);
  notifier->n_told = notifier->n_queued;
  notifier->running = TRUE;
  g_mutex_unlock (&notifier->lock);
  notifier->thread = g_thread_new ("hvfs-notify", notify_thread, notifier);
}

void
hvfs_notifier_stop (HvfsNotifier *notifier)
{
  g_mutex_lock (&notifier->lock);
  notifier->running = FALSE;
  g_cond_broadcast (&notifier->changed);
  g_mutex_unlock (&notifier->lock);
  if (notifier->thread != NULL)
    g_thread_join (g_steal_pointer (&notifier->thread));
}

static void
add (HvfsNotifier *notifier, guint64 ino, const char *name)
{
  Note note = { ino, g_strdup (name) };

  g_mutex_lock (&notifier->lock);
  if (notifier->running)
    {
      g_array_append_val (notifier->queue, note);
      if (notifier->n_queued++ == notifier->n_told)
        g_cond_broadcast (&notifier->changed);
    }
  else
    g_free (note.name);
  g_mutex_unlock (&notifier->lock);
}

void
hvfs_notifier_inode (HvfsNotifier *notifier, guint64 ino)
{
  add (notifier, ino, NULL);
}

void
hvfs_notifier_entry (HvfsNotifier *notifier, guint64 dir, const char *name)
{
  add (notifier, dir, name);
}

gboolean
hvfs_notifier_is_idle (HvfsNotifier *notifier)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&notifier->lock);
  return notifier->n_told == notifier->n_queued;
}

void
hvfs_notifier_flush (HvfsNotifier *notifier)
{
  gint64 deadline = g_get_monotonic_time () + FLUSH_US;
  guint64 queued;

  g_mutex_lock (&notifier->lock);
  queued = notifier->n_queued;
  while (notifier->running && notifier->n_told < queued
         && g_cond_wait_until (&notifier->changed, &notifier->lock, deadline))
    ;
  g_mutex_unlock (&notifier->lock);
}
