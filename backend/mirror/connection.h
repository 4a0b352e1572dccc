/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/mirror/connection.h - whether the server is there, and waiting for news of it
 *
 * Exists so that whoever waits for the mirror wakes up when updates were applied, when the
 * server is lost or found, and when he is cancelled.
 *
 * Any thread.  Its lock is taken behind the mirror's, and in no call that waits may another
 * be held.
 */
#pragma once

#include <gio/gio.h>

typedef struct _HvfsConnection HvfsConnection;

/* At first it is not up: not connected yet. */
HvfsConnection *hvfs_connection_new (void);
void hvfs_connection_free (HvfsConnection *link);

/* As hvfs_mirror_is_up and hvfs_mirror_await_up. */
gboolean hvfs_connection_is_up (HvfsConnection *link, char **ret_reason, gint64 *ret_since_us);
gboolean hvfs_connection_await_up (HvfsConnection *link, gint64 deadline_us, GCancellable *cancellable);

/* Returns: whether @up is other than before */
gboolean hvfs_connection_set (HvfsConnection *link, gboolean up, const char *reason);

/* There is news: updates that belong together have been applied. */
void hvfs_connection_tell (HvfsConnection *link);
guint64 hvfs_connection_get_n_told (HvfsConnection *link);

/* Sleeps until there is more news than @n_told.  Returns: 0; EINTR when cancelled, EIO when
 * the server is lost, ETIMEDOUT */
int hvfs_connection_await_news (HvfsConnection *link, guint64 n_told, gint64 deadline_us,
                          GCancellable *cancellable);
