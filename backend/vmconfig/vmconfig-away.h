/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-away.h - what a machine needs of another vCenter to go there
 *
 * Exists because nothing of a machine's networks, datastores and folders means anything to
 * another vCenter: there they are looked up anew, by their names.
 */
#pragma once

#include "backend/operation/migrate.h"
#include "backend/operation/vcenter.h"

/**
 * hvfs_move_away:
 * @serial: the machine, of @server
 * @move: where to, in the mirror of @link; its host must be one
 *
 * Moves the machine to a vCenter that @server does not know, into the topmost folder of the
 * datacenter; without a datastore into the one that has the name of its own.  Each interface
 * comes on the network that has the name of its own.  Network; no lock may be held.
 *
 * @error: ENOTSUP: a server is older than 6.0; ENOENT: there is no network or datastore of the
 *   name; as of hvfs_migrate
 */
gboolean hvfs_move_away (const HvfsServer *server, guint32 serial, HvfsVcenterLink *link,
                         const HvfsMove *move, GCancellable *cancellable, GError **error);
