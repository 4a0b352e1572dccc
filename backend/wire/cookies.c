/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wire/cookies.c - the cookies of one login; see cookies.h */
#include "backend/wire/cookies.h"

#include <curl/curl.h>
#include <string.h>

#define MAX_COOKIES 50 /* as many as a client has to keep for a server */

typedef struct
{
  char *name, *value, *path;
  gint64 until_us; /* monotonic; G_MAXINT64: as long as the login */
} Cookie;

struct _HvfsCookies
{
  GMutex lock;     /* a leaf */
  GPtrArray *list; /* lock: Cookie, oldest first */
};

static void
cookie_free (gpointer data)
{
  Cookie *cookie = data;

  g_free (cookie->name);
  g_free (cookie->value);
  g_free (cookie->path);
  g_free (cookie);
}

HvfsCookies *
hvfs_cookies_new (void)
{
  HvfsCookies *cookies = g_new0 (HvfsCookies, 1);

  g_mutex_init (&cookies->lock);
  cookies->list = g_ptr_array_new_with_free_func (cookie_free);
  return cookies;
}

void
hvfs_cookies_free (HvfsCookies *cookies)
{
  if (cookies == NULL)
    return;
  g_ptr_array_unref (cookies->list);
  g_mutex_clear (&cookies->lock);
  g_free (cookies);
}

/* ---- what a server says ---- */

/* All up to the last slash; of the root "/". */
static char *
default_path (const char *request_path)
{
  gsize len = strcspn (request_path, "?#");
  const char *slash = g_strrstr_len (request_path, (gssize) len, "/");

  return slash == NULL || slash == request_path
           ? g_strdup ("/") : g_strndup (request_path, (gsize) (slash - request_path));
}

/* By now, in as many @seconds. */
static gint64
after (gint64 seconds)
{
  gint64 now = g_get_monotonic_time ();

  if (seconds <= 0)
    return now;
  return seconds > G_MAXINT64 / G_USEC_PER_SEC / 2 ? G_MAXINT64 : now + seconds * G_USEC_PER_SEC;
}

/* One attribute, "Max-Age=0".  Max-Age counts before Expires. */
static void
read_attribute (Cookie *cookie, const char *attribute, gboolean *has_age)
{
  const char *equals = strchr (attribute, '=');
  g_autofree char *name = g_strndup (attribute, strcspn (attribute, "="));
  g_autofree char *value = g_strstrip (g_strdup (equals != NULL ? equals + 1 : ""));
  time_t date;

  g_strstrip (name);
  if (g_ascii_strcasecmp (name, "Path") == 0 && *value == '/')
    {
      g_free (cookie->path);
      cookie->path = g_steal_pointer (&value);
    }
  else if (g_ascii_strcasecmp (name, "Max-Age") == 0 && (g_ascii_isdigit (*value) || *value == '-'))
    {
      *has_age = TRUE;
      cookie->until_us = after (g_ascii_strtoll (value, NULL, 10));
    }
  else if (g_ascii_strcasecmp (name, "Expires") == 0 && !*has_age
           && (date = curl_getdate (value, NULL)) != -1)
    cookie->until_us = after (date - g_get_real_time () / G_USEC_PER_SEC);
}

/* (transfer full) (nullable): it is no cookie */
static Cookie *
parse (const char *set_cookie, const char *request_path)
{
  g_auto (GStrv) parts = g_strsplit (set_cookie, ";", -1);
  const char *equals = parts[0] != NULL ? strchr (parts[0], '=') : NULL;
  gboolean has_age = FALSE;
  Cookie *cookie;

  for (const char *p = set_cookie; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p) && *p != '\t')
      return NULL;
  if (equals == NULL)
    return NULL;
  cookie = g_new0 (Cookie, 1);
  cookie->name = g_strstrip (g_strndup (parts[0], (gsize) (equals - parts[0])));
  cookie->value = g_strstrip (g_strdup (equals + 1));
  cookie->path = default_path (request_path);
  cookie->until_us = G_MAXINT64;
  for (guint i = 1; parts[i] != NULL; i++)
    read_attribute (cookie, parts[i], &has_age);
  if (*cookie->name != '\0')
    return cookie;
  cookie_free (cookie);
  return NULL;
}

void
hvfs_cookies_set (HvfsCookies *cookies, const char *set_cookie, const char *path)
{
  Cookie *cookie = parse (set_cookie, path);
  guint at = 0;

  if (cookie == NULL)
    return;
  g_mutex_lock (&cookies->lock);
  for (; at < cookies->list->len; at++)
    {
      const Cookie *known = cookies->list->pdata[at];

      if (strcmp (known->name, cookie->name) == 0 && strcmp (known->path, cookie->path) == 0)
        break;
    }
  if (at == MAX_COOKIES)
    at = 0;
  if (at < cookies->list->len)
    g_ptr_array_remove_index (cookies->list, at);
  g_ptr_array_insert (cookies->list, cookies->list->len < at ? -1 : (gint) at, cookie);
  g_mutex_unlock (&cookies->lock);
}

/* ---- what is sent ---- */

static gboolean
covers (const char *cookie_path, const char *path, gsize len)
{
  gsize n = strlen (cookie_path);

  return n <= len && strncmp (cookie_path, path, n) == 0
         && (n == len || cookie_path[n - 1] == '/' || path[n] == '/');
}

/* Those of longer paths first, of the same length as they came. */
char *
hvfs_cookies_dup (HvfsCookies *cookies, const char *path)
{
  gint64 now = g_get_monotonic_time ();
  gsize len = strcspn (path, "?#");
  g_autoptr (GString) text = g_string_new (NULL);

  g_mutex_lock (&cookies->lock);
  for (guint i = cookies->list->len; i-- > 0;)
    if (((Cookie *) cookies->list->pdata[i])->until_us <= now)
      g_ptr_array_remove_index (cookies->list, i);
  for (gsize n = len + 1; n-- > 0;)
    for (guint i = 0; i < cookies->list->len; i++)
      {
        const Cookie *cookie = cookies->list->pdata[i];

        if (strlen (cookie->path) == n && covers (cookie->path, path, len))
          g_string_append_printf (text, "%s%s=%s", text->len > 0 ? "; " : "", cookie->name,
                                  cookie->value);
      }
  g_mutex_unlock (&cookies->lock);
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}
