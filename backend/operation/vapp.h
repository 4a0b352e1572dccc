/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/vapp.h - the power states of a vApp, and the ways between them
 *
 * Exists so that the words of its file "state" and the server's methods stand in one table,
 * as power.h does for machines.
 */
#pragma once

#include "backend/operation/operation.h"

/* The word for what the server says of @vapp: "running", "off", "suspended"; "starting" or
 * "stopping" meanwhile.  NULL where it says nothing.  The mirror's lock must be held. */
const char *hvfs_vapp_word (const HvfsObject *vapp);

/**
 * hvfs_vapp_run:
 * @word: a state to reach, a synonym of one, or "shutdown"
 *
 * Waits until the server has done it and the mirror shows it; nothing is sent when it is so
 * already.  Network; the mirror's lock must not be held.
 *
 * @error: EINVAL for an unknown word, naming those there are; EINTR when cancelled; else the
 *   server's: machines that it has started by then run on
 */
gboolean hvfs_vapp_run (const HvfsServer *server, guint32 serial, const char *word,
                        GCancellable *cancellable, GError **error);
