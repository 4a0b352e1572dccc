/* fs/ops.c - names and attributes
 *
 * Exists as the way in for the kernel's requests.  Every node is three numbers in
 * its inode number, so there is nothing to count and nothing to forget: an object
 * that is gone is simply not found any more.
 */
#include "fs/ops.h"

#include <errno.h>
#include <string.h>

#include "convert/error.h"
#include "fs/ops-priv.h"

gboolean
hvfs_ops_resolve (HvfsFs *fs, guint64 ino, HvfsNode *ret_node, HvfsObject **ret_object)
{
  *ret_object = NULL;
  if (!hvfs_node_from_ino (ino, ret_node))
    return FALSE;
  if (ret_node->a == 0)
    return TRUE;
  *ret_object = hvfs_mirror_get (fs->mirror, ret_node->a);
  return *ret_object != NULL;
}

static gsize
content_size (HvfsFs *fs, HvfsNode node, const HvfsObject *object)
{
  g_autoptr (GString) text = g_string_sized_new (256);

  if (S_ISLNK (node.row->mode))
    hvfs_tree_link (fs, node, text);
  else if (S_ISREG (node.row->mode)
           && (object == NULL || hvfs_object_check (object, node.row->depends, NULL))
           && !node.row->show (fs, object, text, NULL))
    return 0;
  return text->len;
}

void
hvfs_ops_stat (HvfsFs *fs, HvfsNode node, const HvfsObject *object, struct stat *ret_st)
{
  gint64 us = object != NULL ? object->changed_us
              : (node.row->flags & HVFS_ROW_VOLATILE) != 0 ? g_get_real_time ()
                                                           : fs->mounted_us;

  memset (ret_st, 0, sizeof *ret_st);
  ret_st->st_ino = hvfs_node_ino (node);
  ret_st->st_mode = node.row->mode;
  ret_st->st_nlink = 1; /* directories too: their entries are not counted */
  ret_st->st_uid = fs->uid;
  ret_st->st_gid = fs->gid;
  ret_st->st_size = content_size (fs, node, object);
  ret_st->st_blksize = 4096;
  ret_st->st_blocks = (ret_st->st_size + 511) / 512;
  ret_st->st_mtim.tv_sec = us / G_TIME_SPAN_SECOND;
  ret_st->st_mtim.tv_nsec = us % G_TIME_SPAN_SECOND * 1000;
  ret_st->st_atim = ret_st->st_ctim = ret_st->st_mtim;
}

static double
attr_timeout (HvfsNode node)
{
  return (node.row->flags & HVFS_ROW_VOLATILE) != 0 ? 0 : HVFS_FOR_EVER_S;
}

void
hvfs_ops_entry (HvfsFs *fs, guint64 ino, struct fuse_entry_param *ret_entry)
{
  HvfsNode node;
  HvfsObject *object;

  memset (ret_entry, 0, sizeof *ret_entry);
  ret_entry->entry_timeout = HVFS_FOR_EVER_S;
  if (ino == 0 || !hvfs_ops_resolve (fs, ino, &node, &object))
    return;
  ret_entry->ino = ino;
  ret_entry->generation = 1;
  ret_entry->attr_timeout = attr_timeout (node);
  hvfs_ops_stat (fs, node, object, &ret_entry->attr);
}

gboolean
hvfs_ops_must_fetch (HvfsFs *fs, HvfsNode node)
{
  HvfsUsage usage;

  return (node.row->flags & HVFS_ROW_FETCHED) != 0
         && !hvfs_quickstats_get (fs->quickstats, node.a, &usage);
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

  hvfs_tree_tables (fs, node, tables, a);
  for (guint i = 0; tables[i] != NULL; i++)
    {
      HvfsRow *row = hvfs_row_named (tables[i], name);
      HvfsNode child = { row, a[i], node.b };

      if (row != NULL && (row->visible == NULL || row->visible (fs, child)))
        return hvfs_node_ino (child);
    }
  return hvfs_index_lookup (fs->index, dir, name);
}

static void
reply_entry (fuse_req_t req, guint64 ino)
{
  HvfsFs *fs = hvfs_ops_fs (req);
  struct fuse_entry_param entry;

  g_rw_lock_reader_lock (hvfs_mirror_lock (fs->mirror));
  hvfs_ops_entry (fs, ino, &entry);
  g_rw_lock_reader_unlock (hvfs_mirror_lock (fs->mirror));
  fuse_reply_entry (req, &entry);
}

static void
lookup_job (fuse_req_t req, GCancellable *cancellable, gpointer data)
{
  guint64 ino = *(guint64 *) data;
  HvfsNode node;

  /* Without it the size is what is known: none. */
  if (hvfs_node_from_ino (ino, &node))
    hvfs_quickstats_fetch (hvfs_ops_fs (req)->quickstats, node.a, cancellable, NULL);
  hvfs_ops_settle (req);
  reply_entry (req, ino);
}

static void
ops_lookup (fuse_req_t req, fuse_ino_t parent, const char *name)
{
  HvfsFs *fs = hvfs_ops_fs (req);
  HvfsNode node, child;
  HvfsObject *object;
  guint64 ino = 0;
  gboolean there, fetch;

  g_rw_lock_reader_lock (hvfs_mirror_lock (fs->mirror));
  there = hvfs_ops_resolve (fs, parent, &node, &object);
  if (there)
    ino = child_ino (fs, parent, node, name);
  fetch = ino != 0 && hvfs_node_from_ino (ino, &child) && hvfs_ops_must_fetch (fs, child);
  g_rw_lock_reader_unlock (hvfs_mirror_lock (fs->mirror));
  if (!there)
    fuse_reply_err (req, ESTALE);
  else if (fetch)
    hvfs_jobs_push (fs->jobs, req, lookup_job, g_memdup2 (&ino, sizeof ino), g_free);
  else
    reply_entry (req, ino);
}

static void
ops_forget (fuse_req_t req, fuse_ino_t ino, uint64_t n)
{
  fuse_reply_none (req);
}

static void
ops_forget_multi (fuse_req_t req, size_t count, struct fuse_forget_data *forgets)
{
  fuse_reply_none (req);
}

/* ---- attributes ---- */

static void
reply_attr (fuse_req_t req, guint64 ino)
{
  HvfsFs *fs = hvfs_ops_fs (req);
  struct stat st;
  HvfsNode node;
  HvfsObject *object;
  gboolean there;

  g_rw_lock_reader_lock (hvfs_mirror_lock (fs->mirror));
  there = hvfs_ops_resolve (fs, ino, &node, &object);
  if (there)
    hvfs_ops_stat (fs, node, object, &st);
  g_rw_lock_reader_unlock (hvfs_mirror_lock (fs->mirror));
  if (there)
    fuse_reply_attr (req, &st, attr_timeout (node));
  else
    fuse_reply_err (req, ESTALE);
}

static void
ops_getattr (fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
  reply_attr (req, ino);
}

/* A control file is emptied and touched without effect, as in sysfs; what cannot
 * be written cannot be changed otherwise either. */
static void
ops_setattr (fuse_req_t req, fuse_ino_t ino, struct stat *st, int to_set,
             struct fuse_file_info *fi)
{
  HvfsNode node;

  if (hvfs_node_from_ino (ino, &node) && node.row->store != NULL
      && (to_set & (FUSE_SET_ATTR_MODE | FUSE_SET_ATTR_UID | FUSE_SET_ATTR_GID)) == 0)
    reply_attr (req, ino);
  else
    fuse_reply_err (req, EPERM);
}

static void
ops_readlink (fuse_req_t req, fuse_ino_t ino)
{
  HvfsFs *fs = hvfs_ops_fs (req);
  g_autoptr (GString) target = g_string_new (NULL);
  HvfsNode node;
  gboolean there;

  g_rw_lock_reader_lock (hvfs_mirror_lock (fs->mirror));
  there = hvfs_node_from_ino (ino, &node) && S_ISLNK (node.row->mode)
          && hvfs_tree_link (fs, node, target);
  g_rw_lock_reader_unlock (hvfs_mirror_lock (fs->mirror));
  if (there)
    fuse_reply_readlink (req, target->str);
  else
    fuse_reply_err (req, ESTALE);
}

static void
ops_statfs (fuse_req_t req, fuse_ino_t ino)
{
  struct statvfs st = { .f_bsize = 4096, .f_frsize = 4096, .f_namemax = 1024 };

  fuse_reply_statfs (req, &st);
}

/* ---- what is refused ---- */

static void
ops_mknod (fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode, dev_t rdev)
{
  fuse_reply_err (req, EPERM);
}

static void
ops_mkdir (fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode)
{
  fuse_reply_err (req, EPERM);
}

static void
ops_remove (fuse_req_t req, fuse_ino_t parent, const char *name)
{
  fuse_reply_err (req, EPERM);
}

static void
ops_symlink (fuse_req_t req, const char *target, fuse_ino_t parent, const char *name)
{
  fuse_reply_err (req, EPERM);
}

static void
ops_rename (fuse_req_t req, fuse_ino_t parent, const char *name, fuse_ino_t new_parent,
            const char *new_name, unsigned int flags)
{
  fuse_reply_err (req, EPERM);
}

static void
ops_link (fuse_req_t req, fuse_ino_t ino, fuse_ino_t new_parent, const char *new_name)
{
  fuse_reply_err (req, EPERM);
}

/* ---- the connection ---- */

static void
ops_init (void *data, struct fuse_conn_info *conn)
{
  static const unsigned wanted = FUSE_CAP_READDIRPLUS | FUSE_CAP_NO_OPENDIR_SUPPORT
                                 | FUSE_CAP_CACHE_SYMLINKS;

  conn->want |= conn->capable & wanted;
  conn->want &= ~(unsigned) FUSE_CAP_READDIRPLUS_AUTO;
}

/* Never again asked for: listings need no handle, and are cached by the kernel. */
static void
ops_opendir (fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
  fuse_reply_err (req, ENOSYS);
}

static void
ops_flush (fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
  fuse_reply_err (req, 0);
}

static void
ops_fsync (fuse_req_t req, fuse_ino_t ino, int data_only, struct fuse_file_info *fi)
{
  fuse_reply_err (req, 0);
}

const struct fuse_lowlevel_ops hvfs_ops = {
  .init = ops_init,
  .lookup = ops_lookup,
  .forget = ops_forget,
  .forget_multi = ops_forget_multi,
  .getattr = ops_getattr,
  .setattr = ops_setattr,
  .readlink = ops_readlink,
  .mknod = ops_mknod,
  .mkdir = ops_mkdir,
  .unlink = ops_remove,
  .rmdir = ops_remove,
  .symlink = ops_symlink,
  .rename = ops_rename,
  .link = ops_link,
  .statfs = ops_statfs,
  .opendir = ops_opendir,
  .readdir = hvfs_ops_readdir,
  .readdirplus = hvfs_ops_readdirplus,
  .open = hvfs_ops_open,
  .read = hvfs_ops_read,
  .write = hvfs_ops_write,
  .flush = ops_flush,
  .fsync = ops_fsync,
  .release = hvfs_ops_release,
};
