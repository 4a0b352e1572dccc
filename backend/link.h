/* backend/link.h - whether the server is there, and waiting for news of it
 *
 * Exists so that whoever waits for the mirror wakes up when updates were applied, when the
 * server is lost or found, and when he is cancelled.
 *
 * Any thread.  Its lock is taken behind the mirror's, and in no call that waits may another
 * be held.
 */
#pragma once

#include <gio/gio.h>

typedef struct _HvfsLink HvfsLink;

/* At first it is not up: not connected yet. */
HvfsLink *hvfs_link_new (void);
void hvfs_link_free (HvfsLink *link);

/* As hvfs_mirror_is_up and hvfs_mirror_await_up. */
gboolean hvfs_link_is_up (HvfsLink *link, char **ret_reason, gint64 *ret_since_us);
gboolean hvfs_link_await_up (HvfsLink *link, gint64 deadline_us, GCancellable *cancellable);

/* Returns: whether @up is other than before */
gboolean hvfs_link_set (HvfsLink *link, gboolean up, const char *reason);

/* There is news: updates that belong together have been applied. */
void hvfs_link_tell (HvfsLink *link);
guint64 hvfs_link_get_n_told (HvfsLink *link);

/* Sleeps until there is more news than @n_told.  Returns: 0; EINTR when cancelled, EIO when
 * the server is lost, ETIMEDOUT */
int hvfs_link_await_news (HvfsLink *link, guint64 n_told, gint64 deadline_us,
                          GCancellable *cancellable);
