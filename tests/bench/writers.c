/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/bench/writers.c - many who write and wait, at little cost
 *
 *   tests/bench/writers LINE FILE...
 *
 * Each file gets the line from a thread of its own, with one write(2), all at once.  Exists
 * because what is measured beside hundreds of writers is hvfs: as many threads of Python take more
 * processor time than hvfs and the server together.
 */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <string.h>
#include <unistd.h>

static const char *line;

/* Returns: NULL, or why not */
static gpointer
write_line (gpointer path)
{
  gsize len = strlen (line);
  int fd = open (path, O_WRONLY | O_CLOEXEC);
  gboolean ok = fd >= 0 && write (fd, line, len) == (gssize) len;
  char *why = ok ? NULL : g_strdup_printf ("%s: %s", (const char *) path, g_strerror (errno));

  if (fd >= 0)
    close (fd);
  return why;
}

int
main (int argc, char **argv)
{
  GThread **threads = g_new (GThread *, argc);
  int status = 0;

  if (argc < 3)
    g_error ("usage: writers LINE FILE...");
  line = argv[1];
  for (int i = 2; i < argc; i++)
    threads[i] = g_thread_new ("writer", write_line, argv[i]);
  for (int i = 2; i < argc; i++)
    {
      g_autofree char *why = g_thread_join (threads[i]);

      if (why == NULL)
        continue;
      g_printerr ("%s\n", why);
      status = 1;
    }
  g_free (threads);
  return status;
}
