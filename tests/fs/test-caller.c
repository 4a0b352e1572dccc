/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/fs/test-caller.c - which thread's process it is, and which signals mean something */
#include "fs/request/caller.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static gpointer
process_of_this_thread (gpointer data)
{
  return GINT_TO_POINTER (hvfs_caller_process (gettid ()));
}

static void
test_process (void)
{
  GThread *thread = g_thread_new ("other", process_of_this_thread, NULL);

  g_assert_cmpint (GPOINTER_TO_INT (g_thread_join (thread)), ==, getpid ());
  g_assert_cmpint (hvfs_caller_process (0), ==, 0);
}

static void
ignore (int number)
{
}

/* Stopped, and so with all signals pending that it gets.  It has a handler for each, and
 * blocks SIGUSR2. */
static pid_t
start_stopped (void)
{
  pid_t pid = fork ();
  sigset_t blocked;

  g_assert_cmpint (pid, >=, 0);
  if (pid == 0)
    {
      for (int number = 1; number < 32; number++)
        signal (number, ignore);
      sigemptyset (&blocked);
      sigaddset (&blocked, SIGUSR2);
      sigprocmask (SIG_SETMASK, &blocked, NULL);
      raise (SIGSTOP);
      _exit (0);
    }
  g_assert_cmpint (waitpid (pid, NULL, WUNTRACED), ==, pid);
  return pid;
}

/* SIGCONT would let it go on. */
static void
test_signals (void)
{
  static const int harmless[] = { SIGUSR2, SIGCHLD, SIGURG,  SIGWINCH, SIGTSTP,
                                  SIGTTIN, SIGTTOU, SIGPROF, SIGVTALRM };
  static const int meant[] = { SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGALRM, SIGTERM, SIGPIPE };

  for (guint i = 0; i < G_N_ELEMENTS (meant); i++)
    {
      pid_t pid = start_stopped ();

      g_assert_false (hvfs_caller_gives_up (pid));
      for (guint k = 0; k < G_N_ELEMENTS (harmless); k++)
        g_assert_cmpint (kill (pid, harmless[k]), ==, 0);
      g_assert_false (hvfs_caller_gives_up (pid));
      g_assert_cmpint (kill (pid, meant[i]), ==, 0);
      g_assert_true (hvfs_caller_gives_up (pid));
      g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
      g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
    }
  g_assert_true (hvfs_caller_gives_up (0)); /* that cannot be known */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/caller/process", test_process);
  g_test_add_func ("/caller/signals", test_signals);
  return g_test_run ();
}
