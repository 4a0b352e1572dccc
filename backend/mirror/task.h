/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/mirror/task.h - operations that the server runs, and waiting for them
 *
 * Exists so that a writer can sleep until its operation is over: the tasks'
 * updates come with the same stream as the inventory's, so that any number of
 * running operations costs one request each and no polling.
 *
 * The server's list of recent tasks is watched anyway, for the file "tasks", and
 * tells most; a task that it does not name soon is put into a view that hvfs
 * watches too.  Thread safe; its lock is never held across a call.
 */
#pragma once

#include <gio/gio.h>

#include "backend/login/session.h"
#include "backend/mirror/connection.h"
#include "backend/mirror/task-list.h"

typedef struct _HvfsTasks HvfsTasks;

/* Both are borrowed. */
HvfsTasks *hvfs_tasks_new (HvfsSession *session, HvfsConnection *link);

void hvfs_tasks_free (HvfsTasks *tasks);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvfsTasks, hvfs_tasks_free)

/**
 * hvfs_tasks_run:
 * @request: a method that returns a Task; sent once, whatever happens
 * @cancellable: (nullable): cancels the task on the server where that can be done
 * @ret_result: (out) (optional) (nullable) (transfer full): the task's result
 *
 * Waits until the task is over: as long as it takes, but after the server was
 * lost no longer than @lost_s seconds for it to come back.
 *
 * @error: the server's reason, by fault.c; EINTR when cancelled; EIO with "outcome
 *   unknown" when the server could not be asked what became of it, and EINTR with that
 *   when it had not answered yet: then the task is cancelled when it does
 */
gboolean hvfs_tasks_run (HvfsTasks *tasks, HvfsRequest *request, guint lost_s,
                         GCancellable *cancellable, HvfsValue **ret_result,
                         GError **error);

/* Calls @func for each task known, oldest first.  Under the lock: do not call back. */
void hvfs_tasks_foreach (HvfsTasks *tasks, void (*func) (const HvfsTaskView *, gpointer),
                         gpointer data);

/* When any of them last changed, in microseconds since 1970. */
gint64 hvfs_tasks_get_changed_us (HvfsTasks *tasks);

/* Returns: (transfer full) (nullable): how far the running task of the object @moref is, in
 * percent, as the server says it; memory only */
char *hvfs_tasks_dup_progress (HvfsTasks *tasks, const char *moref);

/* ---- the update thread's side ---- */

/**
 * hvfs_tasks_watch:
 * @collector: the collector that the update thread waits on
 * @made: of hvfs_made_new (): where what it creates is noted
 *
 * Creates the view and the filter of a new session, with the tasks that are still
 * waited for; what the server does not know any more ends with "outcome unknown".
 */
gboolean hvfs_tasks_watch (HvfsTasks *tasks, const char *collector, GPtrArray *made,
                           GCancellable *cancellable, GError **error);

/* @updates: ObjectUpdate[] of Tasks. */
void hvfs_tasks_apply (HvfsTasks *tasks, HvfsValue *const *updates, guint n_updates, guint api);

/* Forgets what was known, before a refill. */
void hvfs_tasks_begin_fill (HvfsTasks *tasks);
