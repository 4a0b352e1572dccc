/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/mirror/intake.h - update sets are parsed and applied while more of them arrive
 *
 * Exists because filling the mirror is work of three: the server puts a page together, the
 * network brings it, and we parse and apply it.  Whoever receives hands the bytes over; a
 * thread of the intake parses them, and applies updates as soon as some are complete, so
 * that no page need be held whole; and the next page is asked for as soon as the last one
 * has arrived.
 *
 * For sets that fill the mirror: who reads it must not expect them to be applied at once.
 * All functions are for one thread, the one that receives.
 */
#pragma once

#include "backend/mirror/mirror.h"
#include "backend/mirror/task.h"

typedef struct _HvfsIntake HvfsIntake;

/**
 * hvfs_intake_new:
 * @mirror, @tasks, @stats: outlive it; the mirror is being filled
 * @method: what is asked each time: the replies are METHODResponse
 * @api: as of hvfs_mirror_apply
 * @again: (element-type HvfsValue): outlives it; as of hvfs_mirror_apply, and the intake's
 *   until the last hvfs_intake_end
 *
 * Starts the thread; where the system has none left, who feeds does its work.
 */
HvfsIntake *hvfs_intake_new (HvfsMirror *mirror, HvfsTasks *tasks, HvfsStats *stats,
                             const char *method, guint api, GPtrArray *again);

/* Joins the thread; what it has not begun is dropped. */
void hvfs_intake_free (HvfsIntake *intake);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvfsIntake, hvfs_intake_free)

/**
 * hvfs_intake_feed:
 *
 * The next bytes of a reply: a HvfsSoapSink.  Copies them; waits while the thread has more
 * to do than some MiB.
 *
 * @error: what was wrong with anything that came before
 */
gboolean hvfs_intake_feed (const char *data, gsize len, gpointer intake, GError **error);

/* Whether the replies that have ended held a NotAuthenticated in place of properties. */
gboolean hvfs_intake_tells_lost_session (HvfsIntake *intake);

/**
 * hvfs_intake_end:
 * @ret_version: (out) (nullable) (transfer full): the set's; NULL if there was no set
 * @ret_truncated: (out): more is to be asked for
 *
 * Says that the reply is complete.  Where its last bytes promise more, returns once its
 * version is known, else when all there was is applied.
 *
 * @error: EIO as of hvfs_reply_finish (); a fault's
 */
gboolean hvfs_intake_end (HvfsIntake *intake, char **ret_version, gboolean *ret_truncated,
                          GError **error);
