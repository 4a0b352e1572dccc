/* backend/collector.h - the property collector, and the filter for what is mirrored
 *
 * Exists apart from the updater, which asks the collector: how it is made, and what it
 * watches, depends on what the server has; see filter.h.
 */
#pragma once

#include "backend/session.h"

/* From this API version on there are WaitForUpdatesEx and CreatePropertyCollector. */
#define HVFS_API_WAIT_EX 401

/* For both: @api: 100 * major + minor; @made: what they make is noted there, see made.h.
 * Network.  @error: a call's; EPROTO where the server has no collector. */

/* Returns: (transfer full): a collector of our own, or where that cannot be the session's */
char *hvfs_collector_create (HvfsSession *session, guint api, GPtrArray *made,
                             GCancellable *cancellable, GError **error);

/**
 * hvfs_collector_watch:
 * @root: the reference to the object that is mounted
 * @places_only: no more than HVFS_SCOPE_PLACES has
 *
 * From now on @collector tells of what is mirrored.
 */
gboolean hvfs_collector_watch (HvfsSession *session, guint api, const char *collector,
                               const HvfsValue *root, gboolean places_only, GPtrArray *made,
                               GCancellable *cancellable, GError **error);
