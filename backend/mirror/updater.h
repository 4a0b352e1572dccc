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

/* All are borrowed and outlive it. */
HvfsUpdater *hvfs_updater_new (HvfsSession *session, HvfsConnection *link, HvfsMirror *mirror,
                               HvfsTasks *tasks, HvfsUri *uri, HvfsStats *stats);

/* Before it is filled: mirrors no more than HVFS_SCOPE_PLACES has; see filter.h. */
void hvfs_updater_set_places_only (HvfsUpdater *updater);

/* Stops the thread, if it runs, at once, and closes the connection. */
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

/* The root of the mount.  (transfer full) */
HvfsValue *hvfs_updater_ref_root (HvfsUpdater *updater);
