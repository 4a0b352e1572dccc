/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/attr-snapshot.c - the directory snapshots of a domain
 *
 * Exists so that mkdir takes a snapshot, mv renames it, and what it is can be read;
 * rmdir does not remove one, as nothing that walks and deletes may.  Snapshots of one
 * machine may share a name: then all but the oldest are NAME~MOREF, as domains are.
 */
#include "fs/attr/attr-snapshot.h"

#include <string.h>

#include "backend/mirror/inventory-name.h"
#include "backend/operation/snapshot.h"
#include "convert/error.h"
#include "convert/xml/xml-out.h"
#include "fs/attr/attr-disk.h"
#include "fs/attr/tables.h"
#include "fs/edit/whole.h"
#include "fs/fs.h"
#include "fs/row/line.h"
#include "fs/tree/change.h"
#include "fs/tree/notify.h"

/* ---- names ---- */

static guint64
dir_ino (guint32 serial)
{
  return hvfs_node_ino ((HvfsNode){ hvfs_row (HVFS_NAMED_SNAPSHOTS), serial, 0 });
}

static char *
dup_plain_name (const HvfsSnapshot *snapshot)
{
  const char *raw = hvfs_value_text (snapshot->tree, "name");
  GString *name = g_string_new (raw);

  if (raw == NULL || *raw == '\0' || strcmp (raw, ".") == 0 || strcmp (raw, "..") == 0)
    g_string_printf (name, "snapshot-%u", snapshot->number);
  g_string_replace (name, "/", "%2f", 0);
  return g_string_free (name, FALSE);
}

/* Whether an older one, or a file, has the name. */
static gboolean
is_taken (GArray *all, const HvfsSnapshot *snapshot, const char *name)
{
  if (hvfs_row_named (hvfs_snapshots_table, name) != NULL)
    return TRUE;
  for (guint i = 0; i < all->len; i++)
    {
      const HvfsSnapshot *other = &g_array_index (all, HvfsSnapshot, i);

      if (strverscmp (hvfs_value_text (other->tree, "snapshot"),
                      hvfs_value_text (snapshot->tree, "snapshot"))
          < 0)
        {
          g_autofree char *taken = dup_plain_name (other);

          if (strcmp (taken, name) == 0)
            return TRUE;
        }
    }
  return FALSE;
}

static char *
dup_name (GArray *all, const HvfsSnapshot *snapshot)
{
  char *name = dup_plain_name (snapshot);
  g_autofree char *plain = NULL;

  if (!is_taken (all, snapshot, name))
    return name;
  plain = name;
  return g_strdup_printf ("%s~%s", plain, hvfs_value_text (snapshot->tree, "snapshot"));
}

void
hvfs_snapshots_place (const HvfsObject *vm, GArray *places, GPtrArray *names)
{
  g_autoptr (GArray) all = NULL;

  if (hvfs_object_get (vm, HVFS_VM_SNAPSHOT) == NULL)
    return;
  all = hvfs_snapshots_of (vm);
  for (guint i = 0; i < all->len; i++)
    {
      const HvfsSnapshot *snapshot = &g_array_index (all, HvfsSnapshot, i);
      HvfsPlace place = {
        dir_ino (vm->serial), dup_name (all, snapshot),
        hvfs_node_ino ((HvfsNode){ &hvfs_snapshot_row, vm->serial, snapshot->number })
      };

      g_ptr_array_add (names, (char *) place.name);
      g_array_append_val (places, place);
    }
}

static void
forget_table (HvfsFs *fs, HvfsRow *table, guint32 serial, guint32 number)
{
  for (HvfsRow *row = table; row->mode != 0; row++)
    {
      HvfsNode dir = { row->parent, serial, number };

      hvfs_notifier_inode (fs->notifier, hvfs_node_ino ((HvfsNode){ row, serial, number }));
      if (row->visible != NULL)
        {
          hvfs_notifier_entry (fs->notifier, hvfs_node_ino (dir), row->name);
          hvfs_notifier_inode (fs->notifier, hvfs_node_ino (dir));
        }
    }
}

void
hvfs_snapshots_forget (HvfsFs *fs, const HvfsObject *vm)
{
  g_autoptr (GArray) all = hvfs_snapshots_of (vm);

  forget_table (fs, hvfs_snapshots_table, vm->serial, 0);
  for (guint i = 0; i < all->len; i++)
    forget_table (fs, hvfs_snapshot_table, vm->serial,
                  g_array_index (all, HvfsSnapshot, i).number);
}

/* ---- what one is ---- */

static gboolean
find (const HvfsObject *vm, HvfsNode node, HvfsSnapshot *ret, GError **error)
{
  if (hvfs_snapshot_find (vm, node.b, ret))
    return TRUE;
  hvfs_error_set_gone ("snapshot", error);
  return FALSE;
}

static gboolean
stat_one (HvfsFs *fs, HvfsNode node, const HvfsObject *vm, struct stat *st)
{
  HvfsSnapshot snapshot;

  if (!hvfs_snapshot_find (vm, node.b, &snapshot))
    return FALSE;
  st->st_mtim = hvfs_timespec (hvfs_value_time_us (snapshot.tree, "createTime"));
  return TRUE;
}

static gboolean
created_show (HvfsFs *fs, HvfsNode node, const HvfsObject *vm, GString *out, GError **error)
{
  HvfsSnapshot snapshot;
  g_autoptr (GDateTime) when = NULL;
  g_autofree char *text = NULL;

  if (!find (vm, node, &snapshot, error))
    return FALSE;
  when = g_date_time_new_from_unix_utc (hvfs_value_time_us (snapshot.tree, "createTime")
                                        / G_TIME_SPAN_SECOND);
  text = g_date_time_format (when, "%Y-%m-%dT%H:%M:%SZ");
  g_string_append_printf (out, "%s\n", text);
  return TRUE;
}

static const struct
{
  const char *value, *word, *libvirt;
} states[] = {
  { "poweredOn", "running", "running" },
  { "poweredOff", "off", "shutoff" },
  { "suspended", "suspended", "paused" },
};

static guint
state_of (const HvfsSnapshot *snapshot)
{
  const char *value = hvfs_value_text (snapshot->tree, "state");

  for (guint i = 0; value != NULL && i < G_N_ELEMENTS (states); i++)
    if (g_ascii_strcasecmp (states[i].value, value) == 0)
      return i;
  return 1;
}

static gboolean
state_show (HvfsFs *fs, HvfsNode node, const HvfsObject *vm, GString *out, GError **error)
{
  HvfsSnapshot snapshot;

  if (!find (vm, node, &snapshot, error))
    return FALSE;
  g_string_append_printf (out, "%s\n", states[state_of (&snapshot)].word);
  return TRUE;
}

static gboolean
description_show (HvfsFs *fs, HvfsNode node, const HvfsObject *vm, GString *out, GError **error)
{
  HvfsSnapshot snapshot;

  if (!find (vm, node, &snapshot, error))
    return FALSE;
  hvfs_whole_show (out, hvfs_value_text (snapshot.tree, "description"));
  return TRUE;
}

static gboolean
description_commit (HvfsStore *store, const char *text, GError **error)
{
  return hvfs_snapshot_change (&store->fs->server, store->serial, store->node.b, NULL, text,
                               error);
}

/* What virsh snapshot-dumpxml prints of it. */
static gboolean
xml_show (HvfsFs *fs, HvfsNode node, const HvfsObject *vm, GString *text, GError **error)
{
  HvfsSnapshot snapshot;
  HvfsXmlOut out = { text, 0 };
  g_autofree char *name = NULL, *parent = NULL;
  const char *description, *uuid = hvfs_value_text (hvfs_object_get (vm, HVFS_VM_UUID), NULL);

  if (!find (vm, node, &snapshot, error))
    return FALSE;
  name = hvfs_inventory_name_decode (hvfs_value_text (snapshot.tree, "name"));
  description = hvfs_value_text (snapshot.tree, "description");
  hvfs_xml_open (&out, "domainsnapshot", NULL);
  hvfs_xml_leaf (&out, "name", name, NULL);
  hvfs_xml_leaf (&out, "description", description, NULL);
  hvfs_xml_leaf (&out, "state", states[state_of (&snapshot)].libvirt, NULL);
  if (snapshot.parent != NULL)
    {
      parent = hvfs_inventory_name_decode (hvfs_value_text (snapshot.parent, "name"));
      hvfs_xml_open (&out, "parent", NULL);
      hvfs_xml_leaf (&out, "name", parent, NULL);
      hvfs_xml_close (&out, "parent");
    }
  hvfs_xml_leaf (&out, "creationTime",
                 HVFS_XML_NUMBER (hvfs_value_time_us (snapshot.tree, "createTime")
                                  / G_TIME_SPAN_SECOND),
                 NULL);
  hvfs_xml_open (&out, "domain", NULL);
  hvfs_xml_leaf (&out, "uuid", uuid, NULL);
  hvfs_xml_close (&out, "domain");
  hvfs_xml_close (&out, "domainsnapshot");
  return TRUE;
}

/* ---- links ---- */

static gboolean
append_name (const HvfsObject *vm, guint32 number, const char *prefix, GString *target)
{
  g_autoptr (GArray) all = hvfs_snapshots_of (vm);

  for (guint i = 0; i < all->len; i++)
    if (g_array_index (all, HvfsSnapshot, i).number == number)
      {
        g_autofree char *name = dup_name (all, &g_array_index (all, HvfsSnapshot, i));

        g_string_append_printf (target, "%s%s", prefix, name);
        return TRUE;
      }
  return FALSE;
}

static guint32
parent_number (const HvfsObject *vm, HvfsNode node)
{
  HvfsSnapshot snapshot;

  return vm != NULL && hvfs_snapshot_find (vm, node.b, &snapshot) && snapshot.parent != NULL
           ? hvfs_snapshot_number (snapshot.parent)
           : 0;
}

static gboolean
parent_link (HvfsFs *fs, HvfsNode node, GString *target)
{
  HvfsObject *vm = hvfs_mirror_get (fs->mirror, node.a);
  guint32 number = parent_number (vm, node);

  return number != 0 && append_name (vm, number, "../", target);
}

static gboolean
has_parent (HvfsFs *fs, HvfsNode node)
{
  return parent_number (hvfs_mirror_get (fs->mirror, node.a), node) != 0;
}

static gboolean
current_link (HvfsFs *fs, HvfsNode node, GString *target)
{
  HvfsObject *vm = hvfs_mirror_get (fs->mirror, node.a);
  guint32 number = vm == NULL ? 0 : hvfs_snapshot_current (vm);

  return number != 0 && append_name (vm, number, "", target);
}

static gboolean
has_current (HvfsFs *fs, HvfsNode node)
{
  HvfsObject *vm = hvfs_mirror_get (fs->mirror, node.a);

  return vm != NULL && hvfs_snapshot_current (vm) != 0;
}

/* ---- changing them ---- */

guint32
hvfs_snapshots_number (HvfsFs *fs, guint32 serial, const char *name, gboolean or_current, GError **error)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (fs->mirror));
  g_autofree char *escaped = hvfs_inventory_name_from_user (name);
  HvfsObject *vm = hvfs_mirror_get (fs->mirror, serial);
  HvfsNode node = { NULL, 0, 0 };

  if (vm != NULL && or_current && strcmp (name, "current") == 0)
    node.b = hvfs_snapshot_current (vm);
  else if (!hvfs_node_from_ino (hvfs_index_lookup (fs->index, dir_ino (serial), name), &node)
           && !hvfs_node_from_ino (hvfs_index_lookup (fs->index, dir_ino (serial), escaped), &node))
    node.b = 0;
  if (node.b == 0)
    g_set_error (error, HVFS_ERROR, ENOENT, "there is no snapshot '%.100s': see snapshots/", name);
  return node.b;
}

gboolean
hvfs_revert_store (HvfsStore *store, const char *line, GError **error)
{
  g_autofree char *name = hvfs_line_dup_unquoted (line);
  guint32 number = hvfs_snapshots_number (store->fs, store->serial, name, TRUE, error);

  return number != 0
         && hvfs_snapshot_revert (&store->fs->server, store->serial, number, store->cancellable,
                                  error);
}

static gboolean
require_name (const char *name, GError **error)
{
  if (*name != '\0')
    return TRUE;
  g_set_error (error, HVFS_ERROR, EINVAL,
               "the name of the snapshot is missing: write it first, before key=value");
  return FALSE;
}

enum { CREATE_MEMORY, CREATE_QUIESCE, CREATE_DESCRIPTION, N_CREATE };
static const HvfsKey create_keys[] = { { "memory", FALSE }, { "quiesce", FALSE },
                                       { "description", TRUE }, { NULL, FALSE } };

static gboolean
create_store (HvfsStore *store, const char *line, GError **error)
{
  g_autofree char *name = NULL;
  char *values[N_CREATE] = { NULL };
  gboolean memory = TRUE, quiesce = FALSE, ok;

  if (!hvfs_line_parse (line, create_keys, &name, values, error))
    return FALSE;
  ok = (values[CREATE_MEMORY] == NULL
        || hvfs_line_yes_no ("memory", values[CREATE_MEMORY], &memory, error))
       && (values[CREATE_QUIESCE] == NULL
           || hvfs_line_yes_no ("quiesce", values[CREATE_QUIESCE], &quiesce, error));
  ok = ok && require_name (name, error)
       && hvfs_snapshot_create (&store->fs->server, store->serial, name,
                                values[CREATE_DESCRIPTION], memory, quiesce, store->cancellable,
                                error)
            != 0;
  for (guint i = 0; i < N_CREATE; i++)
    g_free (values[i]);
  return ok;
}

static const HvfsKey delete_keys[] = { { "children", FALSE }, { NULL, FALSE } };

static gboolean
delete_store (HvfsStore *store, const char *line, GError **error)
{
  g_autofree char *name = NULL, *children = NULL;
  gboolean with_children = FALSE;
  guint32 number;

  if (!hvfs_line_parse (line, delete_keys, &name, &children, error)
      || !require_name (name, error)
      || (children != NULL && !hvfs_line_yes_no ("children", children, &with_children, error)))
    return FALSE;
  /* What removes asks for the name: the link may have moved on. */
  number = hvfs_snapshots_number (store->fs, store->serial, name, FALSE, error);
  return number != 0
         && hvfs_snapshot_delete (&store->fs->server, store->serial, number, with_children,
                                  store->cancellable, error);
}

static guint64
snapshots_mkdir (HvfsCall *call, HvfsNode dir, const char *name, mode_t mode, GError **error)
{
  g_autoptr (GError) failure = NULL;
  guint32 number = 0;

  if (hvfs_line_check (name, &failure)
      && hvfs_connection_confirm (call->fs->connection, call->cancellable, &failure))
    number = hvfs_snapshot_create (&call->fs->server, dir.a, name, NULL, TRUE, FALSE,
                                   call->cancellable, &failure);

  hvfs_change_remember (call->fs, dir_ino (dir.a), dir, name, failure);
  if (number != 0)
    return hvfs_node_ino ((HvfsNode){ &hvfs_snapshot_row, dir.a, number });
  g_propagate_error (error, g_steal_pointer (&failure));
  return 0;
}

static gboolean
snapshots_rename (HvfsCall *call, HvfsNode dir, const char *name, HvfsNode new_dir,
                  const char *new_name, guint flags, GError **error)
{
  g_autoptr (GError) failure = NULL;
  guint32 number = hvfs_snapshots_number (call->fs, dir.a, name, TRUE, &failure);
  gboolean ok = FALSE;

  if (number != 0 && dir.a != new_dir.a)
    g_set_error (&failure, HVFS_ERROR, EPERM, "a snapshot cannot leave its domain's directory");
  else if (number != 0 && hvfs_snapshots_number (call->fs, dir.a, new_name, TRUE, NULL) != 0)
    g_set_error (&failure, HVFS_ERROR, EEXIST, "there is a snapshot '%.100s' already", new_name);
  else if (number != 0 && hvfs_line_check (new_name, &failure))
    ok = hvfs_snapshot_change (&call->fs->server, dir.a, number, new_name, NULL, &failure);
  hvfs_change_remember (call->fs, dir_ino (dir.a), dir, name, failure);
  if (!ok)
    g_propagate_error (error, g_steal_pointer (&failure));
  return ok;
}

const HvfsDirOps hvfs_snapshots_ops = { .mkdir = snapshots_mkdir, .rename = snapshots_rename };

/* ---- the tables ---- */

HvfsRow hvfs_snapshots_table[] = {
  { .name = "create", .mode = S_IFREG | 0200, .store = create_store },
  { .name = "delete", .mode = S_IFREG | 0200, .store = delete_store },
  { .name = "current", .mode = S_IFLNK | 0777, .link = current_link, .visible = has_current },
  { NULL }
};

#define DEPENDS HVFS_PROP (HVFS_VM_SNAPSHOT)

HvfsRow hvfs_snapshot_table[] = {
  { .name = "snapshot.xml", .mode = S_IFREG | 0444, .show = xml_show, .stat = stat_one,
    .depends = DEPENDS | HVFS_PROP (HVFS_VM_UUID) },
  { .name = "created", .mode = S_IFREG | 0444, .show = created_show, .stat = stat_one,
    .depends = DEPENDS },
  { .name = "state", .mode = S_IFREG | 0444, .show = state_show, .stat = stat_one,
    .depends = DEPENDS },
  { .name = "description", .mode = S_IFREG | 0644, .show = description_show,
    .stat = stat_one, .file_ops = &hvfs_whole_ops, .commit = description_commit,
    .depends = DEPENDS },
  { .name = "disks", .mode = S_IFDIR | 0755, .members = hvfs_snapshot_disk_members,
    .dir_ops = &hvfs_disks_ops, .fetch = &hvfs_disks_fetch, .stat = stat_one,
    .depends = DEPENDS | HVFS_CONFIG_PROPS },
  { .name = "parent", .mode = S_IFLNK | 0777, .link = parent_link, .visible = has_parent,
    .stat = stat_one },
  { NULL }
};

HvfsRow hvfs_snapshot_row
  = { .mode = S_IFDIR | 0755, .flags = HVFS_ROW_NUMBERED, .table = hvfs_snapshot_table,
      .stat = stat_one };
