/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/mirror/pulse.c - whether the server is still there; see pulse.h */
#include "backend/mirror/pulse.h"

#include "backend/wait/crew.h"
#include "backend/wait/wake.h"
#include "convert/error.h"

struct _HvfsPulse
{
  HvfsSession *session;
  guint timeout_s;
  void (*lost) (const char *reason, gpointer data);
  gpointer data;
  HvfsCrew *crew;           /* its one job: ask */

  GMutex lock;
  GCond answered;           /* asking */
  GCancellable *asking;     /* lock: of the question under way; nullable */
  gboolean closing;         /* lock */
};

static gboolean
is_closing (HvfsPulse *pulse)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&pulse->lock);

  return pulse->closing;
}

/* Asks for the time; a server that does not answer is given up. */
static void
ask (gpointer item G_GNUC_UNUSED, gpointer data)
{
  HvfsPulse *pulse = data;
  g_autoptr (HvfsRequest) request
    = hvfs_request_new ("CurrentTime", "ServiceInstance", "ServiceInstance");
  g_autoptr (GError) error = NULL;
  g_autoptr (HvfsValue) reply
    = hvfs_session_call (pulse->session, request, HVFS_CALL_READ, 0, pulse->asking, &error);

  if (reply == NULL && hvfs_error_fault (error) == NULL && !is_closing (pulse))
    pulse->lost (g_cancellable_is_cancelled (pulse->asking)
                   ? "the server fell silent for the time-out"
                   : error->message,
                 pulse->data);
  g_mutex_lock (&pulse->lock);
  g_clear_object (&pulse->asking);
  g_cond_broadcast (&pulse->answered);
  g_mutex_unlock (&pulse->lock);
}

HvfsPulse *
hvfs_pulse_new (HvfsSession *session, guint timeout_s,
                void (*lost) (const char *reason, gpointer data), gpointer data)
{
  HvfsPulse *pulse = g_new0 (HvfsPulse, 1);

  pulse->session = session;
  pulse->timeout_s = timeout_s;
  pulse->lost = lost;
  pulse->data = data;
  pulse->crew = hvfs_crew_new ("hvfs-ask", ask, pulse, 1);
  g_mutex_init (&pulse->lock);
  g_cond_init (&pulse->answered);
  return pulse;
}

void
hvfs_pulse_free (HvfsPulse *pulse)
{
  g_mutex_lock (&pulse->lock);
  pulse->closing = TRUE;
  if (pulse->asking != NULL)
    g_cancellable_cancel (pulse->asking);
  g_mutex_unlock (&pulse->lock);
  hvfs_crew_free (pulse->crew);
  g_cond_clear (&pulse->answered);
  g_mutex_clear (&pulse->lock);
  g_free (pulse);
}

gboolean
hvfs_pulse_is_fresh (HvfsPulse *pulse)
{
  gint64 silent_us = g_get_monotonic_time () - hvfs_session_last_heard_us (pulse->session);

  return silent_us < pulse->timeout_s * G_TIME_SPAN_SECOND / 2;
}

/* One question for all. */
static void
begin_asking (HvfsPulse *pulse)
{
  gboolean asked;

  g_mutex_lock (&pulse->lock);
  asked = pulse->asking != NULL;
  if (!asked)
    pulse->asking = g_cancellable_new ();
  g_mutex_unlock (&pulse->lock);
  if (!asked)
    hvfs_crew_push (pulse->crew, pulse); /* may ask here, which takes the lock */
}

gboolean
hvfs_pulse_ask (HvfsPulse *pulse, GCancellable *cancellable)
{
  /* Half the time-out was silent before it. */
  gint64 deadline = g_get_monotonic_time () + pulse->timeout_s * G_TIME_SPAN_SECOND / 2;
  HvfsWake wake;

  hvfs_wake_begin (&wake, cancellable, &pulse->lock, &pulse->answered);
  begin_asking (pulse);
  g_mutex_lock (&pulse->lock);
  while (pulse->asking != NULL && !g_cancellable_is_cancelled (cancellable))
    if (!g_cond_wait_until (&pulse->answered, &pulse->lock, deadline) && pulse->asking != NULL)
      {
        g_cancellable_cancel (pulse->asking);
        deadline = G_MAXINT64;
      }
  g_mutex_unlock (&pulse->lock);
  hvfs_wake_end (&wake);
  return !g_cancellable_is_cancelled (cancellable);
}
