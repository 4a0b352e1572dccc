/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/tree/kept.h - what the kernel keeps of what was fetched
 *
 * Exists because the server pushes that a configuration is another one, and not what is in it. The
 * kernel keeps the attributes of each disk and each key without a time limit, and those of volumes
 * for as long as their listing is new enough. It has to forget those that it was told. Names need
 * no telling: whoever asks for attributes of what is gone gets ESTALE, and the kernel then looks
 * the name up again.
 *
 * Any thread, any lock; a lock of its own, under which only notifying is done.
 */
#pragma once

#include <glib.h>

typedef struct _HvfsKept HvfsKept;
typedef struct _HvfsNotifier HvfsNotifier;

HvfsKept *hvfs_kept_new (HvfsNotifier *notifier);
void hvfs_kept_free (HvfsKept *kept);

/* The kernel is told attributes of @ino, which shows what was fetched of the object @serial; of a
 * directory also its listing, of a link where it leads. */
void hvfs_kept_add (HvfsKept *kept, guint32 serial, guint64 ino);

/* What was fetched of @serial is old, or another one was fetched. */
void hvfs_kept_forget (HvfsKept *kept, guint32 serial);
/* Places are others, which some of it says. */
void hvfs_kept_forget_all (HvfsKept *kept);
