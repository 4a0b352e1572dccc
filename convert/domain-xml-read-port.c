/* convert/domain-xml-read-port.c - serial and parallel ports and consoles in domain XML */
#include "convert/domain-xml-read.h"
#include "convert/error.h"
#include "convert/words.h"

#include <string.h>

/* A serial port that gets its number when all others are known. */
#define UNNUMBERED G_MAXUINT

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
  if (port->host == NULL || port->service == NULL)
    return hvfs_xml_bad (node, EINVAL, error, "must have a <source host='...' service='...'>");
  return TRUE;
}

/* All but the number. */
static gboolean
read_port (HvfsPort *port, const xmlNode *node, GError **error)
{
  int type = HVFS_PORT_PTY;

  if (!hvfs_xml_attr_word (node, "type", hvfs_port_type_words, 0, EINVAL, &type, error))
    return FALSE;
  port->type = type;
  if (type == HVFS_PORT_TCP)
    return read_tcp (port, node, error);
  if (type != HVFS_PORT_DEV && type != HVFS_PORT_FILE && type != HVFS_PORT_PIPE)
    return TRUE;
  port->path = hvfs_xml_attr (hvfs_xml_child (node, "source"), "path");
  return port->path != NULL || hvfs_xml_bad (node, EINVAL, error, "must have a <source path='...'>");
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

static gboolean
read_number (const xmlNode *node, guint *number, GError **error)
{
  const xmlNode *target = hvfs_xml_child (node, "target");

  return hvfs_xml_attr_uint (target, "port", number, error);
}

gboolean
hvfs_xml_read_serial (HvfsXmlReader *reader, const xmlNode *node, GError **error)
{
  HvfsPort *port = hvfs_domain_add_serial (reader->domain);

  port->port = UNNUMBERED;
  return read_port (port, node, error) && read_number (node, &port->port, error);
}

gboolean
hvfs_xml_read_parallel (HvfsXmlReader *reader, const xmlNode *node, GError **error)
{
  HvfsPort *port = hvfs_domain_add_parallel (reader->domain);

  port->port = next_number (reader->domain->parallels, reader->domain->parallels->len - 1);
  return read_port (port, node, error) && read_number (node, &port->port, error);
}

gboolean
hvfs_xml_read_console (HvfsXmlReader *reader, const xmlNode *node, GError **error)
{
  if (reader->console == NULL)
    reader->console = node;
  return TRUE;
}

/* A serial console stands for the first serial port where none is named. */
static gboolean
finish_console (HvfsXmlReader *reader, GError **error)
{
  g_autofree char *type = hvfs_xml_attr (hvfs_xml_child (reader->console, "target"), "type");

  if (reader->console == NULL || reader->domain->serials->len > 0
      || (type != NULL && strcmp (type, "serial") != 0))
    return TRUE;
  return read_port (hvfs_domain_add_serial (reader->domain), reader->console, error);
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
  return finish_console (reader, error);
}
