/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/backend/test-event-log.c - each event once, in the server's order: backend/mirror/event-log.h */
#include "backend/mirror/event-log.h"

#include <string.h>

#define DAY 29
#define MANY 25000

static HvfsValue *
new_event (gint32 key, guint second)
{
  g_autofree char *number = g_strdup_printf ("%d", key);
  g_autofree char *time
    = g_strdup_printf ("2026-11-%02dT00:%02u:%02uZ", DAY, second / 60 % 60, second % 60);
  HvfsValue *children[] = {
    hvfs_value_new_leaf ("key", NULL, number, strlen (number)),
    hvfs_value_new_leaf ("createdTime", NULL, time, strlen (time)),
  };

  return hvfs_value_new_node ("Event", "GeneralUserEvent", children, G_N_ELEMENTS (children));
}

static void
add (HvfsEventLog *log, gint32 key, guint second)
{
  g_autoptr (HvfsValue) value = new_event (key, second);

  hvfs_event_log_add (log, hvfs_event_new (value, g_strdup_printf ("%d\n", key)));
}

static gboolean
is_new_at (const HvfsEventLog *log, gint32 key, guint second)
{
  g_autoptr (HvfsValue) value = new_event (key, second);

  return hvfs_event_log_is_new (log, value);
}

static gboolean
is_new (const HvfsEventLog *log, gint32 key)
{
  return is_new_at (log, key, (guint) key);
}

/* A page of these events, all of the same second. */
static HvfsValue *
new_page (const gint32 *keys, guint n, guint second)
{
  g_autoptr (GPtrArray) children = g_ptr_array_new ();

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (children, new_event (keys[i], second));
  return hvfs_value_new_node ("latestPage", NULL, (HvfsValue *const *) children->pdata, n);
}

/* ---- pages ---- */

static void
test_sort (void)
{
  static const gint32 keys[] = { 7, 3, G_MAXINT32, G_MININT32, 9 };
  static const gint32 ascending[] = { 3, 7, 9, G_MAXINT32, G_MININT32 };
  g_autoptr (HvfsValue) page = new_page (keys, G_N_ELEMENTS (keys), 0);
  g_autoptr (GPtrArray) sorted = hvfs_event_sort (page);

  g_assert_cmpuint (sorted->len, ==, G_N_ELEMENTS (keys));
  for (guint i = 0; i < sorted->len; i++)
    g_assert_cmpint (hvfs_value_int (sorted->pdata[i], "key", 0), ==, ascending[i]);
}

/* Every page is sent again with each event: of each nothing but what came since is new. */
static void
test_pages (void)
{
  HvfsEventLog *log = hvfs_event_log_new ();
  guint64 first;
  guint n_new = 0;

  for (gint32 last = 100; last <= 130; last++)
    for (gint32 key = last - 9; key <= last; key++)
      if (is_new (log, key))
        {
          add (log, key, (guint) key);
          n_new++;
        }
  g_assert_cmpuint (n_new, ==, 40);
  g_assert_cmpuint (hvfs_event_log_get_end (log, &first), ==, 40);
  g_assert_cmpuint (first, ==, 0);
  g_assert_cmpstr (hvfs_event_log_get (log, 39)->line, ==, "130\n");
  g_assert_false (is_new (log, 90)); /* from before its beginning */
  g_assert_cmpint (hvfs_event_log_get_key (log), ==, 130);
  hvfs_event_log_free (log);
}

/* An event that comes late has a key that nobody has seen: it is new all the same. */
static void
test_late (void)
{
  HvfsEventLog *log = hvfs_event_log_new ();

  add (log, 1, 1);
  add (log, 3, 3);
  g_assert_true (is_new (log, 2));
  add (log, 2, 2);
  g_assert_false (is_new (log, 2));
  g_assert_cmpint (hvfs_event_log_get_key (log), ==, 3);
  hvfs_event_log_free (log);
}

static gboolean
has_gap (const HvfsEventLog *log, const gint32 *keys, guint n)
{
  g_autoptr (HvfsValue) page = new_page (keys, n, 30);
  g_autoptr (GPtrArray) sorted = hvfs_event_sort (page);

  return hvfs_event_log_has_gap (log, sorted);
}

static void
test_gap (void)
{
  static const gint32 next[] = { 6, 5, 4 }, beyond[] = { 9, 8 }, old[] = { 1, 2 };
  HvfsEventLog *log = hvfs_event_log_new ();

  g_assert_false (has_gap (log, beyond, 2)); /* nothing is known yet */
  for (gint32 key = 1; key <= 4; key++)
    add (log, key, (guint) key);
  g_assert_false (has_gap (log, next, 3));
  g_assert_true (has_gap (log, beyond, 2));
  g_assert_false (has_gap (log, old, 2));
  g_assert_false (has_gap (log, NULL, 0));
  hvfs_event_log_free (log);
}

/* A server that was set up from a backup: lower keys, later times. */
static void
test_anew (void)
{
  static const gint32 keys[] = { 10, 11 };
  HvfsEventLog *log = hvfs_event_log_new ();
  g_autoptr (HvfsValue) later = new_page (keys, 2, 600), before = new_page (keys, 2, 1);
  g_autoptr (GPtrArray) sorted_later = hvfs_event_sort (later);
  g_autoptr (GPtrArray) sorted_before = hvfs_event_sort (before);

  add (log, 500, 60);
  g_assert_false (is_new (log, 10));
  g_assert_false (hvfs_event_log_begins_anew (log, sorted_before));
  g_assert_true (hvfs_event_log_begins_anew (log, sorted_later));
  hvfs_event_log_begin_anew (log);
  g_assert_true (is_new (log, 10));
  g_assert_false (is_new_at (log, 500, 60)); /* the backup's, seen before */
  add (log, 10, 600);
  g_assert_cmpint (hvfs_event_log_get_key (log), ==, 10);
  g_assert_cmpstr (hvfs_event_log_get (log, 0)->line, ==, "500\n"); /* which readers may still want */
  hvfs_event_log_free (log);
}

/* A server that has lost its history gives keys again that the log knows. */
static void
test_again (void)
{
  static const gint32 keys[] = { 2, 3 };
  HvfsEventLog *log = hvfs_event_log_new ();
  g_autoptr (HvfsValue) later = new_page (keys, 2, 600);
  g_autoptr (GPtrArray) sorted = hvfs_event_sort (later);

  for (gint32 key = 1; key <= 4; key++)
    add (log, key, (guint) key);
  g_assert_true (hvfs_event_log_begins_anew (log, sorted));
  hvfs_event_log_begin_anew (log);
  for (guint i = 0; i < 2; i++)
    g_assert_true (is_new_at (log, keys[i], 600));
  for (guint i = 0; i < 2; i++)
    add (log, keys[i], 600);
  g_assert_false (hvfs_event_log_begins_anew (log, sorted));
  for (guint i = 0; i < 2; i++)
    g_assert_false (is_new_at (log, keys[i], 600));
  g_assert_cmpint (hvfs_event_log_get_key (log), ==, 3);
  /* What is dropped in the end takes no key along that was given again. */
  for (gint32 key = 4; key <= MANY; key++)
    add (log, key, 601);
  g_assert_false (is_new_at (log, MANY, 601));
  g_assert_true (is_new_at (log, MANY + 1, 601));
  hvfs_event_log_free (log);
}

/* Keys are 32 bits, and go on below 0. */
static void
test_wrap (void)
{
  HvfsEventLog *log = hvfs_event_log_new ();

  add (log, G_MAXINT32 - 1, 1);
  add (log, G_MAXINT32, 2);
  g_assert_true (is_new (log, G_MININT32));
  add (log, G_MININT32, 3);
  g_assert_false (is_new_at (log, G_MAXINT32, 2));
  g_assert_cmpint (hvfs_event_log_get_key (log), ==, G_MININT32);
  hvfs_event_log_free (log);
}

/* ---- bounds ---- */

static void
test_bounded (void)
{
  HvfsEventLog *log = hvfs_event_log_new ();
  guint64 first, end;

  for (gint32 key = 1; key <= MANY; key++)
    add (log, key, 1);
  end = hvfs_event_log_get_end (log, &first);
  g_assert_cmpuint (end, ==, MANY);
  g_assert_cmpuint (first, >, 0);
  for (guint64 i = first; i < end; i++)
    g_assert_cmpint (hvfs_event_log_get (log, i)->key, ==, (gint32) i + 1);
  g_assert_false (is_new (log, (gint32) first)); /* dropped, but it was there */
  hvfs_event_log_clear (log);
  g_assert_cmpuint (hvfs_event_log_get_end (log, &first), ==, MANY);
  g_assert_cmpuint (first, ==, MANY);
  g_assert_true (is_new (log, 1));
  hvfs_event_log_free (log);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/event-log/sort", test_sort);
  g_test_add_func ("/event-log/pages", test_pages);
  g_test_add_func ("/event-log/late", test_late);
  g_test_add_func ("/event-log/gap", test_gap);
  g_test_add_func ("/event-log/anew", test_anew);
  g_test_add_func ("/event-log/again", test_again);
  g_test_add_func ("/event-log/wrap", test_wrap);
  g_test_add_func ("/event-log/bounded", test_bounded);
  return g_test_run ();
}
