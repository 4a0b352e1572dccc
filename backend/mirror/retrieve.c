/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/mirror/retrieve.c - reads properties once, whole; see retrieve.h */
#include "backend/mirror/retrieve.h"

#include <string.h>

#include "backend/wire/fault.h"
#include "backend/mirror/filter.h"
#include "convert/error.h"

#define API_EX 401 /* RetrievePropertiesEx */

static HvfsRequest *
collector_request (HvfsSession *session, const char *method)
{
  g_autoptr (HvfsValue) content = hvfs_session_ref_content (session);
  const char *collector = hvfs_value_text (content, "propertyCollector");

  return hvfs_request_new (method, "PropertyCollector", collector != NULL ? collector : "");
}

HvfsRequest *
hvfs_retrieve_new (HvfsSession *session)
{
  return collector_request (session, hvfs_session_api (session) >= API_EX
                                       ? "RetrievePropertiesEx"
                                       : "RetrieveProperties");
}

static void
add_objects (GPtrArray *contents, const HvfsValue *parent, const char *element)
{
  for (guint i = 0; i < hvfs_value_n_children (parent); i++)
    {
      HvfsValue *child = hvfs_value_nth (parent, i);
      if (strcmp (hvfs_value_name (child), element) == 0)
        g_ptr_array_add (contents, hvfs_value_ref (child));
    }
}

GPtrArray *
hvfs_retrieve (HvfsSession *session, HvfsRequest *request, GCancellable *cancellable,
               GError **error)
{
  g_autoptr (GPtrArray) contents
    = g_ptr_array_new_with_free_func ((GDestroyNotify) hvfs_value_unref);
  gboolean ex = strcmp (hvfs_request_method (request), "RetrievePropertiesEx") == 0;
  g_autoptr (HvfsValue) reply = NULL;

  if (ex)
    {
      hvfs_request_open (request, "options", NULL);
      hvfs_request_close (request);
    }
  reply = hvfs_session_call (session, request, HVFS_CALL_READ, 0, cancellable, error);
  if (reply == NULL)
    return NULL;
  if (!ex)
    add_objects (contents, reply, "returnval");
  while (ex)
    {
      g_autoptr (HvfsRequest) next = NULL;
      const char *token = hvfs_value_text (reply, "returnval.token");

      add_objects (contents, hvfs_value_get (reply, "returnval"), "objects");
      if (token == NULL || *token == '\0')
        break;
      next = collector_request (session, "ContinueRetrievePropertiesEx");
      hvfs_request_text (next, "token", token);
      hvfs_value_unref (reply);
      reply = hvfs_session_call (session, next, HVFS_CALL_READ, 0, cancellable, error);
      if (reply == NULL)
        return NULL;
    }
  return g_steal_pointer (&contents);
}

static gboolean
is_missing (const GError *error)
{
  return g_strcmp0 (hvfs_error_fault (error), "ManagedObjectNotFound") == 0;
}

GPtrArray *
hvfs_retrieve_objects (HvfsSession *session, guint api, GPtrArray *refs,
                       GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsRequest) request = hvfs_retrieve_new (session);
  g_autoptr (GError) failure = NULL;
  g_autoptr (GPtrArray) contents = NULL;

  hvfs_filter_write_objects (request, "specSet", api, refs);
  contents = hvfs_retrieve (session, request, cancellable, &failure);
  if (contents == NULL && !is_missing (failure))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  if (contents == NULL)
    contents = g_ptr_array_new_with_free_func ((GDestroyNotify) hvfs_value_unref);
  for (guint i = 0; failure != NULL && refs->len > 1 && i < refs->len; i++)
    {
      g_autoptr (GPtrArray) alone = g_ptr_array_new (), one = NULL;

      g_ptr_array_add (alone, refs->pdata[i]);
      one = hvfs_retrieve_objects (session, api, alone, cancellable, error);
      if (one == NULL)
        return NULL;
      g_ptr_array_extend_and_steal (contents, g_steal_pointer (&one));
    }
  return g_steal_pointer (&contents);
}

GPtrArray *
hvfs_retrieve_paths (HvfsSession *session, const char *type, const char *const *paths,
                     GPtrArray *morefs, GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsRequest) request = hvfs_retrieve_new (session);
  g_autoptr (GPtrArray) alone = g_ptr_array_new ();
  g_autoptr (GError) failure = NULL;
  GPtrArray *contents;

  hvfs_filter_write_paths (request, "specSet", hvfs_session_api (session), type, paths, morefs);
  contents = hvfs_retrieve (session, request, cancellable, &failure);
  if (contents == NULL && morefs->len > 1 && hvfs_error_fault (failure) != NULL)
    {
      g_ptr_array_add (alone, morefs->pdata[0]);
      return hvfs_retrieve_paths (session, type, paths, alone, cancellable, error);
    }
  if (contents == NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return contents;
}

const HvfsValue *
hvfs_retrieve_find (const GPtrArray *contents, const char *moref)
{
  for (guint i = 0; i < contents->len; i++)
    if (g_strcmp0 (hvfs_value_text (contents->pdata[i], "obj"), moref) == 0)
      return contents->pdata[i];
  return NULL;
}

HvfsValue *
hvfs_retrieve_property (HvfsSession *session, const char *type, const char *id,
                        const char *path, GError **error)
{
  g_autoptr (HvfsRequest) request = hvfs_retrieve_new (session);
  g_autoptr (GPtrArray) contents = NULL;
  HvfsValue *content, *value, *missing;

  hvfs_filter_write_property (request, "specSet", type, id, path);
  contents = hvfs_retrieve (session, request, NULL, error);
  if (contents == NULL)
    return NULL;
  content = contents->len > 0 ? contents->pdata[0] : NULL;
  value = hvfs_value_get (content, "propSet.val");
  missing = hvfs_value_get (content, "missingSet.fault");
  if (value == NULL && missing != NULL)
    g_propagate_error (error, hvfs_fault_new_error_localized (missing));
  return value == NULL ? NULL : hvfs_value_ref (value);
}
