/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/journal.h - a list that can be followed
 *
 * Exists so that `tail -f` works on a list whose lines change or leave: tail takes a size
 * that shrinks for a file that was cut, and reads on from where it was.  So the list becomes
 * a journal while somebody has it open: lines that are new or have changed are added at its
 * end, and its size is that of the journal.  Each descriptor reads from its beginning the
 * list as it is, and after that what the journal got since.
 */
#pragma once

#include "fs/row/row.h"

typedef struct _HvfsJournals HvfsJournals;

HvfsJournals *hvfs_journals_new (void);
void hvfs_journals_free (HvfsJournals *journals);

/* For a row whose show gives the list: read only, and never cached. */
extern const HvfsFileOps hvfs_journal_ops;

/* What the row's stat has to do beside: @st gets the journal's size while there is one.
 * Under the mirror's lock; memory only. */
void hvfs_journal_stat (HvfsFs *fs, HvfsNode node, struct stat *st);
