/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/fs/test-migration.c - what the file "migrate" tells of the last migration */
#include <glib.h>

#include "convert/error.h"
#include "fs/attr/migration.h"

#define VM 7

static void
expect (HvfsMigrations *migrations, const char *progress, const char *text)
{
  g_autoptr (GString) out = g_string_new (NULL);

  hvfs_migrations_print (migrations, VM, progress, out);
  g_assert_cmpstr (out->str, ==, text);
}

static void
test_story (void)
{
  HvfsMigrations *migrations = hvfs_migrations_new ();
  g_autoptr (GError) error = NULL, failure = NULL;

  expect (migrations, NULL, "idle\n");
  g_assert_true (hvfs_migrations_begin (migrations, VM, "esx2", &error));
  g_assert_true (hvfs_migrations_is_running (migrations, VM));
  g_assert_false (hvfs_migrations_is_running (migrations, VM + 1));
  expect (migrations, "42", "running 42 esx2\n");

  /* The record of one on its way is not overwritten. */
  g_assert_false (hvfs_migrations_begin (migrations, VM, "esx3", &error));
  g_assert_error (error, HVFS_ERROR, EBUSY);
  expect (migrations, "43", "running 43 esx2\n");
  hvfs_migrations_end (migrations, VM, NULL);
  g_assert_false (hvfs_migrations_is_running (migrations, VM));
  expect (migrations, NULL, "done esx2\n");

  g_clear_error (&error);
  g_assert_true (hvfs_migrations_begin (migrations, VM, "esx3", &error));
  g_set_error (&failure, HVFS_ERROR, EIO, "no\nroom");
  hvfs_migrations_end (migrations, VM, failure);
  expect (migrations, NULL, "failed esx3: no room\n");
  hvfs_migrations_forget (migrations, VM);
  expect (migrations, NULL, "idle\n");
  hvfs_migrations_free (migrations);
}

static void
test_moving (void)
{
  HvfsMigrations *migrations = hvfs_migrations_new ();

  g_assert_false (hvfs_migrations_is_moving (migrations, VM));
  hvfs_migrations_set_moving (migrations, VM, TRUE);
  g_assert_true (hvfs_migrations_is_moving (migrations, VM));
  g_assert_false (hvfs_migrations_is_running (migrations, VM));
  hvfs_migrations_set_moving (migrations, VM, FALSE);
  g_assert_false (hvfs_migrations_is_moving (migrations, VM));
  hvfs_migrations_free (migrations);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/migration/story", test_story);
  g_test_add_func ("/migration/moving", test_moving);
  return g_test_run ();
}
