/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/datastore-browse.h - what is in a datastore's directories
 *
 * Exists to ask the server's browser for one directory.  Each search is a task, and a host
 * looks at the disk for it: seconds at worst.  Network; no lock may be held.
 */
#pragma once

#include "backend/operation/datastore-place.h"
#include "backend/operation/operation.h"

typedef struct
{
  char *name;         /* no longer than a file's may be, and without "/" */
  gboolean is_dir;
  gint64 size;        /* bytes; -1: the server does not say */
  gint64 mtime_us;    /* since 1970; 0: the server does not say */
} HvfsDatastoreEntry;

void hvfs_datastore_entry_free (HvfsDatastoreEntry *entry);

/**
 * hvfs_datastore_lookup_browser:
 *
 * Returns: (transfer full): the id of the datastore's browser; it never changes
 */
char *hvfs_datastore_lookup_browser (const HvfsServer *server, const HvfsDatastorePlace *place,
                                     GError **error);

/* The end of each search's specification, which @request has open: what is to be said of all its
 * files.  @times: when they were changed, too.  Memory. */
void hvfs_datastore_end_search (const HvfsServer *server, HvfsRequest *request, gboolean times);

/**
 * hvfs_datastore_list:
 * @serial: of the datastore
 * @path: of the directory, below the datastore's root
 *
 * Returns: (transfer full) (element-type HvfsDatastoreEntry)
 */
GPtrArray *hvfs_datastore_list (const HvfsServer *server, guint32 serial,
                                const HvfsDatastorePlace *place, const char *browser,
                                const char *path, GCancellable *cancellable, GError **error);

/* A directory, and what is in it. */
typedef struct
{
  char *path;          /* below the datastore's root */
  GPtrArray *entries;  /* of HvfsDatastoreEntry */
} HvfsDatastoreListing;

/* The same of the directory and all below it, in one search: who is above another comes first.
 * Returns: (transfer full) (element-type HvfsDatastoreListing) */
GPtrArray *hvfs_datastore_list_below (const HvfsServer *server, guint32 serial,
                                      const HvfsDatastorePlace *place, const char *browser,
                                      const char *path, GCancellable *cancellable,
                                      GError **error);

/* What @result, a HostDatastoreBrowserSearchResults, says; as hvfs_datastore_list.  Memory. */
GPtrArray *hvfs_datastore_entries_read (const HvfsValue *result, GError **error);
