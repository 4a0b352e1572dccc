/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/mirror/collector.h - the property collector: what it watches, and what it is asked
 *
 * Exists apart from the updater, which asks it: how it is made and asked depends on what
 * the server has; see filter.h.
 *
 * Of one thread.
 */
#pragma once

#include "backend/login/session.h"

/* To be read only. */
typedef struct
{
  HvfsSession *session;
  guint generation;    /* of the session that all that follows belongs to */
  guint api;           /* that session's: 100 * major + minor */
  GPtrArray *made;     /* in the session, for it; see made.h */
  char *id;            /* nullable: there is none yet */
  char *version;       /* of the last set of updates; "": none was seen */
} HvfsCollector;

/* @session: borrowed */
void hvfs_collector_init (HvfsCollector *collector, HvfsSession *session);
void hvfs_collector_clear (HvfsCollector *collector);

/* Whether it is of the session as it is now. */
gboolean hvfs_collector_is_current (const HvfsCollector *collector);

/* These three are for the beginning in a session.  Network.  @error: a call's */

/* Forgets all of the last one; what was made in the same session is ended there. */
void hvfs_collector_reset (HvfsCollector *collector, GCancellable *cancellable);

/* One of our own, or where that cannot be the session's.  @error: EPROTO as well, where the
 * server has none */
gboolean hvfs_collector_create (HvfsCollector *collector, GCancellable *cancellable,
                                GError **error);

/**
 * hvfs_collector_watch:
 * @root: the reference to the object that is mounted
 * @places_only: no more than HVFS_SCOPE_PLACES has
 *
 * From now on it tells of what is mirrored.
 */
gboolean hvfs_collector_watch (HvfsCollector *collector, const HvfsValue *root,
                               gboolean places_only, GCancellable *cancellable, GError **error);

/* Whether the server answers when there is something new; else it is to be asked again
 * and again. */
gboolean hvfs_collector_pushes (const HvfsCollector *collector);

/* What asks for the next set of updates.  @wait_s: how long it may wait for one */
const char *hvfs_collector_method (const HvfsCollector *collector);
HvfsRequest *hvfs_collector_request (const HvfsCollector *collector, guint wait_s);

/* That set was seen.  @version: (transfer full) (nullable): it was none */
void hvfs_collector_take_version (HvfsCollector *collector, char *version);
