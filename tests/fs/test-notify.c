/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/fs/test-notify.c - the order in which the kernel is told, and what it is not
 *
 * In place of libfuse's two notifications stand these, which write down what they
 * were called with, and can be made to wait as the kernel's do.
 */
#include <fuse_lowlevel.h>
#include <glib.h>
#include <string.h>

#include "fs/tree/notify.h"

static GMutex lock;
static GCond changed;
static GString *told;      /* lock; @changed */
static guint64 locked_dir; /* lock: an entry there waits */
static gboolean waits;     /* lock: one does */
static gulong slow_us;     /* lock: what each takes */
static gint64 told_at_us;  /* lock: the last one */

static void G_GNUC_PRINTF (1, 2)
note_locked (const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_string_append_vprintf (told, format, args);
  va_end (args);
  told_at_us = g_get_monotonic_time ();
  g_cond_broadcast (&changed);
}

int
fuse_lowlevel_notify_inval_inode (struct fuse_session *session, fuse_ino_t ino, off_t off,
                                  off_t len)
{
  g_mutex_lock (&lock);
  g_usleep (slow_us);
  note_locked ("%" G_GUINT64_FORMAT "%s ", ino, off < 0 ? "@" : "");
  g_mutex_unlock (&lock);
  return 0;
}

int
fuse_lowlevel_notify_inval_entry (struct fuse_session *session, fuse_ino_t dir, const char *name,
                                  size_t len)
{
  g_mutex_lock (&lock);
  waits = locked_dir == dir;
  g_cond_broadcast (&changed);
  while (locked_dir == dir)
    g_cond_wait (&changed, &lock);
  note_locked ("%" G_GUINT64_FORMAT "/%s ", dir, name);
  g_mutex_unlock (&lock);
  return 0;
}

typedef struct
{
  HvfsStats *stats;
  HvfsNotifier *notifier;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  told = g_string_new (NULL);
  f->stats = hvfs_stats_new ();
  f->notifier = hvfs_notifier_new (f->stats);
  hvfs_notifier_start (f->notifier, NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  hvfs_notifier_free (f->notifier);
  hvfs_stats_free (f->stats);
  g_string_free (told, TRUE);
}

#define DEADLINE (g_get_monotonic_time () + 60 * G_TIME_SPAN_SECOND)

/* A flush gives up what it waits for when the notifier's thread does nothing for a second,
 * and on a busy machine it may: that it all comes is what is looked at. */
static void
assert_told (const char *wanted)
{
  gint64 deadline = DEADLINE;

  g_mutex_lock (&lock);
  while (told->len < strlen (wanted) && g_cond_wait_until (&changed, &lock, deadline))
    ;
  g_assert_cmpstr (told->str, ==, wanted);
  g_string_truncate (told, 0);
  g_mutex_unlock (&lock);
}

static void
assert_idle (Fixture *f)
{
  for (gint64 deadline = DEADLINE; !hvfs_notifier_is_idle (f->notifier); g_thread_yield ())
    g_assert_cmpint (g_get_monotonic_time (), <, deadline);
}

static void
test_order (Fixture *f, gconstpointer data)
{
  hvfs_notifier_inode (f->notifier, 7);
  hvfs_notifier_entry (f->notifier, 8, "a");
  hvfs_notifier_inode (f->notifier, 8);
  hvfs_notifier_attributes (f->notifier, 9);
  hvfs_notifier_flush (f->notifier);
  assert_told ("7 8/a 8 9@ ");
  assert_idle (f);
}

/* All of many are waited for, as long as one after the other is told. */
static void
test_many (Fixture *f, gconstpointer data)
{
  g_mutex_lock (&lock);
  slow_us = G_TIME_SPAN_SECOND / 10;
  g_mutex_unlock (&lock);
  for (guint i = 0; i < 13; i++)
    hvfs_notifier_inode (f->notifier, 7);
  hvfs_notifier_flush (f->notifier);
  g_mutex_lock (&lock);
  slow_us = 0;
  if (told->len < 13 * 2)
    g_assert_cmpint (g_get_monotonic_time () - told_at_us, >=, G_TIME_SPAN_SECOND);
  g_mutex_unlock (&lock);
  assert_told ("7 7 7 7 7 7 7 7 7 7 7 7 7 ");
}

/* Entries of a directory wait for its request; all else goes on. */
static void
test_hold (Fixture *f, gconstpointer data)
{
  hvfs_notifier_hold (f->notifier, 8);
  hvfs_notifier_hold (f->notifier, 8);
  hvfs_notifier_entry (f->notifier, 8, "a");
  hvfs_notifier_inode (f->notifier, 8);
  hvfs_notifier_entry (f->notifier, 9, "b");
  hvfs_notifier_flush (f->notifier);
  g_assert_false (hvfs_notifier_is_idle (f->notifier));
  assert_told ("8 9/b ");

  hvfs_notifier_release (f->notifier, 8);
  hvfs_notifier_flush (f->notifier);
  assert_told ("");

  hvfs_notifier_release (f->notifier, 8);
  hvfs_notifier_flush (f->notifier);
  assert_told ("8/a ");
  assert_idle (f);
}

static void
set_locked (guint64 dir)
{
  g_mutex_lock (&lock);
  locked_dir = dir;
  waits = FALSE;
  g_cond_broadcast (&changed);
  g_mutex_unlock (&lock);
}

/* The kernel had the lock before the request was heard of: the thread that waits
 * for it is left behind, and nobody else waits. */
static void
test_left_behind (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 3; i++)
    {
      set_locked (8);
      hvfs_notifier_entry (f->notifier, 8, "a");
      hvfs_notifier_inode (f->notifier, 7);
      g_mutex_lock (&lock);
      while (!waits)
        g_cond_wait (&changed, &lock);
      g_mutex_unlock (&lock);

      hvfs_notifier_hold (f->notifier, 8);
      hvfs_notifier_flush (f->notifier);
      g_assert_false (hvfs_notifier_is_idle (f->notifier));
      assert_told ("7 ");

      set_locked (0);
      hvfs_notifier_release (f->notifier, 8);
      assert_idle (f);
      assert_told ("8/a ");
    }
}

/* What is still kept back or waited for at the end is given up, not waited for. */
static void
test_end (Fixture *f, gconstpointer data)
{
  hvfs_notifier_hold (f->notifier, 8);
  hvfs_notifier_entry (f->notifier, 8, "a");
  hvfs_notifier_flush (f->notifier);
  hvfs_notifier_stop (f->notifier);
  hvfs_notifier_release (f->notifier, 8);
  assert_told ("");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/notify/order", test_order);
  ADD ("/notify/many", test_many);
  ADD ("/notify/hold", test_hold);
  ADD ("/notify/left-behind", test_left_behind);
  ADD ("/notify/end", test_end);
  return g_test_run ();
}
