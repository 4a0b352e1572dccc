/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/backend/test-value.c - value trees: paths, numbers, times, equality, lifetimes */
#include "backend/wire/value.h"

#include <string.h>

static HvfsValue *
leaf (const char *name, const char *text)
{
  return hvfs_value_new_leaf (name, NULL, text, strlen (text));
}

static HvfsValue *
node (const char *name, HvfsValue *a, HvfsValue *b)
{
  HvfsValue *children[] = { a, b };

  return hvfs_value_new_node (name, NULL, children, b != NULL ? 2 : 1);
}

/* config { cpu { limit=-1 shares=high } name=one } with a second name */
static HvfsValue *
sample (void)
{
  HvfsValue *cpu = node ("cpu", leaf ("limit", "-1"), leaf ("shares", "high"));
  HvfsValue *children[] = { cpu, leaf ("name", "one"), leaf ("name", "two") };

  return hvfs_value_new_node ("config", NULL, children, 3);
}

static void
test_paths (void)
{
  g_autoptr (HvfsValue) v = sample ();

  g_assert_cmpint (hvfs_value_int (v, "cpu.limit", 7), ==, -1);
  g_assert_cmpstr (hvfs_value_text (v, "cpu.shares"), ==, "high");
  g_assert_cmpstr (hvfs_value_text (v, "name"), ==, "one");
  g_assert_cmpstr (hvfs_value_text (hvfs_value_nth (v, 2), NULL), ==, "two");
  g_assert_null (hvfs_value_text (v, "cpu"));
  g_assert_null (hvfs_value_get (v, "cpu.lim"));
  g_assert_null (hvfs_value_get (v, "cpu.limits"));
  g_assert_null (hvfs_value_get (v, "cpu.limit.deeper"));
  g_assert_true (hvfs_value_get (v, "") == v);
  g_assert_cmpuint (hvfs_value_n_children (v), ==, 3);
  g_assert_null (hvfs_value_nth (v, 3));
}

static void
test_null (void)
{
  g_assert_null (hvfs_value_get (NULL, "a.b"));
  g_assert_null (hvfs_value_text (NULL, NULL));
  g_assert_null (hvfs_value_type (NULL));
  g_assert_cmpuint (hvfs_value_n_children (NULL), ==, 0);
  g_assert_cmpint (hvfs_value_int (NULL, "a", 5), ==, 5);
  g_assert_false (hvfs_value_bool (NULL, NULL));
  g_assert_cmpint (hvfs_value_time_us (NULL, NULL), ==, 0);
  hvfs_value_unref (NULL);
}

static void
test_int (void)
{
  static const struct { const char *text; gint64 want; } rows[] = {
    { "0", 0 }, { "-1", -1 }, { "+3", 3 }, { " 42\n", 42 },
    { "9223372036854775807", G_MAXINT64 }, { "-9223372036854775808", G_MININT64 },
    { "9223372036854775808", 99 }, { "", 99 }, { "x", 99 }, { "1x", 99 },
    { "1.5", 99 }, { "1 2", 99 }, { "0x10", 99 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (HvfsValue) v = leaf ("n", rows[i].text);

      g_assert_cmpint (hvfs_value_int (v, NULL, 99), ==, rows[i].want);
    }
}

static void
test_bool (void)
{
  static const struct { const char *text; gboolean want; } rows[] = {
    { "true", TRUE }, { "1", TRUE }, { "false", FALSE }, { "0", FALSE },
    { "", FALSE }, { "yes", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (HvfsValue) v = leaf ("b", rows[i].text);

      g_assert_cmpint (hvfs_value_bool (v, NULL), ==, rows[i].want);
    }
}

static void
test_time (void)
{
  static const struct { const char *text; gint64 want; } rows[] = {
    { "1970-01-01T00:00:01Z", 1000000 },
    { "1970-01-01T00:00:01", 1000000 },
    { "1970-01-01T02:00:01+02:00", 1000000 },
    { "1969-12-31T23:00:01-01:00", 1000000 },
    { "2020-02-29T12:34:56.789012Z", 1582979696789012 },
    { "2020-02-29T12:34:56.7Z", 1582979696700000 },
    { "2020-02-29T12:34:56.789012345Z", 1582979696789012 },
    { "yesterday", 0 }, { "", 0 }, { "2020-02-30T00:00:00Z", 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (HvfsValue) v = leaf ("t", rows[i].text);

      g_assert_cmpint (hvfs_value_time_us (v, NULL), ==, rows[i].want);
    }
}

static void
test_equal (void)
{
  g_autoptr (HvfsValue) a = sample ();
  g_autoptr (HvfsValue) b = sample ();
  g_autoptr (HvfsValue) renamed = node ("other", leaf ("x", "1"), NULL);
  g_autoptr (HvfsValue) same = node ("name", leaf ("x", "1"), NULL);
  g_autoptr (HvfsValue) inner = node ("name", leaf ("y", "1"), NULL);
  g_autoptr (HvfsValue) text = node ("name", leaf ("x", "2"), NULL);
  g_autoptr (HvfsValue) typed = hvfs_value_new_leaf ("x", "Task", "1", 1);
  g_autoptr (HvfsValue) untyped = leaf ("x", "1");

  g_assert_true (hvfs_value_equal (a, b));
  g_assert_true (hvfs_value_equal (renamed, same));
  g_assert_false (hvfs_value_equal (same, inner));
  g_assert_false (hvfs_value_equal (same, text));
  g_assert_false (hvfs_value_equal (typed, untyped));
  g_assert_false (hvfs_value_equal (a, same));
  g_assert_false (hvfs_value_equal (a, NULL));
  g_assert_true (hvfs_value_equal (NULL, NULL));
}

static void
test_empty_node (void)
{
  g_autoptr (HvfsValue) empty = hvfs_value_new_node ("a", NULL, NULL, 0);
  g_autoptr (HvfsValue) blank = leaf ("a", "");

  g_assert_cmpstr (hvfs_value_text (empty, NULL), ==, "");
  g_assert_true (hvfs_value_equal (empty, blank));
}

/* Names are shared while used and gone with the last value. */
static void
test_names (void)
{
  guint before = hvfs_name_count ();
  HvfsValue *a = hvfs_value_new_leaf ("unseen-name", "UnseenType", "1", 1);
  HvfsValue *b = hvfs_value_new_leaf ("unseen-name", NULL, "2", 1);

  g_assert_cmpuint (hvfs_name_count (), ==, before + 2);
  g_assert_true (hvfs_value_name (a) == hvfs_value_name (b));
  hvfs_value_unref (a);
  g_assert_cmpuint (hvfs_name_count (), ==, before + 1);
  g_assert_cmpstr (hvfs_value_name (b), ==, "unseen-name");
  hvfs_value_unref (b);
  g_assert_cmpuint (hvfs_name_count (), ==, before);
}

static gpointer
churn (gpointer data)
{
  for (guint i = 0; i < 20000; i++)
    {
      g_autofree char *name = g_strdup_printf ("churned-%u", i % 3);
      HvfsValue *v = leaf (name, "x");

      g_assert_cmpstr (hvfs_value_name (v), ==, name);
      hvfs_value_unref (v);
    }
  return NULL;
}

/* Four threads make and drop the last user of the same names. */
static void
test_names_threads (void)
{
  guint before = hvfs_name_count ();
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("churn", churn, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (hvfs_name_count (), ==, before);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/value/paths", test_paths);
  g_test_add_func ("/value/null", test_null);
  g_test_add_func ("/value/int", test_int);
  g_test_add_func ("/value/bool", test_bool);
  g_test_add_func ("/value/time", test_time);
  g_test_add_func ("/value/equal", test_equal);
  g_test_add_func ("/value/empty-node", test_empty_node);
  g_test_add_func ("/value/names", test_names);
  g_test_add_func ("/value/names-threads", test_names_threads);
  return g_test_run ();
}
