/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/request/failure.c - what failed, kept to be read; see failure.h */
#include "fs/request/failure.h"

#include <string.h>

#include "convert/error.h"
#include "convert/model/notes.h"

#define MAX_LINES 100

struct _HvfsFailures
{
  GMutex lock;
  GHashTable *by_serial;  /* lock: serial -> line */
  GQueue lines;           /* lock: oldest first */
  gint64 changed_us;      /* lock: when the last of them came */
};

HvfsFailures *
hvfs_failures_new (void)
{
  HvfsFailures *failures = g_new0 (HvfsFailures, 1);

  g_mutex_init (&failures->lock);
  failures->by_serial = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  g_queue_init (&failures->lines);
  return failures;
}

void
hvfs_failures_free (HvfsFailures *failures)
{
  if (failures == NULL)
    return;
  g_hash_table_unref (failures->by_serial);
  g_queue_clear_full (&failures->lines, g_free);
  g_mutex_clear (&failures->lock);
  g_free (failures);
}

/* One failure is one line, whatever the server's words hold. */
static char *
one_line (char *text)
{
  for (char *p = text; *p != '\0'; p++)
    if ((guchar) *p < ' ' || *p == 0x7f)
      *p = ' ';
  return text;
}

static char *
dup_now (void)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();

  return g_date_time_format (now, "%Y-%m-%dT%H:%M:%SZ");
}

static char *
dup_said (const GError *error)
{
  const char *reason = g_strerror (hvfs_error_errno (error));

  return strcmp (error->message, reason) == 0
           ? g_strdup (reason)
           : g_strdup_printf ("%s: %s", reason, error->message);
}

static char *
dup_line (const char *when, const char *what, const char *said)
{
  return one_line (g_strdup_printf ("%s %s: %s", when, what, said));
}

char *
hvfs_failure_line (const char *what, const GError *error)
{
  g_autofree char *when = dup_now (), *said = dup_said (error);

  return dup_line (when, what, said);
}

char *
hvfs_failures_add (HvfsFailures *failures, guint32 serial, const char *where, const char *what,
                   const GError *error)
{
  g_autofree char *when = dup_now (), *said = dup_said (error);

  g_mutex_lock (&failures->lock);
  if (serial != 0)
    g_hash_table_insert (failures->by_serial, GUINT_TO_POINTER (serial),
                         dup_line (when, what, said));
  g_queue_push_tail (&failures->lines, dup_line (when, where, said));
  failures->changed_us = g_get_real_time ();
  if (g_queue_get_length (&failures->lines) > MAX_LINES)
    g_free (g_queue_pop_head (&failures->lines));
  g_mutex_unlock (&failures->lock);
  return one_line (g_strdup_printf ("%s: %s", where, said));
}

void
hvfs_failures_set_notes (HvfsFailures *failures, guint32 serial, const char *what,
                         const GPtrArray *notes)
{
  g_autofree char *when = dup_now ();
  g_autoptr (GString) lines = g_string_new (NULL);

  for (guint i = 0; i < notes->len; i++)
    {
      const HvfsNote *note = notes->pdata[i];
      g_autofree char *place
        = note->line > 0 ? g_strdup_printf ("line %u: ", note->line) : g_strdup ("");
      g_autofree char *said = g_strdup_printf ("note: %s%s", place, note->text);
      g_autofree char *line = dup_line (when, what, said);

      g_string_append_printf (lines, "%s%s", i > 0 ? "\n" : "", line);
    }
  if (notes->len == 0)
    return;
  g_mutex_lock (&failures->lock);
  g_hash_table_insert (failures->by_serial, GUINT_TO_POINTER (serial), g_strdup (lines->str));
  g_mutex_unlock (&failures->lock);
}

void
hvfs_failures_clear (HvfsFailures *failures, guint32 serial)
{
  g_mutex_lock (&failures->lock);
  g_hash_table_remove (failures->by_serial, GUINT_TO_POINTER (serial));
  g_mutex_unlock (&failures->lock);
}

void
hvfs_failures_print_one (HvfsFailures *failures, guint32 serial, GString *out)
{
  const char *line;

  g_mutex_lock (&failures->lock);
  line = g_hash_table_lookup (failures->by_serial, GUINT_TO_POINTER (serial));
  if (line != NULL)
    g_string_append_printf (out, "%s\n", line);
  g_mutex_unlock (&failures->lock);
}

void
hvfs_failures_print (HvfsFailures *failures, GString *out)
{
  g_mutex_lock (&failures->lock);
  for (GList *link = failures->lines.head; link != NULL; link = link->next)
    g_string_append_printf (out, "%s\n", (const char *) link->data);
  g_mutex_unlock (&failures->lock);
}

gint64
hvfs_failures_get_changed_us (HvfsFailures *failures)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&failures->lock);

  return failures->changed_us;
}
