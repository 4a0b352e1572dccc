/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/edit/edit-deploy.c - an .ova in a draft
 *
 * Exists so that cp of an archive into a draft makes a machine of it: what is written goes on to
 * the server at once, and nothing of it is kept.  The machine is there when its writer has closed
 * the file; whoever gives up leaves nothing on the server.
 */
#include "fs/edit/deploy.h"

#include <fcntl.h>
#include <string.h>

#include "backend/mirror/inventory-name.h"
#include "backend/operation/ova.h"
#include "convert/error.h"
#include "fs/request/caller.h"
#include "fs/row/call.h"
#include "fs/row/line.h"
#include "fs/tree/change.h"
#include "fs/tree/index.h"
#include "fs/tree/notify.h"

#define SUFFIX ".ova"
#define OPTIONS "options"

gboolean
hvfs_edit_is_archive (HvfsNode dir, const char *name)
{
  return hvfs_edit_is_draft (dir) && g_str_has_suffix (name, SUFFIX);
}

/* ---- options ---- */

static const HvfsKey keys[] = { { "datastore", FALSE }, { "network", FALSE }, { "pool", FALSE },
                                { "folder", FALSE },    { "disk", FALSE },    { NULL, FALSE } };

void
hvfs_deployment_clear (HvfsDeployment *deployment)
{
  for (guint i = 0; i < HVFS_N_DEPLOY; i++)
    g_free (deployment->values[i]);
  g_free (deployment->name);
  g_clear_pointer (&deployment->networks, g_hash_table_unref);
}

/* "NAME-IN-OVF:NET" */
static gboolean
add_network (HvfsDeployment *deployment, const char *text, GError **error)
{
  const char *colon = strchr (text, ':');

  if (colon == NULL || colon == text || colon[1] == '\0')
    {
      g_set_error (error, HVFS_ERROR, EINVAL, OPTIONS ": network='%.64s': write "
                   "network=NAME-IN-OVF:NETWORK", text);
      return FALSE;
    }
  g_hash_table_insert (deployment->networks, g_strndup (text, (gsize) (colon - text)),
                       g_strdup (colon + 1));
  return TRUE;
}

/* A line with each key once at most. */
static gboolean
take_line (HvfsDeployment *deployment, const char *line, GError **error)
{
  g_autofree char *head = NULL;
  char *values[HVFS_N_DEPLOY] = { NULL };
  gboolean ok;

  if (!hvfs_line_check (line, error) || !hvfs_line_parse (line, keys, &head, values, error))
    return FALSE;
  ok = *head == '\0' && (values[HVFS_DEPLOY_NETWORK] == NULL || add_network (deployment, values[HVFS_DEPLOY_NETWORK], error));
  if (*head != '\0')
    g_set_error (error, HVFS_ERROR, EINVAL, OPTIONS ": '%.64s' is no key=value", head);
  for (guint i = 0; i < HVFS_N_DEPLOY; i++)
    if (values[i] != NULL)
      {
        g_free (deployment->values[i]);
        deployment->values[i] = values[i];
      }
  return ok;
}

/* Networks may be named several times, on a line too. */
static gboolean
take_options (HvfsDeployment *deployment, const char *text, GError **error)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (g_strstrip (lines[i]), " network=", -1);

      for (guint j = 0; parts[j] != NULL; j++)
        {
          g_autofree char *line = j == 0 ? g_strdup (parts[j]) : g_strconcat ("network=", parts[j], NULL);

          if (*g_strstrip (line) != '\0' && !take_line (deployment, line, error))
            return FALSE;
        }
    }
  return TRUE;
}

/* The folder at @path below by-folder; 0: there is none. */
static guint32
find_folder (HvfsFs *fs, const char *path)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (fs->mirror));
  g_auto (GStrv) names = g_strsplit (path, "/", -1);
  guint64 ino = hvfs_row_ino (hvfs_row (HVFS_NAMED_BY_FOLDER), 0, 0);
  HvfsNode node = { NULL, 0, 0 };

  for (guint i = 0; names[i] != NULL && ino != 0; i++)
    if (*names[i] != '\0')
      ino = hvfs_index_lookup (fs->index, ino, names[i]);
  if (ino == 0 || !hvfs_node_from_ino (ino, &node))
    return 0;
  return node.row == hvfs_row (HVFS_NAMED_FOLDER_DIR) ? node.a : 0;
}

static gboolean
check_values (HvfsFs *fs, HvfsDeployment *deployment, GError **error)
{
  const char *disk = deployment->values[HVFS_DEPLOY_DISK], *folder = deployment->values[HVFS_DEPLOY_FOLDER];

  if (disk != NULL && strcmp (disk, "thin") != 0 && strcmp (disk, "thick") != 0)
    {
      g_set_error (error, HVFS_ERROR, EINVAL, OPTIONS ": disk='%.64s': thin or thick", disk);
      return FALSE;
    }
  deployment->plan.folder = folder == NULL ? 0 : find_folder (fs, folder);
  if (folder == NULL || deployment->plan.folder != 0)
    return TRUE;
  g_set_error (error, HVFS_ERROR, ENOENT, OPTIONS ": folder='%.64s': there is none below by-folder",
               folder);
  return FALSE;
}

/* (transfer full) (nullable): there are none */
static char *
dup_options (HvfsFs *fs, HvfsNode node)
{
  char *text = NULL;
  HvfsDesk *desk;
  HvfsSheet *sheet;

  hvfs_desks_lock (fs->desks);
  desk = hvfs_desk_get_locked (fs->desks, hvfs_edit_dir (node));
  sheet = desk == NULL ? NULL : hvfs_sheet_find_locked (desk, OPTIONS);
  if (sheet != NULL && sheet->data != NULL)
    text = g_strndup ((const char *) sheet->data->data, sheet->data->len);
  hvfs_desks_unlock (fs->desks);
  return text;
}

gboolean
hvfs_deployment_read (HvfsFs *fs, HvfsNode node, const HvfsDraft *draft, HvfsDeployment *ret,
                      GError **error)
{
  g_autofree char *text = dup_options (fs, node);

  ret->networks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if ((text != NULL && !take_options (ret, text, error)) || !check_values (fs, ret, error))
    return FALSE;
  ret->name = hvfs_inventory_name_from_user (draft->name);
  ret->plan.host = draft->host;
  ret->plan.name = ret->name;
  ret->plan.datastore = ret->values[HVFS_DEPLOY_DATASTORE];
  ret->plan.pool = ret->values[HVFS_DEPLOY_POOL];
  ret->plan.disk = ret->values[HVFS_DEPLOY_DISK];
  ret->plan.networks = ret->networks;
  return TRUE;
}

/* ---- an open archive ---- */

typedef struct
{
  GMutex lock;            /* the rest; held while the server is at work */
  HvfsDraft draft;
  char *name;             /* of the file */
  HvfsDeployment deployment;
  HvfsOva *ova;           /* NULL: nothing was written yet, or it is over */
  goffset next;
  pid_t process;          /* who writes it */
  gboolean done;
  GError *failure;        /* nullable: it came to nothing */
  gboolean is_told;       /* its writer was told so */
} Archive;

static Archive *
archive_of (const struct fuse_file_info *fi)
{
  return (Archive *) (uintptr_t) fi->fh;
}

static void
archive_free (Archive *archive)
{
  hvfs_ova_free (archive->ova);
  hvfs_deployment_clear (&archive->deployment);
  hvfs_draft_clear (&archive->draft);
  g_clear_error (&archive->failure);
  g_mutex_clear (&archive->lock);
  g_free (archive->name);
  g_free (archive);
}

char *
hvfs_deploy_dup_name (HvfsFs *fs, HvfsNode node)
{
  HvfsDesk *desk;
  HvfsSheet *sheet;
  char *name;

  hvfs_desks_lock (fs->desks);
  desk = hvfs_desk_get_locked (fs->desks, hvfs_edit_dir (node));
  sheet = desk == NULL ? NULL : hvfs_sheet_get_locked (desk, node.b);
  name = sheet == NULL ? NULL : g_strdup (sheet->name);
  hvfs_desks_unlock (fs->desks);
  return name;
}

void
hvfs_deploy_forget (HvfsFs *fs, HvfsNode node)
{
  HvfsDesk *desk;
  HvfsSheet *sheet;
  g_autofree char *name = hvfs_deploy_dup_name (fs, node);

  hvfs_desks_lock (fs->desks);
  desk = hvfs_desk_get_locked (fs->desks, hvfs_edit_dir (node));
  sheet = desk == NULL ? NULL : hvfs_sheet_get_locked (desk, node.b);
  if (sheet != NULL && sheet->name != NULL)
    hvfs_sheet_unlink_locked (fs->desks, desk, sheet, NULL);
  hvfs_desks_unlock (fs->desks);
  if (name != NULL)
    hvfs_change_name (fs, hvfs_edit_dir (node), name);
}

/* It came to nothing.  Takes @failure. */
static void
fail (HvfsFs *fs, HvfsNode node, Archive *archive, GError *failure)
{
  g_clear_pointer (&archive->ova, hvfs_ova_free);
  archive->failure = failure;
  hvfs_deploy_forget (fs, node);
  hvfs_edit_remember (fs, node, archive->name, failure);
}

static gboolean
archive_open (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, GError **error)
{
  g_auto (HvfsDraft) draft = { 0 };
  g_autofree char *name = hvfs_deploy_dup_name (call->fs, node);
  Archive *archive;

  fi->fh = 0;
  if ((fi->flags & O_ACCMODE) != O_WRONLY && (fi->flags & O_ACCMODE) != O_RDWR)
    g_set_error (error, HVFS_ERROR, EACCES, "an archive that is deployed cannot be read");
  else if (name == NULL || !hvfs_drafts_get (call->fs->drafts, node.a, &draft))
    hvfs_error_set_gone ("draft", error);
  else if (draft.serial != 0)
    g_set_error (error, HVFS_ERROR, EPERM, "the domain is defined already");
  else
    {
      archive = g_new0 (Archive, 1);
      g_mutex_init (&archive->lock);
      archive->draft = draft;
      draft.name = NULL;
      archive->name = g_steal_pointer (&name);
      archive->process = hvfs_caller_process (call->pid);
      fi->fh = (uintptr_t) archive;
      fi->direct_io = 1;
      return TRUE;
    }
  return FALSE;
}

/* What is written first begins it. */
static gboolean
begin (HvfsCall *call, HvfsNode node, Archive *archive, GError **error)
{
  if (archive->ova != NULL)
    return TRUE;
  if (!hvfs_connection_confirm (call->fs->connection, call->cancellable, error)
      || !hvfs_deployment_read (call->fs, node, &archive->draft, &archive->deployment, error))
    return FALSE;
  archive->ova = hvfs_ova_new (&call->fs->server, &archive->deployment.plan);
  return TRUE;
}

static gboolean
take (HvfsCall *call, HvfsNode node, Archive *archive, const char *data, gsize size, goffset off,
      GError **error)
{
  if (off != archive->next)
    {
      g_set_error (error, HVFS_ERROR, ESPIPE, "an archive is deployed while it is written: write it "
                   "from the first byte to the last");
      return FALSE;
    }
  archive->next += (goffset) size;
  return begin (call, node, archive, error)
         && hvfs_ova_feed (archive->ova, data, size, call->cancellable, error);
}

static gboolean
is_over (const Archive *archive, GError **error)
{
  if (archive->failure != NULL)
    g_propagate_error (error, g_error_copy (archive->failure));
  else if (archive->done)
    g_set_error (error, HVFS_ERROR, EPERM, "the archive is deployed already");
  else
    return FALSE;
  return TRUE;
}

static gboolean
archive_write (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, const char *data,
               gsize size, goffset off, GError **error)
{
  Archive *archive = archive_of (fi);
  GError *failure = NULL;
  gboolean ok;

  if (!hvfs_call_may_wait (call, error))
    return FALSE;
  g_mutex_lock (&archive->lock);
  if (!is_over (archive, NULL) && !take (call, node, archive, data, size, off, &failure))
    fail (call->fs, node, archive, failure);
  ok = !is_over (archive, error);
  archive->is_told |= !ok;
  g_mutex_unlock (&archive->lock);
  if (!ok)
    hvfs_notifier_flush (call->fs->notifier);
  return ok;
}

/* All of it is there. */
static gboolean
finish (HvfsCall *call, HvfsNode node, Archive *archive, GError **error)
{
  GError *failure = NULL;

  if (archive->failure == NULL && !archive->done)
    {
      if (!begin (call, node, archive, &failure)
          || !hvfs_ova_finish (archive->ova, call->cancellable, &failure))
        fail (call->fs, node, archive, failure);
      else
        {
          g_clear_pointer (&archive->ova, hvfs_ova_free);
          archive->done = TRUE;
          hvfs_deploy_forget (call->fs, node);
          hvfs_edit_remember (call->fs, node, archive->name, NULL);
          hvfs_edit_become_defined (call->fs, &archive->draft, archive->name, NULL);
        }
    }
  return archive->failure == NULL || archive->is_told || !is_over (archive, error);
}

/* By its writer; a child of his may close it too.  One that was killed has not written all. */
static gboolean
archive_flush (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, GError **error)
{
  Archive *archive = archive_of (fi);
  gboolean ok = TRUE;

  if (!hvfs_call_may_wait (call, error))
    return FALSE;
  g_mutex_lock (&archive->lock);
  if (hvfs_caller_process (call->pid) == archive->process || !hvfs_caller_is_there (archive->process))
    {
      if (!hvfs_caller_was_killed (call->pid))
        ok = finish (call, node, archive, error);
      else if (archive->failure == NULL && !archive->done)
        fail (call->fs, node, archive, g_error_new (HVFS_ERROR, EINTR, "its writer was ended"));
    }
  g_mutex_unlock (&archive->lock);
  hvfs_notifier_flush (call->fs->notifier);
  return ok;
}

static gboolean
archive_release (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, GError **error)
{
  Archive *archive = archive_of (fi);

  if (!hvfs_call_may_wait (call, error))
    return FALSE;
  g_mutex_lock (&archive->lock);
  if (archive->failure == NULL && !archive->done)
    fail (call->fs, node, archive, g_error_new (HVFS_ERROR, EIO, "it was not written to its end"));
  g_mutex_unlock (&archive->lock);
  return TRUE;
}

static void
archive_close (HvfsFs *fs G_GNUC_UNUSED, HvfsNode node G_GNUC_UNUSED, guint64 fh)
{
  archive_free ((Archive *) (uintptr_t) fh);
}

static gboolean
archive_setattr (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, const struct stat *st,
                 int to_set, GError **error)
{
  if ((to_set & FUSE_SET_ATTR_SIZE) == 0 || (fi != NULL && st->st_size == 0 && archive_of (fi)->next == 0))
    return TRUE;
  g_set_error (error, HVFS_ERROR, EPERM, "an archive is deployed while it is written: its size is not set");
  return FALSE;
}

static GBytes *
archive_read (HvfsCall *call G_GNUC_UNUSED, HvfsNode node G_GNUC_UNUSED,
              struct fuse_file_info *fi G_GNUC_UNUSED, gsize size G_GNUC_UNUSED,
              goffset off G_GNUC_UNUSED, GError **error)
{
  g_set_error (error, HVFS_ERROR, EACCES, "an archive that is deployed cannot be read");
  return NULL;
}

static const HvfsFileOps archive_ops = {
  .open = archive_open, .read = archive_read, .write = archive_write, .flush = archive_flush,
  .release = archive_release, .close = archive_close, .setattr = archive_setattr,
};

HvfsRow hvfs_draft_ova_row = {
  .named = HVFS_NAMED_DRAFT_OVA,
  .mode = S_IFREG | 0644,
  .flags = HVFS_ROW_UNMIRRORED,
  .file_ops = &archive_ops,
  .stat = hvfs_edit_stat,
};
