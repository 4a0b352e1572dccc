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
