/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/content/content-name.c - names in datastores come and go
 *
 * Exists to make of mkdir, mv, rm and rmdir what the server's managers of files and disks do.
 * Nothing is removed or replaced but in a mount with -o allow_delete.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "backend/operation/datastore-browse.h"
#include "backend/operation/datastore-change.h"
#include "convert/error.h"
#include "fs/content/content-priv.h"
#include "fs/content/volumes.h"
#include "fs/tree/change.h"

/* A name in a directory, as the server names it; owned but for name. */
typedef struct
{
  guint32 number, store;  /* the directory's */
  const char *name;
  char *path;
  HvfsDatastorePlace *place;
  gboolean exists;
  HvfsContent content;    /* if it does */
} Name;

static void
name_clear (Name *name)
{
  g_free (name->path);
  hvfs_datastore_place_free (name->place);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Name, name_clear)

static HvfsDatastorePath
path_of (const Name *name)
{
  return (HvfsDatastorePath){ name->store, name->place, name->path, FALSE };
}

/* Finds @name in @dir, of which a new listing is had first. */
static gboolean
find (HvfsCall *call, HvfsNode dir, const char *text, Name *name, GError **error)
{
  HvfsFs *fs = call->fs;
  g_autofree char *above = NULL;
  gint64 size;

  name->name = text;
  if (!g_utf8_validate (text, -1, NULL))
    {
      g_set_error (error, HVFS_ERROR, EINVAL, "the server takes names in UTF-8 only");
      return FALSE;
    }
  if (!dir.row->fetch->fetch (call, dir, &size, error))
    return FALSE;
  if (!hvfs_content_dir (fs, dir, &name->number, &name->store)
      || (above = hvfs_contents_dup_path (fs->contents, name->number)) == NULL)
    {
      hvfs_contents_set_gone ("directory", error);
      return FALSE;
    }
  name->path = *above == '\0' ? g_strdup (text) : g_strconcat (above, "/", text, NULL);
  name->place = hvfs_datastore_place_new (fs->mirror, name->store, error);
  name->exists = hvfs_contents_find (fs->contents, name->number, name->store, text, &name->content);
  return name->place != NULL;
}

/* @failure: of what was done with @name: remembered, and the caller's. */
static gboolean
fail (HvfsCall *call, const Name *name, const char *what, GError *failure, GError **error)
{
  hvfs_content_remember (call->fs, name->number, name->store, name->name, what, failure);
  g_propagate_error (error, failure);
  return FALSE;
}

static gboolean
must_exist (const Name *name, gboolean is_dir, GError **error)
{
  if (name->exists && name->content.is_dir == is_dir)
    return TRUE;
  g_set_error (error, HVFS_ERROR, !name->exists ? ENOENT : is_dir ? ENOTDIR : EISDIR, "%s: %s",
               name->path, !name->exists ? "it is not there"
                           : is_dir      ? "it is no directory"
                                         : "it is a directory");
  return FALSE;
}

/* Besides the name that the kernel asks for, @name has gone, or come. */
static void
tell (HvfsFs *fs, const Name *beside, const char *name)
{
  hvfs_change_name (fs, hvfs_content_dir_ino (beside->number, beside->store), name);
}

/* Whether it is a disk's descriptor: its extent, which is beside it, goes with it. */
static gboolean
is_disk (HvfsFs *fs, const Name *name, char **ret_extent)
{
  *ret_extent = hvfs_content_dup_extent (fs, name->number, name->store, name->name);
  return *ret_extent != NULL;
}

/* ---- making ---- */

guint64
hvfs_content_create (HvfsCall *call, HvfsNode dir, const char *name, mode_t mode,
                     struct fuse_file_info *fi, GError **error)
{
  HvfsFs *fs = call->fs;
  g_auto (Name) at = { 0 };
  guint32 number;

  if (!find (call, dir, name, &at, error))
    return 0;
  if (at.exists)
    {
      g_set_error (error, HVFS_ERROR, EEXIST, "%s: it is there already", at.path);
      return 0;
    }
  number = hvfs_contents_add_new (fs->contents, at.number, at.store, name);
  if (number != 0 && hvfs_content_open_new (call, number, fi, error))
    return hvfs_row_ino (hvfs_row (HVFS_NAMED_CONTENT_FILE), number, 0);
  hvfs_contents_remove (fs->contents, at.number, at.store, name);
  if (number == 0)
    g_set_error (error, HVFS_ERROR, ENOSPC, "there are too many files");
  return 0;
}

guint64
hvfs_content_mkdir (HvfsCall *call, HvfsNode dir, const char *name, mode_t mode, GError **error)
{
  HvfsFs *fs = call->fs;
  g_auto (Name) at = { 0 };
  GError *failure = NULL;
  HvfsDatastorePath path;
  guint32 number;

  if (!find (call, dir, name, &at, error))
    return 0;
  path = path_of (&at);
  if (!hvfs_datastore_mkdir (&fs->server, &path, &failure))
    {
      fail (call, &at, "mkdir", failure, error);
      return 0;
    }
  number = hvfs_contents_add (fs->contents, at.number, at.store, name, TRUE);
  hvfs_volumes_forget (fs->volumes, at.store);
  return number != 0 ? hvfs_content_dir_ino (number, at.store) : 0;
}

/* ---- removing ---- */

gboolean
hvfs_content_unlink (HvfsCall *call, HvfsNode dir, const char *name, GError **error)
{
  HvfsFs *fs = call->fs;
  g_auto (Name) at = { 0 };
  g_autofree char *extent = NULL;
  GError *failure = NULL;
  HvfsDatastorePath path;

  if (!find (call, dir, name, &at, error) || !must_exist (&at, FALSE, error))
    return FALSE;
  path = path_of (&at);
  path.is_disk = !at.content.is_new && is_disk (fs, &at, &extent);
  /* What is only being written is nobody's yet. */
  if (!at.content.is_new
      && (!hvfs_content_may_delete (fs, error)
          || !hvfs_datastore_delete (&fs->server, &path, call->cancellable, &failure)))
    return failure == NULL ? FALSE : fail (call, &at, "rm", failure, error);
  hvfs_contents_remove (fs->contents, at.number, at.store, name);
  hvfs_volumes_forget (fs->volumes, at.store);
  if (extent != NULL)
    {
      hvfs_contents_remove (fs->contents, at.number, at.store, extent);
      tell (fs, &at, extent);
    }
  return TRUE;
}

/* The server removes a directory with all that is in it: it is looked at first. */
static gboolean
check_empty (HvfsCall *call, const Name *at, GError **error)
{
  HvfsFs *fs = call->fs;
  g_autofree char *browser = hvfs_contents_dup_browser (fs->contents, at->store);
  g_autoptr (GPtrArray) entries = NULL;
  g_autofree char *name = NULL;
  HvfsContent first;

  if (browser == NULL && (browser = hvfs_datastore_lookup_browser (&fs->server, at->place, error)) == NULL)
    return FALSE;
  entries = hvfs_datastore_list (&fs->server, at->store, at->place, browser, at->path,
                                 call->cancellable, error);
  if (entries == NULL)
    return FALSE;
  if (entries->len == 0
      && !(hvfs_contents_next (fs->contents, at->content.number, at->store, 0, &first, &name)
           && first.is_new))
    return TRUE;
  g_set_error (error, HVFS_ERROR, ENOTEMPTY, "%s: the directory is not empty", at->path);
  return FALSE;
}

gboolean
hvfs_content_rmdir (HvfsCall *call, HvfsNode dir, const char *name, GError **error)
{
  HvfsFs *fs = call->fs;
  g_auto (Name) at = { 0 };
  GError *failure = NULL;
  HvfsDatastorePath path;

  if (!hvfs_content_may_delete (fs, error) || !find (call, dir, name, &at, error)
      || !must_exist (&at, TRUE, error) || !check_empty (call, &at, error))
    return FALSE;
  path = path_of (&at);
  if (!hvfs_datastore_delete (&fs->server, &path, call->cancellable, &failure))
    return fail (call, &at, "rmdir", failure, error);
  hvfs_contents_remove (fs->contents, at.number, at.store, name);
  hvfs_volumes_forget (fs->volumes, at.store);
  return TRUE;
}

/* ---- moving ---- */

/* Whether @to may be what @from becomes. */
static gboolean
check_target (HvfsFs *fs, const Name *from, const Name *to, guint flags, GError **error)
{
  int code = 0;

  if (!to->exists)
    return TRUE;
  if ((flags & RENAME_NOREPLACE) != 0 || to->content.is_dir || from->content.is_dir)
    code = EEXIST;
  else if (to->content.is_new)
    code = EBUSY;
  if (code == 0)
    return hvfs_content_may_delete (fs, error);
  g_set_error (error, HVFS_ERROR, code, "%s: %s", to->path,
               code == EBUSY ? "it is being written" : "it is there already");
  return FALSE;
}

gboolean
hvfs_content_rename (HvfsCall *call, HvfsNode dir, const char *name, HvfsNode new_dir,
                     const char *new_name, guint flags, GError **error)
{
  HvfsFs *fs = call->fs;
  g_auto (Name) from = { 0 };
  g_auto (Name) to = { 0 };
  g_autofree char *extent = NULL, *new_extent = NULL;
  HvfsDatastorePath source, target;
  GError *failure = NULL;

  if (!find (call, dir, name, &from, error) || !find (call, new_dir, new_name, &to, error)
      || !must_exist (&from, from.content.is_dir, error)
      || !check_target (fs, &from, &to, flags, error))
    return FALSE;
  source = path_of (&from);
  target = path_of (&to);
  source.is_disk = is_disk (fs, &from, &extent) && g_str_has_suffix (new_name, ".vmdk");
  /* What is only being written goes up under its new name. */
  if (!from.content.is_new
      && !hvfs_datastore_move (&fs->server, &source, &target, to.exists, call->cancellable, &failure))
    return fail (call, &from, "mv", failure, error);
  hvfs_contents_rename (fs->contents, from.number, from.store, name, to.number, to.store, new_name);
  hvfs_volumes_forget (fs->volumes, from.store);
  hvfs_volumes_forget (fs->volumes, to.store);
  if (source.is_disk)
    {
      new_extent = g_strdup_printf ("%.*s-flat.vmdk",
                                    (int) (strlen (new_name) - strlen (".vmdk")), new_name);
      hvfs_contents_rename (fs->contents, from.number, from.store, extent, to.number, to.store,
                            new_extent);
      tell (fs, &from, extent);
      tell (fs, &to, new_extent);
    }
  return TRUE;
}
