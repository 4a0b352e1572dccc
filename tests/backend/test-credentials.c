/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/backend/test-credentials.c - where user name and password come from, and in which order */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "backend/login/credentials.h"
#include "backend/login/secret.h"
#include "convert/error.h"

#define AUTH_CONF \
  "# for virsh\n" \
  "[credentials-lab]\n" \
  "username = fred\n" \
  "password=f=r ed\n" \
  "\n" \
  "[auth-esx-vc]\n" \
  "credentials=lab\n" \
  "[auth-esx-onlypass]\n" \
  "credentials=p\n" \
  "[credentials-p]\n" \
  "password=pp\n" \
  "[auth-esx-::1]\n" \
  "credentials=lab\n" \
  "[auth-esx-dangling]\n" \
  "credentials=gone\n" \
  "[auth-esx-empty]\n" \
  "[auth-libvirt-other]\n" \
  "credentials=lab\n"

typedef struct
{
  char *dir;
} Fixture;

static char *
write_file (Fixture *f, const char *name, const char *text, int mode)
{
  char *path = g_build_filename (f->dir, name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_cmpint (g_chmod (path, mode), ==, 0);
  return path;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->dir = g_dir_make_tmp ("hvfs-test-XXXXXX", NULL);
  g_assert_nonnull (f->dir);
  g_unsetenv ("HVFS_PASSWORD_FILE");
  g_unsetenv ("CREDENTIALS_DIRECTORY");
  g_unsetenv ("LIBVIRT_AUTH_FILE");
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  const char *argv[] = { "rm", "-r", f->dir, NULL };

  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL,
                               NULL, NULL));
  g_free (f->dir);
}

static HvfsCredentials *
find (const char *uri_text, const char *username, const char *password_file, GError **error)
{
  g_autoptr (HvfsUri) uri = hvfs_uri_parse (uri_text, NULL);

  g_assert_nonnull (uri);
  return hvfs_credentials_find (uri, username, password_file, FALSE, error);
}

static void
assert_found (const char *uri, const char *option, const char *password_file, const char *username,
              const char *password)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HvfsCredentials) c = find (uri, option, password_file, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (hvfs_credentials_username (c), ==, username);
  g_assert_cmpstr (hvfs_credentials_password (c), ==, password);
}

static void
assert_refused (const char *uri, const char *password_file, int code, const char *named)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HvfsCredentials) c = find (uri, NULL, password_file, &error);

  g_assert_null (c);
  g_assert_error (error, HVFS_ERROR, code);
  if (strstr (error->message, named) == NULL)
    g_error ("'%s' does not say '%s'", error->message, named);
  g_assert_null (strchr (error->message, '\n'));
}

static void
test_order (Fixture *f, gconstpointer data)
{
  g_autofree char *option = write_file (f, "option", "of-option\n", 0600);
  g_autofree char *variable = write_file (f, "variable", "of-variable\n", 0600);
  g_autofree char *systemd = write_file (f, "systemd/hvfs-password", "of-systemd\n", 0600);
  g_autofree char *conf = write_file (f, "auth.conf", AUTH_CONF, 0600);
  g_autofree char *systemd_dir = g_path_get_dirname (systemd);

  g_setenv ("LIBVIRT_AUTH_FILE", conf, TRUE);
  assert_found ("vpx://vc/", NULL, NULL, "fred", "f=r ed");
  g_setenv ("CREDENTIALS_DIRECTORY", f->dir, TRUE); /* without the file: the next source */
  assert_found ("vpx://vc/", NULL, NULL, "fred", "f=r ed");
  g_setenv ("CREDENTIALS_DIRECTORY", systemd_dir, TRUE);
  assert_found ("vpx://u@vc/", NULL, NULL, "u", "of-systemd");
  g_setenv ("HVFS_PASSWORD_FILE", variable, TRUE);
  assert_found ("vpx://u@vc/", NULL, NULL, "u", "of-variable");
  assert_found ("vpx://u@vc/", NULL, option, "u", "of-option");
  assert_found ("vpx://vc/", NULL, option, "fred", "of-option");
  g_setenv ("HVFS_PASSWORD_FILE", "", TRUE);
  assert_found ("vpx://u@vc/", NULL, NULL, "u", "of-systemd");
}

/* A host's own password is not tried at its vCenter. */
static void
test_vcenter (Fixture *f, gconstpointer data)
{
  g_autofree char *own = write_file (f, "own", "own\n", 0600);
  g_autofree char *systemd = write_file (f, "systemd/hvfs-vcenter-password", "of-systemd\n", 0600);
  g_autofree char *variable = write_file (f, "variable", "of-variable\n", 0600);
  g_autofree char *directory = g_path_get_dirname (systemd);
  g_autoptr (HvfsUri) host = hvfs_uri_parse ("esx://root@h/", NULL);
  g_autoptr (HvfsUri) uri = hvfs_uri_new_vcenter (host, "vc", NULL);
  g_autoptr (HvfsCredentials) credentials = NULL;
  g_autoptr (GError) error = NULL;

  g_setenv ("HVFS_PASSWORD_FILE", own, TRUE);
  g_assert_null (hvfs_credentials_find_vcenter (uri, "u", NULL, FALSE, &error));
  g_assert_error (error, HVFS_ERROR, EACCES);
  g_assert_nonnull (strstr (error->message, "-o vcenter_password_file="));
  g_setenv ("CREDENTIALS_DIRECTORY", directory, TRUE);
  credentials = hvfs_credentials_find_vcenter (uri, "u", NULL, FALSE, NULL);
  g_assert_cmpstr (hvfs_credentials_password (credentials), ==, "of-systemd");
  g_clear_pointer (&credentials, hvfs_credentials_unref);
  g_setenv ("HVFS_VCENTER_PASSWORD_FILE", variable, TRUE);
  credentials = hvfs_credentials_find_vcenter (uri, "u", NULL, FALSE, NULL);
  g_assert_cmpstr (hvfs_credentials_password (credentials), ==, "of-variable");
  g_assert_cmpstr (hvfs_credentials_username (credentials), ==, "u");
  g_unsetenv ("HVFS_VCENTER_PASSWORD_FILE");
}

static void
test_username (Fixture *f, gconstpointer data)
{
  g_autofree char *file = write_file (f, "p", "x", 0600);

  assert_found ("vpx://u@vc/", NULL, file, "u", "x");
  assert_found ("vpx://vc/", "o", file, "o", "x");
  assert_found ("vpx://u@vc/", "o", file, "u", "x");
}

static void
test_password_file (Fixture *f, gconstpointer data)
{
  static const struct { const char *text, *password; } good[] = {
    { "a", "a" }, { "a\n", "a" }, { "a\r\n", "a" }, { " a \n", " a " }, { "\n", "" }, { "\xef\xbb\xbf" "a\r\n", "a" },
    { "\xef\xbb\xbf" "a", "a" }, { "a\xef\xbb\xbf", "a\xef\xbb\xbf" }, { "\xc3\xbc", "\xc3\xbc" },
  };
  static const struct { const char *text, *named; } bad[] = {
    { "", "empty" }, { "a\n\n", "more than one line" }, { "a\nb", "more than one line" }, { "\xff", "not UTF-8" },
    { "a\x01" "b\n", "control character" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autofree char *path = write_file (f, "p", good[i].text, 0600);

      assert_found ("vpx://u@vc/", NULL, path, "u", good[i].password);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *path = write_file (f, "p", bad[i].text, 0600);

      assert_refused ("vpx://u@vc/", path, EINVAL, bad[i].named);
    }
}

static void
put (const char *path, const char *bytes, gssize len)
{
  g_assert_true (g_file_set_contents (path, bytes, len, NULL));
  g_assert_cmpint (g_chmod (path, 0600), ==, 0);
}

static void
test_password_file_bad (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->dir, "nul", NULL);
  g_autofree char *missing = g_build_filename (f->dir, "missing", NULL);
  g_autofree char *huge = g_strnfill (HVFS_SECRET_MAX_BYTES, 'x');

  put (path, "a\0b", 3);
  assert_refused ("vpx://u@vc/", path, EINVAL, "NUL");
  put (path, "\xff\xfe" "a\0\n\0", 6);
  assert_refused ("vpx://u@vc/", path, EINVAL, "UTF-16; save it as UTF-8");
  put (path, "\xfe\xff\0a", 4);
  assert_refused ("vpx://u@vc/", path, EINVAL, "UTF-16");
  put (path, "\xef\xbb\xbf", 3);
  assert_refused ("vpx://u@vc/", path, EINVAL, "empty");
  g_assert_true (g_file_set_contents (path, huge, -1, NULL));
  g_assert_cmpint (g_chmod (path, 0600), ==, 0);
  assert_refused ("vpx://u@vc/", path, EINVAL, "too long");
  assert_refused ("vpx://u@vc/", missing, ENOENT, missing);
  assert_refused ("vpx://u@vc/", f->dir, EISDIR, f->dir);
  g_setenv ("HVFS_PASSWORD_FILE", missing, TRUE);
  assert_refused ("vpx://u@vc/", NULL, ENOENT, missing);
}

static void
test_password_file_public (Fixture *f, gconstpointer data)
{
  g_autofree char *path = write_file (f, "p", "a\n", 0644);

  g_test_expect_message ("hvfs", G_LOG_LEVEL_WARNING, "*every user of this machine can read*");
  assert_found ("vpx://u@vc/", NULL, path, "u", "a");
  g_test_assert_expected_messages ();
}

static void
test_auth_conf (Fixture *f, gconstpointer data)
{
  g_autofree char *conf = write_file (f, "auth.conf", AUTH_CONF, 0600);
  g_autofree char *uri = g_strconcat ("vpx://vc:1/?authfile=", conf, NULL);

  assert_found (uri, NULL, NULL, "fred", "f=r ed");
  g_setenv ("LIBVIRT_AUTH_FILE", "/nonexistent/auth.conf", TRUE);
  assert_found (uri, NULL, NULL, "fred", "f=r ed");
  assert_refused ("vpx://vc/", NULL, ENOENT, "/nonexistent/auth.conf");
  g_setenv ("LIBVIRT_AUTH_FILE", conf, TRUE);
  assert_found ("esx://vc/", NULL, NULL, "fred", "f=r ed");
  assert_found ("gsx://[::1]/", NULL, NULL, "fred", "f=r ed");
  assert_found ("vpx://fred@vc/", NULL, NULL, "fred", "f=r ed");
  assert_found ("vpx://u@onlypass/", NULL, NULL, "u", "pp");
}

static void
test_auth_conf_bad (Fixture *f, gconstpointer data)
{
  g_autofree char *conf = write_file (f, "auth.conf", AUTH_CONF, 0600);
  g_autofree char *other = NULL;

  g_setenv ("LIBVIRT_AUTH_FILE", conf, TRUE);
  assert_refused ("vpx://other/", NULL, EACCES, "no user name for other");
  assert_refused ("vpx://onlypass/", NULL, EACCES, "no user name for onlypass");
  assert_refused ("vpx://u@other/", NULL, EACCES, "no password for u at other");
  assert_refused ("vpx://someone@vc/", NULL, EACCES, "no password for someone at vc");
  assert_refused ("vpx://dangling/", NULL, EINVAL, "has no [credentials-gone]");
  assert_refused ("vpx://empty/", NULL, EINVAL, "[auth-esx-empty] has no credentials");
  other = write_file (f, "broken.conf", "[auth-esx-vc]\ncredentials=x\ngarbage hunter2\n", 0600);
  g_setenv ("LIBVIRT_AUTH_FILE", other, TRUE);
  assert_refused ("vpx://vc/", NULL, EINVAL, "line 3 is neither");
}

static void
test_auth_conf_default (Fixture *f, gconstpointer data)
{
  g_autofree char *conf = write_file (f, "auth.conf",
                                      "[auth-esx-default]\ncredentials=any\n[auth-esx-vc]\ncredentials=vc\n"
                                      "[credentials-any]\nusername=a\npassword=1\n"
                                      "[credentials-vc]\nusername=v\npassword=2\n", 0600);

  g_setenv ("LIBVIRT_AUTH_FILE", conf, TRUE);
  assert_found ("vpx://elsewhere/", NULL, NULL, "a", "1");
  assert_found ("vpx://vc/", NULL, NULL, "v", "2");
}

/* g_get_user_config_dir () is read once a process, so the user's file gets one. */
static void
test_auth_conf_of_user (Fixture *f, gconstpointer data)
{
  if (g_test_subprocess ())
    {
      assert_found ("vpx://vc/", NULL, NULL, "fred", "f=r ed");
      return;
    }
  g_free (write_file (f, "libvirt/auth.conf", AUTH_CONF, 0600));
  g_setenv ("XDG_CONFIG_HOME", f->dir, TRUE);
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
}

static void
test_no_source (Fixture *f, gconstpointer data)
{
  assert_refused ("vpx://vc/", NULL, EACCES, "vpx://USER@vc/");
  assert_refused ("esx://u@h/", NULL, EACCES, "-o password_file=FILE");
}

/* The fields of /proc/self/smaps for the mapping that holds @address. */
static gboolean
smaps_has (gconstpointer address, const char *field, const char *value)
{
  g_autofree char *smaps = NULL;
  g_auto (GStrv) lines = NULL;
  gboolean inside = FALSE;

  g_assert_true (g_file_get_contents ("/proc/self/smaps", &smaps, NULL, NULL));
  lines = g_strsplit (smaps, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      unsigned long from, to;

      if (sscanf (lines[i], "%lx-%lx ", &from, &to) == 2)
        inside = (gulong) address >= from && (gulong) address < to;
      else if (inside && g_str_has_prefix (lines[i], field) && strstr (lines[i], value) != NULL)
        return TRUE;
    }
  return FALSE;
}

static void
test_secret_memory (void)
{
  g_autoptr (HvfsSecret) secret = hvfs_secret_new_from ("abcdef", 6);
  const char *text = hvfs_secret_text (secret);

  g_assert_cmpstr (text, ==, "abcdef");
  g_assert_true (smaps_has (text, "VmFlags:", " dd"));
#ifndef __SANITIZE_ADDRESS__ /* its mlock() does nothing */
#ifndef __SANITIZE_THREAD__
  g_assert_true (smaps_has (text, "VmFlags:", " lo"));
#endif
#endif
  hvfs_secret_truncate (secret, 2);
  g_assert_cmpmem (text, 7, "ab\0\0\0\0", 7);
  g_assert_cmpuint (hvfs_secret_len (secret), ==, 2);
}

#define ADD(name, function) \
  g_test_add ("/credentials/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!g_test_subprocess ())
    {
      g_setenv ("XDG_CONFIG_HOME", "/nonexistent", TRUE);
      g_get_user_config_dir ();
    }
  ADD ("order", test_order);
  ADD ("vcenter", test_vcenter);
  ADD ("username", test_username);
  ADD ("password-file", test_password_file);
  ADD ("password-file/bad", test_password_file_bad);
  ADD ("password-file/public", test_password_file_public);
  ADD ("auth-conf", test_auth_conf);
  ADD ("auth-conf/bad", test_auth_conf_bad);
  ADD ("auth-conf/default", test_auth_conf_default);
  ADD ("auth-conf/of-user", test_auth_conf_of_user);
  ADD ("no-source", test_no_source);
  g_test_add_func ("/credentials/secret", test_secret_memory);
  return g_test_run ();
}
