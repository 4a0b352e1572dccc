/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/all.c - every group of hvfs.conf, below one directory; see all.h */
#include "fs/all.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "convert/error.h"
#include "fs/conf.h"
#include "fs/service.h"

/* How soon one that could not mount is tried again: longer each time. */
#define FIRST_DELAY_US (5 * G_TIME_SPAN_SECOND)
#define LAST_DELAY_US (5 * G_TIME_SPAN_MINUTE)

typedef enum
{
  WAITING,   /* for @again_us */
  STARTING,
  MOUNTED,
  REFUSED,   /* only the administrator can help */
  UNMOUNTED, /* by somebody, who meant it */
} State;

typedef struct
{
  char *name;
  HvfsOptions options;
  State state;
  pid_t pid;         /* 0: it does not run */
  int fd;            /* what it says when it is ready; -1 */
  int code;          /* errno: why it is not mounted */
  gboolean tried;    /* was mounted, or failed, once */
  gint64 again_us;
  gint64 delay_us;
} Mount;

typedef struct
{
  GArray *mounts; /* of Mount */
  HvfsAllStart start;
  sigset_t before; /* the signals that a mount has blocked */
  int signals;
  void (*tried) (gpointer); /* nullable, as is what it gets */
  gpointer data;
  gboolean told, ending;
} All;

#define EACH(all, m) (Mount *m = (Mount *) (all)->mounts->data; m < (Mount *) (all)->mounts->data + (all)->mounts->len; m++)

static void
mount_clear (gpointer data)
{
  Mount *mount = data;

  g_free (mount->name);
  hvfs_options_clear (&mount->options);
}

/* ---- starting ---- */

/* In the child. */
static void
become_mount (All *all, Mount *mount, int fd)
{
  int null = open ("/dev/null", O_RDONLY | O_CLOEXEC);

  prctl (PR_SET_PDEATHSIG, SIGTERM);
  if (null >= 0)
    dup2 (null, STDIN_FILENO); /* nobody is asked for a password */
  g_unsetenv ("NOTIFY_SOCKET");
  g_unsetenv ("WATCHDOG_USEC");
  close (all->signals);
  for EACH (all, m)
    if (m->fd >= 0)
      close (m->fd);
  sigprocmask (SIG_SETMASK, &all->before, NULL);
  exit (all->start (&mount->options, fd));
}

static void
fail (Mount *mount, int code)
{
  mount->code = code;
  mount->tried = TRUE;
  mount->state = hvfs_service_is_hopeless (code) ? REFUSED : WAITING;
  mount->delay_us = CLAMP (mount->delay_us * 2, FIRST_DELAY_US, LAST_DELAY_US);
  mount->again_us = g_get_monotonic_time () + mount->delay_us;
}

static void
start_mount (All *all, Mount *mount)
{
  int fds[2];
  pid_t pid;

  fflush (NULL);
  if (pipe2 (fds, O_CLOEXEC) != 0)
    {
      fail (mount, errno);
      return;
    }
  pid = fork ();
  if (pid == 0)
    {
      close (fds[0]);
      become_mount (all, mount, fds[1]);
    }
  close (fds[1]);
  if (pid < 0)
    {
      close (fds[0]);
      fail (mount, errno);
      return;
    }
  mount->pid = pid;
  mount->fd = fds[0];
  mount->code = 0;
  mount->state = STARTING;
}

/* ---- what they tell ---- */

/* It is ready, or says why not, or has ended without a word. */
static void
take_byte (Mount *mount)
{
  guint8 byte = EIO;
  gssize n;

  do
    n = read (mount->fd, &byte, 1);
  while (n < 0 && errno == EINTR);
  close (mount->fd);
  mount->fd = -1;
  if (n == 1 && byte == 0)
    {
      mount->state = MOUNTED;
      mount->tried = TRUE;
      mount->delay_us = 0;
    }
  else
    mount->code = byte;
}

static void
reap (All *all)
{
  int status;
  pid_t pid;

  while ((pid = waitpid (-1, &status, WNOHANG)) > 0)
    for EACH (all, mount)
      if (mount->pid == pid)
        {
          gboolean ok = WIFEXITED (status) && WEXITSTATUS (status) == 0;

          if (mount->fd >= 0)
            take_byte (mount);
          mount->pid = 0;
          if (mount->state == MOUNTED && ok)
            mount->state = UNMOUNTED;
          else
            {
              fail (mount, mount->code != 0 ? mount->code : EIO);
              g_warning ("%s is not mounted: %s", mount->name, g_strerror (mount->code));
            }
        }
}

static void
tell_state (All *all)
{
  g_autoptr (GString) others = g_string_new (NULL);
  gboolean tried = TRUE;
  guint mounted = 0;

  for EACH (all, mount)
    {
      tried &= mount->tried;
      mounted += mount->state == MOUNTED;
      if (mount->state == WAITING || mount->state == REFUSED)
        g_string_append_printf (others, "%s %s (%s)", others->len > 0 ? "," : "; not", mount->name,
                                g_strerror (mount->code));
    }
  if (!tried || all->ending)
    return;
  hvfs_service_tell ("%sSTATUS=%u of %u mounted%s", all->told ? "" : "READY=1\n", mounted,
                     all->mounts->len, others->str);
  if (!all->told && all->tried != NULL)
    all->tried (all->data);
  all->told = TRUE;
}

/* ---- signals ---- */

static void
take_signal (All *all)
{
  struct signalfd_siginfo info;
  int number;

  if (read (all->signals, &info, sizeof info) != sizeof info)
    return;
  number = (int) info.ssi_signo;
  if (number == SIGCHLD)
    {
      reap (all);
      return;
    }
  if (number != SIGHUP && !all->ending)
    hvfs_service_tell ("STOPPING=1\nSTATUS=logging out");
  all->ending |= number != SIGHUP;
  for EACH (all, mount)
    if (mount->pid != 0)
      kill (mount->pid, number);
    else if (mount->state == REFUSED || mount->state == WAITING)
      {
        mount->state = WAITING;
        mount->again_us = 0;
      }
}

/* ---- the whole ---- */

static gboolean
goes_on (const All *all)
{
  for EACH (all, mount)
    if (mount->pid != 0 || (!all->ending && mount->state != UNMOUNTED))
      return TRUE;
  return FALSE;
}

/* Starts those whose time has come.  Returns: milliseconds until the next, or -1 */
static int
start_due (All *all)
{
  gint64 now_us = g_get_monotonic_time (), next_us = G_MAXINT64;
  gint64 watchdog_us = hvfs_service_watchdog_us ();

  for EACH (all, mount)
    if (mount->state == WAITING && !all->ending)
      {
        if (mount->again_us <= now_us)
          start_mount (all, mount);
        if (mount->state == WAITING)
          next_us = MIN (next_us, mount->again_us);
      }
  if (watchdog_us > 0)
    next_us = MIN (next_us, now_us + watchdog_us);
  return next_us == G_MAXINT64 ? -1 : (int) MAX (0, (next_us - now_us) / 1000 + 1);
}

static void
wait_for_news (All *all, int timeout_ms)
{
  g_autofree struct pollfd *polls = g_new0 (struct pollfd, all->mounts->len + 1);
  guint n = 0;

  polls[n++] = (struct pollfd){ .fd = all->signals, .events = POLLIN };
  for EACH (all, mount)
    polls[n++] = (struct pollfd){ .fd = mount->fd, .events = POLLIN };
  if (poll (polls, n, timeout_ms) <= 0)
    return;
  n = 1;
  for EACH (all, mount)
    if (polls[n++].revents != 0)
      take_byte (mount);
  if (polls[0].revents != 0)
    take_signal (all);
}

static gboolean
make_mountpoint (const Mount *mount, GError **error)
{
  if (*mount->name == '.' || strchr (mount->name, '/') != NULL)
    {
      g_set_error (error, HVFS_ERROR, EINVAL, "hvfs.conf: [%s]: not a name for a directory",
                   mount->name);
      return FALSE;
    }
  if (g_mkdir_with_parents (mount->options.mountpoint, 0755) == 0 || errno == EEXIST)
    return TRUE;
  g_set_error (error, HVFS_ERROR, errno, "cannot make '%s': %s", mount->options.mountpoint,
               g_strerror (errno));
  return FALSE;
}

static gboolean
find_mounts (All *all, int argc, char **argv, GError **error)
{
  g_auto (GStrv) names = hvfs_conf_dup_names (error);

  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    {
      Mount mount = { .name = g_strdup (names[i]), .fd = -1 };

      g_array_append_val (all->mounts, mount);
      if (!hvfs_options_parse_group (&g_array_index (all->mounts, Mount, i).options, names[i], argc,
                                     argv, error)
          || !make_mountpoint (&g_array_index (all->mounts, Mount, i), error))
        return FALSE;
    }
  return names != NULL;
}

int
hvfs_all_run (int argc, char **argv, HvfsAllStart start, void (*tried) (gpointer), gpointer data)
{
  All all = { .start = start, .tried = tried, .data = data };
  g_autoptr (GError) error = NULL;
  sigset_t heeded;
  int status = EXIT_SUCCESS;
  gboolean ok;

  all.mounts = g_array_new (FALSE, TRUE, sizeof (Mount));
  g_array_set_clear_func (all.mounts, mount_clear);
  sigemptyset (&heeded);
  sigaddset (&heeded, SIGINT);
  sigaddset (&heeded, SIGTERM);
  sigaddset (&heeded, SIGHUP);
  sigaddset (&heeded, SIGCHLD);
  sigprocmask (SIG_BLOCK, &heeded, &all.before);
  all.signals = signalfd (-1, &heeded, SFD_CLOEXEC);
  ok = find_mounts (&all, argc, argv, &error);
  if (!ok)
    status = hvfs_service_complain (error);
  while (ok && goes_on (&all))
    {
      int timeout_ms = start_due (&all);

      tell_state (&all);
      wait_for_news (&all, timeout_ms);
      if (hvfs_service_watchdog_us () > 0)
        hvfs_service_tell ("WATCHDOG=1");
    }
  close (all.signals);
  g_array_unref (all.mounts);
  return status;
}
