/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/host-state.c - a host's connection and its maintenance mode */
#include "backend/operation/host-state.h"

#include <string.h>

#include "backend/wire/fault.h"
#include "convert/error.h"

static const char *const words[] = { "connected", "disconnected", "notresponding", "maintenance" };
enum { CONNECTED, DISCONNECTED, NOT_RESPONDING, MAINTENANCE };

const char *
hvfs_host_state_word (const HvfsObject *host)
{
  const char *text = hvfs_value_text (hvfs_object_get (host, HVFS_HOST_CONNECTION), NULL);

  for (guint i = 0; text != NULL && i < MAINTENANCE; i++)
    if (g_ascii_strcasecmp (text, words[i]) == 0)
      return i == CONNECTED
                 && hvfs_value_bool (hvfs_object_get (host, HVFS_HOST_MAINTENANCE), NULL)
               ? words[MAINTENANCE]
               : words[i];
  return NULL;
}

static gboolean
says (const HvfsObject *host, gconstpointer word)
{
  return g_strcmp0 (hvfs_host_state_word (host), word) == 0;
}

static gboolean
is_connected (const HvfsObject *host, gconstpointer data)
{
  const char *word = hvfs_host_state_word (host);

  return g_strcmp0 (word, words[CONNECTED]) == 0 || g_strcmp0 (word, words[MAINTENANCE]) == 0;
}

/* What leads to @word from where the host is. */
static const char *
method_to (const HvfsServer *server, guint32 serial, const char *word)
{
  if (strcmp (word, words[MAINTENANCE]) == 0)
    return "EnterMaintenanceMode_Task";
  if (strcmp (word, words[DISCONNECTED]) == 0)
    return "DisconnectHost_Task";
  return hvfs_operation_is_so (server, serial, says, words[MAINTENANCE])
           ? "ExitMaintenanceMode_Task"
           : "ReconnectHost_Task";
}

static gboolean
step_to (const HvfsServer *server, guint32 serial, const char *word, const char *method,
         GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsRequest) request = hvfs_operation_new (server, serial, method, error);
  gboolean reconnects = strcmp (method, "ReconnectHost_Task") == 0;

  if (request == NULL)
    return FALSE;
  if (g_str_has_suffix (method, "MaintenanceMode_Task"))
    hvfs_request_int (request, "timeout", 0); /* none: the writer can interrupt it */
  return hvfs_operation_run (server, request, serial, reconnects ? is_connected : says, word, NULL,
                             cancellable, error);
}

/* A host that was in maintenance when it was disconnected is so again afterwards. */
gboolean
hvfs_host_state_set (const HvfsServer *server, guint32 serial, const char *word,
                     GCancellable *cancellable, GError **error)
{
  const char *method;

  if (strcmp (word, words[CONNECTED]) != 0 && strcmp (word, words[DISCONNECTED]) != 0
      && strcmp (word, words[MAINTENANCE]) != 0)
    {
      g_set_error (error, HVFS_ERROR, EINVAL,
                   "'%.64s' is not one of connected, disconnected, maintenance", word);
      return FALSE;
    }
  if (hvfs_operation_is_so (server, serial, says, word))
    return TRUE;
  method = method_to (server, serial, word);
  if (!step_to (server, serial, word, method, cancellable, error))
    return FALSE;
  return strcmp (method, "ReconnectHost_Task") != 0
         || !hvfs_operation_is_so (server, serial, says, words[MAINTENANCE])
         || step_to (server, serial, word, "ExitMaintenanceMode_Task", cancellable, error);
}

/* ---- the machine itself ---- */

static gboolean
is_of_host (const HvfsServer *server)
{
  g_autoptr (HvfsValue) content = hvfs_session_ref_content (server->session);

  return g_strcmp0 (hvfs_value_text (content, "about.apiType"), "HostAgent") == 0;
}

static int
never (HvfsMirror *mirror, gpointer data)
{
  return 0;
}

/* A host that goes takes its own server along, before that could say how its task ended, or even
 * that it began.  That its call was lost is no proof: who waits for updates hears of it too then,
 * if later. */
static gboolean
is_going (const HvfsServer *server, const GError *failure, GCancellable *cancellable)
{
  gint64 deadline = g_get_monotonic_time () + server->timeout_s * G_TIME_SPAN_SECOND;
  g_autoptr (GError) reason = NULL;

  if (g_strcmp0 (hvfs_error_fault (failure), HVFS_FAULT_UNKNOWN) != 0 || !is_of_host (server))
    return FALSE;
  hvfs_mirror_await_that (server->mirror, never, NULL, deadline, cancellable, &reason);
  return reason->code == EIO;
}

gboolean
hvfs_host_end (const HvfsServer *server, guint32 serial, HvfsHostEnd end,
               GCancellable *cancellable, GError **error)
{
  static const char *const methods[]
    = { [HVFS_HOST_REBOOT] = "RebootHost_Task", [HVFS_HOST_SHUTDOWN] = "ShutdownHost_Task" };
  g_autoptr (HvfsRequest) request = NULL;
  g_autoptr (GError) failure = NULL;

  if (!hvfs_operation_is_so (server, serial, says, words[MAINTENANCE]))
    {
      g_set_error (error, HVFS_ERROR, EBUSY,
                   "the host is not in maintenance: write maintenance to its state first");
      return FALSE;
    }
  request = hvfs_operation_new (server, serial, methods[end], error);
  if (request == NULL)
    return FALSE;
  hvfs_request_bool (request, "force", FALSE);
  if (hvfs_operation_run (server, request, serial, NULL, NULL, NULL, cancellable, &failure)
      || is_going (server, failure, cancellable))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}
