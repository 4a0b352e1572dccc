/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/ops/opened.c - what open files keep; see opened.h */
#include "fs/ops/opened.h"

#include <fcntl.h>

#include "fs/fs.h"

typedef struct
{
  guint64 fh;
  guint64 ino;
  pid_t tid;          /* who has opened it */
  gboolean is_writer; /* by how it was opened */
  gboolean is_new;    /* nothing was done with it */
} File;

struct _HvfsOpened
{
  GMutex lock;
  GHashTable *files; /* lock: the set of File, owned, by fh */
  GHashTable *writers; /* lock: ino -> GQueue of File, that are to be written; the last first */
};

HvfsOpened *
hvfs_opened_new (void)
{
  HvfsOpened *opened = g_new0 (HvfsOpened, 1);

  g_mutex_init (&opened->lock);
  opened->files = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  opened->writers = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
                                           (GDestroyNotify) g_queue_free);
  return opened;
}

static void
close_one (HvfsFs *fs, guint64 ino, guint64 fh)
{
  HvfsNode node;

  if (!hvfs_node_from_ino (ino, &node))
    return;
  if (node.row->file_ops->close != NULL)
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
  g_hash_table_unref (opened->writers);
  g_hash_table_unref (opened->files);
  g_mutex_clear (&opened->lock);
  g_free (opened);
}

static void
add_writer (HvfsOpened *opened, File *file)
{
  GQueue *queue = g_hash_table_lookup (opened->writers, &file->ino);

  if (queue == NULL)
    {
      queue = g_queue_new ();
      g_hash_table_insert (opened->writers, g_memdup2 (&file->ino, sizeof file->ino), queue);
    }
  g_queue_push_head (queue, file);
}

static void
remove_writer (HvfsOpened *opened, const File *file)
{
  GQueue *queue = g_hash_table_lookup (opened->writers, &file->ino);

  g_queue_remove (queue, file);
  if (queue->length == 0)
    g_hash_table_remove (opened->writers, &file->ino);
}

void
hvfs_opened_add (HvfsOpened *opened, guint64 ino, const struct fuse_file_info *fi, pid_t tid)
{
  File *file;

  if (fi->fh == 0)
    return;
  file = g_new (File, 1);
  *file = (File){ fi->fh, ino, tid, (fi->flags & O_ACCMODE) != O_RDONLY, TRUE };
  g_mutex_lock (&opened->lock);
  g_hash_table_add (opened->files, file);
  if (file->is_writer)
    add_writer (opened, file);
  g_mutex_unlock (&opened->lock);
}

gboolean
hvfs_opened_is_written (HvfsOpened *opened, guint64 ino)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&opened->lock);

  return g_hash_table_contains (opened->writers, &ino);
}

guint64
hvfs_opened_take_new (HvfsOpened *opened, guint64 ino, pid_t tid)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&opened->lock);
  const GQueue *queue = g_hash_table_lookup (opened->writers, &ino);

  for (const GList *link = queue == NULL ? NULL : queue->head; link != NULL; link = link->next)
    {
      File *file = link->data;

      if (file->is_new && file->tid == tid)
        {
          file->is_new = FALSE;
          return file->fh;
        }
    }
  return 0;
}

void
hvfs_opened_used (HvfsOpened *opened, guint64 fh)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&opened->lock);
  File *file = g_hash_table_lookup (opened->files, &fh);

  if (file != NULL)
    file->is_new = FALSE;
}

void
hvfs_opened_close (HvfsOpened *opened, HvfsFs *fs, guint64 ino, const struct fuse_file_info *fi)
{
  File *file;

  if (fi->fh == 0)
    return;
  g_mutex_lock (&opened->lock);
  file = g_hash_table_lookup (opened->files, &fi->fh);
  if (file != NULL && file->is_writer)
    remove_writer (opened, file);
  g_hash_table_remove (opened->files, &fi->fh);
  g_mutex_unlock (&opened->lock);
  close_one (fs, ino, fi->fh);
}
