/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/backend/test-cookies.c - which cookies are kept, and what each request sends */
#include "backend/wire/cookies.h"

#define MAX_STEPS 8

/* What comes, each for /sdk; and what /sdk and /folder/x get then. */
static const struct
{
  const char *set[MAX_STEPS];
  const char *sdk, *folder;
} rows[] = {
  { { NULL }, NULL, NULL },
  { { "a=1" }, "a=1", "a=1" },
  { { "vmware_soap_session=\"s 1\"; Path=/; HttpOnly; Secure", "node=7; Path=/" },
    "vmware_soap_session=\"s 1\"; node=7", "vmware_soap_session=\"s 1\"; node=7" },
  { { "node=7; Path=/", "s=1; Path=/", "node=8; Path=/" }, "node=8; s=1", "node=8; s=1" },
  { { "a=1; Path=/sdk", "b=2; path=/folder", "c=3; Path=/sd" }, "a=1", "b=2" },
  { { "a=1; Path=/", "a=2; Path=/sdk" }, "a=2; a=1", "a=1" },
  { { "a=1", "b=2", "a=x; Max-Age=0" }, "b=2", "b=2" },
  { { "a=1", "a=x; max-age=-1; Path=/" }, NULL, NULL },
  { { "a=1", "a=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT" }, NULL, NULL },
  { { "a=1; Expires=Wed, 21-Oct-2065 07:28:00 GMT" }, "a=1", "a=1" },
  { { "a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60" }, "a=1", "a=1" },
  { { "a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT" }, "a=1", "a=1" },
  { { "a=1; Max-Age=99999999999999999999" }, "a=1", "a=1" },
  { { "a=1; Expires=soon; Max-Age=later; Path=here; Domain=elsewhere.example; SameSite" }, "a=1",
    "a=1" },
  { { " a = b=c== ;x", "empty=", "none", "=nameless", "b=1\x01" "2" }, "a=b=c==; empty=",
    "a=b=c==; empty=" },
};

static void
test_rows (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (HvfsCookies) cookies = hvfs_cookies_new ();
      g_autofree char *sdk = NULL, *folder = NULL;

      for (guint n = 0; n < MAX_STEPS && rows[i].set[n] != NULL; n++)
        hvfs_cookies_set (cookies, rows[i].set[n], "/sdk");
      sdk = hvfs_cookies_dup (cookies, "/sdk");
      folder = hvfs_cookies_dup (cookies, "/folder/x?dcPath=/sdk");
      g_assert_cmpstr (sdk, ==, rows[i].sdk);
      g_assert_cmpstr (folder, ==, rows[i].folder);
    }
}

/* Without a path it is for the folder of what was asked for. */
static void
test_default_path (void)
{
  g_autoptr (HvfsCookies) cookies = hvfs_cookies_new ();
  g_autofree char *inside = NULL, *beside = NULL, *same = NULL;

  hvfs_cookies_set (cookies, "a=1", "/folder/x/y.vmx?dcPath=/z");
  inside = hvfs_cookies_dup (cookies, "/folder/x/other");
  same = hvfs_cookies_dup (cookies, "/folder/x");
  beside = hvfs_cookies_dup (cookies, "/folder/xx");
  g_assert_cmpstr (inside, ==, "a=1");
  g_assert_cmpstr (same, ==, "a=1");
  g_assert_null (beside);
}

static void
test_age (void)
{
  g_autoptr (HvfsCookies) cookies = hvfs_cookies_new ();
  g_autofree char *text = NULL;

  hvfs_cookies_set (cookies, "a=1; Max-Age=1", "/sdk");
  hvfs_cookies_set (cookies, "b=2", "/sdk");
  do
    {
      g_free (text);
      g_usleep (10000);
      text = hvfs_cookies_dup (cookies, "/sdk");
    }
  while (g_strcmp0 (text, "a=1; b=2") == 0);
  g_assert_cmpstr (text, ==, "b=2");
}

/* A server that sets ever more is held to what a client has to keep. */
static void
test_many (void)
{
  g_autoptr (HvfsCookies) cookies = hvfs_cookies_new ();
  g_autofree char *text = NULL;
  g_auto (GStrv) each = NULL;

  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *cookie = g_strdup_printf ("c%u=%u", i, i);

      hvfs_cookies_set (cookies, cookie, "/sdk");
    }
  text = hvfs_cookies_dup (cookies, "/sdk");
  each = g_strsplit (text, "; ", -1);
  g_assert_cmpuint (g_strv_length (each), ==, 50);
  g_assert_true (g_strv_contains ((const char *const *) each, "c999=999"));
  g_assert_false (g_strv_contains ((const char *const *) each, "c0=0"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cookies/rows", test_rows);
  g_test_add_func ("/cookies/default-path", test_default_path);
  g_test_add_func ("/cookies/age", test_age);
  g_test_add_func ("/cookies/many", test_many);
  return g_test_run ();
}
