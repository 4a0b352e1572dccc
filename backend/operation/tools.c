/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/tools.c - the installer of VMware tools; see tools.h */
#include "backend/operation/tools.h"

#include <string.h>

#include "convert/error.h"

static const struct
{
  const char *word, *method;
  gboolean is_task;
} verbs[] = {
  { "mount", "MountToolsInstaller", FALSE },
  { "unmount", "UnmountToolsInstaller", FALSE },
  { "upgrade", "UpgradeTools_Task", TRUE },
};

/* Returns: whether it is done, or was so before. */
static gboolean
run (const HvfsServer *server, guint32 serial, HvfsRequest *request, gboolean is_task,
     GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (!is_task)
    return hvfs_operation_call (server, request, serial, NULL, NULL, error);
  if (hvfs_operation_run (server, request, serial, NULL, NULL, NULL, cancellable, &failure)
      || g_strcmp0 (hvfs_error_fault (failure), "ToolsAlreadyUpgraded") == 0)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

gboolean
hvfs_tools_run (const HvfsServer *server, guint32 serial, const char *word,
                GCancellable *cancellable, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (strcmp (word, verbs[i].word) == 0)
      {
        g_autoptr (HvfsRequest) request
          = hvfs_operation_new (server, serial, verbs[i].method, error);

        return request != NULL
               && run (server, serial, request, verbs[i].is_task, cancellable, error);
      }
  g_set_error (error, HVFS_ERROR, EINVAL, "'%.64s' is not mount, unmount or upgrade", word);
  return FALSE;
}
