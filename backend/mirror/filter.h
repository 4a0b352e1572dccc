/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/mirror/filter.h - writes the PropertyFilterSpecs that hvfs uses
 *
 * Exists so that one place knows how the inventory hangs together.  Where all that
 * is wanted lies below the root, and the server has views, one recursive container
 * view says what there is: it is the server's own list, kept by it at small cost.
 * Elsewhere, below a datacenter or on old servers, named traversals that call each
 * other walk there: they can also climb from a machine to its folders, which are
 * not below a host, and find the datastores beside it.
 */
#pragma once

#include "backend/wire/request.h"
#include "backend/mirror/schema.h"

typedef enum
{
  HVFS_SCOPE_DOWN,        /* what is below the root */
  HVFS_SCOPE_DOWN_AND_UP, /* and the folders and datacenters above that */
  HVFS_SCOPE_PLACES,      /* below the root, what tells where machines are and can go */
} HvfsScope;

/* Whether a container view of the object of type @type holds all that is wanted of it:
 * before API 4.0 datastores and networks lie in no folder. */
gboolean hvfs_filter_view_covers (const char *type, gboolean is_root_folder, guint api);

/* Writes an element @element of type PropertyFilterSpec that selects the mirrored
 * properties (of PLACES, few of them) of what @scope says of the object @type @id.
 * @api: 100 * major + minor.  @view: (nullable): a recursive container view of it, of all
 * types: what of them is wanted, subclasses included, the properties say.
 * @fields: (nullable): the CustomFieldsManager */
void hvfs_filter_write_inventory (HvfsRequest *request, const char *element, guint api,
                                  HvfsScope scope, const char *type, const char *id,
                                  const char *view, const char *fields);

/* All mirrored properties of each object in @refs (element-type HvfsValue).  From API 4.1 on
 * one that is gone is left out of the answer; before, it is a fault for all. */
void hvfs_filter_write_objects (HvfsRequest *request, const char *element, guint api,
                                GPtrArray *refs);

/* The properties @paths, ended by NULL, of each object in @morefs (element-type utf8), all of
 * the type @type; else as hvfs_filter_write_objects. */
void hvfs_filter_write_paths (HvfsRequest *request, const char *element, guint api,
                              const char *type, const char *const *paths, GPtrArray *morefs);

/* The properties of tasks: those in the list view @view (nullable), those that
 * @task_manager (nullable) lists as recent, and @task (nullable) itself. */
void hvfs_filter_write_tasks (HvfsRequest *request, const char *element, guint api,
                              const char *view, const char *task_manager,
                              const char *task);

/* Property @path of all objects of the type @of that are one step below @type @id. */
void hvfs_filter_write_children (HvfsRequest *request, const char *element,
                                 const char *type, const char *id, const char *path);

/* Property @path of the object @type @id. */
void hvfs_filter_write_property (HvfsRequest *request, const char *element, const char *type,
                                 const char *id, const char *path);
