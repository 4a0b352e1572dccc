/* fs/request/caller.c - what /proc says of who waits for an answer; see caller.h */
#include "fs/request/caller.h"

#include <signal.h>
#include <string.h>

#define BIT(signal) (G_GUINT64_CONSTANT (1) << ((signal) - 1))

static const guint64 harmless
  = BIT (SIGCHLD) | BIT (SIGCONT) | BIT (SIGURG) | BIT (SIGWINCH)  /* ignored by default */
    | BIT (SIGSTOP) | BIT (SIGTSTP) | BIT (SIGTTIN) | BIT (SIGTTOU) /* stop, once it is done */
    | BIT (SIGPROF) | BIT (SIGVTALRM);

/* FALSE: nobody of this namespace has that number, or not any more. */
static gboolean
read_status (pid_t tid, char **status)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/status", (int) tid);

  return tid != 0 && g_file_get_contents (path, status, NULL, NULL);
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

  if (read_status (tid, &status))
    process = (pid_t) number_in (status, "\nTgid:", 10);
  return process != 0 ? process : tid;
}

gboolean
hvfs_caller_gives_up (pid_t tid)
{
  g_autofree char *status = NULL;
  guint64 pending;

  if (!read_status (tid, &status))
    return TRUE;
  pending = number_in (status, "\nSigPnd:", 16) | number_in (status, "\nShdPnd:", 16);
  return (pending & ~number_in (status, "\nSigBlk:", 16) & ~harmless) != 0;
}
