/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/datastore-browse.c - what is in a datastore's directories; see
 * datastore-browse.h */
#include "backend/operation/datastore-browse.h"

#include <limits.h>
#include <string.h>

#include "backend/mirror/retrieve.h"
#include "convert/error.h"
#include "convert/file/files.h"

void
hvfs_datastore_entry_free (HvfsDatastoreEntry *entry)
{
  g_free (entry->name);
  g_free (entry);
}

char *
hvfs_datastore_lookup_browser (const HvfsServer *server, const HvfsDatastorePlace *place,
                               GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (HvfsValue) value
    = hvfs_retrieve_property (server->session, "Datastore", place->moref, "browser", &failure);
  const char *id = hvfs_value_text (value, NULL);

  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  else if (id == NULL)
    g_set_error (error, HVFS_ERROR, EIO, "the server has no browser of the datastore");
  return g_strdup (id);
}

void
hvfs_datastore_end_search (const HvfsServer *server, HvfsRequest *request, gboolean times)
{
  hvfs_request_open (request, "details", NULL);
  hvfs_request_bool (request, "fileType", TRUE);
  hvfs_request_bool (request, "fileSize", TRUE);
  hvfs_request_bool (request, "modification", times);
  if (hvfs_session_api (server->session) >= 400)
    hvfs_request_bool (request, "fileOwner", FALSE);
  hvfs_request_close (request);
  hvfs_request_text (request, "matchPattern", "*");
  hvfs_request_close (request);
}

/* Without a query nothing is looked into, and nothing is left out. */
static HvfsRequest *
new_search (const HvfsServer *server, const char *method, const HvfsDatastorePlace *place,
            const char *browser, const char *path)
{
  HvfsRequest *request = hvfs_request_new (method, "HostDatastoreBrowser", browser);
  g_autofree char *where = hvfs_datastore_place_path (place, path);

  hvfs_request_text (request, "datastorePath", where);
  hvfs_request_open (request, "searchSpec", NULL);
  hvfs_datastore_end_search (server, request, TRUE);
  return request;
}

/* One that no system has as a file's would make the kernel refuse the whole listing. */
static gboolean
is_name (const char *name)
{
  return *name != '\0' && strlen (name) <= NAME_MAX && strchr (name, '/') == NULL
         && strcmp (name, ".") != 0 && strcmp (name, "..") != 0;
}

/* Returns: (transfer full) (nullable): NULL: no name of a file */
static HvfsDatastoreEntry *
read_entry (const HvfsValue *file)
{
  const char *path = hvfs_value_text (file, "path");
  HvfsDatastoreEntry *entry;

  if (path == NULL || !is_name (path))
    return NULL;
  entry = g_new0 (HvfsDatastoreEntry, 1);
  entry->name = g_strdup (path);
  entry->is_dir = g_strcmp0 (hvfs_value_type (file), "FolderFileInfo") == 0;
  entry->size = MAX (hvfs_value_int (file, "fileSize", -1), -1);
  entry->mtime_us = hvfs_value_time_us (file, "modification");
  return entry;
}

GPtrArray *
hvfs_datastore_entries_read (const HvfsValue *result, GError **error)
{
  GPtrArray *entries;

  if (result == NULL || hvfs_value_get (result, "folderPath") == NULL)
    {
      g_set_error (error, HVFS_ERROR, EIO, "the server does not say what is in the directory");
      return NULL;
    }
  entries = g_ptr_array_new_with_free_func ((GDestroyNotify) hvfs_datastore_entry_free);
  for (guint i = 0; i < hvfs_value_n_children (result); i++)
    {
      const HvfsValue *file = hvfs_value_nth (result, i);
      HvfsDatastoreEntry *entry
        = strcmp (hvfs_value_name (file), "file") == 0 ? read_entry (file) : NULL;

      if (entry != NULL)
        g_ptr_array_add (entries, entry);
    }
  return entries;
}

GPtrArray *
hvfs_datastore_list (const HvfsServer *server, guint32 serial, const HvfsDatastorePlace *place,
                     const char *browser, const char *path, GCancellable *cancellable,
                     GError **error)
{
  g_autoptr (HvfsRequest) request
    = new_search (server, "SearchDatastore_Task", place, browser, path);
  g_autoptr (HvfsValue) result = NULL;

  return hvfs_operation_run (server, request, serial, NULL, NULL, &result, cancellable, error)
           ? hvfs_datastore_entries_read (result, error) : NULL;
}

static void
listing_free (gpointer data)
{
  HvfsDatastoreListing *listing = data;

  g_free (listing->path);
  g_ptr_array_unref (listing->entries);
  g_free (listing);
}

/* Servers end a directory with "/", or do not.  (transfer full) (nullable): it names none */
static char *
dup_folder (const HvfsValue *result)
{
  const char *path = hvfs_value_text (result, "folderPath");
  g_autofree char *datastore = NULL;
  const char *below = path == NULL ? NULL : hvfs_datastore_path_split (path, &datastore);
  char *folder;

  if (below == NULL)
    return NULL;
  folder = g_strdup (below + strspn (below, "/"));
  while (g_str_has_suffix (folder, "/"))
    folder[strlen (folder) - 1] = '\0';
  return folder;
}

static gint
compare_lengths (gconstpointer a, gconstpointer b)
{
  const HvfsDatastoreListing *one = *(HvfsDatastoreListing *const *) a;
  const HvfsDatastoreListing *other = *(HvfsDatastoreListing *const *) b;
  gsize n = strlen (one->path), m = strlen (other->path);

  return (n > m) - (n < m);
}

GPtrArray *
hvfs_datastore_list_below (const HvfsServer *server, guint32 serial,
                           const HvfsDatastorePlace *place, const char *browser,
                           const char *path, GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsRequest) request
    = new_search (server, "SearchDatastoreSubFolders_Task", place, browser, path);
  g_autoptr (HvfsValue) results = NULL;
  GPtrArray *listings;

  if (!hvfs_operation_run (server, request, serial, NULL, NULL, &results, cancellable, error))
    return NULL;
  listings = g_ptr_array_new_with_free_func (listing_free);
  for (guint i = 0; i < hvfs_value_n_children (results); i++)
    {
      char *folder = dup_folder (hvfs_value_nth (results, i));
      GPtrArray *entries
        = folder == NULL ? NULL : hvfs_datastore_entries_read (hvfs_value_nth (results, i), NULL);
      HvfsDatastoreListing *listing;

      if (entries == NULL)
        {
          g_free (folder);
          continue;
        }
      listing = g_new (HvfsDatastoreListing, 1);
      *listing = (HvfsDatastoreListing){ folder, entries };
      g_ptr_array_add (listings, listing);
    }
  g_ptr_array_sort (listings, compare_lengths);
  return listings;
}
