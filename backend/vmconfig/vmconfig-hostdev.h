/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-hostdev.h - the host's PCI devices by their places
 *
 * Exists because a text names a PCI device by its place, and a server also wants the maker's
 * numbers and which host it is in: these only the host knows.
 */
#pragma once

#include "backend/operation/power.h"
#include "convert/model/domain.h"

/**
 * hvfs_hostdevs_resolve:
 * @host: serial of the host that the machine is on
 * @base: what the machine has already
 *
 * Network: three requests if @wanted has a PCI device, or an interface on a card with SR-IOV, that
 * @base has not; else none.
 *
 * @error: ENOENT: the host has no such device for machines, with those that it has; a call's
 *
 * Returns: (transfer full): HvfsHostdev of @wanted -> its backing; of a server before API 4.0 (5.5
 *   of cards), which has no such devices, nothing
 */
GHashTable *hvfs_hostdevs_resolve (const HvfsServer *server, guint32 host, const HvfsDomain *base,
                                   const HvfsDomain *wanted, GCancellable *cancellable,
                                   GError **error);
