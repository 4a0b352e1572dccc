/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/login/uri.c - the URI of a mount: type, server, path; see uri.h
 *
 * Read by hand rather than by GUri so that each part that is wrong is named, a
 * password in it is refused without being repeated, and "%2f" in a path stays
 * within its component.
 */
#include "backend/login/uri.h"

#include <string.h>

#include "backend/login/host-port.h"
#include "convert/error.h"

static const struct
{
  const char *name;
  guint https_port;
  guint http_port;
} types[] = {
  [HVFS_URI_ESX] = { "esx", 443, 80 },
  [HVFS_URI_GSX] = { "gsx", 8333, 8222 },
  [HVFS_URI_VPX] = { "vpx", 443, 80 },
};

const char *
hvfs_uri_type_name (HvfsUriType type)
{
  return types[type].name;
}

static guint
default_port (const HvfsUri *uri)
{
  return uri->http ? types[uri->type].http_port : types[uri->type].https_port;
}

/* Returns: (nullable): what follows "type://" */
static const char *
parse_type (HvfsUri *uri, const char *text, GError **error)
{
  const char *sep = strstr (text, "://");
  g_autofree char *name = sep != NULL ? g_ascii_strdown (text, sep - text) : NULL;

  if (!g_utf8_validate (text, -1, NULL))
    {
      g_set_error_literal (error, HVFS_ERROR, EINVAL, "the URI is not UTF-8");
      return NULL;
    }
  for (guint i = 0; name != NULL && i < G_N_ELEMENTS (types); i++)
    if (strcmp (types[i].name, name) == 0)
      {
        uri->type = (HvfsUriType) i;
        return sep + strlen ("://");
      }
  if (name != NULL)
    g_set_error (error, HVFS_ERROR, EINVAL, "unknown type '%s' in the URI: esx, gsx or vpx", name);
  else
    g_set_error (error, HVFS_ERROR, EINVAL,
                 "'%s' is no URI: write vpx://SERVER/, esx://HOST/ or gsx://HOST/", text);
  return NULL;
}

static gboolean
parse_username (HvfsUri *uri, const char *text, GError **error)
{
  g_autofree char *name = NULL;

  if (strchr (text, ':') != NULL)
    {
      g_set_error_literal (error, HVFS_ERROR, EINVAL,
                           "the URI holds a password, where others can see it: use -o password_file=FILE");
      return FALSE;
    }
  name = g_uri_unescape_string (text, NULL);
  if (name == NULL || *name == '\0' || !g_utf8_validate (name, -1, NULL))
    {
      g_set_error (error, HVFS_ERROR, EINVAL, "bad user name '%s' in the URI: write UTF-8, and %%40 for an @ in it", text);
      return FALSE;
    }
  uri->username = g_steal_pointer (&name);
  return TRUE;
}

/* @authority: "[username@]host[:port]"; the last "@" divides it, because the
 * names of vCenter's users hold one themselves. */
static gboolean
parse_authority (HvfsUri *uri, char *authority, GError **error)
{
  char *at = strrchr (authority, '@');

  if (at != NULL)
    {
      *at = '\0';
      if (!parse_username (uri, authority, error))
        return FALSE;
      authority = at + 1;
    }
  return hvfs_host_port_parse (authority, "the URI", &uri->host, &uri->port, error);
}

static gboolean
parse_path (HvfsUri *uri, const char *path, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (guint i = 0; parts[i] != NULL; i++)
    {
      g_autofree char *name = NULL;

      if (*parts[i] == '\0')
        continue;
      name = g_uri_unescape_string (parts[i], NULL);
      if (name == NULL || !g_utf8_validate (name, -1, NULL))
        {
          g_set_error (error, HVFS_ERROR, EINVAL, "bad name '%s' in the path of the URI: %s", parts[i],
                       name == NULL ? "a % must be followed by two hexadecimal digits, or be written %25"
                                    : "not UTF-8");
          return FALSE;
        }
      g_strv_builder_add (names, name);
    }
  uri->path = g_strv_builder_end (names);
  return TRUE;
}

/* @rest: what follows "type://" */
static gboolean
parse_rest (HvfsUri *uri, const char *rest, GError **error)
{
  gsize host_len = strcspn (rest, "/?#");
  gsize path_len = strcspn (rest + host_len, "?#");
  g_autofree char *authority = g_strndup (rest, host_len);
  g_autofree char *path = g_strndup (rest + host_len, path_len);
  const char *query = rest + host_len + path_len;

  if (strchr (query, '#') != NULL)
    {
      g_set_error_literal (error, HVFS_ERROR, EINVAL, "a '#' in the URI: write %23 for that sign in a name");
      return FALSE;
    }
  return parse_authority (uri, authority, error) && parse_path (uri, path, error)
         && (*query == '\0' || hvfs_uri_parse_params (uri, query + 1, error));
}

HvfsUri *
hvfs_uri_parse (const char *text, GError **error)
{
  g_autoptr (HvfsUri) uri = g_new0 (HvfsUri, 1);
  const char *rest;

  g_atomic_ref_count_init (&uri->refs);
  rest = parse_type (uri, text, error);
  if (rest == NULL || !parse_rest (uri, rest, error))
    return NULL;
  if (uri->port == 0)
    uri->port = default_port (uri);
  return g_steal_pointer (&uri);
}

/* All of a vCenter that is reached as @uri's server is; its name is missing. */
static HvfsUri *
uri_new_like (const HvfsUri *uri)
{
  HvfsUri *made = g_new0 (HvfsUri, 1);

  g_atomic_ref_count_init (&made->refs);
  made->type = HVFS_URI_VPX;
  made->path = g_new0 (char *, 1);
  made->http = uri->http;
  made->no_verify = uri->no_verify;
  made->legacy_tls = uri->legacy_tls;
  made->cacert = g_strdup (uri->cacert);
  made->auto_answer = uri->auto_answer;
  made->proxy = g_strdup (uri->proxy);
  made->authfile = g_strdup (uri->authfile);
  return made;
}

HvfsUri *
hvfs_uri_new_whole (const HvfsUri *uri)
{
  HvfsUri *made = uri_new_like (uri);

  made->username = g_strdup (uri->username);
  made->host = g_strdup (uri->host);
  made->port = uri->port;
  made->pin = g_strdup (uri->pin);
  return made;
}

HvfsUri *
hvfs_uri_new_vcenter (const HvfsUri *uri, const char *vcenter, GError **error)
{
  g_autoptr (HvfsUri) made = uri_new_like (uri);
  gboolean bare = strchr (vcenter, ':') != NULL && g_hostname_is_ip_address (vcenter);
  g_autofree char *authority = bare ? hvfs_host_port_to_authority (vcenter, 0) : g_strdup (vcenter);

  made->port = default_port (made);
  return hvfs_host_port_parse (authority, "the name of the vCenter", &made->host, &made->port, error)
           ? g_steal_pointer (&made)
           : NULL;
}

HvfsUri *
hvfs_uri_ref (HvfsUri *uri)
{
  g_atomic_ref_count_inc (&uri->refs);
  return uri;
}

void
hvfs_uri_unref (HvfsUri *uri)
{
  if (uri == NULL || !g_atomic_ref_count_dec (&uri->refs))
    return;
  g_free (uri->username);
  g_free (uri->host);
  g_strfreev (uri->path);
  g_free (uri->vcenter);
  g_free (uri->cacert);
  g_free (uri->pin);
  g_free (uri->proxy);
  g_free (uri->authfile);
  g_free (uri);
}

char *
hvfs_uri_to_base_url (const HvfsUri *uri)
{
  g_autofree char *authority = hvfs_host_port_to_authority (uri->host, uri->port);

  return g_strconcat (uri->http ? "http://" : "https://", authority, NULL);
}
