/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/datastore-reader-part.h - what a reader has of its file
 *
 * Exists because bytes come to a reader in two ways, which share this: by ranges
 * (datastore-reader.c), and all of the rest in one transfer (datastore-reader-stream.c).
 */
#pragma once

#include "backend/operation/datastore-place.h"
#include "backend/operation/datastore-transfers.h"

#define HVFS_READER_MAX_WINDOW (4 * 1024 * 1024)

typedef struct _HvfsReader HvfsReader;
typedef struct _HvfsReaderStream HvfsReaderStream;

/* A range of the file, that came or comes. */
typedef struct
{
  HvfsReader *reader;
  goffset start;
  gsize len, filled;
  gsize taken;       /* lock: of it, by whoever reads */
  gint64 since_us;   /* of who fetches it, for hvfs_way_give */
  gint64 listed_size;
  HvfsRoom *room;
  gboolean done;
  GError *error;     /* why no more comes; for who reads beyond what came */
} HvfsReaderPart;

/* One who waits for bytes, at a place of his own: several read one file, and parts come side by
 * side, so that a chunk of one is news for few. */
typedef struct
{
  goffset at, wanted; /* from where, and up to where all has to be there */
  GCond told;
} HvfsReaderWait;

struct _HvfsReader
{
  HvfsTransfers *transfers;
  HvfsDatastorePlace *place;
  char *path;
  GCancellable *closed;
  gatomicrefcount refs;

  GMutex lock;
  GCond changed;        /* a stream may go on, or is given up */
  GQueue parts;         /* lock: HvfsReaderPart; the one used last at the head */
  guint n_on_the_way;   /* lock */
  GPtrArray *waits;     /* lock: HvfsReaderWait, on its reader's stack */
  goffset next;         /* lock: where who reads on will read; of several the foremost */
  goffset reached;      /* lock: up to where the last bytes were that were taken */
  gsize window;         /* lock: of the last range that was read on; 0: none */
  gint64 total;         /* lock: the file's size; -1: not known yet */
  gint64 listed_size;   /* lock: as who read last knew it */
  HvfsReaderStream *stream; /* lock: nullable: the one under way, which is not given up */
  gboolean no_stream;   /* lock: he has kept one waiting, or does not read in order */
};

/* @place: (transfer full).  One reference. */
HvfsReader *hvfs_reader_alloc (HvfsTransfers *transfers, HvfsDatastorePlace *place,
                               const char *path);
void hvfs_reader_unref (HvfsReader *reader);

/* Not to be called while it is on its way. */
void hvfs_reader_part_free (HvfsReaderPart *part);

/* A part from @start on, of @len bytes or fewer, that is on its way. */
HvfsReaderPart *hvfs_reader_add_part_locked (HvfsReader *reader, goffset start, gsize len);

/* A part has ended, or there is one more: all who wait look again. */
void hvfs_reader_wake_locked (HvfsReader *reader);

/* The next bytes of it have come.  Takes the lock. */
void hvfs_reader_fill_part (HvfsReaderPart *part, const char *data, gsize len);

/* No more of it comes. */
void hvfs_reader_end_part_locked (HvfsReaderPart *part);
