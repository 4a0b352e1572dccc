/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/events.h - the files "events": streams that a read waits for
 *
 * Exists so that tail -f, cat and poll(2) follow what the server says that happens: one event
 * a line, each once for each reader, from the last ten on.
 */
#pragma once

#include "fs/row/row.h"

typedef struct _HvfsStreams HvfsStreams;

HvfsStreams *hvfs_streams_new (HvfsFs *fs, guint timeout_s);
/* Readers that wait are answered, and nobody waits any more. */
void hvfs_streams_end (HvfsStreams *streams);
/* After that, when all files are closed. */
void hvfs_streams_free (HvfsStreams *streams);

/* The server was lost or found again. */
void hvfs_streams_set_link (HvfsStreams *streams, gboolean up);

/* Rows: of all that is mounted, and of one domain or host. */
extern const HvfsFileOps hvfs_events_ops;
gboolean hvfs_events_visible (HvfsFs *fs, HvfsNode node);
gboolean hvfs_events_is_open (HvfsFs *fs, HvfsNode node);
gboolean hvfs_events_stat (HvfsFs *fs, HvfsNode node, const HvfsObject *object, struct stat *st);
#define HVFS_EVENTS_ROW \
  { .name = "events", .mode = S_IFREG | 0444, .is_volatile = hvfs_events_is_open, \
    .file_ops = &hvfs_events_ops, .visible = hvfs_events_visible, .stat = hvfs_events_stat }
