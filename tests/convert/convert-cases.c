/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/convert/convert-cases.c - tables of rules; see convert-cases.h */
#include "tests/convert/convert-cases.h"
#include "convert/error.h"

#include <string.h>

typedef struct
{
  const ConvertCase *row;
  ConvertFunc convert;
} Test;

/* Returns: (transfer full): @text without the blanks that lines begin with */
static char *
flatten (const char *text)
{
  GString *flat = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p++)
    if (*p != ' ' || (flat->len > 0 && flat->str[flat->len - 1] != '\n'))
      g_string_append_c (flat, *p);
  return g_string_free (flat, FALSE);
}

static void
check_output (const ConvertCase *row, const char *output)
{
  g_autofree char *flat = flatten (output);

  if (strstr (flat, row->expected) == NULL)
    g_error ("no\n%s\nin\n%s", row->expected, output);
  if (row->absent != NULL && strstr (flat, row->absent) != NULL)
    g_error ("there is\n%s\nin\n%s", row->absent, output);
}

static void
test_case (gconstpointer data)
{
  const Test *test = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *output = test->convert (test->row->input, &error);

  if (test->row->code == 0)
    {
      g_assert_no_error (error);
      check_output (test->row, output);
      return;
    }
  if (output != NULL)
    g_error ("not refused but\n%s", output);
  g_assert_error (error, HVFS_ERROR, test->row->code);
  if (strstr (error->message, test->row->expected) == NULL)
    g_error ("no '%s' in '%s'", test->row->expected, error->message);
}

void
add_cases (const char *prefix, const ConvertCase *cases, ConvertFunc convert)
{
  for (; cases->name != NULL; cases++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%s", prefix, cases->name);
      Test *test = g_new0 (Test, 1);

      test->row = cases;
      test->convert = convert;
      g_test_add_data_func_full (path, test, test_case, g_free);
    }
}
