/* fs/ops/opened.c - what open files keep; see opened.h */
#include "fs/ops/opened.h"

#include "fs/fs.h"

typedef struct
{
  guint64 fh;
  guint64 ino;
} File;

struct _HvfsOpened
{
  GMutex lock;
  GHashTable *files; /* lock: the set of File, owned, by fh */
};

HvfsOpened *
hvfs_opened_new (void)
{
  HvfsOpened *opened = g_new0 (HvfsOpened, 1);

  g_mutex_init (&opened->lock);
  opened->files = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  return opened;
}

static void
close_one (HvfsFs *fs, guint64 ino, guint64 fh)
{
  HvfsNode node;

  if (!hvfs_node_from_ino (ino, &node))
    return;
  if (node.row->file_ops != NULL && node.row->file_ops->close != NULL)
    node.row->file_ops->close (fs, node, fh);
  else
    g_bytes_unref ((GBytes *) (uintptr_t) fh);
}

void
hvfs_opened_free (HvfsOpened *opened, HvfsFs *fs)
{
  GHashTableIter iter;
  File *file;

  g_hash_table_iter_init (&iter, opened->files);
  while (g_hash_table_iter_next (&iter, (gpointer *) &file, NULL))
    close_one (fs, file->ino, file->fh);
  g_hash_table_unref (opened->files);
  g_mutex_clear (&opened->lock);
  g_free (opened);
}

void
hvfs_opened_add (HvfsOpened *opened, guint64 ino, const struct fuse_file_info *fi)
{
  File *file;

  if (fi->fh == 0)
    return;
  file = g_new (File, 1);
  *file = (File){ fi->fh, ino };
  g_mutex_lock (&opened->lock);
  g_hash_table_add (opened->files, file);
  g_mutex_unlock (&opened->lock);
}

void
hvfs_opened_close (HvfsOpened *opened, HvfsFs *fs, guint64 ino, const struct fuse_file_info *fi)
{
  if (fi->fh == 0)
    return;
  g_mutex_lock (&opened->lock);
  g_hash_table_remove (opened->files, &fi->fh);
  g_mutex_unlock (&opened->lock);
  close_one (fs, ino, fi->fh);
}
