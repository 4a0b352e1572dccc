/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/mirror/updater.h - the thread that keeps the mirror true
 *
 * Exists so that there is one place that talks to the server's stream of
 * updates: it logs in, finds the root, fills the mirror, applies what is pushed,
 * and when the server was lost does all of that again until it is back.
 */
#pragma once

#include "backend/mirror/mirror.h"
#include "backend/login/session.h"
#include "backend/mirror/task.h"

typedef struct _HvfsUpdater HvfsUpdater;

/* All are borrowed and outlive it.  @timeout_s: how soon a lost server is noticed. */
HvfsUpdater *hvfs_updater_new (HvfsSession *session, HvfsMirror *mirror, HvfsTasks *tasks,
                               HvfsUri *uri, guint timeout_s, HvfsStats *stats);

/* Before it is filled: mirrors no more than HVFS_SCOPE_PLACES has; see filter.h. */
void hvfs_updater_set_places_only (HvfsUpdater *updater);

/* Stops the thread, if it runs, at once. */
void hvfs_updater_free (HvfsUpdater *updater);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvfsUpdater, hvfs_updater_free)

/**
 * hvfs_updater_fill:
 *
 * Connects, logs in, finds the root and fills the mirror, in the calling thread;
 * once, before hvfs_updater_start.  Network.
 *
 * @error: one line for the user
 */
gboolean hvfs_updater_fill (HvfsUpdater *updater, GCancellable *cancellable, GError **error);

void hvfs_updater_start (HvfsUpdater *updater);

/* A refused password, and a server that is lost, are tried at once.  Any thread; memory. */
void hvfs_updater_hurry (HvfsUpdater *updater);

/* The root of the mount.  (transfer full) */
HvfsValue *hvfs_updater_ref_root (HvfsUpdater *updater);

/**
 * hvfs_updater_is_fresh:
 *
 * Returns: whether the server was heard lately enough to answer from the mirror
 *   without asking hvfs_updater_confirm first.  Memory.
 */
gboolean hvfs_updater_is_fresh (HvfsUpdater *updater);

/**
 * hvfs_updater_confirm:
 *
 * Makes sure that the server is still there: if nothing was heard of it for half
 * the time-out, asks it for the time, once for all that call meanwhile.  So a
 * server that died without a word is noticed by whoever reads, and an idle mount
 * sends no more than its one request a minute.  Network, at most half the time-out.
 *
 * @cancellable: (nullable): the caller stops waiting; others go on
 *
 * @error: EIO with the reason, when the server is lost; EINTR when cancelled
 */
gboolean hvfs_updater_confirm (HvfsUpdater *updater, GCancellable *cancellable, GError **error);
