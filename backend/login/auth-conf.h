/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/login/auth-conf.h - libvirt's file of credentials
 *
 * Exists so that who uses virsh with this server needs no second file.  Its
 * groups are [auth-esx-HOST] or [auth-esx-default], whose key credentials=NAME
 * leads to [credentials-NAME] with username= and password=.
 */
#pragma once

#include "backend/login/secret.h"

/**
 * hvfs_auth_conf_find_file:
 * @authfile: (nullable): of the URI
 *
 * The first of @authfile, LIBVIRT_AUTH_FILE, libvirt/auth.conf below the user's
 * configuration directory and /etc/libvirt/auth.conf; the last two only where
 * they can be read.  Only one file is ever used, as libvirt does.
 *
 * Returns: (nullable) (transfer full): its name
 */
char *hvfs_auth_conf_find_file (const char *authfile);

/**
 * hvfs_auth_conf_lookup:
 * @path: read whole
 * @host: of the URI, without brackets and port
 * @ret_username: (out) (nullable): (transfer full): NULL where it has none for @host
 * @ret_password: (out) (nullable): (transfer full): likewise
 *
 * @error: the errno of a file that cannot be read; EINVAL with the line or group
 *   that is wrong.  A file that does not know @host is no error.
 */
gboolean hvfs_auth_conf_lookup (const char *path, const char *host, char **ret_username,
                                HvfsSecret **ret_password, GError **error);
