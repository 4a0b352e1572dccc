/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/content/volumes.c - the volumes of datastores; see volumes.h */
#include "fs/content/volumes.h"

#include <string.h>

#include "backend/operation/datastore-browse.h"
#include "backend/wait/flight.h"
#include "convert/error.h"
#include "fs/tree/numbers.h"

/* A listing is at most that old where it is read: a search is a task of the server, and takes it
 * long, so a walk over the tree must not ask for one again and again. */
#define NEW_US (2 * G_TIME_SPAN_MINUTE)
/* One without a name that somebody looks for is at most that old: no walk asks for such a name. */
#define DOUBT_US (G_TIME_SPAN_SECOND * 9 / 2)
/* A datastore that the mount changes while it is listed is listed again, so often. */
#define TRIES 5

typedef struct
{
  guint32 number;      /* of the path */
  gboolean is_dir;
  const char *name;    /* within the path, which numbers.h owns */
} Entry;

typedef struct
{
  GPtrArray *volumes;  /* HvfsVolume, owned */
  GHashTable *by_path; /* path -> HvfsVolume */
  GHashTable *dirs;    /* path -> GArray of Entry, by their numbers */
  GHashTable *uuids;   /* path -> char*, both owned */
} Listing;

typedef struct
{
  Listing *listing;    /* nullable: it was never listed */
  gint64 until_us;     /* monotonic: until when that is new enough */
  guint changes;       /* how often the mount has changed what is there */
  char *browser;       /* nullable: it is not known yet */
  gboolean is_told;    /* that it became old; or there is nothing to tell */
} Store;

struct _HvfsVolumes
{
  HvfsVolumesOld old;
  gpointer data;
  GMutex lock;
  GHashTable *stores;  /* lock: serial -> Store, owned */
  GCond changed;       /* a store has something to become old; closing */
  GThread *thread;     /* lock: nullable: until something was listed */
  gboolean closing;    /* lock */
  HvfsFlight *flight;  /* by the datastore's serial */
};

static void
listing_free (Listing *listing)
{
  if (listing == NULL)
    return;
  g_hash_table_unref (listing->uuids);
  g_hash_table_unref (listing->dirs);
  g_hash_table_unref (listing->by_path);
  g_ptr_array_unref (listing->volumes);
  g_free (listing);
}

static void
store_free (gpointer data)
{
  Store *store = data;

  listing_free (store->listing);
  g_free (store->browser);
  g_free (store);
}

/* ---- what somebody keeps ---- */

static void
tell_locked (HvfsVolumes *volumes, guint32 serial, Store *store)
{
  if (!store->is_told)
    volumes->old (serial, volumes->data);
  store->is_told = TRUE;
}

/* Tells of all that is old.  Returns: when the next one will be */
static gint64
tell_old_locked (HvfsVolumes *volumes)
{
  gint64 now = g_get_monotonic_time (), next = G_MAXINT64;
  GHashTableIter iter;
  gpointer serial, value;

  g_hash_table_iter_init (&iter, volumes->stores);
  while (g_hash_table_iter_next (&iter, &serial, &value))
    {
      Store *store = value;

      if (store->is_told)
        continue;
      if (store->until_us <= now)
        tell_locked (volumes, GPOINTER_TO_UINT (serial), store);
      else
        next = MIN (next, store->until_us);
    }
  return next;
}

static gpointer
watch (gpointer data)
{
  HvfsVolumes *volumes = data;

  g_mutex_lock (&volumes->lock);
  while (!volumes->closing)
    {
      gint64 next = tell_old_locked (volumes);

      if (next == G_MAXINT64)
        g_cond_wait (&volumes->changed, &volumes->lock);
      else
        g_cond_wait_until (&volumes->changed, &volumes->lock, next);
    }
  g_mutex_unlock (&volumes->lock);
  return NULL;
}

HvfsVolumes *
hvfs_volumes_new (HvfsVolumesOld old, gpointer data)
{
  HvfsVolumes *volumes = g_new0 (HvfsVolumes, 1);

  volumes->old = old;
  volumes->data = data;
  g_mutex_init (&volumes->lock);
  g_cond_init (&volumes->changed);
  volumes->stores = g_hash_table_new_full (NULL, NULL, NULL, store_free);
  volumes->flight = hvfs_flight_new ();
  return volumes;
}

void
hvfs_volumes_free (HvfsVolumes *volumes)
{
  g_mutex_lock (&volumes->lock);
  volumes->closing = TRUE;
  g_cond_signal (&volumes->changed);
  g_mutex_unlock (&volumes->lock);
  if (volumes->thread != NULL)
    g_thread_join (volumes->thread);
  hvfs_flight_free (volumes->flight);
  g_hash_table_unref (volumes->stores);
  g_cond_clear (&volumes->changed);
  g_mutex_clear (&volumes->lock);
  g_free (volumes);
}

static Store *
store_locked (HvfsVolumes *volumes, guint32 serial)
{
  Store *store = g_hash_table_lookup (volumes->stores, GUINT_TO_POINTER (serial));

  if (store == NULL)
    {
      store = g_new0 (Store, 1);
      store->is_told = TRUE;
      g_hash_table_insert (volumes->stores, GUINT_TO_POINTER (serial), store);
    }
  return store;
}

/* ---- what is known ---- */

gint64
hvfs_volumes_get_left_us (HvfsVolumes *volumes, guint32 store)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&volumes->lock);

  return MAX (store_locked (volumes, store)->until_us - g_get_monotonic_time (), 0);
}

gboolean
hvfs_volumes_are_listed (HvfsVolumes *volumes, guint32 store)
{
  return hvfs_volumes_get_left_us (volumes, store) > 0;
}

/* (nullable) */
static const Listing *
listing_locked (HvfsVolumes *volumes, guint32 store)
{
  return store_locked (volumes, store)->listing;
}

gboolean
hvfs_volumes_find (HvfsVolumes *volumes, guint32 store, const char *path, HvfsVolume *ret)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&volumes->lock);
  const Listing *listing = listing_locked (volumes, store);
  const HvfsVolume *volume
    = listing == NULL ? NULL : g_hash_table_lookup (listing->by_path, path);

  if (volume != NULL && ret != NULL)
    {
      *ret = *volume;
      ret->path = (char *) path;
    }
  return volume != NULL;
}

gboolean
hvfs_volumes_has_dir (HvfsVolumes *volumes, guint32 store, const char *path)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&volumes->lock);
  const Listing *listing = listing_locked (volumes, store);

  return listing != NULL && g_hash_table_contains (listing->dirs, path);
}

void
hvfs_volumes_doubt (HvfsVolumes *volumes, guint32 serial)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&volumes->lock);
  Store *store = store_locked (volumes, serial);

  if (store->until_us - NEW_US + DOUBT_US < g_get_monotonic_time ())
    store->until_us = 0;
}

/* The index of the first of @entries with a number above @after. */
static guint
first_above (const GArray *entries, guint32 after)
{
  guint low = 0, high = entries->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (g_array_index (entries, Entry, middle).number > after)
        high = middle;
      else
        low = middle + 1;
    }
  return low;
}

gboolean
hvfs_volumes_next (HvfsVolumes *volumes, guint32 store, const char *dir, guint32 after,
                   guint32 *ret_number, gboolean *ret_is_dir, char **ret_name)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&volumes->lock);
  const Listing *listing = listing_locked (volumes, store);
  const GArray *entries = listing == NULL ? NULL : g_hash_table_lookup (listing->dirs, dir);
  guint i = entries == NULL ? 0 : first_above (entries, after);
  const Entry *entry;

  if (entries == NULL || i == entries->len)
    return FALSE;
  entry = &g_array_index (entries, Entry, i);
  *ret_number = entry->number;
  *ret_is_dir = entry->is_dir;
  *ret_name = g_strdup (entry->name);
  return TRUE;
}

char *
hvfs_volumes_dup_uuid (HvfsVolumes *volumes, guint32 store, const char *path)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&volumes->lock);
  const Listing *listing = listing_locked (volumes, store);

  return listing == NULL ? NULL : g_strdup (g_hash_table_lookup (listing->uuids, path));
}

void
hvfs_volumes_forget (HvfsVolumes *volumes, guint32 serial)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&volumes->lock);
  Store *store = store_locked (volumes, serial);

  store->changes++;
  store->until_us = 0;
  tell_locked (volumes, serial, store);
}

/* ---- listing ---- */

static int
by_number (gconstpointer a, gconstpointer b)
{
  const Entry *x = a, *y = b;

  return x->number < y->number ? -1 : x->number > y->number;
}

static GArray *make_dir (Listing *listing, HvfsNumbers *numbers, const char *path);

/* Puts @path into the directory that it is in. */
static void
put (Listing *listing, HvfsNumbers *numbers, const char *path, gboolean is_dir)
{
  guint32 number = hvfs_numbers_get (numbers, path);
  const char *owned = number == 0 ? NULL : hvfs_numbers_name (numbers, number);
  const char *slash = strrchr (path, '/');
  g_autofree char *above = slash == NULL ? g_strdup ("") : g_strndup (path, slash - path);
  Entry entry = { number, is_dir, owned };

  if (owned == NULL)
    return; /* there are too many */
  if (slash != NULL)
    entry.name += slash + 1 - path;
  g_array_append_val (make_dir (listing, numbers, above), entry);
}

static GArray *
make_dir (Listing *listing, HvfsNumbers *numbers, const char *path)
{
  GArray *entries = g_hash_table_lookup (listing->dirs, path);

  if (entries != NULL)
    return entries;
  entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  g_hash_table_insert (listing->dirs, g_strdup (path), entries);
  if (*path != '\0')
    put (listing, numbers, path, TRUE);
  return entries;
}

static Listing *
listing_new (HvfsNumbers *numbers, GPtrArray *volumes /* taken */, const GPtrArray *dirs)
{
  Listing *listing = g_new0 (Listing, 1);
  GHashTableIter iter;
  gpointer entries;

  listing->volumes = volumes;
  listing->by_path = g_hash_table_new (g_str_hash, g_str_equal);
  listing->dirs
    = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_array_unref);
  listing->uuids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  make_dir (listing, numbers, "");
  for (guint i = 0; i < dirs->len; i++)
    make_dir (listing, numbers, dirs->pdata[i]);
  for (guint i = 0; i < volumes->len; i++)
    {
      HvfsVolume *volume = volumes->pdata[i];

      if (g_hash_table_insert (listing->by_path, volume->path, volume))
        put (listing, numbers, volume->path, FALSE);
    }
  g_hash_table_iter_init (&iter, listing->dirs);
  while (g_hash_table_iter_next (&iter, NULL, &entries))
    g_array_sort (entries, by_number);
  return listing;
}

/* (transfer full) */
static char *
browser_of (HvfsFs *fs, guint32 serial, const HvfsDatastorePlace *place, GError **error)
{
  HvfsVolumes *volumes = fs->volumes;
  char *browser;

  g_mutex_lock (&volumes->lock);
  browser = g_strdup (store_locked (volumes, serial)->browser);
  g_mutex_unlock (&volumes->lock);
  if (browser != NULL || (browser = hvfs_datastore_lookup_browser (&fs->server, place, error)) == NULL)
    return browser;
  g_mutex_lock (&volumes->lock);
  g_free (store_locked (volumes, serial)->browser);
  store_locked (volumes, serial)->browser = g_strdup (browser);
  g_mutex_unlock (&volumes->lock);
  return browser;
}

/* FALSE: the mount has changed something there since @changes: it is kept, as an old one. */
static gboolean
set_listing (HvfsVolumes *volumes, guint32 serial, Listing *listing /* taken */, guint changes,
             gint64 asked_us)
{
  Listing *old;
  gboolean is_new;
  Store *store;

  g_mutex_lock (&volumes->lock);
  store = store_locked (volumes, serial);
  old = store->listing;
  store->listing = listing;
  is_new = store->changes == changes;
  store->until_us = is_new ? asked_us + NEW_US : 0;
  tell_locked (volumes, serial, store);
  store->is_told = FALSE;
  if (volumes->thread == NULL)
    volumes->thread = g_thread_new ("hvfs-volumes", watch, volumes);
  g_cond_signal (&volumes->changed);
  g_mutex_unlock (&volumes->lock);
  listing_free (old);
  return is_new;
}

/* Asks once.  FALSE without @error: it was changed meanwhile. */
static gboolean
ask (HvfsCall *call, guint32 serial, GError **error)
{
  HvfsFs *fs = call->fs;
  g_autoptr (HvfsDatastorePlace) place = hvfs_datastore_place_new (fs->mirror, serial, error);
  g_autofree char *browser = place == NULL ? NULL : browser_of (fs, serial, place, error);
  gint64 asked_us = g_get_monotonic_time ();
  g_autoptr (GPtrArray) dirs = NULL;
  GPtrArray *found;
  guint changes;

  if (browser == NULL)
    return FALSE;
  g_mutex_lock (&fs->volumes->lock);
  changes = store_locked (fs->volumes, serial)->changes;
  g_mutex_unlock (&fs->volumes->lock);
  found = hvfs_volume_list (&fs->server, serial, place, browser, &dirs, call->cancellable, error);
  /* One that took long serves at least those that waited for it. */
  return found != NULL
         && set_listing (fs->volumes, serial, listing_new (fs->numbers, found, dirs), changes,
                         MAX (asked_us, g_get_monotonic_time () - NEW_US / 2));
}

static gboolean
list_now (HvfsCall *call, guint32 store, GError **error)
{
  g_autoptr (GError) failure = NULL;

  for (guint i = 0; i < TRIES && failure == NULL; i++)
    if (ask (call, store, &failure))
      return TRUE;
  if (failure == NULL)
    g_set_error (&failure, HVFS_ERROR, EAGAIN, "the datastore changes all the time");
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

gboolean
hvfs_volumes_fetch (HvfsCall *call, guint32 store, GError **error)
{
  HvfsVolumes *volumes = call->fs->volumes;

  while (!hvfs_volumes_are_listed (volumes, store))
    {
      HvfsFlightTurn turn = hvfs_flight_begin (volumes->flight, store, call->cancellable, error);
      gboolean ok;

      if (turn == HVFS_FLIGHT_CANCELLED)
        return FALSE;
      if (turn == HVFS_FLIGHT_OVER)
        continue;
      ok = hvfs_volumes_are_listed (volumes, store) || list_now (call, store, error);
      hvfs_flight_end (volumes->flight, store);
      if (!ok)
        return FALSE;
    }
  return TRUE;
}

gboolean
hvfs_volumes_fetch_uuid (HvfsCall *call, guint32 store, const char *path, GError **error)
{
  HvfsFs *fs = call->fs;
  g_autoptr (HvfsDatastorePlace) place = hvfs_datastore_place_new (fs->mirror, store, error);
  const HvfsDatastorePath disk = { store, place, path, TRUE };
  char *uuid = place == NULL
                 ? NULL : hvfs_volume_lookup_uuid (&fs->server, &disk, call->cancellable, error);
  Listing *listing;

  if (uuid == NULL)
    return FALSE;
  g_mutex_lock (&fs->volumes->lock);
  listing = store_locked (fs->volumes, store)->listing;
  if (listing != NULL)
    g_hash_table_replace (listing->uuids, g_strdup (path), uuid);
  g_mutex_unlock (&fs->volumes->lock);
  if (listing == NULL)
    g_free (uuid);
  return TRUE;
}
