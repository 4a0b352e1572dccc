/* fs/mountpoint.c - whether one can mount there, and mounting; see mountpoint.h */
#include "fs/mountpoint.h"

#include <fcntl.h>
#include <fuse_lowlevel.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "convert/error.h"
#include "fs/log.h"

/* The type of what is mounted at @path last, NULL if nothing is.  (transfer full)
 * A line of mountinfo: ID PARENT DEV ROOT PATH OPTIONS... - TYPE SOURCE SUPER. */
static char *
mounted_type (const char *path)
{
  g_autofree char *text = NULL, *found = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents ("/proc/self/mountinfo", &text, NULL, NULL))
    return NULL;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) fields = g_strsplit (lines[i], " ", 6);
      const char *type = strstr (lines[i], " - ");
      g_autofree char *where
        = g_strv_length (fields) < 6 ? NULL : g_strcompress (fields[4]); /* \040 */

      if (where == NULL || type == NULL || strcmp (where, path) != 0)
        continue;
      g_free (found);
      found = g_strndup (type + 3, strcspn (type + 3, " "));
    }
  return g_steal_pointer (&found);
}

/* Left by an hvfs that was killed: nobody answers there any more. */
static void
detach_stale (const char *path)
{
  char *argv[] = { (char *) "fusermount3", (char *) "-uz", (char *) "--", (char *) path, NULL };

  if (umount2 (path, MNT_DETACH) != 0)
    g_spawn_sync (NULL, argv, NULL,
                  G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
                  NULL, NULL, NULL, NULL, NULL, NULL);
}

static gboolean
refuse (const char *path, int code, const char *why, GError **error)
{
  g_set_error (error, HVFS_ERROR, code, "cannot mount at '%s': %s", path, why);
  return FALSE;
}

gboolean
hvfs_mountpoint_prepare (const char *path, char **ret_path, GError **error)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *type = mounted_type (absolute);
  char *resolved;
  struct stat st;

  if (g_strcmp0 (type, "fuse.hvfs") == 0 && stat (absolute, &st) != 0
      && (errno == ENOTCONN || errno == ECONNABORTED))
    detach_stale (absolute);
  resolved = realpath (absolute, NULL);
  if (resolved == NULL || stat (resolved, &st) != 0)
    {
      int code = errno;

      free (resolved);
      return refuse (path, code,
                     code == ENOENT ? "there is no such directory; make it first"
                                    : g_strerror (code),
                     error);
    }
  g_free (absolute);
  absolute = g_strdup (resolved);
  free (resolved);
  g_free (type);
  type = mounted_type (absolute);
  if (!S_ISDIR (st.st_mode))
    return refuse (path, ENOTDIR, "it is not a directory", error);
  /* An automount point is made to be mounted upon. */
  if (type != NULL && strcmp (type, "autofs") != 0)
    return refuse (path, EBUSY, "something is mounted there already", error);
  *ret_path = g_steal_pointer (&absolute);
  return TRUE;
}

/* What was written to @fd, on one line. */
static char *
text_of (int fd)
{
  char text[512];
  gssize n = pread (fd, text, sizeof text - 1, 0);

  text[MAX (n, 0)] = '\0';
  return g_strdup (g_strdelimit (g_strstrip (text), "\n", ' '));
}

/* Whom the kernel does not let mount has fusermount3 do it, which writes to stderr what is
 * wrong.  @said: (transfer full): what it was */
static int
mount_and_listen (struct fuse_session *session, const char *path, char **said)
{
  int own = fcntl (STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
  int file = memfd_create ("stderr", MFD_CLOEXEC);
  gboolean listening = own >= 0 && file >= 0 && dup2 (file, STDERR_FILENO) >= 0;
  int result = fuse_session_mount (session, path);

  if (listening)
    dup2 (own, STDERR_FILENO);
  *said = listening ? text_of (file) : g_strdup ("");
  if (own >= 0)
    close (own);
  if (file >= 0)
    close (file);
  return result;
}

gboolean
hvfs_mountpoint_mount (struct fuse_session *session, const char *path, GError **error)
{
  g_autofree char *said = NULL, *fusermount = g_find_program_in_path ("fusermount3");
  gboolean ok = mount_and_listen (session, path, &said) == 0;

  if (ok && *said != '\0')
    fprintf (stderr, "%s\n", said);
  if (ok)
    return TRUE;
  if (geteuid () != 0 && fusermount == NULL)
    return refuse (path, EIO, "fusermount3 is missing: install the package fuse3", error);
  return refuse (path, EIO, *said != '\0' ? said : hvfs_log_last_of_fuse (), error);
}
