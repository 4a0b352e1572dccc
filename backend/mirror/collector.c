/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/mirror/collector.c - the property collector; see collector.h */
#include "backend/mirror/collector.h"

#include "backend/mirror/filter.h"
#include "backend/mirror/made.h"
#include "convert/error.h"

#define API_WAIT_EX 401 /* WaitForUpdatesEx and CreatePropertyCollector */
#define MAX_OBJECT_UPDATES 1000

void
hvfs_collector_init (HvfsCollector *collector, HvfsSession *session)
{
  *collector = (HvfsCollector){ .session = session, .made = hvfs_made_new () };
}

void
hvfs_collector_clear (HvfsCollector *collector)
{
  g_ptr_array_unref (collector->made);
  g_free (collector->id);
  g_free (collector->version);
}

gboolean
hvfs_collector_is_current (const HvfsCollector *collector)
{
  return collector->generation == hvfs_session_get_generation (collector->session);
}

/* ---- in a new session ---- */

void
hvfs_collector_reset (HvfsCollector *collector, GCancellable *cancellable)
{
  if (hvfs_collector_is_current (collector))
    hvfs_made_destroy (collector->session, collector->made, cancellable);
  g_ptr_array_set_size (collector->made, 0);
  collector->generation = hvfs_session_get_generation (collector->session);
  collector->api = hvfs_session_api (collector->session);
  hvfs_collector_take_version (collector, g_strdup (""));
}

static char *
create (HvfsCollector *collector, GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsValue) content = hvfs_session_ref_content (collector->session);
  const char *shared = hvfs_value_text (content, "propertyCollector");
  g_autoptr (HvfsRequest) request = NULL;
  g_autoptr (HvfsValue) own = NULL;

  if (shared == NULL)
    g_set_error (error, HVFS_ERROR, EPROTO, "the server names no property collector");
  if (shared == NULL || !hvfs_collector_pushes (collector))
    return g_strdup (shared);
  request = hvfs_request_new ("CreatePropertyCollector", "PropertyCollector", shared);
  own = hvfs_made_call (collector->session, request, collector->made, cancellable, error);
  return g_strdup (hvfs_value_text (own, NULL));
}

gboolean
hvfs_collector_create (HvfsCollector *collector, GCancellable *cancellable, GError **error)
{
  g_free (collector->id);
  collector->id = create (collector, cancellable, error);
  return collector->id != NULL;
}

/* A view of all below @root.  @ret_view: (transfer full): NULL where there is none to be
 * had, which a fault says, too.  FALSE: an error of another kind. */
static gboolean
create_view (HvfsCollector *collector, const char *manager, const HvfsValue *root,
             HvfsValue **ret_view, GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsRequest) request
    = hvfs_request_new ("CreateContainerView", "ViewManager", manager);
  g_autoptr (GError) failure = NULL;

  hvfs_request_moref (request, "container", hvfs_value_type (root), hvfs_value_text (root, NULL));
  hvfs_request_bool (request, "recursive", TRUE);
  *ret_view
    = hvfs_made_call (collector->session, request, collector->made, cancellable, &failure);
  if (*ret_view != NULL || hvfs_error_fault (failure) != NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

gboolean
hvfs_collector_watch (HvfsCollector *collector, const HvfsValue *root, gboolean places_only,
                      GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsValue) content = hvfs_session_ref_content (collector->session);
  gboolean is_root = hvfs_value_equal (root, hvfs_value_get (content, "rootFolder"));
  const char *manager = hvfs_value_text (content, "viewManager");
  /* Only below the root of the inventory is there something above to look up. */
  HvfsScope scope = places_only ? HVFS_SCOPE_PLACES
                    : is_root   ? HVFS_SCOPE_DOWN
                                : HVFS_SCOPE_DOWN_AND_UP;
  g_autoptr (HvfsRequest) request
    = hvfs_request_new ("CreateFilter", "PropertyCollector", collector->id);
  g_autoptr (HvfsValue) view = NULL, filter = NULL;

  if (manager != NULL && hvfs_filter_view_covers (hvfs_value_type (root), is_root, collector->api)
      && !create_view (collector, manager, root, &view, cancellable, error))
    return FALSE;
  hvfs_filter_write_inventory (request, "spec", collector->api, scope, hvfs_value_type (root),
                               hvfs_value_text (root, NULL), hvfs_value_text (view, NULL),
                               places_only ? NULL : hvfs_value_text (content, "customFieldsManager"));
  hvfs_request_bool (request, "partialUpdates", FALSE);
  filter = hvfs_made_call (collector->session, request, collector->made, cancellable, error);
  return filter != NULL;
}

/* ---- asking it ---- */

gboolean
hvfs_collector_pushes (const HvfsCollector *collector)
{
  return collector->api >= API_WAIT_EX;
}

const char *
hvfs_collector_method (const HvfsCollector *collector)
{
  return hvfs_collector_pushes (collector) ? "WaitForUpdatesEx" : "CheckForUpdates";
}

HvfsRequest *
hvfs_collector_request (const HvfsCollector *collector, guint wait_s)
{
  HvfsRequest *request = hvfs_request_new (hvfs_collector_method (collector),
                                           "PropertyCollector", collector->id);

  hvfs_request_text (request, "version", collector->version);
  if (hvfs_collector_pushes (collector))
    {
      hvfs_request_open (request, "options", NULL);
      hvfs_request_int (request, "maxWaitSeconds", wait_s);
      hvfs_request_int (request, "maxObjectUpdates", MAX_OBJECT_UPDATES);
      hvfs_request_close (request);
    }
  return request;
}

void
hvfs_collector_take_version (HvfsCollector *collector, char *version)
{
  if (version == NULL)
    return;
  g_free (collector->version);
  collector->version = version;
}
