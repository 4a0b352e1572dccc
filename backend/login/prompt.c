/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/login/prompt.c - asks the user on the terminal; see prompt.h
 *
 * Signals are blocked but in ppoll(), so that none comes between looking and
 * waiting; the handler only notes which, and it is raised anew when the terminal
 * is as it was.  SIGTTIN and SIGTTOU are left alone: they stop a background job
 * that would ask, until it is brought to the foreground.
 */
#include "backend/login/prompt.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "convert/error.h"

static const int caught[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP };

static volatile sig_atomic_t last_signal;

/* What is put back after the question. */
typedef struct
{
  int fd;
  struct termios term;
  sigset_t mask;
  struct sigaction actions[G_N_ELEMENTS (caught)];
} Terminal;

static void
note_signal (int signo)
{
  last_signal = signo;
}

static void
set_echo (Terminal *tty, gboolean echo)
{
  struct termios term = tty->term;

  if (!echo)
    {
      term.c_lflag &= ~(tcflag_t) (ECHO | ECHOE | ECHOK);
      term.c_lflag |= ECHONL;
    }
  tcsetattr (tty->fd, TCSADRAIN, &term);
}

static void
catch_signals (Terminal *tty)
{
  struct sigaction action = { .sa_handler = note_signal };
  sigset_t block;

  sigemptyset (&block);
  for (guint i = 0; i < G_N_ELEMENTS (caught); i++)
    sigaddset (&block, caught[i]);
  sigprocmask (SIG_BLOCK, &block, &tty->mask);
  for (guint i = 0; i < G_N_ELEMENTS (caught); i++)
    {
      sigaction (caught[i], NULL, &tty->actions[i]);
      if (tty->actions[i].sa_handler != SIG_IGN)
        sigaction (caught[i], &action, NULL);
    }
}

static void
restore (Terminal *tty)
{
  tcsetattr (tty->fd, TCSADRAIN, &tty->term);
  for (guint i = 0; i < G_N_ELEMENTS (caught); i++)
    sigaction (caught[i], &tty->actions[i], NULL);
  sigprocmask (SIG_SETMASK, &tty->mask, NULL);
}

/* Returns: 1 and a byte, 0 at the end, -1 and errno; EINTR where a signal was noted */
static int
read_byte (const Terminal *tty, char *ret_byte)
{
  struct pollfd poll = { .fd = tty->fd, .events = POLLIN };

  do
    if (ppoll (&poll, 1, NULL, &tty->mask) < 0)
      {
        if (errno != EINTR || last_signal != 0)
          return -1;
        poll.revents = 0;
      }
  while (poll.revents == 0);
  return (int) read (tty->fd, ret_byte, 1);
}

static gboolean
read_line (const Terminal *tty, HvfsSecret *line, GError **error)
{
  char byte;
  int got, code;

  while ((got = read_byte (tty, &byte)) > 0 && byte != '\n' && byte != '\r')
    if (!hvfs_secret_append (line, &byte, 1))
      {
        g_set_error_literal (error, HVFS_ERROR, EINVAL, "the line typed is too long");
        return FALSE;
      }
  code = got < 0 ? errno : got == 0 ? ENODATA : 0;
  explicit_bzero (&byte, 1);
  if (code != 0)
    g_set_error (error, HVFS_ERROR, code, "the terminal gave no answer: %s",
                 code == ENODATA ? "it was closed" : g_strerror (code));
  return code == 0;
}

static gboolean
write_question (const Terminal *tty, const char *question, GError **error)
{
  if (write (tty->fd, question, strlen (question)) >= 0)
    return TRUE;
  g_set_error (error, HVFS_ERROR, errno, "/dev/tty: %s", g_strerror (errno));
  return FALSE;
}

static HvfsSecret *
ask_once (Terminal *tty, const char *question, gboolean echo, GError **error)
{
  g_autoptr (HvfsSecret) line = hvfs_secret_new ();
  gboolean ok;

  last_signal = 0;
  catch_signals (tty);
  set_echo (tty, echo);
  ok = write_question (tty, question, error) && read_line (tty, line, error);
  restore (tty);
  return ok ? g_steal_pointer (&line) : NULL;
}

HvfsSecret *
hvfs_prompt (const char *question, gboolean echo, GError **error)
{
  Terminal tty = { .fd = open ("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY) };
  HvfsSecret *line = NULL;
  int signo;

  if (tty.fd < 0 || tcgetattr (tty.fd, &tty.term) != 0)
    {
      g_set_error (error, HVFS_ERROR, errno, "/dev/tty: %s", g_strerror (errno));
      if (tty.fd >= 0)
        close (tty.fd);
      return NULL;
    }
  do
    {
      g_clear_error (error);
      line = ask_once (&tty, question, echo, error);
      signo = line == NULL ? last_signal : 0;
      if (signo != 0)
        raise (signo);
    }
  while (signo == SIGTSTP);
  close (tty.fd);
  return line;
}
