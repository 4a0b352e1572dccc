/* backend/collector.c - the property collector, and the filter for what is mirrored */
#include "backend/collector.h"

#include "backend/filter.h"
#include "backend/made.h"
#include "convert/error.h"

char *
hvfs_collector_create (HvfsSession *session, guint api, GPtrArray *made,
                       GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsValue) content = hvfs_session_ref_content (session);
  const char *shared = hvfs_value_text (content, "propertyCollector");
  g_autoptr (HvfsRequest) request = NULL;
  g_autoptr (HvfsValue) own = NULL;

  if (shared == NULL)
    g_set_error (error, HVFS_ERROR, EPROTO, "the server names no property collector");
  if (shared == NULL || api < HVFS_API_WAIT_EX)
    return g_strdup (shared);
  request = hvfs_request_new ("CreatePropertyCollector", "PropertyCollector", shared);
  own = hvfs_made_call (session, request, made, cancellable, error);
  return g_strdup (hvfs_value_text (own, NULL));
}

/* A view of all below @root.  @ret_view: (transfer full): NULL where there is none to be
 * had, which a fault says, too.  FALSE: an error of another kind. */
static gboolean
create_view (HvfsSession *session, const char *manager, const HvfsValue *root, GPtrArray *made,
             HvfsValue **ret_view, GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsRequest) request
    = hvfs_request_new ("CreateContainerView", "ViewManager", manager);
  g_autoptr (GError) failure = NULL;

  hvfs_request_moref (request, "container", hvfs_value_type (root), hvfs_value_text (root, NULL));
  hvfs_request_bool (request, "recursive", TRUE);
  *ret_view = hvfs_made_call (session, request, made, cancellable, &failure);
  if (*ret_view != NULL || hvfs_error_fault (failure) != NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

gboolean
hvfs_collector_watch (HvfsSession *session, guint api, const char *collector,
                      const HvfsValue *root, gboolean places_only, GPtrArray *made,
                      GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsValue) content = hvfs_session_ref_content (session);
  gboolean is_root = hvfs_value_equal (root, hvfs_value_get (content, "rootFolder"));
  const char *manager = hvfs_value_text (content, "viewManager");
  /* Only below the root of the inventory is there something above to look up. */
  HvfsScope scope = places_only ? HVFS_SCOPE_PLACES
                    : is_root   ? HVFS_SCOPE_DOWN
                                : HVFS_SCOPE_DOWN_AND_UP;
  g_autoptr (HvfsRequest) request
    = hvfs_request_new ("CreateFilter", "PropertyCollector", collector);
  g_autoptr (HvfsValue) view = NULL, filter = NULL;

  if (manager != NULL && hvfs_filter_view_covers (hvfs_value_type (root), is_root, api)
      && !create_view (session, manager, root, made, &view, cancellable, error))
    return FALSE;
  hvfs_filter_write_inventory (request, "spec", api, scope, hvfs_value_type (root),
                               hvfs_value_text (root, NULL), hvfs_value_text (view, NULL));
  hvfs_request_bool (request, "partialUpdates", FALSE);
  filter = hvfs_made_call (session, request, made, cancellable, error);
  return filter != NULL;
}
