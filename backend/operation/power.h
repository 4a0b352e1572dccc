/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/power.h - the power states of a machine, and the ways between them
 *
 * Exists so that the words of the file "state", the methods of the server and
 * what they lead to stand in one table.
 */
#pragma once

#include <gio/gio.h>

#include "backend/operation/operation.h"

/* The word for what the server says of @vm: "running", "off", "suspended", or why
 * that cannot be known: "disconnected", "inaccessible", "orphaned", "invalid".
 * NULL where the server says nothing.  The mirror's lock must be held. */
const char *hvfs_power_word (const HvfsObject *vm);

/**
 * hvfs_power_run:
 * @word: a state to reach, a synonym of one, or an action
 *
 * Waits until the server has done it and the mirror shows it; nothing is sent when
 * it is so already.  A guest that was asked to shut down or to stand by has five
 * minutes for it.  Network; the mirror's lock must not be held.
 *
 * @error: EINVAL for an unknown word, naming those there are; EINTR when cancelled;
 *   else the server's
 */
gboolean hvfs_power_run (const HvfsServer *server, guint32 serial, const char *word,
                         GCancellable *cancellable, GError **error);
