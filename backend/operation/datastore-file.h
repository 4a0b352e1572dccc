/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/datastore-file.h - files of datastores, over HTTP
 *
 * Exists so that the path of a file, its datastore and its datacenter become an URL in
 * one place.  Network; any thread; connections of the session's pool.
 */
#pragma once

#include <gio/gio.h>

#include "backend/login/session.h"

/**
 * hvfs_datastore_file_get:
 * @datacenter_path: "folder1/dc1", as in HvfsVmLook; NULL on a host of its own
 * @path: "[datastore] directory/file"
 * @max_bytes: a longer file is not read
 *
 * @error: EACCES: the account may not read it; ENOENT; EFBIG; EINVAL: no such path
 *
 * Returns: (transfer full): all of the file
 */
GBytes *hvfs_datastore_file_get (HvfsSession *session, const char *datacenter_path, const char *path,
                         gsize max_bytes, GCancellable *cancellable, GError **error);

/* Whether the file is there.  FALSE with an error unset: it is not. */
gboolean hvfs_datastore_file_has (HvfsSession *session, const char *datacenter_path, const char *path,
                          GCancellable *cancellable, GError **error);

/* Makes the file, and its directory where the server does so, or replaces it. */
gboolean hvfs_datastore_file_put (HvfsSession *session, const char *datacenter_path, const char *path,
                          GBytes *content, GCancellable *cancellable, GError **error);
