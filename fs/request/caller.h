/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/request/caller.h - what /proc says of who waits for an answer
 *
 * Exists because the kernel names a caller by thread, and calls any signal an
 * interruption, also those that are not sent to end anything: a child of the shell has
 * ended, the terminal has another size, Ctrl-Z, a timer of the program's run-time, a
 * debugger that attaches, a computer that goes to sleep.  None of these may cancel a
 * migration.
 *
 * The kernel tells no number of a caller that hvfs's own PID namespace does not contain, and
 * nothing is known of any where /proc is that of another PID namespace.
 *
 * Any thread; one small file is read.
 */
#pragma once

#include <glib.h>
#include <sys/types.h>

/* The process that the thread @tid belongs to; @tid itself if it is gone; 0: unknown, as
 * that is. */
pid_t hvfs_caller_process (pid_t tid);

/* Whether there is such a thread; FALSE for 0. */
gboolean hvfs_caller_is_there (pid_t tid);

/* Whether @tid is a thread of @process now. */
gboolean hvfs_caller_has_thread (pid_t process, pid_t tid);

/* Whether the process of the thread @tid is ending by a signal. */
gboolean hvfs_caller_was_killed (pid_t tid);

/* When @process began, in CLOCK_BOOTTIME and at most a clock tick too early; 0: unknown. */
gint64 hvfs_caller_began_us (pid_t process);

/* Of the thread @tid, which waits in a system call: whether a signal is pending that is
 * neither ignored by default nor stops nor belongs to a profiler.  TRUE as well if that
 * cannot be known. */
gboolean hvfs_caller_gives_up (pid_t tid);
