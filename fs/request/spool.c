/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/request/spool.c - files without a name on the local disk; see spool.h */
#include "fs/request/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "convert/error.h"

/* Also where the file system has none by itself. */
static int
open_nameless (const char *dir)
{
  int fd = open (dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  g_autofree char *name = NULL;

  if (fd >= 0 || (errno != ENOTSUP && errno != EISDIR))
    return fd;
  name = g_build_filename (dir, "hvfs-XXXXXX", NULL);
  fd = g_mkstemp_full (name, O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0)
    unlink (name);
  return fd;
}

int
hvfs_spool_open (const char *dir, GError **error)
{
  int fd = open_nameless (dir);
  int code = errno;

  if (fd < 0)
    g_set_error (error, HVFS_ERROR, code, "%s: %s", dir, g_strerror (code));
  return fd;
}

gboolean
hvfs_spool_write (int fd, const char *data, gsize size, goffset off)
{
  while (size > 0)
    {
      gssize n = pwrite (fd, data, size, off);

      if (n < 0 && errno != EINTR)
        return FALSE;
      if (n > 0)
        {
          data += n;
          size -= (gsize) n;
          off += n;
        }
    }
  return TRUE;
}
