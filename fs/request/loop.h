/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/request/loop.h - the threads that take the kernel's requests
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
 * (fs/request/job.h).
 *
 * It ends in two steps, because a notification (fs/tree/notify.h) can wait in the kernel for
 * any request that is there: all have to be answered until the last one is back.
 */
#pragma once

#include <fuse_lowlevel.h>
#include <gio/gio.h>

#include "backend/wait/way.h"
#include "backend/wire/stats.h"

typedef struct _HvfsLoop HvfsLoop;

/* For the mounted @session, which nothing else may end.  @stats: counts the requests
 * @way: (nullable): what is asked there, while the processors are all busy, for requests of which
 *   who walks through a tree makes many */
HvfsLoop *hvfs_loop_new (struct fuse_session *session, HvfsStats *stats, HvfsWay *way);

/* It was stopped, or never run. */
void hvfs_loop_free (HvfsLoop *loop);

/* Returns after an unmount; or when @cancellable is cancelled: then requests are still
 * answered. */
void hvfs_loop_run (HvfsLoop *loop, GCancellable *cancellable);

/* Returns when every handler has returned; none is called any more.
 * FALSE: the kernel's device could not be read; @error says why. */
gboolean hvfs_loop_stop (HvfsLoop *loop, GError **error);
