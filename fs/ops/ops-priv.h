/* fs/ops/ops-priv.h - what the files of request handlers share
 *
 * ops.c: lookup and attributes; ops-dir.c: listings; ops-name.c: names that come and
 * go; ops-file.c: contents, by rows' show and store; ops-own.c: by file_ops.  FUSE's
 * threads run the handlers and answer from memory; what must ask the server is
 * pushed to the job pool.
 */
#pragma once

#include "fs/fs.h"
#include "fs/ops/ops.h"

/* The kernel keeps what it was told until it is told to forget it. */
#define HVFS_FOR_EVER_S (365.0 * 24 * 60 * 60)

/* Of a page of the kernel's cache who reads all gets what was there at one moment.  A text
 * that is longer is read past the cache, from what it was when it was opened: the server
 * may change it between two pages. */
#define HVFS_CACHED_MAX_BYTES 4096

static inline HvfsFs *
hvfs_ops_fs (fuse_req_t req)
{
  return fuse_req_userdata (req);
}

/* Finds the row, and the object (NULL for the mount's own rows); FALSE when the
 * object is gone.  The mirror's lock must be held. */
gboolean hvfs_ops_resolve (HvfsFs *fs, guint64 ino, HvfsNode *ret_node,
                           HvfsObject **ret_object);

/* Attributes, with the size that a read would have; FALSE when it is not there any
 * more.  Under the mirror's lock.  @buffer: to render into; what is in it is lost */
gboolean hvfs_ops_stat (HvfsFs *fs, HvfsNode node, const HvfsObject *object, GString *buffer,
                        struct stat *ret_st);

static inline struct timespec
hvfs_ops_timespec (gint64 us)
{
  return (struct timespec){ us / G_TIME_SPAN_SECOND, us % G_TIME_SPAN_SECOND * 1000 };
}

/* What the kernel is told of an entry; 0 for no such entry.  Under the lock.
 * @buffer: as above */
void hvfs_ops_entry (HvfsFs *fs, guint64 ino, GString *buffer,
                     struct fuse_entry_param *ret_entry);

/* Whether the size cannot be told before something is fetched.  Under the lock. */
gboolean hvfs_ops_must_fetch (HvfsFs *fs, HvfsNode node);

/* These take the mirror's lock.  @fi: (nullable) */
void hvfs_ops_reply_entry (fuse_req_t req, guint64 ino);
void hvfs_ops_reply_attr (fuse_req_t req, guint64 ino, const struct fuse_file_info *fi);

/* Whether a setattr asks for another mode or owner than the row has: who restores what
 * is there already, as cp -p does, changes nothing. */
gboolean hvfs_ops_changes_owner (HvfsFs *fs, HvfsNode node, const struct stat *st, int to_set);

/* Ends the request's interruption; call before each reply from a job. */
void hvfs_ops_settle (fuse_req_t req);

/* The path of @ino below the root, for messages.  Takes the mirror's lock. */
char *hvfs_ops_dup_path (HvfsFs *fs, guint64 ino);

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
void hvfs_ops_flush (fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void hvfs_ops_fsync (fuse_req_t req, fuse_ino_t ino, int data_only, struct fuse_file_info *fi);

/* All of the file's text; NULL on error.  (transfer full).  Takes the mirror's lock. */
GBytes *hvfs_ops_render (HvfsFs *fs, guint64 ino, GError **error);

/* Keeps for its "error" how the write of @line to @ino went, or of an object's directory
 * the mv to @line; @error: NULL: well.  @line: NULL where it would be too long. */
void hvfs_ops_remember (HvfsFs *fs, guint64 ino, HvfsNode node, const char *line,
                        const GError *error);

/* ops-own.c: the same of rows that have file_ops */

/* Whether the caller's thread may; FALSE sets EWOULDBLOCK. */
gboolean hvfs_ops_may_wait (HvfsCall *call, GError **error);

/* Whether the mirror may answer a reader.  @error: EIO: the server is lost; EWOULDBLOCK: it
 * must be asked first, and the caller is a thread that must not wait */
gboolean hvfs_ops_confirm (HvfsCall *call, GError **error);

/* The bytes that a read of @size at @off gets, as HvfsFileOps has it.  (transfer full) */
GBytes *hvfs_ops_slice (const void *data, gsize length, gsize size, goffset off);

void hvfs_ops_file_open (fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void hvfs_ops_file_read (fuse_req_t req, fuse_ino_t ino, size_t size, off_t off,
                         struct fuse_file_info *fi);
void hvfs_ops_file_write (fuse_req_t req, fuse_ino_t ino, const char *buffer, size_t size,
                          off_t off, struct fuse_file_info *fi);
void hvfs_ops_file_setattr (fuse_req_t req, fuse_ino_t ino, const struct stat *st, int to_set,
                            struct fuse_file_info *fi);
void hvfs_ops_file_flush (fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void hvfs_ops_file_fsync (fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void hvfs_ops_file_release (fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);

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
