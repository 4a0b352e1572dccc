/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/row/call.h - what the functions of a row ask of the call that they serve
 *
 * Exists because a row's functions run first in a thread that must not wait, and once
 * more on the job pool when they say that they would have to; each asks here whether it
 * may, and whether the mirror may be believed.
 */
#pragma once

#include "fs/row/row.h"

/* Whether the caller's thread may; FALSE sets EWOULDBLOCK. */
gboolean hvfs_call_may_wait (HvfsCall *call, GError **error);

/* Whether the server is there, as far as is known.  Memory only; FALSE sets EIO. */
gboolean hvfs_call_is_up (HvfsFs *fs, GError **error);

/* Whether the mirror may answer a reader.  @error: EIO: the server is lost; EWOULDBLOCK: it
 * must be asked first, and the caller is a thread that must not wait */
gboolean hvfs_call_confirm (HvfsCall *call, GError **error);

/* For an open of what can only be read.  FALSE: it is opened to write: EACCES */
gboolean hvfs_call_only_reads (const struct fuse_file_info *fi, GError **error);

/* HvfsFileOps.setattr of what can only be read: EPERM. */
gboolean hvfs_call_no_setattr (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi,
                               const struct stat *st, int to_set, GError **error);

/* What holds of every store and commit: it sets an error where it returns FALSE, and none
 * where it returns TRUE.  One that does not is a fault of ours, which is logged, and never
 * reported as success.  @name: the row's.  Returns: whether it worked */
gboolean hvfs_call_check (gboolean ok, const char *name, GError **error);

/* The bytes that a read of @size at @off gets, as HvfsFileOps has it.  (transfer full) */
GBytes *hvfs_call_slice (const void *data, gsize length, gsize size, goffset off);
/* The same of a text, which is not copied. */
GBytes *hvfs_call_slice_text (GBytes *text, gsize size, goffset off);
