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
#include "fs/ops/ops-priv.h"
#include "fs/request/job.h"
#include "fs/row/node.h"
#include "fs/tree/dir-times.h"
#include "fs/tree/index.h"
#include "fs/tree/notify.h"
#include "fs/tree/path.h"

/* Appends where the link @node leads; FALSE: nowhere.  Under the mirror's lock. */
static gboolean
append_target (HvfsFs *fs, HvfsNode node, GString *target)
{
  return node.row->link != NULL ? node.row->link (fs, node, target)
                                : hvfs_path_append_link (fs, node, target);
}

/* Of a file or a link.  @text: emptied, and rendered into. */
static gsize
content_size (HvfsFs *fs, HvfsNode node, const HvfsObject *object, GString *text)
{
  g_string_truncate (text, 0);
  if (S_ISLNK (node.row->mode))
    append_target (fs, node, text);
  else if ((object == NULL || hvfs_object_check (object, node.row->depends, NULL))
           && !hvfs_row_show (fs, node, object, text, NULL))
    return 0;
  return text->len;
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

gboolean
hvfs_ops_stat (HvfsFs *fs, HvfsNode node, const HvfsObject *object, GString *buffer,
               struct stat *ret_st)
{
  gint64 us = object != NULL ? object->changed_us : fs->mounted_us;

  memset (ret_st, 0, sizeof *ret_st);
  ret_st->st_ino = hvfs_node_ino (node);
  ret_st->st_mode = hvfs_node_mode (fs, node);
  ret_st->st_nlink = 1; /* directories too: their entries are not counted */
  ret_st->st_uid = fs->uid;
  ret_st->st_gid = fs->gid;
  if (S_ISDIR (node.row->mode))
    us = dir_changed_us (fs, node, object);
  else
    ret_st->st_size = content_size (fs, node, object, buffer);
  ret_st->st_blksize = 4096;
  ret_st->st_mtim = hvfs_timespec (us);
  if (node.row->stat != NULL && !node.row->stat (fs, node, object, ret_st))
    return FALSE;
  ret_st->st_blocks = (ret_st->st_size + 511) / 512;
  ret_st->st_atim = ret_st->st_ctim = ret_st->st_mtim;
  return TRUE;
}

static double
attr_timeout (HvfsFs *fs, HvfsNode node)
{
  return hvfs_row_is_volatile (fs, node) ? 0 : HVFS_FOR_EVER_S;
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
  if (!hvfs_ops_stat (fs, node, object, buffer, &ret_entry->attr))
    return;
  ret_entry->ino = ino;
  ret_entry->generation = 1;
  ret_entry->attr_timeout = attr_timeout (fs, node);
}

gboolean
hvfs_ops_must_fetch (HvfsFs *fs, HvfsNode node)
{
  HvfsUsage usage;

  if (node.row->is_known != NULL)
    return !node.row->is_known (fs, node);
  return (node.row->flags & HVFS_ROW_FETCHED) != 0
         && !hvfs_quickstats_get (fs->quickstats, node.a, &usage);
}

/* Makes the size known, if it can be.  Network; a job's. */
static void
fetch_size (HvfsCall *call, HvfsNode node)
{
  g_autoptr (GError) error = NULL;

  if (node.row->fetch != NULL)
    node.row->fetch (call, node, &error);
  else
    hvfs_quickstats_fetch (call->fs->quickstats, node.a, call->cancellable, &error);
  if (error != NULL)
    g_debug ("%s: %s", node.row->name != NULL ? node.row->name : "", error->message);
}

void
hvfs_ops_settle (fuse_req_t req)
{
  fuse_req_interrupt_func (req, NULL, NULL);
}

/* ---- lookup ---- */

/* The inode of @name in @dir, 0 if there is none. */
static guint64
child_ino (HvfsFs *fs, guint64 dir, HvfsNode node, const char *name)
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
      guint64 ino = node.row->dir_ops->lookup (fs, node, name);

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

typedef struct
{
  guint64 parent, ino;
} LookupJob;

/* The kernel holds the directory's lock: see hvfs_notifier_hold. */
static void
lookup_job (fuse_req_t req, GCancellable *cancellable, gpointer data)
{
  const LookupJob *job = data;
  HvfsFs *fs = hvfs_ops_fs (req);
  HvfsCall call = hvfs_ops_call (req, cancellable);
  HvfsNode node;

  /* Without it the size is what is known: none. */
  if (hvfs_node_from_ino (job->ino, &node))
    fetch_size (&call, node);
  hvfs_ops_settle (req);
  hvfs_ops_reply_entry (req, job->ino);
  hvfs_notifier_release (fs->notifier, job->parent);
}

static void
push_lookup (fuse_req_t req, guint64 parent, guint64 ino)
{
  HvfsFs *fs = hvfs_ops_fs (req);
  LookupJob job = { parent, ino };

  hvfs_notifier_hold (fs->notifier, parent);
  hvfs_jobs_push (fs->jobs, req, lookup_job, g_memdup2 (&job, sizeof job), g_free);
}

void
hvfs_ops_lookup (fuse_req_t req, fuse_ino_t parent, const char *name)
{
  HvfsFs *fs = hvfs_ops_fs (req);
  HvfsNode node, child;
  HvfsObject *object;
  guint64 ino = 0;
  gboolean there, fetch;

  g_rw_lock_reader_lock (hvfs_mirror_lock (fs->mirror));
  there = hvfs_node_resolve (fs, parent, &node, &object);
  if (there)
    ino = child_ino (fs, parent, node, name);
  fetch = ino != 0 && hvfs_node_from_ino (ino, &child) && hvfs_ops_must_fetch (fs, child);
  g_rw_lock_reader_unlock (hvfs_mirror_lock (fs->mirror));
  if (!there)
    fuse_reply_err (req, ESTALE);
  else if (fetch)
    push_lookup (req, parent, ino);
  else
    hvfs_ops_reply_entry (req, ino);
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

void
hvfs_ops_reply_attr (fuse_req_t req, guint64 ino, const struct fuse_file_info *fi)
{
  HvfsFs *fs = hvfs_ops_fs (req);
  g_autoptr (GString) buffer = g_string_new (NULL);
  gboolean there, own = FALSE;
  struct stat st;
  HvfsNode node;
  HvfsObject *object;

  g_rw_lock_reader_lock (hvfs_mirror_lock (fs->mirror));
  there = hvfs_node_resolve (fs, ino, &node, &object)
          && hvfs_ops_stat (fs, node, object, buffer, &st);
  g_rw_lock_reader_unlock (hvfs_mirror_lock (fs->mirror));
  if (there && fi != NULL && fi->fh != 0 && node.row->file_ops != NULL
      && node.row->file_ops->fstat != NULL)
    own = node.row->file_ops->fstat (fs, node, fi, &st);
  if (there)
    fuse_reply_attr (req, &st, own ? 0 : attr_timeout (fs, node));
  else
    fuse_reply_err (req, ESTALE);
}

typedef struct
{
  guint64 ino;
  struct fuse_file_info *fi, copy;
} AttrJob;

static void
getattr_job (fuse_req_t req, GCancellable *cancellable, gpointer data)
{
  AttrJob *job = data;
  HvfsCall call = hvfs_ops_call (req, cancellable);
  HvfsNode node;

  hvfs_node_from_ino (job->ino, &node);
  fetch_size (&call, node);
  hvfs_ops_settle (req);
  hvfs_ops_reply_attr (req, job->ino, job->fi != NULL ? &job->copy : NULL);
}

void
hvfs_ops_getattr (fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
  HvfsFs *fs = hvfs_ops_fs (req);
  gboolean fetch;
  HvfsNode node;
  HvfsObject *object;

  g_rw_lock_reader_lock (hvfs_mirror_lock (fs->mirror));
  fetch = hvfs_node_resolve (fs, ino, &node, &object) && node.row->is_known != NULL
          && hvfs_ops_must_fetch (fs, node);
  g_rw_lock_reader_unlock (hvfs_mirror_lock (fs->mirror));
  if (fetch)
    {
      AttrJob job = { ino, fi, { 0 } };

      if (fi != NULL)
        job.copy = *fi;
      hvfs_jobs_push (fs->jobs, req, getattr_job, g_memdup2 (&job, sizeof job), g_free);
    }
  else
    hvfs_ops_reply_attr (req, ino, fi);
}

void
hvfs_ops_readlink (fuse_req_t req, fuse_ino_t ino)
{
  HvfsFs *fs = hvfs_ops_fs (req);
  g_autoptr (GString) target = g_string_new (NULL);
  HvfsNode node;
  gboolean there;

  g_rw_lock_reader_lock (hvfs_mirror_lock (fs->mirror));
  there = hvfs_node_from_ino (ino, &node) && S_ISLNK (node.row->mode)
          && append_target (fs, node, target);
  g_rw_lock_reader_unlock (hvfs_mirror_lock (fs->mirror));
  if (there)
    fuse_reply_readlink (req, target->str);
  else
    fuse_reply_err (req, ESTALE);
}

void
hvfs_ops_statfs (fuse_req_t req, fuse_ino_t ino)
{
  enum { BLOCK = 4096 };
  guint64 bytes;
  guint files;
  struct statvfs st = { .f_bsize = BLOCK, .f_frsize = BLOCK, .f_namemax = 1024,
                        .f_blocks = HVFS_DESK_MAX_BYTES / BLOCK, .f_files = HVFS_DESK_MAX_SHEETS };

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

  conn->want |= conn->capable & wanted;
  conn->want &= ~(unsigned) FUSE_CAP_READDIRPLUS_AUTO;
}

/* Never again asked for: listings need no handle, and are cached by the kernel. */
void
hvfs_ops_opendir (fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
  fuse_reply_err (req, ENOSYS);
}
