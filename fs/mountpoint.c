/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/mountpoint.c - whether one can mount there, and mounting; see mountpoint.h */
#include "fs/mountpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <fuse_lowlevel.h>
#include <gio/gunixmounts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "convert/error.h"
#include "fs/log.h"

/* A mount point can hold a pile of mounts; no pile of dead ones is higher. */
#define MAX_DEAD 64

/* A live hvfs answers at once. */
#define ANSWER_US (5 * G_TIME_SPAN_SECOND)

static gboolean
refuse (const char *path, int code, const char *why, GError **error)
{
  g_set_error (error, HVFS_ERROR, code, "cannot mount at '%s': %s", path, why);
  return FALSE;
}

/* The topmost mount at @path, which has no links; NULL if there is none. */
static GUnixMountEntry *
mount_at (const char *path)
{
  GList *mounts = g_unix_mounts_get (NULL);
  GUnixMountEntry *found = NULL;

  for (GList *at = mounts; at != NULL; at = at->next)
    if (strcmp (g_unix_mount_get_mount_path (at->data), path) == 0)
      found = at->data; /* mountinfo lists the last at the end */
  if (found != NULL)
    found = g_unix_mount_copy (found);
  g_list_free_full (mounts, (GDestroyNotify) g_unix_mount_free);
  return found;
}

/* Whether this process's user mounted it: the kernel says so in user_id=. */
static gboolean
is_own (GUnixMountEntry *mount)
{
  const char *options = g_unix_mount_get_options (mount);
  g_auto (GStrv) words = g_strsplit (options != NULL ? options : "", ",", -1);
  g_autofree char *own = g_strdup_printf ("user_id=%u", getuid ());

  return g_strv_contains ((const char *const *) words, own);
}

/* ---- whether a mount is dead ---- */

typedef struct
{
  gatomicrefcount refs;
  GMutex lock;
  GCond ended;
  int fd;             /* owned */
  gboolean has_ended; /* lock */
  int code;           /* lock: statfs' errno, 0: it answered */
} Question;

static void
question_unref (Question *question)
{
  if (!g_atomic_ref_count_dec (&question->refs))
    return;
  close (question->fd);
  g_mutex_clear (&question->lock);
  g_cond_clear (&question->ended);
  g_free (question);
}

static gpointer
ask (gpointer data)
{
  Question *question = data;
  struct statfs st;
  int code = fstatfs (question->fd, &st) == 0 ? 0 : errno;

  g_mutex_lock (&question->lock);
  question->code = code;
  question->has_ended = TRUE;
  g_cond_signal (&question->ended);
  g_mutex_unlock (&question->lock);
  question_unref (question);
  return NULL;
}

/* Whether nobody answers for the mount that @fd is of.  statfs is the one request that the
 * kernel never answers from its caches, as it does stat.  A stopped hvfs would keep the
 * caller for ever, hence the thread; it counts as alive. */
static gboolean
is_dead (int fd)
{
  Question *question = g_new0 (Question, 1);
  gint64 end = g_get_monotonic_time () + ANSWER_US;
  gboolean dead;

  g_atomic_ref_count_init (&question->refs);
  g_atomic_ref_count_inc (&question->refs);
  g_mutex_init (&question->lock);
  g_cond_init (&question->ended);
  question->fd = fcntl (fd, F_DUPFD_CLOEXEC, 0);
  g_thread_unref (g_thread_new ("hvfs-statfs", ask, question));
  g_mutex_lock (&question->lock);
  while (!question->has_ended && g_cond_wait_until (&question->ended, &question->lock, end))
    ;
  dead = question->has_ended && (question->code == ENOTCONN || question->code == ECONNABORTED);
  g_mutex_unlock (&question->lock);
  question_unref (question);
  return dead;
}

/* ---- detaching it ---- */

/* By the descriptor it is that mount and no other: another hvfs may have taken it away and
 * mounted anew meanwhile.  Who may not do it has fusermount3 do it, which takes a path. */
static void
detach (int fd, const char *path)
{
  char *argv[] = { (char *) "fusermount3", (char *) "-uz", (char *) "--", (char *) path, NULL };
  g_autofree char *by_fd = g_strdup_printf ("/proc/self/fd/%d", fd);

  if (umount2 (by_fd, MNT_DETACH) != 0 && errno == EPERM)
    g_spawn_sync (NULL, argv, NULL,
                  G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
                  NULL, NULL, NULL, NULL, NULL, NULL);
}

static gboolean
refuse_mounted (const char *path, GUnixMountEntry *mount, gboolean dead, GError **error)
{
  if (!dead)
    return refuse (path, EBUSY, "something is mounted there already", error);
  g_set_error (error, HVFS_ERROR, EBUSY,
               "cannot mount at '%s': what is mounted there does not work any more and is not "
               "yours to unmount (%s of %s): as root, umount -l '%s'",
               path, g_unix_mount_get_fs_type (mount), g_unix_mount_get_device_path (mount), path);
  return FALSE;
}

/* ---- preparing ---- */

/* What @path is, without links, also where nobody answers for it any more; an automount point
 * is not triggered.  @ret_fd: (out): a place, not an open file */
static char *
resolve (const char *path, int *ret_fd, GError **error)
{
  g_autofree char *link = NULL;
  char *resolved;
  int code;

  *ret_fd = open (path, O_PATH | O_CLOEXEC);
  code = errno;
  link = g_strdup_printf ("/proc/self/fd/%d", *ret_fd);
  resolved = *ret_fd < 0 ? NULL : g_file_read_link (link, error);
  if (*ret_fd < 0)
    refuse (path, code,
            code == ENOENT ? "there is no such directory; make it first" : g_strerror (code), error);
  return resolved;
}

/* TRUE: a dead mount was there, and there is now one less.  FALSE, @ret_free: whether nothing
 * is there, or @error */
static gboolean
prepare (const char *path, int fd, const char *resolved, gboolean *ret_free, GError **error)
{
  GUnixMountEntry *mount = mount_at (resolved);
  const char *type = mount != NULL ? g_unix_mount_get_fs_type (mount) : NULL;
  gboolean dead = FALSE;

  /* An automount point is made to be mounted upon. */
  *ret_free = mount == NULL || strcmp (type, "autofs") == 0;
  if (!*ret_free)
    {
      dead = strcmp (type, "fuse.hvfs") == 0 && is_dead (fd);
      if (dead && is_own (mount))
        detach (fd, resolved);
      else
        {
          refuse_mounted (path, mount, dead, error);
          dead = FALSE;
        }
    }
  g_clear_pointer (&mount, g_unix_mount_free);
  return dead;
}

gboolean
hvfs_mountpoint_prepare (const char *path, char **ret_path, GError **error)
{
  gboolean again = TRUE, free = FALSE;
  struct stat st;

  for (guint i = 0; again && i < MAX_DEAD; i++)
    {
      int fd;
      g_autofree char *resolved = resolve (path, &fd, error);

      if (resolved == NULL)
        {
          if (fd >= 0)
            close (fd);
          return FALSE;
        }
      again = prepare (path, fd, resolved, &free, error);
      close (fd);
      if (free)
        *ret_path = g_steal_pointer (&resolved);
    }
  if (again)
    return refuse (path, EBUSY, "a dead hvfs is mounted there and cannot be unmounted", error);
  if (!free)
    return FALSE;
  if (stat (*ret_path, &st) == 0 && S_ISDIR (st.st_mode))
    return TRUE;
  g_clear_pointer (ret_path, g_free);
  return refuse (path, ENOTDIR, "it is not a directory", error);
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
