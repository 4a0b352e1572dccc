/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/power.c - the power states of a machine, and the ways between them */
#include "backend/operation/power.h"

#include <string.h>

#include "backend/mirror/retrieve.h"
#include "convert/error.h"

#define GUEST_US (5 * G_TIME_SPAN_MINUTE)

static const struct
{
  const char *value, *word;
} states[] = {
  { "poweredOn", "running" },
  { "poweredOff", "off" },
  { "suspended", "suspended" },
};

/* @to: the state that it leads to, and in which there is nothing to do; NULL for
 * an action that leaves the state as it is. */
typedef struct
{
  const char *word, *method, *to;
  gboolean by_guest; /* no task: the guest is asked, and takes its time */
} Verb;

static const Verb verbs[] = {
  { "running", "PowerOnVM_Task", "poweredOn", FALSE },
  { "start", "PowerOnVM_Task", "poweredOn", FALSE },
  { "resume", "PowerOnVM_Task", "poweredOn", FALSE },
  { "off", "PowerOffVM_Task", "poweredOff", FALSE },
  { "destroy", "PowerOffVM_Task", "poweredOff", FALSE },
  { "suspended", "SuspendVM_Task", "suspended", FALSE },
  { "suspend", "SuspendVM_Task", "suspended", FALSE },
  { "reset", "ResetVM_Task", NULL, FALSE },
  { "shutdown", "ShutdownGuest", "poweredOff", TRUE },
  { "reboot", "RebootGuest", NULL, TRUE },
  { "standby", "StandbyGuest", "suspended", TRUE },
};

/* Why its state cannot be known, NULL if it can.  The server's words are ours. */
static const char *
unknown_word (const HvfsObject *vm)
{
  const char *connection = hvfs_value_text (hvfs_object_get (vm, HVFS_VM_CONNECTION), NULL);

  return connection == NULL || g_ascii_strcasecmp (connection, "connected") == 0 ? NULL
                                                                                 : connection;
}

const char *
hvfs_power_word (const HvfsObject *vm)
{
  const char *power = hvfs_value_text (hvfs_object_get (vm, HVFS_VM_POWER), NULL);

  if (unknown_word (vm) != NULL)
    return unknown_word (vm);
  for (guint i = 0; power != NULL && i < G_N_ELEMENTS (states); i++)
    if (g_ascii_strcasecmp (power, states[i].value) == 0)
      return states[i].word;
  return NULL;
}

static gboolean
says_state (const HvfsObject *vm, gconstpointer state)
{
  return g_strcmp0 (hvfs_value_text (hvfs_object_get (vm, HVFS_VM_POWER), NULL), state) == 0;
}

static gboolean
is_in_state (const HvfsObject *vm, gconstpointer state)
{
  return state != NULL && unknown_word (vm) == NULL && says_state (vm, state);
}

/* By the server's own word, which the mirror may not have heard yet. */
static gboolean
is_so_by_now (const HvfsServer *server, guint32 serial, const char *state)
{
  g_autofree char *moref = hvfs_operation_dup_moref (server, serial, NULL);
  g_autoptr (HvfsValue) power
    = moref == NULL ? NULL
                    : hvfs_retrieve_property (server->session, "VirtualMachine", moref,
                                              "runtime.powerState", NULL);

  return power != NULL && g_strcmp0 (hvfs_value_text (power, NULL), state) == 0;
}

static gboolean
ask_guest (const HvfsServer *server, const Verb *verb, guint32 serial, HvfsRequest *request,
           GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsValue) reply
    = hvfs_session_call (server->session, request, HVFS_CALL_CHANGE, 0, NULL, error);

  if (reply == NULL)
    return FALSE;
  if (verb->to == NULL
      || hvfs_operation_await (server, serial, says_state, verb->to,
                               g_get_monotonic_time () + GUEST_US, cancellable, error))
    return TRUE;
  g_prefix_error (error, "the guest was asked to %s and may still do it: ", verb->word);
  return FALSE;
}

gboolean
hvfs_power_run (const HvfsServer *server, guint32 serial, const char *word,
                GCancellable *cancellable, GError **error)
{
  const Verb *verb = HVFS_OPERATION_VERB (verbs, word, error);
  g_autoptr (HvfsRequest) request
    = verb == NULL ? NULL : hvfs_operation_new (server, serial, verb->method, error);
  g_autoptr (GError) failure = NULL;

  if (request == NULL)
    return FALSE;
  if (hvfs_operation_is_so (server, serial, is_in_state, verb->to))
    return TRUE;
  if (verb->by_guest)
    return ask_guest (server, verb, serial, request, cancellable, error);
  if (hvfs_operation_run (server, request, serial, verb->to != NULL ? is_in_state : NULL,
                          verb->to, NULL, cancellable, &failure))
    return TRUE;
  /* Somebody else was faster: what was asked for is so. */
  if (verb->to != NULL && g_strcmp0 (hvfs_error_fault (failure), "InvalidPowerState") == 0
      && is_so_by_now (server, serial, verb->to))
    {
      hvfs_operation_await_shown (server, serial, is_in_state, verb->to);
      return TRUE;
    }
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}
