/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/fs/test-line.c - the words, keys, numbers and units of lines, and what is refused how */
#include <glib.h>
#include <string.h>

#include "convert/error.h"
#include "fs/row/line.h"

enum { HOST, DESCRIPTION, N_KEYS };
static const HvfsKey keys[] = { { "host", FALSE }, { "description", TRUE }, { NULL, FALSE } };

/* @expect: "HEAD|HOST|DESCRIPTION", "-" for a key that is not there; or the error after "!" */
static const struct
{
  const char *line, *expect;
} lines[] = {
  { "web01", "web01|-|-" },
  { "web 01", "web 01|-|-" },
  { "web01 host=esx1", "web01|esx1|-" },
  { "host=esx1", "|esx1|-" },
  { "web01 host=esx 1 of two", "web01|esx 1 of two|-" },
  { "web01 \t host=a \t description=b", "web01|a|b" },
  { "web01 description=what host=is not", "web01|-|what host=is not" },
  { "web01 host=\"a=b c=d\"", "web01|a=b c=d|-" },
  { "\"host=x\" host=y", "host=x|y|-" },
  { "web01 host=\"", "web01|\"|-" },
  { "web01 description=", "web01|-|" },
  { "Web=01 host=a", "Web=01|a|-" },
  { "", "|-|-" },
  { "web01 host=", "!host= has no value" },
  { "web01 host=a host=b", "!host is given twice" },
  { "web01 hots=a", "!'hots' is not one of host, description" },
};

static void
test_parse (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autofree char *head = NULL, *got = NULL;
      char *values[N_KEYS] = { NULL };
      g_autoptr (GError) error = NULL;

      if (hvfs_line_parse (lines[i].line, keys, &head, values, &error))
        got = g_strjoin ("|", head, values[HOST] != NULL ? values[HOST] : "-",
                         values[DESCRIPTION] != NULL ? values[DESCRIPTION] : "-", NULL);
      else
        {
          got = g_strconcat ("!", error->message, NULL);
          g_assert_true (g_error_matches (error, HVFS_ERROR, EINVAL));
          g_assert_true (head == NULL && values[HOST] == NULL && values[DESCRIPTION] == NULL);
        }
      g_assert_cmpstr (got, ==, lines[i].expect);
      g_free (values[HOST]);
      g_free (values[DESCRIPTION]);
    }
}

/* What a message offers is read as it was meant; and what needs no quotes has none. */
static void
test_quotes (void)
{
  static const struct { const char *name, *offered; } names[] = {
    { "web01", "web01" },
    { "web 01", "web 01" },
    { " web", "\" web\"" },
    { "web ", "\"web \"" },
    { "host=x", "\"host=x\"" },
    { "a host=b", "\"a host=b\"" },
    { "a, b", "\"a, b\"" },
    { "\"a\"", "\"\"a\"\"" },
    { "a\"b", "a\"b" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *offered = hvfs_line_dup_quoted (names[i].name), *head = NULL;
      char *values[N_KEYS] = { NULL };

      g_assert_cmpstr (offered, ==, names[i].offered);
      g_assert_true (hvfs_line_is_name (offered, names[i].name));
      g_assert_true (hvfs_line_is_name (names[i].name, names[i].name));
      g_assert_true (hvfs_line_parse (offered, keys, &head, values, NULL));
      g_assert_cmpstr (head, ==, names[i].name);
    }
  g_assert_false (hvfs_line_is_name ("web", " web"));
  g_assert_false (hvfs_line_is_name ("\"web\"", " web"));
}

static void
test_check (void)
{
  const char *const good[] = { "", "a\tb", "\xc3\xa4", "\xe2\x80\x8b" };
  const char *const bad[] = { "a\nb", "a\x1b[0m", "\xff", "\x7f", "\xc2\x85" };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (hvfs_line_check (good[i], NULL));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (hvfs_line_check (bad[i], NULL));
}

/* -1: refused */
static const struct
{
  const char *text;
  gint64 mib;
} memories[] = {
  { "1048576", 1024 },  { "1024 KiB", 1 },       { "8GiB", 8192 },  { "8 g", 8192 },
  { "1T", 1048576 },    { "1048576 bytes", 1 },  { "0", 0 },        { "1000", -1 },
  { "1 KB", -1 },       { "128000 KB", -1 },     { "131072000 kB", 125000 },
  { "5 parsecs", -1 },  { "-1", -1 },            { "", -1 },        { "GiB", -1 },
  { "1.5GiB", -1 },     { "+8GiB", -1 },         { "18014398509481984 KiB", -1 },
  { "99999999999999999999", -1 },                { "0x10", -1 },
};

static void
test_memory (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (memories); i++)
    {
      g_autoptr (GError) error = NULL;
      gint64 mib = -1;

      if (!hvfs_line_memory_mib ("memory", memories[i].text, &mib, &error))
        {
          g_assert_true (g_error_matches (error, HVFS_ERROR, EINVAL));
          g_assert_true (g_str_has_prefix (error->message, "memory: '"));
        }
      g_test_message ("%s: %" G_GINT64_FORMAT, memories[i].text, mib);
      g_assert_cmpint (mib, ==, memories[i].mib);
    }
}

static void
test_words (void)
{
  gboolean yes = FALSE;
  gint64 n;

  g_assert_true (hvfs_line_yes_no ("autostart", "yes", &yes, NULL) && yes);
  g_assert_true (hvfs_line_yes_no ("autostart", "no", &yes, NULL) && !yes);
  g_assert_false (hvfs_line_yes_no ("autostart", "Yes", &yes, NULL));
  g_assert_false (hvfs_line_yes_no ("autostart", "", &yes, NULL));
  g_assert_true (hvfs_line_number ("vcpus", "12", 1, &n, NULL));
  g_assert_cmpint (n, ==, 12);
  g_assert_false (hvfs_line_number ("vcpus", "0", 1, &n, NULL));
  g_assert_false (hvfs_line_number ("vcpus", "1e3", 1, &n, NULL));
  g_assert_false (hvfs_line_number ("vcpus", "9223372036854775808", 1, &n, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/line/parse", test_parse);
  g_test_add_func ("/line/quotes", test_quotes);
  g_test_add_func ("/line/check", test_check);
  g_test_add_func ("/line/memory", test_memory);
  g_test_add_func ("/line/words", test_words);
  return g_test_run ();
}
