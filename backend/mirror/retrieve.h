/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/mirror/retrieve.h - reads properties once, whole, whatever the API version
 *
 * Exists to hide the three ways of it: RetrievePropertiesEx with its pages, and
 * RetrieveProperties where that is missing.
 */
#pragma once

#include <gio/gio.h>

#include "backend/login/session.h"

/* A request to which the caller adds one "specSet" with filter.h. */
HvfsRequest *hvfs_retrieve_new (HvfsSession *session);

/* Network: one request a page.  @error: a call's.
 * Returns: (transfer full) (element-type HvfsValue): ObjectContent[] */
GPtrArray *hvfs_retrieve (HvfsSession *session, HvfsRequest *request,
                          GCancellable *cancellable, GError **error);

/* The same of all mirrored properties of each object in @refs (element-type HvfsValue); of
 * one that is gone there is nothing.  Where a server knows no better they are asked for one
 * by one then.  @api: of hvfs_session_api () */
GPtrArray *hvfs_retrieve_objects (HvfsSession *session, guint api, GPtrArray *refs,
                                  GCancellable *cancellable, GError **error);

/**
 * hvfs_retrieve_paths:
 * @morefs: (element-type utf8): what is wanted comes first, its neighbours after it
 * @paths: ended by NULL
 *
 * The same of some properties of objects of one type.  A neighbour that is gone, or of
 * which the server can say nothing, harms nobody: if the server then fails the whole
 * request, the first is asked for anew, alone.
 */
GPtrArray *hvfs_retrieve_paths (HvfsSession *session, const char *type,
                                const char *const *paths, GPtrArray *morefs,
                                GCancellable *cancellable, GError **error);

/* What @contents has of the object @moref; (nullable) (transfer none).  Memory. */
const HvfsValue *hvfs_retrieve_find (const GPtrArray *contents, const char *moref);

/**
 * hvfs_retrieve_property:
 *
 * Network: one request.
 *
 * @error: a call's; EIO with the server's reason when it cannot be read
 *
 * Returns: (transfer full): the property @path of one object; NULL without an error
 *   where it is unset
 */
HvfsValue *hvfs_retrieve_property (HvfsSession *session, const char *type, const char *id,
                                   const char *path, GError **error);
