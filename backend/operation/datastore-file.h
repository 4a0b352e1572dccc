/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/datastore-file.h - files of datastores, over HTTP
 *
 * Exists so that the path of a file, its datastore and its datacenter become an URL in
 * one place.  A vCenter wants the names of datastore and datacenter encoded twice, other
 * servers once: on 404 the other form is tried, and the one that worked is remembered.
 * Network; any thread.
 *
 * What fails says the server's own words, where it sent some.
 */
#pragma once

#include <gio/gio.h>

#include "backend/login/session.h"
#include "backend/operation/datastore-direct.h"

/**
 * hvfs_datastore_file_get:
 * @datacenter_path: "folder1/dc1", as in HvfsVmLook; NULL on a host of its own
 * @path: "[datastore] directory/file"
 * @max_bytes: a longer file is not read
 *
 * @error: EACCES: the account may not read it; ENOENT; EFBIG; EINVAL: no such path
 *
 * Returns: (transfer full): all of the file
 */
GBytes *hvfs_datastore_file_get (HvfsSession *session, const char *datacenter_path, const char *path,
                         gsize max_bytes, GCancellable *cancellable, GError **error);

/* Whether the file is there.  FALSE with an error unset: it is not. */
gboolean hvfs_datastore_file_has (HvfsSession *session, const char *datacenter_path, const char *path,
                          GCancellable *cancellable, GError **error);

/* Makes the file, and its directory where the server does so, or replaces it. */
gboolean hvfs_datastore_file_put (HvfsSession *session, const char *datacenter_path, const char *path,
                          GBytes *content, GCancellable *cancellable, GError **error);

/* ---- of any size ---- */

/* Takes the next bytes.  FALSE: they are enough, and the transfer ends well. */
typedef gboolean (*HvfsDatastoreSink) (const char *data, gsize len, gpointer user_data);

typedef struct
{
  const HvfsDatastorePlace *place;
  const char *path;      /* below the datastore's root */
  gint64 listed_size;    /* as the server listed it last; -1: unknown */
  guint wait_s;          /* for the answer to begin; the transfer has a connection of its own */
  HvfsDirect *direct;    /* nullable: then it is asked of a host, and nobody else */
} HvfsDatastoreFile;

/* A part of a file that is got. */
typedef struct
{
  goffset start;
  gsize len;
  HvfsDatastoreSink sink;
  gpointer sink_data;
  /* Set by hvfs_datastore_file_read. */
  gint64 total;          /* the file's size, -1 where the server does not say */
  gboolean lost;         /* the connection broke, or none could be made */
} HvfsDatastorePart;

/**
 * hvfs_datastore_file_read:
 *
 * Gets the bytes from part->start on, part->len at most; fewer only at the file's end.  A server that
 * knows no ranges sends all, of which the rest is dropped; such an answer must be as long as
 * the file was listed, or it may be a page of somebody else's; and so must that of a host be.
 *
 * @error: as hvfs_datastore_file_get; EAGAIN: too many at once; EIO: less came than was said
 */
gboolean hvfs_datastore_file_read (HvfsSession *session, const HvfsDatastoreFile *file,
                                   HvfsDatastorePart *part, GCancellable *cancellable,
                                   GError **error);

/* How a transfer ended. */
typedef struct
{
  guint status;          /* of HTTP; 0: no answer came */
  gboolean lost;         /* the connection broke, or none could be made */
  gboolean is_open;      /* ... and the server may yet work on what it was sent */
} HvfsDatastoreEnd;

/* Makes or replaces the file with @len bytes of @source, or with HVFS_HTTP_CHUNKED as many as
 * it gives.  @source may be asked for the same bytes again, from the first on. */
gboolean hvfs_datastore_file_write (HvfsSession *session, const HvfsDatastoreFile *file,
                                    HvfsHttpSource source, gpointer source_data, gsize len,
                                    HvfsDatastoreEnd *ret_end, GCancellable *cancellable,
                                    GError **error);

/* How long the server says that it is.  Returns: -1 without @error: it does not say */
gint64 hvfs_datastore_file_size (HvfsSession *session, const HvfsDatastoreFile *file,
                                 GCancellable *cancellable, GError **error);
