/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/edit/save.h - when what was written to config.xml is a whole configuration
 *
 * Exists because the kernel does not say when a writer has finished: there is one
 * flush for every close of every duplicate, a shell's redirection flushes an empty
 * file first, children flush what their parent has not finished, and the release at
 * the end comes when nobody listens any more.  These rules give exactly one commit a
 * save with every editor and tool that was tried, and tell the writer of its failure
 * wherever that can be told.  Pure: no file, no server, no lock.
 */
#pragma once

#include <glib.h>
#include <sys/types.h>

/* Of one open file. */
typedef struct
{
  pid_t opener;      /* its process; 0: unknown */
  gboolean dirty;    /* changed since it was opened or last committed */
  gboolean cut;      /* made empty on purpose, by truncating, and empty since */
  int failed;        /* errno of the last commit, until it is written again */
  int broken;        /* errno of a write that failed: it is not what was meant */
} HvfsSave;

typedef enum
{
  HVFS_SAVE_NOTHING, /* not yet, or nothing to do */
  HVFS_SAVE_COMMIT,
  HVFS_SAVE_EMPTY,   /* refuse: an empty file is no configuration */
  HVFS_SAVE_REPEAT,  /* fail once more with @broken or @failed */
} HvfsSaveStep;

void hvfs_save_written (HvfsSave *save);
/* By the writer, not by opening it with O_TRUNC. */
void hvfs_save_truncated (HvfsSave *save, guint64 old_size, guint64 size);
/* A write failed; tools that do not look hear of it when they close. */
void hvfs_save_broken (HvfsSave *save, int code);
/* @code: 0 or an errno */
void hvfs_save_committed (HvfsSave *save, int code);

/* @size: of what is there to commit; @flusher: its process; 0: unknown */
HvfsSaveStep hvfs_save_at_flush (const HvfsSave *save, guint64 size, pid_t flusher);
HvfsSaveStep hvfs_save_at_fsync (const HvfsSave *save, guint64 size);
/* NOTHING: what is still dirty is dropped. */
HvfsSaveStep hvfs_save_at_release (const HvfsSave *save, guint64 size);

/* Whether a flush is of the one that opened the file, as far as is known (0: not): a child
 * that ends closes its copy of what its parent is still writing. */
gboolean hvfs_save_is_by (pid_t opener, pid_t flusher);
