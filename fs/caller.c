/* fs/caller.c - whether who waits for an answer was told to give up; see caller.h */
#include "fs/caller.h"

#include <signal.h>
#include <string.h>

#define BIT(signal) (G_GUINT64_CONSTANT (1) << ((signal) - 1))

static const guint64 harmless
  = BIT (SIGCHLD) | BIT (SIGCONT) | BIT (SIGURG) | BIT (SIGWINCH)  /* ignored by default */
    | BIT (SIGSTOP) | BIT (SIGTSTP) | BIT (SIGTTIN) | BIT (SIGTTOU) /* stop, once it is done */
    | BIT (SIGPROF) | BIT (SIGVTALRM);

/* The signals in the line of /proc/PID/status that begins with @key. */
static guint64
signals_in (const char *status, const char *key)
{
  const char *line = strstr (status, key);

  return line == NULL ? 0 : g_ascii_strtoull (line + strlen (key), NULL, 16);
}

gboolean
hvfs_caller_gives_up (pid_t tid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/status", (int) tid);
  g_autofree char *status = NULL;
  guint64 pending;

  if (!g_file_get_contents (path, &status, NULL, NULL))
    return TRUE;
  pending = signals_in (status, "\nSigPnd:\t") | signals_in (status, "\nShdPnd:\t");
  return (pending & ~signals_in (status, "\nSigBlk:\t") & ~harmless) != 0;
}
