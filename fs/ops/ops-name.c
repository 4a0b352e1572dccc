/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/ops/ops-name.c - names that come and go by the user's hand
 *
 * Exists to hand mkdir, create, symlink, unlink, rmdir and rename to the dir_ops of
 * the directory's row, always on the job pool, and to refuse all else: what has no
 * dir_ops, and fixed entries, can be neither made nor removed.
 *
 * The kernel holds the locks of the directories until the reply.  Notifications of
 * their entries are held back as long, for they would wait for that lock.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "convert/error.h"
#include "fs/attr/line-file.h"
#include "fs/ops/opened.h"
#include "fs/ops/ops-priv.h"
#include "fs/request/job.h"
#include "fs/row/node.h"
#include "fs/tree/dir-times.h"
#include "fs/tree/notify.h"
#include "fs/tree/path.h"

typedef struct _NameJob NameJob;

/* Returns: an inode, or 1 where there is none to tell; 0 on error */
typedef guint64 (*NameFunc) (HvfsCall *call, HvfsNode dir, NameJob *job, GError **error);

struct _NameJob
{
  NameFunc func;
  guint64 dir, new_dir;  /* new_dir: 0 but for a rename */
  char *name;
  char *other;           /* the new name, or where the link leads */
  mode_t mode;
  guint flags;
  gboolean is_new;       /* it is replied with what it made */
  gboolean opens;
  struct fuse_file_info fi;
};

static void
name_job_free (gpointer data)
{
  NameJob *job = data;

  g_free (job->name);
  g_free (job->other);
  g_free (job);
}

static guint64
refuse (GError **error)
{
  g_set_error (error, HVFS_ERROR, EPERM,
               "you cannot make, rename or remove anything in this directory");
  return 0;
}

/* Fixed entries stay, but for those that say themselves what is to happen. */
static gboolean
is_fixed (HvfsFs *fs, HvfsNode dir, const char *name)
{
  HvfsRow *tables[3];
  guint32 a[3];
  HvfsRow *row = NULL;

  hvfs_path_tables (fs, dir, tables, a);
  for (guint i = 0; tables[i] != NULL && row == NULL; i++)
    row = hvfs_row_named (tables[i], name);
  return row != NULL && row->file_ops == &hvfs_line_file_ops;
}

/* Finds the directory @ino, and whether @name may come or go there. */
static gboolean
resolve_dir (HvfsFs *fs, guint64 ino, const char *name, HvfsNode *ret_dir, GError **error)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (fs->mirror));
  g_autoptr (GString) buffer = g_string_new (NULL);
  HvfsObject *object;
  struct stat st;

  if (!hvfs_node_resolve (fs, ino, ret_dir, &object)
      || !hvfs_ops_stat (fs, *ret_dir, object, buffer, &st, NULL))
    hvfs_error_set_gone ("directory", error);
  else if (ret_dir->row->dir_ops == NULL || is_fixed (fs, *ret_dir, name))
    refuse (error);
  else
    return TRUE;
  return FALSE;
}

/* ---- the requests ---- */

static guint64
run_create (HvfsCall *call, HvfsNode dir, NameJob *job, GError **error)
{
  const HvfsDirOps *ops = dir.row->dir_ops;

  return ops->create == NULL
           ? refuse (error)
           : ops->create (call, dir, job->name, job->mode, &job->fi, error);
}

static guint64
run_mkdir (HvfsCall *call, HvfsNode dir, NameJob *job, GError **error)
{
  const HvfsDirOps *ops = dir.row->dir_ops;

  return ops->mkdir == NULL ? refuse (error)
                            : ops->mkdir (call, dir, job->name, job->mode, error);
}

static guint64
run_symlink (HvfsCall *call, HvfsNode dir, NameJob *job, GError **error)
{
  const HvfsDirOps *ops = dir.row->dir_ops;

  return ops->symlink == NULL ? refuse (error)
                              : ops->symlink (call, dir, job->name, job->other, error);
}

static guint64
run_unlink (HvfsCall *call, HvfsNode dir, NameJob *job, GError **error)
{
  const HvfsDirOps *ops = dir.row->dir_ops;

  return ops->unlink == NULL ? refuse (error) : ops->unlink (call, dir, job->name, error) ? 1 : 0;
}

static guint64
run_rmdir (HvfsCall *call, HvfsNode dir, NameJob *job, GError **error)
{
  const HvfsDirOps *ops = dir.row->dir_ops;

  return ops->rmdir == NULL ? refuse (error) : ops->rmdir (call, dir, job->name, error) ? 1 : 0;
}

static guint64
run_rename (HvfsCall *call, HvfsNode dir, NameJob *job, GError **error)
{
  const HvfsDirOps *ops = dir.row->dir_ops;
  HvfsNode new_dir;

  if (!resolve_dir (call->fs, job->new_dir, job->other, &new_dir, error))
    return 0;
  if (ops->rename == NULL || new_dir.row->dir_ops != ops)
    return refuse (error);
  if ((job->flags & ~(guint) RENAME_NOREPLACE) != 0)
    {
      g_set_error (error, HVFS_ERROR, EINVAL, "two names cannot be exchanged");
      return 0;
    }
  return ops->rename (call, dir, job->name, new_dir, job->other, job->flags, error) ? 1 : 0;
}

/* ---- running them ---- */

/* A caller that was interrupted never got the file, and will not release it. */
static void
reply_create (fuse_req_t req, HvfsFs *fs, NameJob *job, guint64 ino)
{
  g_autoptr (GString) buffer = g_string_new (NULL);
  struct fuse_entry_param entry;

  g_rw_lock_reader_lock (hvfs_mirror_lock (fs->mirror));
  hvfs_ops_entry (fs, ino, buffer, &entry);
  g_rw_lock_reader_unlock (hvfs_mirror_lock (fs->mirror));
  hvfs_opened_add (fs->opened, ino, &job->fi, fuse_req_ctx (req)->pid);
  if (entry.ino != 0 && fuse_reply_create (req, &entry, &job->fi) == 0)
    return;
  hvfs_opened_close (fs->opened, fs, ino, &job->fi);
  if (entry.ino == 0)
    fuse_reply_err (req, ESTALE);
}

static void
touch (HvfsFs *fs, const NameJob *job)
{
  hvfs_dir_times_touch (fs->dir_times, job->dir);
  if (job->new_dir != 0)
    hvfs_dir_times_touch (fs->dir_times, job->new_dir);
}

static void
name_job (fuse_req_t req, GCancellable *cancellable, gpointer data)
{
  NameJob *job = data;
  HvfsFs *fs = hvfs_ops_fs (req);
  HvfsCall call = hvfs_ops_call (req, cancellable);
  g_autoptr (GError) error = NULL;
  guint64 ino = 0;
  HvfsNode dir;

  if (resolve_dir (fs, job->dir, job->name, &dir, &error))
    ino = job->func (&call, dir, job, &error);
  if (ino != 0)
    touch (fs, job);
  /* In other directories what it did is seen at once, too: links, and names that were not
   * there before. */
  hvfs_notifier_flush (fs->notifier);
  hvfs_ops_end_interrupt (req);
  if (ino == 0)
    fuse_reply_err (req, hvfs_ops_errno (error, cancellable));
  else if (job->opens)
    reply_create (req, fs, job, ino);
  else if (job->is_new)
    hvfs_ops_reply_entry (req, ino);
  else
    fuse_reply_err (req, 0);
  hvfs_notifier_release (fs->notifier, job->dir);
  if (job->new_dir != 0)
    hvfs_notifier_release (fs->notifier, job->new_dir);
}

/* @job is copied, with the names. */
static void
push (fuse_req_t req, const NameJob *job)
{
  HvfsFs *fs = hvfs_ops_fs (req);
  NameJob *copy = g_memdup2 (job, sizeof *job);

  copy->name = g_strdup (job->name);
  copy->other = g_strdup (job->other);
  hvfs_notifier_hold (fs->notifier, job->dir);
  if (job->new_dir != 0)
    hvfs_notifier_hold (fs->notifier, job->new_dir);
  hvfs_jobs_push (fs->jobs, req, name_job, copy, name_job_free);
}

void
hvfs_ops_create (fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode,
                 struct fuse_file_info *fi)
{
  push (req, &(NameJob){ .func = run_create, .dir = parent, .name = (char *) name, .mode = mode,
                         .is_new = TRUE, .opens = TRUE, .fi = *fi });
}

void
hvfs_ops_mkdir (fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode)
{
  push (req, &(NameJob){ .func = run_mkdir, .dir = parent, .name = (char *) name, .mode = mode,
                         .is_new = TRUE });
}

void
hvfs_ops_symlink (fuse_req_t req, const char *target, fuse_ino_t parent, const char *name)
{
  push (req, &(NameJob){ .func = run_symlink, .dir = parent, .name = (char *) name,
                         .other = (char *) target, .is_new = TRUE });
}

void
hvfs_ops_unlink (fuse_req_t req, fuse_ino_t parent, const char *name)
{
  push (req, &(NameJob){ .func = run_unlink, .dir = parent, .name = (char *) name });
}

void
hvfs_ops_rmdir (fuse_req_t req, fuse_ino_t parent, const char *name)
{
  push (req, &(NameJob){ .func = run_rmdir, .dir = parent, .name = (char *) name });
}

void
hvfs_ops_rename (fuse_req_t req, fuse_ino_t parent, const char *name, fuse_ino_t new_parent,
                 const char *new_name, unsigned int flags)
{
  push (req, &(NameJob){ .func = run_rename, .dir = parent, .new_dir = new_parent,
                         .name = (char *) name, .other = (char *) new_name, .flags = flags });
}

/* ---- what no directory can ---- */

void
hvfs_ops_mknod (fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode, dev_t rdev)
{
  fuse_reply_err (req, EPERM);
}

void
hvfs_ops_hardlink (fuse_req_t req, fuse_ino_t ino, fuse_ino_t new_parent, const char *new_name)
{
  fuse_reply_err (req, EPERM);
}
