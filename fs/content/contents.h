/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/content/contents.h - files and directories of datastores, as far as they are known
 *
 * Exists because the server does not push what is in a datastore: each directory is what its
 * last listing says, for a few seconds, and each name has a number, by which the kernel knows
 * it for as long as the server has it.
 *
 * Memory only, but for a thread that tells when a listing has become old.  A lock of its own,
 * which may be taken under the mirror's.
 */
#pragma once

#include <glib.h>

typedef struct _HvfsContents HvfsContents;

/* Told that the listing of the directory @number (0: the root of @store) is old; @name: NULL, or
 * one of its names, of which the same is true.  Under the lock: nothing but notifying. */
typedef void (*HvfsContentsOld) (guint32 number, guint32 store, const char *name, gpointer data);
HvfsContents *hvfs_contents_new (HvfsContentsOld old, gpointer data);
void hvfs_contents_free (HvfsContents *contents); /* NULL is allowed */

/* One of them, as it was known.  The root of a datastore has the number 0. */
typedef struct
{
  guint32 number;
  guint32 store;       /* serial of its datastore */
  gboolean is_dir;
  gboolean is_new;     /* it is being written; the server does not have it yet */
  gint64 size;         /* -1: the server does not say */
  gint64 mtime_us;     /* since 1970; 0: the server does not say */
  gint64 until_us;     /* monotonic: until when that is new enough */
} HvfsContent;

/* Returns: FALSE: it is gone */
gboolean hvfs_contents_get (HvfsContents *contents, guint32 number, HvfsContent *ret);

/* Its path below the datastore's root, "" for that; NULL: it is gone.  (transfer full) */
char *hvfs_contents_dup_path (HvfsContents *contents, guint32 number);

/* @what: "file" or "directory" */
void hvfs_contents_set_gone (const char *what, GError **error);

/* Both of a file.  @ret_path: (transfer full).  FALSE: it is gone: ESTALE, @ret_path is NULL */
gboolean hvfs_contents_locate (HvfsContents *contents, guint32 number, HvfsContent *ret,
                               char **ret_path, GError **error);

/* The directory that it is in; 0: the root.  FALSE: it is gone. */
gboolean hvfs_contents_get_parent (HvfsContents *contents, guint32 number, guint32 *ret_parent);

/* ---- directories: @number, or with 0 the root of @store ---- */

gboolean hvfs_contents_is_listed (HvfsContents *contents, guint32 number, guint32 store);

/* Returns: FALSE: there is none */
gboolean hvfs_contents_find (HvfsContents *contents, guint32 number, guint32 store,
                             const char *name, HvfsContent *ret);

/* The first with a number above @after; FALSE: no more.  @ret_name: (transfer full) */
gboolean hvfs_contents_next (HvfsContents *contents, guint32 number, guint32 store,
                             guint32 after, HvfsContent *ret, char **ret_name);

/* How often the mount itself has changed what is in it.  Before a listing is asked for. */
guint hvfs_contents_get_changes (HvfsContents *contents, guint32 number, guint32 store);

/* The same of all directories. */
guint hvfs_contents_get_all_changes (HvfsContents *contents);

/* The directory is to be listed.  Returns: whether somebody walks through those that are in
 * @ret_parent, so that one search of all of them is worth it */
gboolean hvfs_contents_walk (HvfsContents *contents, guint32 number, guint32 *ret_parent);
/* There was one, and it took so long. */
void hvfs_contents_walked (HvfsContents *contents, guint32 parent, guint32 store, gint64 took_us);

/**
 * hvfs_contents_set:
 * @entries: (element-type HvfsDatastoreEntry)
 * @asked_us: monotonic, before they were asked for
 * @changes: as it was then
 *
 * Returns: FALSE: the mount has changed it meanwhile, and this may be older
 */
gboolean hvfs_contents_set (HvfsContents *contents, guint32 number, guint32 store,
                            const GPtrArray *entries, gint64 asked_us, guint changes);

/* The id of the datastore's browser; NULL: it is not known yet.  (transfer full) */
char *hvfs_contents_dup_browser (HvfsContents *contents, guint32 store);
void hvfs_contents_set_browser (HvfsContents *contents, guint32 store, const char *browser);

/* ---- what the mount has changed ---- */

/* @name has come, or is another now; of a directory @is_dir.  Returns: its number; 0: the
 * directory is gone */
guint32 hvfs_contents_add (HvfsContents *contents, guint32 number, guint32 store,
                           const char *name, gboolean is_dir);
/* A file that is being written, and that the server does not have yet: it stays in every
 * listing until it is stored, or removed.  Returns: as hvfs_contents_add */
guint32 hvfs_contents_add_new (HvfsContents *contents, guint32 number, guint32 store,
                               const char *name);
void hvfs_contents_set_size (HvfsContents *contents, guint32 number, gint64 size);
/* The time that a program sets is shown until the server has another file, or another time of
 * its own for it.  @us: 0: the server's is shown again, from then on */
void hvfs_contents_set_time (HvfsContents *contents, guint32 number, gint64 us);
/* The server has it now, and is so long. */
void hvfs_contents_stored (HvfsContents *contents, guint32 number, gint64 size);
/* What is known of the directory is old, and its names are. */
void hvfs_contents_forget (HvfsContents *contents, guint32 number, guint32 store);
/* The same of all directories of @store. */
void hvfs_contents_forget_store (HvfsContents *contents, guint32 store);
void hvfs_contents_remove (HvfsContents *contents, guint32 number, guint32 store, const char *name);
/* It keeps its number. */
void hvfs_contents_rename (HvfsContents *contents, guint32 number, guint32 store,
                           const char *name, guint32 new_number, guint32 new_store,
                           const char *new_name);
