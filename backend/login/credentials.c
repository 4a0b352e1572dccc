/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/login/credentials.c - who logs in; see credentials.h */
#include "backend/login/credentials.h"

#include <string.h>
#include <sys/stat.h>

#include "backend/login/auth-conf.h"
#include "backend/login/prompt.h"
#include "backend/login/secret.h"
#include "convert/error.h"
#include "convert/xml/xml-char.h"

/* What the sources are called. */
typedef struct
{
  const char *variable;      /* of the environment */
  const char *systemd;       /* credential */
  const char *username_option, *password_option;
} Names;

static const Names own_names
  = { "HVFS_PASSWORD_FILE", "hvfs-password", "username", "password_file" };
static const Names vcenter_names
  = { "HVFS_VCENTER_PASSWORD_FILE", "hvfs-vcenter-password", "vcenter_username",
      "vcenter_password_file" };

struct _HvfsCredentials
{
  gatomicrefcount refs;
  char *username;
  HvfsSecret *password;
  char *file;         /* nullable: where the password is from, absolute */
  char *auth_host;    /* nullable: it is libvirt's file, which has it for this host */
  struct stat seen;   /* of that file, before it was read */
};

HvfsCredentials *
hvfs_credentials_ref (HvfsCredentials *credentials)
{
  g_atomic_ref_count_inc (&credentials->refs);
  return credentials;
}

void
hvfs_credentials_unref (HvfsCredentials *credentials)
{
  if (credentials == NULL || !g_atomic_ref_count_dec (&credentials->refs))
    return;
  g_free (credentials->username);
  hvfs_secret_free (credentials->password);
  g_free (credentials->file);
  g_free (credentials->auth_host);
  g_free (credentials);
}

const char *
hvfs_credentials_file (const HvfsCredentials *credentials)
{
  return credentials->file;
}

const char *
hvfs_credentials_username (const HvfsCredentials *credentials)
{
  return credentials->username;
}

const char *
hvfs_credentials_password (const HvfsCredentials *credentials)
{
  return hvfs_secret_text (credentials->password);
}

static gboolean
has_forbidden (const char *text)
{
  for (const char *next; *text != '\0'; text = next)
    if (hvfs_xml_char_at (text, &next) == 0)
      return TRUE;
  return FALSE;
}

/* What a password must be to go into a request. */
static gboolean
check_password (const HvfsSecret *password, const char *source, GError **error)
{
  const char *text = hvfs_secret_text (password);

  if (memchr (text, '\n', hvfs_secret_len (password)) != NULL)
    g_set_error (error, HVFS_ERROR, EINVAL, "%s: more than one line; a password is one", source);
  else if (!g_utf8_validate (text, (gssize) hvfs_secret_len (password), NULL))
    g_set_error (error, HVFS_ERROR, EINVAL, "%s: the password is not UTF-8", source);
  else if (has_forbidden (text))
    g_set_error (error, HVFS_ERROR, EINVAL,
                 "%s: the password holds a control character, which cannot be sent", source);
  else
    return TRUE;
  return FALSE;
}

static HvfsSecret *
read_password_file (const char *path, GError **error)
{
  g_autoptr (HvfsSecret) password = hvfs_secret_read_file (path, error);
  gsize len = password != NULL ? hvfs_secret_len (password) : 0;

  if (password == NULL)
    return NULL;
  if (len == 0)
    {
      g_set_error (error, HVFS_ERROR, EINVAL, "%s: empty; a password is expected", path);
      return NULL;
    }
  if (g_str_has_suffix (hvfs_secret_text (password), "\r\n"))
    hvfs_secret_truncate (password, len - 2);
  else if (g_str_has_suffix (hvfs_secret_text (password), "\n"))
    hvfs_secret_truncate (password, len - 1);
  return check_password (password, path, error) ? g_steal_pointer (&password) : NULL;
}

/* Returns: (nullable): an empty variable counts as none */
static const char *
get_variable (const char *name)
{
  const char *value = g_getenv (name);

  return value != NULL && *value != '\0' ? value : NULL;
}

/* Before it is read.  The process goes to the root directory. */
static void
note_file (HvfsCredentials *found, const char *path)
{
  found->file = g_canonicalize_filename (path, NULL);
  if (stat (path, &found->seen) != 0)
    memset (&found->seen, 0, sizeof found->seen);
}

/* The file that holds a password and nothing else, if one is named.
 * Returns: FALSE on error; there is no password where none is named */
static gboolean
find_password_file (const Names *names, const char *option, HvfsCredentials *found,
                    GError **error)
{
  const char *path = option != NULL ? option : get_variable (names->variable);
  const char *directory = get_variable ("CREDENTIALS_DIRECTORY");
  g_autofree char *of_systemd = NULL;

  if (path == NULL && directory != NULL)
    {
      of_systemd = g_build_filename (directory, names->systemd, NULL);
      path = g_file_test (of_systemd, G_FILE_TEST_EXISTS) ? of_systemd : NULL;
    }
  if (path == NULL)
    return TRUE;
  note_file (found, path);
  found->password = read_password_file (path, error);
  return found->password != NULL;
}

/* What libvirt's file @path has for @host.  A password that it has for another user is not
 * taken: wrong passwords lock accounts. */
static gboolean
read_auth_conf (HvfsCredentials *found, const char *path, const char *host, GError **error)
{
  g_autofree char *username = NULL;
  g_autoptr (HvfsSecret) password = NULL;

  if (!hvfs_auth_conf_lookup (path, host, &username, &password, error)
      || (password != NULL && !check_password (password, path, error)))
    return FALSE;
  if (found->username == NULL)
    found->username = g_strdup (username);
  if (username == NULL || g_strcmp0 (username, found->username) == 0)
    found->password = g_steal_pointer (&password);
  return TRUE;
}

/* Fills in what is missing from libvirt's file. */
static gboolean
complete_from_auth_conf (HvfsCredentials *found, const HvfsUri *uri, GError **error)
{
  g_autofree char *path = hvfs_auth_conf_find_file (uri->authfile);
  g_autoptr (HvfsSecret) own = g_steal_pointer (&found->password);
  g_autofree char *own_file = g_steal_pointer (&found->file);
  struct stat own_seen = found->seen;

  if (path != NULL)
    {
      note_file (found, path);
      if (!read_auth_conf (found, path, uri->host, error))
        return FALSE;
    }
  if (path != NULL && own == NULL && found->password != NULL)
    {
      found->auth_host = g_strdup (uri->host);
      return TRUE;
    }
  g_clear_pointer (&found->password, hvfs_secret_free);
  g_free (found->file);
  found->password = g_steal_pointer (&own);
  found->file = g_steal_pointer (&own_file);
  found->seen = own_seen;
  return TRUE;
}

static gboolean
prompt_username (HvfsCredentials *found, const HvfsUri *uri, GError **error)
{
  const char *fallback = uri->type == HVFS_URI_VPX ? "administrator" : "root";
  g_autofree char *question = g_strdup_printf ("Enter username for %s [%s]: ", uri->host, fallback);
  g_autoptr (HvfsSecret) line = hvfs_prompt (question, TRUE, error);
  g_autofree char *typed = line != NULL ? g_strdup (hvfs_secret_text (line)) : NULL;

  if (typed == NULL)
    return FALSE;
  g_strstrip (typed);
  if (!g_utf8_validate (typed, -1, NULL))
    {
      g_set_error_literal (error, HVFS_ERROR, EINVAL, "the user name typed is not UTF-8");
      return FALSE;
    }
  found->username = g_strdup (*typed != '\0' ? typed : fallback);
  return TRUE;
}

static gboolean
prompt_password (HvfsCredentials *found, const HvfsUri *uri, GError **error)
{
  g_autofree char *question = g_strdup_printf ("Enter %s's password for %s: ", found->username, uri->host);

  found->password = hvfs_prompt (question, FALSE, error);
  return found->password != NULL && check_password (found->password, "the password typed", error);
}

static gboolean
complete_from_terminal (HvfsCredentials *found, const HvfsUri *uri, GError **error)
{
  return (found->username != NULL || prompt_username (found, uri, error))
         && (found->password != NULL || prompt_password (found, uri, error));
}

static gboolean
is_complete (const HvfsCredentials *found)
{
  return found->username != NULL && found->password != NULL;
}

static void
set_missing (const HvfsCredentials *found, const HvfsUri *uri, const Names *names, GError **error)
{
  g_autofree char *in_uri = names == &own_names
                              ? g_strdup_printf ("the URI (%s://USER@%s/), ",
                                                 hvfs_uri_type_name (uri->type), uri->host)
                              : g_strdup ("");

  if (found->username == NULL)
    g_set_error (error, HVFS_ERROR, EACCES,
                 "no user name for %s: put it into %s-o %s= or libvirt's auth.conf, or start "
                 "hvfs on a terminal",
                 uri->host, in_uri, names->username_option);
  else
    g_set_error (error, HVFS_ERROR, EACCES,
                 "no password for %s at %s: give -o %s=FILE, %s, systemd's "
                 "credential %s or libvirt's auth.conf, or start hvfs on a terminal",
                 found->username, uri->host, names->password_option, names->variable,
                 names->systemd);
}

/* Where no terminal can be asked, the user learns of all sources, not of /dev/tty. */
static gboolean
ask (HvfsCredentials *found, const HvfsUri *uri, const Names *names, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (complete_from_terminal (found, uri, &local))
    return TRUE;
  if (g_error_matches (local, HVFS_ERROR, ENXIO) || g_error_matches (local, HVFS_ERROR, ENOTTY)
      || g_error_matches (local, HVFS_ERROR, ENOENT))
    set_missing (found, uri, names, error);
  else
    g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static HvfsCredentials *
find (const HvfsUri *uri, const Names *names, const char *username, const char *password_file,
      gboolean may_prompt, GError **error)
{
  g_autoptr (HvfsCredentials) found = g_new0 (HvfsCredentials, 1);

  g_atomic_ref_count_init (&found->refs);
  found->username = g_strdup (uri->username != NULL ? uri->username : username);
  if (!find_password_file (names, password_file, found, error))
    return NULL;
  if (!is_complete (found) && !complete_from_auth_conf (found, uri, error))
    return NULL;
  if (!is_complete (found) && may_prompt && !ask (found, uri, names, error))
    return NULL;
  if (!is_complete (found))
    {
      set_missing (found, uri, names, error);
      return NULL;
    }
  return g_steal_pointer (&found);
}

gboolean
hvfs_credentials_is_stale (const HvfsCredentials *credentials)
{
  const struct stat *seen = &credentials->seen;
  struct stat now;

  return credentials->file != NULL && stat (credentials->file, &now) == 0
         && (now.st_dev != seen->st_dev || now.st_ino != seen->st_ino
             || now.st_size != seen->st_size || now.st_mtim.tv_sec != seen->st_mtim.tv_sec
             || now.st_mtim.tv_nsec != seen->st_mtim.tv_nsec);
}

HvfsCredentials *
hvfs_credentials_reread (const HvfsCredentials *credentials, GError **error)
{
  g_autoptr (HvfsCredentials) found = NULL;

  if (credentials->file == NULL)
    return NULL;
  found = g_new0 (HvfsCredentials, 1);
  g_atomic_ref_count_init (&found->refs);
  found->username = g_strdup (credentials->username);
  found->auth_host = g_strdup (credentials->auth_host);
  note_file (found, credentials->file);
  if (found->auth_host == NULL)
    found->password = read_password_file (found->file, error);
  else if (read_auth_conf (found, found->file, found->auth_host, error)
           && found->password == NULL)
    g_set_error (error, HVFS_ERROR, EACCES, "%s: no password for %s at %s", found->file,
                 found->username, found->auth_host);
  return found->password != NULL ? g_steal_pointer (&found) : NULL;
}

HvfsCredentials *
hvfs_credentials_find (const HvfsUri *uri, const char *username, const char *password_file,
                       gboolean may_prompt, GError **error)
{
  return find (uri, &own_names, username, password_file, may_prompt, error);
}

HvfsCredentials *
hvfs_credentials_find_vcenter (const HvfsUri *uri, const char *username,
                               const char *password_file, gboolean may_prompt, GError **error)
{
  return find (uri, &vcenter_names, username, password_file, may_prompt, error);
}
