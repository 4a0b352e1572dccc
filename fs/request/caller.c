/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/request/caller.c - what /proc says of who waits for an answer; see caller.h */
#include "fs/request/caller.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BIT(signal) (G_GUINT64_CONSTANT (1) << ((signal) - 1))

static const guint64 harmless
  = BIT (SIGCHLD) | BIT (SIGCONT) | BIT (SIGURG) | BIT (SIGWINCH)  /* ignored by default */
    | BIT (SIGSTOP) | BIT (SIGTSTP) | BIT (SIGTTIN) | BIT (SIGTTOU) /* stop, once it is done */
    | BIT (SIGPROF) | BIT (SIGVTALRM);

/* Whether /proc is of our own PID namespace.  In one that was made without a /proc of its own, the
 * numbers there are of other processes than those that the kernel tells us. */
static gboolean
proc_is_ours (void)
{
  enum { OURS = 1, NOT_OURS };
  static gsize known = 0;
  char self[16];

  if (g_once_init_enter (&known))
    {
      ssize_t length = readlink ("/proc/self", self, sizeof self - 1);

      self[MAX (length, 0)] = '\0';
      g_once_init_leave (&known, atoi (self) == getpid () ? OURS : NOT_OURS);
    }
  return known == OURS;
}

/* Returns: (transfer full): the path of @file of the thread @tid, or NULL if nothing can be known of
 * it: nobody of this namespace has that number. */
static char *
path_of (pid_t tid, const char *file)
{
  return tid != 0 && proc_is_ours () ? g_strdup_printf ("/proc/%d/%s", (int) tid, file) : NULL;
}

/* FALSE: nothing can be known, or nobody has that number any more. */
static gboolean
read_file (pid_t tid, const char *file, char **text)
{
  g_autofree char *path = path_of (tid, file);

  return path != NULL && g_file_get_contents (path, text, NULL, NULL);
}

/* What follows @key, a newline and the beginning of a line; 0 if there is none. */
static guint64
number_in (const char *status, const char *key, guint base)
{
  const char *line = strstr (status, key);

  return line == NULL ? 0 : g_ascii_strtoull (line + strlen (key), NULL, base);
}

pid_t
hvfs_caller_process (pid_t tid)
{
  g_autofree char *status = NULL;
  pid_t process = 0;

  if (read_file (tid, "status", &status))
    process = (pid_t) number_in (status, "\nTgid:", 10);
  return process != 0 ? process : tid;
}

gboolean
hvfs_caller_is_there (pid_t tid)
{
  return hvfs_caller_has_thread (tid, tid);
}

gboolean
hvfs_caller_has_thread (pid_t process, pid_t tid)
{
  g_autofree char *task = g_strdup_printf ("task/%d", (int) tid);
  g_autofree char *path = path_of (process, task);

  return path != NULL && tid != 0 && access (path, F_OK) == 0;
}

/* Field @n of the thread's stat, as proc(5) counts them; 0 if there is none.  They are counted
 * from behind the name, which may hold anything. */
static guint64
stat_field (pid_t tid, guint n)
{
  enum { NAME = 2 };
  g_autofree char *stat = NULL;
  g_auto (GStrv) fields = NULL;

  if (!read_file (tid, "stat", &stat) || strrchr (stat, ')') == NULL)
    return 0;
  fields = g_strsplit (strrchr (stat, ')'), " ", n);
  return g_strv_length (fields) > n - NAME ? g_ascii_strtoull (fields[n - NAME], NULL, 10) : 0;
}

gint64
hvfs_caller_began_us (pid_t process)
{
  enum { START_TIME = 22 };

  return stat_field (process, START_TIME) * G_TIME_SPAN_SECOND / sysconf (_SC_CLK_TCK);
}

gboolean
hvfs_caller_was_killed (pid_t tid)
{
  enum { FLAGS = 9, EXIT_CODE = 52, EXITING = 0x4, SIGNAL = 0x7f };

  return (stat_field (tid, FLAGS) & EXITING) != 0 && (stat_field (tid, EXIT_CODE) & SIGNAL) != 0;
}

gboolean
hvfs_caller_gives_up (pid_t tid)
{
  g_autofree char *status = NULL;
  guint64 pending;

  if (!read_file (tid, "status", &status))
    return TRUE;
  pending = number_in (status, "\nSigPnd:", 16) | number_in (status, "\nShdPnd:", 16);
  return (pending & ~number_in (status, "\nSigBlk:", 16) & ~harmless) != 0;
}
