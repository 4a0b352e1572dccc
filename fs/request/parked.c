/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/request/parked.c - reads that wait for what may never come; see parked.h */
#include "fs/request/parked.h"

#include <errno.h>

/* One that waits: a read, or with a handle in place of a request a poll. */
typedef struct
{
  HvfsParked *parked;
  fuse_req_t req;
  struct fuse_pollhandle *handle;
  gpointer file;
  gsize size;
  goffset off;
  gboolean interrupted; /* lock */

  /* The answer. */
  GBytes *content;
  int code;
} Waiting;

struct _HvfsParked
{
  HvfsParkedRead read;
  GMutex lock;
  GCond changed;
  GPtrArray *waiting; /* lock: Waiting */
  gboolean woken;     /* lock */
  gboolean ended;     /* lock */
  GThread *thread;    /* lock: (nullable): until one waits */
};

HvfsParked *
hvfs_parked_new (HvfsParkedRead read)
{
  HvfsParked *parked = g_new0 (HvfsParked, 1);

  parked->read = read;
  g_mutex_init (&parked->lock);
  g_cond_init (&parked->changed);
  parked->waiting = g_ptr_array_new ();
  return parked;
}

/* Lock held.  Whether it can be answered, and with what. */
static gboolean
decide (HvfsParked *parked, Waiting *waiting)
{
  if (parked->ended)
    waiting->code = ENODEV;
  else if ((waiting->content = parked->read (waiting->file, waiting->size, waiting->off)) == NULL
           && waiting->interrupted)
    waiting->code = EINTR;
  return waiting->content != NULL || waiting->code != 0;
}

/* No lock held: the end of an interruption waits for one that is under way. */
static void
answer (Waiting *waiting)
{
  if (waiting->handle != NULL)
    {
      fuse_lowlevel_notify_poll (waiting->handle);
      fuse_pollhandle_destroy (waiting->handle);
    }
  else
    {
      fuse_req_interrupt_func (waiting->req, NULL, NULL);
      if (waiting->content != NULL)
        fuse_reply_buf (waiting->req, g_bytes_get_data (waiting->content, NULL),
                        g_bytes_get_size (waiting->content));
      else
        fuse_reply_err (waiting->req, waiting->code);
    }
  g_clear_pointer (&waiting->content, g_bytes_unref);
  g_free (waiting);
}

static gpointer
serve (gpointer data)
{
  HvfsParked *parked = data;
  g_autoptr (GPtrArray) decided = g_ptr_array_new ();

  g_mutex_lock (&parked->lock);
  while (!parked->ended || parked->waiting->len > 0)
    {
      while (!parked->woken && !parked->ended)
        g_cond_wait (&parked->changed, &parked->lock);
      parked->woken = FALSE;
      for (guint i = parked->waiting->len; i-- > 0;)
        if (decide (parked, parked->waiting->pdata[i]))
          g_ptr_array_add (decided, g_ptr_array_remove_index_fast (parked->waiting, i));
      g_mutex_unlock (&parked->lock);
      g_ptr_array_foreach (decided, (GFunc) (void (*) (void)) answer, NULL);
      g_ptr_array_set_size (decided, 0);
      g_mutex_lock (&parked->lock);
    }
  g_mutex_unlock (&parked->lock);
  return NULL;
}

/* Lock held. */
static void
wake (HvfsParked *parked)
{
  parked->woken = TRUE;
  g_cond_signal (&parked->changed);
}

void
hvfs_parked_wake (HvfsParked *parked)
{
  g_mutex_lock (&parked->lock);
  wake (parked);
  g_mutex_unlock (&parked->lock);
}

/* Called by FUSE with the request locked, in any thread, also at once. */
static void
interrupted (fuse_req_t req G_GNUC_UNUSED, void *data)
{
  Waiting *waiting = data;

  g_mutex_lock (&waiting->parked->lock);
  waiting->interrupted = TRUE;
  wake (waiting->parked);
  g_mutex_unlock (&waiting->parked->lock);
}

/* Takes @waiting, unless it is decided.  FALSE: it is */
static gboolean
park (HvfsParked *parked, Waiting *waiting)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&parked->lock);

  if (!parked->ended && parked->thread == NULL
      && (parked->thread = g_thread_try_new ("hvfs-parked", serve, parked, NULL)) == NULL)
    waiting->code = EAGAIN;
  if (waiting->code != 0 || decide (parked, waiting))
    return FALSE;
  g_ptr_array_add (parked->waiting, waiting);
  return TRUE;
}

void
hvfs_parked_add (HvfsParked *parked, fuse_req_t req, gpointer file, gsize size, goffset off,
                 gboolean can_wait)
{
  Waiting *waiting = g_new0 (Waiting, 1);
  GBytes *content = NULL;

  *waiting = (Waiting){ .parked = parked, .req = req, .file = file, .size = size, .off = off };
  if (!can_wait)
    {
      g_mutex_lock (&parked->lock);
      content = parked->read (file, size, off);
      g_mutex_unlock (&parked->lock);
      waiting->content = content;
      waiting->code = EAGAIN;
    }
  else
    fuse_req_interrupt_func (req, interrupted, waiting);
  if (!can_wait || !park (parked, waiting))
    answer (waiting);
}

/* Takes out of the list, and frees, the handle of @file.  Lock held. */
static void
drop_handle (HvfsParked *parked, gpointer file)
{
  for (guint i = parked->waiting->len; i-- > 0;)
    {
      Waiting *waiting = parked->waiting->pdata[i];

      if (waiting->handle == NULL || waiting->file != file)
        continue;
      fuse_pollhandle_destroy (waiting->handle);
      g_free (waiting);
      g_ptr_array_remove_index_fast (parked->waiting, i);
    }
}

void
hvfs_parked_watch (HvfsParked *parked, gpointer file, goffset off, struct fuse_pollhandle *handle)
{
  Waiting *waiting = g_new0 (Waiting, 1);

  *waiting = (Waiting){ .parked = parked, .handle = handle, .file = file, .size = 1, .off = off };
  hvfs_parked_forget (parked, file);
  if (!park (parked, waiting))
    answer (waiting);
}

void
hvfs_parked_forget (HvfsParked *parked, gpointer file)
{
  g_mutex_lock (&parked->lock);
  drop_handle (parked, file);
  g_mutex_unlock (&parked->lock);
}

void
hvfs_parked_end (HvfsParked *parked)
{
  g_mutex_lock (&parked->lock);
  parked->ended = TRUE;
  g_cond_broadcast (&parked->changed);
  g_mutex_unlock (&parked->lock);
  if (parked->thread != NULL)
    g_thread_join (parked->thread);
  parked->thread = NULL;
}

void
hvfs_parked_free (HvfsParked *parked)
{
  if (parked == NULL)
    return;
  g_ptr_array_unref (parked->waiting);
  g_cond_clear (&parked->changed);
  g_mutex_clear (&parked->lock);
  g_free (parked);
}
