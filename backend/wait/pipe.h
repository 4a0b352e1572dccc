/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wait/pipe.h - bytes from one thread to another, through little memory
 *
 * Exists because a transfer gives or takes bytes in a thread of its own, at the pace of the
 * network, and who reads or writes the file has another: the faster of them waits.
 *
 * One thread puts, one takes.  A lock of its own, under which no other is taken.
 */
#pragma once

#include <gio/gio.h>

typedef struct _HvfsPipe HvfsPipe;

/* @capacity: bytes that wait in it at most; that much memory it has */
HvfsPipe *hvfs_pipe_new (gsize capacity);
void hvfs_pipe_free (HvfsPipe *pipe); /* nobody puts or takes; NULL is allowed */

/* Puts all of it, waiting for room.  @error: EINTR when cancelled; that of hvfs_pipe_break */
gboolean hvfs_pipe_put (HvfsPipe *pipe, const char *data, gsize len, GCancellable *cancellable,
                        GError **error);

/**
 * hvfs_pipe_take:
 * @cancellable: NULL: do not wait
 *
 * Waits until there is a byte, and takes up to @size.
 *
 * @error: EWOULDBLOCK; EINTR when cancelled; that of hvfs_pipe_end, after the last byte
 *
 * Returns: how many; 0 at the end; -1 on error
 */
gssize hvfs_pipe_take (HvfsPipe *pipe, char *buffer, gsize size, GCancellable *cancellable,
                       GError **error);

/* No more is put: all is there, or @failure (nullable) says why not.  The first counts. */
void hvfs_pipe_end (HvfsPipe *pipe, const GError *failure);
/* No more is taken, for the reason that @failure says. */
void hvfs_pipe_break (HvfsPipe *pipe, const GError *failure);
