/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/destination.c - hosts, clusters, datastores and folders as users name them */
#include "fs/attr/destination.h"

#include <string.h>

#include "backend/login/host-port.h"
#include "backend/login/uri.h"
#include "backend/mirror/inventory-name.h"
#include "backend/mirror/locate.h"
#include "convert/error.h"
#include "fs/attr/tables.h"
#include "fs/fs.h"
#include "fs/row/line.h"
#include "fs/tree/path.h"

#define MAX_LISTED 8

typedef struct
{
  const HvfsPlaces *places;
  const char *text;     /* what is looked for, in the form that the test wants */
  HvfsValue *among;     /* references; NULL: any */
  const char *said;     /* by the user, for messages; NULL: text */
  char *const *names;   /* of a URI's path */
} Query;

typedef gboolean (*Test) (const Query *query, const HvfsObject *object);

static gboolean
has_name (const Query *query, const HvfsObject *object)
{
  const char *raw = hvfs_value_text (hvfs_object_get (object, HVFS_NAME), NULL);
  g_autofree char *plain = raw == NULL ? NULL : hvfs_inventory_name_decode (raw);

  return raw != NULL && (strcmp (raw, query->text) == 0 || strcmp (plain, query->text) == 0);
}

/* The datacenter whose folder of domains @object is.  (nullable) */
static HvfsObject *
topped_by (HvfsMirror *mirror, const HvfsObject *object)
{
  HvfsObject *parent = hvfs_mirror_resolve (mirror, hvfs_object_get (object, HVFS_PARENT));

  return object->kind == HVFS_KIND_FOLDER && parent != NULL
             && parent->kind == HVFS_KIND_DATACENTER && hvfs_folder_holds (object, "VirtualMachine")
           ? parent
           : NULL;
}

/* Folders of domains are shown in by-folder only, the topmost as their datacenter. */
static gboolean
append_tree_path (const HvfsObject *object, GString *path, gpointer data)
{
  HvfsFs *fs = data;
  HvfsObject *dc = topped_by (fs->mirror, object);

  if (dc != NULL)
    return hvfs_path_append (fs, hvfs_row_ino (hvfs_row (HVFS_NAMED_FOLDER_OF_DC), dc->serial, 0), path);
  if (object->kind == HVFS_KIND_FOLDER)
    return hvfs_path_append (
      fs, hvfs_node_ino ((HvfsNode){ hvfs_row (HVFS_NAMED_FOLDER_DIR), object->serial, 0 }), path);
  return hvfs_path_append_object (fs, object, path);
}

HvfsPlaces
hvfs_places_of_mount (HvfsFs *fs)
{
  return (HvfsPlaces){ fs->mirror, fs->uri->host, TRUE, fs->mountpoint, append_tree_path, fs };
}

static gboolean
append_path (const Query *query, const HvfsObject *object, GString *path)
{
  return query->places->append_path (object, path, query->places->data);
}

static gboolean
has_path (const Query *query, const HvfsObject *object)
{
  g_autoptr (GString) path = g_string_new (NULL);

  return append_path (query, object, path) && strcmp (path->str, query->text) == 0;
}

/* "DC/folder" of "by-folder/DC/folder". */
static gboolean
ends_path (const Query *query, const HvfsObject *object)
{
  g_autoptr (GString) path = g_string_new ("/");
  g_autofree char *end = g_strconcat ("/", query->text, NULL);

  return append_path (query, object, path) && g_str_has_suffix (path->str, end);
}

/* The path as libvirt's URIs have it: without the collections' names. */
static char *
dup_plain_path (const char *path)
{
  static const char *const collections[] = { "datacenters", "clusters", "hosts", "", NULL };
  g_auto (GStrv) names = g_strsplit (path, "/", -1);
  GString *plain = g_string_new (NULL);

  for (guint i = 0; names[i] != NULL; i++)
    if (!g_strv_contains (collections, names[i]))
      g_string_append_printf (plain, "/%s", names[i]);
  return g_string_free (plain, FALSE);
}

static gboolean
has_plain_path (const Query *query, const HvfsObject *object)
{
  g_autoptr (GString) path = g_string_new (NULL);
  g_autofree char *plain = NULL;

  if (!append_path (query, object, path))
    return FALSE;
  plain = dup_plain_path (path->str);
  return strcmp (plain, query->text) == 0;
}

static gboolean
is_among (const Query *query, const HvfsObject *object)
{
  for (guint i = 0; i < hvfs_value_n_children (query->among); i++)
    if (hvfs_mirror_resolve (query->places->mirror, hvfs_value_nth (query->among, i)) == object)
      return TRUE;
  return query->among == NULL;
}

/* Appends the path of @object as a line takes it. */
static void
append_offer (const Query *query, const HvfsObject *object, GString *offers)
{
  g_autoptr (GString) path = g_string_new (query->places->is_mount ? "/" : "");
  g_autofree char *quoted = NULL;

  append_path (query, object, path);
  quoted = hvfs_line_dup_quoted (path->str);
  g_string_append_printf (offers, "%s%s", offers->len > 0 ? ", " : "", quoted);
}

/* The only one of the @kinds for which @test is so. */
static guint32
find (const Query *query, guint kinds, Test test, const char *what, GError **error)
{
  const char *said = query->said != NULL ? query->said : query->text;
  g_autoptr (GString) paths = g_string_new (NULL);
  GHashTableIter iter;
  gpointer value;
  guint32 serial = 0;
  guint n = 0;

  hvfs_mirror_iter_init (query->places->mirror, &iter);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const HvfsObject *object = value;

      if ((kinds & 1u << object->kind) == 0 || !is_among (query, object)
          || !test (query, object))
        continue;
      serial = object->serial;
      if (n++ < MAX_LISTED)
        append_offer (query, object, paths);
    }
  if (n == 1)
    return serial;
  if (n == 0)
    g_set_error (error, HVFS_ERROR, ENOENT, "there is no %s '%.200s' in %s%s", what,
                 said, query->places->is_mount ? "this mount" : query->places->server,
                 query->among != NULL ? " that the host can use" : "");
  else
    g_set_error (error, HVFS_ERROR, EINVAL,
                 "'%.200s' is ambiguous: %u objects have that name; name one by its path: %s%s",
                 said, n, paths->str, n > MAX_LISTED ? ", ..." : "");
  return 0;
}

/* ---- hosts ---- */

#define HOSTS (1u << HVFS_KIND_HOST | 1u << HVFS_KIND_CLUSTER)

/* Where @text leads from the directory @from, without ".", ".." and "//". */
static char *
dup_clean_path (const char *from, const char *text)
{
  g_autofree char *joined = *text == '/' ? g_strdup (text) : g_strconcat (from, "/", text, NULL);
  g_auto (GStrv) names = g_strsplit (joined, "/", -1);
  g_autoptr (GPtrArray) kept = g_ptr_array_new ();

  for (guint i = 0; names[i] != NULL; i++)
    if (strcmp (names[i], "..") == 0)
      g_ptr_array_set_size (kept, kept->len > 0 ? kept->len - 1 : 0);
    else if (*names[i] != '\0' && strcmp (names[i], ".") != 0)
      g_ptr_array_add (kept, names[i]);
  g_ptr_array_add (kept, NULL);
  return g_strjoinv ("/", (char **) kept->pdata);
}

/* What follows the mount point in @text, from a "/"; else @text. */
static const char *
within_mount (const HvfsPlaces *places, const char *text)
{
  gsize len = places->mountpoint != NULL ? strlen (places->mountpoint) : 0;

  return len > 0 && strncmp (text, places->mountpoint, len) == 0 && text[len] == '/' ? text + len
                                                                                    : text;
}

/* @from: the directory that a path without a "/" before it begins in */
static guint32
by_path_from (const HvfsPlaces *places, const char *from, const char *text, GError **error)
{
  g_autofree char *path = dup_clean_path (from, within_mount (places, text)), *plain = NULL;
  Query query = { places, path, NULL, text, NULL };
  guint32 found;

  if (g_str_has_suffix (path, "/domains")) /* the collection stands for its host */
    path[strlen (path) - strlen ("/domains")] = '\0';
  found = find (&query, HOSTS, has_path, "host or cluster", NULL);
  query.text = plain = dup_plain_path (path);
  return found != 0 ? found : find (&query, HOSTS, has_plain_path, "host or cluster", error);
}

static guint32
by_path (const HvfsPlaces *places, guint32 serial, const char *text, GError **error)
{
  HvfsObject *vm = hvfs_mirror_get (places->mirror, serial);
  g_autoptr (GString) from = g_string_new (NULL);
  guint32 found;

  if (vm != NULL && places->is_mount)
    places->append_path (vm, from, places->data);
  /* A path as the files of the mount show it, from the root. */
  found = by_path_from (places, from->str, text, NULL);
  return found != 0 ? found : by_path_from (places, "", text, error);
}

/* Each name as the server has it, or with its escapes undone. */
static gboolean
has_uri_path (const Query *query, const HvfsObject *object)
{
  g_autoptr (GString) path = g_string_new (NULL);
  g_auto (GStrv) raw = NULL;
  guint n = g_strv_length ((char **) query->names);

  if (!hvfs_locate_append_path (object, path, query->places->mirror))
    return FALSE;
  raw = g_strsplit (path->str, "/", -1);
  if (g_strv_length (raw) != n)
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *plain = hvfs_inventory_name_decode (raw[i]);

      if (strcmp (raw[i], query->names[i]) != 0 && strcmp (plain, query->names[i]) != 0)
        return FALSE;
    }
  return TRUE;
}

static guint32
by_uri (const HvfsPlaces *places, const HvfsUri *uri, const char *text, GError **error)
{
  Query query = { places, NULL, NULL, text, uri->path };

  if (uri->type != HVFS_URI_ESX)
    return find (&query, HOSTS, has_uri_path, "host or cluster", error);
  query.text = uri->host;
  return find (&query, HOSTS, has_name, "host", error);
}

/* An URI of a host, or of this server by any of its names.  (transfer full) (nullable) */
static HvfsUri *
parse_uri (const HvfsPlaces *places, const char *text, GError **error)
{
  g_autoptr (HvfsUri) uri = hvfs_uri_parse (text, error);

  if (uri == NULL)
    return NULL;
  if (uri->type == HVFS_URI_GSX)
    g_set_error (error, HVFS_ERROR, EINVAL,
                 "'%.200s' is not a URI as vpx://VCENTER/DC/HOST or esx://HOST/", text);
  else if (uri->type == HVFS_URI_VPX && !hvfs_host_port_is_same (uri->host, places->server))
    g_set_error (error, HVFS_ERROR, EINVAL,
                 "'%.200s' names another server than %s, which is mounted", text,
                 places->server);
  else
    return g_steal_pointer (&uri);
  return NULL;
}

guint32
hvfs_destination_host (const HvfsPlaces *places, guint32 serial, const char *text,
                       GError **error)
{
  gboolean is_uri = strstr (text, "://") != NULL;
  g_autoptr (HvfsUri) uri = is_uri ? parse_uri (places, text, error) : NULL;
  g_autoptr (GRWLockReaderLocker) locker = NULL;
  Query query = { places, text, NULL, NULL, NULL };

  if (is_uri && uri == NULL)
    return 0;
  locker = g_rw_lock_reader_locker_new (hvfs_mirror_lock (places->mirror));
  if (is_uri)
    return by_uri (places, uri, text, error);
  if (strchr (text, '/') != NULL)
    return by_path (places, serial, text, error);
  return find (&query, HOSTS, has_name, "host or cluster", error);
}

gboolean
hvfs_destination_is_host (const HvfsPlaces *places, guint32 serial)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (places->mirror));
  HvfsObject *object = hvfs_mirror_get (places->mirror, serial);

  return object != NULL && object->kind == HVFS_KIND_HOST;
}

char *
hvfs_destination_dup_name (const HvfsPlaces *places, guint32 serial)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (places->mirror));
  HvfsObject *object = hvfs_mirror_get (places->mirror, serial);
  const char *name
    = object == NULL ? NULL : hvfs_value_text (hvfs_object_get (object, HVFS_NAME), NULL);

  return g_strdup (name != NULL ? name : "?");
}

/* ---- the rest ---- */

guint32
hvfs_destination_datastore (const HvfsPlaces *places, guint32 at, const char *name,
                            GError **error)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (places->mirror));
  HvfsObject *object = hvfs_mirror_get (places->mirror, at);
  Query query = { places, name, NULL, NULL, NULL };

  if (object != NULL && object->kind == HVFS_KIND_VM)
    object = hvfs_mirror_resolve (places->mirror, hvfs_object_get (object, HVFS_VM_HOST));
  if (object != NULL && object->kind == HVFS_KIND_HOST)
    query.among = hvfs_object_get (object, HVFS_HOST_DATASTORES);
  if (strchr (name, '/') != NULL)
    {
      g_autofree char *path = dup_clean_path ("", within_mount (places, name));

      query.text = path;
      query.said = name;
      return find (&query, 1u << HVFS_KIND_DATASTORE, has_path, "datastore", error);
    }
  return find (&query, 1u << HVFS_KIND_DATASTORE, has_name, "datastore", error);
}

static gboolean
is_topmost (const Query *query, const HvfsObject *object)
{
  HvfsObject *dc = topped_by (query->places->mirror, object);

  return dc != NULL && (query->text == NULL || strcmp (dc->moref, query->text) == 0);
}

/* The topmost folder of the datacenter that @at is in. */
static guint32
topmost_folder (const HvfsPlaces *places, guint32 at, const char *text, GError **error)
{
  Query query = { places, NULL, NULL, text, NULL };
  HvfsObject *object = hvfs_mirror_get (places->mirror, at), *dc;

  if (object != NULL && object->kind == HVFS_KIND_VM)
    object = hvfs_mirror_resolve (places->mirror, hvfs_object_get (object, HVFS_VM_HOST));
  dc = hvfs_locate_datacenter (places->mirror, object);
  query.text = dc == NULL ? NULL : dc->moref;
  return find (&query, 1u << HVFS_KIND_FOLDER, is_topmost, "folder of domains", error);
}

guint32
hvfs_destination_folder (const HvfsPlaces *places, guint32 at, const char *text, GError **error)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (places->mirror));
  g_autofree char *path = dup_clean_path ("", within_mount (places, text));
  g_autofree char *whole = g_strconcat ("by-folder/", path, NULL);
  Query query = { places, path, NULL, text, NULL };
  guint32 found;

  if (*path == '\0' || strcmp (path, "by-folder") == 0)
    return topmost_folder (places, at, text, error);
  found = find (&query, 1u << HVFS_KIND_FOLDER, has_path, "folder of domains", NULL);
  query.text = whole;
  if (found == 0)
    found = find (&query, 1u << HVFS_KIND_FOLDER, has_path, "folder of domains", NULL);
  query.text = path;
  return found != 0 ? found
                    : find (&query, 1u << HVFS_KIND_FOLDER, ends_path, "folder of domains", error);
}
