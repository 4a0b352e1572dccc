/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/resource-pool.h - resource pools: found, made, moved and ended
 *
 * Exists because the server wants a pool where users name hosts and clusters, and because
 * pools and machines are moved between pools in one way.  A vApp is a pool here, but it is
 * never ended: the server would delete its machines.
 */
#pragma once

#include "backend/operation/operation.h"

/* Whether it is the pool of a whole cluster or host, in which all others are; it has no name
 * of its own.  The mirror's lock must be held. */
gboolean hvfs_pool_is_topmost (const HvfsObject *pool);

/**
 * hvfs_resource_pool_find:
 * @serial: a machine, a host, a cluster or a lone host's shell
 * @path: (nullable): names of pools below the topmost, with slashes or "/pools/" between
 *
 * Memory.  @error: ENOENT, naming what is not there
 *
 * Returns: the serial of the pool of its compute resource; 0 on error
 */
guint32 hvfs_resource_pool_find (const HvfsServer *server, guint32 serial, const char *path,
                                 GError **error);

/**
 * hvfs_resource_pool_lookup:
 * @serial, @path: as of hvfs_resource_pool_find, but no machine
 * @ret_type: (out) (optional): what it is, "ResourcePool" or "VirtualApp"
 *
 * The same where pools may not be mirrored, as in a session for migrations: then it is a
 * request or more.
 *
 * Returns: (transfer full): its id
 */
char *hvfs_resource_pool_lookup (const HvfsServer *server, guint32 serial, const char *path,
                                 const char **ret_type, GError **error);

/* The topmost pool of the host that the machine @serial is on. */
char *hvfs_resource_pool_lookup_of_vm (const HvfsServer *server, guint32 serial, GError **error);

/* The operations wait until the mirror shows what they did.  Network; no lock may be held. */

/* Makes a pool in the pool @serial, with the server's defaults.  @error: EEXIST.
 * Returns: its serial; 0 on error */
guint32 hvfs_resource_pool_create (const HvfsServer *server, guint32 serial, const char *name,
                                   GCancellable *cancellable, GError **error);

/* Moves the machine, pool or vApp @serial into @pool; sends nothing if it is there.
 * @error: EINVAL: @pool is of another cluster or host, or the machine is a template */
gboolean hvfs_resource_pool_move (const HvfsServer *server, guint32 serial, guint32 pool,
                                  GError **error);

/* Ends the pool @serial; what is in it goes up to its parent.  @error: EINVAL: it is a vApp */
gboolean hvfs_resource_pool_destroy (const HvfsServer *server, guint32 serial,
                                     GCancellable *cancellable, GError **error);
