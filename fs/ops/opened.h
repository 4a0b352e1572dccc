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

/* The file @ino was opened as fi->fh, where that is not 0; before the kernel knows it. */
void hvfs_opened_add (HvfsOpened *opened, guint64 ino, const struct fuse_file_info *fi);

/* Frees what it keeps, by its row's close; without one it is a rendered GBytes. */
void hvfs_opened_close (HvfsOpened *opened, HvfsFs *fs, guint64 ino,
                        const struct fuse_file_info *fi);
