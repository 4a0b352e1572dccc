/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/switch.c - virtual switches of a host: made and removed; see switch.h */
#include "backend/operation/switch.h"

#include <string.h>

#include "backend/mirror/retrieve.h"
#include "convert/error.h"

#define PORTS 128

/* (nullable) (transfer full): the host's HostNetworkSystem */
static char *
lookup_system (const HvfsServer *server, guint32 host, GError **error)
{
  g_autofree char *moref = hvfs_operation_dup_moref (server, host, error);
  g_autoptr (GError) failure = NULL;
  g_autoptr (HvfsValue) system = NULL;

  if (moref == NULL)
    return NULL;
  system = hvfs_retrieve_property (server->session, "HostSystem", moref,
                                   "configManager.networkSystem", &failure);
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  else if (system == NULL)
    g_set_error (error, HVFS_ERROR, ENOTSUP, "the server does not manage the host's networks");
  return system == NULL ? NULL : g_strdup (hvfs_value_text (system, NULL));
}

/* ---- how it looks in the mirror ---- */

typedef struct
{
  const char *name;
  gboolean there;
} Wanted;

static gboolean
has_switch (const HvfsObject *host, const char *name)
{
  const HvfsValue *list = hvfs_object_get (host, HVFS_HOST_SWITCHES);

  for (guint i = 0; i < hvfs_value_n_children (list); i++)
    if (g_strcmp0 (hvfs_value_text (hvfs_value_nth (list, i), "name"), name) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
is_so (const HvfsObject *host, gconstpointer data)
{
  const Wanted *wanted = data;

  return has_switch (host, wanted->name) == wanted->there;
}

static gboolean
has_nic (const HvfsObject *host, gconstpointer device)
{
  const HvfsValue *list = hvfs_object_get (host, HVFS_HOST_NICS);

  for (guint i = 0; i < hvfs_value_n_children (list); i++)
    if (g_strcmp0 (hvfs_value_text (hvfs_value_nth (list, i), "device"), device) == 0)
      return TRUE;
  return FALSE;
}

/* ---- requests ---- */

static void
write_policy (HvfsRequest *request, const HvfsShaping *shaping)
{
  hvfs_request_open (request, "policy", NULL);
  if (shaping->average_bits != 0 || shaping->peak_bits != 0 || shaping->burst_bytes != 0)
    {
      hvfs_request_open (request, "shapingPolicy", NULL);
      hvfs_request_bool (request, "enabled", TRUE);
      hvfs_request_int (request, "averageBandwidth", shaping->average_bits);
      hvfs_request_int (request, "peakBandwidth", shaping->peak_bits);
      hvfs_request_int (request, "burstSize", shaping->burst_bytes);
      hvfs_request_close (request);
    }
  hvfs_request_close (request);
}

static gboolean
add_switch (const HvfsServer *server, const char *system, guint32 host, const char *name,
            const HvfsNetworkDef *def, GError **error)
{
  g_autoptr (HvfsRequest) request
    = hvfs_request_new ("AddVirtualSwitch", "HostNetworkSystem", system);
  Wanted wanted = { name, TRUE };

  hvfs_request_text (request, "vswitchName", name);
  hvfs_request_open (request, "spec", NULL);
  hvfs_request_int (request, "numPorts", PORTS);
  if (def->nics->len > 0)
    {
      hvfs_request_open (request, "bridge", "HostVirtualSwitchBondBridge");
      for (guint i = 0; i < def->nics->len; i++)
        hvfs_request_text (request, "nicDevice", def->nics->pdata[i]);
      hvfs_request_close (request);
    }
  write_policy (request, &def->shaping);
  hvfs_request_close (request);
  return hvfs_operation_call (server, request, host, is_so, &wanted, error);
}

static gboolean
add_group (const HvfsServer *server, const char *system, guint32 host, const char *name,
           const HvfsPortGroupDef *group, GError **error)
{
  g_autoptr (HvfsRequest) request = hvfs_request_new ("AddPortGroup", "HostNetworkSystem", system);

  hvfs_request_open (request, "portgrp", NULL);
  hvfs_request_text (request, "name", group->name);
  hvfs_request_int (request, "vlanId", 0);
  hvfs_request_text (request, "vswitchName", name);
  write_policy (request, &group->shaping);
  hvfs_request_close (request);
  return hvfs_operation_call (server, request, host, NULL, NULL, error);
}

static gboolean
remove_group (const HvfsServer *server, const char *system, guint32 host, const char *name,
              GError **error)
{
  g_autoptr (HvfsRequest) request
    = hvfs_request_new ("RemovePortGroup", "HostNetworkSystem", system);

  hvfs_request_text (request, "pgName", name);
  return hvfs_operation_call (server, request, host, NULL, NULL, error);
}

static gboolean
remove_switch (const HvfsServer *server, const char *system, guint32 host, const char *name,
               GError **error)
{
  g_autoptr (HvfsRequest) request
    = hvfs_request_new ("RemoveVirtualSwitch", "HostNetworkSystem", system);
  Wanted wanted = { name, FALSE };

  hvfs_request_text (request, "vswitchName", name);
  return hvfs_operation_call (server, request, host, is_so, &wanted, error);
}

/* @n_groups: how many of its port groups there are already */
static void
undo (const HvfsServer *server, const char *system, guint32 host, const char *name,
      const HvfsNetworkDef *def, guint n_groups)
{
  for (guint i = 0; i < n_groups; i++)
    remove_group (server, system, host, ((HvfsPortGroupDef *) def->groups->pdata[i])->name, NULL);
  remove_switch (server, system, host, name, NULL);
}

gboolean
hvfs_switch_add (const HvfsServer *server, guint32 host, const char *name,
                 const HvfsNetworkDef *def, GError **error)
{
  g_autofree char *system = NULL;

  for (guint i = 0; i < def->nics->len; i++)
    if (!hvfs_operation_is_so (server, host, has_nic, def->nics->pdata[i]))
      {
        g_set_error (error, HVFS_ERROR, EINVAL, "the host has no interface '%s': see interfaces/",
                     (const char *) def->nics->pdata[i]);
        return FALSE;
      }
  system = lookup_system (server, host, error);
  if (system == NULL || !add_switch (server, system, host, name, def, error))
    return FALSE;
  for (guint i = 0; i < def->groups->len; i++)
    if (!add_group (server, system, host, name, def->groups->pdata[i], error))
      {
        undo (server, system, host, name, def, i);
        return FALSE;
      }
  return TRUE;
}

gboolean
hvfs_switch_remove (const HvfsServer *server, guint32 host, const char *name, GPtrArray *groups,
                    GError **error)
{
  Wanted wanted = { name, TRUE };
  g_autofree char *system = NULL;

  if (!hvfs_operation_is_so (server, host, is_so, &wanted))
    {
      g_set_error (error, HVFS_ERROR, ENOENT, "there is no switch '%.64s': see switches/", name);
      return FALSE;
    }
  system = lookup_system (server, host, error);
  if (system == NULL)
    return FALSE;
  for (guint i = 0; i < groups->len; i++)
    if (!remove_group (server, system, host, groups->pdata[i], error))
      {
        g_prefix_error (error, "port group '%s', after %u others were removed: ",
                        (const char *) groups->pdata[i], i);
        return FALSE;
      }
  return remove_switch (server, system, host, name, error);
}
