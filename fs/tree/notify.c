/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/tree/notify.c - tells the kernel what it must forget; see notify.h */
#include "fs/tree/notify.h"

#include <fuse_lowlevel.h>
#include <string.h>

#define FLUSH_US G_TIME_SPAN_SECOND

typedef struct
{
  guint64 ino;
  char *name;          /* NULL: the inode itself */
  gboolean attributes; /* then: these alone */
} Note;

/* The notes of one directory that waits for its requests. */
typedef struct
{
  guint64 dir;
  guint n_holds;
  GQueue notes; /* Note */
} Held;

struct _HvfsNotifier
{
  HvfsStats *stats;
  struct fuse_session *session;

  GMutex lock;
  GCond changed;           /* any of the below */
  GQueue queue;            /* lock: Note */
  GHashTable *held;        /* lock: dir -> Held */
  const Note *telling;     /* lock: what the thread of turn @turn tells now */
  guint turn;              /* lock: +1 when a thread is left behind, see hold */
  guint n_threads;         /* lock: that one and those left behind */
  GSList *ended;           /* lock: GThread, to be joined */
  guint n_kept;            /* lock: notes in @held, and told by those left behind */
  guint64 n_queued;        /* lock: ever */
  guint64 n_told;          /* lock: ever; kept back counts */
  gboolean running;        /* lock */
};

static void
note_free (gpointer data)
{
  g_free (((Note *) data)->name);
  g_free (data);
}

static void
held_free (gpointer data)
{
  g_queue_clear_full (&((Held *) data)->notes, note_free);
  g_free (data);
}

HvfsNotifier *
hvfs_notifier_new (HvfsStats *stats)
{
  HvfsNotifier *notifier = g_new0 (HvfsNotifier, 1);

  notifier->stats = stats;
  g_mutex_init (&notifier->lock);
  g_cond_init (&notifier->changed);
  g_queue_init (&notifier->queue);
  notifier->held = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, held_free);
  return notifier;
}

void
hvfs_notifier_free (HvfsNotifier *notifier)
{
  if (notifier == NULL)
    return;
  hvfs_notifier_stop (notifier);
  g_queue_clear_full (&notifier->queue, note_free);
  g_hash_table_unref (notifier->held);
  g_cond_clear (&notifier->changed);
  g_mutex_clear (&notifier->lock);
  g_free (notifier);
}

/* What the kernel does not have cached (ENOENT) needs no telling. */
static void
tell (HvfsNotifier *notifier, const Note *note)
{
  if (note->name == NULL)
    fuse_lowlevel_notify_inval_inode (notifier->session, note->ino, note->attributes ? -1 : 0, 0);
  else
    fuse_lowlevel_notify_inval_entry (notifier->session, note->ino, note->name,
                                      strlen (note->name));
}

/* The directory of @note, if that has to wait for its requests. */
static Held *
holder_locked (HvfsNotifier *notifier, const Note *note)
{
  return note->name == NULL ? NULL : g_hash_table_lookup (notifier->held, &note->ino);
}

static void
tell_next_locked (HvfsNotifier *notifier, guint turn)
{
  Note *note = g_queue_pop_head (&notifier->queue);
  Held *held = holder_locked (notifier, note);

  if (held != NULL)
    {
      g_queue_push_tail (&held->notes, note);
      notifier->n_kept++;
    }
  else
    {
      notifier->telling = note;
      g_mutex_unlock (&notifier->lock);
      tell (notifier, note);
      hvfs_stats_add (notifier->stats, HVFS_STAT_INVALIDATIONS, 1);
      g_mutex_lock (&notifier->lock);
      note_free (note);
      if (notifier->turn != turn)
        {
          notifier->n_kept--;
          return;
        }
      notifier->telling = NULL;
    }
  if (++notifier->n_told == notifier->n_queued)
    g_cond_broadcast (&notifier->changed);
}

/* One is at work at a time; one that was left behind ends as soon as it can. */
static gpointer
notify_thread (gpointer data)
{
  HvfsNotifier *notifier = data;
  guint turn;

  g_mutex_lock (&notifier->lock);
  turn = notifier->turn;
  while (notifier->running && notifier->turn == turn)
    if (notifier->queue.length == 0)
      g_cond_wait (&notifier->changed, &notifier->lock);
    else
      tell_next_locked (notifier, turn);
  notifier->n_threads--;
  notifier->ended = g_slist_prepend (notifier->ended, g_thread_ref (g_thread_self ()));
  g_cond_broadcast (&notifier->changed);
  g_mutex_unlock (&notifier->lock);
  return NULL;
}

/* They have nothing left to do but to end. */
static void
join_ended_locked (HvfsNotifier *notifier)
{
  for (; notifier->ended != NULL;
       notifier->ended = g_slist_delete_link (notifier->ended, notifier->ended))
    g_thread_join (notifier->ended->data);
}

static void
start_thread_locked (HvfsNotifier *notifier)
{
  join_ended_locked (notifier);
  notifier->n_threads++;
  g_thread_unref (g_thread_new ("hvfs-notify", notify_thread, notifier));
}

void
hvfs_notifier_start (HvfsNotifier *notifier, struct fuse_session *session)
{
  g_mutex_lock (&notifier->lock);
  notifier->session = session;
  g_queue_clear_full (&notifier->queue, note_free);
  notifier->n_told = notifier->n_queued;
  notifier->running = TRUE;
  start_thread_locked (notifier);
  g_mutex_unlock (&notifier->lock);
}

void
hvfs_notifier_stop (HvfsNotifier *notifier)
{
  g_mutex_lock (&notifier->lock);
  notifier->running = FALSE;
  g_cond_broadcast (&notifier->changed);
  while (notifier->n_threads > 0)
    g_cond_wait (&notifier->changed, &notifier->lock);
  join_ended_locked (notifier);
  g_mutex_unlock (&notifier->lock);
}

static void
queue_locked (HvfsNotifier *notifier, Note *note)
{
  g_queue_push_tail (&notifier->queue, note);
  if (notifier->n_queued++ == notifier->n_told)
    g_cond_broadcast (&notifier->changed);
}

static void
add (HvfsNotifier *notifier, guint64 ino, const char *name, gboolean attributes)
{
  Note *note;

  g_mutex_lock (&notifier->lock);
  if (notifier->running)
    {
      note = g_new (Note, 1);
      *note = (Note){ ino, g_strdup (name), attributes };
      queue_locked (notifier, note);
    }
  g_mutex_unlock (&notifier->lock);
}

void
hvfs_notifier_inode (HvfsNotifier *notifier, guint64 ino)
{
  add (notifier, ino, NULL, FALSE);
}

void
hvfs_notifier_attributes (HvfsNotifier *notifier, guint64 ino)
{
  add (notifier, ino, NULL, TRUE);
}

void
hvfs_notifier_entry (HvfsNotifier *notifier, guint64 dir, const char *name)
{
  add (notifier, dir, name, FALSE);
}

void
hvfs_notifier_hold (HvfsNotifier *notifier, guint64 dir)
{
  Held *held;

  g_mutex_lock (&notifier->lock);
  held = g_hash_table_lookup (notifier->held, &dir);
  if (held == NULL)
    {
      held = g_new0 (Held, 1);
      held->dir = dir;
      g_hash_table_insert (notifier->held, &held->dir, held);
    }
  held->n_holds++;
  /* The kernel took its lock before we heard of the request. */
  if (notifier->telling != NULL && notifier->telling->name != NULL
      && notifier->telling->ino == dir && notifier->running)
    {
      notifier->turn++;
      notifier->telling = NULL;
      notifier->n_told++;
      notifier->n_kept++;
      start_thread_locked (notifier);
    }
  g_mutex_unlock (&notifier->lock);
}

void
hvfs_notifier_release (HvfsNotifier *notifier, guint64 dir)
{
  Held *held;
  Note *note;

  g_mutex_lock (&notifier->lock);
  held = g_hash_table_lookup (notifier->held, &dir);
  if (--held->n_holds == 0)
    {
      notifier->n_kept -= held->notes.length;
      while ((note = g_queue_pop_head (&held->notes)) != NULL)
        queue_locked (notifier, note);
      g_hash_table_remove (notifier->held, &dir);
    }
  g_mutex_unlock (&notifier->lock);
}

gboolean
hvfs_notifier_is_idle (HvfsNotifier *notifier)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&notifier->lock);
  return notifier->n_told == notifier->n_queued && notifier->n_kept == 0;
}

/* Waits for the first @queued, a second at most.  Returns: whether it is worth going on: some
 * were told, not all */
static gboolean
await_progress_locked (HvfsNotifier *notifier, guint64 queued)
{
  gint64 deadline = g_get_monotonic_time () + FLUSH_US;
  guint64 told = notifier->n_told;

  while (notifier->running && notifier->n_told < queued
         && g_cond_wait_until (&notifier->changed, &notifier->lock, deadline))
    ;
  return notifier->running && notifier->n_told < queued && notifier->n_told > told;
}

void
hvfs_notifier_flush (HvfsNotifier *notifier)
{
  g_mutex_lock (&notifier->lock);
  for (guint64 queued = notifier->n_queued; await_progress_locked (notifier, queued);)
    ;
  g_mutex_unlock (&notifier->lock);
}
