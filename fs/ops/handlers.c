/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/ops/handlers.c - libfuse's table of request handlers; see handlers.h */
#include "fs/ops/handlers.h"

#include "fs/ops/ops-priv.h"

const struct fuse_lowlevel_ops hvfs_ops = {
  .init = hvfs_ops_init,
  .lookup = hvfs_ops_lookup,
  .forget = hvfs_ops_forget,
  .forget_multi = hvfs_ops_forget_multi,
  .getattr = hvfs_ops_getattr,
  .setattr = hvfs_ops_setattr,
  .readlink = hvfs_ops_readlink,
  .mknod = hvfs_ops_mknod,
  .mkdir = hvfs_ops_mkdir,
  .unlink = hvfs_ops_unlink,
  .rmdir = hvfs_ops_rmdir,
  .symlink = hvfs_ops_symlink,
  .rename = hvfs_ops_rename,
  .link = hvfs_ops_hardlink,
  .create = hvfs_ops_create,
  .statfs = hvfs_ops_statfs,
  .opendir = hvfs_ops_opendir,
  .readdir = hvfs_ops_readdir,
  .readdirplus = hvfs_ops_readdirplus,
  .open = hvfs_ops_open,
  .read = hvfs_ops_read,
  .write = hvfs_ops_write,
  .copy_file_range = hvfs_ops_copy,
  .poll = hvfs_ops_poll,
  .flush = hvfs_ops_flush,
  .fsync = hvfs_ops_fsync,
  .release = hvfs_ops_release,
};
