/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/datastore-writer.h - a file of a datastore, written from its first byte on
 *
 * Exists so that a file goes up while it is being written: who writes faster than the server
 * takes it waits, and no more than a few MiB are in memory.
 *
 * Its first bytes are kept in a local file, all or a number of MiB: a server that refuses at
 * first, has too much to do or is lost gets them again, and until it has had more than these,
 * all that was written can be had back.
 *
 * Each attempt has a path of its own: a server that was lost may handle what it was sent before
 * while it is sent the same again, and empties the file then.
 *
 * Any thread, but one at a time.
 */
#pragma once

#include "backend/operation/datastore-place.h"
#include "backend/operation/datastore-transfers.h"

typedef struct _HvfsWriter HvfsWriter;

/* Gives the path of the next attempt, below the datastore's root; it stays until the writer is
 * freed.  In the transfer's thread: for the first attempt, and for each after one in which the
 * server was lost that may have got some of it. */
typedef const char *(*HvfsWriterPath) (gpointer user_data);

/**
 * hvfs_writer_new:
 * @place: (transfer full)
 * @next_path: the last path that it gave is the one that the file is under when it is there
 * @fd: of the local file, borrowed
 * @ready: so many bytes are in it and count as written
 * @len: of all; -1: not known before hvfs_writer_end ()
 *
 * Memory only: it begins in a thread.
 */
HvfsWriter *hvfs_writer_new (HvfsTransfers *transfers, HvfsDatastorePlace *place,
                             HvfsWriterPath next_path, gpointer user_data, int fd,
                             goffset ready, gint64 len);

/* Ends it, if it is under way, and waits for that.  NULL is allowed.
 * Returns: whether the server may yet make a file of what it was sent last, also one that is
 * removed now */
gboolean hvfs_writer_free (HvfsWriter *writer);

/**
 * hvfs_writer_write:
 * @cancellable: NULL: do not wait
 *
 * Appends all of @data, or none of it if @error is EWOULDBLOCK.
 *
 * @error: EWOULDBLOCK; EINTR; what ended the transfer
 */
gboolean hvfs_writer_write (HvfsWriter *writer, const char *data, gsize size,
                            GCancellable *cancellable, GError **error);

/* How much was written. */
goffset hvfs_writer_get_end (HvfsWriter *writer);

/* Nothing more is written: waits until the server has all of it. */
gboolean hvfs_writer_end (HvfsWriter *writer, GCancellable *cancellable, GError **error);

/* Stops it, unless the local file cannot have all that was written any more.
 * Returns: whether it has */
gboolean hvfs_writer_rescue (HvfsWriter *writer);
