/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/tree/notify.h - tells the kernel what it must forget
 *
 * Exists because the kernel caches names, attributes and contents without a time
 * limit, and because telling it can wait for locks that requests hold: so one
 * thread tells, with a queue, no lock held, and no request handler waits for it.
 */
#pragma once

#include <glib.h>

#include "backend/wire/stats.h"

struct fuse_session;
typedef struct _HvfsNotifier HvfsNotifier;

HvfsNotifier *hvfs_notifier_new (HvfsStats *stats);
void hvfs_notifier_free (HvfsNotifier *notifier);

/* What is queued before that is dropped: there is nothing cached yet. */
void hvfs_notifier_start (HvfsNotifier *notifier, struct fuse_session *session);
/* No notification is sent once this returned. */
void hvfs_notifier_stop (HvfsNotifier *notifier);

/* Contents and attributes of @ino; of a directory, its listing.  Any thread, any lock. */
void hvfs_notifier_inode (HvfsNotifier *notifier, guint64 ino);
/* Its attributes alone. */
void hvfs_notifier_attributes (HvfsNotifier *notifier, guint64 ino);
/* What @name in @dir leads to, also if that was nothing. */
void hvfs_notifier_entry (HvfsNotifier *notifier, guint64 dir, const char *name);

/* While a request that changes names in @dir is answered, the kernel holds the lock
 * that a notification of an entry there would wait for: such are kept back between
 * these two, and one that waits already is left to wait alone.  They nest. */
void hvfs_notifier_hold (HvfsNotifier *notifier, guint64 dir);
void hvfs_notifier_release (HvfsNotifier *notifier, guint64 dir);

/* Whether the kernel has been told all; for tests. */
gboolean hvfs_notifier_is_idle (HvfsNotifier *notifier);

/* Waits until all that is queued now was told, but for what is kept back: for jobs, whose
 * writers then see what they did.  Never in FUSE's threads.  However many that are; but when
 * the kernel takes none for a second, it waits for others, and they are not waited for. */
void hvfs_notifier_flush (HvfsNotifier *notifier);
