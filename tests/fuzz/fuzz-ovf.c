/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/fuzz/fuzz-ovf.c - the readers of OVF descriptors and manifests, given anything
 *
 * Files that a descriptor refers to have plain names, each once; sums of a manifest are of their
 * algorithm's length; a refusal is one line.
 *
 * With clang: tests/fuzz/run ovf.  Else it is linked with replay.c and tried on the corpus by
 * make check.
 */
#include <stdint.h>
#include <string.h>

#include "convert/xml/ovf.h"
#include "tests/fuzz/check-error.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check_descriptor (const char *text, gsize len)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HvfsOvf) ovf = hvfs_ovf_parse (text, len, &error);
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  if (ovf == NULL)
    {
      check_error (error);
      return;
    }
  g_assert_no_error (error);
  for (guint i = 0; i < ovf->files->len; i++)
    {
      g_assert_null (strpbrk (ovf->files->pdata[i], "/\\\r\n"));
      g_assert_true (g_hash_table_add (names, ovf->files->pdata[i]));
    }
}

static void
check_manifest (const char *text, gsize len)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) sums = hvfs_ovf_parse_manifest (text, len, &error);
  GHashTableIter iter;
  gpointer value;

  if (sums == NULL)
    {
      check_error (error);
      return;
    }
  g_hash_table_iter_init (&iter, sums);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const HvfsOvfSum *sum = value;

      g_assert_cmpuint (strlen (sum->hex), ==, 2 * (gsize) g_checksum_type_get_length (sum->type));
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  check_descriptor ((const char *) data, size);
  check_manifest ((const char *) data, size);
  return 0;
}
