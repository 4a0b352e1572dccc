/* fs/ops-priv.h - what the three files of request handlers share
 *
 * ops.c: names and attributes; ops-dir.c: listings; ops-file.c: contents.  FUSE's
 * threads run the handlers and answer from memory; what must ask the server is
 * pushed to the job pool.
 */
#pragma once

#include "fs/fs.h"
#include "fs/ops.h"

/* The kernel keeps what it was told until it is told to forget it. */
#define HVFS_FOR_EVER_S (365.0 * 24 * 60 * 60)

static inline HvfsFs *
hvfs_ops_fs (fuse_req_t req)
{
  return fuse_req_userdata (req);
}

/* Finds the row, and the object (NULL for the mount's own rows); FALSE when the
 * object is gone.  The mirror's lock must be held. */
gboolean hvfs_ops_resolve (HvfsFs *fs, guint64 ino, HvfsNode *ret_node,
                           HvfsObject **ret_object);

/* Attributes, with the size that a read would have.  Under the mirror's lock. */
void hvfs_ops_stat (HvfsFs *fs, HvfsNode node, const HvfsObject *object, struct stat *ret_st);

/* What the kernel is told of an entry; 0 for no such entry.  Under the lock. */
void hvfs_ops_entry (HvfsFs *fs, guint64 ino, struct fuse_entry_param *ret_entry);

/* Whether the size cannot be told before something is fetched.  Under the lock. */
gboolean hvfs_ops_must_fetch (HvfsFs *fs, HvfsNode node);

/* Ends the request's interruption; call before each reply from a job. */
void hvfs_ops_settle (fuse_req_t req);

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
