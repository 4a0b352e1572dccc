/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/vapp.c - the power states of a vApp, and the ways between them */
#include "backend/operation/vapp.h"

#include <string.h>

#include "convert/error.h"

static const struct
{
  const char *value, *word;
} states[] = {
  { "started", "running" },
  { "stopped", "off" },
  { "starting", "starting" },
  { "stopping", "stopping" },
};

typedef struct
{
  const char *word, *method, *to;
  gboolean force; /* of PowerOffVApp_Task: not in the vApp's own order, by the guests */
} Verb;

static const Verb verbs[] = {
  { "running", "PowerOnVApp_Task", "running", FALSE },
  { "start", "PowerOnVApp_Task", "running", FALSE },
  { "resume", "PowerOnVApp_Task", "running", FALSE },
  { "off", "PowerOffVApp_Task", "off", TRUE },
  { "destroy", "PowerOffVApp_Task", "off", TRUE },
  { "shutdown", "PowerOffVApp_Task", "off", FALSE },
  { "suspended", "SuspendVApp_Task", "suspended", FALSE },
  { "suspend", "SuspendVApp_Task", "suspended", FALSE },
};

const char *
hvfs_vapp_word (const HvfsObject *vapp)
{
  HvfsValue *summary = hvfs_object_get (vapp, HVFS_VAPP_SUMMARY);
  const char *state = hvfs_value_text (summary, "vAppState");

  if (hvfs_value_bool (summary, "suspended"))
    return "suspended";
  for (guint i = 0; state != NULL && i < G_N_ELEMENTS (states); i++)
    if (strcmp (state, states[i].value) == 0)
      return states[i].word;
  return NULL;
}

static gboolean
is_in_state (const HvfsObject *vapp, gconstpointer word)
{
  return g_strcmp0 (hvfs_vapp_word (vapp), word) == 0;
}

gboolean
hvfs_vapp_run (const HvfsServer *server, guint32 serial, const char *word,
               GCancellable *cancellable, GError **error)
{
  const Verb *verb = HVFS_OPERATION_VERB (verbs, word, error);
  g_autoptr (HvfsRequest) request
    = verb == NULL ? NULL : hvfs_operation_new (server, serial, verb->method, error);

  if (request == NULL)
    return FALSE;
  if (hvfs_operation_is_so (server, serial, is_in_state, verb->to))
    return TRUE;
  if (strcmp (verb->method, "PowerOffVApp_Task") == 0)
    hvfs_request_bool (request, "force", verb->force);
  return hvfs_operation_run (server, request, serial, is_in_state, verb->to, NULL, cancellable,
                             error);
}
