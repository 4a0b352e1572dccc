/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/login/auth-conf.c - libvirt's file of credentials; see auth-conf.h
 *
 * Not read by GKeyFile, which would leave copies of every password in memory
 * that is neither locked nor wiped: here the text stays in one secret and lines
 * are looked at in place.
 */
#include "backend/login/auth-conf.h"

#include <string.h>
#include <unistd.h>

#include "convert/error.h"

#define SYSTEM_FILE "/etc/libvirt/auth.conf"

/* A part of the file's text; not terminated. */
typedef struct
{
  const char *start;
  gsize len;
} Slice;

char *
hvfs_auth_conf_find_file (const char *authfile)
{
  const char *named = authfile != NULL ? authfile : g_getenv ("LIBVIRT_AUTH_FILE");
  g_autofree char *of_user = NULL;

  if (named != NULL && *named != '\0')
    return g_strdup (named);
  of_user = g_build_filename (g_get_user_config_dir (), "libvirt", "auth.conf", NULL);
  if (access (of_user, R_OK) == 0)
    return g_steal_pointer (&of_user);
  return access (SYSTEM_FILE, R_OK) == 0 ? g_strdup (SYSTEM_FILE) : NULL;
}

static Slice
strip (Slice slice)
{
  while (slice.len > 0 && g_ascii_isspace (*slice.start))
    {
      slice.start++;
      slice.len--;
    }
  while (slice.len > 0 && g_ascii_isspace (slice.start[slice.len - 1]))
    slice.len--;
  return slice;
}

static gboolean
equals (Slice slice, const char *text)
{
  return slice.len == strlen (text) && memcmp (slice.start, text, slice.len) == 0;
}

/* Takes the next line off @rest, without blanks around it.  Returns: FALSE at the end */
static gboolean
next_line (Slice *rest, Slice *ret_line)
{
  const char *end;

  if (rest->len == 0)
    return FALSE;
  end = memchr (rest->start, '\n', rest->len);
  *ret_line = (Slice){ rest->start, end != NULL ? (gsize) (end - rest->start) : rest->len };
  rest->start += ret_line->len + (end != NULL);
  rest->len -= ret_line->len + (end != NULL);
  *ret_line = strip (*ret_line);
  return TRUE;
}

static gboolean
is_group (Slice line, Slice *ret_name)
{
  if (line.len < 2 || *line.start != '[' || line.start[line.len - 1] != ']')
    return FALSE;
  *ret_name = (Slice){ line.start + 1, line.len - 2 };
  return TRUE;
}

/* Whether each line is a group, key=value, a comment or empty; never shows one. */
static gboolean
check_syntax (const char *path, Slice text, GError **error)
{
  Slice line, name;

  for (guint number = 1; next_line (&text, &line); number++)
    if (line.len > 0 && strchr ("#;", *line.start) == NULL && !is_group (line, &name)
        && memchr (line.start, '=', line.len) == NULL)
      {
        g_set_error (error, HVFS_ERROR, EINVAL, "%s: line %u is neither [group] nor key=value", path, number);
        return FALSE;
      }
  return TRUE;
}

/* Returns: whether there is a @group; @ret_value is empty (start NULL) where it has no @key */
static gboolean
find_value (Slice text, const char *group, const char *key, Slice *ret_value)
{
  gboolean found = FALSE, inside = FALSE;
  Slice line, name;

  *ret_value = (Slice){ NULL, 0 };
  while (next_line (&text, &line))
    {
      const char *sep;

      if (is_group (line, &name))
        {
          inside = equals (name, group);
          found = found || inside;
          continue;
        }
      sep = inside ? memchr (line.start, '=', line.len) : NULL;
      if (sep == NULL || !equals (strip ((Slice){ line.start, (gsize) (sep - line.start) }), key))
        continue;
      *ret_value = strip ((Slice){ sep + 1, (gsize) (line.start + line.len - sep - 1) });
    }
  return found;
}

/* Returns: (nullable) (transfer full): the group that holds @host's credentials */
static char *
find_credentials (const char *path, Slice text, const char *host, GError **error)
{
  g_autofree char *group = g_strconcat ("auth-esx-", host, NULL);
  Slice name;

  if (!find_value (text, group, "credentials", &name))
    {
      g_free (group);
      group = g_strdup ("auth-esx-default");
      if (!find_value (text, group, "credentials", &name))
        return NULL;
    }
  if (name.start == NULL)
    {
      g_set_error (error, HVFS_ERROR, EINVAL, "%s: [%s] has no credentials=NAME", path, group);
      return NULL;
    }
  return g_strdup_printf ("credentials-%.*s", (int) name.len, name.start);
}

gboolean
hvfs_auth_conf_lookup (const char *path, const char *host, char **ret_username,
                       HvfsSecret **ret_password, GError **error)
{
  g_autoptr (HvfsSecret) file = hvfs_secret_read_file (path, error);
  g_autoptr (GError) local = NULL;
  g_autofree char *group = NULL;
  Slice text, username, password;

  if (file == NULL)
    return FALSE;
  text = (Slice){ hvfs_secret_text (file), hvfs_secret_len (file) };
  if (!check_syntax (path, text, error))
    return FALSE;
  group = find_credentials (path, text, host, &local);
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (group != NULL && !find_value (text, group, "username", &username))
    {
      g_set_error (error, HVFS_ERROR, EINVAL, "%s: has no [%s], which it refers to", path, group);
      return FALSE;
    }
  if (group == NULL)
    username = password = (Slice){ NULL, 0 };
  else
    find_value (text, group, "password", &password);
  *ret_username = username.start != NULL ? g_strndup (username.start, username.len) : NULL;
  *ret_password = password.start != NULL ? hvfs_secret_new_from (password.start, password.len) : NULL;
  return TRUE;
}
