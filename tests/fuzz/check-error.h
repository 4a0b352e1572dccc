/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/fuzz/check-error.h - what a refusal must be: an errno, and a message of one line */
#pragma once

#include <glib.h>
#include <string.h>

static inline void
check_error (const GError *error)
{
  g_assert_nonnull (error);
  g_assert_cmpint (error->code, >, 0);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_null (strpbrk (error->message, "\r\n"));
}
