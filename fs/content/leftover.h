/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/content/leftover.h - parts of files that nobody wants
 *
 * Exists because a server that is lost in the middle of an upload cannot be told to remove what
 * it has of it: that is done when it is back, as long as the mount is there.  What a mount leaves
 * that has ended or was killed, the next one of the same user and server removes.
 */
#pragma once

#include "backend/operation/datastore-change.h"
#include "fs/content/leftover-note.h"

/* Notes that the file @path of @place is going there, which nobody will want before it has
 * another name.  (transfer full) (nullable): there is no note.  Local disk only. */
HvfsLeftoverNote *hvfs_leftover_note (HvfsFs *fs, const HvfsDatastorePlace *place,
                                      const char *path, gboolean is_disk);

/* Has the server remove @part, which nobody sees, a disk with its extent: at once, or if it does
 * not, later, in a thread.  @is_open: the server may yet make it, of what it was sent; so that it
 * is not there says nothing for some minutes.  @note: (transfer full) (nullable).  Waits for the
 * first attempt, also in a thread that was interrupted. */
void hvfs_leftover_remove (HvfsFs *fs, const HvfsDatastorePath *part, gboolean is_open,
                           HvfsLeftoverNote *note);

/* Begins to remove what other mounts have left that are gone.  Memory: it is done in a thread. */
void hvfs_leftover_remove_old (HvfsFs *fs);
