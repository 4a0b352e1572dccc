/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/domain-xml/domain-xml-read-port.c - serial and parallel ports and consoles in domain XML */
#include "convert/domain-xml/domain-xml-read-part.h"
#include "convert/error.h"

/* A serial port that gets its number when all others are known. */
#define UNNUMBERED G_MAXUINT

/* <console><target type=''>: only the first is a port that a VMX has. */
static const char *const console_words[] = {
  "serial", "none", "xen", "uml", "virtio", "lxc", "openvz", "sclp", "sclplm", NULL
};

/* <serial><target type=''>, of which a VMX has no choice. */
static const char *const serial_words[] = {
  "none", "isa-serial", "usb-serial", "pci-serial", "spapr-vio-serial", "platform-serial",
  "sclp-serial", NULL
};

static const char *const mode_words[] = { "connect", "bind", NULL };

static gboolean
read_tcp (HvfsPort *port, const xmlNode *node, GError **error)
{
  const xmlNode *source = hvfs_xml_child (node, "source");
  const xmlNode *protocol_node = hvfs_xml_child (node, "protocol");
  int mode = 0, protocol = HVFS_PROTOCOL_RAW;

  if (!hvfs_xml_attr_word (source, "mode", mode_words, 0, EINVAL, &mode, error)
      || !hvfs_xml_attr_word (protocol_node, "type", hvfs_protocol_words, 0, EINVAL, &protocol,
                              error))
    return FALSE;
  port->listen = mode == 1;
  port->protocol = protocol;
  port->host = hvfs_xml_attr (source, "host");
  port->service = hvfs_xml_attr (source, "service");
  port->uri = hvfs_xml_attr_vmware (source, "uri");
  port->proxy = hvfs_xml_attr_vmware (source, "proxy");
  if (port->uri != NULL && g_strcmp0 (port->host, "") == 0 && g_strcmp0 (port->service, "") == 0)
    return TRUE;
  return port->uri == NULL
         || hvfs_xml_bad (source, EINVAL, error,
                          "vmware:uri='%s' must have host='' and service='' beside it", port->uri);
}

static gboolean
has_path (const HvfsPort *port)
{
  return port->type == HVFS_PORT_DEV || port->type == HVFS_PORT_FILE
         || port->type == HVFS_PORT_PIPE;
}

static gboolean
read_source (HvfsPort *port, const xmlNode *node, GError **error)
{
  const xmlNode *source = hvfs_xml_child (node, "source");
  const xmlNode *protocol = hvfs_xml_child (node, "protocol");
  int type = HVFS_PORT_PTY;

  if (!hvfs_xml_attr_word (node, "type", hvfs_port_type_words, 0, ENOTSUP, &type, error))
    return FALSE;
  if (source != NULL && hvfs_xml_next (source, "source") != NULL && type != HVFS_PORT_UDP)
    return hvfs_xml_bad (node, EINVAL, error, "must have one <source>");
  if (protocol != NULL && hvfs_xml_next (protocol, "protocol") != NULL)
    return hvfs_xml_bad (node, EINVAL, error, "must have one <protocol>");
  port->line = hvfs_xml_line (node);
  port->type = type;
  if (has_path (port))
    port->path = hvfs_xml_attr (source, "path");
  return type != HVFS_PORT_TCP || read_tcp (port, node, error);
}

/* Whether all is there that its type needs.  A device or a pipe without a path is what a VMX
 * may have, and libvirt prints, and then refuses. */
static gboolean
check_source (const HvfsPort *port, const xmlNode *node, GError **error)
{
  if (port->type == HVFS_PORT_FILE && port->path == NULL)
    return hvfs_xml_bad (node, EINVAL, error, "must have a <source path='...'>");
  if (port->type == HVFS_PORT_TCP && (port->host == NULL || port->service == NULL))
    return hvfs_xml_bad (node, EINVAL, error, "must have a <source host='...' service='...'>");
  return TRUE;
}

/* All but the number. */
static gboolean
read_port (HvfsPort *port, const xmlNode *node, GError **error)
{
  return read_source (port, node, error) && check_source (port, node, error);
}

/* Returns: 1 + the highest number of the first @n ports that have one, 0 if none has */
static guint
next_number (const GPtrArray *ports, guint n)
{
  guint next = 0;

  for (guint i = 0; i < n; i++)
    {
      const HvfsPort *port = ports->pdata[i];

      if (port->port != UNNUMBERED)
        next = MAX (next, port->port + 1);
    }
  return next;
}

/* @number: (inout): left alone if none is given, or -1, which is as good as none */
static gboolean
read_number (const xmlNode *node, guint *number, GError **error)
{
  const xmlNode *target = hvfs_xml_child (node, "target");
  gint64 port = -1;

  if (!hvfs_xml_attr_int64 (target, "port", &port, error))
    return FALSE;
  if (port < -1 || port > G_MAXINT)
    return hvfs_xml_bad (target, EINVAL, error, "port='%" G_GINT64_FORMAT "' must be 0 or more",
                         port);
  if (port >= 0)
    *number = port;
  return TRUE;
}

gboolean
hvfs_xml_read_serial (HvfsXmlReader *reader, const xmlNode *node, GError **error)
{
  HvfsPort *port = hvfs_domain_add_serial (reader->domain);
  int type = 0;

  port->port = UNNUMBERED;
  return hvfs_xml_attr_word (hvfs_xml_child (node, "target"), "type", serial_words, 0, ENOTSUP,
                             &type, error)
         && read_port (port, node, error) && read_number (node, &port->port, error);
}

gboolean
hvfs_xml_read_parallel (HvfsXmlReader *reader, const xmlNode *node, GError **error)
{
  HvfsPort *port = hvfs_domain_add_parallel (reader->domain);

  port->port = next_number (reader->domain->parallels, reader->domain->parallels->len - 1);
  return read_port (port, node, error) && read_number (node, &port->port, error);
}

/* One that a serial port makes superfluous must be right all the same, but may lack what
 * that port has; those of other kinds stay what they are. */
gboolean
hvfs_xml_read_console (HvfsXmlReader *reader, const xmlNode *node, GError **error)
{
  const xmlNode *target = hvfs_xml_child (node, "target");
  g_autoptr (HvfsDomain) dropped = hvfs_domain_new ();
  HvfsPort *port = hvfs_domain_add_serial (dropped);
  int type = 0;
  guint number;

  if (!hvfs_xml_attr_word (target, "type", console_words, 0, ENOTSUP, &type, error)
      || !read_source (port, node, error) || !read_number (node, &number, error)
      || (type != 0 && !check_source (port, node, error)))
    return FALSE;
  if (reader->n_consoles++ == 0)
    reader->console = type == 0 ? node : NULL;
  else if (type == 0)
    return hvfs_xml_bad (node, ENOTSUP, error, "only the first console can be a serial one");
  return TRUE;
}

gboolean
hvfs_xml_finish_ports (HvfsXmlReader *reader, GError **error)
{
  GPtrArray *serials = reader->domain->serials;

  for (guint i = 0; i < serials->len; i++)
    {
      HvfsPort *port = serials->pdata[i];

      if (port->port == UNNUMBERED)
        port->port = next_number (serials, serials->len);
    }
  if (reader->console == NULL || serials->len > 0)
    return TRUE;
  return read_port (hvfs_domain_add_serial (reader->domain), reader->console, error);
}
