/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/mirror/made.h - what a client makes in its session, and ends there
 *
 * Exists because collectors, filters and views are the session's, and die with it; but who
 * makes them anew in the same session has to end the former ones, or the server keeps
 * them, and works for them, as long as that lasts.
 */
#pragma once

#include "backend/login/session.h"

/* A list of what was made. */
GPtrArray *hvfs_made_new (void);

/**
 * hvfs_made_call:
 * @request: a method that makes an object and returns its reference
 * @made: (nullable): where that is noted
 *
 * Network.
 *
 * @error: as hvfs_session_call (); EPROTO where the reply names nothing
 *
 * Returns: (transfer full): the reference
 */
HvfsValue *hvfs_made_call (HvfsSession *session, HvfsRequest *request, GPtrArray *made,
                           GCancellable *cancellable, GError **error);

/* Ends what is in @made, the last first, and empties it; what is gone already is as good.
 * Network: a request for each. */
void hvfs_made_destroy (HvfsSession *session, GPtrArray *made, GCancellable *cancellable);
