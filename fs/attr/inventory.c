/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/inventory.c - the file "inventory": every domain, one a line; see inventory.h */
#include "fs/attr/inventory.h"

#include <string.h>

#include "backend/operation/power.h"
#include "convert/error.h"
#include "convert/model/scalar.h"
#include "fs/attr/addresses.h"
#include "fs/attr/tables.h"
#include "fs/fs.h"
#include "fs/row/call.h"
#include "fs/row/field.h"
#include "fs/tree/dir-times.h"
#include "fs/tree/index.h"
#include "fs/tree/path.h"

/* In place of what the server does not let this user read. */
#define UNREADABLE "?"

/* What a stat says is remembered, and the text not: it is long. */
struct _HvfsInventory
{
  GMutex lock;
  guint64 n_applied;  /* lock: HvfsFs.n_applied when that was so; 0: nothing is known yet */
  gsize size;         /* lock */
  gint64 changed_us;  /* lock: when a domain last changed, came or went */
};

HvfsInventory *
hvfs_inventory_new (void)
{
  HvfsInventory *inventory = g_new0 (HvfsInventory, 1);

  g_mutex_init (&inventory->lock);
  return inventory;
}

void
hvfs_inventory_free (HvfsInventory *inventory)
{
  g_mutex_clear (&inventory->lock);
  g_free (inventory);
}

/* ---- fields ---- */

typedef struct
{
  HvfsFs *fs;
  const HvfsObject *vm;
  const char *name;  /* in by-name */
  GHashTable *dirs;  /* path of each directory that was asked for, by its inode */
  GString *scratch;
} Domain;

static gboolean
is_unreadable (const Domain *domain, guint index)
{
  return (domain->vm->missing & HVFS_PROP (index)) != 0;
}

static void
append_text (const Domain *domain, guint index, GString *out)
{
  hvfs_field_append (out, is_unreadable (domain, index)
                            ? UNREADABLE
                            : hvfs_value_text (hvfs_object_get (domain->vm, index), NULL));
}

static void
append_number (const Domain *domain, guint index, gint64 unit, GString *out)
{
  HvfsValue *value = hvfs_object_get (domain->vm, index);

  if (value == NULL)
    append_text (domain, index, out);
  else
    hvfs_field_append_int (out, hvfs_value_int (value, NULL, 0) * unit);
}

static void
append_name (const Domain *domain, GString *out)
{
  hvfs_field_append (out, domain->name);
}

static void
append_uuid (const Domain *domain, GString *out)
{
  append_text (domain, HVFS_VM_UUID, out);
}

static void
append_moref (const Domain *domain, GString *out)
{
  hvfs_field_append (out, domain->vm->moref);
}

static void
append_state (const Domain *domain, GString *out)
{
  const char *word = is_unreadable (domain, HVFS_VM_POWER) || is_unreadable (domain, HVFS_VM_CONNECTION)
                       ? NULL
                       : hvfs_power_word (domain->vm);

  hvfs_field_append (out, word != NULL ? word : UNREADABLE);
}

/* The path of the directory that holds the domain's @ino; many have the same.  (nullable) */
static const char *
dir_path (const Domain *domain, guint64 ino)
{
  guint64 dir = hvfs_index_dir_of (domain->fs->index, domain->vm->serial, ino);
  const char *known = g_hash_table_lookup (domain->dirs, &dir);
  g_autoptr (GString) path = NULL;

  if (dir == 0 || known != NULL)
    return known;
  path = g_string_new (NULL);
  if (!hvfs_path_append (domain->fs, dir, path))
    return NULL;
  known = g_string_free (g_steal_pointer (&path), FALSE);
  g_hash_table_insert (domain->dirs, g_memdup2 (&dir, sizeof dir), (char *) known);
  return known;
}

static void
append_path (const Domain *domain, GString *out)
{
  guint64 ino = hvfs_path_object_ino (domain->fs, domain->vm);
  const char *dir = dir_path (domain, ino);

  hvfs_field_append (out, dir);
  if (dir == NULL)
    return;
  g_string_append_c (out, '/');
  hvfs_index_append_name (domain->fs->index, domain->vm->serial, ino, out);
}

/* As the file "folder" has it: below by-folder/. */
static void
append_folder (const Domain *domain, GString *out)
{
  HvfsRow *link = hvfs_row (HVFS_NAMED_BY_FOLDER_LINK);
  const char *dir = dir_path (domain, hvfs_row_ino (link, domain->vm->serial, 0));
  const char *slash = dir == NULL ? NULL : strchr (dir, '/');

  hvfs_field_append (out, slash == NULL ? NULL : slash + 1);
}

static void
append_pool (const Domain *domain, GString *out)
{
  HvfsValue *ref = hvfs_object_get (domain->vm, HVFS_VM_POOL);

  g_string_truncate (domain->scratch, 0);
  if (ref == NULL)
    hvfs_field_append (out, is_unreadable (domain, HVFS_VM_POOL) ? UNREADABLE : NULL);
  else
    hvfs_field_append (out, hvfs_pool_append_path (domain->fs,
                                                   hvfs_mirror_resolve (domain->fs->mirror, ref),
                                                   domain->scratch)
                              ? domain->scratch->str : UNREADABLE);
}

static void
append_vcpus (const Domain *domain, GString *out)
{
  append_number (domain, HVFS_VM_CPUS, 1, out);
}

static void
append_memory (const Domain *domain, GString *out)
{
  append_number (domain, HVFS_VM_MEMORY, HVFS_KIB_PER_MIB, out);
}

static void
append_guest_id (const Domain *domain, GString *out)
{
  append_text (domain, HVFS_VM_GUEST_ID, out);
}

static void
append_hostname (const Domain *domain, GString *out)
{
  append_text (domain, HVFS_VM_GUEST_HOSTNAME, out);
}

static void
join_address (const char *mac G_GNUC_UNUSED, const char *ip, gint64 prefix G_GNUC_UNUSED, gpointer data)
{
  GString *all = data;

  if (all->len > 0)
    g_string_append_c (all, ',');
  g_string_append (all, ip);
}

static void
append_addresses (const Domain *domain, GString *out)
{
  g_string_truncate (domain->scratch, 0);
  hvfs_addresses_foreach (domain->vm, join_address, domain->scratch);
  hvfs_field_append (out, is_unreadable (domain, HVFS_VM_GUEST_NET) ? UNREADABLE : domain->scratch->str);
}

static void
append_annotation (const Domain *domain, GString *out)
{
  const char *text = hvfs_value_text (hvfs_object_get (domain->vm, HVFS_VM_ANNOTATION), NULL);
  g_autofree char *line = text == NULL ? NULL : g_strndup (text, strcspn (text, "\r\n"));

  hvfs_field_append (out, is_unreadable (domain, HVFS_VM_ANNOTATION) ? UNREADABLE : line);
}

static const struct
{
  const char *name;
  void (*append) (const Domain *domain, GString *out);
} fields[] = {
  { "#name", append_name },
  { "uuid", append_uuid },
  { "moref", append_moref },
  { "state", append_state },
  { "path", append_path },
  { "folder", append_folder },
  { "pool", append_pool },
  { "vcpus", append_vcpus },
  { "memory", append_memory },
  { "guest-id", append_guest_id },
  { "hostname", append_hostname },
  { "addresses", append_addresses },
  { "annotation", append_annotation },
};

/* ---- all of it ---- */

typedef struct
{
  Domain domain;
  GString *out;
  gint64 changed_us;
} Printer;

static gboolean
print_domain (const char *name, guint64 child, guint64 position G_GNUC_UNUSED, gpointer data)
{
  Printer *printer = data;
  Domain *domain = &printer->domain;
  HvfsNode node;

  if (!hvfs_node_from_ino (child, &node)
      || (domain->vm = hvfs_mirror_get (domain->fs->mirror, node.a)) == NULL)
    return TRUE;
  domain->name = name;
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    fields[i].append (domain, printer->out);
  g_string_append_c (printer->out, '\n');
  printer->changed_us = MAX (printer->changed_us, domain->vm->changed_us);
  return TRUE;
}

/* Both locks held.  (transfer full) */
static GString *
render (HvfsFs *fs)
{
  HvfsInventory *inventory = fs->inventory;
  guint64 by_name = hvfs_row_ino (hvfs_row (HVFS_NAMED_BY_NAME), 0, 0);
  g_autoptr (GString) scratch = g_string_new (NULL);
  g_autoptr (GHashTable) dirs = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  GString *out = g_string_sized_new (inventory->size + 1024);
  Printer printer = { { .fs = fs, .dirs = dirs, .scratch = scratch }, out,
                      hvfs_dir_times_get (fs->dir_times, by_name) };

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    hvfs_field_append (out, fields[i].name);
  g_string_append_c (out, '\n');
  hvfs_index_list (fs->index, by_name, 0, print_domain, &printer);
  inventory->n_applied = fs->n_applied;
  inventory->size = out->len;
  inventory->changed_us = printer.changed_us;
  return out;
}

static gboolean
inventory_open (HvfsCall *call, HvfsNode node G_GNUC_UNUSED, struct fuse_file_info *fi,
                GError **error)
{
  HvfsFs *fs = call->fs;

  if (!hvfs_call_only_reads (fi, error) || !hvfs_call_confirm (call, error))
    return FALSE;
  g_rw_lock_reader_lock (hvfs_mirror_lock (fs->mirror));
  g_mutex_lock (&fs->inventory->lock);
  fi->fh = (uintptr_t) g_string_free_to_bytes (render (fs));
  g_mutex_unlock (&fs->inventory->lock);
  g_rw_lock_reader_unlock (hvfs_mirror_lock (fs->mirror));
  fi->direct_io = 1;
  fi->noflush = 1;
  return TRUE;
}

const HvfsFileOps hvfs_inventory_ops = { .open = inventory_open, .setattr = hvfs_call_no_setattr };

gboolean
hvfs_inventory_stat (HvfsFs *fs, HvfsNode node G_GNUC_UNUSED, const HvfsObject *object G_GNUC_UNUSED,
                     struct stat *st)
{
  HvfsInventory *inventory = fs->inventory;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&inventory->lock);

  if (inventory->n_applied != fs->n_applied)
    g_string_free (render (fs), TRUE);
  st->st_size = (off_t) inventory->size;
  if (inventory->changed_us > 0)
    st->st_mtim = hvfs_timespec (inventory->changed_us);
  return TRUE;
}
