/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/mirror/made.c - what a client makes in its session, and ends there; see made.h */
#include "backend/mirror/made.h"

#include "convert/error.h"

static const struct
{
  const char *type, *method;
} ends[] = {
  { "PropertyCollector", "DestroyPropertyCollector" },
  { "PropertyFilter", "DestroyPropertyFilter" },
  { "EventHistoryCollector", "DestroyCollector" },
  { "ContainerView", "DestroyView" },
  { "ListView", "DestroyView" },
};

GPtrArray *
hvfs_made_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) hvfs_value_unref);
}

HvfsValue *
hvfs_made_call (HvfsSession *session, HvfsRequest *request, GPtrArray *made,
                GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsValue) reply = hvfs_session_call (session, request, HVFS_CALL_READ, 0,
                                                   cancellable, error);
  HvfsValue *ref = hvfs_value_get (reply, "returnval");

  if (reply == NULL)
    return NULL;
  if (hvfs_value_text (ref, NULL) == NULL)
    {
      g_set_error (error, HVFS_ERROR, EPROTO, "the server's reply to %s names nothing",
                   hvfs_request_method (request));
      return NULL;
    }
  if (made != NULL)
    g_ptr_array_add (made, hvfs_value_ref (ref));
  return hvfs_value_ref (ref);
}

static void
destroy (HvfsSession *session, const HvfsValue *ref, GCancellable *cancellable)
{
  const char *type = hvfs_value_type (ref);

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    if (g_strcmp0 (type, ends[i].type) == 0)
      {
        g_autoptr (HvfsRequest) request
          = hvfs_request_new (ends[i].method, type, hvfs_value_text (ref, NULL));
        g_autoptr (HvfsValue) reply
          = hvfs_session_call (session, request, HVFS_CALL_READ, 0, cancellable, NULL);
      }
}

void
hvfs_made_destroy (HvfsSession *session, GPtrArray *made, GCancellable *cancellable)
{
  for (guint i = made->len; i-- > 0;)
    destroy (session, made->pdata[i], cancellable);
  g_ptr_array_set_size (made, 0);
}
