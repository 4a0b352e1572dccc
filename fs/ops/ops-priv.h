/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/ops/ops-priv.h - what the files of request handlers share
 *
 * ops.c: lookup and attributes; ops-dir.c: listings; ops-name.c: names that come and
 * go; ops-file.c: contents.  FUSE's threads run the handlers and answer from memory;
 * what must ask the server is pushed to the job pool.
 */
#pragma once

#include "fs/fs.h"

static inline HvfsFs *
hvfs_ops_fs (fuse_req_t req)
{
  return fuse_req_userdata (req);
}

/* @cancellable: NULL: this thread must not wait */
static inline HvfsCall
hvfs_ops_call (fuse_req_t req, GCancellable *cancellable)
{
  const struct fuse_ctx *ctx = fuse_req_ctx (req);

  return (HvfsCall){ hvfs_ops_fs (req), ctx->pid, ctx->uid, cancellable };
}

/* What a file has in place of a size that cannot be told.  It is no size of an empty file:
 * tar does not open those. */
#define HVFS_SIZE_UNKNOWN 4096

/* Attributes, with the size that a read would have, or HVFS_SIZE_UNKNOWN; FALSE when it is
 * not there any more.  Under the mirror's lock.  @buffer: to render into; what is in it is
 * lost.  @ret_timeout: (optional): how long the kernel may keep them, in seconds */
gboolean hvfs_ops_stat (HvfsFs *fs, HvfsNode node, const HvfsObject *object, GString *buffer,
                        struct stat *ret_st, double *ret_timeout);

/* What the kernel is told of an entry; 0 for no such entry.  Under the lock.
 * @buffer: as above */
void hvfs_ops_entry (HvfsFs *fs, guint64 ino, GString *buffer,
                     struct fuse_entry_param *ret_entry);

/* In a directory whose names are fetched, where nobody tells which come and go.  Fixed entries
 * never do, and of those that are kept their attributes tell: they last.  Others last for as long
 * as their attributes, if their row says how long that is; else not at all. */
void hvfs_ops_limit_entry (struct fuse_entry_param *entry);

/* These take the mirror's lock, and ask nothing: where the size is not known the kernel
 * keeps no attributes, and comes for them when somebody wants them.  @fi: (nullable) */
void hvfs_ops_reply_entry (fuse_req_t req, guint64 ino);
void hvfs_ops_reply_attr (fuse_req_t req, guint64 ino, const struct fuse_file_info *fi);

/* Whether the names in the directory @node must be fetched before they can be told.  Under the
 * mirror's lock. */
gboolean hvfs_ops_must_fetch_names (HvfsFs *fs, HvfsNode node);
/* Fetches them, or where the link @ino leads: on the job pool.  It may have changed when this
 * returns. */
gboolean hvfs_ops_fetch (fuse_req_t req, GCancellable *cancellable, guint64 ino, GError **error);
/* So often, when they change all the time. */
#define HVFS_OPS_MAX_FETCHES 4

/* What a request is answered that failed: EINTR where its caller ended the wait, which the floor
 * below calls ECANCELED, as it does what was cancelled at the server.  @cancellable: (nullable) */
int hvfs_ops_errno (const GError *error, GCancellable *cancellable);

/* Ends the request's interruption; call before each reply from a job. */
void hvfs_ops_end_interrupt (fuse_req_t req);

/* ops.c */
void hvfs_ops_init (void *data, struct fuse_conn_info *conn);
void hvfs_ops_lookup (fuse_req_t req, fuse_ino_t parent, const char *name);
void hvfs_ops_forget (fuse_req_t req, fuse_ino_t ino, uint64_t n);
void hvfs_ops_forget_multi (fuse_req_t req, size_t count, struct fuse_forget_data *forgets);
void hvfs_ops_getattr (fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void hvfs_ops_readlink (fuse_req_t req, fuse_ino_t ino);
void hvfs_ops_statfs (fuse_req_t req, fuse_ino_t ino);
void hvfs_ops_opendir (fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);

/* ops-dir.c */
void hvfs_ops_readdir (fuse_req_t req, fuse_ino_t ino, size_t size, off_t off,
                       struct fuse_file_info *fi);
void hvfs_ops_readdirplus (fuse_req_t req, fuse_ino_t ino, size_t size, off_t off,
                           struct fuse_file_info *fi);

/* ops-file.c */
void hvfs_ops_open (fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void hvfs_ops_read (fuse_req_t req, fuse_ino_t ino, size_t size, off_t off,
                    struct fuse_file_info *fi);
void hvfs_ops_write (fuse_req_t req, fuse_ino_t ino, const char *buffer, size_t size, off_t off,
                     struct fuse_file_info *fi);
void hvfs_ops_release (fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void hvfs_ops_copy (fuse_req_t req, fuse_ino_t from, off_t from_off,
                    struct fuse_file_info *from_fi, fuse_ino_t ino, off_t off,
                    struct fuse_file_info *fi, size_t size, int flags);
void hvfs_ops_poll (fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi,
                    struct fuse_pollhandle *handle);
void hvfs_ops_flush (fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void hvfs_ops_fsync (fuse_req_t req, fuse_ino_t ino, int data_only, struct fuse_file_info *fi);
void hvfs_ops_setattr (fuse_req_t req, fuse_ino_t ino, struct stat *st, int to_set,
                       struct fuse_file_info *fi);

/* ops-name.c */
void hvfs_ops_create (fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode,
                      struct fuse_file_info *fi);
void hvfs_ops_mknod (fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode,
                     dev_t rdev);
void hvfs_ops_mkdir (fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode);
void hvfs_ops_symlink (fuse_req_t req, const char *target, fuse_ino_t parent, const char *name);
void hvfs_ops_unlink (fuse_req_t req, fuse_ino_t parent, const char *name);
void hvfs_ops_rmdir (fuse_req_t req, fuse_ino_t parent, const char *name);
void hvfs_ops_rename (fuse_req_t req, fuse_ino_t parent, const char *name, fuse_ino_t new_parent,
                      const char *new_name, unsigned int flags);
void hvfs_ops_hardlink (fuse_req_t req, fuse_ino_t ino, fuse_ino_t new_parent,
                        const char *new_name);
