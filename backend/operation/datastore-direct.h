/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/datastore-direct.h - files of datastores, to and from a host itself
 *
 * Exists because a vCenter passes on what a host sends and takes, and is slow at it.  From
 * vSphere 5.0 on it gives a ticket for one request to a host that has the datastore, which is
 * worth it for what is long.  Where it gives none, or there is no way to the host, who asks
 * goes by the vCenter, and the next five minutes' transfers of the datastore do so at once.
 *
 * Network; any thread; a lock of its own, a leaf.
 */
#pragma once

#include "backend/operation/datastore-place.h"
#include "backend/operation/operation.h"

/* What is shorter is there before a host was found and asked. */
#define HVFS_DIRECT_BYTES (16 * 1024 * 1024)

typedef struct _HvfsDirect HvfsDirect;

/* @server: borrowed.  Memory only. */
HvfsDirect *hvfs_direct_new (const HvfsServer *server);
void hvfs_direct_free (HvfsDirect *direct); /* NULL is allowed */

/* Whether a host may be tried: FALSE: the server is one itself, or too old, or it has failed
 * lately.  Memory. */
gboolean hvfs_direct_may (HvfsDirect *direct, const HvfsDatastorePlace *place);

/**
 * hvfs_direct_perform:
 * @path: below the datastore's root
 * @request: without path and cookies
 *
 * Up to four requests to the server and one to the host.
 *
 * @error: as hvfs_session_transfer; then the datastore's hosts are not tried for a while, unless
 *   it was cancelled
 */
gboolean hvfs_direct_perform (HvfsDirect *direct, const HvfsDatastorePlace *place,
                              const char *path, const HvfsHttpRequest *request,
                              HvfsHttpReply *reply, GCancellable *cancellable, GError **error);

/* The host has answered, but not what it should have: as after an error of the above.  @reason:
 * ECANCELED is none.  Memory. */
void hvfs_direct_avoid (HvfsDirect *direct, const HvfsDatastorePlace *place, const char *path,
                        const GError *reason);
