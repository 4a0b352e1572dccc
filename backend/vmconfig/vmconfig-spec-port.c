/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-spec-port.c - ports, the display and settings without a device of their own */
#include "backend/vmconfig/vmconfig-spec-part.h"

#include <string.h>

#include "backend/vmconfig/vmconfig-device.h"
#include "backend/vmconfig/vmconfig-value.h"
#include "convert/error.h"
#include "convert/vmx/vmx-words.h"

/* The most displays of a card. */
#define HEADS_MAX 10

static const HvfsPort *
port_of (const GPtrArray *ports, guint number)
{
  for (guint i = 0; i < ports->len; i++)
    if (((HvfsPort *) ports->pdata[i])->port == number)
      return ports->pdata[i];
  return NULL;
}

static gboolean
same_port (const HvfsPort *a, const HvfsPort *b)
{
  return a->type == b->type && g_strcmp0 (a->path, b->path) == 0 && a->listen == b->listen
         && g_strcmp0 (a->host, b->host) == 0 && g_strcmp0 (a->service, b->service) == 0
         && g_strcmp0 (a->uri, b->uri) == 0 && g_strcmp0 (a->proxy, b->proxy) == 0
         && (a->type != HVFS_PORT_TCP || a->protocol == b->protocol);
}

/* The scheme stays as the server has it where it means the same: tcp4 is raw, too.
 * @base: (nullable) */
static void
set_uri (HvfsValue **backing, const HvfsPort *base, const HvfsPort *port)
{
  const char *before = hvfs_value_text (*backing, "serviceURI");
  const char *end = before != NULL ? strstr (before, "://") : NULL;
  gboolean keep = end != NULL && base != NULL && base->type == HVFS_PORT_TCP && base->uri == NULL
                  && base->protocol == port->protocol;
  g_autofree char *scheme
    = keep ? g_strndup (before, end - before) : g_strdup (hvfs_vmx_scheme (port->protocol));
  gboolean brackets = strchr (port->host, ':') != NULL;
  g_autofree char *uri
    = port->uri != NULL ? g_strdup (port->uri)
                        : g_strdup_printf (brackets ? "%s://[%s]:%s" : "%s://%s:%s", scheme,
                                           port->host, port->service);

  if (base == NULL || base->type != HVFS_PORT_TCP || base->protocol != port->protocol
      || g_strcmp0 (base->host, port->host) != 0 || g_strcmp0 (base->service, port->service) != 0
      || g_strcmp0 (base->uri, port->uri) != 0)
    hvfs_vm_value_set (backing, "serviceURI", uri);
  if (port->proxy != NULL)
    hvfs_vm_value_set (backing, "proxyURI", port->proxy);
  else
    hvfs_vm_value_drop (backing, "proxyURI");
  hvfs_vm_value_set (backing, "direction", port->listen ? "server" : "client");
}

/* What would be no address, or another one, to who reads it back. */
static gboolean
check_address (const HvfsPort *port, GError **error)
{
  if (port->proxy != NULL && *port->proxy == '\0')
    return hvfs_vm_change_bad (error, EINVAL,
                               "line %u: <serial><source vmware:proxy=''>: must be a URI, or be left "
                               "out",
                               port->line);
  if (port->uri != NULL)
    return *port->uri != '\0'
           || hvfs_vm_change_bad (error, EINVAL,
                                  "line %u: <serial><source vmware:uri=''>: must be where the port "
                                  "leads",
                                  port->line);
  if (!port->listen && *port->host == '\0')
    return hvfs_vm_change_bad (error, EINVAL,
                               "line %u: <serial><source mode='connect' host=''>: the host to "
                               "connect to must be named; only mode='bind' means all addresses",
                               port->line);
  if (*port->service == '\0' || strpbrk (port->service, ":/?#[]@ ") != NULL)
    return hvfs_vm_change_bad (error, EINVAL,
                               "line %u: <serial><source service='%s'>: must be a port or the name "
                               "of a service",
                               port->line, port->service);
  return strpbrk (port->host, "/?#[]@ ") == NULL
         || hvfs_vm_change_bad (error, EINVAL,
                                "line %u: <serial><source host='%s'>: must be a name or an address",
                                port->line, port->host);
}

/* The server's words for where a port leads, by its type.  The text has the first field. */
static const struct
{
  HvfsPortType type;
  const char *serial, *parallel, *field;
} kinds[] = {
  { HVFS_PORT_FILE, "VirtualSerialPortFileBackingInfo", "VirtualParallelPortFileBackingInfo",
    "fileName" },
  { HVFS_PORT_DEV, "VirtualSerialPortDeviceBackingInfo", "VirtualParallelPortDeviceBackingInfo",
    "deviceName" },
  { HVFS_PORT_PIPE, "VirtualSerialPortPipeBackingInfo", NULL, "pipeName" },
  { HVFS_PORT_TCP, "VirtualSerialPortURIBackingInfo", NULL, NULL },
};

static const char *
backing_type (const HvfsPort *port, gboolean serial, const char **ret_field, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (kinds[i].type == port->type && (serial || kinds[i].parallel != NULL))
      {
        *ret_field = kinds[i].field;
        return serial ? kinds[i].serial : kinds[i].parallel;
      }
  hvfs_vm_change_bad (error, ENOTSUP, "<%s type='%s'>: the type must be %s",
                      serial ? "serial" : "parallel", hvfs_port_type_words[port->type],
                      serial ? "dev, file, pipe or tcp" : "dev or file");
  return NULL;
}

/* What such a backing must have. */
static void
complete_backing (HvfsValue **backing, HvfsPortType type)
{
  if (type == HVFS_PORT_DEV && hvfs_value_get (*backing, "useAutoDetect") == NULL)
    hvfs_vm_value_set_bool (backing, "useAutoDetect", FALSE);
  if (type != HVFS_PORT_PIPE)
    return;
  if (hvfs_value_get (*backing, "endpoint") == NULL)
    hvfs_vm_value_set (backing, "endpoint", "client");
  if (hvfs_value_get (*backing, "noRxLoss") == NULL)
    hvfs_vm_value_set_bool (backing, "noRxLoss", FALSE);
}

/* @device: (nullable): what it was, and @base the text of it.
 * Returns: (transfer full) (nullable) */
static HvfsValue *
new_backing (const HvfsValue *device, const HvfsPort *base, const HvfsPort *port, gboolean serial,
             GError **error)
{
  const char *path = port->path, *field = NULL;
  const char *type = backing_type (port, serial, &field, error);
  HvfsValue *backing;

  if (type == NULL || (port->type == HVFS_PORT_TCP && !check_address (port, error)))
    return NULL;
  if (port->type != HVFS_PORT_TCP && (path == NULL || *path == '\0'))
    {
      hvfs_vm_change_bad (error, EINVAL, "line %u: <%s>: must have a <source path='...'>",
                          port->line, serial ? "serial" : "parallel");
      return NULL;
    }
  backing = hvfs_vm_change_backing (device, type);
  if (port->type == HVFS_PORT_TCP)
    set_uri (&backing, base, port);
  else if (port->type == HVFS_PORT_DEV)
    hvfs_vm_change_name_device (&backing, path);
  else
    hvfs_vm_value_set (&backing, field, path);
  if (base == NULL || base->type != port->type)
    complete_backing (&backing, port->type);
  return backing;
}

/* Makes the device what the text says.  @base: (nullable): what it was */
static gboolean
shape (HvfsValue **device, const HvfsPort *base, const HvfsPort *port, gboolean serial,
       GError **error)
{
  HvfsValue *backing;

  if (base != NULL && same_port (base, port))
    return TRUE;
  backing = new_backing (*device, base, port, serial, error);
  if (backing != NULL)
    hvfs_vm_value_put (device, backing);
  return backing != NULL;
}

/* @old: (nullable): the device whose place it takes, which was @base */
static gboolean
add_port (HvfsVmChange *change, HvfsValue *old, const HvfsPort *base, const HvfsPort *port,
          gboolean serial, GError **error)
{
  g_autoptr (HvfsValue) device
    = old != NULL ? hvfs_value_ref (old)
                  : hvfs_vm_change_new_device (change, serial ? "VirtualSerialPort"
                                                              : "VirtualParallelPort",
                                               FALSE, FALSE);

  if (!shape (&device, base, port, serial, error))
    return FALSE;
  hvfs_vm_value_set_int (&device, "unitNumber", port->port);
  if (serial && hvfs_value_get (device, "yieldOnPoll") == NULL)
    hvfs_vm_value_set_bool (&device, "yieldOnPoll", TRUE);
  hvfs_vm_change_add (change, g_steal_pointer (&device), NULL);
  return TRUE;
}

static gboolean
edit_port (HvfsVmChange *change, HvfsValue *device, const HvfsPort *base, const HvfsPort *port,
           gboolean serial, GError **error)
{
  g_autoptr (HvfsValue) edited = hvfs_value_ref (device);

  if (!shape (&edited, base, port, serial, error))
    return FALSE;
  if (edited != device)
    hvfs_vm_change_edit (change, g_steal_pointer (&edited));
  return TRUE;
}

/* The port of the base that one with another number was, which nobody else is: one that
 * leads to the same. */
static const HvfsPort *
port_that_moved (const GPtrArray *base, const GPtrArray *wanted, const HvfsPort *port)
{
  for (guint i = 0; i < base->len; i++)
    {
      const HvfsPort *before = base->pdata[i];

      if (port_of (wanted, before->port) == NULL && same_port (before, port))
        return before;
    }
  return NULL;
}

/* What is read back under the number that it has. */
static gboolean
check_numbers (const GPtrArray *ports, gboolean serial, GError **error)
{
  const char *element = serial ? "serial" : "parallel";
  guint limit = serial ? HVFS_VMX_SERIALS : HVFS_VMX_PARALLELS;

  for (guint i = 0; i < ports->len; i++)
    {
      const HvfsPort *port = ports->pdata[i];

      if (port->port >= limit)
        return hvfs_vm_change_bad (error, EINVAL,
                                   "line %u: <%s><target port='%u'>: must be %u at most", port->line,
                                   element, port->port, limit - 1);
      if (port_of (ports, port->port) != port)
        return hvfs_vm_change_bad (error, EINVAL,
                                   "line %u: <%s><target port='%u'>: another has that port",
                                   port->line, element, port->port);
    }
  return TRUE;
}

static gboolean
change_kind (HvfsVmChange *change, gboolean serial, GError **error)
{
  const GPtrArray *base = serial ? change->base->serials : change->base->parallels;
  const GPtrArray *wanted = serial ? change->wanted->serials : change->wanted->parallels;
  const GPtrArray *read = change->have == NULL ? NULL
                          : serial             ? change->have->domain->serials
                                               : change->have->domain->parallels;

  if (change->have != NULL && !check_numbers (wanted, serial, error))
    return FALSE;
  for (guint i = 0; i < base->len; i++)
    {
      guint number = ((HvfsPort *) base->pdata[i])->port;
      HvfsValue *device
        = read != NULL ? hvfs_vm_change_device (change, port_of (read, number)) : NULL;

      if (device != NULL && port_of (wanted, number) == NULL)
        hvfs_vm_change_remove (change, device);
    }
  for (guint i = 0; i < wanted->len; i++)
    {
      const HvfsPort *port = wanted->pdata[i];
      const HvfsPort *before = port_of (base, port->port);
      gboolean stays = before != NULL;
      HvfsValue *device;

      if (!stays)
        before = port_that_moved (base, wanted, port);
      device = read != NULL && before != NULL
                 ? hvfs_vm_change_device (change, port_of (read, before->port))
                 : NULL;
      if (device != NULL && stays ? !edit_port (change, device, before, port, serial, error)
                                  : !add_port (change, device, device != NULL ? before : NULL, port,
                                               serial, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
hvfs_vm_change_ports (HvfsVmChange *change, GError **error)
{
  return change_kind (change, TRUE, error) && change_kind (change, FALSE, error);
}

/* ---- the display ---- */

static gboolean
is_3d (const HvfsVideo *video)
{
  return video->accel3d == HVFS_SWITCH_YES;
}

static gboolean
is_usual (const HvfsVideo *video)
{
  return video->vram_kib == HVFS_VRAM_KIB && video->heads <= 1 && !is_3d (video);
}

static void
shape_video (HvfsValue **device, const HvfsVideo *base, const HvfsVideo *video)
{
  if (base->vram_kib != video->vram_kib)
    hvfs_vm_value_set_int (device, "videoRamSizeInKB", video->vram_kib);
  if (base->heads != video->heads)
    hvfs_vm_value_set_int (device, "numDisplays", video->heads);
  if (is_3d (base) != is_3d (video))
    hvfs_vm_value_set_bool (device, "enable3DSupport", is_3d (video));
}

/* A new machine has one anyway; this is for what it is to have otherwise. */
static void
add_video (HvfsVmChange *change, const HvfsVideo *video)
{
  HvfsValue *device
    = hvfs_vm_change_new_device (change, "VirtualMachineVideoCard", FALSE, FALSE);

  hvfs_vm_value_set_int (&device, "videoRamSizeInKB", video->vram_kib);
  if (video->heads > 1)
    hvfs_vm_value_set_int (&device, "numDisplays", video->heads);
  if (is_3d (video))
    hvfs_vm_value_set_bool (&device, "enable3DSupport", TRUE);
  hvfs_vm_change_add (change, device, NULL);
}

gboolean
hvfs_vm_change_video (HvfsVmChange *change, GError **error)
{
  const GPtrArray *base = change->base->videos, *wanted = change->wanted->videos;
  const HvfsVideo *video = wanted->len > 0 ? wanted->pdata[0] : NULL;
  HvfsValue *device = change->have != NULL
                        ? hvfs_vm_change_device (change, change->have->domain->videos->pdata[0])
                        : NULL;
  HvfsValue *edited;

  if (wanted->len > 1)
    return hvfs_vm_change_bad (error, ENOTSUP, "<video>: there can be only one");
  if (video != NULL && video->type != HVFS_VIDEO_VMVGA)
    return hvfs_vm_change_bad (error, ENOTSUP, "<video>: must be of the type vmvga");
  if (video != NULL && (video->heads < 1 || video->heads > HEADS_MAX)
      && (base->len == 0 || ((HvfsVideo *) base->pdata[0])->heads != video->heads))
    return hvfs_vm_change_bad (error, EINVAL, "<video>: heads='%u' must be 1 to %d", video->heads,
                               HEADS_MAX);
  if (change->have == NULL && video != NULL && !is_usual (video))
    add_video (change, video);
  if (video == NULL || base->len == 0 || device == NULL)
    return TRUE;
  edited = hvfs_value_ref (device);
  shape_video (&edited, base->pdata[0], video);
  if (edited != device)
    hvfs_vm_change_edit (change, edited);
  else
    hvfs_value_unref (edited);
  return TRUE;
}

/* ---- settings that are keys of a VMX on the server, too ---- */

static void
set_key (GHashTable *keys, const char *value, const char *format, ...) G_GNUC_PRINTF (3, 4);

static void
set_key (GHashTable *keys, const char *value, const char *format, ...)
{
  va_list args;

  if (value == NULL)
    return;
  va_start (args, format);
  g_hash_table_insert (keys, g_strdup_vprintf (format, args), g_strdup (value));
  va_end (args);
}

static const char vnc_password[] = "RemoteDisplay.vnc.password";

static gboolean
add_graphics_keys (GHashTable *keys, const HvfsDomain *domain, GError **error)
{
  const HvfsGraphics *vnc = domain->graphics->len > 0 ? domain->graphics->pdata[0] : NULL;
  g_autofree char *port = NULL;

  if (vnc == NULL)
    return TRUE;
  if (domain->graphics->len > 1 || vnc->type != HVFS_GRAPHICS_VNC)
    return hvfs_vm_change_bad (error, ENOTSUP, "<graphics>: only one, of the type vnc");
  port = g_strdup_printf ("%d", vnc->port);
  set_key (keys, "TRUE", "RemoteDisplay.vnc.enabled");
  set_key (keys, vnc->autoport ? NULL : port, "RemoteDisplay.vnc.port");
  set_key (keys, vnc->listen, "RemoteDisplay.vnc.ip");
  set_key (keys, vnc->keymap, "RemoteDisplay.vnc.keymap");
  set_key (keys, vnc->password, "%s", vnc_password);
  return TRUE;
}

static gboolean
add_folder_keys (GHashTable *keys, const HvfsDomain *domain, GError **error)
{
  g_autofree char *n = g_strdup_printf ("%u", domain->filesystems->len);

  if (domain->filesystems->len > 0)
    {
      set_key (keys, "FALSE", "isolation.tools.hgfs.disable");
      set_key (keys, n, "sharedFolder.maxNum");
    }
  for (guint i = 0; i < domain->filesystems->len; i++)
    {
      const HvfsFilesystem *folder = domain->filesystems->pdata[i];

      if (folder->type != HVFS_FILESYSTEM_MOUNT)
        return hvfs_vm_change_bad (error, ENOTSUP, "<filesystem>: the type must be mount");
      if (folder->source == NULL || *folder->source == '\0')
        return hvfs_vm_change_bad (error, EINVAL,
                                   "line %u: <filesystem>: must have a <source dir='...'>",
                                   folder->line);
      set_key (keys, "TRUE", "sharedFolder%u.present", i);
      set_key (keys, "TRUE", "sharedFolder%u.enabled", i);
      set_key (keys, "TRUE", "sharedFolder%u.readAccess", i);
      set_key (keys, folder->readonly ? "FALSE" : "TRUE", "sharedFolder%u.writeAccess", i);
      set_key (keys, folder->source, "sharedFolder%u.hostPath", i);
      set_key (keys, folder->target, "sharedFolder%u.guestName", i);
    }
  return TRUE;
}

/* Returns: (transfer full) (nullable): key -> value of all that is set this way */
static GHashTable *
keys_of (const HvfsDomain *domain, GError **error)
{
  g_autoptr (GHashTable) keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  if (!add_graphics_keys (keys, domain, error) || !add_folder_keys (keys, domain, error))
    return NULL;
  set_key (keys, domain->smbios == HVFS_SMBIOS_HOST ? "TRUE" : NULL, "smbios.reflectHost");
  return g_steal_pointer (&keys);
}

static void
put_key (HvfsVmChange *change, const char *key, const char *value)
{
  change->n_changes++;
  hvfs_request_open (change->request, "extraConfig", "OptionValue");
  hvfs_request_text (change->request, "key", key);
  hvfs_request_typed (change->request, "value", "xsd:string", value);
  hvfs_request_close (change->request);
}

gboolean
hvfs_vm_change_extras (HvfsVmChange *change, GError **error)
{
  g_autoptr (GHashTable) base = keys_of (change->base, NULL);
  g_autoptr (GHashTable) wanted = keys_of (change->wanted, error);
  g_autoptr (GList) gone = base != NULL ? g_hash_table_get_keys (base) : NULL;
  g_autoptr (GList) set = wanted != NULL ? g_hash_table_get_keys (wanted) : NULL;

  if (wanted == NULL)
    return FALSE;
  gone = g_list_sort (gone, (GCompareFunc) strcmp);
  set = g_list_sort (set, (GCompareFunc) strcmp);
  for (GList *key = gone; key != NULL; key = key->next)
    if (!g_hash_table_contains (wanted, key->data))
      put_key (change, key->data, ""); /* the server removes it then */
  /* Its password is not in the XML, and goes with the display. */
  if (change->have != NULL && change->base->graphics->len > 0 && change->wanted->graphics->len == 0
      && !g_hash_table_contains (base, vnc_password)
      && hvfs_vm_extra (change->have->config, vnc_password) != NULL)
    put_key (change, vnc_password, "");
  for (GList *key = set; key != NULL; key = key->next)
    {
      const char *value = g_hash_table_lookup (wanted, key->data);

      if (base == NULL || g_strcmp0 (g_hash_table_lookup (base, key->data), value) != 0)
        put_key (change, key->data, value);
    }
  return TRUE;
}
