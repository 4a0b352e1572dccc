/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/datastore-transfers.h - what all transfers of files share
 *
 * Exists so that together they take no more memory than a budget, beside a least amount each,
 * have threads of their own, and are patient in one way: a server that has too much to do is
 * asked again, and one that is lost for as long as it may be lost.  Any thread.
 */
#pragma once

#include "backend/operation/datastore-direct.h"
#include "backend/wait/way.h"

typedef struct _HvfsTransfers HvfsTransfers;

/* @server: borrowed; @budget: bytes */
HvfsTransfers *hvfs_transfers_new (const HvfsServer *server, gsize budget);
/* All readers and writers are closed; ends what sleeps, and waits until none is at work. */
void hvfs_transfers_free (HvfsTransfers *transfers); /* NULL is allowed */

const HvfsServer *hvfs_transfers_get_server (HvfsTransfers *transfers);

/* For a long transfer of a file at @place: a host is to be tried.  (nullable): it is not */
HvfsDirect *hvfs_transfers_get_direct (HvfsTransfers *transfers, const HvfsDatastorePlace *place);

typedef void (*HvfsTransfersFunc) (gpointer data);

/* Runs @func in a thread. */
void hvfs_transfers_run (HvfsTransfers *transfers, HvfsTransfersFunc func, gpointer data);

/* Whether there may be one transfer more that has a thread for as long as its reader reads; too
 * many would leave none for the others.  TRUE: end_stream () follows */
gboolean hvfs_transfers_begin_stream (HvfsTransfers *transfers);
void hvfs_transfers_end_stream (HvfsTransfers *transfers);

/* All give way to whoever asks there.  (transfer none) */
HvfsWay *hvfs_transfers_get_way (HvfsTransfers *transfers);

/* Cancelled when the transfers are to end.  (transfer none) */
GCancellable *hvfs_transfers_get_closing (HvfsTransfers *transfers);

/* Returns: FALSE: they are to end */
gboolean hvfs_transfers_sleep (HvfsTransfers *transfers, gint64 us);

/* Memory for who would like @len bytes, and gets fewer where little is left; it counts until
 * the last who refers to it is done with it. */
typedef struct
{
  char *data;
  gsize len;
  HvfsTransfers *transfers;
  gatomicrefcount refs;
} HvfsRoom;

HvfsRoom *hvfs_room_new (HvfsTransfers *transfers, gsize len);
void hvfs_room_unref (HvfsRoom *room);

/* (transfer full): bytes of it, without a copy: they stay as they are */
GBytes *hvfs_room_slice (HvfsRoom *room, gsize start, gsize len);

/* Whether the server takes files whose length it is not told; TRUE until it is known not to. */
gboolean hvfs_transfers_takes_chunks (HvfsTransfers *transfers);
void hvfs_transfers_take_no_chunks (HvfsTransfers *transfers);

/* ---- patience ---- */

/* What has failed so far; zeroed at the start.  When bytes have come, lost_until_us is 0 again. */
typedef struct
{
  guint n_busy;
  gint64 lost_until_us;
} HvfsTrouble;

/* Whether to try once more, after a wait that @cancellable ends.
 * @lock, @changed: of who waits; @lock is not held */
gboolean hvfs_transfers_may_try_again (HvfsTransfers *transfers, HvfsTrouble *trouble,
                                       const GError *error, gboolean lost, GMutex *lock,
                                       GCond *changed, GCancellable *cancellable);
