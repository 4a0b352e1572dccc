/* backend/filter.h - writes the PropertyFilterSpecs that hvfs uses
 *
 * Exists so that one place knows how the inventory hangs together.  It is walked
 * by named traversals that call each other, which every API version has, and
 * which can also climb from a machine to its folders where the mount's root is
 * below them; container views could do neither.
 */
#pragma once

#include "backend/request.h"
#include "backend/schema.h"

typedef enum
{
  HVFS_SCOPE_DOWN,        /* what is below the root */
  HVFS_SCOPE_DOWN_AND_UP, /* and the folders and datacenters above that */
  HVFS_SCOPE_PLACES,      /* below the root, what tells where machines are and can go */
} HvfsScope;

/* Writes an element @element of type PropertyFilterSpec that selects the mirrored
 * properties (of PLACES, few of them) of what @scope says of the object @type @id.  @api: 100 * major + minor. */
void hvfs_filter_write_inventory (HvfsRequest *request, const char *element, guint api,
                                  HvfsScope scope, const char *type, const char *id);

/* All mirrored properties of each object in @refs (element-type HvfsValue). */
void hvfs_filter_write_objects (HvfsRequest *request, const char *element, guint api,
                                GPtrArray *refs);

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
