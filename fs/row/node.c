/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/row/node.c - a node's object, text and owner; see node.h */
#include "fs/row/node.h"

#include "convert/error.h"
#include "fs/fs.h"

gboolean
hvfs_node_resolve (HvfsFs *fs, guint64 ino, HvfsNode *ret_node, HvfsObject **ret_object)
{
  *ret_object = NULL;
  if (!hvfs_node_from_ino (ino, ret_node))
    return FALSE;
  if (ret_node->a == 0 || (ret_node->row->flags & HVFS_ROW_UNMIRRORED) != 0)
    return TRUE;
  *ret_object = hvfs_mirror_get (fs->mirror, ret_node->a);
  return *ret_object != NULL;
}

GBytes *
hvfs_node_render (HvfsFs *fs, guint64 ino, GError **error)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (fs->mirror));
  GString *text;
  HvfsNode node;
  HvfsObject *object;

  if (!hvfs_node_resolve (fs, ino, &node, &object))
    {
      hvfs_object_set_gone ("object", error);
      return NULL;
    }
  if (object != NULL && !hvfs_object_check (object, node.row->depends, error))
    return NULL;
  text = g_string_sized_new (64);
  if (hvfs_row_show (fs, node, object, text, error))
    return g_string_free_to_bytes (text);
  g_string_free (text, TRUE);
  return NULL;
}

mode_t
hvfs_node_mode (const HvfsFs *fs, HvfsNode node)
{
  mode_t mode = node.row->mode, owner = mode & S_IRWXU, shared;
  gboolean private = (mode & S_IRUSR) != 0 && (mode & S_IRGRP) == 0;

  if (fs->umask == HVFS_NO_UMASK || S_ISLNK (mode))
    return mode;
  shared = (owner | owner >> 3 | owner >> 6) & ~fs->umask;
  if (private)
    shared &= ~S_IRWXO;
  if (private && (fs->umask & S_IWGRP) != 0)
    shared &= ~S_IRWXG;
  return (mode & ~(S_IRWXU | S_IRWXG | S_IRWXO)) | shared;
}

mode_t
hvfs_node_present_mode (HvfsFs *fs, HvfsNode node)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (fs->mirror));
  struct stat st = { .st_mode = node.row->mode };
  HvfsObject *object;

  if (node.row->stat != NULL && hvfs_node_resolve (fs, hvfs_node_ino (node), &node, &object))
    node.row->stat (fs, node, object, &st);
  return st.st_mode;
}

mode_t
hvfs_node_masked (const HvfsFs *fs)
{
  return fs->umask == HVFS_NO_UMASK ? S_IWGRP | S_IWOTH : fs->umask;
}

gboolean
hvfs_node_changes_owner (HvfsFs *fs, HvfsNode node, const struct stat *st, int to_set)
{
  if (((st->st_mode ^ hvfs_node_mode (fs, node)) & 07777 & ~hvfs_node_masked (fs)) == 0)
    to_set &= ~FUSE_SET_ATTR_MODE;
  if (st->st_uid == fs->uid)
    to_set &= ~FUSE_SET_ATTR_UID;
  if (st->st_gid == fs->gid)
    to_set &= ~FUSE_SET_ATTR_GID;
  return (to_set & (FUSE_SET_ATTR_MODE | FUSE_SET_ATTR_UID | FUSE_SET_ATTR_GID)) != 0;
}
