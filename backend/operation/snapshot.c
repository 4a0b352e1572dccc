/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/snapshot.c - a machine's snapshots; see snapshot.h */
#include "backend/operation/snapshot.h"

#include <string.h>

#include "backend/mirror/inventory-name.h"
#include "convert/error.h"

#define NUMBER_MASK ((1u << 27) - 1)
#define MAX_DEPTH 256

/* Servers before 4.0 give no id; their references end in a number. */
guint32
hvfs_snapshot_number (const HvfsValue *tree)
{
  const char *moref = hvfs_value_text (tree, "snapshot");
  gint64 id = hvfs_value_int (tree, "id", 0);
  const char *digits = moref == NULL ? "" : moref + strlen (moref);

  while (id <= 0 && moref != NULL && digits > moref && g_ascii_isdigit (digits[-1]))
    digits--;
  if (id <= 0)
    id = g_ascii_strtoll (digits, NULL, 10);
  return id <= 0 || id > NUMBER_MASK ? 1 : (guint32) id;
}

static void
collect (HvfsValue *above, const char *element, HvfsValue *parent, guint depth, GArray *found)
{
  for (guint i = 0; i < hvfs_value_n_children (above) && depth < MAX_DEPTH; i++)
    {
      HvfsValue *tree = hvfs_value_nth (above, i);
      HvfsSnapshot snapshot = { 0, tree, parent };

      if (strcmp (hvfs_value_name (tree), element) != 0)
        continue;
      snapshot.number = hvfs_snapshot_number (tree);
      g_array_append_val (found, snapshot);
      collect (tree, "childSnapshotList", tree, depth + 1, found);
    }
}

GArray *
hvfs_snapshots_of (const HvfsObject *vm)
{
  GArray *found = g_array_new (FALSE, FALSE, sizeof (HvfsSnapshot));

  collect (hvfs_object_get (vm, HVFS_VM_SNAPSHOT), "rootSnapshotList", NULL, 0, found);
  return found;
}

gboolean
hvfs_snapshot_find (const HvfsObject *vm, guint32 number, HvfsSnapshot *ret)
{
  g_autoptr (GArray) all = hvfs_snapshots_of (vm);

  for (guint i = 0; i < all->len; i++)
    if (g_array_index (all, HvfsSnapshot, i).number == number)
      {
        *ret = g_array_index (all, HvfsSnapshot, i);
        return TRUE;
      }
  return FALSE;
}

/* The number of the snapshot with that reference; 0: there is none. */
static guint32
number_of (const HvfsObject *vm, const char *moref)
{
  g_autoptr (GArray) all = hvfs_snapshots_of (vm);

  for (guint i = 0; i < all->len; i++)
    {
      HvfsSnapshot *snapshot = &g_array_index (all, HvfsSnapshot, i);

      if (g_strcmp0 (hvfs_value_text (snapshot->tree, "snapshot"), moref) == 0)
        return snapshot->number;
    }
  return 0;
}

guint32
hvfs_snapshot_current (const HvfsObject *vm)
{
  const char *moref
    = hvfs_value_text (hvfs_object_get (vm, HVFS_VM_SNAPSHOT), "currentSnapshot");

  return moref == NULL ? 0 : number_of (vm, moref);
}

/* ---- changing them ---- */

/* A request on the snapshot itself. */
static HvfsRequest *
new_request (const HvfsServer *server, guint32 serial, guint32 number, const char *method,
             GError **error)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (server->mirror));
  HvfsObject *vm = hvfs_mirror_get (server->mirror, serial);
  HvfsSnapshot snapshot;

  if (vm != NULL && hvfs_snapshot_find (vm, number, &snapshot))
    return hvfs_request_new (method, "VirtualMachineSnapshot",
                             hvfs_value_text (snapshot.tree, "snapshot"));
  hvfs_error_set_gone ("snapshot", error);
  return NULL;
}

static gboolean
is_there (const HvfsObject *vm, gconstpointer moref)
{
  return number_of (vm, moref) != 0;
}

static guint32
look_up (const HvfsServer *server, guint32 serial, const char *moref)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (server->mirror));
  HvfsObject *vm = hvfs_mirror_get (server->mirror, serial);

  return vm == NULL ? 0 : number_of (vm, moref);
}

guint32
hvfs_snapshot_create (const HvfsServer *server, guint32 serial, const char *name,
                      const char *description, gboolean memory, gboolean quiesce,
                      GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsRequest) request
    = hvfs_operation_new (server, serial, "CreateSnapshot_Task", error);
  g_autofree char *raw = hvfs_inventory_name_from_user (name);
  g_autoptr (HvfsValue) result = NULL;
  const char *moref;
  guint32 number;

  if (request == NULL)
    return 0;
  hvfs_request_text (request, "name", raw);
  if (description != NULL)
    hvfs_request_text (request, "description", description);
  hvfs_request_bool (request, "memory", memory);
  hvfs_request_bool (request, "quiesce", quiesce);
  if (!hvfs_operation_run (server, request, serial, NULL, NULL, &result, cancellable, error))
    return 0;
  moref = hvfs_value_text (result, NULL);
  hvfs_operation_await_shown (server, serial, is_there, moref);
  number = look_up (server, serial, moref);
  if (number == 0)
    g_set_error (error, HVFS_ERROR, EIO, "the snapshot was taken, but the server does not show it");
  return number;
}

static gboolean
is_gone (const HvfsObject *vm, gconstpointer number)
{
  HvfsSnapshot snapshot;

  return !hvfs_snapshot_find (vm, GPOINTER_TO_UINT (number), &snapshot);
}

gboolean
hvfs_snapshot_delete (const HvfsServer *server, guint32 serial, guint32 number,
                      gboolean children, GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsRequest) request
    = new_request (server, serial, number, "RemoveSnapshot_Task", error);

  if (request == NULL)
    return FALSE;
  hvfs_request_bool (request, "removeChildren", children);
  return hvfs_operation_run (server, request, serial, is_gone, GUINT_TO_POINTER (number), NULL,
                             cancellable, error);
}

/* Reverted is also the power state. */
static gboolean
is_reverted (const HvfsObject *vm, gconstpointer number)
{
  HvfsSnapshot snapshot;

  return hvfs_snapshot_current (vm) == GPOINTER_TO_UINT (number)
         && hvfs_snapshot_find (vm, GPOINTER_TO_UINT (number), &snapshot)
         && g_strcmp0 (hvfs_value_text (hvfs_object_get (vm, HVFS_VM_POWER), NULL),
                       hvfs_value_text (snapshot.tree, "state"))
              == 0;
}

gboolean
hvfs_snapshot_revert (const HvfsServer *server, guint32 serial, guint32 number,
                      GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsRequest) request
    = new_request (server, serial, number, "RevertToSnapshot_Task", error);

  return request != NULL
         && hvfs_operation_run (server, request, serial, is_reverted, GUINT_TO_POINTER (number),
                                NULL, cancellable, error);
}

typedef struct
{
  guint32 number;
  const char *name, *description;
} Change;

static gboolean
is_changed (const HvfsObject *vm, gconstpointer data)
{
  const Change *change = data;
  HvfsSnapshot snapshot;

  return hvfs_snapshot_find (vm, change->number, &snapshot)
         && (change->name == NULL
             || g_strcmp0 (hvfs_value_text (snapshot.tree, "name"), change->name) == 0)
         && (change->description == NULL
             || g_strcmp0 (hvfs_value_text (snapshot.tree, "description"), change->description)
                  == 0);
}

gboolean
hvfs_snapshot_change (const HvfsServer *server, guint32 serial, guint32 number, const char *name,
                      const char *description, GError **error)
{
  g_autoptr (HvfsRequest) request = new_request (server, serial, number, "RenameSnapshot", error);
  g_autofree char *raw = name == NULL ? NULL : hvfs_inventory_name_from_user (name);
  Change change = { number, raw, description };

  if (request == NULL)
    return FALSE;
  if (raw != NULL)
    hvfs_request_text (request, "name", raw);
  if (description != NULL)
    hvfs_request_text (request, "description", description);
  return hvfs_operation_call (server, request, serial, is_changed, &change, error);
}
