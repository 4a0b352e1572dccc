/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/tree/change.c - what a change through the mount leaves behind; see change.h */
#include "fs/tree/change.h"

#include <string.h>

#include "backend/mirror/inventory-name.h"
#include "convert/error.h"
#include "fs/fs.h"
#include "fs/request/failure.h"
#include "fs/row/node.h"
#include "fs/tree/dir-times.h"
#include "fs/tree/notify.h"
#include "fs/tree/path.h"

/* What was there when it was mounted has come at no time that is known. */
void
hvfs_change_name (HvfsFs *fs, guint64 dir, const char *name)
{
  if (fs->mounted_us != 0)
    hvfs_dir_times_touch (fs->dir_times, dir);
  hvfs_notifier_entry (fs->notifier, dir, name);
  hvfs_notifier_inode (fs->notifier, dir);
}

/* @file, and what was written to it: the beginning of @line. */
static char *
dup_what (const char *file, const char *line)
{
  g_autofree char *valid = line == NULL ? NULL : g_utf8_make_valid (line, -1);
  g_autofree char *begin
    = line == NULL ? NULL : g_utf8_substring (valid, 0, MIN (g_utf8_strlen (valid, -1), 100));

  return line == NULL ? g_strdup (file) : g_strdup_printf ("%s: '%s'", file, begin);
}

/* An object that has left has no file to show it: its serial is none any more. */
static guint32
serial_if_there (HvfsFs *fs, guint32 serial)
{
  return hvfs_mirror_get (fs->mirror, serial) == NULL ? 0 : serial;
}

/* The file "error" of the object @serial, where its kind has one. */
static void
forget_error (HvfsFs *fs, guint32 serial)
{
  HvfsObject *object;
  HvfsRow *own = NULL, *row;

  g_rw_lock_reader_lock (hvfs_mirror_lock (fs->mirror));
  object = hvfs_mirror_get (fs->mirror, serial);
  if (object != NULL)
    own = hvfs_row_of_kind (object->kind);
  g_rw_lock_reader_unlock (hvfs_mirror_lock (fs->mirror));
  row = own == NULL ? NULL : hvfs_row_named (own->table, "error");
  if (row != NULL)
    hvfs_notifier_inode (fs->notifier, hvfs_row_ino (row, serial, 0));
}

/* The name of what has the id @moref.  A walk: for errors only.  Under the mirror's lock.
 * (transfer full) (nullable) */
static char *
dup_name_of (HvfsMirror *mirror, const char *moref)
{
  GHashTableIter iter;
  gpointer value;

  hvfs_mirror_iter_init (mirror, &iter);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const HvfsObject *object = value;
      const char *raw = hvfs_value_text (hvfs_object_get (object, HVFS_NAME), NULL);

      if (raw != NULL && strcmp (object->moref, moref) == 0)
        return hvfs_inventory_name_decode (raw);
    }
  return NULL;
}

/* Puts the name of @id, where it is known, in place of the first " on ID" that is whole.
 * Under the mirror's lock. */
static void
put_name (HvfsMirror *mirror, GString *message, const char *id)
{
  g_autofree char *by_id = g_strconcat (" on ", id, NULL);
  g_autofree char *name = NULL, *by_name = NULL;
  const char *at = message->str;
  gsize len = strlen (by_id), position;

  while ((at = strstr (at, by_id)) != NULL && (g_ascii_isalnum (at[len]) || at[len] == '-'))
    at += len;
  if (at == NULL || (name = dup_name_of (mirror, id)) == NULL)
    return;
  position = at - message->str;
  by_name = g_strdup_printf (" on '%s'", name);
  g_string_erase (message, position, len);
  g_string_insert (message, position, by_name);
}

/* @error, with the names of its objects in place of their ids.  Under the mirror's lock.
 * (transfer full) */
static GError *
dup_named (HvfsFs *fs, const GError *error)
{
  GError *named = g_error_copy (error);
  const char *objects = hvfs_error_objects (error);
  g_auto (GStrv) ids = g_strsplit (objects != NULL ? objects : "", " ", -1);
  g_autoptr (GString) message = g_string_new (error->message);

  for (char **id = ids; *id != NULL; id++)
    if (**id != '\0')
      put_name (fs->mirror, message, *id);
  g_free (named->message);
  named->message = g_strdup (message->str);
  return named;
}

/* The file's name in its directory; (transfer full) */
static char *
dup_name (HvfsFs *fs, HvfsNode node)
{
  GString *name;

  if (node.row->append_name == NULL)
    return g_strdup (node.row->name);
  name = g_string_new (NULL);
  node.row->append_name (fs, node, name);
  return g_string_free (name, FALSE);
}

/* Whether what is written to it is its owner's alone to see. */
static gboolean
is_private (HvfsFs *fs, HvfsNode node)
{
  mode_t mode = hvfs_node_present_mode (fs, node);

  return (node.row->flags & HVFS_ROW_PRIVATE) != 0
         || ((mode & S_IRUSR) != 0 && (mode & S_IRGRP) == 0);
}

/* @verb: (nullable): what was done, where that is no write to a file */
static void
remember (HvfsFs *fs, guint64 ino, HvfsNode node, const char *verb, const char *line,
          const GError *error)
{
  if (error != NULL)
    {
      g_autofree char *path = hvfs_path_dup (fs, ino);
      g_autofree char *file = verb == NULL ? g_strdup (path) : g_strconcat (path, ": ", verb, NULL);
      const char *quoted = is_private (fs, node) ? NULL : line;
      g_autofree char *where = dup_what (file, quoted), *name = dup_name (fs, node);
      g_autofree char *what = dup_what (verb == NULL ? name : verb, quoted), *said = NULL;
      g_autoptr (GError) named = NULL;

      g_rw_lock_reader_lock (hvfs_mirror_lock (fs->mirror));
      named = dup_named (fs, error);
      said = hvfs_failures_add (fs->failures, serial_if_there (fs, node.a), where, what, named);
      g_rw_lock_reader_unlock (hvfs_mirror_lock (fs->mirror));
      g_message ("%s", said);
    }
  else
    hvfs_failures_clear (fs->failures, node.a);
  forget_error (fs, node.a);
}

void
hvfs_change_remember (HvfsFs *fs, guint64 ino, HvfsNode node, const char *line,
                      const GError *error)
{
  remember (fs, ino, node, NULL, line, error);
}

void
hvfs_change_remember_verb (HvfsFs *fs, HvfsNode node, const char *verb, const char *name,
                           const GError *error)
{
  remember (fs, hvfs_node_ino (node), node, verb, name, error);
}

gboolean
hvfs_change_show_error (HvfsFs *fs, HvfsNode node, const HvfsObject *object, GString *out,
                        GError **error)
{
  hvfs_failures_print_one (fs->failures, object->serial, out);
  return TRUE;
}

char *
hvfs_change_dup_target (HvfsFs *fs, HvfsNode dir, HvfsNode new_dir, const char *new_name)
{
  g_autofree char *path = hvfs_node_ino (dir) == hvfs_node_ino (new_dir)
                            ? NULL
                            : hvfs_path_dup (fs, hvfs_node_ino (new_dir));

  return path == NULL ? g_strdup (new_name) : g_build_filename (path, new_name, NULL);
}
