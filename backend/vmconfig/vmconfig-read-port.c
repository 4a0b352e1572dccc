/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-read-port.c - ports, display and folders in a configuration
 *
 * Display and folders have the words of a VMX on the server, too, so they are read by the
 * VMX reader, from the few lines that a VMX would have of them.
 */
#include "backend/vmconfig/vmconfig-read-part.h"

#include <string.h>

#include "backend/vmconfig/vmconfig-device.h"
#include "convert/error.h"
#include "convert/model/scalar.h"
#include "convert/vmx/vmx-read-part.h"
#include "convert/vmx/vmx-words.h"

/* A value that a line of VMX cannot carry is no use to the reader either. */
static void
add_line (GString *vmx, const char *key, const char *value)
{
  if (value != NULL && strpbrk (value, "\"\r\n") == NULL)
    g_string_append_printf (vmx, "%s = \"%s\"\n", key, value);
}

/* ---- ports ---- */

/* "telnet://[::1]:23", "telnet://:23" for all addresses.  FALSE: it is no address, such as the
 * name of a port on a concentrator. */
static gboolean
read_address (HvfsPort *port, const HvfsValue *backing)
{
  const char *uri = hvfs_value_text (backing, "serviceURI");
  const char *host = uri != NULL ? strstr (uri, "://") : NULL;
  const char *colon = host != NULL ? strrchr (host + 3, ':') : NULL;
  gsize host_len;

  if (colon == NULL || !hvfs_vmx_parse_scheme (uri, host - uri, &port->protocol))
    return FALSE;
  host += 3;
  host_len = colon - host;
  if (host_len > 1 && host[0] == '[' && colon[-1] == ']')
    {
      host++;
      host_len -= 2;
    }
  else if (memchr (host, ':', host_len) != NULL)
    return FALSE;
  port->host = g_strndup (host, host_len);
  port->service = g_strdup (colon + 1);
  if (g_str_has_suffix (port->service, "/"))
    port->service[strlen (port->service) - 1] = '\0';
  return *port->service != '\0' && (port->listen || *port->host != '\0')
         && strpbrk (port->host, "/?#[]@ ") == NULL && strpbrk (port->service, "/?#[]@ ") == NULL;
}

/* FALSE: the server does not say where it leads. */
static gboolean
read_uri (HvfsPort *port, const HvfsValue *backing)
{
  const char *uri = hvfs_value_text (backing, "serviceURI");
  const char *direction = hvfs_value_text (backing, "direction");

  port->proxy = g_strdup (hvfs_value_text (backing, "proxyURI"));
  port->listen = g_strcmp0 (direction, "server") == 0;
  if (!read_address (port, backing))
    {
      g_free (port->host);
      g_free (port->service);
      port->host = g_strdup ("");
      port->service = g_strdup ("");
      port->protocol = HVFS_PROTOCOL_RAW;
      port->uri = g_strdup (uri);
    }
  return uri != NULL && *uri != '\0' && (port->listen || g_strcmp0 (direction, "client") == 0);
}

/* What each backing leads to, and the field that says where. */
static const struct
{
  const char *type;
  HvfsPortType port;
  const char *path;
} backings[] = {
  { "VirtualSerialPortFileBackingInfo", HVFS_PORT_FILE, "fileName" },
  { "VirtualSerialPortDeviceBackingInfo", HVFS_PORT_DEV, "deviceName" },
  { "VirtualSerialPortPipeBackingInfo", HVFS_PORT_PIPE, "pipeName" },
  { "VirtualSerialPortURIBackingInfo", HVFS_PORT_TCP, NULL },
  { "VirtualParallelPortFileBackingInfo", HVFS_PORT_FILE, "fileName" },
  { "VirtualParallelPortDeviceBackingInfo", HVFS_PORT_DEV, "deviceName" },
};

/* FALSE: domain XML has no words for it, or the server does not say where it leads. */
static gboolean
read_backing (HvfsPort *port, const HvfsValue *backing)
{
  for (guint i = 0; i < G_N_ELEMENTS (backings); i++)
    if (g_strcmp0 (hvfs_value_type (backing), backings[i].type) == 0)
      {
        port->type = backings[i].port;
        if (port->type == HVFS_PORT_TCP)
          return read_uri (port, backing);
        port->path = g_strdup (hvfs_value_text (backing, backings[i].path));
        return port->path != NULL && *port->path != '\0';
      }
  return FALSE;
}

static gboolean
has_number (const GPtrArray *ports, guint number)
{
  for (guint i = 0; i < ports->len; i++)
    if (((HvfsPort *) ports->pdata[i])->port == number)
      return TRUE;
  return FALSE;
}

void
hvfs_vm_read_port (HvfsVmRead *read, HvfsValue *device)
{
  gboolean serial = hvfs_vim_class (device)->kind == HVFS_VIM_SERIAL;
  GPtrArray *ports = serial ? read->domain->serials : read->domain->parallels;
  guint limit = serial ? HVFS_VMX_SERIALS : HVFS_VMX_PARALLELS;
  gint64 unit = hvfs_value_int (device, "unitNumber", 0);
  guint number = CLAMP (unit, 0, (gint64) limit - 1);
  HvfsPort *port;

  if (has_number (ports, number))
    for (number = 0; has_number (ports, number); number++)
      ;
  port = serial ? hvfs_domain_add_serial (read->domain) : hvfs_domain_add_parallel (read->domain);
  port->port = number;
  if (number < limit && read_backing (port, hvfs_value_get (device, "backing")))
    {
      hvfs_vm_read_keep (read, port, device);
      return;
    }
  g_ptr_array_set_size (ports, ports->len - 1);
  hvfs_vm_read_comment (read, device);
}

/* ---- the display and folders ---- */

static HvfsValue *
video_card (const HvfsValue *config)
{
  const HvfsValue *hardware = hvfs_value_get (config, "hardware");

  for (guint i = 0; i < hvfs_value_n_children (hardware); i++)
    if (hvfs_vim_class (hvfs_value_nth (hardware, i))->kind == HVFS_VIM_VIDEO)
      return hvfs_value_nth (hardware, i);
  return NULL;
}

/* The keys of extraConfig that the readers of folders and displays look at. */
static gboolean
is_host_key (const char *key)
{
  static const char *const prefixes[] = { "RemoteDisplay.vnc.", "sharedFolder",
                                          "isolation.tools.hgfs.disable" };

  for (guint i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (g_ascii_strncasecmp (key, prefixes[i], strlen (prefixes[i])) == 0)
      return TRUE;
  return FALSE;
}

static char *
host_lines (const HvfsValue *config, const HvfsValue *card)
{
  GString *vmx = g_string_new (NULL);
  gint64 vram_kib = hvfs_value_int (card, "videoRamSizeInKB", 0);

  for (guint i = 0; i < hvfs_value_n_children (config); i++)
    {
      const HvfsValue *option = hvfs_value_nth (config, i);
      const char *key = hvfs_value_text (option, "key");

      if (strcmp (hvfs_value_name (option), "extraConfig") == 0 && key != NULL && is_host_key (key))
        add_line (vmx, key, hvfs_value_text (option, "value"));
    }
  if (vram_kib > 0 && vram_kib <= HVFS_VRAM_MAX_KIB)
    g_string_append_printf (vmx, "svga.vramSize = \"%" G_GINT64_FORMAT "\"\n", vram_kib * 1024);
  return g_string_free (vmx, FALSE);
}

void
hvfs_vm_read_display (HvfsVmRead *read)
{
  HvfsDomain *domain = read->domain;
  HvfsVideo *video;
  HvfsValue *card = video_card (read->config);
  g_autofree char *text = host_lines (read->config, card);
  g_autoptr (HvfsVmxText) vmx = hvfs_vmx_text_parse (text, strlen (text), NULL);

  if (vmx != NULL)
    {
      hvfs_vmx_read_filesystems (vmx, domain, NULL);
      hvfs_vmx_read_display (vmx, domain, NULL);
    }
  if (domain->videos->len == 0)
    hvfs_domain_add_video (domain);
  video = domain->videos->pdata[0];
  video->heads = CLAMP (hvfs_value_int (card, "numDisplays", 1), 1, G_MAXINT32);
  video->accel3d = hvfs_value_bool (card, "enable3DSupport") ? HVFS_SWITCH_YES : HVFS_SWITCH_DEFAULT;
  if (card != NULL)
    hvfs_vm_read_keep (read, domain->videos->pdata[0], card);
}
