/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/request/spool.h - files without a name on the local disk
 *
 * Exists for what is too large for memory and not yet to be sent: they are gone with who has
 * them open, however that ends.
 */
#pragma once

#include <glib.h>

/* In the directory @dir.  Returns: -1 with @error */
int hvfs_spool_open (const char *dir, GError **error);

/* All of @data, at @off; also of a local file that has a name.  FALSE: errno says why */
gboolean hvfs_spool_write (int fd, const char *data, gsize size, goffset off);
