/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/host-state.h - a host's connection and its maintenance mode
 *
 * Exists as the words of a host's file "state" and what leads there.
 */
#pragma once

#include "backend/operation/operation.h"

/* The word for what the server says: "connected", "disconnected", "notresponding",
 * "maintenance"; NULL where it says nothing.  Under the mirror's lock. */
const char *hvfs_host_state_word (const HvfsObject *host);

/**
 * hvfs_host_state_set:
 * @word: "maintenance": waits until no machine runs on the host any more, which in a
 *   cluster the server sees to; "connected": ends maintenance, or connects again;
 *   "disconnected"
 *
 * Sends nothing when it is so already.  Network; no lock may be held.
 *
 * @error: EINVAL for another word; EINTR when cancelled; else the server's
 */
gboolean hvfs_host_state_set (const HvfsServer *server, guint32 serial, const char *word,
                              GCancellable *cancellable, GError **error);

typedef enum { HVFS_HOST_REBOOT, HVFS_HOST_SHUTDOWN } HvfsHostEnd;

/**
 * hvfs_host_end:
 *
 * Waits until the server has done it.  A host that is its own server is then gone: that is
 * success, too.  Network; no lock may be held.
 *
 * @error: EBUSY: the host is not in maintenance; EINTR when cancelled; else the server's
 */
gboolean hvfs_host_end (const HvfsServer *server, guint32 serial, HvfsHostEnd end,
                        GCancellable *cancellable, GError **error);
