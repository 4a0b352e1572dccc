/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/edit/reads.h - who has read which text of a file
 *
 * Exists because the kernel says who writes a text, and not what it was made of: sed -i
 * renames a new file over config.xml, an editor empties the old one, and between its
 * reading and its writing another writer may have saved.  The base of a text is what its
 * writer had read, so that is noted here, a few words for each open that reads.
 *
 * A writer is a process.  What the base is:
 * - of a process that has read the file: the text that it read last; where it read several,
 *   the one that what it writes differs least from, since editors read a file once more
 *   for their backup.
 * - of one that has not, as the cp in "cp config.xml x; vi x; cp x config.xml": the present
 *   text, but a text that others were shown before it, and that was replaced within the last
 *   hour, where half of what is written is from there and it differs less from that.  The
 *   present text counts in its writer's words, too: a buffer that is saved again has them.  What is
 *   one of these to the letter was kept to be put back: its base is the present one.
 *
 * Differences are counted in lines, without the blanks at their ends and whatever quotes
 * there are.  Texts are kept within a budget, and their lines' hashes beyond it.
 *
 * Memory only, but for /proc of a writer.  Any thread; a lock of its own, under which
 * no other is taken.
 */
#pragma once

#include <gio/gio.h>
#include <sys/types.h>

typedef struct _HvfsReads HvfsReads;

HvfsReads *hvfs_reads_new (void);
void hvfs_reads_free (HvfsReads *reads);

/* One who writes, or has written. */
typedef struct
{
  pid_t tid, process;  /* 0: unknown */
  gint64 began_us;     /* its process, in CLOCK_BOOTTIME */
} HvfsWriter;

/* The thread @tid, while it waits for an answer, begins to write something.  Reads /proc. */
void hvfs_reads_begin_writer (HvfsReads *reads, HvfsWriter *writer, pid_t tid);

/* The thread @tid (0: unknown) was shown @text of the file @ino.  That is kept as long as the thread
 * is there, and of one that is gone for an hour if it wrote something, such as what is renamed over
 * the file later, else for a minute or a few reads more; of a file at most a thousand times. */
void hvfs_reads_note (HvfsReads *reads, guint64 ino, pid_t tid, GBytes *text);

/* @writer has made it @text by writing @written.  If it had read the file that is its base from now on; a
 * shell that has not, but writes now and then, goes on to know nothing of it. */
void hvfs_reads_wrote (HvfsReads *reads, guint64 ino, const HvfsWriter *writer, GBytes *written,
                       GBytes *text);

/**
 * hvfs_reads_base_of:
 * @writers: those whose work @wanted is
 *
 * Returns: FALSE: their processes have read nothing of it; else
 * @ret_base: (optional) (transfer full): the text that @wanted was made of; an empty one stands for one
 *   that is neither @present nor kept any more
 */
gboolean hvfs_reads_base_of (HvfsReads *reads, guint64 ino, const HvfsWriter *writers,
                             guint n_writers, GBytes *wanted, GBytes *present,
                             GBytes **ret_base);

/**
 * hvfs_reads_is_of_older:
 *
 * Returns: whether @wanted, of a writer that has read nothing, was made of a text that is
 *   not @present any more; then
 * @ret_base: (transfer full): that text, likewise
 */
gboolean hvfs_reads_is_of_older (HvfsReads *reads, guint64 ino, GBytes *wanted, GBytes *present,
                                 GBytes **ret_base);

/* ---- one commit of a file at a time ---- */

/* Waits for the turn to commit @ino.  @error: EINTR when cancelled */
gboolean hvfs_reads_begin_commit (HvfsReads *reads, guint64 ino, GCancellable *cancellable,
                                  GError **error);
void hvfs_reads_end_commit (HvfsReads *reads, guint64 ino);
