/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/mirror/task.c - operations that the server runs, and waiting for them
 *
 * See task.h.  `list` is what the stream has told of tasks, `waits` is who
 * sleeps; a waiter looks at what is known of its task each time it is woken.
 */
#include "backend/mirror/task.h"

#include <string.h>

#include "backend/wire/fault.h"
#include "backend/mirror/filter.h"
#include "backend/mirror/made.h"
#include "backend/mirror/start.h"
#include "convert/error.h"

/* How long the stream may take to name a new task before it is watched by name. */
#define UNNAMED_US (250 * G_TIME_SPAN_MILLISECOND)
/* How long a cancelled task may take to end before its writer is let go. */
#define CANCEL_US (10 * G_TIME_SPAN_SECOND)

typedef struct
{
  const char *moref;
  HvfsNews news;                    /* of this task */
  gboolean watched;                 /* in the view, or has a filter */
  char *filter;                     /* where there are no views */
  gboolean lost;                    /* the server does not know it any more */
  /* Its waiter's own; monotonic, 0: not. */
  gint64 named_by;                  /* when the stream should have named it */
  gint64 cancelled_at;
  gint64 lost_at;                   /* when the server was lost, and is still */
} Wait;

struct _HvfsTasks
{
  HvfsSession *session;
  HvfsStarter *starter;
  HvfsConnection *link;             /* told of what changes here */

  GMutex lock;
  HvfsTaskList *list;               /* lock */
  GHashTable *waits;                /* lock: moref -> Wait, on its waiter's stack */
  guint n_starting;                 /* lock: who will wait, for a task that is not named yet */
  char *collector;                  /* lock; of the present session */
  char *view;                       /* lock; NULL without views */
  GPtrArray *done;                  /* lock: in the view, waited for no more */
};

HvfsTasks *
hvfs_tasks_new (HvfsSession *session, HvfsConnection *link)
{
  HvfsTasks *tasks = g_new0 (HvfsTasks, 1);

  tasks->session = session;
  tasks->link = link;
  tasks->starter = hvfs_starter_new (session);
  g_mutex_init (&tasks->lock);
  tasks->list = hvfs_task_list_new ();
  tasks->waits = g_hash_table_new (g_str_hash, g_str_equal);
  tasks->done = g_ptr_array_new_with_free_func (g_free);
  return tasks;
}

void
hvfs_tasks_free (HvfsTasks *tasks)
{
  if (tasks == NULL)
    return;
  hvfs_starter_free (tasks->starter);
  g_hash_table_unref (tasks->waits);
  hvfs_task_list_free (tasks->list);
  g_ptr_array_unref (tasks->done);
  g_free (tasks->collector);
  g_free (tasks->view);
  g_mutex_clear (&tasks->lock);
  g_free (tasks);
}

/* ---- watching by name ---- */

static void
add_task_refs (HvfsRequest *request, const char *element, GPtrArray *morefs)
{
  for (guint i = 0; i < morefs->len; i++)
    hvfs_request_moref (request, element, "Task", morefs->pdata[i]);
}

/* Adds @add to @view and takes @remove out of it.  Returns what is unresolved. */
static HvfsValue *
modify_view (HvfsTasks *tasks, const char *view, GPtrArray *add, GPtrArray *remove,
             GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsRequest) request = hvfs_request_new ("ModifyListView", "ListView", view);

  add_task_refs (request, "add", add);
  add_task_refs (request, "remove", remove);
  /* To name a task twice does no harm, so this may be repeated as a read may. */
  return hvfs_session_call (tasks->session, request, HVFS_CALL_READ, 0, cancellable, error);
}

/* Wakes who waits for the task that @ref names.  Lock held.
 * Returns: (transfer none) (nullable): what he waits with */
static Wait *
tell (HvfsTasks *tasks, const HvfsValue *ref)
{
  const char *moref = hvfs_value_text (ref, NULL);
  Wait *wait = moref == NULL ? NULL : g_hash_table_lookup (tasks->waits, moref);

  if (wait != NULL)
    hvfs_connection_tell (tasks->link, &wait->news);
  return wait;
}

static void
mark_unresolved (HvfsTasks *tasks, const HvfsValue *reply)
{
  g_mutex_lock (&tasks->lock);
  for (guint i = 0; i < hvfs_value_n_children (reply); i++)
    {
      Wait *wait = tell (tasks, hvfs_value_nth (reply, i));

      if (wait != NULL)
        wait->lost = TRUE;
    }
  g_mutex_unlock (&tasks->lock);
}

static char *
create_task_filter (HvfsTasks *tasks, const char *collector, const char *view,
                    const char *manager, const char *task, GPtrArray *made,
                    GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsRequest) request
    = hvfs_request_new ("CreateFilter", "PropertyCollector", collector);
  g_autoptr (HvfsValue) filter = NULL;

  hvfs_filter_write_tasks (request, "spec", hvfs_session_api (tasks->session), view, manager, task);
  hvfs_request_bool (request, "partialUpdates", FALSE);
  filter = hvfs_made_call (tasks->session, request, made, cancellable, error);
  return g_strdup (hvfs_value_text (filter, NULL));
}

/* Puts all tasks that the stream has not named into the view, with one call for
 * those that came together; or makes a filter for this one.  Lock held on entry and
 * exit, let go in calls. */
static void
watch (HvfsTasks *tasks, Wait *self)
{
  g_autoptr (GPtrArray) add = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) remove = NULL;
  g_autofree char *view = NULL, *collector = NULL;
  g_autoptr (HvfsValue) reply = NULL;
  GHashTableIter iter;
  gpointer moref, wait;

  view = g_strdup (tasks->view);
  collector = g_strdup (tasks->collector);
  g_hash_table_iter_init (&iter, tasks->waits);
  while (view != NULL && g_hash_table_iter_next (&iter, &moref, &wait))
    if (!((Wait *) wait)->watched && hvfs_task_list_get (tasks->list, moref) == NULL)
      {
        ((Wait *) wait)->watched = TRUE;
        g_ptr_array_add (add, g_strdup (moref));
      }
  self->watched = TRUE;
  remove = g_steal_pointer (&tasks->done);
  tasks->done = g_ptr_array_new_with_free_func (g_free);
  g_mutex_unlock (&tasks->lock);

  if (view == NULL)
    self->filter
      = create_task_filter (tasks, collector, NULL, NULL, self->moref, NULL, NULL, NULL);
  else if (add->len > 0
           && (reply = modify_view (tasks, view, add, remove, NULL, NULL)) != NULL)
    mark_unresolved (tasks, reply);
  /* A failure shows as a lost connection, after which hvfs_tasks_watch names them. */
  g_mutex_lock (&tasks->lock);
}

static void
unwatch (HvfsTasks *tasks, Wait *wait)
{
  if (wait->filter != NULL)
    {
      g_autoptr (HvfsRequest) request
        = hvfs_request_new ("DestroyPropertyFilter", "PropertyFilter", wait->filter);
      g_autoptr (HvfsValue) reply
        = hvfs_session_call (tasks->session, request, HVFS_CALL_READ, 0, NULL, NULL);
      g_free (wait->filter);
    }
  else if (wait->watched)
    {
      /* Taken out of the view with the next one that goes in. */
      g_mutex_lock (&tasks->lock);
      g_ptr_array_add (tasks->done, g_strdup (wait->moref));
      g_mutex_unlock (&tasks->lock);
    }
}

/* Names no task yet.  @ret_view: (transfer full): NULL where there is none to be had, which a
 * fault says, too.  FALSE: an error of another kind. */
static gboolean
create_view (HvfsTasks *tasks, const char *manager, GPtrArray *made, HvfsValue **ret_view,
             GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsRequest) request = hvfs_request_new ("CreateListView", "ViewManager", manager);
  g_autoptr (GError) failure = NULL;

  *ret_view = hvfs_made_call (tasks->session, request, made, cancellable, &failure);
  if (*ret_view != NULL || hvfs_error_fault (failure) != NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* The tasks that are waited for, which the new @view (nullable) has to name.
 * (transfer full) */
static GPtrArray *
use_view (HvfsTasks *tasks, const char *collector, const char *view)
{
  GPtrArray *pending = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer moref;

  g_mutex_lock (&tasks->lock);
  g_free (tasks->view);
  g_free (tasks->collector);
  tasks->view = g_strdup (view);
  tasks->collector = g_strdup (collector);
  g_ptr_array_set_size (tasks->done, 0);
  g_hash_table_iter_init (&iter, tasks->waits);
  while (g_hash_table_iter_next (&iter, &moref, NULL))
    g_ptr_array_add (pending, g_strdup (moref));
  g_mutex_unlock (&tasks->lock);
  return pending;
}

gboolean
hvfs_tasks_watch (HvfsTasks *tasks, const char *collector, GPtrArray *made,
                  GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsValue) content = hvfs_session_ref_content (tasks->session);
  const char *manager = hvfs_value_text (content, "viewManager");
  g_autoptr (GPtrArray) pending = NULL, none = g_ptr_array_new ();
  g_autoptr (HvfsValue) ref = NULL, unresolved = NULL;
  g_autofree char *filter = NULL;
  const char *view;

  if (manager != NULL && !create_view (tasks, manager, made, &ref, cancellable, error))
    return FALSE;
  view = hvfs_value_text (ref, NULL);
  filter = create_task_filter (tasks, collector, view, hvfs_value_text (content, "taskManager"),
                               NULL, made, cancellable, error);
  if (filter == NULL)
    return FALSE;
  pending = use_view (tasks, collector, view);
  if (view == NULL || pending->len == 0)
    return TRUE;
  unresolved = modify_view (tasks, view, pending, none, cancellable, error);
  mark_unresolved (tasks, unresolved);
  return unresolved != NULL;
}

/* ---- what the stream tells ---- */

/* A result can be the listing of a whole datastore, of other clients, too.  It is for who waits for
 * the task, or is going to: the stream may be faster than the reply that names it.  Lock held. */
static void
drop_results (HvfsTasks *tasks)
{
  if (tasks->n_starting == 0)
    hvfs_task_list_drop_results (tasks->list, tasks->waits);
}

void
hvfs_tasks_apply (HvfsTasks *tasks, HvfsValue *const *updates, guint n_updates, guint api)
{
  g_mutex_lock (&tasks->lock);
  for (guint i = 0; i < n_updates; i++)
    {
      hvfs_task_list_apply (tasks->list, updates[i], api);
      tell (tasks, hvfs_value_get (updates[i], "obj"));
    }
  drop_results (tasks);
  g_mutex_unlock (&tasks->lock);
}

void
hvfs_tasks_begin_fill (HvfsTasks *tasks)
{
  g_mutex_lock (&tasks->lock);
  hvfs_task_list_clear (tasks->list);
  g_mutex_unlock (&tasks->lock);
}

void
hvfs_tasks_foreach (HvfsTasks *tasks, void (*func) (const HvfsTaskView *, gpointer),
                    gpointer data)
{
  g_mutex_lock (&tasks->lock);
  hvfs_task_list_foreach (tasks->list, func, data);
  g_mutex_unlock (&tasks->lock);
}

char *
hvfs_tasks_dup_progress (HvfsTasks *tasks, const char *moref)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&tasks->lock);

  return g_strdup (hvfs_task_list_get_progress (tasks->list, moref));
}

gint64
hvfs_tasks_get_changed_us (HvfsTasks *tasks)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&tasks->lock);

  return hvfs_task_list_get_changed_us (tasks->list);
}

/* ---- running one ---- */

/* Whether the task is over by what is known; then also how.  Lock held. */
static gboolean
is_over (HvfsTasks *tasks, const Wait *wait, HvfsValue **ret_result, GError **error,
         gboolean *ret_ok)
{
  HvfsValue *const *props = hvfs_task_list_get (tasks->list, wait->moref);
  const char *state = props == NULL ? NULL : hvfs_value_text (props[HVFS_TASK_STATE], NULL);

  if (g_strcmp0 (state, "success") == 0)
    {
      if (ret_result != NULL && props[HVFS_TASK_RESULT] != NULL)
        *ret_result = hvfs_value_ref (props[HVFS_TASK_RESULT]);
      *ret_ok = TRUE;
      return TRUE;
    }
  if (g_strcmp0 (state, "error") != 0)
    return FALSE;
  g_propagate_error (error, hvfs_fault_new_error_localized (props[HVFS_TASK_ERROR]));
  *ret_ok = FALSE;
  return TRUE;
}

static gboolean
set_unknown (const char *moref, GError **error)
{
  g_autofree char *message
    = g_strdup_printf ("the server was lost while its task %s ran; outcome unknown", moref);

  g_propagate_error (error, hvfs_error_new_fault (EIO, HVFS_FAULT_UNKNOWN, message));
  return FALSE;
}

/* Sleeps until there is news of the task or @deadline (0: none).  A server that died without a
 * word is noticed by those who wait for it.  Lock held on entry and exit. */
static void
sleep_until (HvfsTasks *tasks, Wait *wait, gint64 deadline, guint lost_s,
             GCancellable *cancellable)
{
  gint64 patience = g_get_monotonic_time () + lost_s * G_TIME_SPAN_SECOND / 2;

  g_mutex_unlock (&tasks->lock);
  if (hvfs_connection_await_news (tasks->link, &wait->news,
                                  deadline > 0 ? MIN (deadline, patience) : patience, cancellable)
        == ETIMEDOUT
      && g_get_monotonic_time () >= patience)
    hvfs_connection_confirm (tasks->link, cancellable, NULL);
  g_mutex_lock (&tasks->lock);
}

/* Lock held on entry and exit, let go in the call. */
static void
cancel (HvfsTasks *tasks, Wait *wait)
{
  gint64 now = g_get_monotonic_time ();
  gboolean accepted;

  g_mutex_unlock (&tasks->lock);
  accepted = hvfs_start_cancel (tasks->session, wait->moref);
  g_mutex_lock (&tasks->lock);
  wait->cancelled_at = accepted ? now : now - CANCEL_US;
}

/* Whether there is time left for it. */
static gboolean
check_patience (const Wait *wait, gint64 now, guint lost_s, GError **error)
{
  if (wait->cancelled_at != 0 && now >= wait->cancelled_at + CANCEL_US)
    {
      g_set_error (error, HVFS_ERROR, EINTR,
                   "interrupted; the server's task %s could not be cancelled and goes on",
                   wait->moref);
      return FALSE;
    }
  if (wait->lost_at != 0 && now >= wait->lost_at + lost_s * G_TIME_SPAN_SECOND)
    return set_unknown (wait->moref, error);
  return TRUE;
}

/* When its waiter has to look again by himself; 0: never. */
static gint64
next_look (const Wait *wait, gint64 now, guint lost_s)
{
  if (wait->cancelled_at != 0)
    return wait->cancelled_at + CANCEL_US;
  if (wait->lost_at != 0)
    return wait->lost_at + lost_s * G_TIME_SPAN_SECOND;
  return !wait->watched && now < wait->named_by ? wait->named_by : 0;
}

/* The stream should have named it, and has not. */
static gboolean
must_watch (HvfsTasks *tasks, const Wait *wait, gint64 now)
{
  return !wait->watched && wait->lost_at == 0 && now >= wait->named_by
         && hvfs_task_list_get (tasks->list, wait->moref) == NULL;
}

/* Lock held on entry and exit, let go while asleep and in calls. */
static gboolean
wait_for (HvfsTasks *tasks, Wait *wait, guint lost_s, GCancellable *cancellable,
          HvfsValue **ret_result, GError **error)
{
  gboolean ok = FALSE;

  while (!is_over (tasks, wait, ret_result, error, &ok))
    {
      gint64 now = g_get_monotonic_time ();

      if (wait->lost)
        return set_unknown (wait->moref, error);
      if (wait->cancelled_at == 0 && g_cancellable_is_cancelled (cancellable))
        {
          cancel (tasks, wait);
          continue;
        }
      if (hvfs_connection_is_up (tasks->link, NULL, NULL))
        wait->lost_at = 0;
      else if (wait->lost_at == 0)
        wait->lost_at = now;
      if (!check_patience (wait, now, lost_s, error))
        return FALSE;
      if (must_watch (tasks, wait, now))
        watch (tasks, wait);
      else /* The cancellation of one that is cancelled is no news. */
        sleep_until (tasks, wait, next_look (wait, now, lost_s), lost_s,
                     wait->cancelled_at == 0 ? cancellable : NULL);
    }
  return ok;
}

static void
count_starting (HvfsTasks *tasks, int change)
{
  g_mutex_lock (&tasks->lock);
  tasks->n_starting += change;
  drop_results (tasks);
  g_mutex_unlock (&tasks->lock);
}

/* Waits for the task of the answered call; counted as starting on entry, no more on exit. */
static gboolean
wait_for_started (HvfsTasks *tasks, const char *moref, guint lost_s, GCancellable *cancellable,
                  HvfsValue **ret_result, GError **error)
{
  Wait wait = { .moref = moref, .named_by = g_get_monotonic_time () + UNNAMED_US };
  gboolean ok;

  hvfs_connection_begin_news (tasks->link, &wait.news);
  g_mutex_lock (&tasks->lock);
  g_hash_table_insert (tasks->waits, (char *) wait.moref, &wait);
  tasks->n_starting--;
  ok = wait_for (tasks, &wait, lost_s, cancellable, ret_result, error);
  g_hash_table_remove (tasks->waits, wait.moref);
  drop_results (tasks);
  g_mutex_unlock (&tasks->lock);
  hvfs_connection_end_news (tasks->link, &wait.news);
  unwatch (tasks, &wait);
  return ok;
}

gboolean
hvfs_tasks_run (HvfsTasks *tasks, HvfsRequest *request, guint lost_s,
                GCancellable *cancellable, HvfsValue **ret_result, GError **error)
{
  g_autoptr (HvfsValue) reply = NULL;
  g_autoptr (GError) failure = NULL;
  const char *moref;

  count_starting (tasks, 1);
  reply = hvfs_starter_call (tasks->starter, request, cancellable, error);
  moref = hvfs_value_text (reply, "returnval");
  if (moref == NULL)
    {
      count_starting (tasks, -1);
      if (reply != NULL)
        g_set_error (error, HVFS_ERROR, EPROTO, "%s: the server named no task",
                     hvfs_request_method (request));
      return FALSE;
    }
  if (wait_for_started (tasks, moref, lost_s, cancellable, ret_result, &failure))
    return TRUE;
  if (g_strcmp0 (hvfs_error_fault (failure), "RequestCanceled") == 0
      && g_cancellable_is_cancelled (cancellable))
    g_set_error (error, HVFS_ERROR, EINTR, "interrupted: the server's task was cancelled");
  else
    g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}
