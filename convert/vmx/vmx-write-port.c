/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/vmx/vmx-write-port.c - the serial and parallel ports of a domain as VMX keys */
#include "convert/error.h"
#include "convert/vmx/vmx-words.h"
#include "convert/vmx/vmx-write-part.h"

typedef struct
{
  const char *name; /* "serial" */
  guint limit;
} Kind;

static const Kind serial = { "serial", HVFS_VMX_SERIALS };
static const Kind parallel = { "parallel", HVFS_VMX_PARALLELS };

static void
write_network (HvfsVmxOut *out, const HvfsPort *port)
{
  g_autofree char *uri
    = port->uri != NULL ? g_strdup (port->uri)
                        : g_strdup_printf ("%s://%s:%s", hvfs_vmx_scheme (port->protocol),
                                           port->host, port->service);

  hvfs_vmx_put (out, uri, "serial%u.fileName", port->port);
  if (port->proxy != NULL)
    hvfs_vmx_put (out, port->proxy, "serial%u.vspc", port->port);
  hvfs_vmx_put (out, port->listen ? "server" : "client", "serial%u.network.endPoint", port->port);
}

/* What is at the other end: fileType and what belongs to it. */
static void
write_source (HvfsVmxOut *out, const Kind *kind, const HvfsPort *port)
{
  static const char *const types[] = {
    [HVFS_PORT_DEV] = "device",
    [HVFS_PORT_FILE] = "file",
    [HVFS_PORT_PIPE] = "pipe",
    [HVFS_PORT_TCP] = "network",
  };
  const char *type = port->type < G_N_ELEMENTS (types) ? types[port->type] : NULL;

  if (type == NULL || (kind == &parallel && port->type > HVFS_PORT_FILE))
    {
      hvfs_vmx_refuse_at (out, port->line, kind->name, ENOTSUP, "type='%s' must be %s",
                          hvfs_port_type_words[port->type],
                          kind == &parallel ? "dev or file" : "dev, file, pipe or tcp");
      return;
    }
  hvfs_vmx_put (out, type, "%s%u.fileType", kind->name, port->port);
  if (port->type == HVFS_PORT_PIPE)
    {
      hvfs_vmx_put_default (out, "client", "%s%u.pipe.endPoint", kind->name, port->port);
      hvfs_vmx_put_default (out, "false", "%s%u.tryNoRxLoss", kind->name, port->port);
    }
  if (port->type == HVFS_PORT_TCP)
    write_network (out, port);
  else if (port->type == HVFS_PORT_FILE)
    hvfs_vmx_put_file (out, port->path, port->line, kind->name, "%s%u.fileName", kind->name,
                       port->port);
  else if (port->path != NULL)
    hvfs_vmx_put (out, port->path, "%s%u.fileName", kind->name, port->port);
}

static void
write_port (HvfsVmxOut *out, const Kind *kind, const HvfsPort *port)
{
  if (port->port >= kind->limit)
    {
      hvfs_vmx_refuse_at (out, port->line, kind->name, EINVAL, "the port must be 0 to %u, not %u",
                          kind->limit - 1, port->port);
      return;
    }
  hvfs_vmx_put (out, "true", "%s%u.present", kind->name, port->port);
  write_source (out, kind, port);
  if (kind == &serial)
    hvfs_vmx_put_default (out, "true", "serial%u.yieldOnMsrRead", port->port);
}

void
hvfs_vmx_write_ports (HvfsVmxOut *out)
{
  for (guint i = 0; i < out->domain->serials->len; i++)
    write_port (out, &serial, out->domain->serials->pdata[i]);
  for (guint i = 0; i < out->domain->parallels->len; i++)
    write_port (out, &parallel, out->domain->parallels->pdata[i]);
}
