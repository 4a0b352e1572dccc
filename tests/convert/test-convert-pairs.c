/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/convert/test-convert-pairs.c - whole files convert to whole files, to the byte
 *
 * As test-convert-pairs it takes pairs of our own, in tests/convert/pairs: files as ESX 3.5 to
 * 7.0, GSX, Workstation and Fusion leave them.  As test-convert-corpus it takes libvirt's
 * test data, read where they lie.  A case without its expected file is one that must be
 * refused.
 */
#include "convert/domain-xml/domain-xml.h"
#include "convert/error.h"
#include "convert/vmx/vmx.h"
#include "tests/convert/convert-stubs.h"

#include <string.h>

typedef struct
{
  const char *suffix; /* of the input */
  const char *expected_suffix;
  char *(*convert) (const char *text, gsize len, const char *expected, GError **error);
} Direction;

typedef struct
{
  const Direction *direction;
  char *input;
} Case;

static char *
vmx_to_xml (const char *text, gsize len, const char *expected, GError **error)
{
  g_autoptr (HvfsDomain) domain = hvfs_vmx_read (text, len, &stub_files, error);

  if (domain == NULL)
    return NULL;
  if (strstr (expected, "<vmware:datacenterpath>") != NULL)
    domain->datacenter_path = g_strdup ("folder1/folder2/datacenter1");
  return hvfs_domain_xml_write (domain, HVFS_DOMAIN_XML_SECURE);
}

static char *
xml_to_vmx (const char *text, gsize len, const char *expected, GError **error)
{
  g_autoptr (HvfsDomain) domain = hvfs_domain_xml_read (text, len, error);
  const char *version = strstr (expected, "virtualHW.version = \"");
  guint hw_version = version != NULL ? atoi (strchr (version, '"') + 1) : 0;

  return domain != NULL ? hvfs_vmx_write (domain, hw_version, &stub_files, NULL, error) : NULL;
}

static const Direction directions[] = {
  { ".vmx", ".xml", vmx_to_xml },
  { ".xml", ".vmx", xml_to_vmx },
};
static const char *const directories[] = { "vmx2xml", "xml2vmx" };

static void
test_pair (gconstpointer data)
{
  const Case *pair = data;
  const Direction *direction = pair->direction;
  g_autofree char *stem
      = g_strndup (pair->input, strlen (pair->input) - strlen (direction->suffix));
  g_autofree char *expected_path = g_strconcat (stem, direction->expected_suffix, NULL);
  gboolean refused = !g_file_test (expected_path, G_FILE_TEST_EXISTS);
  g_autofree char *expected = refused ? g_strdup ("") : read_file (expected_path, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *output = NULL;
  g_autofree char *input = NULL;
  gsize len;

  input = read_file (pair->input, &len);
  output = direction->convert (input, len, expected, &error);
  if (refused)
    g_assert_error (error, HVFS_ERROR, EINVAL);
  else
    {
      g_assert_no_error (error);
      g_assert_cmpstr (output, ==, expected);
    }
}

static void
free_case (gpointer data)
{
  Case *pair = data;

  g_free (pair->input);
  g_free (pair);
}

static guint
add_pairs (const char *corpus, guint d)
{
  g_autofree char *directory = g_build_filename (corpus, directories[d], NULL);
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  guint n = 0;

  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    {
      Case *pair;
      g_autofree char *path = NULL;

      if (!g_str_has_suffix (name, directions[d].suffix))
        continue;
      pair = g_new0 (Case, 1);
      pair->direction = &directions[d];
      pair->input = g_build_filename (directory, name, NULL);
      path = g_strdup_printf ("/convert/%s/%s", directories[d], name);
      g_test_add_data_func_full (path, pair, test_pair, free_case);
      n++;
    }
  return n;
}

int
main (int argc, char **argv)
{
  gboolean own = g_str_has_suffix (argv[0], "test-convert-pairs");
  g_autofree char *pairs = own ? g_build_filename (SRCDIR, "convert", "pairs", NULL) : find_corpus ();
  guint n = 0;

  g_test_init (&argc, &argv, NULL);
  if (pairs == NULL)
    {
      g_print ("1..0 # SKIP no conformance pairs: set HVFS_CORPUS\n");
      return 77;
    }
  for (guint d = 0; d < G_N_ELEMENTS (directions); d++)
    n += add_pairs (pairs, d);
  g_assert_cmpuint (n, >, 0);
  return g_test_run ();
}
