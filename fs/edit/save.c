/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/edit/save.c - when what was written to config.xml is a whole configuration; see save.h */
#include "fs/edit/save.h"

void
hvfs_save_written (HvfsSave *save)
{
  save->dirty = TRUE;
  save->cut = FALSE;
  save->failed = 0;
}

/* To the size it has is how rsync ends, and changes nothing. */
void
hvfs_save_truncated (HvfsSave *save, guint64 old_size, guint64 size)
{
  if (size != 0 && size == old_size)
    return;
  hvfs_save_written (save);
  save->cut = size == 0;
}

void
hvfs_save_broken (HvfsSave *save, int code)
{
  save->broken = code;
}

void
hvfs_save_committed (HvfsSave *save, int code)
{
  save->dirty = FALSE;
  save->cut = FALSE;
  save->failed = code;
}

HvfsSaveStep
hvfs_save_at_fsync (const HvfsSave *save, guint64 size)
{
  if (save->broken != 0 || save->failed != 0)
    return HVFS_SAVE_REPEAT;
  if (!save->dirty)
    return HVFS_SAVE_NOTHING;
  if (size == 0)
    return save->cut ? HVFS_SAVE_EMPTY : HVFS_SAVE_NOTHING;
  return HVFS_SAVE_COMMIT;
}

gboolean
hvfs_save_is_by (pid_t opener, pid_t flusher)
{
  return flusher == 0 || opener == 0 || flusher == opener;
}

HvfsSaveStep
hvfs_save_at_flush (const HvfsSave *save, guint64 size, pid_t flusher)
{
  if (!hvfs_save_is_by (save->opener, flusher))
    return HVFS_SAVE_NOTHING;
  return hvfs_save_at_fsync (save, size);
}

HvfsSaveStep
hvfs_save_at_release (const HvfsSave *save, guint64 size)
{
  return save->dirty && size > 0 && save->broken == 0 ? HVFS_SAVE_COMMIT : HVFS_SAVE_NOTHING;
}
