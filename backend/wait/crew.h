/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wait/crew.h - threads for what must wait, none of which outlives its crew
 *
 * GThreadPool leaves its threads to end by themselves, also after their pool: while
 * the process ends, those meet libraries that have cleaned up already, and what
 * they hold for the thread is lost.  Here each thread is joined.
 *
 * Who goes to work starts another thread if none is idle then, so that who pushes hardly
 * ever has to: making a thread takes its time.  They end after some idle seconds.
 */
#ifndef HVFS_BACKEND_CREW_H
#define HVFS_BACKEND_CREW_H

#include <glib.h>

typedef struct _HvfsCrew HvfsCrew;

/* @func gets what was pushed and @user_data, in up to @max_threads threads at
 * once; they bear @name, which is kept, not copied. */
HvfsCrew *hvfs_crew_new (const char *name, GFunc func, gpointer user_data, guint max_threads);

/* Does all that was pushed, then joins the threads.  Nothing may be pushed any
 * more, but by @func itself.  NULL is allowed. */
void hvfs_crew_free (HvfsCrew *crew);

/* Any thread; any locks may be held that @func does not wait for while it ends.
 * Pushed items are begun in order.  Where the system has no thread left and none
 * is at work, @func runs here. */
void hvfs_crew_push (HvfsCrew *crew, gpointer data);

#endif
