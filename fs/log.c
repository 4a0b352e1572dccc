/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/log.c - where messages go; see log.h */
#include "fs/log.h"

#include <fuse_log.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

/* Set before there are threads, but for use_syslog, which only turns on. */
static gboolean debugging, to_journal;
static gint use_syslog;
static char last_of_fuse[256];

static int
priority_of (GLogLevelFlags level)
{
  if ((level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL)) != 0)
    return LOG_ERR;
  if ((level & G_LOG_LEVEL_WARNING) != 0)
    return LOG_WARNING;
  return (level & G_LOG_LEVEL_DEBUG) != 0 ? LOG_DEBUG : LOG_INFO;
}

static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  const char *message = "";

  if ((level & (G_LOG_LEVEL_DEBUG | G_LOG_LEVEL_INFO)) != 0 && !debugging)
    return G_LOG_WRITER_HANDLED;
  for (gsize i = 0; i < n_fields; i++)
    if (strcmp (fields[i].key, "MESSAGE") == 0)
      message = fields[i].value;
  if (g_atomic_int_get (&use_syslog))
    syslog (priority_of (level), "%s", message);
  else if (to_journal)
    fprintf (stderr, "<%d>%s\n", priority_of (level), message);
  else
    fprintf (stderr, "hvfs: %s\n", message);
  return G_LOG_WRITER_HANDLED;
}

static void
write_fuse_log (enum fuse_log_level level, const char *format, va_list args)
{
  g_autofree char *text = g_strchomp (g_strdup_vprintf (format, args));

  if (level == FUSE_LOG_DEBUG)
    g_debug ("%s", text);
  else
    g_strlcpy (last_of_fuse, text, sizeof last_of_fuse);
}

/* systemd names the stream that it reads, "DEVICE:INODE": a level begins each line there, and
 * the name of the program is known. */
static gboolean
is_journal (int fd)
{
  const char *name = g_getenv ("JOURNAL_STREAM");
  g_autofree char *own = NULL;
  struct stat st;

  if (name == NULL || fstat (fd, &st) != 0)
    return FALSE;
  own = g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT, (guint64) st.st_dev,
                         (guint64) st.st_ino);
  return strcmp (name, own) == 0;
}

void
hvfs_log_init (gboolean debug)
{
  debugging = debug;
  to_journal = is_journal (STDERR_FILENO);
  g_log_set_writer_func (write_log, NULL, NULL);
  fuse_set_log_func (write_fuse_log);
}

void
hvfs_log_to_syslog (void)
{
  openlog ("hvfs", LOG_PID, LOG_DAEMON);
  g_atomic_int_set (&use_syslog, 1);
}

const char *
hvfs_log_last_of_fuse (void)
{
  return last_of_fuse;
}
