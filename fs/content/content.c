/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/content/content.c - directories of datastores; see content.h
 *
 * A directory is listed whole, once for all that want it in the next seconds.  Its listing
 * has the attributes of what is in it.
 */
#include "fs/content/content.h"

#include "backend/operation/datastore-browse.h"
#include "backend/wait/flight.h"
#include "convert/error.h"
#include "fs/content/content-priv.h"

/* A directory that changes while it is listed is listed again, so often. */
#define TRIES 5
/* What programs had best read and write at once.  Much more would cost those that read here and
 * there, as many read so much each time. */
#define PIECE_BYTES (256 * 1024)

gboolean
hvfs_content_is_shown (HvfsFs *fs, HvfsNode node)
{
  return fs->contents != NULL;
}

gboolean
hvfs_content_is_overwritten (HvfsFs *fs, HvfsNode node)
{
  return fs->allow_delete;
}

static guint64
ino_of (const HvfsContent *content)
{
  return content->is_dir ? hvfs_content_dir_ino (content->number, content->store)
                         : hvfs_row_ino (hvfs_row (HVFS_NAMED_CONTENT_FILE), content->number, 0);
}

/* ---- listing ---- */

/* (transfer full) */
static char *
browser_of (HvfsFs *fs, guint32 store, const HvfsDatastorePlace *place, GError **error)
{
  char *browser = hvfs_contents_dup_browser (fs->contents, store);

  if (browser == NULL
      && (browser = hvfs_datastore_lookup_browser (&fs->server, place, error)) != NULL)
    hvfs_contents_set_browser (fs->contents, store, browser);
  return browser;
}

/* Asks once.  FALSE without @error: it was changed meanwhile. */
static gboolean
ask (HvfsCall *call, guint32 number, guint32 store, GError **error)
{
  HvfsFs *fs = call->fs;
  gint64 asked_us = g_get_monotonic_time ();
  guint changes = hvfs_contents_get_changes (fs->contents, number, store);
  g_autofree char *path = hvfs_contents_dup_path (fs->contents, number);
  g_autoptr (HvfsDatastorePlace) place = NULL;
  g_autofree char *browser = NULL;
  g_autoptr (GPtrArray) entries = NULL;

  if (path == NULL)
    {
      hvfs_contents_set_gone ("directory", error);
      return FALSE;
    }
  place = hvfs_datastore_place_new (fs->mirror, store, error);
  if (place == NULL
      || (browser = browser_of (fs, store, place, error)) == NULL)
    return FALSE;
  entries = hvfs_datastore_list (&fs->server, store, place, browser, path, call->cancellable, error);
  return entries != NULL
         && hvfs_contents_set (fs->contents, number, store, entries, asked_us, changes);
}

/* ---- a walk ---- */

/* The directory at @path.  FALSE: it is not known. */
static gboolean
find_path (HvfsContents *contents, guint32 store, const char *path, guint32 *ret_number)
{
  g_auto (GStrv) names = g_strsplit (path, "/", -1);
  HvfsContent content = { .is_dir = TRUE };

  for (guint i = 0; names[i] != NULL; i++)
    if (*names[i] != '\0'
        && (!hvfs_contents_find (contents, content.number, store, names[i], &content)
            || !content.is_dir))
      return FALSE;
  *ret_number = content.number;
  return TRUE;
}

/* Takes what was listed, unless the mount has changed anything since that was asked for. */
static void
take_listings (HvfsContents *contents, guint32 store, const GPtrArray *listings, gint64 asked_us,
               guint all_changes)
{
  for (guint i = 0; i < listings->len; i++)
    {
      const HvfsDatastoreListing *listing = listings->pdata[i];
      guint32 number;
      guint changes;

      if (!find_path (contents, store, listing->path, &number))
        continue;
      changes = hvfs_contents_get_changes (contents, number, store);
      if (hvfs_contents_get_all_changes (contents) != all_changes)
        return;
      hvfs_contents_set (contents, number, store, listing->entries, asked_us, changes);
    }
}

static void
list_below (HvfsCall *call, guint32 parent, guint32 store)
{
  HvfsFs *fs = call->fs;
  gint64 asked_us = g_get_monotonic_time ();
  guint all_changes = hvfs_contents_get_all_changes (fs->contents);
  g_autofree char *path = hvfs_contents_dup_path (fs->contents, parent);
  g_autoptr (HvfsDatastorePlace) place = hvfs_datastore_place_new (fs->mirror, store, NULL);
  g_autofree char *browser = place == NULL ? NULL : browser_of (fs, store, place, NULL);
  g_autoptr (GPtrArray) listings = NULL;

  if (path == NULL || browser == NULL)
    return;
  listings = hvfs_datastore_list_below (&fs->server, store, place, browser, path,
                                        call->cancellable, NULL);
  if (listings != NULL)
    take_listings (fs->contents, store, listings, asked_us, all_changes);
  hvfs_contents_walked (fs->contents, parent, store, g_get_monotonic_time () - asked_us);
}

/* Who lists one directory after the other has those beside it, and below them, with one search.
 * What goes wrong with it is asked for again, one by one. */
static gboolean
list_ahead (HvfsCall *call, guint32 number, guint32 store)
{
  HvfsFlight *flight = call->fs->content_flight;
  guint32 parent;
  guint64 key;

  if (!hvfs_contents_walk (call->fs->contents, number, &parent))
    return FALSE;
  key = hvfs_content_dir_ino (parent, store);
  if (!hvfs_flight_try (flight, key))
    return FALSE;
  list_below (call, parent, store);
  hvfs_flight_end (flight, key);
  return hvfs_contents_is_listed (call->fs->contents, number, store);
}

static gboolean
list_now (HvfsCall *call, guint32 number, guint32 store, GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (list_ahead (call, number, store))
    return TRUE;
  for (guint i = 0; i < TRIES && failure == NULL; i++)
    if (ask (call, number, store, &failure))
      return TRUE;
  if (failure == NULL)
    g_set_error (&failure, HVFS_ERROR, EAGAIN, "the directory changes all the time");
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* Has it listed, by whoever does that already. */
static gboolean
list_dir (HvfsCall *call, guint32 number, guint32 store, GError **error)
{
  guint64 key = hvfs_content_dir_ino (number, store);
  HvfsFlight *flight = call->fs->content_flight;

  while (!hvfs_contents_is_listed (call->fs->contents, number, store))
    {
      HvfsFlightTurn turn = hvfs_flight_begin (flight, key, call->cancellable, error);
      gboolean ok;

      if (turn == HVFS_FLIGHT_CANCELLED)
        return FALSE;
      if (turn == HVFS_FLIGHT_OVER)
        continue;
      ok = hvfs_contents_is_listed (call->fs->contents, number, store)
           || list_now (call, number, store, error);
      hvfs_flight_end (flight, key);
      return ok;
    }
  return TRUE;
}

/* ---- directories ---- */

static gboolean
dir_is_known (HvfsFs *fs, HvfsNode dir)
{
  guint32 number, store;

  return hvfs_content_dir (fs, dir, &number, &store)
         && hvfs_contents_is_listed (fs->contents, number, store);
}

static gboolean
dir_fetch (HvfsCall *call, HvfsNode dir, gint64 *ret_size, GError **error)
{
  guint32 number, store;

  g_autoptr (GError) failure = NULL;

  if (!hvfs_content_dir (call->fs, dir, &number, &store))
    hvfs_contents_set_gone ("directory", error);
  else if (list_dir (call, number, store, &failure))
    return TRUE;
  else
    {
      hvfs_content_remember (call->fs, number, store, NULL, "list", failure);
      g_propagate_error (error, g_steal_pointer (&failure));
    }
  return FALSE;
}

static guint64
dir_lookup (HvfsFs *fs, HvfsNode dir, const char *name, pid_t tid)
{
  guint32 number, store;
  HvfsContent content;

  return hvfs_content_dir (fs, dir, &number, &store)
             && hvfs_contents_find (fs->contents, number, store, name, &content)
           ? ino_of (&content) : 0;
}

static void
dir_list (HvfsFs *fs, HvfsNode dir, guint64 after, HvfsListFunc func, gpointer data)
{
  guint32 number, store;
  HvfsContent content = { .number = (guint32) after };
  gboolean more = hvfs_content_dir (fs, dir, &number, &store);
  char *name;

  while (more && hvfs_contents_next (fs->contents, number, store, content.number, &content, &name))
    {
      more = func (name, ino_of (&content), content.number, data);
      g_free (name);
    }
}

const HvfsDirOps hvfs_content_dir_ops = {
  .lookup = dir_lookup,
  .list = dir_list,
  .create = hvfs_content_create,
  .mkdir = hvfs_content_mkdir,
  .unlink = hvfs_content_unlink,
  .rmdir = hvfs_content_rmdir,
  .rename = hvfs_content_rename,
};

const HvfsFetch hvfs_content_dir_fetch = { .is_known = dir_is_known, .fetch = dir_fetch };

/* ---- attributes ---- */

gboolean
hvfs_content_statfs (HvfsFs *fs, HvfsNode node, struct statvfs *st)
{
  HvfsContent content = { .store = node.a };
  HvfsObject *datastore;

  if (node.row != hvfs_row (HVFS_NAMED_FILES) && !hvfs_contents_get (fs->contents, node.a, &content))
    return FALSE;
  datastore = hvfs_mirror_get (fs->mirror, content.store);
  if (datastore == NULL)
    return FALSE;
  st->f_blocks
    = (fsblkcnt_t) hvfs_value_int (hvfs_object_get (datastore, HVFS_DATASTORE_CAPACITY), NULL, 0) / st->f_frsize;
  st->f_bfree = st->f_bavail
    = (fsblkcnt_t) hvfs_value_int (hvfs_object_get (datastore, HVFS_DATASTORE_FREE), NULL, 0) / st->f_frsize;
  st->f_files = st->f_ffree = st->f_favail = 0;
  return TRUE;
}

static gboolean
content_stat (HvfsFs *fs, HvfsNode node, const HvfsObject *object, struct stat *st)
{
  HvfsContent content;

  if (!hvfs_contents_get (fs->contents, node.a, &content))
    return FALSE;
  if (!content.is_dir)
    {
      st->st_size = content.size;
      st->st_blksize = PIECE_BYTES;
    }
  if (content.mtime_us != 0)
    st->st_mtim = hvfs_timespec (content.mtime_us);
  return TRUE;
}

static double
content_keep_s (HvfsFs *fs, HvfsNode node)
{
  HvfsContent content;
  gint64 left_us = hvfs_contents_get (fs->contents, node.a, &content)
                     ? content.until_us - g_get_monotonic_time () : 0;

  return MAX (left_us, 0) / (double) G_TIME_SPAN_SECOND;
}

static gboolean
is_known (HvfsFs *fs, HvfsNode node)
{
  HvfsContent content;

  return !hvfs_contents_get (fs->contents, node.a, &content)
         || (content.size >= 0 && content.until_us > g_get_monotonic_time ());
}

static gboolean
content_fetch (HvfsCall *call, HvfsNode node, gint64 *ret_size, GError **error)
{
  HvfsContents *contents = call->fs->contents;
  HvfsContent content;
  guint32 parent;

  if (hvfs_contents_get (contents, node.a, &content)
      && hvfs_contents_get_parent (contents, node.a, &parent))
    {
      if (!list_dir (call, parent, content.store, error))
        return FALSE;
      if (hvfs_contents_get (contents, node.a, &content))
        {
          *ret_size = content.size;
          if (*ret_size >= 0)
            return TRUE;
          g_set_error (error, HVFS_ERROR, EIO, "the server does not say how long the file is");
          return FALSE;
        }
    }
  hvfs_contents_set_gone ("file", error);
  return FALSE;
}

static const HvfsFetch file_fetch = { .is_known = is_known, .fetch = content_fetch };

HvfsRow hvfs_content_dir_row = {
  .mode = S_IFDIR | 0755, .named = HVFS_NAMED_CONTENT_DIR,
  .flags = HVFS_ROW_UNMIRRORED | HVFS_ROW_LISTED,
  .dir_ops = &hvfs_content_dir_ops, .stat = content_stat, .fetch = &hvfs_content_dir_fetch,
  .keep_s = content_keep_s, .statfs = hvfs_content_statfs,
};

HvfsRow hvfs_content_file_row = {
  .mode = S_IFREG | 0644, .named = HVFS_NAMED_CONTENT_FILE, .flags = HVFS_ROW_UNMIRRORED,
  .file_ops = &hvfs_content_file_ops, .stat = content_stat, .fetch = &file_fetch,
  .keep_s = content_keep_s, .statfs = hvfs_content_statfs,
};
