/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/mirror/twin.h - the same machine in another server's mirror
 *
 * Exists because a migration can go by another session than the mount's, whose objects
 * have serials of their own, and another server's even ids of their own.
 *
 * Takes the mirrors' locks, one after the other; memory only.
 */
#pragma once

#include "backend/mirror/mirror.h"

/* Where there is another session to the same server, which has the same ids.
 * @error: ESTALE: it is gone from either
 * Returns: the serial in @there of the machine @serial of @here; 0 on error */
guint32 hvfs_twin_by_id (HvfsMirror *there, HvfsMirror *here, guint32 serial, GError **error);

/**
 * hvfs_twin_by_uuid:
 * @there: of the vCenter @name
 * @here: of a host that it manages
 *
 * Several machines may share a uuid, as copies do: then the one on this host is meant.
 *
 * @error: ENOENT: the vCenter has none; EINVAL: it has several; ESTALE: it is gone from
 *   @here; EIO: the host does not say its uuid
 *
 * Returns: the serial in @there of the machine @serial of @here; 0 on error
 */
guint32 hvfs_twin_by_uuid (HvfsMirror *there, const char *name, HvfsMirror *here, guint32 serial,
                           GError **error);
