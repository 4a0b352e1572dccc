/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/mirror/pulse.h - whether the server is still there
 *
 * Exists because a server can die without a word: when nothing was heard of it for half
 * the time-out, who is about to rely on it asks it for the time, once for all that come
 * meanwhile.  So it is noticed by whoever reads, and an idle mount asks nothing.
 *
 * Any thread, no lock held.
 */
#pragma once

#include "backend/login/session.h"

typedef struct _HvfsPulse HvfsPulse;

/* @session: borrowed.  @lost: called before those who asked go on, in one thread at a time,
 * no lock held: the server did not answer within the other half of @timeout_s, or could
 * not be asked */
HvfsPulse *hvfs_pulse_new (HvfsSession *session, guint timeout_s,
                           void (*lost) (const char *reason, gpointer data), gpointer data);

/* Ends the question under way, without calling @lost for that. */
void hvfs_pulse_free (HvfsPulse *pulse);

/* Whether it was heard lately enough not to be asked.  Memory. */
gboolean hvfs_pulse_is_fresh (HvfsPulse *pulse);

/* Asks, and waits until there is an answer, or none.  Network, at most half the time-out.
 * FALSE: cancelled; others go on. */
gboolean hvfs_pulse_ask (HvfsPulse *pulse, GCancellable *cancellable);
