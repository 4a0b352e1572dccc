/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/row/call.c - what a row's functions ask of their call; see call.h */
#include "fs/row/call.h"

#include <fcntl.h>

#include "convert/error.h"
#include "fs/fs.h"

gboolean
hvfs_call_may_wait (HvfsCall *call, GError **error)
{
  if (call->cancellable != NULL)
    return TRUE;
  g_set_error_literal (error, HVFS_ERROR, EWOULDBLOCK, "it would have to wait");
  return FALSE;
}

gboolean
hvfs_call_only_reads (const struct fuse_file_info *fi, GError **error)
{
  if ((fi->flags & O_ACCMODE) == O_RDONLY)
    return TRUE;
  g_set_error_literal (error, HVFS_ERROR, EACCES, "the file can only be read");
  return FALSE;
}

gboolean
hvfs_call_no_setattr (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi,
                      const struct stat *st, int to_set, GError **error)
{
  g_set_error_literal (error, HVFS_ERROR, EPERM, "the file can only be read");
  return FALSE;
}

gboolean
hvfs_call_check (gboolean ok, const char *name, GError **error)
{
  if (ok == (*error == NULL))
    return ok;
  g_critical ("%s: it returned %s error", name, ok ? "success with an" : "failure without an");
  if (*error == NULL)
    g_set_error (error, HVFS_ERROR, EIO,
                 "%s: whether this was done is unknown, for a fault of hvfs: look before you repeat it",
                 name);
  return FALSE;
}

GBytes *
hvfs_call_slice (const void *data, gsize length, gsize size, goffset off)
{
  if (off < 0 || (gsize) off >= length)
    return g_bytes_new (NULL, 0);
  return g_bytes_new ((const guint8 *) data + off, MIN (size, length - off));
}

GBytes *
hvfs_call_slice_text (GBytes *text, gsize size, goffset off)
{
  gsize length = g_bytes_get_size (text);

  if (off < 0 || (gsize) off >= length)
    return g_bytes_new (NULL, 0);
  return g_bytes_new_from_bytes (text, off, MIN (size, length - off));
}

gboolean
hvfs_call_is_up (HvfsFs *fs, GError **error)
{
  g_autofree char *reason = NULL;

  if (hvfs_mirror_is_up (fs->mirror, &reason, NULL))
    return TRUE;
  g_set_error (error, HVFS_ERROR, EIO, "no connection to the server: %s", reason);
  return FALSE;
}

gboolean
hvfs_call_confirm (HvfsCall *call, GError **error)
{
  return hvfs_call_is_up (call->fs, error)
         && (hvfs_connection_is_fresh (call->fs->connection)
             || (hvfs_call_may_wait (call, error)
                 && hvfs_connection_confirm (call->fs->connection, call->cancellable, error)));
}
