/* fs/loop.h - the threads that take the kernel's requests
 *
 * Exists because libfuse's pool sleeps between any two requests: whoever walks a tree
 * sends one request at a time, and to wake a thread on a processor that has halted
 * costs several times what answering does.  Here the thread that answered looks for
 * the next request for a moment before it sleeps, as virtual machine monitors do for
 * the same reason: as long as that has been worth it lately, and for a fraction of a
 * millisecond at most.  Further threads work only while requests wait in line; none is
 * kept awake when nothing happens.
 *
 * No handler may wait for the network or for another request: what must, is a job
 * (fs/job.h).
 */
#pragma once

#define FUSE_USE_VERSION 314
#include <fuse_lowlevel.h>
#include <glib.h>

typedef struct _HvfsLoop HvfsLoop;

/* For the mounted @session, which has fuse_set_signal_handlers().  In this thread, and
 * those that it starts from now on, SIGHUP, SIGINT and SIGTERM wait for
 * hvfs_loop_run(); so threads are to be started after this. */
HvfsLoop *hvfs_loop_new (struct fuse_session *session);

/* The threads have ended.  This thread's signals are as they were. */
void hvfs_loop_free (HvfsLoop *loop);

/* Returns after an unmount or one of the signals, when every handler has returned.
 * FALSE: the kernel's device cannot be read; @error says why. */
gboolean hvfs_loop_run (HvfsLoop *loop, GError **error);
