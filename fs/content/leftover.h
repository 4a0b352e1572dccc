/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/content/leftover.h - parts of files that nobody wants
 *
 * Exists because a server that is lost in the middle of an upload cannot be told to remove what
 * it has of it: that is done when it is back, as long as the mount is there.
 */
#pragma once

#include "fs/fs.h"

/* Has the server remove the file @path of the datastore @store (@place), which nobody sees: at
 * once, or if it does not, later, in a thread.  @is_disk: with its extent.  Waits for the first
 * attempt, also in a thread that was interrupted. */
void hvfs_leftover_remove (HvfsFs *fs, guint32 store, const HvfsDatastorePlace *place,
                           const char *path, gboolean is_disk);
