/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/ops/opened.h - what open files keep
 *
 * Exists because the kernel need not say that a file was closed: closing is not waited
 * for, so an unmounting right after it, or a signal while a file is open, ends the mount
 * first.  What is open then is known here.
 *
 * Memory only, with a lock of its own, under which nothing else is taken.
 */
#pragma once

#include "fs/row/row.h"

typedef struct _HvfsOpened HvfsOpened;

HvfsOpened *hvfs_opened_new (void);

/* Closes all of @fs's; when no thread handles requests any more.  Nothing is committed. */
void hvfs_opened_free (HvfsOpened *opened, HvfsFs *fs);

/* The file @ino was opened as fi->fh, where that is not 0, by the thread @tid (0: unknown);
 * before the kernel knows it. */
void hvfs_opened_add (HvfsOpened *opened, guint64 ino, const struct fuse_file_info *fi, pid_t tid);

/* Whether somebody has it open to write. */
gboolean hvfs_opened_is_written (HvfsOpened *opened, guint64 ino);

/* The kernel opens a file with O_TRUNC in two requests, of which the second names the file
 * alone.  Returns: what @tid opened it as to write, if nothing was done with that yet, and
 * something now is; else 0 */
guint64 hvfs_opened_take_new (HvfsOpened *opened, guint64 ino, pid_t tid);
/* Something was done with @fh. */
void hvfs_opened_used (HvfsOpened *opened, guint64 fh);

/* Frees what it keeps, by its row's close; without one it is a rendered GBytes. */
void hvfs_opened_close (HvfsOpened *opened, HvfsFs *fs, guint64 ino,
                        const struct fuse_file_info *fi);
