/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/mirror/task-list.h - what the stream of updates has told of tasks
 *
 * Exists as the list that hvfs_tasks_run and the file "tasks" look at.  Has no lock: whose
 * it is guards it.  Memory only.
 */
#pragma once

#include "backend/mirror/schema.h"
#include "backend/wire/value.h"

typedef struct _HvfsTaskList HvfsTaskList;

/* One task as last heard of; values are nullable and owned by the list. */
typedef struct
{
  const char *moref;
  HvfsValue *const *props; /* by the HVFS_TASK_* of schema.h */
} HvfsTaskView;

HvfsTaskList *hvfs_task_list_new (void);
void hvfs_task_list_free (HvfsTaskList *list);

/* @update: an ObjectUpdate of a Task. */
void hvfs_task_list_apply (HvfsTaskList *list, const HvfsValue *update, guint api);
void hvfs_task_list_clear (HvfsTaskList *list);

/* Of the tasks that are not keys of @wanted, by their morefs, results are known no more. */
void hvfs_task_list_drop_results (HvfsTaskList *list, GHashTable *wanted);

/* The task's properties; NULL if nothing was told of it. */
HvfsValue *const *hvfs_task_list_get (HvfsTaskList *list, const char *moref);

/* Oldest first. */
void hvfs_task_list_foreach (HvfsTaskList *list, void (*func) (const HvfsTaskView *, gpointer),
                             gpointer data);

/* How far the running task of the object @entity is, in percent; NULL: nobody says. */
const char *hvfs_task_list_get_progress (HvfsTaskList *list, const char *entity);

/* When any of them last changed, in microseconds since 1970; at first, when it was made. */
gint64 hvfs_task_list_get_changed_us (HvfsTaskList *list);
