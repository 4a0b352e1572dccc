/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/fs/test-loop.c - the two steps in which the taking of requests ends, what it leaves, and
 * whom it asks to give way
 *
 * In place of the kernel's device stands a socket, and the kernel is the test.
 */
#include "fs/request/loop.h"

#include <errno.h>
#include <linux/fuse.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "convert/error.h"

typedef struct
{
  struct fuse_session *session;
  HvfsLoop *loop;
  HvfsStats *stats;
  HvfsWay way;
  GCancellable *ended;
  int device, kernel;
} Fixture;

static void
ops_statfs (fuse_req_t req, fuse_ino_t ino)
{
  fuse_reply_statfs (req, &(struct statvfs){ .f_bsize = 4096 });
}

static const struct fuse_lowlevel_ops ops = { .statfs = ops_statfs };

static void
send_request (Fixture *f, guint opcode, guint64 unique, gconstpointer body, gsize size)
{
  guint8 message[256];
  struct fuse_in_header head = { .len = sizeof head + size, .opcode = opcode, .unique = unique,
                                 .nodeid = FUSE_ROOT_ID };

  memcpy (message, &head, sizeof head);
  memcpy (message + sizeof head, body, size);
  g_assert_cmpint (send (f->kernel, message, head.len, 0), ==, head.len);
}

/* Returns: the request that it answers. */
static guint64
receive_reply (Fixture *f, int error)
{
  guint8 message[256];
  struct fuse_out_header head;

  g_assert_cmpint (recv (f->kernel, message, sizeof message, 0), >=, sizeof head);
  memcpy (&head, message, sizeof head);
  g_assert_cmpint (head.error, ==, error);
  return head.unique;
}

/* With the first request answered, and the first of the two steps done. */
static void
set_up (Fixture *f, gconstpointer data)
{
  const struct fuse_init_in init = { .major = 7, .minor = 31 };
  char *argv[] = { (char *) "test" };
  struct fuse_args args = FUSE_ARGS_INIT (1, argv);
  g_autofree char *place = NULL;
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), ==, 0);
  f->device = fds[0];
  f->kernel = fds[1];
  place = g_strdup_printf ("/dev/fd/%d", f->device);
  f->session = fuse_session_new (&args, &ops, sizeof ops, NULL);
  fuse_opt_free_args (&args);
  g_assert_nonnull (f->session);
  g_assert_cmpint (fuse_session_mount (f->session, place), ==, 0);
  f->stats = hvfs_stats_new ();
  f->loop = hvfs_loop_new (f->session, f->stats, &f->way);
  f->ended = g_cancellable_new ();
  g_cancellable_cancel (f->ended);
  hvfs_loop_run (f->loop, f->ended);
  send_request (f, FUSE_INIT, 2, &init, sizeof init);
  g_assert_cmpuint (receive_reply (f, 0), ==, 2);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  hvfs_loop_free (f->loop);
  hvfs_stats_free (f->stats);
  fuse_session_unmount (f->session);
  fuse_session_destroy (f->session);
  g_object_unref (f->ended);
  if (f->kernel >= 0)
    close (f->kernel);
}

/* Whoever waits for an answer gets it until the second step. */
static void
test_two_steps (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  char byte;

  for (guint64 unique = 4; unique < 20; unique += 2)
    {
      send_request (f, FUSE_STATFS, unique, "", 0);
      g_assert_cmpuint (receive_reply (f, 0), ==, unique);
    }
  hvfs_loop_stop (f->loop, &error);
  g_assert_no_error (error);
  send_request (f, FUSE_STATFS, 20, "", 0);
  g_assert_cmpint (recv (f->kernel, &byte, 1, MSG_DONTWAIT), ==, -1);
  g_assert_cmpint (errno, ==, EAGAIN);
}

static void
await_taken (Fixture *f)
{
  struct pollfd fd = { f->device, POLLIN, 0 };

  while (poll (&fd, 1, 0) != 0)
    g_thread_yield ();
}

/* An interruption that comes after the answer is sent back, not lost.  Two are sent, as
 * libfuse drops what is taken when the end has begun: who takes the second has done with
 * the first, or was called by who has it in hand.  Of two that interrupt the same, libfuse
 * keeps the one that it sees first. */
static void
test_late_interrupt (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  const struct fuse_interrupt_in late = { .unique = 2 };
  guint64 answered;

  for (guint64 unique = 3; unique <= 5; unique += 2)
    {
      send_request (f, FUSE_INTERRUPT, unique, &late, sizeof late);
      await_taken (f);
    }
  hvfs_loop_stop (f->loop, &error);
  g_assert_no_error (error);
  shutdown (f->device, SHUT_WR); /* that is all */
  answered = receive_reply (f, -EAGAIN);
  g_assert_true (answered == 3 || answered == 5);
}

static void
test_no_device (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  close (f->kernel);
  f->kernel = -1;
  while (!fuse_session_exited (f->session))
    g_thread_yield ();
  g_assert_false (hvfs_loop_stop (f->loop, &error));
  g_assert_error (error, HVFS_ERROR, EIO);
}

static gpointer
spin (gpointer data)
{
  gint *ended = data;

  while (!g_atomic_int_get (ended))
    ;
  return NULL;
}

/* Where the processors are all busy, requests of a walk ask others to give way, and no others. */
static void
test_crowd (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) threads = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  gint ended = FALSE;
  guint64 unique = 4;

  if (g_get_num_processors () == 1)
    {
      g_test_skip ("the loop looks for requests on several processors only");
      return;
    }
  for (guint i = 0; i < 2 * g_get_num_processors (); i++)
    g_ptr_array_add (threads, g_thread_new ("spin", spin, &ended));
  for (guint i = 0; i < 500; i++, unique += 2)
    {
      send_request (f, FUSE_STATFS, unique, "", 0);
      g_assert_cmpuint (receive_reply (f, 0), ==, unique);
    }
  g_assert_cmpint (f->way.asked_us, ==, 0);
  for (; f->way.asked_us == 0; unique += 2)
    {
      send_request (f, FUSE_READLINK, unique, "", 0);
      g_assert_cmpuint (receive_reply (f, -ENOSYS), ==, unique);
    }
  g_atomic_int_set (&ended, TRUE);
  for (guint i = 0; i < threads->len; i++)
    g_thread_join (threads->pdata[i]);
  hvfs_loop_stop (f->loop, &error);
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/loop/two-steps", test_two_steps);
  ADD ("/loop/late-interrupt", test_late_interrupt);
  ADD ("/loop/no-device", test_no_device);
  ADD ("/loop/crowd", test_crowd);
  return g_test_run ();
}
