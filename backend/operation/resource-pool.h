/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/resource-pool.h - the resource pool that a host's machines get
 *
 * Exists because the server wants a pool where users name hosts and clusters.  Pools
 * are not mirrored, as no file shows them: each look-up is a request or two.
 */
#pragma once

#include "backend/operation/operation.h"

/**
 * hvfs_resource_pool_lookup:
 * @serial: a host, a cluster or a lone host's shell
 * @path: (nullable): names of pools below the topmost, with slashes between
 *
 * Network.  @error: ENOENT, naming what is not there
 *
 * Returns: (transfer full): the id of the pool of its compute resource
 */
char *hvfs_resource_pool_lookup (const HvfsServer *server, guint32 serial, const char *path,
                        GError **error);

/* The topmost pool of the host that the machine @serial is on. */
char *hvfs_resource_pool_lookup_of_vm (const HvfsServer *server, guint32 serial, GError **error);
