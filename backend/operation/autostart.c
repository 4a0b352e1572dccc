/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/autostart.c - machines that start with their host; see autostart.h */
#include "backend/operation/autostart.h"

#include <string.h>

#include "backend/mirror/retrieve.h"
#include "convert/error.h"

static HvfsObject *
host_of (HvfsMirror *mirror, const HvfsObject *vm)
{
  return hvfs_mirror_resolve (mirror, hvfs_object_get (vm, HVFS_VM_HOST));
}

static gboolean
starts (const HvfsValue *info)
{
  const char *action = hvfs_value_text (info, "startAction");

  return action != NULL && g_ascii_strcasecmp (action, "powerOn") == 0;
}

static gboolean
is_info (const HvfsValue *value)
{
  return strcmp (hvfs_value_name (value), "powerInfo") == 0;
}

gboolean
hvfs_autostart_get (HvfsMirror *mirror, const HvfsObject *vm)
{
  HvfsObject *host = host_of (mirror, vm);
  HvfsValue *config = host == NULL ? NULL : hvfs_object_get (host, HVFS_HOST_AUTOSTART);

  if (!hvfs_value_bool (config, "defaults.enabled"))
    return FALSE;
  for (guint i = 0; i < hvfs_value_n_children (config); i++)
    {
      HvfsValue *info = hvfs_value_nth (config, i);

      if (is_info (info) && g_strcmp0 (hvfs_value_text (info, "key"), vm->moref) == 0)
        return starts (info);
    }
  return FALSE;
}

typedef struct
{
  guint32 serial;
  gboolean on;
} Wanted;

static int
is_so (HvfsMirror *mirror, gpointer data)
{
  const Wanted *wanted = data;
  const HvfsObject *vm = hvfs_mirror_get (mirror, wanted->serial);

  return vm == NULL ? -1 : hvfs_autostart_get (mirror, vm) == wanted->on;
}

/* What is to be sent, and to whom. */
typedef struct
{
  char *vm, *host;
  gboolean enabled;   /* the host's switch for all */
  guint n_listed, n_others;
} Plan;

static gboolean
look (const HvfsServer *server, guint32 serial, Plan *plan, GError **error)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (server->mirror));
  HvfsObject *vm = hvfs_mirror_get (server->mirror, serial);
  HvfsObject *host = vm == NULL ? NULL : host_of (server->mirror, vm);
  HvfsValue *config = host == NULL ? NULL : hvfs_object_get (host, HVFS_HOST_AUTOSTART);

  if (host == NULL)
    {
      g_set_error (error, HVFS_ERROR, vm == NULL ? ESTALE : ENOTSUP,
                   "the domain's host is not in this mount");
      return FALSE;
    }
  plan->vm = g_strdup (vm->moref);
  plan->host = g_strdup (host->moref);
  plan->enabled = hvfs_value_bool (config, "defaults.enabled");
  for (guint i = 0; i < hvfs_value_n_children (config); i++)
    {
      HvfsValue *info = hvfs_value_nth (config, i);

      if (!is_info (info) || g_strcmp0 (hvfs_value_text (info, "key"), vm->moref) == 0)
        continue;
      plan->n_listed += hvfs_value_int (info, "startOrder", -1) > 0;
      plan->n_others += starts (info);
    }
  return TRUE;
}

/* All fields of an entry are wanted; one whose actions are none is taken out. */
static HvfsRequest *
new_request (const Plan *plan, const char *manager, gboolean on)
{
  HvfsRequest *request
    = hvfs_request_new ("ReconfigureAutostart", "HostAutoStartManager", manager);

  hvfs_request_open (request, "spec", NULL);
  if (on && !plan->enabled)
    {
      hvfs_request_open (request, "defaults", NULL);
      hvfs_request_bool (request, "enabled", TRUE);
      hvfs_request_close (request);
    }
  hvfs_request_open (request, "powerInfo", NULL);
  hvfs_request_moref (request, "key", "VirtualMachine", plan->vm);
  hvfs_request_int (request, "startOrder", on ? (gint64) plan->n_listed + 1 : -1);
  hvfs_request_int (request, "startDelay", -1);
  hvfs_request_text (request, "waitForHeartbeat", "systemDefault");
  hvfs_request_text (request, "startAction", on ? "powerOn" : "none");
  hvfs_request_int (request, "stopDelay", -1);
  hvfs_request_text (request, "stopAction", on ? "systemDefault" : "none");
  hvfs_request_close (request);
  hvfs_request_close (request);
  return request;
}

static gboolean
is_there (const HvfsServer *server, guint32 serial)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (server->mirror));

  return hvfs_mirror_get (server->mirror, serial) != NULL;
}

static gboolean
refuse (GError **error)
{
  g_set_error (error, HVFS_ERROR, ENOTSUP, "the domain's host does not support autostart");
  return FALSE;
}

static gboolean
send (const HvfsServer *server, guint32 serial, const Plan *plan, gboolean on, GError **error)
{
  g_autoptr (HvfsValue) manager = NULL;
  g_autoptr (HvfsRequest) request = NULL;
  g_autoptr (GError) failure = NULL;
  Wanted wanted = { serial, on };

  if (on && !plan->enabled && plan->n_others > 0)
    {
      g_set_error (error, HVFS_ERROR, EBUSY,
                   "autostart is off on the domain's host; switching it on would start %u other "
                   "domains too",
                   plan->n_others);
      return FALSE;
    }
  manager = hvfs_retrieve_property (server->session, "HostSystem", plan->host,
                                    "configManager.autoStartManager", &failure);
  if (manager == NULL)
    {
      if (failure == NULL)
        return refuse (error);
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  request = new_request (plan, hvfs_value_text (manager, NULL), on);
  if (!hvfs_operation_call (server, request, serial, NULL, NULL, &failure))
    {
      /* Some hosts name a manager that they do not have. */
      if (g_error_matches (failure, HVFS_ERROR, ESTALE) && is_there (server, serial))
        return refuse (error);
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  hvfs_operation_await_shown_that (server, is_so, &wanted);
  return TRUE;
}

gboolean
hvfs_autostart_set (const HvfsServer *server, guint32 serial, gboolean on, GError **error)
{
  Wanted wanted = { serial, on };
  Plan plan = { 0 };
  gboolean ok;

  g_rw_lock_reader_lock (hvfs_mirror_lock (server->mirror));
  ok = is_so (server->mirror, &wanted) > 0;
  g_rw_lock_reader_unlock (hvfs_mirror_lock (server->mirror));
  if (!ok && look (server, serial, &plan, error))
    ok = send (server, serial, &plan, on, error);
  g_free (plan.vm);
  g_free (plan.host);
  return ok;
}
