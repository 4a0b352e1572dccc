/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/alarms.c - the files "alarms": what is triggered, one a line; see alarms.h */
#include "fs/attr/alarms.h"

#include <string.h>

#include "backend/operation/alarm.h"
#include "convert/error.h"
#include "fs/fs.h"
#include "fs/row/field.h"
#include "fs/row/line.h"
#include "fs/tree/notify.h"
#include "fs/tree/path.h"

/* No object is deeper in the inventory. */
#define MAX_DEPTH 64

typedef struct
{
  HvfsFs *fs;
  const HvfsObject *above; /* (nullable): all that are in the mount */
  GString *out;            /* (nullable): only the time is wanted */
  gint64 newest_us;
} Printer;

static gboolean
is_below (const HvfsFs *fs, const HvfsObject *object, const HvfsObject *above)
{
  for (guint depth = 0; object != NULL && object != above && depth < MAX_DEPTH; depth++)
    object = hvfs_mirror_resolve (fs->mirror, hvfs_object_get (object, HVFS_PARENT));
  return object == above;
}

/* Of what is mirrored, and is no directory of its own: whether it is in the mount.  What is above
 * a part of the inventory is not; a host's datastores and networks are. */
static gboolean
is_mounted (const HvfsObject *root, const HvfsObject *object)
{
  return object == root || (root != NULL && hvfs_object_is_unset (root, HVFS_PARENT))
         || (object != NULL
             && (object->kind == HVFS_KIND_DATASTORE || object->kind == HVFS_KIND_NETWORK));
}

static gboolean
concerns (const Printer *printer, const HvfsAlarm *alarm, GString *path)
{
  HvfsFs *fs = printer->fs;
  const HvfsObject *root = hvfs_mirror_get (fs->mirror, fs->root);

  if (printer->above != NULL && !is_below (fs, alarm->object, printer->above))
    return FALSE;
  if (alarm->object != NULL && alarm->object != root
      && hvfs_path_append_object (fs, alarm->object, path))
    return TRUE;
  if (alarm->object != NULL && alarm->object == root)
    g_string_append_c (path, '.');
  else
    g_string_append (path, alarm->object_name != NULL ? alarm->object_name : "");
  return is_mounted (root, alarm->object);
}

static void
print (const HvfsAlarm *alarm, gpointer data)
{
  Printer *printer = data;
  g_autoptr (GString) path = g_string_new (NULL);

  if (!concerns (printer, alarm, path))
    return;
  printer->newest_us = MAX (printer->newest_us, alarm->time_us);
  if (printer->out == NULL)
    return;
  hvfs_field_append (printer->out, alarm->key);
  hvfs_field_append (printer->out, alarm->status);
  hvfs_field_append_time (printer->out, alarm->time_us);
  hvfs_field_append (printer->out, path->str);
  hvfs_field_append (printer->out, alarm->name);
  hvfs_field_append (printer->out, alarm->is_acknowledged ? "acknowledged" : NULL);
  g_string_append_c (printer->out, '\n');
}

gboolean
hvfs_alarms_show (HvfsFs *fs, HvfsNode node, const HvfsObject *object, GString *out,
                  GError **error)
{
  Printer printer = { .fs = fs, .above = object, .out = out };

  return hvfs_alarms_foreach (fs->alarms, fs->root, print, &printer, error);
}

/* When the newest was triggered. */
gboolean
hvfs_alarms_stat (HvfsFs *fs, HvfsNode node G_GNUC_UNUSED, const HvfsObject *object, struct stat *st)
{
  Printer printer = { .fs = fs, .above = object };

  if (st->st_size != 0 && hvfs_alarms_foreach (fs->alarms, fs->root, print, &printer, NULL)
      && printer.newest_us > 0)
    st->st_mtim = hvfs_timespec (printer.newest_us);
  return TRUE;
}

/* ---- what the kernel keeps ---- */

typedef struct
{
  HvfsFs *fs;
  const HvfsObject *above;
  gboolean is_one_below;
} Search;

static void
look (const HvfsObject *object, gpointer data)
{
  Search *search = data;

  search->is_one_below |= is_below (search->fs, object, search->above);
}

/* Of places that show an object once more nobody is told. */
double
hvfs_alarms_keep_s (HvfsFs *fs, HvfsNode node)
{
  Search search = { fs, hvfs_mirror_get (fs->mirror, node.a), node.b != 0 };

  if (!search.is_one_below)
    hvfs_alarms_foreach_object (fs->alarms, fs->root, look, &search);
  return search.is_one_below ? 0 : HVFS_FOR_EVER_S;
}

static void
forget_file (HvfsFs *fs, const HvfsObject *object)
{
  const HvfsRow *own = hvfs_row_of_kind (object->kind);

  for (HvfsRow *row = own == NULL ? NULL : own->table; row != NULL && row->mode != 0; row++)
    if (row->show == hvfs_alarms_show)
      hvfs_notifier_inode (fs->notifier, hvfs_row_ino (row, object->serial, 0));
}

typedef struct
{
  HvfsFs *fs;
  GHashTable *told; /* objects */
} Telling;

static void
tell_above (const HvfsObject *object, gpointer data)
{
  Telling *telling = data;
  HvfsMirror *mirror = telling->fs->mirror;

  for (; object != NULL && g_hash_table_add (telling->told, (gpointer) object);
       object = hvfs_mirror_resolve (mirror, hvfs_object_get (object, HVFS_PARENT)))
    forget_file (telling->fs, object);
}

void
hvfs_alarms_forget (HvfsFs *fs)
{
  g_autoptr (GHashTable) told = g_hash_table_new (NULL, NULL);
  Telling telling = { fs, told };

  hvfs_alarms_foreach_object (fs->alarms, fs->root, tell_above, &telling);
}

/* ---- acknowledging ---- */

gboolean
hvfs_alarms_store (HvfsStore *store, const char *line, GError **error)
{
  static const char verb[] = "ack";
  const char *id = line + strlen (verb);

  if (!g_str_has_prefix (line, verb) || !g_ascii_isspace (*id))
    {
      g_set_error (error, HVFS_ERROR, EINVAL, "'%.64s': write 'ack ID', with the ID of a line here", line);
      return FALSE;
    }
  while (g_ascii_isspace (*id))
    id++;
  return hvfs_alarms_acknowledge (store->fs->alarms, hvfs_fs_root (store->fs), id,
                                  store->cancellable, error);
}

/* The object that is mounted has them at the root. */
gboolean
hvfs_alarms_visible (HvfsFs *fs, HvfsNode node)
{
  return node.a != fs->root && hvfs_alarms_are_there (fs->alarms);
}

/* ---- fetching ---- */

static gboolean
is_known (HvfsFs *fs, HvfsNode node G_GNUC_UNUSED)
{
  return hvfs_alarms_are_known (fs->alarms, fs->root);
}

static gboolean
is_fresh (HvfsFs *fs, HvfsNode node)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (fs->mirror));

  return hvfs_alarms_are_fresh (fs->alarms) && is_known (fs, node);
}

static gboolean
fetch (HvfsCall *call, HvfsNode node G_GNUC_UNUSED, gint64 *ret_size G_GNUC_UNUSED, GError **error)
{
  return hvfs_alarms_fetch (call->fs->alarms, hvfs_fs_root (call->fs), call->cancellable, error);
}

const HvfsFetch hvfs_alarms_of_row = { is_known, is_fresh, fetch };
