/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/backend/test-prompt.c - the questions on the terminal, asked on a pseudo-terminal
 *
 * Each test forks a child whose controlling terminal is the slave side; what the
 * child found comes back through a pipe, what it showed through the master.
 */
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#include "backend/login/credentials.h"
#include "convert/error.h"

#define LIMIT_MS 20000

typedef struct
{
  int master;
  int slave; /* kept open, so that the terminal outlives the child */
  int result;
  pid_t pid;
  GString *shown;
} Terminal;

static G_NORETURN void
run_child (const char *uri_text, const char *username, int out)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HvfsUri) uri = hvfs_uri_parse (uri_text, NULL);
  g_autoptr (HvfsCredentials) found = hvfs_credentials_find (uri, username, NULL, TRUE, &error);
  g_autofree char *line = found != NULL
    ? g_strdup_printf ("%s/%s", hvfs_credentials_username (found), hvfs_credentials_password (found))
    : g_strdup_printf ("%d %s", error->code, error->message);

  g_assert_cmpint (write (out, line, strlen (line)), ==, (gssize) strlen (line));
  _exit (0);
}

static Terminal *
start (const char *uri, const char *username)
{
  Terminal *t = g_new0 (Terminal, 1);
  int ends[2];

  t->shown = g_string_new (NULL);
  g_assert_cmpint (openpty (&t->master, &t->slave, NULL, NULL, NULL), ==, 0);
  g_assert_cmpint (pipe (ends), ==, 0);
  /* A shell's background jobs ignore the first two, what nohup runs the third, and so would
   * the child. */
  signal (SIGINT, SIG_DFL);
  signal (SIGQUIT, SIG_DFL);
  signal (SIGHUP, SIG_DFL);
  t->pid = fork ();
  g_assert_cmpint (t->pid, >=, 0);
  if (t->pid == 0)
    {
      close (ends[0]);
      close (t->master);
      g_assert_cmpint (login_tty (t->slave), ==, 0);
      run_child (uri, username, ends[1]);
    }
  close (ends[1]);
  t->result = ends[0];
  return t;
}

static void
finish (Terminal *t)
{
  close (t->master);
  close (t->slave);
  close (t->result);
  g_string_free (t->shown, TRUE);
  g_free (t);
}

static gssize
read_some (int fd, char *buffer, gsize len)
{
  struct pollfd p = { .fd = fd, .events = POLLIN };

  g_assert_cmpint (poll (&p, 1, LIMIT_MS), ==, 1);
  return read (fd, buffer, len);
}

/* Reads what is shown until it ends with @text, which is then taken off. */
static void
await (Terminal *t, const char *text)
{
  while (!g_str_has_suffix (t->shown->str, text))
    {
      char buffer[256];
      gssize got = read_some (t->master, buffer, sizeof buffer);

      g_assert_cmpint (got, >, 0);
      g_string_append_len (t->shown, buffer, got);
    }
  g_string_truncate (t->shown, t->shown->len - strlen (text));
}

static void
type (Terminal *t, const char *text)
{
  g_assert_cmpint (write (t->master, text, strlen (text)), ==, (gssize) strlen (text));
}

static gboolean
echoes (Terminal *t)
{
  struct termios term;

  g_assert_cmpint (tcgetattr (t->slave, &term), ==, 0);
  return (term.c_lflag & ECHO) != 0;
}

static void
assert_result (Terminal *t, const char *expected)
{
  g_autoptr (GString) result = g_string_new (NULL);
  char buffer[256];
  gssize got;

  while ((got = read_some (t->result, buffer, sizeof buffer)) > 0)
    g_string_append_len (result, buffer, got);
  g_assert_cmpstr (result->str, ==, expected);
}

static int
await_end (Terminal *t)
{
  int status;

  g_assert_cmpint (waitpid (t->pid, &status, 0), ==, t->pid);
  return status;
}

static void
test_both (void)
{
  Terminal *t = start ("esx://h/", NULL);

  await (t, "Enter username for h [root]: ");
  g_assert_true (echoes (t));
  type (t, "fred\n");
  await (t, "Enter fred's password for h: ");
  g_assert_nonnull (strstr (t->shown->str, "fred"));
  g_assert_false (echoes (t));
  type (t, "hunter 2\n");
  assert_result (t, "fred/hunter 2");
  g_assert_cmpint (await_end (t), ==, 0);
  await (t, "\r\n");
  g_assert_null (strstr (t->shown->str, "hunter"));
  g_assert_true (echoes (t));
  finish (t);
}

static void
test_defaults (void)
{
  static const char *const cases[][3] = {
    { "vpx://vc/", "Enter username for vc [administrator]: ", "administrator/x" },
    { "esx://h/", "Enter username for h [root]: ", "root/x" },
    { "gsx://[::1]:1/", "Enter username for ::1 [root]: ", "root/x" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Terminal *t = start (cases[i][0], NULL);

      await (t, cases[i][1]);
      type (t, "\n");
      await (t, ": ");
      type (t, "x\n");
      assert_result (t, cases[i][2]);
      g_assert_cmpint (await_end (t), ==, 0);
      finish (t);
    }
}

static void
test_password_only (void)
{
  Terminal *t = start ("vpx://vc/", "o");

  await (t, "Enter o's password for vc: ");
  g_assert_cmpstr (t->shown->str, ==, "");
  type (t, "\n");
  assert_result (t, "o/");
  g_assert_cmpint (await_end (t), ==, 0);
  finish (t);
}

static void
test_end_of_file (void)
{
  Terminal *t = start ("vpx://u@vc/", NULL);

  await (t, "Enter u's password for vc: ");
  type (t, "\004");
  assert_result (t, G_STRINGIFY (61) " the terminal gave no answer: it was closed");
  g_assert_cmpint (ENODATA, ==, 61);
  g_assert_cmpint (await_end (t), ==, 0);
  g_assert_true (echoes (t));
  finish (t);
}

/* The terminal echoes again, and the signal does what it does without a question. */
static void
test_signals (void)
{
  static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      Terminal *t = start ("vpx://u@vc/", NULL);
      int status;

      await (t, "Enter u's password for vc: ");
      g_assert_false (echoes (t));
      if (signals[i] == SIGINT)
        type (t, "half\003");
      else
        g_assert_cmpint (kill (t->pid, signals[i]), ==, 0);
      status = await_end (t);
      g_assert_true (WIFSIGNALED (status));
      g_assert_cmpint (WTERMSIG (status), ==, signals[i]);
      g_assert_true (echoes (t));
      assert_result (t, "");
      finish (t);
    }
}

/* A session without a shell cannot be stopped, but the question comes again. */
static void
test_stop (void)
{
  Terminal *t = start ("vpx://u@vc/", NULL);

  await (t, "Enter u's password for vc: ");
  type (t, "half\032");
  await (t, "Enter u's password for vc: ");
  g_assert_false (echoes (t));
  type (t, "whole\n");
  assert_result (t, "u/whole");
  g_assert_cmpint (await_end (t), ==, 0);
  finish (t);
}

static void
test_no_terminal (void)
{
  int ends[2];
  Terminal *t = g_new0 (Terminal, 1);

  t->shown = g_string_new (NULL);
  t->master = t->slave = -1;
  g_assert_cmpint (pipe (ends), ==, 0);
  t->result = ends[0];
  t->pid = fork ();
  if (t->pid == 0)
    {
      setsid ();
      run_child ("vpx://u@vc/", NULL, ends[1]);
    }
  close (ends[1]);
  assert_result (t, "13 no password for u at vc: give -o password_file=FILE, HVFS_PASSWORD_FILE, systemd's "
                 "credential hvfs-password or libvirt's auth.conf, or start hvfs on a terminal");
  g_assert_cmpint (await_end (t), ==, 0);
  finish (t);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_unsetenv ("HVFS_PASSWORD_FILE");
  g_unsetenv ("CREDENTIALS_DIRECTORY");
  g_setenv ("LIBVIRT_AUTH_FILE", "/dev/null", TRUE);
  g_test_add_func ("/prompt/both", test_both);
  g_test_add_func ("/prompt/defaults", test_defaults);
  g_test_add_func ("/prompt/password-only", test_password_only);
  g_test_add_func ("/prompt/end-of-file", test_end_of_file);
  g_test_add_func ("/prompt/signals", test_signals);
  g_test_add_func ("/prompt/stop", test_stop);
  g_test_add_func ("/prompt/no-terminal", test_no_terminal);
  return g_test_run ();
}
