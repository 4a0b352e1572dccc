/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/autostart.h - machines that start with their host
 *
 * Exists because this is the host's to know: its manager has a list of machines, and
 * one switch for all of them.
 */
#pragma once

#include "backend/operation/operation.h"

/* Whether the machine starts with its host.  Under the mirror's lock. */
gboolean hvfs_autostart_get (HvfsMirror *mirror, const HvfsObject *vm);

/**
 * hvfs_autostart_set:
 *
 * Waits until the mirror shows it; sends nothing when it is so already.  Network.
 *
 * @error: EBUSY: to switch the host's autostart on would start others too; ENOTSUP:
 *   the host has none; else the server's
 */
gboolean hvfs_autostart_set (const HvfsServer *server, guint32 serial, gboolean on,
                             GError **error);
