/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/content/upload.h - a file of a datastore that is being written
 *
 * Exists because the server takes a file whole or not at all.  What goes from the first byte
 * on goes up while it is written, after some MiB; all else is in a file on the local disk
 * until the writer syncs or closes.  Either way it goes up under a temporary name in the same
 * directory, which becomes the real one when all of it is there.
 *
 * All but new and the getters may wait, and take a lock of their own.
 */
#pragma once

#include "fs/content/content-priv.h"

typedef struct _HvfsUpload HvfsUpload;

/**
 * hvfs_upload_new:
 * @number: of the file in contents
 * @is_new: the server has none yet
 * @process: who writes it
 *
 * @error: of the directory for the local file
 */
HvfsUpload *hvfs_upload_new (HvfsFs *fs, guint32 number, gboolean is_new, pid_t process,
                             GError **error);
void hvfs_upload_free (HvfsUpload *upload);

GBytes *hvfs_upload_read (HvfsUpload *upload, goffset off, gsize size, GCancellable *cancellable,
                          GError **error);
/* @cancellable: NULL: do not wait; then @error may be EWOULDBLOCK */
gboolean hvfs_upload_write (HvfsUpload *upload, const char *data, gsize size, goffset off,
                            GCancellable *cancellable, GError **error);
/* The server makes it a copy of the whole file @source; FALSE: @error: ENOTSUP: it is not
 * all of that, or something is in it already.  @size: as of HvfsFileOps.copy */
gboolean hvfs_upload_copy (HvfsUpload *upload, guint32 source, goffset from, goffset off,
                           gsize *size, GCancellable *cancellable, GError **error);
gboolean hvfs_upload_resize (HvfsUpload *upload, gint64 size, GCancellable *cancellable,
                             GError **error);

/* How long it is; -1: as long as on the server.  Memory. */
gint64 hvfs_upload_get_size (HvfsUpload *upload);
pid_t hvfs_upload_get_process (HvfsUpload *upload);

/* Makes it the server's file, unless that is so already. */
gboolean hvfs_upload_commit (HvfsUpload *upload, GCancellable *cancellable, GError **error);

/* Whoever wrote it was killed, or it could not be committed: it never will be, and a new file
 * is there no more. */
void hvfs_upload_abort (HvfsUpload *upload);
