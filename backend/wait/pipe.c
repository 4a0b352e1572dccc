/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wait/pipe.c - bytes from one thread to another; see pipe.h */
#include "backend/wait/pipe.h"

#include <string.h>

#include "backend/wait/wake.h"
#include "convert/error.h"

struct _HvfsPipe
{
  GMutex lock;       /* a leaf */
  GCond changed;
  char *data;        /* a ring of @capacity */
  gsize capacity;
  gsize start, len;  /* lock: where the first byte is, and how many */
  gboolean ended;    /* lock: nothing more is put */
  GError *failure;   /* lock: (nullable): why it ended */
  GError *broken;    /* lock: (nullable): why nothing more is taken */
};

HvfsPipe *
hvfs_pipe_new (gsize capacity)
{
  HvfsPipe *pipe = g_new0 (HvfsPipe, 1);

  g_mutex_init (&pipe->lock);
  g_cond_init (&pipe->changed);
  pipe->capacity = capacity;
  pipe->data = g_malloc (capacity);
  return pipe;
}

void
hvfs_pipe_free (HvfsPipe *pipe)
{
  if (pipe == NULL)
    return;
  g_clear_error (&pipe->failure);
  g_clear_error (&pipe->broken);
  g_mutex_clear (&pipe->lock);
  g_cond_clear (&pipe->changed);
  g_free (pipe->data);
  g_free (pipe);
}

static void
set_interrupted (GError **error)
{
  g_set_error (error, HVFS_ERROR, EINTR, "interrupted");
}

/* How many of @len bytes at @from the ring has without a turn. */
static gsize
until_turn (const HvfsPipe *pipe, gsize from, gsize len)
{
  return MIN (len, pipe->capacity - from);
}

static gsize
put_locked (HvfsPipe *pipe, const char *data, gsize len)
{
  gsize at = (pipe->start + pipe->len) % pipe->capacity;
  gsize n = until_turn (pipe, at, MIN (len, pipe->capacity - pipe->len));

  memcpy (pipe->data + at, data, n);
  pipe->len += n;
  g_cond_broadcast (&pipe->changed);
  return n;
}

gboolean
hvfs_pipe_put (HvfsPipe *pipe, const char *data, gsize len, GCancellable *cancellable,
               GError **error)
{
  gboolean ok;
  HvfsWake wake;

  hvfs_wake_begin (&wake, cancellable, &pipe->lock, &pipe->changed);
  g_mutex_lock (&pipe->lock);
  while (len > 0 && pipe->broken == NULL)
    {
      gsize n = put_locked (pipe, data, len);

      data += n;
      len -= n;
      if (len == 0 || pipe->len < pipe->capacity)
        continue;
      if (g_cancellable_is_cancelled (cancellable))
        break;
      g_cond_wait (&pipe->changed, &pipe->lock);
    }
  ok = len == 0 && pipe->broken == NULL;
  if (!ok && pipe->broken != NULL)
    g_propagate_error (error, g_error_copy (pipe->broken));
  else if (!ok)
    set_interrupted (error);
  g_mutex_unlock (&pipe->lock);
  hvfs_wake_end (&wake);
  return ok;
}

static gsize
take_locked (HvfsPipe *pipe, char *buffer, gsize size)
{
  gsize n, taken = 0;

  while ((n = until_turn (pipe, pipe->start, MIN (size - taken, pipe->len))) > 0)
    {
      memcpy (buffer + taken, pipe->data + pipe->start, n);
      pipe->start = (pipe->start + n) % pipe->capacity;
      pipe->len -= n;
      taken += n;
    }
  g_cond_broadcast (&pipe->changed);
  return taken;
}

gssize
hvfs_pipe_take (HvfsPipe *pipe, char *buffer, gsize size, GCancellable *cancellable,
                GError **error)
{
  gssize n = -1;
  HvfsWake wake;

  hvfs_wake_begin (&wake, cancellable, &pipe->lock, &pipe->changed);
  g_mutex_lock (&pipe->lock);
  while (pipe->len == 0 && !pipe->ended && cancellable != NULL
         && !g_cancellable_is_cancelled (cancellable))
    g_cond_wait (&pipe->changed, &pipe->lock);
  if (pipe->len > 0)
    n = (gssize) take_locked (pipe, buffer, size);
  else if (pipe->failure != NULL)
    g_propagate_error (error, g_error_copy (pipe->failure));
  else if (pipe->ended)
    n = 0;
  else if (cancellable == NULL)
    g_set_error (error, HVFS_ERROR, EWOULDBLOCK, "nothing has come yet");
  else
    set_interrupted (error);
  g_mutex_unlock (&pipe->lock);
  hvfs_wake_end (&wake);
  return n;
}

void
hvfs_pipe_end (HvfsPipe *pipe, const GError *failure)
{
  g_mutex_lock (&pipe->lock);
  if (!pipe->ended && failure != NULL)
    pipe->failure = g_error_copy (failure);
  pipe->ended = TRUE;
  g_cond_broadcast (&pipe->changed);
  g_mutex_unlock (&pipe->lock);
}

void
hvfs_pipe_break (HvfsPipe *pipe, const GError *failure)
{
  g_mutex_lock (&pipe->lock);
  if (pipe->broken == NULL)
    pipe->broken = g_error_copy (failure);
  g_cond_broadcast (&pipe->changed);
  g_mutex_unlock (&pipe->lock);
}
