/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/fs/test-place.c - an inventory, and where its objects stand; the same as destinations
 *
 * The inventory has what is easily confused: namesakes, escapes in names, a folder and a host of
 * one name, a machine whose host nobody may see.  hvfs_path_append leads from a number back to
 * the path, so each place is told by its path.
 */
#include <glib.h>
#include <string.h>

#include "backend/mirror/intake.h"
#include "convert/error.h"
#include "fs/attr/all-rows.h"
#include "fs/attr/destination.h"
#include "fs/attr/tables.h"
#include "fs/edit/draft.h"
#include "fs/follow/place.h"
#include "fs/fs.h"
#include "fs/tree/index.h"
#include "fs/tree/path.h"

#define OPEN \
  "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/' " \
  "xmlns:x='http://www.w3.org/2001/XMLSchema-instance'><s:Body>" \
  "<WaitForUpdatesExResponse><returnval><version>1</version><filterSet>" \
  "<filter type='PropertyFilter'>f</filter>"
#define CLOSE "</filterSet></returnval></WaitForUpdatesExResponse></s:Body></s:Envelope>"

#define OBJECT(type, id, changes) \
  "<objectSet><kind>enter</kind><obj type='" type "'>" id "</obj>" changes "</objectSet>"
#define CHANGE(name, val) "<changeSet><name>" name "</name><op>assign</op>" val "</changeSet>"
#define TEXT(name, text) CHANGE (name, "<val x:type='string'>" text "</val>")
#define REF(name, type, id) \
  CHANGE (name, "<val x:type='ManagedObjectReference' type='" type "'>" id "</val>")
#define REFS(name, type, id) \
  CHANGE (name, "<val x:type='ArrayOfManagedObjectReference'><ManagedObjectReference type='" type \
                "'>" id "</ManagedObjectReference></val>")
#define TYPES(a, b) \
  CHANGE ("childType", "<val x:type='ArrayOfString'><string>" a "</string><string>" b "</string></val>")

#define FOLDER(id, name, parent, type) \
  OBJECT ("Folder", id, TEXT ("name", name) parent TYPES ("Folder", type))
#define VM(id, name, host, uuid, folder) \
  OBJECT ("VirtualMachine", id, TEXT ("name", name) host TEXT ("summary.config.uuid", uuid) \
          REF ("parent", "Folder", folder))
#define HOST(id, name, type, parent) \
  OBJECT ("HostSystem", id, TEXT ("name", name) REF ("parent", type, parent) \
          REFS ("datastore", "Datastore", "ds-1"))
#define ON(host) REF ("runtime.host", "HostSystem", host)

static const char inventory[] = OPEN
  FOLDER ("group-d1", "Datacenters", "<changeSet><name>parent</name><op>assign</op></changeSet>", "Datacenter")
  OBJECT ("Datacenter", "dc-1", TEXT ("name", "dc%2f1") REF ("parent", "Folder", "group-d1"))
  FOLDER ("group-v1", "vm", REF ("parent", "Datacenter", "dc-1"), "VirtualMachine")
  FOLDER ("group-v2", "esx1", REF ("parent", "Folder", "group-v1"), "VirtualMachine")
  FOLDER ("group-h1", "host", REF ("parent", "Datacenter", "dc-1"), "ComputeResource")
  FOLDER ("group-s1", "datastore", REF ("parent", "Datacenter", "dc-1"), "Datastore")
  OBJECT ("ClusterComputeResource", "c-1", TEXT ("name", "blue") REF ("parent", "Folder", "group-h1"))
  OBJECT ("ComputeResource", "c-2", TEXT ("name", "esx2") REF ("parent", "Folder", "group-h1"))
  HOST ("host-1", "esx1", "ClusterComputeResource", "c-1")
  HOST ("host-2", "esx2", "ComputeResource", "c-2")
  OBJECT ("Datastore", "ds-1", TEXT ("name", "fast") REF ("parent", "Folder", "group-s1"))
  OBJECT ("Datastore", "ds-2", TEXT ("name", "slow") REF ("parent", "Folder", "group-s1"))
  VM ("vm-1", "web", ON ("host-1"), "4208AC99-0000-0000-0000-000000000001", "group-v1")
  VM ("vm-2", "web", ON ("host-1"), "4208ac99-0000-0000-0000-000000000002", "group-v2")
  VM ("vm-3", "a%2fb", ON ("host-2"), "4208ac99-0000-0000-0000-000000000003", "group-v1")
  VM ("vm-4", "lost", "", "../x", "group-v1")
  CLOSE;

typedef struct
{
  HvfsStats *stats;
  HvfsFs fs;
  HvfsPlaces places;
} Fixture;

static void
ignore_change (guint64 dir, const char *name, gboolean sole, gpointer data)
{
}

static void
ignore_name (const HvfsObject *owner, gpointer data)
{
}

static void
fill (Fixture *f)
{
  g_autoptr (GPtrArray) again = g_ptr_array_new_with_free_func ((GDestroyNotify) hvfs_value_unref);
  HvfsTasks *tasks = hvfs_tasks_new (NULL, f->fs.connection);
  HvfsIntake *intake
    = hvfs_intake_new (f->fs.mirror, tasks, f->stats, "WaitForUpdatesEx", 605, again);
  g_autoptr (GError) error = NULL;
  g_autofree char *version = NULL;
  gboolean truncated;

  hvfs_mirror_begin_fill (f->fs.mirror);
  g_assert_true (hvfs_intake_feed (inventory, strlen (inventory), intake, &error)
                 && hvfs_intake_end (intake, &version, &truncated, &error));
  g_assert_no_error (error);
  hvfs_mirror_end_fill (f->fs.mirror);
  hvfs_intake_free (intake);
  hvfs_tasks_free (tasks);
}

static HvfsObject *
object_of (Fixture *f, const char *type, const char *moref)
{
  HvfsObject *object = hvfs_mirror_find (f->fs.mirror, type, moref);

  g_assert_nonnull (object);
  return object;
}

static void
place_all (Fixture *f)
{
  g_autoptr (GRWLockWriterLocker) locker
    = g_rw_lock_writer_locker_new (hvfs_mirror_lock (f->fs.mirror));
  GHashTableIter iter;
  gpointer value;

  f->fs.root = object_of (f, "Folder", "group-d1")->serial;
  f->fs.root_table = hvfs_inventory_table;
  f->fs.dc_below = TRUE;
  hvfs_mirror_iter_init (f->fs.mirror, &iter);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    hvfs_place_object (&f->fs, value);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->stats = hvfs_stats_new ();
  f->fs.connection = hvfs_connection_new (NULL, 0);
  f->fs.mirror = hvfs_mirror_new (f->fs.connection, f->stats);
  f->fs.uri = hvfs_uri_parse ("vpx://vc.example.com/", NULL);
  f->fs.mountpoint = "/mnt/vc";
  f->fs.drafts = hvfs_drafts_new ();
  f->fs.index = hvfs_index_new (ignore_change, ignore_name, NULL);
  fill (f);
  place_all (f);
  f->places = hvfs_places_of_mount (&f->fs);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  hvfs_index_free (f->fs.index);
  hvfs_drafts_free (f->fs.drafts);
  hvfs_mirror_free (f->fs.mirror);
  hvfs_connection_free (f->fs.connection);
  hvfs_uri_unref (f->fs.uri);
  hvfs_stats_free (f->stats);
}

/* ---- places ---- */

static char *
path_of (Fixture *f, const char *type, const char *moref)
{
  GString *path = g_string_new (NULL);
  gboolean has;

  g_rw_lock_reader_lock (hvfs_mirror_lock (f->fs.mirror));
  has = hvfs_path_append_object (&f->fs, object_of (f, type, moref), path);
  g_rw_lock_reader_unlock (hvfs_mirror_lock (f->fs.mirror));
  return has ? g_string_free (path, FALSE) : (g_string_free (path, TRUE), g_strdup ("nowhere"));
}

static void
test_paths (Fixture *f, gconstpointer data)
{
  static const struct { const char *type, *moref, *path; } cases[] = {
    { "Datacenter", "dc-1", "datacenters/dc%2f1" },
    { "ClusterComputeResource", "c-1", "datacenters/dc%2f1/clusters/blue" },
    { "HostSystem", "host-1", "datacenters/dc%2f1/clusters/blue/hosts/esx1" },
    { "HostSystem", "host-2", "datacenters/dc%2f1/hosts/esx2" },
    { "Datastore", "ds-2", "datacenters/dc%2f1/datastores/slow" },
    { "VirtualMachine", "vm-1", "datacenters/dc%2f1/clusters/blue/hosts/esx1/domains/web" },
    { "VirtualMachine", "vm-2", "datacenters/dc%2f1/clusters/blue/hosts/esx1/domains/web~vm-2" },
    { "VirtualMachine", "vm-3", "datacenters/dc%2f1/hosts/esx2/domains/a%2fb" },
    { "VirtualMachine", "vm-4", "datacenters/dc%2f1/domains/lost" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = path_of (f, cases[i].type, cases[i].moref);
      g_assert_cmpstr (path, ==, cases[i].path);
    }
}

/* What @name in @dir is a link of; 0: there is none. */
static guint32
linked (Fixture *f, HvfsRowName dir, const char *name)
{
  HvfsNode node;
  guint64 ino = hvfs_index_lookup (f->fs.index, hvfs_row_ino (hvfs_row (dir), 0, 0), name);

  if (ino == 0)
    return 0;
  g_assert_true (hvfs_node_from_ino (ino, &node));
  return node.a;
}

static void
test_links (Fixture *f, gconstpointer data)
{
  guint32 first = object_of (f, "VirtualMachine", "vm-1")->serial;

  g_assert_cmpuint (linked (f, HVFS_NAMED_BY_NAME, "web"), ==, first);
  g_assert_cmpuint (linked (f, HVFS_NAMED_BY_NAME, "web~vm-2"), ==,
                    object_of (f, "VirtualMachine", "vm-2")->serial);
  g_assert_cmpuint (linked (f, HVFS_NAMED_BY_NAME, "web~vm-1"), ==, 0);
  /* In lower case, whatever the server writes, and nothing that leads elsewhere. */
  g_assert_cmpuint (linked (f, HVFS_NAMED_BY_UUID, "4208ac99-0000-0000-0000-000000000001"), ==, first);
  g_assert_cmpuint (linked (f, HVFS_NAMED_BY_UUID, "../x"), ==, 0);
}

/* ---- destinations ---- */

/* @moref: NULL: it is refused with @code and words that match @message */
typedef struct
{
  const char *text, *moref;
  int code;
  const char *message;
} Case;

#define IS(text, moref) { text, moref, 0, NULL }

typedef guint32 (*Find) (const HvfsPlaces *places, guint32 at, const char *text, GError **error);

static void
try_all (Fixture *f, Find find_it, const Case *cases, guint n)
{
  guint32 vm = object_of (f, "VirtualMachine", "vm-1")->serial;

  for (guint i = 0; i < n; i++)
    {
      const Case *c = &cases[i];
      g_autoptr (GError) error = NULL;
      guint32 found = find_it (&f->places, vm, c->text, &error);

      g_test_message ("'%s': %s", c->text, error != NULL ? error->message : "found");
      if (c->moref != NULL)
        {
          g_assert_no_error (error);
          g_assert_cmpstr (hvfs_mirror_get (f->fs.mirror, found)->moref, ==, c->moref);
          continue;
        }
      g_assert_cmpuint (found, ==, 0);
      g_assert_error (error, HVFS_ERROR, c->code);
      g_assert_true (g_pattern_match_simple (c->message, error->message));
    }
}

static void
test_hosts (Fixture *f, gconstpointer data)
{
  static const Case hosts[] = {
    IS ("esx1", "host-1"),
    IS ("blue", "c-1"),
    IS ("/datacenters/dc%2f1/clusters/blue", "c-1"),
    IS ("/datacenters/dc%2f1/clusters/blue/hosts/esx1", "host-1"),
    IS ("/mnt/vc/datacenters/dc%2f1/hosts/esx2/domains/", "host-2"),
    IS ("datacenters/dc%2f1/hosts/esx2", "host-2"),
    IS ("../../../../../../hosts/esx2", "host-2"),
    IS ("../..", "host-1"),
    IS ("dc%2f1/blue/esx1", "host-1"),
    IS ("vpx://administrator@vsphere.local@vc.example.com/dc%252f1/blue/esx1", "host-1"),
    IS ("esx://esx2/", "host-2"),
    { "esx3", NULL, ENOENT, "there is no host or cluster 'esx3' in this mount" },
    { "", NULL, ENOENT, "there is no host or cluster ''*" },
    { "vpx://other.example.com/dc/esx1", NULL, EINVAL, "*names another server than vc.example.com*" },
    { "gsx://esx1/", NULL, EINVAL, "*is not a URI as*" },
    { "/datacenters/dc%2f1/hosts/esx1", NULL, ENOENT, "there is no host or cluster*" },
  };
  try_all (f, hvfs_destination_host, hosts, G_N_ELEMENTS (hosts));
}

static void
test_datastores_and_folders (Fixture *f, gconstpointer data)
{
  static const Case datastores[] = {
    IS ("fast", "ds-1"),
    IS ("/datacenters/dc%2f1/datastores/fast", "ds-1"),
    { "slow", NULL, ENOENT, "there is no datastore 'slow' in this mount that the host can use" },
  };
  static const Case folders[] = {
    IS ("/", "group-v1"),
    IS ("dc%2f1", "group-v1"),
    IS ("by-folder/dc%2f1/esx1", "group-v2"),
    IS ("/mnt/vc/by-folder/dc%2f1/esx1", "group-v2"),
    IS ("esx1", "group-v2"),
    { "vm", NULL, ENOENT, "there is no folder of domains 'vm' in this mount" },
  };

  try_all (f, hvfs_destination_datastore, datastores, G_N_ELEMENTS (datastores));
  try_all (f, hvfs_destination_folder, folders, G_N_ELEMENTS (folders));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  hvfs_rows_init (&hvfs_row_set);
  g_test_add ("/place/paths", Fixture, NULL, set_up, test_paths, tear_down);
  g_test_add ("/place/links", Fixture, NULL, set_up, test_links, tear_down);
  g_test_add ("/destination/hosts", Fixture, NULL, set_up, test_hosts, tear_down);
  g_test_add ("/destination/others", Fixture, NULL, set_up, test_datastores_and_folders, tear_down);
  return g_test_run ();
}
