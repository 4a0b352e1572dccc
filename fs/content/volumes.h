/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/content/volumes.h - the volumes of datastores, as far as they are known
 *
 * Exists because the server does not push what is in a datastore: all its volumes are what one
 * search has found, for a few seconds.  Each path has a number, of numbers.h.
 *
 * Any thread; one of its own tells when a listing has become old.  A lock of its own, which may be
 * taken under the mirror's; held for work in memory.
 */
#pragma once

#include "backend/operation/volume.h"
#include "fs/fs.h"

/* Told that what was listed of the datastore @store is old, or was listed anew.  The lock is held. */
typedef void (*HvfsVolumesOld) (guint32 store, gpointer data);

HvfsVolumes *hvfs_volumes_new (HvfsVolumesOld old, gpointer data);
void hvfs_volumes_free (HvfsVolumes *volumes);

/* For how long the listing of the datastore @store is new enough; 0: it is not.  Memory, as what
 * follows. */
gint64 hvfs_volumes_get_left_us (HvfsVolumes *volumes, guint32 store);
gboolean hvfs_volumes_are_listed (HvfsVolumes *volumes, guint32 store);

/* Somebody looks for a name that is not there: a listing of seconds ago is no longer new enough.
 * Memory. */
void hvfs_volumes_doubt (HvfsVolumes *volumes, guint32 store);

/* The volume @path, as it was listed last.  FALSE: there is none.  @ret: (nullable): its path is
 * @path */
gboolean hvfs_volumes_find (HvfsVolumes *volumes, guint32 store, const char *path, HvfsVolume *ret);
gboolean hvfs_volumes_has_dir (HvfsVolumes *volumes, guint32 store, const char *path);

/* What is in the directory @dir, "" for the topmost: the first with a number above @after.
 * FALSE: no more.  @ret_name: (transfer full) */
gboolean hvfs_volumes_next (HvfsVolumes *volumes, guint32 store, const char *dir, guint32 after,
                            guint32 *ret_number, gboolean *ret_is_dir, char **ret_name);

/* The UUID of the disk @path, where it was fetched since the listing; (nullable) (transfer full) */
char *hvfs_volumes_dup_uuid (HvfsVolumes *volumes, guint32 store, const char *path);

/* What is in the datastore has changed: all that is known is old. */
void hvfs_volumes_forget (HvfsVolumes *volumes, guint32 store);

/* Has @store listed, by whoever does that already, unless its listing is new enough.  Network; no
 * lock may be held, as in the next.  @error: a call's; EINTR; EAGAIN: it changes all the time */
gboolean hvfs_volumes_fetch (HvfsCall *call, guint32 store, GError **error);
gboolean hvfs_volumes_fetch_uuid (HvfsCall *call, guint32 store, const char *path, GError **error);
