/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/fs/test-index.c - names in directories against a model: namesakes, what is told, listings
 *
 * Random places of a few objects with a few names in a few directories.  After each change
 * every name is compared with a model, and whoever kept what he was told knows it all: the
 * kernel is one that does.
 */
#include <glib.h>
#include <string.h>

#include "fs/tree/index.h"

#define OBJECTS 6
#define DIRS 3
#define ROUNDS 4000

static const char *const words[] = { "a", "b", "a~vm-9", "a~vm-10", "b~vm-9", "c" };

typedef struct
{
  HvfsIndex *index;
  HvfsObject *objects[OBJECTS];
  const char *names[OBJECTS][DIRS]; /* NULL: not there */
  GHashTable *known;                /* "DIR/NAME" -> child: looked up, and not taken back since */
} Fixture;

static guint64
child_of (guint object)
{
  return 1000 + object;
}

static void
forget (guint64 dir, const char *name, gboolean sole, gpointer data)
{
  Fixture *f = data;
  g_autofree char *key = g_strdup_printf ("%" G_GUINT64_FORMAT "/%s", dir, name);

  g_hash_table_remove (f->known, key);
}

static void
renamed (const HvfsObject *owner, gpointer data)
{
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->index = hvfs_index_new (forget, renamed, f);
  f->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < OBJECTS; i++)
    {
      f->objects[i] = g_malloc0 (sizeof (HvfsObject) + HVFS_N_VM * sizeof (HvfsValue *));
      f->objects[i]->serial = i + 1;
      f->objects[i]->kind = HVFS_KIND_VM;
      f->objects[i]->moref = g_strdup_printf ("vm-%u", i + 9);
    }
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < OBJECTS; i++)
    hvfs_index_place (f->index, f->objects[i], NULL, 0);
  for (guint d = 0; d < DIRS; d++)
    g_assert_true (hvfs_index_is_empty (f->index, d + 1));
  hvfs_index_free (f->index);
  g_hash_table_unref (f->known);
  for (guint i = 0; i < OBJECTS; i++)
    {
      g_free (f->objects[i]->moref);
      g_free (f->objects[i]);
    }
}

static void
place (Fixture *f, guint object)
{
  HvfsPlace places[DIRS];
  guint n = 0;

  for (guint d = 0; d < DIRS; d++)
    {
      f->names[object][d] = g_test_rand_bit () ? words[g_test_rand_int_range (0, G_N_ELEMENTS (words))]
                                               : NULL;
      if (f->names[object][d] != NULL)
        places[n++] = (HvfsPlace){ d + 1, f->names[object][d], child_of (object) };
    }
  hvfs_index_place (f->index, f->objects[object], places, n);
}

typedef struct
{
  Fixture *f;
  guint64 dir, position;
  guint n;
} Listing;

static gboolean
list_one (const char *name, guint64 child, guint64 position, gpointer data)
{
  Listing *listing = data;

  g_assert_cmpuint (position, >, listing->position);
  g_assert_cmpuint (hvfs_index_lookup (listing->f->index, listing->dir, name), ==, child);
  listing->position = position;
  listing->n++;
  return TRUE;
}

/* Each that is there has one name of its own, plain unless it has a namesake. */
static void
check (Fixture *f)
{
  for (guint d = 0; d < DIRS; d++)
    {
      Listing listing = { f, d + 1, 0, 0 };
      guint there = 0;

      for (guint i = 0; i < OBJECTS; i++)
        {
          g_autoptr (GString) name = g_string_new (NULL);
          g_autofree char *key = NULL;

          if (f->names[i][d] == NULL)
            continue;
          there++;
          g_assert_cmpuint (hvfs_index_dir_of (f->index, i + 1, child_of (i)), !=, 0);
        }
      hvfs_index_list (f->index, d + 1, 0, list_one, &listing);
      g_assert_cmpuint (listing.n, ==, there);
      g_assert_cmpint (hvfs_index_is_empty (f->index, d + 1), ==, there == 0);
      for (guint w = 0; w < G_N_ELEMENTS (words); w++)
        {
          g_autofree char *key = g_strdup_printf ("%u/%s", d + 1, words[w]);
          guint64 child = hvfs_index_lookup (f->index, d + 1, words[w]);
          gpointer known;

          /* What was looked up before, and has not been taken back, is still so. */
          if (g_hash_table_lookup_extended (f->known, key, NULL, &known))
            g_assert_cmpuint (GPOINTER_TO_SIZE (known), ==, child);
          g_hash_table_replace (f->known, g_steal_pointer (&key), GSIZE_TO_POINTER (child));
        }
    }
}

static void
test_random (Fixture *f, gconstpointer data)
{
  for (guint round = 0; round < ROUNDS; round++)
    {
      place (f, g_test_rand_int_range (0, OBJECTS));
      check (f);
    }
}

/* The lowest moref has the plain name, and vm-9 is lower than vm-10. */
static void
test_namesakes (Fixture *f, gconstpointer data)
{
  for (int i = 2; i >= 0; i--)
    hvfs_index_place (f->index, f->objects[i], &(HvfsPlace){ 1, "web", child_of (i) }, 1);
  g_assert_cmpuint (hvfs_index_lookup (f->index, 1, "web"), ==, child_of (0));
  g_assert_cmpuint (hvfs_index_lookup (f->index, 1, "web~vm-10"), ==, child_of (1));
  g_assert_cmpuint (hvfs_index_lookup (f->index, 1, "web~vm-11"), ==, child_of (2));
  g_assert_cmpuint (hvfs_index_lookup (f->index, 1, "web~vm-9"), ==, 0);
  hvfs_index_place (f->index, f->objects[0], NULL, 0);
  g_assert_cmpuint (hvfs_index_lookup (f->index, 1, "web"), ==, child_of (1));
  g_assert_cmpuint (hvfs_index_lookup (f->index, 1, "web~vm-10"), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/index/namesakes", Fixture, NULL, set_up, test_namesakes, tear_down);
  g_test_add ("/index/random", Fixture, NULL, set_up, test_random, tear_down);
  return g_test_run ();
}
