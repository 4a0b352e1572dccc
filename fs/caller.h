/* fs/caller.h - whether who waits for an answer was told to give up
 *
 * Exists because the kernel calls any signal an interruption, also those that are not
 * sent to end anything: a child of the shell has ended, the terminal has another size,
 * Ctrl-Z, a timer of the program's run-time, a debugger that attaches, a computer that goes
 * to sleep.  None of these may cancel a migration.
 */
#pragma once

#include <glib.h>
#include <sys/types.h>

/* Of the thread @tid, which waits in a system call: whether a signal is pending that is
 * neither ignored by default nor stops nor belongs to a profiler.  TRUE as well if that
 * cannot be known.  Any thread; one small file of /proc is read. */
gboolean hvfs_caller_gives_up (pid_t tid);
