/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/request/parked.h - reads that wait for what may never come
 *
 * Exists because a read of a stream can wait for days: it holds neither one of the threads
 * that take the kernel's requests nor a job, only a place in a list.  One thread answers what
 * was parked, when there is something to read, the reader is interrupted or the mount ends.
 *
 * Thread safe.
 */
#pragma once

#include <fuse_lowlevel.h>
#include <gio/gio.h>

typedef struct _HvfsParked HvfsParked;

/* What @file, as it was opened, has at @off; NULL: nothing yet.  Under a lock of HvfsParked's:
 * memory only, and nothing of HvfsParked may be called.  (transfer full) */
typedef GBytes *(*HvfsParkedRead) (gpointer file, gsize size, goffset off);

HvfsParked *hvfs_parked_new (HvfsParkedRead read);
/* Answers all with ENODEV, also those to come. */
void hvfs_parked_end (HvfsParked *parked);
/* After that.  NULL is allowed. */
void hvfs_parked_free (HvfsParked *parked);

/* Answers a read, now or later.  @can_wait: else with EAGAIN, if there is nothing yet */
void hvfs_parked_add (HvfsParked *parked, fuse_req_t req, gpointer file, gsize size, goffset off,
                      gboolean can_wait);

/* Keeps @handle (transfer full) for @file, in place of an earlier one, and tells it once that
 * there is something at @off. */
void hvfs_parked_watch (HvfsParked *parked, gpointer file, goffset off, struct fuse_pollhandle *handle);

/* @file is closed; no read of it waits any more. */
void hvfs_parked_forget (HvfsParked *parked, gpointer file);

/* There may be something to read.  Any thread. */
void hvfs_parked_wake (HvfsParked *parked);
