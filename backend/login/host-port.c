/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/login/host-port.c - "host", "host:port", "[::1]:port"; see host.h */
#include "backend/login/host-port.h"

#include <netdb.h>
#include <string.h>
#include <sys/socket.h>

#include "convert/error.h"

#define MAX_PORT 65535

static gboolean
parse_port (const char *text, const char *what, guint *ret_port, GError **error)
{
  guint64 port;

  if (g_ascii_string_to_unsigned (text, 10, 1, MAX_PORT, &port, NULL))
    {
      *ret_port = (guint) port;
      return TRUE;
    }
  g_set_error (error, HVFS_ERROR, EINVAL, "bad port '%s' in %s: a number from 1 to %d",
               text, what, MAX_PORT);
  return FALSE;
}

static gboolean
check_name (const char *name, const char *what, GError **error)
{
  if (*name == '\0')
    {
      g_set_error (error, HVFS_ERROR, EINVAL, "%s names no host", what);
      return FALSE;
    }
  for (const char *p = name; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr ("-._", *p) == NULL && (guchar) *p < 0x80)
      {
        g_set_error (error, HVFS_ERROR, EINVAL, "bad host name '%s' in %s", name, what);
        return FALSE;
      }
  return TRUE;
}

static gboolean
check_zone (const char *zone)
{
  for (const char *p = zone; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr ("-._", *p) == NULL)
      return FALSE;
  return *zone != '\0';
}

/* @text: between the brackets. */
static char *
parse_ipv6 (const char *text, const char *what, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, "%", 2);
  const char *zone = parts[0] != NULL ? parts[1] : NULL;

  if (zone != NULL && g_str_has_prefix (zone, "25") && zone[2] != '\0')
    zone += 2;
  if (parts[0] == NULL || strchr (parts[0], ':') == NULL || !g_hostname_is_ip_address (parts[0])
      || (zone != NULL && !check_zone (zone)))
    {
      g_set_error (error, HVFS_ERROR, EINVAL,
                   "bad address '[%s]' in %s: brackets are for IPv6 addresses, as [::1]", text, what);
      return NULL;
    }
  return zone != NULL ? g_strconcat (parts[0], "%", zone, NULL) : g_strdup (parts[0]);
}

static gboolean
parse_bracketed (const char *text, const char *what, char **ret_host, guint *ret_port,
                 GError **error)
{
  const char *end = strchr (text, ']');
  g_autofree char *inside = NULL;
  g_autofree char *host = NULL;

  if (end == NULL || (end[1] != '\0' && end[1] != ':'))
    {
      g_set_error (error, HVFS_ERROR, EINVAL, "bad address '%s' in %s: write [ADDRESS] or [ADDRESS]:PORT",
                   text, what);
      return FALSE;
    }
  inside = g_strndup (text + 1, end - text - 1);
  host = parse_ipv6 (inside, what, error);
  if (host == NULL || (end[1] == ':' && !parse_port (end + 2, what, ret_port, error)))
    return FALSE;
  *ret_host = g_steal_pointer (&host);
  return TRUE;
}

gboolean
hvfs_host_port_parse (const char *text, const char *what, char **ret_host, guint *ret_port,
                 GError **error)
{
  const char *colon = strchr (text, ':');
  g_autofree char *host = NULL;

  if (*text == '[')
    return parse_bracketed (text, what, ret_host, ret_port, error);

  if (colon != NULL && strchr (colon + 1, ':') != NULL)
    {
      g_set_error (error, HVFS_ERROR, EINVAL, "bad host '%s' in %s: IPv6 addresses stand in brackets, as [::1]",
                   text, what);
      return FALSE;
    }
  host = colon != NULL ? g_strndup (text, colon - text) : g_strdup (text);
  if (!check_name (host, what, error)
      || (colon != NULL && !parse_port (colon + 1, what, ret_port, error)))
    return FALSE;
  *ret_host = g_steal_pointer (&host);
  return TRUE;
}

char *
hvfs_host_port_to_authority (const char *host, guint port)
{
  GString *out = g_string_new (NULL);

  if (strchr (host, ':') != NULL)
    {
      g_string_append_printf (out, "[%s]", host);
      g_string_replace (out, "%", "%25", 0);
    }
  else
    g_string_append (out, host);
  if (port != 0)
    g_string_append_printf (out, ":%u", port);
  return g_string_free (out, FALSE);
}

/* (nullable): freed with freeaddrinfo */
static struct addrinfo *
lookup_addresses (const char *name)
{
  const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
  struct addrinfo *found = NULL;

  return getaddrinfo (name, NULL, &hints, &found) == 0 ? found : NULL;
}

gboolean
hvfs_host_port_is_same (const char *a, const char *b)
{
  struct addrinfo *of_a, *of_b;
  gboolean same = g_ascii_strcasecmp (a, b) == 0;

  if (same)
    return TRUE;
  of_a = lookup_addresses (a);
  of_b = of_a != NULL ? lookup_addresses (b) : NULL;
  for (struct addrinfo *x = of_a; x != NULL; x = x->ai_next)
    for (struct addrinfo *y = of_b; y != NULL; y = y->ai_next)
      same |= x->ai_addrlen == y->ai_addrlen && memcmp (x->ai_addr, y->ai_addr, x->ai_addrlen) == 0;
  if (of_a != NULL)
    freeaddrinfo (of_a);
  if (of_b != NULL)
    freeaddrinfo (of_b);
  return same;
}
