/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/mirror/start.c - sends what starts a task; see start.h */
#include "backend/mirror/start.h"

#include "backend/wait/crew.h"
#include "backend/wait/wake.h"
#include "convert/error.h"

struct _HvfsStarter
{
  HvfsSession *session;
  HvfsCrew *crew;
  GMutex lock;
};

/* One call; the last of its writer and its thread to leave frees it. */
typedef struct
{
  HvfsRequest *request;
  GCancellable *unsent; /* cancelled: it need not be sent any more */
  GCond answered;       /* it was, or its writer was interrupted */
  HvfsValue *reply;     /* starter->lock, as the next */
  GError *error;
  gboolean over;        /* lock: there is one of them */
  gboolean abandoned;   /* lock: nobody waits any more */
} Call;

static void
call_free (Call *call)
{
  hvfs_request_free (call->request);
  g_object_unref (call->unsent);
  hvfs_value_unref (call->reply);
  g_cond_clear (&call->answered);
  g_clear_error (&call->error);
  g_free (call);
}

gboolean
hvfs_start_cancel (HvfsSession *session, const char *task)
{
  g_autoptr (HvfsRequest) request = hvfs_request_new ("CancelTask", "Task", task);
  g_autoptr (HvfsValue) reply
    = hvfs_session_call (session, request, HVFS_CALL_CHANGE, 0, NULL, NULL);

  return reply != NULL;
}

/* Nobody waits for it any more: the log has what became of it. */
static void
end_abandoned (HvfsStarter *starter, const Call *call)
{
  const char *method = hvfs_request_method (call->request);
  const char *task = hvfs_value_text (call->reply, "returnval");

  if (call->reply == NULL)
    g_message ("%s, whose writer was interrupted: %s", method, call->error->message);
  else if (task != NULL)
    g_message ("%s, whose writer was interrupted: its task %s %s", method, task,
               hvfs_start_cancel (starter->session, task) ? "is cancelled"
                                                          : "cannot be cancelled and goes on");
}

static void
run (gpointer data, gpointer user_data)
{
  Call *call = data;
  HvfsStarter *starter = user_data;
  GError *error = NULL;
  HvfsValue *reply
    = hvfs_session_call (starter->session, call->request, HVFS_CALL_START, 0, call->unsent,
                         &error);
  gboolean abandoned;

  g_mutex_lock (&starter->lock);
  call->reply = reply;
  call->error = error;
  call->over = TRUE;
  abandoned = call->abandoned;
  g_cond_signal (&call->answered);
  g_mutex_unlock (&starter->lock);
  if (abandoned)
    {
      end_abandoned (starter, call);
      call_free (call);
    }
}

HvfsStarter *
hvfs_starter_new (HvfsSession *session)
{
  HvfsStarter *starter = g_new0 (HvfsStarter, 1);

  starter->session = session;
  g_mutex_init (&starter->lock);
  starter->crew = hvfs_crew_new ("hvfs-start", run, starter, HVFS_SESSION_CONNECTIONS);
  return starter;
}

void
hvfs_starter_free (HvfsStarter *starter)
{
  if (starter == NULL)
    return;
  hvfs_crew_free (starter->crew);
  g_mutex_clear (&starter->lock);
  g_free (starter);
}

/* FALSE: the writer leaves, and @call is its thread's. */
static gboolean
await (HvfsStarter *starter, Call *call, GCancellable *cancellable)
{
  g_autoptr (GCancellable) unsent = g_object_ref (call->unsent);
  HvfsWake wake;
  gboolean over;

  hvfs_wake_begin (&wake, cancellable, &starter->lock, &call->answered);
  g_mutex_lock (&starter->lock);
  while (!call->over && !g_cancellable_is_cancelled (cancellable))
    g_cond_wait (&call->answered, &starter->lock);
  g_mutex_unlock (&starter->lock);
  hvfs_wake_end (&wake);
  g_mutex_lock (&starter->lock);
  over = call->over;
  call->abandoned = !over; /* from here on its thread frees it */
  g_mutex_unlock (&starter->lock);
  if (!over)
    g_cancellable_cancel (unsent);
  return over;
}

HvfsValue *
hvfs_starter_call (HvfsStarter *starter, HvfsRequest *request, GCancellable *cancellable,
                   GError **error)
{
  HvfsValue *reply;
  Call *call;

  if (cancellable == NULL)
    return hvfs_session_call (starter->session, request, HVFS_CALL_CHANGE, 0, NULL, error);
  if (g_cancellable_is_cancelled (cancellable))
    {
      g_set_error (error, HVFS_ERROR, EINTR, "interrupted; nothing was sent");
      return NULL;
    }
  call = g_new0 (Call, 1);
  call->request = hvfs_request_copy (request);
  call->unsent = g_cancellable_new ();
  g_cond_init (&call->answered);
  hvfs_crew_push (starter->crew, call);
  if (!await (starter, call, cancellable))
    {
      g_propagate_error (error, hvfs_error_new_fault (
        EINTR, HVFS_FAULT_UNKNOWN,
        "interrupted before the server answered; outcome unknown: hvfs cancels the task "
        "as soon as the server names it, see tasks"));
      return NULL;
    }
  reply = g_steal_pointer (&call->reply);
  if (call->error != NULL)
    g_propagate_error (error, g_steal_pointer (&call->error));
  call_free (call);
  return reply;
}
