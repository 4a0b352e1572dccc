/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/content/volume.c - "volumes" of a datastore; see volume.h
 *
 * A node's b is the number of its path below the datastore's root.  A new file is a draft of
 * this mount's alone until its text is committed; it goes when it is closed, whether it is a disk
 * by then or not.
 */
#include "fs/content/volume.h"

#include <errno.h>
#include <string.h>

#include "backend/mirror/inventory-name.h"
#include "backend/operation/datastore-change.h"
#include "convert/error.h"
#include "fs/content/contents.h"
#include "fs/content/volumes.h"
#include "fs/edit/draft.h"
#include "fs/edit/whole.h"
#include "fs/row/line.h"
#include "fs/tree/change.h"
#include "fs/tree/kept.h"
#include "fs/tree/numbers.h"

#define SUFFIX ".xml"
#define DISK ".vmdk"

/* Where the positions of drafts begin in a listing, behind those of volumes. */
#define DRAFTS_START (G_GUINT64_CONSTANT (1) << 32)

enum { ROW_DIR, ROW_VOLUME, ROW_DRAFT };

static gboolean
set_gone (const char *what, GError **error)
{
  g_set_error (error, HVFS_ERROR, ESTALE, "the %s is no longer on the datastore", what);
  return FALSE;
}

/* ---- names ---- */

/* Whether it is the directory "volumes" itself: its b is the place of its datastore. */
static gboolean
is_top (HvfsNode node)
{
  return node.row == hvfs_row (HVFS_NAMED_VOLUMES);
}

/* The path of @node, "" for the topmost directory. */
static const char *
path_of (HvfsFs *fs, HvfsNode node)
{
  return is_top (node) ? "" : hvfs_numbers_name (fs->numbers, node.b);
}

/* The path of @name in @dir.  (transfer full) */
static char *
dup_path (HvfsFs *fs, HvfsNode dir, const char *name)
{
  const char *above = path_of (fs, dir);

  return *above == '\0' ? g_strdup (name) : g_strconcat (above, "/", name, NULL);
}

/* The same of the volume whose file is called @name; NULL: none can be. */
static char *
dup_volume_path (HvfsFs *fs, HvfsNode dir, const char *name)
{
  g_autofree char *volume = NULL;

  if (!g_str_has_suffix (name, SUFFIX) || strlen (name) == strlen (SUFFIX))
    return NULL;
  volume = g_strndup (name, strlen (name) - strlen (SUFFIX));
  return dup_path (fs, dir, volume);
}

static HvfsNode
node_of (HvfsFs *fs, guint32 store, guint row, const char *path)
{
  return (HvfsNode){ &hvfs_volume_members[row], store, hvfs_numbers_get (fs->numbers, path) };
}

/* By which drafts.h knows the directory @dir, wherever its datastore is. */
static guint64
drafts_dir (HvfsNode dir)
{
  return is_top (dir) ? hvfs_row_ino (dir.row, dir.a, 0) : hvfs_node_ino (dir);
}

/* The same of that which the file @node is in. */
static guint64
drafts_dir_of (HvfsFs *fs, HvfsNode node)
{
  const char *path = path_of (fs, node), *slash = strrchr (path, '/');
  g_autofree char *above = slash == NULL ? NULL : g_strndup (path, slash - path);

  return above == NULL ? hvfs_row_ino (hvfs_row (HVFS_NAMED_VOLUMES), node.a, 0)
                       : hvfs_node_ino (node_of (fs, node.a, ROW_DIR, above));
}

/* (transfer full) */
static char *
dup_file_name (HvfsFs *fs, HvfsNode node)
{
  const char *path = path_of (fs, node), *slash = strrchr (path, '/');

  return g_strconcat (slash == NULL ? path : slash + 1, SUFFIX, NULL);
}

static gboolean
dir_append_name (HvfsFs *fs, HvfsNode node, GString *out)
{
  g_string_append (out, path_of (fs, node));
  return TRUE;
}

static gboolean
file_append_name (HvfsFs *fs, HvfsNode node, GString *out)
{
  g_string_append (out, path_of (fs, node));
  g_string_append (out, SUFFIX);
  return TRUE;
}

/* ---- directories ---- */

static gboolean
is_listed (HvfsFs *fs, HvfsNode node)
{
  return hvfs_volumes_are_listed (fs->volumes, node.a);
}

static double
listing_keep_s (HvfsFs *fs, HvfsNode node)
{
  return hvfs_volumes_get_left_us (fs->volumes, node.a) / (double) G_TIME_SPAN_SECOND;
}

static gboolean
fetch (HvfsCall *call, HvfsNode node, gint64 *ret_size G_GNUC_UNUSED, GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (hvfs_volumes_fetch (call, node.a, &failure))
    return TRUE;
  hvfs_change_remember_verb (call->fs, node, "list", NULL, failure);
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

const HvfsFetch hvfs_volume_dir_fetch = { .is_known = is_listed, .fetch = fetch };

static gboolean
dir_stat (HvfsFs *fs, HvfsNode node, const HvfsObject *datastore G_GNUC_UNUSED,
          struct stat *st G_GNUC_UNUSED)
{
  return !is_listed (fs, node) || hvfs_volumes_has_dir (fs->volumes, node.a, path_of (fs, node));
}

static guint64
dir_lookup (HvfsFs *fs, HvfsNode dir, const char *name, pid_t tid G_GNUC_UNUSED)
{
  g_autofree char *path = dup_path (fs, dir, name), *volume = dup_volume_path (fs, dir, name);

  if (hvfs_volumes_has_dir (fs->volumes, dir.a, path))
    return hvfs_node_ino (node_of (fs, dir.a, ROW_DIR, path));
  if (volume != NULL && hvfs_volumes_find (fs->volumes, dir.a, volume, NULL))
    return hvfs_node_ino (node_of (fs, dir.a, ROW_VOLUME, volume));
  if (volume != NULL && hvfs_drafts_find (fs->drafts, drafts_dir (dir), name) != 0)
    return hvfs_node_ino (node_of (fs, dir.a, ROW_DRAFT, volume));
  hvfs_volumes_doubt (fs->volumes, dir.a);
  return 0;
}

static gboolean
list_drafts (HvfsFs *fs, HvfsNode dir, guint64 after, HvfsListFunc func, gpointer data)
{
  gboolean more;

  do
    {
      g_auto (HvfsDraft) draft = { 0 };
      g_autofree char *volume = NULL;

      more = hvfs_drafts_next (fs->drafts, drafts_dir (dir), (guint32) after, &draft);
      volume = more ? dup_volume_path (fs, dir, draft.name) : NULL;
      after = draft.number;
      if (volume != NULL && !hvfs_volumes_find (fs->volumes, dir.a, volume, NULL)
          && !func (draft.name, hvfs_node_ino (node_of (fs, dir.a, ROW_DRAFT, volume)),
                    DRAFTS_START + draft.number, data))
        return FALSE;
    }
  while (more);
  return TRUE;
}

static void
dir_list (HvfsFs *fs, HvfsNode dir, guint64 after, HvfsListFunc func, gpointer data)
{
  const char *path = path_of (fs, dir);
  guint32 number = (guint32) MIN (after, G_MAXUINT32);
  gboolean is_dir;
  char *name;

  if (after == 0)
    hvfs_kept_add (fs->kept, dir.a, hvfs_node_ino (dir));
  while (after < DRAFTS_START
         && hvfs_volumes_next (fs->volumes, dir.a, path, number, &number, &is_dir, &name))
    {
      g_autofree char *stem = name;
      g_autofree char *file = is_dir ? NULL : g_strconcat (name, SUFFIX, NULL);
      HvfsNode node = { &hvfs_volume_members[is_dir ? ROW_DIR : ROW_VOLUME], dir.a, number };

      if (!func (is_dir ? stem : file, hvfs_node_ino (node), number, data))
        return;
    }
  list_drafts (fs, dir, after < DRAFTS_START ? 0 : after - DRAFTS_START, func, data);
}

/* ---- a volume ---- */

/* What libvirt's driver has as its key: on a host the UUID of a disk, else the path.  NULL: it
 * must be fetched first.  (transfer full) */
static char *
dup_key (HvfsFs *fs, guint32 store, const HvfsVolume *volume, const char *full)
{
  return volume->format == HVFS_VOLUME_VMDK && hvfs_volume_keys_are_uuids (&fs->server)
           ? hvfs_volumes_dup_uuid (fs->volumes, store, volume->path) : g_strdup (full);
}

/* @key: stands for one that is not known yet; NULL: that is an error */
static gboolean
write_volume (HvfsFs *fs, HvfsNode node, const HvfsObject *datastore, const char *key,
              GString *out, GError **error)
{
  const char *raw = hvfs_value_text (hvfs_object_get (datastore, HVFS_NAME), NULL);
  g_autofree char *name = hvfs_inventory_name_decode (raw != NULL ? raw : "");
  g_auto (HvfsVolumeDef) def = HVFS_VOLUME_DEF_INIT;
  HvfsVolume volume;

  if (!hvfs_volumes_find (fs->volumes, node.a, path_of (fs, node), &volume))
    return set_gone ("volume", error);
  if (volume.capacity < 0 || volume.allocation < 0)
    return hvfs_show_unknown ("size of the volume", error);
  def.name = g_strdup (volume.path);
  def.path = g_strdup_printf ("[%s] %s", name, volume.path);
  def.key = dup_key (fs, node.a, &volume, def.path);
  def.capacity = volume.capacity;
  def.allocation = volume.allocation;
  def.format = volume.format;
  if (def.key == NULL && key == NULL)
    {
      g_set_error (error, HVFS_ERROR, EAGAIN, "the datastore was just listed anew: try again");
      return FALSE;
    }
  if (def.key == NULL)
    def.key = g_strdup (key);
  hvfs_volume_def_write (&def, out);
  return TRUE;
}

static gboolean
volume_show (HvfsFs *fs, HvfsNode node, const HvfsObject *datastore, GString *out, GError **error)
{
  return write_volume (fs, node, datastore, NULL, out, error);
}

/* The size does not need the key: all UUIDs are as long. */
static gboolean
volume_stat (HvfsFs *fs, HvfsNode node, const HvfsObject *datastore, struct stat *st)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (is_listed (fs, node) && !hvfs_volumes_find (fs->volumes, node.a, path_of (fs, node), NULL))
    return FALSE;
  if (write_volume (fs, node, datastore, "00000000-0000-0000-0000-000000000000", text, NULL))
    st->st_size = text->len;
  return TRUE;
}

/* Whether all of its text is there. */
static gboolean
volume_is_fresh (HvfsFs *fs, HvfsNode node)
{
  const char *path = path_of (fs, node);
  g_autofree char *key = NULL;
  HvfsVolume volume;

  if (!is_listed (fs, node))
    return FALSE;
  if (!hvfs_volumes_find (fs->volumes, node.a, path, &volume))
    return TRUE;
  key = dup_key (fs, node.a, &volume, path);
  return key != NULL;
}

static gboolean
volume_fetch (HvfsCall *call, HvfsNode node, gint64 *ret_size, GError **error)
{
  const char *path = path_of (call->fs, node);
  HvfsVolume volume;

  return fetch (call, node, ret_size, error)
         && (volume_is_fresh (call->fs, node)
             || !hvfs_volumes_find (call->fs->volumes, node.a, path, &volume)
             || hvfs_volumes_fetch_uuid (call, node.a, path, error));
}

static const HvfsFetch fetch_volume
  = { .is_known = is_listed, .is_fresh = volume_is_fresh, .fetch = volume_fetch };

/* ---- changes ---- */

/* What is in the directory of @path, below @store, has changed. */
static void
changed (HvfsFs *fs, guint32 store)
{
  hvfs_volumes_forget (fs->volumes, store);
  if (fs->contents != NULL)
    hvfs_contents_forget_store (fs->contents, store);
}

/* What the server alone decides may be said, if it is as it is.  @is: (nullable): nothing is yet */
static gboolean
check_text (const char *element, const char *says, const char *is, GError **error)
{
  if (says == NULL || g_strcmp0 (says, is) == 0)
    return TRUE;
  if (is == NULL)
    g_set_error (error, HVFS_ERROR, EINVAL, "<%s>: the server gives it: leave it out", element);
  else
    g_set_error (error, HVFS_ERROR, EINVAL, "<%s> is '%.128s', and the file's is '%s'", element, says,
                 is);
  return FALSE;
}

static gint64
kib_of (gint64 bytes)
{
  return bytes / 1024 + (bytes % 1024 != 0);
}

static gboolean
check_new (const HvfsVolumeDef *def, const HvfsDatastorePlace *place, const char *path,
           GError **error)
{
  g_autofree char *full = hvfs_datastore_place_path (place, path);

  if (!check_text ("name", def->name, path, error) || !check_text ("key", def->key, NULL, error)
      || !check_text ("path", def->path, full, error))
    return FALSE;
  if (!g_str_has_suffix (path, DISK) || (def->has_format && def->format != HVFS_VOLUME_VMDK))
    g_set_error (error, HVFS_ERROR, ENOTSUP,
                 "only a disk can be made, with the format vmdk in a file NAME" DISK SUFFIX
                 "; copy an image to files/");
  else if (def->capacity <= 0)
    g_set_error (error, HVFS_ERROR, EINVAL, "<capacity>: how large is the disk to be?");
  else if (def->allocation > def->capacity)
    g_set_error (error, HVFS_ERROR, EINVAL, "<allocation> is more than <capacity>");
  else
    return TRUE;
  return FALSE;
}

static gboolean
draft_commit (HvfsStore *store, const char *text, GError **error)
{
  HvfsFs *fs = store->fs;
  const char *path = path_of (fs, store->node);
  g_autoptr (HvfsDatastorePlace) place = hvfs_datastore_place_new (fs->mirror, store->serial, error);
  const HvfsDatastorePath disk = { store->serial, place, path, TRUE };
  g_auto (HvfsVolumeDef) def = HVFS_VOLUME_DEF_INIT;
  gboolean ok;

  if (place == NULL || !hvfs_volume_def_from_xml (text, strlen (text), &def, error)
      || !check_new (&def, place, path, error))
    return FALSE;
  ok = hvfs_volume_create (&fs->server, &disk, kib_of (def.capacity),
                           def.allocation >= 0 && def.allocation < def.capacity,
                           store->cancellable, error);
  changed (fs, store->serial);
  return ok;
}

/* What the text says beside the capacity must be as it is. */
static gboolean
check_same (const HvfsVolumeDef *def, const HvfsVolume *volume, const char *full, const char *key,
            GError **error)
{
  if (!check_text ("name", def->name, volume->path, error)
      || !check_text ("path", def->path, full, error) || !check_text ("key", def->key, key, error))
    return FALSE;
  if (def->has_format && def->format != volume->format)
    g_set_error (error, HVFS_ERROR, EINVAL, "<format> cannot be changed");
  else if (def->allocation >= 0 && def->allocation != volume->allocation)
    g_set_error (error, HVFS_ERROR, EINVAL, "<allocation> cannot be changed: the server says what the disk takes");
  else if (def->capacity < 0)
    g_set_error (error, HVFS_ERROR, EINVAL, "<capacity> is missing");
  else if (def->capacity < volume->capacity)
    g_set_error (error, HVFS_ERROR, EINVAL, "a disk does not shrink: it has %" G_GINT64_FORMAT " bytes",
                 volume->capacity);
  else if (volume->format != HVFS_VOLUME_VMDK && def->capacity != volume->capacity)
    g_set_error (error, HVFS_ERROR, ENOTSUP, "only a disk grows");
  else
    return TRUE;
  return FALSE;
}

static gboolean
volume_commit (HvfsStore *store, const char *text, GError **error)
{
  HvfsFs *fs = store->fs;
  const char *path = path_of (fs, store->node);
  g_autoptr (HvfsDatastorePlace) place = hvfs_datastore_place_new (fs->mirror, store->serial, error);
  const HvfsDatastorePath disk = { store->serial, place, path, TRUE };
  g_auto (HvfsVolumeDef) def = HVFS_VOLUME_DEF_INIT;
  g_autofree char *full = NULL, *key = NULL;
  HvfsVolume volume;
  gboolean ok;

  if (place == NULL || !hvfs_volume_def_from_xml (text, strlen (text), &def, error))
    return FALSE;
  if (!hvfs_volumes_find (fs->volumes, store->serial, path, &volume))
    return set_gone ("volume", error);
  full = hvfs_datastore_place_path (place, path);
  key = dup_key (fs, store->serial, &volume, full);
  if (!check_same (&def, &volume, full, key, error))
    return FALSE;
  if (def.capacity == volume.capacity)
    return TRUE;
  ok = hvfs_volume_grow (&fs->server, &disk, kib_of (def.capacity), store->cancellable, error);
  changed (fs, store->serial);
  return ok;
}

/* ---- new files ---- */

static guint64
dir_create (HvfsCall *call, HvfsNode dir, const char *name, mode_t mode G_GNUC_UNUSED,
            struct fuse_file_info *fi, GError **error)
{
  HvfsFs *fs = call->fs;
  g_autofree char *volume = *name == '.' ? NULL : dup_volume_path (fs, dir, name);
  HvfsNode node;
  guint32 draft;

  if (volume == NULL || !g_utf8_validate (volume, -1, NULL))
    {
      g_set_error (error, HVFS_ERROR, EPERM, "'%.64s': a volume's file is called NAME" SUFFIX, name);
      return 0;
    }
  node = node_of (fs, dir.a, ROW_DRAFT, volume);
  if (node.b == 0)
    g_set_error (error, HVFS_ERROR, ENOSPC, "there are too many files");
  if (node.b == 0
      || (draft = hvfs_drafts_add (fs->drafts, drafts_dir (dir), dir.a, name, error)) == 0)
    return 0;
  if (hvfs_whole_ops.open (call, node, fi, error))
    return hvfs_node_ino (node);
  hvfs_drafts_remove (fs->drafts, draft);
  return 0;
}

static guint32
draft_of (HvfsFs *fs, HvfsNode node)
{
  g_autofree char *name = dup_file_name (fs, node);

  return hvfs_drafts_find (fs->drafts, drafts_dir_of (fs, node), name);
}

static gboolean
draft_stat (HvfsFs *fs, HvfsNode node, const HvfsObject *datastore G_GNUC_UNUSED,
            struct stat *st G_GNUC_UNUSED)
{
  return draft_of (fs, node) != 0;
}

static void
draft_released (HvfsFs *fs, HvfsNode node)
{
  guint32 draft = draft_of (fs, node);

  if (draft != 0)
    hvfs_drafts_remove (fs->drafts, draft);
}

static guint64
dir_mkdir (HvfsCall *call, HvfsNode dir, const char *name, mode_t mode G_GNUC_UNUSED, GError **error)
{
  HvfsFs *fs = call->fs;
  g_autofree char *path = dup_path (fs, dir, name);
  g_autoptr (HvfsDatastorePlace) place = hvfs_datastore_place_new (fs->mirror, dir.a, error);
  HvfsDatastorePath where = { dir.a, place, path, FALSE };
  g_autoptr (GError) failure = NULL;
  gboolean ok;

  if (place == NULL)
    return 0;
  ok = hvfs_datastore_mkdir (&fs->server, &where, &failure);
  changed (fs, dir.a);
  if (ok)
    return hvfs_node_ino (node_of (fs, dir.a, ROW_DIR, path));
  hvfs_change_remember_verb (fs, dir, "mkdir", name, failure);
  g_propagate_error (error, g_steal_pointer (&failure));
  return 0;
}

const HvfsDirOps hvfs_volume_dir_ops = {
  .lookup = dir_lookup, .list = dir_list, .create = dir_create, .mkdir = dir_mkdir,
};

/* ---- refresh ---- */

gboolean
hvfs_volume_refresh (HvfsStore *store, const char *line, GError **error)
{
  HvfsFs *fs = store->fs;
  gboolean newest;

  if (strcmp (line, "yes") != 0)
    {
      g_set_error (error, HVFS_ERROR, EINVAL, "refresh: '%.64s': write yes", line);
      return FALSE;
    }
  changed (fs, store->serial);
  return hvfs_volume_refresh_datastore (&fs->server, store->serial, error)
         && hvfs_operation_reread (&fs->server, store->serial, &newest, store->cancellable, error);
}

/* ---- wipe ---- */

gboolean
hvfs_volume_wipe_named (HvfsStore *store, const char *line, GError **error)
{
  HvfsFs *fs = store->fs;
  g_autofree char *path = hvfs_line_dup_unquoted (line);
  g_autoptr (HvfsDatastorePlace) place = hvfs_datastore_place_new (fs->mirror, store->serial, error);
  const HvfsDatastorePath disk = { store->serial, place, path, TRUE };

  if (place == NULL)
    return FALSE;
  if (!g_str_has_suffix (path, DISK))
    {
      g_set_error (error, HVFS_ERROR, EINVAL,
                   "wipe: '%.64s': write the path of a disk below the datastore, as web/web.vmdk", path);
      return FALSE;
    }
  changed (fs, store->serial);
  return hvfs_volume_wipe (&fs->server, &disk, store->cancellable, error);
}

HvfsRow hvfs_volume_members[] = {
  [ROW_DIR] = { .name = "DIR", .append_name = dir_append_name, .mode = S_IFDIR | 0755,
                .flags = HVFS_ROW_NUMBERED | HVFS_ROW_LISTED | HVFS_ROW_KEPT,
                .dir_ops = &hvfs_volume_dir_ops, .fetch = &hvfs_volume_dir_fetch,
                .stat = dir_stat, .keep_s = listing_keep_s },
  [ROW_VOLUME] = { .name = "NAME" SUFFIX, .append_name = file_append_name, .mode = S_IFREG | 0644,
                   .keep_s = listing_keep_s, .flags = HVFS_ROW_NUMBERED | HVFS_ROW_KEPT,
                   .depends = HVFS_PROP (HVFS_NAME), .show = volume_show, .stat = volume_stat,
                   .file_ops = &hvfs_whole_ops, .commit = volume_commit, .fetch = &fetch_volume },
  [ROW_DRAFT] = { .name = "NAME" SUFFIX, .append_name = file_append_name, .mode = S_IFREG | 0644,
                  .is_volatile = hvfs_row_always, .flags = HVFS_ROW_NUMBERED, .stat = draft_stat,
                  .file_ops = &hvfs_whole_ops, .commit = draft_commit,
                  .released = draft_released },
  { NULL }
};
