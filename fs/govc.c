/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/govc.c - the environment that govc reads; see govc.h */
#include "fs/govc.h"

#include <errno.h>
#include <string.h>

#include "convert/error.h"

/* (nullable): an empty variable is none */
static const char *
get (const char *name)
{
  const char *value = g_getenv (name);

  return value != NULL && *value != '\0' ? value : NULL;
}

static gboolean
refuse_password (const char *where, GError **error)
{
  g_set_error (error, HVFS_ERROR, EINVAL,
               "%s holds a password, which other programs can read there; write it into a file "
               "and set GOVC_PASSWORD_FILE to the file's name", where);
  return FALSE;
}

/* govc takes those of Go's strconv.ParseBool. */
static gboolean
is_true (const char *value)
{
  static const char *const words[] = { "1", "t", "T", "true", "True", "TRUE", NULL };

  return value != NULL && g_strv_contains (words, value);
}

/* "SERVER", "https://USER@SERVER:PORT/sdk", and what is between. */
static gboolean
take_url (const char *url, const char *username, gboolean insecure, char **ret_uri, GError **error)
{
  gboolean http = g_str_has_prefix (url, "http://");
  const char *rest = strstr (url, "://") != NULL ? strstr (url, "://") + 3 : url;
  g_autofree char *authority = g_strndup (rest, strcspn (rest, "/?#"));
  const char *path = rest + strlen (authority);
  const char *at = strrchr (authority, '@');
  g_autofree char *user = at != NULL ? g_strndup (authority, (gsize) (at - authority)) : NULL;
  g_autofree char *escaped
    = username != NULL ? g_uri_escape_string (username, NULL, FALSE) : g_strdup (user);

  if (user != NULL && strchr (user, ':') != NULL)
    return refuse_password ("GOVC_URL", error);
  if ((rest != url && !http && !g_str_has_prefix (url, "https://"))
      || !(*path == '\0' || strcmp (path, "/") == 0 || strcmp (path, "/sdk") == 0))
    {
      g_set_error (error, HVFS_ERROR, EINVAL,
                   "GOVC_URL='%s': must be [https://][USER@]SERVER[:PORT][/sdk]", url);
      return FALSE;
    }
  *ret_uri = g_strconcat ("vpx://", escaped != NULL ? escaped : "", escaped != NULL ? "@" : "",
                          at != NULL ? at + 1 : authority, "/", http || insecure ? "?" : "",
                          http ? "transport=http" : "", http && insecure ? "&" : "",
                          insecure ? "no_verify=1" : "", NULL);
  return TRUE;
}

gboolean
hvfs_govc_find (char **ret_uri, const char **ret_password_file, GError **error)
{
  const char *url = get ("GOVC_URL");

  *ret_uri = NULL;
  *ret_password_file = NULL;
  if (url == NULL)
    return TRUE;
  if (get ("GOVC_PASSWORD") != NULL)
    return refuse_password ("GOVC_PASSWORD", error);
  *ret_password_file = get ("GOVC_PASSWORD_FILE");
  return take_url (url, get ("GOVC_USERNAME"), is_true (get ("GOVC_INSECURE")), ret_uri, error);
}
