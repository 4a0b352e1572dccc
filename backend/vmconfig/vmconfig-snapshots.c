/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-snapshots.c - the disks as of a machine's snapshots; see
 * vmconfig-snapshots.h
 *
 * All snapshots of a machine are asked for at once, without all else than their hardware, and kept
 * until the machine's configuration or its tree of snapshots changes.
 */
#include "backend/vmconfig/vmconfig-snapshots.h"

#include "backend/mirror/retrieve.h"
#include "backend/operation/snapshot.h"
#include "backend/vmconfig/vmconfig-priv.h"
#include "backend/wire/fault.h"
#include "convert/error.h"

/* Of so many machines; then all are forgotten. */
#define MAX_MACHINES 4096

/* The disks of all snapshots of a machine, as the tree @tree has them. */
typedef struct
{
  HvfsValue *tree;
  char *version;
  gboolean running;
  GHashTable *disks; /* number -> GPtrArray, owned */
} Entry;

struct _HvfsSnapshotDisks
{
  GMutex lock;         /* taken behind the mirror's */
  GHashTable *entries; /* lock: serial -> Entry, owned */
  HvfsFlight *coming;
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  hvfs_value_unref (entry->tree);
  g_free (entry->version);
  g_hash_table_unref (entry->disks);
  g_free (entry);
}

HvfsSnapshotDisks *
hvfs_snapshot_disks_new (void)
{
  HvfsSnapshotDisks *snapshots = g_new0 (HvfsSnapshotDisks, 1);

  g_mutex_init (&snapshots->lock);
  snapshots->entries = g_hash_table_new_full (NULL, NULL, NULL, entry_free);
  snapshots->coming = hvfs_flight_new ();
  return snapshots;
}

void
hvfs_snapshot_disks_free (HvfsSnapshotDisks *snapshots)
{
  hvfs_flight_free (snapshots->coming);
  g_hash_table_unref (snapshots->entries);
  g_mutex_clear (&snapshots->lock);
  g_free (snapshots);
}

GPtrArray *
hvfs_config_get_snapshot_disks (HvfsConfig *config, guint32 serial, guint32 number)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&config->snapshots->lock);
  HvfsMirror *mirror = config->server.mirror;
  const HvfsObject *vm = hvfs_mirror_get (mirror, serial);
  const Entry *entry = g_hash_table_lookup (config->snapshots->entries, GUINT_TO_POINTER (serial));
  GPtrArray *disks;

  if (vm == NULL || entry == NULL || entry->tree != hvfs_object_get (vm, HVFS_VM_SNAPSHOT)
      || !hvfs_vm_is_locked (mirror, serial, entry->version, entry->running))
    return NULL;
  disks = g_hash_table_lookup (entry->disks, GUINT_TO_POINTER (number));
  return disks == NULL ? NULL : g_ptr_array_ref (disks);
}

/* ---- asking ---- */

/* What is asked for. */
typedef struct
{
  HvfsValue *tree;
  GPtrArray *morefs;  /* of the snapshots, the wanted one's first */
  GArray *numbers;    /* guint32: of the same */
} Asked;

static void
asked_clear (Asked *asked)
{
  hvfs_value_unref (asked->tree);
  g_ptr_array_unref (asked->morefs);
  g_array_unref (asked->numbers);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Asked, asked_clear)

static gboolean
look (HvfsConfig *config, guint32 serial, guint32 number, Asked *asked, GError **error)
{
  g_autoptr (GRWLockReaderLocker) reader
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (config->server.mirror));
  const HvfsObject *vm = hvfs_mirror_get (config->server.mirror, serial);
  g_autoptr (GArray) all = vm == NULL ? NULL : hvfs_snapshots_of (vm);
  gboolean found = FALSE;

  for (guint i = 0; all != NULL && i < all->len; i++)
    {
      const HvfsSnapshot *snapshot = &g_array_index (all, HvfsSnapshot, i);
      const char *moref = hvfs_value_text (snapshot->tree, "snapshot");
      guint at = snapshot->number == number ? 0 : asked->morefs->len;

      if (moref == NULL)
        continue;
      g_ptr_array_insert (asked->morefs, at, g_strdup (moref));
      g_array_insert_val (asked->numbers, at, snapshot->number);
      found |= snapshot->number == number;
    }
  if (found)
    asked->tree = hvfs_value_ref (hvfs_object_get (vm, HVFS_VM_SNAPSHOT));
  else
    hvfs_error_set_gone ("snapshot", error);
  return found;
}

/* @content: of a snapshot.  (transfer full); NULL with @error */
static GPtrArray *
disks_in (const HvfsValue *content, GError **error)
{
  const HvfsValue *hardware = hvfs_value_get (content, "propSet.val");
  const HvfsValue *fault = hvfs_value_get (content, "missingSet.fault");
  g_autoptr (HvfsVmRead) read = NULL;

  if (hardware == NULL)
    {
      if (fault != NULL)
        g_propagate_error (error, hvfs_fault_new_error_localized (fault));
      else
        g_set_error (error, HVFS_ERROR, EIO, "the server has no configuration of the snapshot");
      return NULL;
    }
  read = hvfs_vm_read_drives (hardware);
  return hvfs_config_disks_new (read);
}

static void
keep (HvfsConfig *config, const HvfsVmLook *vm, Asked *asked, GHashTable *disks)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&config->snapshots->lock);
  GHashTable *entries = config->snapshots->entries;
  Entry *entry = g_new (Entry, 1);

  *entry = (Entry){ hvfs_value_ref (asked->tree), g_strdup (vm->version), vm->running, disks };
  if (g_hash_table_size (entries) >= MAX_MACHINES)
    g_hash_table_remove_all (entries);
  g_hash_table_replace (entries, GUINT_TO_POINTER (vm->serial), entry);
}

static gboolean
fetch (HvfsConfig *config, guint32 serial, guint32 number, GCancellable *cancellable,
       GError **error)
{
  static const char *const paths[] = { "config.hardware", NULL };
  g_auto (Asked) asked = { NULL, g_ptr_array_new_with_free_func (g_free),
                           g_array_new (FALSE, FALSE, sizeof (guint32)) };
  g_autoptr (HvfsVmLook) vm = hvfs_vm_look (config->server.mirror, serial, error);
  g_autoptr (GPtrArray) contents = NULL;
  GHashTable *disks;
  gboolean ok = FALSE;

  if (vm == NULL || !look (config, serial, number, &asked, error))
    return FALSE;
  contents = hvfs_retrieve_paths (config->server.session, "VirtualMachineSnapshot", paths,
                                  asked.morefs, cancellable, error);
  if (contents == NULL)
    return FALSE;
  disks = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_ptr_array_unref);
  for (guint i = 0; i < asked.morefs->len; i++)
    {
      GPtrArray *each = disks_in (hvfs_retrieve_find (contents, asked.morefs->pdata[i]),
                                  i == 0 ? error : NULL);

      if (each != NULL)
        g_hash_table_replace (disks, GUINT_TO_POINTER (g_array_index (asked.numbers, guint32, i)),
                              each);
      ok |= i == 0 && each != NULL;
    }
  keep (config, vm, &asked, disks);
  return ok;
}

static gboolean
is_here (HvfsConfig *config, guint32 serial, guint32 number)
{
  g_autoptr (GRWLockReaderLocker) reader
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (config->server.mirror));
  g_autoptr (GPtrArray) disks = hvfs_config_get_snapshot_disks (config, serial, number);

  return disks != NULL;
}

gboolean
hvfs_config_fetch_snapshot_disks (HvfsConfig *config, guint32 serial, guint32 number,
                                  GCancellable *cancellable, GError **error)
{
  HvfsFlight *coming = config->snapshots->coming;
  HvfsFlightTurn turn = HVFS_FLIGHT_OVER;
  gboolean ok;

  while (turn == HVFS_FLIGHT_OVER && !is_here (config, serial, number))
    turn = hvfs_flight_begin (coming, serial, cancellable, error);
  if (turn != HVFS_FLIGHT_MINE)
    return turn == HVFS_FLIGHT_OVER;
  ok = is_here (config, serial, number) || fetch (config, serial, number, cancellable, error);
  hvfs_flight_end (coming, serial);
  return ok;
}
