/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/mirror/start.h - sends what starts a task, for a writer who may stop waiting
 *
 * Exists because a server may take long to answer, and nobody but the answer says which
 * task there is to cancel: who presses Ctrl-C before that is let go at once, and the call
 * goes on in a thread of its own, which cancels what it has started.
 *
 * Thread safe.
 */
#pragma once

#include <gio/gio.h>

#include "backend/login/session.h"

typedef struct _HvfsStarter HvfsStarter;

HvfsStarter *hvfs_starter_new (HvfsSession *session);
/* Waits for the calls under way, and for what is to be cancelled.  NULL is allowed. */
void hvfs_starter_free (HvfsStarter *starter);

/**
 * hvfs_starter_call:
 * @request: a method that returns a Task; sent once, whatever happens
 * @cancellable: (nullable): ends the wait, not the call
 *
 * Network.
 *
 * @error: a call's; EINTR with HVFS_FAULT_UNKNOWN when cancelled before the server has
 *   answered
 *
 * Returns: (transfer full): the reply
 */
HvfsValue *hvfs_starter_call (HvfsStarter *starter, HvfsRequest *request,
                              GCancellable *cancellable, GError **error);

/* Asks the server to cancel a task.  FALSE: it does not, the task goes on.  Network. */
gboolean hvfs_start_cancel (HvfsSession *session, const char *task);
