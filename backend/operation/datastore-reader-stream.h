/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/datastore-reader-stream.h - all of the rest of a file, in one transfer
 *
 * Exists because a ticket of a host is good for one request: who reads on and on gets the
 * rest of the file by it.  It comes part by part, as ranges do, into the same memory; where
 * the next part has no room yet the host waits.
 *
 * It is a shortcut and no more: why ever it ends, and whatever is missing then, who reads asks
 * the server for the next range, which says what is to be said.  So there is no error here.
 * Any thread; the reader's lock is held.
 */
#pragma once

#include "backend/operation/datastore-reader-part.h"

/* Begins to have all come from @start on, where a host gives it and it is long enough.
 * Returns: whether it has */
gboolean hvfs_reader_begin_stream_locked (HvfsReader *reader, goffset start);

/* Whether the bytes at @at are the next ones that come so. */
gboolean hvfs_reader_streams_to_locked (const HvfsReader *reader, goffset at);

/* Nobody wants more of what is on its way so, if anything is. */
void hvfs_reader_give_up_stream_locked (HvfsReader *reader);
