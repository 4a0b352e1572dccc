/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/login/uri-params.c - what follows the "?" of a URI; see uri-params.h */
#include "backend/login/uri-params.h"

#include <string.h>

#include "backend/login/host-port.h"
#include "convert/error.h"

#define DEFAULT_PROXY_PORT 1080
#define PIN_PREFIX "sha256//"
#define PIN_BYTES 32

typedef gboolean (*ParamStore) (HvfsUri *uri, const char *value, GError **error);

static gboolean
bad_value (const char *name, const char *value, const char *right, GError **error)
{
  g_set_error (error, HVFS_ERROR, EINVAL, "URI parameter %s: '%s' is not %s", name, value, right);
  return FALSE;
}

/* @words: NULL-terminated.  Returns: the index of @value among them, -1 if none. */
static int
find_word (const char *const *words, const char *value)
{
  for (int i = 0; words[i] != NULL; i++)
    if (strcmp (words[i], value) == 0)
      return i;
  return -1;
}

static gboolean
store_transport (HvfsUri *uri, const char *value, GError **error)
{
  static const char *const words[] = { "https", "http", NULL };
  int i = find_word (words, value);

  if (i < 0)
    return bad_value ("transport", value, "http or https", error);
  uri->http = i == 1;
  return TRUE;
}

static gboolean
store_vcenter (HvfsUri *uri, const char *value, GError **error)
{
  g_autofree char *host = NULL;
  guint port = 0;

  if (strcmp (value, "*") != 0)
    {
      if (!hvfs_host_port_parse (value, "URI parameter vcenter", &host, &port, error))
        return FALSE;
    }
  uri->vcenter = g_strdup (value);
  return TRUE;
}

static gboolean
store_no_verify (HvfsUri *uri, const char *value, GError **error)
{
  static const char *const words[] = { "0", "1", NULL };
  int i = find_word (words, value);

  if (i < 0)
    return bad_value ("no_verify", value, "0 or 1", error);
  uri->no_verify = i == 1;
  return TRUE;
}

/* Absolute, because the daemon leaves the directory it was started in. */
static gboolean
store_file (const char *name, char **field, const char *value, GError **error)
{
  if (*value == '\0')
    return bad_value (name, value, "a file name", error);
  *field = g_canonicalize_filename (value, NULL);
  return TRUE;
}

static gboolean
store_cacert (HvfsUri *uri, const char *value, GError **error)
{
  return store_file ("cacert", &uri->cacert, value, error);
}

static gboolean
store_authfile (HvfsUri *uri, const char *value, GError **error)
{
  return store_file ("authfile", &uri->authfile, value, error);
}

static gboolean
is_pin (const char *value)
{
  g_autofree guchar *key = NULL;
  g_autofree char *again = NULL;
  gsize len = 0;

  if (!g_str_has_prefix (value, PIN_PREFIX))
    return FALSE;
  value += strlen (PIN_PREFIX);
  key = g_base64_decode (value, &len);
  again = g_base64_encode (key, len);
  return len == PIN_BYTES && strcmp (again, value) == 0;
}

static gboolean
store_pin (HvfsUri *uri, const char *value, GError **error)
{
  if (!is_pin (value))
    return bad_value ("pin", value,
                      "sha256// and the base64 of the public key's 32-byte SHA-256", error);
  uri->pin = g_strdup (value);
  return TRUE;
}

static gboolean
store_auto_answer (HvfsUri *uri, const char *value, GError **error)
{
  static const char *const words[] = {
    [HVFS_AUTO_ANSWER_NO] = "0", [HVFS_AUTO_ANSWER_YES] = "1", [HVFS_AUTO_ANSWER_ASK] = "ask", NULL
  };
  int i = find_word (words, value);

  if (i < 0)
    return bad_value ("auto_answer", value, "0, 1 or ask", error);
  uri->auto_answer = (HvfsAutoAnswer) i;
  return TRUE;
}

/* curl's own names; "socks" is libvirt's word for socks5. */
static gboolean
store_proxy (HvfsUri *uri, const char *value, GError **error)
{
  static const char *const words[] = { "http", "socks", "socks4", "socks4a", "socks5", NULL };
  g_auto (GStrv) parts = g_strsplit (value, "://", 2);
  gboolean typed = parts[0] != NULL && parts[1] != NULL;
  const char *type = typed ? parts[0] : "http";
  g_autofree char *host = NULL, *authority = NULL;
  guint port = DEFAULT_PROXY_PORT;

  if (strchr (value, '@') != NULL)
    {
      g_set_error_literal (error, HVFS_ERROR, EINVAL,
                           "URI parameter proxy: a proxy with a user name is not supported");
      return FALSE;
    }
  if (find_word (words, type) < 0)
    return bad_value ("proxy", type, "http, socks, socks4, socks4a or socks5", error);
  if (!hvfs_host_port_parse (typed ? parts[1] : value, "URI parameter proxy", &host, &port, error))
    return FALSE;
  authority = hvfs_host_port_to_authority (host, port);
  uri->proxy = g_strconcat (strcmp (type, "socks") == 0 ? "socks5" : type, "://", authority, NULL);
  return TRUE;
}

static const struct
{
  const char *name;
  ParamStore store;
} params[] = {
  { "transport", store_transport },
  { "vcenter", store_vcenter },
  { "no_verify", store_no_verify },
  { "cacert", store_cacert },
  { "pin", store_pin },
  { "auto_answer", store_auto_answer },
  { "proxy", store_proxy },
  { "authfile", store_authfile },
};

/* G_N_ELEMENTS (params) fits the bits of @seen. */
static gboolean
store_param (HvfsUri *uri, const char *name, const char *value, guint *seen, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (params); i++)
    {
      if (strcmp (params[i].name, name) != 0)
        continue;
      if (*seen & 1u << i)
        {
          g_set_error (error, HVFS_ERROR, EINVAL, "URI parameter %s is given twice", name);
          return FALSE;
        }
      *seen |= 1u << i;
      return params[i].store (uri, value, error);
    }
  g_set_error (error, HVFS_ERROR, EINVAL,
               "unknown URI parameter '%s': transport, vcenter, no_verify, cacert, pin, "
               "auto_answer, proxy and authfile are known", name);
  return FALSE;
}

static gboolean
parse_param (HvfsUri *uri, const char *text, guint *seen, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, "=", 2);
  g_autofree char *name = g_uri_unescape_string (parts[0], NULL);
  g_autofree char *value = parts[1] != NULL ? g_uri_unescape_string (parts[1], NULL) : NULL;

  if (name == NULL || (parts[1] != NULL && value == NULL))
    g_set_error (error, HVFS_ERROR, EINVAL, "URI parameter '%s': a bad %% escape", parts[0]);
  else if (value == NULL)
    g_set_error (error, HVFS_ERROR, EINVAL, "URI parameter '%s' has no value: write name=value", name);
  else if (!g_utf8_validate (name, -1, NULL) || !g_utf8_validate (value, -1, NULL))
    g_set_error (error, HVFS_ERROR, EINVAL, "URI parameter '%s' is not UTF-8", parts[0]);
  else
    return store_param (uri, name, value, seen, error);
  return FALSE;
}

gboolean
hvfs_uri_parse_params (HvfsUri *uri, const char *query, GError **error)
{
  g_auto (GStrv) texts = g_strsplit (query, "&", -1);
  guint seen = 0;

  for (guint i = 0; texts[i] != NULL; i++)
    if (*texts[i] != '\0' && !parse_param (uri, texts[i], &seen, error))
      return FALSE;
  return TRUE;
}
