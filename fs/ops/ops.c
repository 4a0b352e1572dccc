/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/ops/ops.c - lookup and attributes
 *
 * Exists as the way in for the kernel's requests.  Every node is three numbers in
 * its inode number, so there is nothing to count and nothing to forget: an object
 * that is gone is simply not found any more.
 */
#include <errno.h>
#include <string.h>

#include "convert/error.h"
#include "fs/edit/desk.h"
#include "fs/ops/opened.h"
#include "fs/ops/ops-priv.h"
#include "fs/request/job.h"
#include "fs/row/node.h"
#include "fs/tree/dir-times.h"
#include "fs/tree/index.h"
#include "fs/tree/kept.h"
#include "fs/tree/notify.h"
#include "fs/tree/path.h"

/* Appends where the link @node leads; FALSE: nowhere.  Under the mirror's lock. */
static gboolean
append_target (HvfsFs *fs, HvfsNode node, GString *target)
{
  return node.row->link != NULL ? node.row->link (fs, node, target)
                                : hvfs_path_append_link (fs, node, target);
}

/* Of a file or a link; FALSE: it cannot be told.  @text: emptied, and rendered into. */
static gboolean
content_size (HvfsFs *fs, HvfsNode node, const HvfsObject *object, GString *text,
              off_t *ret_size)
{
  gboolean ok = TRUE;

  g_string_truncate (text, 0);
  if (S_ISLNK (node.row->mode))
    append_target (fs, node, text);
  else
    ok = (object == NULL || hvfs_object_check (object, node.row->depends, NULL))
         && hvfs_row_show (fs, node, object, text, NULL);
  *ret_size = ok ? (off_t) text->len : HVFS_SIZE_UNKNOWN;
  return ok;
}

/* A directory that is no object's own, such as "domains", is as old as its object; all
 * of them change with their names. */
static gint64
dir_changed_us (HvfsFs *fs, HvfsNode node, const HvfsObject *object)
{
  gint64 us = object == NULL                                     ? fs->mounted_us
              : node.row == hvfs_row_of_kind (object->kind) ? object->changed_us
                                                                 : object->entered_us;

  return MAX (us, hvfs_dir_times_get (fs->dir_times, hvfs_node_ino (node)));
}

/* Whether its attributes cannot be told before something is fetched: of a directory that is kept,
 * whether it is there.  Under the lock. */
static gboolean
must_fetch (HvfsFs *fs, HvfsNode node)
{
  return node.row->fetch != NULL
         && (!S_ISDIR (node.row->mode) || (node.row->flags & HVFS_ROW_KEPT) != 0)
         && !node.row->fetch->is_known (fs, node);
}

gboolean
hvfs_ops_must_fetch_names (HvfsFs *fs, HvfsNode node)
{
  return node.row->fetch != NULL && S_ISDIR (node.row->mode)
         && !node.row->fetch->is_known (fs, node);
}

gboolean
hvfs_ops_fetch (fuse_req_t req, GCancellable *cancellable, guint64 ino, GError **error)
{
  HvfsCall call = hvfs_ops_call (req, cancellable);
  HvfsNode node;
  gint64 size;

  hvfs_node_from_ino (ino, &node);
  return hvfs_connection_confirm (call.fs->connection, cancellable, error)
         && node.row->fetch->fetch (&call, node, &size, error);
}

/* Whether somebody writes it, who asks for the size of his own text, as others do not. */
static gboolean
has_writer (HvfsFs *fs, HvfsNode node)
{
  return node.row->file_ops->fstat != NULL
         && hvfs_opened_is_written (fs->opened, hvfs_node_ino (node));
}

static double
keep_s (HvfsFs *fs, HvfsNode node)
{
  return node.row->keep_s != NULL ? node.row->keep_s (fs, node) : HVFS_FOR_EVER_S;
}

/* Before it is looked at: what is old by the end of that was told of then. */
static void
note_kept (HvfsFs *fs, HvfsNode node)
{
  if ((node.row->flags & HVFS_ROW_KEPT) != 0)
    hvfs_kept_add (fs->kept, node.a, hvfs_node_ino (node));
}

gboolean
hvfs_ops_stat (HvfsFs *fs, HvfsNode node, const HvfsObject *object, GString *buffer,
               struct stat *ret_st, double *ret_timeout)
{
  gint64 us = object != NULL ? object->changed_us : fs->mounted_us;
  gboolean sure = TRUE;

  if (ret_timeout != NULL)
    note_kept (fs, node);
  memset (ret_st, 0, sizeof *ret_st);
  ret_st->st_ino = hvfs_node_ino (node);
  ret_st->st_mode = hvfs_node_mode (fs, node);
  ret_st->st_nlink = 1; /* directories too: their entries are not counted */
  ret_st->st_uid = fs->uid;
  ret_st->st_gid = fs->gid;
  if (S_ISDIR (node.row->mode))
    us = dir_changed_us (fs, node, object);
  else
    sure = content_size (fs, node, object, buffer, &ret_st->st_size);
  ret_st->st_blksize = 4096;
  ret_st->st_mtim = hvfs_timespec (us);
  if (node.row->stat != NULL && !node.row->stat (fs, node, object, ret_st))
    return FALSE;
  if (must_fetch (fs, node))
    {
      sure = FALSE;
      ret_st->st_size = HVFS_SIZE_UNKNOWN;
    }
  ret_st->st_blocks = (ret_st->st_size + 511) / 512;
  ret_st->st_atim = ret_st->st_ctim = ret_st->st_mtim;
  if (ret_timeout != NULL)
    *ret_timeout = sure && !hvfs_row_is_volatile (fs, node) && !has_writer (fs, node)
                     ? keep_s (fs, node)
                     : 0;
  return TRUE;
}

void
hvfs_ops_entry (HvfsFs *fs, guint64 ino, GString *buffer, struct fuse_entry_param *ret_entry)
{
  HvfsNode node;
  HvfsObject *object;

  memset (ret_entry, 0, sizeof *ret_entry);
  ret_entry->entry_timeout = HVFS_FOR_EVER_S;
  if (ino == 0 || !hvfs_node_resolve (fs, ino, &node, &object))
    return;
  if (!hvfs_ops_stat (fs, node, object, buffer, &ret_entry->attr, &ret_entry->attr_timeout))
    return;
  ret_entry->ino = ino;
  ret_entry->generation = 1;
}

void
hvfs_ops_limit_entry (struct fuse_entry_param *entry)
{
  gboolean is_fixed;
  HvfsNode node;

  if (entry->ino == 0 || !hvfs_node_from_ino (entry->ino, &node))
    {
      entry->entry_timeout = 0;
      return;
    }
  is_fixed = node.row->parent != NULL && !node.row->is_member;
  if (!is_fixed && (node.row->flags & HVFS_ROW_KEPT) == 0)
    entry->entry_timeout = node.row->keep_s != NULL ? entry->attr_timeout : 0;
}

int
hvfs_ops_errno (const GError *error, GCancellable *cancellable)
{
  int code = hvfs_error_errno (error);

  return code == ECANCELED && g_cancellable_is_cancelled (cancellable) ? EINTR : code;
}

void
hvfs_ops_end_interrupt (fuse_req_t req)
{
  fuse_req_interrupt_func (req, NULL, NULL);
}

/* ---- lookup ---- */

/* The inode of @name in @dir, 0 if there is none. */
static guint64
child_ino (HvfsFs *fs, guint64 dir, HvfsNode node, const char *name, pid_t tid)
{
  HvfsRow *tables[3];
  guint32 a[3];

  hvfs_path_tables (fs, node, tables, a);
  for (guint i = 0; tables[i] != NULL; i++)
    {
      HvfsRow *row = hvfs_row_named (tables[i], name);
      HvfsNode child = { row, a[i], node.b };

      if (row != NULL && (row->visible == NULL || row->visible (fs, child)))
        return hvfs_node_ino (child);
    }
  if (node.row->dir_ops != NULL && node.row->dir_ops->lookup != NULL)
    {
      guint64 ino = node.row->dir_ops->lookup (fs, node, name, tid);

      if (ino != 0)
        return ino;
    }
  return hvfs_index_lookup (fs->index, dir, name);
}

void
hvfs_ops_reply_entry (fuse_req_t req, guint64 ino)
{
  HvfsFs *fs = hvfs_ops_fs (req);
  g_autoptr (GString) buffer = g_string_new (NULL);
  struct fuse_entry_param entry;

  g_rw_lock_reader_lock (hvfs_mirror_lock (fs->mirror));
  hvfs_ops_entry (fs, ino, buffer, &entry);
  g_rw_lock_reader_unlock (hvfs_mirror_lock (fs->mirror));
  fuse_reply_entry (req, &entry);
}

/* FALSE: the names there must be fetched first.  Else it was answered. */
static gboolean
answer_lookup (fuse_req_t req, guint64 parent, const char *name)
{
  HvfsFs *fs = hvfs_ops_fs (req);
  g_autoptr (GString) buffer = g_string_new (NULL);
  struct fuse_entry_param entry;
  HvfsNode node;
  HvfsObject *object;
  guint64 ino = 0;
  gboolean there, must = FALSE;

  g_rw_lock_reader_lock (hvfs_mirror_lock (fs->mirror));
  there = hvfs_node_resolve (fs, parent, &node, &object);
  if (there)
    {
      ino = child_ino (fs, parent, node, name, fuse_req_ctx (req)->pid);
      must = (ino == 0 || (node.row->flags & HVFS_ROW_LISTED) != 0)
             && hvfs_ops_must_fetch_names (fs, node);
      hvfs_ops_entry (fs, ino, buffer, &entry);
      if (node.row->fetch != NULL)
        hvfs_ops_limit_entry (&entry);
    }
  g_rw_lock_reader_unlock (hvfs_mirror_lock (fs->mirror));
  if (must)
    return FALSE;
  if (there)
    fuse_reply_entry (req, &entry);
  else
    fuse_reply_err (req, ESTALE);
  return TRUE;
}

typedef struct
{
  guint64 parent;
  char *name;
} LookupJob;

static void
lookup_job_free (gpointer data)
{
  LookupJob *job = data;

  g_free (job->name);
  g_free (job);
}

static void
lookup_job (fuse_req_t req, GCancellable *cancellable, gpointer data)
{
  LookupJob *job = data;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < HVFS_OPS_MAX_FETCHES; i++)
    {
      if (!hvfs_ops_fetch (req, cancellable, job->parent, &error))
        break;
      hvfs_ops_end_interrupt (req);
      if (answer_lookup (req, job->parent, job->name))
        return;
    }
  hvfs_ops_end_interrupt (req);
  fuse_reply_err (req, error != NULL ? hvfs_ops_errno (error, cancellable) : EAGAIN);
}

/* Nothing else is fetched for it: the kernel holds the directory's lock meanwhile, and whoever
 * only wants the name need not wait, nor fail. */
void
hvfs_ops_lookup (fuse_req_t req, fuse_ino_t parent, const char *name)
{
  LookupJob job = { parent, (char *) name };

  if (answer_lookup (req, parent, name))
    return;
  job.name = g_strdup (name);
  hvfs_jobs_push (hvfs_ops_fs (req)->jobs, req, lookup_job, g_memdup2 (&job, sizeof job),
                  lookup_job_free);
}

void
hvfs_ops_forget (fuse_req_t req, fuse_ino_t ino, uint64_t n)
{
  fuse_reply_none (req);
}

void
hvfs_ops_forget_multi (fuse_req_t req, size_t count, struct fuse_forget_data *forgets)
{
  fuse_reply_none (req);
}

/* ---- attributes ---- */

/* What is known of @ino.  Takes the mirror's lock.
 * @ret_st, @ret_timeout: as hvfs_ops_stat.  Returns: FALSE: it is not there any more */
static gboolean
look_at (HvfsFs *fs, guint64 ino, const struct fuse_file_info *fi, struct stat *ret_st,
         double *ret_timeout, gboolean *ret_must_fetch)
{
  g_autoptr (GString) buffer = g_string_new (NULL);
  HvfsNode node;
  HvfsObject *object;
  gboolean there;

  g_rw_lock_reader_lock (hvfs_mirror_lock (fs->mirror));
  there = hvfs_node_resolve (fs, ino, &node, &object)
          && hvfs_ops_stat (fs, node, object, buffer, ret_st, ret_timeout);
  *ret_must_fetch = there && must_fetch (fs, node);
  g_rw_lock_reader_unlock (hvfs_mirror_lock (fs->mirror));
  /* A writer sees what he has written: the server need not be asked for that. */
  if (there && fi != NULL && fi->fh != 0 && node.row->file_ops->fstat != NULL
      && node.row->file_ops->fstat (fs, node, fi, ret_st))
    {
      *ret_timeout = 0;
      *ret_must_fetch = FALSE;
    }
  return there;
}

void
hvfs_ops_reply_attr (fuse_req_t req, guint64 ino, const struct fuse_file_info *fi)
{
  gboolean must;
  double timeout;
  struct stat st;

  if (look_at (hvfs_ops_fs (req), ino, fi, &st, &timeout, &must))
    fuse_reply_attr (req, &st, timeout);
  else
    fuse_reply_err (req, ESTALE);
}

typedef struct
{
  guint64 ino;
  gboolean is_open;
  struct fuse_file_info fi; /* if is_open: the kernel thread's own ends with its call */
} AttrJob;

/* Fetches what the size is of.  @error: why it cannot be told */
static gboolean
fetch_size (fuse_req_t req, const AttrJob *job, GCancellable *cancellable, gint64 *ret_size,
            GError **error)
{
  HvfsFs *fs = hvfs_ops_fs (req);
  HvfsCall call = hvfs_ops_call (req, cancellable);
  g_autoptr (GBytes) text = NULL;
  HvfsNode node;

  *ret_size = -1;
  hvfs_node_from_ino (job->ino, &node);
  if (!hvfs_connection_confirm (fs->connection, cancellable, error)
      || !node.row->fetch->fetch (&call, node, ret_size, error))
    return FALSE;
  if (*ret_size < 0 && (text = hvfs_node_render (fs, job->ino, error)) == NULL)
    return FALSE;
  if (text != NULL)
    *ret_size = g_bytes_get_size (text);
  return TRUE;
}

/* What may not be read is there all the same, and whoever opens it is told. */
static void
getattr_job (fuse_req_t req, GCancellable *cancellable, gpointer data)
{
  AttrJob *job = data;
  HvfsFs *fs = hvfs_ops_fs (req);
  g_autoptr (GError) error = NULL;
  gint64 size;
  gboolean ok = fetch_size (req, job, cancellable, &size, &error), must;
  double timeout;
  struct stat st;

  hvfs_ops_end_interrupt (req);
  if (!ok && error->code != EACCES)
    fuse_reply_err (req, hvfs_ops_errno (error, cancellable));
  else if (!look_at (fs, job->ino, job->is_open ? &job->fi : NULL, &st, &timeout, &must))
    fuse_reply_err (req, ESTALE);
  else
    {
      if (must && ok)
        st.st_size = size;
      st.st_blocks = (st.st_size + 511) / 512;
      fuse_reply_attr (req, &st, timeout);
    }
}

void
hvfs_ops_getattr (fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
  HvfsFs *fs = hvfs_ops_fs (req);
  AttrJob job = { .ino = ino, .is_open = fi != NULL };
  gboolean must;
  double timeout;
  struct stat st;

  if (!look_at (fs, ino, fi, &st, &timeout, &must))
    fuse_reply_err (req, ESTALE);
  else if (!must)
    fuse_reply_attr (req, &st, timeout);
  else
    {
      if (fi != NULL)
        job.fi = *fi;
      hvfs_jobs_push (fs->jobs, req, getattr_job, g_memdup2 (&job, sizeof job), g_free);
    }
}

/* FALSE: it must be fetched first.  Else it was answered. */
static gboolean
answer_readlink (fuse_req_t req, guint64 ino)
{
  HvfsFs *fs = hvfs_ops_fs (req);
  g_autoptr (GString) target = g_string_new (NULL);
  HvfsNode node;
  gboolean there, must;

  g_rw_lock_reader_lock (hvfs_mirror_lock (fs->mirror));
  there = hvfs_node_from_ino (ino, &node) && S_ISLNK (node.row->mode);
  must = there && must_fetch (fs, node);
  if (there)
    note_kept (fs, node);
  there = there && !must && append_target (fs, node, target);
  g_rw_lock_reader_unlock (hvfs_mirror_lock (fs->mirror));
  if (must)
    return FALSE;
  if (there)
    fuse_reply_readlink (req, target->str);
  else
    fuse_reply_err (req, ESTALE);
  return TRUE;
}

static void
readlink_job (fuse_req_t req, GCancellable *cancellable, gpointer data)
{
  guint64 ino = *(guint64 *) data;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < HVFS_OPS_MAX_FETCHES; i++)
    {
      if (!hvfs_ops_fetch (req, cancellable, ino, &error))
        break;
      hvfs_ops_end_interrupt (req);
      if (answer_readlink (req, ino))
        return;
    }
  hvfs_ops_end_interrupt (req);
  fuse_reply_err (req, error != NULL ? hvfs_ops_errno (error, cancellable) : EAGAIN);
}

void
hvfs_ops_readlink (fuse_req_t req, fuse_ino_t ino)
{
  guint64 job = ino;

  if (!answer_readlink (req, ino))
    hvfs_jobs_push (hvfs_ops_fs (req)->jobs, req, readlink_job, g_memdup2 (&job, sizeof job), g_free);
}

/* Where the row has something to say. */
static gboolean
statfs_of_row (HvfsFs *fs, guint64 ino, struct statvfs *st)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (fs->mirror));
  HvfsNode node;

  return hvfs_node_from_ino (ino, &node) && node.row->statfs != NULL
         && node.row->statfs (fs, node, st);
}

void
hvfs_ops_statfs (fuse_req_t req, fuse_ino_t ino)
{
  enum { BLOCK = 4096 };
  guint64 bytes;
  guint files;
  struct statvfs st = { .f_bsize = BLOCK, .f_frsize = BLOCK, .f_namemax = 1024,
                        .f_blocks = HVFS_DESK_MAX_BYTES / BLOCK, .f_files = HVFS_DESK_MAX_SHEETS };

  if (statfs_of_row (hvfs_ops_fs (req), ino, &st))
    {
      fuse_reply_statfs (req, &st);
      return;
    }
  /* What a program may put there: files beside the domains' own, a new configuration. */
  hvfs_desks_get_room (hvfs_ops_fs (req)->desks, &bytes, &files);
  st.f_bfree = st.f_bavail = bytes / BLOCK;
  st.f_ffree = st.f_favail = files;
  fuse_reply_statfs (req, &st);
}

/* ---- the connection ---- */

void
hvfs_ops_init (void *data, struct fuse_conn_info *conn)
{
  static const unsigned wanted = FUSE_CAP_READDIRPLUS | FUSE_CAP_NO_OPENDIR_SUPPORT
                                 | FUSE_CAP_CACHE_SYMLINKS;
  const HvfsFs *fs = data;

  if (fs->max_read != 0)
    conn->max_read = fs->max_read;
  conn->want |= conn->capable & wanted;
  /* With the last, whoever opens a file with O_TRUNC makes it empty for all, in the kernel,
   * until it asks for the size again; without, its size is what the answer to SETATTR says. */
  conn->want &= ~(unsigned) (FUSE_CAP_READDIRPLUS_AUTO | FUSE_CAP_ATOMIC_O_TRUNC);
}

/* Never again asked for: listings need no handle, and are cached by the kernel. */
void
hvfs_ops_opendir (fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
  fuse_reply_err (req, ENOSYS);
}
