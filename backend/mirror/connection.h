/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/mirror/connection.h - whether the server is there, and waiting for news of it
 *
 * Exists so that those who wait and the update thread need not know each other: whoever waits
 * for updates or tasks wakes up when one was applied that concerns him, when the server is lost
 * or found, and when he is cancelled; the update thread hears here that somebody waits, reads or
 * hurries.
 *
 * A server can die without a word: when nothing was heard of it for half the time-out, who is
 * about to rely on it asks it for the time, once for all that come meanwhile.  So it is noticed
 * by whoever reads, and an idle mount asks nothing.
 *
 * So after the last read at most two waits for updates are short ones of a third of the time-out:
 * the one under way or begun for that read, and the one after it.  From then on there is one
 * request a minute.
 *
 * Any thread.  Its lock is taken behind all others; in no call that waits may another be held.
 */
#pragma once

#include "backend/login/session.h"

typedef struct _HvfsConnection HvfsConnection;

/* At first it is not up: not connected yet.
 * @session: (nullable): borrowed; without one nothing may be asked
 * @timeout_s: how soon a lost server is noticed */
HvfsConnection *hvfs_connection_new (HvfsSession *session, guint timeout_s);
void hvfs_connection_free (HvfsConnection *link); /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvfsConnection, hvfs_connection_free)

/* Ends what the update thread waits for, and a question under way, without saying that the
 * server is lost; nothing may be asked any more. */
void hvfs_connection_close (HvfsConnection *link);

/* Before the first update.  @changed: (nullable): the server was found (TRUE) or lost (FALSE);
 * no lock held */
void hvfs_connection_observe (HvfsConnection *link, void (*changed) (gboolean up, gpointer data),
                              gpointer data);

/* ---- whether it is there ---- */

/* As hvfs_mirror_is_up and hvfs_mirror_await_up. */
gboolean hvfs_connection_is_up (HvfsConnection *link, char **ret_reason, gint64 *ret_since_us);
gboolean hvfs_connection_await_up (HvfsConnection *link, gint64 deadline_us, GCancellable *cancellable);

void hvfs_connection_set (HvfsConnection *link, gboolean up, const char *reason);

/**
 * hvfs_connection_is_fresh:
 *
 * Returns: whether the server was heard lately enough to answer from the mirror
 *   without asking hvfs_connection_confirm first.  Memory.
 */
gboolean hvfs_connection_is_fresh (HvfsConnection *link);

/**
 * hvfs_connection_confirm:
 * @cancellable: (nullable): the caller stops waiting; others go on
 *
 * Makes sure that the server is still there.  Network, at most half the time-out.
 *
 * @error: EIO with the reason, when the server is lost; EINTR when cancelled
 */
gboolean hvfs_connection_confirm (HvfsConnection *link, GCancellable *cancellable, GError **error);

/* A refused password, and a server that is lost, are tried at once.  Memory. */
void hvfs_connection_hurry (HvfsConnection *link);

/* ---- news ---- */

/* One who waits for news, from begin to end: each sleeps at a place of his own, so that of
 * hundreds who wait only that one wakes up for whom there is something. */
typedef struct
{
  GCond told;
  gboolean is_told; /* the connection's lock: since he last woke up */
} HvfsNews;

/* A server that does not push is asked more often for a while. */
void hvfs_connection_begin_news (HvfsConnection *link, HvfsNews *news);
void hvfs_connection_end_news (HvfsConnection *link, HvfsNews *news);

/* There is news for @news. */
void hvfs_connection_tell (HvfsConnection *link, HvfsNews *news);

/* Sleeps until there is news, which the server's being lost or found is for all; what was told
 * since the begin or the last sleep counts.  Returns: 0; EINTR when cancelled, ETIMEDOUT */
int hvfs_connection_await_news (HvfsConnection *link, HvfsNews *news, gint64 deadline_us,
                                GCancellable *cancellable);

/* ---- the update thread's side ---- */

typedef struct
{
  guint wait_s;              /* how long the server may wait for news */
  guint answer_s;            /* how long for its answer; 0: the usual */
  GCancellable *cancellable; /* of the call */
  gulong handler;
} HvfsConnectionWait;

/**
 * hvfs_connection_begin_wait:
 * @pushes: whether the server waits for news; else it is only asked whether there is any
 * @is_filling: the answer may be all there is, and take its time
 * @cancellable: (nullable): ends the wait, as hvfs_connection_confirm and _close can
 *
 * Before a call that asks for updates; hvfs_connection_end_wait after it.
 */
void hvfs_connection_begin_wait (HvfsConnection *link, gboolean pushes, gboolean is_filling,
                                 GCancellable *cancellable, HvfsConnectionWait *wait);
void hvfs_connection_end_wait (HvfsConnection *link, GCancellable *cancellable,
                               HvfsConnectionWait *wait);

/* Returns: (transfer full) (nullable): why the server was given up since this was last called.
 * @ret_interrupted: (optional): a wait was ended because somebody reads */
char *hvfs_connection_steal_lost (HvfsConnection *link, gboolean *ret_interrupted);

/* Sleeps, but no longer than until the end, or somebody hurries. */
void hvfs_connection_pause (HvfsConnection *link, gint64 us);
/* Sleeps between two questions for news: the less, the later somebody began to wait for it. */
void hvfs_connection_pause_poll (HvfsConnection *link);
