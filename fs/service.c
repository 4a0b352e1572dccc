/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/service.c - what a service manager is told; see service.h */
#include "fs/service.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <unistd.h>

#define EXIT_HOPELESS 77 /* as EX_NOPERM of sysexits.h */

/* @name: a path, or "@" and an abstract socket's name.  Returns: 0: it is neither */
static socklen_t
address_of (const char *name, struct sockaddr_un *ret_address)
{
  gsize len = strlen (name);

  *ret_address = (struct sockaddr_un){ .sun_family = AF_UNIX };
  if ((*name != '/' && *name != '@') || len < 2 || len >= sizeof ret_address->sun_path)
    return 0;
  memcpy (ret_address->sun_path, name, len);
  if (*name == '@')
    ret_address->sun_path[0] = '\0';
  /* The byte that ends a path belongs to it; of an abstract name each byte counts. */
  return (socklen_t) (offsetof (struct sockaddr_un, sun_path) + len + (*name == '/'));
}

static gboolean
send_text (const char *name, const char *text)
{
  struct sockaddr_un address;
  socklen_t len = address_of (name, &address);
  int fd = len > 0 ? socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;
  gboolean ok;
  int code;

  if (len == 0)
    errno = EINVAL;
  if (fd < 0)
    return FALSE;
  ok = sendto (fd, text, strlen (text), MSG_NOSIGNAL, (struct sockaddr *) &address, len) >= 0;
  code = errno;
  close (fd);
  errno = code;
  return ok;
}

char *
hvfs_service_dup_value (const char *text)
{
  char *value = g_strdup (text);

  for (char *p = value; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p))
      *p = ' ';
  return value;
}

void
hvfs_service_tell (const char *format, ...)
{
  const char *name = g_getenv ("NOTIFY_SOCKET");
  g_autofree char *text = NULL;
  va_list args;

  if (name == NULL || *name == '\0')
    return;
  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  if (!send_text (name, text))
    g_warning ("NOTIFY_SOCKET='%s': the service manager cannot be told: %s", name,
               g_strerror (errno));
}

gboolean
hvfs_service_is_hopeless (int code)
{
  return code == EACCES || code == EINVAL || code == EKEYREJECTED;
}

int
hvfs_service_complain (const GError *error)
{
  g_autofree char *reason = hvfs_service_dup_value (error->message);

  fprintf (stderr, "hvfs: %s\n", error->message);
  hvfs_service_tell ("STATUS=%s\nERRNO=%d", reason, error->code);
  return g_getenv ("NOTIFY_SOCKET") != NULL && hvfs_service_is_hopeless (error->code)
           ? EXIT_HOPELESS
           : EXIT_FAILURE;
}

/* ---- the watchdog ---- */

gint64
hvfs_service_watchdog_us (void)
{
  const char *pid = g_getenv ("WATCHDOG_PID"), *us = g_getenv ("WATCHDOG_USEC");
  guint64 number;

  if (us == NULL || !g_ascii_string_to_unsigned (us, 10, 2, G_MAXINT64, &number, NULL))
    return 0;
  if (pid != NULL && g_ascii_strtoull (pid, NULL, 10) != (guint64) getpid ())
    return 0;
  return (gint64) number / 2;
}

struct _HvfsServiceWatch
{
  GThread *thread;
  const char *mountpoint;
  gint64 interval_us;
  GMutex lock;
  GCond ended;
  gboolean ends; /* lock */
};

/* statfs is answered by hvfs and never from the kernel's caches; what it answers is no matter. */
static gpointer
watch (gpointer data)
{
  HvfsServiceWatch *self = data;
  gint64 next_us = g_get_monotonic_time ();
  struct statfs st;

  g_mutex_lock (&self->lock);
  while (!self->ends)
    {
      g_mutex_unlock (&self->lock);
      (void) statfs (self->mountpoint, &st);
      hvfs_service_tell ("WATCHDOG=1");
      next_us += self->interval_us;
      g_mutex_lock (&self->lock);
      while (!self->ends && g_cond_wait_until (&self->ended, &self->lock, next_us))
        ;
    }
  g_mutex_unlock (&self->lock);
  return NULL;
}

HvfsServiceWatch *
hvfs_service_watch_new (const char *mountpoint)
{
  gint64 interval_us = hvfs_service_watchdog_us ();
  HvfsServiceWatch *self;

  if (interval_us == 0)
    return NULL;
  self = g_new0 (HvfsServiceWatch, 1);
  self->mountpoint = mountpoint;
  self->interval_us = interval_us;
  g_mutex_init (&self->lock);
  g_cond_init (&self->ended);
  self->thread = g_thread_new ("hvfs-watchdog", watch, self);
  return self;
}

void
hvfs_service_watch_free (HvfsServiceWatch *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->lock);
  self->ends = TRUE;
  g_cond_signal (&self->ended);
  g_mutex_unlock (&self->lock);
  g_thread_join (self->thread);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->ended);
  g_free (self);
}
