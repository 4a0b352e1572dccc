/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/fuzz/replay.c - gives each file of a directory to a fuzz entry, once
 *
 * Exists so that what the fuzzer found stays found, without a fuzzer.  The
 * directory is tests/fuzz/corpus/NAME for a program called test-fuzz-NAME.
 */
#include <glib.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
replay (gconstpointer path)
{
  g_autofree char *data = NULL;
  gsize len;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &data, &len, &error);
  g_assert_no_error (error);
  LLVMFuzzerTestOneInput ((const uint8_t *) data, len);
}

int
main (int argc, char **argv)
{
  g_autofree char *name = g_path_get_basename (argv[0]);
  const char *what = strstr (name, "test-fuzz-");
  g_autofree char *path = NULL;
  g_autoptr (GDir) dir = NULL;
  g_autoptr (GError) error = NULL;
  const char *file;

  g_assert_nonnull (what);
  path = g_build_filename (SRCDIR, "fuzz", "corpus", what + strlen ("test-fuzz-"), NULL);
  g_test_init (&argc, &argv, NULL);
  dir = g_dir_open (path, 0, &error);
  g_assert_no_error (error);
  while ((file = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *test = g_strdup_printf ("/fuzz/%s/%s", what + strlen ("test-fuzz-"), file);

      g_test_add_data_func_full (test, g_build_filename (path, file, NULL), replay, g_free);
    }
  return g_test_run ();
}
