/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/mirror/events.h - the server's events, as long as somebody reads them
 *
 * Exists so that any number of readers get each event once, while the server keeps one
 * history collector for all, and none when nobody reads.  The first reader starts a thread
 * that waits for the collector's latest page, by a property collector of its own; what did
 * not fit into a page, and what happened while the server was lost, it reads from the
 * history.  A host has no history to be read: what it did not push is missed, and counted.
 *
 * Thread safe, with a lock of its own, under which nothing else is taken.
 */
#pragma once

#include <gio/gio.h>

#include "backend/mirror/event-log.h"
#include "backend/mirror/mirror.h"
#include "backend/mirror/updater.h"

typedef struct _HvfsEvents HvfsEvents;

/* Called in a thread of its own, no lock held. */
typedef struct
{
  /* What readers get of the event @value, with a newline.  (transfer full) */
  char *(*render) (const HvfsValue *value, gpointer data);
  /* The same in place of @n events that cannot be had. */
  char *(*render_missed) (guint64 n, gpointer data);
  /* There is more to read. */
  void (*more) (gpointer data);
} HvfsEventsUser;

/* All are borrowed and outlive it. */
HvfsEvents *hvfs_events_new (HvfsSession *session, HvfsMirror *mirror, HvfsUpdater *updater,
                             guint timeout_s, const HvfsEventsUser *user, gpointer data);
/* Ends the thread, at once, and for good. */
void hvfs_events_stop (HvfsEvents *events);
/* After that. */
void hvfs_events_free (HvfsEvents *events);

/**
 * hvfs_events_join:
 * @ret_first, @ret_end: the numbers of the first event kept, and of the next to come; see
 *   event-log.h
 *
 * From now on events are kept for a reader, until hvfs_events_leave.  Network, for the first
 * of them: waits for the latest page.
 *
 * @error: the server's; EINTR when cancelled; ENOTSUP where there are no events
 */
gboolean hvfs_events_join (HvfsEvents *events, guint64 *ret_first, guint64 *ret_end, GCancellable *cancellable,
                           GError **error);
void hvfs_events_leave (HvfsEvents *events);

/* The last @n events of the object @type @moref, oldest first.  Network.
 * Returns: (transfer full) (element-type HvfsEvent) */
GPtrArray *hvfs_events_query (HvfsEvents *events, const char *type, const char *moref, guint n,
                              GCancellable *cancellable, GError **error);

/* Goes on while it returns TRUE. */
typedef gboolean (*HvfsEventFunc) (const HvfsEvent *event, gpointer data);

/**
 * hvfs_events_read:
 * @next: (inout): the number of the next event to read
 * @func: under the lock, in order
 *
 * Memory only.  Returns: how many from *@next on were not kept until now
 */
guint64 hvfs_events_read (HvfsEvents *events, guint64 *next, HvfsEventFunc func, gpointer data);

/* The server was lost or found again: what waits for it ends, or begins anew.  Any thread. */
void hvfs_events_set_link (HvfsEvents *events, gboolean up);
