/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/allocation.h - a machine's or pool's part of processors and memory
 *
 * Exists so that reservation, limit and shares, which processors and memory have
 * alike, are checked and sent in one place.
 */
#pragma once

#include "backend/operation/operation.h"

typedef enum { HVFS_RESOURCE_CPU, HVFS_RESOURCE_MEMORY } HvfsResource;

/* What to change; in the server's units, MHz or MiB. */
typedef struct
{
  gboolean has_reservation, has_limit, has_shares, has_expandable;
  gint64 reservation;
  gint64 limit;       /* -1: none */
  const char *level;  /* "low", "normal", "high"; "custom" for a number */
  gint64 shares;      /* that number */
  gboolean expandable; /* of a pool: it may take more than its reservation from its parent */
} HvfsAllocation;

/* What a machine or a pool has now.  (nullable).  The mirror's lock must be held. */
HvfsValue *hvfs_allocation_get (const HvfsObject *object, HvfsResource resource);

/**
 * hvfs_allocation_set:
 *
 * One request, for all of @wanted; none if it is all so already, and another where the
 * server drops what it was not told, as Debian's simulator does.  Waits until the mirror
 * shows it.  Network; no lock may be held.
 *
 * @error: EINVAL for a limit below the reservation, with regard to what stays as it
 *   is; else the server's
 */
gboolean hvfs_allocation_set (const HvfsServer *server, guint32 serial, HvfsResource resource,
                              const HvfsAllocation *wanted, GCancellable *cancellable,
                              GError **error);
