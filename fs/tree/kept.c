/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/tree/kept.c - what the kernel keeps of what was fetched; see kept.h */
#include "fs/tree/kept.h"

#include "fs/tree/notify.h"

struct _HvfsKept
{
  HvfsNotifier *notifier;
  GMutex lock;
  GHashTable *inodes; /* lock: serial -> GArray of guint64, growing, owned */
};

HvfsKept *
hvfs_kept_new (HvfsNotifier *notifier)
{
  HvfsKept *kept = g_new0 (HvfsKept, 1);

  kept->notifier = notifier;
  g_mutex_init (&kept->lock);
  kept->inodes = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_array_unref);
  return kept;
}

void
hvfs_kept_free (HvfsKept *kept)
{
  g_hash_table_unref (kept->inodes);
  g_mutex_clear (&kept->lock);
  g_free (kept);
}

/* Where @ino is among @inodes, or would be.  Listings come in this order: at the end mostly. */
static guint
position_of (const GArray *inodes, guint64 ino)
{
  guint low = 0, high = inodes->len;

  while (low < high)
    {
      guint middle = (low + high) / 2;

      if (g_array_index (inodes, guint64, middle) < ino)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

void
hvfs_kept_add (HvfsKept *kept, guint32 serial, guint64 ino)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&kept->lock);
  GArray *inodes = g_hash_table_lookup (kept->inodes, GUINT_TO_POINTER (serial));
  guint at;

  if (inodes == NULL)
    {
      inodes = g_array_new (FALSE, FALSE, sizeof ino);
      g_hash_table_insert (kept->inodes, GUINT_TO_POINTER (serial), inodes);
    }
  at = position_of (inodes, ino);
  if (at == inodes->len || g_array_index (inodes, guint64, at) != ino)
    g_array_insert_val (inodes, at, ino);
}

/* Lock held. */
static void
tell (HvfsKept *kept, const GArray *inodes)
{
  for (guint i = 0; i < inodes->len; i++)
    hvfs_notifier_inode (kept->notifier, g_array_index (inodes, guint64, i));
}

void
hvfs_kept_forget (HvfsKept *kept, guint32 serial)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&kept->lock);
  const GArray *inodes = g_hash_table_lookup (kept->inodes, GUINT_TO_POINTER (serial));

  if (inodes != NULL)
    tell (kept, inodes);
  g_hash_table_remove (kept->inodes, GUINT_TO_POINTER (serial));
}

void
hvfs_kept_forget_all (HvfsKept *kept)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&kept->lock);
  GHashTableIter iter;
  gpointer inodes;

  g_hash_table_iter_init (&iter, kept->inodes);
  while (g_hash_table_iter_next (&iter, NULL, &inodes))
    tell (kept, inodes);
  g_hash_table_remove_all (kept->inodes);
}
