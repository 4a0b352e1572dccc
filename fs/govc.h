/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/govc.h - the environment that govc reads
 *
 * Exists so that who has set it up for govc needs not say it again: "hvfs MOUNTPOINT" mounts
 * the server that GOVC_URL names.  These variables count for no other mount.
 */
#pragma once

#include <glib.h>

/**
 * hvfs_govc_find:
 * @ret_uri: (out) (transfer full): NULL where GOVC_URL is not set
 * @ret_password_file: (out) (transfer none) (nullable)
 *
 * @error: EINVAL: what is no URL of govc's, and each password in a variable
 */
gboolean hvfs_govc_find (char **ret_uri, const char **ret_password_file, GError **error);
