/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/datastore-reader.h - a file of a datastore, read at any place
 *
 * Exists because a file may have any size, and memory has not: who reads on gets ranges that
 * grow, and the next one before he asks for it; who reads here and there gets what he asks
 * for and no more.  At most two ranges of a file are on their way at once, and all files
 * together take no more than a budget, beside a least range each.
 *
 * A connection that breaks is taken up again where it was, for as long as a server may be
 * lost; 503 is waited out.  Any thread.
 */
#pragma once

#include "backend/operation/datastore-place.h"
#include "backend/operation/datastore-transfers.h"

typedef struct _HvfsReader HvfsReader;

/* @place: (transfer full).  @path: below the datastore's root.  Memory only. */
HvfsReader *hvfs_reader_new (HvfsTransfers *transfers, HvfsDatastorePlace *place, const char *path);
/* Ends what is on its way.  Memory only. */
void hvfs_reader_close (HvfsReader *reader);

/**
 * hvfs_reader_read:
 * @known_size: of the file, as the server listed it last; -1: unknown
 * @cancellable: NULL: do not wait
 *
 * @error: EWOULDBLOCK: it would have to wait; EINTR; EIO: the server is lost, or the file has
 *   become shorter while it was read; as of hvfs_datastore_file_read
 *
 * Returns: (transfer full): @size bytes from @off on; fewer at the end only
 */
GBytes *hvfs_reader_read (HvfsReader *reader, goffset off, gsize size, gint64 known_size,
                          GCancellable *cancellable, GError **error);
