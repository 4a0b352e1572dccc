/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/host-state.c - a host's connection and its maintenance mode */
#include "backend/operation/host-state.h"

#include <string.h>

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
