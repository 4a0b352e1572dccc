/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/vmx/vmx-read-port.c - serial and parallel ports in a VMX */
#include "convert/vmx/vmx-read-part.h"
#include "convert/vmx/vmx-words.h"

#include <libxml/uri.h>
#include <string.h>

typedef struct
{
  HvfsVmxText *vmx;
  const HvfsFiles *files;
  char prefix[16]; /* "parallel0." */
} Reader;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (xmlURI, xmlFreeURI)

static gboolean
bad (const Reader *reader, GError **error, const char *key, const char *right)
{
  return hvfs_vmx_text_bad (reader->vmx, error, right, "%s%s", reader->prefix, key);
}

/* Returns: (transfer full): @host without the brackets of an IPv6 literal; others keep them */
static char *
dup_host (const char *host)
{
  gsize len = strlen (host);

  if (host[0] == '[' && host[len - 1] == ']' && strchr (host, ':') != NULL)
    return g_strndup (host + 1, len - 2);
  return g_strdup (host);
}

/* A port that listens needs no host: it does so on all addresses.  libxml2 and libvirt make
 * nothing of that. */
static xmlURI *
parse_uri (const char *name, gboolean listens)
{
  const char *gap = listens ? strstr (name, "//:") : NULL;
  g_autofree char *whole = gap != NULL ? g_strdup_printf ("%.*s//0.0.0.0%s", (int) (gap - name), name,
                                                          gap + strlen ("//"))
                                       : NULL;

  return xmlParseURI (whole != NULL ? whole : name);
}

/* The name of a port on a concentrator, mostly; libvirt takes it for no address at all. */
static void
read_name (const Reader *reader, HvfsPort *port, const char *name)
{
  port->type = HVFS_PORT_TCP;
  port->uri = g_strdup (name);
  port->host = g_strdup ("");
  port->service = g_strdup ("");
  port->proxy = g_strdup (hvfs_vmx_text_get (reader->vmx, "%svspc", reader->prefix));
}

static gboolean
read_network (const Reader *reader, HvfsPort *port, GError **error)
{
  const char *name = hvfs_vmx_text_get (reader->vmx, "%sfileName", reader->prefix);
  const char *end_point = hvfs_vmx_text_get (reader->vmx, "%snetwork.endPoint", reader->prefix);
  gboolean listens = end_point == NULL || g_ascii_strcasecmp (end_point, "server") == 0;
  gboolean known = listens || g_ascii_strcasecmp (end_point, "client") == 0;
  g_autoptr (xmlURI) uri = name != NULL ? parse_uri (name, listens) : NULL;

  port->type = HVFS_PORT_NULL;
  port->listen = listens;
  if (uri == NULL || uri->server == NULL || uri->port <= 0)
    {
      if (name != NULL && *name != '\0' && known)
        read_name (reader, port, name);
      return TRUE;
    }
  port->type = HVFS_PORT_TCP;
  port->protocol = HVFS_PROTOCOL_RAW;
  port->proxy = g_strdup (hvfs_vmx_text_get (reader->vmx, "%svspc", reader->prefix));
  if (uri->scheme != NULL
      && !hvfs_vmx_parse_scheme (uri->scheme, strlen (uri->scheme), &port->protocol))
    return bad (reader, error, "fileName", "its scheme must be tcp, telnet, telnets or ssl");
  if (!known)
    return bad (reader, error, "network.endPoint", "must be \"server\" or \"client\"");
  port->host = dup_host (uri->server);
  port->service = g_strdup_printf ("%d", uri->port);
  return TRUE;
}

/* Of a port whose fileName is a path of the host, as it stands. */
static void
read_path (const Reader *reader, HvfsPort *port, HvfsPortType type)
{
  port->type = type;
  port->path = g_strdup (hvfs_vmx_text_get (reader->vmx, "%sfileName", reader->prefix));
}

static gboolean
read_file (const Reader *reader, HvfsPort *port, GError **error)
{
  port->type = HVFS_PORT_FILE;
  return hvfs_vmx_read_file_name (reader->vmx, reader->files, reader->prefix, FALSE, &port->path,
                                  error);
}

static gboolean
read_serial (const Reader *reader, HvfsPort *port, GError **error)
{
  const char *type = hvfs_vmx_text_get (reader->vmx, "%sfileType", reader->prefix);

  if (type == NULL || g_ascii_strcasecmp (type, "device") == 0)
    read_path (reader, port, HVFS_PORT_DEV);
  else if (g_ascii_strcasecmp (type, "file") == 0)
    return read_file (reader, port, error);
  else if (g_ascii_strcasecmp (type, "pipe") == 0)
    read_path (reader, port, HVFS_PORT_PIPE);
  else if (g_ascii_strcasecmp (type, "network") == 0)
    return read_network (reader, port, error);
  else
    return bad (reader, error, "fileType", "must be \"device\", \"file\", \"pipe\" or \"network\"");
  return TRUE;
}

static gboolean
read_parallel (const Reader *reader, HvfsPort *port, GError **error)
{
  const char *type = hvfs_vmx_text_get (reader->vmx, "%sfileType", reader->prefix);

  if (type != NULL && g_ascii_strcasecmp (type, "file") == 0)
    return read_file (reader, port, error);
  if (type != NULL && g_ascii_strcasecmp (type, "device") != 0)
    return bad (reader, error, "fileType", "must be \"device\" or \"file\"");
  read_path (reader, port, HVFS_PORT_DEV);
  return TRUE;
}

/* Whether the port is the virtual printer that Workstation and Player give to most machines,
 * which is no port to anybody else.  libvirt refuses each of these. */
static gboolean
is_printer (const Reader *reader, gboolean serial)
{
  static const char *const keys[] = { "fileType", "fileName" };
  const char *type = hvfs_vmx_text_get (reader->vmx, "%sfileType", reader->prefix);

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      const char *value = hvfs_vmx_text_get (reader->vmx, "%s%s", reader->prefix, keys[i]);
      g_autofree char *key = g_strconcat (reader->prefix, keys[i], NULL);

      if (value == NULL || g_ascii_strcasecmp (value, "thinprint") != 0
          || (i > 0 && (serial || type != NULL)))
        continue;
      hvfs_vmx_text_note (reader->vmx, key, "is a virtual printer, which the XML leaves out");
      return TRUE;
    }
  return FALSE;
}

static void
mark (const Reader *reader, const HvfsPort *port)
{
  static const char *const kept[] = { "present", "fileType", "fileName", NULL };
  static const char *const kept_network[] = { "network.endPoint", "vspc", NULL };

  if (port->type == HVFS_PORT_NULL)
    return;
  hvfs_vmx_text_mark (reader->vmx, reader->prefix, kept);
  if (port->type == HVFS_PORT_TCP)
    hvfs_vmx_text_mark (reader->vmx, reader->prefix, kept_network);
}

/* The kinds of port, in the order of domain XML. */
static const struct
{
  const char *name;
  guint limit;
  HvfsPort *(*add) (HvfsDomain *domain);
  gboolean (*read) (const Reader *reader, HvfsPort *port, GError **error);
} kinds[] = {
  { "serial", HVFS_VMX_SERIALS, hvfs_domain_add_serial, read_serial },
  { "parallel", HVFS_VMX_PARALLELS, hvfs_domain_add_parallel, read_parallel },
};

static gboolean
read_port (Reader *reader, guint kind, guint number, HvfsDomain *domain, GError **error)
{
  gboolean present;
  HvfsPort *port;

  g_snprintf (reader->prefix, sizeof reader->prefix, "%s%u.", kinds[kind].name, number);
  if (!hvfs_vmx_read_present (reader->vmx, reader->prefix, &present, error))
    return FALSE;
  if (!present || is_printer (reader, kind == 0))
    return TRUE;
  port = kinds[kind].add (domain);
  port->port = number;
  if (!kinds[kind].read (reader, port, error))
    return FALSE;
  mark (reader, port);
  return TRUE;
}

gboolean
hvfs_vmx_read_ports (HvfsVmxText *vmx, const HvfsFiles *files, HvfsDomain *domain, GError **error)
{
  Reader reader = { .vmx = vmx, .files = files };

  for (guint kind = 0; kind < G_N_ELEMENTS (kinds); kind++)
    for (guint number = 0; number < kinds[kind].limit; number++)
      if (!read_port (&reader, kind, number, domain, error))
        return FALSE;
  return TRUE;
}
