/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/mirror/filter.c - writes the PropertyFilterSpecs that hvfs uses; see filter.h */
#include "backend/mirror/filter.h"

#include "backend/wire/value.h"

/* PropertyFilterSpec.reportMissingObjectsInResults */
#define API_REPORT_MISSING 401

#define MAX_NEXT 12

/* One step through the inventory: from @type by its property @path, and from
 * there on by the steps named in @next. */
typedef struct
{
  const char *name, *type, *path;
  guint since, before;
  const char *next[MAX_NEXT];
} Step;

static const Step steps[] = {
  { "folder", "Folder", "childEntity", 0, 0,
    { "folder", "dcVm", "dcHost", "dcDatastores", "dcNetworks", "dcDatastore", "dcNetwork",
      "pools", "host", "vappVm", "vappPool" } },
  { "dcVm", "Datacenter", "vmFolder", 0, 0, { "folder" } },
  { "dcHost", "Datacenter", "hostFolder", 0, 0, { "folder" } },
  { "dcDatastores", "Datacenter", "datastoreFolder", 400, 0, { "folder" } },
  { "dcNetworks", "Datacenter", "networkFolder", 400, 0, { "folder" } },
  { "dcDatastore", "Datacenter", "datastore", 0, 400, { NULL } },
  { "dcNetwork", "Datacenter", "network", 0, 400, { NULL } },
  { "pools", "ComputeResource", "resourcePool", 0, 0, { "poolPools" } },
  { "poolPools", "ResourcePool", "resourcePool", 0, 0, { "poolPools" } },
  { "host", "ComputeResource", "host", 0, 0, { "hostVm", "hostDatastore", "hostNetwork" } },
  { "hostVm", "HostSystem", "vm", 0, 0, { "up", "inVapp" } },
  { "hostDatastore", "HostSystem", "datastore", 0, 0, { NULL } },
  { "hostNetwork", "HostSystem", "network", 0, 0, { NULL } },
  { "vappVm", "ResourcePool", "vm", 400, 0, { NULL } },
  { "vappPool", "ResourcePool", "resourcePool", 400, 0, { "vappVm", "vappPool" } },
  /* Above a host there are its pools, too. */
  { "up", "ManagedEntity", "parent", 0, 0, { "up", "pools" } },
  /* Not every server lists a vApp in its folder. */
  { "inVapp", "VirtualMachine", "parentVApp", 401, 0, { "upVapp", "vappInVapp" } },
  { "vappInVapp", "VirtualApp", "parentVApp", 401, 0, { "upVapp", "vappInVapp" } },
  { "upVapp", "VirtualApp", "parentFolder", 400, 0, { "up" } },
};

static gboolean
in_scope (const Step *step, guint api, HvfsScope scope)
{
  if (scope != HVFS_SCOPE_DOWN_AND_UP && g_str_has_prefix (step->name, "up"))
    return FALSE;
  if (scope == HVFS_SCOPE_PLACES && g_str_has_prefix (step->name, "pool"))
    return FALSE;
  return (step->since == 0 || api >= step->since) && (step->before == 0 || api < step->before);
}

/* Whether it is among the steps: with a view only the one from the root to what is above. */
static gboolean
is_written (const Step *step, guint api, HvfsScope scope, gboolean has_view)
{
  return in_scope (step, api, scope) && (!has_view || g_str_equal (step->name, "up"));
}

static const Step *
step_named (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    if (g_str_equal (steps[i].name, name))
      return &steps[i];
  g_assert_not_reached ();
}

static void
write_step (HvfsRequest *request, const Step *step, guint api, HvfsScope scope,
            gboolean has_view)
{
  hvfs_request_open (request, "selectSet", "TraversalSpec");
  hvfs_request_text (request, "name", step->name);
  hvfs_request_text (request, "type", step->type);
  hvfs_request_text (request, "path", step->path);
  hvfs_request_bool (request, "skip", FALSE);
  for (guint i = 0; i < MAX_NEXT && step->next[i] != NULL; i++)
    if (is_written (step_named (step->next[i]), api, scope, has_view))
      {
        hvfs_request_open (request, "selectSet", NULL);
        hvfs_request_text (request, "name", step->next[i]);
        hvfs_request_close (request);
      }
  hvfs_request_close (request);
}

#define ALL (~G_GUINT64_CONSTANT (0))

/* The propSet of @kind, those of @mask; a kind whose type the API version lacks has no
 * rows. */
static void
write_props (HvfsRequest *request, HvfsKind kind, guint api, HvfsPropMask mask)
{
  gboolean open = FALSE;

  for (guint i = 0; i < hvfs_n_props; i++)
    {
      const HvfsProp *prop = &hvfs_props[i];

      if (prop->kind != kind || !hvfs_prop_applies (prop, api)
          || (mask & HVFS_PROP (prop->index)) == 0)
        continue;
      if (!open)
        {
          hvfs_request_open (request, "propSet", NULL);
          hvfs_request_text (request, "type", hvfs_kind_type (kind));
          hvfs_request_bool (request, "all", FALSE);
          open = TRUE;
        }
      hvfs_request_text (request, "pathSet", prop->path);
    }
  if (open)
    hvfs_request_close (request);
}

#define COMMON (HVFS_PROP (HVFS_NAME) | HVFS_PROP (HVFS_PARENT))

/* What tells where machines are and can go, of the kinds that do. */
static const HvfsPropMask places[HVFS_N_KINDS] = {
  [HVFS_KIND_FOLDER] = COMMON,
  [HVFS_KIND_DATACENTER] = COMMON,
  [HVFS_KIND_COMPUTE] = COMMON,
  [HVFS_KIND_HOST] = COMMON | HVFS_PROP (HVFS_HOST_HARDWARE) | HVFS_PROP (HVFS_HOST_DATASTORES)
                     | HVFS_PROP (HVFS_HOST_NETWORKS),
  [HVFS_KIND_VM] = COMMON | HVFS_PROP (HVFS_VM_HOST) | HVFS_PROP (HVFS_VM_UUID)
                   | HVFS_PROP (HVFS_VM_QUESTION),
  [HVFS_KIND_DATASTORE] = COMMON,
  [HVFS_KIND_NETWORK] = COMMON,
};

static void
write_inventory_props (HvfsRequest *request, guint api, HvfsScope scope)
{
  for (HvfsKind kind = 0; kind < HVFS_N_KINDS; kind++)
    if (kind != HVFS_KIND_TASK)
      write_props (request, kind, api, scope == HVFS_SCOPE_PLACES ? places[kind] : ALL);
}

/* An object to start from, itself not wanted, and one step from there. */
static void
write_start (HvfsRequest *request, const char *type, const char *id, const char *path)
{
  hvfs_request_open (request, "objectSet", NULL);
  hvfs_request_moref (request, "obj", type, id);
  hvfs_request_bool (request, "skip", TRUE);
  hvfs_request_open (request, "selectSet", "TraversalSpec");
  hvfs_request_text (request, "type", type);
  hvfs_request_text (request, "path", path);
  hvfs_request_bool (request, "skip", FALSE);
  hvfs_request_close (request);
  hvfs_request_close (request);
}

static void
write_object (HvfsRequest *request, const char *type, const char *moref)
{
  hvfs_request_open (request, "objectSet", NULL);
  hvfs_request_moref (request, "obj", type, moref);
  hvfs_request_bool (request, "skip", FALSE);
  hvfs_request_close (request);
}

gboolean
hvfs_filter_view_covers (const char *type, gboolean is_root_folder, guint api)
{
  return api >= 400 && (is_root_folder || g_strcmp0 (type, "Datacenter") == 0);
}

void
hvfs_filter_write_inventory (HvfsRequest *request, const char *element, guint api,
                             HvfsScope scope, const char *type, const char *id,
                             const char *view, const char *fields)
{
  hvfs_request_open (request, element, NULL);
  write_inventory_props (request, api, scope);
  if (view != NULL)
    write_start (request, "ContainerView", view, "view");
  hvfs_request_open (request, "objectSet", NULL);
  hvfs_request_moref (request, "obj", type, id);
  hvfs_request_bool (request, "skip", FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    if (is_written (&steps[i], api, scope, view != NULL))
      write_step (request, &steps[i], api, scope, view != NULL);
  hvfs_request_close (request);
  if (fields != NULL)
    write_object (request, hvfs_kind_type (HVFS_KIND_FIELDS), fields);
  hvfs_request_close (request);
}

/* After several objects: one that is gone is no fault. */
static void
write_leave_out_missing (HvfsRequest *request, guint api)
{
  if (api >= API_REPORT_MISSING)
    hvfs_request_bool (request, "reportMissingObjectsInResults", TRUE);
}

void
hvfs_filter_write_objects (HvfsRequest *request, const char *element, guint api,
                           GPtrArray *refs)
{
  hvfs_request_open (request, element, NULL);
  write_inventory_props (request, api, HVFS_SCOPE_DOWN);
  for (guint i = 0; i < refs->len; i++)
    write_object (request, hvfs_value_type (refs->pdata[i]),
                  hvfs_value_text (refs->pdata[i], NULL));
  write_leave_out_missing (request, api);
  hvfs_request_close (request);
}

void
hvfs_filter_write_paths (HvfsRequest *request, const char *element, guint api, const char *type,
                         const char *const *paths, GPtrArray *morefs)
{
  hvfs_request_open (request, element, NULL);
  hvfs_request_open (request, "propSet", NULL);
  hvfs_request_text (request, "type", type);
  hvfs_request_bool (request, "all", FALSE);
  for (guint i = 0; paths[i] != NULL; i++)
    hvfs_request_text (request, "pathSet", paths[i]);
  hvfs_request_close (request);
  for (guint i = 0; i < morefs->len; i++)
    write_object (request, type, morefs->pdata[i]);
  write_leave_out_missing (request, api);
  hvfs_request_close (request);
}

void
hvfs_filter_write_tasks (HvfsRequest *request, const char *element, guint api,
                         const char *view, const char *task_manager, const char *task)
{
  hvfs_request_open (request, element, NULL);
  write_props (request, HVFS_KIND_TASK, api, ALL);
  if (view != NULL)
    write_start (request, "ListView", view, "view");
  if (task_manager != NULL)
    write_start (request, "TaskManager", task_manager, "recentTask");
  if (task != NULL)
    {
      hvfs_request_open (request, "objectSet", NULL);
      hvfs_request_moref (request, "obj", "Task", task);
      hvfs_request_bool (request, "skip", FALSE);
      hvfs_request_close (request);
    }
  hvfs_request_close (request);
}

void
hvfs_filter_write_children (HvfsRequest *request, const char *element, const char *type,
                            const char *id, const char *path)
{
  hvfs_request_open (request, element, NULL);
  hvfs_request_open (request, "propSet", NULL);
  hvfs_request_text (request, "type", "ManagedEntity");
  hvfs_request_bool (request, "all", FALSE);
  hvfs_request_text (request, "pathSet", "name");
  hvfs_request_close (request);
  write_start (request, type, id, path);
  hvfs_request_close (request);
}

void
hvfs_filter_write_property (HvfsRequest *request, const char *element, const char *type,
                            const char *id, const char *path)
{
  hvfs_request_open (request, element, NULL);
  hvfs_request_open (request, "propSet", NULL);
  hvfs_request_text (request, "type", type);
  hvfs_request_bool (request, "all", FALSE);
  hvfs_request_text (request, "pathSet", path);
  hvfs_request_close (request);
  hvfs_request_open (request, "objectSet", NULL);
  hvfs_request_moref (request, "obj", type, id);
  hvfs_request_bool (request, "skip", FALSE);
  hvfs_request_close (request);
  hvfs_request_close (request);
}
