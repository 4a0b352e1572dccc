/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/request/loop.c - the threads that take the kernel's requests; see loop.h */
#include "fs/request/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "backend/wait/wake.h"
#include "convert/error.h"

/* The longest look for the next request before sleeping, and the first try. */
#define MAX_LOOK_US 200
#define MIN_LOOK_US 10
/* Who gave the processor away and had it back so late is not alone: looking would only make it the
 * turn of others, while who sleeps is woken before them.  Then nobody looks for a while. */
#define CROWDED_US 1000
#define REST_US (G_TIME_SPAN_SECOND / 10)
/* For so long others are then asked to give way: they are the crowd, and are gone meanwhile. */
#define CROWD_US G_TIME_SPAN_SECOND

/* Handlers do not wait, so more threads than processors would only take turns; a few
 * are for what the kernel makes wait. */
#define MIN_THREADS 4
#define MAX_THREADS 20

struct _HvfsLoop
{
  struct fuse_session *session;
  HvfsStats *stats;
  HvfsWay *way; /* nullable */
  int end_fd; /* readable from the end on */
  guint max_threads;
  _Atomic gint64 crowded_until_us; /* monotonic */
  gint max_look_us; /* 0: who looks would keep those from running that send requests */

  GMutex lock;
  GCond called;      /* n_called, ended */
  GCond over;        /* ended, and a cancellable's */
  GPtrArray *threads; /* lock: GThread */
  guint n_awake;     /* lock: of them, those called included */
  guint n_called;    /* lock: how many of those asleep are to wake */
  gboolean ended;    /* lock */
  int errnum;        /* lock: why, or 0 */
  gint n_interrupts; /* atomic: requests that said that others are interrupted */
};

HvfsLoop *
hvfs_loop_new (struct fuse_session *session, HvfsStats *stats, HvfsWay *way)
{
  HvfsLoop *loop = g_new0 (HvfsLoop, 1);

  loop->session = session;
  loop->stats = stats;
  loop->way = way;
  loop->end_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  loop->max_threads = CLAMP (g_get_num_processors (), MIN_THREADS, MAX_THREADS);
  loop->max_look_us = g_get_num_processors () > 1 ? MAX_LOOK_US : 0;
  g_mutex_init (&loop->lock);
  g_cond_init (&loop->called);
  g_cond_init (&loop->over);
  loop->threads = g_ptr_array_new ();
  return loop;
}

void
hvfs_loop_free (HvfsLoop *loop)
{
  g_ptr_array_unref (loop->threads);
  g_cond_clear (&loop->over);
  g_cond_clear (&loop->called);
  g_mutex_clear (&loop->lock);
  close (loop->end_fd);
  g_free (loop);
}

/* From any of the threads. */
static void
end (HvfsLoop *loop, int errnum)
{
  g_mutex_lock (&loop->lock);
  if (!loop->ended)
    loop->errnum = errnum;
  loop->ended = TRUE;
  fuse_session_exit (loop->session);
  g_cond_broadcast (&loop->called);
  g_cond_broadcast (&loop->over);
  g_mutex_unlock (&loop->lock);
  eventfd_write (loop->end_fd, 1);
}

/* ---- how many work ---- */

static gpointer work (gpointer data);

/* Lock held. */
static void
start_thread (HvfsLoop *loop)
{
  GThread *thread = g_thread_try_new ("hvfs-fuse", work, loop, NULL);

  if (thread == NULL)
    return;
  g_ptr_array_add (loop->threads, thread);
  loop->n_awake++;
}

/* Somebody takes the next request while this thread is busy with one. */
static void
call_another (HvfsLoop *loop)
{
  g_mutex_lock (&loop->lock);
  if (loop->n_awake < loop->threads->len)
    {
      loop->n_awake++;
      loop->n_called++;
      g_cond_signal (&loop->called);
    }
  else if (loop->threads->len < loop->max_threads && !loop->ended)
    start_thread (loop);
  g_mutex_unlock (&loop->lock);
}

/* No request is there.  All but one thread sleep until they are called.
 * FALSE: this is the one. */
static gboolean
sleep_unless_last (HvfsLoop *loop)
{
  gboolean last;

  g_mutex_lock (&loop->lock);
  last = loop->n_awake == 1;
  if (!last)
    {
      loop->n_awake--;
      while (loop->n_called == 0 && !loop->ended)
        g_cond_wait (&loop->called, &loop->lock);
      if (loop->n_called > 0)
        loop->n_called--;
    }
  g_mutex_unlock (&loop->lock);
  return !last;
}

/* ---- one thread ---- */

static gboolean
is_there (HvfsLoop *loop, int timeout_ms)
{
  struct pollfd fds[] = { { fuse_session_fd (loop->session), POLLIN, 0 },
                          { loop->end_fd, POLLIN, 0 } };

  return poll (fds, G_N_ELEMENTS (fds), timeout_ms) != 0;
}

/* For how long it is worth staying awake, of one thread.  Times are monotonic. */
typedef struct
{
  gint64 us;
  gint64 since_us; /* since when it looks; 0: it does not */
  gint64 tried_us; /* when it last did */
  gint64 rests_until_us;
} Look;

/* Whether it is alone shows in how long one try has taken. */
static void
note_try (HvfsLoop *loop, Look *look, gint64 now)
{
  if (now - look->tried_us > CROWDED_US)
    {
      look->rests_until_us = now + REST_US;
      loop->crowded_until_us = now + CROWD_US;
    }
  look->tried_us = now;
}

/* No request is there.  Returns when to try again: soon, or when there is one, or the end.
 * What comes soon is found by trying to receive it, which costs no second system call. */
static void
await_request (HvfsLoop *loop, Look *look)
{
  gint64 now = g_get_monotonic_time ();

  if (look->since_us == 0)
    look->since_us = look->tried_us = now;
  note_try (loop, look, now);
  if (now - look->since_us < look->us && now >= look->rests_until_us)
    sched_yield ();
  else
    {
      is_there (loop, -1);
      look->tried_us = g_get_monotonic_time ();
    }
}

/* A request has come.  What would have been right this time makes @look longer or shorter. */
static void
note_wait (HvfsLoop *loop, Look *look)
{
  gint64 now, took;

  if (look->since_us == 0)
    return;
  now = g_get_monotonic_time ();
  note_try (loop, look, now);
  took = now - look->since_us;
  look->since_us = 0;
  if (took > loop->max_look_us)
    look->us = 0;
  else if (took > look->us)
    look->us = CLAMP (look->us * 2, MIN_LOOK_US, loop->max_look_us);
}

static guint32
opcode_of (const struct fuse_buf *buffer)
{
  return ((const struct fuse_in_header *) buffer->mem)->opcode;
}

/* Whether it is one of many that somebody makes, one after the other. */
static gboolean
is_of_walk (guint32 opcode)
{
  return opcode == FUSE_LOOKUP || opcode == FUSE_GETATTR || opcode == FUSE_READLINK
         || opcode == FUSE_OPEN || opcode == FUSE_READDIR || opcode == FUSE_READDIRPLUS;
}

static void
note_request (HvfsLoop *loop, guint32 opcode)
{
  if (opcode == FUSE_INTERRUPT)
    g_atomic_int_inc (&loop->n_interrupts);
  if (loop->way != NULL && is_of_walk (opcode)
      && g_get_monotonic_time () < loop->crowded_until_us)
    hvfs_way_ask (loop->way);
  hvfs_stats_add (loop->stats, HVFS_STAT_KERNEL_REQUESTS, 1);
}

static gpointer
work (gpointer data)
{
  HvfsLoop *loop = data;
  struct fuse_buf buffer = { .mem = NULL };
  gboolean is_busy = FALSE; /* the last request was there at once, or others call */
  Look look = { 0 };

  while (!fuse_session_exited (loop->session))
    {
      int n = fuse_session_receive_buf (loop->session, &buffer);

      if (n > 0)
        {
          note_wait (loop, &look);
          /* After a pause there is seldom a second one, and to look is a system call for each. */
          if (is_busy && is_there (loop, 0))
            call_another (loop);
          is_busy = TRUE;
          note_request (loop, opcode_of (&buffer));
          fuse_session_process_buf (loop->session, &buffer);
        }
      else if (n == -EAGAIN)
        {
          is_busy = sleep_unless_last (loop);
          if (!is_busy)
            await_request (loop, &look);
        }
      else if (n != -EINTR)
        {
          /* A request that is read just when it is unmounted, the last ones that is. */
          end (loop, n == -ECONNABORTED ? 0 : -n);
          break;
        }
    }
  free (buffer.mem);
  return NULL;
}

/* ---- all ---- */

/* Returns: 0 or an errno. */
static int
start (HvfsLoop *loop)
{
  int fd = fuse_session_fd (loop->session);
  guint n_threads;

  if (loop->end_fd < 0 || fcntl (fd, F_SETFL, fcntl (fd, F_GETFL) | O_NONBLOCK) != 0)
    return errno;
  g_mutex_lock (&loop->lock);
  start_thread (loop);
  n_threads = loop->threads->len;
  g_mutex_unlock (&loop->lock);
  return n_threads > 0 ? 0 : EAGAIN;
}

void
hvfs_loop_run (HvfsLoop *loop, GCancellable *cancellable)
{
  int errnum = start (loop);
  HvfsWake wake;

  if (errnum != 0)
    end (loop, errnum);
  hvfs_wake_begin (&wake, cancellable, &loop->lock, &loop->over);
  g_mutex_lock (&loop->lock);
  while (!loop->ended && !g_cancellable_is_cancelled (cancellable))
    g_cond_wait (&loop->over, &loop->lock);
  g_mutex_unlock (&loop->lock);
  hvfs_wake_end (&wake);
}

/* Of a request that was answered already, libfuse keeps the interruption until the next
 * request comes; after the last one that is these, which have no effect. */
static void
forget_interrupts (HvfsLoop *loop)
{
  struct
  {
    struct fuse_in_header head;
    struct fuse_forget_in forget;
  } none = { .head = { .len = sizeof none, .opcode = FUSE_FORGET, .nodeid = FUSE_ROOT_ID } };
  const struct fuse_buf buffer = { .size = sizeof none, .mem = &none };

  while (loop->n_interrupts-- > 0)
    fuse_session_process_buf (loop->session, &buffer);
}

gboolean
hvfs_loop_stop (HvfsLoop *loop, GError **error)
{
  end (loop, 0);
  for (guint i = 0; i < loop->threads->len; i++)
    g_thread_join (loop->threads->pdata[i]);
  forget_interrupts (loop);
  if (loop->errnum != 0)
    g_set_error (error, HVFS_ERROR, loop->errnum, "cannot take the kernel's requests: %s",
                 g_strerror (loop->errnum));
  return loop->errnum == 0;
}
