/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/fuzz/fuzz-tar.c - the reader of archives, given anything
 *
 * What it tells of an archive is the same however that is cut into pieces; names are those of
 * files, members have the bytes that they were said to have, and a refusal is one line.
 *
 * With clang: tests/fuzz/run tar.  Else it is linked with replay.c and tried on the corpus by
 * make check.
 */
#include <stdint.h>
#include <string.h>

#include "convert/file/tar.h"
#include "tests/fuzz/check-error.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* What is told. */
typedef struct
{
  GString *said;
  guint64 left;
  gboolean in_member;
} Trace;

static gboolean
begin (const char *name, guint64 size, gpointer data, GError **error G_GNUC_UNUSED)
{
  Trace *trace = data;

  g_assert_false (trace->in_member);
  g_assert_null (strpbrk (name, "/\\"));
  g_assert_true (*name != '\0' && strcmp (name, "..") != 0 && g_utf8_validate (name, -1, NULL));
  trace->in_member = TRUE;
  trace->left = size;
  g_string_append_printf (trace->said, "<%s %" G_GUINT64_FORMAT ">", name, size);
  return TRUE;
}

static gboolean
bytes (const char *bytes, gsize len, gpointer data, GError **error G_GNUC_UNUSED)
{
  Trace *trace = data;

  g_assert_true (trace->in_member && len > 0 && len <= trace->left);
  trace->left -= len;
  g_string_append_len (trace->said, bytes, (gssize) len);
  return TRUE;
}

static gboolean
end (gpointer data, GError **error G_GNUC_UNUSED)
{
  Trace *trace = data;

  g_assert_true (trace->in_member && trace->left == 0);
  trace->in_member = FALSE;
  g_string_append (trace->said, "</>");
  return TRUE;
}

static const HvfsTarUser user = { begin, bytes, end };

/* In pieces of @piece bytes.  (transfer full): what was told, and the refusal */
static GString *
read_archive (const char *data, gsize size, gsize piece)
{
  Trace trace = { .said = g_string_new (NULL) };
  g_autoptr (HvfsTar) tar = hvfs_tar_new (&user, &trace);
  g_autoptr (GError) error = NULL;
  gboolean ok = TRUE;

  for (gsize at = 0; ok && at < size; at += piece)
    ok = hvfs_tar_feed (tar, data + at, MIN (piece, size - at), &error);
  ok = ok && hvfs_tar_finish (tar, &error);
  g_assert_true (ok == (error == NULL));
  if (!ok)
    {
      check_error (error);
      g_string_append (trace.said, error->message);
    }
  return trace.said;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  GString *whole = read_archive ((const char *) data, size, MAX (size, 1));
  GString *pieces = read_archive ((const char *) data, size, size > 0 ? data[0] % 200 + 1 : 1);

  g_assert_true (g_string_equal (whole, pieces));
  g_string_free (whole, TRUE);
  g_string_free (pieces, TRUE);
  return 0;
}
