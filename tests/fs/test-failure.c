/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/fs/test-failure.c - what failed, as "error" and .hvfs/errors show it */
#include <glib.h>
#include <string.h>

#include "convert/error.h"
#include "fs/request/failure.h"

static char *
dup_all (HvfsFailures *failures)
{
  GString *out = g_string_new (NULL);

  hvfs_failures_print (failures, out);
  return g_string_free (out, FALSE);
}

static char *
dup_one (HvfsFailures *failures, guint32 serial)
{
  GString *out = g_string_new (NULL);

  hvfs_failures_print_one (failures, serial, out);
  return g_string_free (out, FALSE);
}

static void
add (HvfsFailures *failures, guint32 serial, const char *file, const char *message)
{
  g_autoptr (GError) error = g_error_new_literal (HVFS_ERROR, EBUSY, message);
  g_autofree char *where = g_strconcat ("by-name/web01/", file, NULL);
  g_autofree char *said = hvfs_failures_add (failures, serial, where, file, error);

  g_assert_true (g_str_has_prefix (said, where));
  g_assert_null (strchr (said, '\n'));
}

static void
test_one (void)
{
  HvfsFailures *failures = hvfs_failures_new ();
  g_autofree char *none = dup_one (failures, 7), *one = NULL, *all = NULL, *cleared = NULL;

  g_assert_cmpstr (none, ==, "");
  g_assert_cmpint (hvfs_failures_get_changed_us (failures), ==, 0);
  add (failures, 7, "state: 'off'", "it moves");
  one = dup_one (failures, 7);
  all = dup_all (failures);
  g_assert_nonnull (strstr (one, " state: 'off': Device or resource busy: it moves\n"));
  g_assert_nonnull (strstr (all, " by-name/web01/state: 'off': Device or resource busy: it moves\n"));
  g_assert_cmpint (hvfs_failures_get_changed_us (failures), !=, 0);
  hvfs_failures_clear (failures, 7);
  cleared = dup_one (failures, 7);
  g_assert_cmpstr (cleared, ==, "");
  hvfs_failures_free (failures);
}

/* One failure is one line, whatever the server says in it. */
static void
test_line (void)
{
  HvfsFailures *failures = hvfs_failures_new ();
  g_autofree char *all = NULL;

  add (failures, 7, "state: 'off'", "first\nsecond\r\nthird");
  all = dup_all (failures);
  g_assert_true (strchr (all, '\n') == all + strlen (all) - 1);
  g_assert_nonnull (strstr (all, "third"));
  hvfs_failures_free (failures);
}

static void
test_hundred (void)
{
  HvfsFailures *failures = hvfs_failures_new ();
  g_autofree char *all = NULL;
  g_auto (GStrv) lines = NULL;

  for (guint i = 0; i < 150; i++)
    {
      g_autofree char *message = g_strdup_printf ("number %u", i);
      add (failures, 0, "state", message);
    }
  all = dup_all (failures);
  lines = g_strsplit (all, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 101);
  g_assert_true (g_str_has_suffix (lines[0], "number 50"));
  g_assert_true (g_str_has_suffix (lines[99], "number 149"));
  hvfs_failures_free (failures);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/failure/one", test_one);
  g_test_add_func ("/failure/line", test_line);
  g_test_add_func ("/failure/hundred", test_hundred);
  return g_test_run ();
}
