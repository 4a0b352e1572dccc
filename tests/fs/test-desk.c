/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/fs/test-desk.c - files beside the domains' own: names, numbers, limits, ends */
#include <glib.h>
#include <string.h>

#include "convert/error.h"
#include "fs/edit/desk.h"

#define DIR 42

typedef struct
{
  HvfsDesks *desks;
  HvfsDesk *desk;
  GMutex lock;
  GCond changed;
  char *told; /* lock: the last name */
} Fixture;

static void
name_changed (guint64 dir, const char *name, gpointer data)
{
  Fixture *f = data;

  g_assert_cmpuint (dir, ==, DIR);
  g_mutex_lock (&f->lock);
  g_free (f->told);
  f->told = g_strdup (name);
  g_cond_signal (&f->changed);
  g_mutex_unlock (&f->lock);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_mutex_init (&f->lock);
  g_cond_init (&f->changed);
  f->desks = hvfs_desks_new (name_changed, f);
  hvfs_desks_lock (f->desks);
  f->desk = hvfs_desk_make_locked (f->desks, DIR, TRUE);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  hvfs_desks_unlock (f->desks);
  hvfs_desks_free (f->desks);
  g_free (f->told);
  g_cond_clear (&f->changed);
  g_mutex_clear (&f->lock);
}

static HvfsSheet *
add (Fixture *f, const char *name, const char *text)
{
  GError *error = NULL;
  HvfsSheet *sheet = hvfs_sheet_add_locked (f->desks, f->desk, name, S_IFREG | 0600, NULL, &error);

  g_assert_no_error (error);
  if (text != NULL)
    g_assert_true (hvfs_sheet_write_locked (f->desks, sheet, text, strlen (text), 0, NULL));
  return sheet;
}

static void
assert_text (const HvfsSheet *sheet, const char *text)
{
  g_assert_nonnull (sheet);
  g_assert_nonnull (sheet->data);
  g_assert_cmpmem (sheet->data->data, sheet->data->len, text, strlen (text));
}

static void
test_bytes (Fixture *f, gconstpointer data)
{
  HvfsSheet *sheet = add (f, "a", "hello");

  g_assert_true (hvfs_sheet_write_locked (f->desks, sheet, "J", 1, 0, NULL));
  assert_text (sheet, "Jello");
  g_assert_true (hvfs_sheet_write_locked (f->desks, sheet, "!", 1, 7, NULL));
  g_assert_cmpmem (sheet->data->data, sheet->data->len, "Jello\0\0!", 8);
  g_assert_true (hvfs_sheet_resize_locked (f->desks, sheet, 1, NULL));
  assert_text (sheet, "J");
  g_assert_true (hvfs_sheet_resize_locked (f->desks, sheet, 3, NULL));
  g_assert_cmpmem (sheet->data->data, sheet->data->len, "J\0\0", 3);
}

static void
test_limits (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  HvfsSheet *sheet = add (f, "a", NULL);
  g_autofree char *name = g_strnfill (256, 'x');
  guint n = 0;

  g_assert_false (hvfs_sheet_write_locked (f->desks, sheet, "x", 1, HVFS_DESK_MAX_SHEET_BYTES,
                                           &error));
  g_assert_error (error, HVFS_ERROR, EFBIG);
  g_clear_error (&error);
  g_assert_false (hvfs_sheet_write_locked (f->desks, sheet, "x", 1, G_MAXINT64, &error));
  g_assert_error (error, HVFS_ERROR, EFBIG);
  g_clear_error (&error);
  g_assert_null (hvfs_sheet_add_locked (f->desks, f->desk, "a", 0, NULL, &error));
  g_assert_error (error, HVFS_ERROR, EEXIST);
  g_clear_error (&error);
  g_assert_null (hvfs_sheet_add_locked (f->desks, f->desk, name, 0, NULL, &error));
  g_assert_error (error, HVFS_ERROR, ENAMETOOLONG);
  g_clear_error (&error);

  for (; error == NULL; n++)
    {
      g_autofree char *big = g_strdup_printf ("big%u", n);
      hvfs_sheet_resize_locked (f->desks, add (f, big, NULL), HVFS_DESK_MAX_SHEET_BYTES, &error);
    }
  g_assert_error (error, HVFS_ERROR, ENOSPC);
  g_assert_cmpuint (n, ==, HVFS_DESK_MAX_BYTES / HVFS_DESK_MAX_SHEET_BYTES + 1);
  g_clear_error (&error);
  for (n = 0; error == NULL; n++)
    {
      g_autofree char *one = g_strdup_printf ("%u", n);
      hvfs_sheet_add_locked (f->desks, f->desk, one, 0, NULL, &error);
    }
  g_assert_error (error, HVFS_ERROR, ENOSPC);
}

/* Whichever sheet gets the name is live, and numbers stay with their sheets. */
static void
test_rename_over (Fixture *f, gconstpointer data)
{
  g_autoptr (GBytes) old = g_bytes_new_static ("old", 3);
  HvfsSheet *live = hvfs_sheet_find_locked (f->desk, HVFS_DESK_LIVE);
  HvfsSheet *sheet = add (f, "sedAb12", "new");
  guint32 number = sheet->number;

  g_assert_true (live->live);
  g_assert_cmpuint (live->number, ==, 0);
  hvfs_sheet_rename_locked (f->desks, f->desk, sheet, HVFS_DESK_LIVE, old);
  g_assert_true (hvfs_sheet_find_locked (f->desk, HVFS_DESK_LIVE) == sheet);
  g_assert_true (sheet->live);
  g_assert_null (sheet->data);
  g_assert_cmpuint (sheet->number, ==, number);
  g_assert_null (hvfs_sheet_find_locked (f->desk, "sedAb12"));
  g_assert_cmpint (f->desk->returns_us, ==, 0);

  /* Who still has the old one open reads what it was. */
  live = hvfs_sheet_get_locked (f->desk, 0);
  g_assert_false (live->live);
  g_assert_null (live->name);
  assert_text (live, "old");
}

/* Each thread has to look up what was live by the name that it has now. */
static void
test_opened_by_its_old_name (Fixture *f, gconstpointer data)
{
  HvfsSheet *live = hvfs_sheet_find_locked (f->desk, HVFS_DESK_LIVE);

  g_assert_false (hvfs_sheet_is_mistaken_locked (live, 1));
  hvfs_sheet_rename_locked (f->desks, f->desk, live, "config.xml~", NULL);
  g_assert_true (hvfs_sheet_is_mistaken_locked (live, 1));
  g_assert_true (hvfs_sheet_is_mistaken_locked (live, 2));
  hvfs_sheet_sought_locked (live, 1);
  g_assert_false (hvfs_sheet_is_mistaken_locked (live, 1));
  g_assert_true (hvfs_sheet_is_mistaken_locked (live, 2));
  for (pid_t tid = 3; tid < 100; tid++)
    hvfs_sheet_sought_locked (live, tid);
  g_assert_false (hvfs_sheet_is_mistaken_locked (live, 99));
  hvfs_sheet_rename_locked (f->desks, f->desk, live, HVFS_DESK_LIVE, NULL);
  g_assert_false (hvfs_sheet_is_mistaken_locked (live, 2));
  hvfs_sheet_rename_locked (f->desks, f->desk, live, "config.xml~", NULL);
  g_assert_true (hvfs_sheet_is_mistaken_locked (live, 1));
}

static void
test_rename_away_and_back (Fixture *f, gconstpointer data)
{
  g_autoptr (GBytes) old = g_bytes_new_static ("old", 3);
  HvfsSheet *live = hvfs_sheet_find_locked (f->desk, HVFS_DESK_LIVE), *made;

  hvfs_sheet_rename_locked (f->desks, f->desk, live, "config.xml~", old);
  assert_text (live, "old");
  g_assert_null (hvfs_sheet_find_locked (f->desk, HVFS_DESK_LIVE));
  g_assert_cmpint (f->desk->returns_us, >, 0);

  made = add (f, HVFS_DESK_LIVE, NULL);
  g_assert_true (made->live);
  g_assert_cmpint (f->desk->returns_us, ==, 0);

  hvfs_sheet_rename_locked (f->desks, f->desk, live, HVFS_DESK_LIVE, old);
  g_assert_true (live->live);
  g_assert_cmpuint (live->number, ==, 0);
  g_assert_cmpint (f->desk->returns_us, ==, 0);
}

/* Nothing follows: it comes back by itself, and the name is told. */
static void
test_vacancy (Fixture *f, gconstpointer data)
{
  HvfsSheet *live = hvfs_sheet_find_locked (f->desk, HVFS_DESK_LIVE);

  hvfs_sheet_unlink_locked (f->desks, f->desk, live, NULL);
  g_assert_null (hvfs_sheet_find_locked (f->desk, HVFS_DESK_LIVE));
  hvfs_desks_unlock (f->desks);

  g_mutex_lock (&f->lock);
  while (f->told == NULL)
    g_cond_wait (&f->changed, &f->lock);
  g_assert_cmpstr (f->told, ==, HVFS_DESK_LIVE);
  g_mutex_unlock (&f->lock);

  hvfs_desks_lock (f->desks);
  live = hvfs_sheet_find_locked (f->desk, HVFS_DESK_LIVE);
  g_assert_nonnull (live);
  g_assert_true (live->live);
  g_assert_cmpuint (live->number, !=, 0);
}

/* A handle outlives everything, and an empty desk goes. */
static void
test_handles (Fixture *f, gconstpointer data)
{
  HvfsSheet *sheet = hvfs_sheet_ref_locked (add (f, "a", "text"));

  hvfs_sheet_unlink_locked (f->desks, f->desk, sheet, NULL);
  assert_text (sheet, "text");
  hvfs_desks_unlock (f->desks);
  hvfs_desk_drop (f->desks, DIR);
  hvfs_desks_lock (f->desks);
  g_assert_null (hvfs_desk_get_locked (f->desks, DIR));
  g_assert_true (hvfs_sheet_write_locked (f->desks, sheet, "more", 4, 0, NULL));
  hvfs_desks_unlock (f->desks);
  hvfs_sheet_unref (f->desks, DIR, sheet);

  hvfs_desks_lock (f->desks);
  f->desk = hvfs_desk_make_locked (f->desks, DIR, TRUE);
  sheet = hvfs_sheet_ref_locked (hvfs_sheet_find_locked (f->desk, HVFS_DESK_LIVE));
  hvfs_desks_unlock (f->desks);
  hvfs_sheet_unref (f->desks, DIR, sheet);
  hvfs_desks_lock (f->desks);
  g_assert_null (hvfs_desk_get_locked (f->desks, DIR));
}

static void
test_put (Fixture *f, gconstpointer data)
{
  g_autoptr (GBytes) one = g_bytes_new_static ("one", 3);
  g_autoptr (GBytes) two = g_bytes_new_static ("two", 3);

  g_assert_false (hvfs_desk_put_locked (f->desks, f->desk, "r", NULL));
  g_assert_true (hvfs_desk_put_locked (f->desks, f->desk, "r", one));
  g_assert_true (hvfs_desk_put_locked (f->desks, f->desk, "r", two));
  assert_text (hvfs_sheet_find_locked (f->desk, "r"), "two");
  g_assert_true (hvfs_desk_put_locked (f->desks, f->desk, "r", NULL));
  g_assert_null (hvfs_sheet_find_locked (f->desk, "r"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/desk/bytes", test_bytes);
  ADD ("/desk/limits", test_limits);
  ADD ("/desk/rename-over", test_rename_over);
  ADD ("/desk/rename-away-and-back", test_rename_away_and_back);
  ADD ("/desk/opened-by-its-old-name", test_opened_by_its_old_name);
  ADD ("/desk/vacancy", test_vacancy);
  ADD ("/desk/handles", test_handles);
  ADD ("/desk/put", test_put);
  return g_test_run ();
}
