/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/convert/convert-cases.h - tables of rules: this input gives that output, or that error
 *
 * A case is a row; its name becomes the test's.  Of the output only the part that the
 * rule is about is compared: lines in sequence, indentation aside.
 */
#pragma once

#include <glib.h>

typedef struct
{
  const char *name;
  const char *input;
  const char *expected; /* lines of the output in sequence; with @code part of the message */
  const char *absent;   /* nullable: what the output must not have anywhere */
  int code;             /* 0, EINVAL or ENOTSUP */
} ConvertCase;

#define GIVES(name, input, expected) { name, input, expected, NULL, 0 }
#define GIVES_WITHOUT(name, input, expected, absent) { name, input, expected, absent, 0 }
#define REFUSED(name, input, message) { name, input, message, NULL, EINVAL }
#define UNSUPPORTED(name, input, message) { name, input, message, NULL, ENOTSUP }
#define CASES_END { NULL, NULL, NULL, NULL, 0 }

typedef char *(*ConvertFunc) (const char *input, GError **error);

/* Adds a test for each row, up to one without a name, as PREFIX/name. */
void add_cases (const char *prefix, const ConvertCase *cases, ConvertFunc convert);
