/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/attr-move.c - where a domain is, and copies of it: migrate, clone, customize, mv
 *
 * Exists so that one place reads what users say of places, and the file "migrate" and
 * mv between the directories of hosts do the same.
 */
#include <string.h>

#include "backend/mirror/locate.h"
#include "backend/operation/migrate.h"
#include "backend/login/host-port.h"
#include "backend/vmconfig/vmconfig-away.h"
#include "convert/error.h"
#include "fs/attr/domain-stores.h"
#include "fs/attr/attr-snapshot.h"
#include "fs/attr/destination.h"
#include "fs/attr/migration.h"
#include "fs/attr/tables.h"
#include "fs/edit/draft.h"
#include "fs/fs.h"
#include "fs/row/line.h"
#include "fs/tree/change.h"
#include "fs/tree/index.h"
#include "fs/tree/notify.h"
#include "fs/tree/path.h"

static void
free_values (char **values, guint n)
{
  for (guint i = 0; i < n; i++)
    g_free (values[i]);
}

/* ---- migrate ---- */

/* By which session a domain is moved: that of the mount, or a vCenter's, for what is not
 * in the mount. */
typedef struct
{
  const HvfsServer *server;
  HvfsPlaces places;
  guint32 serial;         /* the domain, in the server's mirror */
  HvfsVcenterLink *other; /* nullable: the vCenter that it leaves the server for, of the places */
} Route;

HVFS_SHOW (hvfs_migrate_show)
{
  g_autofree char *progress = NULL;

  if (hvfs_migrations_is_running (fs->migrations, vm->serial))
    {
      progress = hvfs_vcenter_dup_progress (fs->vcenter, vm->serial);
      if (progress == NULL)
        progress = hvfs_tasks_dup_progress (fs->tasks, vm->moref);
    }
  hvfs_migrations_print (fs->migrations, vm->serial, progress != NULL ? progress : "0", out);
  return TRUE;
}

gboolean
hvfs_migrate_is_volatile (HvfsFs *fs, HvfsNode node)
{
  return hvfs_migrations_is_moving (fs->migrations, node.a);
}

/* Returns when the kernel has forgotten what it knew of the file. */
static void
tell_kernel (HvfsFs *fs, guint32 serial)
{
  hvfs_notifier_inode (
    fs->notifier, hvfs_row_ino (hvfs_row (HVFS_NAMED_MIGRATE), serial, 0));
  hvfs_notifier_flush (fs->notifier);
}

/* @serial: the domain, in the mount's mirror */
static gboolean
migrate (HvfsFs *fs, guint32 serial, const Route *route, const HvfsMove *move,
         GCancellable *cancellable, GError **error)
{
  guint32 to = move->host != 0 ? move->host : move->cluster != 0 ? move->cluster
                                                                  : move->datastore;
  g_autofree char *name = hvfs_destination_dup_name (&route->places, to);
  g_autoptr (GError) failure = NULL;
  gboolean ok;

  if (!hvfs_migrations_begin (fs->migrations, serial, name, error))
    return FALSE;
  hvfs_migrations_set_moving (fs->migrations, serial, TRUE);
  tell_kernel (fs, serial);
  ok = route->other != NULL
         ? hvfs_move_away (route->server, route->serial, route->other, move, cancellable, &failure)
         : hvfs_migrate (route->server, route->serial, move, cancellable, &failure);
  hvfs_migrations_end (fs->migrations, serial, failure);
  tell_kernel (fs, serial);
  hvfs_migrations_set_moving (fs->migrations, serial, FALSE);
  if (!ok)
    g_propagate_error (error, g_steal_pointer (&failure));
  return ok;
}

enum { MOVE_DATASTORE, MOVE_POOL, MOVE_PRIORITY, N_MOVE };
static const HvfsKey move_keys[] = { { "datastore", FALSE }, { "pool", FALSE },
                                     { "priority", FALSE }, { NULL, FALSE } };

static const struct
{
  const char *word, *value;
} priorities[] = {
  { "default", "defaultPriority" }, { "high", "highPriority" }, { "low", "lowPriority" },
};

static gboolean
parse_priority (const char *word, HvfsMove *move, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (priorities); i++)
    if (word == NULL || strcmp (priorities[i].word, word) == 0)
      {
        move->priority = priorities[i].value;
        return TRUE;
      }
  g_set_error (error, HVFS_ERROR, EINVAL, "priority: '%.64s' is not high, default or low", word);
  return FALSE;
}

/* What can be judged without a look at any place. */
static gboolean
parse_move (const char *head, char **values, HvfsMove *move, GError **error)
{
  move->pool = values[MOVE_POOL];
  if (*head != '\0' || values[MOVE_DATASTORE] != NULL || values[MOVE_POOL] != NULL)
    return parse_priority (values[MOVE_PRIORITY], move, error);
  g_set_error (error, HVFS_ERROR, EINVAL,
               "the destination is missing: write a host, a cluster or datastore=NAME");
  return FALSE;
}

/* The host or cluster, if @head names one. */
static gboolean
find_host (const Route *route, const char *head, HvfsMove *move, GError **error)
{
  guint32 to;

  if (*head == '\0')
    return TRUE;
  to = hvfs_destination_host (&route->places, route->serial, head, error);
  if (to != 0)
    *(hvfs_destination_is_host (&route->places, to) ? &move->host : &move->cluster) = to;
  return to != 0;
}

/* With the datastore, if one is named: it is looked for where the host was found. */
static gboolean
migrate_to (HvfsStore *store, const Route *route, const char *datastore, HvfsMove *move,
            GError **error)
{
  guint32 at = move->host != 0 ? move->host : move->cluster != 0 ? move->cluster : route->serial;

  if (datastore != NULL)
    move->datastore = hvfs_destination_datastore (&route->places, at, datastore, error);
  return (datastore == NULL || move->datastore != 0)
         && migrate (store->fs, store->serial, route, move, store->cancellable, error);
}

/* How long a host may take to show that a machine has left it. */
#define LEAVE_US G_TIME_SPAN_SECOND

static int
has_left (HvfsMirror *mirror, gpointer serial)
{
  return hvfs_mirror_get (mirror, GPOINTER_TO_UINT (serial)) == NULL;
}

static gboolean
migrate_by_vcenter (HvfsStore *store, const char *head, const char *datastore, HvfsMove *move,
                    GError **error)
{
  HvfsFs *fs = store->fs;
  Route route = { 0 };
  HvfsVcenterLink *link = hvfs_vcenter_acquire (fs->vcenter, &fs->server, store->serial,
                                                &route.serial, store->cancellable, error);
  gboolean ok;

  if (link == NULL)
    return FALSE;
  route.server = hvfs_vcenter_server (link);
  route.places = (HvfsPlaces){ route.server->mirror, hvfs_vcenter_host (link), FALSE, NULL,
                               hvfs_locate_append_path, route.server->mirror };
  ok = find_host (&route, head, move, error) && migrate_to (store, &route, datastore, move, error);
  hvfs_vcenter_release (fs->vcenter, link, store->serial);
  if (ok && (move->host != 0 || move->cluster != 0))
    hvfs_mirror_await_that (fs->mirror, has_left, GUINT_TO_POINTER (store->serial),
                            g_get_monotonic_time () + LEAVE_US, store->cancellable, NULL);
  return ok;
}

/* Whether it may be elsewhere in the vCenter, if there is no @head in what is mounted: names
 * and paths are of the mount. */
static gboolean
may_lead_out (HvfsFs *fs, const char *head)
{
  return hvfs_vcenter_is_wider (fs->vcenter) && strstr (head, "://") != NULL;
}

/* (transfer full) (nullable): the other vCenter that @head names, if it does */
static HvfsUri *
parse_other (HvfsFs *fs, const char *head)
{
  g_autoptr (HvfsUri) uri = strstr (head, "://") == NULL ? NULL : hvfs_uri_parse (head, NULL);

  return uri == NULL || uri->type != HVFS_URI_VPX || uri->path[0] == NULL
             || hvfs_host_port_is_same (uri->host, fs->uri->host)
           ? NULL
           : g_steal_pointer (&uri);
}

static gboolean
find_there (const Route *route, const HvfsUri *uri, const char *head, const char *datastore,
            HvfsMove *move, GError **error)
{
  if (!find_host (route, head, move, error))
    return FALSE;
  if (move->host == 0)
    g_set_error (error, HVFS_ERROR, EINVAL,
                 "'%.200s' is a cluster: write a host of %s", head, uri->host);
  else if (datastore != NULL)
    move->datastore = hvfs_destination_datastore (&route->places, move->host, datastore, error);
  return move->host != 0 && (datastore == NULL || move->datastore != 0);
}

static gboolean
migrate_to_other (HvfsStore *store, HvfsUri *uri, const char *head, const char *datastore,
                  HvfsMove *move, GError **error)
{
  HvfsFs *fs = store->fs;
  HvfsVcenter *other = hvfs_vcenter_new_other (fs->vcenter, uri);
  HvfsVcenterLink *link = hvfs_vcenter_connect (other, store->cancellable, error);
  gboolean ok = FALSE;

  if (link != NULL)
    {
      HvfsMirror *mirror = hvfs_vcenter_server (link)->mirror;
      Route route = { &fs->server, { mirror, uri->host, FALSE, NULL, hvfs_locate_append_path, mirror },
                      store->serial, link };

      ok = find_there (&route, uri, head, datastore, move, error)
           && migrate (fs, store->serial, &route, move, store->cancellable, error);
      hvfs_vcenter_release (other, link, 0);
    }
  hvfs_vcenter_free (other);
  if (ok)
    hvfs_mirror_await_that (fs->mirror, has_left, GUINT_TO_POINTER (store->serial),
                            g_get_monotonic_time () + LEAVE_US, store->cancellable, NULL);
  return ok;
}

static gboolean
migrate_by_mount (HvfsStore *store, const char *head, const char *datastore, HvfsMove *move,
                  GError **error)
{
  HvfsFs *fs = store->fs;
  Route route = { &fs->server, hvfs_places_of_mount (fs), store->serial, NULL };
  g_autoptr (GError) failure = NULL;
  g_autoptr (HvfsUri) other = NULL;

  if (!hvfs_operation_require_vcenter (&fs->server, "migrate", error))
    return FALSE;
  other = parse_other (fs, head);
  if (other != NULL)
    return migrate_to_other (store, other, head, datastore, move, error);
  if (find_host (&route, head, move, &failure))
    return migrate_to (store, &route, datastore, move, error);
  if (failure->code == ENOENT && may_lead_out (fs, head))
    return migrate_by_vcenter (store, head, datastore, move, error);
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

HVFS_STORE (hvfs_migrate_store)
{
  HvfsFs *fs = store->fs;
  g_autofree char *head = NULL;
  char *values[N_MOVE] = { NULL };
  HvfsMove move = { 0 };
  gboolean ok;

  if (!hvfs_line_parse (line, move_keys, &head, values, error))
    return FALSE;
  ok = parse_move (head, values, &move, error);
  if (ok && hvfs_vcenter_is_for (fs->vcenter, &fs->server))
    ok = migrate_by_vcenter (store, head, values[MOVE_DATASTORE], &move, error);
  else if (ok)
    ok = migrate_by_mount (store, head, values[MOVE_DATASTORE], &move, error);
  free_values (values, N_MOVE);
  return ok;
}

/* ---- customize ---- */

/* What a customization takes beside its name, of a clone's guest or of one that exists. */
enum { CUSTOM_HOSTNAME, CUSTOM_IP, CUSTOM_GATEWAY, CUSTOM_DNS, CUSTOM_DOMAIN, N_CUSTOM };
#define CUSTOM_KEYS                                                                          \
  { "hostname", FALSE }, { "ip", FALSE }, { "gateway", FALSE }, { "dns", FALSE }, { "domain", FALSE }
static const HvfsKey customize_keys[] = { CUSTOM_KEYS, { NULL, FALSE } };

/* @with: (nullable): nothing is customized; @values: borrowed, by the keys above */
static gboolean
parse_customize (const char *with, char **values, HvfsCustomize *customize, GError **error)
{
  *customize = (HvfsCustomize){ with, values[CUSTOM_HOSTNAME], values[CUSTOM_IP],
                                values[CUSTOM_GATEWAY], values[CUSTOM_DNS], values[CUSTOM_DOMAIN] };
  return hvfs_customize_check (customize, error);
}

HVFS_STORE (hvfs_customize_store)
{
  g_autofree char *with = NULL;
  char *values[N_CUSTOM] = { NULL };
  HvfsCustomize customize;
  gboolean ok;

  if (!hvfs_line_parse (line, customize_keys, &with, values, error))
    return FALSE;
  ok = *with != '\0';
  if (!ok)
    g_set_error (error, HVFS_ERROR, EINVAL,
                 "the customization is missing: write linux, windows or the name of a "
                 "specification that the server keeps, before key=value");
  ok = ok && parse_customize (with, values, &customize, error)
       && hvfs_customize (&store->fs->server, store->serial, &customize, store->cancellable, error);
  free_values (values, N_CUSTOM);
  return ok;
}

/* ---- clone ---- */

enum { CLONE_HOST, CLONE_DATASTORE, CLONE_FOLDER, CLONE_POOL, CLONE_SNAPSHOT, CLONE_LINKED,
       CLONE_TEMPLATE, CLONE_CUSTOMIZE, CLONE_CUSTOM, N_CLONE = CLONE_CUSTOM + N_CUSTOM };
static const HvfsKey clone_keys[]
  = { { "host", FALSE },      { "datastore", FALSE }, { "folder", FALSE },   { "pool", FALSE },
      { "snapshot", FALSE },  { "linked", FALSE },    { "template", FALSE },
      { "customize", FALSE }, CUSTOM_KEYS,            { NULL, FALSE } };

static gboolean
parse_clone (HvfsStore *store, char **values, HvfsClone *clone, GError **error)
{
  HvfsPlaces places = hvfs_places_of_mount (store->fs);

  if ((values[CLONE_LINKED] != NULL
       && !hvfs_line_yes_no ("linked", values[CLONE_LINKED], &clone->linked, error))
      || (values[CLONE_TEMPLATE] != NULL
          && !hvfs_line_yes_no ("template", values[CLONE_TEMPLATE], &clone->is_template, error)))
    return FALSE;
  if (*clone->name == '\0')
    {
      g_set_error (error, HVFS_ERROR, EINVAL,
                   "the name of the copy is missing: write it first, before key=value");
      return FALSE;
    }
  if (values[CLONE_SNAPSHOT] != NULL)
    {
      clone->snapshot = hvfs_snapshots_number (store->fs, store->serial, values[CLONE_SNAPSHOT],
                                               TRUE, error);
      if (clone->snapshot == 0)
        return FALSE;
    }
  if (!parse_customize (values[CLONE_CUSTOMIZE], values + CLONE_CUSTOM, &clone->customize, error))
    return FALSE;
  clone->pool = values[CLONE_POOL];
  if (clone->pool != NULL && clone->is_template)
    {
      g_set_error (error, HVFS_ERROR, EINVAL, "pool: a template is in no resource pool");
      return FALSE;
    }
  if (values[CLONE_HOST] != NULL)
    {
      clone->host
        = hvfs_destination_host (&places, store->serial, values[CLONE_HOST], error);
      if (clone->host != 0 && !hvfs_destination_is_host (&places, clone->host))
        {
          g_set_error (error, HVFS_ERROR, EINVAL,
                       "host: '%.100s' is a cluster: write the name of a host",
                       values[CLONE_HOST]);
          return FALSE;
        }
    }
  if (values[CLONE_DATASTORE] != NULL && (values[CLONE_HOST] == NULL || clone->host != 0))
    clone->datastore
      = hvfs_destination_datastore (&places, clone->host != 0 ? clone->host : store->serial,
                                    values[CLONE_DATASTORE], error);
  if (values[CLONE_FOLDER] != NULL && (error == NULL || *error == NULL))
    clone->folder = hvfs_destination_folder (
      &places, clone->host != 0 ? clone->host : store->serial, values[CLONE_FOLDER], error);
  return (values[CLONE_HOST] == NULL || clone->host != 0)
         && (values[CLONE_DATASTORE] == NULL || clone->datastore != 0)
         && (values[CLONE_FOLDER] == NULL || clone->folder != 0);
}

HVFS_STORE (hvfs_clone_store)
{
  g_autofree char *name = NULL;
  char *values[N_CLONE] = { NULL };
  HvfsClone clone = { 0 };
  gboolean ok;

  if (!hvfs_line_parse (line, clone_keys, &name, values, error))
    return FALSE;
  clone.name = name;
  ok = parse_clone (store, values, &clone, error)
       && hvfs_clone (&store->fs->server, store->serial, &clone, store->cancellable, error);
  free_values (values, N_CLONE);
  return ok;
}

/* ---- mv ---- */

/* The domain called @name in the directory @dir; 0: none. */
static guint32
domain_named (HvfsFs *fs, HvfsNode dir, const char *name)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (fs->mirror));
  HvfsNode node;
  guint64 ino = hvfs_index_lookup (fs->index, hvfs_node_ino (dir), name);

  return hvfs_node_from_ino (ino, &node) && node.row == hvfs_row_of_kind (HVFS_KIND_VM) ? node.a : 0;
}

static gboolean
move_and_rename (HvfsCall *call, guint32 serial, HvfsNode dir, const char *name, HvfsNode new_dir,
                 const char *new_name, GError **error)
{
  HvfsMove move = { .host = new_dir.a, .priority = "defaultPriority" };
  Route route = { &call->fs->server, hvfs_places_of_mount (call->fs), serial, NULL };

  /* Before anything is begun: the second half is not to fail for what can be known. */
  if (strcmp (name, new_name) != 0
      && !hvfs_rename_check (&call->fs->server, serial, new_name, error))
    return FALSE;
  if (dir.a != new_dir.a && !migrate (call->fs, serial, &route, &move, call->cancellable, error))
    return FALSE;
  if (strcmp (name, new_name) == 0
      || hvfs_rename (&call->fs->server, serial, new_name, call->cancellable, error))
    return TRUE;
  if (dir.a != new_dir.a)
    g_prefix_error (error, "the domain was migrated, but not renamed: ");
  return FALSE;
}

/* A draft is this mount's own: the server hears nothing of it. */
static gboolean
rename_draft (HvfsFs *fs, guint32 number, HvfsNode new_dir, const char *new_name, GError **error)
{
  if (domain_named (fs, new_dir, new_name) == 0)
    return hvfs_drafts_rename (fs->drafts, number, hvfs_node_ino (new_dir), new_dir.a, new_name,
                               error);
  g_set_error (error, HVFS_ERROR, EEXIST, "there is a domain '%.100s' already", new_name);
  return FALSE;
}

gboolean
hvfs_domains_rename (HvfsCall *call, HvfsNode dir, const char *name, HvfsNode new_dir,
                     const char *new_name, guint flags, GError **error)
{
  HvfsFs *fs = call->fs;
  guint32 serial = domain_named (fs, dir, name);
  guint32 draft = hvfs_drafts_find (fs->drafts, hvfs_node_ino (dir), name);
  HvfsNode node = { hvfs_row_of_kind (HVFS_KIND_VM), serial, 0 };
  g_autofree char *there = NULL;
  g_autoptr (GError) failure = NULL;

  if (serial == 0 && draft != 0)
    return rename_draft (fs, draft, new_dir, new_name, error);
  if (serial == 0)
    {
      g_set_error (error, HVFS_ERROR, EPERM, "'%.100s' is not a domain and cannot be moved", name);
      return FALSE;
    }
  if (domain_named (fs, new_dir, new_name) != 0)
    g_set_error (&failure, HVFS_ERROR, EEXIST, "there is a domain '%.100s' already", new_name);
  else if (hvfs_line_check (new_name, &failure)
           && hvfs_connection_confirm (fs->connection, call->cancellable, &failure))
    move_and_rename (call, serial, dir, name, new_dir, new_name, &failure);
  there = hvfs_change_dup_target (fs, dir, new_dir, new_name);
  hvfs_change_remember_verb (fs, node, "mv", there, failure);
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}
