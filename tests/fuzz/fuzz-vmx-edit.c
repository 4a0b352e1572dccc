/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/fuzz/fuzz-vmx-edit.c - a VMX that becomes a VMX, given anything
 *
 * It is refused exactly where the reader refuses it, wherever its files are; else it has the
 * same keys and values afterwards, but for its encoding, is UTF-8, and stays as it is when it
 * is edited once more.
 *
 * With clang: tests/fuzz/run vmx-edit.  Else it is linked with replay.c and tried on the
 * corpus by make check.
 */
#include <stdint.h>
#include <string.h>

#include "convert/model/notes.h"
#include "convert/vmx/vmx-text.h"
#include "convert/vmx/vmx.h"
#include "tests/fuzz/check-error.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static gboolean
parse_any (gpointer data, const char *name, gboolean allow_missing, char **ret_path, GError **error)
{
  *ret_path = g_strdup (name);
  return TRUE;
}

static void
check_keys (const HvfsVmxText *before, HvfsVmxText *after)
{
  const char *key, *value;
  guint position = 0, n = 0;

  while (hvfs_vmx_text_next_unmarked (before, &position, &key, &value, NULL))
    {
      const char *const keys[] = { key, ".encoding", NULL };

      n++;
      if (strlen (key) < 70 && g_ascii_strcasecmp (key, ".encoding") != 0)
        g_assert_cmpstr (hvfs_vmx_text_get (after, "%s", key), ==, value);
      hvfs_vmx_text_mark (after, "", keys);
    }
  position = 0;
  g_assert_false (n > 0 && hvfs_vmx_text_next_unmarked (after, &position, &key, &value, NULL));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const HvfsFiles files = { NULL, parse_any, NULL, NULL };
  const char *text = (const char *) data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) notes = hvfs_notes_new ();
  g_autofree char *edited = hvfs_vmx_edit (text, size, 0, notes, &error);
  g_autoptr (HvfsDomain) domain = hvfs_vmx_read (text, size, &files, NULL);
  g_autoptr (HvfsVmxText) before = NULL, after = NULL;
  g_autofree char *again = NULL;

  g_assert_true ((edited != NULL) == (domain != NULL));
  if (edited == NULL)
    {
      check_error (error);
      return 0;
    }
  g_assert_true (g_utf8_validate (edited, -1, NULL));
  before = hvfs_vmx_text_parse (text, size, NULL);
  after = hvfs_vmx_text_parse (edited, strlen (edited), &error);
  g_assert_no_error (error);
  check_keys (before, after);
  again = hvfs_vmx_edit (edited, strlen (edited), 0, notes, &error);
  g_assert_cmpstr (again, ==, edited);
  return 0;
}
